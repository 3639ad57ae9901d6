import { type MessagePort, workerData } from 'node:worker_threads'
import { soundFacts } from '../journal/sealed-blocks.ts'
import type { SoundFacts } from '../journal/sound-block.ts'

/** Blocks one after the other; a length of -1 stands for one that is not to be looked at. */
export interface HashRequest {
  readonly lengths: readonly number[]
  readonly bytes: Uint8Array
}

export type HashAnswer = readonly (SoundFacts | undefined)[]

function answer({ lengths, bytes }: HashRequest): HashAnswer {
  let at = 0
  return soundFacts(
    lengths.map((length) => {
      if (length === -1) return undefined
      at += length
      return bytes.subarray(at - length, at)
    }),
  )
}

const port = workerData as MessagePort
port.on('message', (request: HashRequest) => port.postMessage(answer(request)))
