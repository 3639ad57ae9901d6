import { LedgerError } from '../base/errors.ts'
import { integerBytesMax } from '../base/limits.ts'

/** Texts up to so many bytes are put together one by one: calling into the runtime costs more. */
const loopBytesMax = 12
const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** What `Buffer` has without declaring it: UTF-8 to text without argument checks. */
interface Utf8Source {
  utf8Slice(start: number, end: number): string
}

/** A file, and where in it (from 0) the first of some bytes lies. */
export interface BytesOrigin {
  readonly path: string
  readonly offset: number
}

/**
 * Ion binary with a place in it and Ion's primitive encodings (Ion 1.0 specification, "Basic Field Formats"). Every
 * read takes the end of what it may read and throws LedgerError 'ion/malformed' rather than go beyond it.
 */
export class BinaryCursor {
  readonly bytes: Buffer
  at: number
  /** Where the bytes come from, for errors; undefined for bytes of no file. */
  origin: BytesOrigin | undefined = undefined

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.at = at
  }

  fail(problem: string, at = this.at): never {
    const { origin } = this
    if (origin !== undefined)
      throw new LedgerError('file/malformed', `'${origin.path}' is damaged at byte ${origin.offset + at}: ${problem}`)
    throw new LedgerError('ion/malformed', `Ion binary is damaged at byte ${at}: ${problem}`)
  }

  readVarUInt(end: number): number {
    const { bytes } = this
    const start = this.at
    if (start < end) {
      const first = bytes[start] as number
      if (first > 0x7f) {
        this.at = start + 1
        return first & 0x7f
      }
    }
    let value = 0
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at] as number
      value = value * 128 + (byte & 0x7f)
      if (value > Number.MAX_SAFE_INTEGER) this.fail('a number is too large', start)
      if (byte > 0x7f) {
        this.at = at + 1
        return value
      }
    }
    return this.fail('a number goes beyond its value', start)
  }

  /** -0 for a negative zero. */
  readVarInt(end: number): number {
    const { bytes } = this
    const start = this.at
    if (start >= end) this.fail('a number goes beyond its value', start)
    let byte = bytes[start] as number
    const isNegative = (byte & 0x40) !== 0
    let value = byte & 0x3f
    let at = start + 1
    for (; byte < 0x80; at += 1) {
      if (at >= end) this.fail('a number goes beyond its value', start)
      byte = bytes[at] as number
      value = value * 128 + (byte & 0x7f)
      if (value > Number.MAX_SAFE_INTEGER) this.fail('a number is too large', start)
    }
    this.at = at
    return isNegative ? -value : value
  }

  /** The magnitude in all bytes up to `end`: a number when it is a safe integer. */
  readUInt(end: number): number | bigint {
    const { bytes } = this
    let start = this.at
    this.at = end
    while (end - start > 6 && bytes[start] === 0) start += 1
    if (end - start <= 6) {
      let value = 0
      for (let at = start; at < end; at += 1) value = value * 256 + (bytes[at] as number)
      return value
    }
    return this.#bigMagnitude(start, end, bytes[start] as number)
  }

  /** Sign and magnitude in all bytes up to `end`. */
  readInt(end: number): { coefficient: bigint; isNegative: boolean } {
    const { bytes } = this
    const start = this.at
    this.at = end
    if (start >= end) return { coefficient: 0n, isNegative: false }
    const first = bytes[start] as number
    const isNegative = first > 0x7f
    let coefficient: bigint
    if (end - start <= 6) {
      let value = first & 0x7f
      for (let at = start + 1; at < end; at += 1) value = value * 256 + (bytes[at] as number)
      coefficient = BigInt(value)
    } else coefficient = this.#bigMagnitude(start, end, first & 0x7f)
    return { coefficient: isNegative ? -coefficient : coefficient, isNegative }
  }

  /** `first` stands in place of the first byte. */
  #bigMagnitude(start: number, end: number, first: number): bigint {
    const { bytes } = this
    if (end - start > integerBytesMax) this.fail(`an integer is larger than ${integerBytesMax} bytes`, start)
    if (end - start > 8) return BigInt(`0x${first.toString(16)}${bytes.toString('hex', start + 1, end)}`)
    let value = BigInt(first)
    for (let at = start + 1; at < end; at += 1) value = (value << 8n) | BigInt(bytes[at] as number)
    return value
  }

  /** The bytes up to `end` as UTF-8. */
  readText(end: number): string {
    const { bytes } = this
    const start = this.at
    if (end - start > loopBytesMax) return this.#readLongText(start, end)
    let text = ''
    let at = start
    for (; at + 4 <= end; at += 4) {
      const a = bytes[at] as number
      const b = bytes[at + 1] as number
      const c = bytes[at + 2] as number
      const d = bytes[at + 3] as number
      if ((a | b | c | d) > 0x7f) return this.#readLongText(start, end)
      text += String.fromCharCode(a, b, c, d)
    }
    for (; at < end; at += 1) {
      const byte = bytes[at] as number
      if (byte > 0x7f) return this.#readLongText(start, end)
      text += String.fromCharCode(byte)
    }
    this.at = end
    return text
  }

  #readLongText(start: number, end: number): string {
    this.at = end
    const text = (this.bytes as unknown as Utf8Source).utf8Slice(start, end)
    // The replacement character stands for damage unless it was in the text itself.
    if (text.includes('\ufffd')) {
      try {
        utf8Decoder.decode(this.bytes.subarray(start, end))
      } catch {
        this.fail('a text is not UTF-8', start)
      }
    }
    return text
  }
}
