import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { concatBytes } from '../base/bytes.ts'
import { verifyThreadBlocksMin, verifyThreadsMax } from '../base/limits.ts'
import type { BlockChecker } from '../journal/journal-check.ts'
import { soundFacts } from '../journal/sealed-blocks.ts'
import type { SoundFacts } from '../journal/sound-block.ts'
import { chunkPath } from './chunks.ts'
import type { FactsMessage, WindowMessage } from './verify-worker.ts'

/** Threads that check blocks; undefined where they would cost more than they bring. */
export function openVerifyThreads(blocks: number, file = chunkPath('verifyWorker')): BlockChecker | undefined {
  const threads = Math.min(availableParallelism(), verifyThreadsMax)
  return blocks < verifyThreadBlocksMin || threads < 2 ? undefined : new VerifyThreads(threads, file)
}

type Facts = readonly (SoundFacts | undefined)[]

interface Pending {
  readonly thread: Worker
  readonly count: number
  readonly resolve: (facts: Facts) => void
}

const windowsOfThread = 4

class VerifyThreads implements BlockChecker {
  readonly windowsAhead: number
  readonly #threads: Worker[]
  readonly #pending = new Map<number, Pending>()
  #lastId = 0

  constructor(count: number, file: string) {
    this.windowsAhead = count * windowsOfThread
    this.#threads = Array.from({ length: count }, () => this.#start(file))
  }

  #start(file: string): Worker {
    const thread = new Worker(file)
    thread.on('message', ({ id, facts }: FactsMessage) => {
      this.#pending.get(id)?.resolve(facts)
      this.#pending.delete(id)
    })
    thread.on('error', () => this.#forget(thread))
    thread.on('exit', () => this.#forget(thread))
    return thread
  }

  /** Of what a thread had that is gone nothing is known: it is checked in full. */
  #forget(thread: Worker): void {
    const at = this.#threads.indexOf(thread)
    if (at !== -1) this.#threads.splice(at, 1)
    for (const [id, pending] of this.#pending) {
      if (pending.thread !== thread) continue
      this.#pending.delete(id)
      pending.resolve(Array.from({ length: pending.count }, () => undefined))
    }
  }

  async check(blocks: readonly (Uint8Array | undefined)[]): Promise<Facts> {
    this.#lastId += 1
    const id = this.#lastId
    const thread = this.#threads[id % Math.max(1, this.#threads.length)]
    if (thread === undefined) return soundFacts(blocks)
    const bytes = new Uint8Array(concatBytes(...blocks.map((block) => block ?? new Uint8Array(0))))
    const lengths = blocks.map((block) => block?.length ?? 0)
    return await new Promise((resolve) => {
      this.#pending.set(id, { thread, count: blocks.length, resolve })
      thread.postMessage({ id, bytes, lengths } satisfies WindowMessage, [bytes.buffer])
    })
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()))
  }
}
