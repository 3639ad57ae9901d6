import { hash } from 'node:crypto'
import { SealedBlocks, sealedSizes } from '../src/journal/sealed-blocks.ts'
import { CanonicalIon } from '../src/values/canonical-ion.ts'
import { Sha256Lanes } from '../src/values/sha256-lanes.ts'

export function compressionsOf(length: number): number {
  return Math.ceil((length + 9) / 64)
}

/** Counts what QLDB's hashes of blocks take: Ion Hash hashes every field of every struct, and each value. */
export class SchemeCount {
  readonly lengths: number[] = []
  compressions = 0
  readonly #blocks: SealedBlocks
  readonly #lanes = new Sha256Lanes(1024 * 1024)

  constructor() {
    const ion = new CanonicalIon(sealedSizes)
    const { rounds } = ion
    const addMessage = rounds.addMessage.bind(rounds)
    rounds.addMessage = (end, to) => {
      const length = end - rounds.messageAt
      this.lengths.push(length)
      this.compressions += compressionsOf(length)
      addMessage(end, to)
    }
    this.#blocks = new SealedBlocks(ion)
  }

  check(blocks: readonly Uint8Array[]): void {
    this.#blocks.check(blocks)
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
