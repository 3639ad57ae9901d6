import { toBase64 } from '../base/bytes.ts'
import type { Env } from '../base/env.ts'
import { newId } from '../base/ids.ts'
import {
  noSession,
  noTransaction,
  sessionExpired,
  transactionExpired,
  transactionOpen,
} from '../base/session-errors.ts'

/** What every session has, in an engine and in a router. */
export interface SessionFacts<T> {
  readonly id: string
  readonly token: string
  readonly ledgerName: string
  readonly endMs: number
  transaction: T | undefined
  /** The last transaction, when it ran out of time and the client has not heard of that yet. */
  expiredTransactionId: string | undefined
}

interface Timed {
  readonly id: string
  readonly deadlineMs: number
}

/**
 * Sessions by their tokens, with at most one open transaction each, and QLDB's errors for what is not there. A session that
 * has run out is remembered, so that its client gets `has expired` rather than `No such session`. There is no timer: who
 * keeps the sessions asks what has run out.
 */
export class Sessions<T extends Timed, S extends SessionFacts<T>> {
  readonly #env: Env
  readonly #limits: { readonly sessionAgeMsMax: number; readonly sessionsMax: number }
  /** Oldest first: all live equally long, so the first to end stands first. */
  readonly #open = new Map<string, S>()
  readonly #ended = new Map<string, S>()
  readonly #counts = new Map<string, number>()
  readonly #busy = new Set<S>()

  /** `sessionsMax` also limits how many expired sessions are remembered. */
  constructor(env: Env, limits: { readonly sessionAgeMsMax: number; readonly sessionsMax: number }) {
    this.#env = env
    this.#limits = limits
  }

  get size(): number {
    return this.#open.size
  }

  /** Those with an open transaction, the oldest transaction first. */
  get busy(): ReadonlySet<S> {
    return this.#busy
  }

  /** All that are open, or those on one ledger; a copy. */
  list(ledgerName?: string): S[] {
    const all = [...this.#open.values()]
    return ledgerName === undefined ? all : all.filter((session) => session.ledgerName === ledgerName)
  }

  countOn(ledgerName: string): number {
    return this.#counts.get(ledgerName) ?? 0
  }

  /** Opens a session with what its keeper adds to it. */
  start(ledgerName: string, more: Omit<S, keyof SessionFacts<T>>): S {
    const facts: SessionFacts<T> = {
      id: newId(this.#env),
      token: toBase64(this.#env.randomBytes(48)),
      ledgerName,
      endMs: this.#env.monotonicMs() + this.#limits.sessionAgeMsMax,
      transaction: undefined,
      expiredTransactionId: undefined,
    }
    const session = { ...facts, ...more } as unknown as S
    this.#open.set(session.token, session)
    this.#counts.set(ledgerName, this.countOn(ledgerName) + 1)
    return session
  }

  /** Throws LedgerError 'session/expired' or 'session/not-found', with QLDB's texts. */
  find(token: string): S {
    const session = this.#open.get(token)
    if (session !== undefined && session.endMs > this.#env.monotonicMs()) return session
    const ended = session ?? this.#ended.get(token)
    throw ended === undefined ? noSession() : sessionExpired(ended.id)
  }

  /** Throws LedgerError 'transaction/already-open'. */
  checkIdle(session: S): void {
    if (session.transaction !== undefined) throw transactionOpen()
  }

  begin(session: S, transaction: T): void {
    session.transaction = transaction
    session.expiredTransactionId = undefined
    this.#busy.add(session)
  }

  /** The open transaction. Throws LedgerError 'transaction/expired', or 'transaction/not-open' when `id` is another. */
  transactionOf(session: S, id: string): T {
    if (session.transaction?.id === id) return session.transaction
    throw session.expiredTransactionId === id ? transactionExpired(id) : noTransaction()
  }

  /** Takes the transaction off its session. */
  release(session: S): void {
    session.transaction = undefined
    this.#busy.delete(session)
  }

  /** Forgets a session; its transaction is the keeper's business. */
  end(session: S): void {
    if (!this.#open.delete(session.token)) return
    const left = this.countOn(session.ledgerName) - 1
    if (left === 0) this.#counts.delete(session.ledgerName)
    else this.#counts.set(session.ledgerName, left)
  }

  /** Remembers that a session has run out. */
  outlive(session: S): void {
    this.#ended.set(session.token, session)
    if (this.#ended.size > this.#limits.sessionsMax) this.#ended.delete(this.#ended.keys().next().value as string)
  }

  /** Sessions that have run out of time and are not ended yet. */
  *outOfTime(): Iterable<S> {
    const nowMs = this.#env.monotonicMs()
    for (const session of this.#open.values()) {
      if (session.endMs > nowMs) return
      yield session
    }
  }

  /** Forgets those that ran out as long ago as a session lives. */
  forgetOld(): void {
    const nowMs = this.#env.monotonicMs()
    for (const session of this.#ended.values()) {
      if (session.endMs + this.#limits.sessionAgeMsMax > nowMs) return
      this.#ended.delete(session.token)
    }
  }

  /** Forgets those that ran out. */
  forgetEnded(): void {
    this.#ended.clear()
  }
}
