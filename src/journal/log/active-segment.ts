import { fileFailure } from './file-failure.ts'
import type { Segment } from './segment.ts'
import { damagedSegment, type EncodedGroup, encodeIndex, sectorBytes } from './segment-format.ts'

/** The segment that grows. */
export class ActiveSegment {
  readonly segment: Segment
  #end: number
  /** So far the file is written: a flush need not make it longer. */
  #filledTo: number

  constructor(segment: Segment, end: number) {
    this.segment = segment
    this.#end = end
    this.#filledTo = segment.file.size()
  }

  /** Behind its last group. */
  get end(): number {
    return this.#end
  }

  get isEmpty(): boolean {
    return this.#end === this.segment.headerBytes
  }

  /**
   * Fills the file with zeros where the next bytes go, and ahead: there is always a sector of them behind the last group, so
   * that a file that was cut differs from one that was not yet written. Throws LedgerError 'store/full': nothing is lost.
   */
  fill(length: number, aheadBytes: number): void {
    if (this.#end + length + sectorBytes <= this.#filledTo) return
    const to = this.#end + length + aheadBytes
    const { file } = this.segment
    try {
      file.write(new Uint8Array(to - this.#filledTo), this.#filledTo)
      file.flush()
    } catch (error) {
      throw fileFailure(error)
    }
    this.#filledTo = to
  }

  /** A group was written behind the others. */
  take({ bytes, frames }: EncodedGroup): void {
    for (const frame of frames) this.segment.add(this.#end + frame)
    this.#end += bytes.length
  }

  /** Writes the index and cuts the file to its length. Where that fails the segment continues to grow. */
  finish(lastGroup: number, tipHash: Uint8Array): void {
    const { file, header } = this.segment
    const frames = this.segment.frames({ end: this.#end, isFinished: false })
    const index = encodeIndex({ frames, lastGroup, tipHash, end: this.#end }, header.mark)
    // What is written from here on is no group: if it fails, it is filled with zeros again.
    this.#filledTo = this.#end
    try {
      file.write(index, this.#end)
      // Before it is cut: a file that is cut without an end is a damaged one.
      file.flush()
      file.truncate(this.#end + index.length)
      file.flush()
    } catch (error) {
      throw fileFailure(error)
    }
  }

  /** What is behind the last group must be zeros. Throws LedgerError 'store/corrupt'. */
  checkRest(): void {
    const { file, name } = this.segment
    const rest = new Uint8Array(file.size() - this.#end)
    file.read(rest, this.#end)
    const at = rest.findIndex((byte) => byte !== 0)
    if (at !== -1) throw damagedSegment(name, `byte ${this.#end + at}, behind its last group, is not zero`)
  }
}
