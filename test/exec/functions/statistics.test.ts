import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { findAggregate } from '../../../src/exec/functions/aggregates.ts'
import { toDouble } from '../../../src/values/decimal.ts'
import { decimal, float, int, type Value } from '../../../src/values/value.ts'

function aggregated(name: string, values: readonly Value[]): Value {
  const accumulator = findAggregate(name)?.start()
  assert.ok(accumulator !== undefined)
  for (const value of values) accumulator.add(value)
  return accumulator.result()
}

const hundredths = fc.array(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), { minLength: 2, maxLength: 20 })

test('the variance of decimals is the exact one, rounded once to 38 digits', () => {
  fc.assert(
    fc.property(hundredths, (values) => {
      const count = BigInt(values.length)
      const sum = values.reduce((a, b) => a + b, 0n)
      const squares = values.reduce((a, b) => a + (count * b - sum) ** 2n, 0n)
      const result = aggregated(
        'variance',
        values.map((value) => decimal(value, -2)),
      )
      assert.ok(result.type === 'decimal')
      // squares / (count² (count - 1)) in units of 10^-4, against the result in units of its last digit.
      const divisor = count * count * (count - 1n) * 10n ** 4n
      const scale = 10n ** BigInt(Math.max(0, -result.exponent))
      const error = result.coefficient * 10n ** BigInt(Math.max(0, result.exponent)) * divisor - squares * scale
      assert.ok(2n * (error < 0n ? -error : error) <= divisor * 10n ** BigInt(Math.max(0, result.exponent)))
    }),
    { numRuns: 200 },
  )
})

test('the standard deviation squared is the variance to 37 digits, and does not cancel beside a large offset', () => {
  const values = [1n, 2n, 3n, 4n].map((value) => int(10n ** 30n + value))
  const deviation = aggregated('stddev_pop', values)
  assert.ok(deviation.type === 'decimal')
  const squared = deviation.coefficient * deviation.coefficient
  const wanted = 125n * 10n ** BigInt(-2 * deviation.exponent - 2)
  const error = squared > wanted ? squared - wanted : wanted - squared
  assert.ok(error * 10n ** 36n < wanted)
})

test('the variance of floats agrees with the two-pass one', () => {
  const doubles = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 50 })
  fc.assert(
    fc.property(doubles, (values) => {
      const mean = values.reduce((a, b) => a + b, 0) / values.length
      const wanted = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length
      const result = aggregated(
        'var_pop',
        values.map((value) => float(value)),
      )
      assert.ok(result.type === 'float')
      assert.ok(Math.abs(result.value - wanted) <= 1e-9 * Math.max(1, wanted))
    }),
    { numRuns: 200 },
  )
})

test('as many values lie below the median as above it', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 30 }), (values) => {
      const result = aggregated(
        'median',
        values.map((value) => int(value)),
      )
      assert.ok(result.type === 'decimal')
      const middle = toDouble(result)
      const sorted = [...values].sort((a, b) => a - b)
      const half = sorted.length >> 1
      const wanted =
        sorted.length % 2 === 1
          ? (sorted[half] as number)
          : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2
      assert.equal(middle, wanted)
    }),
    { numRuns: 200 },
  )
})
