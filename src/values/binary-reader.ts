import { LedgerError } from '../base/errors.ts'
import { BinaryValueReader } from './binary-value-reader.ts'
import { isLazy, LazyList, LazySexp, LazyStruct } from './lazy-values.ts'
import { PackedRow } from './packed-row.ts'
import { declareSymbols, isMarkerLookalike, LocalSymbolTable, type SymbolTable, symbolTableText } from './symbols.ts'
import { type Annotations, struct, type Value } from './value.ts'
import type { ValueBudget } from './value-budget.ts'

/**
 * Reads Ion 1.0 binary. What it is given must not change afterwards where it says "lazily"; everything else is copied.
 * Every function throws LedgerError 'ion/malformed' or 'ion/nesting-too-deep'; lazy values do so when asked.
 */

/** The one value of a whole stream. */
export function decodeIon(bytes: Uint8Array): Value {
  return decodeOnly(bytes, false)
}

/** The same, of at most so many values. Throws LedgerError 'evaluator/limit' as well. */
export function decodeIonWithin(bytes: Uint8Array, budget: ValueBudget): Value {
  return decodeOnly(bytes, false, budget)
}

/** All values of a whole stream, in order. `budget`: how many there may be, at every depth. */
export function decodeAllIon(bytes: Uint8Array, budget?: ValueBudget, values: Value[] = []): Value[] {
  const stream = new Stream(bytes, false, budget)
  for (let value = stream.next(); value !== undefined; value = stream.next())
    if (!isMarkerLookalike(value)) values.push(value)
  return values
}

/**
 * A bare value that encodeRaw wrote. Its containers decode one level when asked; `get` on a struct touches no other
 * field. A whole stream, which encodeRaw writes when the symbols are full, is taken as well.
 */
export function decodeLazy(bytes: Uint8Array, symbols: SymbolTable): Value {
  return isIonBinary(bytes) ? decodeOnly(bytes, true) : decodeBare(bytes, symbols, true)
}

/** Reads bare values that lie in one piece of memory, as decodeLazy does, with nothing made for each but the value. */
export class LazyReader {
  readonly #reader: BinaryValueReader
  readonly #symbols: SymbolTable
  readonly #isPassing: boolean
  /** The passing struct, which becomes the next one. */
  #passing: LazyStruct | undefined

  /**
   * `isPassing`: a value is read only until its bytes are written over, for the next one. What it gives of itself may be
   * kept: the containers in it have copies of their bytes.
   */
  constructor(bytes: Uint8Array, symbols: SymbolTable, isPassing = false) {
    this.#reader = new BinaryValueReader(bytes, symbols, true, 0, isPassing)
    this.#symbols = symbols
    this.#isPassing = isPassing
  }

  /** The value that lies from `start` to `end`. */
  read(start: number, end: number): Value {
    const reader = this.#reader
    if (reader.bytes[start] === 0xe0) return decodeLazy(Buffer.from(reader.bytes.subarray(start, end)), this.#symbols)
    if (this.#passing !== undefined && reader.beginStruct(start, end)) {
      this.#passing.moveTo(reader.at, end)
      return this.#passing
    }
    reader.at = start
    const value = reader.readValue(end, 0)
    if (value === undefined || reader.at !== end) return reader.fail('expected exactly one value')
    if (this.#isPassing && value instanceof LazyStruct && value.annotations === undefined) this.#passing = value
    return value
  }

  /** The value that begins at `start`, which is whole and no padding. */
  readFrom(start: number): Value {
    const reader = this.#reader
    reader.at = start
    return reader.readValue(reader.bytes.length, 0) ?? reader.fail('expected a value', start)
  }
}

/** A container over its content alone, which must not change afterwards: what `source` of a lazy value gave, copied. */
export function lazyOver(
  type: 'struct' | 'list' | 'sexp',
  bytes: Uint8Array,
  symbols: SymbolTable,
  depth: number,
  annotations: Annotations,
): Value {
  const Container = { struct: LazyStruct, list: LazyList, sexp: LazySexp }[type]
  return new Container(new BinaryValueReader(bytes, symbols, true), 0, bytes.length, depth, annotations)
}

/**
 * The value with memory of its own, where it is decoded lazily from memory that it shares with others, or is a row of
 * such values: for keeping it while they go.
 */
export function detached(value: Value): Value {
  if (isLazy(value) || value instanceof PackedRow) return value.detached()
  if (value.type !== 'struct' || !hasLazy(value.values)) return value
  const values = value.values.map((field) => (isLazy(field) ? field.detached() : field))
  return struct(value.names, values, value.annotations)
}

function hasLazy(values: readonly Value[]): boolean {
  for (let at = 0; at < values.length; at += 1) if (isLazy(values[at] as Value)) return true
  return false
}

/** As decodeLazy, but decoded at once and to the last level. */
export function decodeRaw(bytes: Uint8Array, symbols: SymbolTable): Value {
  return isIonBinary(bytes) ? decodeOnly(bytes, false) : decodeBare(bytes, symbols, false)
}

/** Whether bytes begin with the version marker of Ion 1.0 binary: no text and no bare value does. */
export function isIonBinary(bytes: Uint8Array): boolean {
  return bytes[0] === 0xe0 && bytes[1] === 0x01 && bytes[2] === 0x00 && bytes[3] === 0xea
}

function decodeBare(bytes: Uint8Array, symbols: SymbolTable, isLazy: boolean): Value {
  const reader: BinaryValueReader = new BinaryValueReader(bytes, symbols, isLazy)
  const value = reader.readValue(bytes.length, 0)
  return value === undefined || reader.at !== bytes.length ? reader.fail('expected exactly one value') : value
}

function decodeOnly(bytes: Uint8Array, isLazy: boolean, budget?: ValueBudget): Value {
  const stream = new Stream(bytes, isLazy, budget)
  const value = stream.next()
  if (value === undefined) throw new LedgerError('ion/malformed', 'expected an Ion value, found none')
  if (stream.next() !== undefined) throw new LedgerError('ion/malformed', 'expected one Ion value, found a second')
  return value
}

/** The values of a stream; symbol tables and version markers are taken in silently. */
class Stream {
  readonly #bytes: Uint8Array
  readonly #isLazy: boolean
  readonly #budget: ValueBudget | undefined
  #symbols = new LocalSymbolTable()
  #reader: BinaryValueReader

  constructor(bytes: Uint8Array, isLazy: boolean, budget?: ValueBudget) {
    this.#bytes = bytes
    this.#budget = budget
    this.#isLazy = isLazy
    this.#reader = new BinaryValueReader(bytes, this.#symbols, isLazy, 0, false, budget)
    if (bytes.length > 0 && !isIonBinary(bytes)) this.#reader.fail('expected the version marker of Ion 1.0')
  }

  next(): Value | undefined {
    for (;;) {
      const reader = this.#reader
      const { at } = reader
      if (at >= this.#bytes.length) return undefined
      if (this.#bytes[at] === 0xe0) {
        if (!isIonBinary(this.#bytes.subarray(at, at + 4))) reader.fail('expected the version marker of Ion 1.0')
        this.#switchSymbols(new LocalSymbolTable(), at + 4)
        continue
      }
      const value = reader.readValue(this.#bytes.length, 0)
      if (value === undefined) continue
      if (value.type !== 'struct' || value.annotations?.[0] !== symbolTableText) return value
      this.#switchSymbols(declareSymbols(value, this.#symbols), reader.at)
    }
  }

  /** A reader of its own for each table: lazy values that the last one made still need theirs. */
  #switchSymbols(symbols: LocalSymbolTable, at: number): void {
    this.#symbols = symbols
    this.#reader = new BinaryValueReader(this.#bytes, symbols, this.#isLazy, at, false, this.#budget)
  }
}
