import { passLoop } from '../../base/interruption.ts'
import { bool, list, string, type Value } from '../../values/value.ts'
import { findText } from '../../values/find-text.ts'
import type { Bodies, FunctionContext } from './definition.ts'
import { lengthOf, numberOf, substring, textOf, trim } from './text-functions.ts'

/** Functions that take texts apart, pad them or repeat them, as PostgreSQL and DuckDB have them. */
export const textPartBodies = {
  left: ([text, count]) => string(left(textOf(text), numberOf(count))),
  right: ([text, count]) => string(right(textOf(text), numberOf(count))),
  lpad: (args, context) => string(padded(args, context, (text, fill) => fill + text)),
  rpad: (args, context) => string(padded(args, context, (text, fill) => text + fill)),
  ltrim: (args) => string(trimmed('leading', args)),
  rtrim: (args) => string(trimmed('trailing', args)),
  repeat: ([text, count], context) => string(repeated(textOf(text), numberOf(count), context)),
  reverse: ([text]) => string(reversed(textOf(text))),
  split: ([text, separator], context) => list(split(textOf(text), textOf(separator), context)),
  starts_with: ([text, start]) => bool(textOf(text).startsWith(textOf(start))),
} satisfies Bodies

/** The first characters; a negative count omits that many at the end. */
function left(text: string, count: number): string {
  return substring(text, 1, count < 0 ? Math.max(0, lengthOf(text) + count) : count)
}

/** The last characters; a negative count omits that many at the beginning. */
function right(text: string, count: number): string {
  if (count < 0) return substring(text, 1 - count, undefined)
  return substring(text, Math.max(1, lengthOf(text) - count + 1), undefined)
}

/** A text of exactly this many characters: padded, by default with blanks, or cut at its end. */
function padded(
  [text, count, fill]: readonly Value[],
  context: FunctionContext,
  join: (text: string, fill: string) => string,
): string {
  const [given, wanted] = [textOf(text), numberOf(count)]
  const filler = fill === undefined ? ' ' : textOf(fill)
  const lacking = wanted - lengthOf(given)
  if (lacking <= 0) return substring(given, 1, Math.max(0, wanted))
  if (filler === '') return given
  const times = Math.ceil(lacking / lengthOf(filler))
  return join(given, substring(repeated(filler, times, context), 1, lacking))
}

function trimmed(side: string, [text, characters]: readonly Value[]): string {
  return trim([side, characters === undefined ? ' ' : textOf(characters), textOf(text)])
}

function repeated(text: string, times: number, { values }: FunctionContext): string {
  if (times <= 0 || text === '') return ''
  values.checkSize(text.length * times)
  return text.repeat(times)
}

/** The texts between the separators; without a separator, each character. */
function split(text: string, separator: string, { values }: FunctionContext): Value[] {
  const parts: Value[] = []
  const size = values.sum()
  const add = (part: string) => {
    passLoop()
    const value = string(part)
    size.add(value)
    parts.push(value)
  }
  if (separator === '') {
    for (const point of text) add(point)
    return parts
  }
  let end = 0
  for (let at = findText(text, separator); at !== -1; at = findText(text, separator, end)) {
    add(text.slice(end, at))
    end = at + separator.length
  }
  add(text.slice(end))
  return parts
}

/** By code points; a piece at a time, so that no more than a piece is taken apart at once. */
function reversed(text: string): string {
  const pieces: string[] = []
  for (let end = text.length; end > 0; ) {
    const start = Math.max(0, end - 4096)
    const splitsPair = start > 0 && /[\uDC00-\uDFFF]/.test(text[start] as string)
    const from = splitsPair ? start - 1 : start
    pieces.push(Array.from(text.slice(from, end)).reverse().join(''))
    passLoop()
    end = from
  }
  return pieces.join('')
}
