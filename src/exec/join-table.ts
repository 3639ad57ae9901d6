import type { TextPlace } from '../values/lazy-values.ts'
import type { Value } from '../values/value.ts'
import type { Frame } from './frame.ts'
import { HeldFields, LentFields } from './held-fields.ts'
import { restoreSlots, type SavedRow } from './saved-rows.ts'
import { ValueMap } from './value-map.ts'

/** No row. */
export const noRow = -1

/**
 * The right side of a hash join by its keys. Where its rows are one variable of which fields are asked, the fields of all
 * rows stand in one array: from a key to a value of its row are then three places in memory instead of six.
 */
export class JoinTable {
  readonly #slots: readonly number[]
  readonly #first = new ValueMap<number>()
  /** Of each row the next one of its key; of the first row of a key also the last one. */
  readonly #next: number[] = []
  readonly #last: number[] = []
  /** The fields of all rows, while all rows have as many. */
  #fields: Value[] | undefined
  #lent = new LentFields([])
  #width = -1
  /** Rows that are not in `#fields`. */
  #rows: SavedRow[] = []
  #count = 0

  constructor(slots: readonly number[]) {
    this.#slots = slots
    if (slots.length === 1) this.#fields = []
  }

  add(key: Value, row: SavedRow): void {
    const number = this.#count
    this.#count += 1
    this.#keep(row)
    this.#next.push(noRow)
    this.#last.push(number)
    const first = this.#first.get(key)
    if (first === undefined) {
      this.#first.set(key, number)
      return
    }
    this.#next[this.#last[first] as number] = number
    this.#last[first] = number
  }

  /** The first row of a key, and of a text that lies in bytes; those come when all rows were added. */
  firstOf(key: Value): number {
    return this.#first.get(key) ?? noRow
  }

  firstOfText(place: TextPlace): number {
    return this.#first.getText(place) ?? noRow
  }

  /** The row of the same key that was added next. */
  nextOf(row: number): number {
    return this.#next[row] as number
  }

  /** Puts a row into its slots, until the next one is. */
  restore(row: number, frame: Frame): void {
    const fields = this.#fields
    if (fields === undefined) {
      restoreSlots(frame, this.#slots, this.#rows[row] as SavedRow)
      return
    }
    const lent = this.#lent
    const start = row * this.#width
    for (let at = 0; at < this.#width; at += 1) lent.fields[at] = fields[start + at] as Value
    frame.slots[this.#slots[0] as number] = lent
  }

  clear(): void {
    this.#first.clear()
    this.#next.length = 0
    this.#last.length = 0
    this.#fields = undefined
    this.#rows = []
    this.#count = 0
  }

  /** All rows in their order, each to be kept. */
  *rows(): Generator<SavedRow> {
    for (let row = 0; row < this.#count; row += 1) {
      yield this.#fields === undefined ? (this.#rows[row] as SavedRow) : this.#rowOfFields(this.#fields, row)
    }
  }

  #keep(row: SavedRow): void {
    const [value] = row
    if (this.#fields === undefined || !(value instanceof HeldFields)) {
      this.#keepWhole(row)
      return
    }
    if (this.#width === -1) {
      this.#width = value.fields.length
      this.#lent = new LentFields(value.fields.slice())
    }
    for (const field of value.fields) this.#fields.push(field)
  }

  /** Rows are kept as they are from now on, and those before. */
  #keepWhole(row: SavedRow): void {
    const fields = this.#fields
    if (fields !== undefined) {
      this.#rows = Array.from({ length: this.#count - 1 }, (_, before) => this.#rowOfFields(fields, before))
      this.#fields = undefined
    }
    this.#rows.push(row)
  }

  #rowOfFields(fields: readonly Value[], row: number): SavedRow {
    return [new HeldFields(fields.slice(row * this.#width, (row + 1) * this.#width))]
  }
}
