import { LedgerError } from '../base/errors.ts'
import { cachedBlocksMax } from '../base/limits.ts'
import type { Block } from '../journal/block.ts'
import { decodeBlock } from '../journal/block-from-ion.ts'
import { blockKey, isBlockKey, sequenceOfJournalKey, wholeJournalRange } from './keys.ts'
import type { Reader } from './records.ts'

/** Blocks decoded lately by one transaction: history reads many revisions of one block in a row. */
export class BlockCache {
  readonly #reader: Reader
  readonly #blocks = new Map<number, Block>()

  constructor(reader: Reader) {
    this.#reader = reader
  }

  /** Throws LedgerError 'journal/gap' when the block is not there. */
  block(sequenceNo: number): Block {
    const held = this.#blocks.get(sequenceNo)
    if (held !== undefined) return held
    const block = readBlock(this.#reader, sequenceNo)
    if (this.#blocks.size >= cachedBlocksMax) {
      const [oldest] = this.#blocks.keys()
      this.#blocks.delete(oldest as number)
    }
    this.#blocks.set(sequenceNo, block)
    return block
  }
}

/** The number of the first or the last block in the store; undefined when there is none. */
export function endBlock(reader: Reader, end: 'first' | 'last'): number | undefined {
  for (const [key] of reader.range({ ...wholeJournalRange, reverse: end === 'last' }))
    if (isBlockKey(key)) return sequenceOfJournalKey(key)
  return undefined
}

/** Throws LedgerError 'journal/gap' when the block is not there. */
export function readBlock(reader: Reader, sequenceNo: number): Block {
  const bytes = reader.get(blockKey(sequenceNo))
  if (bytes === undefined) throw new LedgerError('journal/gap', `block ${sequenceNo} is not in the store`)
  return decodeBlock(bytes)
}

/** The blockHash in a stored block. */
export function blockHashOf(bytes: Uint8Array): Uint8Array {
  return decodeBlock(bytes).blockHash
}
