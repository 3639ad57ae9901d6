import { CanonicalIon } from '../values/canonical-ion.ts'
import type { CanonicalStream } from '../values/canonical-stream.ts'
import { type HashRounds, none } from '../values/hash-rounds.ts'
import { names } from './sealed-names.ts'
import { SealedReading } from './sealed-reading.ts'
import { hashBytes } from './shape.ts'
import { SoundBlock, type SoundFacts } from './sound-block.ts'

/** Maximum number of documents to match with revisions that come in another order: each is compared with each. */
const unorderedDocumentsMax = 64

const tableNames = [names.tableName, names.tableId]

/** Bytes of blocks that are checked together: few enough for the processor's cache. */
export const windowBytesMax = 128 * 1024
export const windowBlocksMax = 64
/** Memory for the blocks that are checked together. */
export const sealedSizes = { inputBytes: 4 * windowBytesMax, messageBytes: 12 * windowBytesMax, digests: 32 * 1024 }

/**
 * The fast path of verification: checks many blocks at once, each by itself, if they have exactly the fields that this
 * program and AWS give most of them. It only ever says that a block is sound. About any other block, which may be merely
 * rare, it says nothing; verify.ts then reads it. Nothing is decoded, and all hashes are computed together.
 */
export class SealedBlocks {
  readonly #ion: CanonicalIon
  readonly #rounds: HashRounds
  readonly #stream: CanonicalStream
  /** Triples: the place of a computed digest, of the digest that it must equal, and the index of its block. */
  readonly #expected: number[] = []
  #expectedCount = 0
  #block = 0

  constructor(ion = new CanonicalIon(sealedSizes)) {
    this.#ion = ion
    this.#rounds = ion.rounds
    this.#stream = ion.stream
  }

  /** The facts of each sound block; undefined for a block that verify.ts must read. */
  check(blocks: readonly (Uint8Array | undefined)[]): (SoundFacts | undefined)[] {
    this.#ion.reset()
    this.#expectedCount = 0
    const readings = blocks.map((bytes, index) => (bytes === undefined ? undefined : this.#tryBlock(bytes, index)))
    if (!this.#rounds.runRounds()) return blocks.map(() => undefined)
    for (let at = 0; at < this.#expectedCount; at += 3) {
      const [digest, expected, block] = [this.#expected[at], this.#expected[at + 1], this.#expected[at + 2]]
      if (!this.#rounds.isSameDigest(digest as number, expected as number)) readings[block as number] = undefined
    }
    return readings.map((reading) => reading && this.#factsOf(reading))
  }

  /** Undoes its tasks and expectations if it rejects the block, so that the others' stay valid. */
  #tryBlock(bytes: Uint8Array, index: number): SealedReading | undefined {
    this.#block = index
    const tasks = this.#rounds.taskSizes()
    const { structCount } = this.#rounds
    const before = this.#expectedCount
    const reading = this.#readBlock(bytes)
    if (reading !== undefined) return reading
    this.#rounds.forgetTasks(tasks)
    this.#rounds.structCount = structCount
    this.#expectedCount = before
    return undefined
  }

  /** Records that a digest must equal another once all are computed; false when it has no place. */
  #expect(digest: number, expected: number): boolean {
    if (digest === none) return false
    const at = this.#expectedCount
    this.#expected[at] = digest
    this.#expected[at + 1] = expected
    this.#expected[at + 2] = this.#block
    this.#expectedCount = at + 3
    return true
  }

  #readBlock(bytes: Uint8Array): SealedReading | undefined {
    const end = this.#stream.openStream(bytes)
    if (end === none || this.#stream.enterContainer(0xd, end) !== end) return undefined
    const reading = new SealedReading(end - bytes.length)
    if (!this.#readHead(reading, end)) return undefined
    const blockHash = this.#readHashField(names.blockHash, end)
    const entriesHash = this.#readHashField(names.entriesHash, end)
    if (blockHash === none || entriesHash === none || this.#readName(names.previousBlockHash, end) === none)
      return undefined
    const previous = this.#readContent(0xa, end)
    const previousBytes = this.#stream.at - previous
    const entries = this.#readHashes(end)
    if (previous === none || entries === undefined || !this.#readTransactionInfo(reading, end)) return undefined
    const hashes = this.#stream.at === end ? [] : this.#readRevisions(reading, end)
    if (hashes === undefined || this.#stream.at !== end || !this.#stream.hasCanonicalSymbols()) return undefined
    reading.root = this.#rootOf(hashes)
    reading.entries = entries
    reading.blockHash = blockHash
    reading.previous = previousBytes === 0 ? none : previous
    // An empty hash before it is neutral.
    const joined = previousBytes === 0 ? entriesHash : this.#rounds.join(entriesHash, previous, 0)
    const isWhole =
      (previousBytes === 0 || previousBytes === hashBytes) &&
      (hashes.length === 0 || reading.root !== none) &&
      this.#expect(this.#rootOf(entries), entriesHash) &&
      this.#expect(joined, blockHash) &&
      this.#hasSameDocuments(reading)
    return isWhole ? reading : undefined
  }

  #factsOf(reading: SealedReading): SoundFacts | undefined {
    const { start, entries, previous, versions, revisions } = reading
    const explained = new Set<number>()
    if (!this.#explain(reading.info, entries, explained)) return undefined
    if (reading.root !== none && !this.#explain(reading.root, entries, explained)) return undefined
    const coversHead = this.#explain(reading.head, entries, explained)
    const opaqueEntries = entries.length - explained.size
    if (coversHead ? opaqueEntries > 0 || !reading.hasBlockTime || !this.#isInOrder(reading) : !this.#isOfQldb(reading))
      return undefined
    const facts = [reading.clock, reading.sequenceNo, reading.statements, reading.uncheckedDigests, opaqueEntries]
    facts.push(coversHead ? 1 : 0, reading.strandAt - start, reading.strandEnd - start, reading.blockHash - start)
    facts.push(previous === none ? none : previous - start)
    for (const [index, version] of versions.entries()) {
      const [idAt, idEnd] = [revisions[index * 2] as number, revisions[index * 2 + 1] as number]
      facts.push(idAt - start, idEnd - start, version)
    }
    return facts
  }

  /** As verify.ts asks it of this program's own blocks. */
  #isInOrder({ entries, head, root, info, documents, revisions }: SealedReading): boolean {
    const expected = root === none ? [head, info] : [head, root, info]
    return (
      expected.length === entries.length &&
      expected.every((digest, index) => this.#rounds.isSameDigest(entries[index] as number, digest)) &&
      documents.every((_, index) => index % 2 === 1 || this.#isSameId(documents, revisions, index, index))
    )
  }

  /** As qldb-form.ts asks it of blocks that do not cover their head. */
  #isOfQldb({ isTimely, entries, root, info, texts }: SealedReading): boolean {
    const isAt = (index: number, digest: number) => this.#rounds.isSameDigest(entries[index] as number, digest)
    const last = root === none ? 2 : 3
    const isInPlace = entries.length === last + 1 && isAt(last, info) && (root === none || isAt(1, root))
    if (!isTimely || !isInPlace || isAt(0, info) || (root !== none && isAt(0, root))) return false
    return texts.every((start, index) => index % 2 === 1 || !this.#mayRedact(start, texts[index + 1] as number))
  }

  #mayRedact(start: number, end: number): boolean {
    return /exec/i.test(Buffer.from(this.#rounds.bytes.subarray(start, end)).toString('latin1'))
  }

  /** Whether an entry that nothing else has explained is this digest. */
  #explain(digest: number, entries: readonly number[], explained: Set<number>): boolean {
    const index = entries.findIndex((entry, at) => !explained.has(at) && this.#rounds.isSameDigest(entry, digest))
    if (index !== -1) explained.add(index)
    return index !== -1
  }

  /** The name of the next field, if it is this; its id. */
  #readName(name: Uint8Array, end: number): number {
    if (this.#stream.at >= end) return none
    const id = this.#stream.readSymbolId(end)
    return id !== none && this.#stream.isSymbol(id, name) ? id : none
  }

  /** Past a value that is neither null nor annotated; returns where its content begins, which ends at `at`. */
  #readContent(code: number, end: number): number {
    const contentEnd = this.#stream.enterContainer(code, end)
    if (contentEnd === none) return none
    const start = this.#stream.at
    this.#stream.at = contentEnd
    return start
  }

  #readHash(end: number): number {
    const start = this.#readContent(0xa, end)
    return start !== none && this.#stream.at - start === hashBytes ? start : none
  }

  #readHashField(name: Uint8Array, end: number): number {
    return this.#readName(name, end) === none ? none : this.#readHash(end)
  }

  #readCount(end: number): number {
    const start = this.#readContent(0x2, end)
    if (start === none || this.#stream.at - start > 6) return none
    let value = 0
    for (let at = start; at < this.#stream.at; at += 1) value = value * 256 + (this.#rounds.bytes[at] as number)
    return value
  }

  /** A timestamp's number; `none` when it is not of the form that this program gives the times of blocks. */
  #readClock(end: number): number {
    const start = this.#readContent(0x6, end)
    if (start === none || this.#rounds.bytes[start + 8] !== 0xc3) return none
    return this.#ion.timeAt(start, this.#stream.at)
  }

  /** Address, transaction and time: the block's head. */
  #readHead(reading: SealedReading, end: number): boolean {
    const head = this.#rounds.beginStruct()
    const digests: number[] = []
    reading.addressUses = this.#stream.useCount + 1
    reading.addressAt = this.#readHeadField(names.blockAddress, end, digests)
    reading.addressEnd = this.#stream.at
    const round = this.#ion.lastRound
    const transactionAt = this.#readHeadField(names.transactionId, end, digests)
    reading.transactionIdEnd = this.#stream.at
    const timeAt = this.#readHeadField(names.blockTimestamp, end, digests)
    if (digests.length !== 3) return false
    const after = this.#stream.at
    this.#stream.at = transactionAt
    reading.transactionIdAt = this.#readContent(0x8, after)
    this.#stream.at = timeAt
    reading.clock = this.#readClock(after)
    this.#stream.at = after
    if (reading.transactionIdAt === none || reading.clock === none) return false
    if (!this.#again(reading.addressAt, () => this.#readAddress(reading, reading.addressEnd))) return false
    this.#rounds.endStruct(head, digests, 3, 3)
    reading.head = this.#rounds.hashOfStruct(head, round + 1)
    return reading.head !== none
  }

  /** Gives where its value stands. */
  #readHeadField(name: Uint8Array, end: number, digests: number[]): number {
    const id = this.#readName(name, end)
    const start = this.#stream.at
    if (id === none || this.#ion.readHashedField(id, end) === none) return none
    digests.push(this.#ion.lastDigest)
    return start
  }

  /** Reads what has been read and counted before; leaves `at` where it is. */
  #again(at: number, read: () => boolean): boolean {
    const after = this.#stream.at
    this.#stream.isSecondTime = true
    this.#stream.at = at
    const isRead = read()
    this.#stream.isSecondTime = false
    this.#stream.at = after
    return isRead
  }

  #readAddress(reading: SealedReading, end: number): boolean {
    if (this.#stream.enterContainer(0xd, end) !== end || this.#readName(names.strandId, end) === none) return false
    reading.strandAt = this.#readContent(0x8, end)
    reading.strandEnd = this.#stream.at
    if (reading.strandAt === none || this.#readName(names.sequenceNo, end) === none) return false
    reading.sequenceNo = this.#readCount(end)
    return reading.sequenceNo !== none && this.#stream.at === end
  }

  #readHashes(end: number): number[] | undefined {
    if (this.#readName(names.entriesHashList, end) === none) return undefined
    const listEnd = this.#stream.enterContainer(0xb, end)
    if (listEnd === none) return undefined
    const hashes: number[] = []
    while (this.#stream.at < listEnd) {
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
        const parent = index + 1 < level.length ? this.#rounds.join(left, level[index + 1] as number, round) : left
        if (parent === none) return none
        parents.push(parent)
      }
      level = parents
    }
    return level[0] ?? none
  }

  #readTransactionInfo(reading: SealedReading, end: number): boolean {
    if (this.#readName(names.transactionInfo, end) === none) return false
    const start = this.#stream.at
    const round = this.#ion.readHashedStruct(end)
    if (round === none) return false
    const struct = this.#ion.lastStruct
    const after = this.#stream.at
    const isInfo = this.#again(start, () => this.#readStatements(reading, after) && this.#readDocuments(reading, after))
    reading.info = isInfo ? this.#rounds.hashOfStruct(struct, round + 1) : none
    return reading.info !== none
  }

  #readStatements(reading: SealedReading, end: number): boolean {
    if (this.#stream.enterContainer(0xd, end) !== end || this.#readName(names.statements, end) === none) return false
    const listEnd = this.#stream.enterContainer(0xb, end)
    if (listEnd === none) return false
    while (this.#stream.at < listEnd) {
      const structEnd = this.#stream.enterContainer(0xd, listEnd)
      if (structEnd === none || this.#readName(names.statement, structEnd) === none) return false
      const statementAt = this.#stream.at
      const digest = this.#ion.readHashedString(structEnd)
      const { hasQuestion } = this.#ion
      if (digest === none) return false
      reading.texts.push(statementAt, this.#stream.at)
      if (this.#readName(names.startTime, structEnd) === none) return false
      const startAt = this.#readContent(0x6, structEnd)
      if (startAt === none) return false
      reading.note(this.#ion.timeAt(startAt, this.#stream.at))
      const expected = this.#readHashField(names.statementDigest, structEnd)
      if (expected === none || this.#stream.at !== structEnd) return false
      reading.statements += 1
      if (hasQuestion) reading.uncheckedDigests += 1
      else if (!this.#expect(digest, expected)) return false
    }
    return true
  }

  #readDocuments(reading: SealedReading, end: number): boolean {
    if (this.#stream.at === end) return true
    if (this.#readName(names.documents, end) === none || this.#stream.enterContainer(0xd, end) !== end) return false
    const seen = new Set<number>()
    while (this.#stream.at < end) {
      const id = this.#stream.readSymbolId(end)
      if (id === none || seen.has(id)) return false
      seen.add(id)
      reading.documents.push(this.#stream.textStart(id), this.#stream.textEnd(id))
      const structEnd = this.#stream.enterContainer(0xd, end)
      if (structEnd === none) return false
      for (const name of tableNames)
        if (this.#readName(name, structEnd) === none || this.#readContent(0x8, structEnd) === none) return false
      if (
        this.#readName(names.statements, structEnd) === none ||
        this.#stream.enterContainer(0xb, structEnd) !== structEnd
      )
        return false
      while (this.#stream.at < structEnd) if (this.#readCount(structEnd) === none) return false
    }
    return true
  }

  /** Gives the places of the revisions' hashes. */
  #readRevisions(reading: SealedReading, end: number): number[] | undefined {
    if (this.#readName(names.revisions, end) === none || this.#stream.enterContainer(0xb, end) !== end) return undefined
    const hashes: number[] = []
    while (this.#stream.at < end) {
      const hash = this.#readRevision(reading, end)
      if (hash === none) return undefined
      hashes.push(hash)
    }
    return hashes.length === 0 ? undefined : hashes
  }

  #readRevision(reading: SealedReading, listEnd: number): number {
    const end = this.#stream.enterContainer(0xd, listEnd)
    if (end === none || this.#readName(names.blockAddress, end) === none) return none
    const { addressAt, addressEnd, addressUses } = reading
    const length = addressEnd - addressAt
    if (this.#stream.at + length > end || !this.#stream.isSame(addressAt, this.#stream.at, length)) return none
    this.#stream.at += length
    this.#stream.repeatUses(addressUses, addressUses + 2)
    const hash = this.#readHashField(names.hash, end)
    if (hash === none || this.#stream.at >= end) return none
    let name = this.#stream.readSymbolId(end)
    let data: number = none
    let round = 0
    if (name !== none && this.#stream.isSymbol(name, names.data)) {
      const dataAt = this.#stream.at
      const dataRound = this.#ion.readHashedStruct(end)
      if (dataRound === none || this.#hasTransactionId(dataAt, this.#stream.at)) return none
      data = this.#rounds.hashOfStruct(this.#ion.lastStruct, dataRound + 1)
      round = dataRound + 1
      if (data === none || this.#stream.at >= end) return none
      name = this.#stream.readSymbolId(end)
    }
    if (name === none || !this.#stream.isSymbol(name, names.metadata)) return none
    const start = this.#stream.at
    const metadataRound = this.#ion.readHashedStruct(end)
    if (metadataRound !== 0 || this.#stream.at !== end) return none
    const metadata = this.#rounds.hashOfStruct(this.#ion.lastStruct, 1)
    if (metadata === none || !this.#again(start, () => this.#readMetadata(reading, end))) return none
    const digest = data === none ? metadata : this.#rounds.join(data, metadata, Math.max(round, 1) + 1)
    return this.#expect(digest, hash) ? hash : none
  }

  /** Whether a struct that has been read has a field `txId`: it could be metadata (revision-form.ts). */
  #hasTransactionId(start: number, end: number): boolean {
    return this.#again(start, () => {
      if (this.#stream.enterContainer(0xd, end) !== end) return true
      while (this.#stream.at < end) {
        const id = this.#stream.readSymbolId(end)
        if (id === none || this.#stream.isSymbol(id, names.txId)) return true
        const descriptor = this.#rounds.bytes[this.#stream.at] as number
        const valueEnd = descriptor >> 4 === 1 ? this.#stream.at + 1 : this.#stream.readHead(descriptor, end)
        if (valueEnd === none) return true
        this.#stream.at = valueEnd
      }
      return false
    })
  }

  #readMetadata(reading: SealedReading, end: number): boolean {
    if (this.#stream.enterContainer(0xd, end) !== end || this.#readName(names.id, end) === none) return false
    const idAt = this.#readContent(0x8, end)
    if (idAt === none) return false
    reading.revisions.push(idAt, this.#stream.at)
    if (this.#readName(names.version, end) === none) return false
    const version = this.#readCount(end)
    if (version === none || this.#readName(names.txTime, end) === none) return false
    reading.versions.push(version)
    const clock = this.#readClock(end)
    if (clock === none || clock > reading.clock || this.#readName(names.txId, end) === none) return false
    reading.note(clock)
    if (clock !== reading.clock) reading.hasBlockTime = false
    const start = this.#readContent(0x8, end)
    const { transactionIdAt, transactionIdEnd } = reading
    const length = transactionIdEnd - transactionIdAt
    return (
      start !== none &&
      this.#stream.at === end &&
      end - start === length &&
      this.#stream.isSame(start, transactionIdAt, length)
    )
  }

  /** The documents of transactionInfo, which are all different, are those of the revisions. */
  #hasSameDocuments({ documents, revisions }: SealedReading): boolean {
    if (documents.length !== revisions.length) return false
    if (documents.every((_, index) => index % 2 === 1 || this.#isSameId(documents, revisions, index, index)))
      return true
    if (documents.length > 2 * unorderedDocumentsMax) return false
    const found = new Set<number>()
    for (let one = 0; one < revisions.length; one += 2) {
      for (let other = 0; other < documents.length; other += 2)
        if (this.#isSameId(documents, revisions, other, one)) found.add(other)
    }
    return found.size * 2 === documents.length
  }

  #isSameId(documents: readonly number[], revisions: readonly number[], one: number, other: number): boolean {
    const document = documents[one] as number
    const revision = revisions[other] as number
    const length = (documents[one + 1] as number) - document
    return (revisions[other + 1] as number) - revision === length && this.#stream.isSame(document, revision, length)
  }
}

let shared: SealedBlocks | undefined

/** SealedBlocks.check, with one memory for all calls. */
export function soundFacts(blocks: readonly (Uint8Array | undefined)[]): (SoundFacts | undefined)[] {
  shared ??= new SealedBlocks()
  return shared.check(blocks)
}

/** The block, if it is known to be sound. */
export function soundBlock(block: Uint8Array | undefined): SoundBlock | undefined {
  if (block === undefined) return undefined
  const [facts] = soundFacts([block])
  return facts && new SoundBlock(facts, block)
}
