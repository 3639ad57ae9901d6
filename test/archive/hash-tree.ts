import { headOf, type Block } from '../../src/journal/block.ts'
import { ionHash } from '../../src/values/ion-hash.ts'
import { joinHashes } from '../../src/values/join-hashes.ts'
import { blob, list, type StructValue, structOf, type Value } from '../../src/values/value.ts'

type Hash = Uint8Array

/** A revision as somebody shows it, and the hash that it has then. */
export interface Reading {
  readonly hash: Hash
  readonly data?: StructValue
  readonly dataHash?: Hash
  readonly metadata?: StructValue
}

/** All that a holder of a journal knows of its hashes: which structs they are of, and which two were joined. */
export class HashTree {
  readonly #structs = new Map<string, StructValue>()
  readonly #pairs = new Map<string, readonly [Hash, Hash]>()

  /** `known`: data that is redacted in the blocks by now. */
  constructor(blocks: readonly Block[], known: readonly StructValue[] = []) {
    for (const value of known) this.#add(value)
    for (const block of blocks) this.#addBlock(block)
    this.#root(blocks.map(({ blockHash }) => blockHash))
  }

  structOf(hash: Hash): StructValue | undefined {
    return this.#structs.get(keyOf(hash))
  }

  get structs(): StructValue[] {
    return [...this.#structs.values()]
  }

  pairOf(hash: Hash): readonly [Hash, Hash] | undefined {
    return this.#pairs.get(keyOf(hash))
  }

  /**
   * Lists of so many hashes with the root, by the shape of the tree (merkle-tree.ts). `isOrdered`: also those that only
   * differ in the order of two equal halves.
   */
  listsOf(root: Hash, count: number, isOrdered = false): Hash[][] {
    if (count === 1) return [[root]]
    const pair = this.pairOf(root)
    if (pair === undefined) return []
    let size = 1
    while (size * 2 < count) size *= 2
    const orders = isOrdered || count !== size * 2 ? [pair, pair.toReversed()] : [pair]
    return orders.flatMap(([left, right]) => {
      const rights = this.listsOf(right as Hash, count - size, isOrdered)
      return this.listsOf(left as Hash, size, isOrdered).flatMap((first) =>
        rights.map((second) => first.concat(second)),
      )
    })
  }

  /** Whatever a hash can be shown as. */
  readingsOf(hash: Hash): Reading[] {
    const readings: Reading[] = [{ hash }]
    const own = this.structOf(hash)
    if (own !== undefined && isMetadata(own)) readings.push({ hash, metadata: own })
    const [one, other] = this.pairOf(hash) ?? []
    if (one === undefined || other === undefined) return readings
    for (const [left, right] of [
      [one, other],
      [other, one],
    ] as const) {
      const [data, metadata] = [this.structOf(left), this.structOf(right)]
      if (metadata === undefined || !isMetadata(metadata)) continue
      readings.push({ hash, dataHash: left, metadata })
      if (data !== undefined) readings.push({ hash, data, metadata })
    }
    return readings
  }

  /** Every hash below one, with those that lead back from it, the nearest first. */
  *below(root: Hash, path: readonly Hash[] = []): Generator<{ hash: Hash; path: readonly Hash[] }> {
    yield { hash: root, path }
    const [one, other] = this.pairOf(root) ?? []
    if (one === undefined || other === undefined) return
    yield* this.below(one, [other, ...path])
    yield* this.below(other, [one, ...path])
  }

  #addBlock(block: Block): void {
    const { blockAddress, transactionId, blockTimestamp, transactionInfo, redactionInfo, revisions = [] } = block
    this.#add(headOf(blockAddress, transactionId, blockTimestamp))
    for (const info of [transactionInfo, redactionInfo]) if (info !== undefined) this.#add(info.ion)
    for (const { data, dataHash, metadataIon, hash } of revisions) {
      if (metadataIon === undefined) continue
      const metadata = this.#add(metadataIon)
      const hashOfData = dataHash ?? (data && this.#add(data))
      if (hashOfData !== undefined) this.#join(hashOfData, metadata)
      else this.#structs.set(keyOf(hash), metadataIon)
    }
    this.#root(revisions.map(({ hash }) => hash))
    const entries = this.#root(block.entriesHashList)
    if (block.previousBlockHash.length > 0) this.#join(entries, block.previousBlockHash)
  }

  #add(value: StructValue): Hash {
    const hash = ionHash(value)
    this.#structs.set(keyOf(hash), value)
    return hash
  }

  #join(one: Hash, other: Hash): Hash {
    const hash = joinHashes(one, other)
    this.#pairs.set(keyOf(hash), [one, other])
    return hash
  }

  #root(hashes: readonly Hash[]): Hash {
    let level = hashes
    while (level.length > 1) {
      const parents: Hash[] = []
      for (let at = 0; at < level.length; at += 2) {
        const [left, right] = [level[at] as Hash, level[at + 1]]
        parents.push(right === undefined ? left : this.#join(left, right))
      }
      level = parents
    }
    return level[0] ?? new Uint8Array(0)
  }
}

export function keyOf(hash: Hash): string {
  return Buffer.from(hash).toString('base64')
}

/** A reading as a block or an answer has it. */
export function shownRevision({ hash, data, dataHash, metadata }: Reading, blockAddress: Value): StructValue {
  if (metadata === undefined) return structOf({ hash: blob(hash) })
  return structOf({
    blockAddress,
    hash: blob(hash),
    ...(data && { data }),
    ...(dataHash && { dataHash: blob(dataHash) }),
    metadata,
  })
}

/** All ways to take one of each. */
export function* choices<T>(lists: readonly (readonly T[])[], max: number): Generator<T[]> {
  let taken = 0
  const take = function* (at: number, chosen: readonly T[]): Generator<T[]> {
    if (taken >= max) return
    if (at === lists.length) {
      taken += 1
      yield [...chosen]
      return
    }
    for (const one of lists[at] as readonly T[]) yield* take(at + 1, chosen.concat(one))
  }
  yield* take(0, [])
}

export function hashList(hashes: readonly Hash[]): Value {
  return list(hashes.map((hash) => blob(hash)))
}

/** Anything else is malformed at once. */
function isMetadata(value: StructValue): boolean {
  const types = ['id', 'version', 'txTime', 'txId'].map((name) => value.get(name)?.type)
  return types.join() === 'string,int,timestamp,string'
}
