import { hidePasswords } from '../base/hidden-passwords.ts'
import { shownErrorsMax } from '../base/limits.ts'
import type { Notice } from '../base/notice.ts'
import type { Place } from '../base/span.ts'
import { placeAt } from '../base/span.ts'
import { describeFailure, type Failure } from '../driver/failure.ts'
import { pictureAt } from '../syntax/caret.ts'
import type { ScriptStatement } from '../syntax/split.ts'
import type { ErrorReport, LocatedError, ShownNotice, TransactionFate } from './events.ts'
import { exitNameOf } from './exit-codes.ts'
import { visibleText } from './visible-text.ts'

/** The statement that a notice is about, and its script's name. */
export interface NoticeContext {
  readonly statement: ScriptStatement
  readonly file: string | undefined
}

export interface ReportContext {
  /** The statement or command at fault; undefined when none is. */
  readonly statement: ScriptStatement | undefined
  /** The script's name; undefined for `-e` and typed input. */
  readonly file: string | undefined
  readonly fate: TransactionFate
  /** Used when the failure brings no help of its own. */
  readonly help?: string | undefined
  /** Help of a statement that was meant as a command, whatever the failure says of it. */
  readonly command?: string | undefined
}

const bugHelp = 'this is a fault of qldb-shell, not of your statement; please report it with what led to it'

/** An error as the user sees it, whatever raised it. */
export function reportOf(error: unknown, context: ReportContext): ErrorReport {
  const failure = describeFailure(error)
  const isBug = failure.kind === 'bug'
  return {
    code: failure.code,
    message: hidePasswords(isBug ? `internal error: ${failure.message}` : failure.summary),
    ...whereabouts(failure, context),
    help: isBug ? bugHelp : hiddenIn(context.command ?? failure.help ?? context.help),
    others: (failure.others ?? []).map(({ code, message, span, help }) => {
      return { code, message: hidePasswords(message), ...whereabouts({ span }, context), help: hiddenIn(help) }
    }),
    fate: context.fate,
    exit: exitNameOf(failure),
    causes: causesOf(error),
  }
}

function hiddenIn(text: string | undefined): string | undefined {
  return text === undefined ? undefined : hidePasswords(text)
}

type Whereabouts = { readonly [K in 'span' | 'line' | 'column']?: Failure[K] | undefined }

function whereabouts(
  failure: Whereabouts,
  { statement, file }: ReportContext,
): Pick<LocatedError, 'place' | 'picture'> {
  if (statement === undefined) return { place: undefined, picture: [] }
  const place = placeInStatement(failure, statement.text)
  return {
    place: { ...placeInScript(statement, place), file },
    picture: place === undefined ? [] : pictureOf(statement, place),
  }
}

/** A notice as the shell shows it. */
export function shownNotice({ code, message, span }: Notice, { statement, file }: NoticeContext): ShownNotice {
  const place = { ...placeInScript(statement, placeAt(statement.text, span.start)), file }
  return { code, message: visibleText(message), place }
}

/** `note: no document of Vehicle has a field 'vin'`; in a script where, too. */
export function printNotice({ message, place }: ShownNotice): string {
  return `note: ${message}${place.file === undefined ? '' : `\n --> ${placeText(place)}`}`
}

/** Where in the statement's own text; undefined when the failure does not say. */
function placeInStatement(failure: Whereabouts, text: string): Place | undefined {
  if (failure.span !== undefined) return placeAt(text, failure.span.start)
  if (failure.line === undefined || failure.column === undefined) return undefined
  return { line: failure.line, column: failure.column }
}

function placeInScript(statement: ScriptStatement, place: Place = { line: 1, column: 1 }): Place {
  const { line, column } = statement
  return { line: line + place.line - 1, column: place.line === 1 ? column + place.column - 1 : place.column }
}

/** The source line and the caret's line, without the head that pictureAt puts over them. */
function pictureOf(statement: ScriptStatement, place: Place): readonly string[] {
  return pictureAt(statement.text, place, '').slice(-2).map(hidePasswords)
}

/** An error's causes from the outside in, one line each, and the stack of the innermost. */
function causesOf(error: unknown): string[] {
  const lines: string[] = []
  let at = error
  for (let depth = 0; at instanceof Error && depth < 8; depth += 1) {
    if (depth > 0) lines.push(visibleText(hidePasswords(`${at.name}: ${at.message}`)))
    if (!(at.cause instanceof Error)) lines.push(...stackLines(at))
    at = at.cause
  }
  return lines
}

function stackLines(error: Error): string[] {
  return (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
}

const fateNotes: Readonly<Record<TransactionFate, string | undefined>> = {
  none: undefined,
  open: 'the transaction is still open',
  aborted: 'rolled back; no changes were saved',
  lost: 'the transaction is lost; no changes were saved',
  unknown: 'its changes may have been saved, or not',
}

/**
 * The report as lines, safe to print: the error, where it is, the picture, what became of the transaction, what to do.
 * Where more is wrong with the statement, each error follows with its own place, and the transaction's fate comes last.
 * `verbosity` 1 adds the causes, 2 where they arose.
 */
export function printErrorReport(report: ErrorReport, verbosity = 0): string[] {
  const fate = fateNotes[report.fate]
  const note = fate === undefined ? [] : [`note: ${fate}`]
  const causes = shownCauses(report, verbosity)
  const shown = report.others.slice(0, shownErrorsMax)
  const more = report.others.length - shown.length
  const lines = [
    ...headLines(report),
    ...(shown.length === 0 ? note : []),
    ...helpLines(report),
    ...shown.flatMap((other) => [...headLines(other), ...helpLines(other)]),
    ...(more === 0 ? [] : [`and ${more} more ${more === 1 ? 'error' : 'errors'}`]),
    ...(shown.length === 0 ? [] : note),
    ...causes.map((line) => (line.startsWith(' ') ? line : `cause: ${line}`)),
  ]
  return lines.map(visibleText)
}

/** What `verbosity` shows of an error's causes: nothing, the causes, where they arose too. */
export function shownCauses(report: ErrorReport, verbosity: number): readonly string[] {
  return report.causes.filter((line) => verbosity > 1 || (verbosity === 1 && !line.startsWith(' ')))
}

function headLines({ code, message, place, picture }: LocatedError): string[] {
  const lines = [`error[${code}]: ${message}`]
  if (place !== undefined) lines.push(` --> ${placeText(place)}`)
  return [...lines, ...picture]
}

function helpLines({ help }: LocatedError): string[] {
  return help === undefined ? [] : [`help: ${help}`]
}

function placeText(place: NonNullable<ErrorReport['place']>): string {
  if (place.file === undefined) return `line ${place.line}, column ${place.column}`
  return `${visibleText(place.file)}:${place.line}:${place.column}`
}
