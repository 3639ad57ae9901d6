import { CanonicalIon } from '../values/canonical-ion.ts'
import { none } from '../values/hash-rounds.ts'
import { timestamp, type TimestampValue } from '../values/value.ts'
import type { BlockAddress } from './block.ts'
import { hashBytes } from './shape.ts'

/** What the check of a chain needs of a block. */
export interface ChainLink {
  readonly blockAddress: BlockAddress
  readonly blockTimestamp: TimestampValue
  readonly blockHash: Uint8Array
  readonly previousBlockHash: Uint8Array
  /** The time as a number, where it is one in UTC with three digits of a fraction: the order is the same. */
  readonly clock?: number
}

/** A block that verifyBlock would find nothing in, and whose bytes are those that encodeBlock writes. */
export class SoundBlock implements ChainLink {
  readonly blockAddress: BlockAddress
  readonly clock: number
  readonly blockHash: Uint8Array
  readonly previousBlockHash: Uint8Array
  /** The documents of its revisions, and their versions. */
  readonly documentIds: readonly string[]
  readonly versions: readonly number[]
  readonly uncheckedDigests: number

  constructor(fields: Omit<SoundBlock, 'blockTimestamp'>) {
    this.blockAddress = fields.blockAddress
    this.clock = fields.clock
    this.blockHash = fields.blockHash
    this.previousBlockHash = fields.previousBlockHash
    this.documentIds = fields.documentIds
    this.versions = fields.versions
    this.uncheckedDigests = fields.uncheckedDigests
  }

  get blockTimestamp(): TimestampValue {
    return timestampOfClock(this.clock)
  }
}

/** The reverse of CanonicalIon.timeAt. */
function timestampOfClock(clock: number): TimestampValue {
  let rest = clock
  const take = (count: number) => {
    const taken = rest % count
    rest = Math.floor(rest / count)
    return taken
  }
  const fraction = BigInt(take(1000))
  const [second, minute, hour] = [take(60), take(60), take(24)]
  const day = take(31) || 31
  // Day 31 and month 12 have carried over.
  if (day === 31) rest -= 1
  const month = take(12) || 12
  const year = month === 12 ? rest - 1 : rest
  return timestamp('second', { year, month, day, hour, minute, second, fraction, fractionDigits: 3, offset: 0 })
}

const names = {
  blockAddress: Buffer.from('blockAddress'),
  strandId: Buffer.from('strandId'),
  sequenceNo: Buffer.from('sequenceNo'),
  transactionId: Buffer.from('transactionId'),
  blockTimestamp: Buffer.from('blockTimestamp'),
  blockHash: Buffer.from('blockHash'),
  entriesHash: Buffer.from('entriesHash'),
  previousBlockHash: Buffer.from('previousBlockHash'),
  entriesHashList: Buffer.from('entriesHashList'),
  transactionInfo: Buffer.from('transactionInfo'),
  statements: Buffer.from('statements'),
  statement: Buffer.from('statement'),
  startTime: Buffer.from('startTime'),
  statementDigest: Buffer.from('statementDigest'),
  documents: Buffer.from('documents'),
  tableName: Buffer.from('tableName'),
  tableId: Buffer.from('tableId'),
  revisions: Buffer.from('revisions'),
  hash: Buffer.from('hash'),
  data: Buffer.from('data'),
  metadata: Buffer.from('metadata'),
  id: Buffer.from('id'),
  version: Buffer.from('version'),
  txTime: Buffer.from('txTime'),
  txId: Buffer.from('txId'),
} as const

const tableNames = [names.tableName, names.tableId]

/** Bytes of blocks that are looked at together: few enough for the processor's cache. */
export const windowBytesMax = 128 * 1024
export const windowBlocksMax = 64
const inputBytesMax = 4 * windowBytesMax
const messageBytesMax = 3 * inputBytesMax
const digestsMax = 32 * 1024

/** What has been read of the block at hand; places are those of the memory. */
class Reading {
  addressAt = none
  addressEnd = none
  addressUses = none
  transactionIdAt = none
  transactionIdEnd = none
  clock = none
  uncheckedDigests = 0
  /** Of the documents of transactionInfo, and of the revisions: beginnings and ends of their ids. */
  readonly documents: number[] = []
  readonly revisions: number[] = []
  readonly versions: number[] = []
}

/**
 * Checks blocks by themselves, many at once, as fast as can be: those in the form that this program seals and stores
 * them in. It only says of blocks that they are sound; of any other, which may be just rare, it says nothing, and
 * verify.ts is to look at it. Nothing is decoded, and the hashes of all blocks are worked out together.
 */
export class SealedBlocks extends CanonicalIon {
  readonly #text: Buffer
  #strand = { id: '', at: none, end: none, bytes: Buffer.alloc(0) }
  /** Digests that were worked out, those that they must equal, and the block of each: three numbers apiece. */
  readonly #expected: number[] = []
  #expectedCount = 0
  #block = 0

  constructor() {
    super({ inputBytes: inputBytesMax, messageBytes: messageBytesMax, digests: digestsMax })
    this.#text = Buffer.from(this.bytes.buffer)
  }

  /** For each block what it is when it is sound; undefined says nothing. */
  check(blocks: readonly (Uint8Array | undefined)[]): (SoundBlock | undefined)[] {
    this.reset()
    this.#expectedCount = 0
    const found = blocks.map((bytes, index) => {
      if (bytes === undefined) return undefined
      this.#block = index
      const tasks = this.taskSizes()
      const { structCount } = this
      const before = this.#expectedCount
      const block = this.#readBlock(bytes)
      if (block !== undefined) return block
      this.forgetTasks(tasks)
      this.structCount = structCount
      this.#expectedCount = before
      return undefined
    })
    if (!this.runRounds()) return blocks.map(() => undefined)
    for (let at = 0; at < this.#expectedCount; at += 3) {
      const [digest, expected, block] = [this.#expected[at], this.#expected[at + 1], this.#expected[at + 2]]
      if (!this.isSameDigest(digest as number, expected as number)) found[block as number] = undefined
    }
    return found
  }

  /** False when the digest has no place. */
  #expect(digest: number, expected: number): boolean {
    if (digest === none) return false
    const at = this.#expectedCount
    this.#expected[at] = digest
    this.#expected[at + 1] = expected
    this.#expected[at + 2] = this.#block
    this.#expectedCount = at + 3
    return true
  }

  #readBlock(bytes: Uint8Array): SoundBlock | undefined {
    const end = this.openStream(bytes)
    if (end === none || this.enterContainer(0xd, end) !== end) return undefined
    const reading = new Reading()
    const head = this.#readHead(reading, end)
    if (head === none) return undefined
    const blockHash = this.#readHashField(names.blockHash, end)
    const entriesHash = this.#readHashField(names.entriesHash, end)
    const previous = this.#readHashField(names.previousBlockHash, end)
    const entries = this.#readHashes(end)
    if (blockHash === none || entriesHash === none || previous === none || entries === undefined) return undefined
    const info = this.#readTransactionInfo(reading, end)
    if (info === none) return undefined
    const hashes = this.at === end ? [] : this.#readRevisions(reading, end)
    if (hashes === undefined || this.at !== end || !this.hasCanonicalSymbols()) return undefined
    const expected = hashes.length === 0 ? [head, info] : [head, this.#rootOf(hashes), info]
    const isWhole =
      entries.length === expected.length &&
      expected.every((digest, index) => this.#expect(digest, entries[index] as number)) &&
      this.#expect(this.#rootOf(entries), entriesHash) &&
      this.#expect(this.join(entriesHash, previous, 0), blockHash) &&
      this.#hasSameDocuments(reading)
    return isWhole ? this.#soundBlock(reading, blockHash, previous) : undefined
  }

  #soundBlock(reading: Reading, blockHash: number, previous: number): SoundBlock {
    const { clock, versions, revisions, uncheckedDigests } = reading
    const documentIds = versions.map((_, index) =>
      this.#text.toString('utf8', revisions[index * 2] as number, revisions[index * 2 + 1] as number),
    )
    return new SoundBlock({
      blockAddress: this.#addressOf(reading),
      clock,
      blockHash: this.bytes.slice(blockHash, blockHash + hashBytes),
      previousBlockHash: this.bytes.slice(previous, previous + hashBytes),
      documentIds,
      versions,
      uncheckedDigests,
    })
  }

  /** The name of the next field, if it is this; its id. */
  #readName(name: Uint8Array, end: number): number {
    if (this.at >= end) return none
    const id = this.readSymbolId(end)
    return id !== none && this.isSymbol(id, name) ? id : none
  }

  /** Past a value that is neither null nor annotated; returns where its content begins, which ends at `at`. */
  #readContent(code: number, end: number): number {
    const contentEnd = this.enterContainer(code, end)
    if (contentEnd === none) return none
    const start = this.at
    this.at = contentEnd
    return start
  }

  #readHash(end: number): number {
    const start = this.#readContent(0xa, end)
    return start !== none && this.at - start === hashBytes ? start : none
  }

  #readHashField(name: Uint8Array, end: number): number {
    return this.#readName(name, end) === none ? none : this.#readHash(end)
  }

  #readCount(end: number): number {
    const start = this.#readContent(0x2, end)
    if (start === none || this.at - start > 6) return none
    let value = 0
    for (let at = start; at < this.at; at += 1) value = value * 256 + (this.bytes[at] as number)
    return value
  }

  /** A timestamp's number; `none` when it is not of the form that this program gives the times of blocks. */
  #readClock(end: number): number {
    const start = this.#readContent(0x6, end)
    if (start === none || this.bytes[start + 8] !== 0xc3) return none
    return this.timeAt(start, this.at)
  }

  /** Address, transaction and time; gives the digest of the three together, the block's head. */
  #readHead(reading: Reading, end: number): number {
    const head = this.beginStruct()
    const digests: number[] = []
    reading.addressUses = this.useCount + 1
    reading.addressAt = this.#readHeadField(names.blockAddress, end, digests)
    reading.addressEnd = this.at
    const round = this.lastRound
    const transactionAt = this.#readHeadField(names.transactionId, end, digests)
    reading.transactionIdEnd = this.at
    const timeAt = this.#readHeadField(names.blockTimestamp, end, digests)
    if (digests.length !== 3) return none
    const after = this.at
    this.at = transactionAt
    reading.transactionIdAt = this.#readContent(0x8, after)
    this.at = timeAt
    reading.clock = this.#readClock(after)
    this.at = after
    if (reading.transactionIdAt === none || reading.clock === none || !this.#isAddress(reading)) return none
    this.endStruct(head, digests, 3, 3)
    return this.hashOfStruct(head, round + 1)
  }

  /** Gives where its value stands. */
  #readHeadField(name: Uint8Array, end: number, digests: number[]): number {
    const id = this.#readName(name, end)
    const start = this.at
    if (id === none || this.readHashedField(id, end) === none) return none
    digests.push(this.lastDigest)
    return start
  }

  #isAddress(reading: Reading): boolean {
    return this.#again(reading.addressAt, () => this.#readAddress(reading.addressEnd) !== undefined)
  }

  /** Reads what has been read and counted before; leaves `at` where it is. */
  #again(at: number, read: () => boolean): boolean {
    const after = this.at
    this.isSecondTime = true
    this.at = at
    const isRead = read()
    this.isSecondTime = false
    this.at = after
    return isRead
  }

  #readAddress(end: number): { strandAt: number; strandEnd: number; sequenceNo: number } | undefined {
    if (this.enterContainer(0xd, end) !== end || this.#readName(names.strandId, end) === none) return undefined
    const strandAt = this.#readContent(0x8, end)
    const strandEnd = this.at
    if (strandAt === none || this.#readName(names.sequenceNo, end) === none) return undefined
    const sequenceNo = this.#readCount(end)
    return sequenceNo === none || this.at !== end ? undefined : { strandAt, strandEnd, sequenceNo }
  }

  #addressOf({ addressAt, addressEnd }: Reading): BlockAddress {
    let sequenceNo = 0
    this.#again(addressAt, () => {
      const address = this.#readAddress(addressEnd)
      if (address === undefined) return false
      sequenceNo = address.sequenceNo
      const { strandAt, strandEnd } = address
      if (Buffer.compare(this.#strand.bytes, this.bytes.subarray(strandAt, strandEnd)) !== 0) {
        const bytes = Buffer.from(this.bytes.subarray(strandAt, strandEnd))
        this.#strand = { ...this.#strand, id: bytes.toString('utf8'), bytes }
      }
      return true
    })
    return { strandId: this.#strand.id, sequenceNo }
  }

  #readHashes(end: number): number[] | undefined {
    if (this.#readName(names.entriesHashList, end) === none) return undefined
    const listEnd = this.enterContainer(0xb, end)
    if (listEnd === none) return undefined
    const hashes: number[] = []
    while (this.at < listEnd) {
      const hash = this.#readHash(listEnd)
      if (hash === none) return undefined
      hashes.push(hash)
    }
    return hashes
  }

  /** Root of the tree over digests that are there (merkle-tree.ts). */
  #rootOf(hashes: readonly number[]): number {
    let level = hashes
    for (let round = 0; level.length > 1; round += 1) {
      const parents: number[] = []
      for (let index = 0; index < level.length; index += 2) {
        const left = level[index] as number
        const parent = index + 1 < level.length ? this.join(left, level[index + 1] as number, round) : left
        if (parent === none) return none
        parents.push(parent)
      }
      level = parents
    }
    return level[0] ?? none
  }

  /** Gives the digest of transactionInfo. */
  #readTransactionInfo(reading: Reading, end: number): number {
    if (this.#readName(names.transactionInfo, end) === none) return none
    const start = this.at
    const round = this.readHashedStruct(end)
    if (round === none) return none
    const struct = this.lastStruct
    const after = this.at
    const isInfo = this.#again(start, () => this.#readStatements(reading, after) && this.#readDocuments(reading, after))
    return isInfo ? this.hashOfStruct(struct, round + 1) : none
  }

  #readStatements(reading: Reading, end: number): boolean {
    if (this.enterContainer(0xd, end) !== end || this.#readName(names.statements, end) === none) return false
    const listEnd = this.enterContainer(0xb, end)
    if (listEnd === none) return false
    while (this.at < listEnd) {
      const structEnd = this.enterContainer(0xd, listEnd)
      if (structEnd === none || this.#readName(names.statement, structEnd) === none) return false
      const digest = this.readHashedString(structEnd)
      const { hasQuestion } = this
      if (digest === none) return false
      if (this.#readName(names.startTime, structEnd) === none || this.#readContent(0x6, structEnd) === none)
        return false
      const expected = this.#readHashField(names.statementDigest, structEnd)
      if (expected === none || this.at !== structEnd) return false
      if (hasQuestion) reading.uncheckedDigests += 1
      else if (!this.#expect(digest, expected)) return false
    }
    return true
  }

  #readDocuments(reading: Reading, end: number): boolean {
    if (this.at === end) return true
    if (this.#readName(names.documents, end) === none || this.enterContainer(0xd, end) !== end) return false
    const seen = new Set<number>()
    while (this.at < end) {
      const id = this.readSymbolId(end)
      if (id === none || seen.has(id)) return false
      seen.add(id)
      reading.documents.push(this.textStart(id), this.textEnd(id))
      const structEnd = this.enterContainer(0xd, end)
      if (structEnd === none) return false
      for (const name of tableNames)
        if (this.#readName(name, structEnd) === none || this.#readContent(0x8, structEnd) === none) return false
      if (this.#readName(names.statements, structEnd) === none || this.enterContainer(0xb, structEnd) !== structEnd)
        return false
      while (this.at < structEnd) if (this.#readCount(structEnd) === none) return false
    }
    return true
  }

  /** Gives the places of the revisions' hashes. */
  #readRevisions(reading: Reading, end: number): number[] | undefined {
    if (this.#readName(names.revisions, end) === none || this.enterContainer(0xb, end) !== end) return undefined
    const hashes: number[] = []
    while (this.at < end) {
      const hash = this.#readRevision(reading, end)
      if (hash === none) return undefined
      hashes.push(hash)
    }
    return hashes.length === 0 ? undefined : hashes
  }

  #readRevision(reading: Reading, listEnd: number): number {
    const end = this.enterContainer(0xd, listEnd)
    if (end === none || this.#readName(names.blockAddress, end) === none) return none
    const { addressAt, addressEnd, addressUses } = reading
    const length = addressEnd - addressAt
    if (this.at + length > end || !this.isSame(addressAt, this.at, length)) return none
    this.at += length
    this.repeatUses(addressUses, addressUses + 2)
    const hash = this.#readHashField(names.hash, end)
    if (hash === none || this.at >= end) return none
    let name = this.readSymbolId(end)
    let data: number = none
    let round = 0
    if (name !== none && this.isSymbol(name, names.data)) {
      const dataRound = this.readHashedStruct(end)
      if (dataRound === none) return none
      data = this.hashOfStruct(this.lastStruct, dataRound + 1)
      round = dataRound + 1
      if (data === none || this.at >= end) return none
      name = this.readSymbolId(end)
    }
    if (name === none || !this.isSymbol(name, names.metadata)) return none
    const start = this.at
    const metadataRound = this.readHashedStruct(end)
    if (metadataRound !== 0 || this.at !== end) return none
    const metadata = this.hashOfStruct(this.lastStruct, 1)
    if (metadata === none || !this.#again(start, () => this.#readMetadata(reading, end))) return none
    const digest = data === none ? metadata : this.join(data, metadata, Math.max(round, 1) + 1)
    return this.#expect(digest, hash) ? hash : none
  }

  #readMetadata(reading: Reading, end: number): boolean {
    if (this.enterContainer(0xd, end) !== end || this.#readName(names.id, end) === none) return false
    const idAt = this.#readContent(0x8, end)
    if (idAt === none) return false
    reading.revisions.push(idAt, this.at)
    if (this.#readName(names.version, end) === none) return false
    const version = this.#readCount(end)
    if (version === none || this.#readName(names.txTime, end) === none) return false
    reading.versions.push(version)
    const clock = this.#readClock(end)
    if (clock === none || clock > reading.clock || this.#readName(names.txId, end) === none) return false
    const start = this.#readContent(0x8, end)
    const { transactionIdAt, transactionIdEnd } = reading
    const length = transactionIdEnd - transactionIdAt
    return start !== none && this.at === end && end - start === length && this.isSame(start, transactionIdAt, length)
  }

  /** The documents of transactionInfo are those of the revisions, in the same order. */
  #hasSameDocuments({ documents, revisions }: Reading): boolean {
    if (documents.length !== revisions.length) return false
    for (let index = 0; index < documents.length; index += 2) {
      const [one, other] = [documents[index] as number, revisions[index] as number]
      const length = (documents[index + 1] as number) - one
      if ((revisions[index + 1] as number) - other !== length || !this.isSame(one, other, length)) return false
    }
    return true
  }
}
