import type { PlanExpression } from '../plan/plan.ts'
import type { Value } from '../values/value.ts'
import { impossiblePattern, impossibleValue } from './impossible-values.ts'

/** A comparison that is the same for every row, since a function never gives what it is compared with. */
export interface ImpossibleComparison {
  readonly parts: readonly PlanExpression[]
  readonly isNegated: boolean
  readonly reason: string
}

/** `UPPER(make) = 'Ford'`, and IN of such texts alone. */
export function impossibleComparison(expression: PlanExpression): ImpossibleComparison | undefined {
  switch (expression.kind) {
    case 'binary': {
      const { op, left, right } = expression
      if (!/^(?:=|<>|is (?:not )?distinct from)$/.test(op)) return undefined
      const reason = reasonOf(left, valuesOf(right)) ?? reasonOf(right, valuesOf(left))
      const isNegated = op === '<>' || op === 'is distinct from'
      return reason === undefined ? undefined : { parts: [left, right], isNegated, reason }
    }
    case 'in': {
      const { operand, collection, negated } = expression
      const reason = reasonOf(operand, itemsOf(collection))
      return reason === undefined ? undefined : { parts: [operand, collection], isNegated: negated, reason }
    }
    case 'like': {
      const { operand, pattern, negated } = expression
      const [value] = expression.escape === undefined ? (valuesOf(pattern) ?? []) : []
      const reason = value && impossiblePattern(operand, value)
      return reason === undefined ? undefined : { parts: [operand, pattern], isNegated: negated, reason }
    }
    default:
      return undefined
  }
}

/** Why a function gives none of these values; undefined where it may give one, or where there is none. */
function reasonOf(operand: PlanExpression, values: readonly Value[] | undefined): string | undefined {
  const reasons = values?.map((value) => impossibleValue(operand, value)) ?? []
  return reasons.every((reason) => reason !== undefined) ? reasons[0] : undefined
}

function valuesOf(part: PlanExpression): readonly Value[] | undefined {
  return part.kind === 'constant' ? [part.value] : undefined
}

/** Those of a list that the statement writes. */
function itemsOf(collection: PlanExpression): readonly Value[] | undefined {
  if (collection.kind === 'constant') {
    const { value } = collection
    return value.type === 'list' || value.type === 'bag' ? value.items : undefined
  }
  const items = collection.kind === 'sequence' ? collection.items.map(valuesOf) : []
  return items.some((one) => one === undefined) ? undefined : items.flatMap((one) => one ?? [])
}
