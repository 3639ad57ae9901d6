import { LedgerError } from '../base/errors.ts'
import { isId } from '../base/ids.ts'
import { type Block, encodeBlock, type RedactedRevision } from '../journal/block.ts'
import { redactBlock } from '../journal/seal-block.ts'
import type { WriteTransaction } from '../store/store.ts'
import type { Value } from '../values/value.ts'
import { checkStored } from './check-stored.ts'
import { readBlock } from './block-cache.ts'
import type { CatalogState } from './catalog.ts'
import { withoutWriteSet } from './block-summary.ts'
import { blockKey, type DocumentPlace, documentIdKey, documentKey, summaryKey } from './keys.ts'
import { decodePlace, type Reader, versionOfDocument } from './records.ts'
import { revisionOf } from './revisions.ts'

/**
 * EXEC REDACT_REVISION: a superseded revision loses its data for good, and only that. Its hash of the data takes the
 * data's place in its block, so that every hash, digest and proof stays what it was (DG/working.redaction).
 */

/**
 * The revision that the procedure's arguments name. Throws LedgerError 'evaluator/invalid' when there is none, or when
 * it is the current one, has no data or was redacted before; 'catalog/table-not-found'.
 */
export function findRedactable(
  view: { readonly reader: Reader; readonly strandId: string; readonly blocks: { block(sequenceNo: number): Block } },
  catalog: CatalogState,
  blockAddress: Value,
  tableId: string,
  documentId: string,
): RedactedRevision {
  const sequenceNo = sequenceOf(blockAddress, view.strandId)
  const table = catalog.tables.get(tableId)
  if (table === undefined) throw new LedgerError('catalog/table-not-found', `no table with the id '${tableId}'`)
  const place = placeOf(view.reader, documentId)
  const what = `the revision of document '${documentId}' in block ${sequenceNo}`
  if (place === undefined || place.tableNumber !== table.number || view.reader.get(blockKey(sequenceNo)) === undefined)
    throw noRevision(documentId, table.name, sequenceNo)
  const revision = view.blocks.block(sequenceNo).revisions?.find(({ metadata }) => metadata?.id === documentId)
  if (revision?.metadata === undefined) throw noRevision(documentId, table.name, sequenceNo)
  if (revision.dataHash !== undefined) throw new LedgerError('evaluator/invalid', `${what} is redacted already`)
  if (revision.data === undefined) throw new LedgerError('evaluator/invalid', `${what} is a deletion: it has no data`)
  const { version } = revision.metadata
  const current = view.reader.get(documentKey(place.tableNumber, place.documentNumber))
  if (current !== undefined && versionOfDocument(current) === version) {
    throw new LedgerError(
      'evaluator/invalid',
      `${what} is the current one; only superseded revisions can be redacted`,
      {
        help: 'update or delete the document first',
      },
    )
  }
  return { blockAddress: { strandId: view.strandId, sequenceNo }, tableId, documentId, version }
}

function sequenceOf(blockAddress: Value, strandId: string): number {
  const [strand, number] =
    blockAddress.type === 'struct' ? [blockAddress.get('strandId'), blockAddress.get('sequenceNo')] : []
  if (strand?.type !== 'string' || number?.type !== 'int')
    throw new LedgerError('evaluator/invalid', 'a block address is a struct {strandId: string, sequenceNo: int}')
  const sequenceNo = Number(number.value)
  if (strand.value !== strandId || sequenceNo < 0 || !Number.isSafeInteger(sequenceNo))
    throw new LedgerError('evaluator/invalid', `no block ${number.value} of strand '${strand.value}' in this ledger`)
  return sequenceNo
}

function noRevision(documentId: string, table: string, sequenceNo: number): LedgerError {
  const text = `block ${sequenceNo} has no revision of a document '${documentId}' of table '${table}'`
  return new LedgerError('evaluator/invalid', text)
}

/**
 * Takes the data out of the blocks that a block's redactionInfo names, and out of the summaries that list its index
 * keys; a transaction that still needed one of those conflicts. Does nothing to what is redacted already, nor to blocks
 * before the ledger's first one.
 */
export function applyRedactions(
  transaction: WriteTransaction,
  block: Block,
  firstSequenceNo = 0,
  keeps: (tableId: string) => boolean = () => true,
): readonly RedactedRevision[] {
  const all = block.redactionInfo?.revisions ?? []
  const redacted = all.filter(
    ({ blockAddress, tableId }) => blockAddress.sequenceNo >= firstSequenceNo && keeps(tableId),
  )
  for (const { blockAddress, documentId, version } of redacted) {
    const { sequenceNo } = blockAddress
    const old = readBlock(transaction, sequenceNo)
    const position = old.revisions?.findIndex(({ metadata }) => metadata?.id === documentId) ?? -1
    transaction.put(blockKey(sequenceNo), encodeBlock(redactBlock(old, position)))
    forgetChanges(transaction, sequenceNo)
    const place = placeOf(transaction, documentId)
    checkStored(place !== undefined, `document '${documentId}' has no place`)
    const next = revisionOf(transaction, place, version + 1)
    checkStored(next !== undefined, `version ${version + 1} of document '${documentId}' is missing`)
    forgetChanges(transaction, next.sequenceNo)
  }
  return redacted
}

function forgetChanges(transaction: WriteTransaction, sequenceNo: number): void {
  const key = summaryKey(sequenceNo)
  const summary = transaction.get(key)
  checkStored(summary !== undefined, `the record of what block ${sequenceNo} changed is missing`)
  transaction.put(key, withoutWriteSet(summary))
}

function placeOf(reader: Reader, documentId: string): DocumentPlace | undefined {
  const bytes = isId(documentId) ? reader.get(documentIdKey(documentId)) : undefined
  return bytes === undefined ? undefined : decodePlace(bytes, documentId)
}
