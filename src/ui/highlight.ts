import { type Token, tokenize } from '../syntax/lexer.ts'
import type { PaintedSpan } from './prompt-layout.ts'
import type { Paint, Theme } from './theme.ts'

/** A statement longer than this is shown plain: colours must not slow typing. In UTF-16 units. */
const highlightUnitsMax = 20_000

/** Colours for a statement as it is typed, by the engine's own lexer. */
export function highlight(text: string, theme: Theme): PaintedSpan[] {
  if (text.length > highlightUnitsMax) return []
  const spans: PaintedSpan[] = []
  for (const token of tokenize(text)) {
    const paint = paintOf(token, theme)
    if (paint !== undefined) spans.push({ start: token.start, end: token.end, paint })
  }
  return spans
}

function paintOf(token: Token, theme: Theme): Paint | undefined {
  switch (token.kind) {
    case 'keyword':
      return theme.keyword
    case 'string':
      return theme.string
    case 'number':
      return theme.number
    case 'ion':
      return theme.ion
    case 'comment':
      return theme.comment
    case 'parameter':
      return theme.command
    case 'unknown':
      return theme.error
    default:
      return undefined
  }
}
