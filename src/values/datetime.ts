import { LedgerError } from '../base/errors.ts'
import { civilFromDays, compareInstants, daysFromCivil, daysInMonth, type Instant, instantOf } from './timestamp.ts'
import {
  type DateValue,
  date,
  type IntervalValue,
  interval,
  type TimestampPrecision,
  type TimestampValue,
  type TimeValue,
  time,
  timestamp,
} from './value.ts'

/** Arithmetic of dates, times, timestamps and intervals (SQL:2016 section 6.35, PartiQL's conformance cases). */

export type DateTimeValue = DateValue | TimeValue | TimestampValue

const nanosecondsPerSecond = 1_000_000_000n
export const nanosecondsPerDay = 86_400n * nanosecondsPerSecond

/** The instant of a date (midnight, UTC), a time (on 1970-01-01) or a timestamp; an unknown offset counts as UTC. */
export function momentOf(value: DateTimeValue): Instant {
  if (value.type === 'timestamp') return instantOf(value)
  if (value.type === 'time') {
    const { hour, minute, second, fraction, fractionDigits, offset } = value
    return instantOf(timestamp('second', { year: 1970, hour, minute, second, fraction, fractionDigits, offset }))
  }
  return { seconds: daysFromCivil(value.year, value.month, value.day) * 86_400, fraction: 0n, fractionDigits: 0 }
}

export function compareMoments(a: DateTimeValue, b: DateTimeValue): number {
  return compareInstants(momentOf(a), momentOf(b))
}

/** Nanoseconds since 1970-01-01T00:00Z; finer fractions are cut off. */
function nanosecondsOf(value: DateTimeValue): bigint {
  const { seconds, fraction, fractionDigits } = momentOf(value)
  return BigInt(seconds) * nanosecondsPerSecond + nanosecondsOfFraction(fraction, fractionDigits)
}

export function nanosecondsOfFraction(fraction: bigint, fractionDigits: number): bigint {
  return fractionDigits <= 9
    ? fraction * 10n ** BigInt(9 - fractionDigits)
    : fraction / 10n ** BigInt(fractionDigits - 9)
}

/** `a - b` of two dates, times or timestamps (a date goes with a timestamp); undefined for another pair. */
export function differenceOf(a: DateTimeValue, b: DateTimeValue): IntervalValue | undefined {
  if ((a.type === 'time') !== (b.type === 'time')) return undefined
  return interval('day-time', 0n, nanosecondsOf(a) - nanosecondsOf(b), 'DAY(9) TO SECOND(9)')
}

/**
 * A date, time or timestamp moved by an interval; its offset stays. A time goes round at midnight and takes day-time
 * intervals only (undefined for months). A day beyond its month's end becomes the last of the month. Throws
 * value/out-of-range when a year leaves 1 to 9999.
 */
export function addInterval<T extends DateTimeValue>(value: T, by: IntervalValue): DateTimeValue | undefined {
  if (value.type === 'time') return by.family === 'day-time' ? addToTime(value, by.nanoseconds) : undefined
  if (by.family === 'year-month') return addMonths(value, Number(by.months))
  if (value.type === 'date') return addDays(value, Number(by.nanoseconds / nanosecondsPerDay))
  return addNanoseconds(value, by.nanoseconds)
}

function addToTime(value: TimeValue, nanoseconds: bigint): TimeValue {
  const digits = Math.max(value.fractionDigits, fractionDigitsOf(nanoseconds))
  const unit = 10n ** BigInt(digits)
  const start = BigInt(value.hour * 3600 + value.minute * 60 + value.second) * unit
  const moved = start + value.fraction * 10n ** BigInt(digits - value.fractionDigits) + scaled(nanoseconds, digits)
  const day = 86_400n * unit
  const inDay = ((moved % day) + day) % day
  const seconds = Number(inDay / unit)
  const [hour, minute, second] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return time(hour, minute, second, inDay % unit, digits, value.offset)
}

/** How many digits of a second's fraction a count of nanoseconds needs. */
function fractionDigitsOf(nanoseconds: bigint): number {
  let rest = nanoseconds % nanosecondsPerSecond
  let digits = rest === 0n ? 0 : 9
  while (digits > 0 && rest % 10n === 0n) {
    rest /= 10n
    digits -= 1
  }
  return digits
}

/** Nanoseconds in units of 10^-digits seconds; digits holds them all. */
function scaled(nanoseconds: bigint, digits: number): bigint {
  return digits >= 9 ? nanoseconds * 10n ** BigInt(digits - 9) : nanoseconds / 10n ** BigInt(9 - digits)
}

export function addMonths<T extends DateValue | TimestampValue>(value: T, months: number): DateValue | TimestampValue {
  const total = value.year * 12 + value.month - 1 + months
  const year = Math.floor(total / 12)
  const month = total - year * 12 + 1
  checkYear(year)
  const day = Math.min(value.day, daysInMonth(year, month))
  return value.type === 'date' ? date(year, month, day) : timestampWith(value, { year, month, day })
}

export function addDays<T extends DateValue | TimestampValue>(value: T, days: number): DateValue | TimestampValue {
  const moved = civilFromDays(daysFromCivil(value.year, value.month, value.day) + days)
  checkYear(moved.year)
  return value.type === 'date' ? date(moved.year, moved.month, moved.day) : timestampWith(value, moved)
}

/** Moves local time, so the offset stays; the precision becomes what the nanoseconds need. */
export function addNanoseconds(value: TimestampValue, nanoseconds: bigint): TimestampValue {
  const digits = Math.max(value.fractionDigits, fractionDigitsOf(nanoseconds))
  const unit = 10n ** BigInt(digits)
  const start = BigInt(value.hour * 3600 + value.minute * 60 + value.second) * unit
  const moved = start + value.fraction * 10n ** BigInt(digits - value.fractionDigits) + scaled(nanoseconds, digits)
  const day = 86_400n * unit
  const inDay = ((moved % day) + day) % day
  const days = Number((moved - inDay) / day)
  const seconds = Number(inDay / unit)
  const fields = {
    ...civilFromDays(daysFromCivil(value.year, value.month, value.day) + days),
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    fraction: inDay % unit,
    fractionDigits: digits,
  }
  checkYear(fields.year)
  const needed =
    nanoseconds % (60n * nanosecondsPerSecond) !== 0n ? 'second' : nanoseconds % nanosecondsPerDay ? 'minute' : 'day'
  return timestampWith(value, fields, widerPrecision(value.precision, needed))
}

const precisions: readonly TimestampPrecision[] = ['year', 'month', 'day', 'minute', 'second']

export function widerPrecision(a: TimestampPrecision, b: TimestampPrecision): TimestampPrecision {
  return precisions.indexOf(a) >= precisions.indexOf(b) ? a : b
}

function timestampWith(
  value: TimestampValue,
  fields: Partial<TimestampValue>,
  precision: TimestampPrecision = value.precision,
): TimestampValue {
  return timestamp(precision, { ...value, ...fields })
}

function checkYear(year: number): void {
  if (!(year >= 1 && year <= 9999)) {
    throw new LedgerError('value/out-of-range', `a year of ${year} is out of range, 1 to 9999`)
  }
}
