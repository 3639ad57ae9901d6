import type { PlanExpression } from '../plan/plan.ts'
import { isAbsent, type Value } from '../values/value.ts'
import { equals } from '../values/compare.ts'
import { rangeOf, sameInRange } from './impossible-numbers.ts'
import { impossiblePattern, impossibleValue } from './impossible-values.ts'

/** A comparison that is the same for every row, since a function never gives what it is compared with. */
export interface ImpossibleComparison {
  readonly parts: readonly PlanExpression[]
  readonly isNegated: boolean
  readonly reason: string
  /** A bound that is natural for the function, as a month <= 12. */
  readonly isNatural?: boolean
}

/** `UPPER(make) = 'Ford'`, and IN of such texts alone. */
export function impossibleComparison(expression: PlanExpression): ImpossibleComparison | undefined {
  switch (expression.kind) {
    case 'binary': {
      const { op, left, right } = expression
      if (/^[<>]=?$/.test(op)) return orderInRange(expression)
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
    case 'between':
      return betweenInRange(expression)
    case 'quantified':
      return quantified(expression)
    default:
      return undefined
  }
}

type Kind<K extends PlanExpression['kind']> = Extract<PlanExpression, { kind: K }>

const mirrored = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const

/** `CHAR_LENGTH(x) >= 0` */
function orderInRange({ op, left, right }: Kind<'binary'>): ImpossibleComparison | undefined {
  const isMirrored = left.kind === 'constant'
  const [operand, other] = isMirrored ? [right, left] : [left, right]
  const range = other.kind === 'constant' ? rangeOf(operand) : undefined
  if (range === undefined || other.kind !== 'constant') return undefined
  const found = sameInRange(range, isMirrored ? mirrored[op as '<'] : op, other.value)
  if (found === undefined) return undefined
  const isNatural = /=/.test(op) && range.high !== undefined && range.isOpen !== true
  return { parts: [left, right], isNegated: found.isAlways, reason: found.reason, isNatural }
}

/** `EXTRACT(month FROM x) BETWEEN 13 AND 20` */
function betweenInRange({ operand, low, high, negated }: Kind<'between'>): ImpossibleComparison | undefined {
  const range = rangeOf(operand)
  if (range === undefined || low.kind !== 'constant' || high.kind !== 'constant') return undefined
  const found = [sameInRange(range, '>=', low.value), sameInRange(range, '<=', high.value)]
  const never = found.find((one) => one?.isAlways === false)
  return never && { parts: [operand, low, high], isNegated: negated, reason: never.reason }
}

/** `x <> ANY ('a', 'b')` is true of every value, `x = ALL ('a', 'b')` of none. */
function quantified({ op, quantifier, operand, collection }: Kind<'quantified'>): ImpossibleComparison | undefined {
  const isAny = op === '<>' && quantifier === 'any'
  if (!isAny && !(op === '=' && quantifier === 'all')) return undefined
  const [first, ...others] = itemsOf(collection) ?? []
  if (first === undefined || !others.some((one) => !isAbsent(one) && !isAbsent(first) && !equals(first, one)))
    return undefined
  const reason = isAny ? 'each differs from one of several; write <> ALL' : 'none equals several; write = ANY'
  return { parts: [operand, collection], isNegated: isAny, reason }
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
