import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeBlock } from '../../src/journal/block.ts'
import { type ExportFacts, exportFactsHere, noFacts } from '../../src/archive/export-facts.ts'
import { soundFacts } from '../../src/journal/sealed-blocks.ts'
import { soundTexts } from '../../src/archive/sound-texts.ts'
import { verifyExport } from '../../src/archive/verify-export.ts'
import { verifyStore } from '../../src/ledger/verify-ledger.ts'
import { blockKey } from '../../src/ledger/keys.ts'
import { encodeAllIon } from '../../src/values/binary-writer.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { openLedger, run } from '../ledger/ledger-fixture.ts'
import { ForeignJournal, idOf, withFolder, writeFiles } from './foreign-journal.ts'

/** Answers come later, and not in the order of the questions; some are withheld, as by a thread that has ended. */
function lateFacts(delays: readonly number[], ahead: number): ExportFacts {
  let asked = 0
  return {
    ahead,
    async of(blocks) {
      const delay = delays[asked++ % delays.length] as number
      for (let turn = 0; turn < delay; turn += 1) await new Promise((resolve) => setImmediate(resolve))
      return delay === 0 ? blocks.map(() => undefined) : soundFacts(blocks)
    },
    async ofTexts(texts) {
      const delay = delays[asked++ % delays.length] as number
      for (let turn = 0; turn < delay; turn += 1) await new Promise((resolve) => setImmediate(resolve))
      return delay === 0 ? texts.map(() => undefined) : soundTexts(texts)
    },
  }
}

function sampleTexts(): string[] {
  return sampleJournal().blocks.map((block) => printIon(block.ion))
}

/** 200 blocks. */
function sampleJournal(): ForeignJournal {
  const journal = new ForeignJournal()
  const car = { table: 'Car', tableId: idOf('table Car') }
  journal.append({ statements: ['CREATE TABLE Car'], hidden: 1 })
  for (let at = 1; at < 200; at += 1)
    journal.append({
      statements: ['UPDATE Car SET n = ?'],
      changes: [{ ...car, id: idOf(`${at % 40}`), data: `{n:${at}}` }],
    })
  return journal
}

const edit = fc.record({
  at: fc.nat({ max: 199 }),
  kind: fc.constantFrom('data', 'hash', 'malformed', 'twice', 'missing', 'broken'),
})

function edited(texts: readonly string[], edits: readonly { at: number; kind: string }[]): string[] {
  const lines = [...texts]
  for (const { at, kind } of edits) {
    const line = lines[at] as string
    if (kind === 'data') lines[at] = line.replace(/\{n:\d+\}/, '{n:7777}')
    else if (kind === 'hash') lines[at] = line.replace(/entriesHash:\{\{..../, 'entriesHash:{{AAAA')
    else if (kind === 'malformed') lines[at] = line.replace('transactionId:', 'transaction:')
    else if (kind === 'twice') lines[at] = `${line}\n${line}`
    else if (kind === 'missing') lines[at] = ''
    else lines[at] = line.slice(0, line.length / 2)
  }
  return lines
}

test(
  'an export gets the same report however many blocks are hashed ahead, in any order, elsewhere',
  withFolder(async (folder) => {
    const texts = sampleTexts()
    let number = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(edit, { maxLength: 4 }),
        fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 6 }),
        async (edits, delays, ahead) => {
          const place = join(folder, String(number++))
          const lines = edited(texts, edits)
          writeFiles(
            place,
            Object.fromEntries(
              [0, 50, 100, 150].map((from) => [`${from}.ion`, lines.slice(from, from + 50).join('\n')]),
            ),
          )
          const outcome = (facts?: ExportFacts) =>
            verifyExport([place], facts === undefined ? {} : { facts }).catch((error: Error) => error.message)
          assert.deepEqual(await outcome(lateFacts(delays, ahead)), await outcome())
        },
      ),
      { numRuns: 40 },
    )
  }),
)

const byteEdit = fc.record({
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  kind: fc.nat({ max: 5 }),
})

/** Changed, removed, added, swapped and repeated bytes, at any place of a file. */
function editedBytes(bytes: Buffer, edits: readonly { at: number; kind: number }[]): Buffer {
  return edits.reduce((before, { at, kind }) => {
    const place = Math.floor(at * before.length)
    const [head, rest] = [before.subarray(0, place), before.subarray(place)]
    if (kind === 0) return Buffer.concat([head, Buffer.of((rest[0] as number) ^ (1 << (place % 8))), rest.subarray(1)])
    if (kind === 1) return Buffer.concat([head, rest.subarray(1 + (place % 3))])
    if (kind === 2) return Buffer.concat([head, Buffer.of(place & 0xff), rest])
    if (kind === 3) return Buffer.concat([head, rest.subarray(0, 900), rest])
    if (kind === 4) return Buffer.concat([head, Buffer.of(0xe0, 1, 0, 0xea), rest])
    return head
  }, bytes)
}

test(
  'blocks that are hashed as files hold them get the report of those that are read first, whatever bytes were changed',
  withFolder(async (folder) => {
    const streams = sampleJournal().blocks.map((block) => Buffer.from(encodeBlock(block)))
    const shared = encodeAllIon(sampleJournal().blocks.map(({ ion }) => ion))
    let number = 0
    const compare = async (files: Record<string, Uint8Array>) => {
      const place = join(folder, String(number++))
      writeFiles(place, files)
      const outcome = (facts: ExportFacts) => verifyExport([place], { facts }).catch((error: Error) => error.message)
      const report = await outcome(exportFactsHere)
      assert.deepEqual(report, await outcome(noFacts))
      return report
    }
    const texts = sampleTexts().map((text) => Buffer.from(`${text}\n`))
    const [whole, wholeTexts] = [streams, texts].map((parts) =>
      [0, 50, 100, 150].map((from) => Buffer.concat(parts.slice(from, from + 50))),
    ) as [Buffer[], Buffer[]]
    const named = (files: readonly Buffer[]) =>
      Object.fromEntries(files.map((bytes, index) => [`${index * 50}.ion`, bytes]))
    for (const files of [whole, wholeTexts]) {
      const sound = await compare(named(files))
      assert.equal(typeof sound === 'string' ? sound : sound.verdict, 'verified')
    }
    await compare({ 'shared.ion': shared })
    await compare({ 'both.ion': Buffer.concat([Buffer.concat(streams.slice(0, 90)), Buffer.from(shared)]) })
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(whole, wholeTexts),
        fc.nat({ max: 3 }),
        fc.array(byteEdit, { minLength: 1, maxLength: 3 }),
        async (files, file, edits) => {
          await compare(named(files.map((bytes, index) => (index === file ? editedBytes(bytes, edits) : bytes))))
        },
      ),
      { numRuns: 50 },
    )
  }),
)

test('a ledger gets the same report however many blocks are hashed ahead', async () => {
  const { ledger, store } = await openLedger()
  await run(ledger, 'CREATE TABLE T')
  for (let k = 0; k < 300; k += 1) await run(ledger, `INSERT INTO T VALUE {'k': ${k}}`)
  for (const sequenceNo of [70, 71, 250])
    await store.write((transaction) => {
      const bytes = Buffer.from(transaction.get(blockKey(sequenceNo)) as Uint8Array)
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 3) ^ 1, bytes.length - 3)
      transaction.put(blockKey(sequenceNo), bytes)
    })
  const plain = (await verifyStore(store)).journal
  assert.ok(plain.findings.length >= 3)
  for (const ahead of [1, 3]) {
    const { journal } = await verifyStore(store, { facts: lateFacts([3, 0, 1], ahead) })
    assert.deepEqual([journal.findings, journal.blocks, journal.digest], [plain.findings, plain.blocks, plain.digest])
  }
})
