import { copyBytes } from '../../base/bytes.ts'
import { LedgerError } from '../../base/errors.ts'
import type { ControlRequest, ControlResponse } from '../../protocol/control-message.ts'
import type { ValueHolder } from '../../protocol/message.ts'
import { decodeIon } from '../../values/binary-reader.ts'
import { encodeIon } from '../../values/binary-writer.ts'
import { parseIon } from '../../values/text-reader.ts'
import { printIon } from '../../values/text-writer.ts'
import { blob, int, list, type StructValue, string, structOf, type Value } from '../../values/value.ts'

/** What the answers are made from; ledger/ledger.ts provides it. */
export interface JournalReader {
  readonly strandId: string
  digest(): { readonly digest: Uint8Array; readonly tipAddress: Address }
  /** The marks that its import left on blocks up to a tip; undefined for one that was not imported. */
  importMarks?(tipSequenceNo: number): { readonly count: number; readonly hash: Uint8Array } | undefined
  /** Positions of a block's revisions that its import marked. */
  markedRevisions?(sequenceNo: number): readonly number[]
  /** The three below throw LedgerError 'journal/gap' for a block or tip that there is not. */
  block(sequenceNo: number): StructValue
  blockProof(sequenceNo: number, tipSequenceNo: number): readonly Uint8Array[]
  /** Undefined: the block has no revision of the document. */
  revision(
    sequenceNo: number,
    documentId: string,
    tipSequenceNo: number,
  ): { readonly revision: StructValue; readonly proof: readonly Uint8Array[] } | undefined
}

interface Address {
  readonly strandId: string
  readonly sequenceNo: number
}

/**
 * Answers GetDigest, GetBlock and GetRevision from a ledger, for HTTP (`ion: 'text'`) and for the transports inside the
 * program. Throws LedgerError 'request/invalid' for an address that is none or is not of this ledger's strand,
 * 'journal/gap' for one beyond the tip, 'journal/no-revision'.
 */
export function answerJournalRequest(
  ledger: JournalReader,
  request: ControlRequest,
  ion: 'text' | 'binary' = 'binary',
): ControlResponse {
  // Copied into its own memory: a message to another thread copies the whole buffer behind a view.
  const hold = (value: Value): ValueHolder =>
    ion === 'text' ? { IonText: printIon(value) } : { IonBinary: copyBytes(encodeIon(value)) }
  const { GetDigest, GetBlock, GetRevision } = request
  if (GetDigest !== undefined) {
    const { digest, tipAddress } = ledger.digest()
    const marks = ledger.importMarks?.(tipAddress.sequenceNo)
    const answer = { Digest: copyBytes(digest), DigestTipAddress: hold(addressToIon(tipAddress)) }
    if (marks === undefined) return { GetDigest: answer }
    return { GetDigest: { ...answer, ImportMarks: { count: marks.count, hash: copyBytes(marks.hash) } } }
  }
  if (GetBlock !== undefined) {
    const sequenceNo = sequenceOf(ledger, GetBlock.BlockAddress, 'BlockAddress')
    const tip = tipOf(ledger, GetBlock.DigestTipAddress)
    const marked = ledger.markedRevisions?.(sequenceNo) ?? []
    const answer = {
      Block: hold(ledger.block(sequenceNo)),
      ...(marked.length === 0 ? {} : { ImportMarks: marked }),
    }
    if (tip === undefined) return { GetBlock: answer }
    return { GetBlock: { ...answer, Proof: hold(proofToIon(ledger.blockProof(sequenceNo, tip))) } }
  }
  if (GetRevision !== undefined) {
    const sequenceNo = sequenceOf(ledger, GetRevision.BlockAddress, 'BlockAddress')
    const tip = tipOf(ledger, GetRevision.DigestTipAddress)
    const found = ledger.revision(sequenceNo, GetRevision.DocumentId, tip ?? sequenceNo)
    if (found === undefined) {
      const text = `block ${sequenceNo} has no revision of a document '${GetRevision.DocumentId}'`
      throw new LedgerError('journal/no-revision', text)
    }
    const Revision = hold(found.revision)
    return { GetRevision: tip === undefined ? { Revision } : { Revision, Proof: hold(proofToIon(found.proof)) } }
  }
  throw new LedgerError('request/invalid', 'a control-plane request without an operation')
}

function tipOf(ledger: JournalReader, holder: ValueHolder | undefined): number | undefined {
  return holder === undefined ? undefined : sequenceOf(ledger, holder, 'DigestTipAddress')
}

function sequenceOf(ledger: JournalReader, holder: ValueHolder, member: string): number {
  const value = ionOf(holder, member)
  const [strandId, sequenceNo] =
    value.type === 'struct' ? [value.get('strandId'), value.get('sequenceNo')] : [undefined, undefined]
  if (strandId?.type !== 'string' || sequenceNo?.type !== 'int' || Number(sequenceNo.value) < 0)
    throw new LedgerError('request/invalid', `${member} is not a block address {strandId: string, sequenceNo: int}`)
  if (strandId.value !== ledger.strandId)
    throw new LedgerError('request/invalid', `${member} is of strand '${strandId.value}', not '${ledger.strandId}'`)
  return Number(sequenceNo.value)
}

function ionOf(holder: ValueHolder, member: string): Value {
  try {
    if (holder.IonBinary !== undefined) return decodeIon(holder.IonBinary)
    return parseIon(holder.IonText ?? '')
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    throw new LedgerError('request/invalid', `${member} is not Ion: ${error.message}`, { cause: error })
  }
}

function addressToIon(address: Address): StructValue {
  return structOf({ strandId: string(address.strandId), sequenceNo: int(address.sequenceNo) })
}

function proofToIon(proof: readonly Uint8Array[]): Value {
  return list(proof.map((hash) => blob(hash)))
}
