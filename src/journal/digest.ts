import type { BlockAddress } from './block.ts'
import { type TreeNodes, treeRoot } from './merkle-tree.ts'

/** The state of a whole journal in 32 bytes: the root over the hashes of the blocks 0 to the tip, the tip included. */
export interface Digest {
  readonly digest: Uint8Array
  readonly digestTipAddress: BlockAddress
}

/** The digest at a tip, also at one that the journal has since passed. Reads O(log n) nodes. */
export function digestAt(nodes: TreeNodes, tip: BlockAddress): Digest {
  return { digest: treeRoot(nodes, tip.sequenceNo + 1), digestTipAddress: tip }
}
