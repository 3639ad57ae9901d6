/**
 * What a ledger has to hold, as plainly as it can be said: maps. A `State` is what one block has left, and never
 * changes; a `Working` is a state with one transaction's own writes over it.
 */
export type State = ReadonlyMap<string, Table>

export interface Table {
  readonly id: string
  readonly name: string
  readonly isActive: boolean
  /** Indexed fields, in the order of their making. */
  readonly indexes: readonly string[]
  readonly documents: ReadonlyMap<string, Document>
  /** All that were ever committed, in their order. */
  readonly revisions: readonly Revision[]
}

export type Fields = Readonly<Record<string, number>>

export interface Document {
  readonly version: number
  readonly fields: Fields
}

export interface Revision {
  readonly documentId: string
  readonly version: number
  /** Undefined: a deletion. */
  readonly fields: Fields | undefined
  readonly isRedacted: boolean
  readonly txId: string
  readonly block: number
}

/** What a statement gives: its rows as text, sorted; or the codes of which its failure has one. */
export type Answer = { readonly rows: readonly string[] } | { readonly codes: readonly string[] }

export interface Statement {
  readonly text: string
  /** What the ledger has to answer; does to `working` what the statement does. */
  apply(working: Working, observed: readonly Row[]): Answer
  /** Reads nothing but names, so that only a change of the catalog may refuse its transaction. */
  readonly isBlind?: boolean
}

/** A row as plain data. */
export type Row = unknown

interface Written {
  readonly tableId: string
  readonly isNew: boolean
}

export class Working {
  readonly base: State
  readonly tables: Map<string, Table>
  readonly #written = new Map<string, Written>()
  readonly #defined = new Set<string>()
  readonly #redacted: Revision[] = []

  constructor(base: State) {
    this.base = base
    this.tables = new Map(base)
  }

  active(name: string): Table | undefined {
    for (const table of this.tables.values()) if (table.isActive && table.name === name) return table
    return undefined
  }

  get activeTables(): Table[] {
    return [...this.tables.values()].filter(({ isActive }) => isActive)
  }

  /** Whether the commit has to write a block. */
  get isChanged(): boolean {
    const isKept = ([id, { tableId, isNew }]: [string, Written]) =>
      !isNew || this.tables.get(tableId)?.documents.has(id)
    return this.#defined.size > 0 || this.#redacted.length > 0 || [...this.#written].some(isKept)
  }

  define(table: Table): void {
    this.#defined.add(table.id)
    this.tables.set(table.id, table)
  }

  put(tableId: string, id: string, fields: Fields): void {
    const table = this.tables.get(tableId) as Table
    const version = this.base.get(tableId)?.documents.get(id)?.version ?? -1
    this.#note(tableId, id)
    this.tables.set(tableId, {
      ...table,
      documents: new Map(table.documents).set(id, { version: version + 1, fields }),
    })
  }

  remove(tableId: string, id: string): void {
    const table = this.tables.get(tableId) as Table
    const documents = new Map(table.documents)
    documents.delete(id)
    this.#note(tableId, id)
    this.tables.set(tableId, { ...table, documents })
  }

  redact(revision: Revision): void {
    this.#redacted.push(revision)
  }

  isRedacted(revision: Revision): boolean {
    return this.#redacted.includes(revision)
  }

  /** What the block of this transaction leaves. */
  committed(txId: string, block: number): State {
    const after = new Map(this.tables)
    for (const [id, { tableId, isNew }] of this.#written) {
      const table = after.get(tableId) as Table
      const document = table.documents.get(id)
      if (isNew && document === undefined) continue
      const version = (this.base.get(tableId)?.documents.get(id)?.version ?? -1) + 1
      const revision = { documentId: id, version, fields: document?.fields, isRedacted: false, txId, block }
      after.set(tableId, { ...table, revisions: [...table.revisions, revision] })
    }
    for (const gone of this.#redacted) {
      for (const table of after.values()) {
        const isIt = (one: Revision) => one.documentId === gone.documentId && one.version === gone.version
        if (!table.revisions.some(isIt)) continue
        const revisions = table.revisions.map((one) => (isIt(one) ? { ...one, isRedacted: true } : one))
        after.set(table.id, { ...table, revisions })
      }
    }
    return after
  }

  #note(tableId: string, id: string): void {
    if (this.#written.has(id)) return
    this.#written.set(id, { tableId, isNew: this.base.get(tableId)?.documents.has(id) !== true })
  }
}

/** Plain data as one text, with its fields in one order. */
export function canonical(row: Row): string {
  return JSON.stringify(row, (_, value) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
}

export function answer(rows: readonly Row[]): Answer {
  return { rows: rows.map(canonical).sort() }
}
