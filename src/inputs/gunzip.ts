import { Worker } from 'node:worker_threads'
import { inputChunkBytes } from '../base/limits.ts'
import type { ByteSource } from './byte-source.ts'
import { damaged } from './input-error.ts'

/** Whether bytes begin as a gzip archive does (RFC 1952, section 2.3.1). */
export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b && head[2] === 8
}

/** Chunks that the thread unpacks ahead: a ring of shared memory, used again and again. */
const slots = 8

/** What the thread says of a slot instead of a length. */
const atEnd = -1

/**
 * What the thread does: reads, unpacks, copies into the next slot, and waits while all slots are full. As text, because a
 * thread begun from a file would need that file beside every bundle that this one ends up in. Node unpacks streams only
 * without waiting for them; the reader waits, so the work is done where it does not.
 *
 * words: how many slots were filled, how many were emptied, then for each slot its length; -1: the end; -2 - n: an error
 * whose message takes n bytes.
 */
const threadCode = `
const { workerData: { fd, head, words, memory, slots, slotBytes } } = require('node:worker_threads')
const { createReadStream } = require('node:fs')
const { createGunzip } = require('node:zlib')
let filled = 0
const post = (bytes, length) => {
  for (;;) {
    const emptied = Atomics.load(words, 1)
    if (filled - emptied < slots) break
    Atomics.wait(words, 1, emptied)
  }
  const slot = filled % slots
  memory.set(bytes, slot * slotBytes)
  Atomics.store(words, 2 + slot, length)
  filled += 1
  Atomics.store(words, 0, filled)
  Atomics.notify(words, 0)
}
const fail = (error) => {
  const message = Buffer.from(error.message).subarray(0, 1000)
  post(message, -2 - message.length)
}
const input = createReadStream('', { fd, autoClose: false, highWaterMark: slotBytes })
const gunzip = createGunzip({ chunkSize: slotBytes })
input.on('error', fail)
gunzip.on('error', fail)
gunzip.on('data', (chunk) => post(chunk, chunk.length))
gunzip.on('end', () => post(Buffer.alloc(0), -1))
gunzip.write(head)
input.pipe(gunzip)
`

/** The unpacked bytes of the archive whose first bytes are `head` and whose others `fd` gives. */
export function gunzip(path: string, fd: number, head: Uint8Array, close: () => void): ByteSource {
  const words = new Int32Array(new SharedArrayBuffer(4 * (2 + slots)))
  const memory = Buffer.from(new SharedArrayBuffer(slots * inputChunkBytes))
  const worker = new Worker(threadCode, {
    eval: true,
    workerData: { fd, head: Uint8Array.from(head), words, memory, slots, slotBytes: inputChunkBytes },
  })
  worker.unref()
  let emptied = -1
  let isOpen = true
  const finish = () => {
    if (!isOpen) return
    isOpen = false
    void worker.terminate().then(close)
  }
  /** Gives back the slot handed out last and waits for the next one. */
  const nextSlot = () => {
    emptied += 1
    Atomics.store(words, 1, emptied)
    Atomics.notify(words, 1)
    while (Atomics.load(words, 0) === emptied) Atomics.wait(words, 0, emptied)
    return emptied % slots
  }
  return {
    read() {
      if (!isOpen) return undefined
      const slot = nextSlot()
      const length = Atomics.load(words, 2 + slot)
      const start = slot * inputChunkBytes
      if (length > 0) return memory.subarray(start, start + length)
      finish()
      if (length === atEnd) return undefined
      throw damaged(path, `can't be unpacked: ${memory.toString('utf8', start, start - length - 2)}`)
    },
    close: finish,
  }
}
