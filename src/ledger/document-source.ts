import { BugError } from '../base/assert.ts'
import { isId } from '../base/ids.ts'
import type { DocumentSource, Meter, SourceRow, TableView } from '../exec/source.ts'
import type { RangeCursor, Snapshot } from '../store/store.ts'
import { decodeLazy, LazyReader } from '../values/binary-reader.ts'
import type { SymbolTable } from '../values/symbols.ts'
import { isAbsent, type StructValue, type TimestampValue, type Value } from '../values/value.ts'
import type { BlockCache } from './block-cache.ts'
import { checkStored } from './check-stored.ts'
import { type CatalogState, catalogTableId, documentOfTable } from './catalog.ts'
import { committedRow, revisionRow } from './committed-row.ts'
import { historyRows } from './history.ts'
import {
  type DocumentPlace,
  documentIdKey,
  documentKey,
  documentNumberOfIndexEntry,
  documentRange,
  indexEntryRange,
  indexKeyOf,
} from './keys.ts'
import type { Overlay, TableOverlay } from './overlay.ts'
import type { ReadSet } from './read-set.ts'
import {
  type DocumentRecord,
  decodeDocumentRecord,
  decodePlace,
  decodeRevisionRecord,
  documentHeaderBytes,
  documentIdOf,
  type Reader,
  revisionOfDocument,
} from './records.ts'
import { type FoundRevision, revisionsOfDocument, revisionsOfTable } from './revisions.ts'

/** How many documents a look-up that found nothing is compared with, for its notice. */
const documentsTried = 16

/** What reading documents needs of a snapshot. */
type DocumentReader = Reader & Pick<Snapshot, 'cursor'>

/** What all statements of one transaction share: its snapshot, its own writes, its reads. */
export interface TransactionView {
  readonly reader: DocumentReader
  readonly symbols: SymbolTable
  readonly strandId: string
  readonly blocks: BlockCache
  readonly overlay: Overlay
  readonly readSet: ReadSet
}

/**
 * The documents as one statement sees them: the transaction's snapshot, and over it what earlier statements of the same
 * transaction wrote. Own writes have no block yet, so the committed view and history don't show them.
 */
export class StatementSource implements DocumentSource {
  readonly #view: TransactionView
  readonly #catalog: CatalogState
  readonly #statement: number
  readonly #meter: Meter
  readonly #nowMs: number

  constructor(view: TransactionView, catalog: CatalogState, statement: number, meter: Meter, nowMs: number) {
    this.#view = view
    this.#catalog = catalog
    this.#statement = statement
    this.#meter = meter
    this.#nowMs = nowMs
  }

  scan(tableId: string, view: TableView, isPassing = false): Iterable<SourceRow> {
    if (view === 'committed' || this.#view.overlay.table(tableId) !== undefined) return this.#mixedScan(tableId, view)
    return { [Symbol.iterator]: () => this.#storedRows(tableId, isPassing) }
  }

  /** The rows of a table of which the transaction has changed nothing so far. */
  #storedRows(tableId: string, isPassing: boolean): Iterator<SourceRow> {
    this.#view.readSet.addScan(tableId)
    const tableNumber = this.#tableNumber(tableId)
    if (tableNumber === undefined) return [][Symbol.iterator]()
    const entries = this.#view.reader.cursor(documentRange(tableNumber))
    return new StoredRows(entries, this.#view.symbols, this.#meter, isPassing)
  }

  *#mixedScan(tableId: string, view: TableView): Generator<SourceRow> {
    this.#view.readSet.addScan(tableId)
    for (const row of this.#mixedRows(tableId, view)) if (row !== undefined) yield this.#counted(row)
  }

  /** Undefined in place of a document that the transaction has deleted. */
  *#mixedRows(tableId: string, view: TableView): Generator<SourceRow | undefined> {
    const own = view === 'user' ? this.#view.overlay.table(tableId) : undefined
    const tableNumber = this.#tableNumber(tableId)
    if (tableNumber !== undefined) {
      for (const [, value] of this.#view.reader.range(documentRange(tableNumber))) yield this.#rowOf(value, view, own)
    }
    // By index, since later statements may add to the list while this result is being paged.
    for (let index = 0; own !== undefined && index < own.inserted.length; index += 1) {
      const documentId = own.inserted[index] as string
      const value = own.find(documentId, this.#statement)?.value
      yield value === undefined ? undefined : { documentId, value }
    }
  }

  findById(tableId: string, view: TableView, documentId: string): SourceRow | undefined {
    if (!isId(documentId)) return undefined
    const own = view === 'user' ? this.#view.overlay.table(tableId) : undefined
    const write = own?.find(documentId, this.#statement)
    if (write?.isNew !== true) this.#view.readSet.addDocument(tableId, documentId)
    if (write !== undefined)
      return write.value === undefined ? undefined : this.#counted({ documentId, value: write.value })
    const place = this.#placeOf(tableId, documentId)
    const row = place && this.#rowAt(place.tableNumber, place.documentNumber, view, own)
    return row === undefined ? undefined : this.#counted(row)
  }

  *findByIndex(tableId: string, view: TableView, indexId: string, key: Value): Generator<SourceRow> {
    if (isAbsent(key)) return
    const table = this.#catalog.tables.get(tableId)
    const index = table?.committed?.indexes.find((candidate) => candidate.indexId === indexId)
    const indexNumber = this.#catalog.indexNumbers.get(indexId)
    const tableNumber = table?.number
    checkStored(indexNumber !== undefined, `the index '${indexId}' has no number`)
    if (index === undefined || tableNumber === undefined) throw new BugError(`no index '${indexId}' to look into`)
    const indexKey = indexKeyOf(key)
    this.#view.readSet.addProbe(tableId, indexId, indexKey)
    const own = view === 'user' ? this.#view.overlay.table(tableId) : undefined
    for (const [entry] of this.#view.reader.range(indexEntryRange(indexNumber, indexKey))) {
      const row = this.#rowAt(tableNumber, documentNumberOfIndexEntry(entry), view, own, 'unchanged')
      if (row !== undefined) yield this.#counted(row)
    }
    if (own === undefined) return
    for (const documentId of own.findByField(index.field, key)) {
      const value = own.find(documentId, this.#statement)?.value
      if (value !== undefined) yield this.#counted({ documentId, value })
    }
  }

  /** The first documents of the table, read past meter and read set. */
  *someOf(tableId: string, view: TableView): Generator<SourceRow> {
    let count = 0
    for (const row of this.#mixedRows(tableId, view)) {
      if (row !== undefined) yield row
      count += 1
      if (count === documentsTried) return
    }
  }

  *history(tableId: string, from: TimestampValue | undefined, to: TimestampValue | undefined): Generator<SourceRow> {
    this.#view.readSet.addScan(tableId)
    const tableNumber = this.#tableNumber(tableId)
    yield* this.#history(tableNumber === undefined ? [] : revisionsOfTable(this.#view.reader, tableNumber), from, to)
  }

  *historyOf(
    tableId: string,
    documentId: string,
    from: TimestampValue | undefined,
    to: TimestampValue | undefined,
  ): Generator<SourceRow> {
    if (isId(documentId)) this.#view.readSet.addDocument(tableId, documentId)
    const place = this.#placeOf(tableId, documentId)
    yield* this.#history(place === undefined ? [] : revisionsOfDocument(this.#view.reader, place), from, to)
  }

  *#history(
    revisions: Iterable<FoundRevision>,
    from: TimestampValue | undefined,
    to: TimestampValue | undefined,
  ): Generator<SourceRow> {
    const rows = historyRows(this.#view.blocks, revisions, from, to, this.#nowMs, this.#meter)
    for (const row of rows) yield this.#counted(row)
  }

  systemView(name: string): Iterable<Value> | undefined {
    return name === 'user_tables' ? this.#userTables() : undefined
  }

  *#userTables(): Generator<Value> {
    this.#view.readSet.addScan(catalogTableId)
    for (const table of this.#catalog.tables.values()) yield documentOfTable(table)
  }

  global(name: string): Value {
    throw new BugError(`a ledger binds no value to '${name}'`)
  }

  /** Where a document of that table lies, also a deleted one. */
  #placeOf(tableId: string, documentId: string): DocumentPlace | undefined {
    const bytes = isId(documentId) ? this.#view.reader.get(documentIdKey(documentId)) : undefined
    const place = bytes && decodePlace(bytes, documentId)
    return place?.tableNumber === this.#tableNumber(tableId) ? place : undefined
  }

  /** The number of a table that has committed documents or may have. */
  #tableNumber(tableId: string): number | undefined {
    return this.#catalog.tables.get(tableId)?.number
  }

  #counted(row: SourceRow): SourceRow {
    this.#meter.readIos += 1
    this.#meter.tick()
    return row
  }

  #rowAt(
    tableNumber: number,
    documentNumber: number,
    view: TableView,
    own: TableOverlay | undefined,
    want: 'any' | 'unchanged' = 'any',
  ): SourceRow | undefined {
    const bytes = this.#view.reader.get(documentKey(tableNumber, documentNumber))
    if (bytes === undefined) return undefined
    return this.#rowOf(bytes, view, own, want)
  }

  /** The row of a committed document, or of what this transaction made of it; undefined when that is a deletion. */
  #rowOf(
    bytes: Uint8Array,
    view: TableView,
    own: TableOverlay | undefined,
    want: 'any' | 'unchanged' = 'any',
  ): SourceRow | undefined {
    const record = decodeDocumentRecord(bytes)
    const { documentId, version } = record
    const write = own?.find(documentId, this.#statement)
    if (write !== undefined) {
      return want === 'unchanged' || write.value === undefined ? undefined : { documentId, value: write.value }
    }
    const data = dataOf(record, this.#view.symbols)
    if (view === 'user') return { documentId, value: data }
    const revision = decodeRevisionRecord(revisionOfDocument(bytes))
    if (!revision.isExactTime) return revisionRow(this.#view.blocks.block(revision.sequenceNo), revision.position)
    return { documentId, value: committedRow(this.#view.strandId, documentId, version, revision, data) }
  }
}

/** The current documents of a table as they are stored. */
class StoredRows implements Iterator<SourceRow, undefined> {
  readonly #entries: RangeCursor
  readonly #symbols: SymbolTable
  readonly #meter: Meter
  readonly #isPassing: boolean
  #bytes: Uint8Array | undefined
  #values: LazyReader | undefined
  #passing: { readonly done: false; readonly value: StoredRow } | undefined

  constructor(entries: RangeCursor, symbols: SymbolTable, meter: Meter, isPassing: boolean) {
    this.#isPassing = isPassing
    this.#entries = entries
    this.#symbols = symbols
    this.#meter = meter
  }

  next(): IteratorResult<SourceRow, undefined> {
    const entries = this.#entries
    if (this.#isPassing) entries.drop()
    if (!entries.next()) return this.return()
    const { bytes, start } = entries
    let values = this.#values
    if (values === undefined || this.#bytes !== bytes) {
      values = new LazyReader(bytes, this.#symbols, this.#isPassing)
      this.#values = values
      this.#bytes = bytes
    }
    const value = asStruct(values.read(start + documentHeaderBytes, entries.end))
    this.#meter.readIos += 1
    this.#meter.tick()
    if (this.#isPassing) return this.#pass(bytes, start, value)
    return { done: false, value: new StoredRow(bytes, start, value) }
  }

  /** The same objects for every row: nothing is made for each. */
  #pass(bytes: Uint8Array, start: number, value: StructValue): IteratorResult<SourceRow, undefined> {
    if (this.#passing === undefined) this.#passing = { done: false, value: new StoredRow(bytes, start, value) }
    else this.#passing.value.moveTo(bytes, start, value)
    return this.#passing
  }

  return(): IteratorResult<SourceRow, undefined> {
    this.#entries.close()
    return { done: true, value: undefined }
  }
}

class StoredRow implements SourceRow {
  value: StructValue
  #bytes: Uint8Array
  #start: number

  constructor(bytes: Uint8Array, start: number, value: StructValue) {
    this.value = value
    this.#bytes = bytes
    this.#start = start
  }

  moveTo(bytes: Uint8Array, start: number, value: StructValue): void {
    this.value = value
    this.#bytes = bytes
    this.#start = start
  }

  get documentId(): string {
    return documentIdOf(this.#bytes, this.#start)
  }
}

/** A stored document's data; a struct that decodes a field when it is asked for. */
export function dataOf(record: DocumentRecord, symbols: SymbolTable): StructValue {
  return asStruct(decodeLazy(record.data, symbols))
}

function asStruct(value: Value): StructValue {
  if (value.type !== 'struct') throw new BugError('a stored document is a struct')
  return value
}
