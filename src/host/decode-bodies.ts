import type { MessagePort } from 'node:worker_threads'
import { decodeRequest } from '../protocol/codec.ts'
import { sealRequest } from '../protocol/sealed-parameters.ts'
import { cloneError } from '../protocol/worker-message.ts'
import type { DecoderAnswer, DecoderQuestion, DecoderStart } from './body-decoder.ts'

/** The thread behind body-decoder.ts. */
export function decodeBodies(parent: MessagePort, { limits }: DecoderStart): void {
  parent.on('message', ({ id, blocks }: DecoderQuestion) => {
    try {
      const { request, sealed } = sealRequest(decodeRequest(Buffer.concat(blocks).toString('utf8'), limits))
      const answer: DecoderAnswer = { id, request, sealed }
      parent.postMessage(answer, sealed === undefined ? [] : [sealed.bytes.buffer as ArrayBuffer])
    } catch (error) {
      parent.postMessage({ id, error: cloneError(error) } satisfies DecoderAnswer)
    }
  })
}
