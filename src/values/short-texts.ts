import { asciiText } from '../base/byte-text.ts'
import { string, type StringValue } from './value.ts'

/** Longer texts are seldom the same as one before. In bytes. */
const shortTextBytes = 8
/** A power of two. */
const places = 2_048

/** Strings of ASCII bytes; short ones that come again and again are one value. */
export class ShortTexts {
  readonly #known: (StringValue | undefined)[] = new Array<StringValue | undefined>(places).fill(undefined)

  valueOf(bytes: Buffer, start: number, end: number): StringValue {
    if (end - start > shortTextBytes) return string(asciiText(bytes, start, end))
    let hash = end - start
    for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193)
    const place = (hash ^ (hash >>> 15)) & (places - 1)
    const known = this.#known[place]
    if (known !== undefined && isText(known.value, bytes, start, end)) return known
    const made = string(asciiText(bytes, start, end))
    this.#known[place] = made
    return made
  }
}

function isText(text: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false
  for (let at = start; at < end; at += 1) if (text.charCodeAt(at - start) !== bytes[at]) return false
  return true
}
