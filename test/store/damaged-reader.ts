import { mkdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { LedgerError } from '../../src/base/errors.ts'
import { Ledger } from '../../src/ledger/ledger.ts'
import { verifyStore } from '../../src/ledger/verify-ledger.ts'
import { openLmdbStore } from '../../src/store/lmdb-store.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { Client } from '../ledger/ledger-fixture.ts'
import { SimEnv } from '../support/sim-env.ts'

/**
 * Run as a process of its own, which a damaged file might end: `node damaged-reader.mjs <data file> <folder> <from>
 * <to> <step>`. For every `step`th byte of [from, to): a copy of the file with one bit of that byte changed is verified,
 * then opened as a ledger, read and written. One line each: the byte, what verify said, and what came of the rest
 * (`same` answers as the sound file, `other`, or an error's code).
 */
const [file, folder, ...numbers] = process.argv.slice(2) as [string, string, ...string[]]
const [from, to, step] = numbers.map(Number) as [number, number, number]
const sound = readFileSync(file)

const statements = [
  'SELECT VALUE t FROM T AS t BY id',
  'SELECT VALUE t FROM T AS t WHERE t.k = 3',
  'SELECT h.data, h.metadata FROM history(T) AS h',
  'SELECT * FROM information_schema.user_tables',
  "INSERT INTO T VALUE {'k': 3, 'new': 'x'}",
  'UPDATE T SET v = 8 WHERE k = 4',
]

async function use(directory: string): Promise<string> {
  const store = openLmdbStore(directory)
  try {
    const ledger = await Ledger.open(store, new SimEnv(1), { name: 'test', strictQldb: false })
    const client = new Client(ledger)
    const answers = statements.map((statement) => client.run(statement).join())
    await client.commit()
    return answers.join('\n')
  } catch (error) {
    // A breach found inside is as good as an error here: it is reported, and nothing was answered.
    if (error instanceof LedgerError) return `error ${error.code}`
    return `error ${(error as Error).name}`
  } finally {
    await store.close()
  }
}

async function verify(directory: string): Promise<string> {
  const store = openLmdbStore(directory)
  try {
    const openScratch = async () => createMemoryStore()
    const { identityFindings, journal, derived } = await verifyStore(store, { name: 'test', openScratch })
    const findings = [
      ...identityFindings,
      ...journal.findings.map(({ message }) => message),
      ...(derived?.findings ?? []),
    ]
    return findings.length === 0 ? 'sound' : `found ${findings[0]}`
  } finally {
    await store.close()
  }
}

function copyWith(bytes: Uint8Array): string {
  const directory = join(folder, 'changed')
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory)
  writeFileSync(join(directory, 'data.mdb'), bytes)
  return directory
}

const told = (error: unknown) => {
  if (!(error instanceof LedgerError)) throw error
  return `error ${error.code}: ${error.message}`
}
const expected = await use(copyWith(sound))
for (let at = from; at < to; at += step) {
  const changed = Uint8Array.from(sound)
  changed[at] = (changed[at] as number) ^ (1 << (at % 8))
  const verdict = await verify(copyWith(changed)).catch(told)
  const answers = await use(copyWith(changed)).catch(told)
  const outcome = answers === expected ? 'same' : answers.startsWith('error') ? answers : 'other'
  writeSync(1, `${at}\t${verdict}\t${outcome}\n`)
}
