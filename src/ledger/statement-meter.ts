import { LedgerError } from '../base/errors.ts'
import { ticksBetweenChecks } from '../base/limits.ts'
import type { Meter } from '../exec/source.ts'

/** Counts one statement's reads and writes, and asks now and then whether the user wants it to stop. */
export class StatementMeter implements Meter {
  readIos = 0
  writeIos = 0
  #ticks = 0
  readonly #isCancelled: (() => boolean) | undefined

  constructor(isCancelled: (() => boolean) | undefined) {
    this.#isCancelled = isCancelled
  }

  tick(): void {
    this.#ticks += 1
    if (this.#ticks % ticksBetweenChecks === 0) this.check()
  }

  check(): void {
    if (this.#isCancelled?.() !== true) return
    throw new LedgerError('cancelled/by-user', 'the statement was cancelled')
  }
}
