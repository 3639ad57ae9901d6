import { equalBytes } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import { printIon } from '../values/text-writer.ts'
import { blob, list, string, type StructValue, structOf, type TimestampValue, type Value } from '../values/value.ts'
import { revisionFromIon } from './block-from-ion.ts'
import type { BlockHead } from './block-head.ts'
import { addressToIon, type Block, type BlockAddress, coversHead } from './block.ts'
import {
  addressIn,
  hashIn,
  member,
  notEvidence,
  plainName,
  type SavedDigest,
  savedDigestOf,
  unwrapIon,
} from './digest-file.ts'
import type { Digest } from './digest.ts'
import { siblingRanges } from './merkle-tree.ts'
import { type BareRevision, bareRevisionOf, bareRevisionToIon, depthsOf, mayBeHalf } from './proof-leaf.ts'
import { type Proof, proofToIon } from './proof.ts'
import { isDeletion } from './revision-form.ts'

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
  /** Of the revision, if the file holds nothing else. */
  readonly revisionHash: Uint8Array | undefined
  /** What shows that the block's address, transaction and time belong to the revision. */
  readonly head: BlockHead | undefined
  /** The statements of the block and the tables of its documents, hashed in one of its entries. */
  readonly transactionInfo: StructValue | undefined
  /** The block's entries, where there is no head: transactionInfo is one of them. */
  readonly entriesHashList: readonly Uint8Array[] | undefined
  /** All revisions of the block without their data, where nothing else shows that a deletion is one of them. */
  readonly blockRevisions: readonly BareRevision[] | undefined
  /** Undefined where a revision or block stands alone. */
  readonly proof: Proof | undefined
  /** Undefined in answers of GetRevision and GetBlock: a digest that is trusted has to come with them. */
  readonly digest: SavedDigest | undefined
  /** Fields that mean nothing here. */
  readonly unknown: readonly string[]
}

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
  const { blockAddress, transactionId, blockTimestamp, entriesHashList, transactionInfo } = proof.block
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
    ...(coversHead(proof.block)
      ? { blockHead: head }
      : { entriesHashList: list(entriesHashList.map((hash) => blob(hash))) }),
    revision: proof.revision,
    ...(transactionInfo === undefined ? {} : { transactionInfo: transactionInfo.ion }),
    ...blockRevisions(proof),
    proof: proofToIon(proof.proof),
    digest: blob(proof.digest.digest),
    digestTipAddress: addressToIon(proof.digest.digestTipAddress),
  })
  return `${printIon(value, { pretty: true })}\n`
}

/** What a deletion's proof needs where its depth in the tree of the revisions does not show that it is a whole one. */
function blockRevisions({ revision, block }: RevisionProof): { readonly blockRevisions?: Value } {
  const shown = revisionFromIon(revision)
  const { revisions = [], transactionInfo } = block
  const position = revisions.findIndex(({ hash }) => equalBytes(hash, shown.hash))
  if (!isDeletion(shown) || position === -1 || transactionInfo === undefined) return {}
  const depths = depthsOf(transactionInfo, coversHead(block))
  const isNeeded = depths !== undefined && mayBeHalf(siblingRanges(position, revisions.length).length, depths)
  return isNeeded ? { blockRevisions: list(revisions.map(bareRevisionToIon)) } : {}
}

/** Fields of evidence, each under its names; a file has one of them. */
const fieldNames: readonly (readonly string[])[] = [
  ['ledger', 'ledgerName'],
  ['table', 'tableName'],
  ['blockAddress'],
  ['blockHead'],
  ['transactionInfo'],
  ['entriesHashList'],
  ['blockRevisions'],
  ['date'],
  ['uncheckedRevisions'],
  ['uncheckedHash'],
  // Fields that SDKs add to an answer.
  ['$metadata', 'responseMetadata'],
  ['documentId'],
  ['revision', 'block'],
  ['revisionHash'],
  ['proof'],
  ['digest', 'ledgerDigest'],
  ['digestTipAddress'],
]

/** What SDKs and the command line write into the metadata of an answer. */
const metadataNames = new Set([
  ...['requestId', 'extendedRequestId', 'cfId', 'hostId', 'hTTPStatusCode', 'httpStatusCode', 'hTTPHeaders'],
  ...['httpHeaders', 'retryAttempts', 'attempts', 'totalRetryDelay'],
])

/** Fields that are checked only if a revision has a proof, and those that only a revision has. */
const ofRevisionProofs = ['blockHead', 'transactionInfo', 'entriesHashList', 'blockRevisions']
const ofRevisions = [...ofRevisionProofs, 'documentId', 'revisionHash']

const digestNames = new Set(['digest', 'digestTipAddress'])

function unknownInDigest(ledgerDigest: Value | undefined): string[] {
  return ledgerDigest?.type === 'struct' ? unknownNames(ledgerDigest, digestNames, 'ledgerDigest.') : []
}

function unknownNames({ names }: StructValue, known: ReadonlySet<string>, path: string): string[] {
  const unknown = names.filter((name) => !known.has(plainName(name)))
  return unknown.map((name) => path + name)
}

/** A revision that stands alone. */
export function loneRevision(revision: StructValue): ProofFile {
  return proofFileOf(structOf({ revision }))
}

/** What a struct proves or shows. Throws LedgerError 'proof/malformed' when a field is not of the form that it should be. */
export function proofFileOf(value: StructValue): ProofFile {
  checkFieldsOnce(value)
  const digest = savedDigestOf(value)
  const proof = member(value, 'proof')
  const ledgerDigest = member(value, 'ledgerDigest')
  const revisionHash = member(value, 'revisionHash')
  const address = member(value, 'blockAddress')
  const head = member(value, 'blockHead')
  const entries = member(value, 'entriesHashList')
  const revisions = member(value, 'blockRevisions')
  const file = {
    ledger: nameIn(value, 'ledger') ?? nameIn(value, 'ledgerName'),
    table: nameIn(value, 'table') ?? nameIn(value, 'tableName'),
    documentId: nameIn(value, 'documentId'),
    blockAddress: address === undefined ? undefined : addressIn(address, 'blockAddress'),
    revision: structIn(value, 'revision'),
    block: structIn(value, 'block'),
    revisionHash: revisionHash === undefined ? undefined : hashIn(revisionHash, 'revisionHash'),
    head: head === undefined ? undefined : headIn(head),
    transactionInfo: structIn(value, 'transactionInfo'),
    entriesHashList: entries === undefined ? undefined : hashesIn(entries, 'entriesHashList'),
    blockRevisions: revisions === undefined ? undefined : revisionsIn(revisions),
    proof: proof === undefined ? undefined : proofIn(proof),
    digest: digest ?? (ledgerDigest?.type === 'struct' ? savedDigestOf(ledgerDigest) : undefined),
    unknown: [...unusedFields(value), ...unknownInDigest(ledgerDigest)],
  }
  if (file.digest === undefined) file.unknown.push(...namesOf(value, ['digest', 'digestTipAddress', 'ledgerDigest']))
  const subjects = [file.revision, file.block, file.revisionHash].filter((subject) => subject !== undefined)
  if (subjects.length > 0) return file
  // AWS's migration sample.
  if (member(value, 'lastBlockNum') !== undefined)
    throw ofNothing('it proves the last block of an export', "give the export's folder as well")
  const help = 'give the revision or block that it belongs to as well'
  throw ofNothing('the proof is of nothing: no revision, revisionHash or block stands beside it', help)
}

/** Of these fields those that are there: half of a digest is compared with nothing. */
function namesOf(value: StructValue, fields: readonly string[]): string[] {
  return value.names.filter((name) => fields.includes(plainName(name)) && member(value, plainName(name)) !== undefined)
}

function ofNothing(message: string, help: string): LedgerError {
  return new LedgerError('proof/unrecognized', message, { help })
}

/** A proof: a list of hashes, or Ion text of one. Throws LedgerError 'proof/malformed'. */
export function proofIn(value: Value): Proof {
  return hashesIn(unwrapIon(value), 'proof')
}

function nameIn(value: StructValue, name: string): string | undefined {
  const found = member(value, name)
  if (found === undefined || found.type === 'string') return found?.value
  throw notEvidence(`${name} is a ${found.type}, expected a string`)
}

function revisionsIn(value: Value): BareRevision[] {
  if (value.type !== 'list') throw notEvidence(`blockRevisions is a ${value.type}, expected a list`)
  try {
    return value.items.map((item, index) => bareRevisionOf(item, `blockRevisions[${index}]`))
  } catch (error) {
    throw error instanceof LedgerError ? notEvidence(error.message, error) : error
  }
}

function hashesIn(value: Value, name: string): Uint8Array[] {
  if (value.type !== 'list') throw notEvidence(`${name} is a ${value.type}, expected a list of hashes`)
  return value.items.map((item, index) => hashIn(item, `${name}[${index}]`))
}

function headIn(value: Value): BlockHead {
  const isPlain = value.annotations === undefined
  const [transactionId, blockTimestamp, entries] =
    value.type === 'struct' && value.names.length === 3 && isPlain
      ? [value.get('transactionId'), value.get('blockTimestamp'), value.get('entriesHashList')]
      : []
  const isBare = transactionId?.annotations === undefined && entries?.annotations === undefined
  if (transactionId?.type === 'string' && blockTimestamp?.type === 'timestamp' && entries?.type === 'list' && isBare) {
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

/** Fields that mean nothing here, or that nothing of the file gives a meaning. */
function unusedFields(value: StructValue): string[] {
  const unused =
    member(value, 'block') !== undefined ? ofRevisions : member(value, 'proof') === undefined ? ofRevisionProofs : []
  const isWithHead = member(value, 'blockHead') !== undefined
  return value.names.flatMap((name, index) => {
    const plain = plainName(name)
    // The head has its own entries.
    if (plain === 'entriesHashList' && isWithHead) return [name]
    const isKnown = fieldNames.some((names) => names.includes(plain)) && !unused.includes(plain)
    if (!isKnown) return [name]
    const field = value.values[index] as Value
    if (plain === '$metadata' || plain === 'responseMetadata')
      return field.type === 'struct' ? unknownInMetadata(field, `${name}.`) : [name]
    return idleNames.has(plain) && !isPlain(field) ? [name] : []
  })
}

/** Fields that no check covers: only a text or number, which no reader takes for checked content. */
const idleNames = new Set(['date', 'uncheckedRevisions', 'uncheckedHash'])

function unknownInMetadata(value: StructValue, path: string): string[] {
  const isHeaders = (name: string) => /^h(?:TTP|ttp)Headers$/.test(plainName(name))
  const isUsual = (name: string, field: Value) =>
    metadataNames.has(plainName(name)) &&
    (isPlain(field) || (isHeaders(name) && field.type === 'struct' && field.values.every(isPlain)))
  return value.names.flatMap((name, index) => (isUsual(name, value.values[index] as Value) ? [] : [path + name]))
}

function isPlain({ type, annotations }: Value): boolean {
  return annotations === undefined && /^(?:string|int|decimal|float|bool|timestamp|blob|null)$/.test(type)
}

/** A field that stands twice could show a reader one thing and the check another; so could one under two names. */
function checkFieldsOnce(value: StructValue): void {
  if (value.annotations !== undefined) throw notEvidence('it has an annotation')
  const seen = new Map<string, string>()
  for (const [index, name] of value.names.entries()) {
    const plain = plainName(name)
    const field = fieldNames.find((names) => names.includes(plain))?.[0] ?? plain
    const before = seen.get(field)
    if (before === name) throw notEvidence(`the field '${name}' is there twice`)
    if (before !== undefined) throw notEvidence(`'${before}' and '${name}' are both there, expected one of them`)
    if (value.values[index]?.annotations !== undefined) throw notEvidence(`the field '${name}' has an annotation`)
    seen.set(field, name)
  }
}
