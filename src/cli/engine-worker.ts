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

/** Opens the ledger, then says so: undefined when it is open, else why it is not. */
async function run({ spec, shared, port }: WorkerStart): Promise<void> {
  assert(parentPort !== null, 'the engine worker runs in a worker')
  let failure: ClonedError | undefined
  try {
    const engine = await openEngine(spec, realEnv)
    serveMessagePort(port, engine.send, shared, () => engine.close(), engine.control)
  } catch (error) {
    failure = cloneError(error)
    port.close()
  }
  parentPort.postMessage(failure)
}

void run(workerData as WorkerStart)
