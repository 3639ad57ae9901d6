import type { Value } from '../values/value.ts'
import type { Frame } from './frame.ts'

/** The rows of one partition in the order of its window, numbered from 0, as window functions see them. */
export interface Partition {
  readonly size: number
  /** What a column (see WindowColumns) holds for a row. */
  value(column: number, row: number): Value
  /** Whether a row's ORDER BY keys differ from those of the row before it; so it is for row 0. */
  beginsPeers(row: number): boolean
  /** What is to be done when the partition's results are all given: memory that was charged is given back. */
  readonly endings: (() => void)[]
}

/** A window function at work on a partition: gives the result for each row, asked for in their order. */
export type RowResult = (row: number) => Value

/** A compiled window function: begins with a partition. */
export type StartWindow = (partition: Partition, frame: Frame) => RowResult

/** The peers of a row: those with the same ORDER BY keys. Rows are asked for in their order. */
export class Peers {
  readonly #partition: Partition
  start = 0
  /** Behind the last one. */
  end = 0
  /** How many groups of peers there were up to this one. */
  group = 0

  constructor(partition: Partition) {
    this.#partition = partition
  }

  seek(row: number): void {
    if (row < this.end) return
    this.start = row
    this.end = row + 1
    this.group += 1
    while (this.end < this.#partition.size && !this.#partition.beginsPeers(this.end)) this.end += 1
  }
}
