import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isReservedWord, keywords, reservedWords } from '../../src/syntax/keywords.ts'
import { type Token, tokenize } from '../../src/syntax/lexer.ts'
import { scriptText } from './script-text.ts'

function significant(text: string): [Token['kind'], string][] {
  return tokenize(text)
    .filter((token) => token.kind !== 'whitespace')
    .map((token) => [token.kind, text.slice(token.start, token.end)])
}

test('tokens lie end to end over any text', () => {
  fc.assert(
    fc.property(fc.oneof(scriptText, fc.string({ unit: 'binary' })), (text) => {
      let end = 0
      for (const token of tokenize(text)) {
        assert.equal(token.start, end)
        assert.ok(token.end > token.start)
        end = token.end
      }
      assert.equal(end, text.length)
    }),
    { numRuns: 2000 },
  )
})

test('every kind of token', () => {
  assert.deepEqual(
    significant(`SELECT a."b c" /* x */ FROM t -- y\nWHERE n >= 1.5e-3 AND s <> 'it''s' OR \`{a:"\`"}\` = ?`),
    [
      ['keyword', 'SELECT'],
      ['name', 'a'],
      ['punctuation', '.'],
      ['quoted-name', '"b c"'],
      ['comment', '/* x */'],
      ['keyword', 'FROM'],
      ['name', 't'],
      ['comment', '-- y'],
      ['keyword', 'WHERE'],
      ['name', 'n'],
      ['operator', '>='],
      ['number', '1.5e-3'],
      ['keyword', 'AND'],
      ['name', 's'],
      ['operator', '<>'],
      ['string', "'it''s'"],
      ['keyword', 'OR'],
      ['ion', '`{a:"`"}`'],
      ['operator', '='],
      ['parameter', '?'],
    ],
  )
})

test('tokens need no space between them', () => {
  assert.deepEqual(significant("x='a'AND y=?INSERT<<1>>"), [
    ['name', 'x'],
    ['operator', '='],
    ['string', "'a'"],
    ['keyword', 'AND'],
    ['name', 'y'],
    ['operator', '='],
    ['parameter', '?'],
    ['keyword', 'INSERT'],
    ['punctuation', '<<'],
    ['number', '1'],
    ['punctuation', '>>'],
  ])
})

test('a word behind a dot is a name, whatever it is elsewhere', () => {
  assert.deepEqual(significant('t . value'), [
    ['name', 't'],
    ['punctuation', '.'],
    ['name', 'value'],
  ])
})

test('a backtick inside Ion is not its end', () => {
  const literals = [
    '`"a`b"`',
    "`'a`b'`",
    "`'''a`'' \\''' `b'''`",
    '`[1, // it`s\n 2]`',
    '`/* ` */ 1`',
    '`{{ab//cd==}}`',
    '`{{ "a`}}" }}`',
    '`"\\"`"`',
    "`['', '`']`",
  ]
  for (const literal of literals) assert.deepEqual(significant(`${literal}x`)[0], ['ion', literal])
})

test('what is wrong with a token is said in it', () => {
  const problems = ["'a", '"a', '`a', '/* a', '12ab', '#', '1e5x', '|'].map((text) => tokenize(text)[0]?.problem)
  assert.deepEqual(problems, [
    ...Array.from({ length: 4 }, () => 'unterminated'),
    ...Array.from({ length: 4 }, () => 'malformed'),
  ])
  assert.equal(tokenize('-- a')[0]?.problem, undefined)
})

test('the reserved words are the 251 of the developer guide', () => {
  for (const word of ['year', 'Value', 'END-EXEC', 'undrop', 'txid']) assert.ok(isReservedWord(word), word)
  for (const word of [
    'data',
    'metadata',
    'id',
    'hash',
    'version',
    'name',
    'status',
    'history',
    'type',
    'email',
    'Test',
  ]) {
    assert.ok(!isReservedWord(word), word)
  }
  for (const word of reservedWords) assert.ok(keywords.has(word))
  assert.equal(reservedWords.size, 251)
})

test('time is linear in the text', () => {
  // Quadratic behaviour would take minutes here.
  const parts = ["'", '"', '`', '/*', '--', '((((', "''''", '1e1e', '`"\\', '{{', "`'''"]
  for (const part of parts) assert.ok(tokenize(part.repeat(200_000)).length > 0)
})
