import fc from 'fast-check'

/**
 * Queries and data for comparing plans: every kind of join and source, look-ups by index and id, sub-queries, absent
 * values, numbers that are equal and written differently, conditions that raise, parameters.
 */
export interface GeneratedQuery {
  readonly text: string
  /** Ion text, one for each `?`. */
  readonly parameters: readonly string[]
  /** Without LIMIT and OFFSET, where the query has them and no order that says which rows they leave. */
  readonly unbounded: string | undefined
  /** Which of equal values a row shows depends on the order in which the rows come. */
  readonly comparesKeys: boolean
}

/** Ion text of the documents of each table. */
export type Contents = Readonly<Record<'A' | 'B' | 'C', readonly string[]>>

/** B is indexed on k, C on v and on s; A on nothing. */
export const indexes = ['CREATE INDEX ON B (k)', 'CREATE INDEX ON C (v)', 'CREATE INDEX ON C (s)']

const scalar = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('0', '1', '2', '3') },
  fc.constantFrom('1.0', '2.00', '1e0', 'null', '"a"', '"b"', "'a'", 'true', '2020-01-01T', 'x::1'),
)
const document = fc
  .record(
    {
      k: scalar,
      v: scalar,
      s: fc.constantFrom('"a"', '"b"', "'a'", 'null', '1'),
      n: fc.oneof(
        scalar.map((d) => `{d:${d}}`),
        fc.constant('{}'),
        scalar,
      ),
      t: fc.array(scalar, { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
    },
    { requiredKeys: [] },
  )
  .map(
    (fields) =>
      `{${Object.entries(fields)
        .map(([name, value]) => `${name}:${value}`)
        .join(',')}}`,
  )
export const contents: fc.Arbitrary<Contents> = fc.record({
  A: fc.array(document, { maxLength: 5 }),
  B: fc.array(document, { maxLength: 5 }),
  C: fc.array(document, { maxLength: 5 }),
})

interface Source {
  readonly text: (alias: string, before: string) => string
  /** What conditions may ask of it. */
  readonly paths: (alias: string) => readonly string[]
  /** Only after another source. */
  readonly needsLeft?: boolean
}
const fields = (alias: string) => ['k', 'v', 's', 'n.d', 't[0]'].map((path) => `${alias}.${path}`)
const ofTable = (name: string): Source => ({ text: (alias) => `${name} AS ${alias}`, paths: fields })
const ofRows = (text: string): Source => ({ text: (alias) => `${text} AS ${alias}`, paths: fields })
const sources: readonly Source[] = [
  ...['A', 'B', 'B', 'C', 'C'].map(ofTable),
  ...['A', 'B'].map(
    (name): Source => ({
      text: (alias) => `${name} AS ${alias} BY ${alias}_id`,
      paths: (alias) => [...fields(alias), `${alias}_id`, `${alias}_id`],
    }),
  ),
  ...['_ql_committed_B', '_ql_committed_C', 'history(B)'].map(
    (name): Source => ({
      text: (alias) => `${name} AS ${alias}`,
      paths: (alias) => [...fields(`${alias}.data`), `${alias}.metadata.id`, `${alias}.metadata.version`],
    }),
  ),
  ofRows('(SELECT x.k, x.v, x.s FROM B AS x WHERE x.v <> 2)'),
  ofRows('(SELECT VALUE x FROM C AS x)'),
  ofRows('(SELECT VALUE x.n FROM C AS x)'),
  ofRows('(SELECT DISTINCT x.k, x.v FROM C AS x)'),
  ofRows('(SELECT x.v AS k, x.k AS v, y.s FROM A AS x LEFT JOIN C AS y ON x.v = y.v)'),
  ofRows('(SELECT k, COUNT(*) AS v FROM B AS x GROUP BY x.k AS k)'),
  ofRows('(SELECT x.k, x.v FROM B AS x ORDER BY x.k, x.v LIMIT 2)'),
  ofRows("<<{'k': 1, 'v': 'a'}, {'k': 2.0}, NULL>>"),
  ofRows('?rows'),
  {
    text: (alias, before) => `${before}.t AS ${alias}`,
    paths: (alias) => [alias, alias, `${alias}.k`],
    needsLeft: true,
  },
]
const joins = [
  ', ',
  ' CROSS JOIN ',
  ' INNER JOIN ',
  ' INNER JOIN ',
  ' LEFT JOIN ',
  ' LEFT JOIN ',
  ' RIGHT JOIN ',
  ' FULL JOIN ',
]

/** A condition over some paths. */
function condition(paths: readonly string[], alias: string): fc.Arbitrary<string> {
  const literal = fc.constantFrom(
    '0',
    '1',
    '2',
    '1.0',
    "'a'",
    "'b'",
    'NULL',
    'MISSING',
    '1 + 1',
    "LOWER('A')",
    '?',
    '?',
  )
  const path = fc.constantFrom(...paths)
  const operand = fc.oneof({ weight: 3, arbitrary: path }, literal)
  const both = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((texts) => texts.join(' '))
  const listed = fc.array(operand, { minLength: 1, maxLength: 3 })
  const simple = fc.oneof(
    { weight: 5, arbitrary: both(path, fc.constant('='), operand) },
    { weight: 2, arbitrary: both(operand, fc.constant('='), path) },
    { weight: 2, arbitrary: both(path, fc.constantFrom('<', '<>', '>=', '>', '<='), operand) },
    {
      weight: 2,
      arbitrary: both(
        path,
        fc.constantFrom('IN', 'IN', 'NOT IN'),
        listed.map((items) => `[${items.join(', ')}]`),
      ),
    },
    both(
      path,
      fc.constantFrom('IN ?list', 'NOT IN ?list', 'BETWEEN 1 AND 2', "LIKE 'a%'", 'IS NULL', 'IS NOT MISSING'),
    ),
    both(
      path,
      fc.constantFrom('IN', 'NOT IN'),
      fc.constantFrom('(SELECT x.k FROM B AS x)', '(SELECT VALUE x.v FROM C AS x)'),
    ),
    path.map((one) => `EXISTS (SELECT * FROM C AS x WHERE x.v = ${one})`),
    path.map((one) => `${one} = (SELECT MAX(x.v) AS m FROM B AS x WHERE x.k = ${alias}.k)`),
    path.map((one) => `10 / ${one} > 4`),
    fc.constant(`'1' = 1 OR ? = 1`),
  )
  return fc.letrec<{ condition: string }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      simple,
      simple,
      both(tie('condition'), fc.constant('AND'), tie('condition')),
      both(tie('condition'), fc.constant('AND'), tie('condition')),
      both(fc.constant('('), tie('condition'), fc.constant('OR'), tie('condition'), fc.constant(')')),
      tie('condition').map((one) => `NOT (${one})`),
      tie('condition').map((one) => `CASE WHEN ${one} THEN TRUE WHEN ${one} IS NULL THEN FALSE END`),
    ),
  })).condition
}

interface From {
  readonly text: string
  readonly aliases: readonly string[]
  readonly paths: readonly string[]
}

/** FROM clauses of one to three sources, each ON over all sources so far. */
function fromClause(count: number): fc.Arbitrary<From> {
  const alias = ['a', 'b', 'c'][count - 1] as string
  if (count === 1) {
    const first = sources.filter((source) => source.needsLeft !== true)
    return fc.constantFrom(...first).map((source) => ({
      text: source.text(alias, ''),
      aliases: [alias],
      paths: source.paths(alias),
    }))
  }
  return fc
    .tuple(fromClause(count - 1), fc.constantFrom(...sources), fc.constantFrom(...joins))
    .chain(([left, source, join]) => {
      const before = left.aliases.at(-1) as string
      const mayDepend = !/RIGHT|FULL/.test(join)
      const right = source.needsLeft === true && !mayDepend ? (sources[0] as Source) : source
      const paths = [...left.paths, ...right.paths(alias)]
      const text = `${left.text}${join}${right.text(alias, before)}`
      const aliases = [...left.aliases, alias]
      if (/,|CROSS/.test(join)) return fc.constant({ text, aliases, paths })
      const pair = fc
        .tuple(fc.constantFrom(...left.paths), fc.constantFrom(...right.paths(alias)))
        .map(([one, other]) => `${one} = ${other}`)
      const on = fc
        .tuple(pair, fc.option(pair), fc.option(condition(paths, alias)))
        .map((all) => all.filter((one) => one !== null))
      return on.map((all) => ({ text: `${text} ON ${all.join(' AND ')}`, aliases, paths }))
    })
}

type Shape = Pick<GeneratedQuery, 'text' | 'unbounded' | 'comparesKeys'>

function shapes(from: From, where: string): fc.Arbitrary<Shape> {
  const rest = `FROM ${from.text}${where}`
  const all = `[${from.aliases.join(', ')}]`
  const path = fc.constantFrom(...from.paths)
  const plain = (text: string): Shape => ({ text, unbounded: undefined, comparesKeys: false })
  const keyed = (text: string): Shape => ({ text, unbounded: undefined, comparesKeys: true })
  const bounds = fc.tuple(fc.nat(4), fc.nat(2)).map(([limit, offset]) => `LIMIT ${limit} OFFSET ${offset}`)
  const columns = fc.tuple(path, path).map(([one, other]) => `${one} AS p, ${other} AS q`)
  const operation = fc.constantFrom(
    'UNION',
    'UNION ALL',
    'INTERSECT',
    'INTERSECT ALL',
    'EXCEPT',
    'EXCEPT ALL',
    'OUTER UNION ALL',
  )
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant(plain(`SELECT VALUE ${all} ${rest}`)) },
    fc.constant(plain(`SELECT * ${rest}`)),
    columns.map((list) => plain(`SELECT ${list} ${rest}`)),
    columns.map((list) => keyed(`SELECT DISTINCT ${list} ${rest}`)),
    path.map((one) =>
      keyed(`SELECT g, COUNT(*) AS n, COUNT(${one}) AS m ${rest} GROUP BY ${one} AS g HAVING COUNT(*) > 0`),
    ),
    fc
      .tuple(path, path)
      .map(([one, two]) => plain(`SELECT VALUE [${one}, RANK() OVER (PARTITION BY ${two} ORDER BY ${one})] ${rest}`)),
    fc
      .tuple(path, path, bounds)
      .map(([one, two, bound]) => keyed(`SELECT VALUE [${one}, ${two}] ${rest} ORDER BY ${one}, ${two} DESC ${bound}`)),
    path.map((one) => keyed(`SELECT g, gs ${rest} GROUP BY ${one} AS g GROUP AS gs`)),
    path.map((one) => plain(`SELECT VALUE [w, ${one}] FROM ${from.text} LET a AS w${where}`)),
    fc.constant(plain(`SELECT VALUE (SELECT VALUE {'n': n, 'v': v} FROM UNPIVOT a AS v AT n) ${rest}`)),
    fc.constant(plain(`SELECT a.* EXCLUDE a.k, a.t[0] ${rest}`)),
    bounds.map((bound) => ({
      text: `SELECT VALUE ${all} ${rest} ${bound}`,
      unbounded: `SELECT VALUE ${all} ${rest}`,
      comparesKeys: false,
    })),
    fc
      .tuple(path, operation)
      .map(([one, word]) => keyed(`(SELECT ${one} AS p ${rest}) ${word} (SELECT x.k AS p FROM B AS x WHERE x.k = 1)`)),
    path.map((one) =>
      plain(
        `WITH w AS (SELECT ${one} AS k, 1 AS v ${rest}) SELECT VALUE [x.k, y.v] FROM w AS x JOIN C AS y ON x.k = y.v`,
      ),
    ),
  )
}

/** Marks of parameters in a text, and what they stand for in turn. */
const parameterValues: Readonly<Record<string, readonly string[]>> = {
  '?': ['1', '"a"', 'null', '2.0', '0'],
  '?list': ['[0,2]', '["a",null]', '[]', '[1,"b",2,3,0,5,6,7,8,9,10]'],
  '?rows': ['[{k:1,v:2},{k:"a"},3]', '[]'],
}

function withParameters(shape: Shape): GeneratedQuery {
  const parameters: string[] = []
  const bind = (text: string) =>
    text.replace(/\?(list|rows)?/g, (mark) => {
      const values = parameterValues[mark] as readonly string[]
      parameters.push(values[parameters.length % values.length] as string)
      return '?'
    })
  return { ...shape, text: bind(shape.text), unbounded: shape.unbounded && bind(shape.unbounded), parameters }
}

export const query: fc.Arbitrary<GeneratedQuery> = fc
  .constantFrom(1, 2, 2, 2, 3)
  .chain(fromClause)
  .chain((from) => {
    const alias = from.aliases.at(-1) as string
    const where = fc.option(condition(from.paths, alias)).map((one) => (one === null ? '' : ` WHERE ${one}`))
    return where.chain((one) => shapes(from, one))
  })
  .map(withParameters)

/** UPDATE and DELETE with a condition. */
export const change: fc.Arbitrary<GeneratedQuery> = fc
  .tuple(fc.constantFrom('B', 'C'), condition([...fields('a'), 'a_id'], 'a'), fc.boolean())
  .map(([table, where, isDelete]) =>
    isDelete
      ? `DELETE FROM ${table} AS a BY a_id WHERE ${where}`
      : `UPDATE ${table} AS a BY a_id SET a.z = a.k WHERE ${where}`,
  )
  .map((text) => withParameters({ text, unbounded: undefined, comparesKeys: false }))
