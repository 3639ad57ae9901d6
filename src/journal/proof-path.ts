import { equalBytes } from '../base/bytes.ts'
import { siblingRanges } from './merkle-tree.ts'

/** Hashes of a revision's proof beyond its block's entries: the previous block's, then the journal's tree. */
export function journalSteps(sequenceNo: number, tip: number): number {
  if (sequenceNo > tip) return 0
  return (sequenceNo === 0 ? 0 : 1) + siblingRanges(sequenceNo, tip + 1).length
}

/**
 * What contradicts that a block is the one with a number, by the hashes that lead from its own to the digest: there are as
 * many as from that leaf of the tree, and the hash beside a block with an odd number is that of the block before, which the
 * block names itself. Not every other number shows.
 */
export function misplaced(
  sequenceNo: number,
  tip: number,
  previousBlockHash: Uint8Array,
  siblings: readonly Uint8Array[],
): string | undefined {
  if (sequenceNo > tip) return undefined
  const ranges = siblingRanges(sequenceNo, tip + 1)
  if (siblings.length !== ranges.length)
    return `${siblings.length} hashes lead from block ${sequenceNo} to the digest, expected ${ranges.length}`
  const [range, sibling] = [ranges[0], siblings[0]]
  if (range === undefined || sibling === undefined) return undefined
  const isBefore = range.first === sequenceNo - 1 && range.last === sequenceNo - 1
  if (equalBytes(sibling, previousBlockHash) === isBefore) return undefined
  return `its hash beside block ${sequenceNo} is ${isBefore ? 'not ' : ''}the previousBlockHash of the block`
}
