import { assert } from '../base/assert.ts'
import { importBatchBytes } from '../base/limits.ts'
import { BatchedWrites } from '../store/gathered-writes.ts'
import type { Store, WriteTransaction } from '../store/store.ts'
import { firstLocalSymbol } from '../values/symbols.ts'
import { applyBlock, type Derived } from './apply-block.ts'
import { endBlock, readBlock } from './block-cache.ts'
import { CatalogState } from './catalog.ts'
import { loadCatalog } from './catalog-store.ts'
import { derivedRange, stateKey, strangeRanges, summaryKey } from './keys.ts'
import { LedgerSymbols } from './ledger-symbols.ts'
import { type LedgerState, type Origin, type Reader, readIdentity, readState } from './records.ts'
import { removeRange } from './remove-range.ts'

/**
 * Rebuilds everything from the blocks alone: catalog, documents, indexes, history, symbols, tree. No transaction
 * may be running; one that commits meanwhile is refused. May be interrupted: opening the ledger resumes it.
 */
export async function rebuild(store: Store, onBatch?: OnBatch, batchBytes?: number): Promise<void> {
  await store.write((transaction) => {
    transaction.remove(stateKey)
    removeDerived(transaction)
  })
  await applyMissingBlocks(store, onBatch, batchBytes)
}

/** Removes everything that follows from the blocks, and records that no ledger has. */
export function removeDerived(transaction: WriteTransaction): void {
  for (const range of [derivedRange, ...strangeRanges]) removeRange(transaction, range)
  transaction.removeStrays?.()
  const last = lastBlock(transaction)
  for (let sequenceNo = endBlock(transaction, 'first') ?? 0; sequenceNo <= last; sequenceNo += 1)
    transaction.remove(summaryKey(sequenceNo))
}

/** Hears which block is the next; awaited, so that others get a turn; may throw to break the work off. */
export type OnBatch = (sequenceNo: number) => void | Promise<void>

/** Blocks that are applied between two calls of OnBatch. */
const blocksBetweenTurns = 256

/**
 * Applies the blocks beyond the derived data's tip, in batches of up to so many bytes of changes, each one write of the
 * store. Usually there are none.
 */
export async function applyMissingBlocks(
  store: Store,
  onBatch: OnBatch = () => undefined,
  batchBytes = importBatchBytes,
): Promise<void> {
  const batches = new BatchedWrites(store, batchBytes)
  try {
    while (await applyBatch(batches, onBatch));
  } finally {
    batches.drop()
  }
}

/** False when no block is missing. */
async function applyBatch(batches: BatchedWrites, onBatch: OnBatch): Promise<boolean> {
  const { view } = batches
  const before = readState(view)?.tip
  const last = lastBlock(view)
  if ((before ?? -1) === last) return false
  let derived = derivedOf(view, readIdentity(view)?.origin)
  for (let sequenceNo = derived.state.tip + 1; sequenceNo <= last && !batches.isFull; sequenceNo += 1) {
    derived = applyBlock(view, readBlock(view, sequenceNo), derived)
    if ((sequenceNo + 1) % blocksBetweenTurns === 0) await onBatch(sequenceNo + 1)
  }
  // Another process that opened the ledger may have done the same: what it wrote counts.
  const isMine = await batches.flush((transaction) => readState(transaction)?.tip === before)
  return !isMine || derived.state.tip < last
}

/** What the next block is applied to. */
export function derivedOf(transaction: WriteTransaction, origin: Origin | undefined): Derived {
  const stored = readState(transaction)
  const state = stored ?? { ...emptyState, tip: (origin?.firstSequenceNo ?? 0) - 1 }
  const symbols = new LedgerSymbols().forWrite(transaction, state.symbolsEnd)
  const catalog =
    stored === undefined
      ? new CatalogState(0, new Map(), new Map())
      : loadCatalog(transaction, state.catalogVersion, symbols)
  return { state, catalog, symbols, origin }
}

const emptyState: LedgerState = {
  tip: -1,
  tipHash: new Uint8Array(0),
  tipMs: 0,
  catalogVersion: 0,
  symbolsEnd: firstLocalSymbol,
  nextIndexNumber: 0,
}

function lastBlock(reader: Reader): number {
  const last = endBlock(reader, 'last')
  assert(last !== undefined, 'a ledger has its block 0')
  return last
}
