import type { PlanExpression } from '../plan/plan.ts'
import { string } from '../values/value.ts'
import type { FindText } from './field-path.ts'
import type { Compiler, Evaluate } from './frame.ts'
import type { JoinSide } from './observation.ts'

/** The keys of one side of a hash join, whose types are noted until they have met the other side's. */
export function watchKeys(
  keys: readonly Evaluate[],
  /** Under which the pairs are watched (find-notice-sites.ts). */
  left: readonly PlanExpression[],
  side: JoinSide,
  compiler: Compiler,
): readonly Evaluate[] {
  return keys.map((evaluate, at): Evaluate => {
    const mark = compiler.sites.comparisonMark(left[at] as PlanExpression)
    return (frame) => {
      const value = evaluate(frame)
      if (frame.marks[mark] === 0) frame.observation?.joined(mark, side, value)
      return value
    }
  })
}

/** The same for a left key that is found as text without being evaluated. */
export function watchText(find: FindText | undefined, left: PlanExpression, compiler: Compiler): FindText | undefined {
  if (find === undefined) return undefined
  const mark = compiler.sites.comparisonMark(left)
  return (frame, place) => {
    const isFound = find(frame, place)
    if (isFound && frame.marks[mark] === 0) frame.observation?.joined(mark, 'left', anyText)
    return isFound
  }
}

const anyText = string('')
