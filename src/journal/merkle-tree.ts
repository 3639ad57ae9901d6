import { assert } from '../base/assert.ts'
import { joinHashes } from '../values/join-hashes.ts'

/**
 * QLDB's Merkle tree: neighbours are joined pairwise, level by level, and an odd last node moves up unchanged. The same
 * shape serves a block's revisions, its entries, and the journal, whose leaf number is the block's sequenceNo.
 * Source: the Java sample's Verifier.calculateMerkleTreeRootHash; proven on digests of real ledgers.
 */

/** The root of a short list; empty for an empty one. */
export function rootOf(hashes: readonly Uint8Array[]): Uint8Array {
  let level = hashes
  while (level.length > 1) level = parentsOf(level)
  return level[0] ?? new Uint8Array(0)
}

/** The siblings of one leaf of a short list, from the bottom up: joined in turn to the leaf they give the root. */
export function siblingsIn(hashes: readonly Uint8Array[], index: number): Uint8Array[] {
  assert(index >= 0 && index < hashes.length, `leaf ${index} is one of ${hashes.length}`)
  const siblings: Uint8Array[] = []
  let position = index
  for (let level = hashes; level.length > 1; level = parentsOf(level)) {
    const sibling = level[position ^ 1]
    if (sibling !== undefined) siblings.push(sibling)
    position >>= 1
  }
  return siblings
}

function parentsOf(level: readonly Uint8Array[]): Uint8Array[] {
  const parents: Uint8Array[] = []
  for (let index = 0; index < level.length; index += 2) {
    const left = level[index] as Uint8Array
    const right = level[index + 1]
    parents.push(right === undefined ? left : joinHashes(left, right))
  }
  return parents
}

/**
 * The nodes of a tree that only grows. Node (level, index) is the root of the leaves [index * 2^level,
 * (index + 1) * 2^level); only such perfect subtrees are kept, since they never change. Level 0 are the leaves.
 */
export interface TreeNodes {
  /** A node that appendLeaf has put. Must throw when it is missing. */
  get(level: number, index: number): Uint8Array
}

export interface GrowingTreeNodes extends TreeNodes {
  put(level: number, index: number, hash: Uint8Array): void
}

/** Adds a leaf to a tree of `leafCount`: puts the leaf and every subtree that it completes (two nodes on average). */
export function appendLeaf(nodes: GrowingTreeNodes, leafCount: number, leaf: Uint8Array): void {
  let index = leafCount
  let node = leaf
  nodes.put(0, index, node)
  for (let level = 0; index % 2 === 1; level += 1) {
    node = joinHashes(nodes.get(level, index - 1), node)
    index = (index - 1) / 2
    nodes.put(level + 1, index, node)
  }
}

/** The root over the first `leafCount` leaves, also when more have been added since; reads O(log n) nodes. */
export function treeRoot(nodes: TreeNodes, leafCount: number): Uint8Array {
  return rootOfEdge(nodes, leafCount, Number.POSITIVE_INFINITY)
}

/** The root of the last `leafCount mod 2^levelsMax` of the first `leafCount` leaves: the tree's ragged right edge. */
function rootOfEdge(nodes: TreeNodes, leafCount: number, levelsMax: number): Uint8Array {
  let root: Uint8Array = new Uint8Array(0)
  let count = leafCount
  for (let level = 0; count > 0 && level < levelsMax; level += 1) {
    if (count % 2 === 1) root = joinHashes(nodes.get(level, count - 1), root)
    count = Math.floor(count / 2)
  }
  return root
}

/** Leaves [first, last] whose root is one element of a proof. */
export interface SiblingRange {
  readonly first: number
  readonly last: number
  /** The subtree is node (level, index) of the tree; it is perfect when it has 2^level leaves. */
  readonly level: number
  readonly index: number
}

/** Which subtrees are the siblings of leaf `index` in a tree of `leafCount`, from the bottom up. */
export function siblingRanges(index: number, leafCount: number): SiblingRange[] {
  assert(index >= 0 && index < leafCount, `leaf ${index} is one of ${leafCount}`)
  const ranges: SiblingRange[] = []
  let position = index
  let size = 1
  for (let level = 0, count = leafCount; count > 1; level += 1) {
    const sibling = position % 2 === 0 ? position + 1 : position - 1
    if (sibling < count) {
      const last = Math.min((sibling + 1) * size, leafCount) - 1
      ranges.push({ first: sibling * size, last, level, index: sibling })
    }
    position = Math.floor(position / 2)
    count = Math.ceil(count / 2)
    size *= 2
  }
  return ranges
}

/** The siblings of leaf `index` in the tree of the first `leafCount` leaves; reads O(log n) nodes. */
export function treeSiblings(nodes: TreeNodes, index: number, leafCount: number): Uint8Array[] {
  return siblingRanges(index, leafCount).map((range) =>
    range.last - range.first + 1 === 2 ** range.level
      ? nodes.get(range.level, range.index)
      : rootOfEdge(nodes, leafCount, range.level),
  )
}

/** A tree that keeps only the subtrees at its right edge: for the digest of a journal that is read from end to end. */
export class RunningTree {
  /** Roots of perfect subtrees, the largest first. */
  readonly #edge: Uint8Array[] = []
  #leafCount = 0

  /** The tree over the first `leafCount` leaves, for adding more. */
  static resume(nodes: TreeNodes, leafCount: number): RunningTree {
    const tree = new RunningTree()
    tree.#leafCount = leafCount
    for (let level = Math.floor(Math.log2(Math.max(1, leafCount))); level >= 0; level -= 1) {
      const count = Math.floor(leafCount / 2 ** level)
      if (count % 2 === 1) tree.#edge.push(nodes.get(level, count - 1))
    }
    return tree
  }

  get leafCount(): number {
    return this.#leafCount
  }

  /** Roots of the perfect subtrees so far, the largest first; from the end, they are the left siblings of the next leaf. */
  get edge(): readonly Uint8Array[] {
    return this.#edge
  }

  append(leaf: Uint8Array): void {
    let node = leaf
    for (let count = this.#leafCount; count % 2 === 1; count = (count - 1) / 2) {
      node = joinHashes(this.#edge.pop() as Uint8Array, node)
    }
    this.#edge.push(node)
    this.#leafCount += 1
  }

  root(): Uint8Array {
    return this.#edge.reduceRight((root, node) => joinHashes(node, root), new Uint8Array(0) as Uint8Array)
  }
}
