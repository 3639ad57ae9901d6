import { toBase64 } from '../base/bytes.ts'
import type { ExportReport } from '../journal/verify-export.ts'
import { count, counted } from './tool-progress.ts'
import type { VerifyReport } from './verify-report.ts'

/** Findings that are shown to people one by one, of each severity. */
const shownFindingsMax = 20

/** The outcome of the check of an export; `seconds` is how long it took. */
export function reportOfExport(report: ExportReport, seconds: number): VerifyReport {
  return {
    verdict: report.verdict,
    lines: [...headLines(report), ...findingLines(report), ...coverageLines(report), rateLine(report, seconds)],
    json: jsonOf(report, seconds),
  }
}

const verdicts: Readonly<Record<ExportReport['verdict'], string>> = {
  sound: 'the export is sound',
  doubtful: 'the export is NOT complete or contradicts itself, though every hash that is there fits',
  tampered: 'the export is NOT what was written',
}

function headLines({
  verdict,
  ledgerNames,
  strandId,
  blocks,
  files,
  first,
  last,
  digest,
  evidence,
}: ExportReport): string[] {
  const name = ledgerNames.length === 0 ? '' : ` of ledger '${ledgerNames.join("', '")}'`
  const lines = [`${verdicts[verdict]}: ${counted(blocks, 'block')} in ${counted(files, 'file')}${name}`]
  if (first !== undefined && last !== undefined) {
    const range = `blocks ${first.sequenceNo} to ${last.sequenceNo} of strand ${strandId}`
    lines.push(`${range}, ${first.blockTimestamp} to ${last.blockTimestamp}`)
  }
  if (digest !== undefined)
    lines.push(`digest: ${toBase64(digest.digest)} at block ${digest.digestTipAddress.sequenceNo}`)
  for (const { path, verdict: outcome, message } of evidence)
    if (outcome === 'holds') lines.push(`${path}: holds: ${message}`)
  if (digest !== undefined && evidence.every(({ verdict: outcome }) => outcome !== 'holds'))
    lines.push('nothing was there to compare the digest with: a digest that you saved yourself binds all blocks to it')
  return lines
}

function findingLines({ findings, counts }: ExportReport): string[] {
  const kinds = [
    ['tampered', 'tampered', counts.tampered],
    ['doubtful', 'doubtful', counts.doubtful],
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
  const lines = [`${count(coverage.checkedRevisions)} of ${counted(coverage.revisions, 'revision')} hashed anew`]
  const add = (number: number, one: string, many: string, text: string) => {
    if (number > 0) lines.push(`${counted(number, one, many)} ${text}`)
  }
  const [revision, revisions] = ['revision', 'revisions']
  add(coverage.redactedRevisions, revision, revisions, 'redacted: the hash of the data stands in for it')
  add(coverage.opaqueRevisions, revision, revisions, "of QLDB's own, with nothing but a hash; the chain covers that")
  add(coverage.jsonDoubtfulRevisions, revision, revisions, 'not to be checked in JSON form: the data lost its types')
  const parameters = 'of statements with parameters: covered, but not to be worked out again'
  add(coverage.uncheckedDigests, 'digest', 'digests', parameters)
  add(coverage.opaqueEntries, 'entry', 'entries', 'of blocks that nothing explains; the chain covers them')
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

function jsonOf(report: ExportReport, seconds: number): Record<string, unknown> {
  const { digest, verdict, coverage, ...rest } = report
  const { uncoveredFields, ...counts } = coverage
  return {
    verdict,
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
    parameterDigests: counts.uncheckedDigests,
    jsonRevisions: counts.jsonDoubtfulRevisions,
  }
}
