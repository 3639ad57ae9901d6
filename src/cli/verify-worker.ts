import { parentPort } from 'node:worker_threads'
import { assert } from '../base/assert.ts'
import { soundFacts } from '../journal/sealed-blocks.ts'
import type { SoundFacts } from '../journal/sound-block.ts'

/** Blocks one after the other; one without bytes is not to be checked. */
export interface WindowMessage {
  readonly id: number
  readonly bytes: Uint8Array
  readonly lengths: readonly number[]
}

/** What is known of them. */
export interface FactsMessage {
  readonly id: number
  readonly facts: readonly (SoundFacts | undefined)[]
}

assert(parentPort !== null, 'blocks are checked in a worker')
const port = parentPort
port.on('message', ({ id, bytes, lengths }: WindowMessage) => {
  let at = 0
  const blocks = lengths.map((length) => {
    at += length
    return length === 0 ? undefined : bytes.subarray(at - length, at)
  })
  port.postMessage({ id, facts: soundFacts(blocks) } satisfies FactsMessage)
})
