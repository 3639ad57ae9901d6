import type { PlanExpression } from '../plan/plan.ts'
import { isAbsent } from '../values/value.ts'
import { compileExpression } from './compile-expression.ts'
import { type Doubts, isOfExpression } from './doubts.ts'
import type { Compiler, Evaluate, Frame, Test } from './frame.ts'
import { mistyped, type OperationSite, siteOf } from './type-errors.ts'

const fieldHelp = 'COALESCE(field, value) stands in for a field that is not there'

interface SureCondition {
  readonly condition: PlanExpression
  readonly evaluate: Evaluate
  readonly site: OperationSite
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
    }
  })
  return (frame) => {
    const before = doubts.point()
    let isSure = true
    for (const condition of compiled) {
      const found = outcomeOf(condition, doubts, isSure, frame)
      if (found === 'false') {
        doubts.forget(before)
        return false
      }
      if (found === 'doubtful') isSure = false
    }
    return isSure
  }
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
