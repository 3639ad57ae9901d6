import { closeSync, openSync, readSync } from 'node:fs'
import { inputChunkBytes } from '../base/limits.ts'
import type { ByteSource } from './byte-source.ts'
import { gunzip, isGzip } from './gunzip.ts'

/** The name of standard input where a path is asked for. */
export const stdinPath = '-'

/**
 * Opens a file, or standard input for `-`; what begins as gzip does is unpacked, in a thread of its own. Throws what the
 * file system throws; LedgerError 'file/malformed' for a damaged archive.
 */
export function openBytes(path: string): ByteSource {
  const isStdin = path === stdinPath
  const fd = isStdin ? 0 : openSync(path, 'r')
  const close = () => (isStdin ? undefined : closeSync(fd))
  try {
    // One piece of memory for the whole file: what is freed only at the next collection piles up by then.
    const memory = Buffer.allocUnsafeSlow(inputChunkBytes)
    const head = readHead(fd, memory)
    if (isGzip(head)) return gunzip(path, fd, head, close)
    return new PlainSource(fd, memory, head, close)
  } catch (error) {
    close()
    throw error
  }
}

/** A first chunk long enough to tell a format by, if the file is. */
function readHead(fd: number, memory: Buffer): Buffer {
  let length = 0
  while (length < 16) {
    const count = readInto(fd, memory, length)
    if (count === 0) break
    length += count
  }
  return memory.subarray(0, length)
}

class PlainSource implements ByteSource {
  readonly #fd: number
  readonly #memory: Buffer
  readonly #close: () => void
  #head: Buffer | undefined
  #isOpen = true

  constructor(fd: number, memory: Buffer, head: Buffer, close: () => void) {
    this.#fd = fd
    this.#memory = memory
    this.#head = head
    this.#close = close
  }

  read(): Buffer | undefined {
    if (!this.#isOpen) return undefined
    const head = this.#head
    this.#head = undefined
    if (head !== undefined && head.length > 0) return head
    const count = readInto(this.#fd, this.#memory, 0)
    if (count > 0) return this.#memory.subarray(0, count)
    this.close()
    return undefined
  }

  close(): void {
    if (this.#isOpen) this.#close()
    this.#isOpen = false
  }
}

const pause = new Int32Array(new SharedArrayBuffer(4))

/** Reads into the memory from an offset on; how many bytes there were, 0 at the end. */
function readInto(fd: number, memory: Buffer, offset: number): number {
  for (;;) {
    try {
      return readSync(fd, memory, offset, memory.length - offset, null)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EOF') return 0
      if (code !== 'EAGAIN') throw error
      // A pipe that has nothing yet and does not block: looked at again after 2 ms.
      Atomics.wait(pause, 0, 0, 2)
    }
  }
}
