import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { type Block, revisionHash, statementDigest } from '../../src/journal/block.ts'
import { blockFromIon } from '../../src/journal/block-from-ion.ts'
import { rootOf } from '../../src/journal/merkle-tree.ts'
import { ionHash } from '../../src/values/ion-hash.ts'
import { joinHashes } from '../../src/values/join-hashes.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { timestampFromMs } from '../../src/values/timestamp.ts'
import { blob, int, list, string, struct, type StructValue, structOf, type Value } from '../../src/values/value.ts'

/** One document's change: data as Ion text, '' for a deletion. */
export interface ForeignChange {
  readonly id: string
  readonly table: string
  readonly tableId: string
  readonly data: string
  readonly version?: number
}

export interface ForeignContent {
  readonly statements?: readonly string[]
  readonly changes?: readonly ForeignChange[]
  /** Revisions of AWS's own, which show only a hash. */
  readonly hidden?: number
  readonly redactionInfo?: string
  readonly withoutInfo?: boolean
}

/**
 * Blocks in the very shape of QLDB's: four entries of which two are unexplained, catalog changes that show nothing but a
 * hash, a txTime before the block's time.
 */
export class ForeignJournal {
  /** All of them, unless only the last is kept. */
  readonly blocks: Block[] = []
  readonly strandId: string
  readonly #keepsLastOnly: boolean
  readonly #versions = new Map<string, number>()
  #count = 0

  constructor(strandId = 'JdxjkR9bSYB5jMHWcI464T', keepsLastOnly = false) {
    this.strandId = strandId
    this.#keepsLastOnly = keepsLastOnly
  }

  append(content: ForeignContent): Block {
    const sequenceNo = this.#count
    const ms = Date.UTC(2021, 5, 13, 7, 59, 50) + sequenceNo * 1000
    const txId = idOf(`tx ${sequenceNo}`)
    const statements = content.statements ?? []
    const address = structOf({ strandId: string(this.strandId), sequenceNo: int(sequenceNo) })
    const info = content.withoutInfo === true ? undefined : infoOf(statements, content.changes ?? [], ms)
    const revisions: StructValue[] = Array.from({ length: content.hidden ?? 0 }, (_, index) =>
      structOf({ hash: blob(hashOf(`hidden ${sequenceNo} ${index}`)) }),
    )
    for (const change of content.changes ?? []) revisions.push(this.#revision(change, address, txId, ms - 16))
    const redactionInfo = content.redactionInfo === undefined ? undefined : parseIon(content.redactionInfo)
    const root = rootOf(revisions.map((revision) => (revision.get('hash') as { bytes: Uint8Array }).bytes))
    const entries = [
      hashOf(`first ${sequenceNo}`),
      ...(root.length === 0 ? [] : [root]),
      hashOf(`third ${sequenceNo}`),
      ...(info === undefined ? [] : [ionHash(info)]),
      ...(redactionInfo === undefined ? [] : [ionHash(redactionInfo)]),
    ]
    const entriesHash = rootOf(entries)
    const previous = this.blocks.at(-1)?.blockHash ?? new Uint8Array(0)
    const fields: [string, Value | undefined][] = [
      ['blockAddress', address],
      ['transactionId', string(txId)],
      ['blockTimestamp', timestampFromMs(ms)],
      ['blockHash', blob(joinHashes(entriesHash, previous))],
      ['entriesHash', blob(entriesHash)],
      ['previousBlockHash', blob(previous)],
      ['entriesHashList', list(entries.map((hash) => blob(hash)))],
      ['transactionInfo', info],
      ['redactionInfo', redactionInfo],
      ['revisions', revisions.length === 0 ? undefined : list(revisions)],
    ]
    const present = fields.filter((field): field is [string, Value] => field[1] !== undefined)
    const block = blockFromIon(
      struct(
        present.map(([name]) => name),
        present.map(([, value]) => value),
      ),
    )
    if (this.#keepsLastOnly) this.blocks.length = 0
    this.blocks.push(block)
    this.#count += 1
    return block
  }

  #revision(change: ForeignChange, address: StructValue, txId: string, ms: number): StructValue {
    const version = change.version ?? (this.#versions.get(change.id) ?? -1) + 1
    this.#versions.set(change.id, version)
    const metadata = structOf({
      id: string(change.id),
      version: int(version),
      txTime: timestampFromMs(ms),
      txId: string(txId),
    })
    const data = change.data === '' ? undefined : (parseIon(change.data) as StructValue)
    const hash = blob(revisionHash(data, metadata))
    return structOf({ blockAddress: address, hash, ...(data === undefined ? {} : { data }), metadata })
  }
}

function infoOf(statements: readonly string[], changes: readonly ForeignChange[], ms: number): StructValue {
  const items = statements.map((text) =>
    structOf({
      statement: string(text),
      startTime: timestampFromMs(ms - 58),
      statementDigest: blob(statementDigest(text)),
    }),
  )
  if (changes.length === 0) return structOf({ statements: list(items) })
  const documents = struct(
    changes.map(({ id }) => id),
    changes.map(({ table, tableId }) =>
      structOf({ tableName: string(table), tableId: string(tableId), statements: list([int(0)]) }),
    ),
  )
  return structOf({ statements: list(items), documents })
}

/** An id of 22 digits from a name; begins with a letter, as those that were drawn mostly do. */
export function idOf(name: string): string {
  const digits = createHash('sha256').update(name).digest('hex')
  return `Z${digits.slice(0, 21)}`
}

function hashOf(name: string): Uint8Array {
  return createHash('sha256').update(name).digest()
}

/** The life of a small AWS ledger: tables made, dropped and made again, documents changed and deleted, reads. */
export function sampleForeignJournal(): ForeignJournal {
  const journal = new ForeignJournal()
  const cars = { table: 'Car', tableId: idOf('table Car') }
  journal.append({ withoutInfo: true })
  journal.append({ statements: ['SELECT * FROM information_schema.user_tables'] })
  journal.append({ statements: ['CREATE TABLE Car'], hidden: 1 })
  journal.append({ statements: ['CREATE INDEX ON Car (vin)'], hidden: 1 })
  journal.append({ statements: ['create table Empty'], hidden: 1 })
  journal.append({
    statements: ['INSERT INTO Car ?'],
    changes: [
      { ...cars, id: idOf('a'), data: '{vin:"a",price:90.25,since:2017-08-21,tags:["x","y"]}' },
      { ...cars, id: idOf('b'), data: '{vin:"b",price:42.20,owner:{name:"Ann"}}' },
      { ...cars, id: idOf('c'), data: '{vin:"c",price:1.5e0,blob:{{AQID}},note:null}' },
    ],
  })
  journal.append({
    statements: ["UPDATE Car SET price = 1 WHERE vin = 'a'"],
    changes: [{ ...cars, id: idOf('a'), data: '{vin:"a",price:1,since:2017-08-21,tags:[]}' }],
  })
  journal.append({
    statements: ["DELETE FROM Car WHERE vin = 'b'"],
    changes: [{ ...cars, id: idOf('b'), data: '' }],
  })
  const old = { table: 'Note', tableId: idOf('table Note 1') }
  const fresh = { table: 'Note', tableId: idOf('table Note 2') }
  journal.append({ statements: ['CREATE TABLE Note'], hidden: 1 })
  journal.append({
    statements: ["INSERT INTO Note {'t': 'old'}"],
    changes: [{ ...old, id: idOf('n1'), data: '{t:"old"}' }],
  })
  journal.append({ statements: ['-- away with it\nDROP TABLE Note'], hidden: 1 })
  journal.append({
    statements: ['CREATE TABLE Note', "INSERT INTO Note {'t': 'new'}"],
    hidden: 1,
    changes: [{ ...fresh, id: idOf('n2'), data: '{t:"new"}' }],
  })
  return journal
}

/** A folder of one's own that is gone after the test. */
export function withFolder(body: (folder: string, t: TestContext) => Promise<void>): (t: TestContext) => Promise<void> {
  return async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'qldb-archive-'))
    try {
      await body(folder, t)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

/** Writes files: names to contents. */
export function writeFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
}
