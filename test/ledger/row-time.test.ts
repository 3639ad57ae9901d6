import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LedgerError } from '../../src/base/errors.ts'
import { Ledger } from '../../src/ledger/ledger.ts'
import { PreparedQuery } from '../../src/library/prepared-query.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { SimEnv } from '../support/sim-env.ts'
import { Client, run } from './ledger-fixture.ts'

/** A world in which each look at the clock finds it a second on. */
class TickingEnv extends SimEnv {
  override monotonicMs(): number {
    this.advance(1000)
    return super.monotonicMs()
  }
}

const numbers = (count: number) => `[${Array.from({ length: count }, (_, at) => at).join()}]`
/** 4,000 rows of work for each row of a. */
const pairs = (condition: string) =>
  `SELECT VALUE a FROM ${numbers(20)} AS a, ${numbers(4000)} AS b WHERE ${condition} = 3999`

function noRow(error: unknown): boolean {
  assert.ok(error instanceof LedgerError)
  assert.equal(error.code, 'evaluator/limit')
  assert.equal(error.message, 'the statement gave no row for 60 seconds')
  assert.equal(error.help, 'let it read less, or raise the limit with --quota row-seconds=120')
  return true
}

test('a query that works too long without giving a row ends with a limit, one that gives rows does not', () => {
  const rows = (text: string, rowMs?: number) =>
    [...new PreparedQuery(text, [], new TickingEnv(1), rowMs === undefined ? {} : { rowMs }).rows(() => assert.fail())]
      .length
  assert.equal(rows(pairs('b'), 60_000), 20)
  assert.throws(() => rows(pairs('a - b'), 60_000), noRow)
  assert.throws(() => rows(`SELECT COUNT(*) FROM (${pairs('a - b')}) AS t`, 60_000), noRow)
  assert.equal(rows(pairs('a - b')), 0)
})

test('a statement of a ledger has the same limit, changes included, and its transaction stays open', async () => {
  const options = { name: 'test', strictQldb: false, quotas: { rowMs: 60_000 } }
  const ledger = await Ledger.open(createMemoryStore(), new TickingEnv(1), options)
  await run(ledger, 'CREATE TABLE T')
  const client = new Client(ledger)
  assert.throws(() => client.run(`INSERT INTO T (SELECT VALUE {'a': t} FROM (${pairs('a - b')}) AS t)`), noRow)
  assert.deepEqual(client.run('SELECT VALUE 1 FROM [1] AS t'), ['1'])
})
