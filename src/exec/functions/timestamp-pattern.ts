import { LedgerError } from '../../base/errors.ts'
import { isValidTimestamp } from '../../values/timestamp.ts'
import { string, type TimestampPrecision, type TimestampValue, timestamp, type Value } from '../../values/value.ts'

/**
 * The patterns of TO_STRING and TO_TIMESTAMP (PartiQL's "Timestamp format patterns"): runs of a letter are fields,
 * text in single quotes and other characters stand for themselves, '' is a quote.
 */
type Token = { readonly field: string } | { readonly literal: string }

/** The runs there are. `S` may be as long as it likes. */
const fields = new Set(
  `y yy yyyy M MM MMM MMMM MMMMM d dd a h hh H HH m mm s ss n X XX XXX XXXX XXXXX x xx xxx xxxx xxxxx`.split(' '),
)

function tokenize(pattern: string): Token[] {
  const tokens: Token[] = []
  for (let index = 0; index < pattern.length; ) {
    const character = pattern[index] as string
    if (character === "'") {
      const [literal, end] = quoted(pattern, index)
      tokens.push({ literal })
      index = end
    } else if (/[A-Za-z]/.test(character)) {
      let end = index + 1
      while (pattern[end] === character) end += 1
      const field = pattern.slice(index, end)
      if (!fields.has(field) && character !== 'S') throw badSymbol(pattern, character)
      tokens.push({ field })
      index = end
    } else {
      tokens.push({ literal: character })
      index += 1
    }
  }
  return tokens
}

function badSymbol(pattern: string, character: string): LedgerError {
  const isKnown = [...fields].some((field) => field.startsWith(character))
  return badPattern(`Timestamp format pattern contains invalid ${isKnown ? 'token' : 'symbol'}: '${pattern}'.`)
}

/** The text between quotes and where it ends; two quotes alone are one quote. */
function quoted(pattern: string, start: number): [string, number] {
  let text = ''
  for (let index = start + 1; index < pattern.length; index += 1) {
    if (pattern[index] !== "'") {
      text += pattern[index]
    } else if (pattern[index + 1] === "'" && index > start + 1) {
      text += "'"
      index += 1
    } else {
      return [index === start + 1 ? "'" : text, index + 1]
    }
  }
  throw badPattern(`Timestamp format pattern contains unterminated token: '${pattern}'.`)
}

function badPattern(message: string): LedgerError {
  return new LedgerError('evaluator/invalid', message)
}

const months = 'January February March April May June July August September October November December'.split(' ')

/** TO_STRING. An unknown offset prints as UTC. Throws evaluator/invalid for a pattern that is none. */
export function formatTimestamp(value: TimestampValue, pattern: string): Value {
  return string(
    tokenize(pattern)
      .map((token) => ('literal' in token ? token.literal : formatField(value, token.field)))
      .join(''),
  )
}

function formatField(t: TimestampValue, field: string): string {
  switch (field[0]) {
    case 'y':
      return field === 'yy' ? pad(t.year % 100, 2) : pad(t.year, field.length)
    case 'M':
      return formatMonth(t.month, field.length)
    case 'd':
      return pad(t.day, field.length)
    case 'a':
      return t.hour < 12 ? 'AM' : 'PM'
    case 'h':
      return pad(t.hour % 12 === 0 ? 12 : t.hour % 12, field.length)
    case 'H':
      return pad(t.hour, field.length)
    case 'm':
      return pad(t.minute, field.length)
    case 's':
      return pad(t.second, field.length)
    case 'S':
      return fractionDigits(t).padEnd(field.length, '0').slice(0, field.length)
    case 'n':
      return String(Number(fractionDigits(t).padEnd(9, '0').slice(0, 9)))
    default:
      return formatOffset(t.offset ?? 0, field)
  }
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0')
}

function formatMonth(month: number, length: number): string {
  const name = months[month - 1] as string
  if (length <= 2) return pad(month, length)
  return length === 3 ? name.slice(0, 3) : length === 4 ? name : name.slice(0, 1)
}

function fractionDigits(t: TimestampValue): string {
  return t.fractionDigits === 0 ? '' : t.fraction.toString().padStart(t.fractionDigits, '0')
}

/** X writes Z for UTC; one letter leaves out minutes that are zero, three and five have a colon. */
function formatOffset(offset: number, field: string): string {
  if (offset === 0 && field.startsWith('X')) return 'Z'
  const minutes = Math.abs(offset)
  const colon = field.length === 3 || field.length === 5 ? ':' : ''
  const rest = field.length === 1 && minutes % 60 === 0 ? '' : colon + pad(minutes % 60, 2)
  return `${offset < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60), 2)}${rest}`
}

/** Whether TO_STRING may give a text by a pattern; true where the pattern is none. */
export function fitsPattern(text: string, pattern: string): boolean {
  const tokens = tokensOf(pattern)
  return tokens === undefined || new RegExp(`^${sourcesOf(tokens).join('')}$`, 'i').test(text)
}

/** A pattern with hours to 12 and no AM or PM: two hours of a day give one text. */
export function hidesHalfDay(pattern: string): boolean {
  const letters = (tokensOf(pattern) ?? []).map((one) => ('field' in one ? one.field.charAt(0) : ''))
  return letters.includes('h') && !letters.includes('a') && !letters.includes('H')
}

/**
 * Why texts of a pattern do not follow one another as their moments do: a day or a month before the year, a name, a number
 * without its zeros. Undefined where they do, and for a pattern that is none.
 */
export function mistakenOrder(pattern: string): string | undefined {
  const found = (tokensOf(pattern) ?? []).flatMap((one) => ('field' in one ? [one.field] : []))
  const places = found.map((field) => orderLetters.indexOf(field.charAt(0))).filter((place) => place !== -1)
  if (places.some((place, at) => place < (places[at - 1] ?? 0)))
    return `texts like '${pattern}' are sorted by what stands first in them`
  const odd = found.find((field) => /^(?:[MdHms]|MMM+|hh?)$/.test(field))
  if (odd === undefined) return undefined
  const is = odd.startsWith('h') ? 'an hour of 12' : odd.length > 1 ? 'a name' : 'a number without zeros'
  return `${odd} in '${pattern}' is ${is}, and texts are sorted by their characters`
}

const orderLetters = 'yMdHms'

/** Maximum tokens of a pattern to compare; of a longer one any text counts as a beginning. */
const comparedTokensMax = 64

/** Whether a text is how one of a pattern begins, or all of it; true where the pattern is none. */
export function beginsPattern(text: string, pattern: string): boolean {
  const tokens = tokensOf(pattern)
  if (tokens === undefined || tokens.length > comparedTokensMax) return true
  const parts = sourcesOf(tokens)
  return new RegExp(`^${parts.map((part) => `(?:${part}`).join('')}${')?'.repeat(parts.length)}$`, 'i').test(text)
}

/** What is wrong with a pattern that takes minutes for months, as 'yyyy-mm' does, or months for minutes. */
export function mistakenPattern(pattern: string): string | undefined {
  const tokens = tokensOf(pattern) ?? []
  const letters = tokens.map((one) => ('field' in one ? one.field.charAt(0) : one.literal))
  const isClock = letters.some((one) => /^[hHsS]$/.test(one))
  if (letters.includes('m') && !isClock && letters.some((one) => /^[yd]$/.test(one)))
    return 'mm is the minute; months are MM'
  const isMonth = letters.some(
    (one, at) => one === 'M' && letters[at - 1] === ':' && /^[hH]$/.test(letters[at - 2] ?? ''),
  )
  return isMonth ? 'MM is the month; minutes are mm' : undefined
}

function tokensOf(pattern: string): Token[] | undefined {
  try {
    return tokenize(pattern)
  } catch (error) {
    if (error instanceof LedgerError) return undefined
    throw error
  }
}

/** What a pattern's field means: its name for the messages, and how a text for it looks. */
interface FieldReader {
  readonly means: string
  readonly shape: string
}

const readers: Readonly<Record<string, FieldReader>> = {
  y: { means: 'YEAR', shape: '\\d{1,4}' },
  yy: { means: 'YEAR', shape: '\\d{2}' },
  yyyy: { means: 'YEAR', shape: '\\d{4}' },
  M: { means: 'MONTH_OF_YEAR', shape: '\\d{1,2}' },
  MM: { means: 'MONTH_OF_YEAR', shape: '\\d{2}' },
  MMM: { means: 'MONTH_OF_YEAR', shape: months.map((name) => name.slice(0, 3)).join('|') },
  MMMM: { means: 'MONTH_OF_YEAR', shape: months.join('|') },
  d: { means: 'DAY_OF_MONTH', shape: '\\d{1,2}' },
  dd: { means: 'DAY_OF_MONTH', shape: '\\d{2}' },
  a: { means: 'AM_PM', shape: 'am|pm' },
  h: { means: 'HOUR_OF_DAY', shape: '\\d{1,2}' },
  hh: { means: 'HOUR_OF_DAY', shape: '\\d{2}' },
  H: { means: 'HOUR_OF_DAY', shape: '\\d{1,2}' },
  HH: { means: 'HOUR_OF_DAY', shape: '\\d{2}' },
  m: { means: 'MINUTE_OF_HOUR', shape: '\\d{1,2}' },
  mm: { means: 'MINUTE_OF_HOUR', shape: '\\d{2}' },
  s: { means: 'SECOND_OF_MINUTE', shape: '\\d{1,2}' },
  ss: { means: 'SECOND_OF_MINUTE', shape: '\\d{2}' },
  n: { means: 'FRACTION_OF_SECOND', shape: '\\d{1,9}' },
}

/** Each field from the coarsest on; one that is there needs those before it. */
const ladder = [
  'YEAR',
  'MONTH_OF_YEAR',
  'DAY_OF_MONTH',
  'HOUR_OF_DAY',
  'MINUTE_OF_HOUR',
  'SECOND_OF_MINUTE',
  'FRACTION_OF_SECOND',
]
const precisions: readonly TimestampPrecision[] = ['year', 'month', 'day', 'minute', 'minute', 'second', 'second']

/**
 * TO_TIMESTAMP with a pattern: a timestamp as precise as the pattern, its offset unknown where the pattern has none.
 * Throws evaluator/invalid, an error in both typing modes, for a bad pattern and for a text that it doesn't fit, as the
 * extended conformance cases have it.
 */
export function parseWithPattern(text: string, pattern: string): Value {
  const tokens = tokenize(pattern)
  const used = fieldsOf(tokens, pattern)
  const match = new RegExp(`^${sourcesOf(tokens).join('')}$`, 'i').exec(text)
  if (match === null) throw unparsed(text, pattern)
  const written = tokens.flatMap((token) => ('field' in token ? [token.field] : []))
  const values = new Map<string, string>()
  written.forEach((field, index) => {
    values.set(meaningOf(field), digitsOf(field, match[index + 1] as string))
  })
  const number = (name: string, otherwise: number) => Number(values.get(name) ?? otherwise)
  const fraction = values.get('FRACTION_OF_SECOND') ?? ''
  const precision = precisions[ladder.findLastIndex((name) => used.has(name))] as TimestampPrecision
  const result = timestamp(precision, {
    year: number('YEAR', 1),
    month: number('MONTH_OF_YEAR', 1),
    day: number('DAY_OF_MONTH', 1),
    hour: hourOf(number('HOUR_OF_DAY', 0), written, values.get('AM_PM')),
    minute: number('MINUTE_OF_HOUR', 0),
    second: number('SECOND_OF_MINUTE', 0),
    fraction: BigInt(fraction || '0'),
    fractionDigits: fraction.length,
    offset: values.has('OFFSET') ? Number(values.get('OFFSET')) : undefined,
  })
  if (!isValidTimestamp(result)) throw unparsed(text, pattern)
  return result
}

function unparsed(text: string, pattern: string): LedgerError {
  return new LedgerError(
    'evaluator/invalid',
    `Failed to parse the text '${text}' with the timestamp format pattern '${pattern}'.`,
  )
}

function meaningOf(field: string): string {
  if (field.startsWith('S')) return 'FRACTION_OF_SECOND'
  return readers[field]?.means ?? 'OFFSET'
}

/** How texts of each token look, as a regular expression: a field is a group. */
function sourcesOf(tokens: readonly Token[]): string[] {
  return tokens.map((one) => ('literal' in one ? escapeLiteral(one.literal) : `(${shapeOf(one.field)})`))
}

function shapeOf(field: string): string {
  if (field.startsWith('S')) return `\\d{${field.length}}`
  const reader = readers[field]
  if (reader !== undefined) return reader.shape
  if (field === 'MMMMM') return '[JFMASOND]'
  const colon = field.length === 3 || field.length === 5 ? ':' : ''
  const minutes = field.length === 1 ? '(?:\\d{2})?' : `${colon}\\d{2}`
  return `${field.startsWith('X') ? 'Z|' : ''}[+-]\\d{2}${minutes}`
}

/** The meanings that the pattern names; throws where one is named twice or lacks a coarser one. */
function fieldsOf(tokens: readonly Token[], pattern: string): Set<string> {
  const used = new Set<string>()
  for (const token of tokens) {
    if (!('field' in token)) continue
    if (token.field === 'MMMMM') throw badPattern(`Invalid timestamp format pattern: '${pattern}'.`)
    const means = meaningOf(token.field)
    if (used.has(means)) {
      const what = `multiple format specifiers representing the timestamp field '${means}'`
      throw badPattern(`The format pattern '${pattern}' contains ${what}.`)
    }
    used.add(means)
  }
  const finest = used.has('OFFSET') || used.has('AM_PM') ? Math.max(4, lastOf(used)) : lastOf(used)
  const needed = finest === -1 ? ['YEAR'] : ladder.slice(0, finest)
  const lacking = needed.filter((name) => !used.has(name))
  if (tokens.some((token) => 'field' in token && token.field.startsWith('h')) && !used.has('AM_PM'))
    lacking.push('AM_PM')
  if (lacking.length > 0) {
    throw badPattern(`Timestamp format pattern '${pattern}' requires additional fields '${lacking.join(', ')}'.`)
  }
  return used
}

function lastOf(used: ReadonlySet<string>): number {
  return ladder.findLastIndex((name) => used.has(name))
}

/** A field's text as digits; AM and PM in small letters. */
function digitsOf(field: string, text: string): string {
  if (field === 'yy') return String(Number(text) + (Number(text) < 70 ? 2000 : 1900))
  if (field === 'n') return text.padStart(9, '0')
  if (field === 'MMM' || field === 'MMMM') {
    const start = text.toLowerCase()
    return String(months.findIndex((name) => name.toLowerCase().startsWith(start)) + 1)
  }
  if (meaningOf(field) !== 'OFFSET') return text.toLowerCase()
  if (/^z$/i.test(text)) return '0'
  const [, sign, hours, minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(text) as unknown as [
    string,
    string,
    string,
    string?,
  ]
  return String((sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)))
}

/** The hour of 24; nan, which no timestamp has, for one that a clock of 12 doesn't show. */
function hourOf(hour: number, written: readonly string[], half: string | undefined): number {
  if (!written.some((field) => field.startsWith('h'))) return hour
  if (hour < 1 || hour > 12) return Number.NaN
  return (hour % 12) + (half === 'pm' ? 12 : 0)
}

function escapeLiteral(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}
