import type { FieldPath, SymbolTable } from './symbols.ts'
import type { Annotations, ListValue, SexpValue, StructValue, Value } from './value.ts'

/** What lazy values read themselves with: a BinaryValueReader. */
export interface LazyReader {
  at: number
  readonly bytes: Uint8Array
  readonly symbols: SymbolTable
  readonly isPlainIon: boolean
  copyOf(start: number, end: number): LazyReader
  readItems(end: number, depth: number): Value[]
  readFields(end: number, depth: number): Fields
  findField(name: string, end: number, depth: number): Value | undefined
  findPath(path: FieldPath, end: number, depth: number): Value | undefined
  findBytes(path: FieldPath, end: number, place: BytesPlace): boolean
  findText(path: FieldPath, end: number, place: TextPlace): boolean
  isTextAt(path: FieldPath, text: string, bytes: Uint8Array, end: number): boolean | undefined
}

/** A struct whose fields are decoded when asked, one level at a time. Equal in every property to the eager one. */
export class LazyStruct implements StructValue, Lazy {
  readonly type = 'struct'
  readonly annotations: Annotations
  readonly #reader: LazyReader
  #start: number
  #end: number
  readonly #depth: number
  #fields: Fields | undefined

  constructor(reader: LazyReader, start: number, end: number, depth: number, annotations: Annotations) {
    this.annotations = annotations
    this.#reader = reader
    this.#start = start
    this.#end = end
    this.#depth = depth
  }

  /** Becomes the struct that lies there, for whoever knows that nobody keeps it as it was. */
  moveTo(start: number, end: number): void {
    this.#start = start
    this.#end = end
    this.#fields = undefined
  }

  get names(): readonly string[] {
    return this.#decoded().names
  }

  get values(): readonly Value[] {
    return this.#decoded().values
  }

  get(name: string): Value | undefined {
    if (this.#fields !== undefined) {
      const index = this.#fields.names.indexOf(name)
      return index === -1 ? undefined : this.#fields.values[index]
    }
    this.#reader.at = this.#start
    return this.#reader.findField(name, this.#end, this.#depth)
  }

  /** As `get` after `get`, where that leads through structs to a value; undefined where it may not. */
  getPath(path: FieldPath): Value | undefined {
    if (this.#fields !== undefined) return undefined
    this.#reader.at = this.#start
    return this.#reader.findPath(path, this.#end, this.#depth)
  }

  /** Whether `getPath` would give this text (`bytes` are it as UTF-8); undefined where it would give no text. */
  hasTextAt(path: FieldPath, text: string, bytes: Uint8Array): boolean | undefined {
    this.#reader.at = this.#start
    return this.#reader.isTextAt(path, text, bytes, this.#end)
  }

  /** Whether `getPath` would give a value; where its bytes lie. */
  findBytes(path: FieldPath, place: BytesPlace): boolean {
    this.#reader.at = this.#start
    return this.#reader.findBytes(path, this.#end, place)
  }

  /** Whether `getPath` would give a string without annotations; where its bytes lie. */
  findText(path: FieldPath, place: TextPlace): boolean {
    this.#reader.at = this.#start
    return this.#reader.findText(path, this.#end, place)
  }

  get byteLength(): number {
    return this.#end - this.#start
  }

  get source(): LazySource {
    return {
      bytes: this.#reader.bytes,
      start: this.#start,
      end: this.#end,
      symbols: this.#reader.symbols,
      depth: this.#depth,
    }
  }

  get isPlainIon(): boolean {
    return this.#reader.isPlainIon && this.annotations === undefined
  }

  detached(): LazyStruct {
    if (!sharesMemory(this, this.#reader)) return this
    const reader = this.#reader.copyOf(this.#start, this.#end)
    return new LazyStruct(reader, 0, this.byteLength, this.#depth, this.annotations)
  }

  #decoded(): Fields {
    if (this.#fields === undefined) {
      this.#reader.at = this.#start
      this.#fields = this.#reader.readFields(this.#end, this.#depth)
    }
    return this.#fields
  }
}

/** What lists and sexps that decode when asked have in common. */
abstract class LazySequence implements Lazy {
  readonly annotations: Annotations
  readonly #reader: LazyReader
  readonly #start: number
  readonly #end: number
  readonly #depth: number
  #items: readonly Value[] | undefined

  constructor(reader: LazyReader, start: number, end: number, depth: number, annotations: Annotations) {
    this.annotations = annotations
    this.#reader = reader
    this.#start = start
    this.#end = end
    this.#depth = depth
  }

  get items(): readonly Value[] {
    if (this.#items === undefined) {
      this.#reader.at = this.#start
      this.#items = this.#reader.readItems(this.#end, this.#depth)
    }
    return this.#items
  }

  get byteLength(): number {
    return this.#end - this.#start
  }

  get source(): LazySource {
    return {
      bytes: this.#reader.bytes,
      start: this.#start,
      end: this.#end,
      symbols: this.#reader.symbols,
      depth: this.#depth,
    }
  }

  get isPlainIon(): boolean {
    return this.#reader.isPlainIon && this.annotations === undefined
  }

  detached(): Value {
    if (!sharesMemory(this, this.#reader)) return this.remade(this.#reader, this.#start, this.#end, this.#depth)
    return this.remade(this.#reader.copyOf(this.#start, this.#end), 0, this.byteLength, this.#depth)
  }

  protected abstract remade(reader: LazyReader, start: number, end: number, depth: number): Value
}

export class LazyList extends LazySequence implements ListValue {
  readonly type = 'list'
  protected remade(reader: LazyReader, start: number, end: number, depth: number): Value {
    return new LazyList(reader, start, end, depth, this.annotations)
  }
}

export class LazySexp extends LazySequence implements SexpValue {
  readonly type = 'sexp'
  protected remade(reader: LazyReader, start: number, end: number, depth: number): Value {
    return new LazySexp(reader, start, end, depth, this.annotations)
  }
}

/** A container that decodes when asked. */
export interface Lazy {
  /** Of its content. */
  readonly byteLength: number
  /** Whether neither it nor anything in it stands for a PartiQL value that Ion lacks. */
  readonly isPlainIon: boolean
  /** Where its content lies, for copying it away and back (binary-reader.ts, lazyOver). */
  readonly source: LazySource
  /** The same value over a copy of its bytes, where those lie among many others. */
  detached(): Value
}

export interface LazySource {
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
  readonly symbols: SymbolTable
  /** Containers around it, with it. */
  readonly depth: number
}

export function isLazy(value: Value): value is Value & Lazy {
  return value instanceof LazyStruct || value instanceof LazySequence
}

function sharesMemory(value: Lazy, reader: LazyReader): boolean {
  return value.byteLength * 2 < reader.bytes.length
}

/** Of a struct, in their order. */
export interface Fields {
  readonly names: readonly string[]
  readonly values: readonly Value[]
}

/** Where a text lies, as UTF-8: from `start` to `end`. */
export interface TextPlace {
  bytes: Uint8Array
  start: number
  end: number
}

/** The same of a whole value, with the symbols that its ids are of. */
export interface BytesPlace extends TextPlace {
  symbols: SymbolTable | undefined
}
