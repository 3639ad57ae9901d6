import { assert } from '../base/assert.ts'
import { equalBytes } from '../base/bytes.ts'
import { joinHashes } from '../values/join-hashes.ts'
import { blob, type ListValue, list, type Value } from '../values/value.ts'
import type { Block } from './block.ts'
import { rootOf, siblingsIn, type TreeNodes, treeSiblings } from './merkle-tree.ts'
import { hashOf, malformed } from './shape.ts'

/**
 * A proof that a block or a revision belongs to a digest: the hashes that, joined one after another to its own hash,
 * give the digest. Sides need not be recorded, since joining does not depend on the order.
 */
export type Proof = readonly Uint8Array[]

/** GetBlock's proof: the siblings of the block's hash in the journal's tree up to the tip. Reads O(log n) nodes. */
export function blockProof(nodes: TreeNodes, sequenceNo: number, tipSequenceNo: number): Proof {
  assert(sequenceNo <= tipSequenceNo, `block ${sequenceNo} is not after the tip ${tipSequenceNo}`)
  return treeSiblings(nodes, sequenceNo, tipSequenceNo + 1)
}

/**
 * GetRevision's proof of one revision of a block: its siblings among the revisions, those of the revisions' root among
 * the block's entries, the previous block's hash (none in block 0), then the block's own proof.
 * Returns undefined for a block whose entries do not hold the revisions' root.
 */
export function revisionProof(
  nodes: TreeNodes,
  block: Block,
  position: number,
  tipSequenceNo: number,
): Proof | undefined {
  const hashes = (block.revisions ?? []).map((revision) => revision.hash)
  assert(position < hashes.length, `the block has a revision ${position}`)
  const root = rootOf(hashes)
  const entry = block.entriesHashList.findIndex((hash) => equalBytes(hash, root))
  if (entry === -1) return undefined
  const previous = block.previousBlockHash.length === 0 ? [] : [block.previousBlockHash]
  return [
    ...siblingsIn(hashes, position),
    ...siblingsIn(block.entriesHashList, entry),
    ...previous,
    ...blockProof(nodes, block.blockAddress.sequenceNo, tipSequenceNo),
  ]
}

/** Whether a block's or revision's hash and its proof lead to the digest. Nothing else is needed to know it. */
export function verifyProof(hash: Uint8Array, proof: Proof, digest: Uint8Array): boolean {
  return hash.length > 0 && equalBytes(proof.reduce(joinHashes, hash), digest)
}

/** A list of blobs, as GetBlock and GetRevision give it. */
export function proofToIon(proof: Proof): ListValue {
  return list(proof.map((hash) => blob(hash)))
}

/** Throws LedgerError 'journal/malformed' for anything but a list of blobs that are hashes. */
export function proofFromIon(value: Value): Proof {
  if (value.type !== 'list') throw malformed('the proof', `a ${value.type}`, 'a list of blobs')
  return value.items.map((item, index) => hashOf(item, `proof[${index}]`))
}
