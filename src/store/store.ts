/**
 * An ordered map from byte keys to byte values with snapshots and atomic, durable writes: all that the ledger needs
 * of a storage engine. Keys are ordered by their unsigned bytes and are at most `storeKeyBytesMax` long.
 *
 * Fault model: a write whose promise resolved survives the death of the process and of the machine (where the disk
 * keeps its word); a write whose promise did not resolve happened whole or not at all.
 * Several processes may open one store: snapshots are consistent, writes are serialised across processes.
 */
export interface Store {
  /** A consistent view of everything written so far. Release it soon: it keeps old pages alive. */
  snapshot(): Snapshot
  /**
   * Runs `work` alone, with the newest state, and makes what it put durable; resolves with its result when that is on
   * disk. `work` runs once. When it throws, nothing of it is written and the promise rejects with that error.
   * Works asked for at the same time may share one flush. `work` must not await, and must not keep the transaction.
   * Rejects with LedgerError 'store/full' or 'store/unavailable' when the disk refuses; nothing was written then.
   */
  write<T>(work: (transaction: WriteTransaction) => T): Promise<T>
  /**
   * Looks through everything that the store keeps beside the caller's bytes; throws LedgerError 'store/corrupt' when
   * something is wrong. Absent where nothing can be.
   */
  check?(): void
  close(): Promise<void>
}

/** Longest key that every store takes. */
export const storeKeyBytesMax = 1024

export interface Snapshot {
  /** The returned bytes are the caller's to keep. */
  get(key: Uint8Array): Uint8Array | undefined
  /** Keys in [start, end), ascending, or descending from the end when `reverse`. May be left early. */
  range(range: KeyRange): Iterable<readonly [key: Uint8Array, value: Uint8Array]>
  /** The same entries for reading many of them: no objects are made for each. */
  cursor(range: KeyRange): RangeCursor
  /**
   * Records that somebody put into the store's file under keys that no caller can have, at most so many: the keys as the
   * file has them. Absent where there can be none.
   */
  strays?(max: number): readonly Uint8Array[]
  release(): void
}

/** Entries one after the other: each `next` that is true has moved to one. */
export interface RangeCursor {
  next(): boolean
  /**
   * The value lies in `bytes` from `start` to `end`. These bytes don't change, but for a value that is dropped; other
   * entries' may stand beside.
   */
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
  /** The entry's key; the caller's to keep. */
  key(): Uint8Array
  /** Nobody looks at the present value any more: its memory may be used again. */
  drop(): void
  /** Ends reading. Nothing more is read after a `next` that was false, or the snapshot's release. */
  close(): void
}

export interface KeyRange {
  readonly start: Uint8Array
  readonly end: Uint8Array
  readonly reverse?: boolean
}

export interface WriteTransaction {
  get(key: Uint8Array): Uint8Array | undefined
  range(range: KeyRange): Iterable<readonly [key: Uint8Array, value: Uint8Array]>
  put(key: Uint8Array, value: Uint8Array): void
  remove(key: Uint8Array): void
  /** Removes what Snapshot.strays finds. */
  removeStrays?(): void
}
