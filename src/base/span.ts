/** A stretch of source text, as offsets in UTF-16 units: `start` inclusive, `end` exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** A place in source text as people count it: both from 1; the column counts code points. */
export interface Place {
  readonly line: number
  readonly column: number
}

export function span(start: number, end: number): Span {
  return { start, end }
}

/** The smallest span that holds both. */
export function spanOf(first: Span, last: Span): Span {
  return { start: Math.min(first.start, last.start), end: Math.max(first.end, last.end) }
}

/** Line and column of an offset. `\n`, `\r\n` and a lone `\r` each end a line. */
export function placeAt(source: string, offset: number): Place {
  const end = Math.min(Math.max(offset, 0), source.length)
  let line = 1
  let lineStart = 0
  for (let index = 0; index < end; index += 1) {
    const unit = source.charCodeAt(index)
    if (unit === 10 || (unit === 13 && source.charCodeAt(index + 1) !== 10)) {
      line += 1
      lineStart = index + 1
    }
  }
  return { line, column: codePoints(source.slice(lineStart, end)) + 1 }
}

/** The offset of a place, the end of its line when the column lies beyond it, the end of the text when the line does. */
export function offsetAt(source: string, place: Place): number {
  let line = 1
  let index = 0
  while (line < place.line && index < source.length) {
    const unit = source.charCodeAt(index)
    if (unit === 10 || (unit === 13 && source.charCodeAt(index + 1) !== 10)) line += 1
    index += 1
  }
  for (let column = 1; column < place.column && index < source.length; column += 1) {
    const point = source.codePointAt(index) as number
    if (point === 10 || point === 13) break
    index += point > 0xffff ? 2 : 1
  }
  return index
}

function codePoints(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}
