import { spillShapesMax } from '../../base/limits.ts'
import type { SymbolTable } from '../../values/symbols.ts'

/** What the rows of a temporary file share, kept in memory: lists of field names, and symbol tables of Ion binary. */
export class SharedParts {
  readonly names: (readonly string[])[] = []
  readonly symbols: SymbolTable[] = []
  readonly #numbersOfNames = new Map<readonly string[] | string, number>()
  readonly #numbersOfSymbols = new Map<SymbolTable, number>()
  #lastNames: readonly string[] | undefined
  #lastNumber = -1

  /** The number of a list of names; -1 when there is no room for it. */
  numberOfNames(names: readonly string[]): number {
    if (names === this.#lastNames) return this.#lastNumber
    this.#lastNames = names
    this.#lastNumber = this.#numbersOfNames.get(names) ?? this.#lookUpNames(names)
    return this.#lastNumber
  }

  /** The number of a symbol table; -1 when there is no room for it. */
  numberOfSymbols(symbols: SymbolTable): number {
    const known = this.#numbersOfSymbols.get(symbols)
    if (known !== undefined) return known
    if (this.symbols.length === spillShapesMax) return -1
    this.#numbersOfSymbols.set(symbols, this.symbols.length)
    return this.symbols.push(symbols) - 1
  }

  #lookUpNames(names: readonly string[]): number {
    const text = JSON.stringify(names)
    const known = this.#numbersOfNames.get(text)
    if (known !== undefined) return known
    if (this.names.length === spillShapesMax) return -1
    this.#numbersOfNames.set(text, this.names.length)
    this.#numbersOfNames.set(names, this.names.length)
    return this.names.push(names) - 1
  }
}
