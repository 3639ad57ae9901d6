import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { toHex } from '../../src/base/bytes.ts'
import { compareHashes } from '../../src/values/join-hashes.ts'
import { Sha256Lanes } from '../../src/values/sha256-lanes.ts'

const arenaBytes = 2 * 1024 * 1024

function digests(lanes: Sha256Lanes, messages: readonly Uint8Array[]): string[] {
  const toAt = lanes.start
  let at = toAt + Math.ceil((messages.length * 32) / 64) * 64
  for (const [index, message] of messages.entries()) {
    // What stood there before must not count.
    lanes.bytes.fill(0xee, at, at + message.length + 128)
    lanes.bytes.set(message, at)
    at = lanes.add(at, message.length, toAt + index * 32)
  }
  lanes.run()
  return messages.map((_, index) => toHex(lanes.bytes.slice(toAt + index * 32, toAt + (index + 1) * 32)))
}

function expected(messages: readonly Uint8Array[]): string[] {
  return messages.map((message) => createHash('sha256').update(message).digest('hex'))
}

function message(length: number, seed = length): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => ((index + 1) * 31 * (seed + 1)) >>> 2)
}

for (const isPlain of [false, true]) {
  const lanes = new Sha256Lanes(arenaBytes, isPlain)
  const name = isPlain ? 'one by one' : 'in lanes'

  test(`${name}: every length from 0 to 1,100 as node:crypto has it, in every lane`, () => {
    for (let lane = 0; lane < 4; lane += 1) {
      const messages = Array.from({ length: 1100 }, (_, length) => message(length))
      const before = Array.from({ length: lane }, () => message(3))
      assert.deepEqual(digests(lanes, [...before, ...messages]), expected([...before, ...messages]))
    }
    for (let length = 0; length <= 300; length += 1)
      assert.deepEqual(digests(lanes, [message(length)]), expected([message(length)]), `${length} bytes alone`)
  })

  test(`${name}: more messages than are held at once, and long ones among them`, () => {
    const messages = Array.from({ length: 5_000 }, (_, index) => message(index % 97, index))
    assert.deepEqual(digests(lanes, messages), expected(messages))
    const long = [message(5), message(200_000), message(0), message(1_000_003), message(64)]
    assert.deepEqual(digests(lanes, long), expected(long))
  })

  test(`${name}: any messages in any order`, () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 800 }), { maxLength: 40 })
    fc.assert(fc.property(messages, (some) => assert.deepEqual(digests(lanes, some), expected(some))))
  })
}

test('WebAssembly is there: the lanes are what the first half of these tests looked at', () => {
  const lanes = new Sha256Lanes(0)
  assert.equal(lanes.isParallel, true)
  assert.equal(new Sha256Lanes(0, true).isParallel, false)
})

test('messages are put together in the same way with and without WebAssembly', () => {
  const both = [new Sha256Lanes(4096), new Sha256Lanes(4096, true)] as const
  const mark = fc.constantFrom(0x0b, 0x0c, 0x0e, 0x0d, 0x3f, 0x7f, 0x80, 0xff)
  const text = fc.array(fc.oneof(fc.integer({ min: 0, max: 255 }), mark), { maxLength: 120 })
  fc.assert(
    fc.property(text, fc.integer({ min: 0, max: 15 }), (bytes, shift) => {
      const [found, wanted] = both.map((lanes) => {
        const from = lanes.start + shift
        lanes.bytes.fill(0x3f, lanes.start, lanes.start + 1024)
        lanes.bytes.set(bytes, from)
        const result = lanes.moves.escape(from, from + bytes.length, lanes.start + 512)
        const end = (result & 0xffffff) - lanes.start
        return [result - lanes.start, [...lanes.bytes.slice(lanes.start + 512, lanes.start + end)]]
      })
      assert.deepEqual(found, wanted)
    }),
  )
  const hash = fc.uint8Array({ minLength: 32, maxLength: 32 })
  fc.assert(
    fc.property(hash, hash, fc.integer({ min: 0, max: 32 }), (one, other, same) => {
      const alike = Uint8Array.of(...other.slice(0, 32 - same), ...one.slice(32 - same))
      const results = both.map(({ bytes, start, moves }) => {
        bytes.set(one, start + 1)
        bytes.set(alike, start + 101)
        moves.pair(start + 1, start + 101, start + 200)
        return [moves.differ(start + 1, start + 101), [...bytes.slice(start + 200, start + 264)]]
      })
      const isOrdered = compareHashes(one, alike) < 0
      const pair = isOrdered ? [...one, ...alike] : [...alike, ...one]
      for (const result of results) assert.deepEqual(result, [same === 32 || toHex(one) === toHex(alike) ? 0 : 1, pair])
    }),
  )
})
