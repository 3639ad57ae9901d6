import type { DateValue, TimestampValue, TimeValue } from './value.ts'

/** The proleptic Gregorian calendar on integers: days are counted from 1970-01-01. */

/** Days from 1970-01-01; the month may lie outside 1 to 12 and the day outside the month. */
export function daysFromDate(year: number, month: number, day: number): number {
  const months = year * 12 + (month - 1)
  const y = Math.floor(months / 12)
  const m = months - y * 12 + 1
  // Years that begin in March put the leap day last.
  const shifted = m <= 2 ? y - 1 : y
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (m + (m > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146097 + dayOfEra - 719468
}

export function dateFromDays(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719468
  const era = Math.floor(shifted / 146097)
  const dayOfEra = shifted - era * 146097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day }
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** A moment: whole seconds since 1970-01-01T00:00Z and a fraction, fraction / 10^digits in [0, 1). */
export interface Moment {
  readonly seconds: number
  readonly fraction: bigint
  readonly digits: number
}

/** The moment of a timestamp (an unknown offset counts as UTC), a date (its midnight, UTC) or a time (on 1970-01-01). */
export function momentOf(value: TimestampValue | DateValue | TimeValue): Moment {
  if (value.type === 'date') {
    return { seconds: daysFromDate(value.year, value.month, value.day) * 86400, fraction: 0n, digits: 0 }
  }
  const days = value.type === 'time' ? 0 : daysFromDate(value.year, value.month, value.day)
  const minutes = value.hour * 60 + value.minute - (value.offset ?? 0)
  return {
    seconds: days * 86400 + minutes * 60 + value.second,
    fraction: value.fraction,
    digits: value.fractionDigits,
  }
}

export function compareMoments(a: Moment, b: Moment): number {
  if (a.seconds !== b.seconds) return a.seconds < b.seconds ? -1 : 1
  if (a.digits === b.digits) return a.fraction < b.fraction ? -1 : a.fraction > b.fraction ? 1 : 0
  const left = a.fraction * 10n ** BigInt(Math.max(0, b.digits - a.digits))
  const right = b.fraction * 10n ** BigInt(Math.max(0, a.digits - b.digits))
  return left < right ? -1 : left > right ? 1 : 0
}
