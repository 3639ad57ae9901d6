import { digitsEnd } from '../base/byte-text.ts'
import { jsonScannedDepthMax } from '../base/limits.ts'
import { type FieldForm, fieldForm, plainDigitsMax, plainFractionDigitsMax } from '../values/packed-fields.ts'

/** Characters of a number that is looked at here; longer ones have limits of their own. */
const numberBytesMax = 100
/** Digits of an exponent that is in range whatever they are. */
const exponentDigitsMax = 6

/** Goes past JSON values (RFC 8259) in bytes, and says how they are written. -1 stands for what may not be well formed. */
export class JsonBytes {
  bytes: Buffer = Buffer.alloc(0)
  #end = 0
  /** Of the value that was gone past last. */
  form: FieldForm = fieldForm.other
  /** Whether a byte beyond ASCII was seen: whether those are UTF-8 is for the caller to check. */
  isWide = false

  start(bytes: Buffer, end: number): void {
    this.bytes = bytes
    this.#end = end
    this.isWide = false
  }

  /** Past white space, at most to the end. */
  skip(from: number): number {
    let at = from
    const { bytes } = this
    for (; at < this.#end; at += 1) {
      const byte = bytes[at] as number
      if (byte > 32 || (byte !== 32 && byte !== 9 && byte !== 10 && byte !== 13)) break
    }
    return at
  }

  startsWith(wanted: Uint8Array, at: number): boolean {
    const { bytes } = this
    const { length } = wanted
    if (at + length > this.#end) return false
    for (let index = 0; index < length; index += 1) if (bytes[at + index] !== wanted[index]) return false
    return true
  }

  skipValue(at: number, depth: number): number {
    if (at >= this.#end) return -1
    const byte = this.bytes[at] as number
    if (byte === 34) return this.#skipString(at + 1)
    if (byte === 45 || (byte >= 48 && byte <= 57)) return this.#skipNumber(at)
    if (byte === 91 || byte === 123) {
      const end = this.#skipContainer(at, byte, depth + 1)
      this.form = fieldForm.other
      return end
    }
    return this.#skipWord(at, byte)
  }

  #skipContainer(at: number, byte: number, depth: number): number {
    if (depth > jsonScannedDepthMax) return -1
    return byte === 91 ? this.#skipArray(at + 1, depth) : this.#skipObject(at + 1, depth)
  }

  #skipWord(at: number, first: number): number {
    const word = first === 116 ? trueBytes : first === 102 ? falseBytes : nullBytes
    this.form = first === 116 ? fieldForm.true : first === 102 ? fieldForm.false : fieldForm.null
    return this.startsWith(word, at) ? at + word.length : -1
  }

  #skipString(from: number): number {
    const { bytes } = this
    const end = this.#end
    this.form = fieldForm.plainText
    for (let at = from; at < end; at += 1) {
      const byte = bytes[at] as number
      if (byte === 34) return at + 1
      if (byte < 32) return -1
      if (byte >= 127) {
        if (byte > 127) this.isWide = true
        this.form = fieldForm.text
      } else if (byte === 92) return this.#skipEscaped(at)
    }
    return -1
  }

  /** Past the rest of a string, from its first escape on. */
  #skipEscaped(from: number): number {
    const { bytes } = this
    const end = this.#end
    this.form = fieldForm.other
    for (let at = from; at < end; at += 1) {
      const byte = bytes[at] as number
      if (byte === 34) return at + 1
      if (byte < 32) return -1
      if (byte > 127) this.isWide = true
      if (byte !== 92) continue
      const last = this.#endOfEscape(at)
      if (last === -1) return -1
      at = last
    }
    return -1
  }

  /** The last byte of an escape, of both where two stand for one character; -1 for half of such a pair. */
  #endOfEscape(at: number): number {
    const letter = this.bytes[at + 1] as number
    if (letter !== 117) return at + 1 < this.#end && simpleEscapes.includes(letter) ? at + 1 : -1
    const unit = this.#hex(at + 2)
    if (unit < 0xd800 || unit > 0xdfff) return unit === -1 ? -1 : at + 5
    const isPair =
      unit < 0xdc00 &&
      at + 7 < this.#end &&
      this.bytes[at + 6] === 92 &&
      this.bytes[at + 7] === 117 &&
      this.#isLow(at + 8)
    return isPair ? at + 11 : -1
  }

  #isLow(at: number): boolean {
    const unit = this.#hex(at)
    return unit >= 0xdc00 && unit <= 0xdfff
  }

  /** Four hexadecimal digits; -1 where they are none. */
  #hex(from: number): number {
    if (from + 4 > this.#end) return -1
    let value = 0
    for (let at = from; at < from + 4; at += 1) {
      const byte = this.bytes[at] as number
      const letter = byte | 32
      if (byte >= 48 && byte <= 57) value = value * 16 + byte - 48
      else if (letter >= 97 && letter <= 102) value = value * 16 + letter - 87
      else return -1
    }
    return value
  }

  #skipNumber(start: number): number {
    const { bytes } = this
    const from = bytes[start] === 45 ? start + 1 : start
    let at = digitsEnd(bytes, from, this.#end)
    if (at === from || (bytes[from] === 48 && at > from + 1)) return -1
    const next = at < this.#end ? (bytes[at] as number) : 0
    if (next !== 46 && (next | 32) !== 101) {
      const isPlain = at - from <= plainDigitsMax && (from === start || bytes[from] !== 48)
      this.form = isPlain ? fieldForm.integer : fieldForm.other
      return at - start > numberBytesMax ? -1 : at
    }
    this.form = fieldForm.other
    if (next === 46) {
      const fraction = at + 1
      at = digitsEnd(bytes, fraction, this.#end)
      if (at === fraction) return -1
      if (at - fraction <= plainFractionDigitsMax) this.form = fieldForm.decimal
    }
    if (at < this.#end && ((bytes[at] as number) | 32) === 101) {
      this.form = fieldForm.other
      const sign = at + 1 < this.#end ? bytes[at + 1] : 0
      const digits = sign === 43 || sign === 45 ? at + 2 : at + 1
      at = digitsEnd(bytes, digits, this.#end)
      if (at === digits || at - digits > exponentDigitsMax) return -1
    }
    return at - start > numberBytesMax ? -1 : at
  }

  #skipArray(from: number, depth: number): number {
    let at = this.skip(from)
    if (this.#has(93, at)) return at + 1
    for (;;) {
      at = this.skipValue(at, depth)
      if (at === -1) return -1
      at = this.skip(at)
      if (this.#has(93, at)) return at + 1
      if (!this.#has(44, at)) return -1
      at = this.skip(at + 1)
    }
  }

  #skipObject(from: number, depth: number): number {
    let at = this.skip(from)
    if (this.#has(125, at)) return at + 1
    for (;;) {
      if (!this.#has(34, at)) return -1
      at = this.#skipString(at + 1)
      if (at === -1) return -1
      at = this.skip(at)
      if (!this.#has(58, at)) return -1
      at = this.skipValue(this.skip(at + 1), depth)
      if (at === -1) return -1
      at = this.skip(at)
      if (this.#has(125, at)) return at + 1
      if (!this.#has(44, at)) return -1
      at = this.skip(at + 1)
    }
  }

  #has(byte: number, at: number): boolean {
    return at < this.#end && this.bytes[at] === byte
  }
}

const trueBytes = Buffer.from('true')
const falseBytes = Buffer.from('false')
const nullBytes = Buffer.from('null')
const simpleEscapes = Buffer.from('"\\/bfnrt')
