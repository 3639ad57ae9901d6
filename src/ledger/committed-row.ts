import { LedgerError } from '../base/errors.ts'
import type { Block } from '../journal/block.ts'
import { timestampFromMs } from '../values/timestamp.ts'
import { blob, int, string, struct, type StructValue, structOf, type Value } from '../values/value.ts'
import type { RevisionRecord } from './records.ts'

/**
 * A revision in the shape of the committed view and of history (DG/working.metadata):
 * `{blockAddress: {strandId, sequenceNo}, hash, data, metadata: {id, version, txTime, txId}}`.
 */
export function committedRow(
  strandId: string,
  documentId: string,
  version: number,
  revision: RevisionRecord,
  data: Value,
): StructValue {
  return struct(
    ['blockAddress', 'hash', 'data', 'metadata'],
    [
      blockAddressValue(strandId, revision.sequenceNo),
      blob(revision.hash),
      data,
      structOf({
        id: string(documentId),
        version: int(version),
        txTime: timestampFromMs(revision.txTimeMs),
        txId: string(revision.txId),
      }),
    ],
  )
}

/** `{strandId, sequenceNo}` */
export function blockAddressValue(strandId: string, sequenceNo: number): StructValue {
  return structOf({ strandId: string(strandId), sequenceNo: int(sequenceNo) })
}

/** The same for a revision as its block holds it: a deletion has no `data`, a redacted one `dataHash` instead. */
export function revisionRow(block: Block, position: number): { documentId: string; value: StructValue } {
  const revision = block.revisions?.[position]
  const metadata = revision?.metadata
  if (revision === undefined || metadata === undefined)
    throw new LedgerError('store/corrupt', `block ${block.blockAddress.sequenceNo} has no revision ${position}`)
  const names = ['blockAddress', 'hash']
  const { strandId, sequenceNo } = block.blockAddress
  const values: Value[] = [blockAddressValue(strandId, sequenceNo), blob(revision.hash)]
  if (revision.dataHash !== undefined) {
    names.push('dataHash')
    values.push(blob(revision.dataHash))
  }
  if (revision.data !== undefined) {
    names.push('data')
    values.push(revision.data)
  }
  names.push('metadata')
  const { id, version, txTime, txId } = metadata
  values.push(structOf({ id: string(id), version: int(version), txTime, txId: string(txId) }))
  return { documentId: id, value: struct(names, values) }
}
