import { reportFindingsMax } from '../base/limits.ts'
import { isGap } from '../journal/verify.ts'
import type { FindingCode } from '../journal/finding-codes.ts'

/**
 * How bad a finding is. `tampered`: a hash does not fit, so something was changed after it was written. `doubtful`: a
 * thing is missing, unreadable or contradicts another that no hash covers. `note`: worth knowing, nothing is wrong.
 */
export type Severity = 'tampered' | 'doubtful' | 'note'

export type ExportFindingCode =
  | FindingCode
  | 'file-unreadable'
  | 'file-ignored'
  | 'file-missing'
  | 'file-unlisted'
  | 'file-name'
  | 'file-order'
  | 'manifest'
  | 'late-block'
  | 'copies-differ'
  | 'redacted-copy'
  | 'json-data'
  | 'stream-record'
  | 'starts-late'
  | 'documents-unchecked'
  | 'digest-not-covered'
  | 'evidence-unchecked'

export interface ExportFinding {
  readonly severity: Severity
  readonly code: ExportFindingCode
  /** One line, complete in itself. */
  readonly message: string
  /** The block at fault, where it is one. */
  readonly sequenceNo: number | undefined
  /** The file at fault, as it was named or found. */
  readonly file: string | undefined
}

/** Findings as they come: all are counted, the first `reportFindingsMax` of each severity are kept. */
export class FindingList {
  readonly #kept: ExportFinding[] = []
  readonly #counts: Record<Severity, number> = { tampered: 0, doubtful: 0, note: 0 }
  readonly #codes = new Map<ExportFindingCode, number>()
  /** Revisions of a stream whose block's record is not there, found whole: in how many blocks, and the first of these. */
  readonly lone = { revisions: 0, blocks: 0, places: [] as { sequenceNo: number; file: string }[] }

  add(
    severity: Severity,
    code: ExportFindingCode,
    message: string,
    where: { readonly sequenceNo?: number | undefined; readonly file?: string | undefined } = {},
  ): void {
    this.#counts[severity] += 1
    this.#codes.set(code, this.countOf(code) + 1)
    if (this.#counts[severity] > reportFindingsMax) return
    this.#kept.push({ severity, code, message, sequenceNo: where.sequenceNo, file: where.file })
  }

  /** A finding about an earlier block, put among those of its severity where it belongs. */
  insert(severity: Severity, code: ExportFindingCode, message: string, sequenceNo: number): void {
    const before = this.#kept.length
    this.add(severity, code, message, { sequenceNo })
    if (this.#kept.length === before) return
    const added = this.#kept.pop() as ExportFinding
    const at = this.#kept.findIndex((kept) => kept.severity === severity && (kept.sequenceNo ?? -1) > sequenceNo)
    this.#kept.splice(at === -1 ? this.#kept.length : at, 0, added)
  }

  get kept(): readonly ExportFinding[] {
    return this.#kept
  }

  /** Findings of one code, whatever their severity. */
  countOf(code: ExportFindingCode): number {
    return this.#codes.get(code) ?? 0
  }

  count(severity: Severity): number {
    return this.#counts[severity]
  }
}

/** Holds findings until they are released, in their order. */
export class FindingQueue extends FindingList {
  override readonly lone: FindingList['lone']
  readonly #target: FindingList
  #held: Parameters<FindingList['add']>[] = []
  /** How many there were in all. */
  total = 0
  #released = 0

  constructor(target: FindingList) {
    super()
    this.#target = target
    this.lone = target.lone
  }

  override add(...finding: Parameters<FindingList['add']>): void {
    this.#held.push(finding)
    this.total += 1
  }

  /** The first so many of all. */
  release(count: number): void {
    if (this.#held.length === 0 || count <= this.#released) return
    const released = this.#held.splice(0, count - this.#released)
    this.#released += released.length
    for (const finding of released) this.#target.add(...finding)
  }
}

/** Findings of the block checks that hashes have no part in. */
const contradictions: ReadonlySet<FindingCode> = new Set<FindingCode>([
  'gap',
  'strand',
  'revision-version',
  'block-time',
  'redaction',
])

export function severityOf(code: FindingCode): Severity {
  return contradictions.has(code) || isGap({ code }) ? 'doubtful' : 'tampered'
}
