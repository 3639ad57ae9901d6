import { LedgerError } from '../base/errors.ts'

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of its path is a file',
  ELOOP: 'its links go round in a circle',
  ENOSPC: 'the disk is full',
  EROFS: 'the file system is read-only',
}

/** An error of the file system as ours, naming the path; anything else passes unchanged. */
export function fileError(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException).code
  if (code === undefined || error instanceof LedgerError) return error
  return new LedgerError('file/unreadable', `can't read '${path}': ${reasons[code] ?? code}`, { cause: error })
}
