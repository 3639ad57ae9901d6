import { ionEnded, ionStart, stepIon } from './ion-extent.ts'
import { keywords } from './keywords.ts'

export type TokenKind =
  | 'keyword'
  | 'name'
  | 'quoted-name'
  | 'string'
  | 'number'
  /** Ion in backticks. */
  | 'ion'
  | 'operator'
  | 'punctuation'
  /** `?` */
  | 'parameter'
  | 'comment'
  | 'whitespace'
  | 'unknown'

/** A stretch of the source. Offsets are UTF-16 units, `end` exclusive. */
export interface Token {
  readonly kind: TokenKind
  readonly start: number
  readonly end: number
  /** `unterminated`: the text ends inside it. `malformed`: a number with letters in it, or a stray character. */
  readonly problem: 'unterminated' | 'malformed' | undefined
}

/** What a character can begin, by its code. */
const letter = 1
const digit = 2
const space = 4
const classes = new Uint8Array(128)
for (let code = 0; code < 128; code += 1) {
  const isLetter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95 || code === 36
  if (isLetter) classes[code] = letter
  else if (code >= 48 && code <= 57) classes[code] = digit
  else if (code === 32 || (code >= 9 && code <= 13)) classes[code] = space
}

function classAt(text: string, index: number): number {
  const unit = text.charCodeAt(index)
  return unit < 128 ? (classes[unit] as number) : 0
}

/** Whether a UTF-16 unit is whitespace between tokens. */
export function isSpace(unit: number): boolean {
  return unit < 128 ? classes[unit] === space : unit === 0xa0 || unit === 0xfeff || unit === 0x2028 || unit === 0x2029
}

/** Every token of a text, comments and whitespace included: they lie end to end from 0 to its length. Never throws. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let start = 0
  let afterDot = false
  while (start < text.length) {
    let token = tokenAt(text, start)
    if (token.kind === 'keyword' && afterDot) token = { ...token, kind: 'name' }
    tokens.push(token)
    if (token.kind !== 'whitespace' && token.kind !== 'comment') {
      afterDot = token.kind === 'punctuation' && text[token.start] === '.'
    }
    start = token.end
  }
  return tokens
}

/** The token that begins at an offset inside the text. */
export function tokenAt(text: string, start: number): Token {
  const unit = text.charCodeAt(start)
  switch (classAt(text, start)) {
    case letter:
      return wordAt(text, start)
    case digit:
      return numberAt(text, start)
    case space:
      return spaceAt(text, start)
    default:
      break
  }
  switch (unit) {
    case 39:
      return quotedAt(text, start, 'string', "'")
    case 34:
      return quotedAt(text, start, 'quoted-name', '"')
    case 96:
      return ionAt(text, start)
    case 46:
      if (classAt(text, start + 1) === digit) return numberAt(text, start)
      return token('punctuation', start, start + 1)
    case 45:
      if (text.charCodeAt(start + 1) === 45) return lineCommentAt(text, start)
      return token('operator', start, start + 1)
    case 47:
      if (text.charCodeAt(start + 1) === 42) return blockCommentAt(text, start)
      return token('operator', start, start + 1)
    case 63:
      return token('parameter', start, start + 1)
    default:
      return isSpace(unit) ? spaceAt(text, start) : symbolAt(text, start, unit)
  }
}

function token(kind: TokenKind, start: number, end: number, problem?: Token['problem']): Token {
  return { kind, start, end, problem }
}

function spaceAt(text: string, start: number): Token {
  let end = start + 1
  while (end < text.length && isSpace(text.charCodeAt(end))) end += 1
  return token('whitespace', start, end)
}

function wordAt(text: string, start: number): Token {
  let end = start + 1
  while (classAt(text, end) === letter || classAt(text, end) === digit) end += 1
  const kind = keywords.has(text.slice(start, end).toUpperCase()) ? 'keyword' : 'name'
  return token(kind, start, end)
}

/** Digits, a point, an exponent. A letter right behind makes the whole run one malformed literal. */
function numberAt(text: string, start: number): Token {
  let end = skipDigits(text, start)
  if (text.charCodeAt(end) === 46) end = skipDigits(text, end + 1)
  const exponent = text.charCodeAt(end) | 32
  let problem: Token['problem']
  if (exponent === 101) {
    const sign = text.charCodeAt(end + 1)
    const digits = end + (sign === 43 || sign === 45 ? 2 : 1)
    if (classAt(text, digits) === digit) end = skipDigits(text, digits)
  }
  while (classAt(text, end) === letter || classAt(text, end) === digit) {
    problem = 'malformed'
    end += 1
  }
  return token('number', start, end, problem)
}

function skipDigits(text: string, from: number): number {
  let end = from
  while (classAt(text, end) === digit) end += 1
  return end
}

/** A quote written twice stands for itself. */
function quotedAt(text: string, start: number, kind: TokenKind, quote: string): Token {
  let from = start + 1
  for (;;) {
    const close = text.indexOf(quote, from)
    if (close === -1) return token(kind, start, text.length, 'unterminated')
    if (text[close + 1] !== quote) return token(kind, start, close + 1)
    from = close + 2
  }
}

function ionAt(text: string, start: number): Token {
  let state = ionStart
  for (let index = start + 1; index < text.length; index += 1) {
    state = stepIon(state, text.charCodeAt(index))
    if (state === ionEnded) return token('ion', start, index + 1)
  }
  return token('ion', start, text.length, 'unterminated')
}

function lineCommentAt(text: string, start: number): Token {
  let end = start + 2
  while (end < text.length && text.charCodeAt(end) !== 10 && text.charCodeAt(end) !== 13) end += 1
  return token('comment', start, end)
}

function blockCommentAt(text: string, start: number): Token {
  const close = text.indexOf('*/', start + 2)
  return close === -1 ? token('comment', start, text.length, 'unterminated') : token('comment', start, close + 2)
}

/** Operators and punctuation of one or two characters; anything else is one unknown code point. */
function symbolAt(text: string, start: number, unit: number): Token {
  const next = text.charCodeAt(start + 1)
  switch (unit) {
    case 60: // <
      if (next === 60) return token('punctuation', start, start + 2)
      return token('operator', start, start + (next === 61 || next === 62 ? 2 : 1))
    case 62: // >
      if (next === 62) return token('punctuation', start, start + 2)
      return token('operator', start, start + (next === 61 ? 2 : 1))
    case 33: // !
      if (next === 61) return token('operator', start, start + 2)
      break
    case 124: // |
      if (next === 124) return token('operator', start, start + 2)
      break
    default:
      if ('+*%=&'.includes(text[start] as string)) return token('operator', start, start + 1)
      if ('()[]{},:;@'.includes(text[start] as string)) return token('punctuation', start, start + 1)
  }
  const length = (text.codePointAt(start) as number) > 0xffff ? 2 : 1
  return token('unknown', start, start + length, 'malformed')
}
