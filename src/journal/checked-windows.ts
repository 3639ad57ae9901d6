import { readBlocks, type SourceBlock } from './import-blocks.ts'
import type { OnRead } from './import-file.ts'
import type { ExportFiles } from './import-files.ts'
import { FindingList } from './import-findings.ts'
import type { JsonRetyper } from './import-json.ts'
import { soundFacts, windowBlocksMax, windowBytesMax } from './sealed-blocks.ts'
import type { SoundFacts } from './sound-block.ts'
import { storedForm } from './verify-export.ts'

type Facts = readonly (SoundFacts | undefined)[]

/** SealedBlocks.check, here or in other threads: what it says follows from the blocks alone. Must not reject. */
export interface FactsSource {
  of(blocks: readonly (Uint8Array | undefined)[]): Facts | Promise<Facts>
  /** Windows that are asked for before the answer to the first is taken. */
  readonly ahead: number
}

export const factsHere: FactsSource = { of: soundFacts, ahead: 0 }
/** Where no hash is to be checked. */
export const noFacts: FactsSource = { of: (blocks) => blocks.map(() => undefined), ahead: 0 }

/** A block of an export, its stored form, and what is known of that when it is sound. */
export interface CheckedSource {
  readonly source: SourceBlock
  readonly stored: Uint8Array | undefined
  readonly facts: SoundFacts | undefined
}

/**
 * As readBlocks, with many blocks hashed together. What the reading finds is added to `findings` when the block before
 * which it was found is taken, so that findings come in the same order however far ahead is read; an error of the reading
 * is thrown after the blocks before it.
 */
export async function* checkedBlocks(
  files: ExportFiles,
  findings: FindingList,
  onRead: OnRead | undefined,
  retyper: JsonRetyper,
  facts: FactsSource = factsHere,
): AsyncGenerator<CheckedSource> {
  const queue = new FindingQueue(findings)
  let failure: { readonly error: unknown } | undefined
  const windows = windowsOfSources(files, queue, onRead, retyper, (error) => {
    failure = { error }
  })
  const checkable = ({ source, stored }: ReadBlock) => (source.doubtful.length > 0 ? undefined : stored)
  for await (const [window, known] of withFacts(windows, checkable, facts)) {
    for (const [index, { source, stored, findings: before }] of window.entries()) {
      queue.release(before)
      yield { source, stored, facts: known[index] }
    }
  }
  queue.release(Number.POSITIVE_INFINITY)
  if (failure !== undefined) throw failure.error
}

/** Windows of blocks with what is known of each block, in their order; later ones are asked about ahead. */
export async function* withFacts<Item>(
  windows: AsyncIterable<readonly Item[]> | Iterable<readonly Item[]>,
  checkable: (item: Item) => Uint8Array | undefined,
  facts: FactsSource,
): AsyncGenerator<readonly [window: readonly Item[], facts: Facts]> {
  const waiting: (readonly [readonly Item[], Facts | Promise<Facts>])[] = []
  for await (const window of windows) {
    waiting.push([window, facts.of(window.map(checkable))])
    const [first] = waiting
    if (first === undefined || waiting.length <= facts.ahead) continue
    waiting.shift()
    yield [first[0], await first[1]]
  }
  for (const [window, asked] of waiting) yield [window, await asked]
}

interface ReadBlock {
  readonly source: SourceBlock
  readonly stored: Uint8Array | undefined
  /** Findings before it. */
  readonly findings: number
}

async function* windowsOfSources(
  files: ExportFiles,
  queue: FindingQueue,
  onRead: OnRead | undefined,
  retyper: JsonRetyper,
  onError: (error: unknown) => void,
): AsyncGenerator<ReadBlock[]> {
  let window: ReadBlock[] = []
  let bytes = 0
  try {
    for await (const source of readBlocks(files, queue, onRead, retyper)) {
      const stored = storedForm(source.block)
      window.push({ source, stored, findings: queue.total })
      // The block may keep the text alive that it was read from.
      bytes += Math.max(source.bytes, stored?.length ?? 0)
      if (window.length < windowBlocksMax && bytes < windowBytesMax) continue
      yield window
      window = []
      bytes = 0
    }
  } catch (error) {
    onError(error)
  }
  if (window.length > 0) yield window
}

/** Holds findings until they are released, in their order. */
class FindingQueue extends FindingList {
  override readonly lone: FindingList['lone']
  readonly #target: FindingList
  #held: Parameters<FindingList['add']>[] = []
  /** How many there were in all. */
  total = 0
  #released = 0

  constructor(target: FindingList) {
    super()
    this.#target = target
    this.lone = target.lone
  }

  override add(...finding: Parameters<FindingList['add']>): void {
    this.#held.push(finding)
    this.total += 1
  }

  /** The first so many of all. */
  release(count: number): void {
    if (this.#held.length === 0 || count <= this.#released) return
    const released = this.#held.splice(0, count - this.#released)
    this.#released += released.length
    for (const finding of released) this.#target.add(...finding)
  }
}
