import { divide, isNumber } from '../values/arithmetic.ts'
import { compareExtremes, equalityKey } from '../values/compare.ts'
import { tenTo } from '../values/decimal.ts'
import { bool, type DecimalValue, decimal, int, nullValue, type Value } from '../values/value.ts'

/**
 * An aggregate over a frame that moves: values leave in the order in which they came. `add` and `remove` are given present
 * values alone that it takes. `result` is undefined where adding the frame's values one by one might give something else.
 */
export interface MovingAggregate {
  takes(value: Value): boolean
  add(value: Value): void
  remove(value: Value): void
  result(): Value | undefined
  /** How many values it holds. */
  readonly held: number
}

/** The aggregate of that name, undefined where there is none that values can leave. */
export function movingAggregate(name: string, distinct: boolean): MovingAggregate | undefined {
  switch (name) {
    case 'count':
      return distinct ? new MovingDistinctCount() : new MovingCount()
    case 'sum':
    case 'avg':
      return distinct ? undefined : new MovingSum(name)
    case 'min':
    case 'max':
      return new MovingExtreme(name === 'min' ? -1 : 1)
    case 'any':
    case 'some':
    case 'every':
      return new MovingQuantified(name !== 'every')
    default:
      return undefined
  }
}

class MovingCount implements MovingAggregate {
  readonly held = 0
  #count = 0
  takes(): boolean {
    return true
  }
  add(): void {
    this.#count += 1
  }
  remove(): void {
    this.#count -= 1
  }
  result(): Value {
    return int(this.#count)
  }
}

class MovingDistinctCount implements MovingAggregate {
  readonly #counts = new Map<string, number>()
  get held(): number {
    return this.#counts.size
  }
  takes(): boolean {
    return true
  }
  add(value: Value): void {
    const key = equalityKey(value)
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
  }
  remove(value: Value): void {
    const key = equalityKey(value)
    const count = (this.#counts.get(key) ?? 0) - 1
    if (count === 0) this.#counts.delete(key)
    else this.#counts.set(key, count)
  }
  result(): Value {
    return int(this.#counts.size)
  }
}

/** The first of the least or greatest: candidates in the order in which they came, each better than all behind it. */
class MovingExtreme implements MovingAggregate {
  readonly #sign: number
  readonly #values: Value[] = []
  readonly #numbers: number[] = []
  #first = 0
  #added = 0
  #removed = 0

  constructor(sign: -1 | 1) {
    this.#sign = sign
  }

  get held(): number {
    return this.#values.length
  }

  takes(): boolean {
    return true
  }

  add(value: Value): void {
    const values = this.#values
    while (values.length > this.#first && compareExtremes(value, values.at(-1) as Value) * this.#sign > 0) {
      values.pop()
      this.#numbers.pop()
    }
    values.push(value)
    this.#numbers.push(this.#added)
    this.#added += 1
  }

  remove(): void {
    if (this.#first < this.#numbers.length && this.#numbers[this.#first] === this.#removed) this.#first += 1
    this.#removed += 1
    if (this.#first < 1_024 || this.#first * 2 < this.#values.length) return
    this.#values.splice(0, this.#first)
    this.#numbers.splice(0, this.#first)
    this.#first = 0
  }

  result(): Value {
    return this.#values[this.#first] ?? nullValue
  }
}

class MovingQuantified implements MovingAggregate {
  readonly held = 0
  readonly #decisive: boolean
  #decisiveCount = 0
  #count = 0

  constructor(decisive: boolean) {
    this.#decisive = decisive
  }

  takes(value: Value): boolean {
    return value.type === 'bool'
  }

  add(value: Value): void {
    this.#count += 1
    if (this.#isDecisive(value)) this.#decisiveCount += 1
  }

  remove(value: Value): void {
    this.#count -= 1
    if (this.#isDecisive(value)) this.#decisiveCount -= 1
  }

  #isDecisive(value: Value): boolean {
    return value.type === 'bool' && value.value === this.#decisive
  }

  result(): Value {
    if (this.#count === 0) return nullValue
    return bool(this.#decisiveCount > 0 ? this.#decisive : !this.#decisive)
  }
}

/** Decimals of one exponent. */
interface Column {
  sum: bigint
  /** Of the coefficients without their signs. */
  size: bigint
  count: number
}

/** The exponents of the decimals in one frame may differ so much. */
const spreadMax = 64
/** Up to it no sum on the way to the last has been rounded: decimal arithmetic keeps 38 digits. */
const unroundedMax = tenTo(38)

/**
 * SUM and AVG of integers and decimals, exact while values come and go. Everything else, and sums that may have been
 * rounded on their way, are left to whoever adds the values one by one: floats above all, whose sums depend on the order.
 */
class MovingSum implements MovingAggregate {
  readonly held = 0
  readonly #name: 'sum' | 'avg'
  #count = 0
  #others = 0
  #int: number | bigint = 0
  #intSize: number | bigint = 0
  readonly #decimals = new Map<number, Column>()

  constructor(name: 'sum' | 'avg') {
    this.#name = name
  }

  takes(value: Value): boolean {
    return isNumber(value) || value.type === 'interval'
  }

  add(value: Value): void {
    this.#change(value, 1)
  }

  remove(value: Value): void {
    this.#change(value, -1)
  }

  #change(value: Value, sign: 1 | -1): void {
    if (value.type === 'int' && value.annotations === undefined) {
      this.#int = plus(this.#int, value.value, sign)
      this.#intSize = plus(this.#intSize, value.value < 0 ? -value.value : value.value, sign)
    } else if (value.type === 'decimal' && isRegular(value)) this.#changeDecimal(value, sign)
    else this.#others += sign
    this.#count += sign
  }

  #changeDecimal({ coefficient, exponent }: DecimalValue, sign: 1 | -1): void {
    let column = this.#decimals.get(exponent)
    if (column === undefined) {
      column = { sum: 0n, size: 0n, count: 0 }
      this.#decimals.set(exponent, column)
    }
    const size = coefficient < 0n ? -coefficient : coefficient
    column.sum += sign === 1 ? coefficient : -coefficient
    column.size += sign === 1 ? size : -size
    column.count += sign
    if (column.count === 0) this.#decimals.delete(exponent)
  }

  result(): Value | undefined {
    if (this.#others > 0) return undefined
    if (this.#count === 0) return nullValue
    const sum = this.#decimals.size === 0 ? int(this.#int) : this.#decimalSum()
    if (sum === undefined || this.#name === 'sum') return sum
    return divide(sum, decimal(BigInt(this.#count), 0))
  }

  #decimalSum(): Value | undefined {
    const exponents = [...this.#decimals.keys()]
    const exponent = Math.min(...exponents)
    if (Math.max(...exponents, 0) - exponent > spreadMax) return undefined
    const scale = tenTo(-exponent)
    let sum = BigInt(this.#int) * scale
    let size = BigInt(this.#intSize) * scale
    for (const [own, column] of this.#decimals) {
      const shift = tenTo(own - exponent)
      sum += column.sum * shift
      size += column.size * shift
    }
    return size < unroundedMax ? decimal(sum, exponent) : undefined
  }
}

/** Decimals that a sum of one of them would not give back as they are, or with another exponent, are irregular. */
function isRegular({ exponent, negativeZero, annotations }: DecimalValue): boolean {
  return exponent <= 0 && exponent >= -spreadMax && !negativeZero && annotations === undefined
}

function plus(a: number | bigint, b: number | bigint, sign: 1 | -1): number | bigint {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + sign * b
    if (Number.isSafeInteger(sum)) return sum
  }
  const sum = BigInt(a) + BigInt(sign) * BigInt(b)
  return sum <= BigInt(Number.MAX_SAFE_INTEGER) && sum >= BigInt(Number.MIN_SAFE_INTEGER) ? Number(sum) : sum
}
