import type { MessagePort } from 'node:worker_threads'
import { LedgerError } from '../base/errors.ts'
import type { SendControl } from '../protocol/control-message.ts'
import {
  cancelSlot,
  cloneError,
  type FromEngine,
  packValues,
  readIosSlot,
  runningSlot,
  type ToEngine,
} from '../protocol/worker-message.ts'
import { encodeResponse } from '../protocol/codec.ts'
import { unsealRequest } from '../protocol/sealed-parameters.ts'
import type { Handler } from './handler.ts'

export interface EndpointOptions {
  /** Awaited when the other side closes: it closes the ledgers. */
  readonly close?: () => Promise<void>
  readonly control?: SendControl
  readonly snapshotTip?: Handler['snapshotTip']
  /** Pages of more bytes are answered as encodeResponse makes them, for HTTP. */
  readonly encodedBytesMin?: number
}

/**
 * Answers the requests that driver/worker-transport.ts sends from another thread. `shared` is the memory both threads
 * see (protocol/worker-message.ts).
 */
export function serveMessagePort(
  port: MessagePort,
  send: Handler['send'],
  shared: Int32Array,
  { close, control, snapshotTip, encodedBytesMin = Number.POSITIVE_INFINITY }: EndpointOptions = {},
): void {
  port.on('message', async (message: ToEngine) => {
    if (message.kind === 'close') {
      try {
        await close?.()
      } finally {
        port.postMessage({ kind: 'closed' } satisfies FromEngine)
        port.close()
      }
      return
    }
    const { id } = message
    try {
      if (message.kind === 'control') {
        if (control === undefined) throw new LedgerError('request/invalid', 'no digests or proofs are offered here')
        port.postMessage({ kind: 'control-answer', id, response: await control(message.request) } satisfies FromEngine)
        return
      }
      if (message.kind === 'tip') {
        port.postMessage({ kind: 'tip-answer', id, tip: snapshotTip?.(message.token) } satisfies FromEngine)
        return
      }
      const { start, takesNotices = false, sealed } = message
      const request = unsealRequest(message.request, sealed)
      Atomics.store(shared, runningSlot, id)
      const answer = send(request, {
        ...(start === undefined ? {} : { start }),
        takesNotices,
        isCancelled: () => Atomics.load(shared, cancelSlot) === id,
        onProgress: (readIos) => Atomics.store(shared, readIosSlot, readIos | 0),
      })
      Atomics.store(shared, runningSlot, 0)
      const response = await answer
      const packed = packValues(response)
      if (packed === undefined) {
        port.postMessage({ kind: 'answer', id, response } satisfies FromEngine)
      } else if (packed.values.bytes.length > encodedBytesMin) {
        const body = new TextEncoder().encode(encodeResponse(response))
        const answer: FromEngine = { kind: 'encoded', id, response: packed.response, body }
        port.postMessage(answer, [body.buffer])
      } else {
        const answer: FromEngine = { kind: 'answer', id, response: packed.response, values: packed.values }
        port.postMessage(answer, [packed.values.bytes.buffer as ArrayBuffer])
      }
    } catch (error) {
      port.postMessage({ kind: 'failure', id, error: cloneError(error) } satisfies FromEngine)
    }
  })
}
