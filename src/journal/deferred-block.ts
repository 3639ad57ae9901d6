import type { StructValue, TimestampValue } from '../values/value.ts'
import type { Block, BlockAddress, RedactionInfo, Revision, TransactionInfo } from './block.ts'
import { decodeBlock } from './block-from-ion.ts'
import type { SoundBlock } from './sound-block.ts'

/** A block that was found sound as it is stored: decoded when something is asked for that the check did not learn. */
export class DeferredBlock implements Block {
  readonly blockAddress: BlockAddress
  readonly blockHash: Uint8Array
  readonly previousBlockHash: Uint8Array
  readonly isHeadCovered: boolean
  readonly #bytes: Uint8Array
  #block: Block | undefined

  /** `bytes` are the block's and must stay as they are. */
  constructor({ blockAddress, blockHash, previousBlockHash, coversHead }: SoundBlock, bytes: Uint8Array) {
    this.blockAddress = blockAddress
    this.blockHash = blockHash
    this.previousBlockHash = previousBlockHash
    this.isHeadCovered = coversHead
    this.#bytes = bytes
  }

  get ion(): StructValue {
    return this.#decoded.ion
  }

  get transactionId(): string {
    return this.#decoded.transactionId
  }

  get blockTimestamp(): TimestampValue {
    return this.#decoded.blockTimestamp
  }

  get entriesHash(): Uint8Array {
    return this.#decoded.entriesHash
  }

  get entriesHashList(): readonly Uint8Array[] {
    return this.#decoded.entriesHashList
  }

  get transactionInfo(): TransactionInfo | undefined {
    return this.#decoded.transactionInfo
  }

  get redactionInfo(): RedactionInfo | undefined {
    return this.#decoded.redactionInfo
  }

  get revisions(): readonly Revision[] | undefined {
    return this.#decoded.revisions
  }

  get #decoded(): Block {
    this.#block ??= decodeBlock(this.#bytes)
    return this.#block
  }
}
