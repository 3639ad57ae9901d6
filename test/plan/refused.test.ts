import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LedgerError } from '../../src/base/errors.ts'
import { refusals } from '../../src/syntax/refused.ts'
import { functionFacts, insteadOfFunction } from '../../src/plan/function-facts.ts'
import { parseStatement } from '../../src/syntax/parser.ts'
import { MemoryDatabase } from '../support/memory-source.ts'
import { runStatement } from '../support/run-statement.ts'

const database = new MemoryDatabase()
for (const name of ['t', 'u']) {
  runStatement(database, `CREATE TABLE ${name}`)
  runStatement(database, `INSERT INTO ${name} {'a': 'x', 'b': 1}`)
}

function errorOf(text: string): LedgerError {
  try {
    runStatement(database, text)
  } catch (error) {
    assert.ok(error instanceof LedgerError, `${text}: ${error}`)
    return error
  }
  throw new Error(`accepted: ${text}`)
}

test('what other databases have and this one has not is refused by name, with what to write instead', () => {
  for (const { name, instead, example, seen } of refusals) {
    const found = errorOf(example)
    const error = [found, ...found.others].find(({ help }) => help === instead)
    assert.ok(error !== undefined, `${example}: ${found.message}; help: ${found.help}`)
    if (seen.in === 'call') assert.match(error.message, /No such function: \w+|\w+ is not supported/, example)
    else assert.equal(error.message, `${name} is not supported`, example)
    const place = example.slice(error.span?.start, error.span?.end)
    if (seen.in !== 'call') assert.ok(name.toUpperCase().includes(place.toUpperCase()), `${example}: at '${place}'`)
  }
})

test('the words of refused constructs stay names', () => {
  const words =
    'merge truncate alter copy grant ilike top qualify separator glob regexp show call analyze mode len now if'
  for (const word of words.split(' ')) {
    parseStatement(`SELECT ${word}, t.${word} AS ${word} FROM t AS ${word} WHERE ${word} = 1 ORDER BY ${word}`)
  }
})

/** Statement with ‸ before the place; help. */
const helped: readonly (readonly [string, string])[] = [
  ['SELECT ‸order FROM t', '\'order\' is a keyword; as a name it needs double quotes: "order"'],
  ['SELECT a, ‸group FROM t', '\'group\' is a keyword; as a name it needs double quotes: "group"'],
  ['SELECT value‸, a FROM t', '\'value\' is a keyword; as a name it needs double quotes: "value"'],
  ['SELECT ‸end FROM t', '\'end\' is a keyword; as a name it needs double quotes: "end"'],
  ['SELECT a FROM t WHERE ‸order = 1', '\'order\' is a keyword; as a name it needs double quotes: "order"'],
  ['SELECT a FROM t WHERE ‸value = 1', '\'value\' is a keyword; as a name it needs double quotes: "value"'],
  ['SELECT a FROM t WHERE a = ‸end', '\'end\' is a keyword; as a name it needs double quotes: "end"'],
  ['SELECT a FROM ‸group', '\'group\' is a keyword; as a name it needs double quotes: "group"'],
  ['SELECT a FROM ‸order WHERE a = 1', '\'order\' is a keyword; as a name it needs double quotes: "order"'],
  ['SELECT a FROM t ORDER BY ‸group DESC', '\'group\' is a keyword; as a name it needs double quotes: "group"'],
  ["SELECT a AS ‸'b' FROM t", 'names take double quotes: "b"'],
  ['SELECT a FROM t WHERE b = ‸“x”', 'names take straight double quotes: "name"'],
  ['SELECT a FROM t WHERE b = ‸‘x’', "strings take straight quotes: 'text'"],
  ['SELECT a FROM t WHERE a ‸~ b', "'~' is not supported: use LIKE, whose wildcards are % and _"],
  ['SELECT ‸# a', "comments begin with '--'"],
  [
    'SELECT a FROM t WHERE b > ‸2024-01-01',
    "a date is written DATE '2024-01-01', a timestamp `2024-01-01T`; a difference takes blanks: 2024 - 01 - 01",
  ],
  [
    'SELECT a FROM t WHERE b > ‸2024-01-01T10:00Z',
    "write timestamps in backticks, such as `2024-01-01T10:00Z`, and dates as DATE '2024-01-01'",
  ],
  ["SELECT DATE ‸'2001-02-29'", 'February 2001 has 28 days'],
  ["SELECT TIMESTAMP ‸'2001-13-01 00:00:00'", 'months go from 01 to 12'],
  ['SELECT a[1‸:2] FROM t', 'use SUBSTRING for texts, and FROM list AS x AT i … WHERE i BETWEEN 1 AND 3 for lists'],
  ['SELECT a[‸:2] FROM t', 'use SUBSTRING for texts, and FROM list AS x AT i … WHERE i BETWEEN 1 AND 3 for lists'],
  ["SELECT ‸'a' LIKE 'x' ESCAPE 'xy'", 'ESCAPE takes one character'],
]

test('a keyword as a name, a date without quotes and quotes of a word processor get the fix', () => {
  for (const [marked, help] of helped) {
    const error = errorOf(marked.replace('‸', ''))
    assert.deepEqual([error.help, error.span?.start], [help, marked.indexOf('‸')], marked)
  }
})

test('a difference of three numbers with blanks, and a longer number, are no date', () => {
  for (const text of ['2024 - 01 - 01', '2024-1-1', '2024-01', '12024-01-01', '2024-01-011', '2024-01-01.5']) {
    parseStatement(`SELECT ${text}`)
  }
})

test('no function is both built and refused', () => {
  for (const { name } of functionFacts) assert.equal(insteadOfFunction(name), undefined, name)
})

test('the strict dialect names what QLDB had instead, and never advises to leave it where that does not help', () => {
  const helps: readonly (readonly [string, RegExp])[] = [
    ['CURRENT_TIMESTAMP', /^use UTCNOW\(\)$/],
    ['length(t.a)', /^use CHAR_LENGTH\(s\)$/],
    ['median(t.b)', /^leave out --strict-qldb/],
    ['len(t.a)', /^use CHAR_LENGTH/],
    ['nosuch(t.a)', /no such function without --strict-qldb either/],
  ]
  for (const [expression, help] of helps) {
    const text = `SELECT ${expression} AS x FROM t AS t`
    assert.throws(() => runStatement(database, text, [], { strictQldb: true }), { code: 'semantic/not-in-qldb', help })
  }
})
