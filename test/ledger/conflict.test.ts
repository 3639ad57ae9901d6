import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { Client, isError, openLedger, run } from './ledger-fixture.ts'

/** A table with an index on k; documents k 1 and 2. */
async function accounts(): Promise<Ledger> {
  const { ledger } = await openLedger()
  await run(ledger, 'CREATE TABLE T', 'CREATE INDEX ON T (k)', "INSERT INTO T <<{'k': 1, 'v': 10}, {'k': 2, 'v': 20}>>")
  return ledger
}

const lost = (text: RegExp) => isError('transaction/conflict', text)

test('lost update: the second of two writers of one document conflicts, and the error names the other', async () => {
  const ledger = await accounts()
  const [a, b] = [new Client(ledger), new Client(ledger)]
  for (const client of [a, b]) client.run('UPDATE T SET v = v + 1 WHERE k = 1')
  await a.commit()
  const sentence = /^Optimistic concurrency control \(OCC\) failure encountered while committing the transaction /
  await assert.rejects(b.commit(), lost(sentence))
  assert.deepEqual(await run(ledger, 'SELECT VALUE v FROM T'), ['11', '20'])
  assert.throws(() => b.run('SELECT 1'), isError('transaction/not-open'))

  const c = new Client(ledger)
  c.run('SELECT * FROM T WHERE k = 2')
  const d = new Client(ledger)
  d.run('UPDATE T SET v = 0 WHERE k = 2')
  await d.commit()
  await assert.rejects(c.commit(), lost(new RegExp(`index on 'k' of table 'T'.*${d.transaction.id} in block 3`)))
})

test('write skew: two transactions that read what the other writes do not both commit', async () => {
  const ledger = await accounts()
  const [a, b] = [new Client(ledger), new Client(ledger)]
  for (const client of [a, b]) client.run('SELECT SUM(t.v) AS s FROM T AS t')
  a.run('UPDATE T SET v = 0 WHERE k = 1')
  b.run('UPDATE T SET v = 0 WHERE k = 2')
  await b.commit()
  await assert.rejects(a.commit(), lost(/table 'T', which it read as a whole/))
})

test('phantom: a scan conflicts with an insert, an update and a delete of any document', async () => {
  for (const change of [
    "INSERT INTO T VALUE {'k': 9}",
    'UPDATE T SET v = 1 WHERE k = 2',
    'DELETE FROM T WHERE k = 2',
  ]) {
    const ledger = await accounts()
    const reader = new Client(ledger)
    reader.run('SELECT * FROM T WHERE v > 1000')
    await run(ledger, change)
    await assert.rejects(reader.commit(), lost(/as a whole/), change)
  }
})

test('phantom: an index look-up conflicts with what enters and leaves its key, and with nothing else', async () => {
  const changes: [string, boolean][] = [
    ["INSERT INTO T VALUE {'k': 1}", true],
    ['UPDATE T SET k = 1 WHERE k = 2', true],
    ['UPDATE T SET k = 3 WHERE k = 1', true],
    ['DELETE FROM T WHERE k = 1', true],
    ['UPDATE T SET v = 3 WHERE k = 1', true],
    ["INSERT INTO T VALUE {'k': 3}", false],
    ["INSERT INTO T VALUE {'l': 3}", false],
    ['UPDATE T SET v = 3 WHERE k = 2', false],
    ['DELETE FROM T WHERE k = 2', false],
  ]
  for (const [change, conflicts] of changes) {
    const ledger = await accounts()
    const reader = new Client(ledger)
    reader.run('SELECT * FROM T WHERE k = 1')
    await run(ledger, change)
    if (conflicts) await assert.rejects(reader.commit(), lost(/index on 'k'/), change)
    else await reader.commit()
  }
})

test('an index look-up that found nothing is a read: two that probe and insert one key do not both commit', async () => {
  const ledger = await accounts()
  const [a, b, c] = [new Client(ledger), new Client(ledger), new Client(ledger)]
  for (const client of [a, b]) {
    assert.deepEqual(client.run('SELECT * FROM T WHERE k = 7'), [])
    client.run("INSERT INTO T VALUE {'k': 7}")
  }
  c.run('SELECT * FROM T WHERE k = 8')
  c.run("INSERT INTO T VALUE {'k': 8}")
  await a.commit()
  await assert.rejects(b.commit(), lost(/index on 'k'/))
  await c.commit()
})

test('a read by document id conflicts with a change of that document only', async () => {
  const { ledger } = await openLedger()
  await run(ledger, 'CREATE TABLE T')
  const ids: string[] = []
  for (const k of [1, 2]) {
    const [row] = await run(ledger, `INSERT INTO T VALUE {'k': ${k}}`)
    ids.push((row as string).slice(13, 35))
  }
  const readers = ids.map((id) => {
    const reader = new Client(ledger)
    assert.equal(reader.run('SELECT * FROM T BY id WHERE id = ?', `"${id}"`).length, 1)
    return reader
  })
  await run(ledger, `UPDATE T BY id SET k = 3 WHERE id = '${ids[0]}'`)
  await assert.rejects(readers[0]?.commit() as Promise<unknown>, lost(new RegExp(`document '${ids[0]}' of table 'T'`)))
  await readers[1]?.commit()
})

test('a transaction that only read conflicts too', async () => {
  const ledger = await accounts()
  const reader = new Client(ledger)
  reader.run('SELECT * FROM T')
  const other = new Client(ledger)
  other.run('SELECT * FROM T')
  await other.commit()
  await run(ledger, 'DELETE FROM T')
  await assert.rejects(reader.commit(), lost(/as a whole/))
})

test('blind inserts never conflict', async () => {
  const ledger = await accounts()
  const clients = [1, 2, 3].map(() => new Client(ledger))
  for (const client of clients) client.run("INSERT INTO T VALUE {'k': 1}")
  for (const client of clients) await client.commit()
  assert.deepEqual(await run(ledger, 'SELECT VALUE k FROM T'), ['1', '2', '1', '1', '1'])
})

test('commits asked for at once are decided one after the other', async () => {
  const ledger = await accounts()
  const clients = Array.from({ length: 5 }, () => new Client(ledger))
  for (const client of clients) client.run('UPDATE T SET v = v + 1 WHERE k = 1')
  const outcomes = await Promise.allSettled(clients.map((client) => client.commit()))
  assert.deepEqual(outcomes.map((outcome) => outcome.status).sort(), ['fulfilled', ...Array(4).fill('rejected')])
  assert.deepEqual(await run(ledger, 'SELECT VALUE v FROM T WHERE k = 1'), ['11'])
})

test('two tables of one name are not both made', async () => {
  const { ledger } = await openLedger()
  const [a, b] = [new Client(ledger), new Client(ledger)]
  for (const client of [a, b]) client.run('CREATE TABLE T')
  await a.commit()
  await assert.rejects(b.commit(), lost(/table name 'T'/))
})

test('a name that stood for nothing is a read', async () => {
  const { ledger } = await openLedger()
  await run(ledger, 'CREATE TABLE Log')
  const client = new Client(ledger)
  assert.throws(() => client.run('SELECT * FROM T AS t, T AS u'), isError('semantic/no-such-variable'))
  client.run("INSERT INTO Log VALUE {'text': 'there is no T'}")
  await run(ledger, 'CREATE TABLE T')
  await assert.rejects(client.commit(), lost(/table name 'T'/))
})

test('DDL conflicts with what used its table or index, and only with that', async () => {
  const ledger = await accounts()
  const [row] = await run(ledger, 'SELECT VALUE t.indexes[0].indexId FROM information_schema.user_tables AS t')
  const drop = `DROP INDEX ${row} ON T WITH (purge = true)`
  const begin = (statement: string) => {
    const client = new Client(ledger)
    client.run(statement)
    return client
  }
  const inserter = begin("INSERT INTO T VALUE {'k': 3}")
  const prober = begin('SELECT * FROM T WHERE k = 2')
  const scanner = begin('SELECT * FROM T')
  const catalogReader = begin('SELECT * FROM information_schema.user_tables')
  await run(ledger, drop)
  await scanner.commit()
  await assert.rejects(prober.commit(), lost(/index on 'k'/))
  await assert.rejects(catalogReader.commit(), lost(/_ql_catalog/))
  await inserter.commit()

  const late = begin("INSERT INTO T VALUE {'k': 4}")
  const [first, second] = [begin('CREATE INDEX ON T (k)'), begin('CREATE INDEX ON T (v)')]
  await first.commit()
  await assert.rejects(second.commit(), lost(/document '\w+' of table '_ql_catalog'/))
  await late.commit()
  assert.deepEqual(await run(ledger, 'SELECT VALUE k FROM T WHERE k IN (2, 3, 4)'), ['2', '3', '4'])

  // A text that ran before has a kept plan, and depends on the name all the same.
  await run(ledger, "INSERT INTO T VALUE {'k': 5}")
  const user = begin("INSERT INTO T VALUE {'k': 5}")
  await run(ledger, 'DROP TABLE T')
  await assert.rejects(user.commit(), lost(/table name 'T'/))
})

test('history and a read of the committed view join the reads', async () => {
  for (const query of ['SELECT * FROM history(T)', 'SELECT * FROM _ql_committed_T']) {
    const ledger = await accounts()
    const reader = new Client(ledger)
    reader.run(query)
    await run(ledger, 'UPDATE T SET v = 1 WHERE k = 1')
    await assert.rejects(reader.commit(), lost(/as a whole/), query)
  }
})
