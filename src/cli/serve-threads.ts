import { Worker } from 'node:worker_threads'
import { createWorkerTransport } from '../driver/worker-transport.ts'
import { createSharedWords } from '../protocol/worker-message.ts'
import type { Engine } from '../server/engine-pool.ts'
import { chunkPath } from './chunks.ts'
import type { LedgerRules } from './quota-args.ts'
import { statementClock } from './serve-clock.ts'
import type { FaultMessage, ForgetMessage, ServeWorkerStart } from './serve-worker.ts'

/** Starts an engine in a thread of its own, over the ledgers of a data directory. */
export async function startEngineThread(
  directory: string,
  rules: LedgerRules,
  onFault: (error: unknown) => void,
): Promise<Engine> {
  const shared = createSharedWords()
  const running = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const { port1, port2 } = new MessageChannel()
  const start: ServeWorkerStart = { directory, rules, shared, running, port: port2 }
  const worker = new Worker(chunkPath('serveWorker'), { workerData: start, transferList: [port2] })
  const forgetting = new Map<string, () => void>()
  worker.on('message', (message: ForgetMessage | FaultMessage) => {
    if ('fault' in message) return onFault(new Error(message.fault))
    forgetting.get(message.forget)?.()
    forgetting.delete(message.forget)
  })
  // What waits for it fails when the port closes.
  const end = () => {
    port1.close()
    for (const resolve of forgetting.values()) resolve()
    forgetting.clear()
  }
  worker.on('error', (error) => {
    onFault(error)
    end()
  })
  worker.on('exit', end)
  const transport = createWorkerTransport(port1, shared, 'engine')
  return {
    send: (request, options) => transport.send(request, options),
    statementMs() {
      const startMs = Atomics.load(running, 0)
      return startMs === 0 ? 0 : Math.max(0, statementClock() - startMs)
    },
    forget: (ledger) =>
      new Promise((resolve) => {
        forgetting.set(ledger, resolve)
        worker.postMessage({ forget: ledger } satisfies ForgetMessage)
      }),
    close: () => transport.close(),
  }
}
