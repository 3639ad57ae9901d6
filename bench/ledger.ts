import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Env } from '../src/base/env.ts'
import { Driver } from '../src/driver/driver.ts'
import { createLocalTransport } from '../src/driver/local-transport.ts'
import { Ledger } from '../src/ledger/ledger.ts'
import { createHandler } from '../src/server/handler.ts'
import { openLmdbStore } from '../src/store/lmdb-store.ts'
import type { Store } from '../src/store/store.ts'
import { int } from '../src/values/value.ts'
import { realEnv } from '../src/host/real-env.ts'
import { type Figure, medians, printFigures } from './support.ts'

const insertsPerRound = 1000
const readsPerRound = 2000
const documents = 100_000
const rounds = 5

/** The whole road of a statement (driver, protocol, handler, ledger, store) beside the bare storage engine, in one run. */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'qldb-bench-'))
  const store = openLmdbStore(join(folder, 'ledger'))
  const raw = openLmdbStore(join(folder, 'raw'))
  const env: Env = realEnv
  const ledger = await Ledger.open(store, env, { name: 'bench', strictQldb: false })
  const handler = createHandler({ open: async () => ledger }, env)
  const driver = new Driver(createLocalTransport(handler.send, 'embedded'), 'bench', env)
  try {
    await execute(driver, 'CREATE TABLE V')
    await execute(driver, 'CREATE INDEX ON V (k)')
    const figures = await insertFigures(driver, raw)
    await fill(driver)
    figures.push(await pointReadFigure(driver, raw), await scanFigure(driver, store))
    printFigures(figures)
  } finally {
    await driver.close()
    await store.close()
    await raw.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function execute(driver: Driver, statement: string, ...parameters: ReturnType<typeof int>[]): Promise<number> {
  return driver.execute(
    async (transaction) => (await (await transaction.execute(statement, parameters)).toArray()).length,
  )
}

/** About 400 bytes as Ion text. */
function documentOf(k: number): string {
  return (
    `{'k': ${k}, 'VIN': 'VIN${String(k).padStart(14, '0')}', 'State': 'WA', 'City': 'Seattle', ` +
    `'PendingPenaltyTicketAmount': ${k % 200}.25, 'ValidFromDate': \`2017-08-21T\`, 'ValidToDate': \`2020-05-11T\`, ` +
    `'Owners': {'PrimaryOwner': {'PersonId': '294jJ3YUoH1IEEm8GSabOs'}, 'SecondaryOwners': [{'PersonId': '5Ufgdlnj06gF5CWcOIu64s'}]}, ` +
    `'Note': '${'x'.repeat(60)}'}`
  )
}

async function fill(driver: Driver): Promise<void> {
  const batch = 1000
  for (let from = insertsPerRound * rounds * writersAtOnce.length; from < documents; from += batch) {
    const items = Array.from({ length: batch }, (_, index) => documentOf(from + index))
    await execute(driver, `INSERT INTO V << ${items.join(',')} >>`)
  }
}

/** Records that a commit of one document puts: block, summary, state, counter, id, document, an index entry. */
const recordsOfCommit = 7
const writersAtOnce = [1, 8, 64]

/** Commits a second of so many writers, each of which begins its next when its last is durable. */
async function commitsOf(writers: number, step: (number: number) => Promise<unknown>): Promise<number> {
  let begun = 0
  const start = performance.now()
  const writer = async () => {
    while (begun < insertsPerRound) await step(begun++)
  }
  await Promise.all(Array.from({ length: writers }, writer))
  return (insertsPerRound / (performance.now() - start)) * 1000
}

/** Every figure beside the store's own durable commits by as many writers. */
async function insertFigures(driver: Driver, raw: Store): Promise<Figure[]> {
  let documentsPut = 0
  let keysPut = 0
  const value = new Uint8Array(700)
  const ours = (writers: number) => () =>
    commitsOf(writers, () => execute(driver, `INSERT INTO V VALUE ${documentOf(documentsPut++)}`))
  const bare = (writers: number, records: number) => () =>
    commitsOf(writers, () => {
      keysPut += 1
      const keys = Array.from({ length: records }, (_, record) => Buffer.from(`${record} key ${keysPut}`))
      return raw.write((transaction) => {
        for (const key of keys) transaction.put(key, value.subarray(0, 700 / records))
      })
    })
  const pieces = writersAtOnce.flatMap((count) => [ours(count), bare(count, 1), bare(count, recordsOfCommit)])
  const values = await medians(rounds, pieces)
  return writersAtOnce.flatMap((count, index) => {
    const [ownRate, one, several] = values.slice(index * 3) as [number, number, number]
    const what = { what: `durable autocommit INSERT, ${count} sessions`, value: ownRate, unit: '/s' }
    return [
      { ...what, baseline: 'bare durable commit, 700 bytes', baselineValue: one },
      { ...what, baseline: `the same in ${recordsOfCommit} records`, baselineValue: several },
    ]
  })
}

async function pointReadFigure(driver: Driver, raw: Store): Promise<Figure> {
  const ours = async () => {
    const start = performance.now()
    for (let count = 0; count < readsPerRound; count += 1) {
      await execute(driver, 'SELECT * FROM V WHERE k = ?', int((count * 7919) % documents))
    }
    return (performance.now() - start) / readsPerRound
  }
  const bare = () => {
    const start = performance.now()
    for (let count = 0; count < readsPerRound; count += 1) {
      const snapshot = raw.snapshot()
      snapshot.get(Buffer.from(`0 key ${count}`))
      snapshot.release()
    }
    return (performance.now() - start) / readsPerRound
  }
  const [value, baselineValue] = (await medians(rounds, [ours, bare])) as [number, number]
  return { what: 'point read by index, whole', value, unit: 'ms', baseline: 'bare snapshot and get', baselineValue }
}

async function scanFigure(driver: Driver, store: Store): Promise<Figure> {
  const ours = async () => {
    const start = performance.now()
    const rows = await execute(driver, "SELECT VALUE v.k FROM V AS v WHERE v.City = 'Nowhere'")
    if (rows !== 0) throw new Error('the scan was to find nothing')
    return (documents / (performance.now() - start)) * 1000
  }
  const bare = () => {
    const start = performance.now()
    let records = 0
    const snapshot = store.snapshot()
    for (const [, value] of snapshot.range({ start: new Uint8Array([0]), end: new Uint8Array([255]) })) {
      if (value.length > 0) records += 1
    }
    snapshot.release()
    return (records / (performance.now() - start)) * 1000
  }
  const [value, baselineValue] = (await medians(rounds, [ours, bare])) as [number, number]
  return {
    what: 'full scan with a filter, documents',
    value,
    unit: '/s',
    baseline: 'records of the bare store',
    baselineValue,
  }
}
