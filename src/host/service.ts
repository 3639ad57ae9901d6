import type { Env } from '../base/env.ts'
import { allStatementsMemoryBytesMax, engineHeapBytesMax, sweepEveryMs, writerHeapBytesMax } from '../base/limits.ts'
import { Driver } from '../driver/driver.ts'
import { createLocalTransport } from '../driver/local-transport.ts'
import type { SendControl } from '../protocol/control-message.ts'
import { ControlPlane } from '../server/control-plane/control-plane.ts'
import { EnginePool } from '../server/engine-pool.ts'
import { type AccessEntry, type HttpService, listenHttpService } from '../server/http/http-server.ts'
import type { HttpLimits } from '../server/http/http-limits.ts'
import { ServiceMetrics } from '../server/http/metrics-service.ts'
import { type RouterLimits, SessionRouter } from '../server/session-router.ts'
import { HomeEngine } from '../server/shared-engine.ts'
import { createSharedMemory } from '../server/shared-memory.ts'
import type { AccessKeys } from '../server/http/sigv4.ts'
import { Decoder } from './body-decoder.ts'
import { endpointQuotas, requestLimitsOf, type ServerQuotas } from './server-quotas.ts'
import { FolderExports } from './kept-exports.ts'
import { noQuotas, type Quotas } from './quotas.ts'
import { createEngineParts, engineInThisThread, type OpenLedgers } from './open-ledgers.ts'
import { DirectoryPlaces, type LedgerPlaces, MemoryPlaces, Registry, ThreadPlaces } from './ledger-registry.ts'
import type { EngineThread } from './server-threads.ts'

export interface ServiceSpec {
  readonly host: string
  /** 0: a free one. */
  readonly port: number
  /** The data directory; undefined: everything in memory. */
  readonly directory: string | undefined
  /** Made when they are not there. */
  readonly ledgers: readonly string[]
  /** The one of them that gets the sample's documents. */
  readonly demoLedger?: string
  readonly strictQldb: boolean
  readonly quotas?: Quotas
  readonly serverQuotas?: ServerQuotas
  /**
   * The most threads that run statements beside this one, which runs short reads; 0: this one runs all. Ledgers in memory
   * are all in one thread.
   */
  readonly threads: number
  readonly keys: AccessKeys | undefined
  readonly tls: { readonly certificate: string; readonly key: string } | undefined
  /** Where journal exports go, a folder for each bucket; undefined: they are not offered. */
  readonly exportDirectory?: string | undefined
  readonly region: string
  readonly version: string
  readonly limits?: Partial<RouterLimits & HttpLimits>
  readonly onAccess?: (entry: AccessEntry) => void
  readonly onFault: (error: unknown, requestId?: string) => void
}

export interface RunningService {
  readonly url: string
  readonly router: SessionRouter
  /**
   * Begins no more sessions and transactions, waits up to so long for the open ones to end, aborts what is left and
   * closes everything.
   */
  stop(graceMs: number): Promise<void>
}

/** What runs statements, and where the ledgers are. */
interface Engines {
  readonly places: LedgerPlaces
  readonly pool: EnginePool
  /** Those that this thread has opened, if it opens any. */
  readonly open: OpenLedgers | undefined
  readonly sweep: () => void
}

/** Starts a server. Rejects with LedgerError as listenHttpService and the stores do. */
export async function startService(spec: ServiceSpec, env: Env): Promise<RunningService> {
  const { places, pool, open, sweep } = createEngines(spec, env)
  const router: SessionRouter = new SessionRouter(pool, env, {
    hasLedger: (name) => registry.has(name),
    limits: { ...spec.quotas?.sessions, ...spec.serverQuotas?.router, ...spec.limits },
    onFault: spec.onFault,
  })
  const exports = exportsOf(spec, env, pool)
  const readJournal: SendControl = (request) => pool.control(request)
  const registry = new Registry(places, open, readJournal, async (name) => {
    await exports?.cancel(name)
    await router.endLedger(name)
  })
  const requestLimits = requestLimitsOf(spec.quotas ?? noQuotas, spec.serverQuotas)
  const decoder = spec.threads === 0 ? undefined : new Decoder(requestLimits)
  let http: HttpService | undefined
  const timer = setInterval(() => {
    router.sweep()
    sweep()
  }, sweepEveryMs)
  const close = async () => {
    clearInterval(timer)
    await http?.close()
    await exports?.cancel()
    await router.close()
    await open?.close()
    await decoder?.close()
  }
  try {
    await pool.begin()
    for (const name of spec.ledgers) await makeLedger(registry, name, env)
    if (spec.demoLedger !== undefined) await fillLedger(router, spec.demoLedger, env)
    http = await listenHttpService({
      ...spec,
      limits: { ...spec.serverQuotas?.http, ...spec.limits },
      router,
      decodeLarge: decoder?.decode,
      requestLimits,
      control: new ControlPlane(registry, exports, env, spec.region),
      metrics: new ServiceMetrics(router, pool, spec.version, () => process.memoryUsage.rss()),
      env,
    })
  } catch (error) {
    await close()
    throw error
  }
  const { url } = http
  let stopping: Promise<void> | undefined
  const stop = (graceMs: number) => {
    http?.drain()
    return drained(router, graceMs, env).then(close)
  }
  return {
    url,
    router,
    stop: (graceMs) => {
      stopping ??= stop(graceMs)
      return stopping
    },
  }
}

function exportsOf(
  { exportDirectory: folder, onFault }: ServiceSpec,
  env: Env,
  pool: EnginePool,
): FolderExports | undefined {
  return folder === undefined ? undefined : new FolderExports(folder, env, pool.exportJournal, onFault)
}

const drainStepMs = 20

/** Waits until the open transactions have ended, or their time has. */
async function drained(router: SessionRouter, graceMs: number, env: Env): Promise<void> {
  router.drain()
  const endMs = env.monotonicMs() + graceMs
  while (router.transactions > 0 && env.monotonicMs() < endMs) await env.sleep(drainStepMs)
}

function createEngines(spec: ServiceSpec, env: Env): Engines {
  const { directory, strictQldb, limits, threads, onFault } = spec
  const quotas = endpointQuotas(spec.quotas ?? noQuotas)
  const rules = { strictQldb, quotas: { ...quotas, sessions: { ...quotas.sessions, ...ageOf(limits) } } }
  const words = createSharedMemory(spec.serverQuotas?.allStatementsMemoryBytes ?? allStatementsMemoryBytesMax)
  const here = { ...rules, memory: { words, thread: 0 } }
  let threadsStarted = 0
  if (threads === 0) {
    const places = directory === undefined ? new MemoryPlaces() : placesIn(directory, spec, env)
    const parts = createEngineParts(places.openStore, env, { ...here, onFault })
    const engine = engineInThisThread(parts)
    const pool = new EnginePool({ engine: async () => engine }, 1)
    return { places, pool, open: parts.ledgers, sweep: () => parts.handler.sweep() }
  }
  const start = async (isShared: boolean): Promise<EngineThread> => {
    const { startEngineThread } = await import('./server-threads.ts')
    const heapBytes = isShared ? writerHeapBytesMax : engineHeapBytesMax
    threadsStarted += 1
    const memory = { words, thread: threadsStarted }
    return startEngineThread({ directory, rules: { ...rules, memory }, isShared, heapBytes }, onFault)
  }
  if (directory === undefined) return memoryEngines(start)
  const places = placesIn(directory, spec, env)
  const { handler, ledgers } = createEngineParts(places.openStore, env, { ...here, onFault })
  const home = new HomeEngine(handler, env, (name) => ledgers.forget(name))
  const pool = new EnginePool({ engine: () => start(false), shared: () => start(true) }, threads, home)
  return { places, pool, open: ledgers, sweep: () => handler.sweep() }
}

/** Says of each ledger whose record can't be read that it is so. */
function placesIn(directory: string, { onFault }: ServiceSpec, env: Env): DirectoryPlaces {
  const places = new DirectoryPlaces(directory, env)
  for (const fault of places.faults()) onFault(fault)
  return places
}

/** Ledgers in memory are in that of one thread, which does everything. */
function memoryEngines(start: (isShared: boolean) => Promise<EngineThread>): Engines {
  const thread = start(false)
  thread.catch(() => undefined)
  const places = new ThreadPlaces(
    async (name) => (await thread).make(name),
    async (name) => (await thread).remove(name),
  )
  return { places, pool: new EnginePool({ engine: () => thread }, 1), open: undefined, sweep: () => undefined }
}

function ageOf(limits: ServiceSpec['limits']): Pick<Partial<RouterLimits>, 'transactionAgeMsMax'> {
  const age = limits?.transactionAgeMsMax
  return age === undefined ? {} : { transactionAgeMsMax: age }
}

async function makeLedger(registry: Registry, name: string, env: Env): Promise<void> {
  if (registry.has(name)) return
  const createdMs = env.nowMs()
  await registry.create({ name, createdMs, permissionsMode: 'ALLOW_ALL', deletionProtection: true, tags: {} })
}

async function fillLedger(router: SessionRouter, name: string, env: Env): Promise<void> {
  const { fillDemo } = await import('./fill-demo.ts')
  const driver = new Driver(
    createLocalTransport((request) => router.send(request), 'here'),
    name,
    env,
  )
  try {
    await fillDemo(driver)
  } finally {
    await driver.close()
  }
}
