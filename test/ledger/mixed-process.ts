import { chmodSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { LedgerError } from '../../src/base/errors.ts'
import { Ledger } from '../../src/ledger/ledger.ts'
import { verifyStore } from '../../src/ledger/verify-ledger.ts'
import { openLmdbStore } from '../../src/store/lmdb-store.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { SimEnv } from '../support/sim-env.ts'
import { Client } from './ledger-fixture.ts'

/**
 * Run as a process of its own: `node mixed-process.mjs <directory> <what> <count>`. Accounts hold 100 each; whatever is
 * done to them, their sum stays.
 * - `make`: the tables, indexes and `count` accounts
 * - `work`: so many transactions of all kinds, from a seed of the process's own; says each one that was acknowledged,
 *   and ends when 3 were refused for want of room (for ever when 0)
 * - `lose`: as work, but takes every permission from the files after half of them
 * - `check`: verifies; says the sum, and each entry of the log
 * An error is one line on stdout, and exit code 3.
 */
const [directory, what, countText] = process.argv.slice(2) as [string, string, string]
const count = Number(countText)
const say = (line: string) => writeSync(1, `${line}\n`)
const env = new SimEnv(process.pid)
const below = (limit: number) => (env.randomBytes(1)[0] as number) % limit

const store = await opened(() => openLmdbStore(directory))
const ledger = await opened(() => Ledger.open(store, env, { name: 'test', strictQldb: false }))

async function opened<T>(open: () => T | Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (error) {
    say(`${(error as LedgerError).code}: ${(error as Error).message}`)
    process.exit(3)
  }
}

async function transact(work: (client: Client) => string): Promise<void> {
  for (;;) {
    const client = new Client(ledger)
    try {
      const done = work(client)
      await client.commit()
      say(done)
      return
    } catch (error) {
      client.transaction.abort()
      if (!(error instanceof LedgerError) || error.code !== 'transaction/conflict') throw error
    }
  }
}

const sum = (client: Client) => client.run('SELECT VALUE SUM(a.v) FROM Account AS a')[0] as string

function transfer(client: Client): string {
  const accounts = client.run('SELECT VALUE a.n FROM Account AS a').length
  const [from, to] = [below(accounts), below(accounts)]
  client.run(`UPDATE Account SET v = v - 1 WHERE n = ${from}`)
  client.run(`UPDATE Account SET v = v + 1 WHERE n = ${to}`)
  return `moved from ${from} to ${to}`
}

function log(client: Client): string {
  const text = 'x'.repeat(below(200) * 10)
  const [row] = client.run(`INSERT INTO Log VALUE {'by': ${process.pid}, 'text': '${text}'}`) as [string]
  return `logged ${row.slice(13, 35)}`
}

/** The oldest revision of an account that still has its data and is not the current one. */
function redact(client: Client): string {
  const [tableId] = client.run(
    "SELECT VALUE t.tableId FROM information_schema.user_tables AS t WHERE t.name = 'Account'",
  )
  const rows = client.run(
    `SELECT VALUE [h.blockAddress, h.metadata.id] FROM history(Account) AS h, _ql_committed_Account AS c
      WHERE h.metadata.id = c.metadata.id AND h.metadata.version < c.metadata.version AND h.data IS NOT MISSING`,
  )
  const found = rows[0]?.match(/^\[(\{.*\}),"(.*)"\]$/)
  if (!found) return 'nothing to redact'
  client.run(`EXEC REDACT_REVISION \`${found[1]}\`, ${tableId?.replaceAll('"', "'")}, '${found[2]}'`)
  return `redacted ${found[2]}`
}

function toggleIndex(client: Client): string {
  const indexes = "SELECT VALUE t.indexes FROM information_schema.user_tables AS t WHERE t.name = 'Log'"
  const id = client.run(indexes)[0]?.match(/indexId:"(.*?)"/)?.[1]
  client.run(id === undefined ? 'CREATE INDEX ON Log ("by")' : `DROP INDEX "${id}" ON Log WITH (purge = true)`)
  return 'index'
}

async function work(): Promise<void> {
  let refused = 0
  for (let done = 0; (done < count || count === 0) && refused < 3; done += 1) {
    if (what === 'lose' && done === count >> 1) {
      for (const name of ['data.mdb', 'lock.mdb', '']) chmodSync(join(directory, name), 0)
      say('lost')
    }
    const kind = below(20)
    const job = kind < 8 ? transfer : kind < 15 ? log : kind < 17 ? redact : kind < 18 ? toggleIndex : readSum
    try {
      await transact(job)
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      refused += 1
      say(`refused ${error.code}: ${error.message}`)
    }
  }
}

const readSum = (client: Client) => `sum ${sum(client)}`

if (what === 'make') {
  await transact((client) => {
    for (const text of ['CREATE TABLE Account', 'CREATE INDEX ON Account (n)', 'CREATE TABLE Log']) client.run(text)
    return 'made'
  })
  await transact((client) => {
    for (let n = 0; n < count; n += 1) client.run(`INSERT INTO Account VALUE {'n': ${n}, 'v': 100}`)
    return 'filled'
  })
} else if (what === 'check') {
  const { journal, derived } = await verifyStore(store, { name: 'test', openScratch: async () => createMemoryStore() })
  for (const { message } of journal.findings) say(`found ${message}`)
  for (const finding of derived?.findings ?? []) say(`found ${finding}`)
  const client = new Client(ledger)
  say(`sum ${sum(client)}`)
  for (const id of client.run('SELECT VALUE id FROM Log AS l BY id')) say(`logged ${id.slice(1, -1)}`)
  client.transaction.abort()
} else await work()
await store.close()
