import type { SortKeyPlan } from '../plan/plan.ts'
import type { Value } from '../values/value.ts'
import type { Frame } from './frame.ts'
import { heapBytesOf } from './heap-bytes.ts'
import { compareKeys } from './key-columns.ts'
import { SortedRuns } from './spill/sorted-rows.ts'
import { Holding } from './statement-memory.ts'
import type { HeldWindow } from './window-held.ts'
import type { Partition } from './window-partition.ts'
import { WindowRows } from './window-rows.ts'

/** Rows of a window that outgrow memory: in temporary files, in runs sorted by partition and ORDER BY; read a partition at a time. */
export class SpilledWindow {
  readonly #keys: readonly SortKeyPlan[]
  readonly #width: number
  readonly #frame: Frame
  readonly #runs: SortedRuns

  constructor(keys: readonly SortKeyPlan[], width: number, frame: Frame) {
    this.#keys = keys
    this.#width = width
    this.#frame = frame
    this.#runs = new SortedRuns((a, b) => this.#compare(a, b), frame)
  }

  /** Takes the rows that follow those taken before. */
  add(rows: HeldWindow): void {
    this.#runs.add(rows.sorted())
  }

  *partitions(): Generator<{ readonly partition: Partition; numberOf(row: number): number }> {
    const rows = this.#runs.merged()
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
    this.#runs.close()
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

/** Maximum rows and estimated bytes of a page of a partition, and maximum pages kept decoded. */
const pageRows = 256
const pageBytes = 256 * 1024
const pagesMax = 32

/** The rows of one partition: all but the last ones in pages of bytes, which lie in memory or in a temporary file. */
class PartitionBuffer implements Partition {
  readonly #keys: readonly SortKeyPlan[]
  readonly #width: number
  readonly #frame: Frame
  readonly #holding: Holding
  /** The rows behind the last page. */
  #tail: Value[][] = []
  #tailBytes = 0
  #pages: WindowRows | undefined
  /** The first row of each page, and of the tail. */
  readonly #starts = [0]
  readonly #decoded = new Map<number, Value[][]>()
  /** The page that was read last: its first row, and the rows. */
  #start = 0
  #page: Value[][] = []
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
    this.#tail.push(row)
    const bytes = heapBytesOf(row, 24, this.#frame.memory.limits.memoryBytes)
    this.#tailBytes += bytes
    const hasRoom = this.#holding.hold(bytes)
    if (hasRoom && this.#tail.length < pageRows && this.#tailBytes < pageBytes) return
    this.#endPage(hasRoom)
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
    this.#tail = []
    this.#holding.release()
    this.#pages?.close()
    this.#pages = undefined
  }

  /** Makes a page of the tail. Without room the pages go to a file. */
  #endPage(hasRoom: boolean): void {
    this.#pages ??= new WindowRows(columnsStart + this.#width, this.#frame, Number.POSITIVE_INFINITY)
    const pages = this.#pages
    const before = pages.held
    for (const row of this.#tail) pages.add(row)
    pages.endPage()
    this.#starts.push(this.size)
    this.#tail = []
    this.#holding.release(this.#tailBytes)
    this.#tailBytes = 0
    if (this.#holding.hold(Math.max(0, pages.held - before)) && hasRoom) return
    pages.spill()
    this.#holding.release()
  }

  #row(row: number): Value[] {
    if (row < this.#start || row >= this.#start + this.#page.length) this.#seek(row)
    return this.#page[row - this.#start] as Value[]
  }

  /** Makes the page of a row the one that is read. */
  #seek(row: number): void {
    const starts = this.#starts
    let [low, high] = [0, starts.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] as number) <= row) low = middle
      else high = middle - 1
    }
    this.#start = starts[low] as number
    this.#page = low === starts.length - 1 ? this.#tail : this.#decode(low)
  }

  #decode(number: number): Value[][] {
    const known = this.#decoded.get(number)
    if (known !== undefined) return known
    const page = this.#pages?.page(number) ?? []
    const [oldest] = this.#decoded.keys()
    if (this.#decoded.size === pagesMax && oldest !== undefined) this.#decoded.delete(oldest)
    this.#decoded.set(number, page)
    return page
  }
}
