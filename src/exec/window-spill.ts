import type { SortKeyPlan } from '../plan/plan.ts'
import { detached } from '../values/binary-reader.ts'
import { int, string, type Value } from '../values/value.ts'
import type { Frame } from './frame.ts'
import { heapBytesOf } from './heap-bytes.ts'
import { compareKeys } from './key-columns.ts'
import { SortedRows } from './spill/sorted-rows.ts'
import { Holding } from './statement-memory.ts'
import type { Partition } from './window-partition.ts'
import { WindowRows } from './window-rows.ts'

/** Rows of a window that outgrow memory: sorted by partition and ORDER BY in temporary files, and read a partition at a time. */
export class SpilledWindow {
  readonly #keys: readonly SortKeyPlan[]
  readonly #width: number
  readonly #frame: Frame
  readonly #rows: SortedRows

  constructor(keys: readonly SortKeyPlan[], width: number, frame: Frame) {
    this.#keys = keys
    this.#width = width
    this.#frame = frame
    this.#rows = new SortedRows((a, b) => this.#compare(a, b), frame)
  }

  /** A row's partition as text, its number, and its columns, of which the keys come first. */
  add(partition: string, number: number, columns: readonly Value[]): void {
    this.#rows.add([string(partition), int(number), ...columns.map(detached)])
  }

  *partitions(): Generator<{ readonly partition: Partition; numberOf(row: number): number }> {
    const rows = this.#rows.sorted()
    let row = rows.next()
    while (row !== undefined) {
      const name = textIn(row)
      const buffer = new PartitionBuffer(this.#keys, this.#width, this.#frame)
      try {
        for (; row !== undefined && textIn(row) === name; row = rows.next()) buffer.add(row)
        yield { partition: buffer, numberOf: (at) => buffer.numberOf(at) }
      } finally {
        buffer.close()
      }
    }
  }

  close(): void {
    this.#rows.close()
  }

  #compare(a: readonly Value[], b: readonly Value[]): number {
    const [one, other] = [textIn(a), textIn(b)]
    if (one !== other) return one < other ? -1 : 1
    return comparedKeys(a, b, this.#keys)
  }
}

/** Behind the partition and the number. */
const columnsStart = 2

function comparedKeys(a: readonly Value[], b: readonly Value[], keys: readonly SortKeyPlan[]): number {
  for (let at = 0; at < keys.length; at += 1) {
    const found = compareKeys(a[columnsStart + at] as Value, b[columnsStart + at] as Value, keys[at] as SortKeyPlan)
    if (found !== 0) return found
  }
  return 0
}

function textIn(row: readonly Value[]): string {
  return (row[0] as Value & { readonly type: 'string' }).value
}

/** Rows of a page of a partition that has been spilled, and how many such pages are kept decoded. */
const pageRows = 256
const pagesMax = 32

/** The rows of one partition, in memory or, a page at a time, in a temporary file. */
class PartitionBuffer implements Partition {
  readonly #keys: readonly SortKeyPlan[]
  readonly #width: number
  readonly #frame: Frame
  readonly #holding: Holding
  #rows: Value[][] = []
  #pages: WindowRows | undefined
  readonly #decoded = new Map<number, Value[][]>()
  #last = -1
  #lastPage: Value[][] = []
  readonly endings: (() => void)[] = []
  size = 0

  constructor(keys: readonly SortKeyPlan[], width: number, frame: Frame) {
    this.#keys = keys
    this.#width = width
    this.#frame = frame
    this.#holding = new Holding(frame.memory)
  }

  add(row: Value[]): void {
    this.#frame.step()
    this.size += 1
    if (this.#pages !== undefined) {
      this.#addToPages(this.#pages, row)
      return
    }
    this.#rows.push(row)
    const hasRoom = this.#holding.hold(heapBytesOf(row, 24, this.#frame.memory.limits.memoryBytes))
    if (!hasRoom) this.#spill()
  }

  value(column: number, row: number): Value {
    return this.#row(row)[columnsStart + column] as Value
  }

  numberOf(row: number): number {
    return (this.#row(row)[1] as Value & { readonly type: 'int' }).value as number
  }

  beginsPeers(row: number): boolean {
    return row === 0 || comparedKeys(this.#row(row - 1), this.#row(row), this.#keys) !== 0
  }

  close(): void {
    this.#rows = []
    this.#holding.release()
    this.#pages?.close()
    this.#pages = undefined
  }

  #spill(): void {
    const pages = new WindowRows(columnsStart + this.#width, this.#frame, Number.POSITIVE_INFINITY)
    pages.spill()
    this.#pages = pages
    const rows = this.#rows
    this.size = 0
    for (const row of rows) {
      this.size += 1
      this.#addToPages(pages, row)
    }
    this.#rows = []
    this.#holding.release()
  }

  #addToPages(pages: WindowRows, row: Value[]): void {
    pages.add(row)
    if (this.size % pageRows === 0) pages.endPage()
  }

  #row(row: number): Value[] {
    if (this.#pages === undefined) return this.#rows[row] as Value[]
    const number = Math.floor(row / pageRows)
    if (number !== this.#last) {
      this.#lastPage = this.#page(number, this.#pages)
      this.#last = number
    }
    return this.#lastPage[row % pageRows] as Value[]
  }

  #page(number: number, pages: WindowRows): Value[][] {
    const known = this.#decoded.get(number)
    if (known !== undefined) return known
    pages.endPage()
    const page = pages.page(number)
    const [oldest] = this.#decoded.keys()
    if (this.#decoded.size === pagesMax && oldest !== undefined) this.#decoded.delete(oldest)
    this.#decoded.set(number, page)
    return page
  }
}
