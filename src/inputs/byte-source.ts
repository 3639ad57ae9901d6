import { closeSync, openSync, readSync } from 'node:fs'
import { inputChunkBytes } from '../base/limits.ts'
import { gunzip, isGzip } from './gunzip.ts'

/** Bytes of a file one chunk after the other, read when asked. */
export interface ByteSource {
  /** The next chunk, never empty and never used again by the source; undefined at the end. */
  read(): Buffer | undefined
  /** May be called at any time, and more than once. */
  close(): void
}

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
    const head = readHead(fd)
    if (isGzip(head)) return gunzip(path, fd, head, close)
    return new PlainSource(fd, head, close)
  } catch (error) {
    close()
    throw error
  }
}

/** A first chunk long enough to tell a format by, if the file is. */
function readHead(fd: number): Buffer {
  const parts: Buffer[] = []
  let length = 0
  while (length < 16) {
    const part = readChunk(fd)
    if (part === undefined) break
    parts.push(part)
    length += part.length
  }
  return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)
}

class PlainSource implements ByteSource {
  readonly #fd: number
  readonly #close: () => void
  #head: Buffer | undefined
  #isOpen = true

  constructor(fd: number, head: Buffer, close: () => void) {
    this.#fd = fd
    this.#head = head
    this.#close = close
  }

  read(): Buffer | undefined {
    if (!this.#isOpen) return undefined
    const head = this.#head
    this.#head = undefined
    if (head !== undefined && head.length > 0) return head
    const chunk = readChunk(this.#fd)
    if (chunk === undefined) this.close()
    return chunk
  }

  close(): void {
    if (this.#isOpen) this.#close()
    this.#isOpen = false
  }
}

const pause = new Int32Array(new SharedArrayBuffer(4))

function readChunk(fd: number): Buffer | undefined {
  const chunk = Buffer.allocUnsafe(inputChunkBytes)
  for (;;) {
    try {
      const length = readSync(fd, chunk, 0, chunk.length, null)
      return length === 0 ? undefined : chunk.subarray(0, length)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EOF') return undefined
      if (code !== 'EAGAIN') throw error
      // A pipe that has nothing yet and does not block: looked at again after 2 ms.
      Atomics.wait(pause, 0, 0, 2)
    }
  }
}
