import type { SourceRow, TableView } from '../../src/exec/source.ts'
import { LazyReader } from '../../src/values/binary-reader.ts'
import { encodeRaw } from '../../src/values/binary-writer.ts'
import { SymbolDictionary } from '../../src/values/symbols.ts'
import type { StructValue, Value } from '../../src/values/value.ts'
import { MemoryDatabase } from './memory-source.ts'

/**
 * The same database giving its documents as a ledger does: decoded when asked, from memory that many share, or from memory
 * that the next one of the scan takes over. Its indexes find too much, as they may.
 */
export class StoredDatabase extends MemoryDatabase {
  readonly #symbols = new SymbolDictionary()
  readonly #alwaysPassing: boolean

  /** `alwaysPassing`: memory is used again though somebody may look, which a test must find out. */
  constructor(alwaysPassing = false) {
    super()
    this.#alwaysPassing = alwaysPassing
  }

  override *scan(tableId: string, view: TableView, isPassing = false): Iterable<SourceRow> {
    const rows = [...super.scan(tableId, view)]
    if (isPassing || this.#alwaysPassing) yield* this.#passing(rows)
    else yield* this.#stored(rows)
  }

  *#passing(rows: readonly SourceRow[]): Iterable<SourceRow> {
    const bytes = Buffer.alloc(4_096)
    const reader = new LazyReader(bytes, this.#symbols, true)
    for (const { documentId, value } of rows) {
      const encoded = encodeRaw(value, this.#symbols)
      bytes.set(encoded)
      yield { documentId, value: reader.read(0, encoded.length) as StructValue }
      bytes.fill(0xff)
    }
  }

  override findById(tableId: string, view: TableView, documentId: string): SourceRow | undefined {
    const row = super.findById(tableId, view, documentId)
    return row && this.#stored([row])[0]
  }

  override *findByIndex(tableId: string, view: TableView, indexId: string, key: Value): Iterable<SourceRow> {
    const rows = [...super.findByIndex(tableId, view, indexId, key)]
    const [extra] = super.scan(tableId, view)
    if (extra !== undefined && !rows.some((row) => row.documentId === extra.documentId)) rows.push(extra)
    yield* this.#stored(rows)
  }

  #stored(rows: readonly SourceRow[]): SourceRow[] {
    const parts = rows.map((row) => encodeRaw(row.value, this.#symbols))
    const reader = new LazyReader(Buffer.concat(parts), this.#symbols)
    let start = 0
    return rows.map(({ documentId }, at) => {
      const end = start + (parts[at] as Uint8Array).length
      const value = reader.read(start, end) as StructValue
      start = end
      return { documentId, value }
    })
  }
}
