import { ionHash } from '../../src/values/ion-hash.ts'
import { joinHashes } from '../../src/values/join-hashes.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { blob, list, structOf, type Value } from '../../src/values/value.ts'
import type { Edit } from './edits.ts'
import { childrenOf, field, hashIn, withField } from './tree.ts'

/**
 * Edits that leave a joined hash as it is and show other things for it: its two halves in place of it, one of two in place
 * of both, the halves exchanged, a half moved into or out of the proof. Nothing has to be recomputed for them.
 */

const empty = new Uint8Array(0)

/** What was redacted in the ledgers of the drill, which their owners may still know. */
const redactedData = [
  '{owner:"eve",balance:70}',
  '{vin:"a",price:90.25,since:2017-08-21,tags:["x","y"],big:123456789012345678901234567890,flag:true}',
].map((text) => parseIon(text))

/** Other ways to show each block: each is the block with the same `blockHash`. */
export function* pairEditsOfBlocks(values: readonly Value[]): Generator<Edit> {
  for (const [index, block] of values.entries()) {
    let variant = 0
    const edit = (names: readonly string[], made: Value): Edit => {
      variant += 1
      return { operation: 'pair', index, names, variant, make: () => values.with(index, made) }
    }
    const revisions = childrenOf(field(block, 'revisions') ?? list([]))
    const shown = (at: number, count: number, others: readonly Value[]) =>
      withField(block, 'revisions', list(revisions.toSpliced(at, count, ...others)))
    for (const [at, revision] of revisions.entries()) {
      const names = ['revisions', `[${at}]`]
      const wasRedacted = field(revision, 'dataHash') !== undefined
      for (const others of readingsOf(revision)) {
        const restores = wasRedacted && others.some((other) => field(other, 'data') !== undefined)
        yield { ...edit(names, shown(at, 1, others)), restores }
      }
      const next = revisions[at + 1]
      if (next !== undefined) for (const one of joinedOf(revision, next)) yield edit(names, shown(at, 2, [one]))
    }
    for (const [name, made] of otherLevels(block)) yield edit([name], made)
    for (const [name, made] of otherOrders(block)) yield edit([name], made)
  }
}

/** What a revision's hash could stand for as well: one revision or two. */
function* readingsOf(revision: Value): Generator<readonly Value[]> {
  const [metadata, data, hash] = [field(revision, 'metadata'), field(revision, 'data'), field(revision, 'hash')]
  const [left, right] = halvesOf(revision)
  if (metadata === undefined || hash === undefined || right === undefined) return
  const plain = withField(withField(revision, 'data', undefined), 'dataHash', undefined)
  const deletion = withField(plain, 'hash', blob(right))
  if (left === undefined) return
  const bare = structOf({ hash: blob(left) })
  yield [bare, deletion]
  yield [deletion, bare]
  yield [bare, structOf({ hash: blob(right) })]
  yield [withField(withField(plain, 'dataHash', blob(right)), 'hash', hash)]
  if (data === undefined) {
    const known = redactedData.find((one) => isSame(ionHash(one), left))
    if (known !== undefined) yield [withField(plain, 'data', known)]
    return
  }
  yield [withField(plain, 'dataHash', blob(left))]
  yield [withField(withField(revision, 'data', metadata), 'metadata', data)]
  yield [withField(withField(plain, 'metadata', data), 'hash', blob(left)), deletion]
  yield [withField(withField(plain, 'metadata', data), 'dataHash', blob(right))]
}

/** Two revisions as one, whose hash is theirs joined. */
function* joinedOf(one: Value, other: Value): Generator<Value> {
  const [left, right] = [hashIn(field(one, 'hash')), hashIn(field(other, 'hash'))]
  if (left === undefined || right === undefined) return
  const joined = blob(joinHashes(left, right))
  for (const [first, second, rest] of [
    [one, other, left],
    [other, one, right],
  ] as const) {
    const metadata = field(second, 'metadata')
    if (metadata === undefined) continue
    const plain = withField(withField(withField(second, 'data', undefined), 'dataHash', undefined), 'hash', joined)
    yield withField(plain, 'dataHash', blob(rest))
    const like = field(first, 'metadata')
    if (like !== undefined) yield withField(plain, 'data', like)
  }
}

/** Hashes of a block that stand a level higher or lower in its tree than they do. */
function* otherLevels(block: Value): Generator<readonly [name: string, block: Value]> {
  const [root, previous, own] = ['entriesHash', 'previousBlockHash', 'blockHash'].map((name) =>
    hashIn(field(block, name)),
  )
  const entries = childrenOf(field(block, 'entriesHashList') ?? list([])).map((entry) => hashIn(entry))
  if (root === undefined || own === undefined || entries.some((entry) => entry === undefined)) return
  const at = (parent: Uint8Array, before: Uint8Array, listed: readonly Uint8Array[]) => {
    const moved = withField(withField(block, 'entriesHash', blob(parent)), 'previousBlockHash', blob(before))
    return withField(moved, 'entriesHashList', list(listed.map((hash) => blob(hash))))
  }
  const before = previous ?? empty
  yield ['entriesHashList', at(root, before, [root])]
  yield ['previousBlockHash', at(own, empty, [own])]
  if (before.length > 0) yield ['previousBlockHash', at(own, empty, [root, before])]
  yield ['previousBlockHash', at(before, root, [before])]
  const revisions = childrenOf(field(block, 'revisions') ?? list([])).map((revision) => hashIn(field(revision, 'hash')))
  const [first, second] = revisions
  if (revisions.length !== 2 || first === undefined || second === undefined) return
  const split = (entries as Uint8Array[]).flatMap((entry) =>
    isSame(entry, joinHashes(first, second)) ? [first, second] : [entry],
  )
  yield ['entriesHashList', withField(block, 'entriesHashList', list(split.map((hash) => blob(hash))))]
}

/** Documents of `transactionInfo` in another order, alone and with their revisions. */
function* otherOrders(block: Value): Generator<readonly [name: string, block: Value]> {
  const [info, revisions] = [field(block, 'transactionInfo'), childrenOf(field(block, 'revisions') ?? list([]))]
  const documents = field(info, 'documents')
  if (info === undefined || documents?.type !== 'struct' || documents.names.length < 2) return
  const count = documents.names.length
  const orders = [
    Array.from({ length: count }, (_, at) => count - 1 - at),
    Array.from({ length: count }, (_, at) => (at + 1) % count),
  ]
  for (const order of orders) {
    const names = order.map((from) => documents.names[from] as string)
    const moved = structOf(Object.fromEntries(names.map((name) => [name, field(documents, name) as Value])))
    const changed = withField(block, 'transactionInfo', withField(info, 'documents', moved))
    yield ['transactionInfo', changed]
    if (count < 3 || revisions.length !== count) continue
    yield ['transactionInfo', withField(changed, 'revisions', list(order.map((from) => revisions[from] as Value)))]
  }
}

/** Other ways to show what a proof leads from: it leads to the same digest. */
export function* pairEditsOfProof(value: Value, revisionName: string, proofName: string): Generator<Edit> {
  const revision = field(value, revisionName)
  const hashes = childrenOf(field(value, proofName) ?? list([])).map((hash) => hashIn(hash))
  if (revision === undefined || hashes.some((hash) => hash === undefined)) return
  let variant = 0
  for (const [other, proof] of waysOf(revision, hashes as Uint8Array[])) {
    variant += 1
    const made = withField(withField(value, revisionName, other), proofName, list(proof.map((hash) => blob(hash))))
    yield {
      operation: 'pair',
      index: 0,
      names: [other === revision ? proofName : revisionName],
      variant,
      make: () => [made],
    }
  }
}

function* waysOf(
  revision: Value,
  proof: readonly Uint8Array[],
): Generator<readonly [revision: Value, proof: readonly Uint8Array[]]> {
  const [metadata, data, hash] = [field(revision, 'metadata'), field(revision, 'data'), hashIn(field(revision, 'hash'))]
  const [left, right] = halvesOf(revision)
  const [first, second] = proof
  if (metadata === undefined || hash === undefined || right === undefined) return
  for (const [one, ...more] of readingsOf(revision)) {
    const [other] = more
    if (one === undefined) continue
    if (other === undefined) yield [one, proof]
    else
      for (const [shown, hidden] of [
        [one, other],
        [other, one],
      ] as const)
        yield [shown, [hashIn(field(hidden, 'hash')) ?? empty, ...proof]]
  }
  if (left !== undefined && data === undefined) yield [withField(revision, 'dataHash', undefined), [left, ...proof]]
  if (first === undefined) return
  const plain = withField(withField(revision, 'data', undefined), 'dataHash', undefined)
  const joined = blob(joinHashes(hash, first))
  // The sibling is taken for the data of a deletion, or for what nobody shows.
  yield [withField(withField(plain, 'dataHash', blob(first)), 'hash', joined), proof.slice(1)]
  yield [withField(withField(plain, 'metadata', undefined), 'hash', joined), proof.slice(1)]
  if (second !== undefined) yield [revision, [joinHashes(first, second), ...proof.slice(2)]]
  yield [revision, [empty, ...proof]]
}

/** The hashes of a revision's data, if it has some, and of its metadata. */
function halvesOf(revision: Value): [data: Uint8Array | undefined, metadata: Uint8Array | undefined] {
  const [metadata, data] = [field(revision, 'metadata'), field(revision, 'data')]
  try {
    return [
      hashIn(field(revision, 'dataHash')) ?? (data === undefined ? undefined : ionHash(data)),
      metadata && ionHash(metadata),
    ]
  } catch {
    return [undefined, undefined]
  }
}

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0
}
