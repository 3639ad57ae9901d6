import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { assert } from '../base/assert.ts'
import { encodedAnswerBytesMin, sweepEveryMs } from '../base/limits.ts'
import { type ClonedError, cloneError } from '../protocol/worker-message.ts'
import type { ExportRecord } from '../server/control-plane/control-plane-exports.ts'
import type { Handler } from '../server/handler.ts'
import { briefSend, writerRules } from '../server/shared-engine.ts'
import { serveMessagePort } from '../server/worker-endpoint.ts'
import { GarbageCollector } from './collect-garbage.ts'
import { decodeBodies } from './decode-bodies.ts'
import { realEnv } from './real-env.ts'
import { statementClock } from './statement-clock.ts'
import type { DecoderStart } from './body-decoder.ts'
import type { LedgerRules } from './quotas.ts'
import { createEngineParts, engineInThisThread } from './open-ledgers.ts'
import { MemoryPlaces, storesIn } from './ledger-registry.ts'
import { yieldProcessor } from './yield-processor.ts'

/** What an engine thread of a server is to do. */
export interface ThreadPlan {
  /** The data directory; undefined: ledgers in memory, in that of the thread. */
  readonly directory: string | undefined
  readonly rules: LedgerRules
  /** Only what is short: writers share it. */
  readonly isShared: boolean
  /** Of V8's heap; the thread ends when it needs more. */
  readonly heapBytes: number
}

export interface ThreadStart extends ThreadPlan {
  readonly shared: Int32Array
  /** One word: when the running statement began, by statementClock(); 0 when none runs. */
  readonly running: Int32Array
  readonly port: MessagePort
}

/** Asked beside the requests. `forget`: end a ledger's sessions and close it; `make`, `remove`: a ledger in memory. */
export interface ThreadQuestion {
  readonly id: number
  readonly question:
    | { readonly kind: 'forget' | 'make' | 'remove'; readonly ledger: string }
    | {
        readonly kind: 'export'
        readonly record: ExportRecord
        readonly folder: string
        /** One word: not 0 when the export is cancelled. */
        readonly cancelled: Int32Array
      }
}

/** An answer, or a bug that clients only see as InternalFailure. */
export type ThreadMessage =
  | { readonly answered: number; readonly value: boolean }
  | { readonly answered: number; readonly error: ClonedError }
  | { readonly fault: string }

function run({ directory, rules, isShared, shared, running, port }: ThreadStart): void {
  const parent = parentPort
  assert(parent !== null, 'an engine of a server runs in a worker')
  if (!isShared && directory !== undefined) yieldProcessor()
  const say = (message: ThreadMessage) => parent.postMessage(message)
  const memory = directory === undefined ? new MemoryPlaces() : undefined
  const openStore = directory === undefined ? (memory as MemoryPlaces).openStore : storesIn(directory, () => false)
  const parts = createEngineParts(openStore, realEnv, {
    ...rules,
    onFault: (error) => say({ fault: textOf(error) }),
  })
  const engine = engineInThisThread(parts)
  const timer = setInterval(() => parts.handler.sweep(), sweepEveryMs)
  const send = clocked(isShared ? briefSend(parts.handler, realEnv, writerRules) : parts.handler.send, running)
  const close = async () => {
    clearInterval(timer)
    await engine.close()
    parent.close()
  }
  serveMessagePort(port, send, shared, {
    close,
    control: engine.control,
    encodedBytesMin: encodedAnswerBytesMin,
    snapshotTip: (token) => parts.handler.snapshotTip(token),
  })
  const answer = async ({ question }: ThreadQuestion): Promise<boolean> => {
    if (question.kind === 'export') {
      const { record, folder, cancelled } = question
      return engine.exportJournal(record, folder, () => Atomics.load(cancelled, 0) !== 0)
    }
    if (question.kind === 'make') memory?.make(question.ledger)
    else await engine.forget(question.ledger)
    if (question.kind === 'remove') memory?.remove(question.ledger)
    return true
  }
  parent.on('message', async (question: ThreadQuestion) => {
    try {
      say({ answered: question.id, value: await answer(question) })
    } catch (error) {
      say({ answered: question.id, error: cloneError(error) })
    }
  })
}

/** A statement runs within the call: the promise that it returns only carries the result. */
function clocked(send: Handler['send'], running: Int32Array): Handler['send'] {
  const garbage = new GarbageCollector()
  return (request, control) => {
    const isStatement = request.ExecuteStatement !== undefined || request.FetchPage !== undefined
    if (isStatement) Atomics.store(running, 0, statementClock())
    try {
      return send(request, control)
    } finally {
      Atomics.store(running, 0, 0)
      garbage.worked()
    }
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

const start = workerData as ThreadStart | DecoderStart
if ('port' in start) run(start)
else if (parentPort !== null) {
  yieldProcessor()
  decodeBodies(parentPort, start)
}
