import { createHash } from 'node:crypto'
import type { dom } from 'ion-js'
import { base64, dot, follow, type Hash, ionHashOf, loaded, merkle, siblings } from './hashes.ts'

/** One document's change in a block: data as Ion text, undefined for a deletion. */
export interface Change {
  readonly id: string
  readonly table: string
  readonly tableId: string
  readonly data?: string | undefined
  /** Indexes of the statements that changed it. Default: the first. */
  readonly statements?: readonly number[]
}

export interface Content {
  readonly statements?: readonly string[]
  readonly changes?: readonly Change[]
  /** Revisions of QLDB's own catalog, which show only a hash. */
  readonly hidden?: number
  /** The revision that it redacts. */
  readonly redacts?: { readonly sequenceNo: number; readonly id: string; readonly tableId: string }
  readonly withoutInfo?: boolean
}

interface Revision {
  readonly id?: string
  readonly hash: Hash
  data?: string | undefined
  dataHash?: Hash
  readonly metadata?: string
  readonly version?: number
}

interface Block {
  readonly address: string
  readonly transactionId: string
  readonly time: string
  readonly entries: readonly Hash[]
  readonly entriesHash: Hash
  readonly previous: Hash
  readonly hash: Hash
  readonly info: string | undefined
  readonly redactionInfo: string | undefined
  readonly revisions: readonly Revision[]
}

/**
 * Writes a journal as Ion text, in the shape of QLDB's blocks, or with the entry for its head that this program's own blocks
 * have. Shares no code with src.
 */
export class IndependentJournal {
  readonly strandId: string
  readonly #coversHead: boolean
  readonly #blocks: Block[] = []
  readonly #versions = new Map<string, number>()

  constructor({ strandId = idOf('strand'), coversHead = false } = {}) {
    this.strandId = strandId
    this.#coversHead = coversHead
  }

  append(content: Content): void {
    const sequenceNo = this.#blocks.length
    const ms = Date.UTC(2021, 5, 13, 7, 59, 50) + sequenceNo * 1000
    const [address, txId] = [this.#address(sequenceNo), idOf(`tx ${sequenceNo}`)]
    const transactionId = `"${txId}"`
    const time = timeOf(ms)
    const info = content.withoutInfo === true ? undefined : infoOf(content, ms)
    const redactionInfo = content.redacts && this.#redact(content.redacts)
    const revisions = [
      ...Array.from({ length: content.hidden ?? 0 }, (_, at): Revision => ({ hash: noise(`${sequenceNo} ${at}`) })),
      ...(content.changes ?? []).map((change) => this.#revision(change, txId, this.#coversHead ? ms : ms - 16)),
    ]
    const head = `{blockAddress:${address},transactionId:${transactionId},blockTimestamp:${time}}`
    const opaque = (name: string) => (this.#coversHead ? [] : [noise(`${name} ${sequenceNo}`)])
    const entries = [
      ...(this.#coversHead ? [ionHashOf(head)] : opaque('first')),
      ...(revisions.length === 0 ? [] : [merkle(revisions.map(({ hash }) => hash))]),
      ...opaque('third'),
      ...(redactionInfo === undefined ? [] : [ionHashOf(redactionInfo)]),
      ...(info === undefined ? [] : [ionHashOf(info)]),
    ]
    const previous = this.#blocks.at(-1)?.hash ?? new Uint8Array(0)
    const entriesHash = merkle(entries)
    const hash = dot(entriesHash, previous)
    this.#blocks.push({
      ...{ address, transactionId, time, entries, entriesHash, previous, hash, info, redactionInfo, revisions },
    })
  }

  get tip(): number {
    return this.#blocks.length - 1
  }

  get digest(): Hash {
    return merkle(this.#blocks.map(({ hash }) => hash))
  }

  /** The blocks as they are now, redacted data gone. */
  get texts(): string[] {
    return this.#blocks.map((_, index) => this.#text(index, false))
  }

  get doms(): dom.Value[] {
    return this.texts.map((text) => loaded(text))
  }

  /** The text of a revision in its block. */
  revision(sequenceNo: number, position: number): string {
    const { address, revisions } = this.#blocks[sequenceNo] as Block
    return revisionText(revisions[position] as Revision, address)
  }

  /** From a revision's hash to the digest at the tip. */
  proof(sequenceNo: number, position: number): Hash[] {
    const { revisions, entries, previous } = this.#blocks[sequenceNo] as Block
    const hashes = revisions.map(({ hash }) => hash)
    const root = base64(merkle(hashes))
    const proof = [
      ...siblings(hashes, position),
      ...siblings(
        entries,
        entries.findIndex((entry) => base64(entry) === root),
      ),
      ...(previous.length === 0 ? [] : [previous]),
      ...this.blockProof(sequenceNo),
    ]
    const [end, wanted] = [follow(hashes[position] as Hash, proof), this.digest]
    if (base64(end) !== base64(wanted)) throw new Error('the proof leads elsewhere')
    return proof
  }

  blockProof(sequenceNo: number): Hash[] {
    return siblings(
      this.#blocks.map(({ hash }) => hash),
      sequenceNo,
    )
  }

  /** The digest file that QLDB's console saved. */
  digestFile(): string {
    const tip = this.#address(this.tip).replaceAll('"', '\\"')
    return `{"digest":"${base64(this.digest)}","digestTipAddress":"${tip}","ledger":"aws","date":"2021-06-13T08:01:00.000Z"}`
  }

  /** GetRevision's answer, with the digest that was asked for. */
  answer(sequenceNo: number, position: number): string {
    const fields = `revision:${this.revision(sequenceNo, position)},proof:${proofText(this.proof(sequenceNo, position))}`
    return `{${fields},digest:${blobText(this.digest)},digestTipAddress:${this.#address(this.tip)}}`
  }

  /** A receipt as users of Amazon's samples keep it, in JSON. */
  receipt(sequenceNo: number, position: number): string {
    const { revisions, address } = this.#blocks[sequenceNo] as Block
    const revision = revisions[position] as Revision
    return JSON.stringify({
      LedgerName: 'aws',
      TableName: 'Car',
      BlockAddress: { IonText: address },
      DocumentId: revision.id,
      RevisionHash: base64(revision.hash),
      Proof: { IonText: proofText(this.proof(sequenceNo, position)) },
      LedgerDigest: { Digest: base64(this.digest), DigestTipAddress: { IonText: this.#address(this.tip) } },
    })
  }

  /** Records of a stream: a summary of each block, and each of its revisions. */
  records(): string[] {
    return this.#blocks.flatMap(({ address, revisions }, index) => {
      const details = revisions.filter(({ metadata }) => metadata !== undefined)
      return [
        record('BLOCK_SUMMARY', this.#text(index, true)),
        ...details.map((revision) =>
          record(
            'REVISION_DETAILS',
            `{tableInfo:{tableName:"Car",tableId:"x"},revision:${revisionText(revision, address)}}`,
          ),
        ),
      ]
    })
  }

  #text(index: number, isSummary: boolean): string {
    const block = this.#blocks[index] as Block
    const fields = [
      `blockAddress:${block.address}`,
      `transactionId:${block.transactionId}`,
      `blockTimestamp:${block.time}`,
      `blockHash:${blobText(block.hash)}`,
      `entriesHash:${blobText(block.entriesHash)}`,
      `previousBlockHash:${blobText(block.previous)}`,
      `entriesHashList:${proofText(block.entries)}`,
    ]
    if (block.info !== undefined) fields.push(`transactionInfo:${block.info}`)
    if (block.redactionInfo !== undefined) fields.push(`redactionInfo:${block.redactionInfo}`)
    const { revisions, address } = block
    if (revisions.length > 0 && isSummary)
      fields.push(`revisionSummaries:[${revisions.map((revision) => summaryText(revision)).join(',')}]`)
    else if (revisions.length > 0)
      fields.push(`revisions:[${revisions.map((revision) => revisionText(revision, address)).join(',')}]`)
    return `{${fields.join(',')}}`
  }

  #revision({ id, data }: Change, txId: string, ms: number): Revision {
    const version = (this.#versions.get(id) ?? -1) + 1
    this.#versions.set(id, version)
    const metadata = `{id:"${id}",version:${version},txTime:${timeOf(ms)},txId:"${txId}"}`
    const hashOfData = data === undefined ? new Uint8Array(0) : ionHashOf(data)
    return { id, version, data, metadata, hash: dot(hashOfData, ionHashOf(metadata)) }
  }

  #redact({ sequenceNo, id, tableId }: NonNullable<Content['redacts']>): string {
    const revision = this.#blocks[sequenceNo]?.revisions.find((item) => item.id === id)
    if (revision?.data === undefined) throw new Error('there is no data to redact')
    revision.dataHash = ionHashOf(revision.data)
    revision.data = undefined
    const item = `{blockAddress:${this.#address(sequenceNo)},tableId:"${tableId}",documentId:"${id}",version:${revision.version}}`
    return `{revisions:[${item}]}`
  }

  #address(sequenceNo: number): string {
    return `{strandId:"${this.strandId}",sequenceNo:${sequenceNo}}`
  }
}

function infoOf({ statements = [], changes = [] }: Content, ms: number): string {
  const items = statements.map((text) => {
    const quoted = JSON.stringify(text)
    const digest = text.includes('?') ? noise(text) : ionHashOf(quoted)
    return `{statement:${quoted},startTime:${timeOf(ms - 58)},statementDigest:${blobText(digest)}}`
  })
  const documents = changes.map(({ id, table, tableId, statements: numbers = [0] }) => {
    return `'${id}':{tableName:"${table}",tableId:"${tableId}",statements:[${numbers.join(',')}]}`
  })
  const more = documents.length === 0 ? '' : `,documents:{${documents.join(',')}}`
  return `{statements:[${items.join(',')}]${more}}`
}

function revisionText({ hash, data, dataHash, metadata }: Revision, address: string): string {
  if (metadata === undefined) return `{hash:${blobText(hash)}}`
  const fields = [`blockAddress:${address}`, `hash:${blobText(hash)}`]
  if (data !== undefined) fields.push(`data:${data}`)
  if (dataHash !== undefined) fields.push(`dataHash:${blobText(dataHash)}`)
  return `{${fields.join(',')},metadata:${metadata}}`
}

function summaryText({ hash, id }: Revision): string {
  return id === undefined ? `{hash:${blobText(hash)}}` : `{hash:${blobText(hash)},documentId:"${id}"}`
}

function record(type: string, payload: string): string {
  return `{qldbStreamArn:"arn:aws:qldb:us-east-1:1:stream/aws/1",recordType:"${type}",payload:${payload}}`
}

function blobText(hash: Hash): string {
  return `{{${base64(hash)}}}`
}

export function proofText(hashes: readonly Hash[]): string {
  return `[${hashes.map(blobText).join(',')}]`
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString()
}

/** An id of 22 characters from a name. */
export function idOf(name: string): string {
  return `Z${createHash('sha256').update(name).digest('hex').slice(0, 21)}`
}

function noise(name: string): Hash {
  return createHash('sha256').update(`noise ${name}`).digest()
}
