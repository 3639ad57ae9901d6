import { LedgerError } from '../base/errors.ts'
import type { GrowingTreeNodes, TreeNodes } from '../journal/merkle-tree.ts'
import type { WriteTransaction } from '../store/store.ts'
import { treeNodeKey } from './keys.ts'
import type { Reader } from './records.ts'

/** The Merkle tree over all block hashes, node by node in the store. */

export function treeNodes(reader: Reader): TreeNodes {
  return { get: (level, index) => treeNode(reader, level, index) }
}

export function growingTreeNodes(transaction: WriteTransaction): GrowingTreeNodes {
  return {
    get: (level, index) => treeNode(transaction, level, index),
    put: (level, index, hash) => transaction.put(treeNodeKey(level, index), hash),
  }
}

function treeNode(reader: Reader, level: number, index: number): Uint8Array {
  const node = reader.get(treeNodeKey(level, index))
  if (node !== undefined) return node
  throw new LedgerError('store/corrupt', `node ${index} of level ${level} of the journal's tree is missing`, {
    help: "'qldb verify' tells what is damaged; 'qldb rebuild' derives the tree anew from the blocks",
  })
}
