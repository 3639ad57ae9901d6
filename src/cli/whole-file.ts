import fs from 'node:fs'
import { dirname } from 'node:path'

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
 * Writes a file that is on disk, whole, when this returns; at any moment before, also in a crash or on a full disk, there
 * is what was there before. Throws the file system's own errors, and leaves nothing then.
 */
export function writeWholeFile(path: string, text: string, options: WholeFileOptions, calls: FileCalls = fs): void {
  // Beside it, for a file can't be moved onto another file system. A crash may leave this one.
  const fresh = `${path}.new-${process.pid}`
  try {
    const file = calls.openSync(fresh, 'w', options.mode)
    try {
      const bytes = Buffer.from(text)
      // A disk that is nearly full takes a part without an error.
      for (let at = 0; at < bytes.length; ) at += calls.writeSync(file, bytes, at)
      calls.fsyncSync(file)
    } finally {
      calls.closeSync(file)
    }
    if (options.place === 'replace') calls.renameSync(fresh, path)
    else moveToNew(fresh, path, calls)
  } finally {
    calls.rmSync(fresh, { force: true })
  }
  syncFolder(dirname(path), calls)
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
