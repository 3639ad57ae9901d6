import { partsOf, type PlanPart } from '../plan/plan-parts.ts'
import type { PlanExpression, QueryPlan } from '../plan/plan.ts'
import { isCorrelated } from '../plan/walk-plan.ts'
import { isFixed } from './plan-facts.ts'
import { rangeOf } from './impossible-numbers.ts'

type Query = Extract<PlanExpression, { kind: 'query' }>
type Path = Extract<PlanExpression, { kind: 'field' }>

/**
 * The sub-query of EXISTS, or of a COUNT that is compared, that reads nothing of the rows around it although it compares
 * fields: `NOT EXISTS (SELECT 1 FROM Ord AS o WHERE o.cust = o.id)`, where c.id was meant. IN rightly reads nothing of
 * them; there the operand's own name must stand in a comparison of one source with itself.
 */
export function aloofQuery(expression: PlanExpression): Query | undefined {
  if (expression.kind === 'in') {
    const { operand, collection } = expression
    if (operand.kind !== 'field' || collection.kind !== 'query' || isCorrelated(collection.query)) return undefined
    const isNamed = pathPairs(collection.query).some(
      ([left, right]) => rootOf(left) === rootOf(right) && (left.name === operand.name || right.name === operand.name),
    )
    return isNamed ? collection : undefined
  }
  const query = existsQuery(expression) ?? countQuery(expression)
  if (query === undefined || isCorrelated(query.query) || pathPairs(query.query).length === 0) return undefined
  return query
}

/**
 * The same of a whole condition, whatever its query compares: `WHERE EXISTS (SELECT 1 FROM Ord AS o WHERE o.status = 'open')`
 * takes all rows or none, and mostly a comparison with the row was forgotten.
 */
export function aloofCondition(condition: PlanExpression): Query | undefined {
  const query = existsQuery(condition) ?? countQuery(condition)
  return query === undefined || isCorrelated(query.query) || !readsTable(query.query) ? undefined : query
}

function readsTable(part: PlanPart): boolean {
  return part.kind === 'scan-table' || partsOf(part).some(readsTable)
}

function existsQuery(expression: PlanExpression): Query | undefined {
  if (expression.kind !== 'call' || expression.name !== 'exists') return undefined
  const [query] = expression.args
  return query?.kind === 'query' ? query : undefined
}

function countQuery(expression: PlanExpression): Query | undefined {
  if (expression.kind !== 'binary') return undefined
  const { left, right } = expression
  const [query, other] = left.kind === 'query' ? [left, right] : [right, left]
  return query.kind === 'query' && isFixed(other) && rangeOf(query) !== undefined ? query : undefined
}

/** The fields that its conditions compare with each other. */
function pathPairs(query: QueryPlan): readonly (readonly [Path, Path])[] {
  return query.kind === 'select' ? pairsIn(query.input) : []
}

function pairsIn(part: PlanPart): readonly (readonly [Path, Path])[] {
  if (part.kind === 'query') return []
  const below = partsOf(part).flatMap(pairsIn)
  if (part.kind === 'join' && part.hash !== undefined) {
    const { left, right } = part.hash
    return [...left.flatMap((key, at) => pairOf(key, right[at])), ...below]
  }
  return part.kind === 'binary' && /^(=|<>|<|<=|>|>=)$/.test(part.op)
    ? [...pairOf(part.left, part.right), ...below]
    : below
}

function pairOf(left: PlanExpression, right: PlanExpression | undefined): readonly (readonly [Path, Path])[] {
  return left.kind === 'field' && right?.kind === 'field' ? [[left, right]] : []
}

function rootOf(path: PlanExpression): number | undefined {
  let at = path
  while (at.kind === 'field' || at.kind === 'index') at = at.operand
  return at.kind === 'slot' ? at.slot : undefined
}
