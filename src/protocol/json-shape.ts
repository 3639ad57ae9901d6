import { requestMembersMax } from '../base/limits.ts'

/** Texts above that length are looked through before they are parsed. */
const longCharactersMin = 64 * 1024
/** How deep a body may nest; a request of ours nests 4 levels. */
export const jsonDepthMax = 64
export const tooDeep = `the body nests too deep: more than ${jsonDepthMax} levels`
/** Characters outside of strings for each member, at the most: white space is nothing to read megabytes of. */
const memberCharactersMax = 64
/** The members of a request and of its command, among them the statement. Deeper ones are parameters. */
const commandDepth = 2
/** Of a member's name in an error. */
const nameBytesMax = 64

export interface JsonLimits {
  /** Members and items, in all. */
  readonly members: number
  /** What sets it; an error names it. */
  readonly quota?: string
  /** Of a string that is no parameter. */
  readonly textCharacters: number
}

const [quote, backslash, openBracket, closeBracket, openBrace, closeBrace] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d]
const [comma, colon, letterU] = [0x2c, 0x3a, 0x75]

/**
 * Looks through JSON as its bytes come in, and tells as soon as it is not worth reading on: it nests deeper than
 * jsonDepthMax, has too many members or too long a statement. A parser would take seconds, and the memory of all of it.
 * Other mistakes are left to the parser.
 */
export class JsonShape {
  readonly #limits: JsonLimits
  #depth = 0
  #members = 0
  #outside = 0
  #inString = false
  /** Bytes of an escape that are still to come. */
  #escaped = 0
  /** Characters of the open string, as UTF-16 counts them. */
  #characters = 0
  #text: number[] = []
  /** The name of the member whose value comes next, or has begun. */
  #name: readonly number[] | undefined

  constructor(limits: JsonLimits) {
    this.#limits = limits
  }

  /** What is wrong with the JSON so far; undefined: nothing. */
  feed(bytes: Uint8Array): string | undefined {
    for (let at = 0; at < bytes.length; at += 1) {
      if (this.#inString) {
        at = this.#depth > commandDepth ? this.#skip(bytes, at) : this.#count(bytes, at)
        if (this.#characters > this.#limits.textCharacters) return this.#longText()
        continue
      }
      const problem = this.#mark(bytes[at] as number)
      if (problem !== undefined) return problem
    }
    return undefined
  }

  #mark(mark: number): string | undefined {
    this.#outside += 1
    if (mark === quote) this.#begin()
    else if (mark === openBracket || mark === openBrace) this.#open(1)
    else if (mark === closeBracket || mark === closeBrace) this.#open(-1)
    else if (mark === colon) this.#name = this.#text
    else if (mark === comma) {
      this.#members += 1
      this.#name = undefined
    }
    if (this.#depth > jsonDepthMax) return tooDeep
    const { members, quota } = this.#limits
    if (this.#members < members && this.#outside <= members * memberCharactersMax) return undefined
    const what = this.#members < members ? ', or white space for as many' : ''
    return `the body has more than ${members} members${what}${quota === undefined ? '' : ` (--quota ${quota})`}`
  }

  #open(levels: number): void {
    this.#depth += levels
    this.#name = undefined
  }

  #begin(): void {
    this.#inString = true
    this.#characters = 0
    this.#text = []
  }

  /** Continues in a string of any length; returns the last byte that was read. */
  #skip(bytes: Uint8Array, start: number): number {
    let at = start
    if (this.#escaped > 0) {
      this.#escaped = 0
      at += 1
    }
    for (let end = bytes.indexOf(quote, at); end !== -1; end = bytes.indexOf(quote, end + 1)) {
      let escapes = 0
      while (end - escapes > at && bytes[end - escapes - 1] === backslash) escapes += 1
      if (escapes % 2 === 1) continue
      this.#inString = false
      return end
    }
    let escapes = 0
    while (bytes.length - escapes > at && bytes[bytes.length - escapes - 1] === backslash) escapes += 1
    this.#escaped = escapes % 2
    return bytes.length
  }

  /** Continues in a string whose length is limited; returns the last byte that was read. */
  #count(bytes: Uint8Array, start: number): number {
    for (let at = start; at < bytes.length; at += 1) {
      const byte = bytes[at] as number
      if (this.#escaped > 0) {
        this.#escaped = this.#escaped > unicodeDigits ? (byte === letterU ? unicodeDigits : 0) : this.#escaped - 1
        continue
      }
      if (byte === quote) {
        this.#inString = false
        return at
      }
      if (byte === backslash) this.#escaped = unicodeDigits + 1
      // A character begins; above U+FFFF, with four bytes, it counts twice.
      if ((byte & 0xc0) !== 0x80) this.#characters += byte >= 0xf0 ? 2 : 1
      if (this.#text.length < nameBytesMax) this.#text.push(byte)
      if (this.#characters > this.#limits.textCharacters) return at
    }
    return bytes.length
  }

  #longText(): string {
    const { textCharacters } = this.#limits
    const name = this.#name && new TextDecoder().decode(Uint8Array.from(this.#name))
    const what = name === 'Statement' ? 'the statement' : memberText(name)
    return `${what} has more than ${textCharacters} characters (--quota statement-characters)`
  }
}

/** Hexadecimal digits of \uXXXX. */
const unicodeDigits = 4

function memberText(name: string | undefined): string {
  return name === undefined ? "a member's name" : `the member '${JSON.stringify(name).slice(1, -1)}'`
}

/** Why a long JSON text is not worth parsing. Undefined when it is. */
export function jsonProblem(
  text: string,
  { members = requestMembersMax, textCharacters = Number.POSITIVE_INFINITY, ...rest }: Partial<JsonLimits> = {},
): string | undefined {
  if (text.length <= longCharactersMin) return undefined
  const shape = new JsonShape({ members, textCharacters, ...rest })
  const encoder = new TextEncoder()
  for (let at = 0; at < text.length; at += longCharactersMin) {
    const problem = shape.feed(encoder.encode(text.slice(at, at + longCharactersMin)))
    if (problem !== undefined) return problem
  }
  return undefined
}
