import { copyFileSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { open } from 'lmdb'
import { Ledger } from '../../src/ledger/ledger.ts'
import { readIdentity } from '../../src/ledger/records.ts'
import { rebuild } from '../../src/ledger/rebuild.ts'
import { openLmdbStore } from '../../src/store/lmdb-store.ts'
import { Client } from '../ledger/ledger-fixture.ts'
import { SimEnv } from '../support/sim-env.ts'

/** A record of a ledger's store, under the key that LMDB's file has for it. */
export interface Record {
  readonly key: Buffer
  /** None: it is taken out. */
  readonly value: Buffer | undefined
}

/** LMDB's keys of the ledger's records begin with it; the store's own record has another. */
export const ledgerKeys = 1

export function keyOf(ledgerKey: Uint8Array): Buffer {
  return Buffer.concat([Uint8Array.of(ledgerKeys), ledgerKey])
}

function openRaw(folder: string) {
  return open<Buffer, Buffer>(folder, { noSubdir: false, encoding: 'binary', keyEncoding: 'binary', noSync: true })
}

/** Everything in a store's file, read with LMDB alone. */
export async function recordsIn(folder: string): Promise<Record[]> {
  const database = openRaw(folder)
  const records = [...database.getRange()].map(({ key, value }) => ({
    key: Buffer.from(key),
    value: Buffer.from(value),
  }))
  await database.close()
  return records
}

/** Changes records behind the ledger's back. */
export async function writeRecords(folder: string, records: readonly Record[]): Promise<void> {
  const database = openRaw(folder)
  database.transactionSync(() => {
    for (const { key, value } of records) {
      if (value === undefined) database.removeSync(key)
      else database.putSync(key, value)
    }
  })
  await database.close()
}

/** The store's data file in a folder of its own. */
export function copyStore(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true })
  mkdirSync(to, { recursive: true })
  copyFileSync(join(from, 'data.mdb'), join(to, 'data.mdb'))
}

/** Tables, indexes and history as they follow from the blocks, as far as that goes. */
export async function rebuildIn(folder: string): Promise<void> {
  const store = openLmdbStore(folder)
  try {
    await rebuild(store)
  } catch {
    // Blocks that can't be applied: the forger leaves it at that.
  } finally {
    await store.close()
  }
}

/** What the ledger says of its tables, documents and their history, or of those of one table. */
export async function answersIn(folder: string, table?: string): Promise<string> {
  const store = openLmdbStore(folder)
  const snapshot = store.snapshot()
  const name = readIdentity(snapshot)?.name ?? ''
  snapshot.release()
  const ledger = await Ledger.open(store, new SimEnv(99), { name, strictQldb: false })
  try {
    const client = new Client(ledger)
    const rows = client.run('SELECT name FROM information_schema.user_tables')
    const tables = rows.map((row) => /"(\w+)"/.exec(row)?.[1] as string)
    const wanted = table === undefined ? tables : [table]
    const answers = wanted.flatMap((name) => [
      ...client.run(`SELECT * FROM _ql_committed_${name}`),
      ...client.run(`SELECT * FROM history(${name})`),
    ])
    return [...rows, ...answers].join('\n')
  } finally {
    await ledger.close()
  }
}
