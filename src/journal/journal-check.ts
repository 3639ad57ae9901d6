import { equalBytes, toBase64 } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import { reportFindingsMax, uncoveredNamesMax } from '../base/limits.ts'
import { type Block, type BlockAddress, encodeBlock } from './block.ts'
import { decodeBlock } from './block-from-ion.ts'
import type { Digest } from './digest.ts'
import type { SavedMarks } from './import-marks.ts'
import { type MarksBook, uncheckedFinding } from './marks-book.ts'
import { soundFacts, windowBlocksMax, windowBytesMax } from './sealed-blocks.ts'
import { SoundBlock, type SoundFacts } from './sound-block.ts'
import { type BlockReport, type Finding, isGap } from './verify.ts'
import type { FindingCode } from './finding-codes.ts'
import { type ChainBefore, ChainVerifier } from './verify-chain.ts'

/** What the check of a whole journal found. */
export interface JournalReport {
  /** What is wrong, in the order of the blocks; empty for a sound journal. At most reportFindingsMax are kept. */
  readonly findings: readonly Finding[]
  readonly findingCount: number
  /** What could not be checked, in the order of the blocks; at most reportFindingsMax are kept. */
  readonly gaps: readonly Finding[]
  readonly gapCount: number
  /** Revisions whose data could not be checked: marked by an import, or not shown. */
  readonly uncheckedRevisions: number
  /** Saved digests of another ledger. */
  readonly foreignDigests: readonly Digest[]
  /** sequenceNo of the first block that is checked, and of the last. */
  readonly first: number
  readonly last: number
  readonly blocks: number
  /** Bytes of the blocks that were given as bytes. */
  readonly bytes: number
  readonly revisions: number
  readonly redactedRevisions: number
  /** The digest over all blocks, computed from their contents alone; empty when the first block is not block 0. */
  readonly digest: Uint8Array
  /** Undefined when there is no block that can be read. */
  readonly tipAddress: BlockAddress | undefined
  /** What can't be checked by hashes (journal/verify.ts, BlockReport). */
  readonly opaqueEntries: number
  readonly opaqueRevisions: number
  /** Block 0 shows nothing, and a block of QLDB follows. */
  readonly hasBlankStart: boolean
  readonly uncheckedDigests: number
  /** Fields that no hash covers, each name once. */
  readonly uncovered: readonly string[]
}

export interface JournalCheckOptions {
  readonly strandId: string
  /** Numbers of the first and the last block; `add` is called for each from one to the other. */
  readonly first: number
  readonly last: number
  /** Digests that are trusted: the journal must begin with all that they cover. */
  readonly saved?: readonly SavedMarks[]
  /** All blocks were sealed by this program (ChainOptions). */
  readonly mustCoverHeads: boolean
  /** The blocks before the first, where they are known without being checked. */
  readonly after?: ChainBefore
  /** Decides about revisions whose hash does not fit, where the store's own marks are missing. */
  readonly marks?: MarksBook | undefined
}

/** A block as it is stored; undefined where it is missing. */
export interface StoredBlock {
  readonly sequenceNo: number
  readonly bytes: Uint8Array | undefined
  /** Indexes of revisions whose hash can't be checked. */
  readonly uncheckedRevisions: readonly number[]
}

/** What soundFacts can look at. */
export function checkable({ bytes, uncheckedRevisions }: StoredBlock): Uint8Array | undefined {
  return uncheckedRevisions.length > 0 ? undefined : bytes
}

/** Cuts blocks into pieces that are best checked together. */
export function* windowsOf(blocks: Iterable<StoredBlock>): Generator<StoredBlock[]> {
  let window: StoredBlock[] = []
  let bytes = 0
  for (const block of blocks) {
    window.push(block)
    bytes += block.bytes?.length ?? 0
    if (window.length < windowBlocksMax && bytes < windowBytesMax) continue
    yield window
    window = []
    bytes = 0
  }
  if (window.length > 0) yield window
}

/** Checks the blocks of a journal in order: each block, the chain, the saved digests. */
export class JournalCheck implements JournalReport {
  readonly findings: Finding[] = []
  findingCount = 0
  readonly gaps: Finding[] = []
  gapCount = 0
  uncheckedRevisions = 0
  readonly foreignDigests: Digest[] = []
  blocks = 0
  bytes = 0
  revisions = 0
  redactedRevisions = 0
  opaqueEntries = 0
  opaqueRevisions = 0
  hasBlankStart = false
  uncheckedDigests = 0
  readonly first: number
  readonly last: number
  readonly #strandId: string
  readonly #saved: readonly SavedMarks[]
  readonly #uncovered = new Set<string>()
  readonly #chain: ChainVerifier
  readonly #marks: MarksBook | undefined
  /** The tree over all blocks is known. */
  readonly #hasDigest: boolean

  constructor({ strandId, first, last, saved = [], mustCoverHeads, after, marks }: JournalCheckOptions) {
    this.#strandId = strandId
    this.#saved = saved
    this.first = first
    this.last = last
    this.#chain = new ChainVerifier({ mustCoverHeads, after, ...(marks && { marks }) })
    this.#marks = marks
    this.#hasDigest = first === 0 || after?.tree !== undefined
    if (last < first && after === undefined) this.#find('gap', Math.max(0, first), 'there is no block')
  }

  get digest(): Uint8Array {
    return this.#chain.digest() ?? new Uint8Array(0)
  }

  get tipAddress(): BlockAddress | undefined {
    return this.#chain.lastBlock?.blockAddress
  }

  get uncovered(): readonly string[] {
    return [...this.#uncovered]
  }

  /** Checks blocks as they are stored, in their order. */
  addStored(
    blocks: readonly StoredBlock[],
    facts: readonly (SoundFacts | undefined)[] = soundFacts(blocks.map(checkable)),
  ): void {
    for (const [index, block] of blocks.entries()) {
      const { bytes } = block
      const known = facts[index]
      const sound = bytes && known && new SoundBlock(known, bytes)
      if (sound === undefined || !this.#chain.takesSound(sound)) this.#addStored(block)
      else this.#addSound(block.sequenceNo, sound, bytes?.length ?? 0)
    }
  }

  #addStored({ sequenceNo, bytes, uncheckedRevisions }: StoredBlock): void {
    if (bytes === undefined) {
      this.blocks += 1
      this.#find('gap', sequenceNo, 'it is missing')
      return
    }
    this.bytes += bytes.length
    const before = this.findingCount
    const read = () => decodeBlock(bytes)
    const block = this.add(sequenceNo, read, uncheckedRevisions)
    // The same content in other bytes: no hash is wrong, yet these are not the bytes that were written.
    if (this.findingCount === before && block !== undefined && !equalBytes(encodeBlock(block), bytes)) {
      this.#find('encoding', sequenceNo, 'its bytes are not those that its content is stored in')
    }
  }

  #addSound(sequenceNo: number, block: SoundBlock, byteLength: number): void {
    this.blocks += 1
    this.bytes += byteLength
    this.#checkPlace(sequenceNo, block.blockAddress)
    this.#note(sequenceNo, this.#chain.addSound(block))
    this.revisions += block.versions.length
    this.#checkSaved(sequenceNo)
  }

  /** Checks a block and gives it back; LedgerError that `read` throws is a finding. */
  add(sequenceNo: number, read: () => Block, uncheckedRevisions: readonly number[] = []): Block | undefined {
    this.blocks += 1
    let block: Block | undefined
    try {
      block = read()
      this.#addBlock(sequenceNo, block, uncheckedRevisions)
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      this.#find('malformed', sequenceNo, error.message)
    }
    this.#checkSaved(sequenceNo)
    return block
  }

  /** Adds a finding that the blocks do not tell, as about the marks of an import. */
  report(finding: Finding): void {
    this.#keep(finding)
  }

  /** What can only be said after the last block. */
  end(): void {
    // A revision that lost its data may be the trace of a later block that is damaged: that one comes first.
    this.hasBlankStart = this.#chain.hasBlankStart
    for (const finding of this.#chain.end()) finding.code === 'redaction' ? this.#keep(finding) : this.#insert(finding)
    for (const finding of this.#marks?.end() ?? []) this.#insert(finding)
    this.uncheckedRevisions += this.#marks?.unchecked ?? 0
    for (const saved of this.#saved) {
      const { digestTipAddress } = saved
      const { sequenceNo, strandId } = digestTipAddress
      if (strandId !== this.#strandId) this.foreignDigests.push(saved)
      else if (sequenceNo > this.last) {
        const text = `the saved digest is of block ${sequenceNo}, but the journal ends with block ${this.last}`
        this.#find('digest-uncovered', this.last, text)
      } else if (!this.#hasDigest) {
        const text = `the saved digest at block ${sequenceNo} needs every block from 0 on, the first here is ${this.first}`
        this.#find('digest-uncovered', this.first, text)
      } else if (sequenceNo < this.first - 1) {
        const text = `the saved digest at block ${sequenceNo} was not compared: blocks up to ${this.first - 1} were not read`
        this.#find('digest-uncovered', this.first, text)
      }
    }
  }

  #addBlock(sequenceNo: number, block: Block, uncheckedRevisions: readonly number[]): void {
    this.#checkPlace(sequenceNo, block.blockAddress)
    const report = this.#chain.add(block, uncheckedRevisions)
    this.#count(block)
    this.#note(sequenceNo, report)
    this.uncheckedRevisions += report.missingRevisions
    // Those that show only their hash are counted as revisions already.
    const hidden = Math.min(report.missingRevisions, report.opaqueRevisions)
    this.revisions += report.missingRevisions - hidden
    this.opaqueRevisions -= hidden
    if (this.#marks !== undefined) return
    for (const index of uncheckedRevisions) this.#noteUnchecked(sequenceNo, block, index)
  }

  #noteUnchecked(sequenceNo: number, { revisions = [] }: Block, index: number): void {
    if (revisions[index] === undefined) {
      this.#find('mark', sequenceNo, `an import's mark names its revision ${index}, which it does not have`)
      return
    }
    this.uncheckedRevisions += 1
    this.#keep(uncheckedFinding(sequenceNo, index))
  }

  #note(sequenceNo: number, report: BlockReport): void {
    for (const findings of [report.findings, report.gaps])
      for (const finding of findings) if (finding.code !== 'field-unknown' || !report.coversHead) this.#keep(finding)
    this.opaqueEntries += report.opaqueEntries
    this.opaqueRevisions += report.opaqueRevisions
    this.uncheckedDigests += report.uncheckedDigests
    for (const field of report.uncovered) {
      if (report.coversHead) this.#find('malformed', sequenceNo, `it has a field '${field}', which no block has`)
      const plain = field.includes('[') ? field.replace(/\[\d+\]/g, '') : field
      this.#uncovered.add(this.#uncovered.size < uncoveredNamesMax ? plain : 'other fields')
    }
  }

  #checkPlace(sequenceNo: number, { strandId, sequenceNo: found }: BlockAddress): void {
    if (found !== sequenceNo) this.#find('gap', sequenceNo, `the block in its place says that it is block ${found}`)
    if (sequenceNo === this.first && strandId !== this.#strandId) {
      this.#find('strand', sequenceNo, `it is of strand '${strandId}', the ledger's is '${this.#strandId}'`)
    }
  }

  #count(block: Block): void {
    const { revisions = [] } = block
    this.revisions += revisions.length
    for (const { dataHash } of revisions) if (dataHash !== undefined) this.redactedRevisions += 1
  }

  #checkSaved(sequenceNo: number): void {
    for (const saved of this.#saved) {
      const { digest, digestTipAddress } = saved
      if (digestTipAddress.sequenceNo !== sequenceNo || digestTipAddress.strandId !== this.#strandId) continue
      if (!this.#hasDigest) continue
      const found = this.digest
      if (equalBytes(found, digest)) {
        this.#marks?.bind(saved)
        continue
      }
      const text = `the digest over blocks 0 to ${sequenceNo} is ${toBase64(found)}, the saved one ${toBase64(digest)}`
      this.#find('digest', sequenceNo, text)
    }
  }

  #find(code: FindingCode, sequenceNo: number, message: string): void {
    this.#keep({ code, sequenceNo, message: `block ${sequenceNo}: ${message}` })
  }

  /** A finding about an earlier block, put where it belongs. */
  #insert(finding: Finding): void {
    const list = isGap(finding) ? this.gaps : this.findings
    const before = list.length
    this.#keep(finding)
    if (list.length === before) return
    list.pop()
    const at = list.findIndex(({ sequenceNo }) => sequenceNo > finding.sequenceNo)
    list.splice(at === -1 ? before : at, 0, finding)
  }

  #keep(finding: Finding): void {
    if (isGap(finding)) {
      this.gapCount += 1
      if (this.gaps.length < reportFindingsMax) this.gaps.push(finding)
      return
    }
    this.findingCount += 1
    if (this.findings.length < reportFindingsMax) this.findings.push(finding)
  }
}
