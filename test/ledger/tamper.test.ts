import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { toHex } from '../../src/base/bytes.ts'
import { isBlockKey } from '../../src/ledger/keys.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { rebuild } from '../../src/ledger/rebuild.ts'
import { type StoreReport, verifyStore } from '../../src/ledger/verify-ledger.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import type { Store } from '../../src/store/store.ts'
import { dump, idOf, isError, openLedger, run } from './ledger-fixture.ts'

/** A ledger with everything in it: tables, indexes, updates, a deletion, a dropped table, a redaction. */
async function smallLedger(): Promise<{ ledger: Ledger; store: Store }> {
  const { ledger, store } = await openLedger()
  const tableId = idOf(await run(ledger, 'CREATE TABLE T', 'CREATE INDEX ON T (k)'), 'tableId')
  const documentId = idOf(await run(ledger, "INSERT INTO T VALUE {'k': 'secret', 'n': 1.50, 'at': `2024-01-02T`}"))
  await run(ledger, "UPDATE T SET k = 'open'")
  await run(ledger, "INSERT INTO T <<{'k': 1, 'list': [1, 2.5e0, null, true]}, {'k': `{{aGVsbG8=}}`}, {'k': `sym`}>>")
  await run(ledger, 'DELETE FROM T WHERE k = 1', 'CREATE TABLE U')
  const address = `{strandId:"${ledger.strandId}",sequenceNo:2}`
  await run(ledger, `EXEC REDACT_REVISION \`${address}\`, '${tableId}', '${documentId}'`)
  await run(ledger, 'DROP TABLE U')
  return { ledger, store }
}

async function check(store: Store): Promise<StoreReport> {
  return verifyStore(store, { name: 'test', openScratch: async () => createMemoryStore() })
}

/** Everything that a report says is wrong. */
function problems({ identityFindings, journal, derived }: StoreReport): string[] {
  return [...identityFindings, ...journal.findings.map(({ message }) => message), ...(derived?.findings ?? [])]
}

test('a ledger with everything in it is sound', async () => {
  const { ledger, store } = await smallLedger()
  const report = await check(store)
  assert.deepEqual(problems(report), [])
  assert.deepEqual(toHex(report.journal.digest), toHex(ledger.digest().digest))
})

/** Runs `body` once for every byte of a record, with one bit of it changed. */
async function flipEach(store: Store, key: Uint8Array, body: (at: number) => Promise<void>): Promise<void> {
  const sound = await store.write((t) => t.get(key) as Uint8Array)
  for (let at = 0; at < sound.length; at += 1) {
    const changed = Uint8Array.from(sound)
    changed[at] = (changed[at] as number) ^ (1 << (at % 8))
    await store.write((t) => t.put(key, changed))
    await body(at)
  }
  await store.write((t) => t.put(key, sound))
}

/** All but the identity. */
const journalAndDerived = { start: Uint8Array.of(2), end: Uint8Array.of(11) }
const blockKeyOf = (sequenceNo: number) => Uint8Array.of(2, 0, 0, 0, 0, 0, sequenceNo)

test('every byte of the journal that is changed is found, and its block is named', async () => {
  const { ledger, store } = await smallLedger()
  for (let sequenceNo = 0; sequenceNo <= ledger.tip().sequenceNo; sequenceNo += 1) {
    await flipEach(store, blockKeyOf(sequenceNo), async (at) => {
      const [first] = (await verifyStore(store)).journal.findings
      const found = `block ${sequenceNo}, byte ${at}: ${first?.message ?? 'nothing is found'}`
      assert.equal(first?.sequenceNo, sequenceNo, found)
      assert.match(first?.message ?? '', new RegExp(`^block ${sequenceNo}: `), found)
    })
  }
})

test('every byte of derived data that is changed is found, and its record is named', async () => {
  const { store } = await smallLedger()
  const snapshot = store.snapshot()
  const derived = [...snapshot.range(journalAndDerived)].filter(([key]) => !isBlockKey(key))
  snapshot.release()
  const kinds = new Set<string>()
  for (const [key, value] of derived) {
    await flipEach(store, key, async (at) => {
      const found = problems(await check(store))
      assert.ok(found.length > 0, `${Buffer.from(key).toString('hex')}, byte ${at}: nothing is found`)
      for (const text of found) kinds.add(text.replace(/\d+|'.*'/g, '…'))
    })
    await store.write((t) => t.remove(key))
    assert.ok(problems(await check(store)).length > 0, `${Buffer.from(key).toString('hex')} is missing`)
    await store.write((t) => t.put(key, value))
  }
  for (const kind of [
    "the ledger's state",
    'the changes and tree nodes of block …',
    'symbol …',
    'document … of table …',
    'the place of document …',
    'version … of document … of table …',
    'the number of index …',
    'the count of documents of table …',
  ]) {
    assert.ok(
      [...kinds].some((text) => text.startsWith(kind)),
      `${kind} is named: ${[...kinds].join('\n')}`,
    )
  }
  await store.write((t) => t.put(Uint8Array.of(8, 9), new Uint8Array(1)))
  assert.deepEqual(problems(await check(store)), ['an entry of index ?: it should not be there'])
})

test('names that only redacted data had are no finding, before and after a rebuild', async () => {
  const { ledger, store } = await openLedger()
  const tableId = idOf(await run(ledger, 'CREATE TABLE T'), 'tableId')
  const documentId = idOf(await run(ledger, "INSERT INTO T VALUE {'onlyHere': 1, 'n': 1}"))
  await run(ledger, 'FROM T AS t REMOVE t.onlyHere', "INSERT INTO T VALUE {'later': 2}")
  const address = `{strandId:"${ledger.strandId}",sequenceNo:2}`
  await run(ledger, `EXEC REDACT_REVISION \`${address}\`, '${tableId}', '${documentId}'`)
  const names = () =>
    dump(store).filter((line) => line.startsWith('0a') && line.includes(Buffer.from('onlyHere').toString('hex')))
  assert.deepEqual(problems(await check(store)), [])
  assert.equal(names().length, 1)
  const rows = await run(ledger, 'SELECT VALUE t FROM T AS t')
  await rebuild(store)
  assert.deepEqual(problems(await check(store)), [])
  assert.equal(names().length, 0)
  assert.deepEqual(await run((await openLedger({}, store)).ledger, 'SELECT VALUE t FROM T AS t'), rows)
})

test('every byte of the identity that is changed is found, or the ledger refused', async () => {
  const { store } = await smallLedger()
  await flipEach(store, Uint8Array.of(1), async (at) => {
    const found = await check(store).then(problems, (error) => [String(error)])
    assert.ok(found.length > 0, `byte ${at}`)
  })
})

test('blocks that are missing, doubled, exchanged or of another ledger are found', async () => {
  const { store } = await smallLedger()
  const other = (await smallLedger()).store
  const blockOf = (from: Store, sequenceNo: number) => from.write((t) => t.get(blockKeyOf(sequenceNo)) as Uint8Array)
  const sound = await blockOf(store, 3)
  const findings = async () =>
    (await verifyStore(store)).journal.findings.map(({ code, sequenceNo }) => `${code} ${sequenceNo}`)
  await store.write((t) => t.remove(blockKeyOf(3)))
  assert.deepEqual((await findings()).slice(0, 3), ['gap 3', 'previous-hash 4', 'gap 4'])
  const two = await blockOf(store, 2)
  await store.write((t) => t.put(blockKeyOf(3), two))
  assert.equal((await findings())[0], 'gap 3')
  const foreign = await blockOf(other, 3)
  await store.write((t) => t.put(blockKeyOf(3), foreign))
  assert.deepEqual((await findings()).slice(0, 2), ['previous-hash 3', 'strand 3'])
  await store.write((t) => t.put(blockKeyOf(3), sound.slice(0, -5)))
  assert.equal((await findings())[0], 'malformed 3')
  await store.write((t) => t.put(blockKeyOf(3), sound))
  assert.deepEqual(await findings(), [])
})

test('a journal that lacks its beginning is found, with and without derived data', async () => {
  const { store } = await smallLedger()
  for (const at of [0, 1]) {
    await store.write((t) => t.remove(blockKeyOf(at)))
    for (const report of [await check(store), await verifyStore(store)]) {
      assert.equal(report.journal.findings[0]?.message, 'block 0: it is missing')
      assert.equal(report.derived, undefined)
    }
  }
})

test('a saved digest finds a journal that was cut or rewritten; one of another ledger is named as such', async () => {
  const { ledger, store } = await smallLedger()
  const digests = [...Array(3).keys()].map(() => ledger.digest())
  await run(ledger, "INSERT INTO T VALUE {'k': 'later'}")
  const saved = digests.map(({ digest, tipAddress }) => ({ digest, digestTipAddress: tipAddress }))
  assert.deepEqual((await verifyStore(store, { saved })).journal.findings, [])
  const [one] = saved as [(typeof saved)[0]]
  const found = async (changed: typeof one) => (await verifyStore(store, { saved: [changed] })).journal
  assert.equal((await found({ ...one, digest: new Uint8Array(32) })).findings[0]?.code, 'digest')
  const late = { ...one.digestTipAddress, sequenceNo: 99 }
  const past = await found({ ...one, digestTipAddress: late })
  assert.match(past.gaps[0]?.message ?? '', /block 99, but the journal ends with/)
  assert.deepEqual(past.findings, [])
  const foreign = { ...one.digestTipAddress, strandId: 'x' }
  assert.equal((await found({ ...one, digestTipAddress: foreign })).foreignDigests.length, 1)
})

test('a redacted revision whose data is put back is found, though its hashes are right', async () => {
  const { ledger, store } = await openLedger()
  const tableId = idOf(await run(ledger, 'CREATE TABLE T'), 'tableId')
  const documentId = idOf(await run(ledger, "INSERT INTO T VALUE {'k': 'secret'}"))
  await run(ledger, "UPDATE T SET k = 'open'")
  const withData = await store.write((t) => t.get(blockKeyOf(2)) as Uint8Array)
  const address = `{strandId:"${ledger.strandId}",sequenceNo:2}`
  await run(ledger, `EXEC REDACT_REVISION \`${address}\`, '${tableId}', '${documentId}'`)
  const report = await check(store)
  assert.deepEqual([problems(report), report.journal.redactedRevisions], [[], 1])
  await store.write((t) => t.put(blockKeyOf(2), withData))
  const [finding] = (await check(store)).journal.findings
  assert.deepEqual([finding?.code, finding?.sequenceNo], ['redaction', 4])
  assert.match(
    finding?.message ?? '',
    /^block 4: it redacted version 0 of document '\w+' in block 2, whose data is there/,
  )
})

test('a derived state that lags behind is no fault, one that is ahead is', async () => {
  const { ledger, store } = await smallLedger()
  const tip = ledger.tip().sequenceNo
  const last = await store.write((t) => t.get(blockKeyOf(tip)) as Uint8Array)
  const before = await check(store)
  assert.equal(before.derived?.isComplete, true)
  await store.write((t) => t.remove(blockKeyOf(tip)))
  assert.deepEqual(problems(await check(store)), [`the state says that block ${tip} is the last, it is ${tip - 1}`])
  await store.write((t) => t.put(blockKeyOf(tip), last))
  await store.write((t) => {
    const keys = [...t.range(journalAndDerived)].map(([key]) => key).filter((key) => !isBlockKey(key))
    for (const key of keys) t.remove(key)
  })
  const emptied = await check(store)
  assert.deepEqual([problems(emptied), emptied.derived?.isComplete], [[], false])
})

test('a ledger that was tampered with gives no proof, and says why', async () => {
  const { ledger, store } = await openLedger()
  await run(ledger, 'CREATE TABLE T')
  const documentId = idOf(await run(ledger, "INSERT INTO T VALUE {'k': 'Ada'}"))
  const { sequenceNo: tip } = ledger.tip()
  assert.ok(ledger.revision(2, documentId, tip) !== undefined)
  const sound = await store.write((t) => t.get(blockKeyOf(2)) as Uint8Array)
  // The revision's own hash, which stands before the entries' root of it is worked out.
  const hash = ledger.revision(2, documentId, tip)?.revision.get('hash')
  assert.ok(hash?.type === 'blob')
  const at = Buffer.from(sound).lastIndexOf(Buffer.from(hash.bytes))
  const changed = Uint8Array.from(sound)
  changed[at] = (changed[at] as number) ^ 1
  await store.write((t) => t.put(blockKeyOf(2), changed))
  assert.throws(() => ledger.revision(2, documentId, tip), isError('journal/hash-mismatch', /block 2.*qldb verify/))
  await store.write((t) => t.put(blockKeyOf(2), sound))
  await store.write((t) => t.remove(Uint8Array.of(2, 0, 0, 0, 0, 0, 1, 1)))
  assert.throws(() => ledger.revision(2, documentId, tip), isError('store/corrupt', /node 0 of level 1.*qldb rebuild/))
})

test('whatever is done to a record, verify ends with findings and not with a fault of its own', async () => {
  const { store } = await smallLedger()
  const snapshot = store.snapshot()
  const records = [...snapshot.range(journalAndDerived)]
  snapshot.release()
  const damage = fc.record({
    at: fc.nat(),
    cut: fc.nat(),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
    from: fc.nat({ max: records.length - 1 }),
    into: fc.nat({ max: records.length - 1 }),
    how: fc.constantFrom('overwrite', 'insert', 'cut', 'exchange'),
  })
  await fc.assert(
    fc.asyncProperty(damage, async ({ at, cut, bytes, from, into, how }) => {
      const [key, value] = records[into] as [Uint8Array, Uint8Array]
      const before = value.subarray(0, at % (value.length + 1))
      const after = value.subarray(before.length)
      const changed = {
        overwrite: Buffer.concat([before, bytes, after.subarray(bytes.length)]),
        insert: Buffer.concat([before, bytes, after]),
        cut: Buffer.concat([before, after.subarray(1 + (cut % 30))]),
        exchange: Buffer.from((records[from] as [Uint8Array, Uint8Array])[1]),
      }[how]
      if (Buffer.compare(changed, value) === 0) return
      await store.write((t) => t.put(key, changed))
      const found = problems(await check(store))
      await store.write((t) => t.put(key, value))
      assert.ok(found.length > 0)
    }),
    { numRuns: 400 },
  )
})
