import { mergedRunsMax, spillRunChunkBytes } from '../../base/limits.ts'
import type { Value } from '../../values/value.ts'
import type { Frame } from '../frame.ts'
import { heapBytesOf } from '../heap-bytes.ts'
import { Holding } from '../statement-memory.ts'
import { type FileRow, RowFile, type RowStream } from './row-file.ts'

export type CompareRows = (a: FileRow, b: FileRow) => number

/**
 * Sorts rows, in memory as long as they fit, else in sorted runs that are merged. Equal rows keep the order in which they
 * were added. `add` all, then `sorted` once, then `close`.
 */
export class SortedRows {
  readonly #compare: CompareRows
  readonly #frame: Frame
  readonly #holding: Holding
  readonly #wanted: number
  #rows: FileRow[] = []
  #runs: SortedRuns | undefined
  /** The last wanted row, once there are enough: a later row must sort before it. */
  #last: FileRow | undefined

  /** `wanted`: that many rows from the front are enough. */
  constructor(compare: CompareRows, frame: Frame, wanted = Number.POSITIVE_INFINITY) {
    this.#compare = compare
    this.#frame = frame
    this.#holding = new Holding(frame.memory)
    this.#wanted = wanted
  }

  /** Whether a row with these keys may be one of those that are wanted. */
  wants(keys: FileRow): boolean {
    return this.#last === undefined || this.#compare(keys, this.#last) < 0
  }

  /** The row is kept as it is: detach what shares memory (values/binary-reader.ts). */
  add(row: FileRow): void {
    this.#rows.push(row)
    const hasRoom = this.#holding.hold(this.#bytesOf(row))
    if (this.#rows.length > 2 * this.#wanted + 1_000) this.#cut()
    else if (!hasRoom) this.spill()
  }

  sorted(): RowStream {
    if (this.#runs !== undefined) {
      this.spill()
      return this.#runs.merged()
    }
    const rows = this.#sort()
    let at = 0
    return {
      next: () => {
        const row = rows[at]
        at += 1
        return row as Value[] | undefined
      },
    }
  }

  close(): void {
    this.#rows = []
    this.#holding.release()
    this.#runs?.close()
  }

  /** Drops the rows that are not wanted. */
  #cut(): void {
    const rows = this.#sort()
    for (let at = this.#wanted; at < rows.length; at += 1) this.#holding.release(this.#bytesOf(rows[at] as FileRow))
    rows.length = this.#wanted
    this.#last = rows[this.#wanted - 1]
  }

  #sort(): FileRow[] {
    return this.#rows.sort((a, b) => {
      this.#frame.step()
      return this.#compare(a, b)
    })
  }

  #bytesOf(row: FileRow): number {
    return heapBytesOf(row, 24, this.#frame.memory.limits.memoryBytes)
  }

  /** Writes what is in memory to a file, where there are any. */
  spill(): void {
    if (this.#rows.length === 0 || !this.#frame.memory.canSpill) return
    this.#runs ??= new SortedRuns(this.#compare, this.#frame)
    const rows = this.#sort()
    if (rows.length > this.#wanted) rows.length = this.#wanted
    this.#runs.add(rows)
    this.#rows = []
    this.#holding.release()
  }
}

interface Run {
  readonly start: number
  readonly end: number
}

/** Runs of sorted rows in one temporary file, merged. Of equal rows those of an earlier run come first. */
export class SortedRuns {
  readonly #compare: CompareRows
  readonly #frame: Frame
  #file: RowFile
  #runs: Run[] = []

  constructor(compare: CompareRows, frame: Frame) {
    this.#compare = compare
    this.#frame = frame
    this.#file = new RowFile(frame.memory)
  }

  /** Takes rows in their order, as a run of their own. */
  add(rows: Iterable<FileRow>): void {
    for (const row of rows) this.append(row)
    this.endRun()
  }

  /** Adds a row to the run. */
  append(row: FileRow): void {
    this.#frame.step()
    this.#file.add(row)
  }

  /** Rows that are added from now on belong to another run. */
  endRun(): void {
    const start = this.#runs.at(-1)?.end ?? 0
    if (this.#file.end > start) this.#runs.push({ start, end: this.#file.end })
  }

  /** All rows in order. Neither is called after it but `close`. */
  merged(): RowStream {
    while (this.#runs.length > mergedRunsMax) this.#mergeSome()
    return new MergedRows(this.#open(this.#runs), this.#compare)
  }

  close(): void {
    this.#file.close()
  }

  /** Makes of every `mergedRunsMax` runs one, in a new file. */
  #mergeSome(): void {
    const file = new RowFile(this.#frame.memory)
    const runs: Run[] = []
    for (let first = 0; first < this.#runs.length; first += mergedRunsMax) {
      const start = file.end
      const rows = new MergedRows(this.#open(this.#runs.slice(first, first + mergedRunsMax)), this.#compare)
      for (let row = rows.next(); row !== undefined; row = rows.next()) {
        this.#frame.step()
        file.add(row)
      }
      runs.push({ start, end: file.end })
    }
    this.#file.close()
    this.#file = file
    this.#runs = runs
  }

  #open(runs: readonly Run[]): RowStream[] {
    return runs.map(({ start, end }) => this.#file.rows(start, end, spillRunChunkBytes))
  }
}

interface Head {
  readonly row: Value[]
  readonly run: number
}

/** The rows of sorted streams in order: the heads stand in a heap. */
export class MergedRows implements RowStream {
  readonly #streams: readonly RowStream[]
  readonly #compare: CompareRows
  readonly #heap: Head[] = []

  constructor(streams: readonly RowStream[], compare: CompareRows) {
    this.#streams = streams
    this.#compare = compare
    for (let run = 0; run < streams.length; run += 1) {
      const row = streams[run]?.next()
      if (row !== undefined) this.#heap.push({ row, run })
    }
    for (let at = (this.#heap.length >> 1) - 1; at >= 0; at -= 1) this.#sink(this.#heap[at] as Head, at)
  }

  next(): Value[] | undefined {
    const first = this.#heap[0]
    if (first === undefined) return undefined
    const row = this.#streams[first.run]?.next()
    if (row !== undefined) this.#sink({ row, run: first.run }, 0)
    else {
      const last = this.#heap.pop() as Head
      if (this.#heap.length > 0) this.#sink(last, 0)
    }
    return first.row
  }

  /** Puts a head where it belongs at or below a place. */
  #sink(head: Head, place: number): void {
    const heap = this.#heap
    let at = place
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && this.#isBefore(heap[child + 1] as Head, heap[child] as Head)) child += 1
      if (!this.#isBefore(heap[child] as Head, head)) break
      heap[at] = heap[child] as Head
      at = child
    }
    heap[at] = head
  }

  #isBefore(a: Head, b: Head): boolean {
    const order = this.#compare(a.row, b.row)
    return order < 0 || (order === 0 && a.run < b.run)
  }
}
