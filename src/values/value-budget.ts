import { LedgerError } from '../base/errors.ts'

/** How many values may be read: each takes some 70 bytes of memory, and as little as one of Ion. */
export class ValueBudget {
  readonly #max: number
  #taken = 0

  constructor(max: number) {
    this.#max = max
  }

  /** Counts a value or an annotation. Throws LedgerError 'evaluator/limit'. */
  take(): void {
    this.#taken += 1
    if (this.#taken <= this.#max) return
    const text = `the parameters of one statement have more than ${this.#max} values (--quota parameter-values)`
    throw new LedgerError('evaluator/limit', text, {
      help: `send them in several statements, or raise the limit with --quota parameter-values=${2 * this.#max}`,
    })
  }
}
