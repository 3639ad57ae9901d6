import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ionEquals } from '../../src/values/ion-equals.ts'
import {
  civilFromDays,
  compareInstants,
  daysFromCivil,
  daysInMonth,
  instantOf,
  isValidTimestamp,
  parseTimestamp,
  printTimestamp,
  timestampFromMs,
} from '../../src/values/timestamp.ts'
import { type TimestampValue, timestamp } from '../../src/values/value.ts'
import { timestampValue } from '../support/ion-values.ts'

function read(text: string): TimestampValue {
  return parseTimestamp(text) ?? assert.fail(`${text} was refused`)
}

test('what is read prints as it was written', () => {
  const texts = [
    ...['0001T', '9999T', '2020-02T', '2020-02-29', '2000-02-29', '2020-01-01T00:00Z', '2020-01-01T23:59-00:00'],
    ...[
      '2020-01-01T00:00:59+23:59',
      '2020-01-01T00:00:00-23:59',
      '2020-01-01T00:00:00.000Z',
      '2020-01-01T12:30:45.1234567890123456789+05:30',
    ],
  ]
  for (const text of texts) assert.equal(printTimestamp(read(text)), text)
  assert.equal(printTimestamp(read('2020-02-29T')), '2020-02-29')
  assert.equal(printTimestamp(read('2020-02-29T00:00+00:00')), '2020-02-29T00:00Z')
  fc.assert(fc.property(timestampValue, (t) => ionEquals(read(printTimestamp(t)), t)))
})

test('an offset may reach the first and the last moment of the calendar, not beyond', () => {
  for (const text of [
    '0001-01-01T01:00+01:00',
    '0001-01-01T23:59+23:59',
    '9999-12-31T22:59:59.9-01:00',
    '9999-12-31T23:59Z',
  ])
    assert.equal(printTimestamp(read(text)), text)
  for (const text of [
    '0001-01-01T00:59+01:00',
    '0001-01-01T23:58+23:59',
    '9999-12-31T23:00-01:00',
    '9999-12-31T00:01-23:59',
  ])
    assert.equal(parseTimestamp(text), undefined, text)
})

test('other shapes and fields out of range are refused', () => {
  const texts = [
    ...['', '2020', '2020-', '2020-1T', '2020-02', '20200101T', ' 2020T', '2020T ', '+2020T', '2020-01-01 00:00Z'],
    ...['0000T', '2020-00T', '2020-13T', '2020-01-00', '2020-01-32', '2020-09-31', '2019-02-29', '1900-02-29'],
    ...['2020-01-01T00:00', '2020-01-01T0:00Z', '2020-01-01T00Z', '2020-01-01T24:00Z', '2020-01-01T00:60Z'],
    ...['2020-01-01T00:00:60Z', '2020-01-01T00:00:00.Z', '2020-01-01T00:00z', '2020-01-01T00:00+1:00'],
    ...['2020-01-01T00:00+24:00', '2020-01-01T00:00+00:60', '2020-01-01T00:00:00,5Z', '2020-01-01Z'],
    ...['0001-01-01T00:00+00:01', '9999-12-31T23:59:59-00:01'],
  ]
  for (const text of texts) assert.equal(parseTimestamp(text), undefined, text)
})

test('fields beyond the precision must be at rest', () => {
  assert.ok(isValidTimestamp(timestamp('year', { year: 2020 })))
  for (const fields of [{ month: 2 }, { day: 2 }, { hour: 1 }, { offset: 0 }, { fractionDigits: 1 }, { year: 2020.5 }])
    assert.ok(!isValidTimestamp(timestamp('year', { year: 2020, ...fields })), JSON.stringify(fields))
  assert.ok(!isValidTimestamp(timestamp('minute', { year: 2020, second: 1 })))
  assert.ok(!isValidTimestamp(timestamp('second', { year: 2020, fraction: 10n, fractionDigits: 1 })))
  assert.ok(!isValidTimestamp(timestamp('second', { year: 2020, fraction: -1n, fractionDigits: 1 })))
})

test('days and dates are each other the wrong way round', () => {
  assert.equal(daysFromCivil(1970, 1, 1), 0)
  assert.equal(daysFromCivil(2000, 3, 1), 11_017)
  assert.equal(daysInMonth(1900, 2), 28)
  const days = fc.integer({ min: daysFromCivil(1, 1, 1), max: daysFromCivil(9999, 12, 31) })
  fc.assert(
    fc.property(days, (count) => {
      const { year, month, day } = civilFromDays(count)
      assert.equal(daysFromCivil(year, month, day), count)
      assert.equal(
        new Date(count * 86_400_000).toISOString().slice(-24, -14),
        printTimestamp(timestamp('day', { year, month, day })),
      )
    }),
  )
})

test('instants compare across offsets, precisions and fractions', () => {
  const order = (a: string, b: string) => Math.sign(compareInstants(instantOf(read(a)), instantOf(read(b))))
  assert.equal(order('2020T', '2020-01-01T00:00:00.000-00:00'), 0)
  assert.equal(order('2020-01-01T01:00+01:00', '2020-01-01T00:00Z'), 0)
  assert.equal(order('2020-01-01T00:00:00.5Z', '2020-01-01T00:00:00.50Z'), 0)
  assert.equal(order('2020-01-01T00:00:00.49Z', '2020-01-01T00:00:00.5Z'), -1)
  assert.equal(order('2020-01-01T00:00:00.5000000001Z', '2020-01-01T00:00:00.5Z'), 1)
  assert.equal(order('0001T', '9999T'), -1)
  assert.deepEqual(instantOf(read('1969-12-31T23:59:59.900Z')), { seconds: -1, fraction: 9n, fractionDigits: 1 })
})

test('milliseconds become a UTC timestamp with three digits', () => {
  const texts = [0, 1, 1_577_836_800_123, -1, -62_135_596_800_000, 253_402_300_799_999].map((ms) =>
    printTimestamp(timestampFromMs(ms)),
  )
  assert.deepEqual(texts.slice(0, 3), [
    '1970-01-01T00:00:00.000Z',
    '1970-01-01T00:00:00.001Z',
    '2020-01-01T00:00:00.123Z',
  ])
  assert.deepEqual(texts.slice(3), ['1969-12-31T23:59:59.999Z', '0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'])
})
