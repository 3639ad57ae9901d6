import { assert } from '../base/assert.ts'
import { rebuildBatchBlocksMax } from '../base/limits.ts'
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
 * Derives everything anew from the blocks alone: catalog, documents, indexes, history, symbols, tree. No transaction
 * may be running; one that commits meanwhile is refused. May be broken off: opening the ledger goes on with it.
 */
export async function rebuild(store: Store, onBatch: OnBatch = () => undefined): Promise<void> {
  await store.write((transaction) => {
    transaction.remove(stateKey)
    removeDerived(transaction)
  })
  await applyMissingBlocks(store, onBatch)
}

/** Removes everything that follows from the blocks, and records that no ledger has. */
export function removeDerived(transaction: WriteTransaction): void {
  for (const range of [derivedRange, ...strangeRanges]) removeRange(transaction, range)
  const last = lastBlock(transaction)
  for (let sequenceNo = endBlock(transaction, 'first') ?? 0; sequenceNo <= last; sequenceNo += 1)
    transaction.remove(summaryKey(sequenceNo))
}

/** Hears which block is the next; may throw to break the work off. */
export type OnBatch = (sequenceNo: number) => void | Promise<void>

/** Applies the blocks beyond the derived data's tip, some in one write of the store. Usually there are none. */
export async function applyMissingBlocks(store: Store, onBatch: OnBatch = () => undefined): Promise<void> {
  const snapshot = store.snapshot()
  const isCurrent = (readState(snapshot)?.tip ?? -1) === lastBlock(snapshot)
  snapshot.release()
  if (isCurrent) return
  for (;;) {
    const { done, isLast } = await store.write((transaction) =>
      applyBatch(transaction, readIdentity(transaction)?.origin),
    )
    if (isLast) return
    await onBatch(done)
  }
}

function applyBatch(transaction: WriteTransaction, origin: Origin | undefined): { done: number; isLast: boolean } {
  let derived = derivedOf(transaction, origin)
  const last = lastBlock(transaction)
  const end = Math.min(last, derived.state.tip + rebuildBatchBlocksMax)
  for (let sequenceNo = derived.state.tip + 1; sequenceNo <= end; sequenceNo += 1)
    derived = applyBlock(transaction, readBlock(transaction, sequenceNo), derived)
  return { done: end + 1, isLast: end >= last }
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
