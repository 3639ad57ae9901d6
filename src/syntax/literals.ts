import { LedgerError } from '../base/errors.ts'
import { decimalExponentMax, numberDigitsMax, timestampFractionDigitsMax } from '../base/limits.ts'
import type { Span } from '../base/span.ts'
import { daysInMonth } from '../values/timestamp.ts'
import { type DateValue, date, decimal, int, interval, time, timestamp, type Value } from '../values/value.ts'
import { type Cursor, invalid, unquote } from './cursor.ts'
import {
  type IntervalField,
  type IntervalQualifier,
  intervalFractionDigits,
  intervalLeadingDigits,
  parseIntervalQualifier,
  parseTimeZone,
  parseTypeArguments,
} from './parse-type.ts'

/**
 * A number as written: an int, or a decimal that keeps its scale when it has a point or an exponent (PartiQL has no
 * literal for floats). Undefined when it has more digits, or a larger exponent, than values may have.
 */
export function numberOf(text: string): Value | undefined {
  if (text.length < 16 && /^\d+$/.test(text)) return int(Number(text))
  const [, whole = '', fraction = '', exponent = '0'] = /^(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text) ?? []
  if (whole.length + fraction.length > numberDigitsMax) return undefined
  if (whole.length === text.length) return int(BigInt(text))
  const power = Number(exponent) - fraction.length
  return Math.abs(power) > decimalExponentMax ? undefined : decimal(BigInt(whole + fraction), power)
}

/** DATE, TIME, TIMESTAMP and INTERVAL with the string behind them. */
export function dateTimeLiteral(cursor: Cursor): Value {
  const token = cursor.advance()
  const { word } = token
  if (cursor.token.kind !== 'string' && !['(', 'WITH', 'WITHOUT'].includes(cursor.token.word)) {
    throw cursor.complain(`expected a string after ${word}`, { help: cursor.quotingHelp(token) })
  }
  if (word === 'DATE') return inString(cursor, "'YYYY-MM-DD'", dateOf)
  if (word === 'INTERVAL') {
    const text = takeString(cursor)
    const qualifier = parseIntervalQualifier(cursor)
    return required(intervalOf(text.value, qualifier), 'INTERVAL', text.value, intervalShape(qualifier), text.span)
  }
  const digits = cursor.at('(') ? parsePrecision(cursor) : undefined
  const zone = parseTimeZone(cursor)
  if (word === 'TIME') {
    const offset = zone === 'without' ? '' : '[+HH:MM]'
    return inString(cursor, `'HH:MM:SS[.fff]${offset}'`, (text) => timeOf(text, digits, zone))
  }
  const offset = { with: '+HH:MM', without: '', any: '[+HH:MM]' }[zone ?? 'any']
  return inString(cursor, `'YYYY-MM-DD HH:MM:SS[.fff]${offset}'`, (text) => timestampOf(text, digits, zone))

  function inString(from: Cursor, shape: string, read: (text: string) => Value | undefined): Value {
    const text = takeString(from)
    return required(read(text.value), word, text.value, shape, text.span)
  }
}

/** `(3)`: digits of a fraction of a second, at most nanoseconds. */
function parsePrecision(cursor: Cursor): number {
  const { start } = cursor.token
  const [digits = 0, ...more] = parseTypeArguments(cursor)
  if (more.length === 0 && digits <= 9) return digits
  throw invalid('invalid value used for type parameter, expected one precision from 0 to 9', cursor.spanFrom(start))
}

function takeString(cursor: Cursor): { value: string; span: Span } {
  const token = cursor.token
  if (token.kind !== 'string') throw cursor.unexpected('a string')
  cursor.advance()
  return { value: unquote(cursor.text.slice(token.start + 1, token.end - 1), "'"), span: token }
}

function required(value: Value | undefined, what: string, text: string, shape: string, span: Span): Value {
  if (value !== undefined) return value
  throw new LedgerError('lexer/invalid-literal', `invalid literal at, ${what} '${text}', expected ${shape}`, {
    span: { start: span.start, end: span.end },
    ...calendarHelp(text),
  })
}

/** What the calendar says against a date that is written as one. */
function calendarHelp(text: string): { help?: string } {
  const [year = 0, month = 0, day = 0] = (/^(\d{4})-(\d{2})-(\d{2})\b/.exec(text) ?? []).slice(1).map(Number)
  if (year === 0 && month === 0) return {}
  if (year === 0) return { help: 'years go from 0001 to 9999' }
  if (month < 1 || month > 12) return { help: 'months go from 01 to 12' }
  const days = daysInMonth(year, month)
  return day >= 1 && day <= days ? {} : { help: `${monthNames[month - 1]} ${year} has ${days} days` }
}

const monthNames = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
  ...['August', 'September', 'October', 'November', 'December'],
]

function dateOf(text: string): DateValue | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (!match) return undefined
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number]
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month) ? date(year, month, day) : undefined
}

interface Clock {
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly fraction: bigint
  readonly fractionDigits: number
  /** Minutes east of UTC, if written. */
  readonly offset: number | undefined
  /** Rounding to fewer digits went past midnight. */
  readonly nextDay: boolean
}

/** `23:59:59.999+05:30` (RFC 0047). Zones lie within 18 hours, as PartiQL's conformance cases have it. */
function clockOf(text: string, digits: number | undefined): Clock | undefined {
  const match = /^(\d{2}):(\d{2}):(\d{2})(?:\.(\d*))?(?:([+-])(\d{2}):(\d{2})|[zZ])?$/.exec(text)
  if (!match) return undefined
  const [hour, minute, second] = match.slice(1, 4).map(Number) as [number, number, number]
  if (hour > 23 || minute > 59 || second > 59) return undefined
  let offset: number | undefined = /z$/i.test(text) ? 0 : undefined
  if (match[5] !== undefined) {
    const east = Number(match[6]) * 60 + Number(match[7])
    if (Number(match[7]) > 59 || east > 18 * 60) return undefined
    offset = match[5] === '-' && east !== 0 ? -east : east
  }
  const written = match[4] ?? ''
  const kept = digits ?? written.length
  if (kept > timestampFractionDigitsMax) return undefined
  const seconds = roundTo(BigInt(hour * 3600 + minute * 60 + second), written, kept)
  const total = Number(seconds.whole)
  return {
    hour: Math.floor(total / 3600) % 24,
    minute: Math.floor(total / 60) % 60,
    second: total % 60,
    fraction: seconds.fraction,
    fractionDigits: kept,
    offset,
    nextDay: total >= 86_400,
  }
}

/** A whole number with the digits behind its point rounded half up to so many. */
function roundTo(whole: bigint, written: string, kept: number): { whole: bigint; fraction: bigint } {
  const unit = 10n ** BigInt(kept)
  const padded = written.padEnd(kept + 1, '0')
  const up = (padded[kept] as string) >= '5' ? 1n : 0n
  const scaled = whole * unit + BigInt(padded.slice(0, kept) || '0') + up
  return { whole: scaled / unit, fraction: scaled % unit }
}

type Zone = 'with' | 'without' | undefined

/** The offset is the one written; WITH TIME ZONE without one means UTC. */
function timeOf(text: string, digits: number | undefined, zone: Zone): Value | undefined {
  const clock = clockOf(text, digits)
  if (clock === undefined || (zone === 'without' && clock.offset !== undefined)) return undefined
  const { hour, minute, second, fraction, fractionDigits, offset } = clock
  return time(hour, minute, second, fraction, fractionDigits, zone === 'with' ? (offset ?? 0) : offset)
}

/** WITH TIME ZONE wants an offset, without which it would not be known which instant is meant. */
function timestampOf(text: string, digits: number | undefined, zone: Zone): Value | undefined {
  const day = dateOf(text.slice(0, 10))
  const clock = /^[ Tt]$/.test(text[10] ?? '') ? clockOf(text.slice(11), digits) : undefined
  if (day === undefined || clock === undefined || day.year === 0) return undefined
  const { hour, minute, second, fraction, fractionDigits, offset } = clock
  if (zone !== undefined && (offset !== undefined) !== (zone === 'with')) return undefined
  const { year, month, day: ofMonth } = clock.nextDay ? dayAfter(day) : day
  return timestamp('second', { year, month, day: ofMonth, hour, minute, second, fraction, fractionDigits, offset })
}

function dayAfter({ year, month, day }: DateValue): DateValue {
  if (day < daysInMonth(year, month)) return date(year, month, day + 1)
  return month < 12 ? date(year, month + 1, 1) : date(year + 1, 1, 1)
}

const nanosPerSecond = 1_000_000_000n
/** Of each field: how many of the family's units (months, nanoseconds) one is, and the largest value behind another. */
const fieldUnits: Readonly<Record<IntervalField, readonly [bigint, number]>> = {
  YEAR: [12n, 0],
  MONTH: [1n, 11],
  DAY: [86_400n * nanosPerSecond, 0],
  HOUR: [3_600n * nanosPerSecond, 23],
  MINUTE: [60n * nanosPerSecond, 59],
  SECOND: [nanosPerSecond, 59],
}
const fields = Object.keys(fieldUnits) as readonly IntervalField[]

function fieldsOf(qualifier: IntervalQualifier): readonly IntervalField[] {
  return fields.slice(fields.indexOf(qualifier.first), fields.indexOf(qualifier.last) + 1)
}

/** What stands between the field and the next one. */
function separatorBehind(field: IntervalField): string {
  return field === 'YEAR' ? '-' : field === 'DAY' ? ' ' : ':'
}

function intervalShape(qualifier: IntervalQualifier): string {
  const own = fieldsOf(qualifier)
  const shape = own.map((field, index) => field.toLowerCase() + (index + 1 < own.length ? separatorBehind(field) : ''))
  return `'[-]${shape.join('')}' with at most ${qualifier.leadingDigits ?? intervalLeadingDigits} digits in front`
}

/** Fractions beyond the precision are cut off; more than nine digits, or a field out of its range, is no interval. */
function intervalOf(text: string, qualifier: IntervalQualifier): Value | undefined {
  const own = fieldsOf(qualifier)
  let pattern = '^([+-]?)'
  own.forEach((field, index) => {
    pattern += field === 'SECOND' ? '(\\d+)(?:\\.(\\d{1,9}))?' : '(\\d+)'
    if (index + 1 < own.length) pattern += separatorBehind(field)
  })
  const match = new RegExp(`${pattern}$`).exec(text)
  if (!match) return undefined
  const leading = (match[2] as string).replace(/^0+(?=\d)/, '')
  if (leading.length > (qualifier.leadingDigits ?? intervalLeadingDigits)) return undefined
  let units = 0n
  for (const [index, field] of own.entries()) {
    const amount = BigInt(match[index + 2] as string)
    const [size, most] = fieldUnits[field]
    if (index > 0 && amount > BigInt(most)) return undefined
    units += amount * size
  }
  if (qualifier.last === 'SECOND') {
    const fraction = (match[own.length + 2] ?? '').slice(0, qualifier.fractionDigits ?? intervalFractionDigits)
    units += BigInt(fraction.padEnd(9, '0'))
  }
  if (match[1] === '-') units = -units
  const family = fields.indexOf(qualifier.first) < 2 ? 'year-month' : 'day-time'
  const written = qualifierText(qualifier)
  return family === 'year-month' ? interval(family, units, 0n, written) : interval(family, 0n, units, written)
}

/** `DAY(3) TO SECOND(2)`: precisions only where written. */
function qualifierText({ first, last, leadingDigits, fractionDigits }: IntervalQualifier): string {
  if (first === last) {
    if (leadingDigits === undefined) return first
    return `${first}(${leadingDigits}${fractionDigits === undefined ? '' : `, ${fractionDigits}`})`
  }
  const head = leadingDigits === undefined ? first : `${first}(${leadingDigits})`
  return `${head} TO ${last}${fractionDigits === undefined ? '' : `(${fractionDigits})`}`
}
