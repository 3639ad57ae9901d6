import { LedgerError } from '../base/errors.ts'
import { decimalExponentMax, decimalPrecision, integerDigitsMax } from '../base/limits.ts'
import { type DecimalValue, decimal, type FloatValue, type IntValue } from './value.ts'

/** An exact decimal number, coefficient * 10^exponent, without Ion's negative zero. */
export interface Exact {
  readonly coefficient: bigint
  readonly exponent: number
}

export type NumericValue = IntValue | FloatValue | DecimalValue

const powersOfTen: bigint[] = [1n]

/** 10^power for a power that is not negative; small ones are kept. */
export function tenTo(power: number): bigint {
  if (power > integerDigitsMax) throw tooManyDigits()
  if (power > 256) return 10n ** BigInt(power)
  while (powersOfTen.length <= power) powersOfTen.push((powersOfTen[powersOfTen.length - 1] as bigint) * 10n)
  return powersOfTen[power] as bigint
}

function tooManyDigits(): LedgerError {
  return new LedgerError('value/out-of-range', `the number has more than ${integerDigitsMax} digits written out`)
}

/** How many decimal digits a coefficient has; 0 has one. */
export function digitCount(coefficient: bigint): number {
  const text = coefficient.toString()
  return coefficient < 0n ? text.length - 1 : text.length
}

/**
 * A finite float as a decimal: a whole one is that very integer; any other is the shortest decimal that reads back as
 * the same float, which is what it is printed as, so that `0.1e0 = 0.1` holds. No two floats meet, their order stays.
 */
export function exactOfFloat(value: number): Exact {
  if (Number.isInteger(value)) return { coefficient: BigInt(value), exponent: 0 }
  const [digits, power] = value.toExponential().split('e') as [string, string]
  const point = digits.indexOf('.')
  const fractionDigits = point === -1 ? 0 : digits.length - point - 1
  return { coefficient: BigInt(digits.replace('.', '')), exponent: Number(power) - fractionDigits }
}

/** Any number but nan and the infinities. */
export function exactOf(value: NumericValue): Exact {
  if (value.type === 'decimal') return value
  if (value.type === 'int') return { coefficient: BigInt(value.value), exponent: 0 }
  return exactOfFloat(value.value)
}

/** The nearest double, as an IEEE 754 reader of its digits would give it. */
export function toDouble(value: Exact): number {
  return Number(`${value.coefficient}e${value.exponent}`)
}

/** Sorts by value; never brings two very different exponents to one, so its cost is bounded by the digits. */
export function compareExact(a: Exact, b: Exact): number {
  if (a.exponent === b.exponent) return sign(a.coefficient - b.coefficient)
  const signOfA = sign(a.coefficient)
  const signOfB = sign(b.coefficient)
  if (signOfA !== signOfB) return signOfA < signOfB ? -1 : 1
  if (signOfA === 0) return 0
  const magnitudeOfA = digitCount(a.coefficient) + a.exponent
  const magnitudeOfB = digitCount(b.coefficient) + b.exponent
  if (magnitudeOfA !== magnitudeOfB) return magnitudeOfA < magnitudeOfB ? -signOfA : signOfA
  const shift = a.exponent - b.exponent
  return shift > 0
    ? sign(a.coefficient * 10n ** BigInt(shift) - b.coefficient)
    : sign(a.coefficient - b.coefficient * 10n ** BigInt(-shift))
}

function sign(value: bigint): number {
  return value < 0n ? -1 : value > 0n ? 1 : 0
}

/** The same value without trailing zeros in its coefficient; zero is 0 and 0. */
export function stripZeros(value: Exact): Exact {
  if (value.coefficient === 0n) return { coefficient: 0n, exponent: 0 }
  if (value.coefficient % 10n !== 0n) return value
  const text = value.coefficient.toString()
  let end = text.length
  while (text.charCodeAt(end - 1) === 48) end -= 1
  return { coefficient: BigInt(text.slice(0, end)), exponent: value.exponent + text.length - end }
}

/** At most `digits` digits, half to even. */
export function roundTo(value: Exact, digits: number): Exact {
  const excess = digitCount(value.coefficient) - digits
  if (excess <= 0) return value
  const rounded = divideHalfEven(value.coefficient, 10n ** BigInt(excess))
  // 99…9 may have grown by a digit; it is then a power of ten.
  return digitCount(rounded) > digits
    ? { coefficient: rounded / 10n, exponent: value.exponent + excess + 1 }
    : { coefficient: rounded, exponent: value.exponent + excess }
}

/** The quotient rounded to the nearest integer, a tie away from zero: SQL's ROUND. */
export function divideHalfUp(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor
  const rest = dividend % divisor
  const twice = (rest < 0n ? -rest : rest) * 2n
  if (twice < (divisor < 0n ? -divisor : divisor)) return quotient
  return dividend < 0n === divisor < 0n ? quotient + 1n : quotient - 1n
}

/** The quotient rounded to the nearest integer, a tie to the even one. */
export function divideHalfEven(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor
  const rest = dividend % divisor
  if (rest === 0n) return quotient
  const twice = (rest < 0n ? -rest : rest) * 2n
  const whole = divisor < 0n ? -divisor : divisor
  const up = twice > whole || (twice === whole && quotient % 2n !== 0n)
  if (!up) return quotient
  return dividend < 0n === divisor < 0n ? quotient + 1n : quotient - 1n
}

/** A decimal value of at most 38 digits, PartiQL's precision. Throws value/out-of-range for an absurd exponent. */
export function roundedDecimal(value: Exact): DecimalValue {
  const rounded = roundTo(value, decimalPrecision)
  if (Math.abs(rounded.exponent) > decimalExponentMax) {
    throw new LedgerError('value/out-of-range', `a decimal's exponent of ${rounded.exponent} is out of range`)
  }
  return decimal(rounded.coefficient, rounded.exponent)
}

export function multiplyExact(a: Exact, b: Exact): Exact {
  return { coefficient: a.coefficient * b.coefficient, exponent: a.exponent + b.exponent }
}

/** The exact sum, or, when the summands lie further apart than any rounding sees, one that rounds the same. */
export function addExact(a: Exact, b: Exact): Exact {
  if (a.exponent === b.exponent) return { coefficient: a.coefficient + b.coefficient, exponent: a.exponent }
  const [high, low] = a.exponent > b.exponent ? [a, b] : [b, a]
  const shift = high.exponent - low.exponent
  const room = 2 * decimalPrecision + digitCount(low.coefficient)
  if (shift <= room || high.coefficient === 0n) {
    if (high.coefficient === 0n) return low
    return { coefficient: high.coefficient * tenTo(shift) + low.coefficient, exponent: low.exponent }
  }
  const exponent = high.exponent - 2 * decimalPrecision
  const sticky = BigInt(sign(low.coefficient))
  return { coefficient: high.coefficient * tenTo(2 * decimalPrecision) + sticky, exponent }
}

/**
 * The quotient to 38 digits, half to even; an exact one keeps the scale dividend minus divisor where it can, as
 * java.math.BigDecimal's divide(MathContext) does, whose rules PartiQL's decimals follow. The divisor isn't zero.
 */
export function divideExact(a: Exact, b: Exact): Exact {
  const preferred = a.exponent - b.exponent
  if (a.coefficient === 0n) return { coefficient: 0n, exponent: preferred }
  const lift = Math.max(0, decimalPrecision + 2 + digitCount(b.coefficient) - digitCount(a.coefficient))
  const dividend = a.coefficient * 10n ** BigInt(lift)
  const quotient = dividend / b.coefficient
  if (quotient * b.coefficient === dividend) {
    return trimTo({ coefficient: quotient, exponent: preferred - lift }, preferred)
  }
  // A digit below the last one tells the rounding that something is left.
  const sticky = dividend < 0n === b.coefficient < 0n ? 1n : -1n
  return roundTo({ coefficient: quotient * 10n + sticky, exponent: preferred - lift - 1 }, decimalPrecision)
}

/** Drops trailing zeros of the coefficient while the exponent stays at or below `exponent`. */
function trimTo(value: Exact, exponent: number): Exact {
  let { coefficient, exponent: current } = value
  while (current < exponent && coefficient % 10n === 0n) {
    coefficient /= 10n
    current += 1
  }
  return { coefficient, exponent: current }
}

/**
 * The remainder of the division that truncates; it has the dividend's sign. The divisor isn't zero. Exponents however
 * far apart cost no more than the digits: the larger power of ten is never written out.
 */
export function remainderExact(a: Exact, b: Exact): Exact {
  if (a.exponent >= b.exponent) {
    const power = powerOfTenModulo(a.exponent - b.exponent, b.coefficient)
    return { coefficient: (a.coefficient * power) % b.coefficient, exponent: b.exponent }
  }
  const shift = b.exponent - a.exponent
  if (shift > digitCount(a.coefficient)) return a
  return { coefficient: a.coefficient % (b.coefficient * tenTo(shift)), exponent: a.exponent }
}

/** 10^power modulo a number, by squares. */
function powerOfTenModulo(power: number, modulus: bigint): bigint {
  let result = 1n % modulus
  let square = 10n % modulus
  for (let left = power; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}

/** The integer part, towards zero. Throws value/out-of-range when it would have too many digits to be useful. */
export function truncateExact(value: Exact): bigint {
  if (value.exponent >= 0) return value.coefficient === 0n ? 0n : value.coefficient * tenTo(value.exponent)
  if (-value.exponent > digitCount(value.coefficient)) return 0n
  return value.coefficient / 10n ** BigInt(-value.exponent)
}
