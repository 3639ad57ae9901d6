import { hashOfField, hashOfFields } from '../values/ion-hash.ts'
import { type StructValue, struct, type Value } from '../values/value.ts'

/** Of a field's readings, hashes are kept for at most so many; those of nested fields are too many to keep. */
const keptMax = 4_096

/**
 * The hash of a document under many readings of its fields. Readings differ in few fields, so that the hashes of the others
 * are kept: a guess costs one short hash, whatever the document holds.
 */
export class PickedHash {
  readonly #fields: Field[]
  /** In the order of their hashes, as of the last guess, so that few of them move. */
  readonly #sorted: Field[]

  /**
   * `counts`: how many picks each field of the document takes of the list of picks, in order; `make` gives a field's value for
   * its part of the picks, from `from` on.
   */
  constructor(
    data: StructValue,
    counts: readonly number[],
    make: (field: Value, picks: readonly number[], from: number) => Value,
  ) {
    let from = 0
    this.#fields = data.names.map((name, index) => {
      const value = data.values[index] as Value
      const count = counts[index] as number
      const at = from
      from += count
      return new Field(name, at, count, (picks) => make(value, picks, at))
    })
    this.#sorted = [...this.#fields]
  }

  of(picks: readonly number[]): Uint8Array {
    const sorted = this.#sorted
    for (const field of this.#fields) field.pick(picks)
    for (let index = 1; index < sorted.length; index += 1) {
      const field = sorted[index] as Field
      let at = index
      while (at > 0 && field.isBefore(sorted[at - 1] as Field)) {
        sorted[at] = sorted[at - 1] as Field
        at -= 1
      }
      sorted[at] = field
    }
    return hashOfFields(sorted.map(({ hash }) => hash))
  }
}

class Field {
  hash: Uint8Array = new Uint8Array(0)
  readonly #name: string
  readonly #from: number
  readonly #count: number
  readonly #make: (picks: readonly number[]) => Value
  readonly #kept = new Map<number, Uint8Array>()
  #last = -1

  constructor(name: string, from: number, count: number, make: (picks: readonly number[]) => Value) {
    this.#name = name
    this.#from = from
    this.#count = count
    this.#make = make
  }

  pick(picks: readonly number[]): void {
    // Options are fewer than 32.
    let key = 0
    for (let index = 0; index < this.#count; index += 1) key = key * 32 + (picks[this.#from + index] as number)
    if (key === this.#last) return
    const isExact = key < Number.MAX_SAFE_INTEGER
    const known = isExact ? this.#kept.get(key) : undefined
    this.hash = known ?? hashOfField(struct([this.#name], [this.#make(picks)]), 0)
    this.#last = isExact ? key : -1
    if (known === undefined && isExact && this.#kept.size < keptMax) this.#kept.set(key, this.hash)
  }

  isBefore(other: Field): boolean {
    const [left, right] = [this.hash, other.hash]
    for (let index = 0; index < left.length; index += 1) {
      const difference = (left[index] as number) - (right[index] as number)
      if (difference !== 0) return difference < 0
    }
    return false
  }
}
