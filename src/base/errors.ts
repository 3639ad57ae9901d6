import type { Span } from './span.ts'

/**
 * Who must act on an error.
 * - `input`: the user's statement or argument is wrong
 * - `conflict`: another transaction was first; trying again may help
 * - `expired`: a transaction or session outlived its time
 * - `limit`: a named bound was reached
 * - `unavailable`: a ledger, file or endpoint can't be reached or opened
 * - `corrupt`: stored data is not what was written
 * - `cancelled`: the user stopped it
 * - `unsupported`: well formed, but not built
 */
export type ErrorKind =
  | 'input'
  | 'conflict'
  | 'expired'
  | 'limit'
  | 'unavailable'
  | 'corrupt'
  | 'cancelled'
  | 'unsupported'

/** Code → [kind, is trying again worth it]. One row a code, sorted by layer. */
const codes = {
  'ion/malformed': ['input', false],
  'ion/nesting-too-deep': ['limit', false],
  'value/out-of-range': ['input', false],
  'value/type-mismatch': ['input', false],
  'value/cannot-compare': ['input', false],
  'value/cannot-cast': ['input', false],
  'value/division-by-zero': ['input', false],

  'lexer/invalid-character': ['input', false],
  'lexer/unterminated': ['input', false],
  'lexer/invalid-literal': ['input', false],
  'lexer/invalid-ion': ['input', false],
  'parser/unexpected-token': ['input', false],
  'parser/unexpected-end': ['input', false],
  'parser/unsupported': ['unsupported', false],
  'parser/nesting-too-deep': ['limit', false],
  'parser/invalid': ['input', false],

  'semantic/no-such-variable': ['input', false],
  'semantic/duplicate-variable': ['input', false],
  'semantic/no-such-function': ['input', false],
  'semantic/argument-count': ['input', false],
  'semantic/invalid': ['input', false],
  'semantic/not-in-qldb': ['unsupported', false],
  'semantic/unsupported': ['unsupported', false],

  'evaluator/invalid': ['input', false],
  'evaluator/type-mismatch': ['input', false],
  'evaluator/unbound-parameter': ['input', false],
  'evaluator/no-such-path': ['input', false],
  'evaluator/missing-value': ['input', false],
  'evaluator/limit': ['limit', false],

  'catalog/table-exists': ['input', false],
  'catalog/table-not-found': ['input', false],
  'catalog/index-not-found': ['input', false],
  'catalog/index-exists': ['input', false],
  'catalog/invalid-name': ['input', false],
  'catalog/limit': ['limit', false],
  'document/not-a-struct': ['input', false],
  'document/not-storable': ['input', false],
  'document/ambiguous': ['input', false],
  'document/too-large': ['limit', false],
  'statement/too-large': ['limit', false],
  'statement/too-long': ['limit', false],

  'transaction/conflict': ['conflict', true],
  'transaction/expired': ['expired', false],
  'transaction/not-open': ['input', false],
  'transaction/already-open': ['input', false],
  'transaction/digest-mismatch': ['input', false],
  'transaction/too-large': ['limit', false],
  'transaction/reads-only': ['input', false],
  'transaction/brief-only': ['input', false],
  'transaction/unknown-outcome': ['unavailable', false],
  'session/not-found': ['expired', true],
  'session/expired': ['expired', true],
  'session/limit': ['limit', false],
  'page/invalid-token': ['input', false],
  'request/invalid': ['input', false],

  'ledger/not-found': ['unavailable', false],
  'ledger/exists': ['input', false],
  'ledger/invalid-name': ['input', false],
  'ledger/closed': ['unavailable', false],
  'ledger/format-too-new': ['unavailable', false],
  'ledger/format-too-old': ['unavailable', false],
  'ledger/foreign': ['unavailable', false],
  'ledger/incomplete': ['unavailable', false],
  'ledger/read-only': ['input', false],
  'store/unavailable': ['unavailable', false],
  'store/full': ['unavailable', true],
  'store/corrupt': ['corrupt', false],
  'journal/hash-mismatch': ['corrupt', false],
  'journal/gap': ['corrupt', false],
  'journal/malformed': ['corrupt', false],
  'export/incomplete': ['input', false],
  'export/not-found': ['input', false],
  'export/limit': ['limit', false],
  'journal/no-revision': ['input', false],
  'proof/malformed': ['input', false],
  'proof/unrecognized': ['input', false],
  'proof/not-comparable': ['input', false],
  'proof/refuted': ['corrupt', false],
  'proof/foreign-digest': ['input', false],

  'format/no-column': ['input', false],

  'endpoint/unreachable': ['unavailable', true],
  'endpoint/refused': ['input', false],
  'endpoint/failed': ['unavailable', true],
  'endpoint/redirected': ['unavailable', false],
  'endpoint/malformed-answer': ['unavailable', false],
  'endpoint/no-journal': ['unsupported', false],
  'endpoint/credentials': ['unavailable', false],

  'usage/invalid-argument': ['input', false],
  'usage/unknown-command': ['input', false],
  'config/invalid': ['input', false],
  'file/unreadable': ['unavailable', false],
  'file/unwritable': ['input', false],
  'file/not-text': ['input', false],
  'file/exists': ['input', false],
  'file/malformed': ['input', false],
  'cancelled/by-user': ['cancelled', false],
} as const satisfies Record<string, readonly [ErrorKind, boolean]>

export type ErrorCode = keyof typeof codes

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(codes, text)
}

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

/** All codes with their kinds, for the documentation page. */
export function errorCodes(): readonly (readonly [ErrorCode, ErrorKind, boolean])[] {
  return (Object.keys(codes) as ErrorCode[]).map((code) => [code, codes[code][0], codes[code][1]] as const)
}
