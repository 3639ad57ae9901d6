import { type ErrorCode, LedgerError } from '../base/errors.ts'
import type { Span } from '../base/span.ts'
import { falseValue, missing, type Value } from '../values/value.ts'
import type { Frame } from './frame.ts'
import type { Compiler } from './compiler.ts'
import type { OperationRole } from './notice-sites.ts'

/**
 * An operation that a type error ends. In permissive typing its value is MISSING then; where it never had another one the
 * statement gets a notice. Whoever evaluates it sets its mark once it has a value: `frame.marks[site.mark] = 1`.
 */
export interface OperationSite {
  readonly compiler: Compiler
  readonly span: Span
  readonly mark: number
}

/** The site of a part of the plan. */
export function siteOf(
  part: { readonly span: Span },
  compiler: Compiler,
  role: OperationRole = 'value',
  /** What a notice shows of the statement. */
  shown: object = part,
): OperationSite {
  return { compiler, span: part.span, mark: compiler.sites.watchOperation(part, role, shown, part.span) }
}

/**
 * Errors about data types, and values that an operation is not defined for or has no result for: MISSING in permissive typing
 * (specification, section 4), so that one row ends no query. Division by zero, limits and what the statement itself gets wrong
 * are errors in both.
 */
const softCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'value/type-mismatch',
  'value/cannot-compare',
  'value/cannot-cast',
  'value/out-of-range',
  'evaluator/type-mismatch',
  'evaluator/no-such-path',
])

/** What an operation that threw gives: MISSING in permissive typing where the error is about types, else the error. */
export function failed(error: unknown, { compiler, span, mark }: OperationSite, frame: Frame): Value {
  if (!(error instanceof LedgerError)) throw error
  if (compiler.raises || !softCodes.has(error.code)) throw error.at(span)
  // A CAST that fails is asked about with IS MISSING and COALESCE.
  const doubt = { message: `of a type error (${error.message})`, span, mark }
  if (error.code === 'value/cannot-cast') compiler.doubts?.noteCast(doubt)
  else compiler.doubts?.note(doubt)
  frame.observation?.failed(mark, error.message, error.help)
  return missing
}

/** The same for an error that need not be made in permissive typing. */
export function mistyped({ compiler, span, mark }: OperationSite, message: string, frame: Frame): Value {
  if (compiler.raises) throw new LedgerError('evaluator/type-mismatch', message, { span })
  compiler.doubts?.note({ message: `of a type error (${message})`, span, mark })
  frame.observation?.failed(mark, message)
  return missing
}

export interface Untruth {
  readonly message: string
  readonly help: string
}

/**
 * FALSE for a value of which nobody asks that on purpose: in the second look at a change's conditions it decides nothing,
 * but under QLDB's own typing. What is written may be so.
 */
export function neverTrue({ compiler, span, mark }: OperationSite, { message, help }: Untruth, frame: Frame): Value {
  frame.observation?.failed(mark, message, help)
  const { doubts } = compiler
  if (doubts === undefined || doubts.deciding !== undefined || compiler.nullsMissing) return falseValue
  doubts.note({ message, span, help, mark })
  return missing
}
