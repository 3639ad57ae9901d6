import { LedgerError } from '../base/errors.ts'
import { exportBlockBytesMax, exportSymbolsMax } from '../base/limits.ts'
import { isIonBinary } from '../values/binary-reader.ts'
import { BinaryValueReader } from '../values/binary-value-reader.ts'
import { declareSymbols, LocalSymbolTable, symbolTableId, symbolTableText } from '../values/symbols.ts'
import type { StructValue, Value } from '../values/value.ts'
import { tooLarge } from './import-split-text.ts'
import { isAggregatedRecord, readAggregatedRecord } from './kinesis-record.ts'

/** A value and the bytes that it took. */
export interface BinaryItem {
  readonly value: Value
  readonly bytes: number
  /** Where the value is a struct with a symbol table of its own: both, as a stream. Then `value` may throw. */
  readonly stream?: Buffer
}

const markerBytes = 4
const newline = 0x0a
/** No value of Ion begins so. */
const packedStart = 0xf3
/** A longer one names more than any file holds. */
const lengthBytesMax = 7

/**
 * Reads the top-level values of Ion 1.0 binary from chunks of any size. Padding is skipped unread. Records of a
 * Kinesis stream may follow one another, with a newline between them as Firehose puts it there, and in the form that the
 * producer library packs them into. Values decode when asked; the chunks must not change afterwards. Holds one value, or
 * packed record, at a time. Throws LedgerError 'ion/malformed', or 'export/limit' for a value larger than `bytesMax` and
 * for more symbols than exportSymbolsMax.
 */
export class BinarySplitter {
  readonly #bytesMax: number
  readonly #isPacked: boolean
  #symbols = new LocalSymbolTable()
  /** A symbol table that nobody has read yet. */
  #declaration: Buffer | undefined
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
      const stream = bytes[at] === 0xe0 ? streamAt(bytes, at, this.#bytesMax) : undefined
      if (stream !== undefined && !isEnd && at + stream.size > bytes.length) {
        this.#wantedBytes = stream.size
        break
      }
      if (stream?.valueAt !== undefined && at + stream.size <= bytes.length) {
        yield this.#readStream(bytes.subarray(at, at + stream.size), stream.valueAt - at)
        at += stream.size
        continue
      }
      const size = this.#sizeAt(bytes, at, isEnd)
      if (size === undefined || at + size > bytes.length) {
        this.#wantedBytes = size ?? bytes.length - at + 1
        break
      }
      const descriptor = bytes[at] as number
      if (descriptor === 0xe0) this.#forgetSymbols()
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

  #forgetSymbols(): void {
    this.#symbols = new LocalSymbolTable()
    this.#declaration = undefined
  }

  #readStream(stream: Buffer, valueAt: number): BinaryItem {
    this.#forgetSymbols()
    this.#declaration = stream.subarray(markerBytes, valueAt)
    return new StreamItem(stream, valueAt)
  }

  *#read(bytes: Buffer): Generator<BinaryItem> {
    if (this.#declaration !== undefined) this.#symbols = declared(this.#declaration, this.#symbols)
    this.#declaration = undefined
    const value = new BinaryValueReader(bytes, this.#symbols, true).readValue(bytes.length, 0)
    if (value === undefined) return
    if (isDeclaration(value)) this.#symbols = symbolsWithinLimit(declareSymbols(value, this.#symbols))
    else yield { value, bytes: bytes.length }
  }
}

/** A struct with a symbol table before it, neither of which is read before the value is asked for. */
class StreamItem implements BinaryItem {
  readonly stream: Buffer
  readonly #valueAt: number

  constructor(stream: Buffer, valueAt: number) {
    this.stream = stream
    this.#valueAt = valueAt
  }

  get bytes(): number {
    return this.stream.length - this.#valueAt
  }

  get value(): Value {
    const symbols = declared(this.stream.subarray(markerBytes, this.#valueAt), new LocalSymbolTable())
    const bytes = this.stream.subarray(this.#valueAt)
    // It is no padding.
    return new BinaryValueReader(bytes, symbols, true).readValue(bytes.length, 0) as Value
  }
}

function isDeclaration(value: Value): value is StructValue {
  return value.type === 'struct' && value.annotations?.[0] === symbolTableText
}

/** The symbol table that bytes in the form of streamAt declare. */
function declared(declaration: Buffer, before: LocalSymbolTable): LocalSymbolTable {
  const value = new BinaryValueReader(declaration, before, true).readValue(declaration.length, 0) as StructValue
  return symbolsWithinLimit(declareSymbols(value, before))
}

/** Throws LedgerError 'export/limit' for too many symbols. */
export function symbolsWithinLimit(symbols: LocalSymbolTable): LocalSymbolTable {
  if (symbols.texts.length <= exportSymbolsMax && symbols.importedCount <= exportSymbolsMax) return symbols
  throw new LedgerError('export/limit', `the data declares more than ${exportSymbolsMax} symbols`)
}

/**
 * Whether a version marker, a symbol table and a struct follow one another here, as encodeIon writes them: how long they
 * are, or how many bytes must be there to say more. Where the struct begins, when they are that. Undefined for anything else.
 */
function streamAt(bytes: Buffer, at: number, bytesMax: number): { size: number; valueAt?: number } | undefined {
  const tableAt = at + markerBytes
  if (tableAt >= bytes.length) return { size: markerBytes + 1 }
  if (!isIonBinary(bytes.subarray(at, tableAt))) return undefined
  const table = containerEnd(bytes, tableAt, 0xe)
  if (table === undefined || table.end - tableAt > bytesMax) return undefined
  if (table.contentAt === undefined || table.end >= bytes.length) return { size: table.end + 1 - at }
  const { contentAt, end: valueAt } = table
  const struct = bytes[contentAt + 2] as number
  const isTable =
    valueAt - contentAt > 2 && bytes[contentAt] === 0x81 && bytes[contentAt + 1] === (symbolTableId | 0x80)
  if (!isTable || struct >> 4 !== 0xd || struct === 0xdf) return undefined
  const value = containerEnd(bytes, valueAt, 0xd)
  if (value === undefined || value.end - valueAt > bytesMax) return undefined
  return value.contentAt === undefined ? { size: value.end - at } : { size: value.end - at, valueAt }
}

/** The end of a value of that type that is no null; without `contentAt` it says how many bytes must be there first. */
function containerEnd(bytes: Buffer, at: number, code: number): { end: number; contentAt?: number } | undefined {
  const descriptor = bytes[at] as number
  if (descriptor >> 4 !== code || (descriptor & 15) === 15 || descriptor === 0xe0) return undefined
  const head = headOf(bytes, at)
  if (head === undefined) return { end: bytes.length + 1 }
  const contentAt = at + head.headBytes
  return { end: contentAt + head.contentBytes, contentAt }
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
