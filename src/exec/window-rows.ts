import { assert } from '../base/assert.ts'
import { spillChunkBytes } from '../base/limits.ts'
import type { Value } from '../values/value.ts'
import type { Frame } from './frame.ts'
import { SharedParts } from './spill/shared-parts.ts'
import { ValueReader } from './spill/value-reader.ts'
import { ValueWriter } from './spill/value-writer.ts'
import type { TemporaryFile } from './statement-memory.ts'

/** Rows in one piece: in memory, or where they lie in the temporary file. */
type Chunk =
  | { readonly bytes: Buffer; readonly rows: number }
  | { readonly at: number; readonly size: number; rows: number }

/**
 * Rows as bytes, to be read in the order in which they were added: little memory in few pieces. From `spill` on they lie in
 * a temporary file. Every row has as many values.
 */
export class WindowRows {
  readonly #width: number
  readonly #chunkBytes: number
  readonly #frame: Frame
  readonly #shared = new SharedParts()
  readonly #writer = new ValueWriter(this.#shared)
  readonly #chunks: Chunk[] = []
  #rowsWritten = 0
  #file: TemporaryFile | undefined
  #fileEnd = 0
  /** Bytes of memory that the rows take. */
  held = 0

  /** `chunkBytes`: Infinity for pages that `endPage` ends. */
  constructor(width: number, frame: Frame, chunkBytes = spillChunkBytes) {
    this.#width = width
    this.#chunkBytes = chunkBytes
    this.#frame = frame
  }

  add(row: readonly Value[]): void {
    const writer = this.#writer
    const before = writer.size
    for (let at = 0; at < row.length; at += 1) writer.write(row[at] as Value)
    this.held += writer.size - before
    this.#rowsWritten += 1
    if (writer.size >= this.#chunkBytes) this.#endChunk()
  }

  /** Puts all rows into a temporary file, and those that come. */
  spill(): void {
    this.#endChunk()
    this.#file ??= this.#frame.memory.openFile()
    for (const [at, chunk] of this.#chunks.entries()) {
      if ('bytes' in chunk) this.#chunks[at] = this.#append(chunk.bytes, chunk.rows)
    }
    this.held = 0
  }

  /** The rows from the first on, read again from memory or file. Pages that were read are released. */
  *read(): Generator<Value[], undefined> {
    this.#endChunk()
    const reader = new ValueReader(this.#shared)
    for (const [number, chunk] of this.#chunks.entries()) {
      reader.bytes = 'bytes' in chunk ? chunk.bytes : this.#load(chunk.at, chunk.size)
      reader.at = 0
      for (let row = 0; row < chunk.rows; row += 1) {
        const values = new Array<Value>(this.#width)
        for (let at = 0; at < this.#width; at += 1) values[at] = reader.read()
        yield values
      }
      this.#chunks[number] = { at: 0, size: 0, rows: 0 }
    }
  }

  /** The rows that were added between two calls of `endPage`. */
  page(number: number): Value[][] {
    const chunk = this.#chunks[number] as Chunk
    const reader = new ValueReader(this.#shared)
    reader.bytes = 'bytes' in chunk ? chunk.bytes : this.#load(chunk.at, chunk.size)
    return Array.from({ length: chunk.rows }, () => Array.from({ length: this.#width }, () => reader.read()))
  }

  endPage(): void {
    this.#endChunk()
  }

  close(): void {
    this.#chunks.length = 0
    this.#file?.close()
  }

  #endChunk(): void {
    const writer = this.#writer
    if (this.#rowsWritten === 0) return
    const bytes = writer.bytes.subarray(0, writer.size)
    const rows = this.#rowsWritten
    if (this.#file === undefined) {
      const own = Buffer.allocUnsafeSlow(bytes.length)
      own.set(bytes)
      this.#chunks.push({ bytes: own, rows })
    } else {
      this.#chunks.push(this.#append(bytes, rows))
      this.held = 0
    }
    writer.size = 0
    this.#rowsWritten = 0
  }

  #append(bytes: Buffer, rows: number): Chunk {
    const at = this.#fileEnd
    this.#file?.append(bytes)
    this.#fileEnd += bytes.length
    return { at, size: bytes.length, rows }
  }

  #load(at: number, size: number): Buffer {
    const bytes = Buffer.allocUnsafeSlow(size)
    let filled = 0
    while (filled < size) {
      const count = this.#file?.read(bytes.subarray(filled), at + filled) ?? 0
      assert(count > 0, 'a temporary file has all that was written to it')
      filled += count
    }
    return bytes
  }
}
