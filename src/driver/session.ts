import { type ErrorCode, LedgerError } from '../base/errors.ts'
import { endpointFarewellMsMax } from '../base/limits.ts'
import {
  type IoUsage,
  type Page,
  type SendCommandRequest,
  type SendCommandResponse,
  type ValueHolder,
  WireError,
} from '../protocol/message.ts'
import { isConflict, isDeadSession } from './retry.ts'
import type { SendOptions, Transport } from './transport.ts'

/** What commands cost, added up: IOs as QLDB counted them, and the time that the endpoint says it took. */
export interface Statistics {
  readonly readIos: number
  readonly writeIos: number
  readonly serverMs: number
}

export const noStatistics: Statistics = { readIos: 0, writeIos: 0, serverMs: 0 }

export function addStatistics(left: Statistics, right: Statistics): Statistics {
  return {
    readIos: left.readIos + right.readIos,
    writeIos: left.writeIos + right.writeIos,
    serverMs: left.serverMs + right.serverMs,
  }
}

export interface PageAnswer {
  readonly page: Page
  readonly statistics: Statistics
}

/** A session's token and what may be done with it; every call is one command. */
export class Session {
  readonly #transport: Transport
  readonly #token: string
  #isAlive = true

  private constructor(transport: Transport, token: string) {
    this.#transport = transport
    this.#token = token
  }

  static async start(transport: Transport, ledger: string, options?: SendOptions): Promise<Session> {
    const answer = await transport.send({ StartSession: { LedgerName: ledger } }, options)
    const { SessionToken } = expected(answer, 'StartSession')
    return new Session(transport, neededText(SessionToken, 'StartSession', 'SessionToken'))
  }

  /** False once it was found dead or was ended: never to be used again. */
  get isAlive(): boolean {
    return this.#isAlive
  }

  get transport(): Transport {
    return this.#transport
  }

  async startTransaction(options?: SendOptions): Promise<string> {
    const { TransactionId } = await this.#send('StartTransaction', {}, options)
    return neededText(TransactionId, 'StartTransaction', 'TransactionId')
  }

  async execute(
    transactionId: string,
    statement: string,
    parameters: readonly ValueHolder[],
    options?: SendOptions,
  ): Promise<PageAnswer> {
    const command = {
      TransactionId: transactionId,
      Statement: statement,
      ...(parameters.length === 0 ? {} : { Parameters: parameters }),
    }
    const answer = await this.#send('ExecuteStatement', command, options)
    const page = needed(answer.FirstPage, 'ExecuteStatement', 'FirstPage')
    return { page, statistics: statisticsOf(answer) }
  }

  async fetchPage(transactionId: string, token: string, options?: SendOptions): Promise<PageAnswer> {
    const answer = await this.#send('FetchPage', { TransactionId: transactionId, NextPageToken: token }, options)
    return { page: needed(answer.Page, 'FetchPage', 'Page'), statistics: statisticsOf(answer) }
  }

  /**
   * Returns the digest that the endpoint answered. Rejects with LedgerError 'transaction/unknown-outcome' when the request
   * went out and no answer of the protocol came back, or one that says nothing about what became of it.
   */
  async commit(
    transactionId: string,
    digest: Uint8Array,
    options?: SendOptions,
  ): Promise<{ readonly digest: Uint8Array; readonly statistics: Statistics }> {
    try {
      const command = { TransactionId: transactionId, CommitDigest: digest }
      const answer = await this.#send('CommitTransaction', command, options)
      const found = needed(answer.CommitDigest, 'CommitTransaction', 'CommitDigest')
      checkCommitted(answer.TransactionId, transactionId)
      return { digest: found, statistics: statisticsOf(answer) }
    } catch (error) {
      throw leavesOutcomeUnknown(error) ? unknownOutcome(transactionId, error) : error
    }
  }

  /** Aborts whatever is open. A session that can't even do that is dropped; never rejects. */
  async abort(): Promise<void> {
    try {
      await this.#send('AbortTransaction', {}, this.#farewell())
    } catch {
      this.#drop()
    }
  }

  /**
   * Finds out what a failure has left of the session. A conflict has closed the transaction and leaves it good; one
   * that is dead, can't be reached or does not answer is dropped; in every other case, time run out included, an abort shows it.
   */
  async recover(error: unknown): Promise<void> {
    const code = error instanceof LedgerError ? error.code : undefined
    const isAway = code === 'endpoint/unreachable' || code === 'endpoint/timed-out'
    if (isDeadSession(error) || isAway) this.#drop()
    else if (!isConflict(error)) await this.abort()
  }

  /** Never rejects: an endpoint expires a session that is not ended. */
  async end(): Promise<void> {
    this.#drop()
    await this.#send('EndSession', {}, this.#farewell()).catch(() => undefined)
  }

  /** For a command whose answer is waited for out of courtesy. */
  #farewell(): SendOptions {
    return this.#transport.cancels === 'waiting' ? { signal: AbortSignal.timeout(endpointFarewellMsMax) } : {}
  }

  #drop(): void {
    this.#isAlive = false
  }

  async #send<Name extends ResultName>(
    name: Name,
    command: NonNullable<SendCommandRequest[Name]>,
    options?: SendOptions,
  ): Promise<NonNullable<SendCommandResponse[Name]>> {
    const answer = await this.#transport.send({ SessionToken: this.#token, [name]: command }, options)
    return expected(answer, name)
  }
}

type ResultName = keyof SendCommandResponse

function expected<Name extends ResultName>(
  answer: SendCommandResponse,
  name: Name,
): NonNullable<SendCommandResponse[Name]> {
  const result = answer[name]
  if (result === undefined) {
    const found = Object.keys(answer).join(', ') || 'nothing'
    throw new LedgerError('endpoint/malformed-answer', `the endpoint answered '${found}' to '${name}'`)
  }
  return result as NonNullable<SendCommandResponse[Name]>
}

/** A member of an answer that every endpoint has to give. */
function needed<T>(member: T | null | undefined, command: ResultName, name: string): T {
  if (member !== undefined && member !== null) return member
  throw new LedgerError('endpoint/malformed-answer', `the endpoint's answer to '${command}' has no '${name}'`)
}

function neededText(member: unknown, command: ResultName, name: string): string {
  if (typeof member === 'string' && member !== '') return member
  if (member === undefined || member === null) return needed<string>(member, command, name)
  const text = `the endpoint's answer to '${command}' has a '${name}' that is not a text`
  throw new LedgerError('endpoint/malformed-answer', text)
}

/** Throws 'endpoint/malformed-answer' if the endpoint says that it committed another transaction: the outcome is unknown. */
function checkCommitted(found: unknown, transactionId: string): void {
  const id = neededText(found, 'CommitTransaction', 'TransactionId')
  if (id === transactionId) return
  throw new LedgerError('endpoint/malformed-answer', `the endpoint answered that it committed transaction '${id}'`)
}

/** A server that fails while it commits (status 500) may have committed. */
function leavesOutcomeUnknown(error: unknown): error is LedgerError | WireError {
  if (error instanceof WireError) return error.name === 'InternalFailure'
  if (!(error instanceof LedgerError)) return false
  return unknownAfter.has(error.code)
}

/** The request went out, and no answer of the protocol came back. */
const unknownAfter: ReadonlySet<ErrorCode> = new Set([
  'endpoint/failed',
  'endpoint/timed-out',
  'endpoint/malformed-answer',
  'endpoint/redirected',
])

function unknownOutcome(id: string, cause: LedgerError | WireError): LedgerError {
  return new LedgerError(
    'transaction/unknown-outcome',
    `it is unknown whether transaction '${id}' was committed: ${cause.message}`,
    { cause, help: 'look at the data before you run it again' },
  )
}

function statisticsOf(answer: {
  readonly ConsumedIOs?: IoUsage
  readonly TimingInformation?: { readonly ProcessingTimeMilliseconds: number }
}): Statistics {
  return {
    readIos: answer.ConsumedIOs?.ReadIOs ?? 0,
    writeIos: answer.ConsumedIOs?.WriteIOs ?? 0,
    serverMs: answer.TimingInformation?.ProcessingTimeMilliseconds ?? 0,
  }
}
