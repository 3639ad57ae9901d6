import { LedgerError } from '../base/errors.ts'

/**
 * A LIKE pattern as a test of texts: `%` is any run of characters, `_` one code point; behind the escape character
 * both, and it itself, are plain. Each stretch between two `%` is looked for once, from the left, so that the time is
 * that of a few searches whatever the pattern. Throws LedgerError evaluator/invalid for an escape that is not one
 * character, or that stands before another or at the end.
 */
export function compileLikePattern(pattern: string, escapeText: string | undefined): (text: string) => boolean {
  const stretches = parsePattern(pattern, escapeText)
  const hasWildcards = stretches.some((stretch) => stretch.includes(anyOne))
  if (hasWildcards) return (text) => matchPoints(Array.from(text), stretches)
  const plain = stretches.map((stretch) => stretch.join(''))
  return (text) => matchPlain(text, plain)
}

/** Stands for `_`; every other element is one code point. */
const anyOne = ''

/** The stretches between the `%`, at least one. */
function parsePattern(pattern: string, escapeText: string | undefined): string[][] {
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
  )
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
    const found = text.indexOf(stretch, position)
    if (found === -1 || found + stretch.length > end) return false
    position = found + stretch.length
  }
  return true
}

function matchPoints(text: readonly string[], stretches: readonly (readonly string[])[]): boolean {
  const first = stretches[0] as readonly string[]
  const last = stretches[stretches.length - 1] as readonly string[]
  if (stretches.length === 1) return text.length === first.length && standsAt(text, 0, first)
  const end = text.length - last.length
  if (end < first.length || !standsAt(text, 0, first) || !standsAt(text, end, last)) return false
  let position = first.length
  for (let index = 1; index < stretches.length - 1; index += 1) {
    const stretch = stretches[index] as readonly string[]
    while (position + stretch.length <= end && !standsAt(text, position, stretch)) position += 1
    if (position + stretch.length > end) return false
    position += stretch.length
  }
  return true
}

function standsAt(text: readonly string[], start: number, stretch: readonly string[]): boolean {
  for (let index = 0; index < stretch.length; index += 1) {
    const wanted = stretch[index]
    if (wanted !== anyOne && wanted !== text[start + index]) return false
  }
  return true
}
