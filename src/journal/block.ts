import { equalBytes } from '../base/bytes.ts'
import { encodeIon } from '../values/binary-writer.ts'
import { ionHash, ionHashOfString } from '../values/ion-hash.ts'
import { joinHashes } from '../values/join-hashes.ts'
import { int, string, type StructValue, structOf, type TimestampValue, type Value } from '../values/value.ts'

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

/** Where a block is: the ledger's strand and the block's number in it. QLDB ledgers have one strand. */
export interface BlockAddress {
  readonly strandId: string
  /** From 0 on. */
  readonly sequenceNo: number
}

export function isSameAddress(left: BlockAddress, right: BlockAddress): boolean {
  return left.strandId === right.strandId && left.sequenceNo === right.sequenceNo
}

/** What a transaction did. Its Ion is hashed as one entry of the block. */
export interface TransactionInfo {
  readonly ion: StructValue
  readonly statements: readonly StatementInfo[]
  /** Document id → what the transaction did with it; undefined when it changed nothing. */
  readonly documents: ReadonlyMap<string, DocumentInfo> | undefined
}

/** One statement of a transaction; the journal holds no parameters, only a digest over text and parameters. */
export interface StatementInfo {
  readonly statement: string
  readonly startTime: TimestampValue
  readonly statementDigest: Uint8Array
}

/** Which table a changed document belongs to, and which statements changed it. */
export interface DocumentInfo {
  readonly tableName: string
  readonly tableId: string
  /** Indexes of the statements that changed the document. */
  readonly statements: readonly number[]
}

/** The revisions whose data a transaction asked to remove. */
export interface RedactionInfo {
  readonly ion: StructValue
  readonly revisions: readonly RedactedRevision[]
}

/** Names one revision that was redacted: its block, table, document and version. */
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

/** The system's part of a revision, hashed with the data. `txTime` is the time of the block. */
export interface RevisionMetadata {
  readonly id: string
  /** 0 for the first; each later one is one higher. */
  readonly version: number
  readonly txTime: TimestampValue
  readonly txId: string
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

/** The block as Ion binary: all that its `ion` holds. */
export function encodeBlock(block: Block): Uint8Array {
  return encodeIon(block.ion)
}

/** The block in the shape that GetBlock and exports give. */
export function blockToIon(block: Block): StructValue {
  return block.ion
}

export function addressToIon(address: BlockAddress): StructValue {
  return structOf({ strandId: string(address.strandId), sequenceNo: int(address.sequenceNo) })
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
