import { LedgerError } from '../../base/errors.ts'

/** What the system said when a log's file was written, as an error of ours. */
export function fileFailure(error: unknown): Error {
  if (error instanceof LedgerError) return error
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG')
    return new LedgerError('store/full', `the log can't grow: ${message}`, { cause: error })
  return new LedgerError('store/unavailable', `the log can't be written: ${message}`, { cause: error })
}
