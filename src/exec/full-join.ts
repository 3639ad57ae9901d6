import type { JoinOperator } from '../plan/plan.ts'
import { nullValue, type Value } from '../values/value.ts'
import { Alone, type Doubts } from './doubts.ts'
import type { Cursor, Frame, Open, Test } from './frame.ts'
import { heapBytesOf } from './heap-bytes.ts'
import { entryBytes, type HashKeys, type Saves } from './join-keys.ts'
import { forEachRow, restoreSlots, type SavedRow, type SaveRow } from './saved-rows.ts'
import { KeptRows } from './spill/kept-rows.ts'
import { SpilledJoin } from './spilled-join.ts'
import { Holding } from './statement-memory.ts'
import { ValueMap } from './value-map.ts'

const noRows: readonly never[] = []

/** A full join holds its right side, to give in the end the rows there that found no partner. */
export function fullJoin(
  join: JoinOperator,
  openLeft: Open,
  openRight: Open,
  saves: Saves,
  on: Test | undefined,
  frame: Frame,
  doubts: Doubts | undefined,
): Cursor {
  const kept = new KeptRows(frame.memory)
  const alone = new Alone(doubts)
  forEachRow(openRight(frame), () => kept.add(saves.right(frame)))
  const found = new Uint8Array(kept.count)
  const left = openLeft(frame)
  const { leftSlots, rightSlots } = join
  const partners = function* (): Generator<boolean> {
    while (left.next()) {
      let matched = false
      const saved = saves.left(frame)
      let position = 0
      const rows = kept.read()
      for (let row = rows.next(); row !== undefined; row = rows.next()) {
        restoreSlots(frame, leftSlots, saved)
        restoreSlots(frame, rightSlots, row)
        frame.step()
        position += 1
        if (on !== undefined && !on(frame)) continue
        matched = true
        found[position - 1] = 1
        yield true
      }
      if (matched || !alone.isSure) continue
      for (const slot of rightSlots) frame.slots[slot] = nullValue
      yield true
    }
    let position = 0
    const rows = kept.read()
    for (let row = rows.next(); row !== undefined; row = rows.next()) {
      position += 1
      if (found[position - 1] === 1 || !alone.isSure) continue
      for (const slot of leftSlots) frame.slots[slot] = nullValue
      restoreSlots(frame, rightSlots, row)
      yield true
    }
  }
  return generatedCursor(partners(), left, kept)
}

function generatedCursor(rows: Generator<boolean>, left: Cursor, held: { close(): void }): Cursor {
  return {
    next: () => rows.next().done !== true,
    close() {
      left.close()
      held.close()
    },
  }
}

/** The same with keys. */
export function fullHashJoin(
  join: JoinOperator,
  openLeft: Open,
  openRight: Open,
  saves: Saves,
  keys: HashKeys,
  on: Test | undefined,
  frame: Frame,
  doubts: Doubts | undefined,
): Cursor {
  const alone = new Alone(doubts)
  const right = new FullRight({ join, open: openRight, keys, save: saves.right, on, frame, alone })
  const left = openLeft(frame)
  if (right.spilled !== undefined) {
    forEachRow(left, () => right.spilled?.addLeft(keys.left(frame), saves.left(frame)))
    return right.spilled
  }
  const { leftSlots, rightSlots } = join
  const found = new Set<SavedRow>()
  const partners = function* (): Generator<boolean> {
    while (left.next()) {
      let matched = false
      const saved = saves.left(frame)
      for (const row of right.partners(keys.left(frame))) {
        restoreSlots(frame, leftSlots, saved)
        restoreSlots(frame, rightSlots, row)
        frame.step()
        if (on !== undefined && !on(frame)) continue
        matched = true
        found.add(row)
        yield true
      }
      if (matched || !alone.isSure) continue
      for (const slot of rightSlots) frame.slots[slot] = nullValue
      yield true
    }
    for (const row of right.rows) {
      if (found.has(row) || !alone.isSure) continue
      for (const slot of leftSlots) frame.slots[slot] = nullValue
      restoreSlots(frame, rightSlots, row)
      yield true
    }
  }
  return generatedCursor(partners(), left, right)
}

interface FullParts {
  readonly join: JoinOperator
  readonly open: Open
  readonly keys: HashKeys
  readonly save: SaveRow
  readonly on: Test | undefined
  readonly frame: Frame
  readonly alone: Alone
}

/** The right side of a full join, in its order and by its keys, or in files. */
class FullRight {
  readonly #holding: Holding
  readonly #table = new ValueMap<SavedRow[]>()
  rows: SavedRow[] = []
  spilled: SpilledJoin | undefined

  constructor(parts: FullParts) {
    const { open, keys, save, frame } = parts
    this.#holding = new Holding(frame.memory)
    forEachRow(open(frame), () => {
      const key = keys.right(frame)
      const row = save(frame)
      if (this.spilled !== undefined) this.spilled.addRight(key, row)
      else if (!this.#add(key, row, frame)) this.#spill(parts)
    })
  }

  partners(key: Value | undefined): readonly SavedRow[] {
    return (key && this.#table.get(key)) ?? noRows
  }

  close(): void {
    this.rows = []
    this.#holding.release()
  }

  #add(key: Value | undefined, row: SavedRow, frame: Frame): boolean {
    this.rows.push(row)
    const same = key && this.#table.get(key)
    if (same !== undefined) same.push(row)
    else if (key !== undefined) this.#table.set(key, [row])
    return this.#holding.hold(heapBytesOf(row, 2 * entryBytes, frame.memory.limits.memoryBytes))
  }

  #spill({ join, keys, on, frame, alone }: FullParts): void {
    this.spilled = new SpilledJoin(join, on, frame, alone)
    // The last one is that of the frame, whose slots are then as they were.
    for (const row of this.rows) {
      restoreSlots(frame, join.rightSlots, row)
      this.spilled.addRight(keys.right(frame), row)
    }
    this.#table.clear()
    this.close()
  }
}
