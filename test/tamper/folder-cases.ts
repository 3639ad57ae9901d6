import { basename, dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parseIon } from '../../src/values/text-reader.ts'
import { decodeAllIon } from '../../src/values/binary-reader.ts'
import { list, type Value } from '../../src/values/value.ts'
import { type Artefact, type Case, fill } from './case.ts'
import { type CoverageRow, rowOf } from './coverage.ts'
import { editsOf } from './edits.ts'
import { archivesOf, isPacked } from './gzip-edits.ts'
import { encoded } from './journal-cases.ts'
import type { Form } from './journal-rules.ts'
import { childrenOf, field, withField } from './tree.ts'

type Files = Readonly<Record<string, Buffer>>

/** A folder of an export: files of blocks, and manifests. */
export interface FolderSpec {
  readonly name: string
  readonly form: Form
  readonly files: Files
  /** Each block as it stands in a file. */
  readonly blocks: readonly Buffer[]
  readonly digest: string
  /** A file of blocks of another ledger, a digest of it, and one that somebody made up of this one. */
  readonly foreign: { readonly blocks: Buffer; readonly digest: string; readonly forgedDigest: string }
  /** Proofs and answers that say of one of the blocks what it does not. */
  readonly forgedEvidence: Readonly<Record<string, string>>
}

/** Whole files removed, truncated, swapped, doubled, renamed and put in; manifests edited. */
export class FolderArtefact implements Artefact {
  readonly name: string
  readonly digest: string
  readonly #spec: FolderSpec
  readonly #rows: readonly CoverageRow[]
  /** Without the end of their line, which need not be there. */
  readonly #blocks: readonly Buffer[]

  constructor(spec: FolderSpec, rows: readonly CoverageRow[]) {
    this.#blocks =
      spec.form === 'binary' ? spec.blocks : spec.blocks.map((block) => block.subarray(0, block.length - 1))
    this.name = spec.name
    this.digest = spec.digest
    this.#spec = spec
    this.#rows = rows
  }

  prepare(folder: string): readonly string[] {
    fill(folder, this.#spec.files)
    return [folder]
  }

  *cases(): Generator<Case> {
    const { files } = this.#spec
    const names = Object.keys(files)
    for (const name of names) {
      const { [name]: content = Buffer.alloc(0), ...others } = files
      yield this.#case('remove file', name, others)
      if (!isManifest(name))
        yield this.#case('remove file', `${name}, and from the manifest`, this.#unlisted(others, name))
      yield* this.#truncations(name, content)
      for (const other of names) {
        if (other <= name) continue
        yield this.#case('swap files', `${name} and ${other}`, {
          ...files,
          [name]: files[other] as Buffer,
          [other]: content,
        })
      }
      for (const copy of ['copy.ion', 'copy.bin', `later/${basename(name)}`, moved(name, 50)])
        yield this.#case('duplicate file', `${name} as ${copy}`, { ...files, [copy]: content })
      for (const renamed of [
        'renamed.ion',
        'renamed.txt',
        `.hidden/${basename(name)}`,
        moved(name, 1),
        moved(name, -1),
      ])
        yield this.#case('rename file', `${name} to ${renamed}`, { ...others, [renamed]: content })
      // A packed file is short, and each bit of it stands for much.
      for (let at = 3; at < content.length; at += isPacked(content) ? 19 : 211) {
        const changed = Buffer.from(content)
        changed[at] = (changed[at] as number) ^ (1 << (at % 7))
        yield this.#case('change file', `${name}, byte ${at}`, { ...files, [name]: changed })
      }
      if (isManifest(name)) yield* this.#manifestCases(name, content)
      else {
        for (const [what, changed] of isPacked(content) ? archivesOf(content, this.#spec.foreign.blocks) : [])
          yield this.#case('change archive', `${name}: ${what}`, { ...files, [name]: changed })
        const { blocks, digest, forgedDigest } = this.#spec.foreign
        yield this.#case('swap files', `${name} for another ledger's`, { ...files, [name]: blocks })
        yield this.#case('add file', `beside ${name}, blocks of another ledger`, { ...files, 'x.ion': blocks })
        yield this.#case('add file', 'a digest of another ledger', { ...files, 'x.ion.txt': Buffer.from(digest) })
        yield this.#case('add file', 'a forged digest', { ...files, 'x.ion.txt': Buffer.from(forgedDigest) })
      }
    }
    for (const [what, text] of Object.entries(this.#spec.forgedEvidence))
      yield this.#case('add file', what, { ...files, 'x.ion': Buffer.from(text) })
    yield this.#case('remove file', 'both manifests', Object.fromEntries(blockFilesOf(files)))
  }

  *#truncations(name: string, content: Buffer): Generator<Case> {
    const ends = this.#spec.blocks.map((block) => content.indexOf(block) + block.length).filter((end) => end > 0)
    const lengths = [0, 1, 3, Math.floor(content.length / 2), content.length - 2, content.length - 1, ...ends]
    for (const length of new Set(lengths.filter((each) => each >= 0 && each < content.length))) {
      const shorter = { ...this.#spec.files, [name]: content.subarray(0, length) }
      yield this.#case('truncate file', `${name}, ${length} bytes`, shorter)
      if (!isManifest(name)) {
        const behind = { ...this.#spec.files, [name]: content.subarray(length) }
        yield this.#case('truncate file', `${name}, without its first ${length} bytes`, behind)
      }
    }
  }

  *#manifestCases(name: string, content: Buffer): Generator<Case> {
    const { files, form } = this.#spec
    const value = this.#valueOf(content)
    for (const edit of editsOf([value])) {
      const [made] = edit.make()
      const changed = Buffer.from(encoded(form, made as Value))
      const what = `${basename(name)}, ${edit.names.join('.')}, variant ${edit.variant}`
      if (!changed.equals(content))
        yield this.#case(`${edit.operation} in manifest`, what, { ...files, [name]: changed })
    }
  }

  #valueOf(content: Buffer): Value {
    return this.#spec.form === 'binary' ? (decodeAllIon(content)[0] as Value) : parseIon(content.toString())
  }

  #unlisted(files: Files, name: string): Files {
    const out: Record<string, Buffer> = { ...files }
    for (const [manifest, content] of Object.entries(files)) {
      const value = isManifest(manifest) ? this.#valueOf(content) : undefined
      const keys = value && field(value, 'keys')
      if (value === undefined || keys === undefined) continue
      const left = childrenOf(keys).filter((key) => key.type !== 'string' || !key.value.endsWith(basename(name)))
      out[manifest] = Buffer.from(encoded(this.#spec.form, withField(value, 'keys', list(left))))
    }
    return out
  }

  #case(operation: string, what: string, files: Files): Case {
    return {
      artefact: this.name,
      operation,
      level: 'none',
      what,
      prepare: (folder) => {
        fill(folder, files)
        return [folder]
      },
      excuse: (withDigest) => this.#excuse(files, withDigest),
      judge: () => undefined,
    }
  }

  /** All blocks are there as they were, whatever the files are called; or the export is shorter, and nothing says so. */
  #excuse(files: Files, withDigest: boolean): string | undefined {
    const named = Object.entries(files).filter(([name]) => !name.endsWith('.ion.txt'))
    const seen = named.map(([name, content]) => [name, unpacked(content)] as const)
    const present = seen.filter(([name, content]) => !this.#isManifestLike(name, content))
    const isThere = this.#blocks.map((block) => present.some(([, content]) => content.includes(block)))
    const strays = present.filter(([, content]) => this.#isStray(content))
    const isWhole = isThere.every(Boolean) && strays.length === 0
    const listed = seen.flatMap(([, content]) => this.#keysIn(content))
    const lacksListed = listed.some((key) => !present.some(([name]) => basename(name, '.gz') === basename(key)))
    if (lacksListed) return undefined
    if (isWhole) return rowOf(this.#rows, 'manifests of an export, names of files', ['keys'])?.unnoticed
    const [first, last] = [isThere.indexOf(true), isThere.lastIndexOf(true)]
    const isPart = first !== -1 && isThere.slice(first, last + 1).every(Boolean)
    return !withDigest && isPart && strays.length === 0 ? 'cut at its end or beginning' : undefined
  }

  /** By its name, unless blocks were put into it, or by what is in it. */
  #isManifestLike(name: string, content: Buffer): boolean {
    if (isManifest(name) && !this.#blocks.some((block) => content.includes(block))) return true
    const isOne = Object.entries(this.#spec.files).some(
      ([other, one]) => isManifest(other) && unpacked(one).equals(content),
    )
    return isOne || this.#keysIn(content).length > 0
  }

  #keysIn(content: Buffer): string[] {
    try {
      return childrenOf(field(this.#valueOf(content), 'keys') as Value).flatMap((key) =>
        key.type === 'string' ? [key.value] : [],
      )
    } catch {
      return []
    }
  }

  /** Something is in it that is no block of the export. */
  #isStray(content: Buffer): boolean {
    let rest = content.toString('latin1')
    for (const block of this.#blocks) rest = rest.split(block.toString('latin1')).join('')
    return rest.replaceAll('\u00e0\u0001\u0000\u00ea', '').trim() !== ''
  }
}

/** What is in an archive; of a damaged one, itself. */
function unpacked(content: Buffer): Buffer {
  try {
    return isPacked(content) ? gunzipSync(content) : content
  } catch {
    return content
  }
}

function isManifest(name: string): boolean {
  return name.endsWith('.manifest')
}

function blockFilesOf(files: Files): [string, Buffer][] {
  return Object.entries(files).filter(([name]) => !isManifest(name))
}

/** The name with another range of blocks in it. */
function moved(name: string, by: number): string {
  const base = basename(name).replace(
    /\.(\d+)-(\d+)\./,
    (_, first, last) => `.${Number(first) + by}-${Number(last) + by}.`,
  )
  return join(dirname(name), base === basename(name) ? `${by}${base}` : base)
}
