import { join } from 'node:path'
import { downConvert } from '../../src/journal/export-json.ts'
import { encodeIon } from '../../src/values/binary-writer.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import type { Value } from '../../src/values/value.ts'
import { type Artefact, type Case, fill } from './case.ts'
import type { CoverageRow } from './coverage.ts'
import { type Edit, editsOf, editsOfBlocks } from './edits.ts'
import { type Level, levels, recomputed } from './recompute.ts'
import { type Form, type JournalKind, JournalRules } from './journal-rules.ts'

export interface JournalSpec extends JournalKind {
  readonly name: string
  /** Each block as Ion text, or as JSON. */
  readonly texts: readonly string[]
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
  readonly #rules: JournalRules
  readonly #encoded = new Map<Value, Uint8Array>()

  constructor(spec: JournalSpec, rows: readonly CoverageRow[]) {
    this.#spec = spec
    this.name = spec.name
    this.digest = spec.digest
    this.#values = spec.texts.map((text) => parseIon(text))
    this.#rules = new JournalRules(spec, this.#values, rows)
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
    const excuse = (withDigest: boolean) => this.#rules.excuse(edit, level, withDigest)
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
      judge: (outcome) => this.#rules.judge(edit, level, outcome, excuse(true)),
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
}
