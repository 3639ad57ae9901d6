import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Env } from '../../src/base/env.ts'
import { LedgerError } from '../../src/base/errors.ts'
import { decodeBlock } from '../../src/journal/block-from-ion.ts'
import { FileLog } from '../../src/journal/log/file-log.ts'
import { MemoryLog } from '../../src/journal/log/memory-log.ts'
import { JournaledStore } from '../../src/ledger/journaled-store.ts'
import { blockKey, isBlockKey } from '../../src/ledger/keys.ts'
import { Ledger } from '../../src/ledger/ledger.ts'
import { rebuild } from '../../src/ledger/rebuild.ts'
import { verifyStore } from '../../src/ledger/verify-ledger.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import type { Store } from '../../src/store/store.ts'
import { Died, SimDisk } from '../support/sim-disk.ts'
import { FaultStore } from '../support/fault-store.ts'
import { SimEnv } from '../support/sim-env.ts'
import { Client, dump, isError, run } from './ledger-fixture.ts'

const newLog = () => new MemoryLog({ firstSequenceNo: 0, identity: new Uint8Array(0) })
const open = (store: Store, env: Env = new SimEnv(7)) => Ledger.open(store, env, { name: 'test', strictQldb: false })

/** Transactions with every kind of statement that a log takes. */
const transactions: readonly (readonly string[])[] = [
  ['CREATE TABLE T', 'CREATE TABLE U'],
  ['CREATE INDEX ON T (k)'],
  ["INSERT INTO T <<{'k': 1, 'n': 1}, {'k': 2, 'n': 2}, {'k': 3, 'only': 3}>>", "INSERT INTO U VALUE {'k': 1}"],
  ['UPDATE T SET n = 10 WHERE k = 1', 'DELETE FROM T WHERE k = 2'],
  ["FROM T AS t WHERE t.k = 1 SET t.field = 'added', t.k = 5"],
  ["INSERT INTO T VALUE {'k': 4, 'n': 4}", 'CREATE INDEX ON T (n)'],
  ['DROP TABLE U'],
]

async function fill(store: Store): Promise<Ledger> {
  const ledger = await open(store)
  for (const statements of transactions) await run(ledger, ...statements)
  return ledger
}

function storeOver(store: Store): Store {
  return { snapshot: () => store.snapshot(), write: (work) => store.write(work), close: () => store.close() }
}

const expected = async () => {
  const store = createMemoryStore()
  await fill(store)
  return dump(store)
}

test('a ledger over a log has the records that it has in a store, and verify finds it sound', async () => {
  const store = await JournaledStore.open(newLog(), createMemoryStore())
  const ledger = await fill(store)
  assert.deepEqual(dump(store), await expected())
  assert.deepEqual(ledger.verify().findings, [])
  const report = await verifyStore(store, { openScratch: async () => createMemoryStore() })
  assert.deepEqual([report.journal.findings, report.derived?.findings], [[], []])
  await rebuild(store)
  assert.deepEqual(dump(store), await expected())
})

test('blocks are in the log alone', async () => {
  const log = newLog()
  const cache = createMemoryStore()
  const kept: Store = { ...storeOver(cache), close: async () => undefined }
  const store = await JournaledStore.open(log, kept)
  await fill(store)
  assert.equal(log.tip().sequenceNo, transactions.length)
  assert.equal([...log.read(0)].length, transactions.length + 1)
  await store.close()
  assert.deepEqual(
    dump(cache).filter((line) => /^(01|02.{12}) /.test(line)),
    [],
  )
})

test('a cache that is lost, behind, ahead or of another ledger is made again from the log', async () => {
  const log = newLog()
  const states: string[][] = []
  const cache = createMemoryStore()
  const store = await JournaledStore.open(log, cache)
  const ledger = await open(store)
  const copies = [createMemoryStore()]
  for (const statements of transactions) {
    await run(ledger, ...statements)
    const copy = createMemoryStore()
    const snapshot = store.snapshot()
    await copy.write((transaction) => {
      for (const [key, value] of snapshot.range({ start: Uint8Array.of(2), end: Uint8Array.of(0xff) }))
        if (!isBlockKey(key)) transaction.put(key, value)
    })
    snapshot.release()
    copies.push(copy)
    states.push(dump(store))
  }
  const whole = states.at(-1)
  for (const copy of copies) {
    const again = await JournaledStore.open(log, copy)
    await open(again)
    assert.deepEqual(dump(again), whole)
  }
  // Ahead: a log that ends earlier.
  const short = newLog()
  for (const block of [...log.read(0)].slice(0, 4)) {
    await short.append(
      { blocks: [block], tipHash: hashAt(log, block.sequenceNo), identity: log.identity() },
      short.tip(),
    )
  }
  const behind = await JournaledStore.open(short, copies.at(-1) as Store)
  await open(behind)
  assert.deepEqual(dump(behind), states[2])
  const other = createMemoryStore()
  await run(await open(other, new SimEnv(8)), 'CREATE TABLE Z')
  const foreign = await JournaledStore.open(log, other)
  await open(foreign)
  assert.deepEqual(dump(foreign), whole)
})

function hashAt(log: MemoryLog, sequenceNo: number): Uint8Array {
  return decodeBlock(log.block(sequenceNo).bytes).blockHash
}

test('transactions at once share groups, conflict as ever, and one that throws takes no other with it', async () => {
  const log = newLog()
  const store = await JournaledStore.open(log, createMemoryStore())
  const ledger = await open(store)
  await run(ledger, 'CREATE TABLE T', 'CREATE INDEX ON T (k)')
  await run(ledger, "INSERT INTO T {'k': 0, 'n': 0}")
  const clients = Array.from({ length: 8 }, () => new Client(ledger))
  for (const [at, client] of clients.entries())
    client.run(at % 2 === 0 ? `INSERT INTO T {'k': ${at + 1}}` : 'UPDATE T SET n = n + 1 WHERE k = 0')
  const outcomes = await Promise.allSettled(clients.map((client) => client.commit()))
  const [first, ...later] = outcomes.filter((_, at) => at % 2 === 1)
  assert.equal(first?.status, 'fulfilled')
  for (const one of later) assert.ok(one.status === 'rejected' && isError('transaction/conflict')(one.reason))
  assert.ok(outcomes.every(({ status }, at) => at % 2 === 1 || status === 'fulfilled'))
  assert.deepEqual(ledger.verify().findings, [])
  const failing = store.write(() => {
    throw new Error('no')
  })
  const fine = run(ledger, "INSERT INTO T {'k': 99}")
  await assert.rejects(failing, /no/)
  await fine
  assert.deepEqual(new Client(ledger).run('SELECT VALUE COUNT(*) FROM T WHERE k = 99'), ['1'])
})

test('what the log refuses is nowhere: no row, no block, and the next commit takes its number', async () => {
  const log = newLog()
  const store = await JournaledStore.open(log, createMemoryStore())
  const ledger = await open(store)
  await run(ledger, 'CREATE TABLE T')
  const before = dump(store)
  const append = log.append.bind(log)
  log.append = async () => {
    throw new LedgerError('store/full', 'the disk is full')
  }
  await assert.rejects(run(ledger, "INSERT INTO T {'k': 1}"), isError('store/full'))
  log.append = async () => 'fenced'
  await assert.rejects(run(ledger, "INSERT INTO T {'k': 1}"), isError('store/unavailable', /another process/))
  assert.deepEqual(dump(store), before)
  log.append = append
  await run(ledger, "INSERT INTO T {'k': 2}")
  assert.deepEqual(new Client(ledger).run('SELECT VALUE k FROM T'), ['2'])
  assert.equal(ledger.tip().sequenceNo, 2)
})

test('nothing is seen before it is in the log', async () => {
  const log = newLog()
  const store = await JournaledStore.open(log, createMemoryStore())
  const ledger = await open(store)
  await run(ledger, 'CREATE TABLE T')
  const append = log.append.bind(log)
  let seen: readonly string[] = ['not asked']
  log.append = async (group, tip) => {
    seen = new Client(ledger).run('SELECT VALUE k FROM T')
    return append(group, tip)
  }
  await run(ledger, "INSERT INTO T {'k': 1}")
  assert.deepEqual(seen, [])
  assert.deepEqual(new Client(ledger).run('SELECT VALUE k FROM T'), ['1'])
})

test('a cache that takes no more costs no commit that the log has', async () => {
  const inner = createMemoryStore()
  const log = newLog()
  const cache = new FaultStore(inner, 0, 'fail')
  const store = await JournaledStore.open(log, cache)
  const ledger = await open(store)
  await run(ledger, 'CREATE TABLE T')
  for (let at = 0; at < 300; at += 1) await run(ledger, `INSERT INTO T {'k': ${at}}`)
  assert.deepEqual(new Client(ledger).run('SELECT VALUE COUNT(*) FROM T'), ['300'])
  const again = await JournaledStore.open(log, createMemoryStore())
  assert.deepEqual(new Client(await open(again)).run('SELECT VALUE COUNT(*) FROM T'), ['300'])
})

test('a redaction is refused, and the transaction leaves nothing', async () => {
  const store = await JournaledStore.open(newLog(), createMemoryStore())
  const ledger = await open(store)
  await assert.rejects(
    store.write((transaction) => transaction.put(blockKey(0), new Uint8Array(1))),
    isError('store/unavailable', /not built/),
  )
  assert.equal(ledger.tip().sequenceNo, 0)
})

test('the power can fail at every step of the disk: what was acknowledged is there, and at most one transaction more', async () => {
  const env = new SimEnv(3)
  const takes = () => (env.randomBytes(1)[0] as number) < 128
  const states: string[][] = []
  const files = (disk: SimDisk, epoch: number) =>
    FileLog.open(disk, { env, epoch, segmentBytes: 2_500, aheadBytes: 700 })
  let steps = 0
  for (let isReached = true; isReached; steps += 1) {
    const disk = new SimDisk()
    const begin = { firstSequenceNo: 0, identity: new Uint8Array(0) }
    const log = FileLog.create(disk, { env, epoch: 1, segmentBytes: 2_500, aheadBytes: 700 }, begin)
    const store = await JournaledStore.open(log, createMemoryStore())
    const ledger = await open(store)
    if (steps === 0) states.push(dump(store))
    isReached = false
    const last = disk.steps + steps
    disk.onStep = (step) => {
      if (steps === 0 || step !== last) return
      isReached = true
      disk.onStep = () => {
        throw new Died('the power is gone')
      }
      throw new Died('the power is gone')
    }
    let done = 0
    try {
      for (const statements of transactions) {
        await run(ledger, ...statements)
        done += 1
        if (steps === 0) states.push(dump(store))
      }
    } catch (error) {
      if (!isReached) throw error
    }
    if (steps === 0) {
      isReached = true
      continue
    }
    const again = await JournaledStore.open(files(disk.afterPowerLoss(takes), 3), createMemoryStore())
    await open(again)
    const found = dump(again).join()
    const at = states.findIndex((state) => state.join() === found)
    assert.ok(at === done || at === done + 1, `step ${steps}: ${done} acknowledged, state ${at} found`)
  }
  assert.ok(steps > 20, `${steps} steps`)
})
