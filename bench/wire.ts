import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { int, type Value } from '../src/values/value.ts'
import { type Figure, printFigures } from './support.ts'
import {
  echoArguments,
  percentile,
  program,
  RawConnection,
  RawSession,
  type ServerProcess,
  startServer,
} from './support-wire.ts'

const documents = 20_000
const roundMs = 1_500
const rounds = 3
/** As applications read: one text, the key a parameter. And with the key in the text, each text a new one. */
const byParameter = (k: number) => ({ statement: 'SELECT * FROM V WHERE k = ?', parameters: [int(k % documents)] })
const byText = (k: number) => ({ statement: `SELECT * FROM V WHERE k = ${k % documents}`, parameters: [] })
type PointRead = (k: number) => { readonly statement: string; readonly parameters: readonly Value[] }
/** Every row ten times, none of them wanted: about a second of work that gives no row. */
const longStatement = 'SELECT a.k FROM V AS a, << 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 >> AS b WHERE a.k + b < 0'

/** `qldb serve` in a process of its own, over loopback, beside a bare node:http server that moves the same bytes. */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'qldb-bench-'))
  const server = await startServer([
    program,
    'serve',
    '--port',
    '0',
    '--data-dir',
    folder,
    '-l',
    'bench',
    '--quota',
    'statement-characters=1000000',
  ])
  try {
    await fill(server.port)
    const echo = await startServer(echoArguments(await recordedAnswers(server.port)))
    const figures: Figure[] = []
    for (const sessions of [1, 16, 128]) {
      figures.push(...(await roundTrips(server, echo, sessions, 'parameter', byParameter)))
      figures.push(...(await roundTrips(server, echo, sessions, 'text', byText)))
    }
    printFigures(figures)
    await echo.stop()
    for (const contention of [0, 0.1, 0.5]) await readModifyWrite(server.port, contention)
    await fairness(server.port)
    console.log(`resident memory of the server after all that: ${server.residentMiB()} MiB`)
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function fill(port: number): Promise<void> {
  const session = await RawSession.open(port, 'bench')
  await session.transact('CREATE TABLE V', 'CREATE TABLE Counter')
  await session.transact('CREATE INDEX ON V (k)', 'CREATE INDEX ON Counter (n)')
  for (let from = 0; from < documents; from += 1000) {
    const items = Array.from({ length: 1000 }, (_, index) => {
      const k = from + index
      return `{'k': ${k}, 'VIN': 'VIN${String(k).padStart(14, '0')}', 'City': 'Seattle', 'Note': '${'x'.repeat(100)}'}`
    })
    await session.transact(`INSERT INTO V << ${items.join(',')} >>`)
  }
  const counters = Array.from({ length: 256 }, (_, n) => `{'n': ${n}, 'c': 0}`)
  await session.transact(`INSERT INTO Counter << ${counters.join(',')} >>`)
  session.connection.destroy()
}

/** What the server answers to the three commands of a point read; all later ones have the same lengths. */
async function recordedAnswers(port: number): Promise<string[]> {
  const session = await RawSession.open(port, 'bench')
  const answers: string[] = []
  const post = session.connection.post.bind(session.connection)
  session.connection.post = async (path, body) => {
    const answer = await post(path, body)
    answers.push(answer)
    return answer
  }
  await session.run([byParameter(7)])
  session.connection.destroy()
  return answers
}

function pointReader(session: RawSession, first: number, read: PointRead): () => Promise<unknown> {
  let k = first
  return () => {
    k += 7919
    return session.run([read(k)])
  }
}

interface Sample {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Of the server, for one transaction. */
  readonly cpuMs: number
}

/** Transactions of three round trips each by so many clients at once, for so long. */
async function sampleOf(clients: readonly (() => Promise<unknown>)[], server?: ServerProcess): Promise<Sample> {
  const times: number[] = []
  const endMs = performance.now() + roundMs
  const startMs = performance.now()
  const startCpuMs = server?.cpuMs() ?? 0
  await Promise.all(
    clients.map(async (transact) => {
      while (performance.now() < endMs) {
        const begin = performance.now()
        await transact()
        times.push(performance.now() - begin)
      }
    }),
  )
  const seconds = (performance.now() - startMs) / 1000
  times.sort((a, b) => a - b)
  const cpuMs = ((server?.cpuMs() ?? 0) - startCpuMs) / times.length
  return { perSecond: times.length / seconds, p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99), cpuMs }
}

/** The three requests that `RawSession.run` makes of a point read, the same bytes and the same work in the client. */
async function echoClient(port: number, read: PointRead): Promise<() => Promise<unknown>> {
  const connection = await RawConnection.open(port)
  const post = connection.post.bind(connection)
  let turn = -1
  connection.post = (_, body) => {
    turn = (turn + 1) % 3
    return post(`/${turn}`, body)
  }
  const session = RawSession.over(connection, 'x'.repeat(64))
  return pointReader(session, 7, read)
}

async function roundTrips(
  server: ServerProcess,
  echo: ServerProcess,
  sessions: number,
  key: string,
  read: PointRead,
): Promise<Figure[]> {
  const numbers = Array.from({ length: sessions }, (_, index) => index)
  const ours = await Promise.all(
    numbers.map(async (index) => {
      return pointReader(await RawSession.open(server.port, 'bench'), index, read)
    }),
  )
  const bare = await Promise.all(numbers.map(() => echoClient(echo.port, read)))
  await sampleOf(ours, server)
  const pairs: [Sample, Sample][] = []
  for (let round = 0; round < rounds; round += 1) pairs.push([await sampleOf(ours, server), await sampleOf(bare, echo)])
  pairs.sort(([a], [b]) => a.p50Ms - b.p50Ms)
  const [mine, theirs] = pairs[Math.floor(rounds / 2)] as [Sample, Sample]
  const figure = (what: string, unit: string, value: number, baselineValue: number): Figure => ({
    what: `${sessions} sessions, key as ${key}: ${what}`,
    value,
    unit,
    baseline: 'three bare echoes',
    baselineValue,
  })
  return [
    figure('round trips', '/s', mine.perSecond * 3, theirs.perSecond * 3),
    figure('Start, point read, Commit, p50', 'ms', mine.p50Ms, theirs.p50Ms),
    figure('p99', 'ms', mine.p99Ms, theirs.p99Ms),
    figure("the server's processor time", 'ms', mine.cpuMs, theirs.cpuMs),
  ]
}

/** Sixteen clients that read a counter and write it back; a share of them all take the same one. */
async function readModifyWrite(port: number, contention: number): Promise<void> {
  let conflicts = 0
  let commits = 0
  const clients = await Promise.all(
    Array.from({ length: 16 }, async (_, index) => {
      const session = await RawSession.open(port, 'bench')
      let turn = index
      return async () => {
        turn += 1
        const n = (turn * 37) % 100 < contention * 100 ? 0 : 16 + index
        for (;;) {
          try {
            await session.transact(
              `SELECT VALUE c.c FROM Counter AS c WHERE c.n = ${n}`,
              `UPDATE Counter AS c SET c.c = c.c + 1 WHERE c.n = ${n}`,
            )
            commits += 1
            return
          } catch (error) {
            if (!/Optimistic concurrency/.test(String(error))) throw error
            conflicts += 1
          }
        }
      }
    }),
  )
  const { perSecond, p50Ms, p99Ms } = await sampleOf(clients)
  const share = ((conflicts / (conflicts + commits)) * 100).toFixed(1)
  console.log(
    `read, modify, write, 16 sessions, ${contention * 100} % on one document: ${Math.round(perSecond)}/s, ` +
      `p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms, ${share} % of the commits conflicted`,
  )
}

/** Point reads of eight clients while a ninth runs long statements. */
async function fairness(port: number): Promise<void> {
  const readers = await Promise.all(
    Array.from({ length: 8 }, async (_, index) => {
      return pointReader(await RawSession.open(port, 'bench'), index, byText)
    }),
  )
  const quiet = await sampleOf(readers)
  const session = await RawSession.open(port, 'bench')
  let isOver = false
  const longs: number[] = []
  const busy = (async () => {
    while (!isOver) {
      const begin = performance.now()
      await session.transact(longStatement)
      longs.push(performance.now() - begin)
    }
  })()
  const beside = await sampleOf(readers)
  isOver = true
  await busy
  const text = ({ perSecond, p50Ms, p99Ms }: Sample) =>
    `${Math.round(perSecond)}/s, p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms`
  console.log(`point reads of 8 sessions alone: ${text(quiet)}`)
  const longest = Math.max(...longs)
  console.log(`the same while another runs statements of up to ${Math.round(longest)} ms: ${text(beside)}`)
}
