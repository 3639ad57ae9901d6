import type { JoinOperator } from '../plan/plan.ts'
import { equalityKey } from '../values/compare.ts'
import { isAbsent, nullValue } from '../values/value.ts'
import { compileExpression } from './compile-expression.ts'
import { compileTests } from './compile-operators.ts'
import type { Compiler, Cursor, Evaluate, Frame, Open, Test } from './frame.ts'
import { compileOperator } from './operators.ts'
import { copySlots, forEachRow, restoreSlots, type SavedRow, savedCursor } from './saved-rows.ts'

/**
 * Joins. A nested loop opens its right side for every left row, so that documents read there count again and again
 * (QLDB's way: a six-way cross join of three documents reads 3 + 9 + … + 729). A hash join opens it once, counts its
 * documents once and finds partners by key. Both give the same rows in the same order: left rows in theirs, for each
 * its partners in the order of the right side.
 */
export function compileJoin(join: JoinOperator, compiler: Compiler): Open {
  const left = compileOperator(join.left, compiler)
  const right = compileOperator(join.right, compiler)
  const on = join.on.length === 0 ? undefined : compileTests(join.on, compiler)
  if (join.join === 'full') return (frame) => fullJoin(join, left, right, on, frame)
  const { hash } = join
  if (hash === undefined) return (frame) => new JoinCursor(join, left(frame), () => right(frame), on, frame)
  const leftKeys = hash.left.map((key) => compileExpression(key, compiler))
  const rightKeys = hash.right.map((key) => compileExpression(key, compiler))
  return (frame) => {
    let table: Map<string, SavedRow[]> | undefined
    const partners = (): Cursor => {
      table ??= hashed(right(frame), rightKeys, join.rightSlots, frame)
      return savedCursor(table.get(keyOf(leftKeys, frame) ?? absentKey) ?? noRows, join.rightSlots, frame)
    }
    return new JoinCursor(join, left(frame), partners, on, frame)
  }
}

class JoinCursor implements Cursor {
  readonly #keepsLeft: boolean
  readonly #rightSlots: readonly number[]
  readonly #left: Cursor
  readonly #openRight: () => Cursor
  readonly #on: Test | undefined
  readonly #frame: Frame
  #right: Cursor | undefined
  #matched = false

  constructor(join: JoinOperator, left: Cursor, openRight: () => Cursor, on: Test | undefined, frame: Frame) {
    this.#keepsLeft = join.join === 'left'
    this.#rightSlots = join.rightSlots
    this.#left = left
    this.#openRight = openRight
    this.#on = on
    this.#frame = frame
  }

  next(): boolean {
    for (;;) {
      if (this.#right === undefined) {
        if (!this.#left.next()) return false
        this.#matched = false
        this.#right = this.#openRight()
      }
      while (this.#right.next()) {
        if (this.#on !== undefined && !this.#on(this.#frame)) continue
        this.#matched = true
        return true
      }
      this.#right = undefined
      if (this.#keepsLeft && !this.#matched) {
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

const noRows: readonly SavedRow[] = []
/** No row has this key: NULL and MISSING equal nothing. */
const absentKey = ''

/** One text for the keys of a row; undefined when one of them is absent. */
function keyOf(keys: readonly Evaluate[], frame: Frame): string | undefined {
  let text = 'k'
  for (const key of keys) {
    const value = key(frame)
    if (isAbsent(value)) return undefined
    const part = equalityKey(value)
    text += `${part.length}:${part}`
  }
  return text
}

function hashed(
  rows: Cursor,
  keys: readonly Evaluate[],
  slots: readonly number[],
  frame: Frame,
): Map<string, SavedRow[]> {
  const table = new Map<string, SavedRow[]>()
  forEachRow(rows, () => {
    const key = keyOf(keys, frame)
    if (key === undefined) return
    const row = copySlots(frame, slots)
    const bucket = table.get(key)
    if (bucket === undefined) table.set(key, [row])
    else bucket.push(row)
  })
  return table
}

/** A full join holds its right side, to give in the end the rows there that found no partner. */
function fullJoin(join: JoinOperator, openLeft: Open, openRight: Open, on: Test | undefined, frame: Frame): Cursor {
  const rows: SavedRow[] = []
  forEachRow(openRight(frame), () => rows.push(copySlots(frame, join.rightSlots)))
  const found = new Set<SavedRow>()
  const left = openLeft(frame)
  const { leftSlots, rightSlots } = join
  const partners = function* (): Generator<boolean> {
    while (left.next()) {
      let matched = false
      const saved = copySlots(frame, leftSlots)
      for (const row of rows) {
        restoreSlots(frame, leftSlots, saved)
        restoreSlots(frame, rightSlots, row)
        frame.step()
        if (on !== undefined && !on(frame)) continue
        matched = true
        found.add(row)
        yield true
      }
      if (matched) continue
      for (const slot of rightSlots) frame.slots[slot] = nullValue
      yield true
    }
    for (const row of rows) {
      if (found.has(row)) continue
      for (const slot of leftSlots) frame.slots[slot] = nullValue
      restoreSlots(frame, rightSlots, row)
      yield true
    }
  }
  const all = partners()
  return { next: () => all.next().done !== true, close: () => left.close() }
}
