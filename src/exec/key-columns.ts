import type { SortKeyPlan } from '../plan/plan.ts'
import { detached } from '../values/binary-reader.ts'
import { compareTotal } from '../values/compare.ts'
import { int, isAbsent, string, type Value } from '../values/value.ts'
import { heapBytes } from './heap-bytes.ts'
import { orderOfTexts } from './text-order.ts'

/** How keys are ordered. */
export type KeyOrder = Pick<SortKeyPlan, 'descending' | 'nullsFirst'>

/** The numbers of rows in the order of their keys. `step` is called again and again. */
export function orderOfKeys(columns: readonly KeyColumn[], count: number, step: () => void): ArrayLike<number> {
  const [only, second] = columns
  const alone = second === undefined ? only?.orderAlone(step) : undefined
  if (alone !== undefined) return alone
  const order = Array.from({ length: count }, (_, row) => row)
  const compare = columns.map((column) => column.preparedOrder(step))
  return order.sort((a, b) => {
    step()
    for (let at = 0; at < compare.length; at += 1) {
      const found = (compare[at] as (typeof compare)[0])(a, b)
      if (found !== 0) return found
    }
    return 0
  })
}

/** Of a number in its column, and of a row's place in the order. */
const numberKeyBytes = 32

/** Of a text in its column, without its characters: it may be a slice of a longer one. */
const textKeyBytes = 72

/** One of the keys for all rows: plain numbers or texts as long as all keys are that. */
export class KeyColumn {
  readonly #key: KeyOrder
  #numbers: number[] | undefined = []
  #texts: string[] | undefined
  readonly #values: Value[] = []

  constructor(key: KeyOrder) {
    this.#key = key
  }

  /** Returns about how many bytes the key takes. */
  push(value: Value): number {
    if (this.#numbers !== undefined) {
      if (value.type === 'int' && typeof value.value === 'number' && value.annotations === undefined) {
        this.#numbers.push(value.value)
        return numberKeyBytes
      }
      if (this.#numbers.length === 0) this.#texts = []
      for (const number of this.#numbers) this.#values.push(int(number))
      this.#numbers = undefined
    }
    if (this.#texts !== undefined) {
      if (value.type === 'string' && value.annotations === undefined) {
        this.#texts.push(value.value)
        return numberKeyBytes + textKeyBytes + value.value.length
      }
      for (const text of this.#texts) this.#values.push(string(text))
      this.#texts = undefined
    }
    const own = detached(value)
    this.#values.push(own)
    return numberKeyBytes + heapBytes(own)
  }

  valueOf(row: number): Value {
    if (this.#numbers !== undefined) return int(this.#numbers[row] as number)
    return this.#texts === undefined ? (this.#values[row] as Value) : string(this.#texts[row] as string)
  }

  /** The rows' numbers in the order of this key alone, where that shows without comparing values. */
  orderAlone(step: () => void): ArrayLike<number> | undefined {
    return this.#numbers === undefined ? this.#textOrder(step) : this.#packedOrder(this.#numbers)
  }

  /** Of texts and absent values alone. */
  #textOrder(step: () => void): Uint32Array | undefined {
    if (this.#texts !== undefined) return orderOfTexts(this.#texts, this.#key.descending, step)
    const texts: string[] = []
    const rowsOfTexts: number[] = []
    const absent: number[] = []
    for (let row = 0; row < this.#values.length; row += 1) {
      step()
      const value = this.#values[row] as Value
      if (value.type === 'string' || value.type === 'symbol') {
        texts.push(value.value)
        rowsOfTexts.push(row)
      } else if (isAbsent(value)) absent.push(row)
      else return undefined
    }
    const order = new Uint32Array(this.#values.length)
    const { descending, nullsFirst } = this.#key
    order.set(absent, nullsFirst ? 0 : texts.length)
    const places = orderOfTexts(texts, descending, step)
    const start = nullsFirst ? absent.length : 0
    for (let at = 0; at < places.length; at += 1) order[start + at] = rowsOfTexts[places[at] as number] as number
    return order
  }

  /** Where key and row fit into one exact number: that is sorted without comparing functions. */
  #packedOrder(numbers: readonly number[]): Float64Array | undefined {
    const count = numbers.length
    // An eighth of what is exact: the quotient below must not be rounded up to the next key.
    const largest = Number.MAX_SAFE_INTEGER / count / 8
    const sign = this.#key.descending ? -1 : 1
    const packed = new Float64Array(count)
    for (let row = 0; row < count; row += 1) {
      const key = numbers[row] as number
      if (Math.abs(key) > largest) return undefined
      packed[row] = sign * key * count + row
    }
    packed.sort()
    for (let at = 0; at < count; at += 1) {
      const both = packed[at] as number
      packed[at] = both - Math.floor(both / count) * count
    }
    return packed
  }

  /** The order of two rows by this key. */
  order(): (a: number, b: number) => number {
    const key = this.#key
    if (this.#numbers === undefined) return (a, b) => compareKeys(this.valueOf(a), this.valueOf(b), key)
    const numbers = Float64Array.from(this.#numbers)
    if (key.descending) return (a, b) => (numbers[b] as number) - (numbers[a] as number)
    return (a, b) => (numbers[a] as number) - (numbers[b] as number)
  }

  /** The same for many comparisons: sorts the texts first. */
  preparedOrder(step: () => void): (a: number, b: number) => number {
    const places = this.#numbers === undefined ? this.#textOrder(step) : undefined
    if (places === undefined) return this.order()
    const ranks = ranksOf(places, (row) => textOf(this.valueOf(row)))
    return (a, b) => (ranks[a] as number) - (ranks[b] as number)
  }
}

/** For each row how many different texts come before it; absent values are alike. */
function ranksOf(order: Uint32Array, textAt: (row: number) => string | undefined): Uint32Array {
  const ranks = new Uint32Array(order.length)
  let rank = 0
  for (let at = 1; at < order.length; at += 1) {
    const row = order[at] as number
    if (textAt(row) !== textAt(order[at - 1] as number)) rank += 1
    ranks[row] = rank
  }
  return ranks
}

function textOf(value: Value): string | undefined {
  return value.type === 'string' || value.type === 'symbol' ? value.value : undefined
}

export function compareKeys(a: Value, b: Value, { descending, nullsFirst }: KeyOrder): number {
  const absentFirst = isAbsent(a)
  const absentSecond = isAbsent(b)
  if (absentFirst || absentSecond) return absentFirst === absentSecond ? 0 : absentFirst === nullsFirst ? -1 : 1
  const order = compareTotal(a, b)
  return descending ? -order : order
}
