import { LedgerError } from '../base/errors.ts'
import { appendLeaf, type TreeNodes } from '../journal/merkle-tree.ts'
import { sha256Bytes } from '../values/sha256.ts'
import { nodeOfSummary } from './block-summary.ts'
import { summaryKey } from './keys.ts'
import type { Reader } from './records.ts'

/** The Merkle tree over all block hashes: each node lies with the block that completes it, the last of its leaves. */

export function treeNodes(reader: Pick<Reader, 'get'>): TreeNodes {
  return { get: (level, index) => treeNode(reader, level, index) }
}

/** The nodes that a new leaf completes, from level 0 up. */
export function nodesCompletedBy(reader: Pick<Reader, 'get'>, leafNumber: number, leaf: Uint8Array): Uint8Array[] {
  const completed: Uint8Array[] = []
  appendLeaf({ ...treeNodes(reader), put: (_level, _index, hash) => completed.push(hash) }, leafNumber, leaf)
  return completed
}

function treeNode(reader: Pick<Reader, 'get'>, level: number, index: number): Uint8Array {
  const summary = reader.get(summaryKey((index + 1) * 2 ** level - 1))
  const node = summary && nodeOfSummary(summary, level)
  if (node?.length === sha256Bytes) return node
  const fault = node === undefined ? 'missing' : 'damaged'
  throw new LedgerError('store/corrupt', `node ${index} of level ${level} of the journal's tree is ${fault}`, {
    help: "'qldb verify' shows what is damaged; 'qldb rebuild' rebuilds the tree from the blocks",
  })
}
