import { equalBytes } from '../../base/bytes.ts'
import { LedgerError } from '../../base/errors.ts'
import type { LogBlock } from './block-log.ts'
import type { LogFile, LogFiles } from './log-files.ts'
import { Segment } from './segment.ts'
import { damagedSegment, placeOfSegment, type SegmentEnd, type SegmentHeader, segmentName } from './segment-format.ts'

/** Files of a log that are open at once, the one that is written to apart. */
const openSegmentsMax = 64

/**
 * The segments of a log from the first to the last. Each names the one before it and where that one ends: what a writer who
 * was replaced wrote behind, and segments of its own that nobody names, are no part of the log.
 */
export class LogChain {
  readonly logId: Uint8Array
  readonly #files: LogFiles
  readonly #links: ChainLink[]
  /** Those that are open beside the one that is written to, the first opened first. */
  readonly #opened: ChainLink[] = []

  constructor(files: LogFiles, logId: Uint8Array, links: ChainLink[] = []) {
    this.#files = files
    this.logId = logId
    this.#links = links
  }

  static isEmpty(files: LogFiles): boolean {
    return files.list().every((name) => placeOfSegment(name) === undefined)
  }

  /** Throws LedgerError 'store/corrupt' when a segment is missing or damaged, 'ledger/not-found' without any. */
  static read(files: LogFiles): LogChain {
    const places = files.list().flatMap((name) => placeOfSegment(name) ?? [])
    const [newest] = places.sort((a, b) => b.epoch - a.epoch || b.firstSequenceNo - a.firstSequenceNo)
    if (newest === undefined) throw new LedgerError('ledger/not-found', 'the directory has no log')
    const links: ChainLink[] = []
    let next: SegmentEnd | undefined = { ...newest, end: 0, isFinished: false }
    let logId: Uint8Array | undefined
    while (next !== undefined) {
      const link = new ChainLink(files, segmentName(next))
      const { header } = link.open(false)
      logId ??= header.logId
      if (!equalBytes(header.logId, logId)) throw damagedSegment(link.name, 'it belongs to another log')
      if (links.length > 0) link.cut(next.end, next.isFinished)
      links.unshift(link)
      link.close()
      const { before }: SegmentHeader = header
      if (before !== undefined && before.firstSequenceNo > header.firstSequenceNo)
        throw damagedSegment(link.name, 'it names a later segment as the one before')
      next = before
    }
    return new LogChain(files, logId as Uint8Array, links)
  }

  get links(): readonly ChainLink[] {
    return this.#links
  }

  get firstSequenceNo(): number {
    return (this.#links[0] as ChainLink).firstSequenceNo
  }

  get last(): ChainLink {
    return this.#links.at(-1) as ChainLink
  }

  /** How the next segment names the last one. */
  get endOfLast(): SegmentEnd | undefined {
    const last = this.#links.at(-1)
    if (last === undefined) return undefined
    const { firstSequenceNo, epoch, isFinished } = last
    return { firstSequenceNo, epoch, end: last.end as number, isFinished }
  }

  add(segment: Segment): void {
    const before = this.#links.at(-1)
    if (before?.isOpen === true) this.#makeRoom(before)
    this.#links.push(new ChainLink(this.#files, segment.name, segment))
  }

  /** Throws as Segment.block. */
  block(sequenceNo: number): LogBlock {
    const link = this.#linkOf(sequenceNo)
    if (!link.isOpen) this.#makeRoom(link)
    return link.open(false).block(sequenceNo, link)
  }

  /** The last that begins at or before a block: the one before may have ended with groups that this one repeats. */
  #linkOf(sequenceNo: number): ChainLink {
    let [low, high] = [0, this.#links.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#links[middle] as ChainLink).firstSequenceNo <= sequenceNo) low = middle
      else high = middle - 1
    }
    return this.#links[low] as ChainLink
  }

  /** Of the files that are open at once, for one more. */
  #makeRoom(next: ChainLink): void {
    if (!this.#opened.includes(next)) this.#opened.push(next)
    if (this.#opened.length <= openSegmentsMax) return
    const oldest = this.#opened.shift()
    if (oldest !== this.last) oldest?.close()
  }

  close(): void {
    for (const link of this.#links) link.close()
  }
}

/** One segment of the chain, opened when it is asked. */
export class ChainLink {
  readonly name: string
  readonly firstSequenceNo: number
  readonly epoch: number
  readonly #files: LogFiles
  #segment: Segment | undefined
  #end: number | undefined
  #isFinished = false

  constructor(files: LogFiles, name: string, segment?: Segment) {
    const place = placeOfSegment(name) as { firstSequenceNo: number; epoch: number }
    this.#files = files
    this.name = name
    this.firstSequenceNo = place.firstSequenceNo
    this.epoch = place.epoch
    this.#segment = segment
  }

  /** Behind the last group that counts; undefined for the last segment while it grows. */
  get end(): number | undefined {
    return this.#end
  }

  get isFinished(): boolean {
    return this.#isFinished
  }

  /** It does not grow any more. */
  cut(end: number, isFinished: boolean): void {
    this.#end = end
    this.#isFinished = isFinished
  }

  get isOpen(): boolean {
    return this.#segment !== undefined
  }

  /** Throws LedgerError 'store/corrupt'. */
  open(isWritable: boolean): Segment {
    if (isWritable) this.close()
    this.#segment ??= this.#opened(isWritable)
    return this.#segment
  }

  #opened(isWritable: boolean): Segment {
    const file = this.#file(isWritable)
    try {
      return Segment.open(file, this.name)
    } catch (error) {
      file.close()
      throw error
    }
  }

  #file(isWritable: boolean): LogFile {
    try {
      return this.#files.open(this.name, isWritable)
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? damagedSegment(this.name, 'it is missing') : error
    }
  }

  close(): void {
    this.#segment?.file.close()
    this.#segment = undefined
  }
}
