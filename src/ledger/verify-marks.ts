import { type SavedMarks, sameMarks } from '../journal/import-marks.ts'
import type { JournalCheck } from '../journal/journal-check.ts'
import { importMarks } from './import-marks.ts'
import { isOwnBlock, recordsMarks } from './import-record.ts'
import { doubtOfKey, doubtRange, doubtsOf } from './keys.ts'
import type { Origin, Reader } from './records.ts'

/**
 * Decides which marks of an import are obeyed. A mark must be on an imported block; on a block that was made here, by what
 * its hashes cover, it must also be bound: by the block that records the import, or by a saved digest. Any other is a
 * finding, and its revision is checked like all others.
 */
export class MarksCheck {
  readonly #reader: Reader
  readonly #origin: Origin | undefined
  readonly #saved: readonly SavedMarks[]
  readonly #hasMarks: boolean
  readonly #isBound: boolean

  constructor(reader: Reader, origin: Origin | undefined, saved: readonly SavedMarks[]) {
    this.#reader = reader
    this.#origin = origin
    this.#saved = saved
    const [first] = reader.range(doubtRange)
    this.#hasMarks = first !== undefined
    this.#isBound = this.#hasMarks && origin !== undefined && this.#findBinding(origin)
  }

  /** Indexes of a block's revisions whose hash is not to be checked. */
  of(sequenceNo: number): readonly number[] {
    if (!this.#hasMarks || !this.#isImported(sequenceNo)) return []
    const positions = doubtsOf(this.#reader, sequenceNo)
    return positions.length === 0 || this.#isObeyed(sequenceNo) ? positions : []
  }

  /** Adds what is wrong with the marks themselves to the check of a journal. */
  report(check: JournalCheck): void {
    const find = (sequenceNo: number, message: string) =>
      check.report({ code: 'mark', sequenceNo, message: `block ${sequenceNo}: ${message}` })
    let count = 0
    for (const [key] of this.#reader.range(doubtRange)) {
      count += 1
      const { sequenceNo, position } = doubtOfKey(key)
      const what = `its revision ${position} has the mark of an import`
      if (!this.#isImported(sequenceNo)) find(sequenceNo, `${what}, but the block was not imported`)
      else if (!this.#isObeyed(sequenceNo))
        find(sequenceNo, `${what}, which no later block and no saved digest records`)
    }
    const origin = this.#origin
    if (origin?.state === 'complete' && origin.doubtfulRevisions !== count) {
      const text = `the ledger has ${count} marks of its import, the record of the import counts ${origin.doubtfulRevisions}`
      find(origin.firstSequenceNo, text)
    }
    for (const { marks, digestTipAddress } of this.#saved) {
      if (marks === undefined) continue
      const { sequenceNo } = digestTipAddress
      const found = importMarks(this.#reader, sequenceNo)
      if (sameMarks(found, marks)) continue
      const text = `up to here the ledger has ${found.count} marks of an import, which are not the ${marks.count} of the saved digest`
      find(sequenceNo, text)
    }
  }

  #isImported(sequenceNo: number): boolean {
    const origin = this.#origin
    if (origin === undefined || sequenceNo < origin.firstSequenceNo) return false
    return origin.state === 'running' || sequenceNo <= origin.lastSequenceNo
  }

  #isObeyed(sequenceNo: number): boolean {
    return this.#isBound || !isOwnBlock(this.#reader, sequenceNo)
  }

  /** The record is written when the import ends; until then nobody can open the ledger. */
  #findBinding(origin: Origin): boolean {
    if (origin.state === 'running' || recordsMarks(this.#reader, origin)) return true
    const all = importMarks(this.#reader)
    return this.#saved.some(({ marks, digestTipAddress }) => {
      const isWhole = marks !== undefined && digestTipAddress.sequenceNo >= origin.lastSequenceNo
      return isWhole && sameMarks(marks, all)
    })
  }
}
