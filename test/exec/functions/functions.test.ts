import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FunctionContext, findFunction, functionNames } from '../../../src/exec/functions/functions.ts'
import { defaultValueLimits, ValueChecks } from '../../../src/exec/value-limits.ts'
import { fromPartiqlIon } from '../../../src/values/partiql-ion.ts'
import { parseAllIon, parseIon } from '../../../src/values/text-reader.ts'
import { printIon } from '../../../src/values/text-writer.ts'
import { date, interval, missing, nullValue, time, type Value } from '../../../src/values/value.ts'

const context: FunctionContext = {
  typing: 'permissive',
  nowMs: 1_627_000_000_123,
  transactionId: 'EKwDaxV3DBQJJ2mlKSewXV',
  values: new ValueChecks(defaultValueLimits),
}

function call(name: string, ...args: readonly Value[]): Value {
  const definition = findFunction(name)
  assert.ok(definition !== undefined, `no function ${name}`)
  assert.ok(args.length >= definition.argumentsMin && args.length <= definition.argumentsMax, `${name}: argument count`)
  return definition.call(args, context)
}

/** `name arguments`, as Ion text. */
function result(text: string): string {
  const [name, ...rest] = text.split(' ') as [string, ...string[]]
  return printIon(call(name, ...parseAllIon(rest.join(' ')).map(fromPartiqlIon)))
}

function check(cases: Record<string, string>): void {
  for (const [text, expected] of Object.entries(cases)) assert.equal(result(text), expected, text)
}

test('text counts code points', () => {
  check({
    'upper "aß\u{1F4A9}"': '"ASS\u{1F4A9}"',
    'lower ABC': '"abc"',
    'char_length "\u{1F601}\u{1F61E}x"': '3',
    'character_length ""': '0',
    'octet_length "fran\u00E7ais"': '9',
    'bit_length {{YWI=}}': '16',
    'position "c" "\u{1F601}bc"': '3',
    'position "" "abc"': '1',
    'position "x" "abc"': '0',
    'replace "aXbX" "X" "--"': '"a--b--"',
    'replace "ab" "" "x"': '"ab"',
    'concat a "b" c': '"abc"',
  })
})

test('SUBSTRING takes what lies within the range, wherever that begins', () => {
  check({
    'substring "123456789" 2': '"23456789"',
    'substring "123456789" 0': '"123456789"',
    'substring "123456789" -4': '"123456789"',
    'substring "123456789" 0 2': '"1"',
    'substring "123456789" -4 6': '"1"',
    'substring "1" 1 0': '""',
    'substring "1234" 10 10': '""',
    'substring "\u{1F601}\u{1F61E}\u{1F638}" 2 1': '"\u{1F61E}"',
    'substring "\u{1F601}\u{1F61E}" 3': '""',
    'substring "abc" 2 99999999999999999999': '"bc"',
  })
  assert.throws(() => result('substring "1" 4 -11'), { code: 'evaluator/type-mismatch' })
})

test('OVERLAY replaces as many as it places, unless told', () => {
  check({
    'overlay "hello" "XX" 1': '"XXllo"',
    'overlay "hello" "" 2 4': '"h"',
    'overlay "hello" "XX" 1 0': '"XXhello"',
    'overlay "hello" "XX" 100 100': '"helloXX"',
  })
})

test('TRIM takes a set of characters away', () => {
  check({
    'trim "  a b "': '"a b"',
    'trim "12" "1212foo21"': '"foo"',
    'trim "leading" "12" "1a1"': '"a1"',
    'trim "trailing" " " "  a "': '"  a"',
    'trim "both" "" " a "': '" a "',
    'trim "both" "\u{1F4A9}" "\u{1F4A9}\u{1F601}\u{1F4A9}"': '"\u{1F601}"',
  })
})

test('numbers', () => {
  check({
    'abs -1': '1',
    'abs -9007199254740993': '9007199254740993',
    'abs -0.00': '0.00',
    'abs -inf': '+inf',
    'mod -17 3': '-2',
    'ceil 1.1': '2',
    'ceil -1.1': '-1',
    'ceiling 1d-1000000000': '1',
    'floor -1d-1000000000': '-1',
    'floor -1.5e0': '-2',
    'floor nan': 'nan',
    'round 2.5': '3',
    'round -2.5': '-3',
    'round 0.49999999999999994e0': '0',
    'ceil 1d200000': '1d200000',
    'round -1d200000': '-1d200000',
    'mod 1d200000 7': '2.',
    'mod -7 1d200000': '-7.',
    'mod 1d-200000 7': '1d-200000',
    'round -3.5e0': '-4',
    'round 0.4d0': '0',
    'sqrt 2': '1.4142135623730951e0',
    'sqrt 4.00': '2.0',
    'sqrt 2.': '1.4142135623730950488016887242096980786',
    'sqrt 1d-2': '0.1',
    'exp 0': '1e0',
    'ln 1': '0e0',
    'ln 1d1000': '2302.5850929940457e0',
    'ln 1d-1000': '-2302.5850929940457e0',
    'pow 2 70': '1180591620717411303424',
    'power 1.5 2': '2.25',
    'pow 2 -2': '0.25',
    'pow 4 0.5': '2e0',
    'pow 1.0000001 1000000000': '26881037012649238105056003014775037466d6',
    'pow -2 1000001': '-19801312458591796501395847232603806501d300993',
    'pow 0.5 -3': '8.',
  })
  for (const text of ['sqrt -1', 'ln 0', 'pow 0.1 3000000000', 'pow -8 0.5']) {
    assert.throws(() => result(text), { code: 'value/out-of-range' }, text)
  }
})

test('ABS of an interval', () => {
  const value = interval('day-time', 0n, -5n, 'SECOND')
  assert.deepEqual(call('abs', value), interval('day-time', 0n, 5n, 'SECOND'))
})

test('collections', () => {
  check({
    'size [null]': '1',
    'size {a:1,a:2}': '2',
    'cardinality $bag::[]': '0',
    'exists ()': 'false',
    'exists {a:null}': 'true',
    'exists 1': 'false',
    'exists null': 'false',
    'coalesce null 3': '3',
    'coalesce null $missing::null': 'null',
    'nullif 1.0 1': 'null',
    'nullif 1 "1"': '1',
    'nullif [1] [1.]': 'null',
    'nullif null 1': 'null',
    'filter_distinct [1,1.0,a,"a"]': '$bag::[1,a]',
    'flatten [[1],[2,3]]': '$bag::[1,2,3]',
    'coll_to_scalar [{a:1}]': '1',
  })
  assert.equal(call('nullif', missing, missing), missing)
  assert.equal(call('nullif', missing, nullValue), missing)
  assert.equal(call('nullif', nullValue, missing), nullValue)
  assert.throws(() => result('size 12'), {
    code: 'evaluator/type-mismatch',
    message: 'Invalid argument types for size, expected: LIST OR BAG OR SEXP OR STRUCT got: INT',
  })
})

test('aggregates over a collection skip what is absent', () => {
  check({
    'coll_count [1,null,$missing::null,a]': '2',
    'coll_count []': '0',
    'coll_sum [1,2.0,3e0,4,5.]': '15.0',
    'coll_sum [9007199254740991,1,1]': '9007199254740993',
    'coll_sum []': 'null',
    'coll_avg [1,1,1,2]': '1.25',
    'coll_avg [1,2,2]': '1.6666666666666666666666666666666666667',
    'coll_avg [null]': 'null',
    'coll_min [b,2,null]': '2',
    'coll_max [1,2,3.0]': '3.0',
    'coll_any [false,true,null]': 'true',
    'coll_some [false,null]': 'false',
    'coll_every [true,null]': 'true',
    'coll_every [null]': 'null',
    'coll_sum_distinct [1,1.0,2]': '3',
  })
  for (const text of ['coll_sum [1,a]', 'coll_any [true,5]', 'coll_max "a"']) {
    assert.throws(() => result(text), { code: 'evaluator/type-mismatch' }, text)
  }
})

test('DATE_ADD widens the precision, DATE_DIFF counts whole parts', () => {
  check({
    'date_add "year" 5 2010-01-01T': '2015-01-01',
    'date_add "month" 1 2010T': '2010-02T',
    'date_add "month" 13 2010T': '2011-02T',
    'date_add "day" -1 2012-03-01T': '2012-02-29',
    'date_add "hour" 1 2017T': '2017-01-01T01:00-00:00',
    'date_add "hour" 24 2017T': '2017-01-02T00:00-00:00',
    'date_add "second" 60 2017-01-02T03:04+01:00': '2017-01-02T03:05:00+01:00',
    'date_add "minute" 1 2017-01-02T03:04:05.006Z': '2017-01-02T03:05:05.006Z',
    'date_add "month" 1 $date::2024-01-31': '$date::2024-02-29',
    'date_diff "year" 2010-01-01T 2011-01-01T': '1',
    'date_diff "year" 2010-12T 2011-01T': '0',
    'date_diff "month" 2010T 2010-05T': '4',
    'date_diff "month" 2011T 2010T': '-12',
    'date_diff "month" 2010-12-31T 2011-01-01T': '0',
    'date_diff "day" 2010-01-01T23:00Z 2010-01-02T01:00Z': '0',
    'date_diff "hour" 2010-01-01T23:00Z 2010-01-02T01:00Z': '2',
    'date_diff "second" 2010-01-01T00:00:00.9Z 2010-01-01T00:00:02.1Z': '1',
    'date_diff "second" 2010-01-01T00:00:02.1Z 2010-01-01T00:00:00.9Z': '-1',
  })
  assert.throws(() => result('date_add "hour" 1 $date::2024-01-31'), { code: 'evaluator/type-mismatch' })
})

test('EXTRACT', () => {
  check({
    'extract "month" 2010T': '1',
    'extract "hour" 2017-01-02T03:04:05+07:08': '3',
    'extract "second" 2000-01-02T03:04:05.67Z': '5.67',
    'extract "timezone_hour" 2000-01-02T03:04:05-08:09': '-8',
    'extract "timezone_minute" 2000-01-02T03:04:05-08:09': '-9',
    'extract "day" $date::2000-01-02': '2',
  })
  assert.equal(printIon(call('extract', parseIon('"hour"'), time(1, 2, 3, 0n, 0, undefined))), '1')
  const days = interval('day-time', 0n, -((26n * 3600n + 6n) * 1_000_000_000n + 789_000_000n), 'DAY TO SECOND')
  assert.equal(printIon(call('extract', parseIon('"day"'), days)), '-1')
  assert.equal(printIon(call('extract', parseIon('"hour"'), days)), '-2')
  assert.equal(printIon(call('extract', parseIon('"second"'), days)), '-6.789000000')
  for (const [part, value] of [
    ['year', time(1, 2, 3, 0n, 0, undefined)],
    ['timezone_hour', time(1, 2, 3, 0n, 0, undefined)],
    ['hour', date(2000, 1, 2)],
    ['year', days],
  ] as const) {
    assert.throws(() => call('extract', parseIon(`"${part}"`), value), { code: 'evaluator/type-mismatch' })
  }
})

test('the clock and the transaction come from the context', () => {
  check({
    'utcnow ': '2021-07-23T00:26:40.123Z',
    'txid ': '"EKwDaxV3DBQJJ2mlKSewXV"',
    'unix_timestamp ': '1627000000',
    'unix_timestamp 1970-01-01T00:01:00.5Z': '60.5',
    'from_unixtime -0.5': '1969-12-31T23:59:59.5Z',
    'from_unixtime 60': '1970-01-01T00:01:00Z',
    'make_date 2024 2 29': '$date::2024-02-29',
    'make_time 10 30 1.5': '$time::{hour:10,minute:30,second:1.5,timezone_hour:null.int,timezone_minute:null.int}',
  })
  assert.throws(() => result('make_date 2023 2 29'), { code: 'evaluator/type-mismatch' })
})

test('a wrong argument is found beside an absent one, for strict typing', () => {
  const mod = findFunction('mod')
  assert.throws(() => mod?.check([missing, parseIon('"a"')]), { code: 'evaluator/type-mismatch' })
  assert.doesNotThrow(() => mod?.check([missing, parseIon('3')]))
})

test('every name is lower case and found', () => {
  for (const name of functionNames()) {
    assert.equal(name, name.toLowerCase())
    assert.equal(findFunction(name)?.name, name)
  }
  assert.equal(findFunction('constructor'), undefined)
})
