import { Worker } from 'node:worker_threads'
import { LedgerError } from '../base/errors.ts'
import { createLocalTransport } from '../driver/local-transport.ts'
import type { SdkTransportOptions } from '../driver/sdk-transport.ts'
import type { Transport } from '../driver/transport.ts'
import { createWorkerTransport } from '../driver/worker-transport.ts'
import { createSharedWords, reviveError } from '../protocol/worker-message.ts'
import { chunkPath, loadChunk } from './chunks.ts'
import type { EngineSpec } from './engine.ts'
import type { WorkerAnswer, WorkerStart } from './engine-worker.ts'
import { realEnv } from './real-env.ts'

/** A transport to an engine of this program, and what is to be known of its ledger. */
export interface EmbeddedTransport {
  readonly transport: Transport
  readonly strictQldb: boolean
}

/** The engine in this thread: nothing to start, but a running statement can't be stopped. For scripts and `-e`. */
export async function localTransport(spec: EngineSpec): Promise<EmbeddedTransport> {
  const { openEngine } = await import('./engine.ts')
  const engine = await openEngine(spec, realEnv)
  const transport = createLocalTransport(engine.send, describe(spec), () => engine.close(), engine.control)
  return { transport, strictQldb: engine.strictQldb }
}

/** The engine in a thread of its own, so that the terminal stays alive and a statement can be stopped. */
export async function workerTransport(spec: EngineSpec): Promise<EmbeddedTransport> {
  const shared = createSharedWords()
  const { port1, port2 } = new MessageChannel()
  const start: WorkerStart = { spec, shared, port: port2 }
  const worker = new Worker(chunkPath('worker'), { workerData: start, transferList: [port2] })
  const answer = await new Promise<WorkerAnswer>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new LedgerError('endpoint/failed', `the engine ended with ${code}`)))
  })
  if ('failure' in answer) throw reviveError(answer.failure)
  worker.removeAllListeners()
  // A crash of the engine closes the port: the transport then fails every request.
  worker.on('error', () => port1.close())
  return { transport: createWorkerTransport(port1, shared, describe(spec)), strictQldb: answer.strictQldb }
}

/** An endpoint over HTTP. The AWS SDK is loaded here and nowhere else. */
export async function endpointTransport(options: SdkTransportOptions): Promise<Transport> {
  const { createEndpoint } = await loadChunk<typeof import('./endpoint-chunk.ts')>('endpoint')
  const endpoint = createEndpoint(options)
  return {
    description: endpoint.description,
    cancels: 'waiting',
    close: () => endpoint.close(),
    async send(request, sendOptions) {
      const answer = await endpoint.send(request, sendOptions)
      if ('error' in answer) throw reviveError(answer.error)
      return answer.response
    },
    async control(request, sendOptions) {
      const answer = await endpoint.control(request, sendOptions)
      if ('error' in answer) throw reviveError(answer.error)
      return answer.response
    },
  }
}

function describe(spec: EngineSpec): string {
  return spec.directory === undefined ? 'embedded, in memory' : `embedded, ${spec.directory}`
}
