import { asBuffer } from '../base/bytes.ts'
import type { WriteTransaction } from '../store/store.ts'
import { firstLocalSymbol, SymbolDictionary, type SymbolTable } from '../values/symbols.ts'
import { checkStored } from './check-stored.ts'
import { symbolKey, symbolRange } from './keys.ts'
import type { Reader } from './records.ts'

/**
 * The ledger's dictionary of field names and symbols, kept in memory beside the store's copy. Entries are never changed
 * once a write that added them is on disk, but a write that failed leaves entries here that never were: so only those
 * that a snapshot has shown count as `verified`, and the others are compared with the store before they are used.
 */
export class LedgerSymbols {
  #dictionary = new SymbolDictionary()
  #verifiedEnd = firstLocalSymbol

  /** The dictionary for reading a snapshot whose state says `end`. */
  forSnapshot(reader: Reader, end: number): SymbolTable {
    if (end > this.#verifiedEnd) {
      this.#load(reader, end)
      this.#verifiedEnd = end
    }
    return this.#dictionary
  }

  /** The dictionary exactly as a write transaction sees it, to add to. */
  forWrite(reader: Reader, end: number): SymbolDictionary {
    this.#load(reader, end)
    if (this.#dictionary.texts.length > end) {
      this.#dictionary = new SymbolDictionary(this.#dictionary.texts.slice(firstLocalSymbol, end))
      this.#verifiedEnd = Math.min(this.#verifiedEnd, end)
    }
    return this.#dictionary
  }

  #load(reader: Reader, end: number): void {
    if (end <= this.#verifiedEnd) return
    let id = this.#verifiedEnd
    for (const [, value] of reader.range(symbolRange(id, end))) {
      const text = asBuffer(value).toString()
      const held = this.#dictionary.texts[id]
      if (held !== undefined && held !== text)
        this.#dictionary = new SymbolDictionary(this.#dictionary.texts.slice(firstLocalSymbol, id))
      if (held !== text) checkStored(this.#dictionary.idOf(text) === id, `symbol ${id} stands there twice`)
      id += 1
    }
    checkStored(id === end, `it has ${id} symbols, expected ${end}`)
  }
}

/** Puts what was added to the dictionary since it had `from` entries. */
export function putNewSymbols(transaction: WriteTransaction, dictionary: SymbolDictionary, from: number): void {
  for (let id = from; id < dictionary.texts.length; id += 1)
    transaction.put(symbolKey(id), Buffer.from(dictionary.texts[id] as string))
}
