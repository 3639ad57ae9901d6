import { LedgerError } from '../base/errors.ts'
import { cachedBlocksMax } from '../base/limits.ts'
import { type Block, decodeBlock } from '../journal/block.ts'
import { blockKey } from './keys.ts'
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

/** Throws LedgerError 'journal/gap' when the block is not there. */
export function readBlock(reader: Reader, sequenceNo: number): Block {
  const bytes = reader.get(blockKey(sequenceNo))
  if (bytes === undefined) throw new LedgerError('journal/gap', `block ${sequenceNo} is not in the store`)
  return decodeBlock(bytes)
}
