import type { LedgerError } from '../base/errors.ts'
import type { Span } from '../base/span.ts'
import type { Value } from '../values/value.ts'
import type { PlanExpression, PlanSettings, Typing } from './plan.ts'

/**
 * How to plan a statement: dialect, typing, and the optional parts that `exec` supplies, since `plan` may not import
 * it.
 */
export interface PlanOptions {
  /** Refuse what QLDB did not have. */
  readonly strictQldb: boolean
  readonly typing: Typing
  /** Match unquoted names without regard to case where none matches exactly. A ledger does not: QLDB's names are exact. */
  readonly foldsCase?: boolean
  /**
   * What is wrong with a call's name or the number of its arguments. Asked so that an error about names can report
   * calls, too; a plan whose calls alone are wrong is built, and refused when it is compiled.
   */
  readonly checkCall?: (name: string, argumentCount: number, span: Span) => LedgerError | undefined
  /**
   * False: every condition stays where it is written, sources are scanned, joins are nested loops. Such a plan says what
   * an optimised one must give; a test compares them.
   */
  readonly optimise?: boolean
  /** Evaluates what has only constants in it (fold-constants.ts); left out: nothing is evaluated before the run. */
  readonly evaluateConstant?: (
    expression: PlanExpression,
    settings: PlanSettings,
    purpose?: 'read' | 'write',
  ) => Value | undefined
}
