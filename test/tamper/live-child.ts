import { createInterface } from 'node:readline'
import { realEnv } from '../../src/host/real-env.ts'
import { Ledger } from '../../src/ledger/ledger.ts'
import { openLmdbStore } from '../../src/store/lmdb-store.ts'
import { Client } from '../ledger/ledger-fixture.ts'
import { verify } from './case.ts'

/**
 * A process of its own, which a damaged file may end: it holds a ledger open as a server does, or verifies one. Reads one
 * command a line, answers each with a line of JSON.
 */
interface Command {
  readonly hold?: string
  readonly release?: true
  readonly verify?: string
  readonly digest?: string
}

let held: Ledger | undefined

async function answerTo({ hold, verify: folder, digest }: Command): Promise<unknown> {
  if (folder !== undefined) return await verify([folder], digest)
  await held?.close()
  held = undefined
  if (hold === undefined) return 'released'
  held = await Ledger.open(openLmdbStore(hold), realEnv, { name: 'test', strictQldb: false })
  const client = new Client(held)
  return client.run('SELECT * FROM Acc').length
}

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await answerTo(JSON.parse(line) as Command).catch((error: Error) => ({ error: error.message }))
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
