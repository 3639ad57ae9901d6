import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import amazon from 'amazon-qldb-driver-nodejs'
import { type dom, load } from 'ion-js'
import { nodeDriver, startWire } from './wire-server.ts'

type Driver = ReturnType<typeof nodeDriver>

async function open(t: TestContext, options: Parameters<typeof nodeDriver>[2] = {}) {
  const server = await startWire(t)
  const driver = nodeDriver(t, server, options)
  return { server, driver }
}

const run = async (driver: Driver, statement: string, ...parameters: unknown[]): Promise<dom.Value[]> =>
  driver.executeLambda(async (executor) => (await executor.execute(statement, ...parameters)).getResultList())

describe("Amazon's Node driver before the server", () => {
  test('tables, indexes, documents, parameters', async (t) => {
    const { server, driver } = await open(t)
    await run(driver, 'CREATE TABLE Person')
    await run(driver, 'CREATE INDEX ON Person (Name)')
    const [inserted] = await run(driver, 'INSERT INTO Person ?', { Name: 'Ann', Age: 5 })
    assert.match(inserted?.get('documentId')?.stringValue() ?? '', /^\w{22}$/)
    const [found] = await run(driver, 'SELECT * FROM Person WHERE Name = ?', 'Ann')
    assert.equal(found?.get('Age')?.numberValue(), 5)
    assert.deepEqual(await driver.getTableNames(), ['Person'])
    assert.match(server.takeOperations(), /^StartSession Start Execute Commit Start Execute Commit/)
  })

  test('the pool keeps its sessions, and takes as many as there are transactions at once', async (t) => {
    const { server, driver } = await open(t)
    await run(driver, 'CREATE TABLE T')
    server.takeOperations()
    await Promise.all(Array.from({ length: 6 }, (_, n) => run(driver, 'INSERT INTO T ?', { n })))
    const sessions = server.takeOperations().match(/StartSession/g)?.length ?? 0
    assert.ok(sessions <= 5, `${sessions} new sessions`)
    assert.ok(server.service.router.sessions <= 6)
    assert.equal((await run(driver, 'SELECT * FROM T')).length, 6)
    assert.equal(server.service.router.transactions, 0)
  })

  test('a result of many pages streams, with its costs on the first page', async (t) => {
    const { driver } = await open(t)
    await run(driver, 'CREATE TABLE T')
    for (let batch = 0; batch < 25; batch += 1) {
      const documents = Array.from({ length: 20 }, (_, n) => ({ n: batch * 20 + n }))
      await run(driver, 'INSERT INTO T ?', documents)
    }
    await driver.executeLambda(async (executor) => {
      const stream = await executor.executeAndStreamResults('SELECT * FROM T')
      assert.ok(stream.getConsumedIOs().getReadIOs() > 0)
      assert.ok(stream.getTimingInformation().getProcessingTimeMilliseconds() > 0)
      let count = 0
      for await (const _ of stream) count += 1
      assert.equal(count, 500)
      assert.equal(stream.getConsumedIOs().getReadIOs(), 500)
    })
  })

  test('three who change one document at once: a conflict without retries, the right sum with them', async (t) => {
    const { server, driver } = await open(t, { retries: 0 })
    await run(driver, 'CREATE TABLE T')
    await run(driver, 'INSERT INTO T ?', { c: 0 })
    const increment = (by: Driver) =>
      by.executeLambda(async (executor) => {
        const [count] = (await executor.execute('SELECT VALUE t.c FROM T AS t')).getResultList()
        await executor.execute('UPDATE T SET c = ?', (count?.numberValue() ?? 0) + 1)
      })
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => increment(driver)))
    const failures = outcomes.filter((outcome) => outcome.status === 'rejected')
    assert.ok(failures.length >= 1)
    for (const { reason } of failures) assert.equal(reason.name, 'OccConflictException')
    const before = (await run(driver, 'SELECT VALUE t.c FROM T AS t'))[0]?.numberValue() ?? 0
    const patient = nodeDriver(t, server, { retries: 20 })
    await Promise.all([1, 2, 3, 4].map(() => increment(patient)))
    assert.equal((await run(driver, 'SELECT VALUE t.c FROM T AS t'))[0]?.numberValue(), before + 4)
  })

  test('a transaction that outlives 30 seconds gets that error, and is not tried again', async (t) => {
    const { server, driver } = await open(t)
    await run(driver, 'CREATE TABLE T')
    server.takeOperations()
    let tries = 0
    const expired = driver.executeLambda(async (executor) => {
      tries += 1
      await executor.execute('SELECT * FROM T')
      server.env.advance(30_001)
    })
    await assert.rejects(expired, /Transaction \w{22} has expired/)
    assert.equal(tries, 1)
    assert.equal(server.takeOperations(), 'Start Execute Commit Abort')
    assert.equal((await run(driver, 'SELECT * FROM T')).length, 0)
  })

  test('a session that has died is replaced without a word', async (t) => {
    const { server, driver } = await open(t)
    await run(driver, 'CREATE TABLE T')
    server.takeOperations()
    server.env.advance(18 * 60_000)
    await run(driver, 'SELECT * FROM T')
    assert.equal(server.takeOperations(), 'Start StartSession Start Execute Commit')
  })

  test('a bad statement has its own class, and the transaction stays open', async (t) => {
    const { driver } = await open(t)
    await assert.rejects(run(driver, 'DELETE FROM NonExistentTable'), (error: Error) => {
      const text = "No such variable named 'NonExistentTable'"
      assert.equal(error.name, 'BadRequestException')
      assert.equal(error.message, `Semantic Error: at line 1, column 13: ${text}; ${text}`)
      return true
    })
    await run(driver, 'CREATE TABLE T')
    await assert.rejects(run(driver, 'CREATE TABLE T'), (error: Error & { Code?: string }) => {
      assert.deepEqual([error.name, error.Code], ['BadRequestException', '412'])
      return true
    })
    await driver.executeLambda(async (executor) => {
      await executor.execute('INSERT INTO U ?', { a: 1 }).catch(() => undefined)
      await executor.execute('CREATE TABLE U')
      await executor.execute('INSERT INTO U ?', { a: 1 })
    })
    assert.equal((await run(driver, 'SELECT * FROM U')).length, 1)
  })

  test('a ledger that is not there is a bad request', async (t) => {
    const { driver } = await open(t, { ledger: 'absent' })
    await assert.rejects(run(driver, 'SELECT 1'), { name: 'BadRequestException' })
  })

  test('the lambda may abort', async (t) => {
    const { driver } = await open(t)
    await run(driver, 'CREATE TABLE T')
    const aborted = driver.executeLambda(async (executor) => {
      await executor.execute('INSERT INTO T ?', { a: 1 })
      await executor.abort()
    })
    await assert.rejects(
      aborted,
      (error: Error) => error instanceof amazon.LambdaAbortedError || /abort/i.test(error.message),
    )
    assert.equal((await run(driver, 'SELECT * FROM T')).length, 0)
  })
})

/** One of each type, with what is special about it: exponents, precisions, offsets, annotations, typed nulls. */
const ionTexts = [
  'null',
  'null.int',
  'null.string',
  'null.struct',
  'true',
  '0',
  '-170141183460469231731687303715884105728',
  '1.50',
  '-0.0',
  '12d-40',
  '2.5e0',
  '-1e-300',
  '2019-09T',
  '2021-02-28T23:59:59.123456+05:30',
  '2007-01-01T00:00Z',
  '"a \\"quoted\\" string\\nwith lines"',
  '"\u{1f4d2} ledger"',
  'symbol',
  "'a symbol with spaces'",
  '{{aGVsbG8=}}',
  '{{"a clob"}}',
  '[]',
  '[1,[2,[3]],{a:null}]',
  '(a (b "c") 1.0)',
  '{}',
  '{a:1,b:{c:[{}]},"quoted name":true}',
  'note::5',
  'a::b::{c:d::"e"}',
]

test("every Ion type comes back through Amazon's driver as it was sent", async (t) => {
  const { driver } = await open(t)
  await run(driver, 'CREATE TABLE T')
  for (const text of ionTexts) {
    const sent = load(text) as dom.Value
    const [inserted] = await run(driver, 'INSERT INTO T ?', { v: sent })
    const id = inserted?.get('documentId')?.stringValue()
    const [found] = await run(driver, 'SELECT t.v FROM T AS t BY id WHERE id = ?', id)
    const got = found?.get('v')
    assert.ok(got != null, text)
    assert.ok(sent.ionEquals(got), `${text}: ${String(got)}`)
    assert.deepEqual(got.getAnnotations(), sent.getAnnotations())
  }
})
