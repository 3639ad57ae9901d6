import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ledger } from '../../src/ledger/ledger.ts'
import { verifyStore } from '../../src/ledger/verify-ledger.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import type { Store } from '../../src/store/store.ts'
import { FaultStore, KilledError } from '../support/fault-store.ts'
import { SimEnv } from '../support/sim-env.ts'
import { Client, dump, isError } from './ledger-fixture.ts'

/** The only value that a query gives. */
const one = (client: Client, query: string) => (client.run(query)[0] as string).replaceAll(/^"|"$/g, '')
const tableOf = (client: Client, name: string, what: string) =>
  one(client, `SELECT VALUE t.${what} FROM information_schema.user_tables AS t WHERE t.name = '${name}'`)

/** Transactions with every kind of statement that writes. */
const transactions: readonly ((client: Client) => void)[] = [
  (client) => client.run('CREATE TABLE T') && client.run('CREATE TABLE U'),
  (client) => client.run('CREATE INDEX ON T (k)'),
  (client) => {
    client.run("INSERT INTO T <<{'k': 1, 'n': 1}, {'k': 2, 'n': 2}, {'k': 3, 'only': 3}>>")
    client.run("INSERT INTO U VALUE {'k': 1}")
  },
  (client) => client.run('UPDATE T SET n = 10 WHERE k = 1') && client.run('DELETE FROM T WHERE k = 2'),
  (client) => client.run("FROM T AS t WHERE t.k = 1 SET t.field = 'added', t.k = 5"),
  (client) => client.run("INSERT INTO T VALUE {'k': 4, 'n': 4}") && client.run('CREATE INDEX ON T (n)'),
  (client) => client.run(`DROP INDEX "${tableOf(client, 'T', 'indexes[0].indexId')}" ON T WITH (purge = true)`),
  (client) => {
    const first = 'FROM history(T) AS h WHERE h.data.k = 1 AND h.metadata.version = 0'
    const address = one(client, `SELECT VALUE h.blockAddress ${first}`)
    const id = one(client, `SELECT VALUE h.metadata.id ${first}`)
    client.run(`EXEC REDACT_REVISION \`${address}\`, '${tableOf(client, 'T', 'tableId')}', '${id}'`)
  },
  (client) => client.run('DROP TABLE U'),
  (client) => client.run(`UNDROP TABLE "${tableOf(client, 'U', 'tableId')}"`),
]

const open = (store: Store) => Ledger.open(store, new SimEnv(7), { name: 'test', strictQldb: false })

async function runOne(ledger: Ledger, transaction: (client: Client) => void): Promise<void> {
  const client = new Client(ledger)
  transaction(client)
  await client.commit()
}

/** A store with a new ledger, which goes wrong at a step after that. */
async function faulty(
  step: number,
  how: 'kill' | 'fail',
): Promise<{ inner: Store; store: FaultStore; ledger: Ledger }> {
  const inner = createMemoryStore()
  await open(inner)
  const store = new FaultStore(inner, step, how)
  return { inner, store, ledger: await open(store) }
}

/** What the store holds before, and after each transaction, when nothing goes wrong. */
async function soundStates(): Promise<string[][]> {
  const { inner: store, ledger } = await faulty(Number.MAX_SAFE_INTEGER, 'fail')
  const states = [dump(store)]
  for (const transaction of transactions) {
    await runOne(ledger, transaction)
    states.push(dump(store))
  }
  return states
}

async function checkWhole(store: Store): Promise<void> {
  const { journal, derived } = await verifyStore(store, { openScratch: async () => createMemoryStore() })
  assert.deepEqual([journal.findings, derived?.findings], [[], []])
}

test('the process can die at every step of every kind of statement', async () => {
  const states = await soundStates()
  let steps = 0
  for (; ; steps += 1) {
    const { inner, store, ledger } = await faulty(steps + 1, 'kill')
    let done = 0
    try {
      for (const transaction of transactions) {
        await runOne(ledger, transaction)
        done += 1
      }
    } catch (error) {
      assert.ok(error instanceof KilledError, String(error))
    }
    // What was acknowledged, or one more that was on its way: to the byte.
    const found = dump(inner)
    const at = states.findIndex((state) => state.length === found.length && state.every((line, n) => line === found[n]))
    assert.ok(at === done || at === done + 1, `step ${steps + 1}: ${done} acknowledged, state ${at} found`)
    if (!store.isReached) break
    const again = await open(inner)
    await runOne(again, (client) => client.run('CREATE TABLE Afterwards'))
    if (steps % 5 === 0) await checkWhole(inner)
  }
  assert.ok(steps > 100, `${steps} steps`)
})

test('every step of every kind of statement can be refused; the same transaction succeeds then', async () => {
  const states = await soundStates()
  for (let step = 1; ; step += 1) {
    const { inner, store, ledger } = await faulty(step, 'fail')
    const retry = async (work: () => Promise<unknown>) => {
      const before = dump(inner)
      await work().catch(async (error: unknown) => {
        isError('store/full')(error)
        assert.deepEqual(dump(inner), before)
        await work()
      })
    }
    for (const transaction of transactions) await retry(() => runOne(ledger, transaction))
    if (!store.isReached) {
      assert.deepEqual(dump(inner), states.at(-1))
      break
    }
    assert.equal(dump(inner).length, states.at(-1)?.length)
    if (step % 5 === 0) await checkWhole(inner)
  }
})

test('a ledger whose creation was interrupted at any step can be opened', async () => {
  const steps: number[] = []
  for (const how of ['kill', 'fail'] as const) {
    for (let step = 1; ; step += 1) {
      const inner = createMemoryStore()
      const store = new FaultStore(inner, step, how)
      await open(store).catch((error) => assert.ok(error instanceof KilledError || isError('store/full')(error)))
      const ledger = await open(inner)
      assert.equal(ledger.tip().sequenceNo, 0)
      await runOne(ledger, (client) => client.run('CREATE TABLE T'))
      await checkWhole(inner)
      if (!store.isReached) break
      steps.push(step)
    }
  }
  assert.ok(steps.length > 10, `${steps.length} steps`)
})
