import { LedgerError } from '../base/errors.ts'
import { isFull, reasonOf, writeError } from './file-error.ts'
import { writeWholeFile } from './whole-file.ts'

/**
 * Writes a file of one JSON value for its owner alone; it is on disk, whole or not at all. Throws LedgerError 'store/full' or
 * 'file/unwritable'.
 */
export function writeJsonFile(path: string, value: unknown): void {
  try {
    writeWholeFile(path, `${JSON.stringify(value)}\n`, { mode: 0o600, place: 'replace' })
  } catch (error) {
    if (!isFull(error)) throw writeError(error, path)
    throw new LedgerError('store/full', `no room to write '${path}': ${reasonOf(error)}`, { cause: error })
  }
}
