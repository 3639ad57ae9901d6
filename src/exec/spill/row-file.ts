import { assert } from '../../base/assert.ts'
import { spillChunkBytes } from '../../base/limits.ts'
import type { Value } from '../../values/value.ts'
import type { StatementMemory, TemporaryFile } from '../statement-memory.ts'
import { SharedParts } from './shared-parts.ts'
import { ValueReader } from './value-reader.ts'
import { ValueWriter } from './value-writer.ts'

/** Before each row: how many values it has, and how many bytes they take. */
const headerBytes = 10

/** Values side by side that are written to a temporary file together. */
export type FileRow = readonly Value[]

/** Rows one after the other. */
export interface RowStream {
  /** Undefined after the last. */
  next(): Value[] | undefined
}

/**
 * A temporary file of rows. Rows are added at the end; any part that begins with a row can be read, while others are added
 * too. Every value comes back as it was. Close it when its rows are read; the statement's end closes it at the latest.
 */
export class RowFile {
  readonly #file: TemporaryFile
  readonly #shared = new SharedParts()
  readonly #writer = new ValueWriter(this.#shared)
  #written = 0

  /** Throws LedgerError 'evaluator/limit' where there are no temporary files, and as they do. */
  constructor(memory: StatementMemory) {
    this.#file = memory.openFile()
  }

  /** Where the next row will lie. */
  get end(): number {
    return this.#written + this.#writer.size
  }

  /** Takes a row and returns where it lies. */
  add(row: FileRow): number {
    const writer = this.#writer
    if (writer.size >= spillChunkBytes) this.#flush()
    const at = this.end
    writeRow(writer, row)
    return at
  }

  /** The rows from `start` up to `end`, both where `add` or `end` said. */
  rows(start = 0, end = this.end, chunkBytes = spillChunkBytes): FileRows {
    this.#flush()
    return new FileRows(this.#file, this.#shared, start, end, chunkBytes)
  }

  close(): void {
    this.#file.close()
  }

  #flush(): void {
    const { bytes, size } = this.#writer
    if (size === 0) return
    this.#file.append(bytes.subarray(0, size))
    this.#written += size
    this.#writer.size = 0
  }
}

/** The number that stands at a place of a row. */
export function numberAt(row: FileRow, place: number): number {
  return (row[place] as { value: number }).value
}

/** The order of rows by the number that they begin with. */
export function compareNumbers(a: FileRow, b: FileRow): number {
  return numberAt(a, 0) - numberAt(b, 0)
}

/** As FileRows reads it. */
export function writeRow(writer: ValueWriter, row: FileRow): void {
  const start = writer.size
  writer.reserve(headerBytes)
  writer.size += headerBytes
  for (let index = 0; index < row.length; index += 1) writer.write(row[index] as Value)
  writer.bytes.writeUInt32LE(row.length, start)
  writer.bytes.writeUIntLE(writer.size - start - headerBytes, start + 4, 6)
}

/** Rows of a part of a file. */
export class FileRows implements RowStream {
  readonly #file: TemporaryFile
  readonly #end: number
  readonly #reader: ValueReader
  #buffer: Buffer<ArrayBufferLike>
  /** Where in the file the buffer's content ends. */
  #read: number
  #filled = 0

  constructor(file: TemporaryFile, shared: SharedParts, start: number, end: number, chunkBytes: number) {
    this.#file = file
    this.#end = end
    this.#read = start
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(headerBytes, Math.min(chunkBytes, end - start)))
    this.#reader = new ValueReader(shared)
    this.#reader.bytes = this.#buffer
  }

  /** Where the next row lies in the file. */
  get position(): number {
    return this.#read - this.#filled + this.#reader.at
  }

  next(): Value[] | undefined {
    const reader = this.#reader
    if (reader.at + headerBytes > this.#filled && !this.#fill(headerBytes)) return undefined
    const start = reader.at
    const values = new Array<Value>(this.#buffer.readUInt32LE(start))
    const size = headerBytes + this.#buffer.readUIntLE(start + 4, 6)
    if (start + size > this.#filled) this.#fill(size)
    reader.at += headerBytes
    for (let index = 0; index < values.length; index += 1) values[index] = reader.read()
    return values
  }

  /** Moves unread bytes to the front and reads until this many are available; false at the end of the file. */
  #fill(wanted: number): boolean {
    const reader = this.#reader
    const left = this.#filled - reader.at
    if (left === 0 && this.#read === this.#end) return false
    const before = this.#buffer
    if (wanted > before.length) this.#buffer = Buffer.allocUnsafeSlow(wanted)
    before.copy(this.#buffer, 0, reader.at, this.#filled)
    reader.bytes = this.#buffer
    reader.at = 0
    this.#filled = left
    while (this.#filled < wanted) {
      const most = Math.min(this.#buffer.length - this.#filled, this.#end - this.#read)
      const count = this.#file.read(this.#buffer.subarray(this.#filled, this.#filled + most), this.#read)
      assert(count > 0, 'a temporary file has all that was written to it')
      this.#filled += count
      this.#read += count
    }
    return true
  }
}
