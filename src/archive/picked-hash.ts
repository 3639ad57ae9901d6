import { hashOfField, hashOfFields } from '../values/ion-hash.ts'
import { type StructValue, struct, type Value } from '../values/value.ts'

/** Of a field's readings, hashes are kept for at most so many; those of nested fields are too many to keep. */
const keptMax = 4_096
/** So many changed fields are moved to their places; for more, all are sorted. */
const movedMax = 16

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
    let changed = 0
    for (const field of this.#fields) if (field.pick(picks)) changed += 1
    // Where many have changed, to move them one by one would take as many steps as they are, squared.
    if (changed > movedMax) sorted.sort((left, right) => Number(right.isBefore(left)) - Number(left.isBefore(right)))
    else this.#moveChanged()
    return hashOfFields(sorted.map(({ hash }) => hash))
  }

  #moveChanged(): void {
    const sorted = this.#sorted
    for (let index = 1; index < sorted.length; index += 1) {
      const field = sorted[index] as Field
      let at = index
      while (at > 0 && field.isBefore(sorted[at - 1] as Field)) {
        sorted[at] = sorted[at - 1] as Field
        at -= 1
      }
      sorted[at] = field
    }
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
  /** The first bytes of the hash. */
  #order = 0

  constructor(name: string, from: number, count: number, make: (picks: readonly number[]) => Value) {
    this.#name = name
    this.#from = from
    this.#count = count
    this.#make = make
  }

  /** Whether its hash is another now. */
  pick(picks: readonly number[]): boolean {
    // Options are fewer than 64.
    let key = 0
    for (let index = 0; index < this.#count; index += 1) key = key * 64 + (picks[this.#from + index] as number)
    if (key === this.#last) return false
    const isExact = key < Number.MAX_SAFE_INTEGER
    const known = isExact ? this.#kept.get(key) : undefined
    const hash = known ?? hashOfField(struct([this.#name], [this.#make(picks)]), 0)
    this.hash = hash
    this.#order =
      (((hash[0] as number) << 16) | ((hash[1] as number) << 8) | (hash[2] as number)) * 256 + (hash[3] as number)
    this.#last = isExact ? key : -1
    if (known === undefined && isExact && this.#kept.size < keptMax) this.#kept.set(key, this.hash)
    return true
  }

  isBefore(other: Field): boolean {
    if (this.#order !== other.#order) return this.#order < other.#order
    const [left, right] = [this.hash, other.hash]
    for (let index = 0; index < left.length; index += 1) {
      const difference = (left[index] as number) - (right[index] as number)
      if (difference !== 0) return difference < 0
    }
    return false
  }
}
