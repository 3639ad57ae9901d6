import { timestampFractionDigitsMax } from '../base/limits.ts'
import { type Annotations, type TimestampFields, type TimestampValue, timestamp } from './value.ts'

/**
 * Timestamps: text form, ranges and the instant they name. Source: Ion 1.0 specification, "Timestamps" (W3C note on
 * date and time formats; years 1 to 9999; an offset only with a time of day; `-00:00` for an unknown one).
 */

/** A moment as seconds since 1970-01-01T00:00:00Z plus fraction / 10^fractionDigits, without trailing zeros. */
export interface Instant {
  readonly seconds: number
  readonly fraction: bigint
  readonly fractionDigits: number
}

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const secondsInDay = 86_400
/** 0001-01-01T00:00:00Z and 10000-01-01T00:00:00Z in seconds since 1970. */
const firstSecond = daysFromCivil(1, 1, 1) * secondsInDay
const endSecond = daysFromCivil(10_000, 1, 1) * secondsInDay

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

export function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : (monthDays[month - 1] as number)
}

/** Days from 1970-01-01 to a date of the proleptic Gregorian calendar. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/** The date so many days after 1970-01-01: the reverse of daysFromCivil. */
export function civilFromDays(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  }
}

/** Whether all fields are in their ranges, in local time and in UTC, and those beyond the precision at rest. */
export function isValidTimestamp(t: TimestampValue): boolean {
  if (!within(t.year, 1, 9999) || !within(t.month, 1, 12) || !within(t.day, 1, daysInMonth(t.year, t.month)))
    return false
  if (!within(t.hour, 0, 23) || !within(t.minute, 0, 59) || !within(t.second, 0, 59)) return false
  if (!within(t.fractionDigits, 0, timestampFractionDigitsMax) || t.fraction < 0n) return false
  if (t.fraction !== 0n && t.fraction >= 10n ** BigInt(t.fractionDigits)) return false
  if (t.precision !== 'second' && (t.second !== 0 || t.fractionDigits !== 0)) return false
  if (t.precision === 'year' || t.precision === 'month' || t.precision === 'day') {
    if (t.offset !== undefined || t.hour !== 0 || t.minute !== 0) return false
    return (t.precision === 'day' || t.day === 1) && (t.precision !== 'year' || t.month === 1)
  }
  if (t.offset === undefined || t.offset === 0) return true
  if (!within(t.offset, -1439, 1439)) return false
  const seconds = instantSeconds(t)
  return seconds >= firstSecond && seconds < endSecond
}

function within(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high
}

/** Whole seconds since 1970 of the moment a timestamp names; UTC when the offset is unknown. */
export function instantSeconds(t: TimestampValue): number {
  const local = daysFromCivil(t.year, t.month, t.day) * secondsInDay + t.hour * 3600 + t.minute * 60 + t.second
  return local - (t.offset ?? 0) * 60
}

/** Milliseconds since 1970 of the moment a timestamp names; a finer fraction is cut. */
export function instantMs(t: TimestampValue): number {
  const surplus = t.fractionDigits - 3
  const { fraction } = t
  if (surplus === 0) return instantSeconds(t) * 1000 + Number(fraction)
  const thousandths = surplus > 0 ? fraction / 10n ** BigInt(surplus) : fraction * 10n ** BigInt(-surplus)
  return instantSeconds(t) * 1000 + Number(thousandths)
}

/** The moment a timestamp names: its first, when its precision is less than a second; UTC when the offset is unknown. */
export function instantOf(t: TimestampValue): Instant {
  let { fraction, fractionDigits } = t
  if (fraction === 0n) fractionDigits = 0
  while (fractionDigits > 0 && fraction % 10n === 0n) {
    fraction /= 10n
    fractionDigits -= 1
  }
  return { seconds: instantSeconds(t), fraction, fractionDigits }
}

/** Negative, zero or positive, as `left` is before, at or after `right`. */
export function compareInstants(left: Instant, right: Instant): number {
  if (left.seconds !== right.seconds) return left.seconds < right.seconds ? -1 : 1
  if (left.fraction === right.fraction && left.fractionDigits === right.fractionDigits) return 0
  const digits = Math.max(left.fractionDigits, right.fractionDigits)
  const leftScaled = left.fraction * 10n ** BigInt(digits - left.fractionDigits)
  const rightScaled = right.fraction * 10n ** BigInt(digits - right.fractionDigits)
  return leftScaled < rightScaled ? -1 : leftScaled > rightScaled ? 1 : 0
}

/** A transaction asks for one moment several times. */
let lastMs = 0
let lastOfMs: TimestampValue | undefined

/** A UTC timestamp with exactly three digits of fraction. */
export function timestampFromMs(ms: number): TimestampValue {
  const whole = Math.floor(ms)
  if (lastOfMs !== undefined && whole === lastMs) return lastOfMs
  const seconds = Math.floor(whole / 1000)
  lastOfMs = timestampFromSeconds(seconds, BigInt(whole - seconds * 1000), 3, 0)
  lastMs = whole
  return lastOfMs
}

/**
 * A timestamp of second precision at so many seconds since 1970, shown at an offset; undefined shows UTC with an
 * unknown offset. Does not check the year's range.
 */
export function timestampFromSeconds(
  seconds: number,
  fraction: bigint,
  fractionDigits: number,
  offset: number | undefined,
  annotations?: Annotations,
): TimestampValue {
  const local = seconds + (offset ?? 0) * 60
  const days = Math.floor(local / secondsInDay)
  const rest = local - days * secondsInDay
  const fields: TimestampFields = {
    ...civilFromDays(days),
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
    fraction,
    fractionDigits,
    offset,
  }
  return timestamp('second', fields, annotations)
}

/** As Ion text, with the very precision and offset. */
export function printTimestamp(t: TimestampValue): string {
  const year = pad(t.year, 4)
  if (t.precision === 'year') return `${year}T`
  const month = `${year}-${pad(t.month, 2)}`
  if (t.precision === 'month') return `${month}T`
  const day = `${month}-${pad(t.day, 2)}`
  if (t.precision === 'day') return day
  let clock = `${day}T${pad(t.hour, 2)}:${pad(t.minute, 2)}`
  if (t.precision === 'second') {
    clock += `:${pad(t.second, 2)}`
    if (t.fractionDigits > 0) clock += `.${t.fraction.toString().padStart(t.fractionDigits, '0')}`
  }
  return clock + printOffset(t.offset)
}

/** `Z`, `+hh:mm`, `-hh:mm`, or `-00:00` when unknown. */
export function printOffset(offset: number | undefined): string {
  if (offset === undefined) return '-00:00'
  if (offset === 0) return 'Z'
  const minutes = Math.abs(offset)
  return `${offset < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60), 2)}:${pad(minutes % 60, 2)}`
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0')
}

const shape = /^(\d{4})(?:T|-(\d\d)(?:T|-(\d\d)(?:T(?:(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d))?)?))$/

/** A timestamp from its whole Ion text; undefined when it has another shape or a field out of range. */
export function parseTimestamp(text: string, annotations?: Annotations): TimestampValue | undefined {
  if (text.length > timestampFractionDigitsMax + 32) return undefined
  const match = shape.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second, fraction, zone] = match
  const offset = zone === undefined ? undefined : parseOffset(zone)
  if (offset === null) return undefined
  const precision =
    month === undefined
      ? 'year'
      : day === undefined
        ? 'month'
        : hour === undefined
          ? 'day'
          : second === undefined
            ? 'minute'
            : 'second'
  const fields: TimestampFields = {
    year: Number(year),
    month: Number(month ?? 1),
    day: Number(day ?? 1),
    hour: Number(hour ?? 0),
    minute: Number(minute ?? 0),
    second: Number(second ?? 0),
    fraction: fraction === undefined ? 0n : BigInt(fraction),
    fractionDigits: fraction?.length ?? 0,
    offset,
  }
  const parsed = timestamp(precision, fields, annotations)
  return isValidTimestamp(parsed) ? parsed : undefined
}

/** Minutes east of UTC of `Z` or `±hh:mm`; undefined for `-00:00`, null when out of range. */
export function parseOffset(zone: string): number | undefined | null {
  if (zone === 'Z') return 0
  if (zone === '-00:00') return undefined
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(4, 6))
  if (hours > 23 || minutes > 59) return null
  const total = hours * 60 + minutes
  return zone.startsWith('-') && total !== 0 ? -total : total
}
