import { copyBytes } from '../base/bytes.ts'
import { timestamp, type TimestampValue } from '../values/value.ts'
import type { BlockAddress } from './block.ts'
import { hashBytes } from './shape.ts'

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
 * What is known of a sound block, in numbers: those of SoundBlock's that are numbers, then
 * where in the block's bytes its strand's id begins and ends, its hash, that of the block before (-1 for an empty one),
 * then for each revision where the document's id begins and ends, and the version.
 */
export type SoundFacts = readonly number[]

const factsOfBlock = 10
const factsOfRevision = 3

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

  /** `bytes` are the block's. */
  constructor(facts: SoundFacts, bytes: Uint8Array) {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const fact = (index: number) => facts[index] as number
    const hashAt = (at: number) => copyBytes(bytes.subarray(at, at + hashBytes))
    this.clock = fact(0)
    this.blockAddress = { strandId: text.toString('utf8', fact(6), fact(7)), sequenceNo: fact(1) }
    this.statements = fact(2)
    this.uncheckedDigests = fact(3)
    this.opaqueEntries = fact(4)
    this.coversHead = fact(5) === 1
    this.blockHash = hashAt(fact(8))
    this.previousBlockHash = fact(9) === -1 ? new Uint8Array(0) : hashAt(fact(9))
    const documentIds: string[] = []
    const versions: number[] = []
    for (let at = factsOfBlock; at < facts.length; at += factsOfRevision) {
      documentIds.push(text.toString('utf8', fact(at), fact(at + 1)))
      versions.push(fact(at + 2))
    }
    this.documentIds = documentIds
    this.versions = versions
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
