import { compareBytes } from '../base/bytes.ts'
import type { KeyRange } from './store.ts'

type Entry = readonly [key: Uint8Array, value: Uint8Array]

/** What is left of a range when `key` has been read. */
export function rangeBeyond(range: KeyRange, key: Uint8Array): KeyRange {
  if (range.reverse === true) return { start: range.start, end: key, reverse: true }
  const start = new Uint8Array(key.length + 1)
  start.set(key)
  return { start, end: range.end }
}

export function isEmptyRange(range: KeyRange): boolean {
  return compareBytes(range.start, range.end) >= 0
}

/**
 * The entries of a range that may be changed while it is read: where `version` differs after an entry was taken, reading
 * starts again beyond that entry's key.
 */
export function* changingRange(
  range: KeyRange,
  version: () => unknown,
  read: (rest: KeyRange) => Iterable<Entry>,
): Generator<Entry> {
  let rest = range
  while (!isEmptyRange(rest)) {
    const before = version()
    let last: Uint8Array | undefined
    for (const entry of read(rest)) {
      ;[last] = entry
      yield entry
      if (version() !== before) break
    }
    if (last === undefined || version() === before) return
    rest = rangeBeyond(range, last)
  }
}
