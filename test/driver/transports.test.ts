import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { MessageChannel } from 'node:worker_threads'
import { LedgerError } from '../../src/base/errors.ts'
import { Driver } from '../../src/driver/driver.ts'
import { describeFailure } from '../../src/driver/failure.ts'
import { createLocalTransport } from '../../src/driver/local-transport.ts'
import { createSdkTransport } from '../../src/driver/sdk-transport.ts'
import { createWorkerTransport } from '../../src/driver/worker-transport.ts'
import { createSharedWords } from '../../src/protocol/worker-message.ts'
import { serveMessagePort } from '../../src/server/worker-endpoint.ts'
import { listenHttp } from '../support/http-endpoint.ts'
import { SimEnv } from '../support/sim-env.ts'
import { driverCases, stoppingCases, World } from './driver-cases.ts'

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not a secret' }

function localWorld(): World {
  const world = new World()
  return world.connect(createLocalTransport(world.send, 'embedded'))
}

function workerWorld(): World {
  const world = new World()
  const { port1, port2 } = new MessageChannel()
  const shared = createSharedWords()
  serveMessagePort(port2, world.send, shared)
  return world.connect(createWorkerTransport(port1, shared, 'embedded'))
}

async function httpWorld(): Promise<World> {
  const world = new World()
  const endpoint = await listenHttp(world.send)
  const transport = createSdkTransport({ endpoint: endpoint.url, region: 'us-east-1', credentials })
  return world.connect(transport, endpoint.close)
}

async function run(world: World, work: (world: World) => Promise<void>): Promise<void> {
  try {
    await work(world)
  } finally {
    await world.close()
  }
}

describe('over a local transport', () => {
  for (const [name, work] of Object.entries({ ...driverCases, ...stoppingCases })) {
    test(name, () => run(localWorld(), work))
  }
})

describe('over a message port', () => {
  for (const [name, work] of Object.entries({ ...driverCases, ...stoppingCases })) {
    test(name, () => run(workerWorld(), work))
  }

  test('the read IOs of a running statement are seen while it runs', () =>
    run(workerWorld(), async (world) => {
      const seen: number[] = []
      const transaction = await world.driver.begin()
      const advance = world.env.advance.bind(world.env)
      world.env.advance = (ms) => {
        seen.push(world.driver.transport.readIosSoFar?.() ?? -1)
        advance(ms)
      }
      await transaction.execute('wait 50')
      assert.deepEqual(seen, [1, 2, 3, 4, 5])
    }))

  test('an engine that goes away fails what waits for it, and what comes after', async () => {
    const { port1, port2 } = new MessageChannel()
    const transport = createWorkerTransport(port1, createSharedWords(), 'embedded')
    const driver = new Driver(transport, 'fleet', new SimEnv(1))
    const waiting = driver.begin()
    port2.close()
    const gone = (error: unknown) => error instanceof LedgerError && error.code === 'endpoint/failed'
    await assert.rejects(waiting, gone)
    await assert.rejects(driver.begin(), gone)
    await driver.close()
  })

  test('closing waits until the engine has closed', async () => {
    const { port1, port2 } = new MessageChannel()
    const world = new World()
    const shared = createSharedWords()
    const steps: string[] = []
    const close = async () => {
      await new Promise((resolve) => setImmediate(resolve))
      steps.push('engine')
    }
    serveMessagePort(port2, world.send, shared, { close })
    await createWorkerTransport(port1, shared, 'embedded').close()
    steps.push('transport')
    assert.deepEqual(steps, ['engine', 'transport'])
  })

  test('what the engine knows of a fault comes along', () =>
    run(workerWorld(), async (world) => {
      const transaction = await world.driver.begin()
      const error = await transaction.execute('fail semantic/invalid no').catch((reason: unknown) => reason)
      const { code, span } = describeFailure(error)
      assert.deepEqual({ code, span }, { code: 'semantic/invalid', span: { start: 3, end: 5 } })
    }))
})

describe("over HTTP with Amazon's SDK", () => {
  for (const [name, work] of Object.entries(driverCases)) {
    test(name, async () => run(await httpWorld(), work))
  }

  test('an endpoint that is not there is named', async () => {
    const endpoint = await listenHttp(async () => ({}))
    await endpoint.close()
    const transport = createSdkTransport({ endpoint: endpoint.url, region: 'us-east-1', credentials })
    const driver = new Driver(transport, 'fleet', new SimEnv(1))
    const error = await driver.begin().catch((reason: unknown) => reason)
    assert.equal(describeFailure(error).kind, 'unavailable')
    assert.equal(describeFailure(error).message, `can't reach '${endpoint.url}': ECONNREFUSED`)
    await driver.close()
  })
})
