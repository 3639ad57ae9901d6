import assert from 'node:assert/strict'
import { test } from 'node:test'
import { derivedRange, isBlockKey, ownerOfKey } from '../../src/ledger/keys.ts'
import { type StoreReport, verifyStore } from '../../src/ledger/verify-ledger.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import type { Store } from '../../src/store/store.ts'
import { ForeignJournal, idOf as foreignIdOf } from '../archive/foreign-journal.ts'
import { LedgerImport } from '../../src/ledger/import-ledger.ts'
import { SimEnv } from '../support/sim-env.ts'
import { idOf, isError, openLedger, run } from './ledger-fixture.ts'

/** Two tables with all that tables have, one dropped and made again, and one more whose name was used twice. */
async function ledgerOfTables(): Promise<{ store: Store; oldId: string }> {
  const { ledger, store } = await openLedger()
  const oldId = idOf(await run(ledger, 'CREATE TABLE T', 'CREATE INDEX ON T (k)'), 'tableId')
  await run(ledger, "INSERT INTO T <<{'k': 1, 'a': 'x'}, {'k': 2}>>", 'DROP TABLE T', 'CREATE TABLE Other')
  await run(ledger, 'CREATE INDEX ON Other (o)', "INSERT INTO Other <<{'o': 1, 'new name': 2}, {'o': `sym`}>>")
  await run(ledger, 'UPDATE Other SET o = 5 WHERE o = 1', 'DELETE FROM Other WHERE o = 5')
  const tableId = idOf(await run(ledger, 'CREATE TABLE T', 'CREATE INDEX ON T (k)'), 'tableId')
  const documentId = idOf(await run(ledger, "INSERT INTO T {'k': 3, 'n': {'deep': 1}}"))
  const { sequenceNo } = ledger.tip()
  await run(ledger, 'UPDATE T SET k = 4', 'CREATE INDEX ON T (n)', "INSERT INTO T {'k': 4}")
  await run(
    ledger,
    `EXEC REDACT_REVISION \`{strandId:"${ledger.strandId}",sequenceNo:${sequenceNo}}\`, '${tableId}', '${documentId}'`,
  )
  return { store, oldId }
}

function check(store: Store, table: string): Promise<StoreReport> {
  return verifyStore(store, { table, openScratch: async () => createMemoryStore() })
}

test('one table is checked: all tables of the name, active and dropped, or the one of an id', async () => {
  const { store, oldId } = await ledgerOfTables()
  const whole = await verifyStore(store, { openScratch: async () => createMemoryStore() })
  assert.deepEqual([whole.journal.findings, whole.derived?.findings, whole.derived?.table], [[], [], undefined])
  for (const [wanted, names, others] of [
    ['T', ['INACTIVE', 'ACTIVE'], 1],
    [oldId, ['INACTIVE'], 2],
    ['Other', ['ACTIVE'], 2],
  ] as const) {
    const { derived, journal } = await check(store, wanted)
    assert.deepEqual([journal.findings, derived?.findings], [[], []])
    assert.deepEqual([derived?.table?.tables.map(({ status }) => status), derived?.table?.others], [names, others])
    assert.ok((derived?.records ?? 0) > 0 && (derived?.records ?? 0) < (whole.derived?.records ?? 0))
  }
})

test('a table that the ledger never had is wrong use, with a near name', async () => {
  const { store } = await ledgerOfTables()
  await assert.rejects(check(store, 'Othre'), isError('usage/invalid-argument', /never had a table 'Othre'/))
  await assert.rejects(check(store, 'Othre'), { help: "did you mean 'Other'?" })
  await assert.rejects(check(store, '_ql_catalog'), isError('usage/invalid-argument'))
})

test("a record that is changed, removed or added is found when it is one of the table's, and by a whole check else", async () => {
  const { store } = await ledgerOfTables()
  const snapshot = store.snapshot()
  const records = [...snapshot.range({ start: Uint8Array.of(3), end: Uint8Array.of(11) })].map(
    ([key, value]) => [Uint8Array.from(key), Uint8Array.from(value)] as const,
  )
  snapshot.release()
  const found: Record<string, Set<string>> = {}
  const edits = [
    (value: Uint8Array) => Uint8Array.from(value, (byte, at) => (at === value.length - 1 ? byte ^ 1 : byte)),
    () => undefined,
  ]
  for (const [key, value] of records) {
    for (const edited of edits) {
      const bytes = edited(value)
      if (bytes !== undefined && bytes.length === 0) continue
      await store.write((t) => (bytes === undefined ? t.remove(key) : t.put(key, bytes)))
      const seen: string[] = []
      for (const table of ['T', 'Other']) {
        const outcome = await check(store, table).catch((error: { code: string }) => error.code)
        if (typeof outcome === 'string' || (outcome.derived?.findings ?? ['journal']).length > 0) seen.push(table)
      }
      const owner = ownerOfKey(key)
      const kind = typeof owner === 'string' ? owner : Object.keys(owner).join()
      found[kind] = (found[kind] ?? new Set()).add(seen.join())
      if (owner === 'catalog') assert.equal(seen.join(), 'T,Other')
      await store.write((t) => t.put(key, value))
    }
  }
  // Each record of documents and indexes belongs to one table, or to the catalog, which both checks compare.
  for (const kind of ['table', 'index', 'document']) {
    const tables = found[kind] ?? new Set()
    assert.ok(tables.has('T') && tables.has('Other'), kind)
    assert.equal(tables.has(''), false, `${kind}: something was found by neither`)
  }
  assert.ok(!isBlockKey(records[0]?.[0] as Uint8Array))
})

test('a table of a ledger that was imported from QLDB is checked, though its blocks show no catalog', async () => {
  const journal = new ForeignJournal()
  const car = { table: 'Car', tableId: foreignIdOf('table Car') }
  const note = { table: 'Note', tableId: foreignIdOf('table Note') }
  journal.append({ statements: ['CREATE TABLE Car', 'CREATE TABLE Note', 'CREATE TABLE Empty'], hidden: 3 })
  journal.append({ statements: ['INSERT'], changes: [{ ...car, id: foreignIdOf('a'), data: '{a:1}' }] })
  journal.append({ statements: ['INSERT'], changes: [{ ...note, id: foreignIdOf('n'), data: '{n:1}' }] })
  journal.append({ statements: ['UPDATE'], changes: [{ ...note, id: foreignIdOf('n'), data: '{n:2}' }] })
  const store = createMemoryStore()
  const env = new SimEnv(3)
  const target = LedgerImport.open(store, { name: 'cars', isWritable: false, isVerified: true, env })
  for (const block of journal.blocks) await target.add(block)
  await target.finish()
  for (const table of ['Car', 'Note', 'Empty']) {
    const { derived } = await check(store, table)
    assert.deepEqual([derived?.findings, derived?.table?.others], [[], 2])
  }
})

test("a document's place that was cut is found, whichever table is checked", async () => {
  const { store } = await ledgerOfTables()
  const snapshot = store.snapshot()
  const [place] = [...snapshot.range(derivedRange)].filter(([key]) => ownerOfKey(key) === 'document')
  snapshot.release()
  const [key, value] = place as readonly [Uint8Array, Uint8Array]
  for (const length of [0, 3, 9]) {
    await store.write((transaction) => transaction.put(key, value.slice(0, length)))
    for (const table of ['T', 'Other']) assert.equal((await check(store, table)).derived?.findings.length, 1)
  }
})
