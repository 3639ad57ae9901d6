import { codes, type ErrorCode, type ErrorKind } from './error-codes.ts'
import type { Span } from './span.ts'

export { type ErrorCode, type ErrorKind, isErrorCode } from './error-codes.ts'

export interface ErrorDetails extends ErrorOptions {
  /** Where in the statement's text. */
  readonly span?: Span
  /** One line that begins where "help: " ends: what to do about it. */
  readonly help?: string
  /** What else is wrong with the same statement, in the order in which it was found. */
  readonly others?: readonly LedgerError[]
}

/**
 * Every error that is not a bug of ours. The message names the thing in single quotes, says what was found and
 * what was expected, in lower case without a full stop.
 */
export class LedgerError extends Error {
  override readonly name = 'LedgerError'
  readonly code: ErrorCode
  readonly span: Span | undefined
  readonly help: string | undefined
  /** What else is wrong with the same statement; empty but for errors that name resolution and function calls gather. */
  readonly others: readonly LedgerError[]

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.span = details.span
    this.help = details.help
    this.others = details.others ?? []
  }

  get kind(): ErrorKind {
    return codes[this.code][0]
  }

  get retryable(): boolean {
    return codes[this.code][1]
  }

  /** The same error at a place, for one that was raised where no text was known. Keeps a place it already has. */
  at(span: Span): LedgerError {
    if (this.span !== undefined) return this
    return new LedgerError(this.code, this.message, {
      span,
      cause: this.cause ?? this,
      others: this.others,
      ...(this.help === undefined ? {} : { help: this.help }),
    })
  }
}

/** The first of some errors with the rest as its `others`. At least one; only the first may have others of its own. */
export function joinErrors([first, ...rest]: readonly [LedgerError, ...LedgerError[]]): LedgerError {
  if (rest.length === 0) return first
  const { code, message, span, help, cause } = first
  const joined = new LedgerError(code, message, {
    cause,
    others: [...first.others, ...rest],
    ...(span === undefined ? {} : { span }),
    ...(help === undefined ? {} : { help }),
  })
  if (first.stack !== undefined) joined.stack = first.stack
  return joined
}
