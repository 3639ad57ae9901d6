import type { PlanSettings, PlanExpression, AnalyzePlan } from './plan.ts'
import type { InsertPlan, ChangePlan } from './change-plan.ts'
import type { DefinitionPlan } from './definition-plan.ts'
import type { Span } from '../base/span.ts'

/**
 * A statement with every name resolved: what `exec` compiles. No syntax tree is left in it.
 *
 * Rows are not objects. A statement has one flat array of slots; every variable (an alias, an ordinal, a document id, a
 * group key, an aggregate's result) owns one slot of it. Operators put values into slots, expressions read them.
 * Sub-queries use slots of their own in the same array, so that a correlated one reads its outer query's for free.
 */
export interface Plan extends PlanSettings {
  readonly statement: PlanStatement
  readonly slots: number
  /** How many parameters the statement has. */
  readonly parameters: number
  /** Whether it calls a function of the clock: run again, it would get another value and might have other rows. */
  readonly asksClock: boolean
}

export type PlanStatement =
  /** A query or any other expression. */
  | { readonly kind: 'query'; readonly value: PlanExpression }
  | InsertPlan
  | ChangePlan
  | DefinitionPlan
  | { readonly kind: 'redact'; readonly args: readonly PlanExpression[]; readonly span: Span }
  /** The lines of EXPLAIN, made when the plan was. */
  | { readonly kind: 'explain'; readonly lines: readonly string[] }
  | AnalyzePlan
