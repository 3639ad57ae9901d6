import { LedgerError } from '../base/errors.ts'

/** How many values may be read: each takes some 70 bytes of memory, and as little as one of Ion. */
export class ValueBudget {
  readonly #max: number
  readonly #refuse: (max: number) => LedgerError
  #taken = 0

  /** `refuse` makes the error of one value too many; by default that of a statement's parameters. */
  constructor(max: number, refuse = tooManyParameters) {
    this.#max = max
    this.#refuse = refuse
  }

  /** Counts a value or an annotation. Throws what `refuse` gives. */
  take(): void {
    this.#taken += 1
    if (this.#taken > this.#max) throw this.#refuse(this.#max)
  }
}

function tooManyParameters(max: number): LedgerError {
  const text = `the parameters of one statement have more than ${max} values (--quota parameter-values)`
  return new LedgerError('evaluator/limit', text, {
    help: `send them in several statements, or raise the limit with --quota parameter-values=${2 * max}`,
  })
}
