import { LedgerError } from '../base/errors.ts'
import type { ControlRequest, ControlResponse } from '../protocol/control-message.ts'
import type { ValueHolder } from '../protocol/message.ts'
import { decodeIon } from '../values/binary-reader.ts'
import { parseIon } from '../values/text-reader.ts'
import { printIon } from '../values/text-writer.ts'
import { int, string, structOf, type Value } from '../values/value.ts'
import type { SendOptions, Transport } from './transport.ts'

/** Where a block is, as everywhere in QLDB. */
export interface JournalAddress {
  readonly strandId: string
  readonly sequenceNo: number
}

export interface JournalDigest {
  readonly digest: Uint8Array
  readonly tipAddress: JournalAddress
  /** Marks of imports up to the tip, where the road tells them. */
  readonly marks: { readonly count: number; readonly hash: Uint8Array } | undefined
}

export interface JournalBlock {
  readonly block: Value
  readonly proof: Value | undefined
  /** Positions of its revisions that an import marked, where the road tells them. */
  readonly marked: readonly number[]
}

/**
 * The journal of a ledger as its clients see it: GetDigest, GetBlock, GetRevision. Everything rejects with LedgerError:
 * 'endpoint/no-journal' where the connection has no such road, 'endpoint/malformed-answer', and the transport's.
 */
export class JournalClient {
  readonly #transport: Transport
  readonly #ledger: string
  readonly #options: SendOptions

  constructor(transport: Transport, ledger: string, options: SendOptions = {}) {
    this.#transport = transport
    this.#ledger = ledger
    this.#options = options
  }

  async digest(): Promise<JournalDigest> {
    const { GetDigest } = await this.#ask({ GetDigest: { Name: this.#ledger } })
    if (GetDigest?.Digest.length !== digestBytes) throw malformed('GetDigest')
    const tipAddress = addressOf(readHolder(GetDigest.DigestTipAddress))
    return { digest: GetDigest.Digest, tipAddress, marks: GetDigest.ImportMarks }
  }

  /** A block; with a tip, its proof too. */
  async block(address: JournalAddress, tip?: JournalAddress): Promise<JournalBlock> {
    const { GetBlock } = await this.#ask({
      GetBlock: {
        Name: this.#ledger,
        BlockAddress: holderOf(address),
        ...(tip === undefined ? {} : { DigestTipAddress: holderOf(tip) }),
      },
    })
    if (GetBlock === undefined) throw malformed('GetBlock')
    const proof = GetBlock.Proof && readHolder(GetBlock.Proof)
    return { block: readHolder(GetBlock.Block), proof, marked: GetBlock.ImportMarks ?? [] }
  }

  /** A document's revision in a block, and its proof up to the tip. */
  async revision(
    address: JournalAddress,
    documentId: string,
    tip: JournalAddress,
  ): Promise<{ revision: Value; proof: Value }> {
    const { GetRevision } = await this.#ask({
      GetRevision: {
        Name: this.#ledger,
        BlockAddress: holderOf(address),
        DocumentId: documentId,
        DigestTipAddress: holderOf(tip),
      },
    })
    if (GetRevision?.Proof === undefined) throw malformed('GetRevision')
    return { revision: readHolder(GetRevision.Revision), proof: readHolder(GetRevision.Proof) }
  }

  #ask(request: ControlRequest): Promise<ControlResponse> {
    const { control, description } = this.#transport
    if (control !== undefined) return control.call(this.#transport, request, this.#options)
    throw new LedgerError('endpoint/no-journal', `'${description}' offers no digests, blocks or proofs`)
  }
}

function holderOf({ strandId, sequenceNo }: JournalAddress): ValueHolder {
  return { IonText: printIon(structOf({ strandId: string(strandId), sequenceNo: int(sequenceNo) })) }
}

function readHolder(holder: ValueHolder): Value {
  try {
    return holder.IonBinary === undefined ? parseIon(holder.IonText ?? '') : decodeIon(holder.IonBinary)
  } catch (error) {
    throw new LedgerError('endpoint/malformed-answer', 'the endpoint answered a value that is not Ion', {
      cause: error,
    })
  }
}

function addressOf(value: Value): JournalAddress {
  const [strandId, sequenceNo] =
    value.type === 'struct' ? [value.get('strandId'), value.get('sequenceNo')] : [undefined, undefined]
  if (strandId?.type !== 'string' || sequenceNo?.type !== 'int') throw malformed('GetDigest')
  const number = Number(sequenceNo.value)
  if (number < 0 || !Number.isSafeInteger(number)) throw malformed('GetDigest')
  return { strandId: strandId.value, sequenceNo: number }
}

/** SHA-256. */
const digestBytes = 32

function malformed(operation: string): LedgerError {
  return new LedgerError(
    'endpoint/malformed-answer',
    `the endpoint's answer to ${operation} lacks a part, or one is not what it should be`,
  )
}
