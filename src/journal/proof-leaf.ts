import { equalBytes } from '../base/bytes.ts'
import type { Revision, TransactionInfo } from './block.ts'
import { siblingRanges } from './merkle-tree.ts'
import type { BlockHead } from './proof-file.ts'
import { changesCatalog } from './qldb-form.ts'
import { isAmbiguous, isHeadLike, isSameTime, strangeNames } from './revision-form.ts'

/** What shows where in its block a revision stands. */
export interface LeafEvidence {
  readonly revision: Revision
  /** The hashes from the revision's to the root of its block's entries, both included; undefined where that is not known. */
  readonly folds: readonly Uint8Array[] | undefined
  /** The block's entries, shown to have that root. */
  readonly entries: readonly Uint8Array[] | undefined
  /** Shown to be one of the entries. */
  readonly info: TransactionInfo | undefined
  /** Of a block made here, shown to be one of the entries. */
  readonly head: BlockHead | undefined
}

export interface LeafReport {
  readonly findings: readonly { readonly field: string; readonly message: string }[]
  readonly unchecked: readonly string[]
}

/** Both AWS and this program put the root of the revisions second. */
const revisionsEntry = 1

/**
 * Whether a revision that a proof leads from is one of its block's, and not a part of one or two of them together: their
 * joined hashes look like a revision's (revision-form.ts). transactionInfo says how many revisions the block has and which
 * of them it is, and so how many hashes lead to their root.
 */
export function checkLeaf(evidence: LeafEvidence): LeafReport {
  const { revision, head } = evidence
  const { data, metadata, metadataIon } = revision
  const findings: { field: string; message: string }[] = []
  const unchecked: string[] = []
  if (metadata === undefined || metadataIon === undefined) return { findings, unchecked }
  const say = (field: string, message: string) => {
    if (head === undefined) unchecked.push(message)
    else findings.push({ field, message })
  }
  const place = placeOf(evidence, metadata.id)
  if (place.fault !== undefined) say('proof', place.fault)
  else if (!place.isKnown) {
    if (data === undefined)
      unchecked.push('it has no data, and nothing shows that it is not a part of another revision')
    else if (isHeadLike(data)) unchecked.push("its data could as well be a block's address, transaction and time")
  }
  if (isAmbiguous(data, metadata))
    unchecked.push('its data could as well be its metadata, by its fields and transaction')
  for (const name of strangeNames(metadataIon))
    say('revision.metadata', `it has the field '${name}', which no published revision has`)
  if (head !== undefined && !isSameTime(metadata.txTime, head.blockTimestamp))
    say('revision.metadata.txTime', "it is not the time of the revision's block")
  return { findings, unchecked }
}

/** Whether it is known which of its block's revisions it is; `fault`: what contradicts that. */
function placeOf(evidence: LeafEvidence, id: string): { readonly isKnown: boolean; readonly fault?: string } {
  const { folds, entries, info, head } = evidence
  if (folds === undefined || entries === undefined) return { isKnown: false }
  const beyond = siblingRanges(revisionsEntry, entries.length).length
  const inTree = folds.length - 1 - beyond
  const isOfRevisions = equalBytes(folds[inTree] ?? new Uint8Array(0), entries[revisionsEntry] ?? new Uint8Array(0))
  if (!isOfRevisions)
    return { isKnown: false, fault: "the proof does not pass through the entry of its block's revisions" }
  // How many revisions of its own catalog QLDB adds is not known.
  if (info === undefined || (head === undefined && info.statements.some(changesCatalog))) return { isKnown: false }
  const ids = [...(info.documents?.keys() ?? [])]
  const index = ids.indexOf(id)
  if (index === -1) return { isKnown: false, fault: `transactionInfo does not name the document '${id}'` }
  const expected = siblingRanges(index, ids.length).length
  if (inTree === expected) return { isKnown: true }
  const found = `${inTree} hashes lead from it to the root of its block's revisions`
  return { isKnown: false, fault: `${found}, expected ${expected} from revision ${index} of ${ids.length}` }
}
