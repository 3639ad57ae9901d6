import { BugError } from '../base/assert.ts'
import { LedgerError } from '../base/errors.ts'
import { isId } from '../base/ids.ts'
import { tableNameCharactersMax, transactionBytesMaxWide } from '../base/limits.ts'
import { nearName } from '../base/near-name.ts'
import type { DocumentSink, Meter } from '../exec/source.ts'
import { type RedactedRevision, redactedRevisionToIon } from '../journal/block.ts'
import { encodeIon } from '../values/binary-writer.ts'
import type { StructValue, Value } from '../values/value.ts'
import {
  type CatalogState,
  catalogTableId,
  documentOfTable,
  type IndexDefinition,
  type Table,
  type TableDefinition,
} from './catalog.ts'
import type { TransactionView } from './document-source.ts'
import type { Overlay } from './overlay.ts'
import type { LedgerQuotas } from './quotas.ts'
import { findRedactable } from './redaction.ts'
import { asDocument } from './storable.ts'

/** The part of a transaction that statements change. */
export interface TransactionWrites {
  readonly view: TransactionView
  readonly redactions: RedactedRevision[]
  /** The catalog with this transaction's own DDL. */
  catalog: CatalogState
  /** The least number of a statement whose result may still be read. */
  oldestReader(): number
}

/** Takes one statement's changes into the transaction's overlay; nothing reaches the store before the commit. */
export class StatementSink implements DocumentSink {
  readonly #writes: TransactionWrites
  readonly #statement: number
  readonly #meter: Meter
  readonly #nextId: () => string
  readonly #quotas: LedgerQuotas

  constructor(writes: TransactionWrites, statement: number, meter: Meter, nextId: () => string, quotas: LedgerQuotas) {
    this.#writes = writes
    this.#statement = statement
    this.#meter = meter
    this.#nextId = nextId
    this.#quotas = quotas
  }

  insert(tableId: string, document: Value): string {
    const documentId = this.#nextId()
    this.#write(tableId, documentId, asDocument(document), true)
    return documentId
  }

  replace(tableId: string, documentId: string, document: Value): void {
    this.#change(tableId, documentId, asDocument(document))
  }

  remove(tableId: string, documentId: string): void {
    this.#change(tableId, documentId, undefined)
  }

  createTable(name: string, conditional = false): string {
    checkName(name, 'table')
    const { catalog, view } = this.#writes
    view.readSet.addName(name)
    const existing = catalog.activeTable(name)
    if (existing !== undefined && conditional) {
      this.#readDefinition(existing)
      return existing.tableId
    }
    if (existing !== undefined) throw tableExists(name)
    this.#checkTableCounts(catalog.tables.size)
    const tableId = this.#nextId()
    this.#define({ tableId, name, status: 'ACTIVE', indexes: [] })
    return tableId
  }

  dropTable(name: string): string {
    const table = this.#activeTable(name)
    this.#define({ ...definitionOf(table), status: 'INACTIVE' })
    return table.tableId
  }

  undropTable(tableId: string): string {
    const { catalog, view } = this.#writes
    const table = catalog.tables.get(tableId)
    if (table === undefined) throw new LedgerError('catalog/table-not-found', `no table with the id '${tableId}'`)
    this.#readDefinition(table)
    if (table.status === 'ACTIVE')
      throw new LedgerError('catalog/table-exists', `table '${table.name}' (${tableId}) is not dropped`)
    view.readSet.addName(table.name)
    if (catalog.activeTable(table.name) !== undefined) throw tableExists(table.name)
    this.#checkTableCounts(0)
    this.#define({ ...definitionOf(table), status: 'ACTIVE' })
    return tableId
  }

  createIndex(tableName: string, field: string, conditional = false): string {
    const table = this.#activeTable(tableName)
    if (field.length === 0 || field.length > tableNameCharactersMax)
      throw new LedgerError('catalog/invalid-name', `an indexed field has 1 to ${tableNameCharactersMax} characters`)
    const exists = table.indexes.some((index) => index.field === field)
    if (exists && conditional) return table.tableId
    if (exists) throw new LedgerError('catalog/index-exists', `table '${tableName}' already has an index on '${field}'`)
    const { tableIndexes } = this.#quotas
    if (table.indexes.length >= tableIndexes) {
      throw new LedgerError(
        'catalog/limit',
        `Exceeded indexes limit: table '${tableName}' has ${tableIndexes} indexes, and cannot have another`,
      )
    }
    const index: IndexDefinition = { indexId: this.#nextId(), field }
    this.#define({ ...definitionOf(table), indexes: [...table.indexes, index] })
    return table.tableId
  }

  dropIndex(tableName: string, indexId: string): string {
    const table = this.#activeTable(tableName)
    const indexes = table.indexes.filter((index) => index.indexId !== indexId)
    if (indexes.length === table.indexes.length) {
      throw new LedgerError('catalog/index-not-found', `table '${tableName}' has no index with the id '${indexId}'`, {
        help: 'SELECT * FROM information_schema.user_tables lists the indexes with their ids',
      })
    }
    this.#define({ ...definitionOf(table), indexes })
    return table.tableId
  }

  redactRevision(blockAddress: Value, tableId: string, documentId: string): Value {
    const { view, catalog, redactions } = this.#writes
    const { transactionRedactions } = this.#quotas
    if (redactions.length >= transactionRedactions) {
      const most = transactionRedactions === 1 ? 'one revision' : `${transactionRedactions} revisions`
      throw new LedgerError('transaction/too-large', `a transaction redacts at most ${most}`)
    }
    if (isId(documentId)) view.readSet.addDocument(tableId, documentId)
    const redacted = findRedactable(view, catalog, blockAddress, tableId, documentId)
    if (redactions.some((one) => one.documentId === documentId && one.version === redacted.version)) {
      const { sequenceNo } = redacted.blockAddress
      const text = `the revision of document '${documentId}' in block ${sequenceNo} is redacted already, by this transaction`
      throw new LedgerError('evaluator/invalid', text)
    }
    redactions.push(redacted)
    this.#meter.writeIos += 1
    return redactedRevisionToIon(redacted)
  }

  /** A table by its name, for DDL: its definition is read and will be written. */
  #activeTable(name: string): Table {
    const { catalog, view } = this.#writes
    view.readSet.addName(name)
    const table = catalog.activeTable(name)
    if (table !== undefined) {
      this.#readDefinition(table)
      return table
    }
    const near = nearName(name, catalog.activeNames())
    const help = near === undefined ? {} : { help: `did you mean '${near}'?` }
    throw new LedgerError('catalog/table-not-found', `no table named '${name}'`, help)
  }

  /** A refusal has read it too: that an index already exists, say. */
  #readDefinition(table: Table): void {
    if (table.number !== undefined) this.#writes.view.readSet.addDocument(catalogTableId, table.tableId)
  }

  #checkTableCounts(tableCount: number): void {
    const { tables, activeTables } = this.#quotas
    if (tableCount >= tables) {
      const text = `Exceeded tables limit: Ledger has ${tableCount} total tables, and cannot create another`
      throw new LedgerError('catalog/limit', text)
    }
    const { activeCount } = this.#writes.catalog
    if (activeCount >= activeTables) {
      const text = `Exceeded tables limit: Ledger has ${activeCount} active tables, and cannot create another`
      throw new LedgerError('catalog/limit', text)
    }
  }

  #define(definition: TableDefinition): void {
    const { catalog, view } = this.#writes
    const { overlay } = view
    const isNew = catalog.tables.get(definition.tableId)?.number === undefined
    const write = { statement: this.#statement, value: documentOfTable(definition), bytes: 0, isNew }
    overlay.write(catalogTableId, definition.tableId, write, this.#writes.oldestReader())
    this.#writes.catalog = catalog.withTable(definition)
    this.#meter.writeIos += 1
  }

  #change(tableId: string, documentId: string, value: StructValue | undefined): void {
    const { overlay, readSet } = this.#writes.view
    const isNew = overlay.table(tableId)?.documents.get(documentId)?.[0]?.isNew === true
    if (!isNew) readSet.addDocument(tableId, documentId)
    this.#write(tableId, documentId, value, isNew)
  }

  #write(tableId: string, documentId: string, value: StructValue | undefined, isNew: boolean): void {
    if (this.#writes.catalog.tables.get(tableId)?.status !== 'ACTIVE')
      throw new BugError(`a statement writes to an active table, not to '${tableId}'`)
    const bytes = value === undefined ? 0 : encodeIon(value).length
    const bytesMax = this.#quotas.documentBytes
    if (bytes > bytesMax)
      throw new LedgerError(
        'document/too-large',
        `the document has ${bytes} bytes as Ion, at most ${bytesMax} are allowed`,
      )
    const { overlay } = this.#writes.view
    overlay.write(tableId, documentId, { statement: this.#statement, value, bytes, isNew }, this.#writes.oldestReader())
    this.#meter.writeIos += 1
    this.#meter.tick()
    this.#checkTransactionSize(overlay)
  }

  #checkTransactionSize({ finalBytes, heldBytes, documentCount }: Overlay): void {
    const { transactionBytes, transactionDocuments } = this.#quotas
    // What open results may still read is held beside it; that is bounded by the memory, not by a quota.
    const bytes = heldBytes > Math.max(transactionBytes, transactionBytesMaxWide) ? heldBytes : finalBytes
    if (bytes > transactionBytes) {
      const text = `the transaction's changes come to ${bytes} bytes, at most ${transactionBytes} are allowed`
      throw new LedgerError('transaction/too-large', text)
    }
    if (documentCount > transactionDocuments) {
      const text = `the transaction changes ${documentCount} documents, at most ${transactionDocuments} are allowed`
      throw new LedgerError('transaction/too-large', text)
    }
  }
}

function definitionOf(table: Table): TableDefinition {
  return { tableId: table.tableId, name: table.name, status: table.status, indexes: table.indexes }
}

/** QLDB's text for an active table of that name, code 412 on the wire. */
function tableExists(name: string): LedgerError {
  return new LedgerError('catalog/table-exists', `Table with name: USER.${name} already exists`)
}

/** The rule for table names: DG/ql-reference.create-table; names that begin with `_ql_` belong to the system. */
function checkName(name: string, what: string): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || name.length > tableNameCharactersMax) {
    throw new LedgerError(
      'catalog/invalid-name',
      `'${name}' can't name a ${what}: letters, digits and '_', no digit first, at most ${tableNameCharactersMax}`,
    )
  }
  if (name.startsWith('_ql_'))
    throw new LedgerError(
      'catalog/invalid-name',
      `'${name}' can't name a ${what}: names with '_ql_' belong to the system`,
    )
}
