import { availableParallelism } from 'node:os'
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { hashThreadsMax } from '../base/limits.ts'
import type { ExportFacts } from '../archive/export-facts.ts'
import type { Facts } from '../journal/facts-source.ts'
import { soundFacts } from '../journal/sealed-blocks.ts'
import { soundTexts, type TextFacts } from '../archive/sound-texts.ts'
import { chunkPath } from './chunks.ts'
import { type HashAnswer, type HashRequest, joinPieces, splitPieces } from './hash-requests.ts'

/** So many windows are hashed here first: in less time no thread has started. */
const windowsBefore = 16
/** Windows that each thread has to do: one that it hashes and one that waits. */
const windowsPerThread = 2
/** Windows that are hashed here while all threads have enough to do, before the first answer is awaited. */
const windowsHere = 2

/** A window for a thread, and the same work done here. */
interface Work<Answer> {
  readonly request: () => HashRequest
  readonly read: (answer: HashAnswer) => Answer
  readonly doHere: () => Answer
}

interface Asked {
  readonly take: (answer: HashAnswer) => void
  readonly doHere: () => void
}

export interface HashThreadsOptions {
  /** 0 hashes everything here. Default: as many as there are cores beside this one's, up to hashThreadsMax. */
  readonly threads?: number
  /** What the threads run. */
  readonly program?: string
}

/**
 * Hashes blocks in threads, and here while all of them have enough to do. Where no thread can be started, or one ends, the
 * work is done here: what comes out is the same.
 */
export class HashThreads implements ExportFacts {
  readonly #threads: HashThread[] = []
  readonly #count: number
  readonly #program: string | undefined
  #windows = 0
  /** Windows that threads have answered. */
  answered = 0

  constructor({ threads = Math.min(hashThreadsMax, availableParallelism() - 1), program }: HashThreadsOptions = {}) {
    this.#count = threads
    this.#program = program
  }

  get ahead(): number {
    return this.#threads.length === 0 ? 0 : this.#threads.length * windowsPerThread + windowsHere
  }

  of(blocks: readonly (Uint8Array | undefined)[]): Facts | Promise<Facts> {
    return this.#do({
      request: () => ({ form: 'stored', ...joinPieces(blocks) }),
      read: ({ facts }) => facts,
      doHere: () => soundFacts(blocks),
    })
  }

  ofTexts(texts: readonly Uint8Array[]): TextFacts | Promise<TextFacts> {
    return this.#do({
      request: () => ({ form: 'text', ...joinPieces(texts) }),
      read: ({ facts, stored }) => {
        const blocks = stored === undefined ? [] : splitPieces(stored)
        return facts.map((known, index) => known && { facts: known, stored: blocks[index] as Uint8Array })
      },
      doHere: () => soundTexts(texts),
    })
  }

  #do<Answer>(work: Work<Answer>): Answer | Promise<Answer> {
    this.#windows += 1
    if (this.#windows === windowsBefore) this.#start()
    for (const thread of this.#threads) thread.takeAnswers()
    const [first, ...others] = this.#threads
    if (first === undefined) return work.doHere()
    const least = others.reduce((found, thread) => (thread.waiting < found.waiting ? thread : found), first)
    return least.waiting < windowsPerThread ? least.ask(work) : work.doHere()
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.splice(0).map((thread) => thread.close()))
  }

  #start(): void {
    try {
      for (let count = 0; count < this.#count; count += 1)
        this.#threads.push(new HashThread(this.#program ?? chunkPath('hashWorker'), this.#note, this.#forget))
    } catch {
      // No thread can be had: those that were started do the work, or this one.
    }
  }

  readonly #note = (): void => {
    this.answered += 1
  }

  readonly #forget = (thread: HashThread): void => {
    const at = this.#threads.indexOf(thread)
    if (at !== -1) this.#threads.splice(at, 1)
  }
}

class HashThread {
  readonly #worker: Worker
  readonly #port: MessagePort
  readonly #onAnswer: () => void
  #asked: Asked[] = []

  /** `onAnswer` gets each answer; `onEnd` is called when no more will come. */
  constructor(program: string, onAnswer: () => void, onEnd: (thread: HashThread) => void) {
    const { port1, port2 } = new MessageChannel()
    this.#worker = new Worker(program, { workerData: port2, transferList: [port2] })
    this.#port = port1
    this.#onAnswer = onAnswer
    port1.on('message', (answer: HashAnswer) => this.#take(answer))
    const fail = () => {
      onEnd(this)
      this.#answerHere()
    }
    this.#worker.on('error', fail)
    this.#worker.on('exit', fail)
  }

  /** Windows that it has not answered. */
  get waiting(): number {
    return this.#asked.length
  }

  ask<Answer>({ request, read, doHere }: Work<Answer>): Promise<Answer> {
    return new Promise((resolve) => {
      this.#asked.push({ take: (answer) => resolve(read(answer)), doHere: () => resolve(doHere()) })
      const message = request()
      this.#port.postMessage(message, [message.bytes.buffer as ArrayBuffer])
    })
  }

  /** Takes what has come, before the event loop gets to it. */
  takeAnswers(): void {
    while (this.#asked.length > 0) {
      const received = receiveMessageOnPort(this.#port)
      if (received === undefined) return
      this.#take(received.message)
    }
  }

  async close(): Promise<void> {
    this.#asked = []
    this.#port.close()
    await this.#worker.terminate()
  }

  #take(answer: HashAnswer): void {
    const asked = this.#asked.shift()
    if (asked === undefined) return
    this.#onAnswer()
    asked.take(answer)
  }

  /** What it was asked and has not answered. */
  #answerHere(): void {
    this.takeAnswers()
    this.#port.close()
    for (const { doHere } of this.#asked.splice(0)) doHere()
  }
}
