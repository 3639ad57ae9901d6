import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { IntegerIndex } from '../../src/values/integer-index.ts'

/** Small, large, and multiples of large powers of two, whose places a plain mask would make one. */
const integer = fc.oneof(
  fc.integer(),
  fc.integer({ min: -20, max: 20 }),
  fc.integer({ min: -2000, max: 2000 }).map((number) => number << 20),
)

test('an index of integers finds the number of each and of no other', () => {
  fc.assert(
    fc.property(fc.uniqueArray(integer, { maxLength: 500, size: 'max' }), fc.array(integer), (added, others) => {
      const index = new IntegerIndex()
      for (const [number, one] of added.entries()) index.add(one, number)
      const numbers = new Map(added.map((one, number) => [one, number]))
      for (const one of [...added, ...others]) assert.equal(index.find(one), numbers.get(one) ?? -1)
      index.clear()
      for (const one of added) assert.equal(index.find(one), -1)
    }),
    { numRuns: 200 },
  )
})

test('integers beyond 32 bits and fractions are not taken, the two zeros are', () => {
  const bounds = [2 ** 31, -(2 ** 31) - 1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31 - 1, -(2 ** 31), 0, -0]
  assert.deepEqual(bounds.map(IntegerIndex.takes), [false, false, false, false, false, true, true, true, true])
})

test('integers that were chosen to collide are found, in time that grows with their number', () => {
  const index = new IntegerIndex()
  const chosen = collidingIntegers(2_000)
  for (const [number, one] of chosen.entries()) index.add(one, number)
  for (const [number, one] of chosen.entries()) assert.equal(index.find(one), number)
  assert.ok(index.crowded > 1_000, `${index.crowded} stand in the Map`)
})

/** Integers with one place in any table of up to 16,384 places. */
function collidingIntegers(count: number): number[] {
  const found: number[] = []
  for (let integer = 0; found.length < count; integer += 1) {
    if ((IntegerIndex.placeOf(integer) & 0x7fff) <= 1) found.push(integer)
  }
  return found
}
