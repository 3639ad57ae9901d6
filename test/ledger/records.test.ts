import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { newId, timeOfId } from '../../src/base/ids.ts'
import {
  type BlockSummary,
  encodeSummary,
  nodeOfSummary,
  withoutWriteSet,
  writeSetOfSummary,
} from '../../src/ledger/block-summary.ts'
import { documentIdKey, idOfKey } from '../../src/ledger/keys.ts'
import { SimEnv } from '../support/sim-env.ts'
import { isError } from './ledger-fixture.ts'

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const anyId = fc.array(fc.constantFrom(...base62), { minLength: 22, maxLength: 22 }).map((digits) => digits.join(''))

test('the time in an id is the low 56 bits of its first half', () => {
  fc.assert(
    fc.property(anyId, (id) => {
      const half = [...id.slice(0, 11)].reduce((value, digit) => value * 62n + BigInt(base62.indexOf(digit)), 0n)
      const [high, low] = timeOfId(id)
      assert.equal((BigInt(high) << 24n) | BigInt(low), half & 0xff_ffff_ffff_ffffn)
    }),
  )
})

test('keys of ids that were drawn later come first, and hold the id', () => {
  const env = new SimEnv(7)
  let before: Uint8Array | undefined
  for (let count = 0; count < 300; count += 1) {
    const id = newId(env)
    const key = documentIdKey(id)
    assert.equal(idOfKey(key), id)
    if (before !== undefined) assert.ok(Buffer.compare(key, before) < 0)
    before = key
    env.advance(1 + (count % 5) * 1000)
  }
})

const bytes = fc.uint8Array({ maxLength: 80 }).map((value) => Buffer.from(value).toString('latin1'))
const number = fc.nat({ max: 2 ** 31 - 1 })
const anyWriteSet = fc.record(
  {
    documents: fc.array(fc.tuple(number, fc.array(anyId, { maxLength: 30 }))).map((tables) => new Map(tables)),
    indexKeys: fc.array(fc.tuple(number, fc.array(bytes))).map((indexes) => new Map(indexes)),
    names: fc.array(fc.string({ unit: 'grapheme', maxLength: 60 })),
    droppedIndexes: fc.array(number),
  },
  { noNullPrototype: true },
)
const anySummary: fc.Arbitrary<BlockSummary> = fc.record({
  nodes: fc.array(fc.oneof(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.constant(new Uint8Array(0)))),
  writeSet: fc.option(anyWriteSet, { nil: undefined }),
})

test("a block's summary is read as it was written, with and without what the block changed", () => {
  fc.assert(
    fc.property(anySummary, ({ nodes, writeSet }) => {
      const stored = encodeSummary({ nodes, writeSet })
      assert.deepEqual(writeSetOfSummary(stored), writeSet)
      for (const summary of [stored, withoutWriteSet(stored)]) {
        for (const [level, node] of nodes.entries())
          assert.deepEqual(Buffer.from(nodeOfSummary(summary, level) ?? []), Buffer.from(node))
        assert.equal(nodeOfSummary(summary, nodes.length), undefined)
      }
      assert.equal(writeSetOfSummary(withoutWriteSet(stored)), undefined)
    }),
  )
})

test('a summary that was cut short is damaged, not read on beyond its end', () => {
  const writeSet = {
    documents: new Map([[1, ['a'.repeat(22)]]]),
    indexKeys: new Map(),
    names: ['T'],
    droppedIndexes: [],
  }
  const stored = encodeSummary({ nodes: [], writeSet })
  for (let length = 2; length < stored.length; length += 1)
    assert.throws(() => writeSetOfSummary(stored.subarray(0, length)), isError('store/corrupt'), `${length} bytes`)
})
