import { decimal, int, type Value } from '../values/value.ts'
import { heapBytes } from './heap-bytes.ts'

/** Tags of entries that are no decimals, whose tag is their exponent. */
const otherTag = -128
const intTag = 127
const exponentMax = 100

/** Of a value's number and tag. */
export const packedEntryBytes = 9

/**
 * Values by number, of which integers and decimals whose digits fit into a double take nine bytes. Values that share their
 * memory with others must be detached before (values/binary-reader.ts).
 */
export class PackedColumn {
  #numbers: Float64Array
  #tags: Int8Array
  /** Values that are no such numbers; each number is a place in here. */
  readonly #others: Value[] = []

  constructor(capacity = 64) {
    this.#numbers = new Float64Array(capacity)
    this.#tags = new Int8Array(capacity)
  }

  /** Sets an entry once; returns about how many bytes that takes beyond a number's. */
  set(at: number, value: Value): number {
    if (at >= this.#numbers.length) this.#grow(at)
    if (value.annotations === undefined) {
      if (value.type === 'int' && typeof value.value === 'number') return this.#put(at, value.value, intTag)
      if (value.type === 'decimal' && !value.negativeZero && Math.abs(value.exponent) <= exponentMax) {
        const digits = Number(value.coefficient)
        if (Number.isSafeInteger(digits)) return this.#put(at, digits, value.exponent)
      }
    }
    this.#put(at, this.#others.length, otherTag)
    this.#others.push(value)
    return 8 + heapBytes(value)
  }

  get(at: number): Value {
    const tag = this.#tags[at] as number
    const number = this.#numbers[at] as number
    if (tag === intTag) return int(number)
    return tag === otherTag ? (this.#others[number] as Value) : decimal(BigInt(number), tag)
  }

  #put(at: number, number: number, tag: number): 0 {
    this.#numbers[at] = number
    this.#tags[at] = tag
    return 0
  }

  #grow(at: number): void {
    const size = Math.max(at + 1, 2 * this.#numbers.length)
    const numbers = new Float64Array(size)
    const tags = new Int8Array(size)
    numbers.set(this.#numbers)
    tags.set(this.#tags)
    this.#numbers = numbers
    this.#tags = tags
  }
}
