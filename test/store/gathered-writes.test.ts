import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BatchedWrites } from '../../src/store/gathered-writes.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import type { Store, WriteTransaction } from '../../src/store/store.ts'

const key = fc.uint8Array({ minLength: 1, maxLength: 2, max: 3 })
const operation = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), key, value: fc.uint8Array({ maxLength: 2 }) }),
  fc.record({ kind: fc.constant('remove' as const), key }),
  fc.record({ kind: fc.constant('get' as const), key }),
  fc.record({ kind: fc.constant('range' as const), key, end: key, reverse: fc.boolean(), removes: fc.boolean() }),
  fc.record({ kind: fc.constant('flush' as const) }),
)
type Operation = typeof operation extends fc.Arbitrary<infer Kind> ? Kind : never

/** What the operation read; a range may remove each key as it comes. */
function apply(transaction: WriteTransaction, step: Operation): unknown {
  if (step.kind === 'put') transaction.put(step.key, step.value)
  if (step.kind === 'remove') transaction.remove(step.key)
  if (step.kind === 'get') return plain(transaction.get(step.key))
  if (step.kind !== 'range') return undefined
  const seen: unknown[] = []
  for (const [found, value] of transaction.range({ start: step.key, end: step.end, reverse: step.reverse })) {
    seen.push([plain(found), plain(value)])
    if (step.removes) transaction.remove(found)
  }
  return seen
}

function plain(bytes: Uint8Array | undefined): string | undefined {
  return bytes && Buffer.from(bytes).toString('hex')
}

function contentOf(store: Store): unknown {
  const snapshot = store.snapshot()
  const all = [...snapshot.range({ start: Uint8Array.of(0), end: Uint8Array.of(255) })]
  snapshot.release()
  return all.map(([found, value]) => [plain(found), plain(value)])
}

test('gathered changes read as a write transaction does, ranges and their changes included, and are written whole', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 40 }), async (steps) => {
      const [direct, gathered] = [createMemoryStore(), createMemoryStore()]
      const batches = new BatchedWrites(gathered, 1)
      for (const step of steps) {
        if (step.kind === 'flush') await batches.flush()
        else assert.deepEqual(apply(batches.view, step), await direct.write((transaction) => apply(transaction, step)))
      }
      await batches.flush()
      assert.deepEqual(contentOf(gathered), contentOf(direct))
    }),
    { numRuns: 300 },
  )
})

test('what was dropped is not written, and a check that throws keeps the batch out', async () => {
  const store = createMemoryStore()
  const batches = new BatchedWrites(store, 1)
  batches.view.put(Uint8Array.of(1), Uint8Array.of(1))
  batches.drop()
  await batches.flush()
  batches.view.put(Uint8Array.of(2), Uint8Array.of(2))
  await assert.rejects(
    batches.flush(() => {
      throw new Error('not the expected state')
    }),
    /not the expected state/,
  )
  assert.deepEqual(contentOf(store), [])
})
