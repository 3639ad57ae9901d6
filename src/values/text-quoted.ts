import { isSpace, type TextScanner } from './text-scanner.ts'

/**
 * Quoted Ion text: strings short and long, quoted symbols, blobs and clobs. Source: Ion 1.0 specification, "Strings",
 * "Symbols", "Blobs", "Clobs".
 */

/** What may stand between the quotes: Unicode text, or the ASCII and `\x` of a clob (one character, one byte). */
export type QuotedKind = 'text' | 'clob'

const simpleEscapes: Record<string, string> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  n: '\n',
  f: '\f',
  r: '\r',
  v: '\v',
  '"': '"',
  "'": "'",
  '?': '?',
  '\\': '\\',
  '/': '/',
  '\n': '',
}
const hexEscapeDigits: Record<string, number> = { x: 2, u: 4, U: 8 }

/** A string or symbol between single quotation marks of one kind, the first of which stands here. */
export function readShort(scanner: TextScanner, kind: QuotedKind): string {
  const start = scanner.at
  const quote = scanner.peek()
  const { text } = scanner
  let parts = ''
  scanner.at += 1
  let from = scanner.at
  for (;;) {
    const unit = scanner.peek()
    if (unit === quote) break
    if (unit === -1) scanner.fail('the quoted text is not closed', start, text.length)
    if (unit === 10 || unit === 13) scanner.fail('the quoted text is not closed on its line', start, scanner.at)
    checkRaw(scanner, unit, kind)
    if (unit !== 92) {
      scanner.at += 1
      continue
    }
    parts += text.slice(from, scanner.at) + readEscape(scanner, kind)
    from = scanner.at
  }
  const whole = parts + text.slice(from, scanner.at)
  scanner.at += 1
  checkSurrogates(scanner, whole, start)
  return whole
}

/** One or more `'''…'''` segments, the first of which stands here; `skip` skips what may stand between them. */
export function readLong(scanner: TextScanner, kind: QuotedKind, skip: () => void): string {
  let whole = readSegment(scanner, kind)
  for (;;) {
    skip()
    if (!atLongQuote(scanner)) return whole
    whole += readSegment(scanner, kind)
  }
}

export function atLongQuote(scanner: TextScanner): boolean {
  return scanner.peek() === 39 && scanner.peek(1) === 39 && scanner.peek(2) === 39
}

function readSegment(scanner: TextScanner, kind: QuotedKind): string {
  const start = scanner.at
  const { text } = scanner
  let parts = ''
  scanner.at += 3
  let from = scanner.at
  for (;;) {
    const unit = scanner.peek()
    if (unit === 39 && atLongQuote(scanner)) break
    if (unit === -1) scanner.fail('the long string is not closed', start, text.length)
    checkRaw(scanner, unit, kind)
    if (unit === 92) {
      parts += text.slice(from, scanner.at) + readEscape(scanner, kind)
      from = scanner.at
    } else if (unit === 13) {
      parts += `${text.slice(from, scanner.at)}\n`
      scanner.at += scanner.peek(1) === 10 ? 2 : 1
      from = scanner.at
    } else {
      scanner.at += 1
    }
  }
  const segment = parts + text.slice(from, scanner.at)
  scanner.at += 3
  checkSurrogates(scanner, segment, start)
  return segment
}

function checkRaw(scanner: TextScanner, unit: number, kind: QuotedKind): void {
  if (unit < 32 ? !isSpace(unit) : kind === 'clob' && unit > 0x7f)
    scanner.fail(`${scanner.found(scanner.at)} must be written as an escape here`)
}

function readEscape(scanner: TextScanner, kind: QuotedKind): string {
  const start = scanner.at
  let letter = scanner.text[start + 1] ?? ''
  scanner.at += 2
  if (letter === '\r') {
    letter = '\n'
    if (scanner.peek() === 10) scanner.at += 1
  }
  const simple = simpleEscapes[letter]
  if (simple !== undefined) return simple
  const digits = hexEscapeDigits[letter]
  if (digits === undefined || (kind === 'clob' && letter !== 'x'))
    scanner.fail(`there is no escape '\\${letter}' here`, start, Math.min(scanner.at, scanner.text.length))
  const hex = scanner.text.slice(scanner.at, scanner.at + digits)
  if (hex.length < digits || !/^[0-9a-fA-F]+$/.test(hex))
    scanner.fail(`expected ${digits} hexadecimal digits after '\\${letter}'`, start, scanner.at)
  scanner.at += digits
  const point = Number.parseInt(hex, 16)
  if (point > 0x10ffff) scanner.fail(`there is no code point U+${hex.toUpperCase()}`, start, scanner.at)
  if (letter === 'U' && point >= 0xd800 && point <= 0xdfff)
    scanner.fail('half a surrogate pair is no character', start, scanner.at)
  return String.fromCodePoint(point)
}

function checkSurrogates(scanner: TextScanner, text: string, start: number): void {
  if (hasLoneSurrogate(text)) scanner.fail('half a surrogate pair is no character', start, scanner.at)
}

/** In every engine of JavaScript since 2023, but not in the types of the language version that is compiled for. */
interface MayBeIllFormed {
  isWellFormed(): boolean
}

/** Whether a text holds a half of a surrogate pair without the other: then it has no UTF-8 form. */
export function hasLoneSurrogate(text: string): boolean {
  return !(text as unknown as MayBeIllFormed).isWellFormed()
}

/** The bytes of the blob or clob whose `{{` stands here. */
export function readLob(scanner: TextScanner): { type: 'blob' | 'clob'; bytes: Uint8Array } {
  const start = scanner.at
  scanner.at += 2
  scanner.skipBlank()
  const isLong = atLongQuote(scanner)
  if (!isLong && scanner.peek() !== 34) return { type: 'blob', bytes: readBase64(scanner, start) }
  const text = isLong ? readLong(scanner, 'clob', () => scanner.skipBlank()) : readShort(scanner, 'clob')
  scanner.skipBlank()
  if (scanner.peek() !== 125 || scanner.peek(1) !== 125) scanner.failExpected("'}}'")
  scanner.at += 2
  return { type: 'clob', bytes: Buffer.from(text, 'latin1') }
}

function failBase64(scanner: TextScanner, from: number, end: number, stray: string | undefined): never {
  const comment = scanner.text.slice(from, end).search(/\/\*|(?<=^|\s)\/\//)
  if (comment !== -1) scanner.fail("comments are not allowed inside '{{' and '}}'", from + comment, from + comment + 2)
  const problem =
    stray === undefined ? 'the base 64 text is not padded to a multiple of four' : `expected base 64, found '${stray}'`
  return scanner.fail(problem, from, end)
}

function readBase64(scanner: TextScanner, start: number): Uint8Array {
  const from = scanner.at
  const end = scanner.text.indexOf('}', from)
  if (end === -1) scanner.fail("the blob is not closed with '}}'", start, scanner.text.length)
  const base64 = scanner.text.slice(from, end).replace(/[ \t\n\v\f\r]+/g, '')
  const stray = base64.search(/[^A-Za-z0-9+/=]/)
  const padding = base64.indexOf('=')
  const isPadded = base64.length % 4 === 0 && (padding === -1 || /^==?$/.test(base64.slice(padding)))
  if (stray !== -1 || !isPadded) failBase64(scanner, from, end, stray === -1 ? undefined : base64[stray])
  scanner.at = end
  if (scanner.peek(1) !== 125) scanner.failExpected("'}}'")
  scanner.at += 2
  return Buffer.from(base64, 'base64')
}
