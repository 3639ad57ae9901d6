import { equalBytes } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import { noTransactionPattern } from '../base/session-errors.ts'
import { CommitDigest } from '../protocol/commit-digest.ts'
import { WireError } from '../protocol/message.ts'
import { encodeIon } from '../values/binary-writer.ts'
import type { Value } from '../values/value.ts'
import { Result } from './result.ts'
import { addStatistics, noStatistics, type PageAnswer, type Session, type Statistics } from './session.ts'
import type { SendOptions } from './transport.ts'

/**
 * An open transaction of one session. A statement that is refused leaves it open; every other failure ends it, and so
 * do commit and abort. Commands are sent one after the other in the order of the calls, because the digest depends on
 * it.
 */
export class Transaction {
  readonly id: string
  readonly #session: Session
  readonly #digest: CommitDigest
  readonly #onEnd: (session: Session) => void
  #isOpen = true
  #failure: unknown
  #lastTurn: Promise<unknown> = Promise.resolve()
  #statistics = noStatistics

  /** `onEnd` is called once, when the session may be used for something else. */
  constructor(session: Session, id: string, onEnd: (session: Session) => void) {
    this.id = id
    this.#session = session
    this.#digest = new CommitDigest(id)
    this.#onEnd = onEnd
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** What ended it, when that was a failure. */
  get failure(): unknown {
    return this.#failure
  }

  /** What all its commands have cost so far. */
  stats(): Statistics {
    return this.#statistics
  }

  /**
   * Runs a statement; resolves with its first page fetched. Rejects with WireError, or with LedgerError 'cancelled/…',
   * 'endpoint/…' or 'transaction/not-open'. The signal also holds for fetching the result's further pages.
   */
  execute(statement: string, parameters: readonly Value[] = [], options: SendOptions = {}): Promise<Result> {
    return this.#inTurn(async () => {
      this.#needOpen()
      refuseIfAborted(options.signal)
      const holders = parameters.map((value) => ({ IonBinary: encodeIon(value) }))
      this.#digest.add(statement, parameters)
      const first = await this.#watch(this.#session.execute(this.id, statement, holders, options))
      return new Result(first, (token) => this.#fetchPage(token, options))
    })
  }

  /**
   * Makes the changes durable. Rejects with WireError OccConflictException when another transaction was first, with
   * LedgerError 'transaction/digest-mismatch' when both ends do not agree on what was asked. The transaction is over
   * in every case. A signal stops a long commit, as that of a new index, where the engine can then say that nothing was
   * written; elsewhere it is not heeded.
   */
  commit(options: SendOptions = {}): Promise<Statistics> {
    return this.#inTurn(async () => {
      this.#needOpen()
      const digest = this.#digest.bytes()
      try {
        const isSure = this.#session.transport.cancels === 'statement'
        const answer = await this.#session.commit(this.id, digest, isSure ? options : {})
        this.#statistics = addStatistics(this.#statistics, answer.statistics)
        if (!equalBytes(answer.digest, digest)) throw digestMismatch(this.id)
        this.#end()
        return answer.statistics
      } catch (error) {
        await this.#fail(error)
        throw error
      }
    })
  }

  /** Rolls back. Never rejects, and does nothing when the transaction has ended. */
  abort(): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#isOpen) return
      this.#isOpen = false
      await this.#session.abort()
      this.#onEnd(this.#session)
    })
  }

  /**
   * Asks the endpoint whether it still holds the transaction open; undefined if it does, else what ended it. A page that
   * cannot be there is asked for: that changes nothing and is no part of the digest.
   */
  async check(): Promise<unknown> {
    if (!this.#isOpen) return this.#failure
    try {
      await this.#fetchPage(noPage, {})
      return undefined
    } catch (error) {
      return this.#isOpen ? undefined : error
    }
  }

  #fetchPage(token: string, options: SendOptions): Promise<PageAnswer> {
    return this.#inTurn(async () => {
      this.#needOpen()
      refuseIfAborted(options.signal)
      return await this.#watch(this.#session.fetchPage(this.id, token, options))
    })
  }

  async #watch(answer: Promise<PageAnswer>): Promise<PageAnswer> {
    try {
      const { page, statistics } = await answer
      this.#statistics = addStatistics(this.#statistics, statistics)
      return { page, statistics }
    } catch (error) {
      if (!this.#survives(error)) await this.#fail(error)
      throw error
    }
  }

  /** Whether the endpoint still holds the transaction open after this failure of a statement. */
  #survives(error: unknown): boolean {
    if (error instanceof WireError)
      return error.name === 'BadRequestException' && !noTransactionPattern.test(error.message)
    const isCancelled = error instanceof LedgerError && error.code === 'cancelled/by-user'
    return isCancelled && this.#session.transport.cancels === 'statement'
  }

  async #fail(error: unknown): Promise<void> {
    this.#isOpen = false
    this.#failure = error
    await this.#session.recover(error)
    this.#onEnd(this.#session)
  }

  #end(): void {
    this.#isOpen = false
    this.#onEnd(this.#session)
  }

  #needOpen(): void {
    if (this.#isOpen) return
    throw new LedgerError('transaction/not-open', `transaction '${this.id}' is over`, { cause: this.#failure })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#lastTurn.then(work)
    this.#lastTurn = turn.catch(() => undefined)
    return turn
  }
}

/** Of the form of a page token; no page has it. */
const noPage = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'

/** Before the statement is in the digest: later, both ends must have seen it. */
function refuseIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new LedgerError('cancelled/by-user', 'the statement was stopped')
}

function digestMismatch(id: string): LedgerError {
  return new LedgerError(
    'transaction/digest-mismatch',
    `the endpoint's commit digest of transaction '${id}' is not the one computed here; it may have been committed`,
    { help: 'look at the data before you run it again' },
  )
}
