import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nestingDepthMax } from '../../src/base/limits.ts'
import { printIon } from '../../src/values/text-writer.ts'
import {
  bag,
  blob,
  bool,
  clob,
  date,
  decimal,
  float,
  int,
  interval,
  list,
  missing,
  nullOf,
  sexp,
  string,
  struct,
  structOf,
  symbol,
  time,
  timestamp,
  unknownSymbolText,
  type Value,
} from '../../src/values/value.ts'

function assertPrints(cases: readonly (readonly [Value, string])[]): void {
  for (const [value, expected] of cases) assert.equal(printIon(value), expected)
}

test('numbers', () => {
  assertPrints([
    [int(1e21), '1000000000000000000000'],
    [int(-5), '-5'],
    [float(1), '1e0'],
    [float(-0), '-0e0'],
    [float(1e21), '1e21'],
    [float(1.5e-7), '1.5e-7'],
    [float(123.25), '123.25e0'],
    [float(Number.NaN), 'nan'],
    [float(Infinity), '+inf'],
    [float(-Infinity), '-inf'],
    [decimal(4220n, -2), '42.20'],
    [decimal(42n, 0), '42.'],
    [decimal(-5n, -3), '-0.005'],
    [decimal(0n, -2, true), '-0.00'],
    [decimal(0n, 0, true), '-0.'],
    [decimal(42n, 3), '42d3'],
    [decimal(1n, -6), '0.000001'],
    [decimal(1n, -7), '1d-7'],
    [decimal(1n, -9007199254740991), '1d-9007199254740991'],
  ])
})

test('texts are quoted and escaped where they must be', () => {
  assertPrints([
    [string('plain é 😀'), '"plain é 😀"'],
    [string('"\'\\\n\t\0\x1b\x7f\x9b'), '"\\"\'\\\\\\n\\t\\0\\x1b\\x7f\\x9b"'],
    [string('\u2028\u202e\ufeff'), '"\\u2028\\u202e\\ufeff"'],
    [string('\ud83d'), '"\\ud83d"'],
    [symbol('abc$_1'), 'abc$_1'],
    [symbol(''), "''"],
    [symbol("it's"), "'it\\'s'"],
    [symbol('null'), "'null'"],
    [symbol('$12'), "'$12'"],
    [symbol('$ion_1_0'), "'$ion_1_0'"],
    [symbol('1a'), "'1a'"],
    [symbol('+'), "'+'"],
    [symbol(unknownSymbolText), '$0'],
    [sexp([symbol('+'), symbol('//'), symbol('+', ['a']), symbol('a b')]), "(+ '//' a::'+' 'a b')"],
    [string('x', ['a', 'b c', unknownSymbolText]), 'a::\'b c\'::$0::"x"'],
  ])
})

test('everything else', () => {
  assertPrints([
    [nullOf('null'), 'null'],
    [nullOf('sexp', ['a']), 'a::null.sexp'],
    [bool(true), 'true'],
    [blob(Buffer.from('hello')), '{{aGVsbG8=}}'],
    [clob(Uint8Array.of(97, 34, 10, 255, 39)), '{{"a\\"\\n\\xff\'"}}'],
    [timestamp('month', { year: 987, month: 2 }), '0987-02T'],
    [struct(['b', 'a', 'b'], [int(1), list([]), sexp([])]), '{b:1,a:[],b:()}'],
  ])
})

test('what Ion has no form for', () => {
  assertPrints([
    [bag([int(1), missing]), '$bag::[1,$missing::null]'],
    [date(2021, 8, 22), '$date::2021-08-22'],
    [time(1, 2, 3, 45n, 3, -90), '$time::{hour:1,minute:2,second:3.045,timezone_hour:-1,timezone_minute:-30}'],
    [
      time(1, 2, 3, 0n, 0, undefined),
      '$time::{hour:1,minute:2,second:3.,timezone_hour:null.int,timezone_minute:null.int}',
    ],
    [interval('year-month', -14n, 0n, 'YEAR TO MONTH'), '$interval::"-1-2 YEAR TO MONTH"'],
  ])
})

test('pretty: a line for each field and item, two spaces deeper each level', () => {
  const value = structOf({
    a: list([int(1), structOf({ 'b c': sexp([symbol('+'), int(2)]) })], ['x']),
    d: list([]),
    e: bag([]),
  })
  assert.equal(
    printIon(value, { pretty: true }),
    ['{', '  a: x::[', '    1,', '    {', "      'b c': (", '        +', '        2', '      )', '    }', '  ],']
      .concat(['  d: [],', '  e: $bag::[]', '}'])
      .join('\n'),
  )
})

test('nesting is bounded', () => {
  const nested = (depth: number) => Array.from({ length: depth }).reduce<Value>((inner) => list([inner]), int(1))
  assert.ok(printIon(nested(nestingDepthMax)))
  assert.throws(() => printIon(nested(nestingDepthMax + 1)), { code: 'ion/nesting-too-deep' })
})
