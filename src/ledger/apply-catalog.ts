import { indexBuildBatchDocuments } from '../base/limits.ts'
import type { BlockWork, PlacedRevision } from './block-work.ts'
import { CatalogState, type IndexDefinition, type Table, type TableDefinition, tableOfDocument } from './catalog.ts'
import { dataOf } from './document-source.ts'
import {
  catalogTableNumber,
  documentNumberOfKey,
  documentRange,
  indexedKey,
  indexNumberKey,
  indexRange,
} from './keys.ts'
import { decodeDocumentRecord } from './records.ts'
import { removeRange } from './remove-range.ts'

/**
 * Applies a block's revisions of the catalog's own table: its documents, then what follows from them: index numbers,
 * entries of new indexes over the documents that are there, entries of dropped ones removed.
 */
export function applyCatalogRevisions(
  work: BlockWork,
  before: CatalogState,
  ddl: readonly PlacedRevision[],
): CatalogState {
  const changes = ddl.flatMap((item) => {
    const { place } = work.putRevision(catalogTableNumber, item)
    if (item.revision.data === undefined) return []
    const definition = tableOfDocument(item.revision.data)
    return [{ definition, number: place.documentNumber, oldId: definition.tableId }]
  })
  return applyDefinitions(work, before, changes)
}

export interface DefinitionChange {
  readonly definition: TableDefinition
  readonly number: number
  /** The id that the table had before. */
  readonly oldId: string
}

/** What follows from tables that are new or changed, their documents aside. */
export function applyDefinitions(
  work: BlockWork,
  before: CatalogState,
  changes: readonly DefinitionChange[],
): CatalogState {
  const tables = new Map(before.tables)
  const indexNumbers = new Map(before.indexNumbers)
  for (const { definition, number, oldId } of changes) {
    const old = before.tables.get(oldId)
    const table: Table = { ...definition, number, committed: definition }
    if (oldId !== definition.tableId) tables.delete(oldId)
    tables.set(definition.tableId, table)
    if (old?.status !== table.status) work.writeSet.names.push(table.name)
    for (const index of old?.indexes ?? []) {
      if (!hasIndex(table.indexes, index)) dropIndex(work, indexNumbers, index)
    }
    for (const index of table.indexes) {
      if (!hasIndex(old?.indexes ?? [], index)) createIndex(work, indexNumbers, index, number)
    }
  }
  // By number, as they are loaded.
  const inOrder = new Map([...tables].sort(([, left], [, right]) => (left.number ?? 0) - (right.number ?? 0)))
  return new CatalogState(work.block.blockAddress.sequenceNo, inOrder, indexNumbers)
}

function hasIndex(indexes: readonly IndexDefinition[], index: IndexDefinition): boolean {
  return indexes.some((candidate) => candidate.indexId === index.indexId)
}

function createIndex(
  work: BlockWork,
  indexNumbers: Map<string, number>,
  index: IndexDefinition,
  tableNumber: number,
): void {
  const indexNumber = work.nextIndexNumber
  work.nextIndexNumber += 1
  indexNumbers.set(index.indexId, indexNumber)
  const bytes = Buffer.allocUnsafeSlow(4)
  bytes.writeUInt32BE(indexNumber)
  work.transaction.put(indexNumberKey(index.indexId), bytes)
  // In batches: nothing is put while a range of the same write transaction is being walked.
  let from = 0
  for (;;) {
    const entries = indexBatch(work, index.field, tableNumber, from)
    for (const { indexKey, documentNumber } of entries.found) work.putIndexEntry(indexNumber, indexKey, documentNumber)
    if (entries.next === undefined) return
    work.checkCancelled()
    from = entries.next
  }
}

function indexBatch(work: BlockWork, field: string, tableNumber: number, from: number) {
  const found: { indexKey: Uint8Array; documentNumber: number }[] = []
  let seen = 0
  for (const [key, value] of work.transaction.range(documentRange(tableNumber, from))) {
    const documentNumber = documentNumberOfKey(key)
    if (seen === indexBuildBatchDocuments) return { found, next: documentNumber }
    seen += 1
    const indexKey = indexedKey(dataOf(decodeDocumentRecord(value), work.symbols), field)
    if (indexKey !== undefined) found.push({ indexKey, documentNumber })
  }
  return { found, next: undefined }
}

function dropIndex(work: BlockWork, indexNumbers: Map<string, number>, index: IndexDefinition): void {
  const indexNumber = indexNumbers.get(index.indexId) as number
  work.writeSet.droppedIndexes.push(indexNumber)
  indexNumbers.delete(index.indexId)
  work.transaction.remove(indexNumberKey(index.indexId))
  removeRange(work.transaction, indexRange(indexNumber))
}
