import { add, divide, isNumber } from '../../values/arithmetic.ts'
import { detached } from '../../values/binary-reader.ts'
import { compareExtremes } from '../../values/compare.ts'
import { bool, decimal, int, isAbsent, nullValue, type Value } from '../../values/value.ts'
import type { AggregateName } from '../../plan/function-facts.ts'
import type { Accumulator, AggregateDefinition } from './accumulator.ts'
import { mismatch } from './definition.ts'
import { statisticAggregates } from './statistics.ts'

/** ARRAY_AGG and STRING_AGG keep what they are given, in an order: collected-aggregate.ts. */
const accumulated: Readonly<Record<AccumulatedName, Omit<AggregateDefinition, 'name'>>> = {
  count: { start: () => new Count() },
  sum: { start: () => new Sum(), resume: (sum, count) => new Sum(sum, count) },
  avg: { start: () => new Average(), resume: (sum, count) => new Average(sum, count) },
  min: { start: () => new Extreme(-1) },
  max: { start: () => new Extreme(1) },
  any: { start: () => new Quantified('any', true) },
  some: { start: () => new Quantified('some', true) },
  every: { start: () => new Quantified('every', false) },
  any_value: { start: () => new FirstValue() },
  ...statisticAggregates,
}

type AccumulatedName = Exclude<AggregateName, 'array_agg' | 'string_agg'>

const byName: ReadonlyMap<string, AggregateDefinition> = new Map(
  Object.entries(accumulated).map(([name, definition]) => [name, { name, ...definition }]),
)

/** By its name in lower case. */
export function findAggregate(name: string): AggregateDefinition | undefined {
  return byName.get(name)
}

class Count implements Accumulator {
  #count = 0
  add(value: Value): void {
    if (!isAbsent(value)) this.#count += 1
  }
  result(): Value {
    return int(this.#count)
  }
}

/** The total in the type that the additions give; a column of small ints never leaves the machine's numbers. */
class Total {
  readonly #name: string
  #small: number
  #sum: Value | undefined
  count: number

  /** `small`: the sum of the first `count` values. */
  constructor(name: string, small = 0, count = 0) {
    this.#name = name
    this.#small = small
    this.count = count
  }

  add(value: Value): void {
    if (isAbsent(value)) return
    if (!isNumber(value) && value.type !== 'interval') {
      throw mismatch(`Invalid argument types for ${this.#name}, expected: NUMBER got: ${value.type.toUpperCase()}`)
    }
    this.count += 1
    if (value.type === 'int' && typeof value.value === 'number') {
      const next = this.#small + value.value
      if (Number.isSafeInteger(next)) {
        this.#small = next
        return
      }
    }
    this.#sum = this.#sum === undefined ? value : add(this.#sum, value)
  }

  get sum(): Value {
    if (this.#sum === undefined) return int(this.#small)
    return this.#small === 0 ? this.#sum : add(this.#sum, int(this.#small))
  }
}

class Sum implements Accumulator {
  readonly #total: Total
  constructor(sum = 0, count = 0) {
    this.#total = new Total('sum', sum, count)
  }
  add(value: Value): void {
    this.#total.add(value)
  }
  result(): Value {
    return this.#total.count === 0 ? nullValue : this.#total.sum
  }
}

class Average implements Accumulator {
  readonly #total: Total
  constructor(sum = 0, count = 0) {
    this.#total = new Total('avg', sum, count)
  }
  add(value: Value): void {
    this.#total.add(value)
  }
  /** A decimal: the count it is divided by is one. */
  result(): Value {
    const { count, sum } = this.#total
    return count === 0 ? nullValue : divide(sum, decimal(BigInt(count), 0))
  }
}

/** The least or greatest in the total order, so that values of several types have one. The first of equal ones stays. */
class Extreme implements Accumulator {
  readonly #sign: number
  #best: Value | undefined
  constructor(sign: -1 | 1) {
    this.#sign = sign
  }
  add(value: Value): void {
    if (isAbsent(value)) return
    if (this.#best === undefined || compareExtremes(value, this.#best) * this.#sign > 0) this.#best = detached(value)
  }
  get held(): Value | undefined {
    return this.#best
  }
  result(): Value {
    return this.#best ?? nullValue
  }
}

/** ANY_VALUE: the first one that is present. */
class FirstValue implements Accumulator {
  #first: Value | undefined
  add(value: Value): void {
    if (!isAbsent(value)) this.#first ??= detached(value)
  }
  get held(): Value | undefined {
    return this.#first
  }
  result(): Value {
    return this.#first ?? nullValue
  }
}

/** ANY and SOME: whether one is true; EVERY: whether none is false. */
class Quantified implements Accumulator {
  readonly #name: string
  readonly #decisive: boolean
  #result: boolean | undefined
  constructor(name: string, decisive: boolean) {
    this.#name = name
    this.#decisive = decisive
  }
  add(value: Value): void {
    if (isAbsent(value)) return
    if (value.type !== 'bool') {
      throw mismatch(`Invalid argument types for ${this.#name}, expected: BOOL got: ${value.type.toUpperCase()}`)
    }
    if (this.#result !== this.#decisive) this.#result = value.value
  }
  result(): Value {
    return this.#result === undefined ? nullValue : bool(this.#result)
  }
}
