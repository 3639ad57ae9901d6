import type { Env } from '../base/env.ts'
import { LedgerError } from '../base/errors.ts'
import { newId } from '../base/ids.ts'
import {
  openTransactionsMax,
  serverSessionsMax,
  sessionAgeMsMax,
  sessionRequestsMax,
  sessionsMax,
  transactionAgeMsMax,
  unusedSessionMsMin,
} from '../base/limits.ts'
import { noSession, noTransaction } from '../base/session-errors.ts'
import { checkRequest } from '../protocol/check-request.ts'
import {
  type SendCommandRequest,
  type SendCommandResponse,
  type StopSignal,
  type TimingInformation,
  WireError,
} from '../protocol/message.ts'
import { type EnginePool, type Kind, MovesAway, type Seat } from './engine-pool.ts'
import { internalFault, toWireError } from './error-text.ts'
import { RoutedTransaction } from './routed-transaction.ts'
import { type SessionFacts, Sessions } from './sessions.ts'
import { type SessionUse, unusedSession } from './unused-session.ts'

export interface RouterLimits {
  readonly sessionAgeMsMax: number
  readonly transactionAgeMsMax: number
  /** Per ledger. */
  readonly sessionsMax: number
  readonly serverSessionsMax: number
  readonly openTransactionsMax: number
  /** Per session, waiting for their turn. */
  readonly sessionRequestsMax: number
  readonly unusedSessionMsMin: number
}

export const defaultRouterLimits: RouterLimits = {
  sessionAgeMsMax,
  transactionAgeMsMax,
  sessionsMax,
  serverSessionsMax,
  openTransactionsMax,
  sessionRequestsMax,
  unusedSessionMsMin,
}

/** The client that waits for an answer. */
interface Client {
  readonly signal: StopSignal | undefined
  readonly takesNotices: boolean
  /** Its address. */
  readonly from: string
}

interface RoutedSession extends SessionFacts<RoutedTransaction>, SessionUse {
  transaction: RoutedTransaction | undefined
  isOver: boolean
  /** What its last transaction did: the best guess for its next one. */
  kind: Kind
  requests: number
  usedMs: number
  /** Lets waiting requests run, first come, first served. */
  readonly waiting: (() => void)[]
}

/**
 * The session service of a server with many clients: keeps the sessions and gives each of their transactions to an
 * engine. Requests of one session run one after the other, so a client gains nothing by sending many at once.
 */
export class SessionRouter {
  readonly #pool: EnginePool
  readonly #env: Env
  readonly #limits: RouterLimits
  readonly #hasLedger: (name: string) => boolean
  readonly #onFault: (error: unknown) => void
  readonly #sessions: Sessions<RoutedTransaction, RoutedSession>
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
    this.#sessions = new Sessions(env, this.#limits)
    this.#onFault = options.onFault ?? (() => undefined)
  }

  get sessions(): number {
    return this.#sessions.size
  }

  get transactions(): number {
    return this.#sessions.busy.size
  }

  /**
   * Answers one request of the address `from`. Rejects with WireError. `signal` is aborted when the client disconnects;
   * `takesNotices`: the client asked for notices.
   */
  async send(
    request: SendCommandRequest,
    signal?: StopSignal,
    takesNotices = false,
    from = '',
  ): Promise<SendCommandResponse> {
    try {
      return await this.#answer(request, { signal, takesNotices, from })
    } catch (error) {
      if (error instanceof WireError) throw error
      if (error instanceof LedgerError && error.code === 'endpoint/failed') throw interrupted()
      if (error instanceof LedgerError) throw toWireError(error, request.ExecuteStatement?.Statement)
      this.#onFault(error)
      throw internalFault()
    }
  }

  /** Refuses new sessions and transactions from now on; open ones may continue. */
  drain(): void {
    this.#isDraining = true
  }

  /** Ends expired sessions and transactions. Call it about every second. */
  sweep(): void {
    const nowMs = this.#env.monotonicMs()
    for (const session of this.#sessions.busy) {
      const transaction = session.transaction as RoutedTransaction
      if (transaction.deadlineMs > nowMs) break
      // Running: the engine stops it itself.
      if (session.requests === 0) this.#expire(session, transaction)
    }
    for (const session of this.#sessions.outOfTime()) if (session.requests === 0) this.#outlive(session)
  }

  /** Ends all sessions on a ledger and closes it in every engine. */
  async endLedger(name: string): Promise<void> {
    for (const session of this.#sessions.list(name)) this.#end(session)
    await this.#pool.forget(name)
  }

  /** Aborts everything. */
  async close(): Promise<void> {
    this.#isDraining = true
    for (const session of this.#sessions.list()) this.#end(session)
    this.#sessions.forgetEnded()
    await this.#pool.close()
  }

  async #answer(request: SendCommandRequest, client: Client): Promise<SendCommandResponse> {
    const startMs = this.#env.monotonicMs()
    const timing = (): { readonly TimingInformation: TimingInformation } => ({
      TimingInformation: { ProcessingTimeMilliseconds: Math.max(1, Math.round(this.#env.monotonicMs() - startMs)) },
    })
    const command = checkRequest(request)
    if (request.StartSession !== undefined) {
      const { token } = this.#startSession(request.StartSession.LedgerName, client.from)
      return { StartSession: { SessionToken: token, ...timing() } }
    }
    const session = this.#sessions.find(request.SessionToken as string)
    return this.#inTurn(session, async () => {
      switch (command) {
        case 'StartTransaction':
          return { StartTransaction: { TransactionId: this.#startTransaction(session), ...timing() } }
        case 'AbortTransaction':
          await this.#abort(session)
          return { AbortTransaction: timing() }
        case 'EndSession':
          this.#end(session)
          return { EndSession: timing() }
        default:
          return this.#forward(session, request, client)
      }
    })
  }

  #startSession(ledger: string, from: string): RoutedSession {
    this.#checkRunning()
    if (!this.#hasLedger(ledger)) {
      throw new WireError('BadRequestException', `The Ledger with name ${ledger} is not found`)
    }
    this.#makeRoom(ledger, from)
    return this.#sessions.start(ledger, {
      from,
      usedMs: this.#env.monotonicMs(),
      isOver: false,
      kind: 'short read',
      requests: 0,
      waiting: [],
    })
  }

  #makeRoom(ledger: string, from: string): void {
    const isLedgerFull = this.#sessions.countOn(ledger) >= this.#limits.sessionsMax
    if (!isLedgerFull && this.#sessions.size < this.#limits.serverSessionsMax) return
    const unused = unusedSession(this.#sessions.list(isLedgerFull ? ledger : undefined), from, {
      nowMs: this.#env.monotonicMs(),
      unusedMsMin: this.#limits.unusedSessionMsMin,
    })
    if (unused === undefined) throw new LedgerError('session/limit', 'Exceeded the session limit')
    this.#outlive(unused)
  }

  /** Ends a session as if it had expired: its client gets that error, and drivers start another session. */
  #outlive(session: RoutedSession): void {
    this.#end(session)
    this.#sessions.outlive(session)
  }

  async #inTurn<T>(session: RoutedSession, work: () => T | Promise<T>): Promise<T> {
    const most = this.#limits.sessionRequestsMax
    if (session.requests >= most) {
      throw new WireError('RateExceededException', `The session has ${most} requests waiting already`)
    }
    session.requests += 1
    try {
      if (session.requests > 1) await new Promise<void>((resolve) => session.waiting.push(resolve))
      if (session.isOver) throw noSession()
      return await work()
    } finally {
      session.requests -= 1
      session.usedMs = this.#env.monotonicMs()
      session.waiting.shift()?.()
    }
  }

  /** No engine is involved yet: the snapshot is taken by the first statement, and so is the choice of the engine. */
  #startTransaction(session: RoutedSession): string {
    this.#checkRunning()
    const open = session.transaction
    if (open !== undefined && open.deadlineMs <= this.#env.monotonicMs()) this.#expire(session, open)
    this.#sessions.checkIdle(session)
    if (this.#sessions.busy.size >= this.#limits.openTransactionsMax) {
      throw new WireError('LimitExceededException', 'Too many transactions are open')
    }
    const deadlineMs = this.#env.monotonicMs() + this.#limits.transactionAgeMsMax
    const transaction = new RoutedTransaction(newId(this.#env), deadlineMs)
    this.#sessions.begin(session, transaction)
    return transaction.id
  }

  /** ExecuteStatement, FetchPage and CommitTransaction: passes them to the engine. */
  async #forward(session: RoutedSession, request: SendCommandRequest, client: Client): Promise<SendCommandResponse> {
    const { ExecuteStatement, FetchPage, CommitTransaction } = request
    const id = (ExecuteStatement ?? FetchPage ?? CommitTransaction)?.TransactionId as string
    const transaction = this.#transactionOf(session, id)
    try {
      const answer = await this.#work(session, transaction, request, client)
      transaction.note(request, answer, client.takesNotices)
      if (CommitTransaction !== undefined) this.#release(session, transaction)
      return answer
    } catch (error) {
      transaction.note(request, undefined, client.takesNotices)
      const isExpired = error instanceof WireError && error.name === 'InvalidSessionException'
      const isLost = error instanceof WireError && error.name === 'OccConflictException'
      const isDead = transaction.seat?.engine.isDead === true
      if (CommitTransaction !== undefined || isExpired || isLost || isDead) this.#release(session, transaction)
      if (isExpired) session.expiredTransactionId = id
      throw error
    }
  }

  /** Runs the request in the engine that suits it; the transaction may enter an engine or move to another. */
  async #work(
    session: RoutedSession,
    transaction: RoutedTransaction,
    request: SendCommandRequest,
    client: Client,
  ): Promise<SendCommandResponse> {
    const shared = transaction.seat?.engine.shared
    if (transaction.seat === undefined) {
      const kind = transaction.kindFor(request, session.kind)
      transaction.enter(await this.#takeSeat(session, transaction, kind), kind)
    } else if (shared !== undefined && !transaction.canBeRepeatedWith(request, shared.requestBytesMax)) {
      await this.#move(session, transaction, transaction.kindFor(request, 'write'))
    }
    // A commit is never cancelled: its outcome would be unknown.
    const asked = request.CommitTransaction === undefined ? client : { ...client, signal: undefined }
    // From home to the writer, and from there to an engine for long statements.
    for (;;) {
      try {
        return await this.#ask(transaction, request, asked)
      } catch (error) {
        if (!(error instanceof MovesAway)) throw error
        await this.#move(session, transaction, error.why)
      }
    }
  }

  #ask(
    transaction: RoutedTransaction,
    request: SendCommandRequest,
    { signal, takesNotices }: Client,
  ): Promise<SendCommandResponse> {
    const { engine, token } = transaction.seat as Seat
    const start = transaction.takeStart(this.#env.monotonicMs())
    return engine.send(
      { ...request, SessionToken: token },
      { ...(signal === undefined ? {} : { signal }), ...(start === undefined ? {} : { start }), takesNotices },
    )
  }

  async #move(session: RoutedSession, transaction: RoutedTransaction, kind: Kind): Promise<void> {
    const left = transaction.seat as Seat
    const seat = await this.#takeSeat(session, transaction, kind)
    const tip = await left.engine.shared?.snapshotTip(left.token)
    transaction.move(seat, tip, kind)
    await this.#leave(left)
  }

  /** Waits for a seat; the transaction may have ended by the time one is free. */
  async #takeSeat(session: RoutedSession, transaction: RoutedTransaction, kind: Kind): Promise<Seat> {
    const seat = await this.#pool.take(session.ledgerName, kind)
    if (session.transaction === transaction) return seat
    this.#pool.giveBack(seat)
    throw session.isOver ? noSession() : noTransaction()
  }

  /** Aborts the seat's transaction and returns the seat. */
  async #leave(seat: Seat): Promise<void> {
    try {
      await seat.engine.send({ SessionToken: seat.token, AbortTransaction: {} })
      this.#pool.giveBack(seat)
    } catch (error) {
      // The engine has died, or its ledger was dropped: the transaction has ended either way.
      if (!(error instanceof WireError)) this.#onFault(error)
    }
  }

  #transactionOf(session: RoutedSession, id: string): RoutedTransaction {
    const { transaction } = session
    if (transaction?.id === id && transaction.deadlineMs <= this.#env.monotonicMs()) this.#expire(session, transaction)
    return this.#sessions.transactionOf(session, id)
  }

  #expire(session: RoutedSession, transaction: RoutedTransaction): void {
    void this.#abort(session)
    session.expiredTransactionId = transaction.id
  }

  async #abort(session: RoutedSession): Promise<void> {
    const { transaction } = session
    session.expiredTransactionId = undefined
    if (transaction === undefined) return
    this.#close(session, transaction)
    if (transaction.seat !== undefined) await this.#leave(transaction.seat)
  }

  #release(session: RoutedSession, transaction: RoutedTransaction): void {
    if (session.transaction !== transaction) return
    this.#close(session, transaction)
    if (transaction.seat !== undefined) this.#pool.giveBack(transaction.seat)
  }

  #close(session: RoutedSession, transaction: RoutedTransaction): void {
    session.kind = transaction.kind
    this.#sessions.release(session)
  }

  #end(session: RoutedSession): void {
    session.isOver = true
    void this.#abort(session)
    this.#sessions.end(session)
  }

  #checkRunning(): void {
    if (this.#isDraining) throw new WireError('ServiceUnavailable', 'The server is shutting down')
  }
}

/** Its thread has ended, by another's statement: nothing was wrong with this one, and drivers retry. */
function interrupted(): WireError {
  const text = 'The transaction was interrupted and rolled back: the thread that ran it has ended'
  return new WireError('ServiceUnavailable', text)
}
