import { LedgerError } from '../base/errors.ts'
import { exportOpenFilesMax, exportReorderBlocksMax, exportReorderBytesMax } from '../base/limits.ts'
import { type Block, encodeBlock } from '../journal/block.ts'
import type { MarkedRevisions } from '../journal/import-marks.ts'
import { windowBlocksMax, windowBytesMax } from '../journal/sealed-blocks.ts'
import { type ExportFacts, noFacts } from './export-facts.ts'
import { type BlockReading, FileBlocks } from './file-blocks.ts'
import { bestCopy } from './import-copies.ts'
import type { OnRead } from './import-file.ts'
import { declaredMarks } from './export-manifests.ts'
import type { BlockFile, ExportFiles } from './import-files.ts'
import { type FindingList, FindingQueue } from './import-findings.ts'
import { JsonRetyper } from './import-json.ts'
import { readStreamBlocks, type StreamFile } from './import-stream.ts'
import type { SourceBlock } from './source-block.ts'

/** A block, and how many findings the reading had made before it. */
export interface ReadBlock {
  readonly source: SourceBlock
  readonly findings: number
}

/**
 * The blocks of all files in the order of their numbers, each once. Files whose blocks overlap are read side by side;
 * copies of a block are compared. Blocks of a file that are not in order are put in order as far as
 * exportReorderBlocksMax of them reach. What can't be read, comes twice and differs, or comes too late is a finding.
 * Throws LedgerError 'export/limit' when more than exportOpenFilesMax files overlap.
 */
export async function* readBlocks(
  files: ExportFiles,
  findings: FindingList,
  onRead?: OnRead,
  retyper = new JsonRetyper(),
): AsyncGenerator<SourceBlock> {
  const queue = new FindingQueue(findings)
  for await (const batch of readBlockBatches(files, queue, onRead, retyper)) {
    for (const { source, findings: before } of batch) {
      queue.release(before)
      yield source
    }
  }
  queue.release(Number.POSITIVE_INFINITY)
}

/** The same in batches. `facts` is asked about blocks that files hold in their stored form, before they are decoded. */
export async function* readBlockBatches(
  files: ExportFiles,
  findings: FindingQueue,
  onRead?: OnRead,
  retyper = new JsonRetyper(),
  facts: ExportFacts = noFacts,
): AsyncGenerator<ReadBlock[]> {
  const waiting: Run[] = files.blockFiles.map((file) => new FileRun(file, { retyper, findings, onRead, facts }))
  if (files.streamFiles.length > 0) waiting.unshift(new StreamRun(files.streamFiles, retyper, findings, onRead))
  const open: { readonly run: Run; head: SourceBlock }[] = []
  const batch = new Batch(findings, declaredMarks(files))
  try {
    while (waiting.length > 0 || open.length > 0) {
      const least = leastOf(open)
      const next = waiting[0]
      if (next !== undefined && (least === undefined || next.first <= numberOf(least.head))) {
        waiting.shift()
        if (open.length >= exportOpenFilesMax)
          throw new LedgerError('export/limit', `the blocks of more than ${exportOpenFilesMax} files overlap`)
        const head = await nextOf(next)
        if (head !== undefined) open.push({ run: next, head })
        continue
      }
      if (least === undefined) continue
      batch.add(least.head)
      let head = least.run.take()
      if (head === undefined || batch.isFull) {
        if (batch.size > 0) yield batch.takeAll()
        head ??= await nextOf(least.run)
      }
      if (head === undefined) open.splice(open.indexOf(least), 1)
      else least.head = head
    }
    batch.end()
    if (batch.size > 0) yield batch.takeAll()
  } catch (error) {
    if (batch.size > 0) yield batch.takeAll()
    throw error
  } finally {
    for (const { run } of open) await run.close()
  }
}

/** Blocks in their order, each once: copies follow one another. */
class Batch {
  readonly #findings: FindingQueue
  readonly #marks: MarkedRevisions
  #blocks: ReadBlock[] = []
  #bytes = 0
  #last = -1
  #copies: SourceBlock[] = []

  constructor(findings: FindingQueue, marks: MarkedRevisions) {
    this.#findings = findings
    this.#marks = marks
  }

  get size(): number {
    return this.#blocks.length
  }

  get isFull(): boolean {
    return this.#blocks.length >= windowBlocksMax || this.#bytes >= windowBytesMax
  }

  takeAll(): ReadBlock[] {
    const blocks = this.#blocks
    this.#blocks = []
    this.#bytes = 0
    return blocks
  }

  add(read: SourceBlock): void {
    const source = withMarks(read, this.#marks, this.#findings)
    const sequenceNo = numberOf(source)
    const [first] = this.#copies
    const pending = first === undefined ? sequenceNo : numberOf(first)
    if (sequenceNo === pending && sequenceNo > this.#last) this.#copies.push(source)
    else if (sequenceNo < pending || sequenceNo <= this.#last) {
      const message = `block ${sequenceNo} in '${source.path}' comes after block ${Math.max(pending, this.#last)} and was skipped`
      this.#findings.add('doubtful', 'late-block', message, { sequenceNo, file: source.path })
    } else {
      this.#put(bestCopy(this.#copies, this.#findings))
      this.#last = pending
      this.#copies = [source]
    }
  }

  end(): void {
    if (this.#copies.length > 0) this.#put(bestCopy(this.#copies, this.#findings))
  }

  #put(source: SourceBlock): void {
    this.#blocks.push({ source, findings: this.#findings.total })
    this.#bytes += source.bytes
  }
}

/** The block with the marks that the export declares; JSON's own doubts are what counts there. */
function withMarks(source: SourceBlock, marks: MarkedRevisions, findings: FindingList): SourceBlock {
  const sequenceNo = numberOf(source)
  const doubtful = marks.get(sequenceNo)
  if (doubtful === undefined) return source
  const { sound: _, ...unchecked } = source
  if (!source.isJson) return { ...unchecked, doubtful }
  const message = `a manifest has marks of an import for block ${sequenceNo}, which is JSON: no such export has them`
  findings.add('doubtful', 'manifest', message, { sequenceNo, file: source.path })
  return source
}

/** A file, or all stream records, with the number that is next. */
interface Run {
  readonly first: number
  /** The next block of those that have been read; undefined where `pull` must read more first. */
  take(): SourceBlock | undefined
  /** False at the end. */
  pull(): Promise<boolean>
  close(): Promise<unknown>
}

async function nextOf(run: Run): Promise<SourceBlock | undefined> {
  for (;;) {
    const source = run.take()
    if (source !== undefined) return source
    if (!(await run.pull())) return undefined
  }
}

function numberOf(source: SourceBlock): number {
  return source.block.blockAddress.sequenceNo
}

function leastOf<T extends { readonly head: SourceBlock }>(open: readonly T[]): T | undefined {
  let least = open[0]
  for (const item of open) if (least !== undefined && numberOf(item.head) < numberOf(least.head)) least = item
  return least
}

class StreamRun implements Run {
  readonly first = 0
  readonly #blocks: AsyncGenerator<SourceBlock>
  #next: SourceBlock | undefined

  constructor(files: readonly StreamFile[], retyper: JsonRetyper, findings: FindingList, onRead: OnRead | undefined) {
    this.#blocks = readStreamBlocks(files, retyper, findings, onRead)
  }

  take(): SourceBlock | undefined {
    const next = this.#next
    this.#next = undefined
    return next
  }

  async pull(): Promise<boolean> {
    const item = await this.#blocks.next()
    this.#next = item.done === true ? undefined : item.value
    return item.done !== true
  }

  async close(): Promise<unknown> {
    return await this.#blocks.return(undefined)
  }
}

/** The blocks of one file, in order as far as the look-ahead reaches. */
class FileRun implements Run {
  readonly first: number
  readonly #file: BlockFile
  readonly #findings: FindingList
  readonly #blocks: FileBlocks
  /** Read ahead, by number. */
  readonly #held: SourceBlock[] = []
  #heldBytes = 0
  #last: number
  /** The number of the block that was taken last. */
  #taken: number | undefined
  #isAtEnd = false
  #isOutOfOrder = false
  #count = 0

  constructor(file: BlockFile, reading: BlockReading) {
    this.#file = file
    this.#findings = reading.findings
    this.#blocks = new FileBlocks(file, reading)
    this.first = Math.min(file.first, file.named?.first ?? file.first)
    this.#last = this.first - 1
  }

  take(): SourceBlock | undefined {
    while (!this.#isAtEnd && this.#lacksNext()) {
      const source = this.#blocks.take()
      if (source === undefined) return undefined
      this.#hold(source)
    }
    const source = this.#held.shift()
    if (source === undefined) return undefined
    this.#heldBytes -= source.bytes
    this.#last = numberOf(source)
    this.#taken = this.#last
    return source
  }

  async pull(): Promise<boolean> {
    if (this.#isAtEnd) return false
    if (await this.#blocks.pull()) return true
    this.#isAtEnd = true
    this.#checkName()
    return true
  }

  async close(): Promise<unknown> {
    return await this.#blocks.close()
  }

  #lacksNext(): boolean {
    const [first] = this.#held
    if (first === undefined) return true
    const hasRoom = this.#held.length < exportReorderBlocksMax && this.#heldBytes < exportReorderBytesMax
    return hasRoom && numberOf(first) > this.#last + 1
  }

  #hold(source: SourceBlock): void {
    const number = numberOf(source)
    this.#heldBytes += source.bytes
    let at = this.#held.length
    while (at > 0 && numberOf(this.#held[at - 1] as SourceBlock) > number) at -= 1
    const before = this.#held[at - 1]
    // Copies are compared when they are put in their place; a file's name counts the block once.
    if (number !== (before === undefined ? this.#taken : numberOf(before))) this.#count += 1
    if (at < this.#held.length || number < this.#last) this.#noteDisorder(number)
    this.#held.splice(at, 0, source)
  }

  #noteDisorder(sequenceNo: number): void {
    if (this.#isOutOfOrder) return
    this.#isOutOfOrder = true
    const { path } = this.#file
    const message = `the blocks of '${path}' are not in order, first seen at block ${sequenceNo}`
    this.#findings.add('note', 'file-order', message, { sequenceNo, file: path })
  }

  #checkName(): void {
    const { named, path } = this.#file
    const expected = named === undefined ? this.#count : named.last - named.first + 1
    if (expected === this.#count) return
    const message = `'${path}' has ${this.#count} blocks, its name says ${expected}`
    this.#findings.add('doubtful', 'file-name', message, { file: path })
  }
}

/** Undefined for a block that has no such form: it can't be sound. */
export function storedForm(block: Block): Uint8Array | undefined {
  try {
    return encodeBlock(block)
  } catch (error) {
    if (error instanceof LedgerError) return undefined
    throw error
  }
}
