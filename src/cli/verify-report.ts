import { toBase64 } from '../base/bytes.ts'
import type { LedgerError } from '../base/errors.ts'
import type { Digest } from '../journal/digest.ts'
import type { JournalReport } from '../journal/journal-check.ts'
import type { EvidenceReport } from '../journal/verify-evidence.ts'
import type { Origin } from '../ledger/records.ts'
import type { DerivedReport } from '../ledger/verify-derived.ts'
import { escapeInQuotes, visibleText } from '../shell/visible-text.ts'
import { count, counted } from './tool-progress.ts'

/**
 * The outcome of a check, for people as lines, for machines as JSON. A report is `sound` only when everything that was
 * looked at is as it was written, `doubtful` when something is missing although every hash fits.
 */
export interface VerifyReport {
  readonly verdict: 'sound' | 'doubtful' | 'tampered'
  readonly lines: readonly string[]
  readonly json: Readonly<Record<string, unknown>>
}

export interface LedgerFacts {
  readonly ledger: string
  readonly journal: JournalReport
  readonly identityFindings: readonly string[]
  /** Undefined: not looked at. */
  readonly derived: DerivedReport | undefined
  /** Saved digests by the names of their files. */
  readonly saved: ReadonlyMap<string, Digest>
  /** Of a ledger that was imported. */
  readonly origin?: Origin | undefined
  readonly seconds: number
}

/** Findings that are shown to people one by one. */
const shownFindingsMax = 20

export function reportOfLedger(facts: LedgerFacts): VerifyReport {
  const { journal, identityFindings, derived } = facts
  const journalCount = journal.findingCount + identityFindings.length
  const derivedCount = derived?.findingCount ?? 0
  const findings = [
    ...identityFindings.map((message) => ({ code: 'identity', message })),
    ...journal.findings.map(({ code, sequenceNo, message }) => ({ code, block: sequenceNo, message })),
    ...(derived?.findings ?? []).map((message) => ({ code: 'derived', message })),
  ]
  const isSound = journalCount + derivedCount === 0
  const lines = isSound ? soundLines(facts) : tamperedLines(facts, findings, journalCount, derivedCount)
  return { verdict: isSound ? 'sound' : 'tampered', lines, json: jsonOf(facts, findings, isSound) }
}

function soundLines(facts: LedgerFacts): string[] {
  const { ledger, journal, derived, saved } = facts
  const { tipAddress } = journal
  const redacted = journal.redactedRevisions === 0 ? '' : ` (${count(journal.redactedRevisions)} redacted)`
  const lines = [
    `ledger '${ledger}' is sound: ${counted(journal.blocks, 'block')}, ${counted(journal.revisions, 'revision')}${redacted}`,
  ]
  if (tipAddress !== undefined && journal.digest.length > 0) {
    const { sequenceNo, strandId } = tipAddress
    lines.push(`digest: ${toBase64(journal.digest)} at block ${sequenceNo} of strand ${strandId}`)
  }
  for (const [path, { digestTipAddress }] of saved) {
    lines.push(`saved digest '${path}': it holds, for blocks 0 to ${digestTipAddress.sequenceNo}`)
  }
  if (derived?.isComplete === true) {
    lines.push(`derived data: all ${count(derived.records)} records follow from the journal`)
  } else if (derived !== undefined) {
    lines.push(
      "derived data: not complete after a broken rebuild; 'qldb rebuild', or opening the ledger, goes on with it",
    )
  } else lines.push('derived data: not looked at')
  return [...lines, ...originLines(facts), ...uncheckedLines(journal), rateLine(facts)]
}

function originLines({ origin }: LedgerFacts): string[] {
  if (origin === undefined) return []
  const { firstSequenceNo, lastSequenceNo, isVerified, doubtfulRevisions } = origin
  const hashes = isVerified ? '' : '; their hashes were not checked on the way in'
  const lines = [`imported: blocks ${firstSequenceNo} to ${lastSequenceNo}${hashes}`]
  if (doubtfulRevisions > 0)
    lines.push(`${count(doubtfulRevisions)} revisions came as JSON and lost the types of their data: not checkable`)
  return lines
}

function tamperedLines(
  facts: LedgerFacts,
  findings: readonly { readonly message: string }[],
  journalCount: number,
  derivedCount: number,
): string[] {
  const { ledger } = facts
  const lines: string[] = []
  if (journalCount > 0) {
    lines.push(`ledger '${ledger}' is NOT what was written: ${counted(journalCount, 'finding')} in the journal`)
    lines.push(`first: ${findings[0]?.message}`)
  } else {
    lines.push(`ledger '${ledger}': the journal is sound, the derived data is not: ${counted(derivedCount, 'finding')}`)
    lines.push(`first: ${findings[0]?.message}`)
  }
  for (const { message } of findings.slice(1, shownFindingsMax)) lines.push(`       ${message}`)
  const rest = journalCount + derivedCount - Math.min(findings.length, shownFindingsMax)
  if (rest > 0) lines.push(`       and ${count(rest)} more; '--format json' shows up to ${count(findings.length)}`)
  if (journalCount === 0) lines.push("'qldb rebuild' derives it anew from the journal")
  return [...lines, rateLine(facts)]
}

function uncheckedLines(journal: JournalReport): string[] {
  const lines: string[] = []
  if (journal.uncheckedDigests > 0) {
    lines.push(
      `${count(journal.uncheckedDigests)} digests of statements with parameters: covered, but not worked out again`,
    )
  }
  if (journal.opaqueEntries > 0) lines.push(`${count(journal.opaqueEntries)} entries of blocks that nothing explains`)
  if (journal.opaqueRevisions > 0) lines.push(`${count(journal.opaqueRevisions)} revisions show only their hash`)
  if (journal.uncovered.length > 0) lines.push(`no hash covers: ${journal.uncovered.join(', ')}`)
  return lines
}

function rateLine({ journal, seconds }: LedgerFacts): string {
  const perSecond = count(Math.round(journal.blocks / Math.max(seconds, 0.001)))
  return `checked in ${seconds < 10 ? seconds.toFixed(2) : count(Math.round(seconds))} s, ${perSecond} blocks/s`
}

function jsonOf(facts: LedgerFacts, findings: readonly object[], isSound: boolean): Record<string, unknown> {
  const { ledger, journal, derived, saved, seconds } = facts
  return {
    verdict: isSound ? 'sound' : 'tampered',
    subject: 'ledger',
    ledger,
    blocks: journal.blocks,
    revisions: journal.revisions,
    redactedRevisions: journal.redactedRevisions,
    digest: toBase64(journal.digest),
    digestTipAddress: journal.tipAddress ?? null,
    findingCount: journal.findingCount + facts.identityFindings.length + (derived?.findingCount ?? 0),
    findings,
    savedDigests: [...saved].map(([file, { digestTipAddress }]) => ({ file, digestTipAddress })),
    derived:
      derived === undefined
        ? { checked: false }
        : { checked: true, complete: derived.isComplete, records: derived.records, findings: derived.findingCount },
    notCheckable: {
      opaqueEntries: journal.opaqueEntries,
      opaqueRevisions: journal.opaqueRevisions,
      parameterDigests: journal.uncheckedDigests,
      uncoveredFields: journal.uncovered,
    },
    ...(facts.origin === undefined ? {} : { imported: facts.origin }),
    seconds: Number(seconds.toFixed(3)),
  }
}

/** The outcome for one proof or receipt of a file. */
export function reportOfEvidence(path: string, report: EvidenceReport): VerifyReport {
  const { subject, findings, digest, isTrustedDigest, unproven } = report
  const isSound = findings.length === 0
  const base64 = toBase64(digest.digest)
  const { sequenceNo, strandId } = digest.digestTipAddress
  const source = isTrustedDigest ? 'the saved digest' : "the file's own digest"
  const lines = isSound
    ? [
        `${path}: the proof holds: ${subject} belongs to ${source}`,
        `digest: ${base64} at block ${sequenceNo} of strand ${strandId}`,
        ...(isTrustedDigest ? [] : ["compare it with one that you saved yourself, or give that with '--digest FILE'"]),
        ...(unproven.length === 0 ? [] : [`the proof says nothing about: ${unproven.join(', ')}`]),
      ]
    : [
        `${path}: the proof does NOT hold: ${subject}`,
        ...findings.map(({ field, message }) => `  ${field}: ${message}`),
      ]
  const json = {
    verdict: isSound ? 'sound' : 'tampered',
    subject: 'proof',
    file: path,
    of: subject,
    digest: base64,
    digestTipAddress: digest.digestTipAddress,
    trustedDigest: isTrustedDigest,
    findings,
    unproven,
  }
  return { verdict: isSound ? 'sound' : 'tampered', lines, json }
}

/** The outcome where a ledger can't even be read. */
export function reportOfDamage(error: LedgerError): VerifyReport {
  const findings = [{ code: error.code, message: error.message }]
  return {
    verdict: 'tampered',
    lines: [`what is stored is damaged: ${error.message}`, ...(error.help === undefined ? [] : [error.help])],
    json: { verdict: 'tampered', subject: 'ledger', findingCount: 1, findings },
  }
}

/** The reports as they are written: lines, or one JSON object a line. */
export function printReports(reports: readonly VerifyReport[], format: 'text' | 'json'): string {
  if (format === 'json') return reports.map(({ json }) => `${escapeInQuotes(JSON.stringify(json))}\n`).join('')
  return reports.map(({ lines }) => `${visibleReport(lines)}\n`).join('')
}

/** Its lines as text: names of files and ids, which others have made, neither end a line nor steer a terminal. */
export function visibleReport(lines: readonly string[]): string {
  return lines.map(visibleText).join('\n')
}
