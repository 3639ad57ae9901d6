import type { Operator, QueryPlan } from '../plan/plan.ts'
import type { Compiler, Cursor, Evaluate, Frame, Open, OpenRows } from './frame.ts'

/** A line of a plan that is counted by itself. */
export type ProfiledStep = Operator | QueryPlan

interface StepCounts {
  /** How often it was opened. */
  loops: number
  /** Of all loops together. */
  rows: number
  /** That of the steps below is in it. */
  ms: number
}

/** What EXPLAIN ANALYZE counts, step by step. Only statements compiled for it look for one. */
export class Profile {
  readonly nowMs: () => number
  readonly #steps = new Map<ProfiledStep, StepCounts>()

  constructor(nowMs: () => number) {
    this.nowMs = nowMs
  }

  countsOf(step: ProfiledStep): StepCounts {
    const known = this.#steps.get(step)
    if (known !== undefined) return known
    const counts = { loops: 0, rows: 0, ms: 0 }
    this.#steps.set(step, counts)
    return counts
  }

  /** ` (12 rows, 0.3 ms)`, for the end of the step's line. */
  readonly noteOf = (step: ProfiledStep): string => {
    const counts = this.#steps.get(step)
    if (counts === undefined) return ' (never run)'
    const { loops, rows, ms } = counts
    const text = `${rows} ${rows === 1 ? 'row' : 'rows'}${loops === 1 ? '' : ` in ${loops} loops`}`
    return ` (${text}, ${msText(ms)})`
  }
}

export function msText(ms: number): string {
  return `${ms.toFixed(ms < 10 ? 3 : 1)} ms`
}

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

function timed<T>(profile: Profile, counts: StepCounts, work: () => T): T {
  const startMs = profile.nowMs()
  try {
    return work()
  } finally {
    counts.ms += profile.nowMs() - startMs
  }
}
