import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { ByteSource } from './byte-source.ts'
import { damaged } from './input-error.ts'

/** Whether bytes begin as a gzip archive does (RFC 1952, section 2.3.1). */
export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b && head[2] === 8
}

type Message = { readonly chunk: Uint8Array } | { readonly error: string } | { readonly end: true }

/** Chunks that the thread unpacks ahead. */
const chunksAhead = 16

/**
 * What the thread does: reads, unpacks and posts, and waits while too many chunks lie unread. As text, because a thread
 * begun from a file would need that file beside every bundle that this one ends up in. Node unpacks streams only without
 * waiting for them; the reader waits, so the work is done where it does not.
 */
const threadCode = `
const { workerData: { fd, head, port, words, ahead } } = require('node:worker_threads')
const { createReadStream } = require('node:fs')
const { createGunzip } = require('node:zlib')
let posted = 0
const post = (message) => {
  posted += 1
  port.postMessage(message)
  Atomics.store(words, 0, posted)
  Atomics.notify(words, 0)
}
const input = createReadStream('', { fd, autoClose: false, highWaterMark: 262144 })
const gunzip = createGunzip({ chunkSize: 262144 })
input.on('error', (error) => post({ error: error.message }))
gunzip.on('error', (error) => post({ error: error.message }))
gunzip.on('data', (chunk) => {
  post({ chunk })
  for (;;) {
    const taken = Atomics.load(words, 1)
    if (posted - taken < ahead) return
    Atomics.wait(words, 1, taken)
  }
})
gunzip.on('end', () => post({ end: true }))
gunzip.write(head)
input.pipe(gunzip)
`

/** The unpacked bytes of the archive whose first bytes are `head` and whose others `fd` gives. */
export function gunzip(path: string, fd: number, head: Uint8Array, close: () => void): ByteSource {
  const words = new Int32Array(new SharedArrayBuffer(8))
  const { port1, port2 } = new MessageChannel()
  const worker = new Worker(threadCode, {
    eval: true,
    workerData: { fd, head, port: port2, words, ahead: chunksAhead },
    transferList: [port2],
  })
  worker.unref()
  let taken = 0
  let isOpen = true
  const finish = () => {
    if (!isOpen) return
    isOpen = false
    port1.close()
    void worker.terminate().then(close)
  }
  return {
    read() {
      if (!isOpen) return undefined
      const message = nextMessage(port1, words, taken)
      taken += 1
      Atomics.store(words, 1, taken)
      Atomics.notify(words, 1)
      if ('chunk' in message) return Buffer.from(message.chunk.buffer, message.chunk.byteOffset, message.chunk.length)
      finish()
      if ('error' in message) throw damaged(path, `can't be unpacked: ${message.error}`)
      return undefined
    },
    close: finish,
  }
}

function nextMessage(port: MessagePort, words: Int32Array, taken: number): Message {
  for (;;) {
    const found = receiveMessageOnPort(port)
    if (found !== undefined) return found.message as Message
    Atomics.wait(words, 0, taken)
  }
}
