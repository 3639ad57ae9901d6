import type { MessagePort } from 'node:worker_threads'
import { decodeRequest } from '../protocol/codec.ts'
import { cloneError, packParameters } from '../protocol/worker-message.ts'
import type { DecoderAnswer, DecoderQuestion, DecoderStart } from './serve-decoder.ts'

/** The thread behind serve-decoder.ts. */
export function decodeBodies(parent: MessagePort, { limits }: DecoderStart): void {
  parent.on('message', ({ id, body }: DecoderQuestion) => {
    try {
      const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
      const { request, parameters } = packParameters(decodeRequest(text, limits))
      const answer: DecoderAnswer = { id, request, parameters }
      parent.postMessage(answer, parameters === undefined ? [] : [parameters.bytes.buffer as ArrayBuffer])
    } catch (error) {
      parent.postMessage({ id, error: cloneError(error) } satisfies DecoderAnswer)
    }
  })
}
