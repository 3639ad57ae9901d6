import { LedgerError } from '../../base/errors.ts'
import { type Notice, noticeText } from '../../base/notice.ts'
import { printErrorReport, printNotice, reportOf, shownCauses, shownNotice } from '../../shell/error-report.ts'
import type { ErrorReport } from '../../shell/events.ts'
import type { ExitName } from '../../shell/exit-codes.ts'
import { jsonError, jsonTalk } from '../../shell/json-report.ts'
import type { ScriptStatement } from '../../syntax/split.ts'
import type { ErrorFormat } from './present.ts'

/** Codes that mean wrong usage, beside all of `usage/`, when they stop the program before it has run anything. */
const usageCodes: ReadonlySet<string> = new Set([
  'config/invalid',
  'file/unreadable',
  'file/unwritable',
  'file/not-text',
  'file/exists',
  'export/not-found',
  'ledger/invalid-name',
  'proof/foreign-digest',
  'proof/unrecognized',
])

/** Writes a report of a tool to stderr, in the form that was asked for. */
export function writeReport(
  report: ErrorReport,
  verbosity: number,
  { stderr, errorFormat }: { readonly stderr: NodeJS.WritableStream; readonly errorFormat: ErrorFormat },
): void {
  const shown = { ...report, causes: shownCauses(report, verbosity) }
  stderr.write(`${errorFormat === 'json' ? jsonError(shown) : printErrorReport(report, verbosity).join('\n')}\n`)
}

/** Writes a notice of a tool to stderr, likewise. */
export function writeNotice(
  notice: Notice,
  statement: ScriptStatement,
  { stderr, errorFormat }: { readonly stderr: NodeJS.WritableStream; readonly errorFormat: ErrorFormat },
): void {
  const note = shownNotice(notice, { statement, file: undefined })
  stderr.write(`${errorFormat === 'json' ? jsonTalk({ type: 'note', note }) : printNotice(note)}\n`)
}

/** Writes that a file names a column twice. */
export function writeRenamed(
  path: string,
  column: string,
  name: string,
  world: Parameters<typeof writeNotice>[2],
): void {
  const file = path === '-' ? 'standard input' : path
  const message = noticeText(`${file} has several columns '${column}': this one is '${name}'`)
  const statement = { kind: 'statement' as const, text: '', line: 1, column: 1, offset: 0, terminated: false }
  writeNotice({ code: 'notice/column-renamed', message, span: { start: 0, end: 0 } }, statement, world)
}

/** Writes what went wrong outside of any statement and gives the verdict: the one that is given, or the error's own. */
export function reportFailure(
  error: unknown,
  verbosity: number,
  stderr: NodeJS.WritableStream,
  format: ErrorFormat = 'text',
  verdict?: ExitName,
): ExitName {
  const found = reportOf(error, { statement: undefined, file: undefined, fate: 'none' })
  const exit = verdict ?? verdictOf(error, found.exit)
  writeReport({ ...found, exit }, verbosity, { stderr, errorFormat: format })
  return exit
}

function verdictOf(error: unknown, found: ExitName): ExitName {
  if (!(error instanceof LedgerError)) return found
  if (error.code === 'cancelled/by-user') return 'interrupted'
  return error.code.startsWith('usage/') || usageCodes.has(error.code) ? 'usage' : found
}
