import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LedgerError } from '../../src/base/errors.ts'
import { chainOperandsMax, clauseStepsMax, nestingDepthMax } from '../../src/base/limits.ts'
import { functionNames } from '../../src/exec/functions/functions.ts'
import { prepare } from '../../src/index.ts'
import type { Statement } from '../../src/syntax/statement-ast.ts'
import { tokenize } from '../../src/syntax/lexer.ts'
import { parseStatement } from '../../src/syntax/parser.ts'
import { printStatement } from '../../src/syntax/print-ast.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { countSteps } from '../support/count-steps.ts'
import { runStatement } from '../support/run-statement.ts'
import { vehicles } from '../support/vehicles.ts'
import { statements, withoutSpans } from '../syntax/trees.ts'

/** Whatever the text, it gives a value or an error with a place in the text, soon. The seed is fixed: a failure is always the same one. */
const seed = 20_240_229
const bindings = {
  t: [parseIon('{a:1,b:"x",c:[1,2.5,null],d:{e:true},f:2020-01-02T03:04:05Z,g:\'s\'}'), { a: 2, b: 'y', c: [] }],
  u: [{ a: 1, k: 'x' }, { a: null }],
  n: 7,
}
const rowsMax = 2_000

/** How many statements ran to an end, so that a fuzzer that only meets syntax errors is seen. */
let finished = 0

function run(text: string): void {
  for (const typing of ['permissive', 'strict'] as const) {
    try {
      const query = prepare(text, Object.keys(bindings), { typing })
      let count = 0
      const parameters = Array.from({ length: query.parameterCount }, (_, at) => [1, 'x'][at % 3] ?? null)
      for (const _ of query.rows(bindings, parameters)) {
        count += 1
        if (count === rowsMax) break
      }
      query.explain()
      finished += 1
    } catch (error) {
      checkError(error, text)
    }
  }
}

function checkError(error: unknown, text: string): void {
  if (!(error instanceof LedgerError)) throw error
  const { span } = error
  assert.ok(span !== undefined, `no place: ${error.code} ${error.message} in ${text}`)
  assert.ok(0 <= span.start && span.start <= span.end && span.end <= text.length, `${span.start}-${span.end}: ${text}`)
  assert.ok(error.message.length < 2_000, 'a message of a readable length')
}

/** What is parsed prints to a text that parses to the same tree. */
function checkPrinted(text: string): void {
  let tree: Statement
  try {
    tree = parseStatement(text)
  } catch {
    return
  }
  const printed = printStatement(tree)
  assert.deepEqual(withoutSpans(parseStatement(printed)), withoutSpans(tree), `${text} → ${printed}`)
}

const keywords =
  'SELECT VALUE DISTINCT FROM AS AT BY WHERE GROUP HAVING ORDER LIMIT OFFSET UNION INTERSECT EXCEPT ALL OUTER JOIN LEFT FULL CROSS ' +
  'ON LET PIVOT UNPIVOT CASE WHEN THEN ELSE END CAST IS NOT NULL MISSING LIKE ESCAPE BETWEEN AND OR IN EXISTS TRUE DESC ASC ' +
  'NULLS FIRST OVER PARTITION WITH COUNT SUM DATE TIME TIMESTAMP INTERVAL EXPLAIN INT STRING INSERT INTO UPDATE SET REMOVE'
const vocabulary = [
  ...keywords.split(' '),
  ...'( ) [ ] { } << >> , . ; : * + - / % = <> < >= || ? @ ! '.trim().split(' '),
  ...[
    't',
    'u',
    'n',
    'a',
    'b',
    'c',
    'x',
    '"a"',
    't.a',
    't.c',
    "'x'",
    "'2020-01-01'",
    '0',
    '1',
    '2.50',
    '1e3',
    '`{a:[1]}`',
  ],
  ...[
    'SELECT * FROM t',
    'SELECT VALUE x FROM u AS x',
    'FROM t AS x, x.c AS y',
    '(SELECT VALUE a FROM t)',
    '--',
    '/*',
    '*/',
  ],
]
const tokenSoup = fc
  .array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...vocabulary) }, fc.constantFrom(...functionNames())), {
    maxLength: 14,
  })
  .map((words) => words.join(' '))

const queries = [
  'SELECT t.a, COUNT(*) AS n, SUM(x) FROM t, t.c AS x GROUP BY t.a HAVING COUNT(*) > 0 ORDER BY n DESC LIMIT 5 OFFSET 0',
  "SELECT VALUE {'k': v, 'l': [1, 2, v.d.e]} FROM t AS v AT i BY d WHERE v.b LIKE 'x%' ESCAPE '\\' AND v.a BETWEEN 0 AND 3",
  'SELECT * FROM t LEFT JOIN u ON t.a = u.a AND u.k IS NOT MISSING FULL JOIN u AS w ON w.a = t.a',
  'PIVOT x.b AT x.a FROM t AS x',
  'SELECT k, v FROM UNPIVOT (SELECT VALUE d FROM t)[0] AS v AT k',
  "SELECT CASE WHEN a = 1 THEN CAST(b AS INT) ELSE a || 'z' END AS r, a IN (SELECT VALUE q.a FROM u AS q) FROM t",
  '(SELECT a FROM t) UNION ALL (SELECT a FROM u) ORDER BY a NULLS FIRST LIMIT 3',
  "DATE_ADD(day, 1, `2020-01-01T`) < DATE '2021-02-03' OR EXTRACT(YEAR FROM TIMESTAMP '2020-01-01 00:00:00') = ?",
  'SELECT a, RANK() OVER (PARTITION BY b ORDER BY a DESC) AS r FROM t',
  'WITH w AS (SELECT VALUE a FROM t) SELECT VALUE x + 1 FROM w AS x LET x * 2 AS y WHERE y > 1',
  "SUBSTRING('abc' FROM 2 FOR 1) || TRIM(LEADING ' ' FROM b.\"c\"[0].d[*].e.*)",
  'SELECT g, gs FROM t AS x GROUP BY x.b AS g GROUP AS gs',
  'EXPLAIN SELECT DISTINCT a FROM t WHERE EXISTS (SELECT * FROM u WHERE u.a = t.a)',
]
/** A good query with a few tokens dropped, doubled, swapped or put in from elsewhere. */
const mutatedFrom = (texts: readonly string[], words: readonly string[]) =>
  fc
    .tuple(
      fc.constantFrom(...texts),
      fc.array(fc.tuple(fc.nat(3), fc.nat(200), fc.constantFrom(...words)), { maxLength: 4 }),
    )
    .map(([query, changes]) => {
      const tokens = tokenize(query).map((token) => query.slice(token.start, token.end))
      for (const [kind, place, word] of changes) {
        const at = place % (tokens.length + 1)
        if (kind === 0) tokens.splice(at, 1)
        else if (kind === 1) tokens.splice(at, 0, tokens[at] ?? '')
        else if (kind === 2) tokens.splice(at, 0, ` ${word} `)
        else tokens.splice(at, 2, tokens[at + 1] ?? '', tokens[at] ?? '')
      }
      return tokens.join('')
    })
const bytes = fc
  .tuple(
    fc.constantFrom('', ...queries),
    fc.array(fc.tuple(fc.nat(200), fc.string({ unit: 'binary', maxLength: 2 })), { maxLength: 5 }),
  )
  .map(([query, changes]) =>
    changes.reduce(
      (text, [at, put]) => text.slice(0, at % (text.length + 1)) + put + text.slice((at % (text.length + 1)) + 1),
      query,
    ),
  )

/** Name, texts, how many, and how many runs in two typings must come to an end. */
const kinds: readonly (readonly [string, fc.Arbitrary<string>, number, number])[] = [
  ['a soup of tokens', tokenSoup, 10_000, 100],
  ['good queries with tokens changed', mutatedFrom(queries, vocabulary), 8_000, 1_000],
  ['bytes', bytes, 5_000, 500],
  ['printed trees', statements(2).map(printStatement), 6_000, 100],
]
for (const [name, texts, numRuns, finishedMin] of kinds) {
  test(`fuzz, ${name}: a value or an error with its place`, () => {
    finished = 0
    fc.assert(fc.property(texts, run), { seed, numRuns })
    assert.ok(finished >= finishedMin, `only ${finished} runs came to an end`)
  })
  test(`fuzz, ${name}: print(parse(s)) parses to the same tree`, () => {
    fc.assert(fc.property(texts, checkPrinted), { seed, numRuns: numRuns / 2 })
  })
}

const changes = [
  "INSERT INTO Person <<{'name': 'dan', 'pets': ['x']}, {'name': 'eve'}>>",
  "UPDATE Person AS p SET p.age = p.age + 1, p.pets = [] WHERE p.name IN ('ann', 'bob')",
  "FROM Person AS p WHERE p.name = 'ann' INSERT INTO p.pets VALUE 'cow' AT 0",
  "FROM Person AS p, p.pets AS q WHERE q = 'cat' REMOVE q",
  'DELETE FROM Car AS c BY id WHERE c.owner = (SELECT VALUE p.name FROM Person AS p LIMIT 1)',
  'CREATE TABLE Other',
  'CREATE INDEX ON Car (color)',
  'DROP TABLE Car',
  "SELECT * FROM history(Person) AS h WHERE h.metadata.id = 'd4'",
  'SELECT p.name, c.vin FROM Person AS p JOIN Car AS c ON c.owner = p.name WHERE p.name = ?',
  'SELECT * FROM _ql_committed_Car AS c BY i, information_schema.user_tables AS t',
  "EXEC REDACT_REVISION `{strandId:\"s\",sequenceNo:1}`, 'a', 'b'",
]

test('fuzz, statements that change something: result rows or an error with its place', () => {
  const texts = mutatedFrom(changes, [
    'Person',
    'Car',
    'p.name',
    'id',
    'SET',
    'REMOVE',
    'INSERT INTO',
    'BY',
    "{'a': 1}",
  ])
  finished = 0
  const change = (text: string, strictQldb: boolean) => {
    try {
      runStatement(vehicles(), text, ['"ann"'], { strictQldb })
      finished += 1
    } catch (error) {
      checkError(error, text)
    }
  }
  fc.assert(fc.property(texts, fc.boolean(), change), { seed, numRuns: 2_500 })
  assert.ok(finished >= 300, `only ${finished} runs came to an end`)
})

/** What stands around something nested once more: before it and behind it. */
const nests: Readonly<Record<string, readonly [string, string]>> = {
  parentheses: ['(', ')'],
  lists: ['[', ']'],
  bags: ['<<', '>>'],
  structs: ["{'a': ", '}'],
  paths: ['', '.a'],
  indexes: ['', '[0]'],
  'indexes in indexes': ['[1][', ']'],
  calls: ['ABS(', ')'],
  CASE: ['CASE WHEN true THEN ', ' END'],
  'CASE of CASE': ['CASE ', ' WHEN 1 THEN 1 END'],
  CAST: ['CAST(', ' AS INT)'],
  IN: ['1 IN (', ', 2)'],
  LIKE: ["'a' LIKE (", ')'],
  BETWEEN: ['1 BETWEEN (', ') AND 2'],
  sums: ['1 + (', ')'],
  AND: ['true AND (', ')'],
  'sources in sources': ['SELECT VALUE x FROM (', ') AS x'],
  'scalar sub-queries': ['(SELECT n AS a FROM [', '] AS n)'],
  EXISTS: ['EXISTS(SELECT * FROM ', ' AS x)'],
  WITH: ['WITH w AS (', ') SELECT VALUE 1 FROM [1] AS x'],
  PIVOT: ["(PIVOT x AT 'a' FROM ", ' AS x)'],
  'unions in unions': ['([1] OUTER UNION ', ')'],
  'group by': ['(SELECT VALUE g FROM ', ' AS x GROUP BY x AS k GROUP AS g)'],
  window: ['(SELECT RANK() OVER (ORDER BY x) AS r FROM ', ' AS x)'],
  sorted: ['(SELECT VALUE x FROM ', ' AS x ORDER BY x)'],
}

/** The code of the error that a query ends with, or undefined when it gives rows. */
function ending(text: string): string | undefined {
  try {
    const query = prepare(text, [])
    query.explain()
    for (const _ of query.rows({})) break
    return undefined
  } catch (error) {
    checkError(error, text)
    return (error as LedgerError).code
  }
}

const nestOf = ([before, behind]: readonly [string, string], count: number) =>
  `${before.repeat(count)}(1)${behind.repeat(count)}`

test('fuzz, depth: what nests below the limit runs, what nests deeper ends with a limit', () => {
  for (const [name, nest] of Object.entries(nests)) {
    const code = ending(nestOf(nest, 150))
    assert.ok(code === undefined || code === 'evaluator/type-mismatch', `${name}, 150 deep: ${code}`)
    for (const count of [3_000]) {
      assert.equal(ending(nestOf(nest, count)), 'parser/nesting-too-deep', `${name}, ${count} deep`)
    }
  }
  for (const [open, close] of ['[]', '()', '{}'].map((pair) => [...pair])) {
    const inner = open === '{' ? 'a:'.concat(open) : open
    const ion = (count: number) => `\`${open}${`${inner}`.repeat(count)}${`${close}`.repeat(count + 1)}\``
    assert.equal(ending(ion(150)), undefined, `Ion, ${open}`)
    assert.equal(ending(ion(3_000)), 'ion/nesting-too-deep', `Ion, ${open}`)
  }
})

test('fuzz, depth: every depth around the limit ends with a row or a limit', () => {
  for (const nest of Object.values(nests)) {
    for (let count = nestingDepthMax / 2 - 10; count < nestingDepthMax + 10; count += 29) ending(nestOf(nest, count))
  }
})

const sequence = (count: number, part: (at: number) => string, between: string) =>
  Array.from({ length: count }, (_, at) => part(at)).join(between)

/** Flat statements of any length, which nest nowhere. */
const chains: Readonly<Record<string, (count: number) => string>> = {
  '+': (count) => sequence(count, () => '1', ' + '),
  '+ of fields': (count) => `SELECT ${sequence(count, (at) => `x.f${at % 5}`, ' + ')} AS s FROM [{'f0': 1}] AS x`,
  '* and /': (count) => sequence(count, (at) => (at % 2 === 0 ? '1 * 2' : '1'), ' / '),
  '||': (count) => sequence(count, () => "'a'", ' || '),
  'AND and OR': (count) => `SELECT VALUE ${sequence(count, (at) => `x = ${at} AND x < 3`, ' OR ')} FROM [1] AS x`,
  IN: (count) => `SELECT VALUE x IN (${sequence(count, String, ', ')}) FROM [1, 2] AS x`,
  CASE: (count) => `SELECT VALUE CASE x ${sequence(count, (at) => `WHEN ${at + 5} THEN 1`, ' ')} END FROM [1] AS x`,
  arguments: (count) => `COALESCE(${sequence(count, () => 'NULL', ', ')})`,
  columns: (count) => `SELECT ${sequence(count, (at) => `x AS c${at}`, ', ')} FROM [1] AS x`,
  fields: (count) => `{${sequence(count, (at) => `'f${at}': ${at}`, ', ')}}`,
  VALUES: (count) => `VALUES ${sequence(count, (at) => `(${at}, 1)`, ', ')}`,
  UNION: (count) => sequence(count, (at) => `SELECT ${at % 9} AS a FROM [1] AS x`, ' UNION '),
  'UNION ALL': (count) => sequence(count, () => 'SELECT 1 AS a FROM [1] AS x', ' UNION ALL '),
  EXCEPT: (count) => sequence(count, (at) => `SELECT ${at} AS a FROM [1] AS x`, ' EXCEPT '),
  IS: (count) => `1${' IS NULL'.repeat(count)}`,
  equality: (count) => `1${' = 1'.repeat(count)}`,
  NOT: (count) => `${'NOT '.repeat(count)}true`,
  signs: (count) => `${'- '.repeat(count)}1`,
  comments: (count) => `1 ${'/* */ '.repeat(count)}`,
}

test('fuzz, length: long chains run, and take work in proportion', () => {
  for (const [name, chain] of Object.entries(chains)) {
    const work = (count: number) => countSteps(() => assert.equal(ending(chain(count)), undefined, `${name}, ${count}`))
    const [short, long] = [work(100), work(400)] as const
    // 4 for what is linear, 5 where a logarithm is a factor; 16 is quadratic.
    assert.ok(long < 6.5 * short, `${name}: ${short} steps, then ${long}`)
  }
})

test('fuzz, length: steps over one another have a limit of their own', () => {
  const steps: Readonly<Record<string, (count: number) => string>> = {
    sources: (count) => `SELECT VALUE 1 FROM ${sequence(count, (at) => `[1] AS x${at}`, ', ')}`,
    joins: (count) =>
      `SELECT VALUE 1 FROM [1] AS x ${sequence(count - 1, (at) => `JOIN [1] AS x${at} ON x${at} = x`, ' ')}`,
    bindings: (count) => `SELECT VALUE 1 FROM [1] AS x LET ${sequence(count, (at) => `x AS x${at}`, ', ')}`,
  }
  for (const [name, text] of Object.entries(steps)) {
    assert.equal(ending(text(600)), undefined, name)
    assert.equal(ending(text(clauseStepsMax + 2)), 'statement/too-large', name)
  }
  const sum = (count: number) => sequence(count, () => '1', '+')
  assert.equal(ending(sum(chainOperandsMax)), undefined)
  assert.equal(ending(sum(chainOperandsMax + 1)), 'statement/too-large')
})
