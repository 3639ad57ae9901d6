import { LedgerError } from '../../base/errors.ts'
import { statisticsDigitsMax } from '../../base/limits.ts'
import { add, divide, doubleOf, isNumber } from '../../values/arithmetic.ts'
import { compareTotal } from '../../values/compare.ts'
import { divideExact, type Exact, exactOf, type NumericValue, roundedDecimal, tenTo } from '../../values/decimal.ts'
import { decimal, float, nullValue, type Value } from '../../values/value.ts'
import type { Accumulator } from './accumulator.ts'
import { mismatch } from './definition.ts'
import { squareRoot } from './numeric-functions.ts'

/** STDDEV and VARIANCE are those of a sample, as in PostgreSQL and DuckDB. */
export const statisticAggregates = {
  var_pop: { start: () => new Spread('var_pop', 0, false) },
  var_samp: { start: () => new Spread('var_samp', 1, false) },
  variance: { start: () => new Spread('variance', 1, false) },
  stddev_pop: { start: () => new Spread('stddev_pop', 0, true) },
  stddev_samp: { start: () => new Spread('stddev_samp', 1, true) },
  stddev: { start: () => new Spread('stddev', 1, true) },
  median: { start: () => new Median() },
}

function numberOf(value: Value, name: string): NumericValue {
  if (isNumber(value)) return value
  throw mismatch(`Invalid argument types for ${name}, expected: NUMBER got: ${value.type.toUpperCase()}`)
}

/**
 * Ints and decimals are summed exactly and rounded once, to 38 digits; from the first float on the result is a float,
 * by Welford's method, which does not cancel.
 */
class Spread implements Accumulator {
  readonly #name: string
  /** What is taken off the count: 1 for a sample. */
  readonly #less: 0 | 1
  readonly #isRoot: boolean
  readonly #sums = new ExactSums()
  #count = 0
  #hasFloat = false
  #mean = 0
  #squares = 0

  constructor(name: string, less: 0 | 1, isRoot: boolean) {
    this.#name = name
    this.#less = less
    this.#isRoot = isRoot
  }

  add(value: Value): void {
    const number = numberOf(value, this.#name)
    this.#count += 1
    const double = doubleOf(number)
    const distance = double - this.#mean
    this.#mean += distance / this.#count
    this.#squares += distance * (double - this.#mean)
    if (number.type === 'float') this.#hasFloat = true
    else if (!this.#hasFloat) this.#sums.add(exactOf(number))
  }

  result(): Value {
    const divisor = this.#count - this.#less
    if (this.#count === 0 || divisor === 0) return nullValue
    if (this.#hasFloat) {
      const variance = this.#squares / divisor
      return float(this.#isRoot ? Math.sqrt(variance) : variance)
    }
    const variance = this.#sums.variance(BigInt(this.#count), BigInt(divisor))
    return this.#isRoot ? squareRoot(variance) : variance
  }
}

/** The sum of numbers and of their squares, in units of 10^exponent and of its square. */
class ExactSums {
  #exponent: number | undefined
  #sum = 0n
  #squares = 0n

  add({ coefficient, exponent }: Exact): void {
    if (coefficient === 0n) return
    this.#exponent ??= exponent
    if (exponent < this.#exponent) {
      const lift = liftOf(this.#exponent - exponent)
      this.#sum *= lift
      this.#squares *= lift * lift
      this.#exponent = exponent
    }
    const lifted = coefficient * liftOf(exponent - this.#exponent)
    this.#sum += lifted
    this.#squares += lifted * lifted
  }

  /** (n·Σx² − (Σx)²) / (n · divisor) */
  variance(count: bigint, divisor: bigint) {
    const coefficient = count * this.#squares - this.#sum * this.#sum
    const exponent = 2 * (this.#exponent ?? 0)
    return roundedDecimal(divideExact({ coefficient, exponent }, { coefficient: count * divisor, exponent: 0 }))
  }
}

function liftOf(digits: number): bigint {
  if (digits <= statisticsDigitsMax) return tenTo(digits)
  const message = `the numbers lie ${digits} digits apart, at most ${statisticsDigitsMax} are allowed; make them floats`
  throw new LedgerError('evaluator/limit', message)
}

/** The AVG of the middle value, or of the two in the middle. */
class Median implements Accumulator {
  readonly #values: NumericValue[] = []
  #isSorted = true

  add(value: Value): void {
    this.#values.push(numberOf(value, 'median'))
    this.#isSorted = false
  }

  result(): Value {
    const values = this.#values
    if (values.length === 0) return nullValue
    if (!this.#isSorted) values.sort(compareTotal)
    this.#isSorted = true
    const upper = values[values.length >> 1] as NumericValue
    if (values.length % 2 === 1) return divide(upper, decimal(1n, 0))
    return divide(add(values[(values.length >> 1) - 1] as NumericValue, upper), decimal(2n, 0))
  }
}
