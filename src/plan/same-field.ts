import type { PlanExpression } from './plan.ts'
import type { PlanPart } from './plan-parts.ts'
import { expressionKey } from './walk-plan.ts'

type Variable = Extract<PlanExpression, { kind: 'field' | 'slot' }>

/** A field that is compared with itself. */
export interface SameField {
  readonly left: Variable
  readonly right: Variable
  /** What the comparison is wherever the field has a value. */
  readonly isTrue: boolean
}

/** `a = a`, whatever the comparison, `a LIKE a`, `a IN (a, 'b')`; undefined for anything else. */
export function sameFieldOf(part: PlanPart): SameField | undefined {
  switch (part.kind) {
    case 'binary': {
      if (!/^(=|<>|<|<=|>|>=|is .*)$/.test(part.op)) return undefined
      return pairOf(part.left, [part.right], /^(=|<=|>=|is not distinct from)$/.test(part.op))
    }
    case 'like':
      return part.escape === undefined ? pairOf(part.operand, [part.pattern], !part.negated) : undefined
    case 'in':
      return part.collection.kind === 'sequence'
        ? pairOf(part.operand, part.collection.items, !part.negated)
        : undefined
    default:
      return undefined
  }
}

function pairOf(left: PlanExpression, others: readonly PlanExpression[], isTrue: boolean): SameField | undefined {
  if (!isVariable(left)) return undefined
  const right = others.find(
    (other): other is Variable => isVariable(other) && expressionKey(left) === expressionKey(other),
  )
  return right && { left, right, isTrue }
}

function isVariable(side: PlanExpression): side is Variable {
  return side.kind === 'field' ? side.operand.kind === 'slot' || isVariable(side.operand) : side.kind === 'slot'
}
