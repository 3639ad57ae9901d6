import type { CastType } from './cast-type.ts'
import { addNanoseconds } from './datetime.ts'
import { parseTimestamp, printOffset, printTimestamp } from './timestamp.ts'
import { type DateValue, date, type TimestampValue, type TimeValue, time, timestamp, type Value } from './value.ts'

/** Casts to and from SQL's dates and times. Undefined when the value has no counterpart. */

/** From Ion's text or SQL's (`2023-05-15 10:30:00`), from a date (its midnight, offset unknown). */
export function castToTimestamp(value: Value, type: CastType): Value | undefined {
  const result = timestampOf(value)
  if (result === undefined) return undefined
  const zoned = type.withTimeZone && result.offset === undefined && result.precision === 'second' ? { offset: 0 } : {}
  const digits = type.args[0]
  if (digits === undefined && !type.withTimeZone) return result
  return roundFraction(timestamp(result.precision, { ...result, ...zoned }), digits)
}

function timestampOf(value: Value): TimestampValue | undefined {
  switch (value.type) {
    case 'timestamp':
      return value
    case 'date': {
      const { year, month, day } = value
      return timestamp('second', { year, month, day })
    }
    case 'string':
    case 'symbol':
      return parseTimestamp(value.value) ?? parseTimestamp(withZone(value.value.replace(' ', 'T')))
    default:
      return undefined
  }
}

/** Ion wants an offset with a time of day; none is an unknown one. */
function withZone(text: string): string {
  return /(?:[zZ]|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}-00:00`
}

export function castToDate(value: Value): Value | undefined {
  switch (value.type) {
    case 'date':
      return value
    case 'timestamp':
      return date(value.year, value.month, value.day)
    case 'string':
    case 'symbol': {
      const parsed = /^\d{4}-\d\d-\d\d$/.test(value.value) ? parseTimestamp(value.value) : undefined
      return parsed && date(parsed.year, parsed.month, parsed.day)
    }
    default:
      return undefined
  }
}

export function castToTime(value: Value, type: CastType): Value | undefined {
  const result = timeOfDay(value)
  if (result === undefined) return undefined
  const offset = type.withTimeZone ? (result.offset ?? 0) : undefined
  const digits = type.args[0]
  const { year, month, day, ...clock } = roundFraction(
    timestamp('second', { ...result, year: 1970, month: 1, day: 1 }),
    digits,
  )
  return time(clock.hour, clock.minute, clock.second, clock.fraction, clock.fractionDigits, offset)
}

function timeOfDay(value: Value): TimeValue | TimestampValue | undefined {
  switch (value.type) {
    case 'time':
    case 'timestamp':
      return value
    case 'string':
    case 'symbol': {
      const isTime = /^\d\d:\d\d:\d\d(?:\.\d+)?(?:[zZ]|[+-]\d\d:\d\d)?$/.test(value.value)
      return isTime ? parseTimestamp(withZone(`1970-01-01T${value.value}`)) : undefined
    }
    default:
      return undefined
  }
}

/** Half up to so many digits; fewer are filled up with zeros. */
function roundFraction(value: TimestampValue, digits: number | undefined): TimestampValue {
  if (digits === undefined || value.precision !== 'second') return value
  if (value.fractionDigits <= digits) {
    const fraction = value.fraction * 10n ** BigInt(digits - value.fractionDigits)
    return timestamp('second', { ...value, fraction, fractionDigits: digits })
  }
  const unit = 10n ** BigInt(value.fractionDigits - digits)
  const fraction = (value.fraction + unit / 2n) / unit
  const whole = 10n ** BigInt(digits)
  if (fraction < whole) return timestamp('second', { ...value, fraction, fractionDigits: digits })
  const next = addNanoseconds(timestamp('second', { ...value, fraction: 0n, fractionDigits: 0 }), 1_000_000_000n)
  return timestamp('second', { ...next, fraction: 0n, fractionDigits: digits })
}

/** `2023-05-15`; `10:30:00.25+02:00`, without a zone when there is none. */
export function printDateTime(value: DateValue | TimeValue): string {
  if (value.type === 'date') return printTimestamp(timestamp('day', value))
  const { hour, minute, second, fraction, fractionDigits, offset } = value
  const whole = timestamp('second', { year: 1970, hour, minute, second, fraction, fractionDigits, offset: 0 })
  const clock = printTimestamp(whole).slice('1970-01-01T'.length, -1)
  if (offset === undefined) return clock
  return clock + (offset === 0 ? '+00:00' : printOffset(offset))
}
