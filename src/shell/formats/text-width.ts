import stringWidth from 'string-width'

const ascii = /^[\x20-\x7e]*$/
let segmenter: Intl.Segmenter | undefined

/** Columns that a text takes on a terminal. The text holds no control characters (visibleText). */
export function textWidth(text: string): number {
  return ascii.test(text) ? text.length : stringWidth(text)
}

/** The same up to `limit`; any number above it means "more". A huge text costs no more than `limit` graphemes. */
export function textWidthUpTo(text: string, limit: number): number {
  if (text.length <= limit || ascii.test(text)) return textWidth(text)
  return measure(text, limit).whole ? textWidth(text) : limit + 1
}

/** The text cut to at most `width` columns, the last one a `…` where something is missing; no grapheme is split. */
export function takeStart(text: string, width: number): string {
  if (ascii.test(text) ? text.length <= width : measure(text, width).whole) return text
  if (width <= 0) return ''
  return `${text.slice(0, ascii.test(text) ? width - 1 : measure(text, width - 1).end)}…`
}

/** The text with blanks after it (or before it) up to `width` columns. */
export function padText(text: string, width: number, align: 'left' | 'right'): string {
  const blanks = ' '.repeat(Math.max(0, width - textWidthUpTo(text, width)))
  return align === 'left' ? text + blanks : blanks + text
}

/** Where the longest run of whole graphemes that fits into `width` columns ends, and whether that is the whole text. */
function measure(text: string, width: number): { end: number; whole: boolean } {
  // A step of the segmenter takes time in proportion to the whole text, so only the start of a long one is measured.
  const near = text.length > 16 * (width + 16) ? text.slice(0, 8 * (width + 16)) : text
  const found = measureAll(near, width)
  return found.whole && near !== text ? measureAll(text, width) : found
}

function measureAll(text: string, width: number): { end: number; whole: boolean } {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  let taken = 0
  let end = 0
  for (const { segment, index } of segmenter.segment(text)) {
    taken += textWidth(segment)
    if (taken > width) return { end, whole: false }
    end = index + segment.length
  }
  return { end, whole: true }
}
