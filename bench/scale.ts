import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newId } from '../src/base/ids.ts'
import { realEnv } from '../src/host/real-env.ts'
import { Driver } from '../src/driver/driver.ts'
import { createLocalTransport } from '../src/driver/local-transport.ts'
import { type DocumentInfo, encodeBlock, statementDigest } from '../src/journal/block.ts'
import { type BlockContent, sealBlock } from '../src/journal/seal-block.ts'
import { applyBlock } from '../src/ledger/apply-block.ts'
import { blockKey } from '../src/ledger/keys.ts'
import { Ledger } from '../src/ledger/ledger.ts'
import { derivedOf } from '../src/ledger/rebuild.ts'
import { type Identity, readIdentity } from '../src/ledger/records.ts'
import { createHandler } from '../src/server/handler.ts'
import { openLmdbStore } from '../src/store/lmdb-store.ts'
import type { Store } from '../src/store/store.ts'
import { ionHashOfString } from '../src/values/ion-hash.ts'
import { joinHashes } from '../src/values/join-hashes.ts'
import { timestampFromMs } from '../src/values/timestamp.ts'
import { int, type StructValue, string, structOf, type Value } from '../src/values/value.ts'

/** `QLDB_BENCH_REVISIONS=1000,100000,3000000` for the sizes of the design; the last takes some minutes and 3 GB of disk. */
const sizes = (process.env['QLDB_BENCH_REVISIONS'] ?? '1000,100000').split(',').map(Number)
const documentsOfBlock = 10
const blocksOfWrite = 200
const rounds = 300

/** One ledger that grows: point reads, insert, opening and memory at each size. Flat is the aim, but for the logarithm. */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'qldb-bench-'))
  try {
    const rows: string[][] = []
    let built = 0
    for (const size of sizes) {
      await build(folder, built, size)
      built = size
      rows.push(await measure(folder, size))
      console.error(`${rows.at(-1)?.join(' | ')}`)
    }
    print(rows)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const columns = [
  'revisions',
  'file MB',
  'read by index, ms',
  'by id, ms',
  'by id, history, ms',
  'no such key, ms',
  'insert, ms',
  'bare commit, ms',
  'opening, ms',
  '-e whole, ms',
  '-e memory, MiB',
  'heap here, MiB',
]

async function withLedger<T>(folder: string, use: (ledger: Ledger, store: Store) => Promise<T>): Promise<T> {
  const store = openLmdbStore(join(folder, 'default'))
  const ledger = await Ledger.open(store, realEnv, { name: 'default', strictQldb: false })
  try {
    return await use(ledger, store)
  } finally {
    await ledger.close()
  }
}

/** About 100 bytes as Ion text. */
function documentOf(k: number): StructValue {
  const vin = `VIN${String(k).padStart(14, '0')}`
  return structOf({ k: int(k), VIN: string(vin), State: string('WA'), City: string('Seattle'), Note: string(noteText) })
}
const noteText = 'x'.repeat(40)

/** Blocks as commits seal and apply them, many in one write of the store: without statements to parse, and few flushes. */
async function build(folder: string, from: number, to: number): Promise<void> {
  if (from === 0) await withLedger(folder, create)
  const store = openLmdbStore(join(folder, 'default'))
  const { strandId, origin } = readIdentityOf(store)
  let shownMs = performance.now()
  let tableId: string | undefined
  for (let next = from; next < to; ) {
    await store.write((transaction) => {
      let derived = derivedOf(transaction, origin)
      tableId ??= derived.catalog.activeTable('V')?.tableId
      for (let count = 0; count < blocksOfWrite && next < to; count += 1, next += documentsOfBlock) {
        const previous = { sequenceNo: derived.state.tip, blockHash: derived.state.tipHash }
        const keys = Array.from({ length: Math.min(documentsOfBlock, to - next) }, (_, index) => next + index)
        const block = sealBlock(contentOf(strandId, tableId as string, keys), previous)
        transaction.put(blockKey(block.blockAddress.sequenceNo), encodeBlock(block))
        derived = applyBlock(transaction, block, derived)
      }
    })
    if (performance.now() - shownMs < 10_000) continue
    shownMs = performance.now()
    console.error(`${next.toLocaleString('en-US')} of ${to.toLocaleString('en-US')} revisions`)
  }
  await store.close()
}

async function create(ledger: Ledger): Promise<void> {
  for (const text of ['CREATE TABLE V', 'CREATE INDEX ON V (k)']) {
    const transaction = ledger.begin()
    const { rows } = transaction.execute(text, [])
    while (rows.next().done !== true);
    await transaction.commit(joinHashes(ionHashOfString(transaction.id), statementDigest(text)))
  }
}

function readIdentityOf(store: Store): Identity {
  const snapshot = store.snapshot()
  const identity = readIdentity(snapshot)
  snapshot.release()
  if (identity === undefined) throw new Error('the store holds no ledger')
  return identity
}

const statement = 'INSERT INTO V ?'
const digest = statementDigest(statement)

function contentOf(strandId: string, tableId: string, keys: readonly number[]): BlockContent {
  const transactionId = newId(realEnv)
  const blockTimestamp = timestampFromMs(realEnv.nowMs())
  const documents = new Map<string, DocumentInfo>()
  const revisions = keys.map((k) => {
    const id = newId(realEnv)
    documents.set(id, { tableName: 'V', tableId, statements: [0] })
    return { data: documentOf(k), metadata: { id, version: 0, txTime: blockTimestamp, txId: transactionId } }
  })
  const statements = [{ statement, startTime: blockTimestamp, statementDigest: digest }]
  return { strandId, transactionId, blockTimestamp, transactionInfo: { statements, documents }, revisions }
}

async function measure(folder: string, size: number): Promise<string[]> {
  const opening = await medianOf(21, () => withLedger(folder, async () => undefined))
  const program = programOnce(folder, size)
  const figures = await withLedger(folder, async (ledger) => {
    const raw = openLmdbStore(join(folder, 'raw'))
    const handler = createHandler({ open: async () => ledger }, realEnv)
    const driver = new Driver(createLocalTransport(handler.send, 'embedded'), 'default', realEnv)
    const execute = (text: string, ...parameters: Value[]) =>
      driver.execute(async (transaction) => (await transaction.execute(text, parameters)).toArray())
    const ids: string[] = []
    let turn = 0
    const key = () => (turn++ * 7919 * 31) % size
    const byIndex = await medianOf(rounds, () => execute('SELECT * FROM V WHERE k = ?', int(key())))
    for (let count = 0; count < rounds; count += 1) {
      const [id] = await execute('SELECT VALUE id FROM V BY id WHERE k = ?', int(key()))
      if (id?.type === 'string') ids.push(id.value)
    }
    const id = () => string(ids[turn++ % ids.length] as string)
    const byId = await medianOf(rounds, () => execute('SELECT * FROM V BY id WHERE id = ?', id()))
    const history = await medianOf(rounds, () => execute('SELECT * FROM history(V) AS h WHERE h.metadata.id = ?', id()))
    const none = await medianOf(rounds, () => execute('SELECT * FROM V WHERE k = ?', int(-1 - turn++)))
    // In turn with the bare commit, since disks have good and bad minutes.
    const [inserts, bares]: [number[], number[]] = [[], []]
    for (let count = 0; count < rounds; count += 1) {
      const document = documentOf(size + 1_000_000_000 + count)
      inserts.push(await timed(() => execute('INSERT INTO V ?', document)))
      const bareKey = Buffer.from(`bare ${size} ${count}`)
      bares.push(await timed(() => raw.write((transaction) => transaction.put(bareKey, new Uint8Array(700)))))
    }
    await raw.close()
    const heap = process.memoryUsage().heapUsed / 2 ** 20
    return [byIndex, byId, history, none, median(inserts), median(bares), heap]
  })
  const heap = figures.pop() as number
  const bytes = statSync(join(folder, 'default', 'data.mdb')).size
  const parts = [bytes / 1e6, ...figures, opening, program.ms, program.peakMiB, heap]
  return [size.toLocaleString('en-US'), ...parts.map((value) => (value >= 10 ? value.toFixed(0) : value.toFixed(3)))]
}

const reportMemory = 'process.on("exit",()=>process.stderr.write("peak "+process.resourceUsage().maxRSS))'

/** One point read by the built program: median time, and the most memory that it took. */
function programOnce(folder: string, size: number): { ms: number; peakMiB: number } {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env
  const arguments_ = ['--import', `data:text/javascript,${reportMemory}`, 'bin/qldb.cjs', '--data-dir', folder]
  const times: number[] = []
  let peakMiB = 0
  for (let count = 0; count < 9; count += 1) {
    const start = performance.now()
    const statement = `SELECT VALUE k FROM V WHERE k = ${(count * 7919 * 31) % size}`
    const child = spawnSync(process.execPath, [...arguments_, '-e', statement], { env, encoding: 'utf8' })
    times.push(performance.now() - start)
    if (child.status !== 0) throw new Error(child.stderr)
    peakMiB = Math.max(peakMiB, Number(/peak (\d+)/.exec(child.stderr)?.[1]) / 1024)
  }
  return { ms: median(times), peakMiB }
}

async function timed(step: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await step()
  return performance.now() - start
}

async function medianOf(count: number, step: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let done = 0; done < count; done += 1) times.push(await timed(step))
  return median(times)
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number
}

function print(rows: readonly (readonly string[])[]): void {
  for (const [index, name] of columns.entries())
    console.log([name.padEnd(20), ...rows.map((row) => (row[index] as string).padStart(12))].join(''))
}
