import { compareBytes } from '../base/bytes.ts'
import type { KeyRange } from './store.ts'

/**
 * An ordered map from byte keys to byte values that is never changed in place: every change gives a new tree that
 * shares all untouched nodes with the old one (a B+ tree with path copying). All leaves have the same depth; a node
 * that becomes empty is dropped, small ones are not merged.
 */
export type Tree = Leaf | Branch

interface Leaf {
  readonly isLeaf: true
  readonly keys: readonly Uint8Array[]
  readonly values: readonly Uint8Array[]
}

interface Branch {
  readonly isLeaf: false
  /** `keys[i]` is at most the smallest key of `children[i]` and above every key of the child before; `keys[0]` is unused. */
  readonly keys: readonly Uint8Array[]
  readonly children: readonly Tree[]
}

const nodeEntriesMax = 32

export const emptyTree: Tree = { isLeaf: true, keys: [], values: [] }

export function treeGet(tree: Tree, key: Uint8Array): Uint8Array | undefined {
  let node = tree
  while (!node.isLeaf) node = node.children[childIndex(node, key)] as Tree
  const index = lowerBound(node.keys, key, 0)
  const found = node.keys[index]
  return found !== undefined && compareBytes(found, key) === 0 ? node.values[index] : undefined
}

/** The tree keeps `key` and `value` themselves: they must not change afterwards. */
export function treePut(tree: Tree, key: Uint8Array, value: Uint8Array): Tree {
  const parts = putInto(tree, key, value)
  if (parts.length === 1) return parts[0] as Tree
  return { isLeaf: false, keys: parts.map(firstKey), children: parts }
}

export function treeRemove(tree: Tree, key: Uint8Array): Tree {
  let root = removeFrom(tree, key) ?? emptyTree
  while (!root.isLeaf && root.children.length === 1) root = root.children[0] as Tree
  return root
}

/** The entries of a range in its order, as the tree holds them: not copies. */
export function* treeRange(tree: Tree, range: KeyRange): Generator<readonly [Uint8Array, Uint8Array], void> {
  if (range.reverse === true) yield* descending(tree, range.start, range.end)
  else yield* ascending(tree, range.start, range.end)
}

function* ascending(
  node: Tree,
  start: Uint8Array,
  end: Uint8Array,
): Generator<readonly [Uint8Array, Uint8Array], void> {
  if (node.isLeaf) {
    for (let index = lowerBound(node.keys, start, 0); index < node.keys.length; index += 1) {
      const key = node.keys[index] as Uint8Array
      if (compareBytes(key, end) >= 0) return
      yield [key, node.values[index] as Uint8Array]
    }
    return
  }
  for (let index = childIndex(node, start); index < node.children.length; index += 1) {
    if (index > 0 && compareBytes(node.keys[index] as Uint8Array, end) >= 0) return
    yield* ascending(node.children[index] as Tree, start, end)
  }
}

function* descending(
  node: Tree,
  start: Uint8Array,
  end: Uint8Array,
): Generator<readonly [Uint8Array, Uint8Array], void> {
  if (node.isLeaf) {
    for (let index = lowerBound(node.keys, end, 0) - 1; index >= 0; index -= 1) {
      const key = node.keys[index] as Uint8Array
      if (compareBytes(key, start) < 0) return
      yield [key, node.values[index] as Uint8Array]
    }
    return
  }
  const first = childIndex(node, start)
  for (let index = childIndex(node, end); index >= first; index -= 1) {
    yield* descending(node.children[index] as Tree, start, end)
  }
}

/** The node with the entry in it, as one node or, when it grew too large, as two. */
function putInto(node: Tree, key: Uint8Array, value: Uint8Array): Tree[] {
  if (node.isLeaf) {
    const index = lowerBound(node.keys, key, 0)
    const found = node.keys[index]
    if (found !== undefined && compareBytes(found, key) === 0) {
      return [{ isLeaf: true, keys: node.keys, values: node.values.with(index, value) }]
    }
    return split({
      isLeaf: true,
      keys: node.keys.toSpliced(index, 0, key),
      values: node.values.toSpliced(index, 0, value),
    })
  }
  const index = childIndex(node, key)
  const parts = putInto(node.children[index] as Tree, key, value)
  if (parts.length === 1) {
    return [{ isLeaf: false, keys: node.keys, children: node.children.with(index, parts[0] as Tree) }]
  }
  return split({
    isLeaf: false,
    keys: node.keys.toSpliced(index + 1, 0, firstKey(parts[1] as Tree)),
    children: node.children.toSpliced(index, 1, ...parts),
  })
}

/** A node as it is, or in two halves when it has too many entries. */
function split(node: Tree): Tree[] {
  const count = node.keys.length
  if (count <= nodeEntriesMax) return [node]
  const cut = count >> 1
  const left = node.keys.slice(0, cut)
  const right = node.keys.slice(cut)
  if (node.isLeaf) {
    return [
      { isLeaf: true, keys: left, values: node.values.slice(0, cut) },
      { isLeaf: true, keys: right, values: node.values.slice(cut) },
    ]
  }
  return [
    { isLeaf: false, keys: left, children: node.children.slice(0, cut) },
    { isLeaf: false, keys: right, children: node.children.slice(cut) },
  ]
}

/** The node without the key; the same node when it was not there, undefined when nothing is left. */
function removeFrom(node: Tree, key: Uint8Array): Tree | undefined {
  if (node.isLeaf) {
    const index = lowerBound(node.keys, key, 0)
    const found = node.keys[index]
    if (found === undefined || compareBytes(found, key) !== 0) return node
    if (node.keys.length === 1) return undefined
    return { isLeaf: true, keys: node.keys.toSpliced(index, 1), values: node.values.toSpliced(index, 1) }
  }
  const index = childIndex(node, key)
  const child = node.children[index] as Tree
  const rest = removeFrom(child, key)
  if (rest === child) return node
  if (rest !== undefined) return { isLeaf: false, keys: node.keys, children: node.children.with(index, rest) }
  if (node.children.length === 1) return undefined
  return { isLeaf: false, keys: node.keys.toSpliced(index, 1), children: node.children.toSpliced(index, 1) }
}

/** The child whose part of the key space holds `key`. */
function childIndex(node: Branch, key: Uint8Array): number {
  const index = lowerBound(node.keys, key, 1)
  const atKey = node.keys[index]
  return atKey !== undefined && compareBytes(atKey, key) === 0 ? index : index - 1
}

/** Index of the first key, from `from` on, that is not below `key`. */
function lowerBound(keys: readonly Uint8Array[], key: Uint8Array, from: number): number {
  let low = from
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (compareBytes(keys[middle] as Uint8Array, key) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** A lower bound of a node's keys that separates it from the node before. */
function firstKey(node: Tree): Uint8Array {
  return node.keys[0] as Uint8Array
}
