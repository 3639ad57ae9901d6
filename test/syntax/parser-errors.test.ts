import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type ErrorCode, LedgerError } from '../../src/base/errors.ts'
import { nestingDepthMax } from '../../src/base/limits.ts'
import { tokenize } from '../../src/syntax/lexer.ts'
import { parseStatement } from '../../src/syntax/parser.ts'
import { printStatement } from '../../src/syntax/print-ast.ts'
import { scriptText } from './script-text.ts'
import { statements } from './trees.ts'

function errorOf(text: string): LedgerError {
  try {
    parseStatement(text)
  } catch (error) {
    assert.ok(error instanceof LedgerError, `${text.slice(0, 100)}: ${error}`)
    return error
  }
  throw new Error(`accepted: ${text.slice(0, 100)}`)
}

/** Statement with ‸ before the place; code; message. */
const mistakes: readonly (readonly [string, ErrorCode, string])[] = [
  ['‸', 'parser/unexpected-end', 'unexpected end of the statement, expected a statement'],
  ['‸;', 'parser/unexpected-token', "unexpected token, expected a statement but found ';'"],
  ['SELECT ‸FROM t', 'parser/unexpected-token', "found empty SELECT list, found 'FROM'"],
  ['SELECT a, ‸FROM t', 'parser/unexpected-token', "expected expression, found 'FROM'"],
  ['SELECT a FROM‸', 'parser/unexpected-end', 'expected expression, found the end of the statement'],
  [
    'SELECT ‸*, a FROM t',
    'parser/invalid',
    "Other expressions may not be present in the select list when '*' is used without dot notation.",
  ],
  ['SELECT a‸.*.b FROM t', 'parser/invalid', 'Invalid use of * in select list: expected .* at the end of a path'],
  ['SELECT a AS ‸true FROM t', 'parser/unexpected-token', "expected identifier for alias, found 'true'"],
  ['SELECT a FROM t AT ‸true', 'parser/unexpected-token', "expected identifier for AT name, found 'true'"],
  [
    'SELECT a FROM t GROUP BY a GROUP AS ‸5',
    'parser/unexpected-token',
    "expected identifier for GROUP name, found '5'",
  ],
  [
    'SELECT a FROM t JOIN u ‸WHERE a',
    'parser/unexpected-token',
    "malformed use of FROM with JOIN: expected ON, found 'WHERE'",
  ],
  ['SELECT a FROM t ‸NATURAL JOIN u', 'parser/unsupported', 'NATURAL JOIN is not supported'],
  ['SELECT a FROM t ORDER ‸a', 'parser/unexpected-token', "unexpected token, expected BY but found 'a'"],
  [
    'SELECT a FROM t ORDER BY a NULLS‸',
    'parser/unexpected-end',
    'unexpected end of the statement, expected FIRST or LAST',
  ],
  ['CASE a ‸ELSE 1 END', 'parser/unexpected-token', "expected WHEN clause in CASE, found 'ELSE'"],
  ['CAST ‸5 AS int', 'parser/unexpected-token', "expected left parenthesis after CAST, found '5'"],
  ['CAST(5 AS ‸SELECT)', 'parser/unexpected-token', "expected type name, found 'SELECT'"],
  ['CAST(5 AS ‸INT(3))', 'parser/invalid', 'Cast to type INT has incorrect arity.Correct arity is 0..0'],
  ['@ ‸(a)', 'parser/unexpected-token', "identifier expected after `@` symbol, found '('"],
  [
    "a.b.‸['c']",
    'parser/unexpected-token',
    "Invalid path component, expecting either an IDENTIFIER or STAR, found '['",
  ],
  [
    'EXTRACT(‸foo FROM t)',
    'parser/unexpected-token',
    "expected one of: [year, month, day, hour, minute, second, timezone_hour, timezone_minute, week, quarter, dow, isodow, doy, isoyear, epoch, decade, century, millennium, millisecond, microsecond], found 'foo'",
  ],
  ['SUM(‸*)', 'parser/invalid', 'function call, other than COUNT, with (*) as parameter is not supported'],
  ['COUNT(DISTINCT ‸a, b)', 'parser/invalid', 'Aggregate function calls take 1 argument only, found 2'],
  ['(1, 2‸', 'parser/unexpected-end', 'unexpected end of the statement, expected , or )'],
  ["DATE ‸'2021-02-29'", 'lexer/invalid-literal', "invalid literal at, DATE '2021-02-29', expected 'YYYY-MM-DD'"],
  [
    "TIME ‸'24:00:00'",
    'lexer/invalid-literal',
    "invalid literal at, TIME '24:00:00', expected 'HH:MM:SS[.fff][+HH:MM]'",
  ],
  ['TIME ‸123', 'parser/unexpected-token', "expected a string after TIME, found '123'"],
  [
    "INTERVAL ‸'100:59' HOUR TO MINUTE",
    'lexer/invalid-literal',
    "invalid literal at, INTERVAL '100:59', expected '[-]hour:minute' with at most 2 digits in front",
  ],
  [
    "TIMESTAMP WITH TIME ZONE ‸'2020-01-02 03:04:05'",
    'lexer/invalid-literal',
    "invalid literal at, TIMESTAMP '2020-01-02 03:04:05', expected 'YYYY-MM-DD HH:MM:SS[.fff]+HH:MM'",
  ],
  [
    "TIME WITHOUT TIME ZONE ‸'03:04:05+01:00'",
    'lexer/invalid-literal',
    "invalid literal at, TIME '03:04:05+01:00', expected 'HH:MM:SS[.fff]'",
  ],
  [
    "INTERVAL '1' ‸SECOND(2, 10)",
    'parser/invalid',
    'invalid value used for type parameter, expected 1 to 9 digits in front and up to 9 of a fraction',
  ],
  [
    'SELECT a. ‸FROM t',
    'parser/unexpected-token',
    "Invalid path component, expecting either an IDENTIFIER or STAR, found 'FROM'",
  ],
  ["INTERVAL '1' ‸DAY TO YEAR", 'parser/invalid', "an interval can't go from DAY to YEAR"],
  ["SELECT ‸'abc", 'lexer/unterminated', "the string that begins here is never closed, expected '"],
  ['SELECT ‸`{a: 1', 'lexer/unterminated', 'the Ion literal that begins here is never closed, expected `'],
  ['SELECT 1 ‸/* x', 'lexer/unterminated', 'the comment that begins here is never closed, expected */'],
  ['SELECT ‸12ab', 'lexer/invalid-literal', 'invalid literal at, 12ab'],
  ['SELECT a ‸# b', 'lexer/invalid-character', "invalid character at, '#'"],
  ['SELECT gr‸öße', 'lexer/invalid-character', "invalid character at, 'ö'"],
  [
    'FROM t WHERE a = 1‸',
    'parser/unexpected-end',
    'expected DML or SELECT operation after FROM, found the end of the statement',
  ],
  ['UPDATE t SET a ‸5', 'parser/unexpected-token', "expected assignment for SET, found '5'"],
  [
    'UPDATE t ‸WHERE a',
    'parser/unexpected-token',
    "unexpected token, expected SET, INSERT INTO or REMOVE but found 'WHERE'",
  ],
  ['CREATE ‸VEIW v', 'parser/unexpected-token', "unexpected token, expected TABLE or INDEX but found 'VEIW'"],
  ['CREATE INDEX ‸i ON t (a)', 'parser/unsupported', 'an index has no name of its own, expected ON'],
  ['SELECT 1; ‸SELECT 2', 'parser/unexpected-token', "expected one statement only, found 'SELECT'"],
  ['5 ‸5', 'parser/unexpected-token', "unexpected token, expected the end of the statement but found '5'"],
]

test('an error names its place, what was found and what was expected', () => {
  for (const [marked, code, message] of mistakes) {
    const start = marked.indexOf('‸')
    const error = errorOf(marked.replace('‸', ''))
    assert.deepEqual([error.code, error.message, error.span?.start], [code, message, start], marked)
  }
})

test('a mistake inside Ion is placed inside it', () => {
  const error = errorOf('SELECT `{a: 1, b: ]}`')
  assert.equal(error.code, 'lexer/invalid-ion')
  assert.match(error.message, /^invalid ion literal at, /)
  assert.ok(error.span && error.span.start >= 8 && error.span.end <= 20)
})

test('keywords as names get a hint about double quotes', () => {
  for (const text of ['SELECT a AS value FROM t', 'SELECT value FROM t', "{'a': value}"]) {
    assert.match(errorOf(text).help ?? '', /"value"/, text)
  }
  assert.match(errorOf('SELECT date FROM t').help ?? '', /"date"/)
  assert.equal(errorOf('SELECT a, FROM t').help, 'remove the comma before FROM')
  assert.match(errorOf('SELECT größe FROM t').help ?? '', /double quotes/)
})

test('a misspelt first word gets a hint', () => {
  assert.match(errorOf('SELCT * FROM t').help ?? '', /did you mean SELECT/)
  assert.match(errorOf('udpate t SET a = 1').help ?? '', /did you mean UPDATE/)
  assert.equal(errorOf('foobar baz').help, undefined)
})

test('whatever the text, there is a tree or an error with its place', () => {
  const broken = fc.tuple(statements(2), fc.nat(), fc.nat(), scriptText).map(([tree, at, count, extra]) => {
    const text = printStatement(tree)
    const tokens = tokenize(text)
    const first = tokens[at % tokens.length]?.start ?? 0
    const last = tokens[(at + (count % 4)) % tokens.length]?.end ?? 0
    return text.slice(0, first) + (count % 3 === 0 ? extra : '') + text.slice(Math.max(first, last))
  })
  fc.assert(
    fc.property(fc.oneof(broken, scriptText), (text) => {
      try {
        parseStatement(text)
      } catch (error) {
        assert.ok(error instanceof LedgerError, String(error))
        const { span } = error
        assert.ok(span && span.start <= span.end && span.start >= 0 && span.end <= text.length, error.message)
      }
    }),
    { numRuns: 1500 },
  )
})

const deep = 100_000
const towers: Readonly<Record<string, string>> = {
  parentheses: '('.repeat(deep),
  lists: '['.repeat(deep),
  structs: "{'a':".repeat(deep),
  bags: '<<'.repeat(deep),
  calls: 'f('.repeat(deep),
  paths: 'a['.repeat(deep),
  signs: '-('.repeat(deep),
  nots: 'NOT ('.repeat(deep),
  cases: 'CASE '.repeat(deep),
  casts: 'CAST('.repeat(deep),
  selects: '(SELECT '.repeat(deep),
  from: 'SELECT * FROM '.repeat(1) + '('.repeat(deep),
  joins: `SELECT * FROM ${'a JOIN ('.repeat(deep)}`,
  with: 'WITH a AS ('.repeat(deep),
  pivots: 'PIVOT '.repeat(deep),
  explains: 'EXPLAIN '.repeat(deep),
  in: 'a IN ('.repeat(deep),
  between: 'a BETWEEN ('.repeat(deep),
}

test('towers of anything are refused, not recursed into', () => {
  for (const [what, text] of Object.entries(towers)) {
    const { code } = errorOf(text)
    assert.ok(code === 'parser/nesting-too-deep' || what === 'explains', `${what}: ${code}`)
  }
})

test('chains of operators and of predicates are no nests; paths are', () => {
  for (const op of ['AND', 'OR', '+', '||', 'UNION', 'UNION ALL', 'INTERSECT', 'OUTER EXCEPT']) {
    const operand = /^[A-Z]/.test(op) ? (index: number) => `(a = ${index})` : String
    const tree = parseStatement(Array.from({ length: 5_000 }, (_, index) => operand(index)).join(` ${op} `))
    const printed = printStatement(tree)
    assert.equal(printStatement(parseStatement(printed)), printed)
  }
  assert.equal(parseStatement(`SELECT ${'a, '.repeat(deep)}b FROM t`).kind, 'query')
  assert.equal(parseStatement(`[${'1, '.repeat(deep)}2]`).kind, 'query')
  assert.equal(errorOf(`a${'.b'.repeat(nestingDepthMax + 1)}`).code, 'parser/nesting-too-deep')
  assert.equal(errorOf(`${'1 + '.repeat(deep)}1`).code, 'statement/too-large')
  for (const chain of ['a = ', 'a < ', 'a IS NULL = ']) {
    assert.equal(errorOf(`${chain.repeat(deep)}1`).code, 'statement/too-large')
    const printed = printStatement(parseStatement(`${chain.repeat(5_000)}1`))
    assert.equal(printStatement(parseStatement(printed)), printed)
  }
  assert.equal(errorOf(`SELECT * FROM ${'a, '.repeat(5_000)}b`).code, 'statement/too-large')
})

test('nesting just below the bound is read and printed', () => {
  const levels = 150
  const nests = [
    `${'('.repeat(levels)}1${')'.repeat(levels)}`,
    `${'[{'.repeat(levels).replaceAll('{', "{'a':")}1${'}]'.repeat(levels)}`,
    `${'(SELECT a FROM '.repeat(levels)}t${')'.repeat(levels)}`,
    `${'CASE WHEN a THEN '.repeat(levels)}1${' END'.repeat(levels)}`,
    `${'a IN (b + -('.repeat(80)}1${'))'.repeat(80)}`,
  ]
  for (const text of nests) {
    const printed = printStatement(parseStatement(text))
    assert.equal(printStatement(parseStatement(printed)), printed)
  }
})
