import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { toBase64 } from '../../src/base/bytes.ts'
import { revisionHash } from '../../src/journal/block.ts'
import { downConvert } from '../../src/archive/export-json.ts'
import { JsonRetyper } from '../../src/archive/import-json.ts'
import { proofFileOf } from '../../src/journal/proof-file.ts'
import { ReceiptBook } from '../../src/archive/receipt-book.ts'
import { verifyEvidence } from '../../src/archive/verify-evidence.ts'
import { verifyExport } from '../../src/archive/verify-export.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { string, struct, type StructValue, structOf, type Value } from '../../src/values/value.ts'
import { sampleForeignJournal, withFolder, writeFiles } from './foreign-journal.ts'

const metadata = parseIon('{id:"a",version:0,txTime:2021-06-13T07:31:02.230Z,txId:"b"}') as StructValue

/** A revision as JSON shows it, of data that is another than what was hashed. */
function revisionOf(hashed: StructValue, shown: StructValue = hashed): StructValue {
  return parseIon(
    downConvert(structOf({ hash: string(toBase64(revisionHash(hashed, metadata))), data: shown, metadata })),
  ) as StructValue
}

/** So many fields, of names that differ in more than digits, but for two. */
function wide(count: number): StructValue {
  const letters = (index: number) => [...String(index)].map((digit) => 'abcdefghij'[Number(digit)]).join('')
  const names = Array.from({ length: count }, (_, index) => (index < 2 ? `x${index}` : letters(index)))
  return struct(
    names,
    names.map(() => string('text')),
  )
}

const other = parseIon('{other:true}') as StructValue

test('a document of many fields has fewer guesses, and others get turns among them', async () => {
  const retyper = new JsonRetyper(4_096)
  let turns = 0
  await retyper.prepare(revisionOf(other, wide(300)), () => {
    turns += 1
  })
  assert.ok(retyper.guesses.most > 100 && retyper.guesses.most < 500, String(retyper.guesses.most))
  assert.ok(turns > 10, String(turns))
})

test('documents that are small each take turns together', async () => {
  const retyper = new JsonRetyper(64)
  let turns = 0
  for (let count = 0; count < 60; count += 1)
    await retyper.prepare(revisionOf(other, wide(60)), () => {
      turns += 1
    })
  assert.ok(turns > 3, String(turns))
})

test('a search that is stopped at a turn ends there', async () => {
  const retyper = new JsonRetyper()
  const stop = new Error('stopped')
  await assert.rejects(
    retyper.prepare(revisionOf(other, wide(300)), () => {
      throw stop
    }),
    stop,
  )
  assert.equal(retyper.guesses.total, 0)
})

test('ten thousand fields are tried as often as their size allows', async () => {
  const retyper = new JsonRetyper(8_192)
  const revision = revisionOf(other, wide(10_000))
  await retyper.prepare(revision, () => undefined)
  assert.equal(retyper.revision(revision).isDoubtful, true)
  assert.ok(retyper.guesses.most > 2 && retyper.guesses.most < 50, String(retyper.guesses.most))
})

test(
  'a block in JSON form behind one in Ion has turns as well',
  withFolder(async (folder) => {
    const { blocks } = sampleForeignJournal()
    const at = blocks.findIndex(({ revisions = [] }) => revisions.some(({ data }) => data !== undefined))
    const turnsFor = async (name: string, count: number) => {
      const texts = blocks.map(({ ion }, index) => {
        if (index !== at) return printIon(ion)
        const json = parseIon(downConvert(ion)) as StructValue
        const revisions = json.get('revisions')
        assert.ok(revisions?.type === 'list')
        const first = revisions.items[0] as StructValue
        const changed = struct(first.names, first.values.with(first.names.indexOf('data'), wide(count)))
        const all = { ...revisions, items: revisions.items.with(0, changed) }
        return downConvert(struct(json.names, json.values.with(json.names.indexOf('revisions'), all)))
      })
      writeFiles(folder, { [name]: texts.join('\n') })
      let turns = 0
      const report = await verifyExport([`${folder}/${name}`], {
        guessesMax: 4_096,
        onRead: () => {
          turns += 1
        },
      })
      assert.equal(report.verdict, 'incomplete')
      assert.equal(report.coverage.jsonDoubtfulRevisions, 1)
      return turns
    }
    assert.ok((await turnsFor('wide.ion', 300)) > (await turnsFor('narrow.ion', 2)) + 10)
  }),
)

test('revisions that lie beside blocks are tried together, with turns', async () => {
  const book = new ReceiptBook()
  for (let count = 0; count < 50; count += 1)
    book.add('file', proofFileOf(structOf({ revision: revisionOf(other, wide(40)) })))
  let turns = 0
  await book.prepare(() => {
    turns += 1
  })
  assert.ok(turns > 50, String(turns))
  assert.equal(book.judge([]).length, 50)
})

test('a revision that was printed as JSON is never called tampered, whatever numbers and nulls it has', () => {
  const digits = fc.oneof(fc.constantFrom(0n, 1n, 10n, 1500n), fc.bigInt({ min: 0n, max: 10n ** 25n }))
  const sign = fc.constantFrom('', '-')
  const exponent = fc.oneof(fc.integer({ min: -45, max: 45 }), fc.constantFrom(0, 300, -300))
  const scalar = fc.oneof(
    fc.tuple(sign, digits, exponent).map(([minus, number, power]) => `${minus}${number}d${power}`),
    fc.double().map((number) => (Number.isFinite(number) ? `${number}${/e/.test(`${number}`) ? '' : 'e0'}` : 'nan')),
    fc.constantFrom(
      '-0.',
      '-0.0',
      '-0e0',
      '0e0',
      '+inf',
      '-inf',
      'null.float',
      'null',
      '$0',
      '0',
      '-0d-30',
      '"$0"',
      '1d400',
      '1d-400',
    ),
  )
  fc.assert(
    fc.property(fc.array(scalar, { minLength: 1, maxLength: 2 }), (fields) => {
      const data = parseIon(`{${fields.map((field, index) => `f${index}:${field}`).join()}}`) as StructValue
      const json = downConvert(structOf({ hash: string(toBase64(revisionHash(data, metadata))), data, metadata }))
      // As the shell prints it: a float's sign and point are all that tells it from an int.
      for (const text of [json, json.replaceAll('-0e0', '-0.0').replace(/"f(\d)":(-?\d+)e0/g, '"f$1":$2')]) {
        const revision = parseIon(text) as StructValue
        const { findings } = verifyEvidence(proofFileOf(structOf({ revision })), undefined, new JsonRetyper(2_048))
        assert.deepEqual(findings, [], `${printIon(data as Value)} as ${text}`)
      }
    }),
    { numRuns: 80 },
  )
})
