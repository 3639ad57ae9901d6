import stringWidth from 'string-width'
import { border, graphemes } from './text-steps.ts'

/** A stretch of the text with the paint for it; stretches do not overlap and rise. */
export interface PaintedSpan {
  readonly start: number
  readonly end: number
  readonly paint: (text: string) => string
}

export interface PromptInput {
  readonly prompt: string
  /** Stands before every further line of a statement. */
  readonly continuation: string
  readonly text: string
  readonly caret: number
  readonly columns: number
  /** Rows that may be drawn: the window slides so that the caret is always in it. */
  readonly rowsMax: number
  readonly spans: readonly PaintedSpan[]
  readonly paintPrompt: (text: string) => string
}

export interface PromptLayout {
  /** Painted rows, none wider than the terminal. */
  readonly rows: readonly string[]
  readonly caretRow: number
  readonly caretColumn: number
}

interface Row {
  readonly lead: string
  readonly start: number
  readonly end: number
}

/**
 * Lays the prompt and the text being edited out in rows of the terminal's width: hard wraps between graphemes, wide
 * characters counted as two, the caret's cell told. Pure: the same input gives the same rows.
 */
export function layoutPrompt(input: PromptInput): PromptLayout {
  const isHuge = input.text.length > wholeUnitsMax && input.rowsMax < wholeUnitsMax
  return isHuge ? layoutPart(input) : layoutWhole(input)
}

function layoutWhole(input: PromptInput): PromptLayout {
  const rows = wrapRows(input)
  const caretRow = rowOf(rows, input.caret)
  const at = rows[caretRow] as Row
  const caretColumn = width(at.lead) + width(input.text.slice(at.start, input.caret))
  const first = Math.min(Math.max(0, caretRow - input.rowsMax + 1), Math.max(0, rows.length - input.rowsMax))
  const shown = rows.slice(first, first + input.rowsMax)
  return {
    rows: shown.map((row) => input.paintPrompt(row.lead) + painted(input, row)),
    caretRow: caretRow - first,
    caretColumn: Math.min(caretColumn, input.columns - 1),
  }
}

/** Of a text longer than this only the part around the caret is laid out: a key must not cost more than it does. */
const wholeUnitsMax = 20_000

/** Lays out as many lines around the caret as could be shown, a very long line from a cut near the caret on. */
function layoutPart(input: PromptInput): PromptLayout {
  const { text, caret, rowsMax, columns } = input
  let start = caret
  for (let row = 0; row < rowsMax && start > 0; row += 1) start = text.lastIndexOf('\n', start - 1)
  let end = caret
  for (let row = 0; row < rowsMax && end !== -1; row += 1) end = text.indexOf('\n', end + 1)
  const unitsMax = rowsMax * columns
  const lineStart = Math.max(0, start + 1)
  const behind = Math.max(0, caret - lineStart - unitsMax)
  const cut = behind === 0 ? lineStart : border(text, lineStart + Math.ceil(behind / unitsMax) * unitsMax)
  const from = start <= 0 && behind === 0 ? 0 : Math.min(cut, caret)
  const to = Math.min(end === -1 ? text.length : end, caret + unitsMax)
  return layoutWhole({
    ...input,
    prompt: from === 0 ? input.prompt : behind === 0 ? input.continuation : '',
    text: text.slice(from, to),
    caret: caret - from,
    spans: [],
  })
}

function wrapRows(input: PromptInput): Row[] {
  const rows: Row[] = []
  let start = 0
  for (const line of input.text.split('\n')) {
    let lead = rows.length === 0 ? input.prompt : input.continuation
    let used = width(lead)
    let rowStart = start
    let offset = start
    for (const glyph of isAscii(line) ? line : graphemes(line)) {
      const cells = width(glyph)
      if (used + cells > input.columns - 1 && offset > rowStart) {
        rows.push({ lead, start: rowStart, end: offset })
        lead = ''
        used = 0
        rowStart = offset
      }
      used += cells
      offset += glyph.length
    }
    rows.push({ lead, start: rowStart, end: offset })
    start = offset + 1
  }
  return rows
}

/** A text in rows of at most `columns`, cut between words; a longer word is cut inside. */
export function wrapWords(text: string, columns: number): string[] {
  const rows: string[] = []
  let row = ''
  for (const word of text.split(' ')) {
    let rest = row === '' ? word : `${row} ${word}`
    if (width(rest) > columns && row !== '') {
      rows.push(row)
      rest = word
    }
    while (width(rest) > columns) {
      const part = takePart(rest, columns)
      rows.push(part)
      rest = rest.slice(part.length)
    }
    row = rest
  }
  return [...rows, row]
}

function takePart(text: string, columns: number): string {
  let part = ''
  for (const glyph of graphemes(text)) {
    if (part !== '' && width(part) + width(glyph) > columns) break
    part += glyph
  }
  return part
}

/** The row the caret is drawn in: at a wrap, the beginning of the next row. */
function rowOf(rows: readonly Row[], caret: number): number {
  for (let index = rows.length - 1; index >= 0; index -= 1) {
    if ((rows[index] as Row).start <= caret) return index
  }
  return 0
}

function painted(input: PromptInput, row: Row): string {
  let text = ''
  let at = row.start
  for (const span of input.spans) {
    if (span.end <= at) continue
    if (span.start >= row.end) break
    const from = Math.max(span.start, at)
    const to = Math.min(span.end, row.end)
    text += input.text.slice(at, from) + span.paint(input.text.slice(from, to))
    at = to
  }
  return text + input.text.slice(at, row.end)
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text)
}

function width(text: string): number {
  return isAscii(text) ? text.length : stringWidth(text)
}
