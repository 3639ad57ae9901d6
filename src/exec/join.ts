import type { JoinOperator } from '../plan/plan.ts'
import type { TextPlace } from '../values/lazy-values.ts'
import { nullValue } from '../values/value.ts'
import { compileTests } from './compile-operators.ts'
import { Alone, type Doubts } from './doubts.ts'
import type { Cursor, Frame, Open, Test } from './frame.ts'
import type { Compiler } from './compiler.ts'
import { heapBytesOf } from './heap-bytes.ts'
import { fullHashJoin, fullJoin } from './full-join.ts'
import { compileHash, entryBytes, type HashKeys, type Saves } from './join-keys.ts'
import { JoinTable, noRow } from './join-table.ts'
import { compileOperator } from './operators.ts'
import { compileSave, forEachRow, restoreSlots, type SavedRow, type SaveRow } from './saved-rows.ts'
import { SpilledJoin } from './spilled-join.ts'
import { Holding } from './statement-memory.ts'

/**
 * Joins. A nested loop opens its right side for every left row, so that documents read there count again and again
 * (QLDB's way: a six-way cross join of three documents reads 3 + 9 + … + 729). A hash join opens it once, counts its
 * documents once and finds partners by key. Both give the same rows in the same order: left rows in theirs, for each
 * its partners in the order of the right side.
 */
export function compileJoin(join: JoinOperator, compiler: Compiler): Open {
  const left = compileOperator(join.left, compiler)
  const right = compileOperator(join.right, compiler)
  const on = join.on.length === 0 ? undefined : compileTests(join.on, compiler.family.read)
  const hash = join.hash && compileHash(join.hash, compiler)
  const saves = { left: compileLater(join.leftSlots, compiler), right: compileLater(join.rightSlots, compiler) }
  const { doubts } = compiler
  if (join.join === 'full') {
    if (hash === undefined) return (frame) => fullJoin(join, left, right, saves, on, frame, doubts)
    return (frame) => fullHashJoin(join, left, right, saves, hash, on, frame, doubts)
  }
  if (hash === undefined) return (frame) => new JoinCursor(join, left(frame), () => right(frame), on, frame, doubts)
  return (frame) => {
    const partners = new Partners(join, right, hash, saves, on, frame, doubts)
    return new HashJoinCursor(join, left(frame), partners, on, frame)
  }
}

/** Made when a row is first saved: each of many joins has all slots of those before it on its left. */
function compileLater(slots: readonly number[], compiler: Compiler): SaveRow {
  let save: SaveRow | undefined
  return (frame) => {
    save ??= compileSave(slots, compiler)
    return save(frame)
  }
}

class JoinCursor implements Cursor {
  readonly #keepsLeft: boolean
  readonly #rightSlots: readonly number[]
  readonly #left: Cursor
  readonly #openRight: () => Cursor
  readonly #on: Test | undefined
  readonly #frame: Frame
  readonly #alone: Alone
  #right: Cursor | undefined
  #matched = false

  constructor(
    join: JoinOperator,
    left: Cursor,
    openRight: () => Cursor,
    on: Test | undefined,
    frame: Frame,
    doubts: Doubts | undefined,
  ) {
    this.#alone = new Alone(doubts)
    this.#keepsLeft = join.join === 'left'
    this.#rightSlots = join.rightSlots
    this.#left = left
    this.#openRight = openRight
    this.#on = on
    this.#frame = frame
  }

  next(): boolean {
    const before = this.#frame.textBytes
    for (;;) {
      if (this.#right === undefined) {
        if (!this.#left.next()) return false
        this.#matched = false
        this.#alone.start()
        this.#right = this.#openRight()
      }
      while (this.#right.next()) {
        if (this.#on !== undefined && !this.#on(this.#frame)) {
          this.#frame.releaseTexts(before)
          continue
        }
        this.#matched = true
        return true
      }
      this.#right = undefined
      if (this.#keepsLeft && !this.#matched && this.#alone.isSure) {
        for (const slot of this.#rightSlots) this.#frame.slots[slot] = nullValue
        return true
      }
    }
  }

  close(): void {
    this.#right?.close()
    this.#left.close()
  }
}

/** Left rows, each with the rows that its keys find. */
class HashJoinCursor implements Cursor {
  readonly #keepsLeft: boolean
  readonly #rightSlots: readonly number[]
  readonly #left: Cursor
  readonly #partners: Partners
  readonly #on: Test | undefined
  readonly #frame: Frame
  /** The next partner of the present left row, if there is one. */
  #row = noRow
  #isInRow = false
  #matched = false

  constructor(join: JoinOperator, left: Cursor, partners: Partners, on: Test | undefined, frame: Frame) {
    this.#keepsLeft = join.join === 'left'
    this.#rightSlots = join.rightSlots
    this.#left = left
    this.#partners = partners
    this.#on = on
    this.#frame = frame
  }

  next(): boolean {
    const frame = this.#frame
    for (;;) {
      if (this.#partners.spilled !== undefined) return this.#partners.spilled.next()
      while (this.#row !== noRow) {
        frame.step()
        this.#row = this.#partners.take(this.#row)
        if (this.#on !== undefined && !this.#on(frame)) continue
        this.#matched = true
        return true
      }
      if (this.#isInRow) {
        this.#isInRow = false
        if (this.#keepsLeft && !this.#matched && this.#partners.areSure) {
          for (const slot of this.#rightSlots) frame.slots[slot] = nullValue
          return true
        }
      }
      if (!this.#left.next()) return false
      this.#row = this.#partners.firstOfRow()
      if (this.#partners.spilled !== undefined) this.#partners.addLeft(this.#left)
      this.#isInRow = true
      this.#matched = false
    }
  }

  close(): void {
    this.#left.close()
    this.#partners.close()
  }
}

const noBytes = new Uint8Array(0)

/** The right side of a hash join, read when the first left row asks. When it outgrows the memory, `spilled` does the join. */
class Partners {
  readonly #join: JoinOperator
  readonly #open: Open
  readonly #keys: HashKeys
  readonly #saves: Saves
  readonly #on: Test | undefined
  readonly #frame: Frame
  readonly #place: TextPlace = { bytes: noBytes, start: 0, end: 0 }
  readonly #holding: Holding
  /** Whether the right side, and the present left row, lack no row by something in doubt. */
  readonly #side: Alone
  readonly #row: Alone
  #table: JoinTable | undefined
  spilled: SpilledJoin | undefined

  constructor(
    join: JoinOperator,
    open: Open,
    keys: HashKeys,
    saves: Saves,
    on: Test | undefined,
    frame: Frame,
    doubts: Doubts | undefined,
  ) {
    this.#side = new Alone(doubts)
    this.#row = new Alone(doubts)
    this.#join = join
    this.#open = open
    this.#keys = keys
    this.#saves = saves
    this.#on = on
    this.#frame = frame
    this.#holding = new Holding(frame.memory)
  }

  /** The first one of the left row that the frame holds; none when the join is spilled. NULL and MISSING equal nothing. */
  firstOfRow(): number {
    this.#table ??= this.#read()
    this.#row.start()
    if (this.spilled !== undefined) return noRow
    if (this.#keys.leftText?.(this.#frame, this.#place) === true) return this.#table.firstOfText(this.#place)
    const key = this.#keys.left(this.#frame)
    return key === undefined ? noRow : this.#table.firstOf(key)
  }

  /** Puts a row into its slots, and gives the next one of its key. */
  take(row: number): number {
    const table = this.#table as JoinTable
    table.restore(row, this.#frame)
    return table.nextOf(row)
  }

  /** Whether a left row without any surely has none. */
  get areSure(): boolean {
    return this.#side.wasSure && this.#row.isSure
  }

  /** Gives the spilled join the row that the frame holds and all after it. */
  addLeft(left: Cursor): void {
    do this.spilled?.addLeft(this.#keys.left(this.#frame), this.#saves.left(this.#frame))
    while (left.next())
  }

  close(): void {
    this.#table = undefined
    this.#holding.release()
    this.spilled?.close()
  }

  #read(): JoinTable {
    const table = new JoinTable(this.#join.rightSlots)
    const frame = this.#frame
    this.#side.start()
    forEachRow(this.#open(frame), () => {
      const key = this.#keys.right(frame)
      if (key === undefined) return
      const row = this.#saves.right(frame)
      if (this.spilled !== undefined) {
        this.spilled.addRight(key, row)
        return
      }
      const bytes = heapBytesOf(row, entryBytes, frame.memory.limits.memoryBytes)
      table.add(key, row)
      if (!this.#holding.hold(bytes)) this.#spill(table, row)
    })
    this.#side.end()
    return table
  }

  /** Moves the table to the files; `present`: the row that the frame holds. */
  #spill(table: JoinTable, present: SavedRow): void {
    const { rightSlots } = this.#join
    const spilled = new SpilledJoin(this.#join, this.#on, this.#frame, this.#side)
    for (const row of table.rows()) {
      restoreSlots(this.#frame, rightSlots, row)
      spilled.addRight(this.#keys.right(this.#frame), row)
    }
    restoreSlots(this.#frame, rightSlots, present)
    table.clear()
    this.#holding.release()
    this.spilled = spilled
  }
}
