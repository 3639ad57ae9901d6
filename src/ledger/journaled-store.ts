import { equalBytes } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import { overlayBytesMax, overlayWorksMax, sharedFlushMax } from '../base/limits.ts'
import type { BlockLog, LogBlock } from '../journal/log/block-log.ts'
import { OverlayStore, type Staged } from '../store/overlay-store.ts'
import type { Snapshot, Store, WriteTransaction } from '../store/store.ts'
import { blockHashOf } from './block-cache.ts'
import { type JournalBlocks, JournalSnapshot, JournalTransaction } from './journal-view.ts'
import { doubtKey } from './keys.ts'
import { readState } from './records.ts'
import { removeRange } from './remove-range.ts'

/** A write that waits for its turn. */
interface WaitingWrite {
  readonly work: (transaction: WriteTransaction) => unknown
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

/** A write that has run, and becomes visible when its group is durable. */
interface StagedWrite extends WaitingWrite {
  readonly staged: Staged<unknown>
}

/**
 * A ledger's store whose blocks and identity lie in a log, and all else in a cache over which the newest changes are kept
 * in memory (docs/log-design.md). A write is durable, and visible, when its blocks are in the log; what follows from them
 * reaches the cache later, and is applied again where it did not.
 *
 * Not built: to replace a block that the log holds, as a redaction does, and to go on when another process has claimed the log.
 */
export class JournaledStore implements Store {
  readonly #log: BlockLog
  readonly #cache: OverlayStore
  readonly #waiting: WaitingWrite[] = []
  #running: Promise<void> | undefined
  /** What of the log everybody sees. */
  #tip: number
  #identity: Uint8Array | undefined
  #isClosed = false

  private constructor(log: BlockLog, cache: OverlayStore) {
    this.#log = log
    this.#cache = cache
    this.#tip = log.tip().sequenceNo
    this.#identity = identityIn(log)
  }

  /**
   * `cache`: whatever an earlier process left of it, or an empty store. One that is not of this log, or ahead of it, is
   * emptied: opening the ledger then applies all blocks again.
   */
  static async open(log: BlockLog, cache: Store): Promise<JournaledStore> {
    const store = new JournaledStore(log, new OverlayStore(cache))
    if (!isOfLog(cache, log)) await store.#beginAgain()
    return store
  }

  snapshot(): Snapshot {
    this.#checkOpen()
    return new JournalSnapshot(this.#cache.snapshot(), this.#blocks(this.#tip, []), this.#identity)
  }

  /**
   * As Store.write. Rejects with 'transaction/unknown-outcome' too, when nobody can know yet whether the blocks are in the
   * log, and with 'store/unavailable' when another process has claimed it.
   */
  write<T>(work: (transaction: WriteTransaction) => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#checkOpen()
      this.#waiting.push({ work, resolve: resolve as (result: unknown) => void, reject })
      this.#running ??= this.#run()
    })
  }

  async #run(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        // All that is asked for in one turn shares a flush.
        await new Promise(setImmediate)
        await this.#commit(this.#waiting.splice(0, sharedFlushMax))
        await this.#spill()
      }
    } finally {
      this.#running = undefined
    }
  }

  /** Runs writes over one another, and makes them durable together. */
  async #commit(writes: readonly WaitingWrite[]): Promise<void> {
    const blocks: LogBlock[] = []
    const done: StagedWrite[] = []
    let identity: Uint8Array | undefined
    let tipHash = this.#log.tip().hash
    for (const write of writes) {
      let added: JournalTransaction | undefined
      try {
        const staged = this.#cache.stage((transaction) => {
          const before = this.#blocks(this.#tip + blocks.length, blocks)
          added = new JournalTransaction(transaction, before, identity ?? this.#identity)
          const result = write.work(added)
          tipHash = added.tipHash() ?? tipHash
          return result
        })
        done.push({ ...write, staged })
        blocks.push(...(added?.blocks() ?? []))
        identity = added?.newIdentity ?? identity
      } catch (error) {
        write.reject(error)
      }
    }
    try {
      if (blocks.length > 0 || identity !== undefined)
        await this.#append({ blocks, tipHash, ...(identity === undefined ? {} : { identity }) })
    } catch (error) {
      done[0]?.staged.drop()
      for (const { reject } of done) reject(error)
      return
    }
    this.#tip += blocks.length
    this.#identity = identity ?? this.#identity
    for (const { staged } of done) staged.publish()
    for (const { staged, resolve } of done) resolve(staged.result)
  }

  async #append(group: Parameters<BlockLog['append']>[0]): Promise<void> {
    const outcome = await this.#log.append(group, this.#log.tip())
    if (outcome === 'ok') return
    throw new LedgerError('store/unavailable', 'another process has taken over the ledger', { help: 'open it again' })
  }

  /** A cache that is full or broken costs memory first, and commits where that is used up. */
  async #spill(): Promise<void> {
    const { unspilledBytes, unspilledWorks } = this.#cache
    if (unspilledBytes < overlayBytesMax && unspilledWorks < overlayWorksMax) return
    try {
      await this.#cache.spill()
    } catch (error) {
      if (unspilledBytes < unspilledFactor * overlayBytesMax) return
      for (const { reject } of this.#waiting.splice(0)) reject(error)
    }
  }

  /** Blocks up to `tip`; those that are not in the log yet are the last. */
  #blocks(tip: number, unwritten: readonly LogBlock[]): JournalBlocks {
    const log = this.#log
    const begin = tip - unwritten.length + 1
    return {
      first: log.firstSequenceNo(),
      tip,
      bytes: (sequenceNo) => (unwritten[sequenceNo - begin] ?? log.block(sequenceNo)).bytes,
    }
  }

  async #beginAgain(): Promise<void> {
    await this.#cache.write((transaction) => {
      removeRange(transaction, { start: new Uint8Array(0), end: Uint8Array.of(0xff) })
      for (const { sequenceNo, doubtful } of this.#log.read(this.#log.firstSequenceNo()))
        for (const position of doubtful) transaction.put(doubtKey(sequenceNo, position), new Uint8Array(0))
    })
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#running
    try {
      await this.#cache.close()
    } finally {
      await this.#log.close()
    }
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new LedgerError('store/unavailable', 'the store is closed')
  }
}

/** Commits go on while the cache takes nothing, until so many times the usual bytes are in memory alone. */
const unspilledFactor = 64

function identityIn(log: BlockLog): Uint8Array | undefined {
  const identity = log.identity()
  return identity.length === 0 ? undefined : identity
}

/** Whether a cache stands at a block that the log has: its hash covers all before it. An empty one does. */
function isOfLog(cache: Store, log: BlockLog): boolean {
  const snapshot = cache.snapshot()
  try {
    const state = readState(snapshot)
    if (state === undefined) return log.tip().sequenceNo < log.firstSequenceNo()
    if (state.tip < log.firstSequenceNo() || state.tip > log.tip().sequenceNo) return false
    return equalBytes(blockHashOf(log.block(state.tip).bytes), state.tipHash)
  } catch (error) {
    if (error instanceof LedgerError && error.code === 'store/corrupt') return false
    throw error
  } finally {
    snapshot.release()
  }
}
