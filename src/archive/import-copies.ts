import { equalBytes } from '../base/bytes.ts'
import { ionEquals } from '../values/compare.ts'
import type { Block } from '../journal/block.ts'
import { redactBlock } from '../journal/seal-block.ts'
import { downConvert } from './export-json.ts'
import type { SourceBlock } from './source-block.ts'
import type { FindingList } from './import-findings.ts'
import { verifyBlock } from '../journal/verify.ts'

/** One of several copies of a block; what the others differ in is a finding. */
export function bestCopy(copies: readonly SourceBlock[], findings: FindingList): SourceBlock {
  if (copies.length === 1) return copies[0] as SourceBlock
  const ranked = copies
    .map((source) => ({ source, faults: faultsOf(source) }))
    .sort((left, right) => left.faults - right.faults || preference(right.source) - preference(left.source))
  const best = (ranked[0] as (typeof ranked)[number]).source
  for (const { source, faults } of ranked.slice(1)) {
    const { block, path } = source
    const { sequenceNo } = block.blockAddress
    const where = { sequenceNo, file: path }
    const names = `block ${sequenceNo} in '${path}' and in '${best.path}'`
    const isUnchecked = source.isJson && source.doubtful.length > 0
    if (faults === 0 && (sameBlock(block, best.block) || (isUnchecked && sameInJson(block, best.block)))) continue
    if (isUnchecked && faults === 0 && equalBytes(block.blockHash, best.block.blockHash)) {
      findings.add('doubtful', 'copies-differ', `${names}: the first can't be checked in JSON form`, where)
      continue
    }
    if (faults > 0)
      findings.add('tampered', 'copies-differ', `${names} differ; the first is not as it was written`, where)
    else if (!equalBytes(block.blockHash, best.block.blockHash))
      findings.add('tampered', 'copies-differ', `${names} have different hashes: they are of different journals`, where)
    else if (redactions(best.block) !== redactions(block) && sameBlock(redactedAs(block, best.block), best.block))
      findings.add('note', 'redacted-copy', `${names} differ: one has a revision redacted, that one counts`, where)
    else findings.add('doubtful', 'copies-differ', `${names} differ in fields that no hash covers`, where)
  }
  return best
}

/** Of a copy whose types JSON took, and that could not be found again. */
function sameInJson(left: Block, right: Block): boolean {
  return downConvert(left.ion) === downConvert(right.ion)
}

/** The block without the data that another copy of it has lost to a redaction. */
function redactedAs(block: Block, other: Block): Block {
  const positions = [...(other.revisions ?? []).entries()].flatMap(([index, { ion }]) =>
    ion.get('dataHash') !== undefined && block.revisions?.[index] !== undefined ? [index] : [],
  )
  return positions.reduce(redactBlock, block)
}

function faultsOf({ block, doubtful }: SourceBlock): number {
  return verifyBlock(block, { uncheckedRevisions: doubtful }).findings.length
}

/** A copy with data taken out is the newer one; one with its exact types is better than one that lost them. */
function preference({ block, isJson, doubtful }: SourceBlock): number {
  return redactions(block) * 4 + (isJson ? 0 : 2) + (doubtful.length > 0 ? 0 : 1)
}

function redactions(block: Block): number {
  return (block.revisions ?? []).filter((revision) => revision.ion.get('dataHash') !== undefined).length
}

function sameBlock(left: Block, right: Block): boolean {
  return ionEquals(left.ion, right.ion)
}
