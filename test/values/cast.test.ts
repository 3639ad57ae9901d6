import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { canCast, canLosslessCast, castTo, isOfType } from '../../src/values/cast.ts'
import type { CastType } from '../../src/values/cast-type.ts'
import { equals } from '../../src/values/compare.ts'
import { fromPartiqlIon } from '../../src/values/partiql-ion.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { bag, decimal, int, interval, missing, nullValue } from '../../src/values/value.ts'

/** `decimal(5,2)`, `time with time zone`. */
function typeOf(text: string): CastType {
  const withTimeZone = text.endsWith(' with time zone')
  const [name, args = ''] = text.replace(' with time zone', '').split('(') as [string, string?]
  return { name, args: args.replace(')', '').split(',').filter(Boolean).map(Number), withTimeZone }
}

function cast(text: string): string {
  const [value, type] = text.split(' as ') as [string, string]
  return printIon(castTo(fromPartiqlIon(parseIon(value)), typeOf(type)))
}

test('values and their counterparts in other types', () => {
  const cases: Record<string, string> = {
    'true as int': '1',
    '-1.9 as int': '-2',
    '-2.5 as int': '-3',
    '" 1\\t" as int': '1',
    '" a " as string': '" a "',
    '1e30 as int': '1000000000000000019884624838656',
    '-9223372036854775808e0 as bigint': '-9223372036854775808',
    '"-0x0A" as int': '-10',
    '"+0b010" as int': '2',
    '"-01" as int': '-1',
    '5 as bool': 'true',
    '0.00 as bool': 'false',
    "'TRUE' as boolean": 'true',
    '"a" as boolean': 'false',
    '0.1 as float': '0.1e0',
    '"1.5e3" as double precision': '1500e0',
    '"-inf" as float': '-inf',
    '0.1e0 as decimal': '0.1',
    '"1.50" as decimal': '1.50',
    '2.345 as decimal(3,2)': '2.35',
    '7 as decimal(3,1)': '7.0',
    '42 as string': '"42"',
    '2001T as string': '"2001T"',
    '1d3 as string': '"1000"',
    '1. as string': '"1"',
    '-0.50 as string': '"-0.50"',
    '1d-101 as string': '"1E-101"',
    'abc as varchar(2)': '"ab"',
    '"a" as char(3)': '"a  "',
    'xx::"a" as string': 'xx::"a"',
    '"x y" as symbol': "'x y'",
    '"2007-02-23T12:14:33.079-08:00" as timestamp': '2007-02-23T12:14:33.079-08:00',
    '"2007-02-23 12:14:33.5" as timestamp': '2007-02-23T12:14:33.5-00:00',
    '2007-02-23T23:59:59.95Z as timestamp(1)': '2007-02-24T00:00:00.0Z',
    '2007-02-23T10:00Z as date': '$date::2007-02-23',
    '"10:30:00.25+02:00" as time with time zone':
      '$time::{hour:10,minute:30,second:0.25,timezone_hour:2,timezone_minute:0}',
    '{{"ab"}} as blob': '{{YWI=}}',
    '[1,2] as sexp': '(1 2)',
    '(1 2) as list': '[1,2]',
  }
  for (const [text, result] of Object.entries(cases)) assert.equal(cast(text), printIon(parseIon(result)), text)
  assert.deepEqual(castTo(parseIon('[1]'), typeOf('bag')), bag([int(1)]))
})

test('what has no counterpart is refused with both types', () => {
  for (const text of [
    '2017T as int',
    '"2e10" as int',
    '"00b10" as int',
    '"1 2" as int',
    '[1] as int',
    '{} as list',
    'nan as decimal',
    '40000 as smallint',
    '123.45 as decimal(4,2)',
    '"x" as timestamp',
    '"2021-02-29" as date',
    '1 as struct',
  ]) {
    assert.throws(() => cast(text), { code: 'value/cannot-cast' }, text)
  }
  assert.throws(() => cast('{} as int'), { message: 'Cannot convert STRUCT to INT' })
  assert.throws(() => cast('"aa" as integer'), { message: 'Cannot convert STRING to INTEGER: "aa"' })
})

test('absent values stay, and nothing is cast to NULL or MISSING', () => {
  assert.equal(castTo(missing, typeOf('int')), missing)
  assert.equal(castTo(nullValue, typeOf('int')), nullValue)
  for (const type of ['null', 'missing']) {
    assert.throws(() => castTo(nullValue, typeOf(type)), { code: 'semantic/invalid' })
  }
})

test('a number with too many digits for an int has no counterpart there', () => {
  assert.throws(() => cast('1d1000000000 as int'), { code: 'value/cannot-cast' })
  assert.equal(cast('1d-1000000000 as int'), '0')
  assert.equal(cast('1d-1000000000 as decimal(5,2)'), '0.00')
})

test('what is cast to DECIMAL(p, s) is of that type, and what is not of it changes or is refused', () => {
  const number = fc.record({
    coefficient: fc.bigInt({ min: -99999n, max: 99999n }),
    exponent: fc.integer({ min: -6, max: 3 }),
  })
  fc.assert(
    fc.property(number, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 8 }), (one, precision, scale) => {
      fc.pre(scale <= precision)
      const value = decimal(one.coefficient, one.exponent)
      const type = { name: 'decimal', args: [precision, scale], withTimeZone: false }
      const result = canCast(value, type) ? castTo(value, type) : undefined
      if (result !== undefined) assert.equal(isOfType(result, type), true)
      if (isOfType(value, type)) assert.equal(result !== undefined && equals(result, value), true)
    }),
  )
})

test('an interval is of a type when a cast to it keeps the value', () => {
  const hours = interval('day-time', 0n, 25n * 3_600_000_000_000n, 'HOUR')
  const is = (name: string, ...args: number[]) => isOfType(hours, { name, args, withTimeZone: false })
  assert.deepEqual(
    [is('interval hour'), is('interval day to hour'), is('interval day'), is('interval hour', 1), is('interval year')],
    [true, true, false, false, false],
  )
})

test('intervals change their fields, within their digits', () => {
  const hours = interval('day-time', 0n, 25n * 3_600_000_000_000n, 'HOUR')
  const type = (name: string, ...args: number[]) => ({ name, args, withTimeZone: false })
  assert.deepEqual(castTo(hours, type('interval day to hour')), { ...hours, qualifier: 'DAY TO HOUR' })
  assert.deepEqual(castTo(hours, type('interval day', 5)), {
    ...hours,
    nanoseconds: 24n * 3_600_000_000_000n,
    qualifier: 'DAY(5)',
  })
  assert.throws(() => castTo(hours, type('interval minute')), { code: 'value/cannot-cast' })
  assert.throws(() => castTo(hours, type('interval year')), { code: 'value/cannot-cast' })
})

test('CAN_CAST and CAN_LOSSLESS_CAST', () => {
  assert.equal(canCast(parseIon('"12"'), typeOf('int')), true)
  assert.equal(canCast(parseIon('"a"'), typeOf('int')), false)
  assert.equal(canLosslessCast(parseIon('1.5'), typeOf('int')), false)
  assert.equal(canLosslessCast(parseIon('2.0'), typeOf('int')), true)
  assert.equal(canLosslessCast(parseIon('"7"'), typeOf('int')), true)
})

test('IS looks at the type, and at the value where the type has arguments', () => {
  const is = (value: string, type: string) => isOfType(fromPartiqlIon(parseIon(value)), typeOf(type))
  for (const [value, type] of [
    ['null.int', 'null'],
    ['$missing::null', 'null'],
    ['$missing::null', 'missing'],
    ['1', 'integer'],
    ['1', 'smallint'],
    ['1e0', 'double precision'],
    ['123.456', 'decimal(6,3)'],
    ['123.456', 'decimal(7,3)'],
    ['0.00', 'decimal(4,3)'],
    ['0.001', 'decimal(3,3)'],
    ['-1.00', 'decimal(5,2)'],
    ['1d2', 'decimal(3)'],
    ['"abc"', 'varchar(3)'],
    ['{}', 'tuple'],
    ['2000T', 'timestamp'],
    ['[]', 'any'],
  ] as const) {
    assert.equal(is(value, type), true, `${value} is ${type}`)
  }
  for (const [value, type] of [
    ['null.int', 'int'],
    ['null', 'missing'],
    ['40000', 'smallint'],
    ['abc', 'string'],
    ['123.456', 'decimal(5,3)'],
    ['123.456', 'decimal(6,2)'],
    ['1d2', 'decimal(2)'],
    ['1.0000', 'decimal(5,3)'],
    ['"abc"', 'char(4)'],
    ['2000T', 'timestamp with time zone'],
    ['[]', 'bag'],
  ] as const) {
    assert.equal(is(value, type), false, `${value} is ${type}`)
  }
})
