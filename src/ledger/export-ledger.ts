import { LedgerError } from '../base/errors.ts'
import type { Block } from '../journal/block.ts'
import { decodeBlock } from '../journal/block-from-ion.ts'
import type { MarkedRevisions } from '../journal/import-marks.ts'
import type { Snapshot } from '../store/store.ts'
import { endBlock } from './block-cache.ts'
import { markedRevisions } from './import-marks.ts'
import { isBlockKey, journalRange, sequenceOfJournalKey } from './keys.ts'
import { type Identity, readIdentity } from './records.ts'

/** The journal of a stored ledger, as one snapshot has it. */
export interface StoredJournal {
  readonly identity: Identity
  readonly first: number
  readonly last: number
  /** All blocks, each decoded when asked for. Throws LedgerError 'journal/gap' where one is missing. */
  blocks(): Generator<Block>
  /** Revisions that its import marked as not checkable. */
  readonly marks: MarkedRevisions
}

/** Throws LedgerError 'ledger/not-found' for a store without a ledger, 'ledger/incomplete' for an unfinished import. */
export function journalOf(snapshot: Snapshot): StoredJournal {
  const identity = readIdentity(snapshot)
  const [first, last] = [endBlock(snapshot, 'first'), endBlock(snapshot, 'last')]
  if (identity === undefined || first === undefined || last === undefined)
    throw new LedgerError('ledger/not-found', 'the store holds no ledger')
  if (identity.origin?.state === 'running')
    throw new LedgerError('ledger/incomplete', `the import into ledger '${identity.name}' is unfinished`)
  return { identity, first, last, marks: markedRevisions(snapshot), blocks: () => blocksOf(snapshot, first, last) }
}

function* blocksOf(snapshot: Snapshot, first: number, last: number): Generator<Block> {
  let expected = first
  for (const [key, value] of snapshot.range(journalRange(first, last + 1))) {
    if (!isBlockKey(key)) continue
    if (sequenceOfJournalKey(key) !== expected) break
    yield decodeBlock(value)
    expected += 1
  }
  if (expected <= last) throw new LedgerError('journal/gap', `block ${expected} is not in the store`)
}
