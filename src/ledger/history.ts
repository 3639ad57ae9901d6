import { LedgerError } from '../base/errors.ts'
import type { Meter, SourceRow } from '../exec/source.ts'
import { compareInstants, type Instant, instantOf, printTimestamp, timestampFromMs } from '../values/timestamp.ts'
import type { TimestampValue } from '../values/value.ts'
import type { BlockCache } from './block-cache.ts'
import { revisionRow } from './committed-row.ts'
import type { RevisionRecord } from './records.ts'
import type { FoundRevision } from './revisions.ts'

/**
 * The rows of history(table, from, to), of a table's or one document's `revisions`: those that were active at some
 * moment of the window, both ends inclusive; by document in the order of insertion, then by version
 * (DG/working.history). A revision is active from its txTime until the next one's; the last one, a deletion too, for
 * ever. Throws LedgerError 'evaluator/invalid' for a window that ends before it starts or does not end in the past.
 */
export function historyRows(
  blocks: BlockCache,
  revisions: Iterable<FoundRevision>,
  from: TimestampValue | undefined,
  to: TimestampValue | undefined,
  nowMs: number,
  meter: Meter,
): Iterable<SourceRow> {
  return activeRows(blocks, revisions, windowOf(from, to, nowMs), meter)
}

interface Window {
  readonly from: Instant | undefined
  readonly to: Instant | undefined
}

function windowOf(from: TimestampValue | undefined, to: TimestampValue | undefined, nowMs: number): Window {
  const now = instantOf(timestampFromMs(nowMs))
  if (to !== undefined && compareInstants(instantOf(to), now) > 0)
    throw new LedgerError('evaluator/invalid', `the end of history's window, ${printTimestamp(to)}, is not in the past`)
  const window = { from: from && instantOf(from), to: to && instantOf(to) }
  if (from !== undefined && compareInstants(instantOf(from), window.to ?? now) > 0) {
    const end = to === undefined ? 'now' : printTimestamp(to)
    throw new LedgerError(
      'evaluator/invalid',
      `history's window starts at ${printTimestamp(from)}, after its end, ${end}`,
    )
  }
  return window
}

function* activeRows(
  blocks: BlockCache,
  revisions: Iterable<FoundRevision>,
  window: Window,
  meter: Meter,
): Generator<SourceRow> {
  let held: FoundRevision | undefined
  for (const next of revisions) {
    meter.tick()
    if (held !== undefined) {
      const endMs = held.documentNumber === next.documentNumber ? next.record.txTimeMs : undefined
      if (isActive(held.record, endMs, window)) yield rowOf(blocks, held.record)
    }
    held = next
  }
  if (held !== undefined && isActive(held.record, undefined, window)) yield rowOf(blocks, held.record)
}

function isActive(record: RevisionRecord, endMs: number | undefined, window: Window): boolean {
  if (window.to !== undefined && compareInstants(instantOf(timestampFromMs(record.txTimeMs)), window.to) > 0)
    return false
  if (window.from === undefined || endMs === undefined) return true
  return compareInstants(instantOf(timestampFromMs(endMs)), window.from) > 0
}

function rowOf(blocks: BlockCache, record: RevisionRecord): SourceRow {
  return revisionRow(blocks.block(record.sequenceNo), record.position)
}
