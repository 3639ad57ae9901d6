import type { BlockAddress } from '../journal/block.ts'
import type { Digest } from '../journal/digest.ts'
import type { ExportFinding } from './import-findings.ts'

/**
 * `verified`: every hash fits, nothing is missing. `incomplete`: all hashes that are there fit, but something is missing,
 * could not be checked or contradicts something else. `tampered`: a hash does not fit.
 */
export type ExportVerdict = 'verified' | 'incomplete' | 'tampered'

/** What a check of an export found; kept by auditors, so it says what was not checked, too. */
export interface ExportReport {
  readonly verdict: ExportVerdict
  readonly strandId: string | undefined
  readonly ledgerNames: readonly string[]
  readonly exportIds: readonly string[]
  readonly files: number
  readonly blocks: number
  /** Numbers of blocks that an earlier check, which this one resumed, has looked at; they are not among `blocks`. */
  readonly checkedBefore: { readonly first: number; readonly last: number } | undefined
  /** Unpacked. */
  readonly bytes: number
  readonly first: BlockPlace | undefined
  readonly last: BlockPlace | undefined
  /** The digest of the whole journal up to the last block; undefined when the export does not begin with block 0. */
  readonly digest: Digest | undefined
  readonly coverage: Coverage
  readonly evidence: readonly EvidenceVerdict[]
  readonly findings: readonly ExportFinding[]
  readonly counts: { readonly tampered: number; readonly doubtful: number; readonly notes: number }
}

export interface BlockPlace extends BlockAddress {
  readonly blockTimestamp: string
  readonly blockHash: string
}

/** What the hashes say something about, and what they can't. */
export interface Coverage {
  readonly revisions: number
  /** Revisions whose data was hashed again and fits. */
  readonly checkedRevisions: number
  /** Redacted: data is gone, its hash stands in for it. */
  readonly redactedRevisions: number
  /** AWS's internal revisions, which show nothing but their hash. */
  readonly opaqueRevisions: number
  /** 1 where block 0 shows nothing, and a block of QLDB follows; else 0. */
  readonly blankBlocks: number
  /** Of a JSON export: the types of the data are lost, and no guess fits the hash. */
  readonly jsonDoubtfulRevisions: number
  /** Named in transactionInfo, but not shown. */
  readonly missingRevisions: number
  /** Revisions of a stream whose block's record is not there: each is whole, no more is shown. */
  readonly loneRevisions: number
  /** Guesses at the types of JSON's data, of all revisions together and of the one that took most. */
  readonly guesses: number
  readonly guessesOfOne: number
  /** Blocks read from JSON. */
  readonly jsonBlocks: number
  /** Entries that the chain covers but that nothing in the block explains. */
  readonly opaqueEntries: number
  readonly statements: number
  /** Statements with parameters: the journal does not hold those, so the digest can't be recomputed. */
  readonly uncheckedDigests: number
  /** Fields that no hash covers → in how many blocks. */
  readonly uncoveredFields: Readonly<Record<string, number>>
}

export interface EvidenceVerdict {
  readonly path: string
  readonly kind: 'digest' | 'proof' | 'last-block'
  /** `holds`, or why it does not, or why that can't be said. */
  readonly verdict: 'holds' | 'fails' | 'not-comparable'
  readonly message: string
  /** The digest is one that the caller trusts, not one found among the files. */
  readonly isTrusted: boolean
  /** The last block that the digest, if it is one, covers. */
  readonly tip?: number
  /** Fields of it that neither a hash covers nor a block that is there shows. */
  readonly unproven: readonly string[]
}
