import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ListLedgersCommand, QLDBClient } from '@aws-sdk/client-qldb'
import amazon from 'amazon-qldb-driver-nodejs'
import { type LedgerServerOptions, startLedgerServer } from '../../src/fixture.ts'
import { credentials, region } from './wire-server.ts'

/** As a test suite of an application would use it. */
async function withServer(
  options: LedgerServerOptions | undefined,
  work: (endpoint: string, driver: (ledger?: string) => InstanceType<typeof amazon.QldbDriver>) => Promise<void>,
): Promise<void> {
  const server = await startLedgerServer(options)
  const drivers: InstanceType<typeof amazon.QldbDriver>[] = []
  try {
    await work(server.endpoint, (ledger = 'test') => {
      const driver = new amazon.QldbDriver(ledger, { endpoint: server.endpoint, region, credentials })
      drivers.push(driver)
      return driver
    })
  } finally {
    for (const driver of drivers) driver.close()
    await server.close()
  }
}

describe('the server as a fixture', () => {
  test('a ledger of its own on a free port, gone when it is closed', async () => {
    let endpoint = ''
    await withServer(undefined, async (url, driver) => {
      endpoint = url
      await driver().executeLambda((executor) => executor.execute('CREATE TABLE T'))
      assert.deepEqual(await driver().getTableNames(), ['T'])
    })
    await assert.rejects(fetch(`${endpoint}/health`))
    await withServer(undefined, async (_, driver) => assert.deepEqual(await driver().getTableNames(), []))
  })

  test('several at once do not see each other', async () => {
    await withServer({ ledgers: ['a'] }, (_, first) =>
      withServer({ ledgers: ['a', 'b'] }, async (endpoint, second) => {
        await first('a').executeLambda((executor) => executor.execute('CREATE TABLE T'))
        assert.deepEqual(await second('a').getTableNames(), [])
        const client = new QLDBClient({ endpoint, region, credentials })
        const { Ledgers } = await client.send(new ListLedgersCommand({}))
        assert.deepEqual(
          Ledgers?.map(({ Name }) => Name),
          ['a', 'b'],
        )
        client.destroy()
      }),
    )
  })

  test('it refuses what QLDB refused, unless told not to', async () => {
    const order = 'SELECT * FROM << 2, 1 >> AS x ORDER BY x'
    await withServer({}, async (_, driver) => {
      await assert.rejects(
        driver().executeLambda((executor) => executor.execute(order)),
        {
          name: 'BadRequestException',
        },
      )
    })
    await withServer({ strictQldb: false }, async (_, driver) => {
      const rows = await driver().executeLambda(async (executor) => (await executor.execute(order)).getResultList())
      assert.equal(rows.length, 2)
    })
  })

  test('the expiry of transactions can be tested without waiting for 30 seconds', async () => {
    await withServer({ transactionMs: 1 }, async (_, driver) => {
      const expired = driver().executeLambda(async (executor) => {
        await new Promise((resolve) => setTimeout(resolve, 5))
        await executor.execute('SELECT 1 FROM << 0 >>')
      })
      await assert.rejects(expired, /Transaction \w{22} has expired/)
    })
  })

  test('with keys of its own', async () => {
    await withServer({ keys: { AKIDOTHER: 'secret' } }, async (_, driver) => {
      await assert.rejects(driver().getTableNames(), { name: 'UnrecognizedClientException' })
    })
  })

  test('a name that no ledger can have is refused', async () => {
    await assert.rejects(startLedgerServer({ ledgers: ['a--b'] }), { code: 'ledger/invalid-name' })
  })
})
