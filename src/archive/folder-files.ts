import { lstatSync, readdirSync, realpathSync, statSync, type Dirent } from 'node:fs'
import { join } from 'node:path'
import { LedgerError } from '../base/errors.ts'
import type { FindingList } from './import-findings.ts'

/**
 * All files under some paths, each with whether it is hidden: such as what systems leave in folders counts only where it has
 * something to be checked. What is skipped is a note. Throws LedgerError 'file/unreadable' for a path that is neither file nor
 * folder: a pipe or device can't be read as often as it takes.
 */
export function filesAt(paths: readonly string[], findings: FindingList): Map<string, boolean> {
  const files = new Map<string, boolean>()
  for (const path of paths) {
    const stat = statSync(path)
    if (!stat.isDirectory() && !stat.isFile()) {
      const message = `can't read '${path}': it is a pipe or device, expected a file or folder`
      throw new LedgerError('file/unreadable', message)
    }
    const found = stat.isDirectory() ? filesUnder(path, new Set(), findings) : [path]
    for (const file of found) files.set(file, /\/\./.test(file.slice(path.length)))
  }
  return files
}

export function isFileAt(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

/** `seen`: the folders so far, as they are on disk. A link to one could lead round in a circle. */
function* filesUnder(folder: string, seen: Set<string>, findings: FindingList): Generator<string> {
  const real = realpathSync(folder)
  if (seen.has(real)) return
  seen.add(real)
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name)
    const kind = kindOf(entry, path)
    if (kind === 'folder') yield* filesUnder(path, seen, findings)
    else if (kind === 'file') yield path
    else findings.add('note', 'file-ignored', `'${path}' was skipped: it is ${kind}`, { file: path })
  }
}

function kindOf(entry: Dirent, path: string): string {
  if (entry.isDirectory()) return 'folder'
  if (entry.isFile()) return 'file'
  const stat = entry.isSymbolicLink() ? statSync(path, { throwIfNoEntry: false }) : lstatSync(path)
  if (stat === undefined) return 'a link to nothing'
  if (stat.isDirectory()) return 'folder'
  return stat.isFile() ? 'file' : 'a pipe or device'
}
