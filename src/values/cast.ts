import { LedgerError } from '../base/errors.ts'
import { isZero } from './arithmetic.ts'
import type { CastType } from './cast-type.ts'
import { equals } from './compare.ts'
import { castToDate, castToTime, castToTimestamp, printDateTime } from './datetime-cast.ts'
import { digitCount, divideHalfUp, type Exact, exactOf, type NumericValue, tenTo, truncateExact } from './decimal.ts'
import { printInterval } from './interval-text.ts'
import { castToInterval } from './interval.ts'
import { castToMap, structFromMap } from './map-cast.ts'
import { printIon } from './text-writer.ts'
import { fitsInteger } from './type-test.ts'
import {
  bag,
  blob,
  bool,
  clob,
  decimal,
  float,
  int,
  isAbsent,
  list,
  sexp,
  string,
  symbol,
  type Value,
} from './value.ts'

export { isOfType } from './type-test.ts'

/**
 * CAST(value AS type), after PartiQL 0.2's rules as QLDB documented them. A value that has the type already keeps its
 * annotations; an absent one stays what it is. Throws LedgerError: value/cannot-cast for a value that has no
 * counterpart, semantic/invalid for NULL and MISSING, to which nothing can be cast.
 */
export function castTo(value: Value, type: CastType): Value {
  checkCastTarget(type)
  if (isAbsent(value)) return value
  const cast = casts[type.name] ?? (type.name.startsWith('interval') ? castToInterval : undefined)
  const given = keepsBlanks.test(type.name) ? value : withoutBlanks(value)
  const result = cast && withinRange(() => cast(given, type))
  if (result === undefined) throw cannotCast(value, type)
  return result
}

const keepsBlanks = /^(any|string|symbol|char.*|varchar)$/

/** Text that is read as another type may have blanks around it, as in SQL. */
function withoutBlanks(value: Value): Value {
  if (value.type !== 'string' && value.type !== 'symbol') return value
  const text = value.value.trim()
  return text === value.value ? value : string(text)
}

/** A number that has too many digits for the type has no counterpart there. */
function withinRange(cast: () => Value | undefined): Value | undefined {
  try {
    return cast()
  } catch (error) {
    if (error instanceof LedgerError && /^value\/(?:out-of-range|interval-overflow)$/.test(error.code)) return undefined
    throw error
  }
}

/** Throws semantic/invalid for a type that no CAST may name; for a check before any value is there. */
export function checkCastTarget(type: CastType): void {
  if (type.name === 'null' || type.name === 'missing') {
    throw new LedgerError('semantic/invalid', `nothing can be cast to ${type.name.toUpperCase()}`)
  }
}

/** CAN_CAST: whether CAST gives a value. */
export function canCast(value: Value, type: CastType): boolean {
  try {
    castTo(value, type)
    return true
  } catch (error) {
    if (error instanceof LedgerError) return false
    throw error
  }
}

/** CAN_LOSSLESS_CAST: whether the cast value is equal to the value, or turns back into one that is. */
export function canLosslessCast(value: Value, type: CastType): boolean {
  if (!canCast(value, type)) return false
  const there = castTo(value, type)
  if (equals(there, value)) return true
  const back = { name: value.type as string, args: [], withTimeZone: false }
  return canCast(there, back) && equals(castTo(there, back), value)
}

export function isIntegerType({ name }: CastType): boolean {
  return casts[name] === castToInt
}

/** A cast to one type: undefined when the value has no counterpart there. */
type Cast = (value: Value, type: CastType) => Value | undefined

const casts: Readonly<Record<string, Cast | undefined>> = {
  __proto__: null as never,
  any: (value) => value,
  bool: castToBool,
  boolean: castToBool,
  tinyint: castToInt,
  smallint: castToInt,
  int: castToInt,
  int2: castToInt,
  int4: castToInt,
  int8: castToInt,
  integer: castToInt,
  integer2: castToInt,
  integer4: castToInt,
  integer8: castToInt,
  bigint: castToInt,
  float: castToFloat,
  real: castToFloat,
  double: castToFloat,
  'double precision': castToFloat,
  dec: castToDecimal,
  decimal: castToDecimal,
  numeric: castToDecimal,
  string: castToString,
  char: castToString,
  character: castToString,
  varchar: castToString,
  'character varying': castToString,
  symbol: (value) => (value.type === 'symbol' ? value : mapText(value, symbol)),
  timestamp: castToTimestamp,
  date: castToDate,
  time: castToTime,
  blob: (value) => (value.type === 'blob' ? value : value.type === 'clob' ? blob(value.bytes) : undefined),
  clob: (value) => (value.type === 'clob' ? value : value.type === 'blob' ? clob(value.bytes) : undefined),
  list: (value) => (value.type === 'list' ? value : mapItems(value, list)),
  sexp: (value) => (value.type === 'sexp' ? value : mapItems(value, sexp)),
  bag: (value) => (value.type === 'bag' ? value : mapItems(value, bag)),
  map: (value, type) => castToMap(value, type, castTo),
  struct: (value) => (value.type === 'struct' ? value : structFromMap(value)),
  tuple: (value) => (value.type === 'struct' ? value : structFromMap(value)),
}

function cannotCast(value: Value, type: CastType): LedgerError {
  const from = value.type.toUpperCase()
  const to = type.name.toUpperCase()
  const isContainer = 'items' in value || value.type === 'struct' || 'bytes' in value
  return new LedgerError(
    'value/cannot-cast',
    isContainer ? `Cannot convert ${from} to ${to}` : `Cannot convert ${from} to ${to}: ${printIon(value)}`,
  )
}

function isNumeric(value: Value): value is NumericValue {
  return value.type === 'int' || value.type === 'float' || value.type === 'decimal'
}

function castToBool(value: Value): Value | undefined {
  if (value.type === 'bool') return value
  if (isNumeric(value)) return bool(!isZero(value))
  if (value.type === 'string' || value.type === 'symbol') return bool(value.value.toLowerCase() === 'true')
  return undefined
}

function castToInt(value: Value, type: CastType): Value | undefined {
  const result = integerOf(value)
  return result !== undefined && fitsInteger(result, type.name)
    ? value.type === 'int'
      ? value
      : int(result)
    : undefined
}

function integerOf(value: Value): number | bigint | undefined {
  switch (value.type) {
    case 'int':
      return value.value
    case 'bool':
      return value.value ? 1 : 0
    case 'float':
      return Number.isFinite(value.value) ? nearestInteger(exactOf(value)) : undefined
    case 'decimal':
      return nearestInteger(value)
    case 'string':
    case 'symbol':
      return integerFromText(value.value)
    default:
      return undefined
  }
}

/** A tie away from zero. */
function nearestInteger(value: Exact): bigint {
  if (value.exponent >= 0) return truncateExact(value)
  return -value.exponent > digitCount(value.coefficient) + 1 ? 0n : rescale(value, 0).coefficient
}

/** A number cut to its integer part, as QLDB's CAST to an integer did (DG/ql-functions.cast); other values as they are. */
export function integerPart(value: Value): Value {
  if (value.type !== 'decimal' && (value.type !== 'float' || !Number.isFinite(value.value))) return value
  return decimal(truncateExact(exactOf(value)), 0)
}

/** Decimal, 0x… and 0b… digits with an optional sign; leading zeros are allowed. */
function integerFromText(text: string): bigint | undefined {
  const match = /^([+-]?)(0x[0-9a-f]+|0b[01]+|\d+)$/i.exec(text)
  if (match === null) return undefined
  const magnitude = BigInt((match[2] as string).toLowerCase())
  return match[1] === '-' ? -magnitude : magnitude
}

function castToFloat(value: Value): Value | undefined {
  switch (value.type) {
    case 'float':
      return value
    case 'bool':
      return float(value.value ? 1 : 0)
    case 'int':
      return float(Number(value.value))
    case 'decimal':
      return float(Number(`${value.coefficient}e${value.exponent}`))
    case 'string':
    case 'symbol':
      return floatFromText(value.value)
    default:
      return undefined
  }
}

const numberShape = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,9})?$/i
const specialFloats: Readonly<Record<string, number | undefined>> = {
  __proto__: null as never,
  nan: Number.NaN,
  '+inf': Infinity,
  '-inf': -Infinity,
}

function floatFromText(text: string): Value | undefined {
  if (numberShape.test(text)) return float(Number(text))
  const special = specialFloats[text]
  return special === undefined ? undefined : float(special)
}

function castToDecimal(value: Value, type: CastType): Value | undefined {
  const exact = exactNumberOf(value)
  if (exact === undefined) return undefined
  if (type.args.length === 0) return value.type === 'decimal' ? value : decimal(exact.coefficient, exact.exponent)
  const [precision, scale = 0] = type.args as readonly [number, number?]
  const rounded = rescale(exact, scale)
  return digitCount(rounded.coefficient) > precision ? undefined : decimal(rounded.coefficient, rounded.exponent)
}

function exactNumberOf(value: Value): Exact | undefined {
  switch (value.type) {
    case 'bool':
      return { coefficient: value.value ? 1n : 0n, exponent: 0 }
    case 'int':
    case 'decimal':
      return exactOf(value)
    case 'float':
      return Number.isFinite(value.value) ? exactOf(value) : undefined
    case 'string':
    case 'symbol':
      return exactFromText(value.value)
    default:
      return undefined
  }
}

function exactFromText(text: string): Exact | undefined {
  if (!numberShape.test(text)) return undefined
  const [mantissa, power = '0'] = text.toLowerCase().split('e') as [string, string?]
  const point = mantissa.indexOf('.')
  const fractionDigits = point === -1 ? 0 : mantissa.length - point - 1
  const digits = mantissa.replace('.', '').replace('+', '')
  return {
    coefficient: BigInt(digits.startsWith('-') ? digits.slice(1) : digits) * (digits.startsWith('-') ? -1n : 1n),
    exponent: Number(power) - fractionDigits,
  }
}

/** Exactly so many digits after the point, a tie away from zero. */
function rescale(value: Exact, scale: number): Exact {
  const shift = value.exponent + scale
  if (shift >= 0) {
    return { coefficient: value.coefficient === 0n ? 0n : value.coefficient * tenTo(shift), exponent: -scale }
  }
  if (-shift > digitCount(value.coefficient) + 1) return { coefficient: 0n, exponent: -scale }
  return { coefficient: divideHalfUp(value.coefficient, 10n ** BigInt(-shift)), exponent: -scale }
}

/** VARCHAR(n) and CHAR(n) cut what is longer, and CHAR(n) fills up with blanks; both count code points. */
function castToString(value: Value, type: CastType): Value | undefined {
  const length = type.args[0]
  if (length === undefined) return value.type === 'string' ? value : mapText(value, string)
  return mapText(value, (text) => {
    const points = Array.from(text)
    const cut = points.length > length ? points.slice(0, length).join('') : text
    const isPadded = type.name === 'char' || type.name === 'character'
    return string(isPadded ? cut + ' '.repeat(Math.max(0, length - points.length)) : cut)
  })
}

function mapText(value: Value, make: (text: string) => Value): Value | undefined {
  switch (value.type) {
    case 'string':
    case 'symbol':
      return make(value.value)
    case 'decimal':
      return make(digitsOf(value))
    case 'bool':
    case 'int':
    case 'float':
    case 'timestamp':
      return make(printIon(value.annotations === undefined ? value : { ...value, annotations: undefined }))
    case 'date':
    case 'time':
      return make(printDateTime(value))
    case 'interval':
      return make(printInterval(value))
    default:
      return undefined
  }
}

/** SQL's spelling of an exact number: `1.50`, `100`, no bare point; an exponent only where it spares many zeros. */
function digitsOf({ coefficient, exponent }: Exact): string {
  const digits = (coefficient < 0n ? -coefficient : coefficient).toString()
  const sign = coefficient < 0n ? '-' : ''
  if (Math.abs(exponent) > decimalZerosMax) return `${sign}${digits}E${exponent}`
  if (exponent >= 0) return sign + (coefficient === 0n ? '0' : digits + '0'.repeat(exponent))
  const padded = digits.padStart(1 - exponent, '0')
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`
}

/** A decimal of a larger exponent, either way, is written with it. */
const decimalZerosMax = 100

function mapItems(value: Value, make: (items: readonly Value[]) => Value): Value | undefined {
  return value.type === 'list' || value.type === 'sexp' || value.type === 'bag' ? make(value.items) : undefined
}
