import { toBase64 } from '../../base/bytes.ts'
import type { ExportReport } from '../../archive/verify-export.ts'
import { count, counted } from './tool-progress.ts'
import {
  adviceOf,
  coveredBy,
  exemptLines,
  headline,
  type Outcome,
  uncheckedOf,
  type VerifyReport,
} from './verify-report.ts'

/** Findings that are shown to people one by one, of each severity. */
const shownFindingsMax = 20

/** The outcome of the check of an export; `seconds` is how long it took. */
export function reportOfExport(report: ExportReport, seconds: number): VerifyReport {
  const outcome = outcomeOf(report)
  const summary = headline(outcome)
  return {
    verdict: report.verdict,
    lines: [
      summary,
      ...trustLines(report),
      ...placeLines(report),
      ...adviceOf(outcome),
      ...findingLines(report),
      ...coverageLines(report),
      rateLine(report, seconds),
    ],
    json: jsonOf(report, summary, seconds),
  }
}

/** Findings that the number of revisions that could not be checked stands for. */
const revisionCodes: ReadonlySet<string> = new Set(['json-data', 'revision-missing', 'revision-unchecked'])

function outcomeOf({ findings, verdict, counts, coverage, evidence, checkedBefore, last }: ExportReport): Outcome {
  const fault = findings.find(({ severity }) => severity === 'tampered')?.message
  const doubtful = findings.filter(({ severity }) => severity === 'doubtful')
  // What a file that can't be read held is behind much else.
  const others = [true, false].flatMap((isUnreadable) =>
    doubtful.filter(({ code }) => !revisionCodes.has(code) && (code === 'file-unreadable') === isUnreadable),
  )
  const unchecked = uncheckedOf({
    revisions: coverage.revisions,
    uncheckedRevisions: verdict === 'incomplete' ? coverage.jsonDoubtfulRevisions + coverage.missingRevisions : 0,
    others: others.map(({ message }) => message),
    otherCount: others.length,
  })
  if (unchecked.length === 0) unchecked.push(...doubtful.slice(0, 1).map(({ message }) => message))
  const held = evidence.filter((item) => item.isTrusted && item.verdict === 'holds')
  const isCertain = counts.doubtful === 0 && counts.tampered === 0
  return {
    fault: verdict === 'tampered' ? fault : undefined,
    unchecked: isCertain ? [] : unchecked,
    scope: checkedBefore && `from block ${checkedBefore.last + 1} on, where the unfinished import ended`,
    matched: held.map(({ path }) => path),
    covered: coveredBy(
      held.flatMap(({ tip }) => tip ?? []),
      last?.sequenceNo ?? -1,
    ),
  }
}

function trustLines({ checkedBefore }: ExportReport): string[] {
  if (checkedBefore === undefined) return []
  const { first, last } = checkedBefore
  return [`on trust: blocks ${first} to ${last} were checked by the unfinished import that this one resumes`]
}

function placeLines(report: ExportReport): string[] {
  const { ledgerNames, strandId, blocks, files, first, last, digest, evidence, coverage } = report
  const name = ledgerNames.length === 0 ? '' : ` of ledger '${ledgerNames.join("', '")}'`
  const lines = [`export${name}: ${counted(blocks, 'block')} in ${counted(files, 'file')}`]
  if (first !== undefined && last !== undefined) {
    const range = `blocks ${first.sequenceNo} to ${last.sequenceNo} of strand ${strandId}`
    lines.push(`${range}, ${first.blockTimestamp} to ${last.blockTimestamp}`)
  }
  if (blocks === 0 && coverage.loneRevisions > 0) {
    const what =
      coverage.loneRevisions === 1 ? 'this revision is' : `these ${count(coverage.loneRevisions)} revisions are`
    lines.push(`${what} whole; that ${coverage.loneRevisions === 1 ? 'it was' : 'they were'} in a ledger is not shown`)
  }
  if (digest !== undefined)
    lines.push(`digest: ${toBase64(digest.digest)} at block ${digest.digestTipAddress.sequenceNo}`)
  const limit =
    coverage.jsonDoubtfulRevisions > 0 ? '; it binds the hashes, not the data that could not be checked' : ''
  for (const { path, kind, verdict, message, isTrusted, unproven } of evidence) {
    if (verdict !== 'holds') continue
    const open = unproven.length === 0 ? '' : `; no hash covers: ${unproven.join(', ')}`
    const beside = kind === 'digest' && !isTrusted ? '; it lay among the files' : ''
    lines.push(`${path}: holds: ${message}${limit}${beside}${open}`)
  }
  return lines
}

function findingLines({ findings, counts }: ExportReport): string[] {
  const kinds = [
    ['tampered', 'tampered', counts.tampered],
    ['doubtful', 'not checked', counts.doubtful],
    ['note', 'note', counts.notes],
  ] as const
  return kinds.flatMap(([severity, word, total]) => {
    const messages = findings.filter((finding) => finding.severity === severity).map(({ message }) => message)
    const shown = messages.slice(0, shownFindingsMax).map((message) => `${word}: ${message}`)
    const rest = total - shown.length
    return rest > 0 ? [...shown, `${word}: and ${count(rest)} more; '--format json' shows more of them`] : shown
  })
}

function coverageLines({ coverage }: ExportReport): string[] {
  const lines = [`${count(coverage.checkedRevisions)} of ${counted(coverage.revisions, 'revision')} hashed`]
  const add = (number: number, one: string, many: string, text: string) => {
    if (number > 0) lines.push(`${counted(number, one, many)} ${text}`)
  }
  const [revision, revisions] = ['revision', 'revisions']
  add(coverage.redactedRevisions, revision, revisions, 'redacted: the hash of the data stands in for it')
  add(coverage.jsonDoubtfulRevisions, revision, revisions, 'not checked: JSON took the types of the data')
  add(coverage.missingRevisions, revision, revisions, 'not shown, though transactionInfo names the document')
  if (coverage.jsonBlocks > 0 && coverage.guesses > 0) {
    const most = `at most ${count(coverage.guessesOfOne)} for one revision`
    lines.push(`${counted(coverage.guesses, 'guess', 'guesses')} at the types of JSON's data, ${most}`)
  }
  const exempt = {
    revisions: coverage.opaqueRevisions,
    digests: coverage.uncheckedDigests,
    start: coverage.blankBlocks,
    entries: coverage.opaqueEntries,
  }
  lines.push(...exemptLines(exempt, ['revisions', 'digests', 'start', 'entries']))
  const fields = Object.entries(coverage.uncoveredFields)
  if (fields.length > 0)
    lines.push(
      `no hash covers: ${fields.map(([field, blocks]) => `${field} (${counted(blocks, 'block')})`).join(', ')}`,
    )
  return lines
}

function rateLine({ blocks, bytes }: ExportReport, seconds: number): string {
  const time = Math.max(seconds, 0.001)
  const megabytes = (bytes / time / 1_000_000).toFixed(1)
  return `${count(Math.round(blocks / time))} blocks/s, ${megabytes} MB/s, ${seconds.toFixed(1)} s`
}

function jsonOf(report: ExportReport, summary: string, seconds: number): Record<string, unknown> {
  const { digest, verdict, coverage, ...rest } = report
  const { uncoveredFields, ...counts } = coverage
  return {
    verdict,
    summary,
    subject: 'export',
    ...rest,
    digest: digest === undefined ? null : toBase64(digest.digest),
    digestTipAddress: digest?.digestTipAddress ?? null,
    coverage: counts,
    notCheckable: { ...pick(counts), uncoveredFields },
    seconds: Number(seconds.toFixed(3)),
  }
}

function pick(counts: Omit<ExportReport['coverage'], 'uncoveredFields'>) {
  return {
    opaqueEntries: counts.opaqueEntries,
    opaqueRevisions: counts.opaqueRevisions,
    blankBlocks: counts.blankBlocks,
    parameterDigests: counts.uncheckedDigests,
    jsonRevisions: counts.jsonDoubtfulRevisions,
  }
}
