import { equalBytes } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import { rebuildBatchBlocksMax } from '../base/limits.ts'
import type { Digest } from '../journal/digest.ts'
import {
  type BlockChecker,
  checkable,
  JournalCheck,
  type JournalReport,
  type StoredBlock,
  windowsOf,
} from '../journal/journal-check.ts'
import type { Snapshot, Store } from '../store/store.ts'
import { endBlock } from './block-cache.ts'
import { blockKey, doubtKey, doubtsOf, identityKey } from './keys.ts'
import { encodeIdentity, type Identity, readIdentity } from './records.ts'
import { type DerivedReport, verifyDerived } from './verify-derived.ts'

export interface VerifyOptions {
  /** The name that the ledger should have. */
  readonly name?: string | undefined
  /** Digests that are trusted: the journal must begin with the blocks that each covers. */
  readonly saved?: readonly Digest[]
  /** Makes the empty store that derived data is worked out in; without it that is not checked. */
  readonly openScratch?: ((blocks: number) => Promise<Store>) | undefined
  /** Help with so many blocks, from other threads; closed at the end. */
  readonly openChecker?: ((blocks: number) => BlockChecker | undefined) | undefined
  /** Hears how far it is; awaited, so that others get a turn; may throw to stop it. */
  readonly onProgress?: (progress: VerifyProgress) => void | Promise<void>
}

export interface VerifyProgress {
  /** `blocks`: each by itself and the chain; `derived`: what follows from them. With a BlockChecker both at once. */
  readonly stage: 'blocks' | 'derived'
  readonly done: number
  readonly total: number
}

export interface StoreReport {
  readonly identity: Identity
  /** What is wrong with the ledger's name and the like. */
  readonly identityFindings: readonly string[]
  readonly journal: JournalReport
  /** Undefined: not looked at, as when the journal itself is not sound. */
  readonly derived: DerivedReport | undefined
}

/** What the journal alone says (Ledger.verify). */
export type LedgerReport = JournalReport

/** Checks the journal of a store in one go; `onBlock` hears of each block before it is read, and may throw to stop. */
export function verifyLedger(store: Store, onBlock: (sequenceNo: number) => void = () => {}): JournalReport {
  const snapshot = store.snapshot()
  try {
    const check = checkOf(snapshot, identityOf(snapshot))
    for (const window of windowsOf(storedBlocks(snapshot, check, onBlock))) check.addStored(window)
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
  const { onProgress = () => undefined, saved = [], name } = options
  store.check?.()
  const snapshot = store.snapshot()
  let checker: BlockChecker | undefined
  try {
    const identity = identityOf(snapshot)
    const journal = checkOf(snapshot, identity, saved)
    const total = journal.last + 1
    checker = options.openChecker?.(total - journal.first)
    const walk = new JournalWalk(snapshot, journal, checker)
    const early = checker && (await deriveBehind(walk, snapshot, journal, options))
    await walk.advance(journal.last, (done) => onProgress({ stage: 'blocks', done, total }))
    journal.end()
    const derived = isSound(journal) ? (early ?? (await checkDerived(snapshot, journal, options))) : undefined
    return { identity, identityFindings: identityFindings(snapshot, identity, name), journal, derived }
  } finally {
    snapshot.release()
    await checker?.close()
  }
}

/** Whether derived data can be held against the journal. */
function isSound(journal: JournalCheck): boolean {
  return journal.findingCount === 0 || journal.findings.every(({ code }) => code === 'digest')
}

/** The check of the blocks of a journal, as far as it is wanted. */
class JournalWalk {
  readonly #journal: JournalCheck
  readonly #windows: Iterator<StoredBlock[]>
  readonly #checker: BlockChecker | undefined
  /** Windows that the checker has, in their order. */
  readonly #ahead: { window: StoredBlock[]; facts: ReturnType<BlockChecker['check']> }[] = []
  #checked = -1

  constructor(snapshot: Snapshot, journal: JournalCheck, checker: BlockChecker | undefined) {
    this.#journal = journal
    this.#windows = windowsOf(storedBlocks(snapshot, journal))
    this.#checker = checker
  }

  /** Checks all blocks up to that one, at least. `onWindow` hears which is the next. */
  async advance(until: number, onWindow: (sequenceNo: number) => void | Promise<void> = () => {}): Promise<void> {
    while (this.#checked < until) {
      this.#fill()
      const next = this.#ahead.shift()
      const window = next?.window ?? this.#nextWindow()
      const last = window?.at(-1)
      if (window === undefined || last === undefined) return
      await onWindow(window[0]?.sequenceNo ?? 0)
      this.#journal.addStored(window, await next?.facts)
      this.#checked = last.sequenceNo
    }
  }

  #fill(): void {
    const checker = this.#checker
    while (checker !== undefined && this.#ahead.length < checker.windowsAhead) {
      const window = this.#nextWindow()
      if (window === undefined) return
      this.#ahead.push({ window, facts: checker.check(window.map(checkable)) })
    }
  }

  #nextWindow(): StoredBlock[] | undefined {
    const { value, done } = this.#windows.next()
    return done === true ? undefined : value
  }
}

/**
 * Checks derived data while other threads check the blocks: what is applied has been checked. Undefined when the journal
 * turns out not to be sound, or to have redactions, which are to be known before the first block is applied.
 */
async function deriveBehind(
  walk: JournalWalk,
  snapshot: Snapshot,
  journal: JournalCheck,
  options: VerifyOptions,
): Promise<DerivedReport | undefined> {
  const { openScratch, onProgress = () => undefined } = options
  if (openScratch === undefined) return undefined
  const isGivenUp = new Error('derived data is looked at later, or not at all')
  const onReplay = async (done: number) => {
    await walk.advance(done + rebuildBatchBlocksMax - 1)
    if (!isSound(journal) || journal.redactedRevisions > 0) throw isGivenUp
    await onProgress({ stage: 'blocks', done, total: journal.last + 1 })
  }
  const scratch = await openScratch(journal.last - journal.first + 1)
  try {
    return await verifyDerived(snapshot, journal.last, false, scratch, onReplay)
  } catch (error) {
    if (error === isGivenUp) return undefined
    throw error
  } finally {
    await scratch.close()
  }
}

function checkOf(snapshot: Snapshot, { strandId, origin }: Identity, saved: readonly Digest[] = []): JournalCheck {
  const first = Math.min(origin?.firstSequenceNo ?? 0, endBlock(snapshot, 'first') ?? 0)
  const last = endBlock(snapshot, 'last') ?? -1
  return new JournalCheck({ strandId, first, last, saved, mustCoverHeads: origin === undefined })
}

function* storedBlocks(
  snapshot: Snapshot,
  { first, last }: JournalCheck,
  onBlock: (sequenceNo: number) => void = () => {},
): Generator<StoredBlock> {
  const [hasDoubts] = snapshot.range({ start: doubtKey(first, 0), end: doubtKey(last + 1, 0) })
  for (let sequenceNo = first; sequenceNo <= last; sequenceNo += 1) {
    onBlock(sequenceNo)
    const uncheckedRevisions = hasDoubts === undefined ? [] : doubtsOf(snapshot, sequenceNo)
    yield { sequenceNo, bytes: snapshot.get(blockKey(sequenceNo)), uncheckedRevisions }
  }
}

async function checkDerived(
  snapshot: Snapshot,
  journal: JournalCheck,
  { openScratch, onProgress = () => undefined }: VerifyOptions,
): Promise<DerivedReport | undefined> {
  if (openScratch === undefined) return undefined
  const scratch = await openScratch(journal.blocks)
  try {
    return await verifyDerived(snapshot, journal.last, journal.redactedRevisions > 0, scratch, (done) =>
      onProgress({ stage: 'derived', done, total: journal.last + 1 }),
    )
  } finally {
    await scratch.close()
  }
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
