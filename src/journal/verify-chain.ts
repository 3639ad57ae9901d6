import { equalBytes, ownText, toBase64 } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import { reportFindingsMax } from '../base/limits.ts'
import { compareInstants, instantOf } from '../values/timestamp.ts'
import type { Block, RedactedRevision } from './block.ts'
import type { MarksBook } from './marks-book.ts'
import { RunningTree } from './merkle-tree.ts'
import { opaqueEntriesOfQldb } from './qldb-form.ts'
import type { ChainLink, SoundBlock } from './sound-block.ts'
import { type BlockReport, type Finding, findingOf, headFields, verifyBlock } from './verify.ts'
import type { FindingCode } from './finding-codes.ts'

/** What the caller knows about the journal, and how much of it to keep in memory. */
export interface ChainOptions {
  /** All blocks were sealed by this program: each must cover its head. Else that is asked from the first that does. */
  readonly mustCoverHeads?: boolean
  /** The hash of the block before the first, where it is known; a chain that starts late is unanchored without. */
  readonly previousBlockHash?: Uint8Array
  /** How many documents' versions are followed; those of later documents go unchecked. Default: all. */
  readonly documentsMax?: number
  /** The chain continues after blocks that were checked before: the last of them, and their documents' versions. */
  readonly after?: ChainBefore | undefined
  /** False: the caller does not need the digest. */
  readonly hasDigest?: boolean
  /** Decides about revisions whose hash does not fit; without it they are findings. */
  readonly marks?: MarksBook
}

/** The end of a part of the journal that was checked before. */
export interface ChainBefore {
  readonly link: ChainLink
  /** Over the blocks up to `link`, from block 0 on; it grows with the chain. */
  readonly tree?: RunningTree
  versionOf(documentId: string): number | undefined
}

/** Checks a journal in order: each block, and that it follows the one before. */
export class ChainVerifier {
  readonly #options: ChainOptions
  readonly #tree: RunningTree
  readonly #versions = new Map<string, number>()
  readonly #redacted = new Map<string, { readonly block: Block; readonly message: string }>()
  readonly #redactionsAskedFor = new Set<string>()
  /** Blocks that may be this program's, but whose head nothing covers: wrong once it is known that it made some. */
  #strange: Finding[] = []
  /** Some block is of QLDB, and so is every one before it: this program adds its own to the end of an import. */
  #hasQldb: boolean
  /** That block 0 shows nothing, as QLDB's does; known not to be one of this program's once `#hasQldb`. */
  #blankStart: Finding | undefined
  #hasBlankStart = false
  #isPartial = false
  #mustCoverHead: boolean
  #first: ChainLink | undefined
  #last: ChainLink | undefined

  constructor(options: ChainOptions = {}) {
    this.#options = options
    this.#mustCoverHead = options.mustCoverHeads ?? false
    this.#last = options.after?.link
    this.#hasQldb = options.after !== undefined
    this.#tree = options.after?.tree ?? new RunningTree()
  }

  /** What is wrong with the block or with its place after the one before. */
  add(block: Block, uncheckedRevisions: readonly number[] = [], isJson = false): BlockReport {
    const report = verifyBlock(block, { mustCoverHead: this.#mustCoverHead, uncheckedRevisions })
    const { marks } = this.#options
    const findings = marks?.take(block, report, uncheckedRevisions, isJson) ?? [...report.findings]
    this.#first ??= block
    this.#checkPlace(block, findings)
    this.#checkVersions(block, findings)
    const gaps = this.#noteMaker(block, report)
    this.#mustCoverHead ||= report.isOwn
    this.#last = block
    this.#addLeaf(block)
    return { ...pickReport(report), findings, gaps }
  }

  /** Gives the gaps that stay. */
  #noteMaker(block: Block, report: BlockReport): readonly Finding[] {
    const { isOwn, isOfQldb, gaps, opaqueEntries, findings } = report
    if (isOfQldb) this.#noteQldb()
    if (isOwn || isOfQldb || this.#hasQldb || this.#mustCoverHead) return gaps
    if (this.#strange.length < reportFindingsMax) {
      const message = 'no entry is the hash of its head, in a ledger whose later blocks were made here'
      this.#strange.push(findingOf('head', block, message))
    }
    const blank = gaps.find(({ code }) => code === 'block-blank')
    const isStart = block.blockAddress.sequenceNo === 0 && blank !== undefined && findings.length === 0
    if (!isStart || opaqueEntries !== opaqueEntriesOfQldb || hasContent(block)) return gaps
    this.#blankStart = blank
    return gaps.filter((gap) => gap !== blank)
  }

  #noteQldb(): void {
    if (this.#mustCoverHead) return
    this.#hasQldb = true
    this.#strange = []
    this.#hasBlankStart ||= this.#blankStart !== undefined
    this.#blankStart = undefined
  }

  /** Whether block 0 shows no content and a block of QLDB follows: what block 0 held is unknown. */
  get hasBlankStart(): boolean {
    return this.#hasBlankStart
  }

  /**
   * Whether addSound may be asked: each block from the first on that covers its head must do so, and before it those
   * that are of the usual form of QLDB's.
   */
  takesSound(block: SoundBlock): boolean {
    const { coversHead, opaqueEntries, statements, versions } = block
    if (coversHead) return this.#options.marks?.mayRecord(block) !== true
    return !this.#mustCoverHead && opaqueEntries === opaqueEntriesOfQldb && statements + versions.length > 0
  }

  /** As `add`, for a block that SealedBlocks has found sound. */
  addSound(block: SoundBlock): BlockReport {
    const findings: Finding[] = []
    this.#first ??= block
    this.#options.marks?.pass(block.blockAddress.sequenceNo)
    this.#checkPlace(block, findings)
    block.documentIds.forEach((id, index) => {
      this.#checkVersion(block, id, block.versions[index] as number, findings)
    })
    const { coversHead, opaqueEntries, uncheckedDigests } = block
    if (!coversHead) this.#noteQldb()
    this.#mustCoverHead ||= coversHead
    this.#last = block
    this.#addLeaf(block)
    const uncovered = coversHead ? [] : headFields
    const none = { gaps: [], opaqueRevisions: 0, missingRevisions: 0, wrongRevisions: new Map() }
    const maker = { isOwn: coversHead, isOfQldb: !coversHead }
    return { findings, uncovered, opaqueEntries, uncheckedDigests, coversHead, ...maker, ...none }
  }

  /** What can only be said after the last block: redacted revisions that no block so far asked to redact, for one. */
  end(): Finding[] {
    const findings: Finding[] = this.#mustCoverHead ? [...this.#strange] : []
    if (this.#blankStart !== undefined) findings.push(this.#blankStart)
    for (const [place, { block, message }] of this.#redacted) {
      if (!this.#redactionsAskedFor.has(place)) findings.push(findingOf('redaction', block, message))
    }
    return findings
  }

  /** The digest at the last block; undefined unless the blocks began with block 0. */
  digest(): Uint8Array | undefined {
    if (this.#options.hasDigest === false) return undefined
    const isWhole = this.#first?.blockAddress.sequenceNo === 0 || this.#options.after?.tree !== undefined
    return isWhole ? this.#tree.root() : undefined
  }

  /** Whether there were more documents than `documentsMax`. */
  get isPartial(): boolean {
    return this.#isPartial
  }

  /** Whether a revision is redacted that no block so far asked to redact. */
  get awaitsRedaction(): boolean {
    for (const place of this.#redacted.keys()) if (!this.#redactionsAskedFor.has(place)) return true
    return false
  }

  get lastBlock(): ChainLink | undefined {
    return this.#last
  }

  #addLeaf({ blockHash }: ChainLink): void {
    if (this.#options.hasDigest !== false) this.#tree.append(blockHash)
  }

  #checkPlace(block: ChainLink, findings: Finding[]): void {
    const find = (code: FindingCode, message: string) => findings.push(findingOf(code, block, message))
    const { strandId, sequenceNo } = block.blockAddress
    const last = this.#last
    const expected =
      last?.blockHash ?? this.#options.previousBlockHash ?? (sequenceNo === 0 ? new Uint8Array(0) : undefined)
    if (expected !== undefined && !equalBytes(block.previousBlockHash, expected)) {
      const found = toBase64(block.previousBlockHash)
      find('previous-hash', `previousBlockHash is '${found}', expected '${toBase64(expected)}'`)
    }
    if (last === undefined) return
    const { blockAddress } = last
    if (strandId !== blockAddress.strandId) {
      find('strand', `it is of strand '${strandId}', expected '${blockAddress.strandId}'`)
    }
    if (sequenceNo !== blockAddress.sequenceNo + 1) find('gap', `it comes after block ${blockAddress.sequenceNo}`)
    if (isEarlier(block, last)) {
      find('block-time', `its time is before that of block ${blockAddress.sequenceNo}`)
    }
  }

  /** A document's versions rise by one, from 0 on when the journal is there from its beginning. */
  #checkVersions(block: Block, findings: Finding[]): void {
    try {
      for (const revision of block.revisions ?? []) {
        const { metadata, dataHash } = revision
        if (metadata === undefined) continue
        const { id, version } = metadata
        this.#checkVersion(block, id, version, findings)
        if (dataHash !== undefined) {
          const message = `version ${version} of document '${id}' is redacted, but no block asked for it`
          this.#redacted.set(placeOf(block.blockAddress.sequenceNo, id, version), { block, message })
        }
      }
      for (const redacted of block.redactionInfo?.revisions ?? []) this.#noteRedaction(redacted, block, findings)
    } catch (error) {
      // The block's own check has said so already.
      if (!(error instanceof LedgerError)) throw error
    }
  }

  #checkVersion(block: ChainLink, id: string, version: number, findings: Finding[]): void {
    const isWhole = this.#first?.blockAddress.sequenceNo === 0 && !this.#isPartial
    const before = this.#versions.get(id) ?? (isWhole ? -1 : this.#options.after?.versionOf(id))
    if (before !== undefined && version !== before + 1) {
      const message = `document '${id}' has version ${version}, expected ${before + 1}`
      findings.push(findingOf('revision-version', block, message))
    }
    this.#follow(id, version)
  }

  #follow(documentId: string, version: number): void {
    const { documentsMax = Number.POSITIVE_INFINITY } = this.#options
    if (this.#versions.has(documentId)) this.#versions.set(documentId, version)
    else if (this.#versions.size < documentsMax) this.#versions.set(ownText(documentId), version)
    else this.#isPartial = true
  }

  /** This program takes the data out with the very commit that asks for it; AWS did so some time later. */
  #noteRedaction(redacted: RedactedRevision, block: Block, findings: Finding[]): void {
    const place = placeOfRedacted(redacted)
    this.#redactionsAskedFor.add(place)
    const { documentId, version, blockAddress } = redacted
    const isSeen = blockAddress.sequenceNo >= (this.#first?.blockAddress.sequenceNo ?? 0)
    if (!this.#mustCoverHead || !isSeen || this.#redacted.has(place)) return
    const text = `version ${version} of document '${documentId}' in block ${blockAddress.sequenceNo}`
    findings.push(findingOf('redaction', block, `it redacted ${text}, whose data is there all the same`))
  }
}

function isEarlier(block: ChainLink, other: ChainLink): boolean {
  if (block.clock !== undefined && other.clock !== undefined) return block.clock < other.clock
  return compareInstants(instantOf(block.blockTimestamp), instantOf(other.blockTimestamp)) < 0
}

function placeOf(sequenceNo: number, documentId: string, version: number): string {
  return ownText(`${sequenceNo} ${version} ${documentId}`)
}

function placeOfRedacted({ blockAddress, documentId, version }: RedactedRevision): string {
  return placeOf(blockAddress.sequenceNo, documentId, version)
}

/** Whether a block, found sound, shows anything but hashes. */
function hasContent({ redactionInfo, revisions = [] }: Block): boolean {
  return redactionInfo !== undefined || revisions.some(({ metadata }) => metadata !== undefined)
}

function pickReport(report: BlockReport): Omit<BlockReport, 'findings'> {
  const { uncovered, opaqueEntries, opaqueRevisions, uncheckedDigests } = report
  const { coversHead, isOwn, isOfQldb, missingRevisions, wrongRevisions, gaps } = report
  return {
    gaps,
    uncovered,
    opaqueEntries,
    opaqueRevisions,
    uncheckedDigests,
    coversHead,
    isOwn,
    isOfQldb,
    missingRevisions,
    wrongRevisions,
  }
}
