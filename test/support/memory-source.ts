import { LedgerError } from '../../src/base/errors.ts'
import type { DocumentSink, DocumentSource, SourceRow, TableView } from '../../src/exec/source.ts'
import type { EvaluationContext } from '../../src/exec/evaluation-context.ts'
import type { Catalog, GlobalInfo, TableInfo } from '../../src/plan/catalog.ts'
import { equals } from '../../src/values/compare.ts'
import {
  int,
  isAbsent,
  string,
  structOf,
  type StructValue,
  type TimestampValue,
  type Value,
} from '../../src/values/value.ts'

interface MemoryTable extends TableInfo {
  name: string
  active: boolean
  indexes: { indexId: string; field: string }[]
  readonly documents: Map<string, StructValue>
  readonly versions: Map<string, number>
  readonly history: { id: string; version: number; data: StructValue | undefined }[]
}

/**
 * Tables and bound values in memory, for tests of planner and executor: the plainest thing that keeps the contracts of
 * Catalog, DocumentSource and DocumentSink. Ids are `t1`, `d1`, `i1` …; reads count as the contract says.
 */
export class MemoryDatabase implements Catalog, DocumentSource, DocumentSink {
  readonly values = new Map<string, Value>()
  readonly tables: MemoryTable[] = []
  /** `onTick` may throw, as a cancelled statement's meter does. */
  readonly meter = { readIos: 0, writeIos: 0, onTick: () => {}, tick: () => this.meter.onTick() }
  /** What the statements looked up or scanned, in order. */
  readonly reads: string[] = []
  readonly foldsCase: boolean
  #ids = 0

  constructor(foldsCase = false) {
    this.foldsCase = foldsCase
  }

  context(parameters: readonly Value[] = [], typing: 'permissive' | 'strict' = 'permissive'): EvaluationContext {
    const nowMs = Date.UTC(2024, 0, 2, 3, 4, 5, 6)
    return {
      source: this,
      sink: this,
      parameters,
      typing,
      transactionId: 'tx00000000000000000001',
      nowMs,
      meter: this.meter,
    }
  }

  /** Gives what puts the documents of all tables back as they are now. */
  snapshot(): () => void {
    const all = this.tables.map((table) => ({ table, documents: [...table.documents], versions: [...table.versions] }))
    return () => {
      for (const { table, documents, versions } of all) {
        table.documents.clear()
        table.versions.clear()
        for (const [id, document] of documents) table.documents.set(id, document)
        for (const [id, version] of versions) table.versions.set(id, version)
      }
    }
  }

  findGlobal(name: string, quoted: boolean): GlobalInfo | undefined {
    const table = this.tables.find((one) => one.active && one.name === name)
    if (table !== undefined) return { kind: 'table', table }
    if (this.values.has(name)) return { kind: 'value', name }
    if (quoted || !this.foldsCase) return undefined
    const lower = name.toLowerCase()
    const folded = [...this.values.keys()].find((one) => one.toLowerCase() === lower)
    return folded === undefined ? undefined : { kind: 'value', name: folded }
  }

  findTableById(tableId: string): TableInfo | undefined {
    return this.tables.find((one) => one.tableId === tableId)
  }

  globalNames(): Iterable<string> {
    return [...this.tables.map((table) => table.name), ...this.values.keys()]
  }

  *scan(tableId: string, view: TableView): Iterable<SourceRow> {
    this.reads.push(`scan ${this.#table(tableId).name}`)
    for (const [documentId, value] of [...this.#table(tableId).documents]) yield this.#row(documentId, value, view)
  }

  *someOf(tableId: string, view: TableView): Iterable<SourceRow> {
    const { readIos } = this.meter
    for (const [documentId, value] of [...this.#table(tableId).documents].slice(0, 16)) {
      yield this.#row(documentId, value, view)
    }
    this.meter.readIos = readIos
  }

  findById(tableId: string, view: TableView, documentId: string): SourceRow | undefined {
    this.reads.push(`id ${documentId}`)
    const value = this.#table(tableId).documents.get(documentId)
    return value && this.#row(documentId, value, view)
  }

  *findByIndex(tableId: string, view: TableView, indexId: string, key: Value): Iterable<SourceRow> {
    const table = this.#table(tableId)
    const field = table.indexes.find((index) => index.indexId === indexId)?.field ?? ''
    this.reads.push(`index ${field}`)
    for (const [documentId, value] of [...table.documents]) {
      const found = value.get(field)
      if (found !== undefined && !isAbsent(found) && equals(found, key)) yield this.#row(documentId, value, view)
    }
  }

  *history(tableId: string, from?: TimestampValue, to?: TimestampValue): Iterable<SourceRow> {
    this.reads.push(`history ${this.#table(tableId).name} ${from?.year ?? '-'} ${to?.year ?? '-'}`)
    for (const { id, version, data } of this.#table(tableId).history) {
      this.meter.readIos += 1
      const metadata = structOf({ id: string(id), version: int(version) })
      yield { documentId: id, value: structOf(data === undefined ? { metadata } : { data, metadata }) }
    }
  }

  *historyOf(tableId: string, documentId: string, from?: TimestampValue, to?: TimestampValue): Iterable<SourceRow> {
    this.reads.push(`history of ${documentId}`)
    const before = this.meter.readIos
    const rows = [...this.history(tableId, from, to)].filter((row) => row.documentId === documentId)
    this.meter.readIos = before + rows.length
    this.reads.splice(this.reads.length - 1, 1)
    yield* rows
  }

  systemView(name: string): Iterable<Value> | undefined {
    if (name !== 'user_tables') return undefined
    return this.tables.map((table) =>
      structOf({
        tableId: string(table.tableId),
        name: string(table.name),
        status: string(table.active ? 'ACTIVE' : 'INACTIVE'),
      }),
    )
  }

  global(name: string): Value {
    return this.values.get(name) as Value
  }

  insert(tableId: string, document: Value): string {
    if (document.type !== 'struct') throw new LedgerError('document/not-a-struct', 'a document is a struct')
    const id = this.#id('d')
    this.#write(tableId, id, document)
    return id
  }

  replace(tableId: string, documentId: string, document: Value): void {
    if (document.type !== 'struct') throw new LedgerError('document/not-a-struct', 'a document is a struct')
    this.#write(tableId, documentId, document)
  }

  remove(tableId: string, documentId: string): void {
    this.#write(tableId, documentId, undefined)
  }

  createTable(name: string): string {
    if (this.findGlobal(name, true) !== undefined) {
      throw new LedgerError('catalog/table-exists', `Table with name: USER.${name} already exists`)
    }
    const tableId = this.#id('t')
    this.tables.push({
      tableId,
      name,
      active: true,
      indexes: [],
      documents: new Map(),
      versions: new Map(),
      history: [],
    })
    return tableId
  }

  dropTable(name: string): string {
    const table = this.#named(name)
    table.active = false
    return table.tableId
  }

  undropTable(tableId: string): string {
    this.#table(tableId).active = true
    return tableId
  }

  createIndex(name: string, field: string): string {
    const table = this.#named(name)
    table.indexes.push({ indexId: this.#id('i'), field })
    return table.tableId
  }

  dropIndex(name: string, indexId: string): string {
    const table = this.#named(name)
    table.indexes = table.indexes.filter((index) => index.indexId !== indexId)
    return table.tableId
  }

  redactRevision(blockAddress: Value, tableId: string, documentId: string): Value {
    return structOf({ blockAddress, tableId: string(tableId), documentId: string(documentId), version: int(0) })
  }

  #row(documentId: string, data: StructValue, view: TableView): SourceRow {
    this.meter.readIos += 1
    if (view === 'user') return { documentId, value: data }
    return { documentId, value: structOf({ data, metadata: structOf({ id: string(documentId), version: int(0) }) }) }
  }

  #write(tableId: string, id: string, data: StructValue | undefined): void {
    const table = this.#table(tableId)
    const version = table.versions.get(id) ?? 0
    table.versions.set(id, version + 1)
    table.history.push({ id, version, data })
    if (data === undefined) table.documents.delete(id)
    else table.documents.set(id, data)
    this.meter.writeIos += 1
  }

  #table(tableId: string): MemoryTable {
    const table = this.tables.find((one) => one.tableId === tableId)
    if (table === undefined) throw new LedgerError('catalog/table-not-found', `no table has the id '${tableId}'`)
    return table
  }

  #named(name: string): MemoryTable {
    const table = this.tables.find((one) => one.active && one.name === name)
    if (table === undefined) throw new LedgerError('catalog/table-not-found', `no table is named '${name}'`)
    return table
  }

  #id(letter: string): string {
    this.#ids += 1
    return `${letter}${this.#ids}`
  }
}
