import { assert } from '../base/assert.ts'
import { copyBytes } from '../base/bytes.ts'
import { storeChangeDiskBytes } from '../base/limits.ts'
import { strayKeys, withWholeKeys } from './lmdb-cursor.ts'
import { type ByteDatabase, readRange } from './lmdb-database.ts'
import { storeError } from './lmdb-files.ts'
import { isEmptyRange, rangeBeyond } from './key-range.ts'
import { type KeyRange, storeKeyBytesMax, type WriteTransaction } from './store.ts'

const strayKeysAtOnce = 1_000

/** One work's part of the LMDB transaction that its group shares. */
export class LmdbTransaction implements WriteTransaction {
  readonly #database: ByteDatabase
  readonly #directory: string
  /** What stood before each change, oldest first; kept only when others share the LMDB transaction. */
  readonly #before: [key: Uint8Array, value: Uint8Array | undefined][] | undefined
  #changes = 0
  #bytes = 0
  #removals = 0
  isOver = false
  /** Set when LMDB itself failed: its transaction can't be kept then. */
  failure: unknown

  constructor(database: ByteDatabase, directory: string, isShared: boolean) {
    this.#database = database
    this.#directory = directory
    this.#before = isShared ? [] : undefined
  }

  /** What the changes may take on disk, roughly; nothing for a removal, for which a data file has pages to spare. */
  get diskBytes(): number {
    return Math.max(0, this.#bytes + (this.#changes - 2 * this.#removals) * storeChangeDiskBytes)
  }

  get(key: Uint8Array): Uint8Array | undefined {
    this.#checkUsable()
    return this.#guard(() => this.#database.get(key))
  }

  *range(range: KeyRange): Iterable<readonly [Uint8Array, Uint8Array]> {
    this.#checkUsable()
    let rest = range
    while (!isEmptyRange(rest)) {
      const rows = readRange(this.#database, rest, undefined)
      const changes = this.#changes
      let last: Uint8Array | undefined
      try {
        // A cursor does not follow changes: after one, reading starts again beyond the last key.
        while (changes === this.#changes) {
          const next = this.#guard(() => rows.next())
          if (next.done === true) return
          last = next.value.key
          yield [next.value.key, next.value.value]
          this.#checkUsable()
        }
      } finally {
        rows.return?.()
      }
      rest = rangeBeyond(range, last as Uint8Array)
    }
  }

  put(key: Uint8Array, value: Uint8Array): void {
    this.#checkUsable()
    assert(key.length <= storeKeyBytesMax, `a store key has at most ${storeKeyBytesMax} bytes`)
    this.#guard(() => {
      this.#before?.push([copyBytes(key), this.#database.get(key)])
      this.#changes += 1
      this.#bytes += value.length
      this.#database.put(key, value)
    })
  }

  remove(key: Uint8Array): void {
    this.#checkUsable()
    this.#guard(() => {
      this.#before?.push([copyBytes(key), this.#database.get(key)])
      this.#changes += 1
      this.#removals += 1
      this.#database.remove(key)
    })
  }

  /** Undone with the whole transaction only: nothing answers from such records. */
  removeStrays(): void {
    this.#checkUsable()
    this.#guard(() => {
      for (;;) {
        const keys = strayKeys(this.#database, strayKeysAtOnce)
        if (keys.length === 0) return
        this.#removals += keys.length
        this.#changes += keys.length
        withWholeKeys(() => {
          for (const key of keys) this.#database.remove(key)
        })
      }
    })
  }

  /** Takes back all changes; returns false when it can't because they were not written down. */
  undo(): boolean {
    if (this.#before === undefined) return false
    if (this.failure !== undefined) return true
    for (const [key, value] of this.#before.reverse()) {
      this.#guard(() => (value === undefined ? this.#database.remove(key) : this.#database.put(key, value)))
    }
    return true
  }

  #guard<T>(operation: () => T): T {
    try {
      return operation()
    } catch (error) {
      this.failure = storeError(error, this.#directory)
      throw this.failure
    }
  }

  #checkUsable(): void {
    assert(!this.isOver, 'a write transaction is not used after its work')
  }
}
