import { DeferredBlock } from '../journal/deferred-block.ts'
import { type Facts, withFacts } from '../journal/facts-source.ts'
import { type ExportFacts, exportFactsHere } from './export-facts.ts'
import { type ReadBlock, readBlockBatches, storedForm } from './import-blocks.ts'
import type { SourceBlock } from './source-block.ts'
import type { OnRead } from './import-file.ts'
import type { ExportFiles } from './import-files.ts'
import { type FindingList, FindingQueue } from './import-findings.ts'
import type { JsonRetyper } from './import-json.ts'
import { SoundBlock } from '../journal/sound-block.ts'

/** A block of an export, its stored form, and what is known of that when it is sound. */
export interface CheckedSource {
  readonly source: SourceBlock
  readonly stored: Uint8Array | undefined
  readonly sound: SoundBlock | undefined
}

interface StoredSource extends ReadBlock {
  readonly stored: Uint8Array | undefined
}

/**
 * As readBlocks, in batches, with many blocks hashed together. What the reading finds is added to `findings` when the block
 * before which it was found is taken, so that findings come in the same order however far ahead is read; an error of the
 * reading is thrown after the blocks before it. A batch must be taken in full before the next one is asked for.
 */
export async function* checkedBlocks(
  files: ExportFiles,
  findings: FindingList,
  onRead: OnRead | undefined,
  retyper: JsonRetyper,
  facts: ExportFacts = exportFactsHere,
): AsyncGenerator<Iterable<CheckedSource>> {
  const queue = new FindingQueue(findings)
  let failure: { readonly error: unknown } | undefined
  const batches = storedBatches(readBlockBatches(files, queue, onRead, retyper, facts), (error) => {
    failure = { error }
  })
  const checkable = ({ source, stored }: StoredSource) =>
    source.doubtful.length > 0 || source.sound !== undefined ? undefined : stored
  for await (const [batch, known] of withFacts(batches, checkable, facts)) yield released(batch, known, queue)
  queue.release(Number.POSITIVE_INFINITY)
  if (failure !== undefined) throw failure.error
}

async function* storedBatches(
  batches: AsyncGenerator<readonly ReadBlock[]>,
  onError: (error: unknown) => void,
): AsyncGenerator<StoredSource[]> {
  try {
    for await (const batch of batches) yield batch.map((item) => ({ ...item, stored: storedOf(item.source) }))
  } catch (error) {
    onError(error)
  }
}

function storedOf({ stored, block }: SourceBlock): Uint8Array | undefined {
  return stored ?? storedForm(block)
}

function* released(batch: readonly StoredSource[], known: Facts, queue: FindingQueue): Generator<CheckedSource> {
  for (let index = 0; index < batch.length; index += 1) {
    const { source, stored, findings } = batch[index] as StoredSource
    const facts = known[index]
    queue.release(findings)
    if (source.sound !== undefined || facts === undefined || stored === undefined) {
      yield { source, stored, sound: source.sound }
      continue
    }
    const sound = new SoundBlock(facts, stored)
    yield { source: { ...source, block: new DeferredBlock(sound, stored) }, stored, sound }
  }
}
