import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { LedgerError } from '../../base/errors.ts'
import { isLoopback } from '../../base/loopback.ts'
import { nearName } from '../../base/near-name.ts'
import { Driver } from '../../driver/driver.ts'
import { listLedgers } from '../../driver/list-ledgers.ts'
import type { Transport } from '../../driver/transport.ts'
import { WireError } from '../../protocol/message.ts'
import type { Connect, Connection, ConnectTarget, Fact } from '../../shell/connection.ts'
import { isStoreDirectory } from '../../store/lmdb-files.ts'
import { checkEndpointAddress } from '../flags/args.ts'
import { checkProfile, hasCredentials } from '../flags/aws-profiles.ts'
import type { LedgerConfig } from '../flags/config.ts'
import type { EngineSpec } from '../../host/engine.ts'
import { makeFolder } from '../../host/folders.ts'
import type { Quotas } from '../../host/quotas.ts'
import { realEnv } from '../../host/real-env.ts'
import { type EmbeddedTransport, endpointTransport, localTransport, workerTransport } from '../../host/transports.ts'

/** A value and where it came from. */
export interface Sourced {
  readonly value: string
  readonly from: string
}

/** Everything that decides where a ledger is, flags, environment and file already weighed against each other. */
export interface Place {
  readonly ledger: Sourced
  /** The ledger was named by nobody: it is made at its first use. */
  readonly isDefaultLedger: boolean
  readonly create: boolean
  /** For what is never to make a ledger (existing). */
  readonly isOnlyRead?: boolean
  readonly endpoint: Sourced | undefined
  readonly region: Sourced | undefined
  readonly profile: Sourced | undefined
  readonly dataDir: Sourced
  readonly inMemory: boolean
  readonly strictQldb: boolean
  readonly quotas: Quotas
  /** Both undefined: as the ledger has it. */
  readonly keepStrictQldb: boolean | undefined
  readonly journalReads: boolean | undefined
  /** Of the configuration file: how single ledgers are reached. */
  readonly ledgers: readonly LedgerConfig[]
}

/** `thread`: the engine in the main thread, or in one of its own. */
export type EngineThread = 'main' | 'worker'

export interface OpenConnection extends Connection {
  /** An embedded ledger that refuses what QLDB refused and holds to its quotas. */
  readonly strictQldb: boolean
}

/** The connection a program starts with. Rejects with LedgerError of kind 'unavailable' or 'input'. */
export async function connectTo(place: Place, thread: EngineThread): Promise<OpenConnection> {
  const configured = place.ledgers.find(({ name }) => name === place.ledger.value)
  const fromFile = (value: string | undefined) => (value === undefined ? undefined : { value, from: 'file' })
  const endpoint = place.endpoint ?? fromFile(configured?.endpoint)
  const region = place.region ?? fromFile(configured?.region)
  const profile = place.profile ?? fromFile(configured?.profile)
  const { transport, strictQldb } =
    endpoint === undefined
      ? await embedded(place, thread)
      : { transport: await atEndpoint(place, endpoint, region, profile), strictQldb: false }
  const driver = new Driver(transport, place.ledger.value, realEnv)
  if (endpoint !== undefined) await checkLedger(driver, place.ledger.value)
  const facts = [
    fact('ledger', place.ledger),
    fact('endpoint', endpoint),
    fact('region', region),
    fact('profile', profile),
  ]
  if (endpoint === undefined) facts.push(place.inMemory ? inMemoryFact : fact('data-dir', place.dataDir))
  if (strictQldb) {
    const from = place.strictQldb ? 'flag --strict-qldb' : 'the ledger'
    facts.push({ name: 'strict-qldb', value: 'on', from })
  }
  return {
    driver,
    ledger: place.ledger.value,
    description: transport.description,
    facts,
    strictQldb,
    ...ledgersAt(place, endpoint === undefined ? undefined : transport),
    close: () => driver.close(),
  }
}

/** How the ledgers beside this one are listed; in memory there is one. */
function ledgersAt(place: Place, endpoint: Transport | undefined): Pick<Connection, 'ledgers'> {
  if (endpoint !== undefined) return { ledgers: () => listLedgers(endpoint) }
  return place.inMemory ? {} : { ledgers: () => ledgersIn(place.dataDir.value) }
}

/** The place for a tool that works with a ledger that is there, and never makes one. */
export function existing(place: Place): Place {
  return { ...place, isDefaultLedger: false, create: false, isOnlyRead: true }
}

/** For a tool that works on the files of a ledger: dumped, exported. Throws LedgerError 'usage/invalid-argument' elsewhere. */
export function requireOnDisk({ endpoint, inMemory }: Place, done: string): void {
  if (endpoint === undefined && !inMemory) return
  throw new LedgerError('usage/invalid-argument', `only an embedded ledger on disk can be ${done}`)
}

/** For `use`: the place with what the target changes. */
export function connectorFor(place: Place, thread: EngineThread): Connect {
  const inMemory = new Set([place.ledger.value])
  return async (target) => {
    const wanted = placeOf(place, target)
    if (wanted.inMemory && wanted.endpoint === undefined && !wanted.create) checkOpened(wanted.ledger.value, inMemory)
    const connection = await connectTo(wanted, thread)
    inMemory.add(connection.ledger)
    return connection
  }
}

/** A ledger in memory is one that this session has made. */
function checkOpened(name: string, opened: ReadonlySet<string>): void {
  if (opened.has(name)) return
  const near = nearName(name, opened)
  const hint = near === undefined ? `there are: ${[...opened].join(', ')};` : `did you mean '${near}'?`
  throw new LedgerError('ledger/not-found', `no ledger named '${name}' in memory`, {
    help: `${hint} '--create' makes a new one`,
  })
}

function placeOf(place: Place, target: ConnectTarget): Place {
  const given = (value: string | undefined, before: Sourced | undefined) =>
    value === undefined ? before : { value, from: 'use' }
  return {
    ...place,
    ledger: given(target.ledger, place.ledger) as Sourced,
    isDefaultLedger: place.isDefaultLedger && (target.ledger ?? place.ledger.value) === place.ledger.value,
    create: target.create ?? false,
    keepStrictQldb: undefined,
    journalReads: undefined,
    endpoint: given(target.endpoint, place.endpoint),
    region: given(target.region, place.region),
    profile: given(target.profile, place.profile),
  }
}

const inMemoryFact: Fact = { name: 'data-dir', value: '', from: 'in memory' }

function fact(name: string, sourced: Sourced | undefined): Fact {
  return { name, value: sourced?.value ?? '', from: sourced?.from ?? 'not set' }
}

/** On this machine and without TLS is `qldb serve`, which takes any credentials unless it was given keys. */
function isOpenToAll(endpoint: string): boolean {
  const { protocol, hostname } = new URL(endpoint)
  return protocol === 'http:' && isLoopback(hostname.replace(/^\[|\]$/g, ''))
}

const anyCredentials = { accessKeyId: 'any', secretAccessKey: 'any' }

async function atEndpoint(
  place: Place,
  endpoint: Sourced,
  region: Sourced | undefined,
  profile: Sourced | undefined,
): Promise<Transport> {
  checkEndpointAddress(endpoint.value)
  if (profile !== undefined) checkProfile(profile.value, process.env)
  const answers = place.quotas.answers
  const common = { endpoint: endpoint.value, ...(answers === undefined ? {} : { answers }) }
  if (profile === undefined && isOpenToAll(endpoint.value) && !hasCredentials(process.env)) {
    const named = region?.value ?? process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? 'us-east-1'
    return endpointTransport({ ...common, region: named, credentials: anyCredentials })
  }
  return endpointTransport({ ...common, region: region?.value, profile: profile?.value })
}

/** An endpoint that is not there, or does not have the ledger, is found out now and not at the first statement. */
async function checkLedger(driver: Driver, name: string): Promise<void> {
  try {
    await driver.check()
  } catch (error) {
    await driver.close()
    if (!(error instanceof WireError) || error.name !== 'BadRequestException') throw error
    throw new LedgerError('ledger/not-found', `the endpoint does not open ledger '${name}': ${error.message}`, {
      cause: error,
    })
  }
}

async function embedded(place: Place, thread: EngineThread): Promise<EmbeddedTransport> {
  const { checkLedgerName } = await import('../../ledger/ledger.ts')
  checkLedgerName(place.ledger.value)
  const spec: EngineSpec = {
    ledger: place.ledger.value,
    directory: place.inMemory ? undefined : directoryOf(place),
    strictQldb: place.strictQldb,
    keepStrictQldb: place.keepStrictQldb,
    quotas: place.quotas,
    journalReads: place.journalReads,
  }
  return thread === 'main' ? localTransport(spec) : workerTransport(spec)
}

/** An embedded ledger's directory. A named ledger that is not there is made only if that was asked for. */
export function directoryOf(place: Place): string {
  const { dataDir, ledger, isDefaultLedger, create } = place
  const directory = join(dataDir.value, ledger.value)
  if (isStoreDirectory(directory)) return directory
  if (create || isDefaultLedger) {
    makeFolder(dataDir.value)
    return directory
  }
  const names = ledgersIn(dataDir.value)
  const near = nearName(ledger.value, names)
  const known = names.length === 0 ? 'there are none yet' : `there are: ${names.join(', ')}`
  const hint = near === undefined ? `${known};` : `did you mean '${near}'?`
  throw new LedgerError('ledger/not-found', `no ledger named '${ledger.value}' in '${dataDir.value}'`, {
    help: place.isOnlyRead === true ? hint.replace(/;$/, '') : `${hint} '--create' makes a new one`,
  })
}

/** The names of the ledgers in a data directory; none when it can't be read. */
export function ledgersIn(dataDir: string): string[] {
  try {
    return readdirSync(dataDir).filter((name) => isStoreDirectory(join(dataDir, name)))
  } catch {
    return []
  }
}
