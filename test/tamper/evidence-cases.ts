import { join } from 'node:path'
import { parseIon } from '../../src/values/text-reader.ts'
import type { Value } from '../../src/values/value.ts'
import { type Artefact, type Case, fill } from './case.ts'
import { type CoverageRow, isNothing, rowOf } from './coverage.ts'
import { type Edit, editsOf } from './edits.ts'
import { encoded } from './journal-cases.ts'
import type { Form } from './journal-rules.ts'
import { type Level, recomputedProof } from './recompute.ts'

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
}

export class EvidenceArtefact implements Artefact {
  readonly name: string
  readonly digest: string
  readonly isLone: boolean
  readonly #spec: EvidenceSpec
  readonly #value: Value
  readonly #rows: readonly CoverageRow[]

  constructor(spec: EvidenceSpec, rows: readonly CoverageRow[]) {
    this.#spec = spec
    this.name = spec.name
    this.digest = spec.digest
    this.isLone = spec.isLone === true
    this.#value = parseIon(spec.text)
    this.#rows = rows
  }

  prepare(folder: string): readonly string[] {
    if (this.#spec.subject !== undefined) return this.#spec.subject(folder)
    return this.#write(folder, this.#value)
  }

  *cases(): Generator<Case> {
    for (const edit of editsOf([this.#value])) for (const level of this.#spec.levels) yield this.#case(edit, level)
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
        const [made] = recomputedProof(edit, level) ?? []
        if (made === undefined || this.#isSame(made)) return undefined
        if (subject === undefined) return this.#write(folder, made)
        fill(edited, { 'a.ion': encoded(form, made) })
        return subject(folder)
      },
      excuse,
      judge: (outcome, withDigest) => {
        const isField = edit.names.at(-1) !== 'blockAddress'
        const isPlain =
          isField && edit.operation === 'change' && level === 'none' && subject === undefined && edit.names.length > 1
        const isCovered = form !== 'json' && file !== 'receipt' && excuse(withDigest) === undefined
        const isEnough = outcome.verdict === 'tampered' || outcome.verdict === 'refused' || !isPlain || !isCovered
        return isEnough ? undefined : `'${outcome.verdict}', expected 'tampered'`
      },
    }
  }

  #isSame(value: Value): boolean {
    return Buffer.compare(encoded(this.#spec.form, value), encoded(this.#spec.form, this.#value)) === 0
  }

  #write(folder: string, value: Value): readonly string[] {
    fill(folder, { 'a.ion': encoded(this.#spec.form, value) })
    return [join(folder, 'a.ion')]
  }

  #excuse(edit: Edit, level: Level, withDigest: boolean): string | undefined {
    if (edit.operation === 'remove' && level !== 'none' && edit.names.join('.') === 'revision.hash')
      return 'put back by the edit itself'
    if (this.#spec.isLone === true && edit.operation === 'duplicate' && edit.names.length === 1)
      return 'the same revision twice'
    if (level === 'tip' && !withDigest) return 'recomputed up to the tip'
    if (level !== 'none' && this.#spec.isLone === true) return 'a revision by itself, with its hash recomputed'
    const names = edit.names.filter((name, index) => index > 0 || !name.startsWith('['))
    const row = rowOf(this.#rows, this.#spec.file, names)
    if (row === undefined) return undefined
    const isPlace = edit.names.join('.') === 'revision.blockAddress'
    const isLeftOut = edit.operation === 'remove' && (edit.names.length === 1 || isPlace)
    if (isNothing(row)) return isLeftOut && row.unnoticed.includes('left out') ? row.unnoticed : undefined
    if (row.unnoticed.startsWith('everything, where none is given') && withDigest)
      return changesPresence(edit) ? row.unnoticed : undefined
    return row.unnoticed
  }
}

/** It is no longer there, or no longer of its form, so that it is not looked at; or it has a field more. */
function changesPresence({ operation, names, variant }: Edit): boolean {
  const isWhole = operation === 'remove' || operation === 'hash' || operation === 'annotate'
  return (
    isWhole ||
    (operation === 'change' &&
      names.length <= 2 &&
      variant <= 1 &&
      names.at(-1) !== 'Digest' &&
      names.at(-1) !== 'digest')
  )
}
