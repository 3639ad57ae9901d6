import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeBlock } from '../src/journal/block.ts'
import { decodeBlock } from '../src/journal/block-from-ion.ts'
import { type ExportFormat, exportFormats } from '../src/archive/export-files.ts'
import { readBlocks } from '../src/archive/import-blocks.ts'
import { findExportFiles } from '../src/archive/import-files.ts'
import { FindingList } from '../src/archive/import-findings.ts'
import { costIn, reportCost } from './support-rows.ts'
import { writeLargeExports } from './support-export.ts'
import { SchemeCount } from './support-scheme.ts'

/** 300,000 blocks are about 430 MB of Ion text. */
const blocks = Number(process.env['QLDB_BENCH_BLOCKS'] ?? 30_000)
const formats = (process.env['QLDB_BENCH_FORMATS']?.split(',') ?? exportFormats) as readonly ExportFormat[]
/** A folder for the generated exports, which are kept there and used again. */
const kept = process.env['QLDB_BENCH_FOLDER']

/** Checks and imports generated exports with the built program, beside sha256sum of the same files and the bare hashes. */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'qldb-bench-'))
  try {
    const exports = join(kept ?? folder, `exports-${blocks}`)
    if (readdirSync(kept ?? folder).includes(`exports-${blocks}`)) console.log(`exports of ${exports}`)
    else writeLargeExports(exports, blocks, formats)
    console.log(`${blocks.toLocaleString('en-US')} blocks; MB are those of the files that are read; start included`)
    console.log(head.join('\t'))
    for (const format of formats) await measureFormat(join(exports, format), join(folder, format))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const head = [
  'what'.padEnd(28),
  'wall s',
  'cpu s',
  'MB/s',
  'MB/s cpu',
  'blocks/s',
  'written',
  'MiB',
  'MiB anon',
  'of bare',
]

async function measureFormat(source: string, dataDir: string): Promise<void> {
  const format = source.split('/').at(-1) as ExportFormat
  const files = filesUnder(source)
  const bytes = sizeOf(files)
  const bare = await bareHashes(source, bytes)
  print(`${format}: bare hashes`, bare, bytes, bare)
  print(`${format}: sha256sum`, await costOf(['sha256sum', ...files]), bytes, bare)
  print(`${format}: verify`, await costOf([...program, 'verify', source]), bytes, bare)
  mkdirSync(dataDir)
  const ledger = ['--data-dir', dataDir, '--ledger', 'large']
  print(`${format}: import`, await costOf([...program, 'import', ...ledger, source]), bytes, bare)
  const stored = sizeOf(filesUnder(dataDir))
  print(`${format}: verify --no-derived`, await costOf([...program, 'verify', '--no-derived', ...ledger]), stored, bare)
  print(`${format}: verify the ledger`, await costOf([...program, 'verify', ...ledger]), stored, bare)
  rmSync(dataDir, { recursive: true })
}

const program = [process.execPath, '--import', reportCost, 'bin/qldb.cjs']

interface ProcessCost {
  readonly wall: number
  readonly cpu: number
  readonly written: number
  readonly mebibytes: number
  /** Without pages of mapped files. */
  readonly anonymous: number
}

function print(what: string, cost: ProcessCost, bytes: number, bare: ProcessCost): void {
  const cells = [
    cost.wall.toFixed(2),
    cost.cpu.toFixed(2),
    (bytes / cost.wall / 1e6).toFixed(1),
    (bytes / cost.cpu / 1e6).toFixed(1),
    Math.round(blocks / cost.wall).toLocaleString('en-US'),
    `${(cost.written / bytes).toFixed(2)}x`,
    cost.mebibytes.toFixed(0),
    cost.anonymous.toFixed(0),
    `${(cost.cpu / bare.cpu).toFixed(1)}x`,
  ]
  console.log([what.padEnd(28), ...cells].join('\t'))
}

async function costOf([command, ...args]: readonly string[]): Promise<ProcessCost> {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env
  const writtenBefore = writtenBytes()
  const usageBefore = childSeconds()
  const start = performance.now()
  const child = spawn(command as string, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let [said, anonymous] = ['', 0]
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4096)
  })
  const timer = setInterval(() => {
    anonymous = Math.max(anonymous, anonymousMebibytes(child.pid as number))
  }, 50)
  const [code] = await once(child, 'exit')
  clearInterval(timer)
  const wall = (performance.now() - start) / 1000
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${said}`)
  const cost = costIn(said)
  const written = writtenBytes() - writtenBefore
  return {
    wall,
    cpu: cost?.seconds ?? childSeconds() - usageBefore,
    written,
    mebibytes: cost?.mebibytes ?? 0,
    anonymous,
  }
}

/** Of this process and all its children that have ended. */
function writtenBytes(): number {
  return Number(/^write_bytes: (\d+)/m.exec(readFileSync('/proc/self/io', 'latin1'))?.[1] ?? 0)
}

/** Processor time of all children that have ended; ticks are hundredths of a second. */
function childSeconds(): number {
  const fields = readFileSync('/proc/self/stat', 'latin1')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[13]) + Number(fields[14])) / 100
}

function anonymousMebibytes(pid: number): number {
  try {
    return Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

/** The messages of the scheme's hashes, of the same lengths, in lanes, with nothing else done. */
async function bareHashes(source: string, bytes: number): Promise<ProcessCost> {
  const findings = new FindingList()
  const scheme = new SchemeCount()
  const sampled = Math.min(blocks, 5000)
  let held: Uint8Array[] = []
  let seen = 0
  for await (const { block } of readBlocks(await findExportFiles([source], findings), findings)) {
    held.push(encodeBlock(decodeBlock(encodeBlock(block))))
    seen += 1
    if (held.length < 50 && seen < sampled) continue
    scheme.check(held)
    held = []
    if (seen >= sampled) break
  }
  const before = process.cpuUsage()
  const start = performance.now()
  const rounds = Math.ceil(blocks / sampled)
  for (let round = 0; round < rounds; round += 1) scheme.hashInLanes()
  const scale = blocks / (rounds * sampled)
  const { user, system } = process.cpuUsage(before)
  const wall = ((performance.now() - start) / 1000) * scale
  if (bytes === 0) throw new Error('the export is empty')
  return { wall, cpu: ((user + system) / 1e6) * scale, written: 0, mebibytes: 0, anonymous: 0 }
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
}

function sizeOf(files: readonly string[]): number {
  return files.reduce((sum, path) => sum + statSync(path).size, 0)
}
