import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compareBytes, toHex } from '../../src/base/bytes.ts'
import { LedgerError } from '../../src/base/errors.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { OverlayStore, type Staged } from '../../src/store/overlay-store.ts'
import type { KeyRange, Snapshot, Store, WriteTransaction } from '../../src/store/store.ts'

type Model = ReadonlyMap<string, string>

const key = fc.oneof(
  { weight: 3, arbitrary: fc.constant('c') },
  fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
)
const change = fc.record({ key, value: fc.option(fc.stringMatching(/^[0-9]{0,3}$/), { freq: 3, nil: undefined }) })
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('stage' as const), changes: fc.array(change, { maxLength: 5 }) }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('publish' as const) }) },
  fc.record({ kind: fc.constant('drop' as const), at: fc.nat({ max: 3 }) }),
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('spill' as const), works: fc.integer({ min: 1, max: 2 }) }) },
  fc.record({ kind: fc.constant('fail' as const) }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('look' as const) }) },
)

/** A store whose next write fails once `fail` was called. */
function failing(store: Store): { store: Store; fail: () => void } {
  let fails = false
  const write = async <T>(work: (transaction: WriteTransaction) => T): Promise<T> => {
    if (fails) {
      fails = false
      throw new LedgerError('store/full', 'no room')
    }
    return await store.write(work)
  }
  const failingStore = { snapshot: () => store.snapshot(), write, close: () => store.close() }
  return { store: failingStore, fail: () => (fails = true) }
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()
const textOf = (found: Uint8Array | undefined) => (found === undefined ? undefined : text(found))
const bytes = (one: string) => Buffer.from(one)

function entries(source: Pick<Snapshot, 'range'>, range: KeyRange): string[] {
  return Array.from(source.range(range), ([found, value]) => `${text(found)}=${text(value)}`)
}

/** All that can be read must be what the model has, whichever way it is read. */
function assertIs(source: Pick<Snapshot, 'get' | 'range'>, model: Model): void {
  const expected = [...model].map(([name, value]) => `${name}=${value}`).sort()
  assert.deepEqual(entries(source, { start: bytes(''), end: bytes('z') }), expected)
  assert.deepEqual(entries(source, { start: bytes(''), end: bytes('z'), reverse: true }), expected.toReversed())
  const inside = expected.filter((entry) => entry >= 'c' && entry < 'f')
  assert.deepEqual(entries(source, { start: bytes('c'), end: bytes('f') }), inside)
  for (const name of 'abcdefgh') assert.equal(textOf(source.get(bytes(name))), model.get(name))
}

test('an overlay is what a map would be, whatever is staged, published, dropped and spilled', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
      const below = failing(createMemoryStore())
      const overlay = new OverlayStore(below.store)
      let published: Model = new Map()
      const staged: { readonly one: Staged<void>; readonly model: Model }[] = []
      const looks: { readonly snapshot: Snapshot; readonly model: Model }[] = []
      for (const one of steps) {
        if (one.kind === 'stage') {
          const model = new Map(staged.at(-1)?.model ?? published)
          const work = (transaction: WriteTransaction) => {
            assertIs(transaction, model)
            for (const { key: name, value } of one.changes) {
              if (value === undefined) transaction.remove(bytes(name))
              else transaction.put(bytes(name), bytes(value))
              if (value === undefined) model.delete(name)
              else model.set(name, value)
            }
            assertIs(transaction, model)
          }
          staged.push({ one: overlay.stage(work), model })
        }
        if (one.kind === 'publish') {
          const first = staged.shift()
          first?.one.publish()
          published = first?.model ?? published
        }
        if (one.kind === 'drop') for (const dropped of staged.splice(one.at).slice(0, 1)) dropped.one.drop()
        if (one.kind === 'look') looks.push({ snapshot: overlay.snapshot(), model: published })
        if (one.kind === 'fail' && overlay.unspilledWorks > 0) {
          below.fail()
          await assert.rejects(overlay.spill(), { code: 'store/full' })
        }
        if (one.kind === 'spill') await overlay.spill(one.works)
        const now = overlay.snapshot()
        assertIs(now, published)
        now.release()
        for (const { snapshot, model } of looks) assertIs(snapshot, model)
      }
      await overlay.spill()
      assert.deepEqual([overlay.unspilledWorks, overlay.unspilledBytes], [0, 0])
      const under = below.store.snapshot()
      assertIs(under, published)
    }),
    { numRuns: 500 },
  )
})

test('what another work puts while a spill runs stays', async () => {
  const lower = createMemoryStore()
  const overlay = new OverlayStore(lower)
  await overlay.write((transaction) => transaction.put(bytes('a'), bytes('1')))
  const spilling = overlay.spill()
  await overlay.write((transaction) => transaction.put(bytes('a'), bytes('2')))
  const removal = overlay.stage((transaction) => transaction.remove(bytes('a')))
  await spilling
  assert.equal(textOf(overlay.snapshot().get(bytes('a'))), '2')
  removal.publish()
  assert.equal(overlay.snapshot().get(bytes('a')), undefined)
  assert.equal(textOf(lower.snapshot().get(bytes('a'))), '1')
  await overlay.spill()
  assert.equal(lower.snapshot().get(bytes('a')), undefined)
})

test('a work that throws stages nothing', () => {
  const overlay = new OverlayStore(createMemoryStore())
  assert.throws(() =>
    overlay.stage((transaction) => {
      transaction.put(bytes('a'), bytes('1'))
      throw new Error('no')
    }),
  )
  const next = overlay.stage((transaction) => transaction.get(bytes('a')))
  assert.equal(next.result, undefined)
})

test('keys come in the order of their bytes, those of both stores', async () => {
  const lower = createMemoryStore()
  const overlay = new OverlayStore(lower)
  const keys = Array.from({ length: 200 }, (_, at) => Buffer.from([at ^ 0x55, at]))
  for (const [at, one] of keys.entries()) {
    await overlay.write((transaction) => transaction.put(one, one))
    if (at % 3 === 0) await overlay.spill()
  }
  const found = Array.from(overlay.snapshot().range({ start: bytes(''), end: Buffer.from([255, 255]) }), ([one]) => one)
  assert.deepEqual(found.map(toHex), keys.toSorted(compareBytes).map(toHex))
})
