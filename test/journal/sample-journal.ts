import { type Block, statementDigest } from '../../src/journal/block.ts'
import { type BlockContent, type RevisionContent, sealBlock } from '../../src/journal/seal-block.ts'
import { appendLeaf, type GrowingTreeNodes } from '../../src/journal/merkle-tree.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { timestampFromMs } from '../../src/values/timestamp.ts'
import type { StructValue } from '../../src/values/value.ts'

/** A journal that grows in memory, for tests. */
export class SampleJournal implements GrowingTreeNodes {
  readonly blocks: Block[] = []
  readonly #nodes = new Map<string, Uint8Array>()

  /** Seals one block: `documents` maps ids to their new data as Ion text, '' for a deletion. */
  append(documents: Readonly<Record<string, string>>, more: Partial<BlockContent> = {}): Block {
    const sequenceNo = this.blocks.length
    const block = sealBlock(
      { ...contentOf(sequenceNo, documents, (id) => this.#nextVersion(id)), ...more },
      sequenceNo === 0 ? undefined : this.tip,
    )
    appendLeaf(this, sequenceNo, block.blockHash)
    this.blocks.push(block)
    return block
  }

  get tip(): { sequenceNo: number; strandId: string; blockHash: Uint8Array } {
    const { blockAddress, blockHash } = this.blocks.at(-1) as Block
    return { ...blockAddress, blockHash }
  }

  get(level: number, index: number): Uint8Array {
    const node = this.#nodes.get(`${level}/${index}`)
    if (node === undefined) throw new Error(`no node ${level}/${index}`)
    return node
  }

  put(level: number, index: number, hash: Uint8Array): void {
    this.#nodes.set(`${level}/${index}`, hash)
  }

  #nextVersion(id: string): number {
    const versions = this.blocks
      .flatMap((block) => block.revisions ?? [])
      .flatMap((revision) => (revision.metadata?.id === id ? [revision.metadata.version] : []))
    return Math.max(-1, ...versions) + 1
  }
}

export const sampleStrand = 'KmA3ZZca7vAIiJAK9S5Iwl'

function contentOf(
  sequenceNo: number,
  documents: Readonly<Record<string, string>>,
  nextVersion: (id: string) => number,
): BlockContent {
  const startMs = Date.UTC(2024, 0, 1) + sequenceNo * 1000
  const transactionId = `tx${String(sequenceNo).padStart(20, '0')}`
  const statement = `UPDATE Vehicle /* ${sequenceNo} */ SET x = 1`
  const ids = Object.keys(documents)
  const revisions = ids.map((id): RevisionContent => {
    const metadata = { id, version: nextVersion(id), txTime: timestampFromMs(startMs + 20), txId: transactionId }
    const text = documents[id] as string
    return text === '' ? { metadata } : { data: parseIon(text) as StructValue, metadata }
  })
  const statements = [
    { statement, startTime: timestampFromMs(startMs), statementDigest: statementDigest(statement) },
    { statement: 'SELECT ?', startTime: timestampFromMs(startMs + 1), statementDigest: statementDigest('SELECT ?') },
  ]
  const infos = ids.map(
    (id) => [id, { tableName: 'Vehicle', tableId: 'BFJKdXgzt9oF4wjMbuxy4G', statements: [0] }] as const,
  )
  return {
    strandId: sampleStrand,
    transactionId,
    blockTimestamp: timestampFromMs(startMs + 20),
    transactionInfo: { statements, documents: ids.length === 0 ? undefined : new Map(infos) },
    revisions,
  }
}
