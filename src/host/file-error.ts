import { LedgerError } from '../base/errors.ts'

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a directory',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of its path is a file',
  ELOOP: 'its links go round in a circle',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file size limit is reached',
}

/** An error of the file system as ours, naming the path; anything else passes unchanged. */
export function fileError(error: unknown, path: string): unknown {
  if (reasonOf(error) === undefined || error instanceof LedgerError) return error
  return new LedgerError('file/unreadable', `can't read '${path}': ${reasonOf(error)}`, { cause: error })
}

/** The same for a file that was to be written. */
export function writeError(error: unknown, path: string): unknown {
  if (reasonOf(error) === undefined || error instanceof LedgerError) return error
  const isFolder = (error as NodeJS.ErrnoException).code === 'ENOENT'
  const reason = isFolder ? 'there is no such folder' : reasonOf(error)
  return new LedgerError('file/unwritable', `can't write '${path}': ${reason}`, { cause: error })
}

/** Whether there is no room, for whatever reason, so that it may be tried again when there is. */
export function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EFBIG'].includes((error as NodeJS.ErrnoException).code ?? '')
}

/** Why the file system refused, in words; undefined for an error that is not the file system's. */
export function reasonOf(error: unknown): string | undefined {
  const code = (error as NodeJS.ErrnoException).code
  return code === undefined ? undefined : (reasons[code] ?? code)
}
