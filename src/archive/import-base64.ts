import { LedgerError } from '../base/errors.ts'
import { isIonBinary } from '../values/binary-reader.ts'
import type { StructValue, Value } from '../values/value.ts'
import type { ValueSplitter } from './value-splitter.ts'
import { type BinaryItem, BinarySplitter } from './import-split-binary.ts'
import { tooLarge } from './import-split-text.ts'
import { isAggregatedRecord } from './kinesis-record.ts'

/**
 * Whether a text begins with the base64 of a Kinesis record in Ion binary: those bytes begin no Ion text and no JSON,
 * except in quotes, where they stand for the line of a list that was taken out of JSON.
 */
export function isBase64Records(head: Uint8Array): boolean {
  const text = /^\s*"?([A-Za-z0-9+/]{8})/.exec(Buffer.from(head.subarray(0, 16)).toString('latin1'))?.[1] ?? ''
  return isRecord(Buffer.from(text, 'base64'))
}

function isRecord(bytes: Buffer): boolean {
  return isIonBinary(bytes) || isAggregatedRecord(bytes)
}

const lineCharactersMax = 64 * 1024 * 1024

/** Records as base64, one or more lines each, the lines in quotes or not; from chunks of any size. */
export class Base64Values implements ValueSplitter {
  readonly #splitter = new BinarySplitter()
  /** Of a line that has not ended. */
  #parts: string[] = []
  #partsLength = 0
  /** Digits of a group that the next line ends. */
  #digits = ''
  #line = 0;

  *push(chunk: Uint8Array): Generator<BinaryItem> {
    const lines = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1').split('\n')
    const rest = lines.pop() as string
    for (const line of lines) yield* this.#read(this.#parts.splice(0).join('') + line)
    this.#partsLength = (lines.length > 0 ? 0 : this.#partsLength) + rest.length
    if (this.#partsLength > lineCharactersMax) throw tooLarge(lineCharactersMax)
    this.#parts.push(rest)
  }

  *end(): Generator<BinaryItem> {
    yield* this.#read(this.#parts.join(''))
    if (this.#digits !== '') throw new LedgerError('ion/malformed', 'the base64 ends in the middle of a byte')
    yield* this.#splitter.end()
  }

  *#read(line: string): Generator<BinaryItem> {
    this.#line += 1
    const text = this.#digits + line.trim().replace(/^"(.*)",?$/, '$1')
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text))
      throw new LedgerError('ion/malformed', `line ${this.#line} is not base64 as the ones before it are`)
    const whole = text.length - (text.length % 4)
    this.#digits = text.slice(whole)
    if (whole > 0) yield* this.#splitter.push(Buffer.from(text.slice(0, whole), 'base64'))
  }
}

/**
 * The records in the JSON that GetRecords of Kinesis answers, that a Lambda function gets from Kinesis or from Firehose,
 * or in one item of these; undefined for a value that is none of them.
 */
export function packedData(value: Value): BinaryItem[] | undefined {
  if (value.type !== 'struct') return undefined
  const items = value.get('Records') ?? value.get('records')
  if (items?.type !== 'list') return unpacked(value)
  const found = items.items.map((item) => (item.type === 'struct' ? unpacked(item) : undefined))
  if (found.length === 0 || found.includes(undefined)) return undefined
  return found.flatMap((records) => records ?? [])
}

function unpacked(item: StructValue): BinaryItem[] | undefined {
  const kinesis = item.get('kinesis')
  const data = item.get('Data') ?? (kinesis?.type === 'struct' ? kinesis.get('data') : item.get('data'))
  if (data?.type !== 'string') return undefined
  const bytes = Buffer.from(data.value, 'base64')
  if (!isRecord(bytes)) return undefined
  const splitter = new BinarySplitter()
  return [...splitter.push(bytes), ...splitter.end()]
}
