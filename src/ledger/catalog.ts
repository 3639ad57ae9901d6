import { LedgerError } from '../base/errors.ts'
import type { Catalog, GlobalInfo, TableInfo } from '../plan/catalog.ts'
import { list, type StructValue, string, structOf, type Value } from '../values/value.ts'

/**
 * The tables of a ledger, as an immutable value: a transaction's own DDL makes new ones beside the committed one.
 *
 * The catalog is itself a table whose documents are the tables, each with its table's id as document id; so the journal
 * holds every table and index definition as a revision like any other, and replay needs nothing else.
 */

/** The catalog's own name and id in transactionInfo.documents. User tables can't take a name that begins so. */
export const catalogTableName = '_ql_catalog'
export const catalogTableId = '0000000000000000000000'

/**
 * The version of a catalog document that was computed from another program's statements: no revision made it, so the
 * next one, of this program, is version 0.
 */
export const derivedVersion = 0xffffffff

/** The version after another. */
export function versionAfter(version: number): number {
  return version === derivedVersion ? 0 : version + 1
}

export type TableStatus = 'ACTIVE' | 'INACTIVE'

/** A table as its catalog document describes it (DG/working.catalog). */
export interface TableDefinition {
  readonly tableId: string
  readonly name: string
  readonly status: TableStatus
  readonly indexes: readonly IndexDefinition[]
}

export interface IndexDefinition {
  readonly indexId: string
  /** The top-level field; `expr` in the document is `[field]`. */
  readonly field: string
}

/** The catalog document: the row of information_schema.user_tables, in AWS's order of fields. */
export function documentOfTable(table: TableDefinition): StructValue {
  const indexes = table.indexes.map((index) =>
    structOf({ indexId: string(index.indexId), expr: string(`[${index.field}]`), status: string('ONLINE') }),
  )
  return structOf({
    tableId: string(table.tableId),
    name: string(table.name),
    indexes: list(indexes),
    status: string(table.status),
  })
}

/** Throws LedgerError 'store/corrupt' when the document is not one that documentOfTable makes. */
export function tableOfDocument(document: Value): TableDefinition {
  if (document.type !== 'struct') throw malformed()
  const indexes = document.get('indexes')
  const status = textOf(document.get('status'))
  if (indexes?.type !== 'list' || (status !== 'ACTIVE' && status !== 'INACTIVE')) throw malformed()
  return {
    tableId: textOf(document.get('tableId')),
    name: textOf(document.get('name')),
    status,
    indexes: indexes.items.map((index) => {
      if (index.type !== 'struct') throw malformed()
      return { indexId: textOf(index.get('indexId')), field: textOf(index.get('expr')).slice(1, -1) }
    }),
  }
}

function textOf(value: Value | undefined): string {
  if (value?.type !== 'string') throw malformed()
  return value.value
}

function malformed(): LedgerError {
  return new LedgerError('store/corrupt', 'a document of the catalog is not a table definition')
}

/** A table with the numbers under which the store keeps it; undefined while they are not committed. */
export interface Table extends TableDefinition {
  readonly number: number | undefined
  /** The definition as committed before this transaction's own changes; what the store's indexes are. */
  readonly committed: TableDefinition | undefined
}

export class CatalogState {
  /** sequenceNo of the block that made it; own DDL keeps the committed one's. */
  readonly version: number
  /** By table id, in the order of creation. */
  readonly tables: ReadonlyMap<string, Table>
  /** Index id → the number that its entries have in the store. */
  readonly indexNumbers: ReadonlyMap<string, number>
  readonly #activeByName = new Map<string, Table>()

  constructor(version: number, tables: ReadonlyMap<string, Table>, indexNumbers: ReadonlyMap<string, number>) {
    this.version = version
    this.tables = tables
    this.indexNumbers = indexNumbers
    for (const table of tables.values()) if (table.status === 'ACTIVE') this.#activeByName.set(table.name, table)
  }

  activeTable(name: string): Table | undefined {
    return this.#activeByName.get(name)
  }

  activeNames(): Iterable<string> {
    return this.#activeByName.keys()
  }

  get activeCount(): number {
    return this.#activeByName.size
  }

  /** The same catalog with one table added or replaced by this transaction. */
  withTable(definition: TableDefinition): CatalogState {
    const before = this.tables.get(definition.tableId)
    const tables = new Map(this.tables)
    tables.set(definition.tableId, { ...definition, number: before?.number, committed: before?.committed })
    return new CatalogState(this.version, tables, this.indexNumbers)
  }
}

/** Hears which names a plan depended on: a plan is only right while they stand for the same tables. */
export type NameListener = (name: string) => void

/**
 * The catalog as the planner sees it. QLDB's names are case-sensitive, quoted or not. An index made by the running
 * transaction is left out: its entries are built at the commit.
 */
export class PlanCatalog implements Catalog {
  readonly #state: CatalogState
  readonly #onName: NameListener

  constructor(state: CatalogState, onName: NameListener) {
    this.#state = state
    this.#onName = onName
  }

  findGlobal(name: string): GlobalInfo | undefined {
    this.#onName(name)
    const table = this.#state.activeTable(name)
    return table === undefined ? undefined : { kind: 'table', table: infoOf(table) }
  }

  findTableById(tableId: string): TableInfo | undefined {
    const table = this.#state.tables.get(tableId)
    return table === undefined ? undefined : infoOf(table)
  }

  globalNames(): Iterable<string> {
    return this.#state.activeNames()
  }
}

function infoOf(table: Table): TableInfo {
  const usable = new Set(table.committed?.indexes.map((index) => index.indexId))
  return {
    tableId: table.tableId,
    name: table.name,
    active: table.status === 'ACTIVE',
    indexes: table.indexes.filter((index) => usable.has(index.indexId)),
  }
}
