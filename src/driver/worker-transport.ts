import type { MessagePort } from 'node:worker_threads'
import { LedgerError } from '../base/errors.ts'
import type { ControlRequest, ControlResponse } from '../protocol/control-message.ts'
import type { SendCommandRequest, SendCommandResponse, StopSignal } from '../protocol/message.ts'
import type { TransactionStart } from '../protocol/transaction-start.ts'
import {
  cancelSlot,
  detachRequest,
  detachStart,
  type FromEngine,
  readIosSlot,
  requestIdMax,
  reviveError,
  type ToEngine,
  unpackValues,
} from '../protocol/worker-message.ts'
import type { SendOptions, Transport } from './transport.ts'

interface Pending {
  /** The answer is of the kind that was asked for. */
  readonly resolve: (response: SendCommandResponse | ControlResponse) => void
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
  /** Requests to be given up and not yet answered, in the order of the signals. */
  readonly #cancelled = new Set<number>()
  #lastId = 0
  #isClosed = false
  #closing: Promise<void> | undefined
  #onClosed: () => void = () => undefined

  constructor(port: MessagePort, shared: Int32Array, description: string) {
    this.#port = port
    this.#shared = shared
    this.description = description
    port.on('message', (message: FromEngine) => this.#receive(message))
    port.on('close', () => this.#portClosed())
  }

  readonly readIosSoFar = (): number => Atomics.load(this.#shared, readIosSlot)

  /** `start`: the transaction is to be begun first. */
  send(
    request: SendCommandRequest,
    options: { readonly signal?: StopSignal; readonly start?: TransactionStart } = {},
  ): Promise<SendCommandResponse> {
    const { start } = options
    const ask = (id: number) => {
      if (request.ExecuteStatement !== undefined) Atomics.store(this.#shared, readIosSlot, 0)
      const message: ToEngine = { kind: 'request', id, request: detachRequest(request) }
      this.#port.postMessage(start === undefined ? message : { ...message, start: detachStart(start) })
    }
    return this.#ask(ask, options) as Promise<SendCommandResponse>
  }

  readonly control = (request: ControlRequest, options: SendOptions = {}): Promise<ControlResponse> => {
    const ask = (id: number) => this.#port.postMessage({ kind: 'control', id, request } satisfies ToEngine)
    return this.#ask(ask, options) as Promise<ControlResponse>
  }

  #ask(
    ask: (id: number) => void,
    options: { readonly signal?: StopSignal },
  ): Promise<SendCommandResponse | ControlResponse> {
    if (this.#isClosed) return Promise.reject(engineGone())
    this.#lastId = this.#lastId === requestIdMax ? 1 : this.#lastId + 1
    const id = this.#lastId
    const { signal } = options
    return new Promise((resolve, reject) => {
      const cancel = () => this.#cancel(id)
      signal?.addEventListener('abort', cancel, { once: true })
      this.#pending.set(id, { resolve, reject, forget: () => signal?.removeEventListener('abort', cancel) })
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

  #receive(message: FromEngine): void {
    if (message.kind === 'closed') {
      this.#port.close()
      return
    }
    const pending = this.#pending.get(message.id)
    if (pending === undefined) return
    this.#settled(message.id, pending)
    if (message.kind === 'failure') pending.reject(reviveError(message.error))
    else if (message.kind === 'control-answer') pending.resolve(message.response)
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
    this.#isClosed = true
    for (const [id, pending] of this.#pending) {
      this.#settled(id, pending)
      pending.reject(engineGone())
    }
    this.#onClosed()
  }
}

function engineGone(): LedgerError {
  return new LedgerError('endpoint/failed', 'the engine has ended')
}
