import { isErrorCode, LedgerError } from '../base/errors.ts'
import { errorHeaderCharactersMax, shownErrorsMax } from '../base/limits.ts'
import { parseStatementFault } from './error-texts.ts'
import { headerOf, headerValue } from './header-json.ts'
import { WireError } from './message.ts'

/**
 * How this program's own facts about an error (code, place, help, what else is wrong) travel over HTTP, beside the answer
 * that any client of QLDB understands. A client that wants them sends the header with `1`; Amazon's drivers never do.
 */
export const errorHeader = 'x-qldb-error'

interface Facts {
  readonly code: string
  readonly message?: string
  readonly start?: number
  readonly end?: number
  readonly help?: string
  readonly others?: readonly Facts[]
}

/** Undefined for an error that was no LedgerError. What is too long goes without the other errors, then without help. */
export function encodeErrorFacts({ cause }: WireError): string | undefined {
  if (!(cause instanceof LedgerError)) return undefined
  const others = cause.others.slice(0, shownErrorsMax).map((other) => ({ ...factsOf(other), message: other.message }))
  const whole = headerOf({ ...factsOf(cause), ...(others.length === 0 ? {} : { others }) })
  if (whole.length <= errorHeaderCharactersMax) return whole
  const alone = headerOf(factsOf(cause))
  return alone.length <= errorHeaderCharactersMax ? alone : headerOf({ code: cause.code })
}

/** The error with what a header says of it; the error as it is for a header that is not ours. */
export function withErrorFacts(error: WireError, header: string | undefined): WireError {
  const facts = headerValue(header, errorHeaderCharactersMax)
  if (typeof facts !== 'object' || facts === null) return error
  const cause = errorOf({ ...facts, message: parseStatementFault(error.message).text })
  return cause === undefined ? error : new WireError(error.name, error.message, error.code, error.requestId, { cause })
}

function factsOf({ code, span, help }: LedgerError): Facts {
  return { code, ...(span && { start: span.start, end: span.end }), ...(help === undefined ? {} : { help }) }
}

function errorOf(facts: Record<string, unknown>): LedgerError | undefined {
  const { code, message, start, end, help, others } = facts
  if (typeof code !== 'string' || !isErrorCode(code) || typeof message !== 'string') return undefined
  const hasSpan = Number.isSafeInteger(start) && Number.isSafeInteger(end)
  const more = Array.isArray(others) ? others.slice(0, shownErrorsMax) : []
  return new LedgerError(code, message, {
    ...(hasSpan ? { span: { start: start as number, end: end as number } } : {}),
    ...(typeof help === 'string' ? { help } : {}),
    others: more.flatMap((one) => errorOf((one ?? {}) as Record<string, unknown>) ?? []),
  })
}
