import { equalBytes, toBase64 } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import { isId } from '../base/ids.ts'
import { type Block, coversHead, encodeBlock } from '../journal/block.ts'
import type { SavedMarks } from '../journal/import-marks.ts'
import { JournalCheck } from '../journal/journal-check.ts'
import { RunningTree, treeSiblings } from '../journal/merkle-tree.ts'
import { verifyProof } from '../journal/proof.ts'
import { verifyBlock } from '../journal/verify.ts'
import type { Snapshot } from '../store/store.ts'
import { endBlock, readBlock } from './block-cache.ts'
import { treeNodes } from './journal-tree.ts'
import { blockKey, documentIdKey, doubtsOf } from './keys.ts'
import { decodePlace, type Identity } from './records.ts'
import { versionAsOf } from './revisions.ts'

/**
 * A check of the blocks after a saved digest alone. That the ledger begins with what the digest covers is proven, by the
 * hashes that the ledger keeps of its tree: they must give the digest, and the digest's last block, which is read and
 * checked, must be a leaf of it. From there on the chain and the tree are computed from the new blocks. The content of
 * the older blocks is not read. Throws LedgerError 'proof/foreign-digest', 'usage/invalid-argument' for a ledger that begins
 * late, 'store/corrupt'.
 */
export function checkSince(
  snapshot: Snapshot,
  { strandId, origin }: Identity,
  since: SavedMarks,
  saved: readonly SavedMarks[],
): JournalCheck {
  const { digestTipAddress } = since
  if (digestTipAddress.strandId !== strandId)
    throw new LedgerError(
      'proof/foreign-digest',
      `this digest belongs to another ledger, of strand '${digestTipAddress.strandId}'`,
      { help: 'give the digest that was saved of this ledger' },
    )
  const first = endBlock(snapshot, 'first') ?? 0
  if (first > 0)
    throw new LedgerError('usage/invalid-argument', `the ledger begins with block ${first}: no digest covers it`)
  const last = endBlock(snapshot, 'last') ?? -1
  const tip = Math.min(digestTipAddress.sequenceNo, last)
  const nodes = treeNodes(snapshot)
  const tree = RunningTree.resume(nodes, tip + 1)
  const root = tree.root()
  const block = readBlock(snapshot, tip)
  const versionOf = (documentId: string) => {
    // A block that was changed may name anything.
    const bytes = isId(documentId) ? snapshot.get(documentIdKey(documentId)) : undefined
    return (bytes && versionAsOf(snapshot, decodePlace(bytes, documentId), tip)) ?? -1
  }
  const check = new JournalCheck({
    strandId,
    first: tip + 1,
    last,
    saved,
    mustCoverHeads: origin === undefined || coversHead(block),
    after: { link: block, tree, versionOf },
  })
  const isLeaf = verifyProof(block.blockHash, treeSiblings(nodes, tip, tip + 1), root)
  checkTip(check, block, tip, isLeaf, doubtsOf(snapshot, tip))
  if (!equalBytes(encodeBlock(block), snapshot.get(blockKey(tip)) ?? new Uint8Array(0))) {
    const message = `block ${tip}: its bytes are not those that its content is stored in`
    check.report({ code: 'encoding', sequenceNo: tip, message })
  }
  // Of all digests of that block: those of later ones are compared when their blocks are added.
  for (const { digest, digestTipAddress: at } of new Set([since, ...saved])) {
    if (at.sequenceNo !== tip || at.strandId !== strandId || equalBytes(root, digest)) continue
    const text = `the digest over blocks 0 to ${tip} is ${toBase64(root)}, the saved one ${toBase64(digest)}`
    check.report({ code: 'digest', sequenceNo: tip, message: `block ${tip}: ${text}` })
  }
  return check
}

function checkTip(
  check: JournalCheck,
  block: Block,
  tip: number,
  isLeaf: boolean,
  uncheckedRevisions: readonly number[],
): void {
  const { findings, gaps } = verifyBlock(block, { uncheckedRevisions })
  for (const finding of [...findings, ...gaps]) check.report(finding)
  for (const position of uncheckedRevisions) {
    const message = `block ${tip}: revision ${position} has the mark of an import, and its data was not checked`
    check.report({ code: 'revision-unchecked', sequenceNo: tip, message })
  }
  const isInPlace = block.blockAddress.sequenceNo === tip
  if (isLeaf && isInPlace) return
  check.report({
    code: 'digest',
    sequenceNo: tip,
    message: `block ${tip}: it is not the one that the digest ends with`,
  })
}
