import { passLoop } from '../base/interruption.ts'
import type { ChangeStep, TargetStep } from './change-plan.ts'
import type {
  Access,
  ExcludeStep,
  Operator,
  PlanExpression,
  QueryPlan,
  RowPart,
  SpreadStep,
  TableSource,
} from './plan.ts'
import type { PlanStatement } from './statement-plan.ts'

/** Whatever a plan consists of: nodes, which have a kind, and the records in them: a branch of CASE, a sort key. */
export type PlanPart =
  | PlanStatement
  | ChangeStep
  | TargetStep
  | QueryPlan
  | Operator
  | TableSource
  | Access
  | PlanExpression
  | RowPart
  | SpreadStep
  | ExcludeStep
  | PlanRecord

interface PlanRecord {
  readonly kind?: undefined
}

/**
 * The parts that a part of a plan, or a list of them, directly consists of, in their order; those of lists in it one by
 * one. A constant has none. Spans and what the catalog says of a table are no parts.
 */
export function partsOf(part: object): PlanPart[] {
  passLoop()
  const parts: PlanPart[] = []
  if ((part as PlanPart).kind === 'constant') return parts
  for (const [name, below] of Object.entries(part)) if (name !== 'span' && name !== 'table') collect(below, parts)
  return parts
}

function collect(below: unknown, into: PlanPart[]): void {
  if (typeof below !== 'object' || below === null) return
  if (Array.isArray(below)) for (const item of below) collect(item, into)
  else into.push(below as PlanPart)
}
