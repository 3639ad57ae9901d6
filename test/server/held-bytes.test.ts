import assert from 'node:assert/strict'
import { test } from 'node:test'
import { heldSmallShare, homeBodyBytesMax } from '../../src/base/limits.ts'
import { HeldBytes } from '../../src/server/http/held-bytes.ts'

const mib = 1024 * 1024
const never = () => assert.fail('it gave way')

test('large bodies and answers leave room for small ones, however many there are', () => {
  const held = new HeldBytes(100 * mib)
  const large = Array.from({ length: 100 }, () => held.hold(10 * mib, never))
  for (const one of large) one.take(10 * mib)
  assert.ok(held.held <= 100 * mib * (1 - heldSmallShare))
  assert.ok(held.hold(1_000, never).take(1_000))
  assert.equal(held.hold(Number.NaN, never).take(10 * mib), false)
})

test('where there is no room, what holds most gives way to what holds less, and not to its like', () => {
  const held = new HeldBytes(4 * mib)
  const ended: number[] = []
  const sizes = [200_000, 900_000, 500_000, 1_400_000]
  for (const size of sizes) assert.ok(held.hold(size, () => ended.push(size)).take(size))
  assert.ok(held.hold(300_000, never).take(300_000))
  assert.deepEqual(ended, [1_400_000])
  assert.equal(held.hold(2 * mib, never).take(2 * mib), false)
  assert.deepEqual(ended, [1_400_000])
})

test('what is worked on gives way to nobody; what was released is free', () => {
  const held = new HeldBytes(4 * mib)
  const worked = held.hold(3 * mib, never)
  assert.ok(worked.take(3 * mib))
  worked.keep()
  const next = held.hold(homeBodyBytesMax + 1, never)
  assert.equal(next.take(homeBodyBytesMax + 1), false)
  worked.release()
  assert.ok(next.take(homeBodyBytesMax + 1))
  next.release()
  assert.equal(held.held, 0)
})
