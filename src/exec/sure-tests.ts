import { fieldHelp } from '../base/hints.ts'
import type { PlanExpression } from '../plan/plan.ts'
import { isAbsent } from '../values/value.ts'
import { compileExpression } from './compile-expression.ts'
import { type Doubts, isOfExpression } from './doubts.ts'
import type { Evaluate, Frame, Test } from './frame.ts'
import type { Compiler } from './compiler.ts'
import { mistyped, type OperationSite, siteOf } from './type-errors.ts'
import { partsOf, type PlanPart } from '../plan/plan-parts.ts'

interface SureCondition {
  readonly condition: PlanExpression
  readonly evaluate: Evaluate
  readonly site: OperationSite
  /** Whether it has no sub-query. */
  readonly isPlain: boolean
}

/**
 * Whether all conditions are surely true (sure-conditions.ts). A condition that is true or false was decided without what
 * is in doubt in it; of a row that one of them surely refuses nothing is in doubt.
 */
export function compileSureTests(conditions: readonly PlanExpression[], compiler: Compiler, doubts: Doubts): Test {
  const compiled = conditions.map((condition): SureCondition => {
    return {
      condition,
      evaluate: compileExpression(condition, compiler),
      site: siteOf(condition, compiler, 'condition'),
      isPlain: !hasQuery(condition),
    }
  })
  return (frame) => {
    const before = doubts.point()
    let isSure = true
    for (const condition of compiled) {
      const found = outcomeOf(condition, doubts, isSure, frame)
      if (found === 'false') {
        if (doubts.isInQuery) meetKinds(compiled, compiled.indexOf(condition) + 1, doubts, frame)
        doubts.forget(before)
        return false
      }
      if (found === 'doubtful') isSure = false
    }
    return isSure
  }
}

/**
 * The other conditions meet the values of a row, too, that one of them refuses: those may be of the kind that excuses a
 * comparison. Not where that costs a sub-query.
 */
function meetKinds(conditions: readonly SureCondition[], from: number, doubts: Doubts, frame: Frame): void {
  for (let at = from; at < conditions.length; at += 1) {
    const one = conditions[at] as SureCondition
    if (one.isPlain) outcomeOf(one, doubts, false, frame)
  }
}

function hasQuery(part: PlanPart): boolean {
  return part.kind === 'query' || part.kind === 'table' || partsOf(part).some(hasQuery)
}

function outcomeOf(
  { condition, evaluate, site }: SureCondition,
  doubts: Doubts,
  isFirst: boolean,
  frame: Frame,
): 'true' | 'false' | 'doubtful' {
  const before = doubts.point()
  const { casts } = doubts
  try {
    const value = evaluate(frame)
    if (value.type === 'bool') {
      doubts.decided(condition.span)
      doubts.forget(before)
      frame.marks[site.mark] = 1
      return value.value ? 'true' : 'false'
    }
    if (value.type === 'missing' && doubts.count === before.count && doubts.deciding?.has(condition) === true) {
      doubts.note({
        message: 'a condition is MISSING for every row',
        span: condition.span,
        decides: true,
        help: fieldHelp,
      })
    }
    if (!isAbsent(value)) mistyped(site, `a condition must be a boolean, not ${value.type}`, frame)
  } catch (error) {
    // It is not evaluated where one before it is not true.
    if (isFirst || !isOfExpression(error)) throw error
    return 'doubtful'
  }
  if (doubts.isInQuery && doubts.casts !== casts && doubts.lastCast !== undefined) doubts.note(doubts.lastCast)
  return doubts.count === before.count ? 'false' : 'doubtful'
}
