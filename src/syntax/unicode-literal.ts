import { LedgerError } from '../base/errors.ts'
import { string } from '../values/value.ts'
import type { Expression } from './ast.ts'
import { type Cursor, unquote, unsupported } from './cursor.ts'

/** Whether `U&'…'` or `U&"…"` stands here, without blanks: a text, or a name, with escapes (SQL:2016 section 5.3). */
export function atUnicodeLiteral(cursor: Cursor): boolean {
  const [word, sign, text] = [cursor.token, cursor.peek(1), cursor.peek(2)]
  if (word.word !== 'U' || sign.word !== '&' || sign.start !== word.end || text.start !== sign.end) return false
  return text.kind === 'string' || text.kind === 'quoted-name'
}

/** `U&'\0041 \+01F600'`, with UESCAPE for another escape than the backslash. */
export function parseUnicodeLiteral(cursor: Cursor): Expression {
  const { start } = cursor.advance()
  cursor.advance()
  const token = cursor.advance()
  if (token.kind === 'quoted-name') {
    const span = { start, end: token.end }
    throw unsupported(
      'U&"…" names are not supported',
      span,
      'write the name itself, or blanks around & for the operator',
    )
  }
  const sign = parseEscape(cursor)
  const text = unquote(cursor.text.slice(token.start + 1, token.end - 1), "'")
  const span = cursor.spanFrom(start)
  cursor.beyondQldb.push({ feature: "U&'…'", span })
  return { kind: 'literal', value: string(unescaped(text, sign, span)), source: 'partiql', span }
}

function parseEscape(cursor: Cursor): string {
  if (!cursor.accept('UESCAPE')) return '\\'
  const { token } = cursor
  const character = unquote(cursor.text.slice(token.start + 1, token.end - 1), "'")
  if (token.kind !== 'string' || character.length !== 1 || /[0-9a-fA-F+'"\s]/.test(character)) {
    throw cursor.unexpected('one character in quotes that is no hexadecimal digit, plus sign, quote or blank')
  }
  cursor.advance()
  return character
}

/** `\XXXX` and `\+XXXXXX` are code points, a doubled escape is itself. */
function unescaped(text: string, sign: string, span: Expression['span']): string {
  let result = ''
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string
    if (character !== sign) {
      result += character
      continue
    }
    if (text[at + 1] === sign) {
      result += sign
      at += 1
      continue
    }
    const match = /^(?:\+([0-9a-fA-F]{6})|([0-9a-fA-F]{4}))/.exec(text.slice(at + 1, at + 8))
    const point = match === null ? -1 : Number.parseInt((match[1] ?? match[2]) as string, 16)
    if (match === null || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
      const found = text.slice(at, at + 8)
      const message = `invalid escape '${found}' in a U& string, expected ${sign}XXXX or ${sign}+XXXXXX of one character`
      throw new LedgerError('lexer/invalid-literal', message, { span })
    }
    result += String.fromCodePoint(point)
    at += match[0].length
  }
  return result
}
