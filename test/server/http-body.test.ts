import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { HeldBytes, ReadingTurns, readBody, wholeOf } from '../../src/server/http-body.ts'

/** A request whose body is there at once, in parts as large as a socket gives them. */
function requestOf(parts: readonly Uint8Array[]): IncomingMessage {
  const request = Readable.from(parts, { objectMode: false, highWaterMark: 64 * 1024 * 1024 })
  return Object.assign(request, { headers: {} }) as unknown as IncomingMessage
}

const limits = { bytesMax: 64 * 1024 * 1024, quota: 'request-bytes', turnBytesMin: 8 * 1024 }

const parts = (count: number, bytes: number, fill: number) =>
  Array.from({ length: count }, () => new Uint8Array(bytes).fill(fill))

test('large bodies are read in turn, one part in a turn of the event loop, and come whole', async () => {
  const rules = { ...limits, held: new HeldBytes(64 * 1024 * 1024), turns: new ReadingTurns() }
  let turn = 0
  let isOver = false
  const count = () => {
    turn += 1
    if (!isOver) setImmediate(count)
  }
  setImmediate(count)
  const seen: number[] = []
  const look = () => seen.push(turn)
  const bodies = await Promise.all(
    [1, 2, 3].map((fill) => readBody(requestOf(parts(20, 64 * 1024, fill)), { ...rules, look })),
  )
  isOver = true
  bodies.forEach((body, at) => {
    assert.deepEqual(Buffer.from(wholeOf(body)), Buffer.alloc(20 * 64 * 1024, at + 1))
    body.release()
  })
  assert.equal(rules.held.held, 0)
  assert.equal(seen.length, 60)
  const perTurn = new Map<number, number>()
  for (const at of seen) perTurn.set(at, (perTurn.get(at) ?? 0) + 1)
  assert.ok(Math.max(...perTurn.values()) <= 3, `${Math.max(...perTurn.values())} parts in one turn`)
  assert.ok(perTurn.size >= 50, `${perTurn.size} turns`)
})

test('a body that is refused while it waits for its turn is not read on', async () => {
  const turns = new ReadingTurns()
  const request = requestOf(parts(20, 64 * 1024, 1))
  await assert.rejects(
    readBody(request, { ...limits, bytesMax: 100_000, held: new HeldBytes(1_000_000), turns }),
    /at most 100000 are allowed \(--quota request-bytes\)/,
  )
  for (let at = 0; at < 5; at += 1) await new Promise(setImmediate)
  assert.ok(request.isPaused())
})

test('parts of fewer bytes than a turn are read as they come', async () => {
  const turns = new ReadingTurns()
  const request = requestOf(parts(20, 1024, 1))
  let pauses = 0
  request.on('pause', () => {
    pauses += 1
  })
  const rules = { ...limits, turnBytesMin: 2048, held: new HeldBytes(1_000_000), turns }
  assert.equal((await readBody(request, rules)).length, 20 * 1024)
  assert.equal(pauses, 0)
})
