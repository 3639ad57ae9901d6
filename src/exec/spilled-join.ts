import type { JoinOperator } from '../plan/plan.ts'
import { equalityKey } from '../values/compare.ts'
import { int, nullValue, string, type Value } from '../values/value.ts'
import type { Alone } from './doubts.ts'
import type { Cursor, Frame, Test } from './frame.ts'
import { restoreSlots, type SavedRow } from './saved-rows.ts'
import { KeptRows } from './spill/kept-rows.ts'
import { compareNumbers, numberAt, type RowStream } from './spill/row-file.ts'
import { SortedRows } from './spill/sorted-rows.ts'

/** Right rows without a partner come after all left ones. */
const afterLeftRows = 2 ** 52

/**
 * A hash join whose right side outgrew the memory: both sides are sorted by their keys and merged, and what that gives is
 * put back into the order of the left side. Add the right rows, then the left ones, then read.
 */
export class SpilledJoin implements Cursor {
  readonly #join: JoinOperator
  readonly #on: Test | undefined
  readonly #frame: Frame
  readonly #alone: Alone
  readonly #left: SortedRows
  readonly #right: SortedRows
  /** Begin with a number that puts them in order. */
  readonly #joined: SortedRows
  readonly #leftNulls: Value[]
  readonly #rightNulls: Value[]
  #leftCount = 0
  #rightCount = 0
  #rows: RowStream | undefined

  constructor(join: JoinOperator, on: Test | undefined, frame: Frame, alone: Alone) {
    this.#alone = alone
    this.#join = join
    this.#on = on
    this.#frame = frame
    this.#left = new SortedRows(compareKeys, frame)
    this.#right = new SortedRows(compareKeys, frame)
    this.#joined = new SortedRows(compareNumbers, frame)
    this.#leftNulls = join.leftSlots.map(() => nullValue)
    this.#rightNulls = join.rightSlots.map(() => nullValue)
  }

  /** `key`: undefined when it equals none. */
  addRight(key: Value | undefined, row: SavedRow): void {
    this.#rightCount += 1
    if (key !== undefined) this.#right.add([string(equalityKey(key)), int(this.#rightCount), ...row])
    else this.#giveRight(this.#rightCount, row)
  }

  addLeft(key: Value | undefined, row: SavedRow): void {
    this.#leftCount += 1
    if (key !== undefined) this.#left.add([string(equalityKey(key)), int(this.#leftCount), ...row])
    else this.#giveLeft(this.#leftCount, row)
  }

  /** The rows of the join, in its order: all of them have been added. */
  next(): boolean {
    this.#rows ??= this.#merge()
    const row = this.#rows.next()
    if (row === undefined) return false
    this.#frame.step()
    const { leftSlots, rightSlots } = this.#join
    const { slots } = this.#frame
    for (let at = 0; at < leftSlots.length; at += 1) slots[leftSlots[at] as number] = row[at + 1] as Value
    const first = leftSlots.length + 1
    for (let at = 0; at < rightSlots.length; at += 1) slots[rightSlots[at] as number] = row[first + at] as Value
    return true
  }

  close(): void {
    for (const rows of [this.#left, this.#right, this.#joined]) rows.close()
  }

  #merge(): RowStream {
    const left = this.#left.sorted()
    const right = this.#right.sorted()
    let rightRow = right.next()
    for (let row = left.next(); row !== undefined; ) {
      while (rightRow !== undefined && compareKeys(rightRow, row) < 0) {
        this.#giveRight(numberAt(rightRow, 1), rightRow.slice(2))
        rightRow = right.next()
      }
      const partners = new KeptRows(this.#frame.memory)
      const first = row
      for (; rightRow !== undefined && compareKeys(rightRow, first) === 0; rightRow = right.next()) {
        partners.add(rightRow.slice(1))
      }
      const found = new Uint8Array(this.#join.join === 'full' ? partners.count : 0)
      for (; row !== undefined && compareKeys(row, first) === 0; row = left.next()) this.#match(row, partners, found)
      this.#giveUnmatched(partners, found)
      partners.close()
    }
    for (; rightRow !== undefined; rightRow = right.next()) this.#giveRight(numberAt(rightRow, 1), rightRow.slice(2))
    for (const rows of [this.#left, this.#right]) rows.close()
    return this.#joined.sorted()
  }

  /** Gives a left row with each of the right rows that have its key. */
  #match(leftRow: readonly Value[], partners: KeptRows, found: Uint8Array): void {
    const frame = this.#frame
    const number = numberAt(leftRow, 1)
    const own = leftRow.slice(2)
    const rows = partners.read()
    let matched = false
    let position = 0
    for (let row = rows.next(); row !== undefined; row = rows.next()) {
      frame.step()
      const partner = row.slice(1)
      restoreSlots(frame, this.#join.leftSlots, own)
      restoreSlots(frame, this.#join.rightSlots, partner)
      if (this.#on === undefined || this.#on(frame)) {
        matched = true
        found[position] = 1
        this.#joined.add([int(number), ...own, ...partner])
      }
      position += 1
    }
    if (!matched) this.#giveLeft(number, own)
  }

  #giveUnmatched(partners: KeptRows, found: Uint8Array): void {
    if (this.#join.join !== 'full') return
    const rows = partners.read()
    let position = 0
    for (let row = rows.next(); row !== undefined; row = rows.next()) {
      if (found[position] === 0) this.#giveRight(numberAt(row, 0), row.slice(1))
      position += 1
    }
  }

  /** A left row without a partner. */
  #giveLeft(number: number, row: SavedRow): void {
    if (this.#join.join !== 'inner' && this.#alone.isSure) this.#joined.add([int(number), ...row, ...this.#rightNulls])
  }

  /** A right row without a partner. */
  #giveRight(number: number, row: SavedRow): void {
    if (this.#join.join === 'full' && this.#alone.isSure)
      this.#joined.add([int(afterLeftRows + number), ...this.#leftNulls, ...row])
  }
}

function compareKeys(a: readonly Value[], b: readonly Value[]): number {
  const x = (a[0] as { value: string }).value
  const y = (b[0] as { value: string }).value
  return x < y ? -1 : x > y ? 1 : 0
}
