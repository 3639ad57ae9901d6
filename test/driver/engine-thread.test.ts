import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { MessageChannel, Worker } from 'node:worker_threads'
import { build } from 'esbuild'
import { LedgerError } from '../../src/base/errors.ts'
import { Driver } from '../../src/driver/driver.ts'
import { JournalClient } from '../../src/driver/journal-client.ts'
import { createWorkerTransport } from '../../src/driver/worker-transport.ts'
import { createSharedWords } from '../../src/protocol/worker-message.ts'
import { int } from '../../src/values/value.ts'
import { projectRoot } from '../support/root.ts'
import { SimEnv } from '../support/sim-env.ts'

const fill = `INSERT INTO T << ${Array.from({ length: 40 }, (_, n) => `{'n': ${n}}`).join(', ')} >>`
/** 40^7 rows: nobody lives to see its end. */
const endlessQuery = 'SELECT COUNT(*) FROM T a, T b, T c, T d, T e, T f, T g'

async function startEngine() {
  const bundle = await build({
    entryPoints: [join(projectRoot, 'test/driver/engine-thread.ts')],
    bundle: true,
    write: false,
    platform: 'node',
    packages: 'external',
    format: 'cjs',
    target: 'node20',
  })
  const { port1, port2 } = new MessageChannel()
  const shared = createSharedWords()
  const code = bundle.outputFiles[0]?.text as string
  const worker = new Worker(code, { eval: true, workerData: { port: port2, shared }, transferList: [port2] })
  const driver = new Driver(createWorkerTransport(port1, shared, 'embedded'), 'fleet', new SimEnv(1))
  return { driver, worker }
}

test('a statement that runs in another thread is watched and stopped from here', async (t) => {
  const { driver, worker } = await startEngine()
  t.after(() => worker.terminate())
  await driver.execute((transaction) => transaction.execute('CREATE TABLE T'))
  await driver.execute((transaction) => transaction.execute(fill))
  const transaction = await driver.begin()
  const controller = new AbortController()
  const endless = transaction.execute(endlessQuery, [], {
    signal: controller.signal,
  })
  const stopped = assert.rejects(endless, (error) => error instanceof LedgerError && error.code === 'cancelled/by-user')
  while ((driver.transport.readIosSoFar?.() ?? 0) < 1000) await new Promise((resolve) => setImmediate(resolve))
  controller.abort()
  await stopped
  assert.equal(transaction.isOpen, true)
  const rows = await (await transaction.execute('SELECT VALUE COUNT(*) FROM T')).toArray()
  assert.deepEqual(rows, [int(40)])
  await transaction.commit()
  await driver.close()
})

test('an engine whose thread ends fails what waits for it', async () => {
  const { driver, worker } = await startEngine()
  const transaction = await driver.begin()
  await transaction.execute('CREATE TABLE T')
  await transaction.execute(fill)
  const endless = transaction.execute(endlessQuery)
  const failed = assert.rejects(endless, (error) => error instanceof LedgerError && error.code === 'endpoint/failed')
  while ((driver.transport.readIosSoFar?.() ?? 0) < 1000) await new Promise((resolve) => setImmediate(resolve))
  await worker.terminate()
  await failed
  assert.equal(transaction.isOpen, false)
  await driver.close()
})

test('digests, blocks and revisions come from another thread', async (t) => {
  const { driver, worker } = await startEngine()
  t.after(() => worker.terminate())
  await driver.execute((transaction) => transaction.execute('CREATE TABLE T'))
  const client = new JournalClient(driver.transport, 'fleet')
  const { digest, tipAddress } = await client.digest()
  assert.deepEqual([digest.length, tipAddress.sequenceNo], [32, 1])
  const { block, proof } = await client.block(tipAddress, tipAddress)
  assert.ok(block.type === 'struct' && block.get('blockHash')?.type === 'blob' && proof?.type === 'list')
  await assert.rejects(client.block({ ...tipAddress, sequenceNo: 9 }), { code: 'journal/gap' })
  await assert.rejects(client.revision(tipAddress, 'x'.repeat(22), tipAddress), { code: 'journal/no-revision' })
  await driver.close()
  await assert.rejects(client.digest(), { code: 'endpoint/failed' })
})
