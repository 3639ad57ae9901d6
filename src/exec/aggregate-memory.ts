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

  close(): void {
    this.distinct.close()
    this.#holding.release()
  }
}
