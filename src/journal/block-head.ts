import type { TimestampValue } from '../values/value.ts'

/** The part of a block that binds its address, transaction and time to its entries; AWS's blocks have no such entry. */
export interface BlockHead {
  readonly transactionId: string
  readonly blockTimestamp: TimestampValue
  readonly entriesHashList: readonly Uint8Array[]
}
