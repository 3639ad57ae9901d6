import fc from 'fast-check'

/**
 * UPDATE, FROM and DELETE with one mistake in them. A template marks what may be mistaken: `«n:year»` a name, `«s:Kent»` a
 * string, `«i:5»` a number, `«b:true»` a boolean, `«k:WHERE»` a keyword, `«l:1, 2»` a list; `¦` stands between clauses. What
 * stands in IS, EXISTS and COALESCE of a condition is not marked: such a condition is rightly true of a missing field. So
 * is EXISTS whose sub-query has no row. There `«m:u.year»`, `«t:Kent»` and `«j:5»` are mistaken without naming another field,
 * and so is `«e:tags»` in EXISTS; in other sub-queries and in joins `«M:u.year»` and `«o:x.qty»` are misspelt, too, or have
 * another alias. `«x:0»` is an index. `«A:AND»`, `«y:ALL»`, `«u:KENT»`, `«w:10»` and `«q:city»` have one wrong form each.
 */
export interface MistakenStatement {
  readonly correct: string
  readonly mistaken: string
}

/** Ion text of the documents of T. */
export const documents: fc.Arbitrary<readonly string[]> = fc
  .array(
    fc.record({
      name: fc.constantFrom('"Ann"', '"Bob"', '"Cy"', 'null', undefined),
      city: fc.constantFrom('"Kent"', '"Oslo"', '"Rome"', undefined),
      year: fc.constantFrom('2010', '2011', '2012', '2014', undefined),
      price: fc.constantFrom('1.5', '2.50', '10.0', '1e1'),
      active: fc.constantFrom('true', 'false'),
      tags: fc.constantFrom('[]', '["a"]', '["a","b"]'),
      owner: fc.constantFrom('{id:1,nick:"x"}', '{id:2,nick:"y"}', '{id:3}'),
      lines: fc.constantFrom('[]', '[{sku:"p",qty:1}]', '[{sku:"p",qty:2},{sku:"q",qty:3}]'),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((all) => all.map(ionOf))

function ionOf(fields: Readonly<Record<string, string | undefined>>): string {
  const written = Object.entries(fields).filter(([, value]) => value !== undefined)
  return `{${written.map(([name, value]) => `${name}:${value}`).join(',')}}`
}

const fieldNames = ['name', 'city', 'year', 'price', 'active', 'tags', 'owner', 'lines', 'id', 'nick', 'sku', 'qty']

const marked = (kind: string, texts: readonly string[]) => fc.constantFrom(...texts.map((text) => `«${kind}:${text}»`))
const numberField = marked('n', ['year', 'price', 'owner.id'])
const textField = marked('n', ['name', 'city', 'owner.nick'])
const number = marked('i', ['1', '2', '2011', '2012', '2014', '10'])
const text = marked('s', ['Kent', 'Oslo', 'Ann', 'Bob', 'x'])
const comparison = fc.constantFrom('=', '<>', '<', '<=', '>', '>=')

function joined(...parts: readonly (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> {
  return fc
    .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)))
    .map((all) => all.join(' '))
}

const atom = fc.oneof(
  joined(numberField, comparison, number),
  joined(textField, comparison, text),
  joined(number, comparison, numberField),
  joined(numberField, '+', number, comparison, number),
  joined('«n:UPPER»(', textField, ')', comparison, text),
  joined('«n:SIZE»(', marked('n', ['tags', 'lines']), ')', comparison, marked('i', ['0', '1'])),
  joined(textField, '«k:NOT» «k:IN» (', text, ',', text, ')'),
  joined(numberField, '«k:NOT» «k:IN» (', number, ',', number, ')'),
  joined(numberField, '«k:IN» (', number, ',', number, ')'),
  joined(numberField, '«k:NOT» «k:IN»', marked('l', ['2011, 2012', '1, 2'])),
  joined(text, '«k:NOT» «k:IN»', '«n:tags»'),
  joined(numberField, fc.constantFrom('', '«k:NOT»'), '«k:BETWEEN»', number, '«k:AND»', number),
  joined(textField, fc.constantFrom('', '«k:NOT»'), '«k:LIKE»', marked('s', ['A%', '%o', 'x'])),
  joined('«n:active»', fc.constantFrom('=', '<>'), marked('b', ['true', 'false'])),
  joined('«k:NOT» «n:active»'),
  joined('«n:tags»[«x:0»]', comparison, marked('s', ['a', 'b'])),
  joined('«n:lines»[«x:0»].«n:qty»', comparison, number),
  joined('«n:owner»[', marked('f', ['id']), ']', fc.constantFrom('=', '<>'), number),
  joined('«n:owner»[', marked('f', ['nick']), ']', fc.constantFrom('=', '<>'), text),
  joined(fc.constantFrom('', '«k:NOT»'), '«k:EXISTS»(', marked('e', ['tags', 'lines']), ')'),
  joined('(', numberField, ', 1)', fc.constantFrom('=', '<>'), '(', number, ', 1)'),
  joined('(', numberField, comparison, number, ', 1)', fc.constantFrom('=', '<>'), '(true, 1)'),
  joined('(', textField, ',', numberField, ') «k:NOT» «k:IN» ((', text, ',', number, '))'),
  joined('«n:SIZE»([', numberField, '+', number, ', 1])', fc.constantFrom('=', '<>'), '2'),
  joined('«n:NULLIF»(', numberField, ',', number, ') >', number),
  joined('«k:CASE» «k:WHEN»', numberField, comparison, number, '«k:THEN» false «k:ELSE» true «k:END»'),
  joined('«k:CASE»', textField, '«k:WHEN»', text, '«k:THEN» false «k:ELSE» true «k:END»'),
  joined('(', numberField, '=', number, ') = FALSE'),
  joined("(name <> 'Ann' «A:AND» name <>", fc.constantFrom("'Bob'", "'x'"), ')'),
  joined('(year > 2012 «A:AND»', fc.constantFrom('year < 2014', 'year NOT IN (2013, 2014)', 'year <> 2014'), ')'),
  joined(textField, '<> «y:ALL» (', fc.constantFrom("'Ann', 'Bob'", "'Kent', 'x'"), ')'),
  joined('UPPER(city)', fc.constantFrom('=', '<>'), marked('u', ['KENT', 'OSLO'])),
  joined('FLOOR(price)', fc.constantFrom('=', '<>'), marked('w', ['1', '10'])),
  joined("city || '-' ||", marked('q', ['city', 'owner.nick']), "<> 'Kent-x'"),
  joined("COALESCE(UPPER(city), '-') <>", marked('u', ['KENT', 'OSLO'])),
  fc.constantFrom('name IS NOT NULL', 'year IS MISSING', "COALESCE(city, 'none') <> 'Kent'", 'active'),
  fc.constant('NOT EXISTS(SELECT 1 FROM T.lines AS x WHERE x.qty > 2)'),
)
const subNumber = marked('j', ['1', '2', '2011', '2012', '2014', '10'])
const subText = marked('t', ['Kent', 'Oslo', 'Ann', 'Bob', 'x'])
const subNumberField = marked('m', ['u.year', 'u.price'])
const subTextField = marked('m', ['u.name', 'u.city'])
const subAtom = fc.oneof(
  joined(subNumberField, comparison, subNumber),
  joined(subTextField, comparison, subText),
  joined(subNumberField, '+', subNumber, comparison, subNumber),
  joined(subNumberField, fc.constantFrom('', 'NOT'), 'IN (', subNumber, ',', subNumber, ')'),
  joined(subTextField, fc.constantFrom('', 'NOT'), 'IN (', subText, ',', subText, ')'),
  joined(subNumberField, fc.constantFrom('', 'NOT'), 'BETWEEN', subNumber, 'AND', subNumber),
  joined('UPPER(', subTextField, ')', comparison, subText),
  joined(subTextField, fc.constantFrom('', 'NOT'), 'LIKE', marked('t', ['A%', '%o', 'x'])),
  joined('CASE WHEN', subNumberField, comparison, subNumber, 'THEN false ELSE true END'),
  fc.constantFrom(
    'u.year = «m:T.year»',
    'u.name = «m:T.name»',
    '«m:T.year» < u.year',
    'u.city IN («m:T.city», «t:Rome»)',
  ),
  joined('EXISTS (SELECT 1 FROM U AS w WHERE w.year', comparison, subNumber, 'AND w.name = u.name)'),
)
const { subCondition } = fc.letrec<{ subCondition: string }>((tie) => ({
  subCondition: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    subAtom,
    joined('NOT (', tie('subCondition'), ')'),
    joined('(', tie('subCondition'), 'AND', tie('subCondition'), ')'),
    joined('(', tie('subCondition'), 'OR', tie('subCondition'), ')'),
  ),
}))
/** Where a misspelt name must be found: not below EXISTS. */
const namedCondition = subCondition.map((one) => one.replace(/«m:/g, '«M:'))
const subAtoms = fc.oneof(
  joined(fc.constantFrom('', '«k:NOT»'), '«k:EXISTS» (SELECT 1 FROM U AS u WHERE', subCondition, ')'),
  joined('name', fc.constantFrom('', 'NOT'), 'IN (SELECT VALUE u.name FROM U AS u WHERE', namedCondition, ')'),
  joined('name <> ALL (SELECT u.name FROM U AS u WHERE', namedCondition, ')'),
  joined('NOT (name = ANY (SELECT u.name FROM U AS u WHERE', namedCondition, '))'),
  joined('(SELECT COUNT(*) FROM U AS u WHERE', namedCondition, ') =', marked('j', ['0', '1'])),
  joined('(SELECT MAX(u.year) FROM U AS u WHERE', namedCondition, ') IS NULL'),
  joined('COALESCE((SELECT SUM(u.price) FROM U AS u WHERE', namedCondition, '), 0) <', marked('j', ['1', '5'])),
  joined('name NOT IN (SELECT x.name FROM (SELECT u.name FROM U AS u WHERE', namedCondition, ') AS x)'),
)
const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 3, arbitrary: atom },
    { weight: 2, arbitrary: subAtoms },
    joined('«k:NOT» (', tie('condition'), ')'),
    joined('(', tie('condition'), '«k:AND»', tie('condition'), ')'),
    joined('(', tie('condition'), '«k:OR»', tie('condition'), ')'),
  ),
}))

const numberValue = fc.oneof(
  number,
  numberField,
  joined(numberField, fc.constantFrom('+', '-', '*'), number),
  joined('«n:COALESCE»(', numberField, ',', number, ')'),
  joined('«k:CASE» «k:WHEN»', numberField, comparison, number, '«k:THEN»', numberField, '«k:ELSE»', number, '«k:END»'),
  fc.constant('(«k:SELECT» «n:SUM»(x.«n:qty») «k:FROM» T.«n:lines» «k:AS» x)'),
)
const textValue = fc.oneof(text, textField, joined(textField, '||', text), joined('«n:LOWER»(', textField, ')'))
const anyValue = fc.oneof(
  numberValue,
  textValue,
  joined("{'a':", numberValue, ", 'b': {'c':", textValue, '}}'),
  joined('[', numberValue, ',', textValue, ']'),
)
const assignment = fc.oneof(
  joined(marked('n', ['year', 'price', 'owner.id', 'more']), '=', numberValue),
  joined(marked('n', ['name', 'city', 'owner.nick']), '=', textValue),
  joined(marked('n', ['more', 'other']), '=', anyValue),
)
const where = joined('¦ «k:WHERE»', condition)
const returning = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: joined('¦ «k:RETURNING» «k:ALL» «k:NEW»', numberField) },
)

/** A condition beside further sources, where names need their source's. */
const qualified = condition.map((one) =>
  one
    .replace(/«n:(?=[a-z])/g, '«n:T.')
    .replace(/«e:/g, '«e:T.')
    .replace(/(?<![.\w:'])(name|city|year|active)\b(?!»)/g, 'T.$1'),
)
const lineField = marked('o', ['x.qty'])
const lineText = marked('o', ['x.sku'])
const lineCondition = fc.oneof(
  joined(lineField, comparison, subNumber),
  joined(lineText, comparison, marked('t', ['p', 'q'])),
  joined(lineField, 'IN (', subNumber, ',', subNumber, ')'),
  joined(lineText, fc.constantFrom('', 'NOT'), 'LIKE', marked('t', ['p', 'q%'])),
  joined('(', lineField, '=', subNumber, 'OR', lineText, '=', marked('t', ['p', 'q']), ')'),
  joined(lineField, '+', subNumber, comparison, subNumber),
)
const joins = fc.oneof(
  joined('LEFT JOIN T.lines AS x ON', lineCondition, '¦ WHERE x IS NULL'),
  joined('LEFT JOIN T.lines AS x ON', lineCondition, '¦ WHERE COALESCE(x.qty, 0) <', subNumber),
  joined(
    'LEFT JOIN (SELECT u.year, u.name FROM U AS u WHERE',
    namedCondition,
    ') AS v ON v.year = T.year ¦ WHERE v IS NULL',
  ),
  joined('LEFT JOIN (SELECT u.* FROM U AS u) AS u ON', namedCondition, '¦ WHERE u IS NULL'),
  joined(
    'FULL JOIN (SELECT u.year FROM U AS u WHERE',
    namedCondition,
    ') AS v ON v.year = T.year ¦ WHERE v IS NULL AND T.price > 0',
  ),
  joined('JOIN T.lines AS x ON', lineCondition, '¦ WHERE', qualified),
  joined(', (SELECT COUNT(*) AS c FROM U AS u WHERE', namedCondition, ') AS y ¦ WHERE y.c =', marked('j', ['0', '1'])),
  joined(
    ', (SELECT COUNT(*) AS c FROM T.lines AS x WHERE',
    lineCondition,
    ') AS y ¦ WHERE y.c =',
    marked('j', ['0', '1']),
  ),
  joined(', (SELECT VALUE x FROM T.lines AS x WHERE', lineCondition, ') AS y ¦ WHERE', qualified),
  joined(', (SELECT u.name FROM U AS u WHERE', namedCondition, 'ORDER BY u.name LIMIT 1) AS y ¦ WHERE y.name = T.name'),
  joined(', (SELECT DISTINCT u.name FROM U AS u WHERE', namedCondition, ') AS y ¦ WHERE y.name = T.name'),
  joined(', [', qualified, '] AS y ¦ WHERE y'),
  joined(', (CASE WHEN', qualified, 'THEN [] ELSE [1] END) AS y ¦ WHERE y = 1'),
)
const lineFilter = fc.oneof(
  joined('x.«n:qty»', comparison, number),
  joined('x.«n:sku»', comparison, marked('s', ['p', 'q'])),
  joined('x.«n:qty»', fc.constantFrom('', '«k:NOT»'), '«k:IN» (', number, ',', number, ')'),
  joined('«k:NOT» (x.«n:sku» «k:LIKE»', marked('s', ['p', 'q%']), ')'),
  joined('x.«n:qty» + 1', comparison, number, '«k:AND» x.«n:sku»', comparison, marked('s', ['p', 'q'])),
)
const listValue = fc.oneof(
  joined('CAST((«k:SELECT» «k:VALUE» x «k:FROM» T.«n:lines» «k:AS» x «k:WHERE»', lineFilter, ') AS LIST)'),
  joined(
    'CASE WHEN',
    marked('m', ['T.year', 'T.price']),
    comparison,
    subNumber,
    'THEN lines ELSE',
    fc.constantFrom('[]', 'MISSING'),
    'END',
  ),
  joined('CASE', marked('m', ['T.year']), 'WHEN', subNumber, 'THEN [] ELSE lines END'),
)
const template = fc.oneof(
  joined('«k:UPDATE» «n:T» ¦ «k:SET» lines =', listValue, where),
  joined('REPLACE INTO T (SELECT u.name, u.«n:year» AS year, u.«n:price» AS price FROM U AS u) ¦ ON CONFLICT (name)'),
  joined('«k:FROM» «n:T» «k:AS» T', joins, '¦ «k:REMOVE» T'),
  joined('«k:FROM» «n:T» «k:AS» T', joins, '¦ «k:SET» T.more = 1'),
  joined('«k:FROM» «n:T» «k:AS» T', joins, "¦ «k:SET» T.city = 'x'"),
  joined('«k:INSERT» «k:INTO» U ¦ «k:SELECT» T.name AS name ¦ «k:FROM» «n:T» «k:AS» T', where),
  joined('INSERT INTO U SELECT COUNT(*) AS c FROM T AS T', joins),
  joined(
    "INSERT INTO «n:T» {'year': 2011, 'more': 1} ¦ ON CONFLICT (year) ¦ DO UPDATE EXCLUDED ¦ «k:WHERE»",
    qualified,
  ),
  joined('«k:DELETE» ¦ «k:FROM» «n:T»', where),
  joined('«k:UPDATE» «n:T» ¦ «k:SET»', assignment, where, returning),
  joined('«k:UPDATE» «n:T» ¦ «k:SET» «n:city» =', textValue, ', «n:year» =', numberValue, where),
  joined('«k:UPDATE» «n:T» ¦ «k:REMOVE»', marked('n', ['city', 'owner.nick', 'tags[0]']), where),
  joined('«k:UPDATE» «n:T» ¦ «k:INSERT» «k:INTO» «n:tags» «k:VALUE»', anyValue, where),
  joined('«k:FROM» «n:T»', where, '¦ «k:SET»', assignment),
  joined(
    '«k:FROM» «n:T» «k:AS» T,',
    'T.«n:lines» «k:AS» x ¦ «k:WHERE» x.«n:sku»',
    comparison,
    text,
    '¦ «k:SET» x.«n:qty» =',
    number,
  ),
  joined(
    '«k:FROM» «n:T» «k:AS» T,',
    'T.«n:lines» «k:AS» x ¦ «k:WHERE» x.«n:qty»',
    comparison,
    number,
    '¦ «k:REMOVE» «n:x»',
  ),
)

const mark = /«(.):([^»]*)»/g

/** A statement and the same with one mistake: `seed` chooses which. */
export const mistakenStatements: fc.Arbitrary<MistakenStatement> = fc
  .tuple(template, fc.nat(), fc.nat(), fc.boolean())
  .map(([form, place, variant, reorders]) => {
    const correct = form.replaceAll('¦ ', '').replace(mark, (_, kind: string, written: string) => plain(kind, written))
    if (reorders && place % 4 === 0) return { correct, mistaken: reordered(form, variant) }
    const marks = [...form.matchAll(mark)]
    let at = -1
    const mistaken = form.replaceAll('¦ ', '').replace(mark, (_, kind: string, written: string) => {
      at += 1
      return at === place % marks.length ? wrong(kind, written, variant) : plain(kind, written)
    })
    return { correct, mistaken }
  })

function plain(kind: string, written: string): string {
  return kind === 's' || kind === 't' || kind === 'f' || kind === 'u'
    ? `'${written}'`
    : kind === 'l'
      ? `(${written})`
      : written
}

function wrong(kind: string, written: string, variant: number): string {
  const forms: Readonly<Record<string, readonly string[]>> = {
    s: [`"${written}"`, '5', 'true', written],
    i: [`'${written}'`, `"${written}"`, 'true', `'x'`],
    b: [`'${written}'`, '1', `"${written}"`],
    j: [`'${written}'`, 'true', "'x'"],
    t: ['5', 'true'],
    m: [`\`${written.slice(2)}\``, `${written.slice(0, 2)}active`, `${written.slice(0, 2)}owner`],
    M: [`\`${written.slice(2)}\``, `${written.slice(0, 2)}active`, misspelt(written, variant), otherAlias(written)],
    o: [`'${written.slice(2)}'`, `\`${written.slice(2)}\``, misspelt(written, variant), otherAlias(written)],
    e: [`'${written}'`, `\`${written}\``],
    x: ["'0'", 'true', "'x'", '"0"'],
    f: [written, `"${written}"`, `'${written}q'`, '0'],
    l: [written.split(',')[0] as string, `'${written}'`],
    A: ['OR'],
    y: ['ANY'],
    u: [`'${written.charAt(0)}${written.slice(1).toLowerCase()}'`, '5'],
    w: [`${written}.5`, `'${written}'`],
    q: [`'${written}'`, `'${written.toUpperCase()}'`],
  }
  const others = forms[kind]
  return others === undefined ? misspelt(written, variant) : (others[variant % others.length] as string)
}

/** The alias in the other case. */
function otherAlias(path: string): string {
  const alias = path.charAt(0)
  return (alias === alias.toUpperCase() ? alias.toLowerCase() : alias.toUpperCase()) + path.slice(1)
}

/** One letter lost, doubled, swapped with the next, replaced, or in the other case; in double quotes now and then. */
function misspelt(word: string, variant: number): string {
  const steps = word.split('.')
  const step = steps[steps.length - 1] as string
  const at = Math.floor(variant / 8) % step.length
  const letter = step[at] as string
  const next = step[at + 1] ?? ''
  const tail = step.slice(at + 1)
  const replaced = [
    '',
    letter + letter,
    next === '' ? `${letter}s` : '',
    'w',
    letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase(),
  ]
  const kind = variant % 8
  let found = step.slice(0, at) + (replaced[kind] ?? `${letter}y`) + tail
  if (kind === 2 && next !== '') found = step.slice(0, at) + next + letter + step.slice(at + 2)
  if (found === '' || found === step || fieldNames.includes(found)) found = `${step}q`
  return [...steps.slice(0, -1), found].join('.')
}

function reordered(form: string, variant: number): string {
  const clauses = form.replace(mark, (_, kind: string, written: string) => plain(kind, written)).split('¦ ')
  const turn = 1 + (variant % (clauses.length - 1))
  const turned = [...clauses.slice(turn), ...clauses.slice(0, turn)]
  if (variant % 2 === 0 && clauses.length > 2) [turned[0], turned[1]] = [turned[1] as string, turned[0] as string]
  return turned.map((clause) => clause.trim()).join(' ')
}
