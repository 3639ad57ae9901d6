import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ticksBetweenChecks } from '../../src/base/limits.ts'
import { LedgerError } from '../../src/base/errors.ts'
import { Client, openLedger, run } from './ledger-fixture.ts'

const statements = [
  'UPDATE T SET n = n + 1, seen = true',
  'INSERT INTO T SELECT t.k, t.n FROM T AS t',
  'DELETE FROM T WHERE n > 1',
  'FROM T AS t, t.l AS x SET x.q = x.q * 2',
  "INSERT INTO T << {'k': 100}, {'k': 101}, {'k': 102} >>",
]

test('a statement that stops at any of its steps leaves nothing of itself in the open transaction', async () => {
  let left = Number.POSITIVE_INFINITY
  const isCancelled = () => {
    left -= 1
    return left < 0
  }
  const { ledger } = await openLedger({ isCancelled })
  await run(ledger, 'CREATE TABLE T', 'CREATE INDEX ON T (k)')
  const rows = Array.from({ length: 2 * ticksBetweenChecks }, (_, k) => `{'k': ${k}, 'n': ${k % 3}, 'l': [{'q': 1}]}`)
  await run(ledger, `INSERT INTO T << ${rows.slice(0, ticksBetweenChecks).join(', ')} >>`)
  let stops = 0
  for (const statement of statements) {
    const client = new Client(ledger)
    // Own writes of the transaction, which the failed statement changes again.
    client.run(`INSERT INTO T << ${rows.slice(ticksBetweenChecks).join(', ')} >>`)
    client.run('UPDATE T SET n = n + 1 WHERE k = 3')
    const before = [client.run('SELECT * FROM T'), client.run('SELECT * FROM T WHERE k = 3')]
    for (let fault = 0; ; fault += 1) {
      left = fault
      const failure = failureOf(() => client.run(statement))
      const isReached = left < 0
      left = Number.POSITIVE_INFINITY
      if (!isReached) break
      stops += 1
      assert.equal(failure?.code, 'cancelled/by-user')
      assert.deepEqual([client.run('SELECT * FROM T'), client.run('SELECT * FROM T WHERE k = 3')], before, statement)
    }
    client.transaction.abort()
  }
  assert.ok(stops > statements.length, `${stops} stops`)
})

test('a change that the last document refuses leaves nothing of itself, and the transaction commits the rest', async () => {
  const { ledger } = await openLedger()
  await run(ledger, 'CREATE TABLE T', "INSERT INTO T << {'k': 1, 'v': 1}, {'k': 2, 'v': 2}, {'k': 3, 'v': 'x'} >>")
  const client = new Client(ledger)
  client.run("INSERT INTO T VALUE {'k': 4, 'v': 4}")
  const refused = [
    'UPDATE T SET v = v + 1',
    'UPDATE T SET w = CASE k WHEN 4 THEN <<1>> ELSE 0 END',
    "INSERT INTO T << {'k': 5}, {'k': 6, 'v': <<1>>} >>",
    'INSERT INTO T SELECT t.k, t.v * 2 AS v FROM T AS t',
    'FROM T AS t SET t.v.deep = 1',
    'UPDATE T AS t SET t = CASE WHEN k = 4 THEN 5 ELSE t END',
  ]
  const before = client.run('SELECT * FROM T')
  for (const statement of refused) {
    assert.ok(
      failureOf(() => client.run(statement)),
      statement,
    )
    assert.deepEqual(client.run('SELECT * FROM T'), before, statement)
  }
  client.run('UPDATE T SET v = 0 WHERE k = 4')
  await client.commit()
  assert.deepEqual(await run(ledger, 'SELECT VALUE v FROM T'), ['1', '2', '"x"', '0'])
})

function failureOf(work: () => unknown): LedgerError | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    if (error instanceof LedgerError) return error
    throw error
  }
}
