import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { joinBytes } from '../base/bytes.ts'
import { hashThreadsMax } from '../base/limits.ts'
import type { FactsSource } from '../journal/facts-source.ts'
import { soundFacts } from '../journal/sealed-blocks.ts'
import { chunkPath } from './chunks.ts'
import type { HashAnswer, HashRequest } from './hash-worker.ts'

/** So many windows are hashed here first: in less time no thread has started. */
const windowsBefore = 16
/** Windows that each thread has to do. */
const windowsPerThread = 2

type Blocks = readonly (Uint8Array | undefined)[]

interface Asked {
  readonly blocks: Blocks
  readonly resolve: (answer: HashAnswer) => void
}

/**
 * Hashes blocks in threads, as many as there are cores beside this one's. Where none can be started, or one ends, the work
 * is done here: what comes out is the same.
 */
export class HashThreads implements FactsSource {
  readonly #threads: { readonly worker: Worker; readonly asked: Asked[] }[] = []
  readonly #count: number
  #windows = 0

  /** `threads`: 0 hashes everything here. */
  constructor(threads = Math.min(hashThreadsMax, availableParallelism() - 1)) {
    this.#count = threads
  }

  get ahead(): number {
    return this.#threads.length * windowsPerThread
  }

  of(blocks: Blocks): HashAnswer | Promise<HashAnswer> {
    this.#windows += 1
    if (this.#windows === windowsBefore) this.#start()
    const [first, ...others] = this.#threads
    if (first === undefined) return soundFacts(blocks)
    const least = others.reduce((found, thread) => (thread.asked.length < found.asked.length ? thread : found), first)
    return new Promise((resolve) => {
      least.asked.push({ blocks, resolve })
      const request = requestOf(blocks)
      least.worker.postMessage(request, [request.bytes.buffer as ArrayBuffer])
    })
  }

  async close(): Promise<void> {
    const threads = this.#threads.splice(0)
    for (const { asked } of threads) asked.length = 0
    await Promise.all(threads.map(({ worker }) => worker.terminate()))
  }

  #start(): void {
    try {
      for (let count = 0; count < this.#count; count += 1) {
        const thread = { worker: new Worker(chunkPath('hashWorker')), asked: [] as Asked[] }
        thread.worker.on('message', (answer: HashAnswer) => thread.asked.shift()?.resolve(answer))
        thread.worker.on('error', () => this.#fail(thread))
        thread.worker.on('exit', () => this.#fail(thread))
        this.#threads.push(thread)
      }
    } catch {
      // No thread can be had: those that were started do the work, or this one.
    }
  }

  /** What it was asked is done here. */
  #fail(thread: { readonly worker: Worker; readonly asked: Asked[] }): void {
    const at = this.#threads.indexOf(thread)
    if (at !== -1) this.#threads.splice(at, 1)
    for (const { blocks, resolve } of thread.asked.splice(0)) resolve(soundFacts(blocks))
  }
}

function requestOf(blocks: Blocks): HashRequest {
  const bytes = joinBytes(blocks.filter((block) => block !== undefined))
  return { lengths: blocks.map((block) => block?.length ?? -1), bytes }
}
