import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { HeldBytes } from '../../src/server/http/held-bytes.ts'
import { readBody, wholeOf } from '../../src/server/http/http-body.ts'

function requestOf(parts: readonly Uint8Array[]): IncomingMessage {
  const request = Readable.from(parts, { objectMode: false })
  return Object.assign(request, { headers: {} }) as unknown as IncomingMessage
}

const parts = (count: number, bytes: number, fill: number) =>
  Array.from({ length: count }, () => new Uint8Array(bytes).fill(fill))

const limits = { bytesMax: 64 * 1024 * 1024, quota: 'request-bytes' }

test('a body comes whole, is seen part by part, and counts as held until it is released', async () => {
  const held = new HeldBytes(64 * 1024 * 1024)
  const seen: number[] = []
  const look = (part: Uint8Array) => seen.push(part.length)
  const body = await readBody(requestOf(parts(20, 70_000, 7)), { ...limits, held, look })
  assert.deepEqual(Buffer.from(wholeOf(body)), Buffer.alloc(20 * 70_000, 7))
  assert.equal(
    seen.reduce((a, b) => a + b, 0),
    20 * 70_000,
  )
  assert.ok(held.held >= body.length)
  body.release()
  assert.equal(held.held, 0)
})

test('a body that is refused is not read on', async () => {
  const request = requestOf(parts(20, 64 * 1024, 1))
  await assert.rejects(
    readBody(request, { ...limits, bytesMax: 100_000, held: new HeldBytes(1_000_000) }),
    /at most 100000 are allowed \(--quota request-bytes\)/,
  )
  for (let at = 0; at < 5; at += 1) await new Promise(setImmediate)
  assert.ok(request.isPaused())
})
