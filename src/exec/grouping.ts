import type { Value } from '../values/value.ts'
import type { Frame } from './frame.ts'
import type { CompiledAggregate } from './group.ts'
import type { SaveRow } from './saved-rows.ts'
import { tupleKey, ValueMap } from './value-map.ts'

/** How rows are grouped. */
export interface Grouping {
  /** The keys of the row that the frame holds, with NULL for MISSING. */
  readonly keysOf: (frame: Frame) => Value[]
  readonly keyCount: number
  readonly aggregates: readonly CompiledAggregate[]
  /** An element of GROUP AS. */
  readonly memberOf: ((frame: Frame) => Value) | undefined
  /** Makes a value of the members. */
  readonly bagOf: (members: readonly Value[], frame: Frame) => Value
  /** What of a row groups are made from; `inputSlots` are the same. */
  readonly save: SaveRow
  readonly inputSlots: readonly number[]
  /** Where keys, aggregates and GROUP AS go. */
  readonly slots: readonly number[]
}

/** Estimated bytes of a group without its keys, with one 32-bit integer key, and of each of its aggregates. */
export const groupBytes = 250
export const integerGroupBytes = 100
export const aggregateBytes = 150

/** Finds what was started for keys. */
export class KeyMap<T> {
  readonly #singles = new ValueMap<T>()
  readonly #tuples = new Map<string, T>()

  get(keys: readonly Value[]): T | undefined {
    return keys.length === 1 ? this.#singles.get(keys[0] as Value) : this.#tuples.get(tupleKey(keys))
  }

  set(keys: readonly Value[], entry: T): void {
    if (keys.length === 1) this.#singles.set(keys[0] as Value, entry)
    else this.#tuples.set(tupleKey(keys), entry)
  }

  clear(): void {
    this.#singles.clear()
    this.#tuples.clear()
  }
}
