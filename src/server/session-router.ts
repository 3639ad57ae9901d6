import { toBase64 } from '../base/bytes.ts'
import type { Env } from '../base/env.ts'
import { LedgerError } from '../base/errors.ts'
import { newId } from '../base/ids.ts'
import {
  engineBusyMs,
  openTransactionsMax,
  serverSessionsMax,
  sessionAgeMsMax,
  sessionRequestsMax,
  sessionsMax,
  transactionAgeMsMax,
} from '../base/limits.ts'
import { checkRequest } from '../protocol/check-request.ts'
import {
  type SendCommandRequest,
  type SendCommandResponse,
  type TimingInformation,
  WireError,
} from '../protocol/message.ts'
import type { EnginePool, Seat } from './engine-pool.ts'
import { internalFault, toWireError } from './error-text.ts'

export interface RouterLimits {
  readonly sessionAgeMsMax: number
  readonly transactionAgeMsMax: number
  /** On one ledger. */
  readonly sessionsMax: number
  readonly serverSessionsMax: number
  readonly openTransactionsMax: number
}

export const defaultRouterLimits: RouterLimits = {
  sessionAgeMsMax,
  transactionAgeMsMax,
  sessionsMax,
  serverSessionsMax,
  openTransactionsMax,
}

interface RoutedSession {
  readonly id: string
  readonly token: string
  readonly ledger: string
  readonly endMs: number
  transaction: RoutedTransaction | undefined
  /** The last transaction, when it ended by running out of time. */
  expiredTransactionId: string | undefined
  isOver: boolean
  /** Its last transaction had a long statement. */
  isHeavy: boolean
  /** Requests at work or waiting for their turn. */
  requests: number
  /** Settles when the last of them is done. */
  turn: Promise<void>
}

interface RoutedTransaction {
  readonly id: string
  readonly seat: Seat
  readonly deadlineMs: number
  /** The longest that one of its statements has kept the engine at work. */
  longestMs: number
}

/**
 * The session service of a server with many clients: keeps the sessions and gives each of their transactions to an
 * engine. One session's requests are worked on one after the other, so no client gets more by asking more at once.
 */
export class SessionRouter {
  readonly #pool: EnginePool
  readonly #env: Env
  readonly #limits: RouterLimits
  readonly #hasLedger: (name: string) => boolean
  readonly #onFault: (error: unknown) => void
  /** By token, oldest first. */
  readonly #sessions = new Map<string, RoutedSession>()
  /** Sessions that ran out of time, to be told so; oldest first. */
  readonly #ended = new Map<string, string>()
  readonly #counts = new Map<string, number>()
  /** Sessions with a transaction, the oldest transaction first. */
  readonly #busy = new Set<RoutedSession>()
  /** Transactions that are being started. */
  #starting = 0
  #isDraining = false

  constructor(
    pool: EnginePool,
    env: Env,
    options: {
      readonly hasLedger: (name: string) => boolean
      readonly limits?: Partial<RouterLimits>
      readonly onFault?: (error: unknown) => void
    },
  ) {
    this.#pool = pool
    this.#env = env
    this.#hasLedger = options.hasLedger
    this.#limits = { ...defaultRouterLimits, ...options.limits }
    this.#onFault = options.onFault ?? (() => undefined)
  }

  get sessions(): number {
    return this.#sessions.size
  }

  get transactions(): number {
    return this.#busy.size
  }

  /** Answers one request. Rejects with WireError. `signal`: the client has gone away. */
  async send(request: SendCommandRequest, signal?: AbortSignal): Promise<SendCommandResponse> {
    try {
      return await this.#answer(request, signal)
    } catch (error) {
      if (error instanceof WireError) throw error
      if (error instanceof LedgerError && error.code !== 'endpoint/failed') {
        throw toWireError(error, request.ExecuteStatement?.Statement)
      }
      this.#onFault(error)
      throw internalFault()
    }
  }

  /** From now on no session and no transaction is begun; those that are open may go on. */
  drain(): void {
    this.#isDraining = true
  }

  /** Ends what has run out of time. To be called about every second. */
  sweep(): void {
    const nowMs = this.#env.monotonicMs()
    for (const session of this.#busy) {
      const transaction = session.transaction as RoutedTransaction
      if (transaction.deadlineMs > nowMs) break
      // At work: the engine itself stops it.
      if (session.requests === 0) this.#expire(session, transaction)
    }
    for (const session of this.#sessions.values()) {
      if (session.endMs > nowMs) break
      if (session.requests > 0) continue
      this.#end(session)
      this.#ended.set(session.token, session.id)
      if (this.#ended.size > this.#limits.sessionsMax) this.#ended.delete(this.#ended.keys().next().value as string)
    }
  }

  /** Ends all sessions on a ledger and closes it in every engine. */
  async endLedger(name: string): Promise<void> {
    for (const session of [...this.#sessions.values()]) if (session.ledger === name) this.#end(session)
    await this.#pool.forget(name)
  }

  /** Aborts everything. */
  async close(): Promise<void> {
    this.#isDraining = true
    for (const session of [...this.#sessions.values()]) this.#end(session)
    this.#ended.clear()
    await this.#pool.close()
  }

  async #answer(request: SendCommandRequest, signal: AbortSignal | undefined): Promise<SendCommandResponse> {
    const startMs = this.#env.monotonicMs()
    const timing = (): { readonly TimingInformation: TimingInformation } => ({
      TimingInformation: { ProcessingTimeMilliseconds: Math.max(1, Math.round(this.#env.monotonicMs() - startMs)) },
    })
    const command = checkRequest(request)
    if (request.StartSession !== undefined) {
      const { token } = this.#startSession(request.StartSession.LedgerName)
      return { StartSession: { SessionToken: token, ...timing() } }
    }
    const session = this.#find(request.SessionToken as string)
    return this.#inTurn(session, async () => {
      switch (command) {
        case 'StartTransaction':
          return this.#startTransaction(session)
        case 'AbortTransaction':
          await this.#abort(session)
          return { AbortTransaction: timing() }
        case 'EndSession':
          this.#end(session)
          return { EndSession: timing() }
        default:
          return this.#forward(session, request, signal)
      }
    })
  }

  #startSession(ledger: string): RoutedSession {
    this.#checkRunning()
    if (!this.#hasLedger(ledger)) {
      throw new WireError('BadRequestException', `The Ledger with name ${ledger} is not found`)
    }
    const count = this.#counts.get(ledger) ?? 0
    if (count >= this.#limits.sessionsMax || this.#sessions.size >= this.#limits.serverSessionsMax) {
      throw new LedgerError('session/limit', 'Exceeded the session limit')
    }
    const session: RoutedSession = {
      id: newId(this.#env),
      token: toBase64(this.#env.randomBytes(48)),
      ledger,
      endMs: this.#env.monotonicMs() + this.#limits.sessionAgeMsMax,
      transaction: undefined,
      expiredTransactionId: undefined,
      isOver: false,
      isHeavy: false,
      requests: 0,
      turn: Promise.resolve(),
    }
    this.#sessions.set(session.token, session)
    this.#counts.set(ledger, count + 1)
    return session
  }

  #find(token: string): RoutedSession {
    const session = this.#sessions.get(token)
    if (session !== undefined && session.endMs > this.#env.monotonicMs()) return session
    const endedId = session?.id ?? this.#ended.get(token)
    if (endedId !== undefined) throw new LedgerError('session/expired', `Session ${endedId} has expired`)
    throw noSession()
  }

  async #inTurn<T>(session: RoutedSession, work: () => Promise<T>): Promise<T> {
    if (session.requests >= sessionRequestsMax) {
      throw new WireError('RateExceededException', `The session has ${sessionRequestsMax} requests waiting already`)
    }
    session.requests += 1
    const before = session.turn
    let done = (): void => undefined
    session.turn = new Promise((resolve) => {
      done = resolve
    })
    try {
      if (session.requests > 1) await before
      if (session.isOver) throw noSession()
      return await work()
    } finally {
      session.requests -= 1
      done()
    }
  }

  async #startTransaction(session: RoutedSession): Promise<SendCommandResponse> {
    this.#checkRunning()
    const open = session.transaction
    if (open !== undefined) {
      if (open.deadlineMs > this.#env.monotonicMs()) {
        throw new LedgerError('transaction/already-open', 'Transaction already open')
      }
      this.#expire(session, open)
    }
    if (this.#busy.size + this.#starting >= this.#limits.openTransactionsMax) {
      throw new WireError('LimitExceededException', 'Too many transactions are open')
    }
    this.#starting += 1
    try {
      const deadlineMs = this.#env.monotonicMs() + this.#limits.transactionAgeMsMax
      const seat = await this.#pool.take(session.ledger, session.isHeavy)
      const answer = await seat.engine.send({ SessionToken: seat.token, StartTransaction: {} })
      const id = answer.StartTransaction?.TransactionId as string
      session.expiredTransactionId = undefined
      session.transaction = { id, seat, deadlineMs, longestMs: 0 }
      this.#busy.add(session)
      if (session.isOver) {
        await this.#abort(session)
        throw noSession()
      }
      return answer
    } finally {
      this.#starting -= 1
    }
  }

  /** ExecuteStatement, FetchPage and CommitTransaction: the engine's business. */
  async #forward(
    session: RoutedSession,
    request: SendCommandRequest,
    signal: AbortSignal | undefined,
  ): Promise<SendCommandResponse> {
    const { ExecuteStatement, FetchPage, CommitTransaction } = request
    const id = (ExecuteStatement ?? FetchPage ?? CommitTransaction)?.TransactionId as string
    const transaction = this.#transactionOf(session, id)
    const { seat } = transaction
    try {
      // A commit is never given up: nobody would know what came of it.
      const stop = CommitTransaction === undefined ? signal : undefined
      const answer = await seat.engine.send({ ...request, SessionToken: seat.token }, stop)
      const timing = (answer.ExecuteStatement ?? answer.FetchPage)?.TimingInformation
      transaction.longestMs = Math.max(transaction.longestMs, timing?.ProcessingTimeMilliseconds ?? 0)
      if (CommitTransaction !== undefined) this.#release(session, transaction)
      return answer
    } catch (error) {
      const isExpired = error instanceof WireError && error.name === 'InvalidSessionException'
      if (CommitTransaction !== undefined || isExpired || seat.engine.isDead) this.#release(session, transaction)
      if (isExpired) session.expiredTransactionId = id
      throw error
    }
  }

  #transactionOf(session: RoutedSession, id: string): RoutedTransaction {
    const { transaction } = session
    if (transaction?.id === id) {
      if (transaction.deadlineMs > this.#env.monotonicMs()) return transaction
      this.#expire(session, transaction)
    }
    if (session.expiredTransactionId === id) {
      throw new LedgerError('transaction/expired', `Transaction ${id} has expired`)
    }
    throw new LedgerError('transaction/not-open', 'No open transaction')
  }

  #expire(session: RoutedSession, transaction: RoutedTransaction): void {
    void this.#abort(session)
    session.expiredTransactionId = transaction.id
  }

  async #abort(session: RoutedSession): Promise<void> {
    const { transaction } = session
    session.expiredTransactionId = undefined
    if (transaction === undefined) return
    session.isHeavy = transaction.longestMs >= engineBusyMs
    session.transaction = undefined
    this.#busy.delete(session)
    const { seat } = transaction
    try {
      await seat.engine.send({ SessionToken: seat.token, AbortTransaction: {} })
      this.#pool.giveBack(seat)
    } catch (error) {
      // The engine has died, or its ledger is gone: the transaction is over either way.
      if (!(error instanceof WireError)) this.#onFault(error)
    }
  }

  #release(session: RoutedSession, transaction: RoutedTransaction): void {
    if (session.transaction !== transaction) return
    session.isHeavy = transaction.longestMs >= engineBusyMs
    session.transaction = undefined
    this.#busy.delete(session)
    this.#pool.giveBack(transaction.seat)
  }

  #end(session: RoutedSession): void {
    session.isOver = true
    void this.#abort(session)
    if (!this.#sessions.delete(session.token)) return
    const left = (this.#counts.get(session.ledger) ?? 1) - 1
    if (left === 0) this.#counts.delete(session.ledger)
    else this.#counts.set(session.ledger, left)
  }

  #checkRunning(): void {
    if (this.#isDraining) throw new WireError('ServiceUnavailable', 'The server is shutting down')
  }
}

function noSession(): LedgerError {
  return new LedgerError('session/not-found', 'No such session')
}
