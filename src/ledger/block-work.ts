import type { Block, Revision } from '../journal/block.ts'
import type { WriteTransaction } from '../store/store.ts'
import type { SymbolDictionary } from '../values/symbols.ts'
import type { StructValue } from '../values/value.ts'
import type { TableDefinition } from './catalog.ts'
import type { DocumentPlace } from './keys.ts'

/** A revision of the block with the table and position it has there. */
export interface PlacedRevision {
  readonly tableId: string
  readonly position: number
  readonly revision: Revision
}

/** What a block has written, for the conflicts of transactions that began before it. */
export interface WriteSet {
  readonly documents: Map<number, string[]>
  readonly indexKeys: Map<number, Set<string>>
  readonly names: string[]
  readonly droppedIndexes: number[]
}

/** Work on one block, as the catalog's changes need it: apply-block.ts does it. */
export interface BlockWork {
  readonly transaction: WriteTransaction
  readonly block: Block
  readonly symbols: SymbolDictionary
  readonly writeSet: WriteSet
  nextIndexNumber: number
  /** To be called now and then in long work: nothing of a cancelled block is kept. */
  checkCancelled(): void
  /** Puts a revision and makes it the current one; returns its place and the data that it replaces. */
  putRevision(tableNumber: number, item: PlacedRevision): { place: DocumentPlace; replaced: StructValue | undefined }
  /** Puts a table's document that no revision stands for. */
  putDerivedTable(definition: TableDefinition, oldId: string | undefined, oldNumber: number | undefined): number
  putIndexEntry(indexNumber: number, indexKey: Uint8Array, documentNumber: number): void
}
