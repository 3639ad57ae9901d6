import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { LedgerError } from '../base/errors.ts'
import { reasonOf } from './file-error.ts'

/**
 * Makes a folder and those above it, for the owner alone. Throws LedgerError 'store/unavailable' naming the path. Not node's
 * own recursive form: on /proc, where a folder never comes to be, that one tries for ever.
 */
export function makeFolder(path: string): void {
  try {
    makeMissing(path)
  } catch (error) {
    throw new LedgerError('store/unavailable', `can't make the folder '${path}': ${reasonOf(error)}`, { cause: error })
  }
}

function makeMissing(path: string): void {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return
  if (dirname(path) !== path) makeMissing(dirname(path))
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    // Another process was first.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
