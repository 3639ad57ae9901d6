import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { realEnv } from '../src/host/real-env.ts'
import { Driver } from '../src/driver/driver.ts'
import { createLocalTransport } from '../src/driver/local-transport.ts'
import { ExportWriter, exportFormats } from '../src/archive/export-files.ts'
import { readBlocks, storedForm } from '../src/archive/import-blocks.ts'
import { findExportFiles } from '../src/archive/import-files.ts'
import { FindingList } from '../src/archive/import-findings.ts'
import { ExportVerifier, verifyExport } from '../src/archive/verify-export.ts'
import { journalOf } from '../src/ledger/export-ledger.ts'
import { LedgerImport } from '../src/ledger/import-ledger.ts'
import { Ledger } from '../src/ledger/ledger.ts'
import { createHandler } from '../src/server/handler.ts'
import { openLmdbStore } from '../src/store/lmdb-store.ts'
import { createMemoryStore } from '../src/store/memory-store.ts'
import type { Store } from '../src/store/store.ts'
import { parseIon } from '../src/values/text-reader.ts'
import { timestampFromMs } from '../src/values/timestamp.ts'
import { type Figure, medians, printFigures } from './support.ts'

const blocks = 20_000

/** Checking and importing exports of one journal, beside reading and hashing the same bytes with node:crypto. */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'qldb-bench-'))
  try {
    const store = await filledStore()
    const figures: Figure[] = []
    for (const format of exportFormats) {
      const place = join(folder, format)
      const [exported, readBack] = await exportFigures(store, place, format)
      figures.push(exported)
      figures.push(...(await importFigures(place, format, folder, readBack)))
    }
    printFigures(figures)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** One INSERT or UPDATE of about 400 bytes a block. */
async function filledStore(): Promise<Store> {
  const store = createMemoryStore()
  const ledger = await Ledger.open(store, realEnv, { name: 'bench', strictQldb: false })
  const handler = createHandler({ open: async () => ledger }, realEnv)
  const driver = new Driver(createLocalTransport(handler.send, 'embedded'), 'bench', realEnv)
  await driver.execute(async (transaction) => transaction.execute('CREATE TABLE V'))
  for (let index = 0; index < blocks - 2; index += 1) {
    const document =
      `{k:${index},VIN:"VIN${String(index).padStart(14, '0')}",State:"WA",City:"Seattle",Penalty:${index % 200}.25,` +
      'ValidFromDate:2017-08-21,Owners:{PrimaryOwner:{PersonId:"294jJ3YUoH1IEEm8GSabOs"},SecondaryOwners:[]},' +
      `Note:"${'x'.repeat(100)}"}`
    await driver.execute(async (transaction) => transaction.execute('INSERT INTO V ?', [parseIon(document)]))
  }
  return store
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
}

async function exportFigures(
  store: Store,
  place: string,
  format: (typeof exportFormats)[number],
): Promise<[Figure, () => number]> {
  const snapshot = store.snapshot()
  const journal = journalOf(snapshot)
  const start = performance.now()
  const writer = new ExportWriter(place, {
    ledgerName: 'bench',
    exportId: 'bench',
    strandId: journal.identity.strandId,
    format,
    gzip: false,
    prefix: '',
    inclusiveStartTime: timestampFromMs(0),
    exclusiveEndTime: timestampFromMs(4e12),
  })
  for (const block of journal.blocks()) writer.add(block)
  writer.end()
  const value = (blocks * 1000) / (performance.now() - start)
  snapshot.release()
  const files = filesUnder(place)
  const readBack = () => {
    const begin = performance.now()
    for (const path of files) createHash('sha256').update(readFileSync(path)).digest()
    return (blocks * 1000) / (performance.now() - begin)
  }
  const baselineValue = readBack()
  return [{ what: `export, ${format}`, value, unit: 'blocks/s', baseline: 'read and SHA-256', baselineValue }, readBack]
}

async function importFigures(place: string, format: string, folder: string, bare: () => number): Promise<Figure[]> {
  const verify = async () => {
    const start = performance.now()
    const report = await verifyExport([place])
    if (report.verdict !== 'verified') throw new Error(`the export is ${report.verdict}`)
    return (blocks * 1000) / (performance.now() - start)
  }
  let number = 0
  const load = async () => {
    number += 1
    const directory = join(folder, `ledger-${format}-${number}`)
    const start = performance.now()
    const store = openLmdbStore(directory)
    const findings = new FindingList()
    const files = await findExportFiles([place], findings)
    const verifier = new ExportVerifier(files, findings)
    const target = LedgerImport.open(store, { name: 'bench', isWritable: false, isVerified: true, env: realEnv })
    for await (const source of readBlocks(files, findings)) {
      const stored = storedForm(source.block)
      verifier.add(source, stored)
      await target.add(source.block, source.doubtful, stored)
    }
    await target.finish()
    const perSecond = (blocks * 1000) / (performance.now() - start)
    await store.close()
    rmSync(directory, { recursive: true, force: true })
    return perSecond
  }
  const [verified, imported, baselineValue] = (await medians(3, [verify, load, bare])) as [number, number, number]
  const bytes = filesUnder(place).reduce((sum, path) => sum + statSync(path).size, 0)
  const common = { unit: 'blocks/s', baseline: 'read and SHA-256', baselineValue }
  const inMegabytes = (figure: Figure): Figure => ({
    ...{ ...figure, unit: 'MB/s' },
    ...{ value: (figure.value * bytes) / blocks / 1e6, baselineValue: (figure.baselineValue * bytes) / blocks / 1e6 },
  })
  const figures: Figure[] = [
    { what: `verify, ${format}`, value: verified, ...common },
    { what: `import, verified, ${format}`, value: imported, ...common },
  ]
  return [...figures, ...figures.map(inMegabytes)]
}
