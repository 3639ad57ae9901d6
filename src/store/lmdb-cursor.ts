import type { RootDatabase, Transaction } from 'lmdb'
import { cursorChunkBytesMax } from '../base/limits.ts'
import { type RangeCursor, storeKeyBytesMax } from './store.ts'

type ByteDatabase = RootDatabase<Uint8Array, Uint8Array>

/** A range being read with LMDB's library. */
export type RangeRead = Iterator<{ key: Uint8Array; value: Uint8Array }>

/** LMDB refuses empty keys, and the store has a record of its own: a first byte tells its keys from the caller's. */
const callerKeys = 1
export const formatKey: Uint8Array = new Uint8Array(0)

/** Whether the library is to be given, and to give, keys as the file has them. */
let isWhole = false

/** Reads or writes under keys as LMDB's file has them, the first byte with the others. */
export function withWholeKeys<T>(work: () => T): T {
  isWhole = true
  try {
    return work()
  } finally {
    isWhole = false
  }
}

/** The library's key encoder. While a cursor reads, keys go into its scratch memory instead of objects of their own. */
export const storeKeys = {
  writeKey(key: Uint8Array, target: Uint8Array, start: number): number {
    if (isWhole) {
      target.set(key, start)
      return start + key.length
    }
    target[start] = key === formatKey ? 0 : callerKeys
    target.set(key, start + 1)
    return start + 1 + key.length
  },
  readKey(source: Uint8Array, start: number, end: number): Uint8Array {
    if (reading === undefined) return Uint8Array.prototype.slice.call(source, isWhole ? start : start + 1, end)
    reading.takeKey(source, start + 1, end)
    return formatKey
  },
}

/** Where no record of the store or its caller lies: around the store's own record, and beyond the caller's longest key. */
const strayStarts: readonly { readonly start: Uint8Array; readonly end?: Uint8Array }[] = [
  { start: Uint8Array.of(0, 0), end: Uint8Array.of(callerKeys) },
  { start: Uint8Array.of(callerKeys, ...new Uint8Array(storeKeyBytesMax).fill(0xff)) },
]

/** Keys of records that neither the store nor its caller wrote, as LMDB's file has them; at most so many. */
export function strayKeys(database: ByteDatabase, max: number, transaction?: Transaction): Uint8Array[] {
  return withWholeKeys(() => {
    const keys: Uint8Array[] = []
    for (const range of strayStarts) {
      const limit = max - keys.length
      if (limit <= 0) break
      const options = transaction === undefined ? { ...range, limit } : { ...range, limit, transaction }
      for (const { key } of database.getRange(options)) keys.push(key)
    }
    return keys
  })
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
