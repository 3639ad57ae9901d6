import {
  closeSync,
  constants,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  write,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { LogFile, LogFiles } from './log-files.ts'

const writeLater = promisify(write)
const flushLater = promisify(fdatasync)

/** The files of a directory that is there. They are private (0600). */
export class DirectoryFiles implements LogFiles {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  list(): readonly string[] {
    return readdirSync(this.#directory)
  }

  open(name: string, isWritable: boolean): LogFile {
    const { O_RDONLY, O_RDWR, O_NOFOLLOW = 0 } = constants
    return new SystemFile(join(this.#directory, name), (isWritable ? O_RDWR : O_RDONLY) | O_NOFOLLOW)
  }

  create(name: string): LogFile {
    const { O_RDWR, O_CREAT, O_EXCL } = constants
    return new SystemFile(join(this.#directory, name), O_RDWR | O_CREAT | O_EXCL)
  }

  rename(from: string, to: string): void {
    renameSync(join(this.#directory, from), join(this.#directory, to))
  }

  remove(name: string): void {
    try {
      unlinkSync(join(this.#directory, name))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }

  /** Its number in the file system, and when it was made. */
  place(): Uint8Array {
    const { ino, birthtimeNs } = statSync(this.#directory, { bigint: true })
    const bytes = Buffer.alloc(16)
    bytes.writeBigUInt64BE(BigInt.asUintN(64, ino), 0)
    bytes.writeBigUInt64BE(BigInt.asUintN(64, birthtimeNs), 8)
    return bytes
  }

  flushNames(): void {
    const file = openSync(this.#directory, constants.O_RDONLY)
    try {
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  }
}

/**
 * Writes go through one descriptor and become durable by fdatasync: on a file that need not grow that costs as much as
 * O_DSYNC, and zeros ahead are written without waiting for each.
 */
class SystemFile implements LogFile {
  readonly #file: number

  constructor(path: string, flags: number) {
    this.#file = openSync(path, flags, 0o600)
  }

  size(): number {
    return fstatSync(this.#file).size
  }

  isNamed(): boolean {
    return fstatSync(this.#file).nlink > 0
  }

  read(target: Uint8Array, at: number): void {
    let done = 0
    while (done < target.length) {
      const count = readSync(this.#file, target, done, target.length - done, at + done)
      if (count === 0) throw new Error(`the file ends at byte ${at + done}`)
      done += count
    }
  }

  write(bytes: Uint8Array, at: number): void {
    let done = 0
    while (done < bytes.length) done += writeSync(this.#file, bytes, done, bytes.length - done, at + done)
  }

  writeDurably(bytes: Uint8Array, at: number): void {
    this.write(bytes, at)
    fdatasyncSync(this.#file)
  }

  async writeDurablyLater(bytes: Uint8Array, at: number): Promise<void> {
    let done = 0
    while (done < bytes.length) {
      const { bytesWritten } = await writeLater(this.#file, bytes, done, bytes.length - done, at + done)
      done += bytesWritten
    }
    await flushLater(this.#file)
  }

  flush(): void {
    fdatasyncSync(this.#file)
  }

  truncate(size: number): void {
    ftruncateSync(this.#file, size)
  }

  close(): void {
    closeSync(this.#file)
  }
}
