import { writeSync } from 'node:fs'
import { LedgerError } from '../../src/base/errors.ts'
import { Ledger } from '../../src/ledger/ledger.ts'
import { openLmdbStore } from '../../src/store/lmdb-store.ts'
import { SimEnv } from '../support/sim-env.ts'
import { Client } from './ledger-fixture.ts'

/**
 * Run as a process of its own: `node counting-process.mjs <directory> <count>`. Adds 1 to the counter of a ledger,
 * `count` times (for ever when 0), each time in a transaction that also inserts a document with field names of this
 * process's own, and says the number on stdout when it is acknowledged. Conflicts are tried again.
 */
const [directory, countText] = process.argv.slice(2) as [string, string]
const count = Number(countText)
const store = openLmdbStore(directory)
const ledger = await Ledger.open(store, new SimEnv(process.pid), { name: 'test', strictQldb: false })
for (let done = 0; done < count || count === 0; ) {
  const client = new Client(ledger)
  const [before] = client.run('SELECT VALUE c.n FROM Counter AS c')
  client.run("UPDATE Counter SET n = n + 1 WHERE name = 'total'")
  client.run(`INSERT INTO Log VALUE {'n': ${before} + 1, 'by${process.pid}_${done % 40}': 'x'}`)
  try {
    await client.commit()
    done += 1
    writeSync(1, `${Number(before) + 1}\n`)
  } catch (error) {
    if (!(error instanceof LedgerError) || !error.retryable) throw error
  }
}
await ledger.close()
