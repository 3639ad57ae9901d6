import { detached } from '../values/binary-reader.ts'
import { int, type Value } from '../values/value.ts'
import { AggregateMemory } from './aggregate-memory.ts'
import type { Cursor, Frame } from './frame.ts'
import type { RunningAggregate } from './group.ts'
import { groupBytes, type Grouping, KeyMap } from './grouping.ts'
import { heapBytesOf } from './heap-bytes.ts'
import { hashOfKeys } from './key-hash.ts'
import { forEachRow, restoreSlots } from './saved-rows.ts'
import { type FileRow, compareNumbers, numberAt, type RowStream } from './spill/row-file.ts'
import { SortedRows } from './spill/sorted-rows.ts'
import { type RowTaker, WaitingRows } from './spill/waiting-rows.ts'
import { Holding } from './statement-memory.ts'

/**
 * Groups whose results hold the values of their rows: each is made when it is given, in the order in which groups begin.
 * Rows are sorted by the first row of their group. Those of groups for which there is no room wait in partitions until
 * that is known (spill/waiting-rows.ts).
 */
export class CollectingGroups implements Cursor, RowTaker {
  readonly #grouping: Grouping
  readonly #frame: Frame
  readonly #open: () => Cursor
  readonly #waiting: WaitingRows
  readonly #holding: Holding
  /** The number of the first row of each group. */
  readonly #firstRows = new KeyMap<number>()
  #isFull = false
  #refused: readonly Value[] = []
  #rowCount = 0
  /** Rows with the number of their group's first one before them. */
  readonly #rows: SortedRows
  #sorted: RowStream | undefined
  /** The first row of the next group. */
  #row: Value[] | undefined

  constructor(grouping: Grouping, open: () => Cursor, frame: Frame) {
    this.#grouping = grouping
    this.#frame = frame
    this.#open = open
    this.#waiting = new WaitingRows(frame, this)
    this.#holding = new Holding(frame.memory)
    this.#rows = new SortedRows(compareNumbers, frame)
  }

  next(): boolean {
    let isDue = this.#row !== undefined
    if (this.#sorted === undefined) {
      this.#sorted = this.#sort()
      this.#row = this.#sorted.next()
      // Without GROUP BY there is one group, though no row may come.
      isDue = this.#row !== undefined || this.#grouping.keyCount === 0
    }
    if (!isDue) return false
    this.#frame.step()
    restoreSlots(this.#frame, this.#grouping.slots, this.#makeGroup())
    return true
  }

  close(): void {
    this.#waiting.close()
    this.#rows.close()
    this.endKeys()
  }

  take(row: FileRow): boolean {
    const before = this.#frame.textBytes
    restoreSlots(this.#frame, this.#grouping.inputSlots, row, 1)
    const firstRow = this.#firstRowOf(numberAt(row, 0))
    this.#frame.releaseTexts(before)
    if (firstRow !== undefined) this.#rows.add([int(firstRow), ...row.slice(1)])
    return firstRow !== undefined
  }

  hashAt(level: number): number {
    return hashOfKeys(this.#refused, level)
  }

  endKeys(): void {
    this.#firstRows.clear()
    this.#isFull = false
    this.#holding.release()
  }

  #sort(): RowStream {
    const add = () => {
      this.#rowCount += 1
      const firstRow = this.#firstRowOf(this.#rowCount)
      const saved = this.#grouping.save(this.#frame)
      if (firstRow === undefined) this.#waiting.add([int(this.#rowCount), ...saved])
      else this.#rows.add([int(firstRow), ...saved])
    }
    forEachRow(this.#open(), add, this.#frame)
    this.endKeys()
    this.#waiting.takeAll()
    // Results hold values of the rows, so these make room for them.
    const { memory } = this.#frame
    if (memory.used > memory.limits.memoryBytes / 2) this.#rows.spill()
    return this.#rows.sorted()
  }

  /** The first row of the group to which the row belongs that the frame holds; undefined when there is no room for it. */
  #firstRowOf(row: number): number | undefined {
    const keys = this.#grouping.keysOf(this.#frame)
    const known = this.#firstRows.get(keys)
    if (known !== undefined) return known
    if (this.#isFull) {
      this.#refused = keys
      return undefined
    }
    const own = keys.map(detached)
    // Most of the memory is for the results.
    const hasRoom = this.#holding.hold(heapBytesOf(own, groupBytes))
    this.#isFull = !hasRoom || this.#holding.bytes > this.#frame.memory.limits.memoryBytes / 4
    this.#firstRows.set(own, row)
    return row
  }

  /** The keys and results of the next group. */
  #makeGroup(): Value[] {
    const { keysOf, memberOf, bagOf } = this.#grouping
    const frame = this.#frame
    const memory = new AggregateMemory(frame, true)
    const aggregates = this.#grouping.aggregates.map((aggregate) => aggregate.start(frame, memory))
    const members: Value[] = []
    const first = this.#row
    if (first !== undefined) restoreSlots(this.#frame, this.#grouping.inputSlots, first, 1)
    const keys = keysOf(frame).map(detached)
    while (this.#row !== undefined && numberAt(this.#row, 0) === numberAt(first as Value[], 0)) {
      this.#take(this.#row, aggregates, members, memory)
      this.#row = this.#sorted?.next()
    }
    memory.distinct.finish()
    const results = aggregates.map((aggregate) => aggregate.result())
    if (memberOf !== undefined) results.push(bagOf(members, frame))
    memory.close()
    return [...keys, ...results]
  }

  #take(row: Value[], aggregates: readonly RunningAggregate[], members: Value[], memory: AggregateMemory): void {
    const { memberOf } = this.#grouping
    this.#frame.step()
    restoreSlots(this.#frame, this.#grouping.inputSlots, row, 1)
    for (const aggregate of aggregates) aggregate.add()
    if (memberOf === undefined) return
    const member = memberOf(this.#frame)
    memory.collect(member, 8)
    members.push(member)
  }
}
