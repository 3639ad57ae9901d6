import { join } from 'node:path'
import { downConvert } from '../../src/journal/export-json.ts'
import { encodeIon } from '../../src/values/binary-writer.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import type { Value } from '../../src/values/value.ts'
import { type Artefact, type Case, fill, type Outcome } from './case.ts'
import { type CoverageRow, isNothing, rowOf } from './coverage.ts'
import { type Edit, editsOf, editsOfBlocks } from './edits.ts'
import { type Level, levels, recomputed } from './recompute.ts'
import { childrenOf, field } from './tree.ts'

export type Form = 'text' | 'binary' | 'json'

/** A journal in one form, and how its fields are covered. */
export interface JournalSpec {
  readonly name: string
  readonly form: Form
  readonly isOwn: boolean
  /** Each block as Ion text, or as JSON. */
  readonly texts: readonly string[]
  /** Stream records in place of blocks. */
  readonly isStream?: boolean
  readonly digest: string
}

export function encoded(form: Form, value: Value): Uint8Array {
  if (form === 'binary') return encodeIon(value)
  return Buffer.from(`${form === 'json' ? downConvert(value) : printIon(value)}\n`)
}

/** An export or an archive of a stream as one file. */
export class JournalArtefact implements Artefact {
  readonly name: string
  readonly digest: string
  readonly #spec: JournalSpec
  readonly #values: readonly Value[]
  readonly #rows: readonly CoverageRow[]
  readonly #encoded = new Map<Value, Uint8Array>()

  constructor(spec: JournalSpec, rows: readonly CoverageRow[]) {
    this.#spec = spec
    this.name = spec.name
    this.digest = spec.digest
    this.#rows = rows
    this.#values = spec.texts.map((text) => parseIon(text))
    for (const value of this.#values) this.#encoded.set(value, encoded(spec.form, value))
  }

  prepare(folder: string): readonly string[] {
    return this.#write(folder, this.#values)
  }

  *cases(): Generator<Case> {
    const { isStream = false, form } = this.#spec
    for (const edit of editsOf(this.#values))
      for (const level of isStream || form === 'json' ? (['none'] as const) : levels) yield this.#case(edit, level)
    for (const edit of editsOfBlocks(this.#values))
      for (const level of isStream || form === 'json' ? (['none'] as const) : (['none', 'block', 'tip'] as const))
        yield this.#case(edit, level)
  }

  #case(edit: Edit, level: Level): Case {
    const excuse = (withDigest: boolean) => this.#excuse(edit, level, withDigest)
    return {
      artefact: this.name,
      operation: edit.operation,
      level,
      what: `block ${edit.index}, ${edit.names.join('.')}, variant ${edit.variant}`,
      prepare: (folder) => {
        const made = recomputed(this.#values, edit, level)
        return made && this.#isChanged(made) ? this.#write(folder, made) : undefined
      },
      excuse,
      judge: (outcome) => this.#judge(edit, level, outcome, excuse(true)),
    }
  }

  #write(folder: string, values: readonly Value[]): readonly string[] {
    const parts = values.map((value) => this.#encoded.get(value) ?? encoded(this.#spec.form, value))
    fill(folder, { 'a.ion': Buffer.concat(parts) })
    return [join(folder, 'a.ion')]
  }

  #isChanged(values: readonly Value[]): boolean {
    const [before, after] = [this.#values, values].map((all) =>
      Buffer.concat(all.map((value) => this.#encoded.get(value) ?? encoded(this.#spec.form, value))),
    )
    return Buffer.compare(before as Buffer, after as Buffer) !== 0
  }

  #excuse(edit: Edit, level: Level, withDigest: boolean): string | undefined {
    const isTip = level === 'tip' || (level === 'block' && edit.index === this.#values.length - 1)
    if (!withDigest && isTip) return 'recomputed up to the tip'
    if (edit.operation === 'blocks' && level === 'none' && [1, 2].includes(edit.variant))
      return this.#excuseOf('export')
    if (edit.operation === 'reorder' && level !== 'tip' && isListOfHashes(edit.names))
      return this.#excuseOf('block, whoever made it')
    if (!withDigest && edit.isCut === true) return 'cut at its end or beginning'
    if (this.#spec.isStream === true) return this.#excuseOfRecord(edit, withDigest)
    const file = this.#spec.isOwn ? 'block made here (store, export)' : 'block made by AWS'
    const row = rowOf(this.#rows, file, edit.names)
    return row && !isNothing(row) && this.#holds(row, edit, withDigest) ? row.unnoticed : undefined
  }

  #excuseOf(file: string): string | undefined {
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
      case 'within that':
        return edit.operation !== 'everywhere' && (edit.variant !== 0 || field(block, 'transactionInfo') === undefined)
      default:
        throw new Error(`the drill does not know when this holds: '${unnoticed}'`)
    }
  }

  #judge(edit: Edit, level: Level, outcome: Outcome, excuse: string | undefined): string | undefined {
    const { verdict, findings } = outcome
    const isPlain = edit.operation === 'change' && level === 'none' && this.#spec.form !== 'json'
    if (verdict !== 'tampered')
      return isPlain && excuse === undefined && this.#mustShow(edit) ? `'${verdict}', expected 'tampered'` : undefined
    if (this.#spec.isStream === true || edit.operation !== 'change' || level !== 'none') return undefined
    const near = findings.filter(
      ({ block, code }) => block === edit.index || (code === 'malformed' && block !== undefined),
    )
    const named = findings.some(({ block }) => block !== undefined && Math.abs(block - edit.index) <= 1)
    if (!named && edit.index > 0) return `no finding names block ${edit.index}`
    const parts = this.#isHidden(edit) ? ['revisions-root'] : partsOf(edit.names)
    const isSmallest =
      this.#spec.form === 'json' ||
      parts === undefined ||
      near.some(({ code }) => parts.includes(code)) ||
      findings.some(({ code }) => code === 'malformed')
    return isSmallest
      ? undefined
      : `found ${findings.map(({ code }) => code).join(', ')}, expected ${parts.join(' or ')}`
  }

  /** Not where the change only makes something that can't be checked: a field more, a document that is not shown. */
  #mustShow({ names, variant }: Edit): boolean {
    if (this.#spec.isStream === true) return false
    const [top, , part] = names
    if (names.length === 1 && top === 'revisions') return false
    if (top === 'revisions' && (names.length === 2 || part === 'blockAddress')) return false
    return !(this.#spec.isOwn === false && top === 'blockAddress') && variant >= 0
  }
}

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
