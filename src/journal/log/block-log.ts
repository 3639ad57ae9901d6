/** A block as a log keeps it. */
export interface LogBlock {
  readonly sequenceNo: number
  /** Ion binary, as encodeBlock writes it. */
  readonly bytes: Uint8Array
  /** Positions of revisions whose hash an import could not check. */
  readonly doubtful: readonly number[]
}

/** Where a log ends. */
export interface LogTip {
  /** Of the last block; one below the first that is to come in a log without blocks. */
  readonly sequenceNo: number
  /** blockHash of that block; empty where there is none. */
  readonly hash: Uint8Array
}

/** What becomes durable together. */
export interface LogGroup {
  /** In their order, without gaps, the first one behind the tip; none where the identity alone changes. */
  readonly blocks: readonly LogBlock[]
  /** blockHash of the last of them; empty in a block of an import that was not checked. Not looked at without blocks. */
  readonly tipHash: Uint8Array
  /** What the ledger is from here on (ledger/records.ts, Identity); absent where it stays as it is. */
  readonly identity?: Uint8Array
}

/**
 * - `ok`: durable.
 * - `conflict`: the tip is another one; nothing was written.
 * - `fenced`: somebody else has claimed the log; whether the group is in it must be read from the log as it is now.
 */
export type AppendOutcome = 'ok' | 'conflict' | 'fenced'

/**
 * The journal on a durable medium: blocks in their order, and nothing that could be derived from them. One contract for
 * files, memory, and what lies on another machine (docs/log-design.md).
 */
export interface BlockLog {
  /** The last block that is durable. */
  tip(): LogTip
  /** The identity that was appended last. */
  identity(): Uint8Array
  /** The first block's sequenceNo: 0, or where an import begins. */
  firstSequenceNo(): number
  /**
   * Makes a group durable if the tip is the expected one. One at a time: the next is asked for when this one is decided.
   * Rejects with LedgerError 'store/full' or 'store/unavailable' when nothing was written, and with
   * 'transaction/unknown-outcome' when that can't be known: the log is then closed, and must be opened again.
   */
  append(group: LogGroup, expected: LogTip): Promise<AppendOutcome>
  /** Throws LedgerError 'journal/gap' when there is no such block, 'store/corrupt' when it is damaged. */
  block(sequenceNo: number): LogBlock
  /** Blocks from one on, in their order, up to the tip as it is when each is asked for. Throws as `block`. */
  read(from: number): Iterable<LogBlock>
  close(): Promise<void>
}
