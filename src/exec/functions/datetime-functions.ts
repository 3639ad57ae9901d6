import {
  addInterval,
  addDays,
  addMonths,
  addNanoseconds,
  type DateTimeValue,
  widerPrecision,
} from '../../values/datetime.ts'
import { calendarParts, dateParts, extractParts, type plainParts, truncParts } from '../../values/datetime-parts.ts'
import type { NumericValue } from '../../values/decimal.ts'
import { exactOf, tenTo } from '../../values/decimal.ts'
import {
  compareInstants,
  instantOf,
  parseTimestamp,
  timestampFromMs,
  timestampFromSeconds,
} from '../../values/timestamp.ts'
import {
  type DateValue,
  date,
  decimal,
  type IntervalValue,
  int,
  interval,
  type TimestampPrecision,
  type TimestampValue,
  type TimeValue,
  time,
  timestamp,
  type Value,
} from '../../values/value.ts'
import { dayOf, extractCalendar, timeOf, truncated } from './calendar.ts'
import { type Bodies, mismatch } from './definition.ts'
import { overlaps } from './overlaps.ts'
import { textOf } from './text-functions.ts'
import { formatTimestamp, parseWithPattern } from './timestamp-pattern.ts'

/** Functions of dates and times. A part (`year` … `second`) comes as a text. */
export const datetimeBodies = {
  date_add: ([part, count, value]) => dateAdd(partOf(part, dateParts), countOf(count), value as DateTimeValue),
  date_diff: ([part, from, to]) => int(dateDiff(partOf(part, dateParts), from as DateTimeValue, to as DateTimeValue)),
  extract: ([part, value]) => extract(partOf(part, extractParts), value as Value),
  date_trunc: ([part, value]) => truncated(partOf(part, truncParts), value as DateTimeValue),
  to_string: ([value, pattern]) => formatTimestamp(value as TimestampValue, textOf(pattern)),
  to_timestamp: ([text, pattern]) =>
    pattern === undefined ? ionTimestamp(textOf(text)) : parseWithPattern(textOf(text), textOf(pattern)),
  utcnow: (_, context) => timestampFromMs(context.nowMs),
  current_timestamp: (_, context) => timestampFromMs(context.nowMs),
  current_date: (_, context) => dayOf(timestampFromMs(context.nowMs)),
  current_time: (_, context) => timeOf(timestampFromMs(context.nowMs)),
  unix_timestamp: ([value], context) =>
    unixTimestamp((value as TimestampValue | undefined) ?? timestampFromMs(context.nowMs), value !== undefined),
  from_unixtime: ([seconds]) => fromUnixTime(seconds as NumericValue),
  make_date: (args) => makeDate(args.map(countOf)),
  make_time: (args) => makeTime(args),
  overlaps: ([a, b]) => overlaps(a as Value, b as Value),
} satisfies Bodies

type Part = (typeof plainParts)[number]

function partOf<T extends string>(value: Value | undefined, parts: readonly T[]): T {
  const text = textOf(value).toLowerCase()
  const part = parts.find((one) => one === text)
  if (part === undefined) throw mismatch(`expected one of: [${parts.join(', ')}], got: ${text}`)
  return part
}

function countOf(value: Value | undefined): number {
  return Number((value as { readonly value: number | bigint }).value)
}

const nanosecondsOf: Readonly<Partial<Record<Part, bigint>>> = {
  hour: 3_600_000_000_000n,
  minute: 60_000_000_000n,
  second: 1_000_000_000n,
}
/** How exact a timestamp must be to hold a part; hours come with minutes. */
const precisionOf: Readonly<Partial<Record<Part, TimestampPrecision>>> = {
  year: 'year',
  month: 'month',
  day: 'day',
  hour: 'minute',
  minute: 'minute',
  second: 'second',
}

/** The value this many parts later; a timestamp's precision grows to hold the part. */
function dateAdd(part: Part, count: number, value: DateTimeValue): Value {
  if (!Number.isSafeInteger(count)) throw mismatch(`date_add: ${count} is out of range`)
  const nanoseconds = nanosecondsOf[part]
  if (value.type === 'time') {
    if (nanoseconds === undefined) throw notOfPart(part, value)
    return addInterval(value, interval('day-time', 0n, nanoseconds * BigInt(count), 'SECOND')) as TimeValue
  }
  if (value.type === 'date' && nanoseconds !== undefined) throw notOfPart(part, value)
  if (part === 'day') return widened(addDays(value, count), 'day')
  if (nanoseconds === undefined) return widened(addMonths(value, part === 'year' ? count * 12 : count), part as 'month')
  const moved = addNanoseconds(value as TimestampValue, nanoseconds * BigInt(count))
  return widened(moved, precisionOf[part] as TimestampPrecision)
}

function widened(value: DateValue | TimestampValue, precision: TimestampPrecision): Value {
  return value.type === 'date' ? value : timestamp(widerPrecision(value.precision, precision), value)
}

function notOfPart(part: Part, value: Value) {
  return mismatch(`${part} is no part of ${value.type.toUpperCase()}`)
}

/**
 * Whole parts from one to the other, negative when the second is earlier. Years and months go by the dates as
 * written, days and less by the time that passed (PartiQL 0.2's rules).
 */
function dateDiff(part: Part, from: DateTimeValue, to: DateTimeValue): number {
  const months = part === 'year' ? 12 : part === 'month' ? 1 : undefined
  if (from.type === 'time' || to.type === 'time') {
    if (from.type !== to.type || nanosecondsOf[part] === undefined) throw notOfPart(part, from)
  } else if (months !== undefined) {
    return Math.trunc(monthsBetween(from, to) / months)
  }
  const unit = part === 'day' ? 86_400 : part === 'hour' ? 3600 : part === 'minute' ? 60 : 1
  return Math.trunc(wholeSecondsBetween(from, to) / unit)
}

function monthsBetween(from: DateValue | TimestampValue, to: DateValue | TimestampValue): number {
  const months = (to.year - from.year) * 12 + to.month - from.month
  if (months > 0 && to.day < from.day) return months - 1
  if (months < 0 && to.day > from.day) return months + 1
  return months
}

function wholeSecondsBetween(from: DateTimeValue, to: DateTimeValue): number {
  const [first, second] = [instantOf(asTimestamp(from)), instantOf(asTimestamp(to))]
  const seconds = second.seconds - first.seconds
  const fractions = compareInstants({ ...second, seconds: 0 }, { ...first, seconds: 0 })
  if (seconds > 0 && fractions < 0) return seconds - 1
  if (seconds < 0 && fractions > 0) return seconds + 1
  return seconds
}

function asTimestamp(value: DateTimeValue): TimestampValue {
  if (value.type === 'timestamp') return value
  if (value.type === 'date') return timestamp('day', value)
  return timestamp('second', { ...value, year: 1970, month: 1, day: 1 })
}

/** Parts that each type has; a timestamp has them all, whatever its precision. */
const partsOf: Readonly<Record<'date' | 'time' | 'year-month' | 'day-time', readonly Part[]>> = {
  date: ['year', 'month', 'day'],
  time: ['hour', 'minute', 'second', 'timezone_hour', 'timezone_minute'],
  'year-month': ['year', 'month'],
  'day-time': ['day', 'hour', 'minute', 'second'],
}

/** One part of a date, time, timestamp or interval: an int, seconds with a fraction a decimal. */
function extract(written: string, value: Value): Value {
  const calendarPart = calendarParts.find((one) => one === written)
  if (calendarPart !== undefined) return extractCalendar(calendarPart, value as DateTimeValue | IntervalValue)
  const part = written as Part
  if (value.type === 'interval') {
    if (!partsOf[value.family].includes(part)) throw notOfPart(part, value)
    return extractFromInterval(part, value)
  }
  const fields = value as DateTimeValue
  if (fields.type !== 'timestamp' && !partsOf[fields.type].includes(part)) throw notOfPart(part, value)
  if (part === 'timezone_hour' || part === 'timezone_minute') {
    const { offset, type } = fields as TimeValue | TimestampValue
    if (offset === undefined && type === 'time') throw notOfPart(part, value)
    return int(part === 'timezone_hour' ? Math.trunc((offset ?? 0) / 60) : (offset ?? 0) % 60)
  }
  if (part === 'second') {
    const { second, fraction, fractionDigits } = fields as TimeValue | TimestampValue
    if (fractionDigits === 0) return int(second)
    return decimal(BigInt(second) * 10n ** BigInt(fractionDigits) + fraction, -fractionDigits)
  }
  return int((fields as TimestampValue)[part])
}

/** Each part has the interval's sign. */
function extractFromInterval(part: Part, { months, nanoseconds }: IntervalValue): Value {
  if (part === 'year') return int(months / 12n)
  if (part === 'month') return int(months % 12n)
  if (part === 'day') return int(nanoseconds / 86_400_000_000_000n)
  if (part === 'hour') return int((nanoseconds / 3_600_000_000_000n) % 24n)
  if (part === 'minute') return int((nanoseconds / 60_000_000_000n) % 60n)
  const inMinute = nanoseconds % 60_000_000_000n
  if (inMinute % 1_000_000_000n === 0n) return int(inMinute / 1_000_000_000n)
  return decimal(inMinute, -9)
}

function ionTimestamp(text: string): Value {
  const parsed = parseTimestamp(text)
  if (parsed === undefined) throw mismatch(`Failed to parse Ion timestamp: ${text}`)
  return parsed
}

/** Seconds since 1970: an int for now and for whole seconds, else a decimal. */
function unixTimestamp(value: TimestampValue, withFraction: boolean): Value {
  const { seconds, fraction, fractionDigits } = instantOf(value)
  if (!withFraction || fractionDigits === 0) return int(seconds)
  return decimal(BigInt(seconds) * 10n ** BigInt(fractionDigits) + fraction, -fractionDigits)
}

function fromUnixTime(value: NumericValue): Value {
  if (value.type === 'float' && !Number.isFinite(value.value)) throw outOfRange()
  const { coefficient, exponent } = exactOf(value)
  const digits = Math.max(0, -exponent)
  const unit = tenTo(digits)
  const units = exponent > 0 ? coefficient * tenTo(exponent) : coefficient
  const fraction = ((units % unit) + unit) % unit
  const seconds = Number((units - fraction) / unit)
  const result = timestampFromSeconds(seconds, fraction, digits, 0)
  if (!(result.year >= 1 && result.year <= 9999)) throw outOfRange()
  return result
}

function outOfRange() {
  return mismatch('from_unixtime: the year is out of range, 1 to 9999')
}

function makeDate([year, month, day]: readonly number[]): Value {
  const text = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`
  const parsed = /^\d{4}-\d\d-\d\d$/.test(text) ? parseTimestamp(text) : undefined
  if (parsed === undefined) throw mismatch(`Date field value out of range: ${text}`)
  return date(parsed.year, parsed.month, parsed.day)
}

/** make_time(hour, minute, second [, minutes east of UTC]) */
function makeTime([hour, minute, second, offset]: readonly Value[]): Value {
  const { coefficient, exponent } = exactOf(second as NumericValue)
  const digits = Math.max(0, -exponent)
  const units = exponent > 0 ? coefficient * tenTo(exponent) : coefficient
  const whole = Number(units / tenTo(digits))
  const east = offset === undefined ? undefined : countOf(offset)
  const isValid = within(countOf(hour), 23) && within(countOf(minute), 59) && within(whole, 59) && units >= 0n
  if (!isValid || (east !== undefined && Math.abs(east) > 18 * 60)) throw mismatch('Time field value out of range')
  return time(countOf(hour), countOf(minute), whole, units % tenTo(digits), digits, east)
}

function within(value: number, most: number): boolean {
  return value >= 0 && value <= most
}

function pad(value: number | undefined, digits: number): string {
  return String(value).padStart(digits, '0')
}
