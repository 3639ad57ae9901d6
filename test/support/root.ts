import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Tests run from the project's root (scripts/test.mjs sees to it). */
export const projectRoot = process.cwd()

/** A file of the folder with conformance cases and vectors beside the project, or undefined where that is absent. */
export function sharedFile(path: string): string | undefined {
  const full = join(projectRoot, '..', 'shared', path)
  return existsSync(full) ? full : undefined
}
