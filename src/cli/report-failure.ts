import { LedgerError } from '../base/errors.ts'
import { printErrorReport, reportOf } from '../shell/error-report.ts'
import type { ExitName } from '../shell/exit-codes.ts'

/** Codes that mean wrong usage when they stop the program before it has run anything. */
const usageCodes: ReadonlySet<string> = new Set([
  'usage/invalid-argument',
  'usage/unknown-command',
  'config/invalid',
  'file/unreadable',
  'file/unwritable',
  'file/not-text',
  'file/exists',
  'export/not-found',
  'ledger/invalid-name',
])

/** Writes what went wrong outside of any statement and gives the verdict. */
export function reportFailure(error: unknown, verbosity: number, stderr: NodeJS.WritableStream): ExitName {
  const found = reportOf(error, { statement: undefined, file: undefined, fate: 'none' })
  stderr.write(`${printErrorReport(found, verbosity).join('\n')}\n`)
  return error instanceof LedgerError && usageCodes.has(error.code) ? 'usage' : found.exit
}
