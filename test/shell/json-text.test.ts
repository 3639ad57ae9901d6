import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { resultFormat } from '../../src/shell/formats/formats.ts'
import { jsonText } from '../../src/shell/formats/json-text.ts'
import { mapOf } from '../../src/values/map.ts'
import { parseAllIon, parseIon } from '../../src/values/text-reader.ts'
import { bag, date, decimal, int, missing, string, struct, time } from '../../src/values/value.ts'

test('a map is a list of its entries, whatever its keys are', () => {
  const entries = [
    [date(2024, 1, 1), missing],
    [date(2024, 1, 2), string('x')],
  ] as const
  assert.equal(jsonText(mapOf(entries)), '[["2024-01-01",null],["2024-01-02","x"]]')
})

test('each Ion type has its JSON form', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['null', 'null'],
    ['null.struct', 'null'],
    ['true', 'true'],
    ['123456789012345678901234567890', '123456789012345678901234567890'],
    ['-5', '-5'],
    ['42.20', '42.20'],
    ['5.', '5'],
    ['-0.00', '-0.00'],
    ['0.000001', '0.000001'],
    ['1d100', '1e100'],
    ['-12d-40', '-12e-40'],
    ['1234567890.1234567890123456789', '1234567890.1234567890123456789'],
    ['1e0', '1'],
    ['1.5e300', '1.5e+300'],
    ['-0e0', '-0.0'],
    ['nan', 'null'],
    ['+inf', 'null'],
    ['2019-09-04T', '"2019-09-04"'],
    ['2019T', '"2019T"'],
    ['2019-09-04T10:20:30.120-07:00', '"2019-09-04T10:20:30.120-07:00"'],
    ['2019-09-04T10:20-00:00', '"2019-09-04T10:20-00:00"'],
    ['"a\\"b\\\\c\\n"', '"a\\"b\\\\c\\n"'],
    ["'a symbol'", '"a symbol"'],
    ['$0', '"$0"'],
    ['{{AQI=}}', '"AQI="'],
    ['{{"ab\\x80"}}', '"ab\\u0080"'],
    ['[1,(2 a),[]]', '[1,[2,"a"],[]]'],
    ['{a:1,b:{c:null.int}}', '{"a":1,"b":{"c":null}}'],
    ['{a:1,a:2}', '{"a":1,"a":2}'],
    ['x::y::{a:z::1}', '{"a":1}'],
    ['{}', '{}'],
  ]
  for (const [ion, json] of cases) assert.equal(jsonText(parseIon(ion)), json, ion)
})

test('values that Ion lacks', () => {
  assert.equal(jsonText(missing), 'null')
  assert.equal(jsonText(struct(['a', 'b', 'c'], [missing, int(1), missing])), '{"b":1}')
  assert.equal(jsonText(bag([int(1), missing])), '[1,null]')
  assert.equal(jsonText(date(2021, 8, 2)), '"2021-08-02"')
  assert.equal(jsonText(time(7, 5, 9, 50n, 3, undefined)), '"07:05:09.050"')
  assert.equal(jsonText(time(7, 5, 9, 0n, 0, -90)), '"07:05:09-01:30"')
})

test('no control or bidirectional character is raw, and every text reads back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const json = jsonText(string(text))
      assert.doesNotMatch(json, /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]|\p{Surrogate}/u)
      assert.equal(JSON.parse(json), text)
    }),
  )
})

test('decimals keep value and precision', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
      fc.integer({ min: -60, max: 60 }),
      (digits, exponent) => {
        const json = jsonText(decimal(digits, exponent))
        const [, sign, whole, fraction = '', power = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e(-?\d+))?$/.exec(
          json,
        ) as RegExpExecArray
        const coefficient = BigInt(`${sign}${whole}${fraction}`)
        assert.equal(Number(power) - fraction.length, exponent)
        assert.equal(coefficient, digits)
        assert.equal(typeof JSON.parse(json), 'number')
      },
    ),
  )
})

test('json is one array for each result, jsonl and ion one value a line', () => {
  const values = parseAllIon('{a:1} "x"')
  const all = (name: 'json' | 'jsonl' | 'ion' | 'ion-pretty') => {
    const format = resultFormat(name, { width: undefined })
    return format.start() + format.values(values.slice(0, 1)) + format.values(values.slice(1)) + format.end(true)
  }
  assert.equal(all('json'), '[\n  {"a":1},\n  "x"\n]\n')
  assert.deepEqual(JSON.parse(all('json')), [{ a: 1 }, 'x'])
  assert.equal(all('jsonl'), '{"a":1}\n"x"\n')
  assert.equal(all('ion'), '{a:1}\n"x"\n')
  assert.deepEqual(parseAllIon(all('ion-pretty')).length, 2)
  const empty = resultFormat('json', { width: undefined })
  assert.equal(empty.start() + empty.end(true), '[]\n')
})

test('the JSON array of an unfinished result is not closed', () => {
  const format = resultFormat('json', { width: undefined })
  const text = format.start() + format.values(parseAllIon('1')) + format.end(false)
  assert.throws(() => JSON.parse(text))
})
