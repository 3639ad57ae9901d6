import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  add,
  bitAnd,
  concatenate,
  divide,
  modulo,
  multiply,
  negate,
  positive,
  subtract,
} from '../../src/values/arithmetic.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { type DecimalValue, decimal, int, interval, time, timestamp, type Value } from '../../src/values/value.ts'

const operators: Record<string, (a: Value, b: Value) => Value> = {
  '+': add,
  '-': subtract,
  '*': multiply,
  '/': divide,
  '%': modulo,
}

function calculate(text: string): string {
  const [left, operator, right] = text.split(' ') as [string, string, string]
  return printIon((operators[operator] as typeof add)(parseIon(left), parseIon(right)))
}

test('numbers of every pair of types', () => {
  const cases: Record<string, string> = {
    '1 + 2': '3',
    '9007199254740991 + 1': '9007199254740992',
    '-9007199254740991 - 2': '-9007199254740993',
    '9007199254740993 - 9007199254740992': '1',
    '4567890123456789 * 123': '561850485185185047',
    '7 / 2': '3',
    '-7 / 2': '-3',
    '-1 / 2': '0',
    '9007199254740991 / -1': '-9007199254740991',
    '4567890123456789 / 123': '37137318076884',
    '-10 % 3': '-1',
    '10 % -3': '1',
    '100000000000000000000 % 7': '2',
    '1 + 2e0': '3e0',
    '1e0 / 4': '0.25e0',
    '0.1 + 0.2': '0.3',
    '0.10 + 1': '1.10',
    '1. / 3': '0.33333333333333333333333333333333333333',
    '2. / 3.': '0.66666666666666666666666666666666666667',
    '1.00 / 4': '0.25',
    '5 / 1.25': '4.',
    '10.5 % 3': '1.5',
    '0.1e0 + 0.2': '0.3',
    '1d100 - 1d-100': '10000000000000000000000000000000000000d63',
    '1d100 + 5': '10000000000000000000000000000000000000d63',
    '1d1000000000 - 1': '10000000000000000000000000000000000000d999999963',
    '99999999999999999999999999999999999999 * 1.1': '1.1000000000000000000000000000000000000d38',
    '+inf - +inf': 'nan',
    '1.5 * -inf': '-inf',
  }
  for (const [text, result] of Object.entries(cases)) {
    // Compared as written, save where only the printing differs.
    assert.equal(calculate(text), printIon(parseIon(result)), text)
  }
})

test('decimal sums and products are exact while they fit in 38 digits', () => {
  const small = fc.record({
    coefficient: fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
    exponent: fc.integer({ min: -5, max: 5 }),
  })
  const scaled = (value: { coefficient: bigint; exponent: number }, scale: number) =>
    value.coefficient * 10n ** BigInt(value.exponent + scale)
  fc.assert(
    fc.property(small, small, (a, b) => {
      const [x, y] = [decimal(a.coefficient, a.exponent), decimal(b.coefficient, b.exponent)]
      assert.equal(scaled(add(x, y) as DecimalValue, 5), scaled(a, 5) + scaled(b, 5))
      assert.equal(scaled(multiply(x, y) as DecimalValue, 10), scaled(a, 5) * scaled(b, 5))
    }),
  )
})

test('integer quotient and remainder give the dividend back, whatever the size', () => {
  const integer = fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }))
  fc.assert(
    fc.property(integer, integer, (x, y) => {
      fc.pre(BigInt(y) !== 0n)
      const [a, b] = [int(x), int(y)]
      assert.deepEqual(add(multiply(divide(a, b), b), modulo(a, b)), a)
    }),
  )
})

test('a division by zero is an error whatever the types', () => {
  for (const zero of ['0', '0.00', '0e0', '-0e0']) {
    assert.throws(() => calculate(`1 / ${zero}`), { code: 'value/division-by-zero', message: '/ by zero' })
    assert.throws(() => calculate(`1.5 % ${zero}`), { code: 'value/division-by-zero', message: '% by zero' })
  }
})

test('operands of the wrong type are named', () => {
  assert.throws(() => calculate('1 + "a"'), {
    code: 'value/type-mismatch',
    message:
      "Incorrect type of arguments for operator '+', expected one of [INT, FLOAT, DECIMAL, INTERVAL] got INT, STRING",
  })
  assert.throws(() => concatenate(int(1), int(2)), { code: 'value/type-mismatch' })
  assert.throws(() => positive(parseIon('"a"')), { code: 'value/type-mismatch' })
})

test('unary operators, text and bits', () => {
  assert.equal(printIon(negate(parseIon('0.0'))), '-0.0')
  assert.equal(printIon(negate(int(0))), '0')
  assert.equal(printIon(concatenate(parseIon('a'), parseIon('"b"'))), '"ab"')
  assert.deepEqual(bitAnd(int(-2), int(7)), int(6))
})

const day = 86_400_000_000_000n
const days = (count: bigint, qualifier = 'DAY') => interval('day-time', 0n, count * day, qualifier)
const months = (count: bigint, qualifier = 'MONTH') => interval('year-month', count, 0n, qualifier)

test('intervals with intervals and numbers', () => {
  assert.deepEqual(add(months(13n), months(1n)), months(14n, 'YEAR TO MONTH'))
  assert.throws(() => add(months(1n), days(1n)), { code: 'value/type-mismatch' })
  assert.deepEqual(divide(months(17n), parseIon('2.5')), months(6n, 'YEAR TO MONTH'))
  assert.deepEqual(divide(days(-2n), int(3)), interval('day-time', 0n, (-2n * day) / 3n, 'DAY TO SECOND'))
  assert.deepEqual(divide(days(2n), parseIon('2.5')), interval('day-time', 0n, (day * 4n) / 5n, 'DAY TO SECOND'))
  assert.deepEqual(divide(days(2n), parseIon('0.225')), interval('day-time', 0n, 767_999_999_999_000n, 'DAY TO SECOND'))
  assert.deepEqual(multiply(parseIon('0.5'), days(3n)), interval('day-time', 0n, (3n * day) / 2n, 'DAY TO SECOND'))
})

test('an interval may not outgrow the digits of its leading field', () => {
  assert.throws(() => multiply(days(2n), int(50)), { code: 'value/interval-overflow' })
  assert.throws(() => divide(months(36n), parseIon('0.03')), { code: 'value/interval-overflow' })
  assert.deepEqual(multiply(days(2n, 'DAY(3)'), int(50)), days(100n, 'DAY(3) TO SECOND'))
})

test('an interval moves dates, times and timestamps', () => {
  const january = parseIon('2024-01-31T23:59:59.9-08:00')
  assert.equal(printIon(add(january, months(1n))), '2024-02-29T23:59:59.9-08:00')
  assert.equal(printIon(add(january, interval('day-time', 0n, 100_000_000n, 'SECOND'))), '2024-02-01T00:00:00.0-08:00')
  assert.equal(printIon(subtract(january, months(11n))), '2023-02-28T23:59:59.9-08:00')
  assert.deepEqual(add(days(3n), time(1, 2, 3, 5n, 1, 60)), time(1, 2, 3, 5n, 1, 60))
  assert.deepEqual(
    subtract(time(0, 0, 1, 0n, 0, undefined), interval('day-time', 0n, 2_000_000_000n, 'SECOND')),
    time(23, 59, 59, 0n, 0, undefined),
  )
  assert.throws(() => add(time(0, 0, 0, 0n, 0, undefined), months(1n)), { code: 'value/type-mismatch' })
  assert.throws(() => add(parseIon('9999-12-31'), days(1n)), { code: 'value/out-of-range' })
})

test('the difference of two moments goes by the instant', () => {
  const a = timestamp('second', { year: 2025, month: 1, day: 15, hour: 14, minute: 30, offset: 120 })
  const b = timestamp('second', { year: 2025, month: 1, day: 15, hour: 17, minute: 30, offset: 300 })
  assert.equal((subtract(a, b) as { nanoseconds: bigint }).nanoseconds, 0n)
  assert.throws(() => subtract(a, time(1, 0, 0, 0n, 0, undefined)), { code: 'value/type-mismatch' })
})
