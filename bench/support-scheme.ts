import { hash } from 'node:crypto'
import { SealedBlocks } from '../src/journal/sealed-blocks.ts'
import { Sha256Lanes } from '../src/values/sha256-lanes.ts'

export function compressionsOf(length: number): number {
  return Math.ceil((length + 9) / 64)
}

/** Counts what QLDB's hashes of blocks take: Ion Hash hashes every field of every struct, and each value. */
export class SchemeCount extends SealedBlocks {
  readonly lengths: number[] = []
  compressions = 0
  readonly #lanes = new Sha256Lanes(1024 * 1024)

  override addMessage(end: number, to: number): void {
    const length = end - this.messageAt
    this.lengths.push(length)
    this.compressions += compressionsOf(length)
    super.addMessage(end, to)
  }

  /** As many messages of the same lengths, with nothing else done. */
  hashInLanes(): void {
    const lanes = this.#lanes
    let at = lanes.start + 64
    for (const length of this.lengths) {
      if (at + length + 128 > lanes.bytes.length) {
        lanes.run()
        at = lanes.start + 64
      }
      at = (lanes.add(at, length, lanes.start) + 63) & -64
    }
    lanes.run()
  }

  hashOneByOne(): void {
    const { bytes } = this.#lanes
    for (const length of this.lengths) hash('sha256', bytes.subarray(0, length), 'buffer')
  }
}
