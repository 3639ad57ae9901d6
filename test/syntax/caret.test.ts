import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import stringWidth from 'string-width'
import { pictureAt } from '../../src/syntax/caret.ts'

function picture(source: string, start: number): string {
  return pictureAt(source, { start, end: start + 1 }, 'message').join('\n')
}

test('the line, the place and a caret under it', () => {
  const source = 'SELECT *\nFROM Vehicel v\nWHERE a = 1'
  const expected = '2:6: message\n  FROM Vehicel v\n       ^'
  assert.equal(picture(source, 14), expected)
  assert.equal(pictureAt(source, { line: 2, column: 6 }, 'message').join('\n'), expected)
  assert.equal(picture('a\r\nbc', 4), '2:2: message\n  bc\n   ^')
})

test('the end of the text and of a line', () => {
  assert.equal(picture('ab', 2), '1:3: message\n  ab\n    ^')
  assert.equal(picture('', 0), '1:1: message\n\n  ^')
  assert.equal(picture('ab\n', 3), '2:1: message\n\n  ^')
  assert.equal(picture('ab\ncd', 99), '2:3: message\n  cd\n    ^')
})

test('wide characters and combining marks count as the terminal counts them', () => {
  assert.equal(picture("'日本' x", 5), "1:6: message\n  '日本' x\n         ^")
  assert.equal(picture("'👩‍👩‍👧' x", "'👩‍👩‍👧' ".length), "1:9: message\n  '👩‍👩‍👧' x\n       ^")
  assert.equal(picture("'e\u0301' x", 5), "1:6: message\n  'e\u0301' x\n      ^")
})

test('tabs become spaces; what would move the cursor, hide or turn text becomes visible', () => {
  assert.equal(picture('\tx', 1), '1:2: message\n      x\n      ^')
  assert.equal(picture('a\u001b[2Jx', 5), '1:6: message\n  a␛[2Jx\n       ^')
  assert.equal(
    picture('\u202ea\u200bx\u007f\ud800', 3),
    '1:4: message\n  <U+202E>a<U+200B>x␡\ufffd\n                   ^',
  )
})

test('a long line is shown around the place', () => {
  const long = `${'a'.repeat(300)}X${'b'.repeat(300)}`
  const [, line, caret] = pictureAt(long, { start: 300, end: 301 }, 'm') as [string, string, string]
  assert.equal(line, `  …${'a'.repeat(60)}X${'b'.repeat(39)}…`)
  assert.equal(line[caret.length - 1], 'X')
  assert.equal(pictureAt(long, { start: 0, end: 1 }, 'm')[1], `  ${'a'.repeat(100)}…`)
  assert.equal(pictureAt(long, { start: 600, end: 601 }, 'm')[1], `  …${'b'.repeat(99)}`.replace('…', '…b'))
})

test('a line of megabytes costs no more than a short one', () => {
  const huge = 'x'.repeat(20_000_000)
  assert.equal(pictureAt(huge, { start: 10_000_000, end: 10_000_001 }, 'm').length, 3)
})

test('the message keeps its lines', () => {
  assert.deepEqual(pictureAt('a', { start: 0, end: 1 }, 'one\ntwo'), ['1:1: one', 'two', '  a', '  ^'])
})

test('whatever the text, a picture is narrow, on lines of its own, and its caret inside', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.nat({ max: 310 }), (text, start) => {
      const [head, line, caret] = pictureAt(text, { start, end: start }, 'm') as [string, string, string]
      assert.match(head, /^\d+:\d+: m$/)
      assert.ok(stringWidth(line) <= 104, line)
      assert.match(caret, /^ {2,}\^$/)
      assert.ok(caret.length <= 104)
      assert.ok(!/[\p{Cc}\p{Zl}\p{Zp}]/u.test(line))
    }),
    { numRuns: 500 },
  )
})
