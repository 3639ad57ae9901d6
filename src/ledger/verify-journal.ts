import { equalBytes, toBase64 } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import { reportFindingsMax } from '../base/limits.ts'
import { type Block, type BlockAddress, decodeBlock, encodeBlock } from '../journal/block.ts'
import type { Digest } from '../journal/digest.ts'
import { RunningTree } from '../journal/merkle-tree.ts'
import type { Finding, FindingCode } from '../journal/verify.ts'
import { ChainVerifier } from '../journal/verify-chain.ts'
import { blockKey, blocksRange, sequenceOfBlockKey } from './keys.ts'
import type { Reader } from './records.ts'

/** What the check of a ledger's blocks found. */
export interface JournalReport {
  /** What is wrong, in the order of the blocks; empty for a sound journal. At most reportFindingsMax are kept. */
  readonly findings: readonly Finding[]
  readonly findingCount: number
  readonly blocks: number
  /** Bytes of all blocks as stored. */
  readonly bytes: number
  readonly revisions: number
  readonly redactedRevisions: number
  /** The digest over all blocks, worked out from their contents alone; empty when the first block is not block 0. */
  readonly digest: Uint8Array
  /** Undefined when there is no block that can be read. */
  readonly tipAddress: BlockAddress | undefined
  /** What can't be checked by hashes (journal/verify.ts, BlockReport). */
  readonly opaqueEntries: number
  readonly opaqueRevisions: number
  readonly uncheckedDigests: number
  /** Fields that no hash covers, each name once. */
  readonly uncovered: readonly string[]
}

/** Checks the blocks of a ledger one after the other, from the first one stored to the last. */
export class JournalCheck implements JournalReport {
  readonly findings: Finding[] = []
  findingCount = 0
  blocks = 0
  bytes = 0
  revisions = 0
  redactedRevisions = 0
  opaqueEntries = 0
  opaqueRevisions = 0
  uncheckedDigests = 0
  readonly first: number
  readonly last: number
  readonly #reader: Reader
  readonly #strandId: string
  readonly #uncovered = new Set<string>()
  readonly #saved: readonly Digest[]
  readonly #tree = new RunningTree()
  #chain: ChainVerifier | undefined

  /** `saved`: digests that are trusted; the journal must begin with all that they cover. */
  constructor(reader: Reader, strandId: string, saved: readonly Digest[] = []) {
    this.#reader = reader
    this.#strandId = strandId
    this.#saved = saved
    this.first = endBlock(reader, false)
    this.last = endBlock(reader, true)
    if (this.last === -1) this.#find('gap', 0, 'the store holds no block')
  }

  get digest(): Uint8Array {
    return (this.first === 0 && this.#chain?.digest()) || new Uint8Array(0)
  }

  get tipAddress(): BlockAddress | undefined {
    return this.#chain?.lastBlock?.blockAddress
  }

  get uncovered(): readonly string[] {
    return [...this.#uncovered]
  }

  /** Checks one block. Call it for every number from `first` to `last`. */
  add(sequenceNo: number): void {
    this.blocks += 1
    const bytes = this.#reader.get(blockKey(sequenceNo))
    if (bytes === undefined) {
      this.#find('gap', sequenceNo, 'it is missing')
      return
    }
    this.bytes += bytes.length
    try {
      this.#addBlock(sequenceNo, bytes)
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      this.#find('malformed', sequenceNo, error.message)
    }
    this.#checkSaved(sequenceNo)
  }

  /** What can only be said after the last block. */
  end(): void {
    for (const finding of this.#chain?.end() ?? []) this.#keep(finding)
    for (const { digestTipAddress } of this.#saved) {
      const { sequenceNo, strandId } = digestTipAddress
      if (strandId !== this.#strandId) {
        this.#find('digest', this.last, `a saved digest is of another ledger: strand '${strandId}'`)
      } else if (sequenceNo > this.last) {
        const text = `a saved digest is of block ${sequenceNo}, but the journal ends with block ${this.last}`
        this.#find('digest', this.last, text)
      }
    }
  }

  #addBlock(sequenceNo: number, bytes: Uint8Array): void {
    const block = decodeBlock(bytes)
    const { strandId, sequenceNo: found } = block.blockAddress
    if (found !== sequenceNo) this.#find('gap', sequenceNo, `the block in its place says that it is block ${found}`)
    this.#chain ??= new ChainVerifier({ mustCoverHeads: true })
    const isFirst = sequenceNo === this.first
    if (isFirst && strandId !== this.#strandId) {
      this.#find('strand', sequenceNo, `it is of strand '${strandId}', the ledger's is '${this.#strandId}'`)
    }
    const before = this.findingCount
    const report = this.#chain.add(block)
    this.#tree.append(block.blockHash)
    for (const finding of report.findings) this.#keep(finding)
    this.#count(block)
    this.opaqueEntries += report.opaqueEntries
    this.opaqueRevisions += report.opaqueRevisions
    this.uncheckedDigests += report.uncheckedDigests
    for (const field of report.uncovered) {
      if (report.coversHead) this.#find('malformed', sequenceNo, `it has a field '${field}', which no block has`)
      this.#uncovered.add(field.replace(/\[\d+\]/g, ''))
    }
    // The same content in other bytes: no hash is wrong, yet these are not the bytes that were written.
    if (this.findingCount === before && !equalBytes(encodeBlock(block), bytes)) {
      this.#find('encoding', sequenceNo, 'its bytes are not those that its content is stored in')
    }
  }

  #count(block: Block): void {
    const { revisions = [] } = block
    this.revisions += revisions.length
    for (const { dataHash } of revisions) if (dataHash !== undefined) this.redactedRevisions += 1
  }

  #checkSaved(sequenceNo: number): void {
    for (const { digest, digestTipAddress } of this.#saved) {
      if (digestTipAddress.sequenceNo !== sequenceNo || digestTipAddress.strandId !== this.#strandId) continue
      const found = this.first === 0 ? this.#tree.root() : new Uint8Array(0)
      if (equalBytes(found, digest)) continue
      const text = `the digest over blocks 0 to ${sequenceNo} is ${toBase64(found)}, the saved one ${toBase64(digest)}`
      this.#find('digest', sequenceNo, text)
    }
  }

  #find(code: FindingCode, sequenceNo: number, message: string): void {
    this.#keep({ code, sequenceNo, message: `block ${sequenceNo}: ${message}` })
  }

  #keep(finding: Finding): void {
    this.findingCount += 1
    if (this.findings.length < reportFindingsMax) this.findings.push(finding)
  }
}

/** The number of the first or last block stored; -1 when there is none. */
function endBlock(reader: Reader, reverse: boolean): number {
  for (const [key] of reader.range({ ...blocksRange, reverse })) return sequenceOfBlockKey(key)
  return -1
}
