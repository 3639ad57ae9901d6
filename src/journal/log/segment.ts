import { assert } from '../../base/assert.ts'
import { joinBytes } from '../../base/bytes.ts'
import { LedgerError } from '../../base/errors.ts'
import type { LogBlock } from './block-log.ts'
import type { LogFile } from './log-files.ts'
import { scanGroups } from './scan-groups.ts'
import {
  damagedSegment,
  decodeEnd,
  decodeFrame,
  decodeFrames,
  decodeHeader,
  encodeHeader,
  endBytes,
  frameBytes,
  frameHeaderBytes,
  lengthOfHeader,
  sectorBytes,
  type SegmentHeader,
  segmentName,
} from './segment-format.ts'

/** How much of a segment counts. */
export interface SegmentExtent {
  /** Behind the last group that counts; undefined while it grows. */
  readonly end: number | undefined
  /** Whether it has an index and an end. */
  readonly isFinished: boolean
}

/** A segment's file with what is known of it: its header, and where each of its blocks begins. */
export class Segment {
  readonly file: LogFile
  readonly header: SegmentHeader
  readonly headerBytes: number
  #frames: number[] | undefined

  constructor(file: LogFile, header: SegmentHeader, headerBytes: number, frames?: number[]) {
    this.file = file
    this.header = header
    this.headerBytes = headerBytes
    this.#frames = frames
  }

  /** Throws LedgerError 'store/corrupt'. */
  static open(file: LogFile, name: string): Segment {
    const size = file.size()
    const sector = new Uint8Array(Math.min(size, sectorBytes))
    file.read(sector, 0)
    const length = lengthOfHeader(sector)
    if (length === undefined || length > size) throw damagedSegment(name, 'its header is none')
    const bytes = new Uint8Array(length)
    file.read(bytes, 0)
    const header = decodeHeader(bytes)
    if (header === undefined) throw damagedSegment(name, "its header's checksum does not fit")
    if (segmentName(header) !== name) throw damagedSegment(name, `its header is that of ${segmentName(header)}`)
    return new Segment(file, header, length)
  }

  /** Fills a new file with its header and what follows it, and flushes it. */
  static create(file: LogFile, header: SegmentHeader, content: readonly Uint8Array[]): Segment {
    const bytes = encodeHeader(header)
    file.write(joinBytes([bytes, ...content]), 0)
    file.flush()
    return new Segment(file, header, bytes.length, [])
  }

  get name(): string {
    return segmentName(this.header)
  }

  /** What a finished segment says of itself; undefined for one that is not finished. */
  readEnd(): (ReturnType<typeof decodeEnd> & object) | undefined {
    const size = this.file.size()
    if (size < this.headerBytes + endBytes) return undefined
    const last = new Uint8Array(endBytes)
    this.file.read(last, size - endBytes)
    return decodeEnd(last, this.header.mark)
  }

  /** A block's place was found, or written. */
  add(frame: number): void {
    assert(this.#frames !== undefined, 'the places of a segment that grows are known')
    this.#frames.push(frame)
  }

  /** Where the blocks begin. Throws LedgerError 'store/corrupt'. */
  frames(extent: SegmentExtent): readonly number[] {
    this.#frames ??= extent.isFinished ? this.#readIndex() : this.scanFrames(extent.end ?? this.file.size())
    return this.#frames
  }

  /** As far as the segment was read by the one who opened it. */
  setFrames(frames: number[]): void {
    this.#frames = frames
  }

  #readIndex(): number[] {
    const finished = this.readEnd()
    if (finished === undefined) throw damagedSegment(this.name, 'it has no sound end')
    const length = this.file.size() - endBytes - finished.end
    if (length !== 8 + 4 * finished.blocks) throw damagedSegment(this.name, 'its index and its end differ')
    const bytes = new Uint8Array(length)
    this.file.read(bytes, finished.end)
    const frames = decodeFrames(bytes, this.header.mark)
    if (frames === undefined) throw damagedSegment(this.name, "its index's checksum does not fit")
    return [...frames]
  }

  /** Reads every group. Throws LedgerError 'store/corrupt'. */
  scanFrames(end: number): number[] {
    const frames: number[] = []
    for (const found of scanGroups(this, end)) {
      if (found.kind === 'bad') throw damagedSegment(this.name, `its ${found.what} at byte ${found.at}`)
      for (const frame of found.group.frames) frames.push(found.at + frame)
    }
    return frames
  }

  /** Reads all of it: groups, index and end must fit each other. Throws LedgerError 'store/corrupt'. */
  check(extent: SegmentExtent): void {
    const { end = this.file.size(), isFinished } = extent
    const found = this.scanFrames(end)
    const index = isFinished ? this.#readIndex() : found
    if (index.length !== found.length || index.some((frame, at) => frame !== found[at]))
      throw damagedSegment(this.name, 'its index is not that of its groups')
    if (isFinished && this.readEnd()?.end !== end) throw damagedSegment(this.name, 'its groups end elsewhere')
  }

  /** Throws LedgerError 'journal/gap' and 'store/corrupt'. */
  block(sequenceNo: number, extent: SegmentExtent): LogBlock {
    const at = this.frames(extent)[sequenceNo - this.header.firstSequenceNo]
    if (at === undefined) throw new LedgerError('journal/gap', `the log has no block ${sequenceNo}`)
    const what = `block ${sequenceNo} at byte ${at}`
    const head = new Uint8Array(frameHeaderBytes)
    const size = this.file.size()
    if (at + frameHeaderBytes > size) throw damagedSegment(this.name, `${what} is cut off`)
    this.file.read(head, at)
    const length = frameBytes(head)
    if (at + length > size) throw damagedSegment(this.name, `${what} is cut off`)
    const bytes = new Uint8Array(length)
    this.file.read(bytes, at)
    const frame = decodeFrame(bytes)?.found
    if (frame?.kind !== 'block') throw damagedSegment(this.name, `the checksum of ${what} does not fit`)
    return { sequenceNo, ...frame.block }
  }
}
