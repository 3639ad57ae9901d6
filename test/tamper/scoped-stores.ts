import { writeFileSync } from 'node:fs'
import type { Value } from '../../src/values/value.ts'
import { merkle } from '../independent/hashes.ts'
import { type Artefact, type Case, type Outcome, type Verdict, verify } from './case.ts'
import { type CoverageRow, rowOf } from './coverage.ts'
import { StoreArtefact, type StoreSpec } from './store-cases.ts'
import { answersIn, ledgerKeys, type Record, recordsIn } from './store-file.ts'
import { field, hashIn } from './tree.ts'

/** A store that is checked with a flag that leaves something out; every edit of a store, and what may pass for that. */
export class ScopedStore implements Artefact {
  readonly isSlow = true
  readonly name: string
  readonly digest: string
  readonly unedited: Verdict
  readonly check: (paths: readonly string[], digest: string | undefined) => Promise<Outcome>
  readonly #base: StoreArtefact
  readonly #scope: Scope
  #folder = ''

  constructor(base: StoreArtefact, scope: Scope) {
    this.name = base.name
    this.digest = base.digest
    this.unedited = base.unedited
    this.check = (paths, digest) => verify(paths, digest, scope.flags)
    this.#base = base
    this.#scope = scope
  }

  prepare(folder: string): readonly string[] {
    return this.#base.prepare(folder)
  }

  *cases(): Generator<Case> {
    for (const one of this.#base.cases())
      yield {
        ...one,
        prepare: async (folder) => {
          this.#folder = folder
          return await one.prepare(folder)
        },
        excuse: async (withDigest) => {
          const changed = await this.#changes()
          // The same blocks may be stored in other bytes in another copy of the ledger; the digest covers both.
          const isBound = one.operation !== 'swap file' && changed.some((record) => this.#scope.isBound(record))
          return (await this.#excuseOf(changed, withDigest)) ?? (await one.excuse(withDigest || isBound))
        },
        // A rebuild that a changed block stopped leaves no tree, which is found before the block is read.
        judge: (outcome, withDigest) => (lacksTree(outcome) ? undefined : one.judge(outcome, withDigest)),
      }
  }

  async #excuseOf(changed: readonly Change[], withDigest: boolean): Promise<string | undefined> {
    const [only] = changed
    if (!withDigest && changed.length === 1 && only?.is === undefined && only?.key.equals(this.#lastBlock) === true)
      return this.#scope.cut
    // The identity counts the marks of an import.
    const isMarked = changed.some(({ key }) => isMark(key))
    const counted = isMarked ? changed.filter(({ key }) => key[0] !== ledgerKeys || key[1] !== identity) : changed
    for (const change of counted) if (!(await this.#scope.isLeftOut(change, this.#folder))) return undefined
    return changed.length === 0 ? undefined : this.#scope.row
  }

  get #lastBlock(): Buffer {
    return (
      this.#base.records.findLast(({ key }) => key[1] === journal && key.length === blockKeyBytes)?.key ?? Buffer.of()
    )
  }

  /** Records that are others than before the edit. */
  async #changes(): Promise<Change[]> {
    const keyed = (records: readonly Record[]) => new Map(records.map(({ key, value }) => [key.toString('hex'), value]))
    const [before, after] = [keyed(this.#base.records), keyed(await recordsIn(this.#folder))]
    const keys = new Set([...before.keys(), ...after.keys()])
    return [...keys].flatMap((hex) => {
      const [was, is] = [before.get(hex), after.get(hex)]
      const isSame = was !== undefined && is !== undefined && was.equals(is)
      return isSame ? [] : [{ key: Buffer.from(hex, 'hex'), was, is }]
    })
  }
}

function lacksTree({ findings }: Outcome): boolean {
  return findings.some(({ message }) => /node \d+ of level \d+ of the journal's tree is missing/.test(message))
}

interface Change {
  readonly key: Buffer
  readonly was: Buffer | undefined
  readonly is: Buffer | undefined
}

interface Scope {
  readonly flags: readonly string[]
  /** What the coverage table says of what is left out. */
  readonly row: string
  /** Why the last block may be gone where no later digest is given; absent where it shows. */
  readonly cut?: string
  /** A record that is checked against a digest without a second one. */
  isBound(change: Change): boolean
  isLeftOut(change: Change, folder: string): boolean | Promise<boolean>
}

/** Checked since a digest over its first blocks, which is worked out here without src. All marks must be on those. */
export async function storeSince(
  spec: StoreSpec,
  tip: number,
  saveAs: string,
  rows: readonly CoverageRow[],
): Promise<ScopedStore> {
  const base = await StoreArtefact.open({ ...spec, isDerivedLeftOut: true, unedited: 'verified' }, rows)
  const blocks = base.blocks.slice(0, tip + 1)
  const digest = merkle(blocks.map((block) => hashIn(field(block, 'blockHash')) as Uint8Array))
  const strand = field(field(blocks[0], 'blockAddress'), 'strandId') as Value & { readonly value: string }
  const digestTipAddress = `{strandId:"${strand.value}",sequenceNo:${tip}}`
  writeFileSync(saveAs, JSON.stringify({ digest: Buffer.from(digest).toString('base64'), digestTipAddress }))
  const blockNo = ({ key }: Change) => (key[1] === journal && key.length === blockKeyBytes ? key.readUIntBE(2, 6) : -1)
  return new ScopedStore(base, {
    flags: ['--since', saveAs],
    cut: 'cut at its end',
    row: leftOut(rows, "ledger's store, with `--since`"),
    isBound: (change) => blockNo(change) >= 0 && blockNo(change) <= tip,
    isLeftOut: (change) => {
      if (isMark(change.key)) return change.key.readUIntBE(2, 6) < tip
      return blockNo(change) === -1 ? !isTruth(change.key) : blockNo(change) < tip
    },
  })
}

/** Of derived data only a table's is compared. */
export async function storeOfTable(spec: StoreSpec, table: string, rows: readonly CoverageRow[]): Promise<ScopedStore> {
  const base = await StoreArtefact.open({ ...spec, isDerivedLeftOut: true }, rows)
  const number = numberOf(base.records, table)
  const answers = await answersIn(spec.folder, table)
  return new ScopedStore(base, {
    flags: ['--table', table],
    row: leftOut(rows, "ledger's store, with `--table`"),
    isBound: () => false,
    isLeftOut: async ({ key, was, is }, folder) => {
      if (isOfNobody(key)) return true
      if (key[0] !== ledgerKeys) return false
      switch (key[1]) {
        case journal:
          return key.length !== blockKeyBytes
        case 3:
          return true
        case 4:
        case 6:
        case 7:
          return ![0, number].includes(key.readUInt32BE(2))
        case 5:
          return [was, is].every((value) => value === undefined || ![0, number].includes(value.readUInt32BE(0)))
        case 10:
          return (await answersIn(folder, table)) === answers
        default:
          return false
      }
    },
  })
}

const journal = 2
const blockKeyBytes = 8

/** The store's own record, the identity, and marks of an import. */
const identity = 1
const mark = 11

function isMark(key: Buffer): boolean {
  return key[0] === ledgerKeys && key[1] === mark
}

function isTruth(key: Buffer): boolean {
  return !isOfNobody(key) && (key[0] !== ledgerKeys || key[1] === identity || key[1] === mark)
}

/** A key under which no ledger has a record, nor the store. */
function isOfNobody(key: Buffer): boolean {
  if (key[0] !== ledgerKeys) return !key.equals(Buffer.of(0))
  const [, kind = 0] = key
  return kind === 0 || kind > 11 || (kind === 1 && key.length > 2)
}

function leftOut(rows: readonly CoverageRow[], file: string): string {
  return rowOf(rows, file, [])?.unnoticed as string
}

/** A table's number is that of its document in the catalog. */
function numberOf(records: readonly Record[], table: string): number {
  const found = records.find(({ key, value }) => {
    const isOfCatalog = key[0] === ledgerKeys && key[1] === 6 && key.readUInt32BE(2) === 0
    return isOfCatalog && String(value).includes(table)
  })
  if (found === undefined) throw new Error(`the catalog has no table '${table}'`)
  return found.key.readUIntBE(6, 6)
}
