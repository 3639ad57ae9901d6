import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { assert } from '../base/assert.ts'
import { type ClonedError, cloneError } from '../protocol/worker-message.ts'
import { serveMessagePort } from '../server/worker-endpoint.ts'
import { type EngineSpec, openEngine } from './engine.ts'
import { realEnv } from './real-env.ts'

/** What the worker is started with. */
export interface WorkerStart {
  readonly spec: EngineSpec
  readonly shared: Int32Array
  readonly port: MessagePort
}

/** What the worker says when the ledger is open, or why it is not. */
export type WorkerAnswer = { readonly strictQldb: boolean } | { readonly failure: ClonedError }

/** Opens the ledger, then says so. */
async function run({ spec, shared, port }: WorkerStart): Promise<void> {
  assert(parentPort !== null, 'the engine worker runs in a worker')
  let answer: WorkerAnswer
  try {
    const engine = await openEngine(spec, realEnv)
    serveMessagePort(port, engine.send, shared, { close: () => engine.close(), control: engine.control })
    answer = { strictQldb: engine.strictQldb }
  } catch (error) {
    answer = { failure: cloneError(error) }
    port.close()
  }
  parentPort.postMessage(answer)
}

void run(workerData as WorkerStart)
