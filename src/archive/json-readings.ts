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
  list,
  type NullType,
  nullOf,
  sexp,
  type StructValue,
  struct,
  symbol,
  unknownSymbolText,
  type Value,
} from '../values/value.ts'
import { PickedHash } from './picked-hash.ts'

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

/** The places of a value with more than one reading, in order. */
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
  if (text === '$0') options.push({ name: 'unknown symbol', make: () => symbol(unknownSymbolText) })
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
  return [asRead, value.negativeZero ? { ...negativeFloat, name: toFloat.name } : toFloat]
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
  if (!Number.isFinite(number)) return []
  if (number === 0) return zeroDecimals(Object.is(number, -0))
  const { digits, exponent } = shortest(number)
  const zerosMax = exponent < tinyExponent ? zerosTried : Math.min(zerosTried, Math.max(0, exponent))
  return Array.from({ length: zerosMax + 1 }, (_, zeros) => ({
    name: `decimal ${zeros}`,
    make: () => decimal(BigInt(number < 0 ? `-${digits}` : digits) * 10n ** BigInt(zeros), exponent - zeros),
  }))
}

/** A zero with an exponent has lost it: 0e3 was 0d3. */
function zeroDecimals(isNegative: boolean): Option[] {
  const exponents = Array.from({ length: zerosTried + 1 }, (_, index) => index)
  for (let exponent = tinyExponent; exponent >= -zerosTried - 10; exponent -= 1) exponents.push(exponent)
  return exponents.map((exponent) => ({
    name: exponent === 0 ? 'decimal 0' : `decimal 0d${exponent}`,
    make: () => decimal(0n, exponent, isNegative),
  }))
}

const zerosTried = 20
/** Numbers that are smaller than by this exponent are written with one, whatever their zeros. */
const tinyExponent = -7
/**
 * A number with an exponent is read as a double, which drops digits beyond its 15 or 16. That a longer decimal leaves so few
 * by chance is one case in a million.
 */
const digitsOfDoubles = 9

/** The digits that stand for a double, without zeros at the end, and their exponent. */
function shortest(number: number): { readonly digits: string; readonly exponent: number } {
  const [mantissa = '', power = '0'] = Math.abs(number).toExponential().split('e')
  const digits = mantissa.replace('.', '').replace(/0+$/, '')
  return { digits, exponent: Number(power) - digits.length + 1 }
}

/** Whether there are more readings of a number than options: its zeros, its digits beyond a double's, a zero's exponent. */
function hasMore(value: Value): boolean {
  if (value.type !== 'float') return false
  // One too large for a double reads as infinite, one too small as zero.
  if (value.value === 0 || !Number.isFinite(value.value)) return true
  const { digits, exponent } = shortest(value.value)
  return exponent < tinyExponent || exponent > zerosTried || digits.length > digitsOfDoubles
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

export function valueWith(data: StructValue, choices: readonly Choice[], picks: readonly number[]): StructValue {
  return rebuild(data, { next: 0, picks, choices }) as StructValue
}

export function pickedHash(data: StructValue, choices: readonly Choice[]): PickedHash {
  const counts = data.values.map(choicesIn)
  return new PickedHash(data, counts, (value, picks, from) => rebuild(value, { next: from, picks, choices }))
}

/** How many places of a value have readings. */
function choicesIn(value: Value): number {
  let count = choiceOfType(value) ? 1 : 0
  const items = value.type === 'struct' ? value.values : value.type === 'list' ? value.items : []
  for (const item of items) count += choicesIn(item)
  return count
}

interface Picking {
  next: number
  readonly picks: readonly number[]
  readonly choices: readonly Choice[]
}

/** The value with an option made of each choice; walks as collectChoices does. */
function rebuild(value: Value, picking: Picking): Value {
  let make: ((value: Value) => Value) | undefined
  if (choiceOfType(value)) {
    const { options } = picking.choices[picking.next] as Choice
    make = (options[picking.picks[picking.next] as number] as Option).make
    picking.next += 1
  }
  let inner = value
  if (value.type === 'struct')
    inner = struct(
      value.names,
      value.values.map((field) => rebuild(field, picking)),
      value.annotations,
    )
  if (value.type === 'list')
    inner = list(
      value.items.map((item) => rebuild(item, picking)),
      value.annotations,
    )
  return make === undefined ? inner : make(inner)
}

function choiceOfType(value: Value): boolean {
  return /^(?:string|int|decimal|float|null|list)$/.test(value.type)
}
