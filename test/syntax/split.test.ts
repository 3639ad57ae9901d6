import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { placeAt } from '../../src/base/span.ts'
import { tokenize } from '../../src/syntax/lexer.ts'
import { isComplete, type ScriptStatement, StatementSplitter } from '../../src/syntax/split.ts'
import { scriptText } from './script-text.ts'

function split(...chunks: readonly string[]): ScriptStatement[] {
  const splitter = new StatementSplitter()
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()]
}

function textsOf(...chunks: readonly string[]): string[] {
  return split(...chunks).map((statement) => statement.text)
}

/** A text cut at any of its units, in the middle of pairs and signs too. */
const chunked = fc.tuple(scriptText, fc.array(fc.nat({ max: 200 }), { maxLength: 8 })).map(([text, cuts]) => {
  const edges = [0, ...cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b), text.length]
  return { text, chunks: edges.slice(1).map((edge, index) => text.slice(edges[index], edge)) }
})

test('the size of the chunks makes no difference', () => {
  fc.assert(
    fc.property(chunked, ({ text, chunks }) => {
      const whole = split(text)
      assert.deepEqual(split(...chunks), whole)
      assert.deepEqual(split(...text.split('')), whole)
    }),
    { numRuns: 2000 },
  )
})

/** The same pieces by way of the lexer, for texts without meta lines. */
function splitByTokens(text: string): { text: string; offset: number; terminated: boolean }[] {
  const pieces: { text: string; offset: number; terminated: boolean }[] = []
  let start: number | undefined
  let end = 0
  let openComment: number | undefined
  for (const token of tokenize(text)) {
    const written = text.slice(token.start, token.end)
    if (token.kind === 'whitespace') continue
    if (token.kind === 'comment') {
      if (token.problem === 'unterminated') openComment = token.start
    } else if (written === ';') {
      if (start !== undefined) pieces.push({ text: text.slice(start, end), offset: start, terminated: true })
      start = undefined
    } else {
      start ??= token.start
      end = token.end
    }
  }
  if (start !== undefined) {
    pieces.push({
      text: text.slice(start, openComment === undefined ? end : text.length),
      offset: start,
      terminated: false,
    })
  } else if (openComment !== undefined) pieces.push({ text: '/*', offset: openComment, terminated: false })
  return pieces
}

test('splitter and lexer agree on where strings, Ion and comments end', () => {
  fc.assert(
    fc.property(scriptText, (text) => {
      fc.pre(!text.includes('\\'))
      const pieces = split(text).map(({ text: piece, offset, terminated }) => ({ text: piece, offset, terminated }))
      assert.deepEqual(pieces, splitByTokens(text))
    }),
    { numRuns: 2000 },
  )
})

test('a piece knows where its first token stands', () => {
  fc.assert(
    fc.property(scriptText, (text) => {
      fc.pre(!text.startsWith('\ufeff'))
      for (const { text: piece, line, column, offset } of split(text)) {
        assert.equal(text.slice(offset, offset + piece.length), piece)
        assert.deepEqual({ line, column }, placeAt(text, offset))
      }
    }),
    { numRuns: 2000 },
  )
})

test('a semicolon that ends nothing', () => {
  const script = `
    select ';', ";", \`";" ';' ''';''' // ; \n /* ; */\` -- ; not this
    /* nor ; this */ from t; -- and ; this
    ;; /* ; */ ;
    delete from t -- tail ; `
  const pieces = textsOf(script)
  assert.equal(pieces.length, 2)
  assert.match(pieces[0] as string, /^select ';'.*from t$/s)
  assert.equal(pieces[1], 'delete from t')
})

test('comments at the edges go, those inside stay', () => {
  assert.deepEqual(textsOf('/* a */ -- b\n select /* c */ 1 -- d\n ;'), ['select /* c */ 1'])
  assert.deepEqual(textsOf('-- a\n/* b */\n'), [])
})

test('line ends of every kind, a byte order mark, no newline at the end', () => {
  const pieces = split('\ufeffselect 1;\r\n\r\n  select 2;\rselect 3;\n😀; 𝒳; x')
  assert.deepEqual(
    pieces.map(({ text, line, column, offset }) => [text, line, column, offset]),
    [
      ['select 1', 1, 1, 1],
      ['select 2', 3, 3, 16],
      ['select 3', 4, 1, 26],
      ['😀', 5, 1, 36],
      ['𝒳', 5, 4, 40],
      ['x', 5, 7, 44],
    ],
  )
})

test('what the end of the script cuts off is given back for the parser to complain about', () => {
  const cut = ["select 'a; -- b", 'select "a;', 'select `[1; ', 'select 1 /* a;', 'select 1 -', 'select 1 /', '-', '/']
  for (const text of cut) {
    assert.deepEqual(split(`${text}`), [{ kind: 'statement', text, line: 1, column: 1, offset: 0, terminated: false }])
  }
  assert.deepEqual(split('a;\n  /* b'), [
    { kind: 'statement', text: 'a', line: 1, column: 1, offset: 0, terminated: true },
    { kind: 'statement', text: '/*', line: 2, column: 3, offset: 5, terminated: false },
  ])
})

test('meta lines', () => {
  const kinds = split("\\help me\n select 1; \\set a 'b';select \\x\n;\\quit").map(({ kind, text }) => [kind, text])
  assert.deepEqual(kinds, [
    ['meta', '\\help me'],
    ['statement', 'select 1'],
    ['meta', "\\set a 'b'"],
    ['statement', 'select \\x'],
    ['meta', '\\quit'],
  ])
  assert.equal(split('\\quit')[0]?.terminated, true)
})

test('isComplete: a semicolon at the end, outside everything', () => {
  for (const text of ['select 1;', 'select 1; -- a', 'a; b; /* c */ \n', '\\help', ' \\help\n', 'a;\\q']) {
    assert.equal(isComplete(text), true, text)
  }
  for (const text of ['', ' ', '-- a;', 'select 1', "select ';", 'a; b', 'a; /* b', '`1;', 'a; -', ';']) {
    assert.equal(isComplete(text), false, text)
  }
})

test('a long script of small statements leaves nothing behind, in pieces of one character too', () => {
  const splitter = new StatementSplitter()
  let count = 0
  const line = "insert into t value {'a': 'x;y'}; -- z\n"
  for (let round = 0; round < 2_000; round += 1) {
    for (const unit of line) count += splitter.push(unit).length
    assert.ok(splitter.isIdle)
  }
  assert.equal(count, 2_000)
  assert.equal(splitter.push(line.repeat(100_000)).length, 100_000)
  assert.deepEqual(splitter.end(), [])
})
