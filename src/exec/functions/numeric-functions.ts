import { LedgerError } from '../../base/errors.ts'
import { decimalPrecision } from '../../base/limits.ts'
import { divide, doubleOf, isZero, modulo, multiply, negate } from '../../values/arithmetic.ts'
import {
  digitCount,
  divideHalfEven,
  type Exact,
  exactOf,
  type NumericValue,
  roundedDecimal,
  tenTo,
  toDouble,
  truncateExact,
} from '../../values/decimal.ts'
import { decimal, float, int, type Value } from '../../values/value.ts'
import { define, type FunctionContext, type FunctionDefinition } from './definition.ts'

/** Functions of numbers. Decimals stay exact where there is an exact answer; exp, ln and odd powers are floats. */
export const numericFunctions: readonly FunctionDefinition[] = [
  define('abs', ['amount'], ([value]) => absolute(value as Value)),
  define('mod', ['number', 'number'], ([a, b]) => modulo(a as Value, b as Value)),
  define('ceil', ['number'], ([value]) => toInteger(value as NumericValue, Math.ceil, ceiling)),
  define('ceiling', ['number'], ([value]) => toInteger(value as NumericValue, Math.ceil, ceiling)),
  define('floor', ['number'], ([value]) => toInteger(value as NumericValue, Math.floor, floor)),
  define('round', ['number', 'int?'], ([value, digits]) =>
    digits === undefined
      ? toInteger(value as NumericValue, roundHalfEven, nearest)
      : atDigits(value as NumericValue, placesOf(digits), nearest),
  ),
  define('trunc', ['number', 'int?'], ([value, digits]) =>
    digits === undefined
      ? toInteger(value as NumericValue, Math.trunc, truncateExact)
      : atDigits(value as NumericValue, placesOf(digits), truncateExact),
  ),
  define('sign', ['number'], ([value]) => signOf(value as NumericValue)),
  define('sqrt', ['number'], ([value]) => squareRoot(value as NumericValue)),
  define('exp', ['number'], ([value]) => float(Math.exp(doubleOf(value as NumericValue)))),
  define('ln', ['number'], ([value]) => logarithm(value as NumericValue)),
  define('pow', ['number', 'number'], power),
  define('power', ['number', 'number'], power),
]

function absolute(value: Value): Value {
  switch (value.type) {
    case 'float':
      return float(Math.abs(value.value))
    case 'int':
      return value.value < 0 ? negate(value) : value
    case 'decimal':
      return value.coefficient < 0n || value.negativeZero ? negate(value) : value
    case 'interval':
      return value.months < 0n || value.nanoseconds < 0n ? negate(value) : value
    default:
      return value
  }
}

/** An int, but nan and the infinities stay floats. */
function toInteger(value: NumericValue, onDouble: (x: number) => number, onExact: (x: Exact) => bigint): Value {
  if (value.type === 'int') return value
  if (value.type === 'float') return Number.isFinite(value.value) ? int(onDouble(value.value)) : value
  return int(onExact(value))
}

function floor(value: Exact): bigint {
  const whole = truncateExact(value)
  return value.coefficient < 0n && hasFraction(value, whole) ? whole - 1n : whole
}

function ceiling(value: Exact): bigint {
  const whole = truncateExact(value)
  return value.coefficient > 0n && hasFraction(value, whole) ? whole + 1n : whole
}

function hasFraction(value: Exact, whole: bigint): boolean {
  if (value.exponent >= 0 || value.coefficient === 0n) return false
  return -value.exponent > digitCount(value.coefficient) || whole * tenTo(-value.exponent) !== value.coefficient
}

function nearest(value: Exact): bigint {
  if (value.exponent >= 0) return truncateExact(value)
  if (-value.exponent > digitCount(value.coefficient)) return 0n
  return divideHalfEven(value.coefficient, tenTo(-value.exponent))
}

function roundHalfEven(value: number): number {
  const below = Math.floor(value)
  const rest = value - below
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1
  return below % 2 === 0 ? below : below + 1
}

/** How many digits behind the point, or, negative, how many before it become zeros. */
function placesOf(digits: Value): number {
  return Number((digits as { readonly value: number | bigint }).value)
}

/**
 * A number rounded or cut to so many digits behind the point, in its own type; digits are never added. A float is
 * taken as the decimal that it is written as, so that `ROUND(1.005e0, 2)` sees 1.005.
 */
function atDigits(value: NumericValue, places: number, toWhole: (x: Exact) => bigint): Value {
  if (value.type === 'float' && !Number.isFinite(value.value)) return value
  const exact = exactOf(value)
  if (-exact.exponent <= places) return value
  // Beyond the first digit nothing is left, whatever the places.
  const shift = Math.max(places, -(digitCount(exact.coefficient) + Math.max(0, exact.exponent)) - 1)
  const whole = toWhole({ coefficient: exact.coefficient, exponent: exact.exponent + shift })
  const rounded: Exact =
    shift < 0 && whole !== 0n
      ? { coefficient: whole * tenTo(-shift), exponent: 0 }
      : { coefficient: whole, exponent: Math.min(0, -shift) }
  if (value.type === 'int') return int(rounded.coefficient)
  return value.type === 'float' ? float(toDouble(rounded)) : decimal(rounded.coefficient, rounded.exponent)
}

/** -1, 0 or 1; nan stays nan. */
function signOf(value: NumericValue): Value {
  if (value.type !== 'float') {
    const { coefficient } = exactOf(value)
    return int(coefficient < 0n ? -1 : coefficient > 0n ? 1 : 0)
  }
  return Number.isNaN(value.value) ? value : int(value.value < 0 ? -1 : value.value > 0 ? 1 : 0)
}

export function squareRoot(value: NumericValue): Value {
  if (value.type !== 'float' && exactOf(value).coefficient < 0n) throw outside('sqrt', 'a negative number')
  if (value.type !== 'decimal') {
    const root = Math.sqrt(doubleOf(value))
    if (value.type === 'float' && value.value < 0) throw outside('sqrt', 'a negative number')
    return float(root)
  }
  // As many digits as give a root of one more than 38, with an even exponent below.
  const lift = Math.max(0, 2 * (decimalPrecision + 1) - digitCount(value.coefficient))
  const even = lift + Math.abs((value.exponent - lift) % 2)
  const lifted = value.coefficient * 10n ** BigInt(even)
  const root = integerRoot(lifted)
  if (root * root === lifted) {
    return roundedDecimal(trimmed({ coefficient: root, exponent: (value.exponent - even) / 2 }, value.exponent))
  }
  return roundedDecimal({ coefficient: root * 10n + 1n, exponent: (value.exponent - even) / 2 - 1 })
}

/** Without the zeros that the search appended: down to the scale of half the argument's. */
function trimmed(value: Exact, exponentOfSquare: number): Exact {
  let { coefficient, exponent } = value
  const least = Math.ceil(exponentOfSquare / 2)
  while (exponent < least && coefficient % 10n === 0n) {
    coefficient /= 10n
    exponent += 1
  }
  return { coefficient, exponent }
}

/** The largest integer whose square isn't above the number. Newton's method from above. */
function integerRoot(value: bigint): bigint {
  if (value < 2n) return value
  let guess = 10n ** BigInt(Math.ceil(digitCount(value) / 2))
  for (;;) {
    const next = (guess + value / guess) / 2n
    if (next >= guess) return guess
    guess = next
  }
}

function logarithm(value: NumericValue): Value {
  if (value.type !== 'float') {
    const { coefficient, exponent } = exactOf(value)
    const power = digitCount(coefficient) - 1 + exponent
    // Beyond what a double holds the logarithm is that of the leading digits and of the power of ten.
    if (coefficient > 0n && Math.abs(power) > 300) {
      return float(Math.log(toDouble({ coefficient, exponent: exponent - power })) + power * Math.LN10)
    }
  }
  const argument = doubleOf(value)
  if (argument <= 0) throw outside('ln', 'a number that is not positive')
  return float(Math.log(argument))
}

/** Exact for a whole exponent and a base that is no float; a negative exponent divides 1 by the power. */
function power(args: readonly Value[], { values }: FunctionContext): Value {
  const [base, exponent] = args as [NumericValue, NumericValue]
  const isWhole = exponent.type === 'int' && typeof exponent.value === 'number' && base.type !== 'float'
  if (!isWhole) {
    const result = doubleOf(base) ** doubleOf(exponent)
    if (Number.isNaN(result) && doubleOf(base) < 0) throw outside('pow', 'a negative base with a fractional exponent')
    return float(result)
  }
  const times = Math.abs(exponent.value as number)
  if (exponent.value < 0 && isZero(base)) throw new LedgerError('value/division-by-zero', '/ by zero')
  if (times > powerMax) throw new LedgerError('value/out-of-range', 'Int overflow or underflow')
  let result: Value = int(1)
  let square: Value = base
  for (let left = times; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = values.checked(multiply(result, square))
    if (left > 1) square = values.checked(multiply(square, square))
  }
  return exponent.value < 0 ? divide(roundedDecimal({ coefficient: 1n, exponent: 0 }), result) : result
}

/** A larger exponent of an integer would fill the memory. */
const powerMax = 10_000

function outside(name: string, what: string): LedgerError {
  return new LedgerError('value/out-of-range', `${name} is not defined for ${what}`)
}
