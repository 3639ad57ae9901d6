import type { Value } from '../values/value.ts'
import { DistinctValues } from './distinct-values.ts'
import type { Frame } from './frame.ts'
import { heapBytes } from './heap-bytes.ts'
import { Holding } from './statement-memory.ts'

/** What the aggregates of one operator hold: what DISTINCT has seen, which may wait in a file, and values they collect. */
export class AggregateMemory {
  readonly #frame: Frame
  readonly distinct: DistinctValues
  readonly #holding: Holding
  #isFull = false

  /** `waits`: as of DistinctValues. */
  constructor(frame: Frame, waits = false) {
    this.#frame = frame
    this.distinct = new DistinctValues(frame, waits)
    this.#holding = new Holding(frame.memory)
  }

  /** For a value that is part of a result, so that it can't be spilled. Throws LedgerError 'evaluator/limit'. */
  collect(value: Value, more = 0): void {
    const { memory } = this.#frame
    this.#holding.keep(heapBytes(value, memory.limits.memoryBytes) + more)
  }

  /** No group is to begin any more. */
  get isFull(): boolean {
    return this.#isFull
  }

  /**
   * For what a group's result has come to take more. Groups that have begun can't be spilled: throws LedgerError
   * 'evaluator/limit' when they grow by more than the whole limit.
   */
  grow(bytes: number): void {
    if (this.#holding.hold(bytes)) return
    this.#isFull = true
    if (this.#holding.bytes > this.#frame.memory.limits.memoryBytes) throw this.#frame.memory.refusal()
  }

  close(): void {
    this.distinct.close()
    this.#holding.release()
  }
}
