import { join } from 'node:path'
import { downConvert } from '../../src/archive/export-json.ts'
import { decodeAllIon } from '../../src/values/binary-reader.ts'
import { encodeIon } from '../../src/values/binary-writer.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { list, nullOf, string, structOf, type Value } from '../../src/values/value.ts'
import { type Artefact, type Case, fill, importOutcome, type Verdict } from './case.ts'
import type { CoverageRow } from './coverage.ts'
import { type Edit, editsOf, editsOfBlocks } from './edits.ts'
import { typedTexts } from './json-edits.ts'
import { pairEditsOfBlocks } from './pair-edits.ts'
import { strayRecordsOf } from './stray-records.ts'
import { type Level, levels, recomputed } from './recompute.ts'
import { childrenOf, field, withField } from './tree.ts'
import { type Form, type JournalKind, JournalRules } from './journal-rules.ts'

export interface JournalSpec extends JournalKind {
  readonly name: string
  /** Each block as Ion text, or as JSON. */
  readonly texts: readonly string[]
  readonly digest: string
  /** The blocks as Ion text, from which the texts are made: there a forger recomputes hashes. */
  readonly ionTexts?: readonly string[]
  /** It is imported, also where that has to accept what can't be checked, and the ledger is verified. */
  readonly isImported?: 'strictly' | 'doubtfully'
  /** Verdict on it as it is. Default: verified. */
  readonly unedited?: Verdict
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
  readonly isLone: boolean
  readonly check: Artefact['check']
  readonly unedited: Verdict
  /** The blocks in which hashes are recomputed, where these are not the values of the file. */
  readonly #blocks: readonly Value[]
  readonly #rulesOfBlocks: JournalRules
  readonly #encoded = new Map<Value, Uint8Array>()

  constructor(spec: JournalSpec, rows: readonly CoverageRow[]) {
    this.#spec = spec
    this.name = spec.name
    this.digest = spec.digest
    this.#values = spec.texts.map((text) => parseIon(text))
    this.#rules = new JournalRules(spec, this.#values, rows)
    this.isLone = spec.isLone === true
    this.unedited = spec.unedited ?? 'verified'
    this.#blocks = (spec.ionTexts ?? []).map((text) => parseIon(text))
    const kind = { form: spec.form, isOwn: spec.isOwn }
    this.#rulesOfBlocks = new JournalRules(kind, this.#blocks, rows)
    const { isImported } = spec
    this.check = isImported && ((paths, digest) => importOutcome(paths, digest, isImported === 'doubtfully'))
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
    for (const edit of [...editsOf(this.#blocks), ...editsOfBlocks(this.#blocks)])
      for (const level of ['revision', 'block', 'tip'] as const) yield this.#recomputedCase(edit, level)
    const isConverted = this.#blocks.length > 0
    for (const edit of pairEditsOfBlocks(isConverted ? this.#blocks : this.#values))
      yield isConverted ? this.#recomputedCase(edit, 'none') : this.#case(edit, 'none')
    if (isStream) yield* this.#strayCases()
    if (form === 'binary' && !isStream) yield* this.#byteCases()
    if (form === 'json') yield* this.#typedCases()
  }

  /** A record more, of no block or revision that there is. */
  *#strayCases(): Generator<Case> {
    const records = this.#values
    for (const [what, stray] of strayRecordsOf(records))
      for (const at of [0, records.length]) {
        const values = records.toSpliced(at, 0, stray)
        yield this.#fixedCase('stray', `${what}, ${at === 0 ? 'before' : 'behind'} the others`, this.#bytesOf(values))
      }
  }

  /** Bits of the file, whatever they are of: types, lengths, names, values. */
  *#byteCases(): Generator<Case> {
    const bytes = this.#bytesOf(this.#values)
    for (let at = 0; at < bytes.length; at += bytesBetweenFlips) {
      const flipped = Buffer.from(bytes)
      flipped[at] = (flipped[at] as number) ^ (1 << ((at / bytesBetweenFlips) % 8))
      yield {
        ...this.#fixedCase('flip', `byte ${at}`, flipped),
        excuse: (isWithDigest) => this.#excuseOfFlip(flipped, isWithDigest),
      }
    }
  }

  /** A field of one block that no hash covers, or other bytes of the same values. */
  #excuseOfFlip(flipped: Uint8Array, isWithDigest: boolean): string | undefined {
    const after = decodeAllIon(flipped)
    if (after.length !== this.#values.length) return undefined
    const changed = this.#values.flatMap((value, index) => changedFields(value, after[index] as Value, index))
    const [first, ...more] = changed
    if (first === undefined) return 'other bytes of the same values'
    if (more.length > 0) return undefined
    const edit: Edit = { operation: 'change', ...first, variant: 1, make: () => this.#values }
    return this.#rules.excuse(edit, 'none', isWithDigest)
  }

  /** Ion's annotations and typed nulls in JSON, which has none. */
  *#typedCases(): Generator<Case> {
    for (const { index, names, variant, text, isPlainNull } of typedTexts(this.#values)) {
      const bytes = Buffer.concat(
        this.#values.map((value, at) => (at === index ? Buffer.from(`${text}\n`) : this.#encodedOf(value))),
      )
      const excuse = isPlainNull ? this.#rules.excuseOfNull(names) : undefined
      yield this.#fixedCase('type', `block ${index}, ${names.join('.')}, variant ${variant}`, bytes, excuse)
    }
  }

  #fixedCase(operation: string, what: string, bytes: Uint8Array, excuse?: string): Case {
    return {
      ...{ artefact: this.name, operation, level: 'none', what },
      prepare: (folder) => {
        fill(folder, { 'a.ion': bytes })
        return [join(folder, 'a.ion')]
      },
      excuse: () => excuse,
      judge: () => undefined,
    }
  }

  /** Hashes are recomputed in the blocks; then these are written as the file has them. */
  #recomputedCase(edit: Edit, level: Level): Case {
    return {
      ...this.#case(edit, level),
      prepare: (folder) => {
        const made = recomputed(this.#blocks, edit, level)
        if (made === undefined) return undefined
        this.#unedited ??= this.#bytesOf(this.#inFile(this.#blocks))
        const values = this.#inFile(made)
        return this.#bytesOf(values).equals(this.#unedited) ? undefined : this.#write(folder, values)
      },
      excuse: (withDigest) => this.#rulesOfBlocks.excuse(edit, level, withDigest),
      judge: () => undefined,
    }
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
      judge: (outcome) =>
        this.check === undefined ? this.#rules.judge(edit, level, outcome, excuse(true)) : undefined,
    }
  }

  /** As they come out unedited. */
  #unedited: Buffer | undefined

  #inFile(blocks: readonly Value[]): readonly Value[] {
    return this.#spec.isStream === true ? blocks.flatMap(recordsOf) : blocks
  }

  #bytesOf(values: readonly Value[]): Buffer {
    return Buffer.concat(values.map((value) => this.#encodedOf(value)))
  }

  #encodedOf(value: Value): Uint8Array {
    return this.#encoded.get(value) ?? encoded(this.#spec.form, value)
  }

  #write(folder: string, values: readonly Value[]): readonly string[] {
    fill(folder, { 'a.ion': this.#bytesOf(values) })
    return [join(folder, 'a.ion')]
  }

  #isChanged(values: readonly Value[]): boolean {
    return !this.#bytesOf(values).equals(this.#bytesOf(this.#values))
  }
}

/** Every so many, so that all kinds of bytes are among them. */
const bytesBetweenFlips = 7

/** Fields of a block that are others; of one with another set of fields the block itself. */
function changedFields(before: Value, after: Value, index: number): { index: number; names: string[] }[] {
  if (printIon(before) === printIon(after)) return []
  if (before.type !== 'struct' || after.type !== 'struct' || before.names.join() !== after.names.join())
    return [{ index, names: [] }]
  const isOther = (name: string) => printIon(field(before, name) as Value) !== printIon(field(after, name) as Value)
  return before.names.filter(isOther).map((name) => ({ index, names: [name] }))
}

/** Records of a stream for a block: its summary, and its revisions. */
function recordsOf(block: Value): Value[] {
  const revisions = childrenOf(field(block, 'revisions') ?? list([]))
  const summaries = revisions.map((revision) => {
    const id = field(field(revision, 'metadata'), 'id')
    const hash = field(revision, 'hash') ?? nullOf('null')
    return structOf(id === undefined ? { hash } : { hash, documentId: id })
  })
  const plain = withField(block, 'revisions', undefined)
  const summary = summaries.length === 0 ? plain : withField(plain, 'revisionSummaries', list(summaries))
  const details = revisions.filter((revision) => field(revision, 'metadata') !== undefined)
  return [
    recordOf('BLOCK_SUMMARY', summary),
    ...details.map((revision) => recordOf('REVISION_DETAILS', structOf({ tableInfo, revision }))),
  ]
}

const tableInfo = structOf({ tableName: string('Car'), tableId: string('x') })

function recordOf(type: string, payload: Value): Value {
  const arn = string('arn:aws:qldb:us-east-1:1:stream/aws/1')
  return structOf({ qldbStreamArn: arn, recordType: string(type), payload })
}
