import { LedgerError } from '../base/errors.ts'
import { nanosecondsPerDay } from './datetime.ts'
import type { CastType } from './cast-type.ts'
import { divideExact, exactOf, type NumericValue, stripZeros } from './decimal.ts'
import { type IntervalValue, interval, type Value } from './value.ts'

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
  const times = (count: bigint) => scaledBy(count * coefficient, exponent)
  return bounded(value.family, times(value.months), times(value.nanoseconds), leadingDigits(value))
}

/**
 * The divisor isn't zero. Months, and seconds by a whole number, divide exactly; seconds by a fraction are multiplied
 * by its reciprocal of 38 digits, to the microsecond, as PartiQL's conformance cases have it.
 */
export function divideInterval(value: IntervalValue, by: NumericValue): IntervalValue {
  requireFinite(by)
  const divisor = stripZeros(exactOf(by))
  const power = 10n ** BigInt(Math.abs(divisor.exponent))
  const digits = leadingDigits(value)
  if (divisor.exponent >= 0) {
    const whole = divisor.coefficient * power
    return bounded(value.family, value.months / whole, value.nanoseconds / whole, digits)
  }
  const { coefficient, exponent } = divideExact({ coefficient: 1n, exponent: 0 }, divisor)
  const nanoseconds = scaledBy(value.nanoseconds * coefficient, exponent)
  const months = (value.months * power) / divisor.coefficient
  return bounded(value.family, months, nanoseconds - (nanoseconds % 1000n), digits)
}

/** count * 10^exponent, towards zero. */
function scaledBy(count: bigint, exponent: number): bigint {
  const power = 10n ** BigInt(Math.abs(exponent))
  return exponent < 0 ? count / power : count * power
}

function requireFinite(value: NumericValue): void {
  if (value.type === 'float' && !Number.isFinite(value.value)) {
    throw new LedgerError('value/out-of-range', `an interval can't be taken ${value.value} times`)
  }
  if (value.type === 'decimal' && Math.abs(value.exponent) > intervalScaleMax) {
    throw new LedgerError('value/interval-overflow', 'interval out of range')
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
      'value/interval-overflow',
      `interval out of range: its leading field has more than ${digits} digits`,
    )
  }
  const precision = digits === 2 ? '' : `(${digits})`
  const qualifier = family === 'year-month' ? `YEAR${precision} TO MONTH` : `DAY${precision} TO SECOND`
  return interval(family, months, nanoseconds, qualifier)
}

/** Nanoseconds of the smallest field that an interval type names; months for its family. */
const unitsOf: Readonly<Record<string, bigint | undefined>> = {
  __proto__: null as never,
  year: 12n,
  month: 1n,
  day: nanosecondsPerDay,
  hour: 3_600_000_000_000n,
  minute: 60_000_000_000n,
  // SQL's default: six digits of a fraction.
  second: 1000n,
}

/**
 * CAST to `interval day to second` and its like, with the leading precision and that of a second's fraction as
 * arguments. What is finer than the type's last field is cut off. Undefined for another family or another value.
 */
export function castToInterval(value: Value, type: CastType): Value | undefined {
  const [, first, last = first] = /^interval (\w+)(?: to (\w+))?$/.exec(type.name) ?? []
  if (value.type !== 'interval' || first === undefined || last === undefined) return undefined
  const family = first === 'year' || first === 'month' ? 'year-month' : 'day-time'
  const unit = unitsOf[last]
  if (family !== value.family || unit === undefined) return undefined
  const [leading, fraction] = type.args
  const grain = fraction === undefined ? unit : 10n ** BigInt(Math.max(0, 9 - fraction))
  const months = value.months - (value.months % (family === 'year-month' ? unit : 1n))
  const nanoseconds = value.nanoseconds - (value.nanoseconds % (family === 'day-time' ? grain : 1n))
  const leadingUnit = first === 'second' ? 1_000_000_000n : (unitsOf[first] as bigint)
  const amount = (family === 'year-month' ? months : nanoseconds) / leadingUnit
  const limit = 10n ** BigInt(leading ?? 2)
  if (amount >= limit || amount <= -limit) return undefined
  return interval(family, months, nanoseconds, qualifierText(first, last, leading, fraction))
}

function qualifierText(first: string, last: string, leading: number | undefined, fraction: number | undefined): string {
  const head = first.toUpperCase()
  const written = fraction === undefined ? '' : `, ${fraction}`
  if (first === last) return leading === undefined ? head : `${head}(${leading}${written})`
  const tail = fraction === undefined ? last.toUpperCase() : `${last.toUpperCase()}(${fraction})`
  return `${leading === undefined ? head : `${head}(${leading})`} TO ${tail}`
}
