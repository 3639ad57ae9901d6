import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { dirname } from 'node:path'
import { writeError } from './file-error.ts'

/** The calls that a write takes; tests let each of them fail. */
export type FileCalls = Pick<
  typeof fs,
  'openSync' | 'writeSync' | 'fsyncSync' | 'closeSync' | 'renameSync' | 'linkSync' | 'rmSync'
>

export interface WholeFileOptions {
  readonly mode: number
  /** `replace`: in place of what is there. `new`: only where nothing is there; else throws the system's EEXIST. */
  readonly place: 'replace' | 'new'
}

/**
 * A file that takes its place when it is whole: at any moment before, also in a crash or on a full disk, there is what was
 * there before. All throw the file system's own errors; whoever gets one discards the file.
 */
export class WholeFile {
  readonly #path: string
  /** Beside it, for a file can't be moved onto another file system. A crash may leave this one. */
  readonly #fresh: string
  readonly #calls: FileCalls
  readonly #file: number
  #isOpen = true

  constructor(path: string, mode: number, calls: FileCalls = fs) {
    this.#path = path
    this.#fresh = `${path}.new-${randomBytes(9).toString('base64url')}`
    this.#calls = calls
    // Never through a link, nor into a file, that somebody has put there: nobody can guess the name either.
    this.#file = calls.openSync(this.#fresh, 'wx', mode)
  }

  write(text: string): void {
    const bytes = Buffer.from(text)
    // A disk that is nearly full takes a part without an error.
    for (let at = 0; at < bytes.length; ) at += this.#calls.writeSync(this.#file, bytes, at)
  }

  /** It is on disk, whole, when this returns. */
  place(place: WholeFileOptions['place']): void {
    this.#calls.fsyncSync(this.#file)
    this.#close()
    if (place === 'replace') this.#calls.renameSync(this.#fresh, this.#path)
    else moveToNew(this.#fresh, this.#path, this.#calls)
  }

  /** Leaves nothing of what is not in its place. */
  discard(): void {
    try {
      this.#close()
    } finally {
      this.#calls.rmSync(this.#fresh, { force: true })
    }
  }

  syncFolder(): void {
    syncFolder(dirname(this.#path), this.#calls)
  }

  #close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#calls.closeSync(this.#file)
  }
}

/** Writes a file whole or not at all, with `write`. Throws LedgerError 'file/unwritable', and whatever `write` throws. */
export async function writeFileWith(
  path: string,
  mode: number,
  write: (file: WholeFile) => Promise<void>,
): Promise<void> {
  try {
    const file = new WholeFile(path, mode)
    try {
      await write(file)
      file.place('replace')
    } finally {
      file.discard()
    }
    file.syncFolder()
  } catch (error) {
    throw writeError(error, path)
  }
}

/** Writes a file whole or not at all, as WholeFile does. Throws the file system's own errors, and leaves nothing then. */
export function writeWholeFile(path: string, text: string, options: WholeFileOptions, calls: FileCalls = fs): void {
  const file = new WholeFile(path, options.mode, calls)
  try {
    file.write(text)
    file.place(options.place)
  } finally {
    file.discard()
  }
  file.syncFolder()
}

/** Takes the name only where it is free. */
function moveToNew(fresh: string, path: string, calls: FileCalls): void {
  try {
    calls.linkSync(fresh, path)
  } catch (error) {
    if (!withoutLinks.has((error as NodeJS.ErrnoException).code ?? '')) throw error
    // A file system without links, as on a stick: the name is taken first, so that a crash may leave an empty file.
    calls.closeSync(calls.openSync(path, 'wx'))
    calls.renameSync(fresh, path)
  }
}

const withoutLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])

/** So that the file's name is on disk, too. Not every system lets a folder be opened. */
function syncFolder(folder: string, calls: FileCalls): void {
  let handle: number
  try {
    handle = calls.openSync(folder, 'r')
  } catch {
    return
  }
  try {
    calls.fsyncSync(handle)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code !== 'EINVAL' && code !== 'ENOTSUP' && code !== 'EPERM') throw error
  } finally {
    calls.closeSync(handle)
  }
}
