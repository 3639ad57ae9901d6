import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { orderOfTexts } from '../../src/exec/text-order.ts'
import { compareText } from '../../src/values/compare.ts'

/** Beginnings that are shared by many, ends of every kind of unit, and texts that end within the others. */
const text = fc
  .tuple(
    fc.constantFrom('', 'a', 'name ', 'a long beginning of many units ', '\u{1F4A9}', '\0', '\0\0'),
    fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom('', '\0', '\xFD', '\xFE', '\xFF', '\u0100', '\uE000', '\uFFFF', '\uD800', '\uDFFF', '\u{10FFFF}'),
      fc.integer({ min: 0, max: 300 }).map(String),
    ),
  )
  .map((parts) => parts.join(''))

test('texts are sorted by code point, equal ones as they stood, both ways, as comparing them would', () => {
  const texts = fc.array(text, { maxLength: 400, size: 'max' })
  fc.assert(
    fc.property(texts, fc.boolean(), (given, descending) => {
      const sign = descending ? -1 : 1
      const expected = given.map((_, place) => place)
      expected.sort((a, b) => sign * compareText(given[a] as string, given[b] as string) || a - b)
      assert.deepEqual(Array.from(orderOfTexts(given, descending, () => undefined)), expected)
    }),
    { numRuns: 300 },
  )
})

test('many texts that end within a packed part, or are alike for long, come out in order', () => {
  const texts = Array.from({ length: 5_000 }, (_, at) => 'x'.repeat((at * 7_919) % 101) + (at % 3 === 0 ? '' : at % 7))
  const order = Array.from(orderOfTexts(texts, false, () => undefined))
  for (let at = 1; at < order.length; at += 1) {
    const [a, b] = [order[at - 1] as number, order[at] as number]
    assert.ok((compareText(texts[a] as string, texts[b] as string) || a - b) < 0)
  }
})

test('many equal texts that end within a packed part come out as they stood', () => {
  const few = fc.array(text, { minLength: 1, maxLength: 3 })
  const texts = few.chain((some) => fc.array(fc.constantFrom(...some), { minLength: 24, maxLength: 200 }))
  fc.assert(
    fc.property(texts, fc.boolean(), (given, descending) => {
      const sign = descending ? -1 : 1
      const expected = given.map((_, place) => place)
      expected.sort((a, b) => sign * compareText(given[a] as string, given[b] as string) || a - b)
      // Without an end it would be called for ever.
      let steps = 0
      const step = () => {
        steps += 1
        assert.ok(steps < 1_000 * given.length)
      }
      assert.deepEqual(Array.from(orderOfTexts(given, descending, step)), expected)
    }),
    { numRuns: 200 },
  )
})
