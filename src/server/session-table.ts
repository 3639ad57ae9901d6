import { toBase64 } from '../base/bytes.ts'
import type { Env } from '../base/env.ts'
import { LedgerError } from '../base/errors.ts'
import { newId } from '../base/ids.ts'
import { sessionAgeMsMax, sessionsMax, transactionAgeMsMax } from '../base/limits.ts'
import {
  noSession,
  noTransaction,
  sessionExpired,
  transactionExpired,
  transactionOpen,
} from '../base/session-errors.ts'
import type { BeginOptions, HostedLedger, HostedTransaction } from './ledger-host.ts'
import { OpenResults } from './paging.ts'

export interface Session {
  readonly id: string
  readonly token: string
  readonly ledgerName: string
  readonly ledger: HostedLedger
  readonly endMs: number
  transaction: OpenTransaction | undefined
  /** The last transaction, when it ended by running out of time and the client has not been through with it. */
  expiredTransactionId: string | undefined
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
  /** On one ledger. */
  readonly sessionsMax: number
}

export const defaultSessionLimits: SessionLimits = { transactionAgeMsMax, sessionAgeMsMax, sessionsMax }

/**
 * Sessions and their transactions: at most one open transaction a session, each with an end in time.
 *
 * There is no timer: what has run out is found by `sweep`, which every request calls first. It looks at transactions in
 * the order in which they were begun: who begins them with less time left has to abort them. A session that has run
 * out is remembered as long again, so that its client gets `has expired` rather than `No such session`.
 */
export class SessionTable {
  readonly #env: Env
  readonly #limits: SessionLimits
  /** By token, oldest first: all live equally long, so the first to end stands first. */
  readonly #sessions = new Map<string, Session>()
  readonly #ended = new Map<string, Session>()
  readonly #counts = new Map<string, number>()
  /** Sessions with an open transaction, the oldest transaction first. */
  readonly #busy = new Set<Session>()

  constructor(env: Env, limits: SessionLimits) {
    this.#env = env
    this.#limits = limits
  }

  /** Throws LedgerError 'session/limit'. */
  start(ledgerName: string, ledger: HostedLedger): Session {
    const count = this.#counts.get(ledgerName) ?? 0
    if (count >= this.#limits.sessionsMax) throw new LedgerError('session/limit', 'Exceeded the session limit')
    const session: Session = {
      id: newId(this.#env),
      token: toBase64(this.#env.randomBytes(48)),
      ledgerName,
      ledger,
      endMs: this.#env.monotonicMs() + this.#limits.sessionAgeMsMax,
      transaction: undefined,
      expiredTransactionId: undefined,
    }
    this.#sessions.set(session.token, session)
    this.#counts.set(ledgerName, count + 1)
    return session
  }

  /** Throws LedgerError 'session/expired' or 'session/not-found', with QLDB's texts. */
  find(token: string): Session {
    const session = this.#sessions.get(token)
    if (session !== undefined) return session
    const ended = this.#ended.get(token)
    if (ended !== undefined) throw sessionExpired(ended.id)
    throw noSession()
  }

  /** `start`: with this id and life. Throws LedgerError 'transaction/already-open'. */
  begin(session: Session, start?: BeginOptions & { readonly leftMs: number }): OpenTransaction {
    if (session.transaction !== undefined) throw transactionOpen()
    const hosted = session.ledger.begin(start)
    session.expiredTransactionId = undefined
    session.transaction = {
      id: hosted.id,
      hosted,
      results: new OpenResults(),
      deadlineMs: this.#env.monotonicMs() + (start?.leftMs ?? this.#limits.transactionAgeMsMax),
    }
    this.#busy.add(session)
    return session.transaction
  }

  /** The open transaction. Throws LedgerError 'transaction/expired' or 'transaction/not-open' when `id` is another. */
  transactionOf(session: Session, id: string): OpenTransaction {
    if (session.transaction?.id === id) return session.transaction
    if (session.expiredTransactionId === id) throw transactionExpired(id)
    throw noTransaction()
  }

  /** Takes the transaction off its session, for the commit. Its results are closed. */
  release(session: Session): void {
    session.transaction?.results.close()
    session.transaction = undefined
    this.#busy.delete(session)
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
    if (!this.#sessions.delete(session.token)) return
    const left = (this.#counts.get(session.ledgerName) ?? 1) - 1
    if (left === 0) this.#counts.delete(session.ledgerName)
    else this.#counts.set(session.ledgerName, left)
  }

  endLedger(name: string): void {
    for (const session of [...this.#sessions.values()]) if (session.ledgerName === name) this.end(session)
  }

  endAll(): void {
    for (const session of [...this.#sessions.values()]) this.end(session)
    this.#ended.clear()
  }

  /** Ends whatever has run out of time. */
  sweep(): void {
    const nowMs = this.#env.monotonicMs()
    for (const session of this.#busy) {
      const transaction = session.transaction
      if (transaction === undefined || transaction.deadlineMs > nowMs) break
      this.expire(session, transaction)
    }
    for (const session of this.#sessions.values()) {
      if (session.endMs > nowMs) break
      this.end(session)
      this.#ended.set(session.token, session)
    }
    for (const session of this.#ended.values()) {
      const isForgotten = session.endMs + this.#limits.sessionAgeMsMax <= nowMs
      if (!isForgotten && this.#ended.size <= this.#limits.sessionsMax) break
      this.#ended.delete(session.token)
    }
  }
}
