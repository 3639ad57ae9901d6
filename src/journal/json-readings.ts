import { fromBase64, toBase64 } from '../base/bytes.ts'
import { parseTimestamp } from '../values/timestamp.ts'
import {
  blob,
  clob,
  type DecimalValue,
  decimal,
  type FloatValue,
  float,
  int,
  type NullType,
  nullOf,
  sexp,
  symbol,
  type Value,
} from '../values/value.ts'

/** One place of a document and what may have stood there, the likeliest first. */
export interface Choice {
  /** Field names and, for items of lists, `[]`: the same for all items and all documents of a table. */
  readonly path: string
  readonly kind: ChoiceKind
  /** Of a number's fraction. */
  readonly digits: number
  readonly options: readonly Option[]
  /** There are readings beyond the options. */
  readonly isOpen?: boolean
}

export type ChoiceKind = 'text' | 'number' | 'fraction' | 'null' | 'list'

/** What JSON made of a value, and its name for what was learnt. */
export interface Option {
  readonly name: string
  readonly make: (value: Value) => Value
}

export const asRead: Option = { name: 'as read', make: (value) => value }

export function collectChoices(value: Value, path: string, choices: Choice[]): void {
  const choice = choiceOf(value, path)
  if (choice !== undefined) choices.push(choice)
  if (value.type === 'struct')
    for (const [index, field] of value.values.entries()) collectChoices(field, `${path}.${value.names[index]}`, choices)
  if (value.type === 'list') for (const item of value.items) collectChoices(item, `${path}[]`, choices)
}

/** Undefined where JSON has but one reading. */
function choiceOf(value: Value, path: string): Choice | undefined {
  switch (value.type) {
    case 'string':
      return { path, kind: 'text', digits: 0, options: textOptions(value.value) }
    case 'int':
      return { path, kind: 'number', digits: 0, options: [asRead, toDecimal, toFloat, ...zeroOptions(value.value)] }
    case 'decimal':
    case 'float':
      return {
        ...{ path, kind: 'fraction', digits: fractionDigits(value), options: fractionOptions(value) },
        isOpen: hasMore(value),
      }
    case 'null':
      return { path, kind: 'null', digits: 0, options: [asRead, ...typedNulls, ...unprintable] }
    case 'list':
      return { path, kind: 'list', digits: 0, options: [asRead, toSexp] }
    default:
      return undefined
  }
}

function textOptions(text: string): Option[] {
  const options = [asRead]
  const time = parseTimestamp(text)
  if (time !== undefined) options.push({ name: 'timestamp', make: () => time })
  options.push({ name: 'symbol', make: () => symbol(text) })
  const bytes = fromBase64(text)
  if (toBase64(bytes) === text) options.push({ name: 'blob', make: () => blob(bytes) })
  if (isLatin(text)) options.push({ name: 'clob', make: () => clob(Buffer.from(text, 'latin1')) })
  // A day alone is far more often a timestamp than a text that only looks like one.
  if (time !== undefined) options.unshift(...options.splice(1, 1))
  return options
}

const toDecimal: Option = {
  name: 'decimal',
  make: (value) => (value.type === 'int' ? decimal(BigInt(value.value), 0) : value),
}

const toFloat: Option = {
  name: 'float',
  make: (value) => {
    if (value.type === 'int') return float(Number(value.value))
    if (value.type !== 'decimal') return value
    return float(Number(`${value.coefficient}e${value.exponent}`))
  },
}

function fractionDigits(value: DecimalValue | FloatValue): number {
  if (value.type === 'decimal') return Math.max(0, -value.exponent)
  return /\.(\d+)/.exec(String(value.value))?.[1]?.length ?? 0
}

function fractionOptions(value: DecimalValue | FloatValue): Option[] {
  if (value.type === 'float') return [asRead, ...decimalOptions(value.value), toInt]
  return [asRead, toFloat, ...(value.negativeZero ? [negativeFloat] : [])]
}

const negativeFloat: Option = { name: 'float -0', make: () => float(-0) }

/** JSON's `-0` reads as 0. */
function zeroOptions(value: number | bigint): Option[] {
  return Number(value) === 0 ? [{ name: 'decimal -0', make: () => decimal(0n, 0, true) }, negativeFloat] : []
}

/** Floats that JSON has no number for are null in it. */
const unprintable: readonly Option[] = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(
  (value) => ({
    name: `float ${value}`,
    make: () => float(value),
  }),
)

/** A number with an exponent has lost how many of its zeros were written out: 12e3 was 12d3, or 120d2 … */
function decimalOptions(number: number): Option[] {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(String(number))
  if (match === null) return []
  const [, , whole = '', fraction = '', exponent = '0'] = match
  const sign = Object.is(number, -0) || number < 0 ? '-' : ''
  if (number === 0) return zeroDecimals(sign === '-')
  const digits = (whole + fraction).replace(/0+$/, '') || '0'
  const least = Number(exponent) - fraction.length + (whole + fraction).length - digits.length
  const zerosMax = Math.min(zerosTried, Math.max(0, least))
  return Array.from({ length: zerosMax + 1 }, (_, zeros) => ({
    name: `decimal ${zeros}`,
    make: () => decimal(BigInt(sign + digits) * 10n ** BigInt(zeros), least - zeros, sign === '-'),
  }))
}

/** A zero with an exponent has lost it: 0e3 was 0d3. */
function zeroDecimals(isNegative: boolean): Option[] {
  return Array.from({ length: zerosTried + 1 }, (_, exponent) => ({
    name: `decimal 0d${exponent}`,
    make: () => decimal(0n, exponent, isNegative),
  }))
}

const zerosTried = 20

/** Whether there are more readings of a number than options: its zeros, or a zero's exponent. */
function hasMore(value: Value): boolean {
  if (value.type !== 'float') return false
  return value.value === 0 || Math.abs(value.value) >= 10 ** zerosTried
}

/** A large int may have been written with an exponent. */
const toInt: Option = {
  name: 'int',
  make: (value) => (value.type === 'float' && Number.isInteger(value.value) ? int(value.value) : value),
}

const toSexp: Option = {
  name: 'sexp',
  make: (value) => (value.type === 'list' ? sexp(value.items, value.annotations) : value),
}

const nullTypes: readonly NullType[] = [
  'string',
  'int',
  'decimal',
  'timestamp',
  'struct',
  'list',
  'bool',
  'float',
  'symbol',
  'blob',
  'clob',
  'sexp',
]
const typedNulls: readonly Option[] = nullTypes.map((type) => ({ name: type, make: () => nullOf(type) }))

function isLatin(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 0xff) return false
  return true
}
