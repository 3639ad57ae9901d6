import type { PlanExpression } from '../plan/plan.ts'
import type { RelationName } from './near-values.ts'
import type { ComparisonSite } from './notice-sites.ts'

/** What is compared under one part of the plan. */
export interface WatchedComparison extends Omit<ComparisonSite, 'mark'> {
  readonly part: object
}

/** The comparisons that an expression makes itself, without those of its operands. */
export function comparisonsOf(expression: PlanExpression): readonly WatchedComparison[] {
  switch (expression.kind) {
    case 'binary': {
      const { op, left, right } = expression
      if (!/^(?:=|<>|[<>]=?|is .*distinct from)$/.test(op)) return []
      const isNegated = op === '<>' || op === 'is distinct from'
      return [{ part: expression, parts: [left, right], isNegated, isOrder: isOrder(op) }]
    }
    case 'in':
      return [{ part: expression, parts: listed(expression), isNegated: expression.negated, isListed: true }]
    case 'quantified': {
      const { op } = expression
      const isNegated = op === '<>'
      return [{ part: expression, parts: listed(expression), isNegated, isOrder: isOrder(op), isListed: true }]
    }
    case 'between':
      return boundsOf(expression)
    case 'case': {
      const { operand, branches } = expression
      if (operand === undefined) return []
      return branches.map((branch) => ({ part: branch, parts: [operand, branch.when], isNegated: false }))
    }
    case 'call':
      return comparedByCall(expression)
    default:
      return []
  }
}

function comparedByCall(call: Extract<PlanExpression, { kind: 'call' }>): readonly WatchedComparison[] {
  const parts = call.args.slice(0, 2)
  const site = { part: call, parts, call, isNegated: false }
  if (call.name === 'nullif') return [site]
  const relation = searches[call.name]
  return relation === undefined || parts.length < 2 ? [] : [{ ...site, relation }]
}

/** Functions that look for a text. */
const searches: Readonly<Record<string, RelationName>> = {
  starts_with: 'begin',
  position: 'within',
  replace: 'hold',
  split: 'hold',
}

function isOrder(op: string): boolean {
  return /^[<>]=?$/.test(op)
}

type Listing = Extract<PlanExpression, { kind: 'in' | 'quantified' }>

function listed({ operand, collection }: Listing): readonly PlanExpression[] {
  return [operand, collection]
}

/** The second bound is watched separately, since the first may decide without it. */
function boundsOf(expression: Extract<PlanExpression, { kind: 'between' }>): readonly WatchedComparison[] {
  const parts = [expression.operand, expression.low, expression.high]
  const both = { parts, isNegated: false, isOrder: true }
  return [
    { part: expression, ...both },
    { part: expression.high, ...both, ...(expression.negated ? { isBound: true } : {}) },
  ]
}
