import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs'
import type { Env } from '../base/env.ts'
import { newId } from '../base/ids.ts'
import { fileError } from './file-error.ts'

/** Writes a file of one JSON value for its owner alone; it is on disk, whole or not at all. Throws LedgerError 'file/…'. */
export function writeJsonFile(path: string, value: unknown, env: Env): void {
  const fresh = `${path}.${newId(env)}`
  try {
    const file = openSync(fresh, 'wx', 0o600)
    try {
      writeSync(file, `${JSON.stringify(value)}\n`)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(fresh, path)
  } catch (error) {
    throw fileError(error, path)
  }
}
