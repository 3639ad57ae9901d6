import type { Transaction } from 'lmdb'
import { assert } from '../base/assert.ts'
import { formatKey, LmdbCursor, type RangeRead, strayKeys } from './lmdb-cursor.ts'
import { type ByteDatabase, readRange } from './lmdb-database.ts'
import { storeError } from './lmdb-files.ts'
import { isEmptyRange } from './key-range.ts'
import type { KeyRange, RangeCursor, Snapshot } from './store.ts'

/** One state of the store. `turn` says whether a write runs, `held` has the snapshots that are not released. */
export class LmdbSnapshot implements Snapshot {
  readonly #database: ByteDatabase
  readonly #directory: string
  readonly #getOptions: { readonly transaction: Transaction }
  readonly #turn: { readonly isWriting: boolean }
  readonly #held: Set<LmdbSnapshot>
  readonly #reading = new Set<RangeRead>()
  #isReleased = false

  constructor(
    database: ByteDatabase,
    transaction: Transaction,
    directory: string,
    turn: { readonly isWriting: boolean },
    held: Set<LmdbSnapshot>,
  ) {
    this.#database = database
    this.#directory = directory
    this.#getOptions = { transaction }
    this.#turn = turn
    this.#held = held
    held.add(this)
  }

  get(key: Uint8Array): Uint8Array | undefined {
    this.#checkUsable()
    try {
      // While a write runs, the library's get() would read that write's state; its ranges keep to their transaction.
      if (this.#turn.isWriting) return this.#getByRange(key)
      return this.#database.get(key, this.#getOptions)
    } catch (error) {
      throw storeError(error, this.#directory)
    }
  }

  #getByRange(key: Uint8Array): Uint8Array | undefined {
    for (const [, value] of this.range({ start: key, end: Buffer.concat([key, Buffer.of(0)]) })) return value
    return undefined
  }

  *range(range: KeyRange): Iterable<readonly [Uint8Array, Uint8Array]> {
    this.#checkUsable()
    if (isEmptyRange(range)) return
    const rows = readRange(this.#database, range, this.#getOptions.transaction)
    this.#reading.add(rows)
    try {
      for (let next = rows.next(); next.done !== true; next = rows.next()) {
        yield [next.value.key, next.value.value]
        if (this.#isReleased) return
      }
    } catch (error) {
      throw storeError(error, this.#directory)
    } finally {
      this.#finish(rows)
    }
  }

  cursor(range: KeyRange): RangeCursor {
    this.#checkUsable()
    if (isEmptyRange(range)) return noEntries
    try {
      const rows = readRange(this.#database, range, this.#getOptions.transaction)
      this.#reading.add(rows)
      return new LmdbCursor(this.#database, rows, this.#finish, (error) => storeError(error, this.#directory))
    } catch (error) {
      throw storeError(error, this.#directory)
    }
  }

  strays(max: number): readonly Uint8Array[] {
    this.#checkUsable()
    try {
      return strayKeys(this.#database, max, this.#getOptions.transaction)
    } catch (error) {
      throw storeError(error, this.#directory)
    }
  }

  /** Once: the release ends what is still being read. */
  readonly #finish = (rows: RangeRead): void => {
    if (this.#reading.delete(rows)) rows.return?.()
  }

  release(): void {
    if (this.#isReleased) return
    this.#isReleased = true
    for (const rows of this.#reading) rows.return?.()
    this.#reading.clear()
    this.#getOptions.transaction.done()
    this.#held.delete(this)
  }

  #checkUsable(): void {
    assert(!this.#isReleased, 'a snapshot is not read after its release')
  }
}

const noEntries: RangeCursor = {
  next: () => false,
  bytes: formatKey,
  start: 0,
  end: 0,
  key: () => formatKey,
  drop: () => undefined,
  close: () => undefined,
}
