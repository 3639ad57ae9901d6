import { equalBytes } from '../base/bytes.ts'
import { ionEquals } from '../values/compare.ts'
import { parseTimestamp } from '../values/timestamp.ts'
import type { StructValue, Value } from '../values/value.ts'
import { type Block, isSameAddress, type Revision } from '../journal/block.ts'
import { addressIn } from '../journal/digest-file.ts'
import type { BareRevision } from '../journal/proof-leaf.ts'
import type { ProofFile } from '../journal/proof-file.ts'
import { isDeletion } from '../journal/revision-form.ts'
import { headFields } from '../journal/verify.ts'

/**
 * Where proofs, receipts and answers that lie beside the blocks of a journal say something else than the very block that they
 * are of. The block is there, so that nothing about it has to be believed.
 */

/** What a proof or receipt of a revision says that its block contradicts; undefined when all agree. Errors of form are thrown. */
export function contradictionOf(file: ProofFile, block: Block, revision: Revision): string | undefined {
  const { transactionInfo, blockAddress } = block
  const id = revision.metadata?.id
  const document = id === undefined ? undefined : transactionInfo?.documents?.get(id)
  const shown = file.revision?.get('blockAddress')
  for (const address of [file.blockAddress, shown && addressIn(shown, 'blockAddress')])
    if (address !== undefined && !isSameAddress(address, blockAddress))
      return `blockAddress: it is of strand '${address.strandId}', the block of '${blockAddress.strandId}'`
  if (!agrees(file.documentId, id)) return `documentId: it is '${file.documentId}', the revision is of '${id}'`
  if (!agrees(file.table, document?.tableName))
    return `table: it is '${file.table}', the block says '${document?.tableName}'`
  const parts: Readonly<Record<string, boolean>> = {
    blockHead: file.head === undefined || isHeadOf(file.head, block),
    entriesHashList: file.entriesHashList === undefined || areSame(file.entriesHashList, block.entriesHashList),
    transactionInfo:
      file.transactionInfo === undefined ||
      (transactionInfo !== undefined && ionEquals(file.transactionInfo, transactionInfo.ion)),
    blockRevisions: file.blockRevisions === undefined || areRevisionsOf(file.blockRevisions, block),
  }
  const other = Object.keys(parts).find((name) => parts[name] === false)
  return other && `${other}: it is not that of block ${blockAddress.sequenceNo}`
}

/** A field of GetBlock's answer that no hash covers and that differs from the block's; undefined when all are the same. */
export function differenceOf(answer: StructValue, { ion }: Block): string | undefined {
  return headFields.find((name) => !isSameValue(answer.get(name), ion.get(name)))
}

/** What was written as JSON has times as text. */
function isSameValue(shown: Value | undefined, own: Value | undefined): boolean {
  if (shown === undefined || own === undefined) return shown === own
  const isText = own.type === 'timestamp' && shown.type === 'string' && shown.annotations === undefined
  return ionEquals((isText ? parseTimestamp(shown.value) : undefined) ?? shown, own)
}

/** What the block does not tell contradicts nothing. */
function agrees(said: string | undefined, known: string | undefined): boolean {
  return said === undefined || known === undefined || said === known
}

function isHeadOf(head: NonNullable<ProofFile['head']>, block: Block): boolean {
  const { transactionId, blockTimestamp, entriesHashList } = block
  const isSame = head.transactionId === transactionId && ionEquals(head.blockTimestamp, blockTimestamp)
  return isSame && areSame(head.entriesHashList, entriesHashList)
}

function areSame(left: readonly Uint8Array[], right: readonly Uint8Array[]): boolean {
  return left.length === right.length && left.every((hash, index) => equalBytes(hash, right[index] as Uint8Array))
}

function areRevisionsOf(bare: readonly BareRevision[], { revisions = [] }: Block): boolean {
  const isSame = (one: BareRevision, other: Revision | undefined) =>
    other !== undefined && equalBytes(one.hash, other.hash) && one.isDeletion === isDeletion(other)
  return bare.length === revisions.length && bare.every((one, index) => isSame(one, revisions[index]))
}
