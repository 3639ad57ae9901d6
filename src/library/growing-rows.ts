import { heapBytes } from '../exec/heap-bytes.ts'
import type { StatementMemory } from '../exec/statement-memory.ts'
import { detached } from '../values/binary-reader.ts'
import type { Value } from '../values/value.ts'

/**
 * Rows that a query reads again and again, as the right side of a nested loop: read once, as far as anyone has come, and
 * held. What is held counts as memory of the statement.
 */
export class GrowingRows implements Iterable<Value> {
  readonly #held: Value[] = []
  readonly #memory: StatementMemory
  #source: Iterator<Value> | undefined

  constructor(rows: Iterable<Value>, memory: StatementMemory) {
    this.#source = rows[Symbol.iterator]()
    this.#memory = memory
  }

  [Symbol.iterator](): Iterator<Value, undefined> {
    let position = 0
    return {
      next: () => {
        const value = this.#held[position] ?? this.#grow()
        if (value === undefined) return { done: true, value }
        position += 1
        return { done: false, value }
      },
    }
  }

  /** Gives up what has not been read. */
  close(): void {
    this.#source?.return?.()
    this.#source = undefined
  }

  #grow(): Value | undefined {
    const found = this.#source?.next()
    if (found === undefined || found.done === true) {
      this.#source = undefined
      return undefined
    }
    const row = detached(found.value)
    this.#memory.charge(heapBytes(row))
    this.#held.push(row)
    return row
  }
}
