import type { Env } from '../base/env.ts'
import { LedgerError } from '../base/errors.ts'
import { ticksBetweenChecks } from '../base/limits.ts'
import type { Meter } from '../exec/source.ts'

/** What ends a statement before it is done. */
export interface StatementBounds {
  readonly isCancelled?: (() => boolean) | undefined
  /** How long it may work without giving a row. */
  readonly rowMs: number
  readonly env: Pick<Env, 'monotonicMs'>
}

/** Counts one statement's reads and writes, and asks now and then whether it has to stop. */
export class StatementMeter implements Meter {
  readIos = 0
  writeIos = 0
  #ticks = 0
  readonly #bounds: StatementBounds
  /** When work on the next row was first looked at; undefined before that, so that a row costs no look at the clock. */
  #sinceMs: number | undefined

  constructor(bounds: StatementBounds) {
    this.#bounds = bounds
  }

  /** Work on the next row begins. */
  beginRow(): void {
    this.#sinceMs = undefined
  }

  tick(): void {
    this.#ticks += 1
    if (this.#ticks % ticksBetweenChecks === 0) this.check()
  }

  check(): void {
    const { isCancelled, rowMs, env } = this.#bounds
    if (isCancelled?.() === true) throw new LedgerError('cancelled/by-user', 'the statement was cancelled')
    if (rowMs === Number.POSITIVE_INFINITY) return
    const nowMs = env.monotonicMs()
    this.#sinceMs ??= nowMs
    if (nowMs - this.#sinceMs >= rowMs) throw noRowFor(rowMs)
  }
}

function noRowFor(ms: number): LedgerError {
  const seconds = ms / 1000
  return new LedgerError(
    'evaluator/limit',
    `the statement gave no row for ${seconds} second${seconds === 1 ? '' : 's'}`,
    {
      help: `let it read less, or raise the limit with --quota row-seconds=${Math.ceil(2 * seconds)}`,
    },
  )
}
