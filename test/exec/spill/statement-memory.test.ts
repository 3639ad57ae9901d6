import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { LedgerError } from '../../../src/base/errors.ts'
import { collectBytesMin, memoryStepBytes } from '../../../src/base/limits.ts'
import { heapBytes } from '../../../src/exec/heap-bytes.ts'
import { Holding, type MemoryPool, sizeText, StatementMemory } from '../../../src/exec/statement-memory.ts'
import { int, list, string, type Value } from '../../../src/values/value.ts'
import { SpillWorld } from '../../support/spill-world.ts'

const world = new SpillWorld()
after(() => world.remove())

const isLimit = (error: unknown) => error instanceof LedgerError && error.code === 'evaluator/limit'

test('charges beyond the limit are refused with its name, and bytes that are released can be charged again', () => {
  const memory = new StatementMemory({ memoryBytes: 100, diskBytes: 0 })
  memory.charge(60)
  assert.equal(memory.tryCharge(41), false)
  assert.throws(
    () => memory.charge(41),
    (error: LedgerError) =>
      isLimit(error) && /more than 100 bytes/.test(error.message) && /statement-memory=/.test(error.help ?? ''),
  )
  memory.release(60)
  memory.charge(100)
  assert.equal(memory.used, 100)
})

test('an operator may hold its share when others hold everything, and has to spill beyond it', () => {
  const memory = world.memory(16_000)
  memory.charge(16_000)
  const holding = new Holding(memory)
  assert.equal(holding.hold(1_000), true)
  assert.equal(holding.hold(1), false)
  holding.release()
  assert.equal(memory.used, 16_000)
})

test('where nothing can be spilled, holding more than the limit fails', () => {
  const holding = new Holding(new StatementMemory({ memoryBytes: 100, diskBytes: 0 }))
  assert.throws(() => holding.hold(101), isLimit)
})

test('temporary files are counted while they are open, and limited', () => {
  const memory = world.memory(0, 10)
  const file = memory.openFile()
  file.append(new Uint8Array(10))
  assert.equal(memory.diskUsed, 10)
  file.close()
  file.close()
  assert.equal(memory.diskUsed, 0)
  const other = memory.openFile()
  assert.throws(
    () => other.append(new Uint8Array(11)),
    (error: LedgerError) =>
      isLimit(error) && /10 bytes of temporary files/.test(error.message) && /statement-disk=/.test(error.help ?? ''),
  )
  memory.close()
})

test('statements share a pool, which has everything back when they end', () => {
  let left = 4 * memoryStepBytes
  const pool: MemoryPool = {
    take(bytes) {
      if (bytes > left) return false
      left -= bytes
      return true
    },
    give(bytes) {
      left += bytes
    },
  }
  const limits = { memoryBytes: 100 * memoryStepBytes, diskBytes: 0 }
  const [one, other] = [new StatementMemory(limits, undefined, pool), new StatementMemory(limits, undefined, pool)]
  one.charge(3 * memoryStepBytes)
  assert.throws(
    () => other.charge(memoryStepBytes + 1),
    (error: LedgerError) => isLimit(error) && /all statements/.test(error.message),
  )
  one.release(3 * memoryStepBytes)
  assert.equal(left, 4 * memoryStepBytes)
  other.charge(2 * memoryStepBytes)
  other.close()
  one.close()
  assert.equal(left, 4 * memoryStepBytes)
})

test('counting a value that occurs in itself many times over ends when enough is counted', () => {
  let value: Value = string('x')
  for (let doubling = 0; doubling < 60; doubling += 1) value = list([value, value])
  assert.ok(heapBytes(value, 100_000) > 100_000)
  assert.ok(heapBytes(list([int(1), int(2)])) < 300)
})

test('sizes are written in the largest unit that gives a whole number', () => {
  assert.deepEqual([100, 65_536, 1536 * 1024, 2 ** 30].map(sizeText), ['100 bytes', '64 KiB', '1536 KiB', '1 GiB'])
})

const sharing = { memoryBytes: 16 * 1024 * 1024, diskBytes: 0 }

test('one charge beyond the limit of the statement names that limit, also where statements share memory', () => {
  const pool = { take: () => true, give: () => undefined }
  const memory = new StatementMemory(sharing, undefined, pool)
  assert.throws(() => memory.charge(sharing.memoryBytes + 1), /the statement needs more than 16 MiB of memory/)
})

test('a charge that only the other statements leave no room for names what all share', () => {
  const pool = { take: () => false, give: () => undefined }
  const memory = new StatementMemory(sharing, undefined, pool)
  assert.throws(() => memory.charge(1024), /all statements together have reached their memory limit/)
})

test('a statement that has spilled has its garbage collected when it gave back much more than it holds', async () => {
  const file = { append: () => undefined, read: () => 0, close: () => undefined }
  const memory = new StatementMemory({ memoryBytes: 4 * collectBytesMin, diskBytes: 1e9 }, { open: () => file })
  memory.openFile().append(new Uint8Array(1))
  const dropped = new WeakRef({})
  memory.charge(2 * collectBytesMin + 2)
  memory.release(collectBytesMin + 1)
  // What a WeakRef holds is kept until the turn is over.
  await nextTurn()
  memory.release(collectBytesMin + 1)
  assert.equal(dropped.deref(), undefined)
})
