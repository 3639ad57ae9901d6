import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { assert } from '../base/assert.ts'
import { sweepEveryMs } from '../base/limits.ts'
import { serveMessagePort } from '../server/worker-endpoint.ts'
import { realEnv } from './real-env.ts'
import { statementClock } from './serve-clock.ts'
import type { LedgerRules } from './quota-args.ts'
import { createEngineParts, engineInThisThread } from './serve-ledgers.ts'
import { storesIn } from './serve-registry.ts'

/** What an engine thread of a server is started with. */
export interface ServeWorkerStart {
  readonly directory: string
  readonly rules: LedgerRules
  readonly shared: Int32Array
  /** One word: when the running statement began, by statementClock(); 0 when none runs. */
  readonly running: Int32Array
  readonly port: MessagePort
}

/** Asked beside the requests: end a ledger's sessions and close it. Answered with the same message. */
export interface ForgetMessage {
  readonly forget: string
}

/** Told of a bug that clients only see as InternalFailure. */
export interface FaultMessage {
  readonly fault: string
}

function run({ directory, rules, shared, running, port }: ServeWorkerStart): void {
  const parent = parentPort
  assert(parent !== null, 'an engine of a server runs in a worker')
  const parts = createEngineParts(
    storesIn(directory, () => false),
    realEnv,
    { ...rules, onFault: (error) => parent.postMessage({ fault: textOf(error) } satisfies FaultMessage) },
  )
  const engine = engineInThisThread(parts)
  const timer = setInterval(() => parts.handler.sweep(), sweepEveryMs)
  // A statement runs within the call: the promise that it returns only carries the result.
  const send: typeof parts.handler.send = (request, control) => {
    const isStatement = request.ExecuteStatement !== undefined || request.FetchPage !== undefined
    if (isStatement) Atomics.store(running, 0, statementClock())
    try {
      return parts.handler.send(request, control)
    } finally {
      Atomics.store(running, 0, 0)
    }
  }
  serveMessagePort(port, send, shared, async () => {
    clearInterval(timer)
    await engine.close()
    parent.close()
  })
  parent.on('message', async (message: ForgetMessage) => {
    await engine.forget(message.forget)
    parent.postMessage(message)
  })
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

run(workerData as ServeWorkerStart)
