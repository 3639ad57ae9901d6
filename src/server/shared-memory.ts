import { memoryStepBytes } from '../base/limits.ts'

/** Memory held by the statements of all threads, as shared 32-bit integers: [limit, thread 0, thread 1 …]. */
export interface SharedMemory {
  readonly words: Int32Array
  /** Of the thread that takes and gives. */
  readonly thread: number
}

/** Threads that may share; a thread that has ended leaves its place to the next. */
const threadsMax = 128

export function createSharedMemory(bytesMax: number): Int32Array {
  const words = new Int32Array(new SharedArrayBuffer((threadsMax + 1) * Int32Array.BYTES_PER_ELEMENT))
  words[0] = Math.min(0x7fff_ffff, Math.floor(bytesMax / memoryStepBytes))
  return words
}

/** A thread's share of the memory: the MemoryPool of its ledgers. Bytes come in whole steps. */
export class SharedMemoryPool {
  readonly #words: Int32Array
  readonly #slot: number

  constructor({ words, thread }: SharedMemory) {
    this.#words = words
    this.#slot = 1 + (thread % threadsMax)
  }

  take(bytes: number): boolean {
    const steps = Math.ceil(bytes / memoryStepBytes)
    Atomics.add(this.#words, this.#slot, steps)
    let all = 0
    for (let slot = 1; slot <= threadsMax; slot += 1) all += Atomics.load(this.#words, slot)
    if (all <= Atomics.load(this.#words, 0)) return true
    Atomics.sub(this.#words, this.#slot, steps)
    return false
  }

  give(bytes: number): void {
    Atomics.sub(this.#words, this.#slot, Math.ceil(bytes / memoryStepBytes))
  }

  /** The thread has ended: what it held is free. */
  end(): void {
    Atomics.store(this.#words, this.#slot, 0)
  }
}
