import { assert } from '../base/assert.ts'
import { LedgerError } from '../base/errors.ts'
import { type BlockAddress, type DocumentInfo, encodeBlock, type RedactedRevision } from '../journal/block.ts'
import { type BlockContent, type RevisionContent, sealBlock } from '../journal/seal-block.ts'
import { couldPassFor } from '../journal/ambiguous-data.ts'
import type { WriteTransaction } from '../store/store.ts'
import { timestampFromMs } from '../values/timestamp.ts'
import type { StructValue } from '../values/value.ts'
import { checkStored } from './check-stored.ts'
import { applyBlock } from './apply-block.ts'
import { type CatalogState, catalogTableId, catalogTableName, versionAfter } from './catalog.ts'
import type { LedgerCore } from './core.ts'
import { readBlock } from './block-cache.ts'
import { writeSetOfSummary } from './block-summary.ts'
import { blockKey, documentIdKey, documentKey, summaryKey } from './keys.ts'
import type { Overlay, TableOverlay } from './overlay.ts'
import { conflictMessage, type ReadSet } from './read-set.ts'
import { decodePlace, type LedgerState, type Reader, stateOf, versionOfDocument } from './records.ts'

/** The result of a commit. */
export interface CommitOutcome {
  readonly transactionId: string
  /** The digest that the client sent with the commit. */
  readonly digest: Uint8Array
  /** The block that was written; undefined for a transaction that changed nothing. */
  readonly blockAddress: BlockAddress | undefined
  /** Revisions written or redacted. */
  readonly writeIos: number
}

/** A statement that succeeded; `number` is its index among all statements of the transaction, failed ones included. */
export interface FinishedStatement {
  readonly number: number
  readonly text: string
  readonly startMs: number
  readonly digest: Uint8Array
}

export interface CommitRequest {
  readonly transactionId: string
  readonly digest: Uint8Array
  /** The state that the transaction read. */
  readonly snapshot: LedgerState
  /** With the transaction's own DDL: it knows every table that was read or written. */
  readonly catalog: CatalogState
  readonly readSet: ReadSet
  readonly overlay: Overlay
  readonly redactions: readonly RedactedRevision[]
  readonly statements: readonly FinishedStatement[]
  /** Called during long work, such as building an index; true cancels the commit with 'cancelled/by-user'. */
  readonly isCancelled?: (() => boolean) | undefined
}

/**
 * Commits a transaction that changed nothing: checks its reads, as QLDB does, and writes no block. Throws LedgerError
 * 'transaction/conflict'.
 */
export function commitReads(core: LedgerCore, request: CommitRequest): CommitOutcome {
  const snapshot = core.store.snapshot()
  try {
    checkReads(snapshot, request, stateOf(snapshot))
  } finally {
    snapshot.release()
  }
  return { transactionId: request.transactionId, digest: request.digest, blockAddress: undefined, writeIos: 0 }
}

/**
 * Commits a transaction that changed something. All of it happens inside one write of the store, whose lock other
 * processes respect: check the reads against the blocks since the snapshot, seal one block, put it and everything that
 * is derived from it. So a commit is durable as a whole or not at all, and no block can come between check and append.
 * Throws as commitReads, and the store's errors.
 */
export async function commitChanges(core: LedgerCore, request: CommitRequest): Promise<CommitOutcome> {
  const revisions = await core.store.write((transaction) => append(core, request, transaction))
  const { transactionId, digest } = request
  if (revisions === undefined) return { transactionId, digest, blockAddress: undefined, writeIos: 0 }
  const blockAddress = { strandId: core.identity.strandId, sequenceNo: revisions.sequenceNo }
  return { transactionId, digest, blockAddress, writeIos: revisions.count }
}

/** Returns undefined if nothing is to be written: every change cancelled out, and read-only blocks are off. */
function append(
  core: LedgerCore,
  request: CommitRequest,
  transaction: WriteTransaction,
): { sequenceNo: number; count: number } | undefined {
  const state = stateOf(transaction)
  const sequenceNo = state.tip + 1
  checkReads(transaction, request, state)
  const content = contentOf(core, request, transaction, state)
  const count = (content.revisions?.length ?? 0) + request.redactions.length
  if (count === 0 && core.identity.journalReads !== true) return undefined
  const block = sealBlock(content, { sequenceNo: state.tip, blockHash: state.tipHash })
  const symbols = core.symbols.forWrite(transaction, state.symbolsEnd)
  const catalog = core.catalogs.forWrite(transaction, state, symbols)
  transaction.put(blockKey(sequenceNo), encodeBlock(block))
  const before = { state, catalog, symbols, origin: core.identity.origin }
  applyBlock(transaction, block, before, request.isCancelled)
  return { sequenceNo, count }
}

/** Throws LedgerError 'transaction/conflict' when a block after the snapshot's, up to `state`, changed what was read. */
export function checkReads(
  reader: Reader,
  request: { readonly snapshot: { readonly tip: number } } & Pick<CommitRequest, 'readSet' | 'catalog'>,
  state: LedgerState,
): void {
  // Shortcut for bursts of blind inserts: they read only names, and no block since the snapshot changed the catalog.
  if (request.readSet.hasOnlyNames && state.catalogVersion <= request.snapshot.tip) return
  for (let sequenceNo = request.snapshot.tip + 1; sequenceNo <= state.tip; sequenceNo += 1) {
    const bytes = reader.get(summaryKey(sequenceNo))
    const writeSet = bytes && writeSetOfSummary(bytes)
    if (writeSet === undefined) {
      throw new LedgerError('transaction/conflict', conflictMessage, {
        help: `what block ${sequenceNo} changed has been redacted since; run the transaction again`,
      })
    }
    const what = request.readSet.conflictWith(writeSet, request.catalog)
    if (what === undefined) continue
    const { transactionId } = readBlock(reader, sequenceNo)
    throw new LedgerError('transaction/conflict', conflictMessage, {
      help: `${what} was changed by transaction ${transactionId} in block ${sequenceNo}; run the transaction again`,
    })
  }
}

/**
 * The content of the block, unsealed: one revision per changed document, with the version after the stored one. A
 * document that was inserted and deleted in the same transaction has none.
 */
function contentOf(
  core: LedgerCore,
  request: CommitRequest,
  transaction: WriteTransaction,
  state: LedgerState,
): BlockContent {
  // The clock may go back; the times of blocks must not.
  const time = timestampFromMs(Math.max(core.env.nowMs(), state.tipMs))
  const positions = new Map(request.statements.map((statement, index) => [statement.number, index]))
  const documents = new Map<string, DocumentInfo>()
  const revisions: RevisionContent[] = []
  for (const [tableId, table] of tablesInOrder(request.overlay)) {
    const tableName = tableId === catalogTableId ? catalogTableName : request.catalog.tables.get(tableId)?.name
    assert(tableName !== undefined, `the table '${tableId}' that was written to is in the catalog`)
    for (const [documentId, versions] of table.documents) {
      const last = versions.at(-1)
      assert(last !== undefined, 'a changed document has a version')
      // Inserted and deleted in this transaction: leaves no trace.
      if (last.isNew && last.value === undefined) continue
      const version = last.isNew ? 0 : versionAfter(versionOf(transaction, documentId))
      const statements = (table.statements.get(documentId) ?? []).map((number) => positions.get(number) as number)
      documents.set(documentId, { tableName, tableId, statements })
      revisions.push({
        data: last.value,
        metadata: { id: documentId, version, txTime: time, txId: request.transactionId },
      })
    }
  }
  for (const { data } of revisions) if (data !== undefined) refuseAmbiguous(data, request.transactionId, documents)
  const statements = request.statements.map((statement) => ({
    statement: statement.text,
    startTime: timestampFromMs(statement.startMs),
    statementDigest: statement.digest,
  }))
  return {
    strandId: core.identity.strandId,
    transactionId: request.transactionId,
    blockTimestamp: time,
    transactionInfo: { statements, documents: documents.size === 0 ? undefined : documents },
    ...(request.redactions.length === 0 ? {} : { redactionInfo: { revisions: request.redactions } }),
    revisions,
  }
}

/** Throws LedgerError 'document/ambiguous' for data that could be shown as another part of its own block. */
function refuseAmbiguous(data: StructValue, transactionId: string, documents: ReadonlyMap<string, unknown>): void {
  const other = couldPassFor(data, transactionId, documents)
  if (other === undefined) return
  const text = `a document has exactly the fields of ${other}, with those of this very transaction: no hash could tell them apart`
  throw new LedgerError('document/ambiguous', text, { help: "add a field to the document, such as 'note'" })
}

/** The catalog first, then tables in the order of their first write. */
function tablesInOrder(overlay: Overlay): [string, TableOverlay][] {
  const tables = [...overlay.tables()].map(([tableId, table]): [string, TableOverlay] => [tableId, table])
  return [...tables.filter(([id]) => id === catalogTableId), ...tables.filter(([id]) => id !== catalogTableId)]
}

/** The version of a document's current revision. checkReads has shown that it is the one that the statement changed. */
function versionOf(reader: Reader, documentId: string): number {
  const place = reader.get(documentIdKey(documentId))
  checkStored(place !== undefined, `document '${documentId}' has no place`)
  const { tableNumber, documentNumber } = decodePlace(place, documentId)
  const bytes = reader.get(documentKey(tableNumber, documentNumber))
  checkStored(bytes !== undefined, `document '${documentId}' is not in its place`)
  return versionOfDocument(bytes)
}
