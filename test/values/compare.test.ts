import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compare, compareOrThrow, compareTotal, equalityKey, equals, ionEquals } from '../../src/values/compare.ts'
import {
  bool,
  date,
  decimal,
  float,
  int,
  list,
  string,
  struct,
  symbol,
  timestamp,
  type Value,
} from '../../src/values/value.ts'
import { anyValue, rewritten } from './alike-values.ts'

test('two values have one key exactly when they are equal', () => {
  fc.assert(
    fc.property(anyValue, anyValue, (a, b) => {
      assert.equal(equalityKey(a) === equalityKey(b), equals(a, b))
      assert.equal(equals(a, b), equals(b, a))
    }),
    { numRuns: 5000 },
  )
})

test('a value written in another way is equal to it and has its key', () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      assert.equal(equals(value, rewritten(value)), true)
      assert.equal(equalityKey(value), equalityKey(rewritten(value)))
    }),
    { numRuns: 2000 },
  )
})

test('the total order is one, and calls alike what is equal', () => {
  fc.assert(
    fc.property(anyValue, anyValue, anyValue, (a, b, c) => {
      const order = compareTotal(a, b)
      assert.equal(Math.sign(order), -Math.sign(compareTotal(b, a)) + 0)
      if (order <= 0 && compareTotal(b, c) <= 0) assert.ok(compareTotal(a, c) <= 0)
      if (order === 0) assert.equal(equals(a, b), true)
      if (equals(a, rewritten(a))) assert.equal(compareTotal(a, rewritten(a)), 0)
    }),
    { numRuns: 5000 },
  )
})

test('numbers are compared by value, whatever their type', () => {
  const cases: [Value, Value, number][] = [
    [int(1), decimal(100n, -2), 0],
    [float(0.1), decimal(1n, -1), 0],
    [float(1e23), int(BigInt(1e23)), 0],
    [float(1e23), decimal(1n, 23), -1],
    [float(-(2 ** 63)), int(-(2n ** 63n)), 0],
    [int(9007199254740993n), float(9007199254740992), 1],
    [int(9007199254740991), float(9007199254740992), -1],
    [decimal(1n, 1_000_000_000), float(1e308), 1],
    [decimal(1n, 1_000_000_000), float(Infinity), -1],
    [decimal(-1n, -1_000_000_000), int(0), -1],
    [decimal(3n, 0), decimal(25n, -1), 1],
  ]
  for (const [a, b, order] of cases) {
    assert.equal(compare(a, b), order)
    assert.equal(Math.sign(compare(b, a) as number), -order + 0)
  }
})

test('nan equals itself, is neither less nor greater, and sorts first', () => {
  const nan = float(Number.NaN)
  assert.equal(equals(nan, float(Number.NaN)), true)
  for (const other of [int(1), float(-Infinity), nan]) assert.equal(Number.isNaN(compare(nan, other)), true)
  assert.ok(compareTotal(nan, float(-Infinity)) < 0)
})

test('text is ordered by code point, string and symbol alike', () => {
  assert.equal(compare(string('a'), symbol('a')), 0)
  assert.ok((compare(string('\uFFFD'), symbol('\u{1F4A9}')) as number) < 0)
  assert.ok((compare(string('a'), string('ab')) as number) < 0)
})

test('what has no order between types is refused by <, and a date meets a timestamp', () => {
  assert.equal(compare(int(1), string('1')), undefined)
  assert.equal(equals(int(1), string('1')), false)
  assert.throws(() => compareOrThrow(int(1), string('a')), { message: 'Cannot compare values: INT, STRING' })
  const midnight = timestamp('minute', { year: 2023, month: 5, day: 15, hour: 2, offset: 120 })
  assert.equal(compare(date(2023, 5, 15), midnight), 0)
  assert.equal(equals(date(2023, 5, 15), midnight), true)
})

test('types sort in the order of the specification, absent values last', () => {
  const sorted = [bool(true), int(5), string('a'), list([]), struct([], [])]
  const shuffled = [sorted[3], sorted[0], sorted[4], sorted[2], sorted[1]] as Value[]
  assert.deepEqual(shuffled.sort(compareTotal), sorted)
})

test('identity in the Ion data model sees type, precision and annotations but no order of fields', () => {
  const a = struct(['x', 'y'], [int(1), decimal(10n, -1)])
  assert.equal(ionEquals(a, struct(['y', 'x'], [decimal(10n, -1), int(1)])), true)
  assert.equal(ionEquals(a, struct(['y', 'x'], [decimal(1n, 0), int(1)])), false)
  assert.equal(ionEquals(string('a'), symbol('a')), false)
  assert.equal(ionEquals(int(1, ['a']), int(1)), false)
  assert.equal(ionEquals(float(0), float(-0)), false)
  assert.equal(ionEquals(timestamp('year', { year: 2000 }), timestamp('month', { year: 2000 })), false)
  assert.equal(ionEquals(struct(['x', 'x'], [int(1), int(1)]), struct(['x', 'x'], [int(1), int(2)])), false)
})
