import { assert } from '../base/assert.ts'
import { toBase64 } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import { writeSetBlocksMax } from '../base/limits.ts'
import { type Block, coversHead, type Revision, type RevisionMetadata } from '../journal/block.ts'
import { appendLeaf } from '../journal/merkle-tree.ts'
import type { WriteTransaction } from '../store/store.ts'
import { encodeRaw } from '../values/binary-writer.ts'
import type { SymbolDictionary } from '../values/symbols.ts'
import { instantOf } from '../values/timestamp.ts'
import type { StructValue, TimestampValue } from '../values/value.ts'
import { applyCatalogRevisions } from './apply-catalog.ts'
import {
  type CatalogState,
  catalogTableId,
  derivedVersion,
  documentOfTable,
  type IndexDefinition,
  type Table,
  type TableDefinition,
} from './catalog.ts'
import { applyForeignCatalog, meetTables } from './import-catalog.ts'
import { dataOf } from './document-source.ts'
import { growingTreeNodes } from './journal-tree.ts'
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
  writeSetKey,
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
  encodeWriteSet,
  type LedgerState,
  type Origin,
  type Reader,
} from './records.ts'
import { applyRedactions } from './redaction.ts'

/** What a block is applied to: the state before it, as the write transaction sees it. */
export interface Derived {
  readonly state: LedgerState
  readonly catalog: CatalogState
  readonly symbols: SymbolDictionary
  /** Of a ledger that was imported: its blocks may be another program's. */
  readonly origin: Origin | undefined
}

/** A revision of the block with the table and position it has there. */
export interface PlacedRevision {
  readonly tableId: string
  readonly position: number
  readonly revision: Revision
}

/**
 * Puts everything that follows from one block: documents, indexes, catalog, tree, write set, state. The commit and a
 * rebuild both come through here, so that what is derived depends on nothing but the blocks. The block itself is the
 * caller's to put. The catalog's own revisions are applied first, so a new index covers the block's own documents.
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
export class BlockWriter {
  readonly transaction: WriteTransaction
  readonly block: Block
  readonly symbols: SymbolDictionary
  nextIndexNumber: number
  readonly writeSet = {
    documents: {} as Record<string, string[]>,
    indexKeys: {} as Record<string, Set<string>>,
    names: [] as string[],
    droppedIndexes: [] as string[],
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
    this.#putWriteSet()
    const { sequenceNo } = this.block.blockAddress
    // Without the blocks from 0 on there is no digest.
    if ((origin?.firstSequenceNo ?? 0) === 0)
      appendLeaf(growingTreeNodes(this.transaction), sequenceNo, this.block.blockHash)
    const state: LedgerState = {
      tip: sequenceNo,
      tipHash: this.block.blockHash,
      tipMs: Math.max(this.#before.state.tipMs, msOf(this.block.blockTimestamp)),
      catalogVersion: catalog.version,
      symbolsEnd: this.symbols.texts.length,
      nextIndexNumber: this.nextIndexNumber,
    }
    this.transaction.put(stateKey, encodeState(state))
    return { state, catalog, symbols: this.symbols, origin }
  }

  #applyOwn(): CatalogState {
    const { catalog: before, origin } = this.#before
    const placed = placedRevisions(this.block)
    const ddl = placed.filter((item) => item.tableId === catalogTableId)
    const defined = ddl.length === 0 ? before : applyCatalogRevisions(this, before, ddl)
    const catalog = origin === undefined ? defined : meetTables(this, defined)
    for (const item of placed) if (item.tableId !== catalogTableId) this.#applyRevision(item, catalog)
    for (const { tableId, documentId } of applyRedactions(this.transaction, this.block, origin?.firstSequenceNo))
      this.#noteChange(tableId, documentId)
    return catalog
  }

  /** The data of redacted revisions is left to the export: it is there or not, and the block is kept as it came. */
  #applyForeign(): CatalogState {
    const catalog = applyForeignCatalog(this, this.#before.catalog)
    for (const item of placedForeignRevisions(this.transaction, this.block, catalog)) this.#applyRevision(item, catalog)
    return catalog
  }

  /** Puts a table's document that no revision stands for. */
  putDerivedTable(definition: TableDefinition, oldId: string | undefined, oldNumber: number | undefined): number {
    const documentNumber = oldNumber ?? this.#nextDocumentNumber(catalogTableNumber)
    const { tableId } = definition
    if (oldId !== undefined && oldId !== tableId) this.transaction.remove(documentIdKey(oldId))
    this.transaction.put(documentIdKey(tableId), encodePlace({ tableNumber: catalogTableNumber, documentNumber }))
    const data = encodeRaw(documentOfTable(definition), this.symbols)
    const record = encodeDocumentRecord({ documentId: tableId, version: derivedVersion, data })
    this.transaction.put(documentKey(catalogTableNumber, documentNumber), record)
    this.#noteChange(catalogTableId, tableId)
    return documentNumber
  }

  /** To be called now and then in long work: nothing of a block that was given up is kept. */
  checkCancelled(): void {
    if (this.#isCancelled?.() === true) throw new LedgerError('cancelled/by-user', 'the commit was stopped')
  }

  /** Puts a revision's records and makes it the current one; returns its place and the data that it replaces. */
  putRevision(tableNumber: number, item: PlacedRevision): { place: DocumentPlace; replaced: StructValue | undefined } {
    const { metadata, data, hash } = item.revision
    assert(metadata !== undefined, 'only revisions with metadata are placed')
    const { place, replaced } = this.#placeOf(tableNumber, metadata)
    const { documentNumber } = place
    const record = {
      sequenceNo: this.block.blockAddress.sequenceNo,
      position: item.position,
      txTimeMs: msOf(metadata.txTime),
      deleted: isDeletion(item.revision),
      isExactTime: isExact(metadata.txTime),
      txId: metadata.txId,
      hash,
    }
    this.transaction.put(revisionKey(tableNumber, documentNumber, metadata.version), encodeRevisionRecord(record))
    if (data === undefined) this.transaction.remove(documentKey(tableNumber, documentNumber))
    else {
      const bytes = encodeRaw(data, this.symbols)
      const document = encodeDocumentRecord({ documentId: metadata.id, version: metadata.version, data: bytes })
      this.transaction.put(documentKey(tableNumber, documentNumber), document)
    }
    this.#noteChange(item.tableId, metadata.id)
    return { place, replaced }
  }

  #noteChange(tableId: string, documentId: string): void {
    const changed = this.writeSet.documents[tableId] ?? []
    this.writeSet.documents[tableId] = changed
    changed.push(documentId)
  }

  #applyRevision(item: PlacedRevision, catalog: CatalogState): void {
    const table = catalog.tables.get(item.tableId)
    assert(table?.number !== undefined, `the catalog knows the table '${item.tableId}' of a revision`)
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
    assert(indexNumber !== undefined, `the index '${index.indexId}' of table '${table.name}' has a number`)
    const before = indexedKey(replaced, index.field)
    const after = indexedKey(data, index.field)
    const keys = this.writeSet.indexKeys[index.indexId] ?? new Set()
    this.writeSet.indexKeys[index.indexId] = keys
    if (before !== undefined) keys.add(toBase64(before))
    if (after !== undefined) keys.add(toBase64(after))
    if (before !== undefined && after !== undefined && Buffer.compare(before, after) === 0) return
    if (before !== undefined) this.transaction.remove(indexEntryKey(indexNumber, before, place.documentNumber))
    if (after !== undefined) this.putIndexEntry(indexNumber, after, place.documentNumber)
  }

  putIndexEntry(indexNumber: number, indexKey: Uint8Array, documentNumber: number): void {
    this.transaction.put(indexEntryKey(indexNumber, indexKey, documentNumber), noBytes)
  }

  #placeOf(
    tableNumber: number,
    metadata: RevisionMetadata,
  ): { place: DocumentPlace; replaced: StructValue | undefined } {
    const { id: documentId, version } = metadata
    const isStrict = this.#before.origin === undefined
    const bytes = this.transaction.get(documentIdKey(documentId))
    if (bytes !== undefined) {
      assert(version > 0 || !isStrict, `no document has the id of the new document '${documentId}'`)
      const place = decodePlace(bytes)
      assert(place.tableNumber === tableNumber, `document '${documentId}' stays in its table`)
      const current = this.transaction.get(documentKey(place.tableNumber, place.documentNumber))
      return { place, replaced: current && dataOf(decodeDocumentRecord(current), this.symbols) }
    }
    assert(version === 0 || !isStrict, `version ${version} of document '${documentId}' follows another`)
    const place = { tableNumber, documentNumber: this.#nextDocumentNumber(tableNumber) }
    this.transaction.put(documentIdKey(documentId), encodePlace(place))
    return { place, replaced: undefined }
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

  #putWriteSet(): void {
    const { sequenceNo } = this.block.blockAddress
    const { documents, names, droppedIndexes } = this.writeSet
    const indexKeys: Record<string, string[]> = {}
    for (const [indexId, keys] of Object.entries(this.writeSet.indexKeys)) indexKeys[indexId] = [...keys]
    const { transactionId } = this.block
    const bytes = encodeWriteSet({ transactionId, documents, indexKeys, names, droppedIndexes })
    this.transaction.put(writeSetKey(sequenceNo), bytes)
    if (sequenceNo >= writeSetBlocksMax) this.transaction.remove(writeSetKey(sequenceNo - writeSetBlocksMax))
  }
}

const noBytes = new Uint8Array(0)

function placedRevisions(block: Block): PlacedRevision[] {
  const placed: PlacedRevision[] = []
  for (const [position, revision] of (block.revisions ?? []).entries()) {
    if (revision.metadata === undefined) continue
    const document = block.transactionInfo?.documents?.get(revision.metadata.id)
    assert(document !== undefined, `transactionInfo names the table of document '${revision.metadata.id}'`)
    placed.push({ tableId: document.tableId, position, revision })
  }
  return placed
}

/** The table of a revision that transactionInfo does not name is the one that its document is in. */
function placedForeignRevisions(reader: Reader, block: Block, catalog: CatalogState): PlacedRevision[] {
  const placed: PlacedRevision[] = []
  const documents = block.transactionInfo?.documents
  for (const [position, revision] of (block.revisions ?? []).entries()) {
    const id = revision.metadata?.id
    if (id === undefined) continue
    const tableId = documents?.get(id)?.tableId ?? tableOfPlace(reader.get(documentIdKey(id)), catalog)
    if (tableId !== undefined) placed.push({ tableId, position, revision })
    else throw new LedgerError('journal/malformed', `nothing says which table document '${id}' belongs to`)
  }
  return placed
}

function tableOfPlace(place: Uint8Array | undefined, catalog: CatalogState): string | undefined {
  const number = place && decodePlace(place).tableNumber
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

/** Milliseconds since 1970; a finer fraction is cut. */
export function msOf(timestamp: TimestampValue): number {
  const { seconds, fraction, fractionDigits } = instantOf(timestamp)
  const surplus = fractionDigits - 3
  return seconds * 1000 + Number(surplus > 0 ? fraction / 10n ** BigInt(surplus) : fraction * 10n ** BigInt(-surplus))
}
