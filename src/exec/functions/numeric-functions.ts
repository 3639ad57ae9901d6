import { LedgerError } from '../../base/errors.ts'
import { decimalExponentMax, decimalPrecision, integerDigitsMax } from '../../base/limits.ts'
import { doubleOf, isZero, modulo, negate } from '../../values/arithmetic.ts'
import {
  digitCount,
  divideExact,
  divideHalfUp,
  type Exact,
  exactOf,
  type NumericValue,
  multiplyExact,
  roundedDecimal,
  roundTo,
  tenTo,
  toDouble,
  truncateExact,
} from '../../values/decimal.ts'
import { decimal, float, int, type Value } from '../../values/value.ts'
import type { Bodies, FunctionContext } from './definition.ts'

/** Functions of numbers. Decimals stay exact where there is an exact answer; exp, ln and odd powers are floats. */
export const numericBodies = {
  abs: ([value]) => absolute(value as Value),
  mod: ([a, b]) => modulo(a as Value, b as Value),
  ceil: ([value]) => toInteger(value as NumericValue, Math.ceil, ceiling),
  ceiling: ([value]) => toInteger(value as NumericValue, Math.ceil, ceiling),
  floor: ([value]) => toInteger(value as NumericValue, Math.floor, floor),
  round: ([value, digits]) =>
    digits === undefined
      ? toInteger(value as NumericValue, roundHalfUp, nearest)
      : atDigits(value as NumericValue, placesOf(digits), nearest),
  trunc: ([value, digits]) =>
    digits === undefined
      ? toInteger(value as NumericValue, Math.trunc, truncateExact)
      : atDigits(value as NumericValue, placesOf(digits), truncateExact),
  sign: ([value]) => signOf(value as NumericValue),
  sqrt: ([value]) => squareRoot(value as NumericValue),
  exp: ([value]) => float(Math.exp(doubleOf(value as NumericValue))),
  ln: ([value]) => logarithm(value as NumericValue),
  pow: power,
  power,
} satisfies Bodies

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

/**
 * An int, but nan and the infinities stay floats, and a whole decimal that has too many digits written out stays the
 * decimal that it is.
 */
function toInteger(value: NumericValue, onDouble: (x: number) => number, onExact: (x: Exact) => bigint): Value {
  if (value.type === 'int') return value
  if (value.type === 'float') return Number.isFinite(value.value) ? int(onDouble(value.value)) : value
  return value.exponent > integerDigitsMax ? value : int(onExact(value))
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
  return divideHalfUp(value.coefficient, tenTo(-value.exponent))
}

/** A tie away from zero. */
function roundHalfUp(value: number): number {
  const whole = Math.trunc(value)
  return Math.abs(value - whole) < 0.5 ? whole : whole + Math.sign(value)
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

/**
 * A whole power of an int is exact as far as a number may have digits; beyond, and of a decimal, it is a decimal of 38
 * digits. A negative exponent divides 1 by the power. Everything else goes by doubles.
 */
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
  const digitsMax = Math.min(values.limits.numberDigits, integerDigitsMax)
  if (base.type === 'int' && exponent.value >= 0 && digitCount(BigInt(base.value)) * times <= digitsMax) {
    return int(BigInt(base.value) ** BigInt(times))
  }
  const result = powerExact(exactOf(base), times)
  return exponent.value < 0
    ? roundedDecimal(divideExact({ coefficient: 1n, exponent: 0 }, result))
    : roundedDecimal(result)
}

/** By squares, with as many digits more than 38 as the rounding of each step may cost. */
function powerExact(base: Exact, times: number): Exact {
  const digits = 2 * decimalPrecision
  let result: Exact = { coefficient: 1n, exponent: 0 }
  let square = base
  for (let left = times; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = roundTo(multiplyExact(result, square), digits)
    if (left > 1) square = roundTo(multiplyExact(square, square), digits)
    if (Math.abs(result.exponent) > decimalExponentMax || Math.abs(square.exponent) > 2 * decimalExponentMax) {
      throw new LedgerError(
        'value/out-of-range',
        `a power is out of range: its exponent is beyond ${decimalExponentMax}`,
      )
    }
  }
  return result
}

function outside(name: string, what: string): LedgerError {
  return new LedgerError('value/out-of-range', `${name} is not defined for ${what}`)
}
