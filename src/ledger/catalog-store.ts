import { asBuffer } from '../base/bytes.ts'
import type { SymbolTable } from '../values/symbols.ts'
import { CatalogState, type Table, tableOfDocument } from './catalog.ts'
import { checkStored } from './check-stored.ts'
import { dataOf } from './document-source.ts'
import { catalogTableNumber, documentNumberOfKey, documentRange, idOfKey, indexNumberRange } from './keys.ts'
import { decodeDocumentRecord, type LedgerState, type Reader } from './records.ts'

/** The catalog as the documents of its own table say. */
export function loadCatalog(reader: Reader, version: number, symbols: SymbolTable): CatalogState {
  const tables = new Map<string, Table>()
  for (const [key, value] of reader.range(documentRange(catalogTableNumber))) {
    const definition = tableOfDocument(dataOf(decodeDocumentRecord(value), symbols))
    tables.set(definition.tableId, { ...definition, number: documentNumberOfKey(key), committed: definition })
  }
  const indexNumbers = new Map<string, number>()
  for (const [key, value] of reader.range(indexNumberRange)) {
    checkStored(value.length === 4, `the number of an index has ${value.length} bytes, expected 4`)
    indexNumbers.set(idOfKey(key), asBuffer(value).readUInt32BE())
  }
  return new CatalogState(version, tables, indexNumbers)
}

/**
 * The catalog kept between transactions. Only what a snapshot showed is kept: the version in a write transaction may
 * belong to a write that fails, and another block of that number may come.
 */
export class CatalogCache {
  #held: CatalogState | undefined

  forSnapshot(reader: Reader, state: LedgerState, symbols: SymbolTable): CatalogState {
    this.#held = this.forWrite(reader, state, symbols)
    return this.#held
  }

  forWrite(reader: Reader, state: LedgerState, symbols: SymbolTable): CatalogState {
    if (this.#held?.version === state.catalogVersion) return this.#held
    return loadCatalog(reader, state.catalogVersion, symbols)
  }
}
