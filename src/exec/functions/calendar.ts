import { type DateTimeValue, momentOf } from '../../values/datetime.ts'
import type { CalendarPart, TruncPart } from '../../values/datetime-parts.ts'
import { civilFromDays, daysFromCivil } from '../../values/timestamp.ts'
import {
  type DateValue,
  date,
  decimal,
  type IntervalValue,
  int,
  type TimestampValue,
  type TimeValue,
  time,
  timestamp,
  type Value,
} from '../../values/value.ts'
import { mismatch } from './definition.ts'

/** EXTRACT's parts of the calendar and of the clock, as PostgreSQL counts them, and DATE_TRUNC. All by local time. */

export function extractCalendar(part: CalendarPart, value: DateTimeValue | IntervalValue): Value {
  if (part === 'epoch') return value.type === 'interval' ? epochOfInterval(value) : epochOf(value)
  if (value.type === 'interval') throw notOf(part, value)
  if (part === 'millisecond' || part === 'microsecond') {
    if (value.type === 'date') throw notOf(part, value)
    return fractions(value, part === 'millisecond' ? 3 : 6)
  }
  if (value.type === 'time') throw notOf(part, value)
  return int(calendarNumber(part, value))
}

type Day = DateValue | TimestampValue

function calendarNumber(part: CalendarPart, { year, month, day }: Day): number {
  const days = daysFromCivil(year, month, day)
  switch (part) {
    case 'quarter':
      return Math.ceil(month / 3)
    case 'dow':
      return weekday(days) % 7
    case 'isodow':
      return weekday(days)
    case 'doy':
      return days - daysFromCivil(year, 1, 1) + 1
    case 'week':
      return isoWeek(days).week
    case 'isoyear':
      return isoWeek(days).year
    case 'decade':
      return Math.floor(year / 10)
    case 'century':
      return Math.ceil(year / 100)
    default:
      return Math.ceil(year / 1000)
  }
}

/** 1 for Monday to 7 for Sunday; 1970-01-01 was a Thursday. */
function weekday(days: number): number {
  return ((((days + 3) % 7) + 7) % 7) + 1
}

/** ISO 8601: weeks begin on Monday, and the first one holds the year's first Thursday. */
function isoWeek(days: number): { year: number; week: number } {
  const thursday = days - weekday(days) + 4
  const { year } = civilFromDays(thursday)
  return { year, week: Math.floor((thursday - daysFromCivil(year, 1, 1)) / 7) + 1 }
}

/** Seconds since 1970-01-01T00:00Z, of a time since midnight: an int, with a fraction a decimal. */
function epochOf(value: DateTimeValue): Value {
  const { seconds, fraction, fractionDigits } = momentOf(value)
  if (fractionDigits === 0) return int(seconds)
  return decimal(BigInt(seconds) * 10n ** BigInt(fractionDigits) + fraction, -fractionDigits)
}

/** A day has 86,400 seconds; a month has no length. */
function epochOfInterval(value: IntervalValue): Value {
  if (value.family === 'year-month') throw mismatch('epoch is no part of an interval of years and months')
  const { nanoseconds } = value
  return nanoseconds % 1_000_000_000n === 0n ? int(nanoseconds / 1_000_000_000n) : decimal(nanoseconds, -9)
}

/** The seconds with their fraction, in units of 10^-digits seconds. */
function fractions({ second, fraction, fractionDigits }: TimeValue | TimestampValue, digits: number): Value {
  const units = BigInt(second) * 10n ** BigInt(fractionDigits) + fraction
  const exponent = digits - fractionDigits
  return exponent >= 0 ? int(units * 10n ** BigInt(exponent)) : decimal(units, exponent)
}

function notOf(part: string, value: Value) {
  return mismatch(`${part} is no part of ${value.type.toUpperCase()}`)
}

const clockParts: ReadonlySet<TruncPart> = new Set<TruncPart>(['hour', 'minute', 'second'])

/** The beginning of the part that a date, time or timestamp lies in; its type, offset and precision stay. */
export function truncated(part: TruncPart, value: DateTimeValue): Value {
  if (value.type === 'time') return truncatedTime(part, value)
  if (clockParts.has(part)) {
    if (value.type === 'date') throw notOf(part, value)
    return atPrecision(value, value, clockOf(part, value))
  }
  const { year, month, day } = firstDay(part, value)
  if (value.type === 'date') return date(year, month, day)
  return atPrecision(value, { year, month, day }, {})
}

function truncatedTime(part: TruncPart, value: TimeValue): Value {
  if (!clockParts.has(part)) throw notOf(part, value)
  const { hour, minute = 0, second = 0 } = clockOf(part, value)
  return time(hour, minute, second, 0n, 0, value.offset)
}

function clockOf(part: TruncPart, { hour, minute, second }: TimeValue | TimestampValue) {
  if (part === 'hour') return { hour }
  return part === 'minute' ? { hour, minute } : { hour, minute, second }
}

function atPrecision(
  { precision, offset }: TimestampValue,
  { year, month, day }: { year: number; month: number; day: number },
  clock: { hour?: number; minute?: number; second?: number },
): Value {
  return timestamp(precision, { year, month, day, ...clock, offset })
}

function firstDay(part: TruncPart, { year, month, day }: Day): { year: number; month: number; day: number } {
  switch (part) {
    case 'year':
      return { year, month: 1, day: 1 }
    case 'quarter':
      return { year, month: month - ((month - 1) % 3), day: 1 }
    case 'month':
      return { year, month, day: 1 }
    case 'week': {
      const days = daysFromCivil(year, month, day)
      const monday = civilFromDays(days - weekday(days) + 1)
      if (monday.year < 1) throw mismatch('date_trunc: the week begins before the year 1')
      return monday
    }
    default:
      return { year, month, day }
  }
}

/** The current day and time of day in UTC. */
export function dayOf(moment: TimestampValue): Value {
  return date(moment.year, moment.month, moment.day)
}

export function timeOf({ hour, minute, second, fraction, fractionDigits }: TimestampValue): Value {
  return time(hour, minute, second, fraction, fractionDigits, 0)
}
