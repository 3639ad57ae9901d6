import { detached } from '../values/binary-reader.ts'
import type { Value } from '../values/value.ts'
import { compileExpression } from './compile-expression.ts'
import type { Cursor, Evaluate, Frame } from './frame.ts'
import type { Compiler } from './compiler.ts'
import { HeldFields, LentFields } from './held-fields.ts'
import { noSites } from './notice-sites.ts'

/** A row that is held: the values of its slots. */
export type SavedRow = readonly Value[]

export type SaveRow = (frame: Frame) => Value[]

/**
 * Makes what copies a row's slots. Of a document of which only fields are asked, these are kept; others are copied out of
 * the memory that those of a scan share: few may be held of many.
 */
export function compileSave(slots: readonly number[], compiler: Compiler, own: OwnValue = detached): SaveRow {
  const copies = slots.map((slot) => compileCopy(slot, compiler, own))
  const [only, second] = copies
  if (only !== undefined && second === undefined) return (frame) => [only(frame)]
  return (frame) => {
    const row = new Array<Value>(copies.length)
    for (let at = 0; at < copies.length; at += 1) row[at] = (copies[at] as Evaluate)(frame)
    return row
  }
}

/** Makes a value keep its memory to itself; one that is written elsewhere at once need not. */
type OwnValue = (value: Value) => Value

/** For rows that are written elsewhere at once. */
export const asItIs: OwnValue = (value) => value

/** Each window over another saves the same slots: their copies are compiled once for all of a statement's. */
const compiledCopies = new WeakMap<Compiler, Map<OwnValue, Map<number, Evaluate>>>()

function compileCopy(slot: number, compiler: Compiler, own: OwnValue): Evaluate {
  const byOwn = compiledCopies.get(compiler) ?? new Map<OwnValue, Map<number, Evaluate>>()
  compiledCopies.set(compiler, byOwn)
  const copies = byOwn.get(own) ?? new Map<number, Evaluate>()
  byOwn.set(own, copies)
  const copy = copies.get(slot) ?? newCopy(slot, compiler, own)
  copies.set(slot, copy)
  return copy
}

function newCopy(slot: number, compiler: Compiler, own: OwnValue): Evaluate {
  const asked = compiler.fieldsAsked.get(slot)
  if (asked === undefined) return (frame) => own(frame.slots[slot] as Value)
  // What is held may never be evaluated: it sets no marks.
  const unmarked = { ...compiler, sites: noSites }
  const paths = [...asked.values()].map(({ path }) => compileExpression(path, unmarked))
  return (frame) => {
    const value = frame.slots[slot] as Value
    // One that is held already, or the NULL of a row without a partner.
    if (value.type !== 'struct') return value
    if (value instanceof HeldFields) return value instanceof LentFields ? value.copy() : value
    const fields = new Array<Value>(paths.length)
    for (let at = 0; at < paths.length; at += 1) fields[at] = own((paths[at] as Evaluate)(frame))
    return new HeldFields(fields)
  }
}

/** `from`: where in the row the first slot's value stands. */
export function restoreSlots(frame: Frame, slots: readonly number[], row: SavedRow, from = 0): void {
  for (let at = 0; at < slots.length; at += 1) frame.slots[slots[at] as number] = row[at + from] as Value
}

/** Does something for every row, and closes what is open below, whatever happens. */
export function forEachRow(rows: Cursor, work: () => void, frame?: Frame): void {
  const before = frame?.textBytes ?? 0
  try {
    while (rows.next()) {
      work()
      frame?.releaseTexts(before)
    }
  } finally {
    rows.close()
  }
}
