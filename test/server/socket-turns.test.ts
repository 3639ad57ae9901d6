import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { turnMsMax, turnSliceBytes } from '../../src/base/limits.ts'
import { SocketTurns } from '../../src/server/http/socket-turns.ts'

const bytesMin = 2048

/** A socket that says whether it is read, and a listener that takes as long as the test says, by the clock of `world`. */
class FakeSocket extends EventEmitter {
  destroyed = false
  isRead = true

  pause(): this {
    this.isRead = false
    return this
  }

  resume(): this {
    this.isRead = true
    return this
  }
}

function world() {
  const clock = { nowMs: 0 }
  const turns = new SocketTurns(() => clock.nowMs)
  let turn = 0
  const begin = (msPerPart: number) => {
    const socket = new FakeSocket()
    const parts: { bytes: Buffer; turn: number }[] = []
    socket.on('data', (bytes: Buffer) => {
      parts.push({ bytes, turn })
      clock.nowMs += msPerPart
    })
    turns.spread(socket as unknown as Socket, bytesMin)
    return { socket, parts }
  }
  const nextTurn = async () => {
    await new Promise(setImmediate)
    turn += 1
  }
  return { turns, clock, begin, nextTurn }
}

test('a small read is passed on at once; a large one in slices, in order, unread until they have all been passed on', async () => {
  const { begin, nextTurn } = world()
  const { socket, parts } = begin(turnMsMax)
  socket.emit('data', Buffer.alloc(bytesMin - 1, 1))
  assert.equal(parts.length, 1)
  const quick = begin(0)
  const large = Buffer.from(Array.from({ length: 3 * turnSliceBytes + 5 }, (_, at) => at % 251))
  quick.socket.emit('data', large)
  assert.deepEqual([quick.parts.length, quick.socket.isRead], [0, false])
  quick.socket.emit('data', Buffer.from('after it'))
  for (let at = 0; at < 3; at += 1) await nextTurn()
  assert.deepEqual(
    Buffer.concat(quick.parts.map(({ bytes }) => bytes)),
    Buffer.concat([large, Buffer.from('after it')]),
  )
  assert.ok(quick.parts.every(({ bytes }) => bytes.length <= turnSliceBytes))
  assert.equal(quick.socket.isRead, true)
})

test('however many connections send what takes long, a turn of the event loop is over after its time and one step more', async () => {
  const { begin, nextTurn, clock } = world()
  const senders = Array.from({ length: 50 }, () => begin(2))
  for (const { socket } of senders) socket.emit('data', Buffer.alloc(turnSliceBytes))
  let turns = 0
  for (; senders.some(({ parts }) => parts.length === 0); turns += 1) {
    const startMs = clock.nowMs
    await nextTurn()
    assert.ok(clock.nowMs - startMs <= turnMsMax + 2, `${clock.nowMs - startMs} ms in one turn`)
  }
  assert.ok(turns >= 10)
})

test('a connection whose reads take long waits for its turn even with small ones, until they do not any more', async () => {
  const { begin, nextTurn } = world()
  const { socket, parts } = begin(3)
  socket.emit('data', Buffer.alloc(10))
  assert.equal(parts.length, 1)
  socket.emit('data', Buffer.alloc(10))
  assert.deepEqual([parts.length, socket.isRead], [1, false])
  await nextTurn()
  assert.deepEqual([parts.length, socket.isRead], [2, true])
})

test('a reader that pauses is not resumed, one that resumes meanwhile is resumed after the last slice', async () => {
  const { begin, nextTurn } = world()
  const paused = begin(0)
  paused.socket.emit('data', Buffer.alloc(bytesMin))
  paused.socket.pause()
  const resumed = begin(0)
  resumed.socket.emit('data', Buffer.alloc(bytesMin))
  resumed.socket.pause()
  resumed.socket.resume()
  assert.equal(resumed.socket.isRead, false)
  await nextTurn()
  assert.deepEqual([paused.socket.isRead, resumed.socket.isRead], [false, true])
})

test('new connections and large reads take turns; what a connection that is gone has sent is dropped', async () => {
  const { turns, begin, nextTurn, clock } = world()
  const order: string[] = []
  for (let at = 0; at < 3; at += 1) {
    turns.serve(() => {
      order.push(`connection ${at}`)
      clock.nowMs += turnMsMax
    })
  }
  const reader = begin(turnMsMax)
  const gone = begin(0)
  gone.socket.emit('data', Buffer.alloc(bytesMin))
  gone.socket.destroyed = true
  reader.socket.emit('data', Buffer.alloc(bytesMin))
  await nextTurn()
  assert.deepEqual([order, reader.parts.length], [['connection 0'], 0])
  await nextTurn()
  assert.deepEqual([order, reader.parts.length], [['connection 0', 'connection 1'], 1])
  await nextTurn()
  assert.deepEqual([order.length, gone.parts.length], [3, 0])
})
