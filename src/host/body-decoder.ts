import { Worker } from 'node:worker_threads'
import { decoderHeapBytesMax } from '../base/limits.ts'
import type { RequestLimits } from '../protocol/codec.ts'
import { type SendCommandRequest, WireError } from '../protocol/message.ts'
import { type SealedParameters, withSealed } from '../protocol/sealed-parameters.ts'
import { type ClonedError, reviveError } from '../protocol/worker-message.ts'
import { chunkPath } from './chunks.ts'

/** What the thread is started with. */
export interface DecoderStart {
  readonly limits: RequestLimits
}

export interface DecoderQuestion {
  readonly id: number
  readonly blocks: readonly Uint8Array[]
}

export type DecoderAnswer =
  | { readonly id: number; readonly request: SendCommandRequest; readonly sealed: SealedParameters | undefined }
  | { readonly id: number; readonly error: ClonedError }

interface Waiting {
  readonly resolve: (request: SendCommandRequest) => void
  readonly reject: (error: unknown) => void
}

/**
 * Parses large bodies of requests in a thread of its own, one after the other, so that nobody waits for it who sends a
 * small one. The thread is started with the first body; one that has died is replaced.
 */
export class Decoder {
  readonly #limits: RequestLimits
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #count = 0

  constructor(limits: RequestLimits) {
    this.#limits = limits
  }

  /** The blocks are handed over: their memory is gone for the caller. Rejects as decodeRequest throws. */
  readonly decode = (blocks: readonly Uint8Array[]): Promise<SendCommandRequest> => {
    this.#worker ??= this.#start()
    this.#count += 1
    const id = this.#count
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      const memory = blocks.map((block) => block.buffer as ArrayBuffer)
      this.#worker?.postMessage({ id, blocks } satisfies DecoderQuestion, memory)
    })
  }

  async close(): Promise<void> {
    await this.#worker?.terminate()
  }

  #start(): Worker {
    const start: DecoderStart = { limits: this.#limits }
    const worker = new Worker(chunkPath('serveWorker'), {
      workerData: start,
      resourceLimits: { maxOldGenerationSizeMb: decoderHeapBytesMax / (1024 * 1024) },
    })
    worker.on('message', (answer: DecoderAnswer) => {
      const waiting = this.#waiting.get(answer.id)
      this.#waiting.delete(answer.id)
      if ('error' in answer) waiting?.reject(reviveError(answer.error))
      else waiting?.resolve(withSealed(answer.request, answer.sealed))
    })
    worker.on('error', () => undefined)
    worker.on('exit', () => {
      this.#worker = undefined
      for (const { reject } of this.#waiting.values()) reject(tooLarge())
      this.#waiting.clear()
    })
    worker.unref()
    return worker
  }
}

function tooLarge(): WireError {
  return new WireError('ServiceUnavailable', 'The body could not be parsed within the memory that is set aside for it')
}
