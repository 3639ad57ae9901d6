import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { defaultValueLimits, ValueChecks } from '../../../src/exec/value-limits.ts'
import { findFunction } from '../../../src/exec/functions/functions.ts'
import { doubleOf } from '../../../src/values/arithmetic.ts'
import { compareTotal } from '../../../src/values/compare.ts'
import { truncParts } from '../../../src/values/datetime-parts.ts'
import type { NumericValue } from '../../../src/values/decimal.ts'
import { instantMs, timestampFromMs } from '../../../src/values/timestamp.ts'
import { string, type TimestampValue, type Value } from '../../../src/values/value.ts'

function call(name: string, ...args: readonly Value[]): Value {
  const definition = findFunction(name)
  assert.ok(definition !== undefined)
  return definition.call(args, {
    typing: 'permissive',
    nowMs: 0,
    transactionId: '',
    values: new ValueChecks(defaultValueLimits),
  })
}

const numberIn = (part: string, t: Value) => doubleOf(call('extract', string(part), t) as NumericValue)

const dayMs = 86_400_000
const moments = fc.integer({ min: Date.UTC(1000, 0, 8), max: Date.UTC(9999, 11, 31) })

test('the parts of the calendar are those of a calendar that is counted day by day', () => {
  fc.assert(
    fc.property(moments, (ms) => {
      const t = timestampFromMs(ms)
      const day = new Date(ms)
      const year = day.getUTCFullYear()
      assert.equal(numberIn('dow', t), day.getUTCDay())
      assert.equal(numberIn('isodow', t), day.getUTCDay() || 7)
      assert.equal(numberIn('doy', t), Math.floor((ms - Date.UTC(year, 0, 1)) / dayMs) + 1)
      assert.equal(numberIn('quarter', t), Math.floor(day.getUTCMonth() / 3) + 1)
      assert.equal(numberIn('epoch', t), ms / 1000)
      // The week's Thursday lies in its year; the first Thursday of a year is in week 1.
      const thursday = new Date(ms - ((day.getUTCDay() + 6) % 7) * dayMs + 3 * dayMs)
      const ofYear = thursday.getUTCFullYear()
      let week = 0
      for (let at = Date.UTC(ofYear, 0, 1); at <= thursday.getTime(); at += dayMs) {
        if (new Date(at).getUTCDay() === 4) week += 1
      }
      assert.deepEqual([numberIn('isoyear', t), numberIn('week', t)], [ofYear, week])
    }),
    { numRuns: 300 },
  )
})

test('DATE_TRUNC gives the last beginning of the part that is not after the moment', () => {
  const parts = ['year', 'quarter', 'isoyear', 'month', 'week', 'day', 'hour', 'minute', 'second']
  fc.assert(
    fc.property(moments, fc.constantFrom(...truncParts), (ms, part) => {
      const t = timestampFromMs(ms)
      const start = call('date_trunc', string(part), t)
      assert.ok(compareTotal(start, t) <= 0)
      assert.equal(compareTotal(call('date_trunc', string(part), start), start), 0)
      const before = timestampFromMs(instantMs(start as TimestampValue) - 1)
      const isSame = parts.includes(part) && numberIn(part, before) === numberIn(part, t)
      const length = { year: 366, quarter: 92, month: 31, week: 7, day: 1, hour: 1, minute: 1, second: 1 }[part]
      assert.ok(!isSame, `${part} continues before its start`)
      assert.ok(ms - instantMs(start as TimestampValue) < length * dayMs)
    }),
    { numRuns: 300 },
  )
})
