import { LedgerError } from '../base/errors.ts'
import { ledgerSymbolsMax } from '../base/limits.ts'
import { type StructValue, unknownSymbolText, type Value } from './value.ts'

/** Where symbol ids get their text from. Source: Ion 1.0 specification, "Symbols". */
export interface SymbolTable {
  /** The text; `unknownSymbolText` for an id that is declared without one (0 always is); undefined beyond the table. */
  textOf(id: number): string | undefined
  /** False where no text is one of partiqlMarks; anything else where one is or that is not known. */
  readonly hasPartiqlMarks?: boolean
}

/** Annotations that stand for PartiQL's own values (partiql-ion.ts). */
export const partiqlMarks = {
  bag: '$bag',
  map: '$map',
  missing: '$missing',
  date: '$date',
  time: '$time',
  interval: '$interval',
} as const
const marks: ReadonlySet<string> = new Set(Object.values(partiqlMarks))

export interface SymbolInterner {
  /** The id of a text, given to it now if it had none; 0 when no more texts are taken. */
  idOf(text: string): number
}

/** Ids 1 to 9 of every table; id 0 is the symbol without a text. */
export const systemSymbols: readonly string[] = [
  unknownSymbolText,
  '$ion',
  '$ion_1_0',
  '$ion_symbol_table',
  'name',
  'version',
  'imports',
  'symbols',
  'max_id',
  '$ion_shared_symbol_table',
]
export const firstLocalSymbol = systemSymbols.length
export const symbolTableId = 3
export const symbolsFieldId = 7
export const symbolTableText = '$ion_symbol_table'

/** A symbol table as a stream declares it: the system's ids, then those of unknown imports, then texts of its own. */
export class LocalSymbolTable implements SymbolTable {
  /** Ids taken up by imported tables, none of which is known here. */
  readonly importedCount: number
  readonly texts: string[]

  constructor(importedCount = 0, texts: string[] = []) {
    this.importedCount = importedCount
    this.texts = texts
  }

  textOf(id: number): string | undefined {
    if (id < firstLocalSymbol) return systemSymbols[id]
    const index = id - firstLocalSymbol - this.importedCount
    return index < 0 ? unknownSymbolText : this.texts[index]
  }
}

/** Texts and their ids both ways: the system's first, then in the order they came. For a ledger's shared dictionary. */
export class SymbolDictionary implements SymbolTable, SymbolInterner {
  /** Index is the id; the first `firstLocalSymbol` are the system's. */
  readonly texts: string[]
  readonly #ids = new Map<string, number>()
  readonly #idsMax: number
  #hasPartiqlMarks: boolean

  /** `texts` are those after the system's own, as stored; beyond `symbolsMax` of them no text is taken. */
  constructor(texts: Iterable<string> = [], symbolsMax = ledgerSymbolsMax) {
    this.texts = [...systemSymbols, ...texts]
    this.#idsMax = firstLocalSymbol + symbolsMax
    for (let id = 1; id < this.texts.length; id += 1) this.#ids.set(this.texts[id] as string, id)
    this.#hasPartiqlMarks = this.texts.some((text) => marks.has(text))
  }

  textOf(id: number): string | undefined {
    return this.texts[id]
  }

  idOf(text: string): number {
    const known = this.#ids.get(text)
    if (known !== undefined) return known
    const id = this.texts.length
    if (id >= this.#idsMax) return 0
    this.texts.push(text)
    this.#ids.set(text, id)
    if (marks.has(text)) this.#hasPartiqlMarks = true
    return id
  }

  /** The id of a text, if it has one. */
  find(text: string): number | undefined {
    return this.#ids.get(text)
  }

  get hasPartiqlMarks(): boolean {
    return this.#hasPartiqlMarks
  }
}

/** Names of fields that lead into a struct, their ids looked up once for a dictionary. For one thread of reading. */
export class FieldPath {
  readonly names: readonly string[]
  #symbols: SymbolTable | undefined
  #ids: readonly number[] | undefined
  /** How many texts the dictionary had when a look-up of one of the names failed. */
  #missedAt = 0
  /** The names of the file's row that was looked through last, and the place that was found (file-row.ts). */
  rowNames: readonly string[] | undefined
  rowPlace = -1

  constructor(names: readonly string[]) {
    this.names = names
  }

  /** The ids of the names; undefined where one of them has none, or where ids can't be looked up. */
  idsIn(symbols: SymbolTable): readonly number[] | undefined {
    if (this.#symbols === symbols && this.#ids !== undefined) return this.#ids
    return symbols instanceof SymbolDictionary ? this.#lookUp(symbols) : undefined
  }

  #lookUp(symbols: SymbolDictionary): readonly number[] | undefined {
    const size = symbols.texts.length
    if (this.#symbols === symbols && this.#missedAt === size) return undefined
    const ids = this.names.map((name) => symbols.find(name) ?? -1)
    this.#symbols = symbols
    this.#ids = ids.includes(-1) ? undefined : ids
    this.#missedAt = size
    return this.#ids
  }
}

/**
 * The table that a `$ion_symbol_table::{…}` struct declares, `current` being the one before it. Throws LedgerError
 * 'ion/malformed'. Source: Ion 1.0 specification, "Local symbol tables"; no shared table is ever known here.
 */
export function declareSymbols(declaration: StructValue, current: LocalSymbolTable): LocalSymbolTable {
  let appends = false
  let importedCount = 0
  const imports = soleField(declaration, 'imports')
  if (imports?.type === 'symbol') appends = imports.value === symbolTableText
  else if (imports?.type === 'list') {
    for (const item of imports.items) if (item.type === 'struct') importedCount += importedIds(item)
  }
  const symbols = soleField(declaration, 'symbols')
  const added = symbols?.type === 'list' ? symbols.items : []
  const texts = added.map((item) => (item.type === 'string' ? item.value : unknownSymbolText))
  if (!appends) return new LocalSymbolTable(importedCount, texts)
  // Appends in place: ids only grow, and copying would make a stream of many small tables quadratic.
  for (const text of texts) current.texts.push(text)
  return current
}

function soleField(declaration: StructValue, name: string) {
  const first = declaration.names.indexOf(name)
  if (first === -1) return undefined
  if (declaration.names.indexOf(name, first + 1) !== -1)
    throw new LedgerError('ion/malformed', `the symbol table declares its '${name}' twice`)
  return declaration.values[first]
}

/**
 * Whether a top-level value is a symbol that only looks like a version marker (`'$ion_1_0'`): streams skip it, as
 * the public Ion test suite wants ("nonIVMNoOps").
 */
export function isMarkerLookalike(value: Value): boolean {
  return value.type === 'symbol' && value.value === '$ion_1_0' && value.annotations === undefined
}

/** How many ids an import clause takes up. */
function importedIds(clause: StructValue): number {
  const name = clause.get('name')
  if (name?.type !== 'string' || name.value === '' || name.value === '$ion') return 0
  const maxId = clause.get('max_id')
  if (maxId?.type !== 'int' || typeof maxId.value !== 'number' || maxId.value < 0)
    throw new LedgerError('ion/malformed', `the import of symbol table '${name.value}' has no usable 'max_id'`)
  return maxId.value
}
