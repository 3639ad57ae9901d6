import { toBase64 } from '../../base/bytes.ts'
import { LedgerError } from '../../base/errors.ts'
import type { Digest } from '../../journal/digest.ts'
import type { JournalReport } from '../../journal/journal-check.ts'
import type { Origin } from '../../ledger/records.ts'
import type { DerivedReport, TableScope } from '../../ledger/verify-derived.ts'
import { count, counted } from './tool-progress.ts'
import {
  adviceOf,
  coveredBy,
  exemptLines,
  headline,
  type Outcome,
  uncheckedOf,
  type Verdict,
  verdictOf,
  type VerifyReport,
} from './verify-report.ts'

export interface LedgerFacts {
  readonly ledger: string
  readonly journal: JournalReport
  readonly identityFindings: readonly string[]
  /** Of `since`: revisions in the older blocks that an import could not check. */
  readonly marksOnTrust?: number
  /** Undefined: not looked at. */
  readonly derived: DerivedReport | undefined
  /** Saved digests by the names of their files. */
  readonly saved: ReadonlyMap<string, Digest>
  /** Of a ledger that was imported. */
  readonly origin?: Origin | undefined
  /** The digest after which blocks were checked; the others were taken on trust. */
  readonly since?: { readonly path: string; readonly digest: Digest } | undefined
  /** The one table whose derived data was looked at, as it was asked for. */
  readonly table?: string | undefined
  readonly seconds: number
}

const unfinishedRebuild = "an unfinished rebuild; resume it with 'qldb rebuild'"

/** Findings that are shown to people one by one. */
const shownFindingsMax = 20

interface ShownFinding {
  readonly code: string
  readonly block?: number
  readonly message: string
}

/** Throws LedgerError 'proof/foreign-digest' when a saved digest is of another ledger and nothing is wrong with this one. */
export function reportOfLedger(facts: LedgerFacts): VerifyReport & { readonly verdict: Verdict } {
  const findings = findingsOf(facts)
  const outcome = outcomeOf(facts, findings)
  if (outcome.fault === undefined) refuseForeign(facts)
  const verdict = verdictOf(outcome)
  const summary = headline(outcome)
  const lines = [
    summary,
    ...trustLines(facts),
    ...(verdict === 'tampered' ? tamperedLines(facts, findings) : intactLines(facts)),
    ...adviceOf(outcome),
    rateLine(facts),
  ]
  return { verdict, lines, json: jsonOf(facts, findings, verdict, summary) }
}

function findingsOf({ identityFindings, journal, derived }: LedgerFacts): ShownFinding[] {
  return [
    ...identityFindings.map((message) => ({ code: 'identity', message })),
    ...journal.findings.map(({ code, sequenceNo, message }) => ({ code, block: sequenceNo, message })),
    ...(derived?.findings ?? []).map((message) => ({ code: 'derived', message })),
  ]
}

function trustLines({ since, journal, saved, marksOnTrust = 0 }: LedgerFacts): string[] {
  if (since === undefined) return []
  const last = journal.first - 1
  const isGiven =
    since.digest.digestTipAddress.sequenceNo === last && !journal.findings.some(({ code }) => code === 'digest')
  const hashes = isGiven ? `; the hashes that the ledger keeps of them give the digest in ${since.path}` : ''
  const lines = [`on trust: what is in blocks 0 to ${last} was not read${hashes}`]
  const covered = Math.max(last, ...[...saved.values()].map(({ digestTipAddress }) => digestTipAddress.sequenceNo))
  if (journal.last > covered)
    lines.push(`on trust: that no blocks followed block ${journal.last}, which no saved digest covers`)
  if (marksOnTrust > 0)
    lines.push(
      `on trust: ${counted(marksOnTrust, 'revision')} in them came as JSON, and the import could not check the data`,
    )
  return lines
}

function outcomeOf(
  { journal, saved, origin, since, table, derived }: LedgerFacts,
  findings: readonly ShownFinding[],
): Outcome {
  const { revisions, uncheckedRevisions, gaps, gapCount } = journal
  const revisionGaps = new Set(['revision-unchecked', 'revision-missing'])
  const others = gaps.filter(({ code }) => !revisionGaps.has(code)).map(({ message }) => message)
  const unchecked = uncheckedOf({ revisions, uncheckedRevisions, others, otherCount: gapCount - uncheckedRevisions })
  // Whatever counts them, a gap is one.
  const [gap] = gaps
  if (unchecked.length === 0 && gap !== undefined)
    unchecked.push(gapCount > 1 ? `${gap.message}, and ${count(gapCount - 1)} more` : gap.message)
  if (origin?.state === 'running') unchecked.push('its import is unfinished')
  if (derived?.isComplete === false) {
    const what = table === undefined ? 'tables, indexes and history' : "the table's data"
    unchecked.push(`${what}: ${unfinishedRebuild}`)
  }
  return {
    fault: findings[0]?.message,
    unchecked,
    scope: since && `since block ${journal.first - 1}, the tip of the digest saved in ${since.path}`,
    table,
    matched: [...saved.keys()],
    covered: coveredBy(
      [...saved.values()].map(({ digestTipAddress }) => digestTipAddress.sequenceNo),
      journal.last,
    ),
  }
}

function refuseForeign({ journal, saved }: LedgerFacts): void {
  for (const [path, digest] of saved) if (journal.foreignDigests.includes(digest)) throw foreignDigest(path, digest)
}

/** A digest that says nothing about what is checked. */
export function foreignDigest(path: string, { digestTipAddress }: Digest): LedgerError {
  const text = `${path}: this digest belongs to another ledger, of strand '${digestTipAddress.strandId}'`
  return new LedgerError('proof/foreign-digest', text, { help: 'give the digest that was saved of this ledger' })
}

function intactLines(facts: LedgerFacts): string[] {
  const { ledger, journal, derived, saved } = facts
  const { tipAddress } = journal
  const redacted = journal.redactedRevisions === 0 ? '' : ` (${count(journal.redactedRevisions)} redacted)`
  const lines = [
    `ledger '${ledger}': ${counted(journal.blocks, 'block')}, ${counted(journal.revisions, 'revision')}${redacted}`,
  ]
  if (tipAddress !== undefined && journal.digest.length > 0) {
    const { sequenceNo, strandId } = tipAddress
    lines.push(`digest: ${toBase64(journal.digest)} at block ${sequenceNo} of strand ${strandId}`)
  }
  for (const [path, { digestTipAddress }] of saved) lines.push(savedLine(path, digestTipAddress.sequenceNo, journal))
  if (derived?.isComplete === true && derived.table !== undefined) lines.push(...tableLines(derived, derived.table))
  else if (derived?.isComplete === true) {
    lines.push(`tables, indexes and history match the journal (${counted(derived.records, 'record')})`)
  } else if (derived !== undefined) {
    lines.push(`tables, indexes and history: ${unfinishedRebuild}`)
  } else lines.push('tables, indexes and history: not checked')
  return [...lines, ...gapLines(journal), ...originLines(facts), ...uncoveredLines(journal)]
}

/** What a check of one table leaves out beside the other tables. */
const recordsOfNoTable = ['state', 'tree', 'changes', 'symbols']

/** Ids and states, where more than one table had the name. */
function tableLines({ records }: DerivedReport, { tables, others }: TableScope): string[] {
  const [first] = tables
  const name = `table '${first?.name}'`
  const each = tables.map(({ tableId, status }) => `${tableId} (${status === 'ACTIVE' ? 'active' : 'dropped'})`)
  return [
    tables.length === 1 ? `${name}: ${each[0]}` : `${name}: ${tables.length} tables had this name: ${each.join(', ')}`,
    `its documents, indexes and history match the journal, the catalog too (${counted(records, 'record')})`,
    `not looked at: documents, indexes and history of ${counted(others, 'other table')}`,
    "not looked at: what belongs to no table: the ledger's state, the journal's tree, changes of blocks, names of fields",
  ]
}

function savedLine(path: string, tip: number, { first, last, uncheckedRevisions }: JournalReport): string {
  if (tip < first - 1) return `saved digest '${path}': not compared, blocks up to ${first - 1} were not read`
  if (tip > last) return `saved digest '${path}': not compared, the journal ends before its block ${tip}`
  const limit = uncheckedRevisions === 0 ? '' : '; it binds the hashes, not the data that could not be checked'
  return `matches the saved digest '${path}' (blocks 0-${tip})${limit}`
}

function gapLines({ gaps, gapCount }: JournalReport): string[] {
  const shown = gaps.slice(0, shownFindingsMax).map(({ message }) => `not checked: ${message}`)
  return gapCount > shown.length ? [...shown, `not checked: and ${count(gapCount - shown.length)} more`] : shown
}

function originLines({ origin }: LedgerFacts): string[] {
  if (origin === undefined) return []
  const { firstSequenceNo, lastSequenceNo, isVerified } = origin
  const hashes = isVerified ? '' : '; the import checked no hashes'
  return [`imported: blocks ${firstSequenceNo} to ${lastSequenceNo}${hashes}`]
}

function tamperedLines(facts: LedgerFacts, findings: readonly ShownFinding[]): string[] {
  const { ledger, journal, identityFindings, derived } = facts
  const journalCount = journal.findingCount + identityFindings.length
  const total = journalCount + (derived?.findingCount ?? 0)
  const where = journalCount > 0 ? 'the journal' : 'tables, indexes and history, not in the journal'
  const lines = [`ledger '${ledger}': ${counted(total, 'finding')} in ${where}`]
  for (const { message } of findings.slice(1, shownFindingsMax)) lines.push(`also: ${message}`)
  const rest = total - Math.min(findings.length, shownFindingsMax)
  if (rest > 0) lines.push(`also: ${count(rest)} more; '--format json' shows up to ${count(findings.length)}`)
  if (journalCount === 0) lines.push("'qldb rebuild' derives them again from the journal")
  return lines
}

/** What nobody can check, counted, and what no hash covers. */
function uncoveredLines(journal: JournalReport): string[] {
  const exempt = {
    revisions: journal.opaqueRevisions,
    digests: journal.uncheckedDigests,
    start: journal.hasBlankStart ? 1 : 0,
    entries: journal.opaqueEntries,
  }
  const lines = exemptLines(exempt, ['digests', 'entries', 'start', 'revisions'])
  if (journal.uncovered.length > 0) lines.push(`no hash covers: ${journal.uncovered.join(', ')}`)
  return lines
}

function marksOf({ marksOnTrust = 0 }: LedgerFacts): { readonly uncheckedRevisions?: number } {
  return marksOnTrust === 0 ? {} : { uncheckedRevisions: marksOnTrust }
}

function rateLine({ journal, seconds }: LedgerFacts): string {
  const perSecond = count(Math.round(journal.blocks / Math.max(seconds, 0.001)))
  return `checked in ${seconds < 10 ? seconds.toFixed(2) : count(Math.round(seconds))} s, ${perSecond} blocks/s`
}

function jsonOf(
  facts: LedgerFacts,
  findings: readonly object[],
  verdict: string,
  summary: string,
): Record<string, unknown> {
  const { ledger, journal, derived, saved, seconds } = facts
  return {
    verdict,
    summary,
    subject: 'ledger',
    ledger,
    blocks: journal.blocks,
    revisions: journal.revisions,
    uncheckedRevisions: journal.uncheckedRevisions,
    redactedRevisions: journal.redactedRevisions,
    digest: toBase64(journal.digest),
    digestTipAddress: journal.tipAddress ?? null,
    findingCount: journal.findingCount + facts.identityFindings.length + (derived?.findingCount ?? 0),
    findings,
    uncheckedCount: journal.gapCount,
    unchecked: journal.gaps.map(({ code, sequenceNo, message }) => ({ code, block: sequenceNo, message })),
    ...(facts.since === undefined
      ? {}
      : {
          since: {
            file: facts.since.path,
            onTrust: { first: 0, last: journal.first - 1, ...marksOf(facts) },
          },
        }),
    savedDigests: [...saved].map(([file, { digestTipAddress }]) => ({ file, digestTipAddress })),
    ...(facts.table === undefined ? {} : { table: facts.table }),
    ...(derived?.table === undefined
      ? {}
      : { tables: derived.table.tables, notLookedAt: { tables: derived.table.others, others: recordsOfNoTable } }),
    derived:
      derived === undefined
        ? { checked: false }
        : { checked: true, complete: derived.isComplete, records: derived.records, findings: derived.findingCount },
    notCheckable: {
      opaqueEntries: journal.opaqueEntries,
      opaqueRevisions: journal.opaqueRevisions,
      blankBlocks: journal.hasBlankStart ? 1 : 0,
      parameterDigests: journal.uncheckedDigests,
      uncoveredFields: journal.uncovered,
    },
    ...(facts.origin === undefined ? {} : { imported: facts.origin }),
    seconds: Number(seconds.toFixed(3)),
  }
}
