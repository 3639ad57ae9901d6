import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import amazon from 'amazon-qldb-driver-nodejs'
import { listenHttp } from '../support/http-endpoint.ts'
import { World } from './driver-cases.ts'

/** Amazon's own driver, unchanged, before a handler over HTTP. */
async function amazonDriver(t: TestContext) {
  const world = new World()
  const endpoint = await listenHttp(world.send)
  const driver = new amazon.QldbDriver('fleet', {
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not a secret' },
  })
  t.after(async () => {
    driver.close()
    await endpoint.close()
  })
  return { world, driver }
}

describe("Amazon's driver", () => {
  test('runs a transaction with parameters and pages', async (t) => {
    const { world, driver } = await amazonDriver(t)
    const [rows, echoed, metrics] = await driver.executeLambda(async (executor) => {
      const result = await executor.execute('rows 450')
      const echo = await executor.execute('echo', { Name: 'toto', n: 5 }, 'x')
      return [result.getResultList(), echo.getResultList(), result.getConsumedIOs()] as const
    })
    assert.equal(rows.length, 450)
    assert.equal(rows[449]?.get('n')?.numberValue(), 449)
    assert.equal(echoed[0]?.get('Name')?.stringValue(), 'toto')
    assert.equal(metrics.getReadIOs(), 450)
    assert.equal(world.takeCommands(), 'StartSession Start Execute FetchPage FetchPage Execute Commit')
  })

  test('streams a result with its costs on the first page', async (t) => {
    const { driver } = await amazonDriver(t)
    await driver.executeLambda(async (executor) => {
      const stream = await executor.executeAndStreamResults('rows 250')
      assert.ok(stream.getConsumedIOs().getReadIOs() > 0)
      assert.ok(stream.getTimingInformation().getProcessingTimeMilliseconds() > 0)
      let count = 0
      for await (const _ of stream) count += 1
      assert.equal(count, 250)
    })
  })

  test('knows a bad request, and may continue the same transaction', async (t) => {
    const { world, driver } = await amazonDriver(t)
    const failed = driver.executeLambda((executor) => executor.execute('fail catalog/table-exists it exists'))
    await assert.rejects(failed, (error: Error & { Code?: string }) => {
      assert.deepEqual([error.name, error.message, error.Code], ['BadRequestException', 'it exists', '412'])
      return true
    })
    world.takeCommands()
    await driver.executeLambda(async (executor) => {
      await executor.execute('fail semantic/no-such-variable no').catch(() => undefined)
      await executor.execute('write')
    })
    assert.equal(world.takeCommands(), 'Start Execute Execute Commit')
  })

  test('retries a conflict and replaces a dead session', async (t) => {
    const { world, driver } = await amazonDriver(t)
    world.host.conflicts = 1
    await driver.executeLambda((executor) => executor.execute('rows 1'))
    assert.equal(world.takeCommands(), 'StartSession Start Execute Commit Start Execute Commit')
    world.env.advance(18 * 60_000)
    await driver.executeLambda((executor) => executor.execute('rows 1'))
    assert.equal(world.takeCommands(), 'Start StartSession Start Execute Commit')
  })

  test('tells an expired transaction and does not retry it', async (t) => {
    const { world, driver } = await amazonDriver(t)
    const expired = driver.executeLambda(async () => {
      world.env.advance(31_000)
    })
    await assert.rejects(expired, /Transaction \w{22} has expired/)
    assert.equal(world.takeCommands(), 'StartSession Start Commit Abort')
  })
})
