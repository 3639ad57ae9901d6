import { copyShort } from '../base/bytes.ts'
import { heldChunkBytes } from '../base/limits.ts'
import { detached, LazyReader } from '../values/binary-reader.ts'
import type { BytesPlace } from '../values/lazy-values.ts'
import { packedAt, type PackedColumns, packedSize, packedValue, packHeader, PackedRow } from '../values/packed-row.ts'
import type { SymbolTable } from '../values/symbols.ts'
import type { Value } from '../values/value.ts'
import type { FindBytes, FindField } from './field-path.ts'
import type { Evaluate, Frame } from './frame.ts'
import { heapBytes } from './heap-bytes.ts'

/** A column of rows that are held: what it is, and where its bytes lie when it is a path into a document or a file's row. */
export interface HeldColumn {
  readonly evaluate: Evaluate
  readonly findBytes: FindBytes | undefined
  readonly findField: FindField | undefined
}

/** Forms beyond those of a file's fields (packed-fields.ts): a value of Ion's binary form, and the number of any other. */
const ionForm = 8
const otherForm = 9

/**
 * Rows that are held to be given in another order. A value that stands in a stored document or in a file is held as its
 * bytes, side by side with the others of its row, and decoded when its row is asked for: a row is then little memory in one
 * place instead of several objects here and there, which is what reading it in a new order costs.
 */
export class HeldRows {
  readonly #columns: readonly HeldColumn[]
  /** For each row where its bytes begin, counted over all chunks; -1 minus that for one that needs more than its bytes. */
  #places = new Float64Array(64)
  #count = 0
  #heldBytes = 0
  readonly #chunks: Buffer[] = []
  readonly #readers: (LazyReader | undefined)[] = []
  #chunkEnd = heldChunkBytes
  readonly #others: Value[] = []
  #symbols: SymbolTable | undefined
  /** Of the row that is added: each column's form, where its bytes lie, and the bytes. */
  readonly #forms: Uint8Array
  readonly #starts: Uint32Array
  readonly #ends: Uint32Array
  readonly #sources: Uint8Array[]
  readonly #found: BytesPlace = { bytes: Buffer.alloc(0), start: 0, end: 0, symbols: undefined }
  readonly #packed = { form: 0, start: 0, end: 0 }

  constructor(columns: readonly HeldColumn[]) {
    this.#columns = columns
    this.#forms = new Uint8Array(columns.length)
    this.#starts = new Uint32Array(columns.length)
    this.#ends = new Uint32Array(columns.length)
    this.#sources = new Array<Uint8Array>(columns.length).fill(Buffer.alloc(0))
  }

  /** Takes the row that the frame holds, and returns about how many bytes that takes. Rows are numbered from 0. */
  add(frame: Frame): number {
    const before = this.#heldBytes
    const count = this.#columns.length
    let size = 0
    let isPacked = true
    for (let at = 0; at < count; at += 1) {
      const form = this.#find(this.#columns[at] as HeldColumn, at, frame)
      this.#forms[at] = form
      if (form >= ionForm) isPacked = false
      size += packedSize((this.#ends[at] as number) - (this.#starts[at] as number))
    }
    const place = this.#copyRow(size)
    this.#push(isPacked ? place : -1 - place)
    this.#heldBytes += size
    return this.#heldBytes - before + 16
  }

  /** The values of a row's columns. */
  valuesOf(row: number): Value[] {
    const found = this.#places[row] as number
    const place = found < 0 ? -1 - found : found
    const chunk = Math.floor(place / heldChunkBytes)
    return this.#read(chunk, place - chunk * heldChunkBytes)
  }

  /** The row as a struct over its bytes; undefined for one that needs more than these. */
  packedOf(row: number, columns: PackedColumns): PackedRow | undefined {
    const place = this.#places[row] as number
    if (place < 0) return undefined
    const chunk = Math.floor(place / heldChunkBytes)
    return new PackedRow(columns, this.#chunks[chunk] as Buffer, place - chunk * heldChunkBytes)
  }

  /** Where the column's bytes lie, and their form. */
  #find({ evaluate, findBytes, findField }: HeldColumn, at: number, frame: Frame): number {
    const found = this.#found
    const form = findField?.(frame, found) ?? -1
    if (form === -1 && findBytes?.(frame, found) !== true) return this.#keep(at, evaluate(frame))
    // What has a chunk for itself, nearly, is as well kept alone.
    if (found.end - found.start > heldChunkBytes / 16) return this.#keep(at, evaluate(frame))
    if (form === -1) {
      this.#symbols ??= found.symbols
      if (found.symbols !== this.#symbols) return this.#keep(at, evaluate(frame))
    }
    this.#sources[at] = found.bytes
    this.#starts[at] = found.start
    this.#ends[at] = found.end
    return form === -1 ? ionForm : form
  }

  #keep(at: number, value: Value): number {
    const own = detached(value)
    this.#heldBytes += 8 + heapBytes(own)
    this.#starts[at] = this.#others.length
    this.#ends[at] = this.#others.length + numberBytes
    this.#others.push(own)
    return otherForm
  }

  #push(place: number): void {
    if (this.#count === this.#places.length) {
      const grown = new Float64Array(2 * this.#count)
      grown.set(this.#places)
      this.#places = grown
    }
    this.#places[this.#count] = place
    this.#count += 1
  }

  /** Copies what was found of a row, side by side, and gives its place. */
  #copyRow(size: number): number {
    if (this.#chunkEnd + size > heldChunkBytes) {
      // A row of many columns may need more than a chunk: then it has one to itself.
      this.#chunks.push(Buffer.allocUnsafeSlow(Math.max(size, heldChunkBytes)))
      this.#readers.push(undefined)
      this.#chunkEnd = 0
    }
    const start = this.#chunkEnd
    const chunk = this.#chunks.at(-1) as Buffer
    let at = start
    for (let column = 0; column < this.#columns.length; column += 1) {
      const form = this.#forms[column] as number
      const from = this.#starts[column] as number
      const length = (this.#ends[column] as number) - from
      at = packHeader(chunk, at, form, length)
      if (form === otherForm) at = chunk.writeUInt32LE(from, at)
      else at = copyShort(this.#sources[column] as Uint8Array, from, from + length, chunk, at)
    }
    this.#chunkEnd = at
    return (this.#chunks.length - 1) * heldChunkBytes + start
  }

  #read(chunk: number, start: number): Value[] {
    const bytes = this.#chunks[chunk] as Buffer
    const values = new Array<Value>(this.#columns.length)
    const packed = this.#packed
    let at = start
    for (let column = 0; column < values.length; column += 1) {
      packedAt(bytes, at, packed)
      at = packed.end
      if (packed.form === otherForm) values[column] = this.#others[bytes.readUInt32LE(packed.start)] as Value
      else if (packed.form === ionForm) values[column] = this.#reader(chunk).readFrom(packed.start)
      else values[column] = packedValue(bytes, packed)
    }
    return values
  }

  #reader(chunk: number): LazyReader {
    const known = this.#readers[chunk]
    if (known !== undefined) return known
    const reader = new LazyReader(this.#chunks[chunk] as Buffer, this.#symbols as SymbolTable)
    this.#readers[chunk] = reader
    return reader
  }
}

/** Of a value's number among the others. */
const numberBytes = 4
