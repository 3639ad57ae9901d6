import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import type { FactsSource } from '../../src/journal/checked-windows.ts'
import { soundFacts } from '../../src/journal/sealed-blocks.ts'
import { verifyExport } from '../../src/journal/verify-export.ts'
import { verifyStore } from '../../src/ledger/verify-ledger.ts'
import { blockKey } from '../../src/ledger/keys.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { openLedger, run } from '../ledger/ledger-fixture.ts'
import { ForeignJournal, idOf, withFolder, writeFiles } from './foreign-journal.ts'

/** Answers come later, and not in the order of the questions; some are withheld, as by a thread that has ended. */
function lateFacts(delays: readonly number[], ahead: number): FactsSource {
  let asked = 0
  return {
    ahead,
    async of(blocks) {
      const delay = delays[asked++ % delays.length] as number
      for (let turn = 0; turn < delay; turn += 1) await new Promise((resolve) => setImmediate(resolve))
      return delay === 0 ? blocks.map(() => undefined) : soundFacts(blocks)
    },
  }
}

/** 200 blocks in four files. */
function sampleTexts(): string[] {
  const journal = new ForeignJournal()
  const car = { table: 'Car', tableId: idOf('table Car') }
  journal.append({ statements: ['CREATE TABLE Car'], hidden: 1 })
  for (let at = 1; at < 200; at += 1)
    journal.append({
      statements: ['UPDATE Car SET n = ?'],
      changes: [{ ...car, id: idOf(`${at % 40}`), data: `{n:${at}}` }],
    })
  return journal.blocks.map((block) => printIon(block.ion))
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
          const outcome = (facts?: FactsSource) =>
            verifyExport([place], facts === undefined ? {} : { facts }).catch((error: Error) => error.message)
          assert.deepEqual(await outcome(lateFacts(delays, ahead)), await outcome())
        },
      ),
      { numRuns: 40 },
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
