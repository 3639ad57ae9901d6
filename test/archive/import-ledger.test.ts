import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { toBase64 } from '../../src/base/bytes.ts'
import type { Block } from '../../src/journal/block.ts'
import { blockFromIon } from '../../src/journal/block-from-ion.ts'
import { type ExportFormat, ExportWriter, exportFormats } from '../../src/archive/export-files.ts'
import { readBlocks } from '../../src/archive/import-blocks.ts'
import { findExportFiles } from '../../src/archive/import-files.ts'
import { FindingList } from '../../src/archive/import-findings.ts'
import { ExportVerifier, verifyExport } from '../../src/archive/verify-export.ts'
import { journalOf } from '../../src/ledger/export-ledger.ts'
import { blockKey } from '../../src/ledger/keys.ts'
import { LedgerImport, type LedgerImportOptions } from '../../src/ledger/import-ledger.ts'
import { Ledger } from '../../src/ledger/ledger.ts'
import { rebuild } from '../../src/ledger/rebuild.ts'
import { verifyStore } from '../../src/ledger/verify-ledger.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import type { Store } from '../../src/store/store.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { timestampFromMs } from '../../src/values/timestamp.ts'
import { Client, dump, isError, openLedger, run } from '../ledger/ledger-fixture.ts'
import { SimEnv } from '../support/sim-env.ts'
import {
  type ForeignChange,
  ForeignJournal,
  idOf,
  sampleForeignJournal,
  withFolder,
  writeFiles,
} from './foreign-journal.ts'

const options: LedgerImportOptions = { name: 'cars', isWritable: false, isVerified: true, env: new SimEnv(7) }

async function importBlocks(
  blocks: Iterable<Block>,
  store = createMemoryStore(),
  more: Partial<LedgerImportOptions> = {},
): Promise<Store> {
  const target = LedgerImport.open(store, { ...options, ...more })
  for (const block of blocks) await target.add(block)
  await target.finish()
  return store
}

let seed = 1000
async function openImported(store: Store, name = 'cars'): Promise<Ledger> {
  seed += 1
  return Ledger.open(store, new SimEnv(seed, Date.UTC(2025, 0, 1)), { name, strictQldb: false })
}

/** Nothing wrong with the journal, and all that is derived follows from it. */
async function assertSound(store: Store): Promise<void> {
  const { journal, derived, identityFindings } = await verifyStore(store, {
    openScratch: async () => createMemoryStore(),
  })
  assert.deepEqual([journal.findings, identityFindings, derived?.findings], [[], [], []])
}

async function ownLedger(): Promise<{ ledger: Ledger; store: Store }> {
  const { ledger, store, env } = await openLedger({ name: 'cars' })
  await run(ledger, 'CREATE TABLE Car', 'CREATE TABLE Gone')
  await run(ledger, 'CREATE INDEX ON Car (vin)')
  await run(
    ledger,
    "INSERT INTO Car << {'vin': 'a', 'p': 1.50, 't': `2020-01-01T`}, {'vin': 'b', 's': `x`, 'f': `1e0`} >>",
  )
  env.advance(5_000_000)
  await run(ledger, "UPDATE Car SET p = 2 WHERE vin = 'a'")
  await run(ledger, "DELETE FROM Car WHERE vin = 'b'", 'DROP TABLE Gone')
  return { ledger, store }
}

function writeExport(store: Store, folder: string, format: ExportFormat): void {
  const snapshot = store.snapshot()
  const journal = journalOf(snapshot)
  const writer = new ExportWriter(folder, {
    ledgerName: journal.identity.name,
    exportId: idOf('export'),
    strandId: journal.identity.strandId,
    format,
    gzip: false,
    prefix: '',
    inclusiveStartTime: timestampFromMs(0),
    exclusiveEndTime: timestampFromMs(4e12),
  })
  for (const block of journal.blocks()) writer.add(block)
  writer.end()
  snapshot.release()
}

const questions = [
  'SELECT * FROM Car',
  "SELECT * FROM Car WHERE vin = 'a'",
  'SELECT * FROM _ql_committed_Car',
  'SELECT * FROM history(Car)',
  'SELECT * FROM information_schema.user_tables',
]

test(
  'export then import gives an equal ledger, in every format: digest, tables, history, every record',
  withFolder(async (folder) => {
    const { ledger, store } = await ownLedger()
    const answers = await Promise.all(questions.map((question) => run(ledger, question)))
    for (const format of exportFormats) {
      const place = join(folder, format)
      writeExport(store, place, format)
      const findings = new FindingList()
      const files = await findExportFiles([place], findings)
      const copy = createMemoryStore()
      const target = LedgerImport.open(copy, options)
      for await (const { block, doubtful } of readBlocks(files, findings)) await target.add(block, doubtful)
      const result = await target.finish()
      assert.deepEqual(result, { tip: ledger.tip().sequenceNo, added: result.tip + 1, compared: 0 })
      assert.deepEqual(findings.kept, [])
      const imported = await openImported(copy)
      assert.deepEqual(imported.digest(), ledger.digest())
      assert.deepEqual(await Promise.all(questions.map((question) => run(imported, question))), answers)
      // Only the identity tells them apart.
      const records = (from: Store) => dump(from).filter((record) => !record.startsWith('01 '))
      assert.deepEqual(records(copy), records(store))
      await assertSound(copy)
    }
  }),
)

test("tables, indexes and documents are rebuilt from QLDB's own blocks", async () => {
  const { blocks } = sampleForeignJournal()
  const store = await importBlocks(blocks)
  const ledger = await openImported(store)
  const cars = await run(ledger, 'SELECT * FROM Car')
  assert.deepEqual(
    cars,
    ['{vin:"a",price:1,since:2017-08-21,tags:[]}', '{vin:"c",price:1.5e0,blob:{{AQID}},note:null}'].map((text) =>
      printIon(parseIon(text)),
    ),
  )
  assert.deepEqual(await run(ledger, 'SELECT * FROM Note'), ['{t:"new"}'])
  assert.deepEqual(await run(ledger, `SELECT VALUE h.data.t FROM history('${idOf('table Note 1')}') AS h`), ['"old"'])
  assert.deepEqual(await run(ledger, 'SELECT VALUE h.metadata.version FROM history(Car) AS h'), [
    '0',
    '1',
    '0',
    '1',
    '0',
  ])
  const tables = await run(
    ledger,
    'SELECT VALUE [t.name, t.status, t.tableId] FROM information_schema.user_tables AS t',
  )
  assert.deepEqual(
    tables.map((text) => text.replace(/00000000000\w{11}/, 'made up')),
    [
      `["Car","ACTIVE","${idOf('table Car')}"]`,
      '["Empty","ACTIVE","made up"]',
      `["Note","INACTIVE","${idOf('table Note 1')}"]`,
      `["Note","ACTIVE","${idOf('table Note 2')}"]`,
    ],
  )
  const indexes = await run(ledger, 'SELECT VALUE t.indexes FROM information_schema.user_tables AS t')
  assert.match(indexes[0] as string, /^\[\{indexId:"0{11}\w{11}",expr:"\[vin\]",status:"ONLINE"\}\]$/)
  const committed = await run(ledger, "SELECT VALUE c.hash FROM _ql_committed_Car AS c WHERE c.data.vin = 'c'")
  assert.deepEqual(committed, [printIon(parseIon(`{{${toBase64(blocks[5]?.revisions?.[2]?.hash as Uint8Array)}}}`))])
  await assertSound(store)
})

test('proofs of an imported ledger lead to the digest over the old blocks', async () => {
  const { blocks } = sampleForeignJournal()
  const ledger = await openImported(await importBlocks(blocks))
  const report = await ledger.digest()
  const proven = ledger.revision(6, idOf('a'), blocks.length - 1)
  assert.ok(proven !== undefined && proven.proof.length > 3)
  assert.equal(report.tipAddress.sequenceNo, blocks.length - 1)
  assert.equal(printIon(ledger.block(6)), printIon((blocks[6] as Block).ion))
})

test('a rebuild of an imported ledger gives the very same records', async () => {
  const store = await importBlocks(sampleForeignJournal().blocks)
  const before = dump(store)
  await rebuild(store)
  assert.deepEqual(dump(store), before)
})

test('read-only unless asked for; writing continues the same chain', async () => {
  const journal = sampleForeignJournal()
  const store = await importBlocks(journal.blocks)
  const ledger = await openImported(store)
  await assert.rejects(run(ledger, "INSERT INTO Car {'vin': 'z'}"), isError('ledger/read-only', /--writable/))
  await assert.rejects(run(ledger, 'CREATE TABLE X'), isError('ledger/read-only'))
  await importBlocks(journal.blocks, store, { isWritable: true })
  const writable = await openImported(store)
  await run(writable, "INSERT INTO Car {'vin': 'z'}", "UPDATE Car SET price = 5 WHERE vin = 'a'")
  await run(writable, 'CREATE INDEX ON Car (price)', 'DROP TABLE Empty')
  await run(writable, 'CREATE TABLE Empty', "INSERT INTO Empty {'e': 1}")
  assert.deepEqual(
    await run(writable, "SELECT VALUE price FROM Car WHERE vin IN ['a', 'z'] AND price IS NOT MISSING"),
    ['5'],
  )
  assert.equal(writable.tip().sequenceNo, journal.blocks.length + 2)
  await assertSound(store)
  const before = dump(store)
  await rebuild(store)
  assert.deepEqual(dump(store), before)
  // Old and new blocks together go out and come in again.
  const snapshot = store.snapshot()
  const all = [...journalOf(snapshot).blocks()]
  const again = await importBlocks(all)
  snapshot.release()
  const copy = await openImported(again)
  assert.deepEqual(copy.digest(), writable.digest())
  assert.deepEqual(await run(copy, 'SELECT * FROM Car'), await run(writable, 'SELECT * FROM Car'))
  // No more of the old journal fits now.
  journal.append({ statements: ['SELECT 1'] })
  await assert.rejects(importBlocks(journal.blocks, store), isError('journal/hash-mismatch'))
})

test('an interrupted import is refused, and resumes when it is run again', async () => {
  const { blocks } = sampleForeignJournal()
  for (let stop = 0; stop < blocks.length; stop += 1) {
    const store = createMemoryStore()
    const first = LedgerImport.open(store, options)
    for (const block of blocks.slice(0, stop)) await first.add(block)
    if (stop > 0) await assert.rejects(openImported(store), isError('ledger/incomplete', /same 'qldb import' again/))
    const second = LedgerImport.open(store, options)
    assert.equal(second.isResumed, stop > 0)
    for (const block of blocks) await second.add(block)
    await second.finish()
    assert.deepEqual(dump(store), dump(await importBlocks(blocks)))
  }
})

/** Imports the blocks of files as the program does; stops before `stop`, with what was added made durable. */
async function importFiles(folder: string, store: Store, stop = Number.POSITIVE_INFINITY) {
  const findings = new FindingList()
  const files = await findExportFiles([folder], findings)
  const target = LedgerImport.open(store, options)
  const before = target.checkedBefore()
  const last = before?.last.blockAddress.sequenceNo ?? -1
  const verifier = new ExportVerifier(files, findings, new Map(), before)
  for await (const source of readBlocks(files, findings)) {
    const { sequenceNo } = source.block.blockAddress
    if (sequenceNo >= stop) {
      await target.flush()
      return undefined
    }
    if (sequenceNo > last) verifier.add(source)
    if (!verifier.isCertain) target.recheckWhenResumed()
    await target.add(source.block, source.doubtful)
  }
  await target.finish()
  return { report: verifier.end(), last }
}

test(
  'a resumed import checks only the missing blocks, and says the same about them and the digest',
  withFolder(async (folder) => {
    const { blocks } = sampleForeignJournal()
    writeFiles(folder, { 'all.ion': blocks.map((block) => `${printIon(block.ion)}\n`).join('') })
    const whole = await importFiles(folder, createMemoryStore())
    for (let stop = 1; stop <= blocks.length; stop += 1) {
      const store = createMemoryStore()
      await importFiles(folder, store, stop)
      const resumed = await importFiles(folder, store)
      if (stop === blocks.length) assert.equal(resumed?.last, -1)
      else assert.deepEqual(resumed?.report.checkedBefore, { first: 0, last: stop - 1 })
      assert.equal(resumed?.report.verdict, 'verified')
      assert.deepEqual([resumed?.report.digest, resumed?.report.last], [whole?.report.digest, whole?.report.last])
      await assertSound(store)
    }
  }),
)

test(
  'an unfinished import whose first or last block is damaged is refused as a damaged ledger, not a tampered export',
  withFolder(async (folder) => {
    const { blocks } = sampleForeignJournal()
    writeFiles(folder, { 'all.ion': blocks.map((block) => `${printIon(block.ion)}\n`).join('') })
    for (const damaged of [0, 5]) {
      const store = createMemoryStore()
      await importFiles(folder, store, 6)
      await store.write((t) => t.put(blockKey(damaged), Uint8Array.of(0xe0, 1, 0, 0xea, 0xd0)))
      await assert.rejects(
        importFiles(folder, store),
        isError('store/corrupt', new RegExp(`^block ${damaged} in ledger '.*' is damaged`)),
      )
    }
  }),
)

test(
  'a resumed import finds what is wrong in the missing blocks: a version, the chain, a saved digest of earlier blocks',
  withFolder(async (folder) => {
    const good = sampleForeignJournal().blocks
    const write = (blocks: readonly Block[], more: Record<string, string> = {}) =>
      writeFiles(folder, { 'all.ion': blocks.map((block) => `${printIon(block.ion)}\n`).join(''), ...more })
    const begin = async () => {
      const store = createMemoryStore()
      write(good)
      await importFiles(folder, store, 6)
      return store
    }
    const car = { table: 'Car', tableId: idOf('table Car') }
    const skipping = sampleForeignJournal()
    skipping.append({ changes: [{ ...car, id: idOf('a'), data: '{vin:"a"}', version: 7 }] })
    const store = await begin()
    write(skipping.blocks)
    const skipped = await importFiles(folder, store)
    assert.deepEqual(
      skipped?.report.findings.map(({ code }) => code),
      ['revision-version'],
    )
    const other = await begin()
    write([...good.slice(0, 6), good[7] as Block])
    await assert.rejects(importFiles(folder, other), isError('journal/gap'))
    const digest = `{digest:{{${toBase64(new Uint8Array(32))}}},digestTipAddress:{strandId:"${good[0]?.blockAddress.strandId}",sequenceNo:3}}`
    const third = await begin()
    write(good, { 'd.ion.txt': digest })
    assert.equal((await importFiles(folder, third))?.report.verdict, 'tampered')
  }),
)

test(
  'an import that left something open is checked from its first block on when it is resumed',
  withFolder(async (folder) => {
    const journal = new ForeignJournal()
    journal.append({ withoutInfo: true })
    journal.append({ withoutInfo: true })
    journal.append({ statements: ['SELECT 1'] })
    writeFiles(folder, { 'all.ion': journal.blocks.map((block) => `${printIon(block.ion)}\n`).join('') })
    const store = createMemoryStore()
    await importFiles(folder, store, 2)
    const resumed = await importFiles(folder, store)
    assert.deepEqual([resumed?.report.verdict, resumed?.report.checkedBefore], ['incomplete', undefined])
  }),
)

test('a later export continues where an earlier one ended', async () => {
  const { blocks } = sampleForeignJournal()
  const store = await importBlocks(blocks.slice(0, 7))
  const target = LedgerImport.open(store, options)
  for (const block of blocks.slice(5)) await target.add(block)
  assert.deepEqual(await target.finish(), { tip: blocks.length - 1, added: blocks.length - 7, compared: 2 })
  assert.deepEqual(dump(store), dump(await importBlocks(blocks)))
})

test('a later import that stops after it has written something leaves the ledger refused, until it is run again', async () => {
  const journal = sampleForeignJournal()
  const store = await importBlocks(journal.blocks)
  const tip = (await openImported(store)).tip().sequenceNo
  const sizeBefore = dump(store).length
  while (journal.blocks.length < 4_000) journal.append({ statements: ['SELECT 1'] })
  const target = LedgerImport.open(store, options)
  for (const block of journal.blocks.slice(tip + 1)) {
    await target.add(block)
    if (dump(store).length > sizeBefore) break
  }
  assert.ok(dump(store).length > sizeBefore, 'blocks were written before the end')
  await assert.rejects(openImported(store), isError('ledger/incomplete'))
  assert.ok(LedgerImport.open(store, options).isResumed)
  await importBlocks(journal.blocks, store)
  assert.equal((await openImported(store)).tip().sequenceNo, journal.blocks.length - 1)
})

test('a transaction conflicts with what an import has brought meanwhile: documents, tables, names', async () => {
  const car = { table: 'Car', tableId: idOf('table Car') }
  const read: Readonly<Record<string, string>> = {
    documents: "SELECT * FROM Car AS c WHERE c.vin = 'a'",
    tables: 'SELECT * FROM information_schema.user_tables',
    nothing: "SELECT * FROM Note AS n WHERE n.t = 'new'",
  }
  for (const [what, statement] of Object.entries(read)) {
    const journal = sampleForeignJournal()
    const store = await importBlocks(journal.blocks, undefined, { isWritable: true })
    const client = new Client(await openImported(store))
    client.run(statement)
    client.run("INSERT INTO Note {'t': 'mine'}")
    if (what === 'documents') {
      const data = '{vin:"a",price:3}'
      journal.append({ statements: ['UPDATE Car SET price = 3'], changes: [{ ...car, id: idOf('a'), data }] })
    } else journal.append({ statements: ['CREATE TABLE Late'], hidden: 1 })
    await importBlocks(journal.blocks, store, { isWritable: true })
    if (what === 'nothing') await client.commit()
    else await assert.rejects(client.commit(), isError('transaction/conflict'), what)
  }
})

test('exports that begin late: no digest, but all the rest', async () => {
  const { blocks } = sampleForeignJournal()
  const store = await importBlocks(blocks.slice(6))
  const ledger = await openImported(store)
  assert.deepEqual(await run(ledger, 'SELECT VALUE vin FROM Car'), ['"a"'])
  assert.deepEqual(await run(ledger, 'SELECT VALUE h.metadata.version FROM history(Car) AS h'), ['1', '1'])
  assert.throws(() => ledger.digest(), isError('journal/gap', /from block 6 on/))
  assert.throws(() => ledger.blockProof(7, 8), isError('journal/gap'))
  await assertSound(store)
  const before = dump(store)
  await rebuild(store)
  assert.deepEqual(dump(store), before)
})

test('own ledgers, too, can be imported from a later block on', async () => {
  const { ledger, store } = await ownLedger()
  const snapshot = store.snapshot()
  const all = [...journalOf(snapshot).blocks()]
  snapshot.release()
  const copy = await importBlocks(all.slice(3))
  await assertSound(copy)
  const imported = await openImported(copy)
  assert.equal(imported.tip().sequenceNo, ledger.tip().sequenceNo)
})

test('gaps, other journals and other ledgers are refused', async () => {
  const { blocks } = sampleForeignJournal()
  await assert.rejects(importBlocks([...blocks.slice(0, 4), ...blocks.slice(6)]), isError('journal/gap', /block 4/))
  const store = await importBlocks(blocks)
  const other = new ForeignJournal()
  other.append({ withoutInfo: true })
  other.append({ statements: ['SELECT 2'] })
  await assert.rejects(importBlocks(other.blocks, store), isError('journal/hash-mismatch', /block 1/))
  const strange = new ForeignJournal(idOf('another strand'))
  strange.append({ withoutInfo: true })
  await assert.rejects(importBlocks(strange.blocks, store), isError('ledger/exists', /strand/))
  const own = await openLedger({ name: 'cars' })
  assert.throws(() => LedgerImport.open(own.store, options), isError('ledger/exists', /not imported/))
  assert.throws(() => LedgerImport.open(store, { ...options, name: 'boats' }), isError('ledger/foreign'))
  await assert.rejects(importBlocks([]), isError('export/not-found'))
})

test('blocks that contradict themselves are refused by name, not by a crash', async () => {
  const car = { table: 'Car', tableId: idOf('table Car') }
  const cases: (readonly ForeignChange[])[] = [
    [{ ...car, id: 'short', data: '{}' }],
    [{ ...car, id: `${idOf('a')}x`, data: '{}' }],
    [{ table: 'Car', tableId: 'x'.repeat(23), id: idOf('a'), data: '{}' }],
    [{ table: '_ql_catalog', tableId: '0'.repeat(22), id: idOf('a'), data: '{}' }],
  ]
  for (const changes of cases) {
    const journal = new ForeignJournal()
    journal.append({ changes })
    await assert.rejects(importBlocks(journal.blocks), isError('journal/malformed', /block 0|table '_ql_catalog'/))
  }
  const moved = new ForeignJournal()
  moved.append({ changes: [{ ...car, id: idOf('a'), data: '{}' }] })
  moved.append({ changes: [{ table: 'Boat', tableId: idOf('table Boat'), id: idOf('a'), data: '{}' }] })
  await assert.rejects(importBlocks(moved.blocks), isError('journal/malformed', /block 1/))
})

test('versions that do not begin with 0, and times finer than milliseconds, are kept', async () => {
  const car = { table: 'Car', tableId: idOf('table Car') }
  const journal = new ForeignJournal()
  journal.append({ changes: [{ ...car, id: idOf('a'), data: '{v:1}', version: 7 }] })
  const fine = printIon((journal.blocks[0] as Block).ion).replace(/(txTime:\S+?)984Z/, '$1984000001Z')
  const store = await importBlocks([blockFromIon(parseIon(fine))], undefined, { isVerified: false })
  const ledger = await openImported(store)
  const [row] = await run(ledger, 'SELECT VALUE c.metadata FROM _ql_committed_Car AS c')
  assert.match(row as string, /version:7,txTime:2021-06-13T07:59:49\.984000001Z/)
  assert.deepEqual(await run(ledger, 'SELECT VALUE h.metadata FROM history(Car) AS h'), [row])
  assert.equal(ledger.origin?.isVerified, false)
})

test('tables made, dropped and taken back by id, as far as the statements tell', async () => {
  const journal = new ForeignJournal()
  const car = { table: 'Car', tableId: idOf('table Car') }
  const status = async () => {
    const ledger = await openImported(await importBlocks(journal.blocks))
    return run(ledger, 'SELECT VALUE [t.name, t.status] FROM information_schema.user_tables AS t')
  }
  journal.append({ statements: ['CREATE TABLE Car', 'CREATE TABLE Boat'] })
  journal.append({ changes: [{ ...car, id: idOf('a'), data: '{}' }] })
  journal.append({ statements: ['DROP TABLE Car', 'DROP TABLE Boat', 'nonsense CREATE TABLE', 'CREATE TABLE (('] })
  assert.deepEqual(await status(), ['["Car","INACTIVE"]', '["Boat","INACTIVE"]'])
  journal.append({ statements: [`UNDROP TABLE "${car.tableId}"`] })
  assert.deepEqual(await status(), ['["Car","ACTIVE"]', '["Boat","INACTIVE"]'])
  // An id that nothing has told before can only be that of the one empty table.
  journal.append({ statements: [`UNDROP TABLE "${idOf('table Boat')}"`, 'DROP INDEX "x" ON Car WITH (purge = true)'] })
  assert.deepEqual(await status(), ['["Car","ACTIVE"]', '["Boat","ACTIVE"]'])
  // A table of the same name that was never seen made.
  journal.append({ changes: [{ table: 'Car', tableId: idOf('table Car 2'), id: idOf('b'), data: '{}' }] })
  assert.deepEqual(await status(), ['["Car","INACTIVE"]', '["Boat","ACTIVE"]', '["Car","ACTIVE"]'])
})

test(
  'data whose types JSON has lost is marked, and verifies but for that',
  withFolder(async (folder) => {
    const { store, ledger } = await openLedger({ name: 'cars' })
    await run(ledger, 'CREATE TABLE Car')
    await run(ledger, "INSERT INTO Car {'a': `note::1`}", "INSERT INTO Car {'a': 2}")
    writeExport(store, join(folder, 'json'), 'json')
    const report = await verifyExport([join(folder, 'json')])
    assert.deepEqual([report.verdict, report.coverage.jsonDoubtfulRevisions], ['incomplete', 1])
    const findings = new FindingList()
    const copy = createMemoryStore()
    const target = LedgerImport.open(copy, options)
    const files = await findExportFiles([join(folder, 'json')], findings)
    for await (const { block, doubtful } of readBlocks(files, findings)) await target.add(block, doubtful)
    await target.finish()
    const imported = await openImported(copy)
    assert.equal(imported.origin?.doubtfulRevisions, 1)
    const { sequenceNo } = ledger.tip()
    assert.equal(imported.tip().sequenceNo, sequenceNo + 1)
    assert.match(
      printIon(imported.block(sequenceNo + 1)),
      /statement:"-- qldb import: blocks 0-\d+, revisions not checked 1, marks .{44}"/,
    )
    assert.deepEqual(await run(imported, 'SELECT * FROM Car'), ['{a:1}', '{a:2}'])
    await assertSound(copy)
  }),
)
