import { hasLoneSurrogate } from './text-quoted.ts'

/** Above so many steps from its place on, texts are sought by another way: somebody chose them to collide. */
const stepsMax = 256

/**
 * Numbers of texts, found by their bytes in UTF-8: nothing is made for a text that is looked up where it lies in a
 * document. Texts with half a surrogate pair have no such bytes and are not in it.
 */
export class TextIndex {
  /** Hashes of the texts by their numbers; -1 in `#numbers` is a free place. */
  readonly #hashes: Int32Array
  readonly #ends: Int32Array
  readonly #bytes: Buffer
  readonly #numbers: Int32Array
  readonly #mask: number
  #byText: Map<string, number> | undefined

  /** The number of a text is its place in `texts`; they are all different. */
  constructor(texts: readonly string[]) {
    const places = 2 ** Math.ceil(Math.log2(2 * texts.length + 2))
    this.#mask = places - 1
    this.#numbers = new Int32Array(places).fill(-1)
    this.#hashes = new Int32Array(texts.length)
    this.#ends = new Int32Array(texts.length)
    this.#bytes = Buffer.allocUnsafeSlow(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0))
    let end = 0
    texts.forEach((text, number) => {
      const start = end
      if (!hasLoneSurrogate(text)) {
        end += this.#bytes.write(text, end)
        this.#place(number, start, end)
      }
      this.#ends[number] = end
    })
    if (this.#byText !== undefined) texts.forEach((text, number) => void this.#byText?.set(text, number))
  }

  /** Where a table of so many places, a power of two, begins to look for a text. */
  static placeOf(bytes: Uint8Array, places: number): number {
    return hashOf(bytes, 0, bytes.length) & (places - 1)
  }

  #place(number: number, start: number, end: number): void {
    const hash = hashOf(this.#bytes, start, end)
    this.#hashes[number] = hash
    let place = hash & this.#mask
    for (let steps = 0; this.#numbers[place] !== -1; steps += 1) {
      if (steps === stepsMax) this.#byText ??= new Map()
      place = (place + 1) & this.#mask
    }
    this.#numbers[place] = number
  }

  /** The number of the text that lies in `bytes` from `start` to `end`; -1 for one that is not there. */
  find(bytes: Uint8Array, start: number, end: number): number {
    if (this.#byText !== undefined) return this.#byText.get(Buffer.from(bytes.subarray(start, end)).toString()) ?? -1
    const hash = hashOf(bytes, start, end)
    for (let place = hash & this.#mask; ; place = (place + 1) & this.#mask) {
      const number = this.#numbers[place] as number
      if (number === -1) return -1
      if (this.#hashes[number] === hash && this.#isAt(number, bytes, start, end)) return number
    }
  }

  #isAt(number: number, bytes: Uint8Array, start: number, end: number): boolean {
    const at = number === 0 ? 0 : (this.#ends[number - 1] as number)
    if ((this.#ends[number] as number) - at !== end - start) return false
    for (let index = 0; index < end - start; index += 1) {
      if (this.#bytes[at + index] !== bytes[start + index]) return false
    }
    return true
  }
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start
  let at = start
  for (; at + 3 < end; at += 4) {
    const word =
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)
    hash = Math.imul(hash ^ word, 0x9e3779b1)
    hash ^= hash >>> 15
  }
  for (; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] as number), 0x85ebca6b)
  hash ^= hash >>> 13
  return Math.imul(hash, 0xc2b2ae35) ^ (hash >>> 16)
}
