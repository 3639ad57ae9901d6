import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import amazon from 'amazon-qldb-driver-nodejs'
import { Driver } from '../../src/driver/driver.ts'
import { describeFailure } from '../../src/driver/failure.ts'
import { createLocalTransport } from '../../src/driver/local-transport.ts'
import { createSdkTransport } from '../../src/driver/sdk-transport.ts'
import type { Transport } from '../../src/driver/transport.ts'
import { Ledger } from '../../src/ledger/ledger.ts'
import { WireError } from '../../src/protocol/message.ts'
import { createHandler } from '../../src/server/handler.ts'
import { StatementGuard } from '../../src/server/statement-guard.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { int, string, structOf, type Value } from '../../src/values/value.ts'
import { listenHttp } from '../support/http-endpoint.ts'
import { SimEnv } from '../support/sim-env.ts'

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not a secret' }

async function openEngine() {
  const env = new SimEnv(3)
  const guard = new StatementGuard(env)
  const ledger = await Ledger.open(createMemoryStore(), env, {
    name: 'fleet',
    strictQldb: true,
    isCancelled: guard.isCancelled,
  })
  const faults: unknown[] = []
  const handler = createHandler({ open: async () => ledger }, env, {
    guard,
    onFault: (error) => faults.push(error),
  })
  return { env, handler, faults }
}

const transports: Readonly<
  Record<string, (t: TestContext, engine: Awaited<ReturnType<typeof openEngine>>) => Promise<Transport>>
> = {
  'a local transport': async (_, { handler }) => createLocalTransport(handler.send, 'embedded'),
  "Amazon's SDK": async (t, { handler }) => {
    const endpoint = await listenHttp(handler.send)
    t.after(endpoint.close)
    return createSdkTransport({ endpoint: endpoint.url, region: 'us-east-1', credentials })
  },
}

for (const [name, connect] of Object.entries(transports)) {
  describe(`a ledger in memory over ${name}`, () => {
    const open = async (t: TestContext) => {
      const engine = await openEngine()
      const driver = new Driver(await connect(t, engine), 'fleet', engine.env)
      t.after(() => driver.close())
      t.after(() => assert.deepEqual(engine.faults, []))
      const run = async (statement: string, ...parameters: Value[]) =>
        driver.execute(async (transaction) => {
          const rows = await (await transaction.execute(statement, parameters)).toArray()
          return rows.map((row) => printIon(row))
        })
      return { driver, run, env: engine.env }
    }

    test('documents go in and come out', async (t) => {
      const { run } = await open(t)
      await run('CREATE TABLE Person')
      const [inserted] = await run('INSERT INTO Person ?', structOf({ Name: string('Ann'), Age: int(5) }))
      assert.match(inserted as string, /^\{documentId:"\w{22}"\}$/)
      assert.deepEqual(await run("SELECT p.Age FROM Person AS p WHERE p.Name = 'Ann'"), ['{Age:5}'])
      await run('UPDATE Person AS p SET p.Age = ? WHERE p.Name = ?', int(6), string('Ann'))
      assert.deepEqual(await run('SELECT VALUE p FROM Person AS p'), ['{Name:"Ann",Age:6}'])
      await run('DELETE FROM Person')
      assert.deepEqual(await run('SELECT VALUE p FROM Person AS p'), [])
    })

    test('a signal stops the building of an index where the engine can say that nothing was written', async (t) => {
      const { driver, run } = await open(t)
      await run('CREATE TABLE T')
      for (let round = 0; round < 60; round += 1)
        await run(`INSERT INTO T <<${Array.from({ length: 40 }, (_, k) => `{'k': ${round * 40 + k}}`).join()}>>`)
      const transaction = await driver.begin()
      await (await transaction.execute('CREATE INDEX ON T (k)')).toArray()
      const outcome = await transaction.commit({ signal: AbortSignal.abort() }).then(
        () => 'committed',
        (error) => describeFailure(error).kind,
      )
      assert.equal(outcome, driver.transport.cancels === 'statement' ? 'cancelled' : 'committed')
      assert.equal(transaction.isOpen, false)
      const indexes = await run('SELECT VALUE t.indexes FROM information_schema.user_tables AS t')
      assert.equal(indexes[0] === '[]', outcome === 'cancelled')
      await run('SELECT * FROM T WHERE k = 1')
    })

    test('read IOs are those of a nested loop, 1092 for a join of six', async (t) => {
      const { driver, run } = await open(t)
      await run('CREATE TABLE T')
      await run("INSERT INTO T << {'n': 1}, {'n': 2}, {'n': 3} >>")
      await driver.execute(async (transaction) => {
        const result = await transaction.execute('SELECT a.n FROM T AS a, T AS b, T AS c, T AS d, T AS e, T AS f')
        assert.equal((await result.toArray()).length, 729)
        assert.equal(result.stats().readIos, 1092)
      })
    })

    test('a second table of the name is refused with code 412', async (t) => {
      const { run } = await open(t)
      await run('CREATE TABLE Person')
      await assert.rejects(run('CREATE TABLE Person'), (error) => {
        assert.ok(error instanceof WireError)
        assert.deepEqual([error.message, error.code], ['Table with name: USER.Person already exists', '412'])
        return true
      })
    })

    test('the place of an unknown name is given as QLDB did', async (t) => {
      const { run } = await open(t)
      const error = await run('DELETE FROM NonExistentTable').catch((reason: unknown) => reason)
      const { kind, message, line, column } = describeFailure(error)
      const text = "No such variable named 'NonExistentTable'"
      assert.deepEqual(
        { kind, message, line, column },
        { kind: 'statement', message: `Semantic Error: at line 1, column 13: ${text}; ${text}`, line: 1, column: 13 },
      )
    })

    test('one of two transactions that change the same document gets the conflict', async (t) => {
      const { driver, run } = await open(t)
      await run('CREATE TABLE T')
      await run("INSERT INTO T {'c': 0}")
      const transactions = await Promise.all([driver.begin(), driver.begin()])
      for (const transaction of transactions) await transaction.execute('UPDATE T SET c = 1')
      await transactions[0].commit()
      const failure = describeFailure(await transactions[1].commit().catch((error: unknown) => error))
      assert.equal(failure.kind, 'conflict')
      assert.match(failure.message, /^Optimistic concurrency control \(OCC\) failure/)
    })

    test('a transaction stays open after a refused statement', async (t) => {
      const { driver, run } = await open(t)
      await driver.execute(async (transaction) => {
        await transaction.execute("INSERT INTO T {'c': 0}").catch(() => undefined)
        await transaction.execute('CREATE TABLE T')
        await transaction.execute("INSERT INTO T {'c': 0}")
      })
      assert.deepEqual(await run('SELECT * FROM T'), ['{c:0}'])
    })

    test('a transaction lives 30 seconds', async (t) => {
      const { driver, run, env } = await open(t)
      await run('CREATE TABLE T')
      const transaction = await driver.begin()
      env.advance(30_000)
      const failure = describeFailure(await transaction.execute('SELECT * FROM T').catch((error: unknown) => error))
      assert.equal(failure.kind, 'expired')
      assert.equal(failure.message, `Transaction ${transaction.id} has expired`)
    })
  })
}

test("Amazon's driver works on a ledger in memory", async (t) => {
  const { handler, faults } = await openEngine()
  const endpoint = await listenHttp(handler.send)
  const driver = new amazon.QldbDriver('fleet', { endpoint: endpoint.url, region: 'us-east-1', credentials })
  t.after(endpoint.close)
  t.after(() => driver.close())
  await driver.executeLambda(async (executor) => {
    await executor.execute('CREATE TABLE Person')
    await executor.execute('CREATE INDEX ON Person (Name)')
  })
  await driver.executeLambda((executor) => executor.execute('INSERT INTO Person ?', { Name: 'Ann', Age: 5 }))
  const rows = await driver.executeLambda(async (executor) =>
    (await executor.execute('SELECT * FROM Person WHERE Name = ?', 'Ann')).getResultList(),
  )
  assert.equal(rows[0]?.get('Age')?.numberValue(), 5)
  assert.deepEqual(await driver.getTableNames(), ['Person'])
  assert.deepEqual(faults, [])
})
