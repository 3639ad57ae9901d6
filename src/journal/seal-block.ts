import { assert } from '../base/assert.ts'
import { ionHash } from '../values/ion-hash.ts'
import { joinHashes } from '../values/join-hashes.ts'
import {
  type Value,
  string,
  blob,
  list,
  struct,
  type TimestampValue,
  type StructValue,
  structOf,
  int,
} from '../values/value.ts'
import { blockFromIon } from './block-from-ion.ts'
import {
  type Block,
  headOf,
  addressToIon,
  type TransactionInfo,
  type RedactionInfo,
  type RevisionMetadata,
  type BlockAddress,
  revisionHash,
  redactedRevisionToIon,
} from './block.ts'
import { rootOf } from './merkle-tree.ts'

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

function replaceField(ion: StructValue, name: string, newName: string, value: Value): StructValue {
  const at = ion.names.indexOf(name)
  return struct(ion.names.with(at, newName), ion.values.with(at, value))
}
