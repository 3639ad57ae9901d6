import type { Operator, QueryPlan } from '../plan/plan.ts'

/** A line of a plan whose rows and time are counted separately. */
export type ProfiledStep = Operator | QueryPlan

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

interface StepCounts {
  /** How often it was opened. */
  loops: number
  /** Of all loops together. */
  rows: number
  /** That of the steps below is in it. */
  ms: number
}

export function msText(ms: number): string {
  return `${ms.toFixed(ms < 10 ? 3 : 1)} ms`
}

export function timed<T>(profile: Profile, counts: StepCounts, work: () => T): T {
  const startMs = profile.nowMs()
  try {
    return work()
  } finally {
    counts.ms += profile.nowMs() - startMs
  }
}
