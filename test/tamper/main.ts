import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { type DrillOptions, drill, type Tally } from './drill.ts'
import { linesOf, merged } from './summary.ts'

/** The tamper drill from the command line; see scripts/tamper.mjs. */
if (isMainThread) await main()
else parentPort?.postMessage(await drill(workerData as DrillOptions))

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      edits: { type: 'string', default: '20000' },
      all: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      workers: { type: 'string', default: '2' },
      artefact: { type: 'string' },
      operation: { type: 'string' },
      path: { type: 'string' },
      failures: { type: 'string', default: '200' },
    },
  })
  const workers = Number(values.workers)
  const startedMs = performance.now()
  const options = {
    ...{ edits: values.all ? Number.POSITIVE_INFINITY : Number(values.edits), seed: Number(values.seed) },
    ...{
      artefact: values.artefact,
      operation: values.operation,
      path: values.path,
      failuresMax: Number(values.failures),
      workers,
    },
  }
  const parts = await Promise.all(Array.from({ length: workers }, (_, worker) => part({ ...options, worker })))
  const tally = merged(parts)
  const seconds = (performance.now() - startedMs) / 1000
  console.log(linesOf(tally, seconds).join('\n'))
  process.exitCode = tally.failures.length > 0 ? 1 : 0
}

function part(options: DrillOptions): Promise<Tally> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: options })
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}
