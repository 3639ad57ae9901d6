import { equalBytes } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import { reportFindingsMax } from '../base/limits.ts'
import { type FactsSource, factsHere, withFacts } from '../journal/facts-source.ts'
import type { SavedMarks } from '../journal/import-marks.ts'
import { checkable, JournalCheck, type JournalReport, type StoredBlock, windowsOf } from '../journal/journal-check.ts'
import type { Snapshot, Store } from '../store/store.ts'
import { endBlock } from './block-cache.ts'
import { importMarks } from './import-marks.ts'
import { blockKey, identityKey, journalRange, sequenceOfJournalKey } from './keys.ts'
import { MarksCheck } from './verify-marks.ts'
import { encodeIdentity, type Identity, readIdentity } from './records.ts'
import { type DerivedReport, verifyDerived } from './verify-derived.ts'
import { checkSince } from './verify-since.ts'

export interface VerifyOptions {
  /** The name that the ledger should have. */
  readonly name?: string | undefined
  /** Digests that are trusted: the journal must begin with the blocks that each covers. */
  readonly saved?: readonly SavedMarks[]
  /** Only the blocks after that digest, which is one of `saved`, are checked (verify-since.ts), and no derived data. */
  readonly since?: SavedMarks | undefined
  /** Of derived data only that of the tables of this name, or of the table of this id, is computed and compared. */
  readonly table?: string | undefined
  /** Where blocks are hashed. Default: here. */
  readonly facts?: FactsSource | undefined
  /** Makes the empty store that derived data is computed in; without it that is not checked. */
  readonly openScratch?: ((blocks: number) => Promise<Store>) | undefined
  /** Hears how far it is; awaited, so that others get a turn; may throw to stop it. */
  readonly onProgress?: (progress: VerifyProgress) => void | Promise<void>
}

export interface VerifyProgress {
  /** `blocks`: each by itself and the chain; `derived`: what follows from them. */
  readonly stage: 'blocks' | 'derived'
  readonly done: number
  readonly total: number
  /** Of the blocks that were read. */
  readonly bytes?: number
}

export interface StoreReport {
  readonly identity: Identity
  /** What is wrong with the ledger's name and the like. */
  readonly identityFindings: readonly string[]
  readonly journal: JournalReport
  /** Revisions with the mark of an import in the blocks before those that were checked, where there are such blocks. */
  readonly marksOnTrust: number
  /** Undefined: not looked at, as when the journal itself is not sound. */
  readonly derived: DerivedReport | undefined
}

/** What the journal alone says (Ledger.verify). */
export type LedgerReport = JournalReport

/** Checks the journal of a store in one go; `onBlock` is called for each block before it is read, and may throw to stop. */
export function verifyLedger(store: Store, onBlock: (sequenceNo: number) => void = () => {}): JournalReport {
  const snapshot = store.snapshot()
  try {
    const identity = identityOf(snapshot)
    const check = checkOf(snapshot, identity)
    const marks = new MarksCheck(snapshot, identity.origin, [])
    marks.report(check)
    for (const window of windowsOf(storedBlocks(snapshot, marks, check, onBlock))) check.addStored(window)
    check.end()
    return check
  } finally {
    snapshot.release()
  }
}

/**
 * Checks everything that a store holds of a ledger: the identity, every block and the chain, saved digests, and that
 * all derived data is what follows from the blocks. One state is looked at, whatever others write meanwhile. Nothing is
 * opened as a ledger, so what is damaged can be looked at. Throws LedgerError 'ledger/foreign', 'ledger/format-too-new', and
 * 'store/corrupt' when the store itself is damaged: then nothing that it says can be relied on.
 */
export async function verifyStore(store: Store, options: VerifyOptions = {}): Promise<StoreReport> {
  const { saved = [], name } = options
  store.check?.()
  const snapshot = store.snapshot()
  try {
    const identity = identityOf(snapshot)
    const { since } = options
    const journal =
      since === undefined ? checkOf(snapshot, identity, saved) : checkSince(snapshot, identity, since, saved)
    const marks = new MarksCheck(snapshot, identity.origin, saved)
    marks.report(journal)
    await checkWindows(windowsOf(storedBlocks(snapshot, marks, journal)), journal, options)
    journal.end()
    const isSound = journal.findingCount === 0 || journal.findings.every(({ code }) => code === 'digest')
    const derived = isSound && since === undefined ? await checkDerived(snapshot, journal, options) : undefined
    const marksOnTrust = since === undefined ? 0 : importMarks(snapshot, journal.first - 1).count
    return { identity, identityFindings: identityFindings(snapshot, identity, name), journal, marksOnTrust, derived }
  } finally {
    snapshot.release()
  }
}

/** Adds windows in their order, some of which are hashed ahead. */
async function checkWindows(
  windows: Iterable<StoredBlock[]>,
  journal: JournalCheck,
  { facts = factsHere, onProgress = () => undefined }: VerifyOptions,
): Promise<void> {
  for await (const [window, known] of withFacts(windows, checkable, facts)) {
    const done = window[0]?.sequenceNo ?? 0
    await onProgress({ stage: 'blocks', done, total: journal.last + 1, bytes: journal.bytes })
    journal.addStored(window, known)
  }
}

function checkOf(snapshot: Snapshot, { strandId, origin }: Identity, saved: readonly SavedMarks[] = []): JournalCheck {
  const first = Math.min(origin?.firstSequenceNo ?? 0, endBlock(snapshot, 'first') ?? 0)
  const last = endBlock(snapshot, 'last') ?? -1
  return new JournalCheck({ strandId, first, last, saved, mustCoverHeads: origin === undefined })
}

function* storedBlocks(
  snapshot: Snapshot,
  marks: MarksCheck,
  { first, last }: JournalCheck,
  onBlock: (sequenceNo: number) => void = () => {},
): Generator<StoredBlock> {
  let present = first
  for (let sequenceNo = first; sequenceNo <= last; sequenceNo += 1) {
    onBlock(sequenceNo)
    const bytes = snapshot.get(blockKey(sequenceNo))
    yield { sequenceNo, bytes, uncheckedRevisions: marks.of(sequenceNo) }
    if (bytes !== undefined) present = sequenceNo + 1
    else if (sequenceNo - present >= reportFindingsMax) throw manyMissing(snapshot, present, last)
  }
}

/** One record with a number far ahead must not make the check ask for each number before it. */
function manyMissing(snapshot: Snapshot, from: number, last: number): LedgerError {
  const [next] = snapshot.range(journalRange(from, last))
  const end = (next === undefined ? last : sequenceOfJournalKey(next[0])) - 1
  return new LedgerError('store/corrupt', `blocks ${from} to ${end} are missing, though later ones are there`)
}

async function checkDerived(
  snapshot: Snapshot,
  journal: JournalCheck,
  { openScratch, table, onProgress = () => undefined }: VerifyOptions,
): Promise<DerivedReport | undefined> {
  if (openScratch === undefined) return undefined
  const scratch = await openScratch(journal.blocks)
  try {
    const onReplay = (done: number) => onProgress({ stage: 'derived', done, total: journal.last + 1 })
    const report = await verifyDerived(snapshot, journal.last, journal.redactedRevisions > 0, scratch, onReplay, table)
    return table === undefined ? withStrays(report, snapshot) : report
  } finally {
    await scratch.close()
  }
}

/** Records beside all that a ledger has: no answer comes from them, and no ledger left them. */
function withStrays(report: DerivedReport, snapshot: Snapshot): DerivedReport {
  const strays = snapshot.strays?.(reportFindingsMax) ?? []
  const found = strays.map(
    (key) => `a record under the key ${Buffer.from(key).toString('hex')} of LMDB: no ledger has it`,
  )
  const findings = [...report.findings, ...found].slice(0, reportFindingsMax)
  return { ...report, findings, findingCount: report.findingCount + strays.length }
}

function identityOf(snapshot: Snapshot): Identity {
  const identity = readIdentity(snapshot)
  if (identity === undefined) throw new LedgerError('ledger/foreign', 'the store holds no ledger')
  return identity
}

function identityFindings(snapshot: Snapshot, identity: Identity, name: string | undefined): string[] {
  const findings: string[] = []
  if (name !== undefined && identity.name !== name)
    findings.push(`the ledger's name is '${identity.name}', not '${name}'`)
  const bytes = snapshot.get(identityKey)
  if (bytes !== undefined && !equalBytes(bytes, encodeIdentity(identity)))
    findings.push("the record of the ledger's name and strand is not as this program writes it")
  if (!Number.isInteger(identity.format) || identity.format < 1)
    findings.push(`the ledger's format is ${identity.format}, expected a number from 1 on`)
  return findings
}
