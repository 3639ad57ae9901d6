import stringWidth from 'string-width'
import { offsetAt, type Place, placeAt, type Span } from '../base/span.ts'

/** Columns of a line that are shown at most, and how many of them are kept free behind the place if it is long. */
const columnsMax = 100
const columnsBehind = 40
/** UTF-16 units looked at on either side of the place, so that a line of megabytes costs nothing. */
const unitsAround = 1_000
const indent = '  '
const tab = '    '

/** Made when it is first needed: it takes milliseconds, and every start of the program would pay them. */
let graphemes: Intl.Segmenter | undefined

/**
 * A picture of a place in a text, as lines: `line:column: message`, the source line, and a caret under the character.
 * A line longer than 100 columns is shown around the place; tabs become spaces, and characters that would move the
 * cursor, hide or turn the text around become visible.
 */
export function pictureAt(source: string, place: Place | Span, message: string): string[] {
  const offset = 'line' in place ? offsetAt(source, place) : Math.min(Math.max(place.start, 0), source.length)
  const { line, column } = 'line' in place ? place : placeAt(source, offset)
  const from = edgeOf(source, offset, -1)
  const to = edgeOf(source, offset, 1)
  const before = visiblePieces(source.slice(from, offset)).reverse()
  const behind = visiblePieces(source.slice(offset, to))
  const left = takeColumns(before, columnsMax - Math.min(columnsBehind, widthOf(behind)))
  const right = takeColumns(behind, columnsMax - widthOf(left))
  const isCutLeft = left.length < before.length || (from > 0 && !isLineBreak(source, from - 1))
  const isCutRight = right.length < behind.length || (to < source.length && !isLineBreak(source, to))
  const shown = indent + (isCutLeft ? '…' : '') + left.reverse().join('')
  return [
    ...`${line}:${column}: ${message}`.split(/\r\n|\r|\n/),
    (shown + right.join('') + (isCutRight ? '…' : '')).trimEnd(),
    `${' '.repeat(stringWidth(shown))}^`,
  ]
}

function isLineBreak(source: string, index: number): boolean {
  return source[index] === '\n' || source[index] === '\r'
}

/** The end of the line before (-1) or behind (1) an offset, or a place far enough from it, never inside a pair. */
function edgeOf(source: string, offset: number, direction: -1 | 1): number {
  let edge = offset
  const last = direction === 1 ? source.length : 0
  const far = offset + direction * unitsAround
  while (edge !== last && edge !== far && !isLineBreak(source, direction === 1 ? edge : edge - 1)) edge += direction
  const splitsPair = edge > 0 && (source.codePointAt(edge - 1) ?? 0) > 0xffff
  return splitsPair ? edge - direction : edge
}

/** Characters as people count them, each as something that a terminal shows in place. */
function visiblePieces(text: string): string[] {
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  return Array.from(graphemes.segment(text), ({ segment }) =>
    needsSign(segment) ? segment.replace(hidden, sign) : segment,
  )
}

/** Controls, format characters (except the joiner inside emoji), line and paragraph separators, lone surrogates. */
const hidden = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?!\u200d)\p{Cf}/gu

function needsSign(segment: string): boolean {
  return segment.search(hidden) !== -1
}

function sign(character: string): string {
  const code = character.codePointAt(0) as number
  if (code === 9) return tab
  if (code < 32) return String.fromCharCode(0x2400 + code)
  if (code === 127) return '\u2421'
  if (code >= 0xd800 && code <= 0xdfff) return '\ufffd'
  return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`
}

function widthOf(pieces: readonly string[]): number {
  return pieces.reduce((sum, piece) => sum + stringWidth(piece), 0)
}

/** The first pieces that fit into so many columns. */
function takeColumns(pieces: readonly string[], columns: number): string[] {
  const taken: string[] = []
  let width = 0
  for (const piece of pieces) {
    width += stringWidth(piece)
    if (width > columns) break
    taken.push(piece)
  }
  return taken
}
