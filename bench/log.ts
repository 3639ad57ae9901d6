import { closeSync, fdatasyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DirectoryFiles } from '../src/journal/log/directory-files.ts'
import { FileLog } from '../src/journal/log/file-log.ts'
import { realEnv } from '../src/host/real-env.ts'
import { type Figure, medians, printFigures } from './support.ts'

const blockBytes = 1_326
const commitsPerRound = 2_000
const rounds = 7
const perGroup = 64

/** The log of a ledger alone: durable groups beside appending the same bytes to a file with the same flush. */
export async function run(): Promise<void> {
  // Not in $TMPDIR: that is memory on many systems.
  const folder = mkdtempSync(join(process.env['QLDB_BENCH_DIR'] ?? '/var/tmp', 'qldb-bench-log-'))
  const directory = join(folder, 'log')
  mkdirSync(directory)
  const begin = { firstSequenceNo: 0, identity: Buffer.from('{}') }
  const log = FileLog.create(new DirectoryFiles(directory), { env: realEnv, epoch: 1 }, begin)
  const file = openSync(join(folder, 'raw'), 'a', 0o600)
  const filled = openSync(join(folder, 'filled'), 'w', 0o600)
  try {
    const [one, many, appended, overwritten, scanned] = (await medians(rounds, [
      () => appends(log, 1),
      () => appends(log, perGroup),
      () => bare(file),
      () => bareFilled(filled),
      () => scan(log),
    ])) as [number, number, number, number, number]
    const raw = 'append + fdatasync'
    const figures: Figure[] = [
      { what: 'blocks, one a group', value: one, unit: '/s', baseline: raw, baselineValue: appended },
      {
        what: 'blocks, one a group',
        value: one,
        unit: '/s',
        baseline: 'the same, filled ahead',
        baselineValue: overwritten,
      },
      { what: `blocks, ${perGroup} a group`, value: many, unit: '/s', baseline: raw, baselineValue: appended },
      { what: 'blocks read', value: scanned, unit: '/s', baseline: raw, baselineValue: appended },
    ]
    printFigures(figures)
  } finally {
    closeSync(file)
    closeSync(filled)
    await log.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

const bytes = Buffer.alloc(blockBytes, 7)
const tipHash = Buffer.alloc(32, 1)

async function appends(log: FileLog, count: number): Promise<number> {
  const groups = Math.ceil((commitsPerRound * (count === 1 ? 1 : 10)) / count)
  const start = performance.now()
  for (let number = 0; number < groups; number += 1) {
    const { sequenceNo } = log.tip()
    const blocks = Array.from({ length: count }, (_, at) => ({ sequenceNo: sequenceNo + 1 + at, bytes, doubtful: [] }))
    await log.append({ blocks, tipHash }, log.tip())
  }
  return ((groups * count) / (performance.now() - start)) * 1_000
}

function bare(file: number): number {
  const start = performance.now()
  for (let number = 0; number < commitsPerRound; number += 1) {
    writeSync(file, bytes)
    fdatasyncSync(file)
  }
  return (commitsPerRound / (performance.now() - start)) * 1_000
}

function bareFilled(file: number): number {
  writeSync(file, Buffer.alloc(commitsPerRound * blockBytes), 0, commitsPerRound * blockBytes, 0)
  fdatasyncSync(file)
  const start = performance.now()
  for (let number = 0; number < commitsPerRound; number += 1) {
    writeSync(file, bytes, 0, blockBytes, number * blockBytes)
    fdatasyncSync(file)
  }
  return (commitsPerRound / (performance.now() - start)) * 1_000
}

function scan(log: FileLog): number {
  const from = Math.max(0, log.tip().sequenceNo - 50_000)
  const start = performance.now()
  let count = 0
  for (const _ of log.read(from)) count += 1
  return (count / (performance.now() - start)) * 1_000
}
