import { heldChunkBytes } from '../base/limits.ts'
import { detached, LazyReader } from '../values/binary-reader.ts'
import type { BytesPlace } from '../values/binary-value-reader.ts'
import type { SymbolTable } from '../values/symbols.ts'
import type { Value } from '../values/value.ts'
import type { Evaluate, Frame } from './frame.ts'
import type { FindBytes } from './field-path.ts'
import { heapBytes } from './heap-bytes.ts'

/** A column of rows that are held: what it is, and where its bytes lie when it is a path into a stored document. */
export interface HeldColumn {
  readonly evaluate: Evaluate
  readonly findBytes: FindBytes | undefined
}

/**
 * Rows that are held to be given in another order. A value that stands in a stored document is held as its bytes, side by
 * side with those of other rows, and decoded when its row is asked for: a row is then little memory in one place instead
 * of several objects here and there, which is what reading it in a new order costs.
 */
export class HeldRows {
  readonly #columns: readonly HeldColumn[]
  /** For each value where its bytes begin, counted over all chunks; below 0 its place among the others, from -1 down. */
  #places = new Float64Array(64)
  #count = 0
  #heldBytes = 0
  readonly #chunks: Buffer[] = []
  readonly #readers: LazyReader[] = []
  #chunkEnd = heldChunkBytes
  readonly #others: Value[] = []
  #symbols: SymbolTable | undefined
  readonly #found: BytesPlace = { bytes: Buffer.alloc(0), start: 0, end: 0, symbols: undefined }

  constructor(columns: readonly HeldColumn[]) {
    this.#columns = columns
  }

  /** Takes the row that the frame holds, and returns about how many bytes that takes. Rows are numbered from 0. */
  add(frame: Frame): number {
    const before = this.#heldBytes
    for (let at = 0; at < this.#columns.length; at += 1) {
      const { evaluate, findBytes } = this.#columns[at] as HeldColumn
      this.#push(findBytes?.(frame, this.#found) === true ? this.#copy(evaluate, frame) : this.#keep(evaluate(frame)))
    }
    return this.#heldBytes - before + 16 * this.#columns.length
  }

  /** The values of a row's columns. */
  valuesOf(row: number): Value[] {
    const { length } = this.#columns
    const values = new Array<Value>(length)
    for (let at = 0; at < length; at += 1) {
      const place = this.#places[row * length + at] as number
      values[at] = place < 0 ? (this.#others[-place - 1] as Value) : this.#read(place)
    }
    return values
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

  #keep(value: Value): number {
    const own = detached(value)
    this.#heldBytes += 8 + heapBytes(own)
    this.#others.push(own)
    return -this.#others.length
  }

  #copy(evaluate: Evaluate, frame: Frame): number {
    const { bytes, start, end, symbols } = this.#found
    const size = end - start
    this.#symbols ??= symbols
    if (size > heldChunkBytes || symbols !== this.#symbols) return this.#keep(evaluate(frame))
    if (this.#chunkEnd + size > heldChunkBytes) {
      const chunk = Buffer.allocUnsafeSlow(heldChunkBytes)
      this.#chunks.push(chunk)
      this.#readers.push(new LazyReader(chunk, this.#symbols as SymbolTable))
      this.#chunkEnd = 0
    }
    const at = this.#chunkEnd
    const chunk = this.#chunks.at(-1) as Buffer
    for (let index = 0; index < size; index += 1) chunk[at + index] = bytes[start + index] as number
    this.#chunkEnd = at + size
    this.#heldBytes += size
    return (this.#chunks.length - 1) * heldChunkBytes + at
  }

  #read(place: number): Value {
    const at = place % heldChunkBytes
    return (this.#readers[(place - at) / heldChunkBytes] as LazyReader).readFrom(at)
  }
}
