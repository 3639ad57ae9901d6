import { detached } from '../values/binary-reader.ts'
import { IntegerIndex } from '../values/integer-index.ts'
import { int, type Value } from '../values/value.ts'
import { type AggregateColumn, RunningColumn } from './aggregate-columns.ts'
import { AggregateMemory } from './aggregate-memory.ts'
import type { Cursor, Frame } from './frame.ts'
import { groupBytes, type Grouping, integerGroupBytes, KeyMap } from './grouping.ts'
import { hashOfKeys } from './key-hash.ts'
import { forEachRow, restoreSlots } from './saved-rows.ts'
import { type FileRow, compareNumbers, numberAt, type RowStream } from './spill/row-file.ts'
import { SortedRuns } from './spill/sorted-rows.ts'
import { type RowTaker, WaitingRows } from './spill/waiting-rows.ts'
import { Holding } from './statement-memory.ts'
import { PackedColumn } from './packed-column.ts'

/**
 * Groups whose results take their rows as they come, in the order in which the groups begin. Those that begin while there
 * is room are given first. The rows of others wait in partitions (spill/waiting-rows.ts): the results of each partition are
 * written to a file, and given when all are known.
 */
export class RunningGroups implements Cursor, RowTaker {
  readonly #grouping: Grouping
  readonly #frame: Frame
  readonly #open: () => Cursor
  readonly #waiting: WaitingRows
  #isRead = false
  #rowCount = 0
  #groups: GroupsInMemory | undefined
  /** The next of the groups in memory that is to be given. */
  #position = 0
  #refused: readonly Value[] = []
  /** Results of groups that had to wait: the number of their first row, then what goes into the slots. */
  #results: SortedRuns | undefined
  #later: RowStream | undefined

  constructor(grouping: Grouping, open: () => Cursor, frame: Frame) {
    this.#grouping = grouping
    this.#frame = frame
    this.#open = open
    this.#waiting = new WaitingRows(frame, this)
  }

  next(): boolean {
    const values = this.#next()
    if (values === undefined) return false
    this.#frame.step()
    restoreSlots(this.#frame, this.#grouping.slots, values)
    return true
  }

  close(): void {
    this.#groups?.close()
    this.#waiting.close()
    this.#results?.close()
  }

  take(row: FileRow): boolean {
    const before = this.#frame.textBytes
    restoreSlots(this.#frame, this.#grouping.inputSlots, row, 1)
    const isTaken = this.#add(numberAt(row, 0))
    this.#frame.releaseTexts(before)
    return isTaken
  }

  hashAt(level: number): number {
    return hashOfKeys(this.#refused, level)
  }

  endKeys(): void {
    const groups = this.#groups
    this.#groups = undefined
    if (groups === undefined) return
    groups.finish()
    for (let at = 0; at < groups.count; at += 1)
      this.#results?.append([int(groups.firstRowOf(at)), ...groups.valuesOf(at)])
    this.#results?.endRun()
    groups.close()
  }

  #next(): Value[] | undefined {
    if (!this.#isRead) this.#readInput()
    const groups = this.#groups
    if (this.#later === undefined && groups !== undefined) {
      if (this.#position < groups.count) {
        this.#position += 1
        return groups.valuesOf(this.#position - 1)
      }
      groups.close()
      this.#groups = undefined
    }
    this.#later ??= this.#takeWaiting()
    return this.#later.next()?.slice(1)
  }

  #readInput(): void {
    this.#groups = new GroupsInMemory(this.#grouping, this.#frame)
    // Without GROUP BY there is one group, though no row may come.
    if (this.#grouping.keyCount === 0) this.#groups.begin([], 0)
    const add = () => {
      this.#rowCount += 1
      if (!this.#add(this.#rowCount)) this.#waiting.add([int(this.#rowCount), ...this.#grouping.save(this.#frame)])
    }
    this.#isRead = true
    forEachRow(this.#open(), add, this.#frame)
    this.#groups.finish()
  }

  #takeWaiting(): RowStream {
    if (this.#waiting.isEmpty) return { next: () => undefined }
    this.#results = new SortedRuns(compareNumbers, this.#frame)
    this.#waiting.takeAll()
    return this.#results.merged()
  }

  /** Takes the row that the frame holds; false when it is of a group for which there is no room. */
  #add(row: number): boolean {
    this.#groups ??= new GroupsInMemory(this.#grouping, this.#frame)
    const keys = this.#grouping.keysOf(this.#frame)
    const group = this.#groups.numberOf(keys) ?? this.#groups.begin(keys, row)
    if (group === undefined) this.#refused = keys
    else this.#groups.add(group)
    return group !== undefined
  }
}

/** As many groups as there is room for, in the order in which they begin. */
class GroupsInMemory {
  readonly #holding: Holding
  readonly #memory: AggregateMemory
  readonly #numbers = new KeyMap<number>()
  readonly #columns: readonly AggregateColumn[]
  readonly #bytes: number
  #keys: readonly PackedColumn[]
  #firstRows: number[] = []
  #isFull = false

  constructor({ aggregates, keyCount }: Grouping, frame: Frame) {
    this.#keys = Array.from({ length: keyCount }, () => new PackedColumn())
    this.#holding = new Holding(frame.memory)
    this.#memory = new AggregateMemory(frame, true)
    this.#columns = aggregates.map(
      (aggregate) => aggregate.column?.(frame, this.#memory) ?? new RunningColumn(aggregate, frame, this.#memory),
    )
    this.#bytes = this.#columns.reduce((sum, column) => sum + column.bytes, 0)
  }

  get count(): number {
    return this.#firstRows.length
  }

  numberOf(keys: readonly Value[]): number | undefined {
    return this.#numbers.get(keys)
  }

  /** The number of a new group; undefined when there is no room for it. */
  begin(keys: Value[], firstRow: number): number | undefined {
    if (this.#isFull || this.#memory.isFull) return undefined
    const own = keys.map(detached)
    const number = this.#firstRows.push(firstRow) - 1
    let bytes = this.#bytes + (isInteger(own) ? integerGroupBytes : groupBytes)
    for (let at = 0; at < own.length; at += 1) bytes += (this.#keys[at] as PackedColumn).set(number, own[at] as Value)
    for (const column of this.#columns) column.begin()
    this.#isFull = !this.#holding.hold(bytes)
    this.#numbers.set(own, number)
    return number
  }

  /** Takes the row that the frame holds. */
  add(group: number): void {
    for (let at = 0; at < this.#columns.length; at += 1) (this.#columns[at] as AggregateColumn).add(group)
  }

  /** After the last row. */
  finish(): void {
    this.#memory.distinct.finish()
  }

  firstRowOf(group: number): number {
    return this.#firstRows[group] as number
  }

  valuesOf(group: number): Value[] {
    return [...this.#keys.map((column) => column.get(group)), ...this.#columns.map((column) => column.result(group))]
  }

  close(): void {
    this.#keys = []
    this.#firstRows = []
    this.#numbers.clear()
    this.#memory.close()
    this.#holding.release()
  }
}

/** Whether keys are one that an IntegerIndex finds. */
function isInteger(keys: readonly Value[]): boolean {
  const [only] = keys
  return keys.length === 1 && only?.type === 'int' && IntegerIndex.takes(Number(only.value))
}
