import { type ErrorCode, LedgerError } from '../base/errors.ts'
import type { Span } from '../base/span.ts'

/** A piece of a file's text and where it begins in the file, as people count: both from 1. */
export interface Excerpt {
  readonly path: string
  readonly text: string
  readonly line: number
  readonly column: number
}

/** A file's content is not what its format says. `span` is in the excerpt's text. */
export class InputError extends LedgerError {
  readonly excerpt: Excerpt

  constructor(
    message: string,
    excerpt: Excerpt,
    span: Span,
    details: { code?: ErrorCode; help?: string | undefined; cause?: unknown } = {},
  ) {
    const { code = 'file/malformed', help, cause } = details
    super(code, message, { span, cause, ...(help === undefined ? {} : { help }) })
    this.excerpt = excerpt
  }
}

/** How rows are read, and what is reported meanwhile. */
export interface RowWatch {
  /** The caller is done with each row before asking for the next: one object may stand for all of them (FileRow). */
  readonly isPassing?: boolean
  /** Reports a malformed row that can be skipped. Left out: the error ends the reading. */
  readonly onFault?: (fault: InputError) => void
  /** The line, from 1, in which the next row begins; not told by Ion, nor by JSON values that stand one after the other. */
  readonly onLine?: (line: number) => void
  /** A column of a delimited file that has the name of an earlier one, and the name that it gets. */
  readonly onRenamed?: (column: string, name: string) => void
}

/** Reports a malformed row, or throws what can't be skipped. */
export function passOver(fault: unknown, { onFault }: RowWatch): void {
  if (!(fault instanceof InputError) || onFault === undefined) throw fault
  onFault(fault)
}

/** An error about a piece of text, as one about the file; anything else passes unchanged. */
export function inFile(error: unknown, excerpt: Excerpt, help?: string): unknown {
  if (!(error instanceof LedgerError) || error instanceof InputError) return error
  const { code, span = { start: 0, end: 0 } } = error
  return new InputError(error.message, excerpt, span, {
    code: code === 'ion/malformed' ? 'file/malformed' : code,
    help: error.help ?? help,
    cause: error.cause,
  })
}

/** For damage in bytes that have no text to show. */
export function damaged(path: string, problem: string, cause?: unknown): LedgerError {
  return new LedgerError('file/malformed', `'${path}': ${problem}`, { cause })
}
