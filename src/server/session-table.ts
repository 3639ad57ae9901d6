import type { Env } from '../base/env.ts'
import { LedgerError } from '../base/errors.ts'
import { sessionAgeMsMax, sessionsMax, transactionAgeMsMax } from '../base/limits.ts'
import { transactionExpired } from '../base/session-errors.ts'
import type { BeginOptions, HostedLedger, HostedTransaction } from './ledger-host.ts'
import { OpenResults } from './paging.ts'
import { type SessionFacts, Sessions } from './sessions.ts'

export interface Session extends SessionFacts<OpenTransaction> {
  readonly ledger: HostedLedger
}

export interface OpenTransaction {
  readonly id: string
  readonly hosted: HostedTransaction
  readonly results: OpenResults
  readonly deadlineMs: number
}

export interface SessionLimits {
  readonly transactionAgeMsMax: number
  readonly sessionAgeMsMax: number
  /** Per ledger. */
  readonly sessionsMax: number
}

export const defaultSessionLimits: SessionLimits = { transactionAgeMsMax, sessionAgeMsMax, sessionsMax }

/**
 * The sessions of one engine and their transactions, each with an end in time.
 *
 * There is no timer: what has run out is found by `sweep`, which every request calls first. It looks at transactions in
 * the order in which they were begun: who begins them with less time left has to abort them.
 */
export class SessionTable {
  readonly #env: Env
  readonly #limits: SessionLimits
  readonly #sessions: Sessions<OpenTransaction, Session>

  constructor(env: Env, limits: SessionLimits) {
    this.#env = env
    this.#limits = limits
    this.#sessions = new Sessions(env, limits)
  }

  /** Throws LedgerError 'session/limit'. */
  start(ledgerName: string, ledger: HostedLedger): Session {
    if (this.#sessions.countOn(ledgerName) >= this.#limits.sessionsMax)
      throw new LedgerError('session/limit', 'Exceeded the session limit')
    return this.#sessions.start(ledgerName, { ledger })
  }

  /** Throws LedgerError 'session/expired' or 'session/not-found', with QLDB's texts. */
  find(token: string): Session {
    return this.#sessions.find(token)
  }

  /** `start`: with this id and life. Throws LedgerError 'transaction/already-open'. */
  begin(session: Session, start?: BeginOptions & { readonly leftMs: number }): OpenTransaction {
    this.#sessions.checkIdle(session)
    const hosted = session.ledger.begin(start)
    const transaction = {
      id: hosted.id,
      hosted,
      results: new OpenResults(),
      deadlineMs: this.#env.monotonicMs() + (start?.leftMs ?? this.#limits.transactionAgeMsMax),
    }
    this.#sessions.begin(session, transaction)
    return transaction
  }

  /** The open transaction. Throws LedgerError 'transaction/expired' or 'transaction/not-open' when `id` is another. */
  transactionOf(session: Session, id: string): OpenTransaction {
    return this.#sessions.transactionOf(session, id)
  }

  /** Takes the transaction off its session, for the commit. Its results are closed. */
  release(session: Session): void {
    session.transaction?.results.close()
    this.#sessions.release(session)
  }

  /** Aborts the open transaction, if there is one. */
  abort(session: Session): void {
    const transaction = session.transaction
    this.release(session)
    session.expiredTransactionId = undefined
    transaction?.hosted.abort()
  }

  /** Ends a transaction whose time has run out and returns the error that says so. */
  expire(session: Session, transaction: OpenTransaction): LedgerError {
    this.abort(session)
    session.expiredTransactionId = transaction.id
    return transactionExpired(transaction.id)
  }

  end(session: Session): void {
    this.abort(session)
    this.#sessions.end(session)
  }

  endLedger(name: string): void {
    for (const session of this.#sessions.list(name)) this.end(session)
  }

  endAll(): void {
    for (const session of this.#sessions.list()) this.end(session)
    this.#sessions.forgetEnded()
  }

  /** Ends whatever has run out of time. */
  sweep(): void {
    const nowMs = this.#env.monotonicMs()
    for (const session of this.#sessions.busy) {
      const transaction = session.transaction
      if (transaction === undefined || transaction.deadlineMs > nowMs) break
      this.expire(session, transaction)
    }
    for (const session of this.#sessions.outOfTime()) {
      this.end(session)
      this.#sessions.outlive(session)
    }
    this.#sessions.forgetOld()
  }
}
