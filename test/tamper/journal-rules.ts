import { printTimestamp } from '../../src/values/timestamp.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import type { Value } from '../../src/values/value.ts'
import type { Outcome } from './case.ts'
import { type CoverageRow, isNothing, rowOf } from './coverage.ts'
import type { Edit } from './edits.ts'
import type { Level } from './recompute.ts'
import { childrenOf, field, hashIn } from './tree.ts'

export type Form = 'text' | 'binary' | 'json'

/** A journal in one form, and how its fields are covered. */
export interface JournalKind {
  readonly form: Form
  readonly isOwn: boolean
  /** Stream records in place of blocks. */
  readonly isStream?: boolean
  /** One record of a stream: no digest is of it, and its revisions are not there. */
  readonly isLone?: boolean
}

/** Which edits of a journal may be verified all the same, by the table of docs/verify.md, and what the others must show. */
export class JournalRules {
  readonly #spec: JournalKind
  readonly #values: readonly Value[]
  readonly #rows: readonly CoverageRow[]

  constructor(spec: JournalKind, values: readonly Value[], rows: readonly CoverageRow[]) {
    this.#spec = spec
    this.#values = values
    this.#rows = rows
  }

  excuse(edit: Edit, level: Level, withDigest: boolean): string | undefined {
    const isTip = level === 'tip' || (level === 'block' && edit.index === this.#values.length - 1)
    if (!withDigest && isTip) return 'recomputed up to the tip'
    if (edit.operation === 'blocks' && level === 'none' && [1, 2].includes(edit.variant)) return this.excuseOf('export')
    const names = edit.names[0] === 'payload' ? edit.names.slice(1) : edit.names
    const previous = field(this.#values[0], 'previousBlockHash')
    const isEmpty = hashIn(previous)?.length === 0 || (previous?.type === 'string' && previous.value === '')
    const isNone = isEmpty && ['remove', 'change'].includes(edit.operation)
    if (isNone && edit.index === 0 && names.join() === 'previousBlockHash')
      return rowOf(this.#rows, 'block, whoever made it', names)?.unnoticed
    if (edit.operation === 'reorder' && edit.names[1] === 'documents')
      return rowOf(this.#rows, 'block made here (store, export)', ['revisions'])?.unnoticed
    if (edit.operation === 'fold' && !this.#spec.isOwn && this.#foldsHidden(edit))
      return rowOf(this.#rows, 'block made by AWS', ['hash'])?.unnoticed
    if (edit.operation === 'pair' && !this.#spec.isOwn) return this.#excuseOfPair(edit)
    if (edit.operation === 'reorder' && !this.#spec.isOwn && isListOfHashes(edit.names))
      return this.excuseOf('block, whoever made it')
    if (!withDigest && edit.isCut === true) return 'cut at its end or beginning'
    if (this.#spec.isStream === true) return this.#excuseOfRecord(edit, withDigest)
    const file = this.#spec.isOwn ? 'block made here (store, export)' : 'block made by AWS'
    const row = rowOf(this.#rows, file, edit.names)
    return row && !isNothing(row) && this.#holds(row, edit, withDigest) ? row.unnoticed : undefined
  }

  /** Only revisions of QLDB's own catalog are joined: those of documents are all there. */
  #foldsHidden({ index, names, make }: Edit): boolean {
    const shown = childrenOf(field(make()[index], 'revisions') ?? nothing)
    const before = childrenOf(field(this.#values[index], 'revisions') ?? nothing)
    const isThere = (one: Value) => field(one, 'metadata') === undefined || shown.includes(one)
    return names.join() === 'revisions' && before.every(isThere)
  }

  /** Of another reading of a hash in a block of AWS's. */
  #excuseOfPair({ names, restores = false }: Edit): string | undefined {
    const field = restores ? 'dataHash' : names[0] === 'transactionInfo' ? 'documents' : undefined
    return field && rowOf(this.#rows, 'block made by AWS', [field])?.unnoticed
  }

  /** Of a null in JSON where a revision has no such field. */
  excuseOfNull(names: readonly string[]): string | undefined {
    const isRevision = names.length === 2 && names[0] === 'revisions'
    return isRevision ? rowOf(this.#rows, 'block from JSON', ['null'])?.unnoticed : undefined
  }

  excuseOf(file: string): string | undefined {
    return rowOf(this.#rows, file, [])?.unnoticed
  }

  /** A revision of QLDB's own catalog. */
  #isHidden({ index, names }: Edit): boolean {
    if (names[0] !== 'revisions' || names.length < 2) return false
    const revision = childrenOf(field(this.#values[index], 'revisions') ?? nothing)[Number(names[1]?.slice(1, -1))]
    return field(revision, 'metadata') === undefined
  }

  /** Records come at least once and in any order. */
  #excuseOfRecord(edit: Edit, withDigest: boolean): string | undefined {
    const isOfSummary = this.#spec.isLone === true && edit.names[1] === 'revisionSummaries'
    if (isOfSummary && (edit.names.at(-1) === 'documentId' || (edit.names.length === 3 && edit.operation === 'hash')))
      return rowOf(this.#rows, 'stream record', ['documentId'])?.unnoticed
    const isPlace = ['blockAddress', 'transactionId'].includes(edit.names[1] ?? '')
    if (this.#spec.isLone === true && isPlace && edit.operation === 'change')
      return rowOf(this.#rows, 'stream record', edit.names.slice(1))?.unnoticed
    const row = rowOf(this.#rows, 'stream record', edit.names)
    if (row !== undefined && !isNothing(row)) return row.unnoticed
    const isSwap =
      edit.operation === 'move' && edit.variant === 0 && ['payload', 'payload.revision'].includes(edit.names.join('.'))
    if (isSwap || (edit.operation === 'blocks' && (edit.variant === 1 || edit.variant === 2)))
      return 'records come in any order'
    const names = edit.names.slice(1)
    const block = rowOf(this.#rows, 'block made by AWS', names)
    const record = field(this.#values[edit.index], 'payload')
    if (names[0] === 'revision' || block === undefined || isNothing(block) || record === undefined) return undefined
    return this.#holds(block, edit, withDigest, record) ? block.unnoticed : undefined
  }

  /** Whether what a row says in words holds for the edit. */
  #holds({ unnoticed }: CoverageRow, edit: Edit, withDigest: boolean, block = this.#values[edit.index]): boolean {
    switch (unnoticed) {
      case 'the strand in all blocks at once, without a saved digest':
        return edit.operation === 'everywhere' && edit.variant === 0 && !withDigest
      case 'in a block without revisions':
        return childrenOf(field(block, 'revisions') ?? field(block, 'revisionSummaries') ?? block ?? nothing).every(
          (revision) => field(revision, 'metadata') === undefined && field(revision, 'documentId') === undefined,
        )
      case withinThat:
        if (edit.operation === 'everywhere') return keepsToHashedTimes(edit.make())
        return edit.variant !== 0 || field(block, 'transactionInfo') === undefined
      default:
        throw new Error(`the drill does not know when this holds: '${unnoticed}'`)
    }
  }

  judge(edit: Edit, level: Level, outcome: Outcome, excuse: string | undefined): string | undefined {
    const { verdict, findings } = outcome
    const isPlain = edit.operation === 'change' && level === 'none' && this.#spec.form !== 'json'
    if (verdict !== 'tampered')
      return isPlain && excuse === undefined && this.#mustShow(edit) ? `'${verdict}', expected 'tampered'` : undefined
    if (this.#spec.isStream === true || edit.operation !== 'change' || level !== 'none') return undefined
    const near = findings.filter(
      ({ block, code }) => block === edit.index || (code.endsWith('malformed') && block !== undefined),
    )
    const named = findings.some(({ block }) => block !== undefined && Math.abs(block - edit.index) <= 1)
    if (!named && edit.index > 0) return `no finding names block ${edit.index}`
    const parts = this.#isHidden(edit) ? ['revisions-root'] : partsOf(edit.names)
    const isSmallest =
      this.#spec.form === 'json' ||
      parts === undefined ||
      near.some(({ code }) => parts.includes(code)) ||
      findings.some(({ code }) => code.endsWith('malformed'))
    return isSmallest
      ? undefined
      : `found ${findings.map(({ code }) => code).join(', ')}, expected ${parts.join(' or ')}`
  }

  /** Not where the change only makes something that can't be checked: a field more, a document that is not shown. */
  #mustShow({ names, variant }: Edit): boolean {
    if (this.#spec.isStream === true) return false
    const [top, , part] = names
    if (names.length === 1 && (top === 'revisions' || (top === 'blockAddress' && variant === 0))) return false
    if (top === 'revisions' && (names.length === 2 || part === 'blockAddress')) return false
    return !(this.#spec.isOwn === false && top === 'blockAddress') && variant >= 0
  }
}

/** The row of a block's time. */
const withinThat =
  "the time within those limits, and its notation; in a block without hashed times (a block 0 without content), any time before the next block's"

/** Of a block, or of the block in a stream's record. */
function isListOfHashes(names: readonly string[]): boolean {
  const list = names[0] === 'payload' ? names[1] : names[0]
  const isWhole = names.length === (names[0] === 'payload' ? 2 : 1)
  return isWhole && ['entriesHashList', 'revisions', 'revisionSummaries'].includes(list ?? '')
}

const nothing = parseIon('null')

/** Codes of the smallest hashed part that a field belongs to. */
function partsOf([top, , part]: readonly string[]): string[] | undefined {
  switch (top) {
    case 'revisions':
      if (part === undefined || part === 'blockAddress') return undefined
      return ['revision-hash']
    case 'transactionInfo':
      return ['transaction-info']
    case 'redactionInfo':
      return ['redaction-info']
    case 'entriesHash':
      return ['entries-hash']
    case 'blockHash':
      return ['block-hash']
    case 'previousBlockHash':
      return ['previous-hash', 'block-hash']
    default:
      return undefined
  }
}

/** Whether the times of all blocks are at most 30 s after the hashed times in them, and none goes back. */
function keepsToHashedTimes(blocks: readonly Value[]): boolean {
  let before = Number.NEGATIVE_INFINITY
  return blocks.every((block) => {
    const time = millisecondsOf(field(block, 'blockTimestamp'))
    const isNext = time !== undefined && time >= before
    before = time ?? before
    return isNext && hashedTimes(block).every((one) => one <= time && time - one <= 30_000)
  })
}

function hashedTimes(block: Value): readonly number[] {
  const statements = childrenOf(field(field(block, 'transactionInfo') ?? nothing, 'statements') ?? nothing)
  const revisions = childrenOf(field(block, 'revisions') ?? nothing)
  const times = [
    ...statements.map((one) => field(one, 'startTime')),
    ...revisions.map((one) => field(field(one, 'metadata') ?? nothing, 'txTime')),
  ]
  return times.flatMap((time) => millisecondsOf(time) ?? [])
}

function millisecondsOf(value: Value | undefined): number | undefined {
  if (value?.type !== 'timestamp') return undefined
  const ms = Date.parse(printTimestamp(value).replace(/-00:00$/, 'Z'))
  return Number.isNaN(ms) ? undefined : ms
}
