import { binaryText } from '../base/bytes.ts'
import { assert } from '../base/assert.ts'
import { LedgerError } from '../base/errors.ts'
import { type Block, coversHead, type Revision, type RevisionMetadata } from '../journal/block.ts'
import type { WriteTransaction } from '../store/store.ts'
import { encodeRaw } from '../values/binary-writer.ts'
import type { SymbolDictionary } from '../values/symbols.ts'
import { instantMs } from '../values/timestamp.ts'
import type { StructValue, TimestampValue } from '../values/value.ts'
import { checkStored } from './check-stored.ts'
import { applyCatalogRevisions } from './apply-catalog.ts'
import { encodeSummary } from './block-summary.ts'
import type { BlockWork, PlacedRevision, WriteSet } from './block-work.ts'
import {
  type CatalogState,
  catalogTableId,
  derivedVersion,
  documentOfTable,
  type IndexDefinition,
  type Table,
  type TableDefinition,
} from './catalog.ts'
import { dataOf } from './document-source.ts'
import { applyForeignCatalog, meetTables } from './import-catalog.ts'
import { nodesCompletedBy } from './journal-tree.ts'
import {
  catalogTableNumber,
  type DocumentPlace,
  documentCounterKey,
  documentIdKey,
  documentKey,
  indexEntryKey,
  indexedKey,
  revisionKey,
  stateKey,
  summaryKey,
} from './keys.ts'
import { putNewSymbols } from './ledger-symbols.ts'
import {
  decodeDocumentRecord,
  decodeNumber,
  decodePlace,
  encodeDocumentRecord,
  encodeNumber,
  encodePlace,
  encodeRevisionRecord,
  encodeState,
  type LedgerState,
  type Origin,
  type Reader,
  type RevisionRecord,
  revisionOfDocument,
  versionOfDocument,
} from './records.ts'
import { applyRedactions } from './redaction.ts'

/** The state that a block is applied to, as the write transaction sees it; also the state after it. */
export interface Derived {
  readonly state: LedgerState
  readonly catalog: CatalogState
  readonly symbols: SymbolDictionary
  /** Set for an imported ledger, whose blocks may come from QLDB. */
  readonly origin: Origin | undefined
  /** Limits the applied documents to these tables (`verify --table`); the catalog is always applied. */
  readonly keeps?: KeepsTable | undefined
}

export type KeepsTable = (table: Pick<TableDefinition, 'tableId' | 'name'>) => boolean

/**
 * Derives everything from one block and puts it: documents, indexes, catalog, tree nodes, write set, state. A commit, an
 * import and a rebuild all use this function, so derived data depends on nothing but the blocks; `qldb verify` relies on
 * that. The caller puts the block itself. Catalog revisions come first, so a new index covers the block's documents.
 *
 * Blocks must be applied in the order of their numbers (asserted). Throws LedgerError 'cancelled/by-user' when
 * `isCancelled` says so; the caller's write transaction must then be discarded.
 */
export function applyBlock(
  transaction: WriteTransaction,
  block: Block,
  before: Derived,
  isCancelled?: () => boolean,
): Derived {
  assert(block.blockAddress.sequenceNo === before.state.tip + 1, 'blocks are applied in their order')
  const writer = new BlockWriter(transaction, block, before, isCancelled)
  return writer.apply()
}

/** Work on one block; apply-catalog.ts uses its parts. */
export class BlockWriter implements BlockWork {
  readonly transaction: WriteTransaction
  readonly block: Block
  readonly symbols: SymbolDictionary
  nextIndexNumber: number
  readonly writeSet: WriteSet = {
    documents: new Map(),
    indexKeys: new Map(),
    names: [],
    droppedIndexes: [],
  }
  readonly #before: Derived
  readonly #counters = new Map<number, number>()

  readonly #isCancelled: (() => boolean) | undefined

  constructor(transaction: WriteTransaction, block: Block, before: Derived, isCancelled?: () => boolean) {
    this.transaction = transaction
    this.block = block
    this.#isCancelled = isCancelled
    this.symbols = before.symbols
    this.nextIndexNumber = before.state.nextIndexNumber
    this.#before = before
  }

  apply(): Derived {
    const { origin } = this.#before
    // QLDB's own blocks do not show what they did to the catalog.
    const isForeign = origin !== undefined && !coversHead(this.block)
    const catalog = isForeign ? this.#applyForeign() : this.#applyOwn()
    for (const [tableNumber, next] of this.#counters)
      this.transaction.put(documentCounterKey(tableNumber), encodeNumber(next))
    putNewSymbols(this.transaction, this.symbols, this.#before.state.symbolsEnd)
    const { sequenceNo } = this.block.blockAddress
    // Without the blocks from 0 on there is no digest.
    const hasDigest = (origin?.firstSequenceNo ?? 0) === 0
    const nodes = hasDigest ? nodesCompletedBy(this.transaction, sequenceNo, this.block.blockHash) : []
    this.transaction.put(summaryKey(sequenceNo), encodeSummary({ nodes, writeSet: this.writeSet }))
    const state: LedgerState = {
      tip: sequenceNo,
      tipHash: this.block.blockHash,
      tipMs: Math.max(this.#before.state.tipMs, instantMs(this.block.blockTimestamp)),
      catalogVersion: catalog.version,
      symbolsEnd: this.symbols.texts.length,
      nextIndexNumber: this.nextIndexNumber,
    }
    this.transaction.put(stateKey, encodeState(state))
    return { state, catalog, symbols: this.symbols, origin, keeps: this.#before.keeps }
  }

  #applyOwn(): CatalogState {
    const { catalog: before, origin } = this.#before
    const placed = placedRevisions(this.block)
    const ddl = placed.filter((item) => item.tableId === catalogTableId)
    const defined = ddl.length === 0 ? before : applyCatalogRevisions(this, before, ddl)
    const catalog = origin === undefined ? defined : meetTables(this, defined)
    for (const item of placed) if (item.tableId !== catalogTableId) this.#applyRevision(item, catalog)
    const isKept = (tableId: string) => this.#keeps(catalog.tables.get(tableId))
    const redacted = applyRedactions(this.transaction, this.block, origin?.firstSequenceNo, isKept)
    for (const { tableId, documentId } of redacted) this.#noteChange(numberOf(catalog, tableId), documentId)
    return catalog
  }

  /** The data of redacted revisions is left to the export: it is there or not, and the block is kept as it came. */
  #applyForeign(): CatalogState {
    const catalog = applyForeignCatalog(this, this.#before.catalog)
    for (const item of this.#foreignRevisions(catalog)) this.#applyRevision(item, catalog)
    return catalog
  }

  /** Of a document that nothing names, the table is not known when only some tables' documents are applied. */
  #foreignRevisions(catalog: CatalogState): PlacedRevision[] {
    const isPartial = this.#before.keeps !== undefined
    return placedForeignRevisions(this.transaction, this.block, catalog, isPartial)
  }

  /** Puts a table's document that no revision stands for. */
  putDerivedTable(definition: TableDefinition, oldId: string | undefined, oldNumber: number | undefined): number {
    const documentNumber = oldNumber ?? this.#nextDocumentNumber(catalogTableNumber)
    const { tableId } = definition
    if (oldId !== undefined && oldId !== tableId) this.transaction.remove(documentIdKey(oldId))
    this.transaction.put(documentIdKey(tableId), encodePlace({ tableNumber: catalogTableNumber, documentNumber }))
    const data = encodeRaw(documentOfTable(definition), this.symbols)
    const record = encodeDocumentRecord({ documentId: tableId, version: derivedVersion, data }, undefined)
    this.transaction.put(documentKey(catalogTableNumber, documentNumber), record)
    this.#noteChange(catalogTableNumber, tableId)
    return documentNumber
  }

  /** To be called now and then in long work: nothing of a cancelled block is kept. */
  checkCancelled(): void {
    if (this.#isCancelled?.() === true) throw new LedgerError('cancelled/by-user', 'the commit was stopped')
  }

  /** Puts a revision and makes it the current one; returns its place and the data that it replaces. */
  putRevision(tableNumber: number, item: PlacedRevision): { place: DocumentPlace; replaced: StructValue | undefined } {
    const { metadata, data } = item.revision
    assert(metadata !== undefined, 'only revisions with metadata are placed')
    const { place, current } = this.#placeOf(tableNumber, metadata)
    const { documentNumber } = place
    const key = documentKey(tableNumber, documentNumber)
    if (current !== undefined) this.#keepSuperseded(place, current)
    const record = this.#recordOf(item.revision, metadata, item.position)
    if (data !== undefined) {
      const bytes = encodeRaw(data, this.symbols)
      const document = { documentId: metadata.id, version: metadata.version, data: bytes }
      this.transaction.put(key, encodeDocumentRecord(document, record))
    } else {
      if (current !== undefined) this.transaction.remove(key)
      this.transaction.put(revisionKey(tableNumber, documentNumber, metadata.version), encodeRevisionRecord(record))
    }
    this.#noteChange(tableNumber, metadata.id)
    return { place, replaced: current && dataOf(decodeDocumentRecord(current), this.symbols) }
  }

  /** The revision of a document record that is about to go. */
  #keepSuperseded({ tableNumber, documentNumber }: DocumentPlace, document: Uint8Array): void {
    const version = versionOfDocument(document)
    if (version === derivedVersion) return
    this.transaction.put(revisionKey(tableNumber, documentNumber, version), revisionOfDocument(document))
  }

  #recordOf(revision: Revision, metadata: RevisionMetadata, position: number): RevisionRecord {
    return {
      sequenceNo: this.block.blockAddress.sequenceNo,
      position,
      txTimeMs: instantMs(metadata.txTime),
      deleted: isDeletion(revision),
      isExactTime: isExact(metadata.txTime),
      txId: metadata.txId,
      hash: revision.hash,
    }
  }

  #keeps(table: Table | undefined): boolean {
    return table === undefined || this.#before.keeps?.(table) !== false
  }

  #noteChange(tableNumber: number, documentId: string): void {
    const changed = this.writeSet.documents.get(tableNumber)
    if (changed === undefined) this.writeSet.documents.set(tableNumber, [documentId])
    else changed.push(documentId)
  }

  #applyRevision(item: PlacedRevision, catalog: CatalogState): void {
    const table = catalog.tables.get(item.tableId)
    checkStored(table?.number !== undefined, `the catalog lacks the table '${item.tableId}' of a revision`)
    if (!this.#keeps(table)) return
    const { place, replaced } = this.putRevision(table.number, item)
    for (const index of table.indexes) this.#updateIndex(table, catalog, index, place, replaced, item.revision.data)
  }

  #updateIndex(
    table: Table,
    catalog: CatalogState,
    index: IndexDefinition,
    place: DocumentPlace,
    replaced: StructValue | undefined,
    data: StructValue | undefined,
  ): void {
    const indexNumber = catalog.indexNumbers.get(index.indexId)
    checkStored(indexNumber !== undefined, `the index '${index.indexId}' of table '${table.name}' has no number`)
    const before = indexedKey(replaced, index.field)
    const after = indexedKey(data, index.field)
    const keys = this.writeSet.indexKeys.get(indexNumber) ?? new Set()
    this.writeSet.indexKeys.set(indexNumber, keys)
    if (before !== undefined) keys.add(binaryText(before))
    if (after !== undefined) keys.add(binaryText(after))
    if (before !== undefined && after !== undefined && Buffer.compare(before, after) === 0) return
    if (before !== undefined) this.transaction.remove(indexEntryKey(indexNumber, before, place.documentNumber))
    if (after !== undefined) this.putIndexEntry(indexNumber, after, place.documentNumber)
  }

  putIndexEntry(indexNumber: number, indexKey: Uint8Array, documentNumber: number): void {
    this.transaction.put(indexEntryKey(indexNumber, indexKey, documentNumber), noBytes)
  }

  #placeOf(tableNumber: number, metadata: RevisionMetadata): { place: DocumentPlace; current: Uint8Array | undefined } {
    const { id: documentId, version } = metadata
    const isStrict = this.#before.origin === undefined
    const bytes = this.transaction.get(documentIdKey(documentId))
    if (bytes !== undefined) {
      checkStored(version > 0 || !isStrict, `the new document '${documentId}' already exists`)
      const place = decodePlace(bytes, documentId)
      checkStored(place.tableNumber === tableNumber, `document '${documentId}' has its place in another table`)
      return { place, current: this.transaction.get(documentKey(place.tableNumber, place.documentNumber)) }
    }
    checkStored(version === 0 || !isStrict, `version ${version} of document '${documentId}' follows no other`)
    const place = { tableNumber, documentNumber: this.#nextDocumentNumber(tableNumber) }
    this.transaction.put(documentIdKey(documentId), encodePlace(place))
    return { place, current: undefined }
  }

  #nextDocumentNumber(tableNumber: number): number {
    let next = this.#counters.get(tableNumber)
    if (next === undefined) {
      const bytes = this.transaction.get(documentCounterKey(tableNumber))
      next = bytes === undefined ? catalogTableNumber + 1 : decodeNumber(bytes)
    }
    this.#counters.set(tableNumber, next + 1)
    return next
  }
}

const noBytes = new Uint8Array(0)

function placedRevisions(block: Block): PlacedRevision[] {
  const placed: PlacedRevision[] = []
  for (const [position, revision] of (block.revisions ?? []).entries()) {
    if (revision.metadata === undefined) continue
    const document = block.transactionInfo?.documents?.get(revision.metadata.id)
    checkStored(document !== undefined, `nothing says which table document '${revision.metadata.id}' belongs to`)
    placed.push({ tableId: document.tableId, position, revision })
  }
  return placed
}

/** The table of a revision that transactionInfo does not name is the one that its document is in. */
function placedForeignRevisions(
  reader: Reader,
  block: Block,
  catalog: CatalogState,
  isPartial: boolean,
): PlacedRevision[] {
  const placed: PlacedRevision[] = []
  const documents = block.transactionInfo?.documents
  for (const [position, revision] of (block.revisions ?? []).entries()) {
    const id = revision.metadata?.id
    if (id === undefined) continue
    const tableId = documents?.get(id)?.tableId ?? tableOfPlace(reader.get(documentIdKey(id)), id, catalog)
    if (tableId !== undefined) placed.push({ tableId, position, revision })
    else if (!isPartial)
      throw new LedgerError('journal/malformed', `nothing says which table document '${id}' belongs to`)
  }
  return placed
}

function numberOf(catalog: CatalogState, tableId: string): number {
  const number = tableId === catalogTableId ? catalogTableNumber : catalog.tables.get(tableId)?.number
  checkStored(number !== undefined, `the catalog lacks the table '${tableId}'`)
  return number
}

function tableOfPlace(place: Uint8Array | undefined, documentId: string, catalog: CatalogState): string | undefined {
  const number = place && decodePlace(place, documentId).tableNumber
  for (const table of catalog.tables.values()) if (table.number === number) return table.tableId
  return undefined
}

/** Whether milliseconds tell it in full, with UTC and three digits. */
function isExact(time: TimestampValue): boolean {
  return time.precision === 'second' && time.fractionDigits === 3 && time.offset === 0
}

/** Metadata without data, that no redaction took. */
function isDeletion(revision: Revision): boolean {
  return revision.data === undefined && revision.dataHash === undefined
}
