import { BugError } from '../base/assert.ts'
import { equalBytes } from '../base/bytes.ts'
import type { Env } from '../base/env.ts'
import { LedgerError } from '../base/errors.ts'
import { isId } from '../base/ids.ts'
import { importBatchBytes } from '../base/limits.ts'
import { type Block, encodeBlock } from '../journal/block.ts'
import { decodeBlock } from '../journal/block-from-ion.ts'
import { DeferredBlock } from '../journal/deferred-block.ts'
import type { CheckedBefore } from '../journal/checked-before.ts'
import { verifyBlock } from '../journal/verify.ts'
import { BatchedWrites } from '../store/gathered-writes.ts'
import type { Snapshot, Store, WriteTransaction } from '../store/store.ts'
import { applyBlock, type Derived } from './apply-block.ts'
import { readBlock } from './block-cache.ts'
import { catalogTableId } from './catalog.ts'
import { blockKey, documentIdKey, doubtKey, identityKey } from './keys.ts'
import { importMarks } from './import-marks.ts'
import { sealImportRecord } from './import-record.ts'
import { treeNodes } from './journal-tree.ts'
import { checkLedgerName } from './ledger.ts'
import { derivedOf } from './rebuild.ts'
import { versionAsOf } from './revisions.ts'
import {
  decodePlace,
  encodeIdentity,
  formatVersion,
  type Identity,
  type Origin,
  readIdentity,
  readState,
} from './records.ts'

export interface LedgerImportOptions {
  /** The ledger's name; that of a ledger that is there must be the same. */
  readonly name: string
  readonly isWritable: boolean
  /** Every hash of every block is checked before it comes here. */
  readonly isVerified: boolean
  /** Makes the block that records marks of revisions that could not be checked (import-record.ts). */
  readonly env: Env
}

export interface LedgerImportResult {
  readonly tip: number
  /** Blocks that were written, and those that existed. */
  readonly added: number
  readonly compared: number
}

/**
 * Fills a store with blocks that were written elsewhere; they are kept as they are, so ids, addresses, times and digests
 * stay the same. From the first write to `finish` the ledger is marked as incomplete, and Ledger.open refuses it; the
 * same import run again resumes. An imported ledger also takes the blocks that follow its last
 * one, as from a later export.
 */
export class LedgerImport {
  readonly #store: Store
  readonly #options: LedgerImportOptions
  #identity: Identity | undefined
  #derived: Derived | undefined
  /** Of the blocks that were added, and of those that are on disk. */
  #tip: number | undefined
  #storedTip: number | undefined
  readonly #batches: BatchedWrites
  #added = 0
  #compared = 0
  #doubtful = 0
  #mustRecheck = false

  private constructor(store: Store, options: LedgerImportOptions, identity: Identity | undefined) {
    this.#store = store
    this.#options = options
    this.#identity = identity
    this.#batches = new BatchedWrites(store, importBatchBytes)
  }

  /**
   * Throws LedgerError 'ledger/exists' when the store holds a ledger that was not imported, 'ledger/foreign' when it
   * holds one of another name, 'ledger/invalid-name'.
   */
  static open(store: Store, options: LedgerImportOptions): LedgerImport {
    checkLedgerName(options.name)
    const snapshot = store.snapshot()
    try {
      const identity = readIdentity(snapshot)
      if (identity !== undefined && identity.name !== options.name)
        throw new LedgerError('ledger/foreign', `the store holds the ledger '${identity.name}', not '${options.name}'`)
      if (identity !== undefined && identity.origin === undefined)
        throw new LedgerError('ledger/exists', `the ledger '${identity.name}' already exists and was not imported`, {
          help: "give the import a name of its own with '--ledger NAME'",
        })
      const ledgerImport = new LedgerImport(store, options, identity)
      ledgerImport.#storedTip = readState(snapshot)?.tip
      ledgerImport.#tip = ledgerImport.#storedTip
      ledgerImport.#doubtful = importMarks(snapshot).count
      return ledgerImport
    } finally {
      snapshot.release()
    }
  }

  /** Whether anything is in the store. */
  get isBegun(): boolean {
    return this.#identity !== undefined
  }

  /** Whether an interrupted import resumes. */
  get isResumed(): boolean {
    return this.#identity?.origin?.state === 'running'
  }

  /**
   * What an import before, which this one resumes, has checked and stored; undefined where everything must be checked
   * again. The last block is looked at, and its place in the journal's tree; the others are believed. Throws LedgerError
   * 'store/corrupt'.
   */
  checkedBefore(): CheckedBefore | undefined {
    const origin = this.#identity?.origin
    const tip = this.#storedTip
    if (!this.isResumed || origin === undefined || tip === undefined || tip < origin.firstSequenceNo) return undefined
    if (this.#options.isVerified && (!origin.isVerified || origin.mustRecheck === true || this.#doubtful > 0))
      return undefined
    const snapshot = this.#store.snapshot()
    try {
      const last = this.#stored(snapshot, tip)
      const state = readState(snapshot)
      const isSound = state !== undefined && equalBytes(state.tipHash, last.blockHash)
      if (!isSound || verifyBlock(last).findings.length > 0) throw this.#damaged(tip)
      const first = this.#stored(snapshot, origin.firstSequenceNo)
      const nodes = origin.firstSequenceNo === 0 ? treeNodes({ get: (key) => this.#batches.view.get(key) }) : undefined
      return { first, last, nodes, versionOf: (id) => this.#versionOf(id) }
    } finally {
      snapshot.release()
    }
  }

  /** A block that an import before has put. */
  #stored(snapshot: Snapshot, sequenceNo: number): Block {
    try {
      return readBlock(snapshot, sequenceNo)
    } catch (error) {
      if (error instanceof LedgerError) throw this.#damaged(sequenceNo, error)
      throw error
    }
  }

  #damaged(sequenceNo: number, cause?: Error): LedgerError {
    const text = `block ${sequenceNo} in ledger '${this.#options.name}' is damaged`
    return new LedgerError('store/corrupt', text, {
      help: `remove the ledger '${this.#options.name}' and import again`,
      ...(cause === undefined ? {} : { cause }),
    })
  }

  /** As of the blocks that were added. */
  #versionOf(documentId: string): number | undefined {
    const reader = this.#batches.view
    const bytes = reader.get(documentIdKey(documentId))
    return bytes && versionAsOf(reader, decodePlace(bytes, documentId), Number.POSITIVE_INFINITY)
  }

  get isToBeRechecked(): boolean {
    return this.#mustRecheck
  }

  /** From the next write on: the check has left something open, so that a resumed import must check all blocks again. */
  recheckWhenResumed(): void {
    this.#mustRecheck = true
  }

  /**
   * Takes the next block; blocks come in their order. An existing one must be the same. `doubtful` are
   * indexes of revisions whose hash can't be checked, `stored` is what encodeBlock writes. Throws LedgerError
   * 'journal/gap', 'journal/hash-mismatch', 'journal/malformed', and the store's errors.
   */
  async add(block: Block, doubtful: readonly number[] = [], stored?: Uint8Array): Promise<void> {
    const { sequenceNo } = block.blockAddress
    if (this.#identity === undefined) await this.#begin(block)
    if (this.#tip !== undefined && sequenceNo <= this.#tip) {
      this.#compare(block)
      return
    }
    if (this.#tip !== undefined && sequenceNo !== this.#tip + 1) {
      throw new LedgerError('journal/gap', `block ${sequenceNo} comes after block ${this.#tip}`, {
        help: `an import needs every block: look for the export that holds block ${this.#tip + 1}`,
      })
    }
    if (this.#identity?.origin?.state === 'complete') await this.#reopen()
    checkIds(block)
    const bytes = stored ?? encodeBlock(block)
    // As it is stored: its texts are not pieces of the file's, which would be kept alive with them.
    this.#put(block instanceof DeferredBlock ? block : decodeBlock(bytes), bytes, doubtful)
    if (this.#batches.isFull) await this.flush()
  }

  /** Makes durable what was added. */
  async flush(): Promise<void> {
    const expected = this.#storedTip
    const origin = this.#identity?.origin
    if (this.#mustRecheck && this.#added > 0 && origin?.state === 'running' && origin.mustRecheck !== true) {
      this.#identity = { ...(this.#identity as Identity), origin: { ...origin, mustRecheck: true } }
      this.#batches.view.put(identityKey, encodeIdentity(this.#identity))
    }
    await this.#batches.flush((transaction) => {
      if (readState(transaction)?.tip === expected) return true
      throw new LedgerError('ledger/exists', `another process imports into the ledger '${this.#options.name}'`)
    })
    this.#storedTip = this.#derived?.state.tip ?? expected
  }

  /** Writes what is left and takes the mark away: from here on the ledger is whole. */
  async finish(): Promise<LedgerImportResult> {
    await this.flush()
    const tip = this.#tip
    if (tip === undefined || this.#identity?.origin === undefined)
      throw new LedgerError('export/not-found', 'there was no block to import')
    const { origin } = this.#identity
    const isGrown = this.#added > 0 || origin.state === 'running'
    const { mustRecheck: _, ...plain } = origin
    this.#identity = { ...this.#identity, origin: plain }
    const complete = {
      state: 'complete',
      lastSequenceNo: isGrown ? tip : origin.lastSequenceNo,
      isReadOnly: origin.isReadOnly && !this.#options.isWritable,
      isVerified: origin.isVerified && (this.#options.isVerified || this.#added === 0),
      doubtfulRevisions: this.#doubtful,
    } as const
    await this.#mark(complete, (transaction) => {
      if (isGrown) this.#record(transaction, origin)
    })
    return { tip, added: this.#added, compared: this.#compared }
  }

  /** Appends the record of the import, if there must be one. */
  #record(transaction: WriteTransaction, origin: Origin): void {
    const derived = derivedOf(transaction, origin)
    const block = sealImportRecord(transaction, origin, derived.state, this.#options.env)
    if (block === undefined) return
    transaction.put(blockKey(block.blockAddress.sequenceNo), encodeBlock(block))
    applied(transaction, block, derived)
  }

  async #begin(first: Block): Promise<void> {
    const { strandId, sequenceNo } = first.blockAddress
    const origin: Origin = {
      state: 'running',
      firstSequenceNo: sequenceNo,
      lastSequenceNo: sequenceNo,
      isReadOnly: true,
      isVerified: this.#options.isVerified,
      doubtfulRevisions: 0,
      ...(this.#mustRecheck ? { mustRecheck: true } : {}),
    }
    const identity = { format: formatVersion, name: this.#options.name, strandId, origin }
    await this.#store.write((transaction) => {
      if (readIdentity(transaction) !== undefined)
        throw new LedgerError('ledger/exists', `another process has just made the ledger '${identity.name}'`)
      transaction.put(identityKey, encodeIdentity(identity))
    })
    this.#identity = identity
    this.#tip = sequenceNo - 1
  }

  /** Later blocks for a ledger that was whole: only where nothing was appended to it here. */
  async #reopen(): Promise<void> {
    const lastSequenceNo = this.#identity?.origin?.lastSequenceNo
    if (this.#tip !== lastSequenceNo) {
      const text = `ledger '${this.#options.name}' was written to after its import: no more of the old journal fits`
      throw new LedgerError('ledger/exists', text)
    }
    await this.#mark({ state: 'running' })
  }

  async #mark(change: Partial<Origin>, also: (transaction: WriteTransaction) => void = () => {}): Promise<void> {
    const before = this.#identity as Identity
    const identity: Identity = { ...before, origin: { ...(before.origin as Origin), ...change } }
    await this.#store.write((transaction) => {
      also(transaction)
      transaction.put(identityKey, encodeIdentity(identity))
    })
    this.#identity = identity
    this.#derived = undefined
  }

  #compare(block: Block): void {
    const { sequenceNo, strandId } = block.blockAddress
    const snapshot = this.#store.snapshot()
    try {
      const first = this.#identity?.origin?.firstSequenceNo ?? 0
      if (strandId !== this.#identity?.strandId || sequenceNo < first) {
        const text = `ledger '${this.#options.name}' holds strand '${this.#identity?.strandId}' from block ${first} on`
        throw new LedgerError('ledger/exists', `${text}, not block ${sequenceNo} of strand '${strandId}'`)
      }
      if (!equalBytes(this.#stored(snapshot, sequenceNo).blockHash, block.blockHash))
        throw new LedgerError('journal/hash-mismatch', `block ${sequenceNo} is not the one that the ledger has`)
    } finally {
      snapshot.release()
    }
    this.#compared += 1
  }

  #put(block: Block, bytes: Uint8Array, doubtful: readonly number[]): void {
    const transaction = this.#batches.view
    const { sequenceNo } = block.blockAddress
    transaction.put(blockKey(sequenceNo), bytes)
    for (const position of doubtful) transaction.put(doubtKey(sequenceNo, position), new Uint8Array(0))
    this.#derived = applied(transaction, block, this.#derived ?? derivedOf(transaction, this.#identity?.origin))
    this.#doubtful += doubtful.length
    this.#tip = sequenceNo
    this.#added += 1
  }
}

/** What is asserted of this program's own blocks may not hold for others'. */
function applied(transaction: WriteTransaction, block: Block, before: Derived): Derived {
  try {
    return applyBlock(transaction, block, before)
  } catch (error) {
    if (!(error instanceof BugError) && !(error instanceof LedgerError && error.code === 'store/corrupt')) throw error
    const text = `block ${block.blockAddress.sequenceNo} does not follow from those before it: ${error.message}`
    throw new LedgerError('journal/malformed', text, { cause: error })
  }
}

/** Ids are stored in the form that all of QLDB's have. */
function checkIds(block: Block): void {
  const { blockAddress, transactionInfo, transactionId } = block
  const check = (id: string, what: string) => {
    if (isId(id)) return
    const text = `block ${blockAddress.sequenceNo}: the ${what} id '${id}' is not one of QLDB's`
    throw new LedgerError('journal/malformed', text)
  }
  check(transactionId, 'transaction')
  for (const [id, { tableId }] of transactionInfo?.documents ?? []) {
    check(id, 'document')
    if (tableId !== catalogTableId) check(tableId, 'table')
  }
  for (const { metadata } of block.revisions ?? []) {
    if (metadata === undefined) continue
    check(metadata.id, 'document')
    check(metadata.txId, 'transaction')
  }
}
