import { assert } from '../base/assert.ts'
import { equalBytes } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import { decodeLazy, isIonBinary } from '../values/binary-reader.ts'
import { encodeIon } from '../values/binary-writer.ts'
import { ionHash, ionHashOfString } from '../values/ion-hash.ts'
import { joinHashes } from '../values/join-hashes.ts'
import { LocalSymbolTable } from '../values/symbols.ts'
import {
  blob,
  int,
  list,
  string,
  type StructValue,
  struct,
  structOf,
  type TimestampValue,
  type Value,
} from '../values/value.ts'
import { blockFromIon } from './block-from-ion.ts'
import { rootOf } from './merkle-tree.ts'

/**
 * One block of the journal, in QLDB's own shape (developer guide, "Journal contents in Amazon QLDB"). The fields are a
 * view of `ion`, which holds all that was read or sealed, unknown fields too. Hashes have 32 bytes.
 */
export interface Block {
  readonly ion: StructValue
  readonly blockAddress: BlockAddress
  readonly transactionId: string
  readonly blockTimestamp: TimestampValue
  /** entriesHash joined with previousBlockHash. */
  readonly blockHash: Uint8Array
  /** Root of the Merkle tree over entriesHashList. */
  readonly entriesHash: Uint8Array
  /** Empty in the first block. */
  readonly previousBlockHash: Uint8Array
  readonly entriesHashList: readonly Uint8Array[]
  /** Absent in some of AWS's system blocks. */
  readonly transactionInfo: TransactionInfo | undefined
  /** Only in the block of a transaction that redacted. */
  readonly redactionInfo: RedactionInfo | undefined
  /** Undefined when nothing was written. Each is decoded when first asked for a field. */
  readonly revisions: readonly Revision[] | undefined
  /** What coversHead gives, where that is known. */
  readonly isHeadCovered?: boolean
}

export interface BlockAddress {
  readonly strandId: string
  /** From 0 on. */
  readonly sequenceNo: number
}

export function isSameAddress(left: BlockAddress, right: BlockAddress): boolean {
  return left.strandId === right.strandId && left.sequenceNo === right.sequenceNo
}

export interface TransactionInfo {
  readonly ion: StructValue
  readonly statements: readonly StatementInfo[]
  /** Document id → what the transaction did with it; undefined when it changed nothing. */
  readonly documents: ReadonlyMap<string, DocumentInfo> | undefined
}

export interface StatementInfo {
  readonly statement: string
  readonly startTime: TimestampValue
  readonly statementDigest: Uint8Array
}

export interface DocumentInfo {
  readonly tableName: string
  readonly tableId: string
  /** Indexes of the statements that changed the document. */
  readonly statements: readonly number[]
}

export interface RedactionInfo {
  readonly ion: StructValue
  readonly revisions: readonly RedactedRevision[]
}

export interface RedactedRevision {
  readonly blockAddress: BlockAddress
  readonly tableId: string
  readonly documentId: string
  readonly version: number
}

/** A document's state. Deleted: neither `data` nor `dataHash`. Redacted: `dataHash` in place of `data`. */
export interface Revision {
  readonly ion: StructValue
  readonly hash: Uint8Array
  /** This and `metadata` are undefined in AWS's internal revisions, which show nothing but their hash. */
  readonly blockAddress: BlockAddress | undefined
  readonly data: StructValue | undefined
  readonly dataHash: Uint8Array | undefined
  readonly metadata: RevisionMetadata | undefined
  /** The metadata as it is hashed. */
  readonly metadataIon: StructValue | undefined
}

export interface RevisionMetadata {
  readonly id: string
  /** 0 for the first; each later one is one higher. */
  readonly version: number
  readonly txTime: TimestampValue
  readonly txId: string
}

/** What a transaction hands in to become a block. */
export interface BlockContent {
  readonly strandId: string
  readonly transactionId: string
  readonly blockTimestamp: TimestampValue
  readonly transactionInfo?: Omit<TransactionInfo, 'ion'>
  readonly redactionInfo?: Omit<RedactionInfo, 'ion'>
  /** Kept in this order. None, or an empty list: the block has no such field. */
  readonly revisions?: readonly RevisionContent[]
}

export interface RevisionContent {
  /** None for a deletion. */
  readonly data?: StructValue | undefined
  readonly metadata: RevisionMetadata
}

/** The block before, as much as sealing needs of it. */
export interface PreviousBlock {
  readonly sequenceNo: number
  readonly blockHash: Uint8Array
}

/**
 * Makes the next block, or block 0 when there is no previous one, with all its hashes.
 *
 * entriesHashList holds, in this order and where there is such a thing: the hash of the block's head (headOf), the root
 * of the revisions' hashes, the hash of redactionInfo, the hash of transactionInfo. AWS's verifier asks only that the
 * last three are members; of its own lists' four elements the first and third are unexplained, and ours has the head
 * first so that nothing of a block is outside its hash.
 */
export function sealBlock(content: BlockContent, previous: PreviousBlock | undefined): Block {
  const address = { strandId: content.strandId, sequenceNo: previous === undefined ? 0 : previous.sequenceNo + 1 }
  const { transactionId, blockTimestamp } = content
  const transactionInfo = content.transactionInfo && transactionInfoToIon(content.transactionInfo)
  const redactionInfo = content.redactionInfo && redactionInfoToIon(content.redactionInfo)
  const sealed = (content.revisions ?? []).map((revision) => sealRevision(revision, address))
  const entries = [ionHash(headOf(address, transactionId, blockTimestamp))]
  if (sealed.length > 0) entries.push(rootOf(sealed.map((revision) => revision.hash)))
  if (redactionInfo !== undefined) entries.push(ionHash(redactionInfo))
  if (transactionInfo !== undefined) entries.push(ionHash(transactionInfo))
  const entriesHash = rootOf(entries)
  const previousBlockHash = previous?.blockHash ?? new Uint8Array(0)
  const fields: [name: string, value: Value | undefined][] = [
    ['blockAddress', addressToIon(address)],
    ['transactionId', string(transactionId)],
    ['blockTimestamp', blockTimestamp],
    ['blockHash', blob(joinHashes(entriesHash, previousBlockHash))],
    ['entriesHash', blob(entriesHash)],
    ['previousBlockHash', blob(previousBlockHash)],
    ['entriesHashList', list(entries.map((hash) => blob(hash)))],
    ['transactionInfo', transactionInfo],
    ['redactionInfo', redactionInfo],
    ['revisions', sealed.length === 0 ? undefined : list(sealed.map((revision) => revision.ion))],
  ]
  const present = fields.filter((field): field is [string, Value] => field[1] !== undefined)
  return blockFromIon(
    struct(
      present.map(([name]) => name),
      present.map(([, value]) => value),
    ),
  )
}

/** What only this program's blocks have a hash of: the fields that AWS leaves out of every hash it explains. */
export function headOf(address: BlockAddress, transactionId: string, blockTimestamp: TimestampValue): StructValue {
  return structOf({ blockAddress: addressToIon(address), transactionId: string(transactionId), blockTimestamp })
}

/** Whether one of the block's entries is the hash of its head: so in every block that this program sealed. */
export function coversHead(block: Block): boolean {
  if (block.isHeadCovered !== undefined) return block.isHeadCovered
  const { blockAddress, transactionId, blockTimestamp } = block
  const hash = ionHash(headOf(blockAddress, transactionId, blockTimestamp))
  return block.entriesHashList.some((entry) => equalBytes(entry, hash))
}

/** A revision's hash: data joined with metadata; metadata alone for a deletion. `dataHash` stands in for redacted data. */
export function revisionHash(data: StructValue | undefined, metadata: StructValue, dataHash?: Uint8Array): Uint8Array {
  const hashOfData = dataHash ?? (data === undefined ? new Uint8Array(0) : ionHash(data))
  return joinHashes(hashOfData, ionHash(metadata))
}

/** The statementDigest of a statement, by the drivers' fold (QldbHash.dot over the parameters in their order). */
export function statementDigest(statement: string, parameters: readonly Value[] = []): Uint8Array {
  return parameters.reduce((digest, value) => joinHashes(digest, ionHash(value)), ionHashOfString(statement))
}

/**
 * The block with the data of one of its revisions replaced by its hash; all hashes stay as they are. The same block
 * when that revision has no data (deleted, or redacted before).
 */
export function redactBlock(block: Block, position: number): Block {
  const revision = block.revisions?.[position]
  assert(revision !== undefined, `the block has a revision ${position}`)
  const { data } = revision
  if (data === undefined) return block
  const redacted = replaceField(revision.ion, 'data', 'dataHash', blob(ionHash(data)))
  const revisions = (block.revisions ?? []).map(({ ion }, index) => (index === position ? redacted : ion))
  return blockFromIon(replaceField(block.ion, 'revisions', 'revisions', list(revisions)))
}

/** The block as Ion binary: all that its `ion` holds. */
export function encodeBlock(block: Block): Uint8Array {
  return encodeIon(block.ion)
}

/**
 * The block in bytes that encodeBlock wrote, or in an exported block's. Decodes lazily: a field when it is asked for,
 * so the bytes must stay as they are, and damage may show as LedgerError 'ion/malformed' only then. Throws LedgerError
 * 'journal/malformed' or 'ion/malformed'.
 */
export function decodeBlock(bytes: Uint8Array): Block {
  if (!isIonBinary(bytes)) throw new LedgerError('journal/malformed', 'a block is not Ion binary')
  return blockFromIon(decodeLazy(bytes, new LocalSymbolTable()))
}

/** The block in the shape that GetBlock and exports give. */
export function blockToIon(block: Block): StructValue {
  return block.ion
}

export { blockFromIon }
export { decodeRevision, type RevisionSlice, revisionSlices } from './revision-slices.ts'

export function addressToIon(address: BlockAddress): StructValue {
  return structOf({ strandId: string(address.strandId), sequenceNo: int(address.sequenceNo) })
}

function sealRevision(content: RevisionContent, address: BlockAddress): { ion: StructValue; hash: Uint8Array } {
  const { id, version, txTime, txId } = content.metadata
  const metadata = structOf({ id: string(id), version: int(version), txTime, txId: string(txId) })
  const { data } = content
  const hash = revisionHash(data, metadata)
  const fields = { blockAddress: addressToIon(address), hash: blob(hash) }
  return { ion: structOf(data === undefined ? { ...fields, metadata } : { ...fields, data, metadata }), hash }
}

function transactionInfoToIon({ statements, documents }: Omit<TransactionInfo, 'ion'>): StructValue {
  const statementList = list(
    statements.map(({ statement, startTime, statementDigest }) =>
      structOf({ statement: string(statement), startTime, statementDigest: blob(statementDigest) }),
    ),
  )
  if (documents === undefined) return structOf({ statements: statementList })
  const infos = [...documents.values()].map(({ tableName, tableId, statements }) =>
    structOf({
      tableName: string(tableName),
      tableId: string(tableId),
      statements: list(statements.map((index) => int(index))),
    }),
  )
  return structOf({ statements: statementList, documents: struct([...documents.keys()], infos) })
}

function redactionInfoToIon({ revisions }: Omit<RedactionInfo, 'ion'>): StructValue {
  return structOf({ revisions: list(revisions.map(redactedRevisionToIon)) })
}

/** Also the row that EXEC REDACT_REVISION gives. */
export function redactedRevisionToIon(revision: RedactedRevision): StructValue {
  return structOf({
    blockAddress: addressToIon(revision.blockAddress),
    tableId: string(revision.tableId),
    documentId: string(revision.documentId),
    version: int(revision.version),
  })
}

function replaceField(ion: StructValue, name: string, newName: string, value: Value): StructValue {
  const at = ion.names.indexOf(name)
  return struct(ion.names.with(at, newName), ion.values.with(at, value))
}
