import { Worker } from 'node:worker_threads'
import { LedgerError } from '../base/errors.ts'
import { movedBytesMax } from '../base/limits.ts'
import { WorkerTransport } from '../driver/worker-transport.ts'
import { createSharedWords, reviveError } from '../protocol/worker-message.ts'
import type { ExportRecord } from '../server/control-plane/control-plane-exports.ts'
import type { SharedEngine } from '../server/engine-pool.ts'
import { asMove } from '../server/shared-engine.ts'
import { SharedMemoryPool } from '../server/shared-memory.ts'
import { chunkPath } from './chunks.ts'
import { statementClock } from './statement-clock.ts'
import type { ThreadMessage, ThreadPlan, ThreadQuestion, ThreadStart } from './server-worker.ts'

/** An engine in a thread of its own. */
export interface EngineThread extends SharedEngine {
  /** Of ledgers in memory, which live in the thread alone. */
  make(ledger: string): Promise<void>
  remove(ledger: string): Promise<void>
}

/** Starts an engine in a thread. */
export async function startEngineThread(plan: ThreadPlan, onFault: (error: unknown) => void): Promise<EngineThread> {
  const shared = createSharedWords()
  const running = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const { port1, port2 } = new MessageChannel()
  const start: ThreadStart = { ...plan, shared, running, port: port2 }
  const worker = new Worker(chunkPath('serveWorker'), {
    workerData: start,
    transferList: [port2],
    resourceLimits: { maxOldGenerationSizeMb: plan.heapBytes / (1024 * 1024) },
  })
  const transport = new WorkerTransport(port1, shared, 'engine', true)
  const questions = watchThread(worker, transport, plan, onFault)
  return {
    requestBytesMax: movedBytesMax,
    async send(request, options) {
      try {
        return await transport.send(request, options)
      } catch (error) {
        throw asMove(error)
      }
    },
    control: (request) => transport.control(request),
    snapshotTip: (token) => transport.snapshotTip(token),
    hasEnded: () => transport.isClosed,
    statementMs() {
      const startMs = Atomics.load(running, 0)
      return startMs === 0 ? 0 : Math.max(0, statementClock() - startMs)
    },
    exportJournal: (...args) => questions.export(...args),
    forget: (ledger) => questions.askLedger('forget', ledger),
    make: (ledger) => questions.askLedger('make', ledger),
    remove: (ledger) => questions.askLedger('remove', ledger),
    close: () => transport.close(),
  }
}

/** What the thread is asked beside its requests. */
class Questions {
  readonly #worker: Worker
  readonly #waiting = new Map<number, { resolve: (value: boolean) => void; reject: (error: unknown) => void }>()
  #count = 0

  constructor(worker: Worker) {
    this.#worker = worker
  }

  ask(question: ThreadQuestion['question']): Promise<boolean> {
    this.#count += 1
    const id = this.#count
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#worker.postMessage({ id, question } satisfies ThreadQuestion)
    })
  }

  /** Of a ledger. When the thread has ended, that is done: there is nothing left. */
  async askLedger(kind: 'forget' | 'make' | 'remove', ledger: string): Promise<void> {
    await this.ask({ kind, ledger }).catch((error: unknown) => {
      if (!(error instanceof LedgerError) || error.code !== 'endpoint/failed') throw error
    })
  }

  /** `isCancelled` is asked now and then: the thread sees the answer in shared memory. */
  async export(record: ExportRecord, folder: string, isCancelled: () => boolean): Promise<boolean> {
    const cancelled = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
    const timer = setInterval(() => Atomics.store(cancelled, 0, isCancelled() ? 1 : 0), cancelEveryMs)
    try {
      return await this.ask({ kind: 'export', record, folder, cancelled })
    } finally {
      clearInterval(timer)
    }
  }

  answered(message: Exclude<ThreadMessage, { fault: string }>): void {
    const waiting = this.#waiting.get(message.answered)
    this.#waiting.delete(message.answered)
    if ('error' in message) waiting?.reject(reviveError(message.error))
    else waiting?.resolve(message.value)
  }

  end(): void {
    for (const { reject } of this.#waiting.values()) reject(engineEnded())
    this.#waiting.clear()
  }
}

const cancelEveryMs = 50

/** Passes on what the thread says, and fails what waits for it when it has ended. */
function watchThread(
  worker: Worker,
  transport: WorkerTransport,
  plan: ThreadPlan,
  onFault: (error: unknown) => void,
): Questions {
  const questions = new Questions(worker)
  worker.on('message', (message: ThreadMessage) => {
    if ('fault' in message) onFault(new Error(message.fault))
    else questions.answered(message)
  })
  worker.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') transport.fail(outOfMemory(plan.heapBytes))
    else onFault(error)
  })
  worker.on('exit', () => {
    transport.fail(engineEnded())
    if (plan.rules.memory !== undefined) new SharedMemoryPool(plan.rules.memory).end()
    questions.end()
  })
  return questions
}

function outOfMemory(heapBytes: number): LedgerError {
  const text = `the statement needs more than the ${heapBytes / (1024 * 1024)} MiB of memory that its thread may use`
  return new LedgerError('evaluator/limit', text, { help: 'let it hold less at once' })
}

function engineEnded(): LedgerError {
  return new LedgerError('endpoint/failed', 'the engine has ended')
}
