import { copyFileSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { blockKey, describeKey, doubtKey, identityKey, summaryKey } from '../../src/ledger/keys.ts'
import type { Identity, Origin } from '../../src/ledger/records.ts'
import { decodeAllIon } from '../../src/values/binary-reader.ts'
import { encodeIon } from '../../src/values/binary-writer.ts'
import { int, type Value } from '../../src/values/value.ts'
import type { Artefact, Case, Outcome, Verdict } from './case.ts'
import { type CoverageRow, rowOf } from './coverage.ts'
import { type Edit, editsOf, editsOfBlocks } from './edits.ts'
import { JournalRules } from './journal-rules.ts'
import { type Level, levels, recomputed } from './recompute.ts'
import {
  answersIn,
  copyStore,
  keyOf,
  ledgerKeys,
  type Record,
  rebuildIn,
  recordsIn,
  writeRecords,
} from './store-file.ts'
import { childrenOf, field, withField } from './tree.ts'

/** A ledger in a folder of its own, which nobody has open. */
export interface StoreSpec {
  readonly name: string
  readonly isOwn: boolean
  readonly folder: string
  readonly digest: string
  readonly unedited?: Verdict
  /** It is checked without derived data. */
  readonly isDerivedLeftOut?: boolean
  /** Data files that may be put in its place: what they are, and the folders that have them. */
  readonly others: readonly (readonly [what: string, folder: string])[]
}

/** The store of a ledger: records changed through LMDB, bytes of the file, the file itself. */
export class StoreArtefact implements Artefact {
  readonly name: string
  readonly digest: string
  readonly unedited: Verdict
  readonly #spec: StoreSpec
  readonly records: readonly Record[]
  readonly blocks: readonly Value[]
  readonly #rules: JournalRules
  readonly #rows: readonly CoverageRow[]

  static async open(spec: StoreSpec, rows: readonly CoverageRow[]): Promise<StoreArtefact> {
    return new StoreArtefact(spec, await recordsIn(spec.folder), rows)
  }

  private constructor(spec: StoreSpec, records: readonly Record[], rows: readonly CoverageRow[]) {
    this.name = spec.name
    this.digest = spec.digest
    this.unedited = spec.unedited ?? 'verified'
    this.#spec = spec
    this.records = records
    this.#rows = rows
    const stored = records.filter(({ key }) => isBlock(key)).map(({ value }) => value as Buffer)
    this.blocks = stored.map((bytes) => decodeAllIon(bytes)[0] as Value)
    for (const [index, value] of this.blocks.entries())
      if (!stored[index]?.equals(encodeIon(value))) throw new Error(`block ${index} is stored in other bytes`)
    this.#rules = new JournalRules({ form: 'binary', isOwn: spec.isOwn }, this.blocks, rows)
  }

  prepare(folder: string): readonly string[] {
    copyStore(this.#spec.folder, folder)
    return [folder]
  }

  *cases(): Generator<Case> {
    yield* this.#journalCases()
    yield* this.#recordCases()
    yield* this.#markCases()
    yield* this.#fileCases()
  }

  *#journalCases(): Generator<Case> {
    for (const isRebuilt of [false, true]) {
      for (const edit of editsOf(this.blocks))
        for (const level of levels) yield this.#journalCase(edit, level, isRebuilt)
      for (const edit of editsOfBlocks(this.blocks))
        for (const level of ['none', 'block', 'tip'] as const) yield this.#journalCase(edit, level, isRebuilt)
    }
  }

  #journalCase(edit: Edit, level: Level, isRebuilt: boolean): Case {
    // Derived data that does not follow from the blocks shows the edit without a digest.
    const isFound = !isRebuilt && this.#spec.isDerivedLeftOut !== true
    const excuse = (withDigest: boolean) => this.#excuseOfEdit(edit, level, withDigest || isFound)
    return {
      artefact: this.name,
      operation: edit.operation,
      level: isRebuilt ? `${level}, then rebuilt` : level,
      what: `block ${edit.index}, ${edit.names.join('.')}, variant ${edit.variant}`,
      prepare: async (folder) => {
        const made = recomputed(this.blocks, edit, level)
        const records = made && this.#changedBlocks(made)
        return records === undefined || records.length === 0 ? undefined : await this.#write(folder, records, isRebuilt)
      },
      excuse,
      judge: (outcome) => (this.#isMarked(edit) ? undefined : this.#rules.judge(edit, level, outcome, excuse(true))),
    }
  }

  /** Order is not free here as in an export, for each block lies under its number. */
  #excuseOfEdit(edit: Edit, level: Level, withDigest: boolean): string | undefined {
    if (level === 'none' && this.#isMarked(edit) && edit.names[2] !== 'metadata')
      return rowOf(this.#rows, 'block from JSON', ['data'])?.unnoticed
    if (edit.operation !== 'blocks') return this.#rules.excuse(edit, level, withDigest)
    const isLast = edit.index === this.blocks.length - 1
    if (edit.operation === 'blocks' && edit.variant === 1 && isLast && level === 'tip') return 'a block more at the end'
    const isShorter = edit.isCut === true && edit.make()[0] === this.blocks[0]
    if (!withDigest && isShorter) return 'cut at its end'
    return !withDigest && level === 'tip' ? 'recomputed up to the tip' : undefined
  }

  /** Data of a revision that the import marked as one that can't be checked. */
  #isMarked({ index, names: [top, at, part] }: Edit): boolean {
    const position = Number(at?.slice(1, -1))
    const isData =
      top === 'revisions' && (part === undefined || part === 'data' || part === 'metadata') && !Number.isNaN(position)
    return isData && this.#valueAt(keyOf(doubtKey(index, position))) !== undefined
  }

  #changedBlocks(made: readonly Value[]): Record[] {
    const records: Record[] = []
    for (let index = 0; index < Math.max(made.length, this.blocks.length); index += 1) {
      const value = made[index]
      if (value === this.blocks[index]) continue
      if (value !== undefined) records.push({ key: keyOf(blockKey(index)), value: Buffer.from(encodeIon(value)) })
      else for (const key of [blockKey(index), summaryKey(index)]) records.push({ key: keyOf(key), value: undefined })
    }
    return records.filter(({ key, value }) => value === undefined || !this.#valueAt(key)?.equals(value))
  }

  #valueAt(key: Buffer): Buffer | undefined {
    return this.records.find((record) => record.key.equals(key))?.value
  }

  async #write(folder: string, records: readonly Record[], isRebuilt = false): Promise<readonly string[]> {
    copyStore(this.#spec.folder, folder)
    await writeRecords(folder, records)
    if (isRebuilt) await rebuildIn(folder)
    return [folder]
  }

  *#recordCases(): Generator<Case> {
    for (const [index, { key, value = Buffer.alloc(0) }] of this.records.entries()) {
      const put = (what: string, changed: Buffer | undefined) =>
        this.#recordCase(changed === undefined ? 'remove' : 'change', key, what, [{ key, value: changed }])
      yield put('all of it', undefined)
      for (let at = 0; at < value.length; at += isBlock(key) ? 7 : 1) {
        const changed = Buffer.from(value)
        changed[at] = (changed[at] as number) ^ (1 << (at % 8))
        yield put(`byte ${at}`, changed)
      }
      if (value.length > 0) yield put('emptied', Buffer.alloc(0))
      if (value.length > 1) yield put('cut', value.subarray(0, value.length - 1))
      yield put('longer', Buffer.concat([value, Uint8Array.of(0)]))
      const beside = Buffer.from(key)
      beside[beside.length - 1] = (beside.at(-1) as number) ^ 1
      if (beside.length > 2 && this.#valueAt(beside) === undefined)
        yield this.#recordCase('duplicate', key, 'under the key beside', [{ key: beside, value }])
      const next = this.records[index + 1]
      if (next?.key[1] !== key[1] || next === undefined || value.equals(next.value as Buffer)) continue
      yield this.#recordCase('move', key, 'swapped with the next', [
        { key, value: next.value },
        { key: next.key, value },
      ])
    }
    for (const prefix of [0, 1, 2, 3, 11, 12, 200])
      for (const rest of [[7], [0, 0, 0], [9, 9, 9, 9, 9, 9, 9, 9, 9, 9]]) {
        const key = keyOf(Uint8Array.of(prefix, ...rest))
        yield this.#recordCase('add', key, 'a key that no record has', [{ key, value: Buffer.from('x') }])
      }
    const beyond = Buffer.alloc(1_100, 0xff)
    beyond[0] = ledgerKeys
    for (const key of [Buffer.of(0, 0), Buffer.of(0, 9, 9), Buffer.of(2), Buffer.from('balance'), beyond])
      yield this.#recordCase('add', key, 'outside of the keys of ledgers', [{ key, value: Buffer.from('x') }])
  }

  #recordCase(operation: string, key: Buffer, what: string, records: readonly Record[]): Case {
    return {
      artefact: this.name,
      operation: `${operation} a record`,
      level: 'none',
      what: `${nameOf(key)} (${key.toString('hex', 0, 40)}): ${what}`,
      prepare: (folder) => {
        this.#folder = folder
        return this.#write(folder, records)
      },
      excuse: async () => {
        if (key.equals(keyOf(identityKey))) return this.#excuseOfIdentity(records[0]?.value)
        if (isBlock(key) && records.length === 1) return this.#excuseOfBlock(key, records[0]?.value)
        return nameOf(key) === 'symbol' ? await this.#excuseOfSymbol() : undefined
      },
      judge: (outcome) => (operation === 'change' ? judgeRecord(key, outcome) : undefined),
    }
  }

  /** The ledger's name, settings, and the record of its import. */
  #excuseOfIdentity(bytes: Buffer | undefined): string | undefined {
    const before = JSON.parse(String(this.#valueAt(keyOf(identityKey)))) as Identity
    const after = JSON.parse(String(bytes)) as Identity
    const names = ['format', 'strandId'] as const
    if (names.some((name) => before[name] !== after[name])) return undefined
    const field = JSON.stringify(before.origin) === JSON.stringify(after.origin) ? 'name' : 'origin'
    return rowOf(this.#rows, "ledger's store", [field])?.unnoticed
  }

  /** A field that no hash covers, as an edit of that field alone. */
  #excuseOfBlock(key: Buffer, bytes: Buffer | undefined): string | undefined {
    const index = key.readUIntBE(2, 6)
    const before = this.blocks[index] as Value
    const [after] = bytes === undefined ? [] : decodeAllIon(bytes)
    if (before.type !== 'struct' || after?.type !== 'struct') return undefined
    const changed = before.names.filter((name) => !isSame(before.get(name), after.get(name)))
    if (changed.length !== 1 || before.names.join() !== after.names.join()) return undefined
    const edit: Edit = { operation: 'change', index, names: changed, variant: 1, make: () => this.blocks }
    return this.#excuseOfEdit(edit, 'none', true)
  }

  /** Field names that no document has may be others; what the ledger answers must be the same. */
  async #excuseOfSymbol(): Promise<string | undefined> {
    this.#answers ??= await answersIn(this.#spec.folder)
    if ((await answersIn(this.#folder)) !== this.#answers) return undefined
    return rowOf(this.#rows, "ledger's store", ['symbol'])?.unnoticed
  }

  #answers: string | undefined;

  /** Marks of an import, with and without a record of one, alone and to hide changed data. */
  *#markCases(): Generator<Case> {
    const last = this.blocks.length - 1
    for (const [index, block] of this.blocks.entries()) {
      const revisions = field(block, 'revisions')
      for (const [position, revision] of childrenOf(revisions ?? block).entries()) {
        const mark = { key: keyOf(doubtKey(index, position)), value: Buffer.alloc(0) }
        if (this.#valueAt(mark.key) !== undefined) continue
        const data = revisions && field(revision, 'data')
        const forged = data && this.#withForgedData(index, position, data)
        for (const origin of [undefined, 'complete', 'running', 'first'] as const) {
          const records = origin === undefined ? [mark] : [mark, this.#identityWith(origin, last, 1)]
          const what = `block ${index}, revision ${position}, ${origin ?? 'no'} origin`
          yield this.#markCase(what, records, false)
          if (forged !== undefined) yield this.#markCase(`${what}, forged data`, [...records, forged], true)
        }
      }
    }
    for (const origin of ['complete', 'running', 'first'] as const) {
      for (const edit of editsOfBlocks(this.blocks)) {
        if (edit.operation !== 'everywhere') continue
        const what = `${origin} origin, ${edit.names.join('.')} of all blocks, variant ${edit.variant}`
        for (const level of ['none', 'block'] as const) {
          const made = recomputed(this.blocks, edit, level)
          const excuse = (withDigest: boolean) => this.#excuseOfEdit(edit, level, withDigest)
          if (made !== undefined)
            yield {
              ...this.#markCase(
                what,
                [...this.#changedBlocks(made), this.#identityWith(origin, last, 0)],
                true,
                excuse,
              ),
              level,
            }
        }
      }
    }
  }

  #markCase(
    what: string,
    records: readonly Record[],
    isRebuilt: boolean,
    excuse: Case['excuse'] = () => undefined,
  ): Case {
    return {
      artefact: this.name,
      operation: 'mark',
      level: 'none',
      what,
      prepare: (folder) => this.#write(folder, records, isRebuilt),
      excuse,
      judge: () => undefined,
    }
  }

  #withForgedData(index: number, position: number, data: Value): Record {
    const block = this.blocks[index] as Value
    const revisions = field(block, 'revisions') as Value
    const forged = childrenOf(revisions).map((item, at) =>
      at === position ? withField(item, 'data', withField(data, 'balance', int(999_100))) : item,
    )
    const changed = withField(block, 'revisions', { ...revisions, items: forged } as Value)
    return { key: keyOf(blockKey(index)), value: Buffer.from(encodeIon(changed)) }
  }

  #identityWith(state: 'complete' | 'running' | 'first', last: number, marks: number): Record {
    const key = keyOf(identityKey)
    const { origin: _, ...identity } = JSON.parse(String(this.#valueAt(key))) as Identity
    const origin: Origin = {
      state: state === 'running' ? state : 'complete',
      firstSequenceNo: 0,
      lastSequenceNo: state === 'first' ? 0 : last,
      isReadOnly: false,
      isVerified: true,
      doubtfulRevisions: this.records.filter(({ key }) => nameOf(key) === 'mark').length + marks,
    }
    return { key, value: Buffer.from(JSON.stringify({ ...identity, origin })) }
  }

  *#fileCases(): Generator<Case> {
    const path = join(this.#spec.folder, 'data.mdb')
    const { size } = statSync(path)
    const pageBytes = 4096
    for (let page = 0; page < size / pageBytes; page += 1) {
      for (const at of [0, 8, 16, 18, 20, 22, 24, 40, 100]) yield this.#flip(page * pageBytes + at, at % 8)
      for (let at = 139; at < pageBytes; at += 173) yield this.#flip(page * pageBytes + at, at % 8)
    }
    const file = (operation: string, what: string, change: (data: string, folder: string) => void): Case => ({
      ...this.#fileCase(operation, what, (folder) => change(join(folder, 'data.mdb'), folder)),
      excuse: (withDigest) =>
        operation === 'swap file' && !withDigest ? 'a whole ledger in its place, or an older state of it' : undefined,
    })
    yield file('remove file', 'data.mdb', (data) => rmSync(data))
    for (const length of [0, 1, 100, 2048, 4096, 8192, Math.floor(size / 2), size - pageBytes, size - 1])
      yield {
        ...file('truncate file', `data.mdb, ${length} bytes`, (data) => truncateSync(data, length)),
        excuse: async () => await this.#excuseOfBytes(),
      }
    for (const [what, other] of this.#spec.others)
      yield file('swap file', what, (data) => copyFileSync(join(other, 'data.mdb'), data))
    for (const name of ['gate.mdb', 'notes.txt'])
      yield {
        ...this.#fileCase('add file', name, (folder) => writeFileSync(join(folder, name), 'x'.repeat(9000))),
        excuse: () => rowOf(this.#rows, "ledger's store", ['gate.mdb'])?.unnoticed,
      }
  }

  #flip(at: number, bit: number): Case {
    return {
      ...this.#fileCase('change file', `data.mdb, byte ${at}`, (folder) => {
        const path = join(folder, 'data.mdb')
        const bytes = readFileSync(path)
        bytes[at] = (bytes[at] as number) ^ (1 << bit)
        writeFileSync(path, bytes)
      }),
      excuse: async () => await this.#excuseOfBytes(),
    }
  }

  #folder = ''

  #fileCase(operation: string, what: string, change: (folder: string) => void): Omit<Case, 'excuse'> {
    return {
      artefact: this.name,
      operation,
      level: 'none',
      what,
      prepare: (folder) => {
        copyStore(this.#spec.folder, folder)
        change(folder)
        this.#folder = folder
        return [folder]
      },
      judge: () => undefined,
    }
  }

  /** Bytes that no record is in, or ones of a record that may be changed. */
  async #excuseOfBytes(): Promise<string | undefined> {
    const now = await recordsIn(this.#folder)
    const isSame = now.length === this.records.length && now.every((one, at) => isEqual(one, this.records[at]))
    if (isSame) return rowOf(this.#rows, "ledger's store", ['data.mdb'])?.unnoticed
    const others = now.filter((one, at) => !isEqual(one, this.records[at]))
    const [only] = others
    const isIdentity = others.length === 1 && only?.key.equals(keyOf(identityKey)) === true
    return isIdentity ? this.#excuseOfIdentity(only?.value) : undefined
  }
}

function isEqual(left: Record, right: Record | undefined): boolean {
  return right !== undefined && left.key.equals(right.key) && left.value?.equals(right.value as Buffer) === true
}

function isSame(left: Value | undefined, right: Value | undefined): boolean {
  return left !== undefined && right !== undefined && Buffer.compare(encodeIon(left), encodeIon(right)) === 0
}

function isBlock(key: Buffer): boolean {
  return key[0] === ledgerKeys && key[1] === 2 && key.length === 8
}

const kinds = ['?', 'identity', 'block', 'state', 'counter', 'id', 'document', 'revision', 'index', 'index number']

function nameOf(key: Buffer): string {
  if (key[0] !== ledgerKeys) return 'format'
  if (key[1] === 2 && !isBlock(key)) return 'summary'
  return [...kinds, 'symbol', 'mark'][key[1] as number] ?? 'unknown'
}

/** A record that follows from the blocks is named; a symbol shows in each document that has it. */
function judgeRecord(key: Buffer, { verdict, findings }: Outcome): string | undefined {
  const isDerived = key[0] === ledgerKeys && !isBlock(key) && (key[1] as number) > 3 && (key[1] as number) < 10
  if (!isDerived || verdict !== 'tampered') return undefined
  const name = describeKey(key.subarray(1))
  // A place that leads elsewhere shows where the document's versions are compared.
  const document = /'\w{22}'/.exec(name)?.[0] ?? name
  const isNamed = findings.some(({ message }) => message.includes(name) || message.includes(`document ${document}`))
  return isNamed ? undefined : `no finding names ${name}`
}
