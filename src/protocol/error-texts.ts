/**
 * Error texts that both ends know. Those of sessions and transactions: base/session-errors.ts.
 */

/** The text for a bug in the engine. */
export const internalFaultText =
  'this is a fault of qldb-shell itself, not of your statement; please report it with what led to it'

const placePattern = /^(?:(\w+ Error): )?at line (\d+), column (\d+): ([\s\S]*)$/
const unsupportedPattern = /^(.*), Errors at:\s*line (\d+), column (\d+)/

export interface StatementFault {
  /** `Lexer Error`, `Parser Error`, `Semantic Error`, `Evaluator Error`; undefined when the text names none. */
  readonly category: string | undefined
  /** Both from 1; undefined when the text names no place. */
  readonly line: number | undefined
  readonly column: number | undefined
  /** The text without its category, its place and its repetition. */
  readonly text: string
}

/** Reads category and place out of the text of a BadRequestException. */
export function parseStatementFault(message: string): StatementFault {
  const placed = placePattern.exec(message)
  if (placed !== null) {
    const [, category, line, column, rest] = placed as unknown as [string, string | undefined, string, string, string]
    return { category, line: Number(line), column: Number(column), text: withoutRepetition(rest) }
  }
  const unsupported = unsupportedPattern.exec(message)
  if (unsupported !== null) {
    const [, text, line, column] = unsupported as unknown as [string, string, string, string]
    return { category: undefined, line: Number(line), column: Number(column), text }
  }
  return { category: undefined, line: undefined, column: undefined, text: message }
}

/** `X; X` is X; anything else stays as it is. */
function withoutRepetition(text: string): string {
  const middle = (text.length - 2) / 2
  const half = text.slice(0, middle)
  return Number.isInteger(middle) && text === `${half}; ${half}` ? half : text
}
