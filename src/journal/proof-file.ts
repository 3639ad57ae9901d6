import { printIon } from '../values/text-writer.ts'
import { blob, list, string, type StructValue, structOf, type TimestampValue, type Value } from '../values/value.ts'
import { addressToIon, type Block, type BlockAddress, coversHead } from './block.ts'
import type { Digest } from './digest.ts'
import {
  addressIn,
  hashIn,
  member,
  notEvidence,
  parseEvidenceText,
  type SavedDigest,
  savedDigestOf,
  textIn,
  unwrapIon,
} from './digest-file.ts'
import { type Proof, proofToIon } from './proof.ts'

/**
 * What leads from one revision or block to a digest, and needs no ledger to be checked (verify-evidence.ts). A receipt,
 * as AWS's samples keep it, has the revision's hash in place of the revision.
 */
export interface ProofFile {
  readonly ledger: string | undefined
  readonly table: string | undefined
  readonly documentId: string | undefined
  readonly blockAddress: BlockAddress | undefined
  readonly revision: StructValue | undefined
  /** A whole block, where the proof is one of GetBlock. */
  readonly block: StructValue | undefined
  /** Of the revision, where that is all there is. */
  readonly revisionHash: Uint8Array | undefined
  /** What shows that the block's address, transaction and time belong to the revision. */
  readonly head: BlockHead | undefined
  readonly proof: Proof
  /** Undefined in answers of GetRevision and GetBlock: a digest that is trusted has to come with them. */
  readonly digest: SavedDigest | undefined
  /** Fields that mean nothing here. */
  readonly unknown: readonly string[]
}

/** The part of a block that binds its address, transaction and time to its entries; AWS's blocks have no such entry. */
export interface BlockHead {
  readonly transactionId: string
  readonly blockTimestamp: TimestampValue
  readonly entriesHashList: readonly Uint8Array[]
}

export type Evidence =
  | { readonly kind: 'digest'; readonly digest: SavedDigest }
  | { readonly kind: 'proof'; readonly file: ProofFile }

/** What `qldb prove` writes. */
export interface RevisionProof {
  readonly ledger: string
  readonly table: string
  readonly revision: StructValue
  readonly block: Block
  readonly proof: Proof
  readonly digest: Digest
  readonly date: TimestampValue
}

/** A proof file as Ion text, one struct. */
export function printProofFile(proof: RevisionProof): string {
  const { blockAddress, transactionId, blockTimestamp, entriesHashList } = proof.block
  const head = structOf({
    transactionId: string(transactionId),
    blockTimestamp,
    entriesHashList: list(entriesHashList.map((hash) => blob(hash))),
  })
  const value = structOf({
    ledger: string(proof.ledger),
    table: string(proof.table),
    date: proof.date,
    blockAddress: addressToIon(blockAddress),
    ...(coversHead(proof.block) ? { blockHead: head } : {}),
    revision: proof.revision,
    proof: proofToIon(proof.proof),
    digest: blob(proof.digest.digest),
    digestTipAddress: addressToIon(proof.digest.digestTipAddress),
  })
  return `${printIon(value, { pretty: true })}\n`
}

/**
 * Reads whatever proves something: proof files, digest files, receipts, and the JSON that AWS's command line printed for
 * get-digest, get-block and get-revision; one or several in a text, also as a list. Throws LedgerError 'proof/malformed'.
 */
export function parseEvidence(text: string): Evidence[] {
  const values = parseEvidenceText(text).flatMap((value) => (value.type === 'list' ? value.items : [value]))
  if (values.length === 0) throw notEvidence('there is nothing in it')
  return values.map(evidenceOf)
}

/** What one struct proves. Throws LedgerError 'proof/malformed'. */
export function evidenceOf(value: Value): Evidence {
  if (value.type !== 'struct') throw notEvidence(`a proof or digest is a struct, found a ${value.type}`)
  checkFieldsOnce(value)
  const digest = savedDigestOf(value)
  const proof = member(value, 'proof')
  if (proof !== undefined) return { kind: 'proof', file: proofFileOf(value, proofIn(proof), digest) }
  if (digest !== undefined) return { kind: 'digest', digest }
  throw notEvidence('found neither a proof nor a digest with its tip address')
}

const knownNames = new Set([
  'ledger',
  'ledgerName',
  'table',
  'tableName',
  'blockAddress',
  'blockHead',
  'documentId',
  'revision',
  'revisionHash',
  'block',
  'proof',
  'digest',
  'digestTipAddress',
  'ledgerDigest',
])

function proofFileOf(value: StructValue, proof: Proof, digest: SavedDigest | undefined): ProofFile {
  const ledgerDigest = member(value, 'ledgerDigest')
  const revisionHash = member(value, 'revisionHash')
  const address = member(value, 'blockAddress')
  const head = member(value, 'blockHead')
  const file = {
    ledger: textIn(member(value, 'ledger') ?? member(value, 'ledgerName')),
    table: textIn(member(value, 'table') ?? member(value, 'tableName')),
    documentId: textIn(member(value, 'documentId')),
    blockAddress: address === undefined ? undefined : addressIn(address, 'blockAddress'),
    revision: structIn(value, 'revision'),
    block: structIn(value, 'block'),
    revisionHash: revisionHash === undefined ? undefined : hashIn(revisionHash, 'revisionHash'),
    head: head === undefined ? undefined : headIn(head),
    proof,
    digest: digest ?? (ledgerDigest?.type === 'struct' ? savedDigestOf(ledgerDigest) : undefined),
    unknown: value.names.filter((name) => !knownNames.has(name[0]?.toLowerCase() + name.slice(1))),
  }
  const subjects = [file.revision, file.block, file.revisionHash].filter((subject) => subject !== undefined)
  if (subjects.length > 0) return file
  // AWS's migration sample.
  if (member(value, 'lastBlockNum') !== undefined)
    throw notEvidence("it proves the last block of an export: give the export's folder as well")
  throw notEvidence('the proof is of nothing: no revision, revisionHash or block stands beside it')
}

/** A proof: a list of hashes, or Ion text of one. Throws LedgerError 'proof/malformed'. */
export function proofIn(value: Value): Proof {
  const items = unwrapIon(value)
  if (items.type !== 'list') throw notEvidence(`proof is a ${items.type}, expected a list of hashes`)
  return items.items.map((item, index) => hashIn(item, `proof[${index}]`))
}

function headIn(value: Value): BlockHead {
  const [transactionId, blockTimestamp, entries] =
    value.type === 'struct'
      ? [value.get('transactionId'), value.get('blockTimestamp'), value.get('entriesHashList')]
      : []
  if (transactionId?.type === 'string' && blockTimestamp?.type === 'timestamp' && entries?.type === 'list') {
    const entriesHashList = entries.items.map((item, index) => hashIn(item, `entriesHashList[${index}]`))
    return { transactionId: transactionId.value, blockTimestamp, entriesHashList }
  }
  throw notEvidence('blockHead is not {transactionId: string, blockTimestamp: timestamp, entriesHashList: list}')
}

function structIn(value: StructValue, name: string): StructValue | undefined {
  const found = member(value, name)
  if (found === undefined) return undefined
  const struct = unwrapIon(found)
  if (struct.type === 'struct') return struct
  throw notEvidence(`${name} is a ${struct.type}, expected a struct`)
}

/** A field that stands twice could show a reader one thing and the check another. */
function checkFieldsOnce(value: StructValue): void {
  const seen = new Set<string>()
  for (const name of value.names) {
    if (seen.has(name)) throw notEvidence(`the field '${name}' is there twice`)
    seen.add(name)
  }
}
