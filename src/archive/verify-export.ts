import { toBase64 } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import { exportDocumentsMax, uncoveredNamesMax } from '../base/limits.ts'
import { printTimestamp } from '../values/timestamp.ts'
import { type Block, coversHead } from '../journal/block.ts'
import type { CheckedBefore } from '../journal/checked-before.ts'
import type { BlockPlace, ExportReport } from './export-outcome.ts'
import type { Digest } from '../journal/digest.ts'
import { checkedBlocks } from './checked-windows.ts'
import { EvidenceBook } from './evidence-book.ts'
import type { ExportFacts } from './export-facts.ts'
import { storedForm } from './import-blocks.ts'
import type { SourceBlock } from './source-block.ts'
import { declaredMarks } from './export-manifests.ts'
import { blocksNamed, checkStrands, type ExportFiles, findExportFiles } from './import-files.ts'
import { type ExportFindingCode, FindingList, severityOf } from './import-findings.ts'
import { JsonRetyper } from './import-json.ts'
import type { SavedMarks } from '../journal/import-marks.ts'
import { MarksBook } from '../journal/marks-book.ts'
import { RunningTree, treeRoot } from '../journal/merkle-tree.ts'
import { soundBlock } from '../journal/sealed-blocks.ts'
import type { SoundBlock } from '../journal/sound-block.ts'
import { ChainVerifier } from '../journal/verify-chain.ts'

export interface VerifyExportOptions {
  /** Digests that are trusted, beside those found among the files: where each comes from → digest. */
  readonly trusted?: ReadonlyMap<string, SavedMarks>
  /** Guesses at the types of a JSON document's data before it counts as not checkable. */
  readonly guessesMax?: number | undefined
  /** Values that one block may have, in text. Default: exportBlockValuesMax. */
  readonly blockValuesMax?: number | undefined
  /** Where blocks are hashed. Default: here. */
  readonly facts?: ExportFacts
  /** Called for every block after its check. May throw to stop. */
  readonly onBlock?: (block: SourceBlock, progress: ExportProgress) => void | Promise<void>
  /** Called for everything that is read, also before there is a block. May throw to stop. */
  readonly onRead?: (progress: ExportProgress) => void | Promise<void>
}

export interface ExportProgress {
  /** How many there must be, as far as the files' names tell. */
  readonly total?: number | undefined
  readonly blocks: number
  readonly bytes: number
}

export type { Coverage, EvidenceVerdict, ExportReport, ExportVerdict } from './export-outcome.ts'

/**
 * Checks exports as they lie on disk: the files' manifests and names, every hash of every block, the chain, and all
 * digests, proofs and receipts that lie beside them. Reads block by block. Throws LedgerError 'export/not-found',
 * 'export/limit', 'usage/invalid-argument' for files of several ledgers, and the file system's errors.
 */
export async function verifyExport(paths: readonly string[], options: VerifyExportOptions = {}): Promise<ExportReport> {
  const findings = new FindingList()
  const { onRead } = options
  const onLook = onRead && (() => onRead({ blocks: 0, bytes: 0 }))
  const files = await findExportFiles(paths, findings, onLook, true, options.blockValuesMax)
  checkStrands(files)
  const marks = new MarksBook(declaredMarks(files))
  const verifier = new ExportVerifier(files, findings, options.trusted, undefined, marks)
  const total = blocksNamed(files)
  const progress = () => ({ total, blocks: verifier.blocks, bytes: verifier.bytes })
  const retyper = new JsonRetyper(options.guessesMax)
  const onPiece = onRead && (() => onRead(progress()))
  for await (const batch of checkedBlocks(files, findings, onPiece, retyper, options.facts)) {
    for (const { source, stored, sound } of batch) {
      verifier.add(source, stored, sound)
      const turn = options.onBlock?.(source, progress())
      if (turn !== undefined) await turn
    }
  }
  await verifier.prepareEnd(onPiece)
  return verifier.end(retyper.guesses)
}

/** The check itself, block by block, in their order. */
export class ExportVerifier {
  readonly #files: ExportFiles
  readonly #findings: FindingList
  readonly #tree: RunningTree
  readonly #before: CheckedBefore | undefined
  readonly #marks: MarksBook
  readonly #evidence: EvidenceBook
  readonly #strands = new Set<string>()
  readonly #uncovered = new Map<string, number>()
  #chain = new ChainVerifier()
  #first: Block | undefined
  #last: Block | undefined
  blocks = 0
  bytes = 0
  readonly #counts = {
    revisions: 0,
    checkedRevisions: 0,
    redactedRevisions: 0,
    opaqueRevisions: 0,
    blankBlocks: 0,
    jsonDoubtfulRevisions: 0,
    missingRevisions: 0,
    loneRevisions: 0,
    guesses: 0,
    guessesOfOne: 0,
    jsonBlocks: 0,
    opaqueEntries: 0,
    statements: 0,
    uncheckedDigests: 0,
  }

  /**
   * `before`: blocks that were checked by what is resumed; the first to be added is the one after them. `marks`: by default
   * those that manifests declare, no others, so that `add` says at once what does not fit.
   */
  constructor(
    files: ExportFiles,
    findings: FindingList,
    trusted: ReadonlyMap<string, SavedMarks> = new Map(),
    before?: CheckedBefore,
    marks = new MarksBook(declaredMarks(files), false),
  ) {
    this.#files = files
    this.#findings = findings
    this.#before = before
    this.#marks = marks
    this.#evidence = new EvidenceBook(findings, trusted, marks)
    const nodes = before?.nodes
    this.#tree = nodes && before ? RunningTree.resume(nodes, numberOf(before.last) + 1) : new RunningTree()
    for (const item of files.evidence) this.#evidence.add(item)
    if (before !== undefined) this.#resume(before)
  }

  /** Whether nothing checked so far is in doubt, so that a resumed check may start after it. */
  get isCertain(): boolean {
    const isOpen = this.#marks.isOpen || this.#chain.awaitsRedaction
    return this.#findings.count('doubtful') + this.#findings.count('tampered') === 0 && !isOpen
  }

  #resume(before: CheckedBefore): void {
    const { last, versionOf } = before
    const first = numberOf(before.first)
    this.#first = before.first
    this.#last = last
    this.#strands.add(last.blockAddress.strandId)
    const isStart = numberOf(last) === 0
    this.#chain = new ChainVerifier({
      documentsMax: exportDocumentsMax,
      hasDigest: false,
      marks: this.#marks,
      previousBlockHash: isStart ? last.previousBlockHash : last.blockHash,
      mustCoverHeads: coversHead(last),
      ...(isStart ? {} : { after: { link: last, versionOf: (id) => versionOf(id) ?? (first === 0 ? -1 : undefined) } }),
    })
    // Who made block 0, which may show nothing, is only known with the next one.
    if (isStart) this.#chain.add(last)
    const { nodes } = before
    if (nodes === undefined) return
    const foundAt = (sequenceNo: number) => ({
      digest: treeRoot(nodes, sequenceNo + 1),
      digestTipAddress: { ...last.blockAddress, sequenceNo },
    })
    this.#evidence.compareEarlier(numberOf(last), foundAt, this.#strands)
  }

  /**
   * Whether the block, by itself and after the one before, has a hash that does not fit. `stored` is the block as
   * encodeBlock writes it, `known` what SealedBlocks says of that, where it was asked.
   */
  add(source: SourceBlock, stored = storedForm(source.block), known?: SoundBlock): boolean {
    const { block } = source
    if (this.#first === undefined) this.#begin(block)
    if (this.#strands.size < 2) this.#strands.add(block.blockAddress.strandId)
    const before = this.#findings.count('tampered')
    const sound = source.doubtful.length > 0 ? undefined : (known ?? soundBlock(stored))
    const isSound = sound !== undefined && this.#chain.takesSound(sound)
    const report = isSound ? this.#chain.addSound(sound) : this.#chain.add(block, source.doubtful, source.isJson)
    const isAfterGap = report.findings.some(({ code }) => code === 'gap')
    for (const { code, message, sequenceNo } of [...report.findings, ...report.gaps]) {
      // Nothing is known of the hash of a block that is missing.
      if (isAfterGap && code === 'previous-hash') continue
      this.#findings.add(severityOf(code), code, message, { sequenceNo, file: source.path })
    }
    if (source.doubtful.length > 0 && source.isJson) this.#noteDoubtful(source)
    for (const field of report.uncovered) {
      const plain = field.includes('[') ? field.replace(/\[\d+\]/g, '[]') : field
      const isNamed = this.#uncovered.has(plain) || this.#uncovered.size < uncoveredNamesMax
      const name = isNamed ? plain : 'other fields'
      this.#uncovered.set(name, (this.#uncovered.get(name) ?? 0) + 1)
    }
    if (isSound) this.#countSound(source, sound)
    else this.#count(source, report)
    const isWhole = this.#first !== undefined && numberOf(this.#first) === 0 && this.#tree.leafCount === numberOf(block)
    this.#evidence.compareLast(block, isWhole ? this.#tree : undefined)
    this.#tree.append(block.blockHash)
    this.#last = block
    this.blocks += 1
    this.bytes += source.bytes
    this.#evidence.compareTip(block.blockAddress, () => this.#digest(), this.#strands)
    this.#evidence.look(block)
    return this.#findings.count('tampered') > before
  }

  /** What of the end takes long, with turns for others in between. */
  async prepareEnd(onTurn?: () => void | Promise<void>): Promise<void> {
    await this.#evidence.prepareEnd(() => onTurn?.())
  }

  /** The verdict, after the last block; `guesses` at the types of JSON's data. */
  end(guesses: JsonRetyper['guesses'] = { total: 0, most: 0 }): ExportReport {
    this.#counts.guesses = guesses.total
    this.#counts.guessesOfOne = guesses.most
    this.#counts.blankBlocks = this.#chain.hasBlankStart ? 1 : 0
    for (const { code, message, sequenceNo } of [...this.#chain.end(), ...this.#marks.end()])
      this.#findings.insert(severityOf(code), code, message, sequenceNo)
    this.#counts.jsonDoubtfulRevisions += this.#marks.unchecked
    if (this.#chain.isPartial) {
      const message = `the versions of only ${exportDocumentsMax} documents were followed, there are more`
      this.#findings.add('doubtful', 'documents-unchecked', message)
    }
    this.#evidence.end(this.#last === undefined ? -1 : numberOf(this.#last))
    this.#judgeLone()
    if (this.#findings.count('tampered') === 0) this.#evidence.refuseForeign(this.#strands)
    const findings = this.#findings
    const waived = this.#isLoneSummary() ? loneSummaryCodes : noCodes
    const kept = findings.kept.map((finding) => (waived.has(finding.code) ? { ...finding, severity: note } : finding))
    const waivedCount = [...waived].reduce((sum, code) => sum + findings.countOf(code), 0)
    const counts = {
      tampered: findings.count('tampered'),
      doubtful: findings.count('doubtful') - waivedCount,
      notes: findings.count('note') + waivedCount,
    }
    const { manifests } = this.#files
    const texts = (values: readonly (string | undefined)[]) => [...new Set(values.filter((text) => text !== undefined))]
    return {
      verdict: counts.tampered > 0 ? 'tampered' : counts.doubtful > 0 ? 'incomplete' : 'verified',
      strandId: this.#first?.blockAddress.strandId,
      ledgerNames: texts(manifests.map(({ ledgerName }) => ledgerName)),
      exportIds: texts(manifests.map(({ exportId }) => exportId)),
      files: this.#files.blockFiles.length + this.#files.streamFiles.length,
      blocks: this.blocks,
      checkedBefore: this.#before && { first: numberOf(this.#before.first), last: numberOf(this.#before.last) },
      bytes: this.bytes,
      first: this.#first && placeOf(this.#first),
      last: this.#last && placeOf(this.#last),
      digest: this.#digest(),
      coverage: {
        ...this.#counts,
        loneRevisions: findings.lone.revisions,
        uncoveredFields: Object.fromEntries(this.#uncovered),
      },
      evidence: this.#evidence.verdicts,
      findings: kept,
      counts,
    }
  }

  #begin(block: Block): void {
    this.#first = block
    const { sequenceNo } = block.blockAddress
    // What stands before AWS's block 0 was never published: whatever is there is a gap of the block's own check.
    const isStart = sequenceNo === 0
    this.#chain = new ChainVerifier({
      documentsMax: exportDocumentsMax,
      hasDigest: false,
      marks: this.#marks,
      ...(isStart ? { previousBlockHash: block.previousBlockHash } : {}),
    })
    if (isStart) return
    const message = `the blocks before block ${sequenceNo} are not there: the chain is checked from there on, and binds nothing before`
    this.#findings.add('note', 'starts-late', message, { sequenceNo })
  }

  #noteDoubtful({ block, doubtful, path }: SourceBlock): void {
    const { sequenceNo } = block.blockAddress
    const which = doubtful.length === 1 ? `revision ${doubtful[0]}` : `${doubtful.length} revisions`
    const message = `block ${sequenceNo}: ${which} can't be checked in JSON form, which took the types of the data`
    this.#findings.add('doubtful', 'json-data', message, { sequenceNo, file: path })
  }

  #countSound({ isJson }: SourceBlock, sound: SoundBlock): void {
    const counts = this.#counts
    counts.opaqueEntries += sound.opaqueEntries
    counts.uncheckedDigests += sound.uncheckedDigests
    if (isJson) counts.jsonBlocks += 1
    counts.revisions += sound.versions.length
    counts.checkedRevisions += sound.versions.length
    counts.statements += sound.statements
  }

  #count({ block, isJson, doubtful }: SourceBlock, report: ReturnType<ChainVerifier['add']>): void {
    const counts = this.#counts
    counts.opaqueEntries += report.opaqueEntries
    const hidden = Math.min(report.missingRevisions, report.opaqueRevisions)
    counts.missingRevisions += report.missingRevisions
    counts.revisions += report.missingRevisions - hidden
    counts.opaqueRevisions += report.opaqueRevisions - hidden
    counts.uncheckedDigests += report.uncheckedDigests
    if (isJson) counts.jsonDoubtfulRevisions += doubtful.length
    if (isJson) counts.jsonBlocks += 1
    try {
      const revisions = block.revisions ?? []
      counts.revisions += revisions.length
      counts.redactedRevisions += revisions.filter(({ dataHash }) => dataHash !== undefined).length
      counts.checkedRevisions += revisions.length - report.opaqueRevisions - report.wrongRevisions.size
      counts.statements += block.transactionInfo?.statements.length ?? 0
    } catch (error) {
      // A malformed block is a finding already.
      if (!(error instanceof LedgerError)) throw error
    }
  }

  #digest(): Digest | undefined {
    const last = this.#last
    if (last === undefined || this.#first?.blockAddress.sequenceNo !== 0) return undefined
    if (this.#tree.leafCount !== last.blockAddress.sequenceNo + 1) return undefined
    return { digest: this.#tree.root(), digestTipAddress: last.blockAddress }
  }

  /** Revisions without their block: all there is, or pieces of something that lacks others. */
  #judgeLone(): void {
    const { lone } = this.#findings
    if (this.blocks === 0 && lone.blocks > 0) return
    for (const { sequenceNo, file } of lone.places) {
      const message = `block ${sequenceNo}: the stream has revisions of it, but not the record of the block`
      this.#findings.add('doubtful', 'stream-record', message, { sequenceNo, file })
    }
  }

  /** One block's record of a stream by itself: its revisions are in records of their own. */
  #isLoneSummary(): boolean {
    const { streamFiles, blockFiles } = this.#files
    const isOne = this.blocks === 1 && streamFiles.length === 1 && blockFiles.length === 0
    return isOne && this.#findings.lone.blocks === 0 && this.#counts.checkedRevisions === 0
  }
}

const note = 'note' as const

/** What a block's record of a stream by itself lacks, and always does. */
const loneSummaryCodes: ReadonlySet<ExportFindingCode> = new Set<ExportFindingCode>([
  'stream-record',
  'revision-missing',
])
const noCodes: ReadonlySet<ExportFindingCode> = new Set()

function numberOf({ blockAddress }: Block): number {
  return blockAddress.sequenceNo
}

function placeOf(block: Block): BlockPlace {
  return {
    ...block.blockAddress,
    blockTimestamp: printTimestamp(block.blockTimestamp),
    blockHash: toBase64(block.blockHash),
  }
}
