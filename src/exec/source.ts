import type { StructValue, TimestampValue, Value } from '../values/value.ts'

/**
 * What the executor needs from the owner of the documents. `ledger` provides it per statement: reads see the
 * transaction's snapshot plus its own earlier writes, never those of the statement itself.
 *
 * Rows come in insertion order. The source counts one read IO for every row that it returns.
 */
export interface DocumentSource {
  /**
   * All documents of a table. `committed` rows have the committed view's shape {blockAddress, hash, data, metadata}.
   * `isPassing`: the caller is done with each row before asking for the next, so the source may reuse its buffer. Values
   * that were read from its fields may be kept: such a row copies them.
   */
  scan(tableId: string, view: TableView, isPassing?: boolean): Iterable<SourceRow>
  findById(tableId: string, view: TableView, documentId: string): SourceRow | undefined
  /** Documents whose indexed field equals `key` (PartiQL's `=`); a superset is allowed, the caller filters again. */
  findByIndex(tableId: string, view: TableView, indexId: string, key: Value): Iterable<SourceRow>
  /** Some documents of a table, for notices: they count no read IO, and the statement's answer does not rest on them. */
  someOf?(tableId: string, view: TableView): Iterable<SourceRow>
  /** Revisions of a table that were active at some moment of [from, to]; the committed view's shape. */
  history(tableId: string, from: TimestampValue | undefined, to: TimestampValue | undefined): Iterable<SourceRow>
  /**
   * The same for one document, where the source can find it without reading the others' revisions. Left out, or with a
   * superset of rows, the statement gives the same: the condition stays.
   */
  historyOf?(
    tableId: string,
    documentId: string,
    from: TimestampValue | undefined,
    to: TimestampValue | undefined,
  ): Iterable<SourceRow>
  /** The rows of information_schema.<name>; undefined when there is no such view. */
  systemView(name: string): Iterable<Value> | undefined
  /** The value bound to a global name (see plan/catalog.ts). */
  global(name: string): Value
  /**
   * The elements of the list bound to a global name, made one at a time, so that FROM need not hold them all; undefined
   * if the value is not a list or is in memory anyway. Called each time the source is opened.
   * `isPassing`: as in `scan`.
   */
  globalRows?(name: string, isPassing: boolean): Iterable<Value> | undefined
}

export type TableView = 'user' | 'committed'

export interface SourceRow {
  readonly documentId: string
  readonly value: StructValue
}

/** What a statement may change. Every function throws LedgerError with a `catalog/` or `document/` code. */
export interface DocumentSink {
  /** Returns the new document's id. `document` must be a struct without bags. */
  insert(tableId: string, document: Value): string
  replace(tableId: string, documentId: string, document: Value): void
  remove(tableId: string, documentId: string): void
  /** Returns the table's id; `conditional`: that of an existing one is as good. */
  createTable(name: string, conditional?: boolean): string
  dropTable(name: string): string
  undropTable(tableId: string): string
  /** Returns the table's id. */
  createIndex(table: string, field: string, conditional?: boolean): string
  dropIndex(table: string, indexId: string): string
  /** EXEC REDACT_REVISION: returns the result row. */
  redactRevision(blockAddress: Value, tableId: string, documentId: string): Value
}

/** Counts what a statement costs and lets it be stopped. */
export interface Meter {
  readIos: number
  writeIos: number
  /** Called now and then while rows are worked on; throws LedgerError 'cancelled/by-user' or 'transaction/expired'. */
  tick(): void
  /** The same, at once: for work of which a single piece may take long. */
  check?(): void
}
