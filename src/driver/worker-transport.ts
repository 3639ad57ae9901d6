import type { MessagePort } from 'node:worker_threads'
import { LedgerError } from '../base/errors.ts'
import type { ControlRequest, ControlResponse } from '../protocol/control-message.ts'
import { setEncodedAnswer } from '../protocol/encoded-answer.ts'
import type { SendCommandRequest, SendCommandResponse, StopSignal } from '../protocol/message.ts'
import { sealedOf } from '../protocol/sealed-parameters.ts'
import type { TransactionStart } from '../protocol/transaction-start.ts'
import {
  cancelSlot,
  detachRequest,
  detachStart,
  type FromEngine,
  readIosSlot,
  runningSlot,
  requestIdMax,
  reviveError,
  type ToEngine,
  unpackValues,
} from '../protocol/worker-message.ts'
import type { SendOptions, Transport } from './transport.ts'

type Answer = SendCommandResponse | ControlResponse | number | undefined

interface Pending {
  readonly isCommit: boolean
  /** The answer is of the kind that was asked for. */
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
  readonly forget: () => void
}

/**
 * A transport to an engine in another thread (server/worker-endpoint.ts), so that this thread's event loop stays free
 * while a statement runs. `shared` is the memory both threads see: a raised signal is written there, and the engine,
 * which reads no messages while it works, finds it. The promise settles when the engine has answered, so that both
 * sides agree on what was run.
 */
export function createWorkerTransport(port: MessagePort, shared: Int32Array, description: string): WorkerTransport {
  return new WorkerTransport(port, shared, description)
}

export class WorkerTransport implements Transport {
  readonly description: string
  readonly cancels = 'statement'
  readonly #port: MessagePort
  readonly #shared: Int32Array
  readonly #pending = new Map<number, Pending>()
  /** Requests to cancel that are not yet answered, in the order of the signals. */
  readonly #cancelled = new Set<number>()
  #lastId = 0
  #isClosed = false
  readonly #isWatched: boolean
  #closing: Promise<void> | undefined
  #onClosed: () => void = () => undefined

  /** `isWatched`: whoever started the engine calls `fail` when it has ended, and then knows why. */
  constructor(port: MessagePort, shared: Int32Array, description: string, isWatched = false) {
    this.#port = port
    this.#shared = shared
    this.description = description
    this.#isWatched = isWatched
    port.on('message', (message: FromEngine) => this.#receive(message))
    port.on('close', () => this.#portClosed())
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  readonly readIosSoFar = (): number => Atomics.load(this.#shared, readIosSlot)

  /** `start`: the transaction is to be begun first. */
  send(
    request: SendCommandRequest,
    options: { readonly signal?: StopSignal; readonly start?: TransactionStart; readonly takesNotices?: boolean } = {},
  ): Promise<SendCommandResponse> {
    const { start, takesNotices = false } = options
    const ask = (id: number) => {
      if (request.ExecuteStatement !== undefined) Atomics.store(this.#shared, readIosSlot, 0)
      const message: ToEngine = { kind: 'request', id, request: detachRequest(request), takesNotices }
      const sealed = sealedOf(request)
      this.#port.postMessage(
        {
          ...message,
          ...(start === undefined ? {} : { start: detachStart(start) }),
          ...(sealed === undefined ? {} : { sealed }),
        } satisfies ToEngine,
        sealed === undefined ? [] : [sealed.bytes.buffer as ArrayBuffer],
      )
    }
    return this.#ask(ask, options, request.CommitTransaction !== undefined) as Promise<SendCommandResponse>
  }

  readonly control = (request: ControlRequest, options: SendOptions = {}): Promise<ControlResponse> => {
    const ask = (id: number) => this.#port.postMessage({ kind: 'control', id, request } satisfies ToEngine)
    return this.#ask(ask, options) as Promise<ControlResponse>
  }

  /** The newest block that the transaction of a session of the engine reads. */
  snapshotTip(token: string): Promise<number | undefined> {
    const ask = (id: number) => this.#port.postMessage({ kind: 'tip', id, token } satisfies ToEngine)
    return this.#ask(ask, {}) as Promise<number | undefined>
  }

  #ask(ask: (id: number) => void, options: { readonly signal?: StopSignal }, isCommit = false): Promise<Answer> {
    if (this.#isClosed) return Promise.reject(engineGone())
    this.#lastId = this.#lastId === requestIdMax ? 1 : this.#lastId + 1
    const id = this.#lastId
    const { signal } = options
    return new Promise((resolve, reject) => {
      const cancel = () => this.#cancel(id)
      signal?.addEventListener('abort', cancel, { once: true })
      this.#pending.set(id, { isCommit, resolve, reject, forget: () => signal?.removeEventListener('abort', cancel) })
      if (signal?.aborted === true) cancel()
      ask(id)
    })
  }

  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      if (this.#isClosed) return resolve()
      this.#onClosed = resolve
      this.#port.postMessage({ kind: 'close' } satisfies ToEngine)
    })
    return this.#closing
  }

  /**
   * The engine has ended: its running request fails with `error`, those that waited for their turn with 'endpoint/failed',
   * and commits, of which nobody knows, with 'transaction/unknown-outcome'.
   */
  fail(error: LedgerError): void {
    this.#isClosed = true
    const running = Atomics.load(this.#shared, runningSlot)
    for (const [id, pending] of this.#pending) {
      this.#settled(id, pending)
      if (pending.isCommit) pending.reject(unknownOutcome())
      else pending.reject(id === running ? error : engineGone())
    }
    this.#port.close()
  }

  #receive(message: FromEngine): void {
    if (message.kind === 'closed') {
      this.#port.close()
      return
    }
    const pending = this.#pending.get(message.id)
    if (pending === undefined) return
    this.#settled(message.id, pending)
    if (message.kind === 'failure') pending.reject(reviveError(message.error))
    else if (message.kind === 'encoded') {
      setEncodedAnswer(message.response, message.body)
      pending.resolve(message.response)
    } else if (message.kind === 'control-answer') pending.resolve(message.response)
    else if (message.kind === 'tip-answer') pending.resolve(message.tip)
    else if (message.values === undefined) pending.resolve(message.response)
    else pending.resolve(unpackValues(message.response, message.values))
  }

  #cancel(id: number): void {
    this.#cancelled.add(id)
    this.#tellCancelled()
  }

  #settled(id: number, pending: Pending): void {
    pending.forget()
    this.#pending.delete(id)
    if (this.#cancelled.delete(id)) this.#tellCancelled()
  }

  /** There is room for one id; the engine works on requests in their order, so the oldest goes first. */
  #tellCancelled(): void {
    const [oldest = 0] = this.#cancelled
    Atomics.store(this.#shared, cancelSlot, oldest)
  }

  #portClosed(): void {
    if (!this.#isClosed && !this.#isWatched) this.fail(engineGone())
    this.#onClosed()
  }
}

function unknownOutcome(): LedgerError {
  return new LedgerError('transaction/unknown-outcome', 'the engine ended while it committed the transaction')
}

function engineGone(): LedgerError {
  return new LedgerError('endpoint/failed', 'the engine has ended')
}
