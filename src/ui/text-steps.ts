/** Steps through a text as a person sees it: graphemes, lines, words. Offsets are in UTF-16 units. */

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Splits a text into what a person sees as characters. */
export function graphemes(text: string): string[] {
  return Array.from(segmenter.segment(text), (part) => part.segment)
}

/** How far back a grapheme can reach: the segmenter is given this much of the text, not all of it. */
const graphemeUnitsMax = 64

export function before(text: string, caret: number): number {
  const from = Math.max(0, caret - graphemeUnitsMax)
  const last = graphemes(text.slice(from, caret)).at(-1)
  return caret - (last?.length ?? 0)
}

export function after(text: string, caret: number): number {
  const [first] = segmenter.segment(text.slice(caret, caret + graphemeUnitsMax))
  return caret + (first?.segment.length ?? 0)
}

/** The offset itself, or the end of the grapheme it stands in: an edit may have joined two (a letter and an accent). */
export function border(text: string, offset: number): number {
  const from = Math.max(lineStart(text, offset), offset - graphemeUnitsMax)
  let end = from
  for (const { segment } of segmenter.segment(text.slice(from, offset + graphemeUnitsMax))) {
    if (end >= offset) break
    end += segment.length
  }
  return Math.max(end, offset)
}

export function lineStart(text: string, caret: number): number {
  return caret === 0 ? 0 : text.lastIndexOf('\n', caret - 1) + 1
}

export function lineEnd(text: string, caret: number): number {
  const end = text.indexOf('\n', caret)
  return end === -1 ? text.length : end
}

export const wordCharacter = /[\p{L}\p{M}\p{N}_]/u

export function wordStart(text: string, caret: number): number {
  let index = caret
  while (index > 0 && !wordCharacter.test(pointBefore(text, index))) index -= pointBefore(text, index).length
  while (index > 0 && wordCharacter.test(pointBefore(text, index))) index -= pointBefore(text, index).length
  return index
}

export function wordEnd(text: string, caret: number): number {
  let index = caret
  const pointAt = () => String.fromCodePoint(text.codePointAt(index) as number)
  while (index < text.length && !wordCharacter.test(pointAt())) index += pointAt().length
  while (index < text.length && wordCharacter.test(pointAt())) index += pointAt().length
  return index
}

function pointBefore(text: string, index: number): string {
  const low = text.charCodeAt(index - 1)
  const pair = low >= 0xdc00 && low <= 0xdfff && index > 1
  return text.slice(index - (pair ? 2 : 1), index)
}
