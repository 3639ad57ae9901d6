import type { Env } from '../base/env.ts'
import { LedgerError } from '../base/errors.ts'
import { transactionRetriesMax } from '../base/limits.ts'
import { describeFailure, type Failure } from './failure.ts'
import { isDeadSession, isRetryable, retryDelayMs } from './retry.ts'
import { Session } from './session.ts'
import { Transaction } from './transaction.ts'
import type { SendOptions, Transport } from './transport.ts'

export interface ExecuteOptions {
  /** How often a transaction that failed is tried again. */
  readonly retries?: number
  /** Told before the wait that precedes each retry. */
  readonly onRetry?: (retry: Retry) => void
  /** No retry is begun once it is raised. Statements have to be given it themselves. */
  readonly signal?: AbortSignal
}

export interface Retry {
  /** 1 for the first retry. */
  readonly attempt: number
  readonly retries: number
  readonly delayMs: number
  readonly failure: Failure
}

/**
 * A ledger as its clients see it: transactions with retries, sessions kept for reuse. Semantics are those of Amazon's
 * drivers (qldb-driver "executeLambda"), with explicit transactions beside.
 */
export class Driver {
  readonly #transport: Transport
  readonly #ledger: string
  readonly #env: Env
  readonly #idle: Session[] = []
  #isClosed = false

  constructor(transport: Transport, ledger: string, env: Env) {
    this.#transport = transport
    this.#ledger = ledger
    this.#env = env
  }

  get transport(): Transport {
    return this.#transport
  }

  /**
   * Runs `work` in a transaction and commits it. `work` may be run several times, each time in a new transaction. A
   * transaction that `work` aborts itself is not committed and its value is returned all the same.
   * Rejects with what `work` or the last try was rejected with.
   */
  async execute<T>(work: (transaction: Transaction) => Promise<T>, options: ExecuteOptions = {}): Promise<T> {
    const retries = options.retries ?? transactionRetriesMax
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.#try(work, options)
      if (outcome.isDone) return outcome.value
      const { error, onCommit } = outcome
      const isGivenUp = options.signal?.aborted === true || attempt > retries
      if (isGivenUp || !isRetryable(error, onCommit)) throw error
      const delayMs = retryDelayMs(attempt, this.#env)
      options.onRetry?.({ attempt, retries, delayMs, failure: describeFailure(error) })
      await this.#env.sleep(delayMs)
    }
  }

  /** Opens a transaction that the caller commits or aborts. No retries: a session found dead is replaced, though. */
  async begin(options: SendOptions = {}): Promise<Transaction> {
    for (;;) {
      this.#needOpen()
      const idle = this.#idle.pop()
      const session = idle ?? (await Session.start(this.#transport, this.#ledger, options))
      try {
        const id = await session.startTransaction(options)
        return new Transaction(session, id, (ended) => this.#release(ended))
      } catch (error) {
        if (idle !== undefined && isDeadSession(error)) continue
        await session.recover(error)
        this.#release(session)
        throw error
      }
    }
  }

  /** Makes sure that the ledger answers: starts a session, or a transaction on an idle one. Rejects as `begin` does. */
  async check(options: SendOptions = {}): Promise<void> {
    if (this.#idle.length > 0) {
      const transaction = await this.begin(options)
      await transaction.abort()
      return
    }
    this.#needOpen()
    this.#release(await Session.start(this.#transport, this.#ledger, options))
  }

  /** Ends the idle sessions and closes the transport. Open transactions fail from now on. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await Promise.all(this.#idle.splice(0).map((session) => session.end()))
    await this.#transport.close()
  }

  async #try<T>(work: (transaction: Transaction) => Promise<T>, options: ExecuteOptions): Promise<Outcome<T>> {
    let transaction: Transaction | undefined
    let onCommit = false
    try {
      transaction = await this.begin(options.signal === undefined ? {} : { signal: options.signal })
      const value = await work(transaction)
      if (transaction.failure !== undefined) throw transaction.failure
      if (transaction.isOpen) {
        onCommit = true
        await transaction.commit(options.signal === undefined ? {} : { signal: options.signal })
      }
      return { isDone: true, value }
    } catch (error) {
      await transaction?.abort()
      return { isDone: false, error, onCommit }
    }
  }

  #release(session: Session): void {
    if (!session.isAlive) return
    if (this.#isClosed) void session.end()
    else this.#idle.push(session)
  }

  #needOpen(): void {
    if (this.#isClosed) throw new LedgerError('ledger/closed', 'the driver is closed')
  }
}

type Outcome<T> =
  | { readonly isDone: true; readonly value: T }
  | { readonly isDone: false; readonly error: unknown; readonly onCommit: boolean }
