import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { LedgerError } from '../../src/base/errors.ts'
import { ledgerSymbolsMax } from '../../src/base/limits.ts'
import { Ledger } from '../../src/ledger/ledger.ts'
import { verifyLedger } from '../../src/ledger/verify-ledger.ts'
import { openLmdbStore } from '../../src/store/lmdb-store.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import type { Store, WriteTransaction } from '../../src/store/store.ts'
import { SimEnv } from '../support/sim-env.ts'
import { Client, dump, isError, openLedger, run } from './ledger-fixture.ts'

test('a ledger on disk is the same after it was closed and opened', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'ledger-'))
  try {
    const open = () => openLedger({}, openLmdbStore(directory))
    const first = await open()
    await run(first.ledger, 'CREATE TABLE T', 'CREATE INDEX ON T (k)', "INSERT INTO T <<{'k': 1}, {'k': 2}>>")
    await run(first.ledger, 'UPDATE T SET v = 1 WHERE k = 1')
    const [before, digest] = [dump(first.store), first.ledger.digest()]
    const unfinished = new Client(first.ledger)
    unfinished.run('DELETE FROM T')
    unfinished.transaction.abort()
    await first.ledger.close()

    const second = await open()
    assert.deepEqual(dump(second.store), before)
    assert.deepEqual(second.ledger.digest(), digest)
    assert.deepEqual(await run(second.ledger, 'SELECT * FROM T WHERE k IN (1, 2)'), ['{k:1,v:1}', '{k:2}'])
    await run(second.ledger, 'DELETE FROM T WHERE k = 2')
    assert.deepEqual(verifyLedger(second.store).findings, [])
    await second.ledger.close()
    await assert.rejects(run(second.ledger, 'SELECT * FROM T'), isError('store/unavailable'))
  } finally {
    rmSync(directory, { recursive: true })
  }
})

test('ledgers over one store, as in several processes, see and check one another', async () => {
  const store = createMemoryStore()
  const [a, b] = [(await openLedger({}, store)).ledger, (await openLedger({}, store)).ledger]
  assert.equal(a.strandId, b.strandId)
  await run(a, 'CREATE TABLE T')
  await run(b, "INSERT INTO T VALUE {'fromB': 1}")
  await run(a, "INSERT INTO T VALUE {'fromA': 2}")
  await run(b, 'CREATE TABLE U', "INSERT INTO U VALUE {'other': 3, 'fromA': 4}")
  assert.deepEqual(await run(a, 'SELECT * FROM T'), ['{fromB:1}', '{fromA:2}'])
  assert.deepEqual(await run(a, 'SELECT * FROM U'), ['{other:3,fromA:4}'])
  const clients = [new Client(a), new Client(b)] as const
  for (const client of clients) client.run('UPDATE T SET n = 1')
  await clients[0].commit()
  await assert.rejects(clients[1].commit(), isError('transaction/conflict'))
  // A plan made for a catalog that the other one has since changed is not used again.
  const find = 'SELECT VALUE t.n FROM T AS t WHERE t.fromA = 2'
  assert.deepEqual(await run(a, find), ['1'])
  await run(b, 'CREATE INDEX ON T (fromA)')
  assert.deepEqual(await run(a, find), ['1'])
  await run(b, 'DROP TABLE T', 'CREATE TABLE T')
  assert.deepEqual(await run(a, find), [])
})

/** Fails the next write after its work was done, as a full disk would. */
class FullStore implements Store {
  failing = false
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  snapshot() {
    return this.#store.snapshot()
  }

  write<T>(work: (transaction: WriteTransaction) => T): Promise<T> {
    return this.#store.write((transaction) => {
      const result = work(transaction)
      if (this.failing) throw new LedgerError('store/full', 'no room')
      return result
    })
  }

  close() {
    return this.#store.close()
  }
}

test('what a failed write had added in memory is forgotten', async () => {
  const store = new FullStore(createMemoryStore())
  const env = new SimEnv(3)
  const open = () => Ledger.open(store, env, { name: 'test', strictQldb: false })
  const [a, b] = [await open(), await open()]
  await run(a, 'CREATE TABLE T')
  store.failing = true
  await assert.rejects(run(a, 'CREATE TABLE U'), isError('store/full'))
  await assert.rejects(run(a, "INSERT INTO T VALUE {'x': 1, 'y': 2}"), isError('store/full'))
  store.failing = false
  await run(b, "INSERT INTO T VALUE {'p': 1, 'q': 2, 'r': 3}", 'CREATE TABLE V')
  assert.deepEqual(await run(a, 'SELECT * FROM T'), ['{p:1,q:2,r:3}'])
  await run(a, "INSERT INTO T VALUE {'y': 5, 'q': 6}", "INSERT INTO V VALUE {'s': 1}")
  for (const ledger of [a, b]) {
    assert.deepEqual(await run(ledger, 'SELECT * FROM T'), ['{p:1,q:2,r:3}', '{y:5,q:6}'])
    assert.deepEqual(await run(ledger, 'SELECT * FROM V'), ['{s:1}'])
  }
  assert.deepEqual(verifyLedger(store).findings, [])
})

test('documents with more names than the dictionary takes carry their own', async () => {
  const { ledger, store, env } = await openLedger()
  await run(ledger, 'CREATE TABLE T')
  const fields = (prefix: string, count: number) =>
    `{${Array.from({ length: count }, (_, at) => `${prefix}${at}:${at}`).join()}}`
  const documents = [fields('a', ledgerSymbolsMax - 100), fields('b', 200), fields('c', 3), '{a1:1}']
  for (const document of documents) {
    const client = new Client(ledger)
    client.run('INSERT INTO T ?', document)
    await client.commit()
  }
  assert.deepEqual(await run(ledger, 'SELECT VALUE t FROM T AS t'), documents)
  const again = await Ledger.open(store, env, { name: 'test', strictQldb: false })
  assert.deepEqual(await run(again, 'SELECT VALUE t FROM T AS t'), documents)
})

test('two ledgers made at once in one empty store are one', async () => {
  const store = createMemoryStore()
  const [a, b] = await Promise.all([openLedger({}, store), openLedger({}, store)])
  assert.equal(a.ledger.strandId, b.ledger.strandId)
  assert.equal(a.ledger.tip().sequenceNo, 0)
})
