import { KeptRows } from '../exec/spill/kept-rows.ts'
import type { StatementMemory } from '../exec/statement-memory.ts'
import { detached } from '../values/binary-reader.ts'
import type { Value } from '../values/value.ts'

/**
 * Rows that a query reads again and again, as the right side of a nested loop: read once, as far as anyone has come, and
 * kept, in memory or in a temporary file.
 */
export class GrowingRows implements Iterable<Value> {
  readonly #kept: KeptRows
  #source: Iterator<Value> | undefined

  constructor(rows: Iterable<Value>, memory: StatementMemory) {
    this.#source = rows[Symbol.iterator]()
    this.#kept = new KeptRows(memory)
  }

  [Symbol.iterator](): Iterator<Value, undefined> {
    const rows = this.#kept.read()
    return {
      next: () => {
        const row = rows.next() ?? (this.#grow() ? rows.next() : undefined)
        return row === undefined ? { done: true, value: undefined } : { done: false, value: row[0] as Value }
      },
    }
  }

  /** Discards what has not been read. */
  close(): void {
    this.#source?.return?.()
    this.#source = undefined
  }

  #grow(): boolean {
    const found = this.#source?.next()
    if (found === undefined || found.done === true) {
      this.#source = undefined
      return false
    }
    this.#kept.add([detached(found.value)])
    return true
  }
}
