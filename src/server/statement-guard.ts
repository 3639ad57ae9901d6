import type { Env } from '../base/env.ts'
import type { TransactionStart } from '../protocol/transaction-start.ts'
import type { HostedRun } from './ledger-host.ts'

/** How the sender of a request watches and stops it while the engine runs it. */
export interface RequestControl {
  /** Called often, so it must be cheap; true cancels the statement with LedgerError 'cancelled/by-user'. */
  readonly isCancelled?: () => boolean
  /** Called often, so it must be cheap, with the read IOs of the running statement so far. */
  readonly onProgress?: (readIos: number) => void
  /** Rows may be handed over as values, not encoded: the sender is in the same thread. */
  readonly takesValues?: boolean
  /** Add the statement's notices to the last page of a result. */
  readonly takesNotices?: boolean
  /** The transaction is begun first, in a session that has none. */
  readonly start?: TransactionStart
  /** A transaction that is begun may only read: the first other statement fails with 'transaction/reads-only'. */
  readonly readsOnly?: boolean
  /** The same for statements that may take long for a row or must not run twice, and for larger rows: 'transaction/brief-only'. */
  readonly briefOnly?: { readonly rowBytesMax: number }
}

export type StopReason = 'deadline' | 'user'

/**
 * Lets a running statement be stopped. The engine runs a statement without ever waiting, so at most one runs at a
 * time and one guard serves all ledgers of a handler: give `isCancelled` to each ledger that its host opens, and the
 * guard to `createHandler`. Without that, a statement is stopped only between two rows of its result.
 */
export class StatementGuard {
  readonly #env: Env
  #control: RequestControl = {}
  #deadlineMs = Number.POSITIVE_INFINITY
  #meter: HostedRun['meter'] | undefined
  #reason: StopReason | undefined

  constructor(env: Env) {
    this.#env = env
  }

  /**
   * Whether the running statement has to stop; false when none runs. A ledger may pass how much it has read: during a
   * change only the ledger knows. An arrow function, so that it can be passed on.
   */
  readonly isCancelled = (readIos = this.#meter?.readIos): boolean => {
    if (readIos !== undefined) this.#control.onProgress?.(readIos)
    if (this.#control.isCancelled?.() === true) this.#reason = 'user'
    else if (this.#env.monotonicMs() >= this.#deadlineMs) this.#reason = 'deadline'
    return this.#reason !== undefined
  }

  /** Why the statement was stopped, if it was. */
  get reason(): StopReason | undefined {
    return this.#reason
  }

  /** From now on the engine works for this request, until `release`. */
  hold(deadlineMs: number, control: RequestControl): void {
    this.#deadlineMs = deadlineMs
    this.#control = control
    this.#meter = undefined
    this.#reason = undefined
  }

  watch(meter: HostedRun['meter']): void {
    this.#meter = meter
  }

  release(): void {
    if (this.#meter !== undefined) this.#control.onProgress?.(this.#meter.readIos)
    this.hold(Number.POSITIVE_INFINITY, {})
  }
}
