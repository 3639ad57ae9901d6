import { LedgerError } from '../base/errors.ts'
import { likePatternCharactersMax } from '../base/limits.ts'
import { findText } from '../values/find-text.ts'
import { pointAt, pointBefore } from './functions/text-functions.ts'

/**
 * A LIKE pattern as a test of texts: `%` is any run of characters, `_` one code point; behind the escape character
 * both, and it itself, are plain. Each stretch between two `%` is looked for once, from the left, so that the time is
 * that of a few searches whatever the pattern. Throws LedgerError evaluator/invalid for an escape that is not one
 * character, or that stands before another or at the end.
 */
export function compileLikePattern(pattern: string, escapeText: string | undefined): (text: string) => boolean {
  const stretches = parsePattern(pattern, escapeText)
  const hasWildcards = stretches.some((stretch) => stretch.includes(anyOne))
  if (hasWildcards) return (text) => matchPoints(text, stretches)
  const plain = stretches.map((stretch) => stretch.join(''))
  return (text) => matchPlain(text, plain)
}

/** Marks a `_`; every other element is one code point. */
const anyOne = ''

/** The stretches between the `%`, at least one. */
function parsePattern(pattern: string, escapeText: string | undefined): string[][] {
  if (pattern.length > likePatternCharactersMax) {
    const message = `a LIKE pattern has at most ${likePatternCharactersMax} characters, found ${pattern.length}`
    throw new LedgerError('evaluator/limit', message)
  }
  if (escapeText !== undefined && Array.from(escapeText).length !== 1) throw badPattern(pattern, escapeText)
  let current: string[] = []
  const stretches = [current]
  let escaped = false
  for (const point of pattern) {
    if (escaped) {
      if (point !== '%' && point !== '_' && point !== escapeText) throw badPattern(pattern, escapeText)
      current.push(point)
      escaped = false
    } else if (point === escapeText) {
      escaped = true
    } else if (point === '%') {
      current = []
      stretches.push(current)
    } else {
      current.push(point === '_' ? anyOne : point)
    }
  }
  if (escaped) throw badPattern(pattern, escapeText)
  return stretches
}

function badPattern(pattern: string, escapeText: string | undefined): LedgerError {
  return new LedgerError(
    'evaluator/invalid',
    `Given: pattern =  ${pattern}, escape char = ${escapeText ?? 'none given'}`,
    { help: reasonOf(escapeText) },
  )
}

function reasonOf(escapeText: string | undefined): string {
  if (escapeText === undefined || Array.from(escapeText).length !== 1) return 'ESCAPE takes one character'
  return `behind the escape character stands '%', '_' or '${escapeText}' itself`
}

function matchPlain(text: string, stretches: readonly string[]): boolean {
  const first = stretches[0] as string
  if (stretches.length === 1) return text === first
  const last = stretches[stretches.length - 1] as string
  const end = text.length - last.length
  if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false
  let position = first.length
  for (let index = 1; index < stretches.length - 1; index += 1) {
    const stretch = stretches[index] as string
    const found = findText(text, stretch, position)
    if (found === -1 || found + stretch.length > end) return false
    position = found + stretch.length
  }
  return true
}

function matchPoints(text: string, stretches: readonly (readonly string[])[]): boolean {
  const first = stretches[0] as readonly string[]
  const last = stretches[stretches.length - 1] as readonly string[]
  let position = endOf(text, 0, text.length, first)
  if (stretches.length === 1 || position === -1) return position === text.length
  const end = startOf(text, text.length, last)
  if (end < position) return false
  for (let index = 1; index < stretches.length - 1; index += 1) {
    const stretch = stretches[index] as readonly string[]
    let found = endOf(text, position, end, stretch)
    while (found === -1 && position < end) {
      position += pointAt(text, position).length
      found = endOf(text, position, end, stretch)
    }
    if (found === -1) return false
    position = found
  }
  return true
}

/** Where a stretch ends that begins at `start` and ends at `most` at the latest; -1 when it does not stand there. */
function endOf(text: string, start: number, most: number, stretch: readonly string[]): number {
  let at = start
  for (const wanted of stretch) {
    if (at >= most) return -1
    const point = pointAt(text, at)
    if (wanted !== anyOne && wanted !== point) return -1
    at += point.length
  }
  return at > most ? -1 : at
}

/** Where a stretch begins that ends at `end`; -1 when it does not stand there. */
function startOf(text: string, end: number, stretch: readonly string[]): number {
  let at = end
  for (let index = stretch.length - 1; index >= 0; index -= 1) {
    if (at === 0) return -1
    const wanted = stretch[index]
    const point = pointBefore(text, at)
    if (wanted !== anyOne && wanted !== point) return -1
    at -= point.length
  }
  return at
}
