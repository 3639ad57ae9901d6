import { isUtf8 } from 'node:buffer'
import { type HashRounds, none } from './hash-rounds.ts'
import { firstLocalSymbol, symbolsFieldId, symbolTableId, systemSymbols } from './symbols.ts'

/** The symbols that a stream may use, each use counted. */
const usesMax = 1 << 16
/** Slots of the table that finds a text twice in a symbol table; a power of two. */
const textSlots = 1024
/** Bytes of the memory's input that the texts of the system symbols take, at most. */
export const systemTextBytes = 256

/**
 * Streams of one value each, with the symbol table before it, as encodeIon (binary-writer.ts) writes them: a text stands
 * once in the table, none is there that is not used, and they are numbered as they are met from the stream's end on.
 */
export class CanonicalStream {
  readonly bytes: Uint8Array
  readonly #rounds: HashRounds
  /** Where the next value or field stands. */
  at = 0
  /** Whether the value is read for the second time: its symbols have been counted. */
  isSecondTime = false
  /** Where the texts of all symbol tables begin and end; those of the stream that is read begin at `symbols`. */
  readonly #textStarts: number[] = []
  readonly #textEnds: number[] = []
  #textCount = 0
  symbols = 0
  readonly #systemTexts: readonly { readonly start: number; readonly end: number }[]
  readonly #uses = new Uint32Array(usesMax)
  #useCount = 0
  readonly #slots = new Int32Array(textSlots)

  /** Loads its streams into the memory of `rounds`, which needs `systemTextBytes` of its input for the system symbols. */
  constructor(rounds: HashRounds) {
    this.#rounds = rounds
    this.bytes = rounds.bytes
    this.#systemTexts = this.#loadSystemTexts()
  }

  #loadSystemTexts(): { start: number; end: number }[] {
    return systemSymbols.map((text, id) => {
      const start = this.#rounds.load(Buffer.from(id === 0 ? '' : text))
      return { start, end: start + (id === 0 ? 0 : text.length) }
    })
  }

  /** Forgets all streams; the caller has reset the rounds, whose memory they are in. */
  reset(): void {
    this.#loadSystemTexts()
    this.#textCount = 0
  }

  /** Begins with a stream: to where its value stands. Gives the stream's end; `none` when it has no room, too. */
  openStream(stream: Uint8Array): number {
    const start = this.#rounds.load(stream)
    if (start === none) return none
    const end = start + stream.length
    const { bytes } = this
    if (bytes[start] !== 0xe0 || bytes[start + 1] !== 1 || bytes[start + 2] !== 0 || bytes[start + 3] !== 0xea)
      return none
    this.at = start + 4
    this.#useCount = 0
    this.symbols = this.#textCount
    for (const text of this.#systemTexts) this.#addText(text.start, text.end)
    return this.#readSymbolTable(end) ? end : none
  }

  /** Whether the stream's symbols are those that its value uses, numbered as they come from the end on. */
  hasCanonicalSymbols(): boolean {
    let next = firstLocalSymbol
    for (let index = this.#useCount - 1; index >= 0; index -= 1) {
      const id = this.#uses[index] as number
      if (id > next) return false
      if (id === next) next += 1
    }
    return this.symbols + next === this.#textCount && this.#useCount < usesMax
  }

  #addText(start: number, end: number): void {
    this.#textStarts[this.#textCount] = start
    this.#textEnds[this.#textCount] = end
    this.#textCount += 1
  }

  #readSymbolTable(end: number): boolean {
    const { bytes } = this
    const wrapperEnd = this.enter(0xe, end)
    if (wrapperEnd === none || bytes[this.at] !== 0x81 || bytes[this.at + 1] !== (symbolTableId | 0x80)) return false
    this.at += 2
    if (this.enter(0xd, wrapperEnd) !== wrapperEnd || bytes[this.at] !== (symbolsFieldId | 0x80)) return false
    this.at += 1
    if (this.enter(0xb, wrapperEnd) !== wrapperEnd) return false
    this.#slots.fill(none)
    for (let id = 1; id < firstLocalSymbol; id += 1) this.#isNewText(this.symbols + id)
    while (this.at < wrapperEnd) {
      const textEnd = this.enter(0x8, wrapperEnd)
      if (textEnd === none || !this.#isText(this.at, textEnd)) return false
      this.#addText(this.at, textEnd)
      if (!this.#isNewText(this.#textCount - 1)) return false
      this.at = textEnd
    }
    // Without a text there is no table.
    return this.#textCount > this.symbols + firstLocalSymbol
  }

  /** Past the head of a value of that type; returns where its content ends. */
  enter(code: number, end: number): number {
    const descriptor = this.bytes[this.at] as number
    return this.at < end && descriptor >> 4 === code ? this.readHead(descriptor, end) : none
  }

  /** Past the head that stands here; returns where the content ends. A null has none. */
  readHead(descriptor: number, end: number): number {
    this.at += 1
    let length = descriptor & 15
    if (length === 15) return this.at
    if (length === 14) {
      length = this.readVarUInt(end)
      if (length < 14) return none
    }
    const contentEnd = this.at + length
    return contentEnd <= end ? contentEnd : none
  }

  /** In the fewest bytes, and below 2^28. */
  readVarUInt(end: number): number {
    const { bytes } = this
    const start = this.at
    let value = 0
    for (let at = start; at < end && at < start + 4; at += 1) {
      const byte = bytes[at] as number
      if (byte === 0 && at === start) return none
      value = (value << 7) | (byte & 0x7f)
      if (byte > 0x7f) {
        this.at = at + 1
        return value
      }
    }
    return none
  }

  #isText(start: number, end: number): boolean {
    const { bytes } = this
    for (let at = start; at < end; at += 1) if ((bytes[at] as number) > 0x7f) return isUtf8(bytes.subarray(start, end))
    return true
  }

  /** False for a text that the table has already, or that finds no slot. */
  #isNewText(text: number): boolean {
    const { bytes } = this
    const start = this.#textStarts[text] as number
    const length = (this.#textEnds[text] as number) - start
    const last = bytes[start + length - 1] as number
    let slot =
      length * 7 +
      (length === 0 ? 0 : (bytes[start] as number) * 31 + last * 131 + (bytes[start + (length >> 1)] as number) * 17)
    for (let tries = 0; tries < 64; tries += 1) {
      slot = (slot + 1) & (textSlots - 1)
      const other = this.#slots[slot] as number
      if (other === none) {
        this.#slots[slot] = text
        return true
      }
      if (this.#isSameText(other, start, length)) return false
    }
    return false
  }

  #isSameText(text: number, start: number, length: number): boolean {
    const from = this.#textStarts[text] as number
    return (this.#textEnds[text] as number) - from === length && this.isSame(from, start, length)
  }

  /** Whether two pieces of the memory have the same bytes. */
  isSame(one: number, other: number, length: number): boolean {
    const { bytes } = this
    for (let index = 0; index < length; index += 1) if (bytes[one + index] !== bytes[other + index]) return false
    return true
  }

  /** Whether a symbol of the stream has this text, which is ASCII. */
  isSymbol(id: number, text: Uint8Array): boolean {
    const start = this.#textStarts[this.symbols + id] as number
    if ((this.#textEnds[this.symbols + id] as number) - start !== text.length) return false
    const { bytes } = this
    for (let index = 0; index < text.length; index += 1) if (bytes[start + index] !== text[index]) return false
    return true
  }

  textStart(id: number): number {
    return this.#textStarts[this.symbols + id] as number
  }

  textEnd(id: number): number {
    return this.#textEnds[this.symbols + id] as number
  }

  /** Past the id of a field's name, or of another symbol; a symbol without a text is turned away. */
  readSymbolId(end: number): number {
    const id = this.readVarUInt(end)
    return id === none ? none : this.use(id)
  }

  use(id: number): number {
    if (id < 1 || this.symbols + id >= this.#textCount) return none
    if (this.isSecondTime) return id
    if (this.#useCount === usesMax) return none
    this.#uses[this.#useCount] = id
    this.#useCount += 1
    return id
  }

  /** Symbols so far: for counting them once more where the same bytes stand again. */
  get useCount(): number {
    return this.#useCount
  }

  repeatUses(from: number, to: number): void {
    for (let index = from; index < to; index += 1) this.use(this.#uses[index] as number)
  }

  /** Into a container that stands here and is neither null nor annotated. */
  enterContainer(code: number, end: number): number {
    return ((this.bytes[this.at] as number) & 15) === 15 ? none : this.enter(code, end)
  }
}
