import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeIon } from '../src/values/binary-reader.ts'
import { program, RawSession, type ServerProcess, startServer } from './support-wire.ts'

/** How long; `QLDB_SOAK_MINUTES=30 npm run bench -- soak` for the long one. */
const minutes = Number(process.env['QLDB_SOAK_MINUTES'] ?? 0.5)
/** What each client waits between two transactions; for a soak beside other work. */
const pauseMs = Number(process.env['QLDB_SOAK_PAUSE_MS'] ?? 0)
const clients = 32
const counters = 8
/** Each client goes away that often without a word. Sessions live for 17 minutes: so not more than 1,500 are left over. */
const breakEveryMs = Math.min(minutes * 6_000, 30_000)

interface Tally {
  commits: number
  conflicts: number
  breaks: number
  /** By counter: increments that were confirmed, and those whose connection broke before the answer. */
  readonly confirmed: number[]
  readonly unknown: number[]
}

/**
 * Clients that read, change and scan, and break off at random, in the middle of whatever they do; afterwards the sums
 * have to be right, the memory flat, no transaction left open, and the journal whole.
 */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'qldb-soak-'))
  const server = await startServer([program, 'serve', '--port', '0', '--data-dir', folder, '-l', 'soak'])
  const zeros = () => new Array<number>(counters).fill(0)
  const tally: Tally = { commits: 0, conflicts: 0, breaks: 0, confirmed: zeros(), unknown: zeros() }
  try {
    const session = await RawSession.open(server.port, 'soak')
    await session.transact('CREATE TABLE C')
    await session.transact('CREATE INDEX ON C (n)')
    await session.transact(
      `INSERT INTO C << ${zeros()
        .map((_, n) => `{'n': ${n}, 'c': 0}`)
        .join(',')} >>`,
    )
    const endMs = performance.now() + minutes * 60_000
    const samples: string[] = []
    const watch = watchServer(server, endMs, samples)
    await Promise.all(Array.from({ length: clients }, (_, index) => client(server.port, index, endMs, tally)))
    await watch
    for (const line of samples) console.log(line)
    await settle(server.port)
    const found = await sums(server.port)
    const wrong = found.filter((sum, n) => {
      const least = tally.confirmed[n] as number
      return sum < least || sum > least + (tally.unknown[n] as number)
    })
    const { commits, conflicts, breaks } = tally
    console.log(`${commits} commits, ${conflicts} conflicts, ${breaks} broken connections`)
    console.log(wrong.length === 0 ? 'every counter has the sum of its commits' : `WRONG SUMS: ${found.join(', ')}`)
    await server.stop()
    const verify = spawnSync(process.execPath, [program, 'verify', '--data-dir', folder, '-l', 'soak'])
    console.log(`verify ended with ${verify.status}: ${String(verify.stdout).trim().split('\n').at(-1)}`)
    if (wrong.length > 0 || verify.status !== 0) throw new Error('the soak failed')
  } finally {
    server.child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
}

async function client(port: number, index: number, endMs: number, tally: Tally): Promise<void> {
  let session = await RawSession.open(port, 'soak')
  let breakMs = performance.now() + breakEveryMs * (index / clients)
  for (let turn = index; performance.now() < endMs; turn += 1) {
    const n = (turn * 7) % counters
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
    const timer = performance.now() < breakMs ? undefined : setTimeout(() => session.connection.destroy(), turn % 7)
    if (timer !== undefined) breakMs += breakEveryMs
    const outcome = await Promise.race([step(session, turn, n), session.connection.destroyed])
    clearTimeout(timer)
    if (outcome === 'committed') {
      tally.commits += 1
      if (turn % 3 !== 0) tally.confirmed[n] = (tally.confirmed[n] as number) + 1
    } else if (outcome === 'conflict') tally.conflicts += 1
    else {
      tally.breaks += 1
      if (turn % 3 !== 0) tally.unknown[n] = (tally.unknown[n] as number) + 1
      session = await RawSession.open(port, 'soak')
    }
  }
  session.connection.destroy()
}

async function step(session: RawSession, turn: number, n: number): Promise<'committed' | 'conflict'> {
  try {
    if (turn % 3 === 0) await session.transact('SELECT VALUE c.c FROM C AS c')
    else await session.transact(`UPDATE C AS c SET c.c = c.c + 1 WHERE c.n = ${n}`)
    return 'committed'
  } catch (error) {
    if (/Optimistic concurrency/.test(String(error))) return 'conflict'
    throw error
  }
}

async function figures(port: number): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  return new Map(
    text
      .split('\n')
      .filter((line) => /^qldb_(sessions|transactions|connections|engines|held_bytes) /.test(line))
      .map((line) => line.split(' '))
      .map(([name, value]) => [name as string, Number(value)]),
  )
}

async function watchServer(server: ServerProcess, endMs: number, samples: string[]): Promise<void> {
  const stepMs = (minutes * 60_000) / 10
  const startMs = performance.now()
  while (performance.now() + stepMs / 2 < endMs) {
    await new Promise((resolve) => setTimeout(resolve, stepMs))
    const seconds = Math.round((performance.now() - startMs) / 1000)
    const now = [...(await figures(server.port))].map(([name, value]) => `${name.slice(5)} ${value}`).join(', ')
    const memory = `${server.residentMiB()} MiB, ${server.anonymousMiB()} of them not of the data file`
    samples.push(`after ${seconds} s: ${memory}, ${now}`)
  }
}

/** Transactions of clients that went away end by themselves, after 30 seconds at the latest. */
async function settle(port: number): Promise<void> {
  const startMs = performance.now()
  while (((await figures(port)).get('qldb_transactions') ?? 0) > 0) {
    if (performance.now() - startMs > 40_000) throw new Error('a transaction was left open')
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1)
  console.log(`no transaction was open ${seconds} s after the last client had gone`)
}

async function sums(port: number): Promise<number[]> {
  const session = await RawSession.open(port, 'soak')
  const found: number[] = []
  for (let n = 0; n < counters; n += 1) {
    const [holder] = await session.transact(`SELECT VALUE c.c FROM C AS c WHERE c.n = ${n}`)
    const value = decodeIon(Buffer.from((holder as { IonBinary: string }).IonBinary, 'base64'))
    found.push(value.type === 'int' ? Number(value.value) : Number.NaN)
  }
  return found
}
