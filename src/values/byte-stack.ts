import { sha256Bytes, sha256Into } from './sha256.ts'
import { hasLoneSurrogate } from './text-quoted.ts'

/** Scratch memory beyond this is given back after use. */
const keptBytesMax = 1024 * 1024
/** Texts up to so many characters are copied one by one: calling into the runtime costs more. */
const loopCharactersMax = 24
/** Bytes up to so many are moved one by one, for the same reason. */
const moveLoopBytesMax = 128

/** Ion Hash's marks around a value and before such a byte inside it. */
export const hashBegin = 0x0b
export const hashEnd = 0x0e
export const hashEscape = 0x0c

const maxSafe = BigInt(Number.MAX_SAFE_INTEGER)
const floatBytes = Buffer.alloc(8)

/**
 * Bytes that grow towards the front, with Ion's primitive encodings (Ion 1.0 specification, "Basic Field Formats").
 * Whatever is pushed stands before what was pushed earlier.
 */
export class ByteStack {
  #bytes: Buffer
  /** Index of the front-most byte. */
  #at: number

  constructor(capacity = 4096) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity)
    this.#at = capacity
  }

  /** How many bytes there are. */
  get size(): number {
    return this.#bytes.length - this.#at
  }

  /** A copy of all bytes; the stack is empty afterwards. */
  take(): Uint8Array {
    const result = Buffer.allocUnsafe(this.size)
    this.#bytes.copy(result, 0, this.#at)
    if (this.#bytes.length > keptBytesMax) this.#bytes = Buffer.allocUnsafeSlow(4096)
    this.#at = this.#bytes.length
    return result
  }

  #reserve(count: number): void {
    if (this.#at < count) this.#grow(count)
  }

  #grow(count: number): void {
    const size = this.size
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, size + count))
    this.#bytes.copy(grown, grown.length - size, this.#at)
    this.#bytes = grown
    this.#at = grown.length - size
  }

  pushByte(byte: number): void {
    this.#reserve(1)
    this.#at -= 1
    this.#bytes[this.#at] = byte
  }

  pushBytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#at -= bytes.length
    this.#bytes.set(bytes, this.#at)
  }

  /** A type descriptor for content of `length` bytes, `code` being its high nibble. */
  pushHeader(code: number, length: number): void {
    if (length >= 14) this.pushVarUInt(length)
    this.pushByte(code | Math.min(length, 14))
  }

  pushVarUInt(value: number): void {
    this.#reserve(8)
    const bytes = this.#bytes
    let at = this.#at - 1
    bytes[at] = (value & 0x7f) | 0x80
    let rest = value
    while (rest > 0x7f) {
      rest = rest < 0x80000000 ? rest >>> 7 : Math.floor(rest / 128)
      at -= 1
      bytes[at] = rest & 0x7f
    }
    this.#at = at
  }

  /** Also takes -0, which stands for an unknown offset. */
  pushVarInt(value: number): void {
    this.#reserve(9)
    const bytes = this.#bytes
    const sign = value < 0 || Object.is(value, -0) ? 0x40 : 0
    let rest = Math.abs(value)
    let end = 0x80
    while (rest > 0x3f) {
      this.#at -= 1
      bytes[this.#at] = (rest & 0x7f) | end
      rest = rest < 0x80000000 ? rest >>> 7 : Math.floor(rest / 128)
      end = 0
    }
    this.#at -= 1
    bytes[this.#at] = rest | sign | end
  }

  /** The fewest bytes of a magnitude, none for zero; returns how many. */
  pushUInt(value: number): number {
    this.#reserve(8)
    const bytes = this.#bytes
    const start = this.#at
    let at = start
    let rest = value
    while (rest > 0xffffffff) {
      at -= 1
      bytes[at] = rest & 0xff
      rest = Math.floor(rest / 256)
    }
    while (rest !== 0) {
      at -= 1
      bytes[at] = rest & 0xff
      rest >>>= 8
    }
    this.#at = at
    return start - at
  }

  /** The fewest bytes of a magnitude; returns how many. */
  pushBigUInt(value: bigint): number {
    if (value <= maxSafe) return this.pushUInt(Number(value))
    const hex = value.toString(16)
    const bytes = Buffer.from(hex.length % 2 === 1 ? `0${hex}` : hex, 'hex')
    this.pushBytes(bytes)
    return bytes.length
  }

  /** Sign bit and magnitude, for a coefficient other than zero. */
  pushInt(value: bigint): void {
    const isNegative = value < 0n
    this.pushBigUInt(isNegative ? -value : value)
    const first = this.#bytes[this.#at] as number
    if (first > 0x7f) this.pushByte(isNegative ? 0x80 : 0)
    else if (isNegative) this.#bytes[this.#at] = first | 0x80
  }

  pushFloat32(value: number): void {
    floatBytes.writeFloatBE(value)
    this.pushBytes(floatBytes.subarray(0, 4))
  }

  pushFloat64(value: number): void {
    floatBytes.writeDoubleBE(value)
    this.pushBytes(floatBytes)
  }

  /** A text as UTF-8; returns how many bytes, or -1, having pushed nothing, when it has no UTF-8 form. */
  pushText(text: string): number {
    const { length } = text
    if (length > loopCharactersMax) return this.#pushLongText(text)
    this.#reserve(length)
    const bytes = this.#bytes
    const start = this.#at - length
    for (let index = 0; index < length; index += 1) {
      const unit = text.charCodeAt(index)
      if (unit > 0x7f) return this.#pushLongText(text)
      bytes[start + index] = unit
    }
    this.#at = start
    return length
  }

  #pushLongText(text: string): number {
    const size = Buffer.byteLength(text)
    if (size !== text.length && hasLoneSurrogate(text)) return -1
    this.#reserve(size)
    this.#at -= size
    this.#bytes.write(text, this.#at, size, 'utf8')
    return size
  }

  /** Puts `escape` before each byte that is one of Ion Hash's marks, in all that was pushed since the size was `size`. */
  escapeSince(size: number): void {
    const before = this.#bytes
    const end = before.length - size
    let marks = 0
    for (let at = this.#at; at < end; at += 1) if (isMark(before[at] as number)) marks += 1
    if (marks === 0) return
    this.#reserve(marks)
    const bytes = this.#bytes
    let to = this.#at - marks
    for (let from = this.#at; from < bytes.length - size; from += 1) {
      const byte = bytes[from] as number
      if (isMark(byte)) {
        bytes[to] = hashEscape
        to += 1
      }
      bytes[to] = byte
      to += 1
    }
    this.#at -= marks
  }

  /** Puts its SHA-256 in place of all that was pushed since the size was `size`. */
  digestSince(size: number): void {
    const short = sha256Bytes - (this.size - size)
    if (short > 0) this.#reserve(short)
    const end = this.#bytes.length - size
    const start = this.#at
    this.#at = end - sha256Bytes
    sha256Into(this.#bytes, start, end, this.#bytes, this.#at)
  }

  /** Takes all that was pushed since the size was `size` off, and puts it into `target` at `to`. */
  moveSince(size: number, target: Uint8Array, to: number): void {
    const bytes = this.#bytes
    const start = this.#at
    const end = bytes.length - size
    this.#at = end
    if (end - start > moveLoopBytesMax) target.set(bytes.subarray(start, end), to)
    else for (let at = start, put = to; at < end; at += 1, put += 1) target[put] = bytes[at] as number
  }

  pushRange(source: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start)
    this.#at -= end - start
    const bytes = this.#bytes
    for (let at = start, put = this.#at; at < end; at += 1, put += 1) bytes[put] = source[at] as number
  }

  /** Puts the front-most `count` digests in the order of their unsigned bytes. */
  sortDigests(count: number): void {
    if (count < 2) return
    const bytes = this.#bytes
    const starts = Array.from({ length: count }, (_, index) => this.#at + index * sha256Bytes)
    starts.sort((left, right) => compareDigests(bytes, left, right))
    const sorted = Buffer.allocUnsafe(count * sha256Bytes)
    for (const [index, start] of starts.entries()) bytes.copy(sorted, index * sha256Bytes, start, start + sha256Bytes)
    bytes.set(sorted, this.#at)
  }
}

/** As Buffer.compare; the first byte nearly always tells, which a call into the runtime would not pay for. */
function compareDigests(bytes: Uint8Array, left: number, right: number): number {
  for (let index = 0; index < sha256Bytes; index += 1) {
    const difference = (bytes[left + index] as number) - (bytes[right + index] as number)
    if (difference !== 0) return difference
  }
  return 0
}

function isMark(byte: number): boolean {
  return byte <= hashEnd && (byte === hashBegin || byte === hashEnd || byte === hashEscape)
}
