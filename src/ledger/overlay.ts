import { equalityKey } from '../values/compare.ts'
import { isAbsent, type StructValue, type Value } from '../values/value.ts'

/**
 * A transaction's own writes before its commit. Every write carries the number of its statement, and a statement reads
 * as of its own number: it never sees its own writes, and a result that is still being paged is not disturbed by later
 * statements of the same transaction.
 */
export class Overlay {
  readonly #tables = new Map<string, TableOverlay>()
  /** What the running statement wrote, to take it back if it fails. */
  #written: { table: TableOverlay; documentId: string }[] = []
  #heldBytes = 0
  #finalBytes = 0
  #documents = 0

  /** Ion bytes of all versions held, older ones that an open result may still read included. */
  get heldBytes(): number {
    return this.#heldBytes
  }
  /** Ion bytes of the last version of every changed document: what the commit will write. */
  get finalBytes(): number {
    return this.#finalBytes
  }
  /** How many documents have been changed. */
  get documentCount(): number {
    return this.#documents
  }
  get isEmpty(): boolean {
    return this.#documents === 0
  }

  /** The tables with writes, in the order of their first write. */
  tables(): Iterable<readonly [tableId: string, table: TableOverlay]> {
    return this.#tables
  }

  table(tableId: string): TableOverlay | undefined {
    return this.#tables.get(tableId)
  }

  /**
   * Records a write. `value` undefined is a deletion; `bytes` its size; `oldestReader` the least number of a statement
   * whose result is still open: versions that none of them can see are dropped.
   */
  write(tableId: string, documentId: string, write: OverlayWrite, oldestReader: number): void {
    const table = this.#tables.get(tableId) ?? new TableOverlay()
    this.#tables.set(tableId, table)
    let versions = table.documents.get(documentId)
    if (versions === undefined) {
      versions = []
      table.documents.set(documentId, versions)
      if (write.isNew) table.inserted.push(documentId)
      this.#documents += 1
    }
    const last = versions.at(-1)
    this.#finalBytes += write.bytes - (last?.bytes ?? 0)
    this.#heldBytes += write.bytes
    if (last?.statement === write.statement) {
      this.#heldBytes -= last.bytes
      versions.pop()
    } else {
      this.#heldBytes -= dropUnseen(versions, oldestReader)
      this.#written.push({ table, documentId })
      table.noteStatement(documentId, write.statement)
    }
    versions.push(write)
    table.addToIndexes(documentId, write.value)
  }

  /** The statement has succeeded: its writes stay. */
  keepStatement(): void {
    this.#written = []
  }

  /** The statement has failed: its writes go, and nothing else. */
  undoStatement(): void {
    for (const { table, documentId } of this.#written.reverse()) {
      const versions = table.documents.get(documentId) as OverlayWrite[]
      const undone = versions.pop() as OverlayWrite
      table.statements.get(documentId)?.pop()
      this.#heldBytes -= undone.bytes
      this.#finalBytes += (versions.at(-1)?.bytes ?? 0) - undone.bytes
      if (versions.length > 0) continue
      table.documents.delete(documentId)
      table.statements.delete(documentId)
      if (undone.isNew) table.inserted.pop()
      this.#documents -= 1
    }
    for (const [tableId, table] of this.#tables) if (table.documents.size === 0) this.#tables.delete(tableId)
    this.#written = []
  }
}

/** One version of a document; `value` undefined is a deletion. `bytes` counts towards the transaction's limits. */
export interface OverlayWrite {
  readonly statement: number
  readonly value: StructValue | undefined
  readonly bytes: number
  /** Whether the document was inserted by this transaction. */
  readonly isNew: boolean
}

/** The writes of a transaction to one table. */
export class TableOverlay {
  readonly documents = new Map<string, OverlayWrite[]>()
  /** Documents that the transaction inserted, in order. */
  readonly inserted: string[] = []
  /** The numbers of the statements that changed each document, ascending. */
  readonly statements = new Map<string, number[]>()

  /** Field → equality key → documents of which some version has or had it. Made when first asked for. */
  readonly #indexes = new Map<string, Map<string, Set<string>>>()

  /** Documents of which some version has `key` in that field; the caller looks again. */
  findByField(field: string, key: Value): Iterable<string> {
    let index = this.#indexes.get(field)
    if (index === undefined) {
      index = new Map()
      this.#indexes.set(field, index)
      for (const [documentId, versions] of this.documents)
        for (const version of versions) addToIndex(index, field, documentId, version.value)
    }
    return index.get(equalityKey(key)) ?? []
  }

  addToIndexes(documentId: string, value: StructValue | undefined): void {
    for (const [field, index] of this.#indexes) addToIndex(index, field, documentId, value)
  }

  noteStatement(documentId: string, statement: number): void {
    const numbers = this.statements.get(documentId)
    if (numbers === undefined) this.statements.set(documentId, [statement])
    else numbers.push(statement)
  }

  /** The newest write of a statement before `statement`; undefined when there is none. */
  find(documentId: string, statement: number): OverlayWrite | undefined {
    const versions = this.documents.get(documentId)
    if (versions === undefined) return undefined
    for (let index = versions.length - 1; index >= 0; index -= 1) {
      const version = versions[index] as OverlayWrite
      if (version.statement < statement) return version
    }
    return undefined
  }
}

function addToIndex(
  index: Map<string, Set<string>>,
  field: string,
  documentId: string,
  value: StructValue | undefined,
): void {
  const fieldValue = value?.get(field)
  if (fieldValue === undefined || isAbsent(fieldValue)) return
  const key = equalityKey(fieldValue)
  const documents = index.get(key)
  if (documents === undefined) index.set(key, new Set([documentId]))
  else documents.add(documentId)
}

/** Drops all versions but those that a reader from `oldestReader` on can see; returns their bytes. */
function dropUnseen(versions: OverlayWrite[], oldestReader: number): number {
  let seen = versions.length - 1
  while (seen > 0 && (versions[seen] as OverlayWrite).statement >= oldestReader) seen -= 1
  if (seen <= 0) return 0
  let bytes = 0
  for (const dropped of versions.splice(0, seen)) bytes += dropped.bytes
  return bytes
}
