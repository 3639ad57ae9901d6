import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { FaultStore, KilledError } from '../support/fault-store.ts'
import { appendEntry, checkLog } from './log-records.ts'

/** Appends three entries, and continues after a refusal as a program would; returns how many were acknowledged. */
async function scenario(store: FaultStore): Promise<number> {
  let acknowledged = 0
  for (let number = 0; number < 3; number += 1) {
    try {
      await store.write((transaction) => appendEntry(transaction, 'me'))
      acknowledged += 1
    } catch (error) {
      if (error instanceof KilledError) return acknowledged
      assert.equal((error as { code?: string }).code, 'store/full')
    }
  }
  return acknowledged
}

test('every step can be refused: what was acknowledged is there, and nothing else', async () => {
  let steps = 0
  for (; ; steps += 1) {
    const inner = createMemoryStore()
    const store = new FaultStore(inner, steps + 1, 'fail')
    const acknowledged = await scenario(store)
    assert.equal(checkLog(inner).length, acknowledged)
    if (!store.isReached) break
    assert.equal(acknowledged, 2)
  }
  assert.equal(steps, 9)
})

test('the process can die at every step: what was acknowledged is there, whole', async () => {
  const survivors: number[] = []
  for (let step = 1; ; step += 1) {
    const inner = createMemoryStore()
    const store = new FaultStore(inner, step, 'kill')
    const acknowledged = await scenario(store)
    const found = checkLog(inner).length
    assert.ok(found === acknowledged || found === acknowledged + 1)
    if (!store.isReached) break
    survivors.push(found)
    assert.throws(() => store.snapshot(), KilledError)
    await assert.rejects(
      store.write(() => 1),
      KilledError,
    )
  }
  assert.deepEqual(survivors, [0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3])
})
