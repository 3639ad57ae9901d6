import type { Env } from '../base/env.ts'
import { LedgerError } from '../base/errors.ts'
import { transactionAgeMsMax } from '../base/limits.ts'
import type { Driver } from '../driver/driver.ts'
import { describeFailure } from '../driver/failure.ts'
import type { Transaction } from '../driver/transaction.ts'
import type { EventSink, TransactionFate } from './events.ts'

/** For prompts and status lines. */
export interface OpenTransactionState {
  readonly id: string
  /** In milliseconds, by `env.nowMs`. */
  readonly startedMs: number
  readonly ageMsMax: number
}

interface Open {
  readonly transaction: Transaction
  readonly startedMs: number
  nextCheckMs: number
  /** Statements that have succeeded in it. */
  statements: number
}

/** The one transaction that `begin` opened, from its begin to its commit, rollback or expiry. */
export class OpenTransaction {
  readonly #env: Env
  #open: Open | undefined

  constructor(env: Env) {
    this.#env = env
  }

  /** Undefined when none is open. */
  get current(): Transaction | undefined {
    return this.#open?.transaction
  }

  get state(): OpenTransactionState | undefined {
    if (this.#open === undefined) return undefined
    const { transaction, startedMs } = this.#open
    return { id: transaction.id, startedMs, ageMsMax: transactionAgeMsMax }
  }

  /** Statements that have succeeded in the open transaction. */
  get statements(): number {
    return this.#open?.statements ?? 0
  }

  countStatement(): void {
    if (this.#open !== undefined) this.#open.statements += 1
  }

  async begin(driver: Driver, sink: EventSink): Promise<void> {
    if (this.#open !== undefined) throw alreadyOpen('a transaction is open already')
    const transaction = await driver.begin()
    const startedMs = this.#env.nowMs()
    this.#open = { transaction, startedMs, nextCheckMs: startedMs + transactionAgeMsMax, statements: 0 }
    await sink({ type: 'state' })
  }

  async commit(sink: EventSink): Promise<void> {
    const transaction = this.#needOpen('commit')
    this.#open = undefined
    try {
      await transaction.commit()
    } finally {
      await sink({ type: 'state' })
    }
    await sink({ type: 'notice', text: `transaction ${transaction.id} committed` })
  }

  async abort(sink: EventSink): Promise<void> {
    const transaction = this.#needOpen('abort')
    await this.drop(sink)
    await sink({ type: 'notice', text: `transaction ${transaction.id} aborted` })
  }

  /** Aborts it without a word; false when none is open. */
  async drop(sink: EventSink): Promise<boolean> {
    const open = this.#open
    if (open === undefined) return false
    this.#open = undefined
    await open.transaction.abort()
    await sink({ type: 'state' })
    return true
  }

  /** What becomes of it when something failed; `keeps`: it stays open, if the ledger has not ended it. */
  async settle(keeps: boolean, sink: EventSink): Promise<TransactionFate> {
    const open = this.#open
    if (open === undefined) return 'lost'
    const isOver = !open.transaction.isOpen
    if (keeps && !isOver) return 'open'
    await this.drop(sink)
    return isOver ? 'lost' : 'aborted'
  }

  /** Once its time should be over, asks the ledger, and says so if it is. `onExpired` is called before anything else can run. */
  async noticeExpiry(sink: EventSink, onExpired: () => void): Promise<void> {
    const open = this.#open
    const nowMs = this.#env.nowMs()
    if (open === undefined || nowMs < open.nextCheckMs) return
    open.nextCheckMs = nowMs + expiryChecksMs
    const failure = await open.transaction.check()
    if (failure === undefined || this.#open !== open) return
    this.#open = undefined
    onExpired()
    const { kind, summary } = describeFailure(failure)
    const end =
      kind === 'expired' ? `expired after ${Math.round((nowMs - open.startedMs) / 1000)} s` : `ended: ${summary}`
    await sink({ type: 'state' })
    await sink({ type: 'warning', text: `transaction ${open.transaction.id} ${end}; no changes were saved` })
  }

  #needOpen(command: string): Transaction {
    if (this.#open !== undefined) return this.#open.transaction
    throw new LedgerError('transaction/not-open', `nothing to ${command}: no transaction is open`, {
      help: "'begin' starts one",
    })
  }
}

/** Between two questions whether a transaction lives that should have expired: an endpoint may have another limit. */
const expiryChecksMs = 5_000

export function alreadyOpen(message: string): LedgerError {
  return new LedgerError('transaction/already-open', message, { help: "'commit' or 'abort' ends it" })
}
