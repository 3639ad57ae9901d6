import type { JoinOperator, PlanExpression } from '../plan/plan.ts'
import type { TextPlace } from '../values/binary-value-reader.ts'
import { isAbsent, nullValue, string, type Value } from '../values/value.ts'
import { compileExpression } from './compile-expression.ts'
import { compileTests } from './compile-operators.ts'
import { compileFindText, type FindText } from './field-path.ts'
import type { Compiler, Cursor, Frame, Open, Test } from './frame.ts'
import { compileOperator } from './operators.ts'
import { compileSave, forEachRow, restoreSlots, type SavedRow, type SaveRow } from './saved-rows.ts'
import { tupleKey, ValueMap } from './value-map.ts'

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
  const hash = join.hash && {
    left: compileKeys(join.hash.left, compiler.family.read),
    leftText: join.hash.left.length === 1 ? compileFindText(join.hash.left[0] as PlanExpression, compiler) : undefined,
    right: compileKeys(join.hash.right, compiler.family.read),
  }
  const save = compileSave(join.rightSlots, compiler)
  if (join.join === 'full') {
    const saves = { left: compileSave(join.leftSlots, compiler), right: save }
    return (frame) => fullJoin(join, left, right, saves, hash, on, frame)
  }
  if (hash === undefined) return (frame) => new JoinCursor(join, left(frame), () => right(frame), on, frame)
  return (frame) => {
    const partners = new Partners(right, hash, save, frame)
    return new HashJoinCursor(join, left(frame), partners, on, frame)
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

/** Left rows, each with the rows that its keys find. */
class HashJoinCursor implements Cursor {
  readonly #keepsLeft: boolean
  readonly #rightSlots: readonly number[]
  readonly #left: Cursor
  readonly #partners: Partners
  readonly #on: Test | undefined
  readonly #frame: Frame
  /** The partners of the present left row, slot after slot and row after row; undefined before it and after it. */
  #rows: readonly Value[] | undefined
  #position = 0
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
      const rows = this.#rows
      if (rows !== undefined) {
        while (this.#position < rows.length) {
          frame.step()
          this.#takeRow(rows)
          if (this.#on !== undefined && !this.#on(frame)) continue
          this.#matched = true
          return true
        }
        this.#rows = undefined
        if (this.#keepsLeft && !this.#matched) {
          for (const slot of this.#rightSlots) frame.slots[slot] = nullValue
          return true
        }
      }
      if (!this.#left.next()) return false
      this.#rows = this.#partners.ofRow()
      this.#position = 0
      this.#matched = false
    }
  }

  #takeRow(rows: readonly Value[]): void {
    const slots = this.#rightSlots
    for (let at = 0; at < slots.length; at += 1) {
      this.#frame.slots[slots[at] as number] = rows[this.#position] as Value
      this.#position += 1
    }
  }

  close(): void {
    this.#left.close()
  }
}

const noRows: readonly never[] = []
const noBytes = new Uint8Array(0)

/** The keys of a row as one value: the only key itself, a text for several; undefined when one of them is absent. */
type RowKey = (frame: Frame) => Value | undefined

interface HashKeys {
  readonly left: RowKey
  /** The left row's only key where it is a string in a stored document. */
  readonly leftText: FindText | undefined
  readonly right: RowKey
}

function compileKeys(keys: readonly PlanExpression[], compiler: Compiler): RowKey {
  const evaluate = keys.map((key) => compileExpression(key, compiler))
  const [only, second] = evaluate
  if (only !== undefined && second === undefined) {
    return (frame) => {
      const value = only(frame)
      return isAbsent(value) ? undefined : value
    }
  }
  return (frame) => {
    const values: Value[] = []
    for (const key of evaluate) {
      const value = key(frame)
      if (isAbsent(value)) return undefined
      values.push(value)
    }
    return string(tupleKey(values))
  }
}

/** The right side of a hash join by its keys, rows of one key side by side in one array; read when the first left row asks. */
class Partners {
  readonly #open: Open
  readonly #keys: HashKeys
  readonly #save: SaveRow
  readonly #frame: Frame
  readonly #place: TextPlace = { bytes: noBytes, start: 0, end: 0 }
  #table: ValueMap<SavedRow> | undefined

  constructor(open: Open, keys: HashKeys, save: SaveRow, frame: Frame) {
    this.#open = open
    this.#keys = keys
    this.#save = save
    this.#frame = frame
  }

  /** Those of the left row that the frame holds. NULL and MISSING equal nothing. */
  ofRow(): SavedRow {
    this.#table ??= this.#read()
    if (this.#keys.leftText?.(this.#frame, this.#place) === true) return this.#table.getText(this.#place) ?? noRows
    const key = this.#keys.left(this.#frame)
    return (key && this.#table.get(key)) ?? noRows
  }

  #read(): ValueMap<SavedRow> {
    const table = new ValueMap<Value[]>()
    const frame = this.#frame
    forEachRow(this.#open(frame), () => {
      const key = this.#keys.right(frame)
      if (key === undefined) return
      const row = this.#save(frame)
      const rows = table.get(key)
      if (rows === undefined) table.set(key, row)
      else for (const value of row) rows.push(value)
    })
    return table
  }
}

/** A full join holds its right side, to give in the end the rows there that found no partner. */
function fullJoin(
  join: JoinOperator,
  openLeft: Open,
  openRight: Open,
  saves: { readonly left: SaveRow; readonly right: SaveRow },
  hash: HashKeys | undefined,
  on: Test | undefined,
  frame: Frame,
): Cursor {
  const rows: SavedRow[] = []
  const table = new ValueMap<SavedRow[]>()
  forEachRow(openRight(frame), () => {
    const row = saves.right(frame)
    rows.push(row)
    const key = hash?.right(frame)
    if (key === undefined) return
    const same = table.get(key)
    if (same === undefined) table.set(key, [row])
    else same.push(row)
  })
  const candidates = (): readonly SavedRow[] => {
    if (hash === undefined) return rows
    const key = hash.left(frame)
    return (key && table.get(key)) ?? noRows
  }
  const found = new Set<SavedRow>()
  const left = openLeft(frame)
  const { leftSlots, rightSlots } = join
  const partners = function* (): Generator<boolean> {
    while (left.next()) {
      let matched = false
      const saved = saves.left(frame)
      for (const row of candidates()) {
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
