import type { LedgerError } from '../../base/errors.ts'
import { escapeInQuotes, visibleText } from '../../shell/visible-text.ts'
import { count, counted } from './tool-progress.ts'

/**
 * `verified`: everything was checked and fits, but for what nobody can check (docs/verify.md has the list). `incomplete`:
 * what is there fits, but something could not be checked. `tampered`: something is not what was written.
 */
export type Verdict = 'verified' | 'incomplete' | 'tampered'

/** `refused`: of several files, one that holds nothing to verify, can't be read, or is of another ledger than the digest. */
export type Result = Verdict | 'refused'

/** The outcome of a check, for people as lines, for machines as JSON. */
export interface VerifyReport {
  readonly verdict: Result
  /** The first says the verdict and what it rests on. */
  readonly lines: readonly string[]
  readonly json: Readonly<Record<string, unknown>>
}

/** What a check came to, before it is put into words. */
export interface Outcome {
  /** The first fault; undefined when there is none. */
  readonly fault: string | undefined
  /** What could not be checked, in words; empty: nothing. */
  readonly unchecked: readonly string[]
  /** What was looked at, where it was not everything: `since block 4, …`. */
  readonly scope?: string | undefined
  /** The one table that was looked at. */
  readonly table?: string | undefined
  /** Files of saved digests that were found to fit. */
  readonly matched: readonly string[]
  /** The last block that these cover, and the last there is; undefined where no block is behind what they cover. */
  readonly covered?: { readonly tip: number; readonly last: number } | undefined
}

/** What saved digests with these tips cover of a journal that ends with `last`; undefined for all of it. */
export function coveredBy(tips: readonly number[], last: number): Outcome['covered'] {
  const tip = Math.max(-1, ...tips)
  return tip >= 0 && tip < last ? { tip, last } : undefined
}

export function verdictOf({ fault, unchecked }: Outcome): Verdict {
  if (fault !== undefined) return 'tampered'
  return unchecked.length > 0 ? 'incomplete' : 'verified'
}

/** The first line of a report. */
export function headline({ fault, unchecked, matched, scope, table, covered }: Outcome): string {
  if (fault !== undefined) return `tampered: ${fault}`
  if (unchecked.length > 0) return `incomplete: ${unchecked.join('; ')}`
  if (scope !== undefined) return `verified ${scope}`
  const what = table === undefined ? '' : ` for table '${table}'`
  if (matched.length === 0) return `verified in itself${what}: no saved digest was given`
  return `verified${what} against the digest saved in ${matched.join(', ')}${rangeOf(covered)}`
}

/** Whoever has the files can put blocks behind those that a digest covers. */
function rangeOf(covered: Outcome['covered']): string {
  if (covered === undefined) return ''
  const { tip, last } = covered
  const later = last === tip + 1 ? `block ${last} only in itself` : `blocks ${tip + 1} to ${last} only in themselves`
  return ` (blocks 0 to ${tip}); ${later}`
}

/** What a check without a saved digest can't tell, and what to do about it; undefined when there was one. */
export function adviceOf({ matched, fault }: Outcome): string[] {
  if (matched.length > 0 || fault !== undefined) return []
  return [
    "a journal that was rewritten or truncated would look the same: save a digest ('qldb digest --out FILE'), keep it " +
      "elsewhere, and give it with '--digest FILE'",
  ]
}

/** How often a check met what nobody can check in a genuine export. */
export interface Exempt {
  readonly revisions: number
  readonly digests: number
  /** Block 0 shows nothing. */
  readonly start: number
  readonly entries: number
}

const exemptTexts: { readonly [What in keyof Exempt]: (found: number) => string } = {
  revisions: (found) =>
    `${counted(found, 'revision')} in blocks made by AWS, of QLDB's catalog, which show only a hash`,
  digests: (found) => `${counted(found, 'digest')} of statements with parameters`,
  start: () => 'block 0, made by AWS, which shows nothing',
  entries: (found) => `${counted(found, 'entry', 'entries')} in blocks made by AWS, whose content is unknown`,
}

/** A line for each that was met, in this order. */
export function exemptLines(found: Exempt, order: readonly (keyof Exempt)[]): string[] {
  return order.filter((what) => found[what] > 0).map((what) => `exempt: ${exemptTexts[what](found[what])}`)
}

export interface Gaps {
  readonly revisions: number
  readonly uncheckedRevisions: number
  /** Others, at most some of them. */
  readonly others: readonly string[]
  readonly otherCount: number
}

/** What could not be checked, with its numbers. */
export function uncheckedOf({ revisions, uncheckedRevisions, others, otherCount }: Gaps): string[] {
  const [first] = others
  const rest = otherCount - 1
  return [
    ...(uncheckedRevisions === 0
      ? []
      : [`${count(uncheckedRevisions)} of ${counted(revisions, 'revision')} could not be checked`]),
    ...(first === undefined ? [] : [rest > 0 ? `${first}, and ${count(rest)} more` : first]),
  ]
}

/** The outcome where a ledger can't even be read. */
export function reportOfDamage(error: LedgerError): VerifyReport {
  const named = /^block (\d+)\b/.exec(error.message)
  const findings = [
    { code: error.code, message: error.message, ...(named === null ? {} : { block: Number(named[1]) }) },
  ]
  // A file that was read and contradicts itself is no damage.
  const why = error.code === 'proof/refuted' ? '' : 'what is stored is damaged: '
  const summary = `tampered: ${why}${error.message}`
  return {
    verdict: 'tampered',
    lines: [summary, ...(error.help === undefined ? [] : [error.help])],
    json: { verdict: 'tampered', summary, subject: 'ledger', findingCount: 1, findings },
  }
}

/** One of several files that can't be checked: the others keep their verdicts. */
export interface Refusal {
  readonly path: string
  readonly error: LedgerError
}

export function reportOfRefusal({ path, error }: Refusal): VerifyReport {
  const { code, message, help } = error
  const summary = `refused: ${message}`
  return {
    verdict: 'refused',
    lines: [summary, ...(help === undefined ? [] : [`help: ${help}`])],
    json: { verdict: 'refused', summary, subject: 'file', file: path, code, ...(help === undefined ? {} : { help }) },
  }
}

/**
 * Each refusal once, whatever it is of in a file. Throws the one there is when nothing else was checked, so that it is an error
 * like any other wrong use.
 */
export function withRefusals(reports: readonly VerifyReport[], refusals: readonly Refusal[]): VerifyReport[] {
  const [first, ...more] = refusals.filter(
    ({ error }, at) => refusals.findIndex((other) => other.error.message === error.message) === at,
  )
  if (first !== undefined && more.length === 0 && reports.length === 0) throw first.error
  return [...reports, ...(first === undefined ? [] : [first, ...more]).map(reportOfRefusal)]
}

/**
 * The reports as text. JSON has one object a line, in the order of what was checked. Plain text begins with the worst report, so
 * that its first line is the verdict on all.
 */
export function printReports(reports: readonly VerifyReport[], format: 'text' | 'json'): string {
  if (format === 'json') return reports.map(({ json }) => `${escapeInQuotes(JSON.stringify(json))}\n`).join('')
  const sorted = reports.toSorted((left, right) => badness[right.verdict] - badness[left.verdict])
  return sorted.map(({ lines }) => `${visibleReport(lines)}\n`).join('')
}

/** The report that decides the verdict on all. */
export function worstOf(reports: readonly VerifyReport[]): VerifyReport | undefined {
  return reports.toSorted((left, right) => badness[right.verdict] - badness[left.verdict])[0]
}

const badness: Readonly<Record<Result, number>> = { verified: 0, incomplete: 1, refused: 2, tampered: 3 }

/** Its lines as text: names of files and ids, which others have made, neither end a line nor steer a terminal. */
export function visibleReport(lines: readonly string[]): string {
  return lines.map(visibleText).join('\n')
}
