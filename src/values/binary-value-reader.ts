import { LedgerError } from '../base/errors.ts'
import { nestingDepthMax } from '../base/limits.ts'
import { BinaryCursor } from './binary-cursor.ts'
import { readTimestampBody } from './binary-timestamp.ts'
import { LazyList, LazySexp, LazyStruct, type Fields, type TextPlace, type BytesPlace } from './lazy-values.ts'
import type { FieldPath, SymbolTable } from './symbols.ts'
import type { ValueBudget } from './value-budget.ts'
import {
  type Annotations,
  blob,
  bool,
  clob,
  decimal,
  float,
  int,
  list,
  type NullType,
  nullOf,
  sexp,
  string,
  struct,
  symbol,
  type Value,
} from './value.ts'

/** Null types by type code; 3 is the other sign of int. */
const nullTypeOfCode: readonly NullType[] = [
  'null',
  'bool',
  'int',
  'int',
  'float',
  'decimal',
  'timestamp',
  'symbol',
  'string',
  'clob',
  'blob',
  'list',
  'sexp',
  'struct',
]

/** No-operation padding may stand where a value would, under any name. */
function isPadding(descriptor: number): boolean {
  return descriptor < 0x0f
}

/** Reads values of Ion 1.0 binary (Ion 1.0 specification, "Typed Value Formats"), eagerly or lazily. */
export class BinaryValueReader extends BinaryCursor {
  readonly symbols: SymbolTable
  readonly #isLazy: boolean
  readonly #isPassing: boolean
  readonly #budget: ValueBudget | undefined

  /** `isPassing`: the bytes will be written over, so that containers within the outermost ones copy theirs. */
  constructor(
    bytes: Uint8Array,
    symbols: SymbolTable,
    isLazy: boolean,
    at = 0,
    isPassing = false,
    budget?: ValueBudget,
  ) {
    super(bytes, at)
    this.symbols = symbols
    this.#isLazy = isLazy
    this.#isPassing = isPassing
    this.#budget = budget
  }

  /** The value that stands here, or undefined when that was padding. `depth` counts the containers around it. */
  readValue(end: number, depth: number, annotations?: Annotations): Value | undefined {
    const start = this.at
    if (start >= end) this.fail('expected a value')
    const descriptor = this.bytes[start] as number
    const code = descriptor >> 4
    const low = descriptor & 15
    this.at = start + 1
    if (low === 15 && code < nullTypeOfCode.length) return nullOf(nullTypeOfCode[code] as NullType, annotations)
    if (code === 1) return low > 1 ? this.fail('a bool is neither true nor false', start) : bool(low === 1, annotations)
    const contentEnd = this.readLength(descriptor, end)
    switch (code) {
      case 0:
        if (annotations !== undefined) this.fail('padding has annotations', start)
        this.at = contentEnd
        return undefined
      case 2:
        return int(this.readUInt(contentEnd), annotations)
      case 3:
        return this.#readNegativeInt(contentEnd, annotations)
      case 4:
        return this.#readFloat(contentEnd, annotations)
      case 5:
        return this.#readDecimal(contentEnd, annotations)
      case 6:
        return readTimestampBody(this, contentEnd, annotations)
      case 7:
        return symbol(this.#readSymbol(contentEnd), annotations)
      case 8:
        return string(this.readText(contentEnd), annotations)
      case 9:
        return clob(this.#readBytes(contentEnd), annotations)
      case 10:
        return blob(this.#readBytes(contentEnd), annotations)
      case 11:
      case 12:
        return this.#readSequence(code === 11 ? 'list' : 'sexp', contentEnd, depth + 1, annotations)
      case 13:
        return this.#readStruct(contentEnd, depth + 1, annotations)
      default:
        return this.#readAnnotated(start, contentEnd, depth, annotations)
    }
  }

  /** To the content of a struct without annotations that lies from `start` to `end`; false for anything else. */
  beginStruct(start: number, end: number): boolean {
    const descriptor = this.bytes[start] as number
    if (descriptor >> 4 !== 13 || descriptor === 0xdf) return false
    this.at = start + 1
    return this.readLength(descriptor, end) === end
  }

  /** Whether the symbols know none of the annotations that stand for PartiQL's own values (partiql-ion.ts). */
  get isPlainIon(): boolean {
    return this.symbols.hasPartiqlMarks === false
  }

  /** A reader of a copy of some of the bytes. */
  copyOf(start: number, end: number): BinaryValueReader {
    const bytes = Buffer.allocUnsafe(end - start)
    this.bytes.copy(bytes, 0, start, end)
    const copy = new BinaryValueReader(bytes, this.symbols, this.#isLazy)
    if (this.origin !== undefined) copy.origin = { path: this.origin.path, offset: this.origin.offset + start }
    return copy
  }

  /** Past the length of what has `descriptor`; returns where its content ends. A null has no content. */
  readLength(descriptor: number, end: number): number {
    let length = descriptor & 15
    if (descriptor === 0xd1) {
      length = this.readVarUInt(end)
      if (length === 0) this.fail('an ordered struct is empty')
    } else if (length === 14) {
      length = this.readVarUInt(end)
    } else if (descriptor >= 0xf0 || descriptor === 0xef || descriptor === 0xe0) {
      this.fail('there is no such type of value', this.at - 1)
    } else if (length === 15 || descriptor >> 4 === 1) {
      return this.at
    }
    const contentEnd = this.at + length
    if (contentEnd > end) this.fail('a value is longer than what holds it')
    return contentEnd
  }

  /** Past the id of a field's name; returns its text. */
  readFieldName(end: number): string {
    const start = this.at
    const text = this.symbols.textOf(this.readVarUInt(end))
    return text === undefined ? this.fail('a field name is not in the symbol table', start) : text
  }

  readItems(end: number, depth: number): Value[] {
    const items: Value[] = []
    while (this.at < end) {
      this.#budget?.take()
      const item = this.readValue(end, depth)
      if (item !== undefined) items.push(item)
    }
    return items
  }

  readFields(end: number, depth: number): Fields {
    const names: string[] = []
    const values: Value[] = []
    while (this.at < end) {
      this.#budget?.take()
      const name = this.readFieldName(end)
      const value = this.readValue(end, depth)
      if (value === undefined) continue
      names.push(name)
      values.push(value)
    }
    return { names, values }
  }

  /** The first field called `name` of the struct whose content begins here; skips the others' content unread. */
  findField(name: string, end: number, depth: number): Value | undefined {
    while (this.at < end) {
      const isWanted = this.readFieldName(end) === name
      if (this.at >= end) this.fail('expected a value')
      const descriptor = this.bytes[this.at] as number
      if (isWanted && !isPadding(descriptor)) return this.readValue(end, depth)
      this.at += 1
      this.at = this.readLength(descriptor, end)
    }
    return undefined
  }

  /** To the value of the first field whose name has that id. */
  #seekField(id: number, end: number): boolean {
    const { bytes } = this
    let at = this.at
    while (at < end) {
      let fieldId = (bytes[at] as number) - 0x80
      if (fieldId >= 0) at += 1
      else {
        this.at = at
        fieldId = this.readVarUInt(end)
        at = this.at
      }
      if (at >= end) this.fail('expected a value', at)
      const descriptor = bytes[at] as number
      if (fieldId === id && !isPadding(descriptor)) {
        this.at = at
        return true
      }
      at += 1
      const length = descriptor & 15
      // The common forms: a length in the descriptor, or in one byte after it.
      if (length < 14 && descriptor > 0x1f && descriptor < 0xd0) at += length
      else if (length === 14 && descriptor < 0xe0 && (bytes[at] as number) > 0x7f) at += (bytes[at] as number) - 0x7f
      else {
        this.at = at
        at = this.readLength(descriptor, end)
      }
      if (at > end) this.fail('a value is longer than what holds it', at)
    }
    return false
  }

  /** To the value that a path leads to from here through structs without annotations; its struct's end, or -1. */
  #seekPath(path: FieldPath, end: number): number {
    const ids = path.idsIn(this.symbols)
    if (ids === undefined) return -1
    let structEnd = end
    for (let step = 0; step < ids.length; step += 1) {
      if (step > 0) {
        const descriptor = this.bytes[this.at] as number
        if (descriptor >> 4 !== 13 || descriptor === 0xdf) return -1
        this.at += 1
        structEnd = this.readLength(descriptor, structEnd)
      }
      if (!this.#seekField(ids[step] as number, structEnd)) return -1
    }
    return structEnd
  }

  /** The value that a path leads to; undefined where that takes more than going through structs of known names. */
  findPath(path: FieldPath, end: number, depth: number): Value | undefined {
    const structEnd = this.#seekPath(path, end)
    return structEnd === -1 ? undefined : this.readValue(structEnd, depth + path.names.length - 1)
  }

  /** Whether such a path leads to a value; where its bytes lie. */
  findBytes(path: FieldPath, end: number, place: BytesPlace): boolean {
    const structEnd = this.#seekPath(path, end)
    if (structEnd === -1) return false
    place.bytes = this.bytes
    place.start = this.at
    place.symbols = this.symbols
    const descriptor = this.bytes[this.at] as number
    this.at += 1
    place.end = this.readLength(descriptor, structEnd)
    return true
  }

  /** Whether such a path leads to a string; where its bytes lie. */
  findText(path: FieldPath, end: number, place: TextPlace): boolean {
    const structEnd = this.#seekPath(path, end)
    if (structEnd === -1) return false
    const descriptor = this.bytes[this.at] as number
    if (descriptor >> 4 !== 8 || descriptor === 0x8f) return false
    this.at += 1
    place.end = this.readLength(descriptor, structEnd)
    place.start = this.at
    place.bytes = this.bytes
    return true
  }

  /** Whether such a path leads to a text, and to this one; undefined when it leads to anything else, or nowhere. */
  isTextAt(path: FieldPath, text: string, textBytes: Uint8Array, end: number): boolean | undefined {
    const structEnd = this.#seekPath(path, end)
    if (structEnd === -1) return undefined
    const descriptor = this.bytes[this.at] as number
    const code = descriptor >> 4
    if ((code !== 7 && code !== 8) || (descriptor & 15) === 15) return undefined
    this.at += 1
    const valueEnd = this.readLength(descriptor, structEnd)
    if (code === 7) return this.#readSymbol(valueEnd) === text
    if (valueEnd - this.at !== textBytes.length) return false
    // Texts that differ often begin alike.
    for (let index = textBytes.length - 1; index >= 0; index -= 1) {
      if (this.bytes[this.at + index] !== textBytes[index]) return false
    }
    return true
  }

  #readSequence(type: 'list' | 'sexp', end: number, depth: number, annotations: Annotations): Value {
    this.#checkDepth(depth)
    if (this.#isLazy) {
      const [reader, start] = this.#readerBelow(end, depth)
      const Sequence = type === 'list' ? LazyList : LazySexp
      const value = new Sequence(reader, start, start + end - this.at, depth, annotations)
      this.at = end
      return value
    }
    const items = this.readItems(end, depth)
    return type === 'list' ? list(items, annotations) : sexp(items, annotations)
  }

  #readStruct(end: number, depth: number, annotations: Annotations): Value {
    this.#checkDepth(depth)
    if (this.#isLazy) {
      const [reader, start] = this.#readerBelow(end, depth)
      const value = new LazyStruct(reader, start, start + end - this.at, depth, annotations)
      this.at = end
      return value
    }
    const { names, values } = this.readFields(end, depth)
    return struct(names, values, annotations)
  }

  /** Who reads the content of the container that begins here, and from where. */
  #readerBelow(end: number, depth: number): [BinaryValueReader, number] {
    return this.#isPassing && depth > 1 ? [this.copyOf(this.at, end), 0] : [this, this.at]
  }

  #checkDepth(depth: number): void {
    if (depth <= nestingDepthMax) return
    throw new LedgerError('ion/nesting-too-deep', `Ion values nest more than ${nestingDepthMax} levels deep`)
  }

  #readNegativeInt(end: number, annotations: Annotations): Value {
    const start = this.at
    const magnitude = this.readUInt(end)
    if (magnitude === 0 || magnitude === 0n) this.fail('an integer is a negative zero', start)
    return int(-magnitude, annotations)
  }

  #readFloat(end: number, annotations: Annotations): Value {
    const start = this.at
    const length = end - start
    this.at = end
    if (length === 8) return float(this.bytes.readDoubleBE(start), annotations)
    if (length === 4) return float(this.bytes.readFloatBE(start), annotations)
    return length === 0 ? float(0, annotations) : this.fail(`a float of ${length} bytes`, start)
  }

  #readDecimal(end: number, annotations: Annotations): Value {
    if (this.at === end) return decimal(0n, 0, false, annotations)
    const exponent = this.readVarInt(end) + 0
    const { coefficient, isNegative } = this.readInt(end)
    return decimal(coefficient, exponent, isNegative, annotations)
  }

  #readSymbol(end: number): string {
    const start = this.at
    const id = this.readUInt(end)
    const text = typeof id === 'number' ? this.symbols.textOf(id) : undefined
    return text === undefined ? this.fail('a symbol is not in the symbol table', start) : text
  }

  #readBytes(end: number): Uint8Array {
    const start = this.at
    this.at = end
    return Buffer.from(this.bytes.subarray(start, end))
  }

  #readAnnotated(start: number, end: number, depth: number, outer: Annotations): Value {
    if (outer !== undefined) this.fail('an annotated value is annotated once more', start)
    const idsLength = this.readVarUInt(end)
    const idsEnd = this.at + idsLength
    if (idsLength === 0 || idsEnd >= end) this.fail('annotations without a value, or a value without them', start)
    const annotations: string[] = []
    while (this.at < idsEnd) {
      this.#budget?.take()
      const at = this.at
      const text = this.symbols.textOf(this.readVarUInt(idsEnd))
      annotations.push(text === undefined ? this.fail('an annotation is not in the symbol table', at) : text)
    }
    const value = this.readValue(end, depth, annotations) as Value
    if (this.at !== end) this.fail('an annotated value is shorter than its wrapper', start)
    return value
  }
}
