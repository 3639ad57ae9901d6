import type { Operator, QueryPlan } from '../plan/plan.ts'
import type { Cursor, Evaluate, Frame, Open, OpenRows } from './frame.ts'
import type { Compiler } from './compiler.ts'
import { timed } from './step-profile.ts'

/** Counts an operator's rows where a statement is compiled to be analyzed; elsewhere the operator itself. */
export function profiledOperator(open: Open, step: Operator, compiler: Compiler): Open {
  if (!compiler.isProfiled) return open
  return (frame) => profiledCursor(() => open(frame), step, frame)
}

/** The same for one opening. */
export function profiledCursor<T extends Cursor>(open: () => T, step: Operator, frame: Frame): Cursor {
  const { profile } = frame
  if (profile === undefined) return open()
  const counts = profile.countsOf(step)
  counts.loops += 1
  const cursor = timed(profile, counts, open)
  const next = () => cursor.next()
  return {
    next() {
      const found = timed(profile, counts, next)
      if (found) counts.rows += 1
      return found
    },
    close: () => cursor.close(),
  }
}

/** The same for the rows of a query. */
export function profiledRows(open: OpenRows, step: QueryPlan, compiler: Compiler): OpenRows {
  if (!compiler.isProfiled) return open
  return (frame) => {
    const { profile } = frame
    if (profile === undefined) return open(frame)
    const counts = profile.countsOf(step)
    counts.loops += 1
    const rows = timed(profile, counts, () => open(frame))
    const next = () => rows.next()
    return {
      next() {
        const found = timed(profile, counts, next)
        if (found.done !== true) counts.rows += 1
        return found
      },
      return: () => rows.return?.() ?? { done: true, value: undefined },
    }
  }
}

/** The same for a query that gives one value. */
export function profiledValue(evaluate: Evaluate, step: QueryPlan, compiler: Compiler): Evaluate {
  if (!compiler.isProfiled) return evaluate
  return (frame) => {
    const { profile } = frame
    if (profile === undefined) return evaluate(frame)
    const counts = profile.countsOf(step)
    counts.loops += 1
    counts.rows += 1
    return timed(profile, counts, () => evaluate(frame))
  }
}
