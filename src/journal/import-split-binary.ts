import { LedgerError } from '../base/errors.ts'
import { exportBlockBytesMax, exportSymbolsMax } from '../base/limits.ts'
import { isIonBinary } from '../values/binary-reader.ts'
import { BinaryValueReader } from '../values/binary-value-reader.ts'
import { declareSymbols, LocalSymbolTable, symbolTableText } from '../values/symbols.ts'
import type { Value } from '../values/value.ts'
import { tooLarge } from './import-split-text.ts'
import { isAggregatedRecord, readAggregatedRecord } from './kinesis-record.ts'

/** A value and the bytes that it took. */
export interface BinaryItem {
  readonly value: Value
  readonly bytes: number
}

const markerBytes = 4
const newline = 0x0a
/** No value of Ion begins so. */
const packedStart = 0xf3
/** A longer one names more than any file holds. */
const lengthBytesMax = 7

/**
 * Reads the top-level values of Ion 1.0 binary from chunks of any size. Padding is passed over unread. Records of a
 * Kinesis stream may follow one another, with a newline between them as Firehose puts it there, and in the form that the
 * producer library packs them into. Values decode when asked; the chunks must not change afterwards. Holds one value, or
 * packed record, at a time. Throws LedgerError 'ion/malformed', or 'export/limit' for a value larger than `bytesMax` and
 * for more symbols than exportSymbolsMax.
 */
export class BinarySplitter {
  readonly #bytesMax: number
  readonly #isPacked: boolean
  #symbols = new LocalSymbolTable()
  #parts: Buffer[] = []
  #heldBytes = 0
  /** How many bytes there must be before there is anything to do. */
  #wantedBytes = markerBytes
  #skipBytes = 0

  /** `isPacked`: the bytes come out of a packed record, so that none stands in them. */
  constructor(bytesMax = exportBlockBytesMax, isPacked = false) {
    this.#bytesMax = bytesMax
    this.#isPacked = isPacked
  }

  /** The values that this chunk completes, to be taken before the next chunk is given; a fault comes after them. */
  *push(chunk: Uint8Array): Generator<BinaryItem> {
    this.#parts.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    this.#heldBytes += chunk.length
    if (this.#heldBytes < this.#wantedBytes) return
    yield* this.#readAll(this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts), false)
  }

  /** The last values. Throws LedgerError 'ion/malformed' when the data ends within one. */
  *end(): Generator<BinaryItem> {
    yield* this.#readAll(Buffer.concat(this.#parts), true)
    if (this.#heldBytes > 0 || this.#skipBytes > 0)
      throw new LedgerError('ion/malformed', 'the data ends in the middle of a value')
  }

  *#readAll(bytes: Buffer, isEnd: boolean): Generator<BinaryItem> {
    let at = 0
    for (;;) {
      const skipped = Math.min(this.#skipBytes, bytes.length - at)
      this.#skipBytes -= skipped
      at += skipped
      if (!this.#isPacked && isAggregatedRecord(bytes, at)) {
        const record = readAggregatedRecord(bytes, at)
        if (record === undefined) {
          // Each try begins at the record's beginning.
          this.#wantedBytes = 2 * (bytes.length - at)
          break
        }
        for (const data of record.records) yield* this.#unpacked(data)
        at += record.size
        continue
      }
      const size = this.#sizeAt(bytes, at, isEnd)
      if (size === undefined || at + size > bytes.length) {
        this.#wantedBytes = size ?? bytes.length - at + 1
        break
      }
      const descriptor = bytes[at] as number
      if (descriptor === 0xe0) this.#symbols = new LocalSymbolTable()
      else if (!isPadding(descriptor)) yield* this.#read(bytes.subarray(at, at + size))
      at += size
    }
    const rest = bytes.subarray(at)
    this.#parts = rest.length === 0 ? [] : [rest]
    this.#heldBytes = rest.length
  }

  /** How long what stands here is, its head included; undefined when more must be known. Padding is set to be skipped. */
  #sizeAt(bytes: Buffer, at: number, isEnd: boolean): number | undefined {
    const descriptor = bytes[at]
    if (descriptor === undefined) return undefined
    const isShort = at + markerBytes >= bytes.length && !isEnd
    if (descriptor === newline && isShort) return undefined
    if (descriptor === newline && this.#isDelimiter(bytes, at, isEnd)) return 1
    if (descriptor === packedStart && !this.#isPacked && isShort) return undefined
    if (descriptor === 0xe0) {
      if (at + markerBytes > bytes.length) return markerBytes
      if (isIonBinary(bytes.subarray(at, at + markerBytes))) return markerBytes
      throw new LedgerError('ion/malformed', 'expected the version marker of Ion 1.0')
    }
    const head = headOf(bytes, at)
    if (head === undefined && isEnd) throw new LedgerError('ion/malformed', 'the data ends in the middle of a value')
    if (head === undefined) return undefined
    const size = head.headBytes + head.contentBytes
    if (isPadding(descriptor)) {
      this.#skipBytes = head.contentBytes
      return head.headBytes
    }
    if (size > this.#bytesMax) throw tooLarge(this.#bytesMax)
    return size
  }

  /** Whether a newline stands between two records: as Ion it would be padding of ten bytes. */
  #isDelimiter(bytes: Buffer, at: number, isEnd: boolean): boolean {
    const next = bytes.subarray(at + 1, at + 1 + markerBytes)
    return (next.length === 0 && isEnd) || isIonBinary(next) || isAggregatedRecord(next)
  }

  *#unpacked(data: Buffer): Generator<BinaryItem> {
    const splitter = new BinarySplitter(this.#bytesMax, true)
    yield* splitter.push(data)
    yield* splitter.end()
  }

  *#read(bytes: Buffer): Generator<BinaryItem> {
    const reader = new BinaryValueReader(bytes, this.#symbols, true)
    const value = reader.readValue(bytes.length, 0)
    if (value === undefined) return
    if (value.type !== 'struct' || value.annotations?.[0] !== symbolTableText) {
      yield { value, bytes: bytes.length }
      return
    }
    this.#symbols = declareSymbols(value, this.#symbols)
    if (this.#symbols.texts.length > exportSymbolsMax || this.#symbols.importedCount > exportSymbolsMax)
      throw new LedgerError('export/limit', `the data declares more than ${exportSymbolsMax} symbols`)
  }
}

function isPadding(descriptor: number): boolean {
  return descriptor < 0x0f
}

/** How long the head of a value is and what follows it; undefined when the bytes end before that is known. */
function headOf(bytes: Buffer, at: number): { readonly headBytes: number; readonly contentBytes: number } | undefined {
  const descriptor = bytes[at] as number
  const low = descriptor & 15
  if (descriptor >= 0xf0 || descriptor === 0xef)
    throw new LedgerError('ion/malformed', 'there is no such type of value')
  if (low === 15 || descriptor >> 4 === 1) return { headBytes: 1, contentBytes: 0 }
  if (low !== 14 && descriptor !== 0xd1) return { headBytes: 1, contentBytes: low }
  let length = 0
  for (let index = 1; index <= lengthBytesMax; index += 1) {
    const byte = bytes[at + index]
    if (byte === undefined) return undefined
    length = length * 128 + (byte & 0x7f)
    if (byte > 0x7f) return { headBytes: 1 + index, contentBytes: length }
  }
  throw new LedgerError('ion/malformed', 'a value has an impossible length')
}
