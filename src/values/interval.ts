import { LedgerError } from '../base/errors.ts'
import { nanosecondsPerDay } from './datetime.ts'
import { type Exact, exactOf, type NumericValue } from './decimal.ts'
import { type IntervalValue, interval } from './value.ts'

/**
 * Intervals with intervals and numbers (SQL:2016 section 6.35). A result counts its leading field, years or days, by
 * the precision of the interval it came from (two digits unless it says more); a longer one is an error.
 */

/** Undefined when one counts months and the other seconds. */
export function addIntervals(a: IntervalValue, b: IntervalValue): IntervalValue | undefined {
  if (a.family !== b.family) return undefined
  const digits = Math.max(leadingDigits(a), leadingDigits(b))
  return bounded(a.family, a.months + b.months, a.nanoseconds + b.nanoseconds, digits)
}

export function negateInterval(value: IntervalValue): IntervalValue {
  return interval(value.family, -value.months, -value.nanoseconds, value.qualifier)
}

export function multiplyInterval(value: IntervalValue, by: NumericValue): IntervalValue {
  requireFinite(by)
  const { coefficient, exponent } = exactOf(by)
  const times = (count: bigint) =>
    exponent < 0 ? (count * coefficient) / 10n ** BigInt(-exponent) : count * coefficient * 10n ** BigInt(exponent)
  return bounded(value.family, times(value.months), times(value.nanoseconds), leadingDigits(value))
}

/**
 * The divisor isn't zero. An approximate divisor counts as the very binary fraction that it is, and its quotient only
 * to the microsecond.
 */
export function divideInterval(value: IntervalValue, by: NumericValue): IntervalValue {
  requireFinite(by)
  const ratio = by.type === 'float' ? binaryRatio(by.value) : decimalRatio(exactOf(by))
  const over = (count: bigint) => (count * ratio.denominator) / ratio.numerator
  const nanoseconds = over(value.nanoseconds)
  const kept = by.type === 'float' ? nanoseconds - (nanoseconds % 1000n) : nanoseconds
  return bounded(value.family, over(value.months), kept, leadingDigits(value))
}

interface Ratio {
  readonly numerator: bigint
  readonly denominator: bigint
}

function decimalRatio({ coefficient, exponent }: Exact): Ratio {
  const power = 10n ** BigInt(Math.abs(exponent))
  return exponent < 0
    ? { numerator: coefficient, denominator: power }
    : { numerator: coefficient * power, denominator: 1n }
}

function binaryRatio(value: number): Ratio {
  let numerator = value
  let denominator = 1n
  while (!Number.isInteger(numerator)) {
    numerator *= 2
    denominator *= 2n
  }
  return { numerator: BigInt(numerator), denominator }
}

function requireFinite(value: NumericValue): void {
  if (value.type === 'float' && !Number.isFinite(value.value)) {
    throw new LedgerError('value/out-of-range', `an interval can't be taken ${value.value} times`)
  }
  if (value.type === 'decimal' && Math.abs(value.exponent) > intervalScaleMax) {
    throw new LedgerError('value/out-of-range', 'interval out of range')
  }
}

/** Powers of ten beyond it make any interval zero or overflow. */
const intervalScaleMax = 1000

/** Digits of the years or days that an interval may have: 3 of `DAY(3) TO SECOND`. */
function leadingDigits(value: IntervalValue): number {
  const match = /^(?:YEAR|DAY) ?\((\d+)\)/.exec(value.qualifier)
  return Math.max(2, Number(match?.[1] ?? 2))
}

function bounded(family: IntervalValue['family'], months: bigint, nanoseconds: bigint, digits: number): IntervalValue {
  const leading = family === 'year-month' ? months / 12n : nanoseconds / nanosecondsPerDay
  const limit = 10n ** BigInt(digits)
  if (leading >= limit || leading <= -limit) {
    throw new LedgerError(
      'value/out-of-range',
      `interval out of range: its leading field has more than ${digits} digits`,
    )
  }
  const precision = digits === 2 ? '' : `(${digits})`
  const qualifier = family === 'year-month' ? `YEAR${precision} TO MONTH` : `DAY${precision} TO SECOND`
  return interval(family, months, nanoseconds, qualifier)
}
