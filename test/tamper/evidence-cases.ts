import { join } from 'node:path'
import { parseIon } from '../../src/values/text-reader.ts'
import type { Value } from '../../src/values/value.ts'
import { type Artefact, type Case, fill, type Verdict } from './case.ts'
import { type CoverageRow, isNothing, rowOf } from './coverage.ts'
import { type Edit, editsOf } from './edits.ts'
import { encoded } from './journal-cases.ts'
import { type TypedText, typedTexts } from './json-edits.ts'
import { type Form, JournalRules } from './journal-rules.ts'
import { pairEditsOfProof } from './pair-edits.ts'
import { type EvidencePlaces, type Level, recomputed, recomputedProof } from './recompute.ts'
import { field, withField } from './tree.ts'

/** A file with one struct: a proof, a receipt, a revision by itself, a digest. */
export interface EvidenceSpec {
  readonly name: string
  /** Its kind in the coverage table. */
  readonly file: string
  readonly form: Form
  readonly text: string
  readonly digest: string
  readonly levels: readonly Level[]
  /** A digest file: what is checked against it. */
  readonly subject?: (folder: string) => readonly string[]
  /** There is no proof, so it says the same with a digest and without. */
  readonly isLone?: boolean
  /** Default: `revision` and `proof`. */
  readonly places?: EvidencePlaces
  /** The text of the file. Default: the value's, in its form. */
  readonly print?: (value: Value) => string
  /** Kind of file and names for the coverage table of a field. Default: `file` and its names. */
  readonly rowOf?: (names: readonly string[]) => readonly [file: string, names: readonly string[]]
  /** Other files in its folder, which is checked as an export. */
  readonly beside?: Readonly<Record<string, Uint8Array>>
  /** Verdict on it as it is. Default: verified. */
  readonly unedited?: Verdict
  /** Name of a field that is a block. */
  readonly block?: { readonly name: string; readonly isOwn: boolean }
}

export class EvidenceArtefact implements Artefact {
  readonly name: string
  readonly digest: string
  readonly isLone: boolean
  readonly unedited: Verdict
  readonly #spec: EvidenceSpec
  readonly #value: Value
  readonly #rows: readonly CoverageRow[]
  readonly #block: { readonly value: Value; readonly rules: JournalRules } | undefined

  constructor(spec: EvidenceSpec, rows: readonly CoverageRow[]) {
    this.#spec = spec
    this.name = spec.name
    this.digest = spec.digest
    this.isLone = spec.isLone === true
    this.unedited = spec.unedited ?? 'verified'
    this.#value = parseIon(spec.text)
    this.#rows = rows
    const block = spec.block && field(this.#value, spec.block.name)
    if (block === undefined || spec.block === undefined) return
    const rules = new JournalRules({ form: 'text', isOwn: spec.block.isOwn }, [block], rows)
    this.#block = { value: block, rules }
  }

  prepare(folder: string): readonly string[] {
    if (this.#spec.subject !== undefined) return this.#spec.subject(folder)
    return this.#write(folder, this.#value)
  }

  *cases(): Generator<Case> {
    for (const edit of editsOf([this.#value])) for (const level of this.#spec.levels) yield this.#case(edit, level)
    yield* this.#partCases()
    const { places = { revision: ['revision'], proof: 'proof' }, form, print, subject } = this.#spec
    const [name, ...inside] = places.revision
    if (name !== undefined && inside.length === 0 && places.proof !== undefined)
      for (const edit of pairEditsOfProof(this.#value, name, places.proof)) yield this.#case(edit, 'none')
    if (form !== 'json' || subject !== undefined) return
    for (const typed of typedTexts([this.#value], print)) yield this.#typedCase(typed)
  }

  *#partCases(): Generator<Case> {
    const { subject, isLone } = this.#spec
    if (subject !== undefined || isLone === true || this.#block !== undefined) return
    for (const [variant, [name, text]] of madeUpParts.entries())
      yield this.#case(this.#withPart(name, text, variant), 'none')
  }

  /** A part of a proof file that somebody made up. */
  #withPart(name: string, text: string, variant: number): Edit {
    const make = () => [withField(this.#value, name, parseIon(text))]
    return { operation: 'add part', index: 0, names: [name], variant, make }
  }

  /** Ion's annotations and typed nulls in JSON, which has none. */
  #typedCase({ names, variant, text }: TypedText): Case {
    const edit: Edit = { operation: 'annotate', index: 0, names, variant, make: () => [this.#value] }
    return {
      ...{ artefact: this.name, operation: 'type', level: 'none', what: `${names.join('.')}, variant ${variant}` },
      prepare: (folder) => this.#writeText(folder, Buffer.from(text)),
      excuse: (withDigest) => this.#excuse(edit, 'none', withDigest),
      judge: () => undefined,
    }
  }

  #case(edit: Edit, level: Level): Case {
    const { subject, file, form, digest } = this.#spec
    const edited = `${digest}.edited`
    const excuse = (withDigest: boolean) => this.#excuse(edit, level, withDigest)
    return {
      ...{ artefact: this.name, operation: edit.operation, level },
      what: `${edit.names.join('.')}, variant ${edit.variant}`,
      ...(subject === undefined ? {} : { digest: join(edited, 'a.ion') }),
      prepare: (folder) => {
        const made = this.#made(edit, level)
        if (made === undefined || this.#isSame(made)) return undefined
        if (subject === undefined) return this.#write(folder, made)
        fill(edited, { 'a.ion': this.#bytes(made) })
        return subject(folder)
      },
      excuse,
      judge: (outcome, withDigest) => {
        // A proof for another tip can't be compared: that is a gap.
        const isField = edit.names.at(-1) !== 'blockAddress' && edit.names[0] !== 'digestTipAddress'
        const isPlain =
          isField &&
          edit.operation === 'change' &&
          level === 'none' &&
          subject === undefined &&
          edit.names.length > (file === 'stream record' ? 2 : 1)
        const isCovered =
          form !== 'json' &&
          file !== 'receipt' &&
          this.#spec.beside === undefined &&
          this.unedited === 'verified' &&
          this.#block === undefined &&
          excuse(withDigest) === undefined
        const isEnough = outcome.verdict === 'tampered' || outcome.verdict === 'refused' || !isPlain || !isCovered
        return isEnough ? undefined : `'${outcome.verdict}', expected 'tampered'`
      },
    }
  }

  #made(edit: Edit, level: Level): Value | undefined {
    const name = this.#spec.block?.name
    if (name === undefined || level === 'none' || this.#block === undefined) {
      const { places = { revision: ['revision'], proof: 'proof' } } = this.#spec
      return recomputedProof(edit, level, places)?.[0]
    }
    if (edit.names[0] !== name || edit.names.length === 1) return undefined
    const [file] = edit.make()
    const block = field(file, name)
    if (block === undefined) return undefined
    const ofBlock = { ...edit, names: edit.names.slice(1), make: () => [block] }
    const [sealed] = recomputed([this.#block.value], ofBlock, level) ?? []
    return sealed && withField(file as Value, name, sealed)
  }

  /** Whether a digest stands beside the proof. */
  get #hasDigest(): boolean {
    return field(this.#value, 'digest') !== undefined || field(this.#value, 'LedgerDigest') !== undefined
  }

  #bytes(value: Value): Buffer {
    const { print, form } = this.#spec
    return Buffer.from(print === undefined ? encoded(form, value) : print(value))
  }

  #isSame(value: Value): boolean {
    return this.#bytes(value).equals(this.#bytes(this.#value))
  }

  #write(folder: string, value: Value): readonly string[] {
    return this.#writeText(folder, this.#bytes(value))
  }

  #writeText(folder: string, bytes: Uint8Array): readonly string[] {
    const { beside } = this.#spec
    fill(folder, { ...beside, 'a.ion': bytes })
    return [beside === undefined ? join(folder, 'a.ion') : folder]
  }

  #excuse(edit: Edit, level: Level, withDigest: boolean): string | undefined {
    // The digest beside it proves nothing, and the report says so.
    if (this.unedited !== 'verified' && edit.names[0] === '[1]') return 'incomplete as it is'
    const names = edit.names.filter((name, index) => index > 0 || !name.startsWith('['))
    const path = names.join('.').toLowerCase()
    if (edit.operation === 'remove' && level !== 'none' && /(^|\.)revision\.hash$|^hash$/.test(path))
      return 'put back by the edit itself'
    if (this.#spec.isLone === true && edit.operation === 'duplicate' && edit.names.length === 1)
      return 'the same revision twice'
    if (level === 'tip' && !withDigest) return 'recomputed up to the tip'
    // The other readings of a hash are recomputed, too.
    const isRecomputed = level !== 'none' || edit.operation === 'pair'
    if (isRecomputed && this.#spec.isLone === true) return 'a revision by itself, with its hash recomputed'
    if (this.#spec.beside !== undefined && path.startsWith('proof') && (names.length === 1 || !this.#hasDigest))
      return rowOf(this.#rows, 'answer or receipt among the files of an export', ['proof'])?.unnoticed
    const [file, inTable] = this.#spec.rowOf?.(names) ?? [this.#spec.file, names]
    if (isRecomputed && !withDigest && file === plainAnswer) return 'recomputed, and no digest is given'
    if (this.#block !== undefined && names[0] === this.#spec.block?.name && names.length > 1) {
      const ofBlock = { ...edit, index: 0, names: names.slice(1) }
      return this.#block.rules.excuse(ofBlock, level, withDigest)
    }
    const isDouble = edit.operation === 'duplicate' && edit.variant === 0
    const isItem = edit.names.length === 1 && edit.names[0]?.startsWith('[') === true
    if (isDouble && (isItem || (names.length > 0 && inTable.length === 0))) return 'the same twice, each checked'
    const row = rowOf(this.#rows, file, inTable)
    if (row === undefined) return undefined
    if (/(?:where|if) no digest is given$/.test(row.unnoticed) && withDigest) return undefined
    const isPlace = path === 'revision.blockaddress'
    const isLeftOut = edit.operation === 'remove' && (edit.names.length === 1 || isPlace)
    // A deletion's proof needs them.
    if (this.#spec.file === 'proof file' && path.startsWith('blockrevisions')) return undefined
    if (isNothing(row)) return isLeftOut && row.unnoticed.includes('a missing part') ? row.unnoticed : undefined
    if (/^everything(?:, where none| if no digest) is given/.test(row.unnoticed) && withDigest)
      return changesPresence({ ...edit, names: inTable }) ? row.unnoticed : undefined
    return row.unnoticed
  }
}

const noHash = `{{${'A'.repeat(43)}=}}`
const madeUpParts = [
  ['blockHead', `{transactionId:"x",blockTimestamp:1999-01-01T00:00:00Z,entriesHashList:[${noHash}]}`],
  ['transactionInfo', '{statements:[],documents:{}}'],
  ['entriesHashList', `[${noHash}]`],
  ['blockRevisions', '[]'],
] as const

/** The row of an answer as AWS's tools print it. */
export const plainAnswer = "answer of GetBlock or GetRevision, as AWS's tools print it"

/** It is no longer there, or no longer of its form, so that it is not looked at; or it has a field more. */
function changesPresence({ operation, names, variant }: Edit): boolean {
  const isWhole = operation === 'remove' || operation === 'hash' || operation === 'annotate'
  return (
    isWhole ||
    (operation === 'change' &&
      names.length <= 2 &&
      variant === 1 &&
      names.at(-1) !== 'Digest' &&
      names.at(-1) !== 'digest')
  )
}
