import { timestamp, type TimestampValue } from '../values/value.ts'
import type { BlockAddress } from './block.ts'

/** What the check of a chain needs of a block. */
export interface ChainLink {
  readonly blockAddress: BlockAddress
  readonly blockTimestamp: TimestampValue
  readonly blockHash: Uint8Array
  readonly previousBlockHash: Uint8Array
  /** The time as a number, where it is one in UTC with three digits of a fraction: the order is the same. */
  readonly clock?: number
}

/**
 * A block that verifyBlock would find nothing in, with all that the check of a journal wants to know of it. Its bytes are
 * those that encodeBlock writes. It has nothing redacted, and no revision that shows only its hash.
 */
export class SoundBlock implements ChainLink {
  readonly blockAddress: BlockAddress
  readonly clock: number
  readonly blockHash: Uint8Array
  readonly previousBlockHash: Uint8Array
  /** The documents of its revisions, and their versions. */
  readonly documentIds: readonly string[]
  readonly versions: readonly number[]
  readonly statements: number
  /** As in BlockReport of verify.ts. */
  readonly uncheckedDigests: number
  readonly opaqueEntries: number
  readonly coversHead: boolean

  constructor(fields: Omit<SoundBlock, 'blockTimestamp'>) {
    this.blockAddress = fields.blockAddress
    this.clock = fields.clock
    this.blockHash = fields.blockHash
    this.previousBlockHash = fields.previousBlockHash
    this.documentIds = fields.documentIds
    this.versions = fields.versions
    this.statements = fields.statements
    this.uncheckedDigests = fields.uncheckedDigests
    this.opaqueEntries = fields.opaqueEntries
    this.coversHead = fields.coversHead
  }

  get blockTimestamp(): TimestampValue {
    return timestampOfClock(this.clock)
  }
}

/** The reverse of CanonicalIon.timeAt. */
function timestampOfClock(clock: number): TimestampValue {
  let rest = clock
  const take = (count: number) => {
    const taken = rest % count
    rest = Math.floor(rest / count)
    return taken
  }
  const fraction = BigInt(take(1000))
  const [second, minute, hour] = [take(60), take(60), take(24)]
  const day = take(31) || 31
  // Day 31 and month 12 have carried over.
  if (day === 31) rest -= 1
  const month = take(12) || 12
  const year = month === 12 ? rest - 1 : rest
  return timestamp('second', { year, month, day, hour, minute, second, fraction, fractionDigits: 3, offset: 0 })
}
