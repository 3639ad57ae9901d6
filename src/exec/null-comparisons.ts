import type { PlanExpression } from '../plan/plan.ts'
import { isAbsent } from '../values/value.ts'
import type { NullComparison } from './notice-sites.ts'

export function isAbsentConstant(part: PlanExpression): boolean {
  return part.kind === 'constant' && isAbsent(part.value)
}

/** Whether a part of a comparison is NULL, or may be by a parameter. */
export function comparesNull(parts: readonly PlanExpression[], countsParameters: boolean): boolean {
  return parts.some((part) => isAbsentConstant(part) || (part.kind === 'parameter' && countsParameters))
}

/** `x IN (NULL)` and `x NOT IN (1, NULL)` are never true. */
export function nullList(
  { operand, collection, negated }: Extract<PlanExpression, { kind: 'in' }>,
  countsParameters: boolean,
): NullComparison | undefined {
  const parts = [operand, collection]
  const items =
    collection.kind === 'sequence'
      ? collection.items.map(isAbsentConstant)
      : collection.kind === 'constant' && 'items' in collection.value
        ? collection.value.items.map(isAbsent)
        : []
  const isNever = negated ? items.includes(true) : items.length > 0 && !items.includes(false)
  if (isNever) return { parts, kind: negated ? 'list' : 'null-list' }
  return comparesNull(parts, countsParameters) ? { parts, kind: 'other' } : undefined
}
