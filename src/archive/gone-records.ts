import { streamRememberedBlocksMax } from '../base/limits.ts'
import { ionHash } from '../values/ion-hash.ts'
import type { StructValue } from '../values/value.ts'

/** Bytes of a record's hash that are kept. */
const keptBytes = 16

/**
 * The records of a stream's blocks that have gone. A record may come once more, "at least once"; one that says something else
 * about such a block must be reported.
 */
export class GoneRecords {
  readonly #hashes = new Map<number, string>()

  add(sequenceNo: number, records: readonly StructValue[]): void {
    if (this.#hashes.size >= streamRememberedBlocksMax) {
      const [oldest] = this.#hashes.keys()
      this.#hashes.delete(oldest as number)
    }
    this.#hashes.set(sequenceNo, records.map(textOf).join(''))
  }

  /** Whether this very record has come before. */
  has(sequenceNo: number, record: StructValue): boolean {
    const hashes = this.#hashes.get(sequenceNo) ?? ''
    const text = textOf(record)
    for (let at = 0; at < hashes.length; at += keptBytes) if (hashes.startsWith(text, at)) return true
    return false
  }
}

function textOf(record: StructValue): string {
  return Buffer.from(ionHash(record)).toString('latin1', 0, keptBytes)
}
