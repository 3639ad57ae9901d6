import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeIon } from '../../src/values/binary-reader.ts'
import { encodeIon } from '../../src/values/binary-writer.ts'
import { parseInterval, printInterval, printIntervalBody } from '../../src/values/interval-text.ts'
import { ionEquals } from '../../src/values/ion-equals.ts'
import { fromPartiqlIon } from '../../src/values/partiql-ion.ts'
import { mapOf } from '../../src/values/map.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import {
  bag,
  date,
  type IntervalValue,
  int,
  interval,
  list,
  missing,
  sexp,
  structOf,
  time,
  type Value,
} from '../../src/values/value.ts'

const values: readonly Value[] = [
  missing,
  bag([]),
  bag([int(1), bag([missing])]),
  date(2021, 8, 22),
  time(23, 59, 59, 123n, 9, undefined),
  time(0, 0, 0, 0n, 0, 0),
  time(1, 2, 3, 0n, 2, -330),
  interval('day-time', 0n, -1n, 'DAY TO SECOND'),
  mapOf([]),
  mapOf([
    [date(2024, 1, 1), bag([missing])],
    [date(2024, 1, 2), mapOf([[int(1), missing]])],
  ]),
  structOf({ a: list([missing, sexp([date(1, 1, 1)])]), b: bag([structOf({ c: missing })]) }),
]

test('PartiQL values come back from text and from binary', () => {
  for (const value of values) {
    assert.ok(ionEquals(fromPartiqlIon(parseIon(printIon(value))), value), printIon(value))
    assert.ok(ionEquals(fromPartiqlIon(decodeIon(encodeIon(value))), value), printIon(value))
  }
})

test('annotations whose content does not fit, and all other Ion, stay as they are', () => {
  const texts = [
    ...[
      '$bag::(1)',
      '$bag::null.list',
      'a::$bag::[1]',
      '$missing::null.int',
      '$missing::1',
      '$date::2021T',
      '$date::"x"',
    ],
    ...['$time::{hour:25,minute:0,second:0.,timezone_hour:null.int,timezone_minute:null.int}', '$time::{hour:1}'],
    ...['$time::{hour:1,minute:0,second:60.,timezone_hour:null.int,timezone_minute:null.int}'],
    ...['$time::{hour:1,minute:0,second:0d-19,timezone_hour:null.int,timezone_minute:null.int}', '$interval::"x"'],
    ...['$map::[]', '$map::int::[]', '$map::int::int::[1]', '$map::int::int::[[1]]', '$map::int::int::[[1,2],[1.,3]]'],
    ...['$map::int::int::[a::[1,2]]', '$map::int::int::[[1,2],[a,3]]', '$map::int::int::[[[1],2]]'],
    ...['a::[1,{b:(c)}]', '{a:[null]}'],
  ]
  for (const text of texts) {
    const value = parseIon(text)
    assert.equal(fromPartiqlIon(value), value, text)
  }
})

test('intervals print in the fields of their qualifier', () => {
  const second = 1_000_000_000n
  const day = 86_400n * second
  const cases: readonly (readonly [IntervalValue, string])[] = [
    [interval('year-month', 14n, 0n, 'YEAR TO MONTH'), '1-2'],
    [interval('year-month', 36n, 0n, 'YEAR'), '3'],
    [interval('year-month', 14n, 0n, 'YEAR'), '1-2'],
    [interval('year-month', -14n, 0n, 'MONTH'), '-14'],
    [interval('day-time', 0n, 3n * day + 3_723n * second, 'DAY TO SECOND'), '3 01:02:03'],
    [interval('day-time', 0n, 3n * day + 3_720n * second, 'DAY(3) TO MINUTE'), '3 01:02'],
    [interval('day-time', 0n, 90_061n * second, 'HOUR TO SECOND(2)'), '25:01:01'],
    [interval('day-time', 0n, -1n, 'SECOND(2, 3)'), '-0.000000001'],
    [interval('day-time', 0n, day + 500_000_000n, 'DAY'), '1 00:00:00.5'],
  ]
  for (const [value, body] of cases) {
    assert.equal(printIntervalBody(value), body)
    assert.deepEqual(parseInterval(printInterval(value)), value)
  }
  for (const text of [
    '',
    '1',
    '1 WEEK',
    '1-2 YEAR TO DAY',
    '1:2 YEAR TO MONTH',
    'x DAY',
    '1.5 YEAR',
    '1 DAY TO SECOND',
    '1 2 3 DAY',
    '01 DAY',
  ])
    assert.equal(parseInterval(text), undefined, text)
})

test('every interval comes back from its text', () => {
  const qualifiers = [
    'DAY',
    'HOUR',
    'MINUTE',
    'SECOND',
    'DAY TO HOUR',
    'DAY(9) TO SECOND(9)',
    'HOUR TO MINUTE',
    'MINUTE TO SECOND',
  ]
  fc.assert(
    fc.property(fc.bigInt(-(10n ** 24n), 10n ** 24n), fc.constantFrom(...qualifiers), (amount, qualifier) => {
      const value = interval('day-time', 0n, amount, qualifier)
      assert.deepEqual(parseInterval(printInterval(value)), value)
    }),
  )
})
