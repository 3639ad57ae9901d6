import { closeSync, openSync, readSync } from 'node:fs'
import { LedgerError } from '../base/errors.ts'
import { settingsFileBytesMax } from '../base/limits.ts'

const chunkBytes = 64 * 1024

/**
 * All bytes of a file that is held in memory, or of a pipe. A device such as /dev/zero has no end and no size, so it is not
 * enough to ask for the size first. Throws the file system's own errors, and LedgerError 'file/unreadable' for a larger file.
 */
export function readBoundedFile(path: string, bytesMax: number = settingsFileBytesMax): Buffer {
  const file = openSync(path, 'r')
  try {
    const chunks: Buffer[] = []
    for (let size = 0; ; ) {
      const chunk = Buffer.allocUnsafe(chunkBytes)
      const length = readSync(file, chunk, 0, chunkBytes, null)
      if (length === 0) return Buffer.concat(chunks, size)
      size += length
      if (size > bytesMax)
        throw new LedgerError('file/unreadable', `can't read '${path}': it has more than ${bytesMax} bytes`)
      chunks.push(chunk.subarray(0, length))
    }
  } finally {
    closeSync(file)
  }
}

/** The same as text, in which what is not UTF-8 is replaced. */
export function readBoundedText(path: string, bytesMax?: number): string {
  return readBoundedFile(path, bytesMax).toString('utf8')
}
