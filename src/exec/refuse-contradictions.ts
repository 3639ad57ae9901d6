import { LedgerError } from '../base/errors.ts'
import type { ChangePlan, InsertPlan } from '../plan/change-plan.ts'
import { partsOf, type PlanPart } from '../plan/plan-parts.ts'
import type { Operator, PlanExpression } from '../plan/plan.ts'
import type { Value } from '../values/value.ts'
import { constantOf, contradictionOf, type ReadFixed } from './contradictions.ts'
import type { Frame } from './frame.ts'

/** Conditions that are joined. */
interface Joined {
  readonly op: 'and' | 'or'
  readonly conditions: readonly PlanExpression[]
  /** Whether a document is changed only where it is true: then one that is never true changes nothing. */
  readonly isChoice: boolean
}

/**
 * A change must not be chosen by conditions that contradict each other: `a <> 'x' OR a <> 'y'` is true of every value, and
 * so is NOT (a = 'x' AND a = 'y'). Gives what checks the parameters of a run; undefined where there is nothing to check.
 */
export function compileRefuseContradictions(plan: ChangePlan | InsertPlan): ((frame: Frame) => void) | undefined {
  const found: Joined[] = []
  if (plan.kind === 'change') collect(plan.input, true, found)
  else collect(plan.value.kind === 'query' ? plan.value.query : plan.value, plan.value.kind === 'query', found)
  for (const part of plan.kind === 'change' ? plan.changes : partsOf(plan.conflict ?? [])) collect(part, false, found)
  const later: Joined[] = []
  for (const joined of found) {
    refuse(joined, constantOf)
    if (joined.conditions.some(holdsParameter)) later.push(joined)
  }
  if (later.length === 0) return undefined
  return ({ context }) => {
    const read = (part: PlanExpression): Value | undefined =>
      part.kind === 'parameter' ? context.parameters[part.ordinal] : constantOf(part)
    for (const joined of later) refuse(joined, read)
  }
}

function refuse({ op, conditions, isChoice }: Joined, read: ReadFixed): void {
  if (op === 'and' && isChoice) return
  const found = contradictionOf(conditions, op, read)
  if (found === undefined) return
  const [first, second] = found.parts
  throw new LedgerError('semantic/invalid', `the condition is the same for every document: ${found.reason}`, {
    span: { start: Math.min(first.span.start, second.span.start), end: Math.max(first.span.end, second.span.end) },
  })
}

function collect(part: PlanPart, isChoice: boolean, into: Joined[]): void {
  if (part.kind === 'filter') into.push({ op: 'and', conditions: filteredBy(part), isChoice })
  if (part.kind === 'join') into.push({ op: 'and', conditions: part.on, isChoice: isChoice && part.join === 'inner' })
  if (part.kind === 'binary' && (part.op === 'and' || part.op === 'or')) {
    const conditions = joinedBy(part, part.op)
    into.push({ op: part.op, conditions, isChoice })
    for (const condition of conditions) collect(condition, isChoice, into)
    return
  }
  const isStill = isChoice && keepsChoice(part)
  for (const below of partsOf(part)) collect(below, isStill, into)
}

/** Whether a row is there only where what stands in this part is true. */
function keepsChoice(part: PlanPart): boolean {
  if (part.kind === 'join') return part.join === 'inner'
  return /^(select|filter|let|sort|scan-table)$/.test(part.kind ?? '')
}

/** The conditions of filters one above the other. */
export function filteredBy(operator: Operator): readonly PlanExpression[] {
  return operator.kind === 'filter' ? [...operator.conditions, ...filteredBy(operator.input)] : []
}

/** The operands of a tree of one operator; the tree's own nodes go into `nodes`. */
export function joinedBy(
  expression: PlanExpression,
  op: 'and' | 'or',
  nodes: Set<PlanExpression> = new Set(),
): readonly PlanExpression[] {
  const found: PlanExpression[] = []
  const open = [expression]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at.kind === 'binary' && at.op === op) {
      nodes.add(at)
      open.push(at.right, at.left)
    } else found.push(at)
  }
  return found
}

function holdsParameter(part: PlanPart): boolean {
  return part.kind === 'parameter' || partsOf(part).some(holdsParameter)
}
