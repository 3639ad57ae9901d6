import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { equalBytes, toBase64 } from '../../src/base/bytes.ts'
import {
  appendLeaf,
  type GrowingTreeNodes,
  RunningTree,
  rootOf,
  siblingRanges,
  siblingsIn,
  treeRoot,
  treeSiblings,
} from '../../src/journal/merkle-tree.ts'
import { verifyProof } from '../../src/journal/proof.ts'
import { joinHashes } from '../../src/values/join-hashes.ts'

const leavesMax = 300
const leaves = Array.from({ length: leavesMax }, (_, index) => createHash('sha256').update(`leaf ${index}`).digest())

/** Counts what is read and refuses to lose or change a node. */
class CountingNodes implements GrowingTreeNodes {
  readonly nodes = new Map<string, Uint8Array>()
  reads = 0
  get(level: number, index: number): Uint8Array {
    this.reads += 1
    const node = this.nodes.get(`${level}/${index}`)
    assert.ok(node !== undefined, `node ${level}/${index} was never put`)
    return node
  }
  put(level: number, index: number, hash: Uint8Array): void {
    assert.ok(!this.nodes.has(`${level}/${index}`), `node ${level}/${index} is put once`)
    this.nodes.set(`${level}/${index}`, hash)
  }
}

/** The tree in full, by the rule's own words: neighbours joined, an odd last node moved up. */
function levelsOf(list: readonly Uint8Array[]): Uint8Array[][] {
  const levels = [[...list]]
  for (let below = levels[0] as Uint8Array[]; below.length > 1; below = levels.at(-1) as Uint8Array[]) {
    const level: Uint8Array[] = []
    for (let at = 0; at + 1 < below.length; at += 2) {
      level.push(joinHashes(below[at] as Uint8Array, below[at + 1] as Uint8Array))
    }
    if (below.length % 2 === 1) level.push(below.at(-1) as Uint8Array)
    levels.push(level)
  }
  return levels
}

function siblingsByLevels(levels: readonly Uint8Array[][], index: number): Uint8Array[] {
  return levels.flatMap((level, height) => level[(index >> height) ^ 1] ?? [])
}

test('the growing tree has the root and siblings of the plain one, for every leaf of every size up to 300', () => {
  const nodes = new CountingNodes()
  const running = new RunningTree()
  assert.equal(treeRoot(nodes, 0).length, 0)
  assert.equal(running.root().length, 0)
  for (let count = 1; count <= leavesMax; count += 1) {
    appendLeaf(nodes, count - 1, leaves[count - 1] as Uint8Array)
    running.append(leaves[count - 1] as Uint8Array)
    const list = leaves.slice(0, count)
    const levels = levelsOf(list)
    const root = levels.at(-1)?.[0] as Uint8Array
    assert.ok(equalBytes(rootOf(list), root))
    assert.ok(equalBytes(treeRoot(nodes, count), root))
    assert.ok(equalBytes(running.root(), root))
    assert.deepEqual(siblingsIn(list, count >> 1), siblingsByLevels(levels, count >> 1))
    for (let index = 0; index < count; index += 1) {
      const siblings = treeSiblings(nodes, index, count)
      const expected = siblingsByLevels(levels, index)
      assert.equal(siblings.length, expected.length)
      assert.ok(siblings.every((hash, at) => equalBytes(hash, expected[at] as Uint8Array)))
      assert.ok(verifyProof(leaves[index] as Uint8Array, siblings, root))
    }
  }
  assert.equal(running.leafCount, leavesMax)
  assert.ok(nodes.nodes.size < 2 * leavesMax)
})

test('roots and siblings of the past stay what they were when the tree has grown on', () => {
  const nodes = new CountingNodes()
  for (const [index, leaf] of leaves.entries()) appendLeaf(nodes, index, leaf)
  for (const count of [1, 2, 3, 20, 27, 36, 39, 92, 114, 124, 177, 256, 299]) {
    const list = leaves.slice(0, count)
    assert.equal(toBase64(treeRoot(nodes, count)), toBase64(rootOf(list)))
    for (const index of [0, count >> 1, count - 1]) {
      nodes.reads = 0
      assert.deepEqual(treeSiblings(nodes, index, count), siblingsIn(list, index))
      assert.ok(nodes.reads <= 2 * Math.ceil(Math.log2(count + 1)), `${nodes.reads} reads for ${count} leaves`)
    }
  }
})

test('a sibling is the root of the leaves that its range names', () => {
  for (const count of [1, 2, 7, 8, 100, 233]) {
    const list = leaves.slice(0, count)
    for (let index = 0; index < count; index += 1) {
      const siblings = siblingsIn(list, index)
      const ranges = siblingRanges(index, count)
      assert.deepEqual(
        ranges.map(({ first, last }) => toBase64(rootOf(list.slice(first, last + 1)))),
        siblings.map(toBase64),
      )
      const covered = ranges.reduce((sum, { first, last }) => sum + last - first + 1, 1)
      assert.equal(covered, count)
    }
  }
})

test('indexes beyond 32 bits are whole', () => {
  const huge = 2 ** 40
  const ranges = siblingRanges(huge, huge + 3)
  assert.deepEqual(ranges[0], { first: huge + 1, last: huge + 1, level: 0, index: huge + 1 })
  assert.deepEqual(ranges.at(-1), { first: 0, last: huge - 1, level: 40, index: 0 })
})
