import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compileLikePattern } from '../../src/exec/like.ts'

const like = (text: string, pattern: string, escapeText?: string) => compileLikePattern(pattern, escapeText)(text)

test('wildcards', () => {
  for (const [text, pattern] of [
    ['', ''],
    ['', '%'],
    ['ABC', 'A_C'],
    ['ABC', '%%%%'],
    ['ABC', '%C'],
    ['AAaBBbCCc', 'A%B%c'],
    ['ABC', '_%_%_%'],
    ['AAaBBbCCc', '%__b%C_%'],
    ['\u{1F4A9}x', '_x'],
    ['a.c', 'a.c'],
  ] as const) {
    assert.equal(like(text, pattern), true, `${text} like ${pattern}`)
  }
  for (const [text, pattern] of [
    ['', '_'],
    ['A', 'a'],
    ['ABC', 'B%C'],
    ['ABC', '_ABC'],
    ['ABC', '%_%_%_%_%'],
    ['aa', 'aa%aa'],
    ['abc', 'a.c'],
  ] as const) {
    assert.equal(like(text, pattern), false, `${text} like ${pattern}`)
  }
})

test('the escape character makes the next one plain', () => {
  assert.equal(like('100%', '1%[%', '['), true)
  assert.equal(like('1_000_000%', '%[_0%0[__%_[%', '['), true)
  assert.equal(like('100%', '1_[%_', '['), false)
  assert.equal(like('[', '[[', '['), true)
  for (const [pattern, escapeText] of [
    ['a', 'xy'],
    ['a', ''],
    ['[', '['],
    ['[a', '['],
  ] as const) {
    assert.throws(() => compileLikePattern(pattern, escapeText), { code: 'evaluator/invalid' })
  }
})

test('agrees with a regular expression', () => {
  const letters = fc.array(fc.constantFrom('a', 'b'), { maxLength: 12 }).map((points) => points.join(''))
  const patterns = fc.array(fc.constantFrom('a', 'b', '_', '%'), { maxLength: 8 }).map((points) => points.join(''))
  fc.assert(
    fc.property(letters, patterns, (text, pattern) => {
      const expected = new RegExp(`^${pattern.replace(/%/g, '.*').replace(/_/g, '.')}$`, 's').test(text)
      assert.equal(like(text, pattern), expected)
    }),
    { numRuns: 2000 },
  )
})

test('a long text and many wildcards take few steps', () => {
  const text = 'a'.repeat(20_000)
  assert.equal(like(text, `${'%a'.repeat(500)}%b`), false)
  assert.equal(like(text, `${'%a_'.repeat(500)}%`), true)
})
