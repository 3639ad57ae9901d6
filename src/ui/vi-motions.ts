import { after, before, graphemes, lineEnd, lineStart, wordCharacter } from './text-steps.ts'

/** Where a motion leads, and what an operator takes on the way. */
export interface Motion {
  readonly to: number
  /** The grapheme at the target belongs to it (`e`, `$`, `f`, `t`), or whole lines do (`j`, `k`, `G`, `gg`). */
  readonly takes?: 'target' | 'lines'
}

/** A search inside the line: `f`, `F`, `t`, `T` and the grapheme. */
export interface Find {
  readonly kind: 'f' | 'F' | 't' | 'T'
  readonly glyph: string
}

type Step = (text: string, caret: number) => number

/** The motions of one key, by POSIX vi; undefined for a key that is none, or one that leads nowhere. */
export function motionOf(glyph: string, text: string, caret: number, count: number): Motion | undefined {
  switch (glyph) {
    case 'h':
      return { to: repeated(text, caret, count, leftInLine) }
    case 'l':
    case ' ':
      return { to: repeated(text, caret, count, rightInLine) }
    case 'w':
    case 'W':
      return { to: repeated(text, caret, count, (t, at) => wordForward(t, at, glyph === 'W')) }
    case 'b':
    case 'B':
      return { to: repeated(text, caret, count, (t, at) => wordBack(t, at, glyph === 'B')) }
    case 'e':
    case 'E':
      return { to: repeated(text, caret, count, (t, at) => wordEnding(t, at, glyph === 'E')), takes: 'target' }
    case '0':
      return { to: lineStart(text, caret) }
    case '^':
      return { to: firstNonBlank(text, caret) }
    case '$':
      return { to: lastInLine(text, linesDown(text, caret, count - 1)), takes: 'target' }
    case '|':
      return { to: repeated(text, lineStart(text, caret), count - 1, rightInLine) }
    case 'j':
    case 'k':
      return verticalMotion(glyph, text, caret, count)
    case 'G':
      return { to: firstNonBlank(text, text.length), takes: 'lines' }
    case 'gg':
      return { to: firstNonBlank(text, 0), takes: 'lines' }
    case '%':
      return matchingBracket(text, caret)
    default:
      return undefined
  }
}

/** `f`, `F`, `t`, `T`: the count-th such grapheme of the line; undefined when there is none. */
export function findMotion({ kind, glyph }: Find, text: string, caret: number, count: number): Motion | undefined {
  const isForward = kind === 'f' || kind === 't'
  const start = lineStart(text, caret)
  const end = lineEnd(text, caret)
  let at = caret
  for (let left = count; left > 0; ) {
    at = isForward ? after(text, at) : before(text, at)
    if (at >= end || at < start || (!isForward && at === caret)) return undefined
    if (text.slice(at, after(text, at)) === glyph) left -= 1
    else if (!isForward && at === start) return undefined
  }
  const to = kind === 't' ? before(text, at) : kind === 'T' ? after(text, at) : at
  return isForward ? { to, takes: 'target' } : { to }
}

/** The last grapheme of the caret's line, where normal mode's caret may stand; the line's start when it is empty. */
export function lastInLine(text: string, caret: number): number {
  const end = lineEnd(text, caret)
  return Math.max(lineStart(text, caret), end === lineStart(text, caret) ? end : before(text, end))
}

export function firstNonBlank(text: string, caret: number): number {
  const start = lineStart(text, caret)
  const line = text.slice(start, lineEnd(text, caret))
  return start + Math.max(0, line.search(/\S|$/))
}

/** `cw` on a word goes to its end only; `dw` on a line's last word leaves the line end. */
export function operatorWord(operator: string, glyph: string, text: string, caret: number, count: number): Motion {
  const isBig = glyph === 'W'
  const isBlank = /\s/.test(text[caret] ?? ' ')
  if (operator === 'c' && !isBlank) {
    const step: Step = (t, at) => wordEnding(t, at, isBig)
    return { to: repeated(text, runEnd(text, caret, isBig), count - 1, step), takes: 'target' }
  }
  const { to } = motionOf(glyph, text, caret, count) as Motion
  const taken = text.slice(caret, to)
  const lineBreak = taken.search(/\n\s*$/)
  return { to: lineBreak > 0 || (lineBreak === 0 && taken.length > 1) ? caret + Math.max(lineBreak, 0) : to }
}

function repeated(text: string, caret: number, count: number, step: Step): number {
  let at = caret
  for (let done = 0; done < count; done += 1) {
    const next = step(text, at)
    if (next === at) break
    at = next
  }
  return at
}

function leftInLine(text: string, caret: number): number {
  return caret === lineStart(text, caret) ? caret : before(text, caret)
}

function rightInLine(text: string, caret: number): number {
  return caret === lineEnd(text, caret) ? caret : after(text, caret)
}

/** Letters, digits and _, or other signs, or blanks; to W, B and E all but blanks is one. */
function kindAt(text: string, at: number, isBig: boolean): 'word' | 'sign' | 'blank' {
  const glyph = text.slice(at, after(text, at))
  if (/^\s/.test(glyph)) return 'blank'
  return isBig || wordCharacter.test(glyph) ? 'word' : 'sign'
}

function wordForward(text: string, caret: number, isBig: boolean): number {
  let at = caret
  if (at >= text.length) return at
  const kind = kindAt(text, at, isBig)
  if (kind !== 'blank') while (at < text.length && kindAt(text, at, isBig) === kind) at = after(text, at)
  while (at < text.length && kindAt(text, at, isBig) === 'blank') at = after(text, at)
  return at
}

function wordBack(text: string, caret: number, isBig: boolean): number {
  let at = caret
  while (at > 0 && kindAt(text, before(text, at), isBig) === 'blank') at = before(text, at)
  if (at === 0) return 0
  const kind = kindAt(text, before(text, at), isBig)
  while (at > 0 && kindAt(text, before(text, at), isBig) === kind) at = before(text, at)
  return at
}

function wordEnding(text: string, caret: number, isBig: boolean): number {
  let at = after(text, caret)
  while (at < text.length && kindAt(text, at, isBig) === 'blank') at = after(text, at)
  return at >= text.length ? lastInLine(text, text.length) : runEnd(text, at, isBig)
}

/** The last grapheme of the word or signs that the caret stands in. */
function runEnd(text: string, caret: number, isBig: boolean): number {
  const kind = kindAt(text, caret, isBig)
  let at = caret
  for (;;) {
    const next = after(text, at)
    if (next >= text.length || kindAt(text, next, isBig) !== kind) return at
    at = next
  }
}

function linesDown(text: string, caret: number, count: number): number {
  let at = caret
  for (let done = 0; done < count && lineEnd(text, at) < text.length; done += 1) at = lineEnd(text, at) + 1
  return at
}

/** As many lines up or down as there are; undefined when there is none. The column stays, in graphemes. */
function verticalMotion(glyph: 'j' | 'k', text: string, caret: number, count: number): Motion | undefined {
  const column = graphemes(text.slice(lineStart(text, caret), caret)).length
  let at = lineStart(text, caret)
  for (let done = 0; done < count; done += 1) {
    const next = glyph === 'j' ? lineEnd(text, at) + 1 : lineStart(text, at - 1)
    if (glyph === 'j' ? next > text.length : at === 0) {
      if (done === 0) return undefined
      break
    }
    at = next
  }
  const line = graphemes(text.slice(at, lineEnd(text, at)))
  return { to: at + line.slice(0, column).join('').length, takes: 'lines' }
}

const brackets = '()[]{}'

function matchingBracket(text: string, caret: number): Motion | undefined {
  const end = lineEnd(text, caret)
  let from = caret
  while (from < end && !brackets.includes(text[from] as string)) from += 1
  if (from >= end) return undefined
  const sign = text[from] as string
  const index = brackets.indexOf(sign)
  const partner = brackets[index ^ 1] as string
  const by = index % 2 === 0 ? 1 : -1
  let depth = 0
  for (let at = from; at >= 0 && at < text.length; at += by) {
    if (text[at] === sign) depth += 1
    else if (text[at] === partner) depth -= 1
    if (depth === 0) return { to: at, takes: 'target' }
  }
  return undefined
}
