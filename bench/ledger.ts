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
import { realEnv } from '../src/cli/real-env.ts'
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
  for (let from = insertsPerRound * rounds; from < documents; from += batch) {
    const items = Array.from({ length: batch }, (_, index) => documentOf(from + index))
    await execute(driver, `INSERT INTO V << ${items.join(',')} >>`)
  }
}

/** A ledger's commit puts about ten records: a block, a revision, a document, hashes, an index entry and so on. */
const recordsOfCommit = 10

async function insertFigures(driver: Driver, raw: Store): Promise<Figure[]> {
  let next = 0
  const ours = async () => {
    const start = performance.now()
    for (let count = 0; count < insertsPerRound; count += 1) {
      await execute(driver, `INSERT INTO V VALUE ${documentOf(next)}`)
      next += 1
    }
    return (insertsPerRound / (performance.now() - start)) * 1000
  }
  const bare = (records: number) => async () => {
    const value = new Uint8Array(700)
    const start = performance.now()
    for (let count = 0; count < insertsPerRound; count += 1) {
      await raw.write((transaction) => {
        for (let record = 0; record < records; record += 1)
          transaction.put(Buffer.from(`${record} key ${next} ${count}`), value.subarray(0, 700 / records))
      })
    }
    return (insertsPerRound / (performance.now() - start)) * 1000
  }
  const pieces = [ours, bare(1), bare(recordsOfCommit)]
  const [value, one, several] = (await medians(rounds, pieces)) as [number, number, number]
  const what = { what: 'durable autocommit INSERT', value, unit: '/s' }
  return [
    { ...what, baseline: 'bare durable commit, 700 bytes', baselineValue: one },
    { ...what, baseline: `the same in ${recordsOfCommit} records`, baselineValue: several },
  ]
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
      snapshot.get(Buffer.from(`0 key 1 ${count}`))
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
