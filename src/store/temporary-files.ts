import {
  accessSync,
  closeSync,
  constants,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toHex } from '../base/bytes.ts'
import type { Env } from '../base/env.ts'
import { LedgerError } from '../base/errors.ts'

/**
 * Where temporary files go unless something else is asked for: $TMPDIR, or on Unix /var/tmp, as SQLite has it: /tmp is
 * memory on many systems.
 */
export function defaultTemporaryDirectory(): string {
  const usual = tmpdir()
  if (usual !== '/tmp') return usual
  try {
    accessSync('/var/tmp', constants.W_OK)
    return '/var/tmp'
  } catch {
    return usual
  }
}

const prefix = 'qldb-spill-'
const namePattern = /^qldb-spill-[0-9a-f]{32}$/

/** What is asked of the system; a test passes one that fails. */
export interface FileSystem {
  openSync(path: string, flags: number, mode: number): number
  writeSync(file: number, bytes: Uint8Array, offset: number, length: number): number
  readSync(file: number, bytes: Uint8Array, offset: number, length: number, position: number): number
  unlinkSync(path: string): void
  closeSync(file: number): void
}
const realSystem: FileSystem = { openSync, writeSync, readSync, unlinkSync, closeSync }

/**
 * Temporary files of one directory, for the rows that outgrow a statement's memory. A file is private (0600), has a name
 * that can't be guessed, is never one that exists, and loses its name as soon as it is open, so that it is gone when the
 * process ends, however it ends. Where a file in use can't be removed it is when it is closed, and files that a killed
 * process left are removed by the next that opens one in the directory.
 */
export class TemporaryDirectory {
  readonly #directory: string
  readonly #env: Pick<Env, 'randomBytes'>
  readonly #system: FileSystem
  #isSwept = false

  constructor(directory: string, env: Pick<Env, 'randomBytes'>, system: FileSystem = realSystem) {
    this.#directory = directory
    this.#env = env
    this.#system = system
  }

  /** Throws LedgerError 'store/unavailable', or 'store/full'. */
  open(): TemporaryFile {
    this.#sweep()
    const path = join(this.#directory, prefix + toHex(this.#env.randomBytes(16)))
    const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = constants
    const system = this.#system
    const file = this.#attempt(() => system.openSync(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600))
    return new TemporaryFile(file, remove(path, system) ? undefined : path, system, (work) => this.#attempt(work))
  }

  /** Files of processes that were killed: those in use have no name, or can't be removed. */
  #sweep(): void {
    if (this.#isSwept) return
    this.#isSwept = true
    try {
      for (const name of readdirSync(this.#directory)) {
        const path = join(this.#directory, name)
        if (namePattern.test(name) && lstatSync(path).isFile()) remove(path, this.#system)
      }
    } catch {
      // What is wrong with the directory shows when a file is opened in it.
    }
  }

  #attempt<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw this.#failure(error as NodeJS.ErrnoException)
    }
  }

  #failure(error: NodeJS.ErrnoException): LedgerError {
    if (error.code === undefined) throw error
    const help = 'free some space, or name another directory with --temp-dir'
    if (error.code === 'ENOSPC' || error.code === 'EDQUOT' || error.code === 'EFBIG') {
      const message = 'no space is left for the temporary files of a statement'
      return new LedgerError('store/full', message, { help, cause: error })
    }
    const message = `cannot use the directory for temporary files (${error.code})`
    return new LedgerError('store/unavailable', message, {
      help: 'name another directory with --temp-dir',
      cause: error,
    })
  }
}

/** Whether it went. */
function remove(path: string, system: FileSystem): boolean {
  try {
    system.unlinkSync(path)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
  }
}

export class TemporaryFile {
  readonly #file: number
  /** Undefined when it has no name any more. */
  readonly #path: string | undefined
  readonly #system: FileSystem
  readonly #attempt: <T>(work: () => T) => T
  #size = 0
  #isClosed = false

  constructor(file: number, path: string | undefined, system: FileSystem, attempt: <T>(work: () => T) => T) {
    this.#file = file
    this.#path = path
    this.#system = system
    this.#attempt = attempt
  }

  append(bytes: Uint8Array): void {
    let written = 0
    while (written < bytes.length) {
      written += this.#attempt(() => this.#system.writeSync(this.#file, bytes, written, bytes.length - written))
    }
    this.#size += written
  }

  /** The file's own position is that of writing. */
  read(into: Uint8Array, position: number): number {
    const wanted = Math.min(into.length, this.#size - position)
    if (wanted <= 0) return 0
    return this.#attempt(() => this.#system.readSync(this.#file, into, 0, wanted, position))
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    try {
      this.#system.closeSync(this.#file)
    } finally {
      if (this.#path !== undefined) remove(this.#path, this.#system)
    }
  }
}
