import { fieldHelp } from '../base/hints.ts'
import type { PlanExpression } from '../plan/plan.ts'
import type { Span } from '../base/span.ts'
import { isAbsent, string } from '../values/value.ts'
import type { Doubts } from './doubts.ts'
import { shapeOf } from './value-kinds.ts'
import { comparingKinds } from './sure-conditions.ts'
import type { FindText } from './field-path.ts'
import type { Evaluate } from './frame.ts'
import type { Compiler } from './compiler.ts'
import type { JoinSide } from './source-probe.ts'

/** The keys of one side of a hash join, whose types are noted until they have met the other side's. */
export function watchKeys(
  keys: readonly Evaluate[],
  /** Under which the pairs are watched (find-notice-sites.ts). */
  left: readonly PlanExpression[],
  /** Those of this side. */
  own: readonly PlanExpression[],
  side: JoinSide,
  compiler: Compiler,
): readonly Evaluate[] {
  const { doubts } = compiler
  return keys.map((made, at): Evaluate => {
    const evaluate = doubts?.deciding?.has(own[at] as PlanExpression)
      ? presentKey(made, own[at] as PlanExpression, doubts)
      : made
    if (doubts !== undefined) return doubtedKey(evaluate, (left[at] as PlanExpression).span, side, doubts)
    const mark = compiler.sites.comparisonMark(left[at] as PlanExpression)
    return (frame) => {
      const value = evaluate(frame)
      if (frame.marks[mark] === 0) frame.observation?.joined(mark, side, value)
      return value
    }
  })
}

/** Of a list that is written: a key that is MISSING for every row is a misspelt name. */
function presentKey(evaluate: Evaluate, { span }: PlanExpression, doubts: Doubts): Evaluate {
  return (frame) => {
    const value = evaluate(frame)
    if (value.type !== 'missing') doubts.decided(span)
    else doubts.note({ message: 'a key is MISSING for every row', span, help: fieldHelp, decides: true })
    return value
  }
}

/** In the second look at a change's conditions: a left key has no partner for its kind where the right side has none. */
function doubtedKey(evaluate: Evaluate, span: Span, side: JoinSide, doubts: Doubts): Evaluate {
  return (frame) => {
    const value = evaluate(frame)
    if (isAbsent(value)) return value
    if (side === 'right') {
      doubts.compared(span, undefined, value)
      return value
    }
    doubts.compared(span, value)
    const kinds = doubts.rightKinds(span)
    const kind = shapeOf(value)
    if (kinds === undefined || kinds.has(kind)) return value
    const [other] = kinds as ReadonlySet<string> & Iterable<string>
    doubts.note({ message: comparingKinds(kind, other as string), span, kinds: [kind, other as string] })
    return value
  }
}

/** The same for a left key that is found as text without being evaluated. */
export function watchText(find: FindText | undefined, left: PlanExpression, compiler: Compiler): FindText | undefined {
  if (find === undefined || compiler.doubts !== undefined) return undefined
  const mark = compiler.sites.comparisonMark(left)
  return (frame, place) => {
    const isFound = find(frame, place)
    if (isFound && frame.marks[mark] === 0) frame.observation?.joined(mark, 'left', anyText)
    return isFound
  }
}

const anyText = string('')
