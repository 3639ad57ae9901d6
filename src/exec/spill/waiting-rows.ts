import type { Frame } from '../frame.ts'
import { PartitionedRows } from './partitioned-rows.ts'
import type { FileRow } from './row-file.ts'

/** Takes rows whose keys have room in memory. */
export interface RowTaker {
  /** False when there is no room for the row's key. Rows of a key that was taken once are always taken. */
  take(row: FileRow): boolean
  /** A hash of the key of the row that was refused last; each level gives other bits. */
  hashAt(level: number): number
  /** All rows of the keys taken since the last call have been taken: makes room for others. */
  endKeys(): void
}

/**
 * Rows whose keys had no room in memory. They wait in partitions by the hash of their keys, so that a partition holds all
 * rows of its keys; one whose keys have no room is partitioned again. A row is thus written once for each level, of which
 * there are few, however many keys there are.
 */
export class WaitingRows {
  readonly #frame: Frame
  readonly #taker: RowTaker
  /** What is to be read, the last one first. */
  readonly #levels: Level[] = []

  constructor(frame: Frame, taker: RowTaker) {
    this.#frame = frame
    this.#taker = taker
  }

  get isEmpty(): boolean {
    return this.#levels.length === 0
  }

  /** A row that the taker has just refused. */
  add(row: FileRow): void {
    this.#levels[0] ??= { rows: new PartitionedRows(this.#frame.memory), level: 0 }
    this.#levels[0].rows.add(this.#taker.hashAt(0), row)
  }

  /** Has all rows taken; those of one key come in their order. */
  takeAll(): void {
    for (let last = this.#levels.at(-1); last !== undefined; last = this.#levels.at(-1)) this.#takePartition(last)
  }

  close(): void {
    for (const { rows } of this.#levels) rows.close()
    this.#levels.length = 0
  }

  /** Takes the next partition of a level. Rows that do not fit go to the next level. */
  #takePartition({ rows, level }: Level): void {
    const stream = rows.next()
    let below: PartitionedRows | undefined
    for (let row = stream?.next(); row !== undefined; row = stream?.next()) {
      this.#frame.step()
      if (this.#taker.take(row)) continue
      below ??= new PartitionedRows(this.#frame.memory)
      below.add(this.#taker.hashAt(level + 1), row)
    }
    this.#taker.endKeys()
    // Keys that collide again and again then take one file at a time.
    if (rows.isRead) {
      rows.close()
      this.#levels.pop()
    }
    if (below !== undefined) this.#levels.push({ rows: below, level: level + 1 })
  }
}

interface Level {
  readonly rows: PartitionedRows
  readonly level: number
}
