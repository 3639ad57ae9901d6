import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { isGzip } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import { exportBlockValuesMax } from '../base/limits.ts'
import { checkedValues } from '../journal/checked-values.ts'
import { isIonBinary } from '../values/binary-reader.ts'
import { LocalSymbolTable } from '../values/symbols.ts'
import { readValues, TextReader } from '../values/text-reader.ts'
import type { Value } from '../values/value.ts'
import { Base64Values, isBase64Records, packedData } from './import-base64.ts'
import { BinarySplitter, symbolsWithinLimit } from './import-split-binary.ts'
import { TextSplitter } from './import-split-text.ts'
import { isAggregatedRecord } from './kinesis-record.ts'
import type { ValueSplitter, FileValue, UnparsedText, FileItem } from './value-splitter.ts'

/** Called with every piece of a file that was read, in unpacked bytes. May throw LedgerError 'cancelled/by-user' to stop. */
export type OnRead = (bytes: number) => void | Promise<void>

/** Whether an error is one of the file's content, which is a finding; not one that stops everything. */
export function isFileFault(error: unknown): error is LedgerError {
  return error instanceof LedgerError && error.kind !== 'cancelled'
}

/** What may be a block in Ion text, not parsed yet. */
export interface FileText {
  readonly text: Buffer
  readonly bytes: number
  /** Throws what the reading throws. */
  readonly values: readonly Value[]
}

/**
 * The top-level values of a file of Ion text, Ion binary or JSON (also JSON Lines), gzip'd or not; which of them is
 * told from the bytes. Records of a Kinesis stream may be packed by its producer library, stand as base64 line by line,
 * or in the JSON that Kinesis or a Lambda function was given them in. Holds one value at a time. Throws LedgerError
 * 'file/malformed', naming the file, for what is none of these, 'export/limit' for a value beyond exportBlockBytesMax,
 * and the file system's own errors.
 */
export async function* readFileValues(
  path: string,
  onRead?: OnRead,
  valuesMax = exportBlockValuesMax,
): AsyncGenerator<FileValue> {
  for await (const piece of readFilePieces(path, false, onRead, valuesMax))
    for (const item of piece) if (!('text' in item)) yield { value: item.value, bytes: item.bytes, end: item.end }
}

/**
 * The same, as many at a time as come out of one read; they must be taken in full before the next are asked for.
 * `isDeferred`: structs of Ion text need not be parsed.
 */
export async function* readFilePieces(
  path: string,
  isDeferred: boolean,
  onRead?: OnRead,
  valuesMax = exportBlockValuesMax,
): AsyncGenerator<Iterable<FileValue | FileText>> {
  let read = 0
  try {
    let splitter: ValueSplitter | undefined
    for await (const chunk of unpackedChunks(path)) {
      await onRead?.(chunk.length)
      splitter ??= splitterOf(chunk, isDeferred, valuesMax)
      read += chunk.length
      yield valuesOf(splitter.push(chunk), path, read)
    }
    yield valuesOf(splitter?.end() ?? [], path, read)
  } catch (error) {
    throw namedError(error, path, read)
  }
}

function* valuesOf(items: Iterable<FileItem>, path: string, end: number): Generator<FileValue | FileText> {
  try {
    for (const item of items) {
      if ('text' in item) yield new DeferredText(item, path, end)
      else if (item.stream === undefined) yield { value: item.value, bytes: item.bytes, end }
      else yield new StreamValue(item, item.stream, path, end)
    }
  } catch (error) {
    throw namedError(error, path, end)
  }
}

class StreamValue implements FileValue {
  readonly stream: Buffer
  readonly end: number
  readonly #item: Omit<FileValue, 'end'>
  readonly #path: string

  constructor(item: Omit<FileValue, 'end'>, stream: Buffer, path: string, end: number) {
    this.stream = stream
    this.end = end
    this.#item = item
    this.#path = path
  }

  get bytes(): number {
    return this.#item.bytes
  }

  get value(): Value {
    try {
      return this.#item.value
    } catch (error) {
      throw namedError(error, this.#path, this.end)
    }
  }
}

/** The file's bytes; those inside where it is gzip'd. The first chunk has four bytes at least, if the file has. */
async function* unpackedChunks(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: 256 * 1024 })
  const chunks = file[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  const first = await chunks.next()
  if (first.done === true) return
  const all = prepend(first.value, chunks)
  if (!isGzip(first.value)) {
    yield* all
    return
  }
  const unpacked = createGunzip()
  const feeding = feed(all, unpacked)
  feeding.catch((error: Error) => unpacked.destroy(error))
  let held: Buffer | undefined
  for await (const chunk of unpacked as AsyncIterable<Buffer>) {
    const bytes = held === undefined ? chunk : Buffer.concat([held, chunk])
    held = bytes.length < 4 ? bytes : undefined
    if (held === undefined) yield bytes
  }
  await feeding
  if (held !== undefined) yield held
}

async function* prepend(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    // Inside: a reader that leaves after the first chunk closes the file, too.
    yield first
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}

async function feed(
  chunks: AsyncIterable<Buffer>,
  into: NodeJS.WritableStream & { destroyed?: boolean },
): Promise<void> {
  for await (const chunk of chunks) {
    if (into.destroyed === true) return
    if (into.write(chunk)) continue
    await new Promise((resolve) => {
      into.once('drain', resolve)
      into.once('close', resolve)
    })
  }
  into.end()
}

class DeferredText implements FileText {
  readonly text: Buffer
  readonly #parse: () => readonly Value[]
  readonly #path: string
  readonly #end: number

  constructor({ text, parse }: UnparsedText, path: string, end: number) {
    this.text = text
    this.#parse = parse
    this.#path = path
    this.#end = end
  }

  get bytes(): number {
    return this.text.length
  }

  get values(): readonly Value[] {
    try {
      return this.#parse()
    } catch (error) {
      throw namedError(error, this.#path, this.#end)
    }
  }
}

function splitterOf(head: Uint8Array, isDeferred: boolean, valuesMax: number): ValueSplitter {
  if (isIonBinary(head) || isAggregatedRecord(head)) return new BinarySplitter()
  return isBase64Records(head) ? new Base64Values() : new TextValues(isDeferred, valuesMax)
}

const openBrace = 0x7b

class TextValues implements ValueSplitter {
  readonly #splitter = new TextSplitter()
  readonly #decoder = new TextDecoder('utf-8', { fatal: true })
  /** What was declared so far: AWS wrote no symbol tables into text, other writers append to theirs again and again. */
  #symbols = new LocalSymbolTable()
  readonly #isDeferred: boolean
  readonly #valuesMax: number

  constructor(isDeferred: boolean, valuesMax: number) {
    this.#isDeferred = isDeferred
    this.#valuesMax = valuesMax
  }

  /** One by one: what stands before a fault is good. */
  *push(chunk: Uint8Array): Generator<FileItem> {
    for (const bytes of this.#splitter.push(chunk)) yield* this.#read(bytes)
  }

  *end(): Generator<FileItem> {
    const { found, rest, isOpen } = this.#splitter.end()
    for (const bytes of found) yield* this.#read(bytes)
    if (isOpen) throw new LedgerError('ion/malformed', 'the text ends in the middle of a value')
    yield* this.#parse(rest)
  }

  #read(bytes: Buffer): FileItem[] {
    const isStruct = bytes[0] === openBrace && bytes[1] !== openBrace
    if (!this.#isDeferred || this.#hasSymbols || !isStruct) return this.#parse(bytes)
    return [{ text: bytes, parse: () => this.#valuesOf(bytes, new LocalSymbolTable()).map(({ value }) => value) }]
  }

  get #hasSymbols(): boolean {
    return this.#symbols.texts.length > 0 || this.#symbols.importedCount > 0
  }

  #parse(bytes: Buffer): Omit<FileValue, 'end'>[] {
    return this.#valuesOf(bytes, this.#symbols, (symbols) => (this.#symbols = symbolsWithinLimit(symbols)))
  }

  /** `symbols`: what was declared before; what is parsed late knows none of what has come since. */
  #valuesOf(
    bytes: Buffer,
    symbols: LocalSymbolTable,
    onSymbols: (symbols: LocalSymbolTable) => void = () => undefined,
  ): Omit<FileValue, 'end'>[] {
    const reader = new TextReader(this.#decoder.decode(bytes), symbols, checkedValues(this.#valuesMax))
    const values = readValues(reader)
    onSymbols(reader.symbols)
    return values.flatMap((value) => packedData(value) ?? [{ value, bytes: bytes.length }])
  }
}

/** A fault of the content as an error that names the file; the file system's own errors pass. */
function namedError(error: unknown, path: string, at: number): unknown {
  const place = `'${path}', by byte ${at}`
  if (isFileFault(error)) {
    const code = error.code === 'export/limit' ? 'export/limit' : 'file/malformed'
    return new LedgerError(code, `${place}: ${error.message}`, { cause: error })
  }
  const code = (error as { code?: unknown }).code
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
    return new LedgerError('file/malformed', `${place}: it is neither Ion nor JSON (not UTF-8)`, {
      cause: error as Error,
    })
  if (typeof code === 'string' && /^Z_/.test(code))
    return new LedgerError('file/malformed', `${place}: it can't be unpacked (${(error as Error).message})`, {
      cause: error as Error,
    })
  return error
}
