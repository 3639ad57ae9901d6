import { assert } from '../base/assert.ts'
import type { Env } from '../base/env.ts'
import { LedgerError } from '../base/errors.ts'
import { checkParameters, checkRequest, parameterQuotas } from '../protocol/check-request.ts'
import {
  type IoUsage,
  type Page,
  type SendCommandRequest,
  type SendCommandResponse,
  type TimingInformation,
  type ValueHolder,
  WireError,
} from '../protocol/message.ts'
import type { EarlierCommand, TransactionStart } from '../protocol/transaction-start.ts'
import { decodeIonWithin } from '../values/binary-reader.ts'
import { fromPartiqlIon } from '../values/partiql-ion.ts'
import { parseIonWithin } from '../values/text-reader.ts'
import type { Value } from '../values/value.ts'
import { ValueBudget } from '../values/value-budget.ts'
import { internalFault, toWireError } from './error-text.ts'
import type { LedgerHost } from './ledger-host.ts'
import { ResultCursor } from './paging.ts'
import { defaultSessionLimits, type OpenTransaction, type Session, SessionTable } from './session-table.ts'
import { type RequestControl, StatementGuard } from './statement-guard.ts'

/** Limits and hooks of a handler; ages in milliseconds. Limits default to base/limits.ts. */
export interface HandlerOptions {
  /** Applies QLDB's quotas on parameters; without it only to ledgers that are set so. */
  readonly strictQldb?: boolean
  /** Maximum bytes of a parameter; default: what `strictQldb` implies. */
  readonly documentBytes?: number
  /** Maximum values in all parameters of one statement; default: no limit. */
  readonly parameterValues?: number
  /** Pass the guard whose `isCancelled` the ledgers were opened with, so that a statement stops inside its work. */
  readonly guard?: StatementGuard
  readonly transactionAgeMsMax?: number
  readonly sessionAgeMsMax?: number
  readonly sessionsMax?: number
  /** Called with every bug that the client only sees as InternalFailure. */
  readonly onFault?: (error: unknown) => void
}

/** The service behind every transport: a direct call, a worker thread, and HTTP. */
export interface Handler {
  /**
   * Answers one request. Rejects with WireError; with LedgerError 'cancelled/by-user' when `control` said so, and
   * 'transaction/reads-only' and 'transaction/brief-only' when it asked for that.
   * Runs the engine synchronously: only opening a ledger and committing let other requests run in between.
   */
  readonly send: (request: SendCommandRequest, control?: RequestControl) => Promise<SendCommandResponse>
  /** The newest block that the transaction of a session reads; undefined before its first statement. */
  snapshotTip(sessionToken: string): number | undefined
  /** Ends transactions and sessions whose time has run out. Every request does; call it when none come. */
  sweep(): void
  /** Ends the sessions on one ledger and aborts their transactions. */
  endLedger(name: string): void
  /** Ends all sessions and aborts their transactions. The ledgers stay open: they are the host's. */
  close(): void
}

/** QLDB's session service over the ledgers of a host: sessions, transactions, pages, quotas, error texts. */
export function createHandler(host: LedgerHost, env: Env, options: HandlerOptions = {}): Handler {
  return new SessionHandler(host, env, options)
}

class SessionHandler implements Handler {
  readonly #host: LedgerHost
  readonly #env: Env
  readonly #sessions: SessionTable
  readonly #guard: StatementGuard
  readonly #strictQldb: boolean
  readonly #documentBytes: number | undefined
  readonly #parameterValues: number
  readonly #onFault: (error: unknown) => void

  constructor(host: LedgerHost, env: Env, options: HandlerOptions) {
    this.#host = host
    this.#env = env
    this.#sessions = new SessionTable(env, {
      transactionAgeMsMax: options.transactionAgeMsMax ?? defaultSessionLimits.transactionAgeMsMax,
      sessionAgeMsMax: options.sessionAgeMsMax ?? defaultSessionLimits.sessionAgeMsMax,
      sessionsMax: options.sessionsMax ?? defaultSessionLimits.sessionsMax,
    })
    this.#guard = options.guard ?? new StatementGuard(env)
    this.#strictQldb = options.strictQldb ?? false
    this.#documentBytes = options.documentBytes
    this.#parameterValues = options.parameterValues ?? Number.POSITIVE_INFINITY
    this.#onFault = options.onFault ?? (() => undefined)
  }

  readonly send = async (request: SendCommandRequest, control: RequestControl = {}): Promise<SendCommandResponse> => {
    try {
      return await this.#answer(request, control)
    } catch (error) {
      if (error instanceof WireError) throw error
      if (!(error instanceof LedgerError)) {
        this.#onFault(error)
        throw internalFault()
      }
      if (passedOn.has(error.code)) throw error
      throw toWireError(error, request.ExecuteStatement?.Statement)
    }
  }

  snapshotTip(sessionToken: string): number | undefined {
    return this.#sessions.find(sessionToken).transaction?.hosted.snapshotTip
  }

  sweep(): void {
    this.#sessions.sweep()
  }

  endLedger(name: string): void {
    this.#sessions.endLedger(name)
  }

  close(): void {
    this.#sessions.endAll()
  }

  async #answer(request: SendCommandRequest, control: RequestControl): Promise<SendCommandResponse> {
    const timing = this.#startTimer(request.FetchPage === undefined ? 1 : 0)
    const command = checkRequest(request)
    this.#sessions.sweep()
    if (command === 'StartSession') return this.#startSession(request.StartSession, timing)
    const session = this.#sessions.find(request.SessionToken ?? '')
    if (control.start !== undefined) this.#begin(session, control.start, control)
    switch (command) {
      case 'StartTransaction': {
        const { id } = this.#sessions.begin(session)
        return { StartTransaction: { TransactionId: id, ...timing() } }
      }
      case 'AbortTransaction':
        this.#sessions.abort(session)
        return { AbortTransaction: timing() }
      case 'EndSession':
        this.#sessions.end(session)
        return { EndSession: timing() }
      case 'ExecuteStatement': {
        const answer = this.#execute(session, given(request.ExecuteStatement), control)
        return { ExecuteStatement: { FirstPage: answer.page, ...timing(), ConsumedIOs: answer.usage } }
      }
      case 'FetchPage': {
        const answer = this.#fetchPage(session, given(request.FetchPage), control)
        return { FetchPage: { Page: answer.page, ...timing(), ConsumedIOs: answer.usage } }
      }
      case 'CommitTransaction':
        return this.#commit(session, given(request.CommitTransaction), timing, control)
      default:
        return command satisfies never
    }
  }

  async #startSession(command: SendCommandRequest['StartSession'], timing: Timer): Promise<SendCommandResponse> {
    const name = given(command).LedgerName
    const ledger = await this.#host.open(name)
    const { token } = this.#sessions.start(name, ledger)
    return { StartSession: { SessionToken: token, ...timing() } }
  }

  /** Begins a transaction and does what was done for it elsewhere. Throws LedgerError 'transaction/conflict'. */
  #begin(session: Session, { id, leftMs, earlier }: TransactionStart, control: RequestControl): void {
    const { hosted } = this.#sessions.begin(session, {
      id,
      leftMs,
      readsOnly: control.readsOnly === true,
      briefOnly: control.briefOnly !== undefined,
    })
    if (earlier === undefined) return
    try {
      for (const command of earlier.commands) this.#repeat(session, command)
      if (earlier.tip !== undefined) hosted.checkSince(earlier.tip)
    } catch (error) {
      if (session.transaction?.hosted === hosted) this.#sessions.abort(session)
      throw error
    }
  }

  /**
   * Its answer is known already. One that failed does so again, which counts in the digest. None is cancelled by its
   * client: all that the answers came from has to be read again.
   */
  #repeat(session: Session, { request, nextPageToken, takesNotices }: EarlierCommand): void {
    try {
      if (request.ExecuteStatement !== undefined) {
        this.#execute(session, request.ExecuteStatement, { takesNotices }, nextPageToken)
      } else this.#fetchPage(session, given(request.FetchPage), { takesNotices }, nextPageToken)
    } catch (error) {
      if (session.transaction === undefined || !isRefusal(error)) throw error
    }
  }

  #execute(session: Session, command: ExecuteStatement, control: RequestControl, pageToken?: string): PageAnswer {
    const transaction = this.#sessions.transactionOf(session, command.TransactionId)
    const holders = command.Parameters ?? []
    const isStrict = this.#strictQldb || session.ledger.strictQldb === true
    checkParameters(holders, parameterQuotas(isStrict, this.#documentBytes))
    const budget = new ValueBudget(this.#parameterValues)
    const parameters = holders.map((holder, index) => readParameter(holder, index, budget))
    return this.#work(session, transaction, control, pageToken, () => {
      const takesNotices = control.takesNotices === true
      const run = transaction.hosted.execute(command.Statement, parameters.map(fromPartiqlIon), { takesNotices })
      this.#guard.watch(run.meter)
      return new ResultCursor(run, this.#guard.isCancelled)
    })
  }

  #fetchPage(session: Session, command: FetchPage, control: RequestControl, pageToken?: string): PageAnswer {
    const transaction = this.#sessions.transactionOf(session, command.TransactionId)
    const cursor = transaction.results.take(command.NextPageToken)
    return this.#work(session, transaction, control, pageToken, () => {
      this.#guard.watch(cursor.meter)
      return cursor
    })
  }

  /** Runs the engine for one page, under the guard. A statement that fails leaves its transaction open. */
  #work(
    session: Session,
    transaction: OpenTransaction,
    control: RequestControl,
    pageToken: string | undefined,
    openCursor: () => ResultCursor,
  ): PageAnswer {
    let cursor: ResultCursor | undefined
    this.#guard.hold(transaction.deadlineMs, control)
    try {
      cursor = openCursor()
      const { values, isLast } = cursor.nextPage(control.takesValues === true, control.briefOnly?.rowBytesMax)
      const page: Page = isLast
        ? lastPage(values, cursor)
        : { Values: values, NextPageToken: transaction.results.keep(cursor, this.#env, pageToken) }
      return { page, usage: cursor.takeUsage() }
    } catch (error) {
      cursor?.close()
      if (this.#guard.reason === 'deadline') throw this.#sessions.expire(session, transaction)
      if (!leavesTransactionOpen(error)) this.#sessions.abort(session)
      throw error
    } finally {
      this.#guard.release()
    }
  }

  async #commit(
    session: Session,
    command: CommitTransaction,
    timing: Timer,
    control: RequestControl,
  ): Promise<SendCommandResponse> {
    const { id, hosted } = this.#sessions.transactionOf(session, command.TransactionId)
    this.#sessions.release(session)
    await hosted.commit(command.CommitDigest, control.isCancelled)
    return {
      CommitTransaction: {
        TransactionId: id,
        CommitDigest: command.CommitDigest,
        ...timing(),
        ConsumedIOs: { ReadIOs: 0, WriteIOs: 0 },
      },
    }
  }

  /**
   * Measures from now. Never 0, clients take that for "not measured"; but a further page may take none, or the sum over a
   * long result's pages would be more than the time that has passed.
   */
  #startTimer(leastMs = 1): Timer {
    const startMs = this.#env.monotonicMs()
    return () => {
      const ms = Math.max(leastMs, Math.round(this.#env.monotonicMs() - startMs))
      return { TimingInformation: { ProcessingTimeMilliseconds: ms } }
    }
  }
}

/** Errors that the sender of a request asked for; they go back unchanged. */
const passedOn: ReadonlySet<string> = new Set([
  'cancelled/by-user',
  'transaction/reads-only',
  'transaction/brief-only',
  'statement/too-long',
])

function lastPage(values: Page['Values'], { notices }: ResultCursor): Page {
  return notices.length === 0 ? { Values: values } : { Values: values, Notices: notices }
}

type Timer = () => { readonly TimingInformation: TimingInformation }
type ExecuteStatement = NonNullable<SendCommandRequest['ExecuteStatement']>
type FetchPage = NonNullable<SendCommandRequest['FetchPage']>
type CommitTransaction = NonNullable<SendCommandRequest['CommitTransaction']>

interface PageAnswer {
  readonly page: Page
  readonly usage: IoUsage
}

/** Whether a statement failed in a way that leaves its transaction open. */
function isRefusal(error: unknown): boolean {
  return error instanceof WireError ? error.name === 'BadRequestException' : leavesTransactionOpen(error)
}

/** After a bug, or with an unreadable store, it is unknown what the transaction has done so far. */
function leavesTransactionOpen(error: unknown): boolean {
  if (!(error instanceof LedgerError)) return false
  return ['input', 'limit', 'unsupported', 'cancelled'].includes(error.kind)
}

function readParameter(holder: ValueHolder, index: number, budget: ValueBudget): Value {
  try {
    return holder.IonBinary !== undefined
      ? decodeIonWithin(holder.IonBinary, budget)
      : parseIonWithin(holder.IonText ?? '', budget)
  } catch (error) {
    if (!(error instanceof LedgerError) || error.code === 'evaluator/limit') throw error
    throw new LedgerError('request/invalid', `The parameter Parameters[${index}] is not valid: ${error.message}`, {
      cause: error,
    })
  }
}

function given<T>(command: T | undefined): T {
  assert(command !== undefined, 'the command was found in the request')
  return command
}
