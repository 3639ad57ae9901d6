import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Block, encodeBlock } from '../../src/journal/block.ts'
import { blockFromIon } from '../../src/journal/block-from-ion.ts'
import { blockKey, doubtKey, identityKey } from '../../src/ledger/keys.ts'
import { LedgerImport } from '../../src/ledger/import-ledger.ts'
import { Ledger } from '../../src/ledger/ledger.ts'
import { encodeIdentity, readIdentity } from '../../src/ledger/records.ts'
import { verifyStore } from '../../src/ledger/verify-ledger.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import type { Store } from '../../src/store/store.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { joinHashes } from '../../src/values/join-hashes.ts'
import { blob, list, struct } from '../../src/values/value.ts'
import { openLedger, run } from '../ledger/ledger-fixture.ts'
import { SimEnv } from '../support/sim-env.ts'
import { check, codes } from './checked-export.ts'
import { sampleForeignJournal, withFolder } from './foreign-journal.ts'

async function smallLedger(): Promise<{ ledger: Ledger; store: Store }> {
  const opened = await openLedger()
  await run(opened.ledger, 'CREATE TABLE Acc')
  await run(opened.ledger, "INSERT INTO Acc VALUE {'owner': 'eve', 'balance': 7}")
  return opened
}

const forge = (bytes: Uint8Array) => {
  const forged = Buffer.from(bytes)
  forged[forged.lastIndexOf(Buffer.from([0x21, 7])) + 1] = 99
  return forged
}

const imported = {
  state: 'complete',
  firstSequenceNo: 0,
  lastSequenceNo: 2,
  isReadOnly: false,
  isVerified: true,
  doubtfulRevisions: 1,
} as const

test('a mark of an import that was planted in a ledger made here hides nothing', async () => {
  const { store } = await smallLedger()
  await store.write((t) => {
    t.put(blockKey(2), forge(t.get(blockKey(2)) as Uint8Array))
    t.put(doubtKey(2, 0), new Uint8Array(0))
  })
  const { journal } = await verifyStore(store)
  assert.deepEqual(new Set(journal.findings.map(({ code }) => code)), new Set(['mark', 'revision-hash']))
})

test('with the record of an import planted too, the mark hides nothing: no hashed content and no digest has it', async () => {
  const { ledger, store } = await smallLedger()
  const { digest, tipAddress } = ledger.digest()
  await store.write((t) => {
    const identity = readIdentity(t) as NonNullable<ReturnType<typeof readIdentity>>
    t.put(identityKey, encodeIdentity({ ...identity, origin: imported }))
    t.put(blockKey(2), forge(t.get(blockKey(2)) as Uint8Array))
    t.put(doubtKey(2, 0), new Uint8Array(0))
  })
  const saved = { digest, digestTipAddress: tipAddress }
  const none = { count: 0, hash: new Uint8Array(0) }
  for (const given of [[], [saved], [{ ...saved, marks: none }]]) {
    const { findings } = (await verifyStore(store, { saved: given })).journal
    assert.deepEqual(new Set(findings.map(({ code }) => code)), new Set(['mark', 'revision-hash']))
  }
})

test('marks that an import left are counted, as long as its own block or a saved digest records them', async () => {
  const { ledger } = await smallLedger()
  const store = createMemoryStore()
  const target = LedgerImport.open(store, { name: 'copy', isWritable: false, isVerified: true, env: new SimEnv(3) })
  for (const number of [0, 1]) await target.add(blockFromIon(ledger.block(number)))
  const untyped = printIon(ledger.block(2)).replace('balance:7', 'balance:7e0')
  await target.add(blockFromIon(parseIon(untyped)), [0])
  const { tip, added } = await target.finish()
  assert.deepEqual([tip, added], [2, 3])
  const codesOf = async (saved: Parameters<typeof verifyStore>[1] = {}) => {
    const { findings, uncheckedRevisions, revisions } = (await verifyStore(store, saved)).journal
    return [[...new Set(findings.map(({ code }) => code))], uncheckedRevisions, revisions]
  }
  assert.deepEqual(await codesOf(), [[], 1, 2])
  const plain = { digest: ledger.digest().digest, digestTipAddress: ledger.digest().tipAddress }
  assert.deepEqual(await codesOf({ saved: [plain] }), [[], 1, 2])
  const copy = await Ledger.open(store, new SimEnv(4), { name: 'copy', strictQldb: false })
  const { digest, tipAddress } = copy.digest()
  const saved = { digest, digestTipAddress: tipAddress, marks: copy.importMarks(tipAddress.sequenceNo) }
  assert.deepEqual(await codesOf({ saved: [saved] }), [[], 1, 2])
  await store.write((t) => t.put(doubtKey(1, 0), new Uint8Array(0)))
  assert.deepEqual(await codesOf({ saved: [saved] }), [['mark', 'revision-hash'], 0, 2])
  await store.write((t) => t.remove(doubtKey(1, 0)))
  const other = LedgerImport.open(store, { name: 'copy', isWritable: false, isVerified: true, env: new SimEnv(5) })
  for (const number of [0, 1, 2]) await other.add(blockFromIon(ledger.block(number)))
  assert.deepEqual((await other.finish()).tip, 3)
  await store.write((t) => t.remove(blockKey(3)))
  assert.deepEqual(await codesOf(), [['mark', 'revision-hash'], 0, 2])
})

test('a mark on a revision whose hash fits is a finding', async () => {
  const { store } = await smallLedger()
  await store.write((t) => {
    const identity = readIdentity(t) as NonNullable<ReturnType<typeof readIdentity>>
    t.put(identityKey, encodeIdentity({ ...identity, origin: imported }))
    t.put(doubtKey(2, 0), new Uint8Array(0))
  })
  const { findings } = (await verifyStore(store)).journal
  assert.deepEqual(
    findings.map(({ code }) => code),
    ['mark'],
  )
})

test('heads of a ledger made here need cover whatever the record of its origin says', async () => {
  const { ledger, store } = await smallLedger()
  await store.write((t) => {
    const identity = readIdentity(t) as NonNullable<ReturnType<typeof readIdentity>>
    t.put(identityKey, encodeIdentity({ ...identity, origin: { ...imported, doubtfulRevisions: 0 } }))
    for (const sequenceNo of [0, 1, 2]) {
      const text = printIon(ledger.block(sequenceNo)).replace(/blockTimestamp:\d{4}/, 'blockTimestamp:2099')
      t.put(blockKey(sequenceNo), encodeBlock(blockFromIon(parseIon(text))))
    }
  })
  const { findings } = (await verifyStore(store)).journal
  assert.deepEqual(new Set(findings.map(({ sequenceNo }) => sequenceNo)), new Set([0, 1, 2]))
  assert.ok(findings.some(({ code }) => code === 'head'))
})

test(
  'an export of a ledger made here whose times were all moved is tampered with, at each block',
  withFolder(async (folder) => {
    const { ledger } = await smallLedger()
    const blocks = [0, 1, 2].map((number) => printIon(ledger.block(number)))
    assert.equal((await check(join(folder, 'a'), { 'a.ion': blocks.join('\n') })).verdict, 'verified')
    const moved = blocks.map((text) =>
      text.replace(/blockTimestamp:(\d+)/, (_, year: string) => `blockTimestamp:${Number(year) + 5}`),
    )
    const report = await check(join(folder, 'b'), { 'a.ion': moved.join('\n') })
    assert.equal(report.verdict, 'tampered')
    assert.deepEqual(new Set(report.findings.map(({ sequenceNo }) => sequenceNo)), new Set([0, 1, 2]))
  }),
)

test(
  'the order of what a block made here lists is checked where hashes do not tell two neighbours apart',
  withFolder(async (folder) => {
    const { ledger } = await openLedger()
    await run(ledger, 'CREATE TABLE Acc')
    await run(ledger, "INSERT INTO Acc << {'owner': 'eve'}, {'owner': 'bob'} >>")
    const blocks = [0, 1, 2].map((number) => printIon(ledger.block(number)))
    const edited = (name: string) => {
      const value = parseIon(blocks[2] as string)
      assert.ok(value.type === 'struct')
      const values = value.values.map((field, index) =>
        value.names[index] === name && field.type === 'list' ? list(field.items.toReversed()) : field,
      )
      return [...blocks.slice(0, 2), printIon(struct(value.names, values))].join('\n')
    }
    const revisions = await check(join(folder, 'revisions'), { 'a.ion': edited('revisions') })
    assert.deepEqual([revisions.verdict, codes(revisions)], ['incomplete', ['order-unproven']])
    const entries = await check(join(folder, 'entries'), { 'a.ion': edited('entriesHashList') })
    assert.equal(entries.verdict, 'tampered')
    const nulls = blocks.map((text) => text.replace(/\}$/, ',redactionInfo:null}'))
    const shown = await check(join(folder, 'nulls'), { 'a.ion': nulls.join('\n') })
    assert.deepEqual([shown.verdict, new Set(codes(shown))], ['incomplete', new Set(['field-unknown'])])
  }),
)

const aws = sampleForeignJournal()
const texts = aws.blocks.map((block) => printIon(block.ion))

/** The export with one block changed: fields of it replaced, or taken out. */
async function withBlock(folder: string, number: number, change: (text: string) => string) {
  const changed = texts.map((text, index) => (index === number ? change(text) : text))
  assert.notDeepEqual(changed, texts)
  return await check(folder, { 'a.ion': changed.join('\n') })
}

const hashOfRevision = (block: Block | undefined, index: number) =>
  printIon(block?.revisions?.[index]?.ion.get('hash') as Parameters<typeof printIon>[0])

test(
  "what a block of QLDB's no longer shows is counted, not skipped",
  withFolder(async (folder) => {
    assert.equal((await check(join(folder, 'whole'), { 'a.ion': texts.join('\n') })).verdict, 'verified')
    const block = aws.blocks[6]
    const [one] = block?.revisions ?? []
    const hidden = await withBlock(join(folder, 'hidden'), 6, (text) =>
      text.replace(printIon(one?.ion as Parameters<typeof printIon>[0]), `{hash:${hashOfRevision(block, 0)}}`),
    )
    assert.deepEqual([hidden.verdict, hidden.coverage.missingRevisions], ['incomplete', 1])
    const without = await withBlock(join(folder, 'without'), 6, (text) => text.replace(/,revisions:.*\}$/, '}'))
    assert.deepEqual([without.verdict, without.coverage.missingRevisions], ['incomplete', 1])
    assert.deepEqual(
      codes(without, 'doubtful').filter((code) => code !== 'revision-version'),
      ['revision-missing', 'entries-unknown'],
    )
    const boss = await withBlock(join(folder, 'boss'), 6, (text) => text.replace(/\}$/, ',approvedBy:"boss"}'))
    assert.deepEqual([boss.verdict, codes(boss, 'doubtful')], ['incomplete', ['field-unknown']])
    const late = await withBlock(join(folder, 'late'), 11, (text) =>
      text.replace('blockTimestamp:2021', 'blockTimestamp:2026'),
    )
    assert.deepEqual([late.verdict, codes(late, 'tampered')], ['tampered', ['revision-time']])
  }),
)

test(
  'folding the entries of a block hides neither its statements nor its revisions',
  withFolder(async (folder) => {
    const block = aws.blocks[6] as (typeof aws.blocks)[number]
    const [a, b, c, d] = block.entriesHashList as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
    const folded = `entriesHashList:[${printIon(blob(joinHashes(a, b)))},${printIon(blob(joinHashes(c, d)))}]`
    const report = await withBlock(folder, 6, (text) => {
      const bare = text.replace(/,transactionInfo:.*\}$/, '}').replace(/entriesHashList:\[[^\]]*\]/, folded)
      assert.ok(parseIon(bare))
      return bare
    })
    assert.equal(report.verdict, 'incomplete')
    assert.ok(codes(report, 'doubtful').includes('block-blank'))
  }),
)
