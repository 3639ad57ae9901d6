import { assert } from '../../base/assert.ts'
import { equalBytes } from '../../base/bytes.ts'
import type { Env } from '../../base/env.ts'
import { LedgerError } from '../../base/errors.ts'
import type { AppendOutcome, BlockLog, LogBlock, LogGroup, LogTip } from './block-log.ts'
import { fileFailure } from './file-failure.ts'
import { ActiveSegment } from './active-segment.ts'
import type { LogFile, LogFiles } from './log-files.ts'
import { LogChain } from './log-chain.ts'
import { findEnd, type LogEnd } from './find-end.ts'
import { Segment } from './segment.ts'
import { type EncodedGroup, encodeGroup, markBytes, sectorBytes, segmentName } from './segment-format.ts'

export interface FileLogOptions {
  readonly env: Pick<Env, 'randomBytes' | 'monotonicMs'>
  /** Under which this process writes: greater than all before, and nobody else's. */
  readonly epoch: number
  /** Asked after each flush, before it is acknowledged: whether somebody else has claimed the log. */
  readonly isFenced?: () => boolean
  /** A segment ends when it would grow beyond. */
  readonly segmentBytes?: number
  /** So much of a file is filled with zeros ahead. */
  readonly aheadBytes?: number
}

/** What a new log begins with. */
export interface LogBegin {
  readonly firstSequenceNo: number
  readonly identity: Uint8Array
}

const segmentBytesUsual = 64 * 1024 * 1024
const aheadBytesUsual = 1024 * 1024
/** A segment before it has its name. */
const unnamedPattern = /^next-(\d+)\.tmp$/
/** A flush that takes less holds this thread up for less than asking another one would cost. */
const quickFlushMs = 0.3

/**
 * A log in files (docs/log-design.md): segments, each of which a writer fills from its begin to its end. Only the last one
 * ever changes.
 */
export class FileLog implements BlockLog {
  readonly #files: LogFiles
  readonly #options: FileLogOptions
  readonly #chain: LogChain
  /** The last segment; undefined where the next append begins one. */
  #active: ActiveSegment | undefined
  #tip: LogTip
  #identity: Uint8Array
  #nextGroup: number
  #state: 'open' | 'working' | 'fenced' | 'failed' | 'closed' = 'open'
  #flushMs = 0
  /** Whether the last group says that nobody writes any more. */
  #isClosedByGroup = false

  private constructor(
    files: LogFiles,
    options: FileLogOptions,
    chain: LogChain,
    found: Pick<LogEnd, 'tip' | 'identity' | 'nextGroup'>,
    active: ActiveSegment | undefined,
  ) {
    this.#files = files
    this.#options = options
    this.#chain = chain
    this.#active = active
    this.#tip = found.tip
    this.#identity = found.identity
    this.#nextGroup = found.nextGroup
  }

  /** Makes an empty log. Throws LedgerError 'ledger/exists' when there is one, and as `append`. */
  static create(files: LogFiles, options: FileLogOptions, begin: LogBegin): FileLog {
    if (!LogChain.isEmpty(files)) throw new LedgerError('ledger/exists', 'the directory has a log')
    const { firstSequenceNo, identity } = begin
    const tip = { sequenceNo: firstSequenceNo - 1, hash: new Uint8Array(0) }
    const logId = options.env.randomBytes(16)
    const chain = new LogChain(files, logId)
    const log = new FileLog(files, options, chain, { tip, identity, nextGroup: 0 }, undefined)
    log.#beginSegment()
    return log
  }

  /**
   * Opens a log to write to it. A segment is continued only by the epoch that follows the one that closed it: else whoever
   * wrote it may still do so. So another one is begun; the last group is written again into it, since nobody knows whether
   * it is on the disk. What is behind was never acknowledged.
   *
   * Throws LedgerError 'store/corrupt' where anything else is wrong, and changes nothing then; and as `append`. Whatever it
   * throws says nothing where the caller has been replaced meanwhile.
   */
  static open(files: LogFiles, options: FileLogOptions): FileLog {
    const chain = LogChain.read(files)
    const { last: link } = chain
    const found = findEnd(link.open(false), files.place())
    const { last } = found
    const isContinued =
      !found.isFinished &&
      last?.header.isClosing === true &&
      last.header.epoch + 1 === options.epoch &&
      equalBytes(found.segment.header.place, files.place())
    if (isContinued) {
      const segment = link.open(true)
      segment.setFrames([...found.frames])
      return new FileLog(files, options, chain, found, new ActiveSegment(segment, found.end))
    }
    if (found.isFinished || last === undefined) {
      link.cut(found.end, found.isFinished)
      return new FileLog(files, options, chain, found, undefined)
    }
    link.cut(last.at, false)
    const { tipBefore, identity } = found
    const log = new FileLog(
      files,
      options,
      chain,
      { tip: tipBefore, identity, nextGroup: last.header.group },
      undefined,
    )
    const { blocks, identity: changed } = last.group
    if (blocks.length > 0 || changed !== undefined) {
      log.#identity = changed === undefined ? identity : found.identityBefore
      log.#beginSegment({ blocks, tipHash: found.tip.hash, ...(changed === undefined ? {} : { identity: changed }) })
    }
    return log
  }

  tip(): LogTip {
    return this.#tip
  }

  identity(): Uint8Array {
    return this.#identity
  }

  firstSequenceNo(): number {
    return this.#chain.firstSequenceNo
  }

  block(sequenceNo: number): LogBlock {
    if (sequenceNo < this.firstSequenceNo() || sequenceNo > this.#tip.sequenceNo)
      throw new LedgerError('journal/gap', `the log has no block ${sequenceNo}`)
    return this.#chain.block(sequenceNo)
  }

  *read(from: number): Generator<LogBlock> {
    for (let sequenceNo = from; sequenceNo <= this.#tip.sequenceNo; sequenceNo += 1) yield this.block(sequenceNo)
  }

  async append(group: LogGroup, expected: LogTip): Promise<AppendOutcome> {
    if (this.#state === 'fenced') return 'fenced'
    if (this.#state !== 'open') {
      assert(this.#state !== 'working', 'one group at a time is appended to a log')
      throw new LedgerError('ledger/closed', `the log is ${this.#state}`)
    }
    if (expected.sequenceNo !== this.#tip.sequenceNo || !equalBytes(expected.hash, this.#tip.hash)) return 'conflict'
    return this.#appendUnlessFenced(group)
  }

  async #appendUnlessFenced(group: LogGroup, isClosing = false): Promise<AppendOutcome> {
    this.#state = 'working'
    try {
      return await this.#append(group, isClosing)
    } catch (error) {
      // Who has been replaced fails in many ways, none of which is the disk's.
      if (this.#options.isFenced?.() !== true) throw error
      this.#state = 'fenced'
      return 'fenced'
    } finally {
      if (this.#state === 'working') this.#state = 'open'
    }
  }

  async #append(group: LogGroup, isClosing: boolean): Promise<AppendOutcome> {
    const { blocks } = group
    for (const [index, { sequenceNo }] of blocks.entries())
      assert(sequenceNo === this.#tip.sequenceNo + 1 + index, 'the blocks of a group follow the tip')
    const active = this.#room(group)
    const encoded = this.#encode(group, active, isClosing)
    await this.#write(active, encoded)
    if (!active.segment.file.isNamed()) {
      this.#state = 'failed'
      throw unknownOutcome(`the log's file ${active.segment.name} was removed while it was written to`)
    }
    if (this.#options.isFenced?.() === true) {
      this.#state = 'fenced'
      return 'fenced'
    }
    this.#take(group, active, encoded, isClosing)
    return 'ok'
  }

  #encode(group: LogGroup, active: ActiveSegment, isClosing: boolean): EncodedGroup {
    const encoded = encodeGroup(group, this.#placeOf(group, isClosing), active.segment.header.mark)
    active.fill(encoded.bytes.length, this.#aheadBytes)
    return encoded
  }

  #placeOf(group: LogGroup, isClosing: boolean) {
    const { epoch } = this.#options
    const firstSequenceNo = this.#tip.sequenceNo + 1
    return { group: this.#nextGroup, epoch, firstSequenceNo, tipHash: this.#tipAfter(group).hash, isClosing }
  }

  #tipAfter({ blocks, tipHash }: LogGroup): LogTip {
    if (blocks.length === 0) return this.#tip
    return { sequenceNo: this.#tip.sequenceNo + blocks.length, hash: new Uint8Array(tipHash) }
  }

  #take(group: LogGroup, active: ActiveSegment, encoded: EncodedGroup, isClosing: boolean): void {
    active.take(encoded)
    this.#tip = this.#tipAfter(group)
    this.#nextGroup += 1
    this.#identity = group.identity ?? this.#identity
    this.#isClosedByGroup = isClosing
  }

  get #aheadBytes(): number {
    return Math.max(this.#options.aheadBytes ?? aheadBytesUsual, sectorBytes)
  }

  /** The segment that the next group goes into: a new one where the present one is full. */
  #room({ blocks }: LogGroup): ActiveSegment {
    const bytes = blocks.reduce((sum, block) => sum + block.bytes.length, 0)
    const isFull = (active: ActiveSegment) =>
      !active.isEmpty && active.end + bytes > (this.#options.segmentBytes ?? segmentBytesUsual)
    if (this.#active !== undefined && isFull(this.#active)) this.#finishSegment(this.#active)
    if (this.#active === undefined) this.#beginSegment()
    return this.#active as unknown as ActiveSegment
  }

  #finishSegment(active: ActiveSegment): void {
    active.finish(this.#nextGroup - 1, this.#tip.hash)
    this.#chain.last.cut(active.end, true)
    this.#active = undefined
  }

  /**
   * A segment gets its name when its header is durable, and the group that it repeats: the segment before counts only up to that
   * one from then on.
   */
  #beginSegment(repeated?: LogGroup): void {
    const header = {
      logId: this.#chain.logId,
      epoch: this.#options.epoch,
      firstSequenceNo: this.#tip.sequenceNo + 1,
      firstGroup: this.#nextGroup,
      mark: this.#options.env.randomBytes(markBytes),
      place: this.#files.place(),
      hashBefore: this.#tip.hash,
      before: this.#chain.endOfLast,
      identity: this.#identity,
    }
    const encoded = repeated && encodeGroup(repeated, this.#placeOf(repeated, false), header.mark)
    const segment = this.#makeFile(segmentName(header), (file) =>
      Segment.create(file, header, [encoded?.bytes ?? new Uint8Array(0), new Uint8Array(this.#aheadBytes)]),
    )
    this.#active = new ActiveSegment(segment, segment.headerBytes)
    this.#chain.add(segment)
    if (repeated !== undefined) this.#take(repeated, this.#active, encoded as EncodedGroup, false)
  }

  #makeFile(name: string, fill: (file: LogFile) => Segment): Segment {
    const files = this.#files
    try {
      const unnamed = `next-${this.#options.epoch}.tmp`
      for (const old of files.list().filter((one) => isLeft(one, this.#options.epoch))) files.remove(old)
      const segment = fill(files.create(unnamed))
      files.rename(unnamed, name)
      files.flushNames()
      return segment
    } catch (error) {
      throw fileFailure(error)
    }
  }

  async #write(active: ActiveSegment, { bytes }: EncodedGroup): Promise<void> {
    const startMs = this.#options.env.monotonicMs()
    try {
      if (this.#flushMs < quickFlushMs) active.segment.file.writeDurably(bytes, active.end)
      else await active.segment.file.writeDurablyLater(bytes, active.end)
    } catch (error) {
      this.#settle(active, bytes.length, error)
    }
    const tookMs = this.#options.env.monotonicMs() - startMs
    this.#flushMs = this.#flushMs * 0.9 + tookMs * 0.1
  }

  /** After a write that failed: where its place can be zeroed durably, nothing was written; else nobody knows. */
  #settle(active: ActiveSegment, length: number, error: unknown): never {
    try {
      active.segment.file.write(new Uint8Array(length), active.end)
      active.segment.file.flush()
    } catch {
      this.#state = 'failed'
      throw unknownOutcome('the disk failed while a commit was written', error)
    }
    throw fileFailure(error)
  }

  /** Reads all of it. Throws LedgerError 'store/corrupt' with segment and place. */
  check(): void {
    for (const link of this.#chain.links) {
      const isGrowing = link === this.#chain.last && this.#active !== undefined
      const end = isGrowing ? (this.#active as ActiveSegment).end : link.end
      link.open(false).check({ end, isFinished: link.isFinished })
    }
    this.#active?.checkRest()
  }

  /**
   * The closing group shows that those before it were durable: without one, a damaged last group could not be distinguished from one
   * that was never acknowledged. And it lets the next epoch continue the segment.
   */
  async close(): Promise<void> {
    if (this.#state === 'closed') return
    try {
      if (this.#state === 'open' && !this.#isClosedByGroup)
        await this.#appendUnlessFenced({ blocks: [], tipHash: this.#tip.hash }, true)
    } finally {
      this.#state = 'closed'
      this.#chain.close()
    }
  }
}

function unknownOutcome(text: string, cause?: unknown): LedgerError {
  return new LedgerError('transaction/unknown-outcome', text, {
    help: 'open the ledger again: whether the commit took place is then known',
    ...(cause === undefined ? {} : { cause }),
  })
}

/** Whether it is a segment without a name of one who failed, or was here before. */
function isLeft(name: string, epoch: number): boolean {
  const found = unnamedPattern.exec(name)
  return found !== null && Number(found[1]) <= epoch
}
