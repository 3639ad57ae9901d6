import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Driver } from '../src/driver/driver.ts'
import { createLocalTransport } from '../src/driver/local-transport.ts'
import { realEnv } from '../src/host/real-env.ts'
import { DirectoryFiles } from '../src/journal/log/directory-files.ts'
import { FileLog } from '../src/journal/log/file-log.ts'
import { JournaledStore } from '../src/ledger/journaled-store.ts'
import { Ledger } from '../src/ledger/ledger.ts'
import { createHandler } from '../src/server/handler.ts'
import { openLmdbStore } from '../src/store/lmdb-store.ts'
import type { Store } from '../src/store/store.ts'
import { type Figure, medians, printFigures } from './support.ts'

const insertsPerRound = 1000
const rounds = 7
const sessionsAtOnce = [1, 8, 64]

/** INSERT of one document by a ledger over a log, beside the ledger in LMDB alone, by turns. */
export async function run(): Promise<void> {
  // Not in $TMPDIR: that is memory on many systems.
  const folder = mkdtempSync(join(process.env['QLDB_BENCH_DIR'] ?? '/var/tmp', 'qldb-bench-journaled-'))
  const [journaled, alone] = [await journaledStore(folder), openLmdbStore(join(folder, 'alone'))]
  try {
    const [mine, baseline] = [await Writer.open(journaled), await Writer.open(alone)]
    const steps = sessionsAtOnce.flatMap((sessions) => [() => mine.rate(sessions), () => baseline.rate(sessions)])
    const found = await medians(rounds, steps)
    const figures = sessionsAtOnce.map((sessions, at): Figure => {
      const [value, baselineValue] = found.slice(2 * at) as [number, number]
      const what = `durable INSERT, ${sessions} sessions, over a log`
      return { what, value, unit: '/s', baseline: 'LMDB alone', baselineValue }
    })
    printFigures(figures)
  } finally {
    await journaled.close()
    await alone.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function journaledStore(folder: string): Promise<Store> {
  const directory = join(folder, 'log')
  mkdirSync(directory)
  const begin = { firstSequenceNo: 0, identity: new Uint8Array(0) }
  const log = FileLog.create(new DirectoryFiles(directory), { env: realEnv, epoch: 1 }, begin)
  return JournaledStore.open(log, openLmdbStore(join(folder, 'cache')))
}

class Writer {
  readonly #driver: Driver
  #next = 0

  private constructor(driver: Driver) {
    this.#driver = driver
  }

  static async open(store: Store): Promise<Writer> {
    const ledger = await Ledger.open(store, realEnv, { name: 'bench', strictQldb: false })
    const handler = createHandler({ open: async () => ledger }, realEnv)
    const writer = new Writer(new Driver(createLocalTransport(handler.send, 'embedded'), 'bench', realEnv))
    await writer.#execute('CREATE TABLE V')
    await writer.#execute('CREATE INDEX ON V (k)')
    return writer
  }

  async #execute(statement: string): Promise<void> {
    await this.#driver.execute(async (transaction) => {
      await (await transaction.execute(statement, [])).toArray()
    })
  }

  /** INSERTs a second of so many sessions, each of which begins its next when its last is durable. */
  async rate(sessions: number): Promise<number> {
    const end = this.#next + insertsPerRound
    const startMs = performance.now()
    const session = async () => {
      while (this.#next < end) await this.#execute(`INSERT INTO V ${documentOf(this.#next++)}`)
    }
    await Promise.all(Array.from({ length: sessions }, session))
    return (insertsPerRound / (performance.now() - startMs)) * 1000
  }
}

function documentOf(k: number): string {
  return `{'k': ${k}, 'VIN': 'VIN${String(k).padStart(14, '0')}', 'City': 'Seattle', 'Note': '${'x'.repeat(280)}'}`
}
