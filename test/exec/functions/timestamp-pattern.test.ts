import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatTimestamp, parseWithPattern } from '../../../src/exec/functions/timestamp-pattern.ts'
import { ionEquals } from '../../../src/values/compare.ts'
import { parseTimestamp, timestampFromSeconds } from '../../../src/values/timestamp.ts'
import { printIon } from '../../../src/values/text-writer.ts'
import type { StringValue, TimestampValue } from '../../../src/values/value.ts'

const format = (text: string, pattern: string) =>
  (formatTimestamp(parseTimestamp(text) as TimestampValue, pattern) as StringValue).value
const parse = (text: string, pattern: string) => printIon(parseWithPattern(text, pattern))

test('TO_STRING', () => {
  const landing = '1969-07-20T20:18Z'
  for (const [text, pattern, expected] of [
    [landing, 'MMMM d, y', 'July 20, 1969'],
    [landing, 'MMM d, yyyy', 'Jul 20, 1969'],
    [landing, 'M-d-yy', '7-20-69'],
    [landing, 'MMMM d, y h:m a', 'July 20, 1969 8:18 PM'],
    [landing, "y-MM-dd'T'H:m:ssX", '1969-07-20T20:18:00Z'],
    ['1969-07-20T20:18+08:00', "y-MM-dd'T'H:m:ssXXXXX", '1969-07-20T20:18:00+08:00'],
    ['1969-07-20T20:18-08:30', 'X XX XXX x', '-0830 -0830 -08:30 -0830'],
    ['1969-07-20T20:18+08:00', 'X xx', '+08 +0800'],
    ['1969-07-20T00:08:09.0123Z', 'hh H mm ss SSS S n', '12 0 08 09 012 0 12300000'],
    ['2000-05T', "MMMMM 'of' '''y'", "M of 'y"],
  ] as const) {
    assert.equal(format(text, pattern), expected, pattern)
  }
})

test('TO_TIMESTAMP is as precise as its pattern', () => {
  for (const [text, pattern, expected] of [
    ['2016', 'y', '2016T'],
    ['02-2016', 'MM-yyyy', '2016-02T'],
    ['feb 2016', 'MMM yyyy', '2016-02T'],
    ['December 31, 69', 'MMMM d, yy', '2069-12-31'],
    ['1/2/70', 'M/d/yy', '1970-01-02'],
    ['2016-02-03 12:04 am', 'y-MM-dd hh:mm a', '2016-02-03T00:04-00:00'],
    ['2016-02-03T04:05:06.0070+01:30', "y-MM-dd'T'HH:mm:ss.SSSSXXX", '2016-02-03T04:05:06.0070+01:30'],
    ['2016-02-03T04:05Z', "y-MM-dd'T'HH:mmX", '2016-02-03T04:05Z'],
  ] as const) {
    assert.equal(parse(text, pattern), expected, pattern)
  }
})

test('texts that a pattern does not fit', () => {
  for (const [text, pattern] of [
    ['2016-13', 'y-MM'],
    ['2016-02-30', 'y-MM-dd'],
    ['2016-02-03 13:04 AM', 'y-MM-dd hh:mm a'],
    ['x2016', 'y'],
  ] as const) {
    assert.throws(() => parse(text, pattern), { code: 'evaluator/invalid' }, text)
  }
})

test('patterns that are none say what is wrong', () => {
  for (const [pattern, message] of [
    ['yyyyy', "Timestamp format pattern contains invalid token: 'yyyyy'."],
    ['y Q', "Timestamp format pattern contains invalid symbol: 'y Q'."],
    ["y 'x", "Timestamp format pattern contains unterminated token: 'y 'x'."],
    ['y-dd', "Timestamp format pattern 'y-dd' requires additional fields 'MONTH_OF_YEAR'."],
    ['y y', "The format pattern 'y y' contains multiple format specifiers representing the timestamp field 'YEAR'."],
  ] as const) {
    assert.throws(() => parse('', pattern), { code: 'evaluator/invalid', message })
  }
})

test('what one writes the other reads', () => {
  const moment = fc.tuple(
    fc.integer({ min: -62135510400, max: 253402214400 }),
    fc.nat(999_999),
    fc.integer({ min: -1080, max: 1080 }),
  )
  fc.assert(
    fc.property(moment, ([seconds, fraction, offset]) => {
      const value = timestampFromSeconds(seconds, BigInt(fraction), 6, offset)
      for (const pattern of ["yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX", 'MMMM d yyyy, h:m:s.SSSSSS a xxxx']) {
        const text = (formatTimestamp(value, pattern) as StringValue).value
        assert.equal(ionEquals(parseWithPattern(text, pattern), value), true, text)
      }
    }),
  )
})
