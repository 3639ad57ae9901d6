import { LedgerError } from '../base/errors.ts'
import { exportOpenFilesMax, exportReorderBlocksMax, exportReorderBytesMax } from '../base/limits.ts'
import type { Value } from '../values/value.ts'
import { type Block, blockFromIon } from './block.ts'
import { bestCopy } from './import-copies.ts'
import { isFileFault, type OnRead, readFileValues } from './import-file.ts'
import type { BlockFile, ExportFiles } from './import-files.ts'
import type { FindingList } from './import-findings.ts'
import { isJsonBlock, JsonRetyper } from './import-json.ts'
import { readStreamBlocks, type StreamFile } from './import-stream.ts'

/** A block as it came out of a file. */
export interface SourceBlock {
  readonly block: Block
  readonly path: string
  /** Bytes that it took in the unpacked file. */
  readonly bytes: number
  readonly isJson: boolean
  /** Indexes of the revisions that JSON took the types of, so that their hash can't be checked. */
  readonly doubtful: readonly number[]
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
  let last = -1
  let copies: SourceBlock[] = []
  for await (const source of mergedBlocks(files, findings, onRead, retyper)) {
    const { sequenceNo } = source.block.blockAddress
    const pending = copies[0]?.block.blockAddress.sequenceNo ?? sequenceNo
    if (sequenceNo === pending && sequenceNo > last) {
      copies.push(source)
      continue
    }
    if (sequenceNo < pending || sequenceNo <= last) {
      const message = `block ${sequenceNo} in '${source.path}' comes after block ${Math.max(pending, last)} and was passed over`
      findings.add('doubtful', 'late-block', message, { sequenceNo, file: source.path })
      continue
    }
    yield bestCopy(copies, findings)
    last = pending
    copies = [source]
  }
  if (copies.length > 0) yield bestCopy(copies, findings)
}

/** A file, or all stream records, with the number that is next. */
interface Run {
  readonly first: number
  next(): Promise<SourceBlock | undefined>
  close(): Promise<unknown>
}

async function* mergedBlocks(
  files: ExportFiles,
  findings: FindingList,
  onRead: OnRead | undefined,
  retyper: JsonRetyper,
): AsyncGenerator<SourceBlock> {
  const waiting: Run[] = files.blockFiles.map((file) => new FileRun(file, retyper, findings, onRead))
  if (files.streamFiles.length > 0) waiting.unshift(streamRun(files.streamFiles, retyper, findings, onRead))
  const open: { readonly run: Run; head: SourceBlock }[] = []
  try {
    while (waiting.length > 0 || open.length > 0) {
      const least = leastOf(open)
      const next = waiting[0]
      if (next !== undefined && (least === undefined || next.first <= numberOf(least.head))) {
        waiting.shift()
        if (open.length >= exportOpenFilesMax)
          throw new LedgerError('export/limit', `the blocks of more than ${exportOpenFilesMax} files overlap`)
        const head = await next.next()
        if (head !== undefined) open.push({ run: next, head })
        continue
      }
      if (least === undefined) continue
      yield least.head
      const head = await least.run.next()
      if (head === undefined) open.splice(open.indexOf(least), 1)
      else least.head = head
    }
  } finally {
    for (const { run } of open) await run.close()
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

function streamRun(
  files: readonly StreamFile[],
  retyper: JsonRetyper,
  findings: FindingList,
  onRead: OnRead | undefined,
): Run {
  const blocks = readStreamBlocks(files, retyper, findings, onRead)
  const next = async () => {
    const item = await blocks.next()
    return item.done === true ? undefined : item.value
  }
  return { first: 0, next, close: () => blocks.return(undefined) }
}

/** The blocks of one file, in order as far as the look-ahead reaches. */
class FileRun implements Run {
  readonly first: number
  readonly #file: BlockFile
  readonly #retyper: JsonRetyper
  readonly #findings: FindingList
  readonly #onRead: OnRead | undefined
  #values: AsyncGenerator<SourceBlock> | undefined
  /** Read ahead, by number. */
  readonly #held: SourceBlock[] = []
  #heldBytes = 0
  #last: number | undefined
  #isAtEnd = false
  #isOutOfOrder = false
  #count = 0

  constructor(file: BlockFile, retyper: JsonRetyper, findings: FindingList, onRead: OnRead | undefined) {
    this.#file = file
    this.#retyper = retyper
    this.#findings = findings
    this.#onRead = onRead
    this.first = Math.min(file.first, file.named?.first ?? file.first)
    this.#last = this.first - 1
  }

  async next(): Promise<SourceBlock | undefined> {
    while (!this.#isAtEnd && (this.#held.length === 0 || this.#lacksNext())) await this.#pull()
    const source = this.#held.shift()
    if (source === undefined) return undefined
    this.#heldBytes -= source.bytes
    this.#last = numberOf(source)
    return source
  }

  async close(): Promise<unknown> {
    return this.#values?.return(undefined)
  }

  #lacksNext(): boolean {
    const hasRoom = this.#held.length < exportReorderBlocksMax && this.#heldBytes < exportReorderBytesMax
    return hasRoom && numberOf(this.#held[0] as SourceBlock) > (this.#last as number) + 1
  }

  async #pull(): Promise<void> {
    this.#values ??= blocksOfFile(this.#file.path, this.#retyper, this.#findings, this.#onRead)
    const item = await this.#values.next()
    if (item.done === true) {
      this.#isAtEnd = true
      this.#checkName()
      return
    }
    const source = item.value
    const number = numberOf(source)
    this.#count += 1
    this.#heldBytes += source.bytes
    let at = this.#held.length
    while (at > 0 && numberOf(this.#held[at - 1] as SourceBlock) > number) at -= 1
    if (at < this.#held.length || number < (this.#last as number)) this.#noteDisorder(number)
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

async function* blocksOfFile(
  path: string,
  retyper: JsonRetyper,
  findings: FindingList,
  onRead: OnRead | undefined,
): AsyncGenerator<SourceBlock, undefined> {
  let before: number | undefined
  try {
    for await (const { value, bytes } of readFileValues(path, onRead)) {
      for (const item of value.type === 'list' ? value.items : [value]) {
        const source = sourceBlockOf(item, path, bytes, retyper, findings, before)
        if (source === undefined) continue
        before = numberOf(source)
        yield source
      }
    }
  } catch (error) {
    if (!isFileFault(error)) throw error
    findings.add('doubtful', 'file-unreadable', error.message, { file: path, sequenceNo: before })
  }
  return undefined
}

function sourceBlockOf(
  value: Value,
  path: string,
  bytes: number,
  retyper: JsonRetyper,
  findings: FindingList,
  before: number | undefined,
): SourceBlock | undefined {
  try {
    if (value.type === 'struct' && isJsonBlock(value)) {
      const { ion, doubtful } = retyper.retype(value)
      return { block: blockFromIon(ion), path, bytes, isJson: true, doubtful }
    }
    return { block: blockFromIon(value), path, bytes, isJson: false, doubtful: [] }
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    const place = before === undefined ? 'at its beginning' : `after block ${before}`
    findings.add('tampered', 'malformed', `'${path}', ${place}: ${error.message}`, { file: path, sequenceNo: before })
    return undefined
  }
}
