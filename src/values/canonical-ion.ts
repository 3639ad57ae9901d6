import { isUtf8 } from 'node:buffer'
import { integerBytesMax } from '../base/limits.ts'
import { decodeRaw } from './binary-reader.ts'
import { encodeRaw } from './binary-writer.ts'
import { hashBegin, hashEnd } from './byte-stack.ts'
import { CanonicalStream, systemTextBytes } from './canonical-stream.ts'
import { hasHighBit, hasQuestion } from './hash-moves.ts'
import { HashRounds, type HashRoundsSizes, none, placeBits } from './hash-rounds.ts'
import { daysInMonth } from './timestamp.ts'

/** Deeper values, and integers of more bytes, are left to those who read anything. */
const depthMax = 60
/** The form of a value but for its texts and structs takes less; so much is kept free before each. */
const slackBytes = 96

const powersOfTen = Array.from({ length: 10 }, (_, digits) => 10 ** digits)
const noSymbols = { idOf: () => 0, textOf: () => undefined }

/**
 * Reads streams that hold one value, checks that each is exactly what encodeIon (binary-writer.ts) writes of that value,
 * and prepares the Ion hashes (ion-hash.ts) of structs in it on the way, with nothing decoded. Whatever is rare is turned
 * away: `none` says only that somebody else has to look.
 */
export class CanonicalIon {
  /** The memory, and the hashes that are made in it. */
  readonly rounds: HashRounds
  /** The stream that is read: its position and its symbols. */
  readonly stream: CanonicalStream
  readonly bytes: Uint8Array
  /** The struct that readHashedStruct has read. */
  lastStruct = none
  /** The digest of the field that readHashedField has read. */
  lastDigest = none
  /** The round in which it is hashed. */
  lastRound = none
  /** How far the form of the value that is read has been written. */
  #out = 0
  /** What HashMoves.escape said of the text that was written last. */
  #flags = 0
  /** The next struct of a field that is written again, its structs being hashed by now. */
  #struct = 0
  /** Digests of the fields of the structs that are open, the innermost's last. */
  readonly #open: number[] = []
  #openCount = 0
  readonly #view: DataView

  constructor(sizes: HashRoundsSizes) {
    const inputBytes = sizes.inputBytes + systemTextBytes
    this.rounds = new HashRounds({ ...sizes, inputBytes }, (symbols, id, valueAt, struct) =>
      this.#serializeField(symbols, id, valueAt, struct),
    )
    this.stream = new CanonicalStream(this.rounds)
    this.bytes = this.rounds.bytes
    this.#view = new DataView(this.bytes.buffer)
  }

  /** Forgets all streams and hashes. */
  reset(): void {
    this.rounds.reset()
    this.stream.reset()
  }

  /**
   * The struct that stands here, with at least one field; its hash is then available from `hashOfStruct`. Gives the round
   * in which its last field is hashed; `lastStruct` is its number.
   */
  readHashedStruct(end: number): number {
    const contentEnd = this.stream.enterContainer(0xd, end)
    if (contentEnd === none || contentEnd === this.stream.at) return none
    this.#openCount = 0
    const struct = this.rounds.structCount
    const round = this.#readFields(contentEnd, 0)
    this.lastStruct = struct
    return round
  }

  /** A field whose name's id has been read; its digest is `lastDigest`, in the round that this gives. */
  readHashedField(id: number, end: number, depth = 0): number {
    if (!this.rounds.reserve(end - this.stream.at + this.stream.textEnd(id) - this.stream.textStart(id) + slackBytes))
      return none
    this.#out = this.rounds.messageAt
    this.#pushText(0x70, this.stream.textStart(id), this.stream.textEnd(id))
    const valueAt = this.stream.at
    const struct = this.rounds.structCount
    const round = this.#readValue(end, depth)
    if (round === none) return none
    const to = this.rounds.digestPlace()
    if (to === none) return none
    this.lastDigest = to
    this.lastRound = round
    if (round === 0) this.rounds.addMessage(this.#out, to)
    else if (this.rounds.addField(round, to, this.stream.symbols, id, valueAt, struct) === none) return none
    return round
  }

  /** Whether the string that readHashedString has read has a question mark. */
  get hasQuestion(): boolean {
    return (this.#flags & hasQuestion) !== 0
  }

  /** The hash of the string that stands here, on its own: ionHashOfString. Gives the digest's place. */
  readHashedString(end: number): number {
    const textEnd = this.stream.enterContainer(0x8, end)
    if (textEnd === none || !this.rounds.reserve(textEnd - this.stream.at + slackBytes)) return none
    this.#out = this.rounds.messageAt
    const to = this.rounds.digestPlace()
    if (this.#readText(0x80, textEnd) === none || to === none) return none
    this.stream.at = textEnd
    this.rounds.addMessage(this.#out, to)
    return to
  }

  #serializeField(symbols: number, id: number, valueAt: number, struct: number): number {
    this.stream.symbols = symbols
    const [start, textEnd] = [this.stream.textStart(id), this.stream.textEnd(id)]
    if (!this.rounds.reserve(textEnd - start + slackBytes)) return none
    this.#out = this.rounds.messageAt
    this.#pushText(0x70, start, textEnd)
    this.stream.isSecondTime = true
    this.#struct = struct
    this.stream.at = valueAt
    // It has been read before: it ends where it did then.
    const round = this.#readValue(this.bytes.length, 0)
    this.stream.isSecondTime = false
    return round === none ? none : this.#out
  }

  #readFields(end: number, depth: number): number {
    const struct = this.rounds.beginStruct()
    let round = 0
    let count = 0
    while (this.stream.at < end) {
      const id = this.stream.readSymbolId(end)
      if (id === none) return none
      const fieldRound = this.readHashedField(id, end, depth)
      if (fieldRound === none) return none
      if (fieldRound > round) round = fieldRound
      this.#open[this.#openCount] = this.lastDigest
      this.#openCount += 1
      count += 1
    }
    this.rounds.endStruct(struct, this.#open, this.#openCount, count)
    this.#openCount -= count
    return round
  }

  /** Writes its form; gives the round from which on all structs in it are hashed. */
  #readValue(end: number, depth: number): number {
    const { bytes } = this
    const start = this.stream.at
    if (start >= end || depth > depthMax || this.#out + slackBytes > this.rounds.messagesEnd) return none
    const descriptor = bytes[start] as number
    const code = descriptor >> 4
    if ((descriptor & 15) === 15 || code === 1) return this.#readPlain(descriptor)
    const contentEnd = this.stream.readHead(descriptor, end)
    if (contentEnd === none) return none
    switch (code) {
      case 8:
        return this.#readText(0x80, contentEnd)
      case 2:
      case 3:
        return this.#readInt(code, contentEnd)
      case 4:
        return this.#readFloat(contentEnd)
      case 5:
        return this.#readDecimal(start, contentEnd)
      case 6:
        return this.#readTimestamp(start, contentEnd)
      case 7:
        return this.#readSymbol(contentEnd)
      case 9:
      case 10:
        return this.#readBytes(descriptor & 0xf0, contentEnd)
      case 11:
      case 12:
        return this.#readItems(descriptor & 0xf0, contentEnd, depth + 1)
      case 13:
        return this.#readStruct(contentEnd, depth + 1)
      case 14:
        return this.#readAnnotated(contentEnd, depth)
      default:
        return none
    }
  }

  /** A null or a bool. */
  #readPlain(descriptor: number): number {
    const isBool = descriptor >> 4 === 1
    if (isBool ? descriptor !== 0x1f && descriptor > 0x11 : descriptor > 0xdf || descriptor === 0x3f) return none
    this.stream.at += 1
    const { bytes } = this
    bytes[this.#out] = hashBegin
    bytes[this.#out + 1] = descriptor
    bytes[this.#out + 2] = hashEnd
    this.#out += 3
    return 0
  }

  /** Writes bytes of the input with escapes, between marks. */
  #pushText(qualifier: number, start: number, end: number): boolean {
    const { bytes } = this
    let to = this.#out
    if (to + 2 * (end - start) + slackBytes > this.rounds.messagesEnd) return false
    bytes[to] = hashBegin
    bytes[to + 1] = qualifier
    const copied = this.rounds.moves.escape(start, end, to + 2)
    to = copied & placeBits
    bytes[to] = hashEnd
    this.#out = to + 1
    this.#flags = copied
    return (copied & hasHighBit) === 0
  }

  #readText(qualifier: number, end: number): number {
    const start = this.stream.at
    this.stream.at = end
    const isRight =
      this.#pushText(qualifier, start, end) || (this.#hasRoom(start, end) && isUtf8(this.bytes.subarray(start, end)))
    return isRight ? 0 : none
  }

  /** After a text was written: whether it had room. */
  #hasRoom(start: number, end: number): boolean {
    return this.#out + 2 * (end - start) + slackBytes <= this.rounds.messagesEnd
  }

  #readBytes(qualifier: number, end: number): number {
    const start = this.stream.at
    this.stream.at = end
    return this.#pushText(qualifier, start, end) || this.#hasRoom(start, end) ? 0 : none
  }

  #readSymbol(end: number): number {
    const start = this.stream.at
    const { bytes } = this
    if (end - start < 1 || end - start > 3 || bytes[start] === 0) return none
    let id = 0
    for (let at = start; at < end; at += 1) id = id * 256 + (bytes[at] as number)
    this.stream.at = end
    if (this.stream.use(id) === none || !this.#hasRoom(this.stream.textStart(id), this.stream.textEnd(id))) return none
    this.#pushText(0x70, this.stream.textStart(id), this.stream.textEnd(id))
    return 0
  }

  #readInt(code: number, end: number): number {
    const start = this.stream.at
    if (end === start ? code === 3 : this.bytes[start] === 0) return none
    if (end - start > integerBytesMax) return none
    return this.#readBytes(code << 4, end)
  }

  #readFloat(end: number): number {
    const start = this.stream.at
    const length = end - start
    const view = this.#view
    if (length !== 0 && length !== 4 && length !== 8) return none
    const value = length === 0 ? 0 : length === 4 ? view.getFloat32(start) : view.getFloat64(start)
    if (Number.isNaN(value)) return none
    if (length === 4 && Object.is(value, 0)) return none
    if (length === 8 && Math.fround(value) === value) return none
    this.stream.at = end
    // The form of every float but 0 has eight bytes, which lie in the memory only while it is written.
    const from = this.#out + 32
    view.setFloat64(from, value)
    this.#pushText(0x40, from, length === 0 ? from : from + 8)
    return 0
  }

  /** Exponent and coefficient: pushDecimalBody. The form is the content. */
  #readDecimal(start: number, end: number): number {
    const { bytes } = this
    const from = this.stream.at
    const coefficientAt = from + 1
    const length = end - coefficientAt
    const exponent = bytes[from] as number
    // Exponents of one byte; the first byte has more than a sign, unless the next one needs its highest bit.
    const first = length > 0 ? (bytes[coefficientAt] as number) : 0
    const isShortest = (first & 0x7f) !== 0 || (length > 1 && (bytes[coefficientAt + 1] as number) > 0x7f)
    const isPlain = exponent >= 0x80 && exponent !== 0xc0 && length > 0 && length <= 32 && isShortest
    if (end !== from && !isPlain && !this.#isCanonicalScalar(start, end)) return none
    return this.#readBytes(0x50, end)
  }

  /** The form is the content. */
  #readTimestamp(start: number, end: number): number {
    if (this.timeAt(this.stream.at, end) === none && !this.#isDate(end) && !this.#isCanonicalScalar(start, end))
      return none
    return this.#readBytes(0x60, end)
  }

  /**
   * The content of a timestamp of the common form: in UTC, to the second, with up to nine digits of a fraction that is
   * there. Gives a number by which such times can be compared when their digits are as many.
   */
  timeAt(from: number, end: number): number {
    const { bytes } = this
    const length = end - from
    const year = (((bytes[from + 1] as number) & 0x7f) << 7) | ((bytes[from + 2] as number) & 0x7f)
    if (length < 9 || length > 14 || bytes[from] !== 0x80) return none
    if ((bytes[from + 1] as number) > 0x7f || (bytes[from + 2] as number) < 0x80 || year < 128 || year > 9999)
      return none
    const month = this.#fieldAt(from + 3, 1, 12)
    if (month === none) return none
    const day = this.#fieldAt(from + 4, 1, daysInMonth(year, month))
    const hour = this.#fieldAt(from + 5, 0, 23)
    const minute = this.#fieldAt(from + 6, 0, 59)
    const second = this.#fieldAt(from + 7, 0, 59)
    const digits = (bytes[from + 8] as number) - 0xc0
    if (day === none || hour === none || minute === none || second === none || digits < 1 || digits > 9) return none
    let fraction = 0
    for (let at = from + 9; at < end; at += 1) fraction = fraction * 256 + (bytes[at] as number)
    if (length > 9) {
      const first = bytes[from + 9] as number
      if (first > 0x7f || (first === 0 && (length === 10 || (bytes[from + 10] as number) < 0x80))) return none
    }
    const scale = powersOfTen[digits] as number
    if (fraction >= scale) return none
    const seconds = ((((year * 12 + month) * 31 + day) * 24 + hour) * 60 + minute) * 60 + second
    return digits === 3 ? seconds * scale + fraction : seconds
  }

  /** Whether the content that stands here is that of a date: offset unknown, year, month, day. */
  #isDate(end: number): boolean {
    const from = this.stream.at
    const year = this.#yearAt(from)
    if (end - from !== 5 || this.bytes[from] !== 0xc0 || year === none) return false
    const month = this.#fieldAt(from + 3, 1, 12)
    return month !== none && this.#fieldAt(from + 4, 1, daysInMonth(year, month)) !== none
  }

  /** A year of two bytes. */
  #yearAt(from: number): number {
    const first = this.bytes[from + 1] as number
    const second = this.bytes[from + 2] as number
    const year = (first << 7) | (second & 0x7f)
    return first > 0 && first < 0x80 && second > 0x7f && year <= 9999 ? year : none
  }

  #fieldAt(at: number, low: number, high: number): number {
    const value = (this.bytes[at] as number) - 0x80
    return value >= low && value <= high ? value : none
  }

  /** Whether a value without symbols is written so: asks the reader and the writer. */
  #isCanonicalScalar(start: number, end: number): boolean {
    const piece = this.bytes.slice(start, end)
    try {
      return Buffer.compare(encodeRaw(decodeRaw(piece, noSymbols), noSymbols), piece) === 0
    } catch {
      return false
    }
  }

  #readItems(qualifier: number, end: number, depth: number): number {
    const { bytes } = this
    bytes[this.#out] = hashBegin
    bytes[this.#out + 1] = qualifier
    this.#out += 2
    let round = 0
    while (this.stream.at < end) {
      const itemRound = this.#readValue(end, depth)
      if (itemRound === none) return none
      if (itemRound > round) round = itemRound
    }
    bytes[this.#out] = hashEnd
    this.#out += 1
    return round
  }

  #readStruct(end: number, depth: number): number {
    const { bytes } = this
    if (this.stream.at === end) {
      bytes[this.#out] = hashBegin
      bytes[this.#out + 1] = 0xd0
      bytes[this.#out + 2] = hashEnd
      this.#out += 3
      return 0
    }
    // An ordered struct.
    if (end - this.stream.at === 1) return none
    if (this.stream.isSecondTime) {
      const struct = this.#struct
      if (this.#out + this.rounds.structBytesMax(struct) + slackBytes > this.rounds.messagesEnd) return none
      this.#out = this.rounds.pushStruct(struct, this.#out)
      this.#struct = this.rounds.nextStruct(struct)
      this.stream.at = end
      return 0
    }
    const round = this.#readFields(end, depth)
    // What was written of the value around it has been written over: it is written again when the struct is hashed.
    this.#out = this.rounds.messageAt
    return round === none ? none : round + 1
  }

  #readAnnotated(end: number, depth: number): number {
    const idsLength = this.stream.readVarUInt(end)
    const idsEnd = this.stream.at + idsLength
    if (idsLength < 1 || idsEnd >= end) return none
    const { bytes } = this
    bytes[this.#out] = hashBegin
    bytes[this.#out + 1] = 0xe0
    this.#out += 2
    while (this.stream.at < idsEnd) {
      const id = this.stream.readSymbolId(idsEnd)
      if (id === none || !this.#hasRoom(this.stream.textStart(id), this.stream.textEnd(id))) return none
      this.#pushText(0x70, this.stream.textStart(id), this.stream.textEnd(id))
    }
    const code = (bytes[this.stream.at] as number) >> 4
    const round = code === 14 ? none : this.#readValue(end, depth)
    if (round === none || this.stream.at !== end) return none
    bytes[this.#out] = hashEnd
    this.#out += 1
    return round
  }
}
