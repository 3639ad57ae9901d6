import { none } from '../values/hash-rounds.ts'

/** Less than the time that a transaction of QLDB's may take, in the numbers of CanonicalIon.timeAt; verify.ts has the limit. */
const clockSpanMax = 29_000

/** What SealedBlocks has read of a block; places are those of the memory. */
export class SealedReading {
  /** Where the block begins. */
  readonly start: number
  addressAt = none
  addressEnd = none
  addressUses = none
  strandAt = none
  strandEnd = none
  sequenceNo = none
  transactionIdAt = none
  transactionIdEnd = none
  clock = none
  statements = 0
  uncheckedDigests = 0
  blockHash = none
  previous = none
  entries: readonly number[] = []
  /** Digests that an entry may, or must, be the same as; `none` for the root of no revisions. */
  head = none
  info = none
  root = none
  /** Of the documents of transactionInfo, and of the revisions: beginnings and ends of their ids. */
  readonly documents: number[] = []
  readonly revisions: number[] = []
  readonly versions: number[] = []
  /** Beginnings and ends of the statements. */
  readonly texts: number[] = []
  /** Whether each revision has the block's time, as those made here have. */
  hasBlockTime = true
  /** Whether the times of statements and revisions are close before the block's, as far as their numbers tell. */
  isTimely = true

  constructor(start: number) {
    this.start = start
  }

  note(clock: number): void {
    if (clock === none || clock > this.clock || this.clock - clock > clockSpanMax) this.isTimely = false
  }
}
