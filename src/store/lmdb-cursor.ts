import type { RootDatabase } from 'lmdb'
import { cursorChunkBytesMax } from '../base/limits.ts'
import type { RangeCursor } from './store.ts'

type ByteDatabase = RootDatabase<Uint8Array, Uint8Array>

/** A range being read with LMDB's library. */
export type RangeRead = Iterator<{ key: Uint8Array; value: Uint8Array }>

/** LMDB refuses empty keys, and the store has a record of its own: a first byte tells its keys from the caller's. */
const callerKeys = 1
export const formatKey: Uint8Array = new Uint8Array(0)

/** The library's key encoder. While a cursor reads, keys go into its scratch memory instead of objects of their own. */
export const storeKeys = {
  writeKey(key: Uint8Array, target: Uint8Array, start: number): number {
    target[start] = key === formatKey ? 0 : callerKeys
    target.set(key, start + 1)
    return start + 1 + key.length
  },
  readKey(source: Uint8Array, start: number, end: number): Uint8Array {
    if (reading === undefined) return Uint8Array.prototype.slice.call(source, start + 1, end)
    reading.takeKey(source, start + 1, end)
    return formatKey
  },
}

/** The cursor whose `next` is at work. */
let reading: LmdbCursor | undefined

/** What the library has without declaring it: a decoder, which sees each value in memory that the next one takes over. */
interface Decoding {
  decoder: { decode(bytes: Uint8Array, size: number): undefined } | undefined
  decoderCopies: boolean
}

const firstChunkBytes = 2_048

/**
 * Reads a range into chunks of memory that entries share, so that an entry costs one copy of its bytes and nothing else.
 * For the time of one step, the library is given a decoder that copies there; all other reads go without one.
 */
export class LmdbCursor implements RangeCursor {
  readonly #database: Decoding
  readonly #rows: RangeRead
  readonly #finish: (rows: RangeRead) => void
  readonly #failure: (error: unknown) => unknown
  #keyBytes = Buffer.allocUnsafeSlow(64)
  #keyEnd = 0
  #chunkBytes = firstChunkBytes / 2
  bytes: Uint8Array = formatKey
  start = 0
  end = 0

  /** `finish` is called by `close`; `failure` makes what is thrown of an error of the library. */
  constructor(
    database: ByteDatabase,
    rows: RangeRead,
    finish: (rows: RangeRead) => void,
    failure: (error: unknown) => unknown,
  ) {
    this.#database = database as unknown as Decoding
    this.#rows = rows
    this.#finish = finish
    this.#failure = failure
  }

  next(): boolean {
    const database = this.#database
    const { decoder, decoderCopies } = database
    database.decoder = this
    database.decoderCopies = true
    reading = this
    try {
      return this.#rows.next().done !== true
    } catch (error) {
      throw this.#failure(error)
    } finally {
      reading = undefined
      database.decoder = decoder
      database.decoderCopies = decoderCopies
    }
  }

  key(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#keyBytes, 0, this.#keyEnd)
  }

  drop(): void {
    this.end = this.start
  }

  close(): void {
    this.#finish(this.#rows)
  }

  /** Called by the library. */
  decode(source: Uint8Array, size: number): undefined {
    let at = this.end
    if (at + size > this.bytes.length) {
      this.#startChunk(size)
      at = 0
    }
    this.bytes.set(new Uint8Array(source.buffer, source.byteOffset, size), at)
    this.start = at
    this.end = at + size
  }

  takeKey(source: Uint8Array, start: number, end: number): void {
    if (end - start > this.#keyBytes.length) this.#keyBytes = Buffer.allocUnsafeSlow(end - start)
    const bytes = this.#keyBytes
    for (let at = start; at < end; at += 1) bytes[at - start] = source[at] as number
    this.#keyEnd = end - start
  }

  /** Chunks grow from one to the next, so that a small table costs little. */
  #startChunk(size: number): void {
    this.#chunkBytes = Math.min(this.#chunkBytes * 2, cursorChunkBytesMax)
    this.bytes = Buffer.allocUnsafeSlow(Math.max(this.#chunkBytes, size))
  }
}
