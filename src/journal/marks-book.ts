import { LedgerError } from '../base/errors.ts'
import { reportFindingsMax } from '../base/limits.ts'
import type { Block } from './block.ts'
import type { ImportMarks } from './digest-file.ts'
import { type MarkedRevisions, MarksHash, marksRecordOf, sameMarks, type SavedMarks } from './import-marks.ts'
import type { SoundBlock } from './sound-block.ts'
import { type BlockReport, type Finding, findingOf } from './verify.ts'

/**
 * Decides about revisions whose hash does not fit in a journal that comes without its store: exports and ledgers at
 * endpoints. An import may have left them so. They are only not checked when exactly they are bound, by a later block that
 * records an import or by a saved digest; a mark on a block that was not made here needs no more than to be declared, since
 * nothing that could bind it is hashed. All others are findings, once it is known that nothing binds them.
 */
export class MarksBook {
  /** What the export or endpoint says is marked. */
  readonly declared: MarkedRevisions
  /** Whether revisions that are not declared may be found to be bound; else their findings stay at once. */
  readonly #takesUndeclared: boolean
  readonly #running = new MarksHash()
  /** Waiting for what binds them; then, those that nothing does. */
  #open: Waiting[] = []
  /** Found to be bound. */
  #settled: Waiting[] = []
  #first: number | undefined
  #last = -1
  #hasJson = false
  /** Revisions that could not be checked, found so far. */
  unchecked = 0
  #isDeclaredBound = false
  readonly #disputes: Finding[] = []

  constructor(declared: MarkedRevisions = new Map(), takesUndeclared = true) {
    this.declared = declared
    this.#takesUndeclared = takesUndeclared
  }

  /** Whether it is open what some revisions are. */
  get isOpen(): boolean {
    return this.#open.length > 0
  }

  /** A block that may be the record of an import must be read in full. */
  mayRecord({ statements, versions }: SoundBlock): boolean {
    return (this.isOpen || this.declared.size > 0) && statements === 1 && versions.length === 0
  }

  /** A block whose revisions all fit. */
  pass(sequenceNo: number): void {
    this.#first ??= sequenceNo
    this.#last = sequenceNo
  }

  /**
   * What stays of a block's findings for now. `unchecked` are the revisions that its check left out: declared ones, or such
   * as JSON took the types of.
   */
  take(block: Block, report: BlockReport, unchecked: readonly number[], isJson: boolean): Finding[] {
    const { sequenceNo } = block.blockAddress
    this.pass(sequenceNo)
    this.#readRecord(block)
    const held = [...report.wrongRevisions].filter(([, finding]) => finding === undefined || this.#takesUndeclared)
    const heldFindings = new Set(held.map(([, finding]) => finding))
    const found = report.findings.filter((finding) => !heldFindings.has(finding))
    for (const position of unchecked) {
      if (position < countOf(block)) continue
      const text = `a mark of an import names its revision ${position}, which it does not have`
      found.push(findingOf('mark', block, text))
    }
    for (const [position, finding] of held) {
      this.#running.add(sequenceNo, position)
      this.#hasJson ||= isJson && finding === undefined
      if (finding === undefined && isJson) continue
      if (finding === undefined && !report.isOwn) {
        this.unchecked += 1
        found.push(uncheckedFinding(sequenceNo, position))
      } else this.#open.push({ sequenceNo, position, ...this.#late(finding) })
    }
    return found
  }

  /** A saved digest that the blocks up to its tip, the last that was taken, have been found to give. */
  bind({ digestTipAddress, marks }: SavedMarks): void {
    if (marks === undefined) return
    const { sequenceNo } = digestTipAddress
    const found = this.#running.marks
    if (this.#agrees(marks, 0, sequenceNo)) this.#settle()
    else if (found.count > 0 && !this.#hasJson && this.#first === 0) {
      const text = `block ${sequenceNo}: ${found.count} revisions up to here do not have their hash, the saved digest counts ${marks.count}`
      this.#disputes.push({ code: 'mark', sequenceNo, message: text })
    }
  }

  /** What can only be said after the last block. */
  end(): Finding[] {
    const late = this.#open.map(lateFinding)
    const settled = this.#settled.map(({ sequenceNo, position }) => uncheckedFinding(sequenceNo, position))
    return [...late, ...settled, ...this.#disputes, ...this.#strayMarks()]
  }

  /** Only the first are held with their hashes. */
  #late(finding: Finding | undefined): Pick<Waiting, 'isDeclared' | 'finding'> {
    return { isDeclared: finding === undefined, finding: this.#open.length < reportFindingsMax ? finding : undefined }
  }

  #readRecord(block: Block): void {
    try {
      const record = marksRecordOf(block)
      if (record === undefined || !this.#agrees(record.marks, record.first, record.last)) return
      if (!this.#open.some(({ sequenceNo }) => sequenceNo < record.first)) this.#settle()
    } catch (error) {
      // The block's own check reports it.
      if (!(error instanceof LedgerError)) throw error
    }
  }

  /** Whether marks are those that were found up to here, or those declared, with none found beside them. */
  #agrees(marks: ImportMarks, first: number, last: number): boolean {
    if (sameMarks(this.#running.marks, marks)) return true
    const hash = new MarksHash()
    for (const [sequenceNo, positions] of this.declared) {
      if (sequenceNo >= first && sequenceNo <= last) for (const position of positions) hash.add(sequenceNo, position)
    }
    if (!sameMarks(hash.marks, marks)) return false
    this.#isDeclaredBound = true
    const declared = new Map([...this.declared].map(([sequenceNo, positions]) => [sequenceNo, new Set(positions)]))
    return this.#open.every((mark) => declared.get(mark.sequenceNo)?.has(mark.position) === true)
  }

  #settle(): void {
    this.unchecked += this.#open.length
    for (const mark of this.#open) this.#settled.push(mark)
    this.#open = []
  }

  /** Declared marks of blocks that are not there: an export that was cut has some, when something binds them. */
  #strayMarks(): Finding[] {
    if (this.#isDeclaredBound) return []
    for (const sequenceNo of this.declared.keys()) {
      if (sequenceNo >= (this.#first ?? 0) && sequenceNo <= this.#last) continue
      const text = `revisions of block ${sequenceNo} are marked as not checked by an import, but the block is not there`
      return [{ code: 'marks-unproven', sequenceNo, message: text }]
    }
    return []
  }
}

interface Waiting {
  readonly sequenceNo: number
  readonly position: number
  readonly isDeclared: boolean
  readonly finding: Finding | undefined
}

/** What a check says of a revision that an import could not check. */
export function uncheckedFinding(sequenceNo: number, position: number): Finding {
  const text = `revision ${position} came as JSON, which took the types of its data: its hash can't be checked`
  return { code: 'revision-unchecked', sequenceNo, message: `block ${sequenceNo}: ${text}` }
}

function lateFinding({ sequenceNo, position, isDeclared, finding }: Waiting): Finding {
  if (finding !== undefined) return finding
  const unbound = 'has the mark of an import, which no later block and no saved digest records'
  const text = `its revision ${position} ${isDeclared ? unbound : 'does not have its hash'}`
  return { code: isDeclared ? 'mark' : 'revision-hash', sequenceNo, message: `block ${sequenceNo}: ${text}` }
}

function countOf(block: Block): number {
  try {
    return block.revisions?.length ?? 0
  } catch (error) {
    if (error instanceof LedgerError) return 0
    throw error
  }
}
