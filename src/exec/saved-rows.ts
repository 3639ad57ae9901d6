import { detached } from '../values/binary-reader.ts'
import type { Value } from '../values/value.ts'
import type { Cursor, Frame } from './frame.ts'

/** A row that is held: the values of its slots. */
export type SavedRow = readonly Value[]

/** Documents of a scan are copied out of the memory that they share: few may be held of many. */
export function copySlots(frame: Frame, slots: readonly number[]): SavedRow {
  const row = new Array<Value>(slots.length)
  for (let at = 0; at < slots.length; at += 1) row[at] = detached(frame.slots[slots[at] as number] as Value)
  return row
}

export function restoreSlots(frame: Frame, slots: readonly number[], row: SavedRow): void {
  for (let at = 0; at < slots.length; at += 1) frame.slots[slots[at] as number] = row[at] as Value
}

/** Does something for every row, and gives up what is open below, whatever happens. */
export function forEachRow(rows: Cursor, work: () => void): void {
  try {
    while (rows.next()) work()
  } finally {
    rows.close()
  }
}

/** Gives held rows back one by one. */
export function savedCursor(rows: readonly SavedRow[], slots: readonly number[], frame: Frame): Cursor {
  let position = 0
  return {
    next() {
      const row = rows[position]
      if (row === undefined) return false
      frame.step()
      restoreSlots(frame, slots, row)
      position += 1
      return true
    },
    close() {},
  }
}
