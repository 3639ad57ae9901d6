import { assert } from '../base/assert.ts'
import { readSetEntriesMax } from '../base/limits.ts'
import { binaryText } from '../base/bytes.ts'
import type { WriteSet } from './block-summary.ts'
import { catalogTableId, catalogTableName, type CatalogState } from './catalog.ts'
import { catalogTableNumber } from './keys.ts'

/** QLDB's text for a conflict (qldb-semantics section 4); drivers match it. */
export const conflictMessage =
  'Optimistic concurrency control (OCC) failure encountered while committing the transaction'

/**
 * Everything that a transaction has read, so that the commit can check whether any of it has changed (DG/concurrency):
 * documents by id, whole tables, index look-ups (also those that found nothing), and names of tables. A table of which
 * more than `readSetEntriesMax` single things were read counts as read whole.
 */
export class ReadSet {
  readonly #names = new Set<string>()
  readonly #tables = new Map<string, TableReads>()

  /** Whether nothing but names of tables was read. */
  get hasOnlyNames(): boolean {
    return this.#tables.size === 0
  }

  /** The name was looked up in the catalog, found or not. */
  addName(name: string): void {
    this.#names.add(name)
  }

  /** The whole table was read; single reads of it need no entries any more. */
  addScan(tableId: string): void {
    const reads = this.#readsOf(tableId)
    reads.scanned = true
    reads.documents.clear()
    reads.probes.clear()
  }

  /** The document was read by its id, whether it exists or not. */
  addDocument(tableId: string, documentId: string): void {
    const reads = this.#readsOf(tableId)
    if (reads.scanned) return
    reads.documents.add(documentId)
    if (reads.documents.size > readSetEntriesMax) this.addScan(tableId)
  }

  /** An index was asked for a key. The index itself is thereby read too: without it, no later block lists its keys. */
  addProbe(tableId: string, indexId: string, indexKey: Uint8Array): void {
    const reads = this.#readsOf(tableId)
    if (reads.scanned) return
    const keys = reads.probes.get(indexId) ?? new Set<string>()
    reads.probes.set(indexId, keys)
    const before = keys.size
    keys.add(binaryText(indexKey))
    reads.probeCount += keys.size - before
    if (reads.probeCount > readSetEntriesMax) this.addScan(tableId)
  }

  /** Names the first read that a block changed, as the subject of "was changed" in an error; undefined for no conflict. */
  conflictWith(writeSet: WriteSet, catalog: CatalogState): string | undefined {
    for (const name of writeSet.names) if (this.#names.has(name)) return `the table name '${name}', which it used,`
    for (const [tableId, reads] of this.#tables) {
      const known = catalog.tables.get(tableId)
      const table = tableId === catalogTableId ? catalogTableName : (known?.name ?? tableId)
      const number = tableId === catalogTableId ? catalogTableNumber : known?.number
      // A table without a number is this transaction's own.
      const changed = number === undefined ? undefined : writeSet.documents.get(number)
      if (changed !== undefined) {
        if (reads.scanned) return `the table '${table}', which it read as a whole,`
        for (const documentId of changed)
          if (reads.documents.has(documentId)) return `the document '${documentId}' of table '${table}', which it read,`
      }
      for (const [indexId, keys] of reads.probes) {
        const index = known?.indexes.find((candidate) => candidate.indexId === indexId)
        const indexNumber = catalog.indexNumbers.get(indexId)
        assert(indexNumber !== undefined, `the index '${indexId}' that was asked has a number`)
        const what = `the index on '${index?.field ?? indexId}' of table '${table}', in which it looked up a value,`
        if (writeSet.droppedIndexes.includes(indexNumber)) return what
        for (const changedKey of writeSet.indexKeys.get(indexNumber) ?? []) if (keys.has(changedKey)) return what
      }
    }
    return undefined
  }

  #readsOf(tableId: string): TableReads {
    let reads = this.#tables.get(tableId)
    if (reads === undefined) {
      reads = { scanned: false, documents: new Set(), probes: new Map(), probeCount: 0 }
      this.#tables.set(tableId, reads)
    }
    return reads
  }
}

interface TableReads {
  scanned: boolean
  readonly documents: Set<string>
  /** Index id → index keys (binaryText). */
  readonly probes: Map<string, Set<string>>
  probeCount: number
}
