import { LedgerError } from '../base/errors.ts'
import type { Span } from '../base/span.ts'
import { internalFaultText, parseStatementFault } from '../protocol/error-texts.ts'
import { WireError } from '../protocol/message.ts'
import { isDeadSession } from './retry.ts'

/**
 * - `statement`: the statement or request was refused; the transaction is still open
 * - `conflict`: another transaction was first; trying again may help
 * - `expired`: the transaction outlived its time
 * - `dead-session`: the session is gone, and the transaction with it
 * - `unavailable`: the ledger can't be reached or can't work now; whether a commit happened is not known
 * - `cancelled`: the user stopped it
 * - `bug`: a fault of this program
 */
export type FailureKind = 'statement' | 'conflict' | 'expired' | 'dead-session' | 'unavailable' | 'cancelled' | 'bug'

export interface Failure {
  readonly kind: FailureKind
  /** As the endpoint or this program worded it. */
  readonly message: string
  /** The message without category, position and repetition: the text to print with a caret. */
  readonly summary: string
  /** This program's error code where it is known, else QLDB's `Code`, else the exception's name. */
  readonly code: string
  /** `Semantic Error` and the like, where the endpoint named it. */
  readonly category?: string
  /** Where in the statement, both from 1. */
  readonly line?: number
  readonly column?: number
  /** The same place exactly; only from an embedded ledger. */
  readonly span?: Span
  /** What to do about it, one line; only from an embedded ledger and from this program. */
  readonly help?: string
  /** What else is wrong with the same statement; only from an embedded ledger and from this program. */
  readonly others?: readonly OtherFailure[]
}

/** One more error of a statement. */
export interface OtherFailure {
  readonly code: string
  readonly message: string
  readonly span: Span | undefined
  readonly help: string | undefined
}

/** What a failure means to the sender of the statement, whichever endpoint answered. Never throws. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof WireError) return describeWireError(error)
  if (error instanceof LedgerError) {
    return { kind: kindOfLedgerError(error), message: error.message, summary: error.message, ...factsOf(error) }
  }
  const message = error instanceof Error ? error.message : String(error)
  return { kind: 'bug', message, summary: message, code: 'bug' }
}

/** Whether the endpoint refused a statement: it has changed nothing then, and its transaction is still open. */
export function isRefused(error: unknown): boolean {
  return error instanceof WireError && kindOfWireError(error) === 'statement'
}

/** Whether a commit may have taken place, or not. */
export function isOutcomeUnknown(error: unknown): boolean {
  if (!(error instanceof LedgerError)) return false
  return error.code === 'transaction/unknown-outcome' || error.code === 'transaction/digest-mismatch'
}

function describeWireError(error: WireError): Failure {
  const { category, line, column, text } = parseStatementFault(error.message)
  return {
    kind: kindOfWireError(error),
    message: error.message,
    summary: text,
    code: error.code ?? error.name,
    ...(category === undefined ? {} : { category }),
    ...(line === undefined || column === undefined ? {} : { line, column }),
    ...(error.cause instanceof LedgerError ? factsOf(error.cause) : {}),
  }
}

function factsOf(error: LedgerError): Pick<Failure, 'code' | 'span' | 'help' | 'others'> {
  const others = error.others.map(({ code, message, span, help }) => ({ code, message, span, help }))
  return {
    code: error.code,
    ...(error.span === undefined ? {} : { span: error.span }),
    ...(error.help === undefined ? {} : { help: error.help }),
    ...(others.length === 0 ? {} : { others }),
  }
}

function kindOfWireError(error: WireError): FailureKind {
  switch (error.name) {
    case 'BadRequestException':
      return 'statement'
    case 'InvalidSessionException':
      return isDeadSession(error) ? 'dead-session' : 'expired'
    case 'OccConflictException':
      return 'conflict'
    case 'InternalFailure':
      return error.message === internalFaultText ? 'bug' : 'unavailable'
    case 'RateExceededException':
    case 'LimitExceededException':
    case 'CapacityExceededException':
    case 'ServiceUnavailable':
      return 'unavailable'
    default:
      return error.name satisfies never
  }
}

function kindOfLedgerError(error: LedgerError): FailureKind {
  switch (error.kind) {
    case 'input':
    case 'limit':
    case 'unsupported':
      return 'statement'
    case 'conflict':
      return 'conflict'
    case 'expired':
      return error.code === 'transaction/expired' ? 'expired' : 'dead-session'
    case 'unavailable':
    case 'corrupt':
      return 'unavailable'
    case 'cancelled':
      return 'cancelled'
    default:
      return error.kind satisfies never
  }
}
