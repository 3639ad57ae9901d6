import { createHash } from 'node:crypto'
import { LedgerError } from '../base/errors.ts'
import { aggregatedRecordBytesMax } from '../base/limits.ts'
import { decodeAllIon } from '../values/binary-reader.ts'

/** A Kinesis record in which the producer library has packed several. */
export interface AggregatedRecord {
  /** Bytes that it took, magic and checksum included. */
  readonly size: number
  /** What was packed: the data of one record each. */
  readonly records: readonly Buffer[]
}

/** No value of Ion begins with the first of these bytes. */
const magic = [0xf3, 0x89, 0x9a, 0xc2]
const checksumBytes = 16

/** Whether an aggregated record stands at a place. */
export function isAggregatedRecord(bytes: Uint8Array, at = 0): boolean {
  return magic.every((byte, index) => bytes[at + index] === byte)
}

/**
 * The aggregated record that begins at a place; undefined when its end is not among the bytes yet. After the magic comes
 * a message of protocol buffers, then its MD5 ("KPL aggregated record format" in the library's repository): message
 * AggregatedRecord { repeated string partition_key_table = 1; repeated string explicit_hash_key_table = 2; repeated
 * Record records = 3 }, message Record { …; bytes data = 3; … }. Nothing says how long it is: it ends where the checksum
 * fits. Throws LedgerError 'ion/malformed' where none fits.
 */
export function readAggregatedRecord(bytes: Buffer, at: number): AggregatedRecord | undefined {
  const records: Buffer[] = []
  try {
    return tryRecord(bytes, at, records)
  } catch (error) {
    throw error === faultInRecord ? malformed(records) : error
  }
}

/** Distinct from errors of what is called. */
const faultInRecord = Symbol('fault in a record')

function tryRecord(bytes: Buffer, at: number, records: Buffer[]): AggregatedRecord | undefined {
  const digest = createHash('md5')
  let end = at + magic.length
  for (;;) {
    if (end - at > aggregatedRecordBytesMax) throw faultInRecord
    if (end + checksumBytes > bytes.length) return undefined
    if (
      records.length > 0 &&
      digest
        .copy()
        .digest()
        .equals(bytes.subarray(end, end + checksumBytes))
    )
      return { size: end + checksumBytes - at, records }
    const field = fieldAt(bytes, end)
    if (field === undefined) return undefined
    if (field.number < 1 || field.number > 3 || field.content === undefined) throw faultInRecord
    if (field.number === 3) records.push(dataOf(field.content))
    digest.update(bytes.subarray(end, field.end))
    end = field.end
  }
}

/** The data of one message Record. */
function dataOf(message: Buffer): Buffer {
  let data: Buffer | undefined
  for (let at = 0; at < message.length; ) {
    const field = fieldAt(message, at)
    if (field === undefined) throw faultInRecord
    if (field.number === 3) data = field.content
    at = field.end
  }
  if (data === undefined) throw faultInRecord
  return data
}

interface Field {
  readonly number: number
  /** Of a field with a length; undefined for a plain number. */
  readonly content: Buffer | undefined
  readonly end: number
}

/** One field of a message; undefined when the bytes end in it. */
function fieldAt(bytes: Buffer, at: number): Field | undefined {
  const key = varintAt(bytes, at)
  const next = key && varintAt(bytes, key.end)
  if (key === undefined || next === undefined) return undefined
  const number = Math.floor(key.value / 8)
  const wireType = key.value % 8
  if (wireType === 0) return { number, content: undefined, end: next.end }
  if (wireType !== 2 || next.value > aggregatedRecordBytesMax) throw faultInRecord
  const end = next.end + next.value
  return end > bytes.length ? undefined : { number, content: bytes.subarray(next.end, end), end }
}

function varintAt(bytes: Buffer, at: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0
  for (let index = 0; index < 10; index += 1) {
    const byte = bytes[at + index]
    if (byte === undefined) return undefined
    value += (byte & 0x7f) * 2 ** (7 * index)
    if (byte < 0x80) return { value, end: at + index + 1 }
  }
  throw faultInRecord
}

function malformed(records: readonly Buffer[]): LedgerError {
  const numbers = [...new Set(records.flatMap((data) => sequenceNoIn(data) ?? []))]
  const what = numbers.length === 0 ? '' : `; it holds records of block ${numbers.join(', ')}`
  const text = `a record of the Kinesis producer library is damaged: its checksum fits nowhere${what}`
  return new LedgerError('ion/malformed', text)
}

/** The block that a record of a stream is of, as far as it can be read. */
function sequenceNoIn(data: Buffer): number | undefined {
  try {
    const [record] = decodeAllIon(data)
    const payload = record?.type === 'struct' ? record.get('payload') : undefined
    const revision = payload?.type === 'struct' ? payload.get('revision') : undefined
    const holder = revision?.type === 'struct' ? revision : payload
    const address = holder?.type === 'struct' ? holder.get('blockAddress') : undefined
    const number = address?.type === 'struct' ? address.get('sequenceNo') : undefined
    return number?.type === 'int' ? Number(number.value) : undefined
  } catch (error) {
    if (error instanceof LedgerError) return undefined
    throw error
  }
}
