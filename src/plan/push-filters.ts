import type { Access, JoinOperator, Operator, PlanExpression } from './plan.ts'
import type { PlanContext } from './scope.ts'
import { indexAccess } from './use-index.ts'
import { pushIntoQuery } from './push-into-query.ts'
import { mayRaise, slotsFilled, slotsRead } from './walk-plan.ts'

/**
 * Puts one condition as near to the sources as its variables allow: it then drops a row before the next source is
 * opened for it, and the source may find its rows by an index. A condition only ever keeps rows for which it is true, so
 * for inner joins the place does not change the rows. `mode` is `on` for a join's own condition, `where` otherwise: what
 * stands above a left join must not be pushed to its right side, its own condition may be pushed there only.
 *
 * A condition that may raise an error where others are false stays above what they drop: it sees no row that it would
 * not see where it is written.
 */
export function pushFilter(
  operator: Operator,
  condition: PlanExpression,
  context: PlanContext,
  mode: 'where' | 'on' = 'where',
): Operator {
  if (!isOneTable(operator) && mayRaise(condition)) return held(operator, condition, mode)
  switch (operator.kind) {
    case 'scan-table': {
      const access = indexAccess(operator, condition, context)
      const isBetter = access !== undefined && cost(access) < cost(operator.access)
      return filtered(isBetter ? { ...operator, access } : operator, condition)
    }
    case 'filter': {
      const input = pushFilter(operator.input, condition, context, mode)
      // What stays above the same source joins the conditions there, in the order in which they were written.
      if (input.kind !== 'filter' || input.conditions.at(-1) !== condition) return { ...operator, input }
      return { kind: 'filter', input: input.input, conditions: [...operator.conditions, ...input.conditions] }
    }
    case 'let':
      if (slotsRead(condition).has(operator.slot)) return filtered(operator, condition)
      return { ...operator, input: pushFilter(operator.input, condition, context, mode) }
    case 'join':
      return pushIntoJoin(operator, condition, context, mode)
    case 'scan-value':
      return pushIntoQuery(operator, condition, context) ?? filtered(operator, condition)
    default:
      return filtered(operator, condition)
  }
}

function filtered(input: Operator, condition: PlanExpression): Operator {
  return { kind: 'filter', input, conditions: [condition] }
}

function isOneTable(operator: Operator): boolean {
  return operator.kind === 'scan-table' || (operator.kind === 'filter' && isOneTable(operator.input))
}

/** A condition where it is written: above everything, or as one more of a join's own. */
function held(operator: Operator, condition: PlanExpression, mode: 'where' | 'on'): Operator {
  if (mode === 'on' && operator.kind === 'join') return { ...operator, on: [...operator.on, condition] }
  if (operator.kind !== 'filter') return filtered(operator, condition)
  return { ...operator, conditions: [...operator.conditions, condition] }
}

/** Ranks the ways to find rows, lowest first. A rank, not an estimate: there are no statistics. */
function cost(access: Access): number {
  return access.kind === 'scan' ? 4 : (access.kind === 'id' ? 0 : 2) + (access.many ? 1 : 0)
}

function pushIntoJoin(
  join: JoinOperator,
  condition: PlanExpression,
  context: PlanContext,
  mode: 'where' | 'on',
): Operator {
  const read = slotsRead(condition)
  const readsLeft = join.leftSlots.some((slot) => read.has(slot))
  const readsRight = join.rightSlots.some((slot) => read.has(slot))
  if (join.join === 'full') return mode === 'where' ? filtered(join, condition) : withPair(join, condition)
  if (join.join === 'left') {
    if (mode === 'where') {
      if (readsRight) return filtered(join, condition)
      return { ...join, left: pushFilter(join.left, condition, context) }
    }
    return pushRight(join, condition, context, readsLeft)
  }
  if (!readsRight) return { ...join, left: pushFilter(join.left, condition, context) }
  return pushRight(join, condition, context, readsLeft)
}

/**
 * Puts a condition on the right side of a join. One that reads the right side alone goes down there. One that reads both
 * becomes, in this order: a look-up of the right side by a correlated key (the right side is opened for each left row);
 * a key of a hash join, when it is an equality of the two sides and the right side does not depend on the left row
 * otherwise; a condition of the join.
 */
function pushRight(join: JoinOperator, condition: PlanExpression, context: PlanContext, readsLeft: boolean): Operator {
  if (!readsLeft) return { ...join, right: pushFilter(join.right, condition, context) }
  const right = pushFilter(join.right, condition, context)
  if (looksUp(right) && !looksUp(join.right)) {
    // A hash join reads its right side once; looking up for each left row reads less.
    const pairs = (join.hash?.left ?? []).map((left, position) => equality(left, join.hash?.right[position]))
    // Before the join's other conditions, one of which may raise where these are false.
    return { ...join, right, hash: undefined, on: [...pairs, ...join.on] }
  }
  return withPair(join, condition)
}

/** A condition of the join's own: a key of its hash, where it can be one. */
function withPair(join: JoinOperator, condition: PlanExpression): JoinOperator {
  const keys = equalitySides(condition, join)
  if (keys === undefined || slotsReadFrom(join.right, join.leftSlots)) {
    return { ...join, on: [...join.on, condition] }
  }
  const hash = { left: [...(join.hash?.left ?? []), keys.left], right: [...(join.hash?.right ?? []), keys.right] }
  return { ...join, hash }
}

function equality(left: PlanExpression, right: PlanExpression | undefined): PlanExpression {
  return { kind: 'binary', op: '=', left, right: right ?? left, span: left.span }
}

function looksUp(operator: Operator): boolean {
  if (operator.kind === 'filter') return looksUp(operator.input)
  return operator.kind === 'scan-table' && operator.access.kind !== 'scan'
}

function slotsReadFrom(operator: Operator, slots: readonly number[]): boolean {
  const read = slotsRead(operator)
  return slots.some((slot) => read.has(slot))
}

/** For `l = r` where each side reads one side of the join only: the two keys. */
function equalitySides(
  condition: PlanExpression,
  join: JoinOperator,
): { left: PlanExpression; right: PlanExpression } | undefined {
  if (condition.kind !== 'binary' || condition.op !== '=') return undefined
  const sides = [condition.left, condition.right].map((operand) => {
    const read = slotsRead(operand)
    const left = slotsFilled(join.left).some((slot) => read.has(slot))
    const right = slotsFilled(join.right).some((slot) => read.has(slot))
    return left === right ? 'mixed' : left ? 'left' : 'right'
  })
  if (sides[0] === 'left' && sides[1] === 'right') return { left: condition.left, right: condition.right }
  if (sides[0] === 'right' && sides[1] === 'left') return { left: condition.right, right: condition.left }
  return undefined
}
