import assert from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { toBase64 } from '../../src/base/bytes.ts'
import { LedgerError } from '../../src/base/errors.ts'
import { type Block, encodeBlock } from '../../src/journal/block.ts'
import { decodeBlock } from '../../src/journal/block-from-ion.ts'
import { redactBlock } from '../../src/journal/seal-block.ts'
import { downConvert } from '../../src/archive/export-json.ts'
import { ExportWriter, exportFormats } from '../../src/archive/export-files.ts'
import { verifyExport } from '../../src/archive/verify-export.ts'
import { encodeIon } from '../../src/values/binary-writer.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { timestampFromMs } from '../../src/values/timestamp.ts'
import { isError } from '../ledger/ledger-fixture.ts'
import { sharedFile } from '../support/root.ts'
import { check, codes, digestOf } from './checked-export.ts'
import { ForeignJournal, idOf, sampleForeignJournal, withFolder, writeFiles } from './foreign-journal.ts'

const journal = sampleForeignJournal()
const { strandId } = journal
const text = (...blocks: readonly (Block | undefined)[]) =>
  blocks.map((block) => `${printIon((block as Block).ion)}\n`).join('')
const range = (from: number, to: number) => text(...journal.blocks.slice(from, to + 1))
const name = (from: number, to: number, extension = 'ion') => `2021/06/13/07/${strandId}.${from}-${to}.${extension}`
const last = journal.blocks.length - 1

function edit(block: Block, from: RegExp, to: string): string {
  const before = printIon(block.ion)
  const after = before.replace(from, to)
  assert.notEqual(after, before, String(from))
  return `${after}\n`
}

test(
  'text of several files verifies, with what is covered and what is not',
  withFolder(async (folder) => {
    const report = await check(folder, { [name(0, 4)]: range(0, 4), [name(5, last)]: range(5, last) })
    assert.equal(report.verdict, 'verified')
    assert.deepEqual(report.findings, [])
    assert.equal(report.blocks, journal.blocks.length)
    assert.equal(report.files, 2)
    assert.equal(toBase64(report.digest?.digest as Uint8Array), digestOf(journal.blocks))
    assert.equal(report.digest?.digestTipAddress.sequenceNo, last)
    const { coverage } = report
    assert.equal(coverage.opaqueEntries, 2 * journal.blocks.length)
    assert.deepEqual([coverage.revisions, coverage.opaqueRevisions, coverage.checkedRevisions], [13, 6, 7])
    assert.equal(coverage.uncheckedDigests, 1)
    assert.deepEqual(coverage.uncoveredFields, { blockAddress: 12, transactionId: 12, blockTimestamp: 12 })
  }),
)

test(
  'whatever form the files have: binary, JSON, gzip, one list, no order, foreign names',
  withFolder(async (folder) => {
    const binary = (...blocks: readonly Block[]) => Buffer.concat(blocks.map((block) => encodeIon(block.ion)))
    const json = (...blocks: readonly Block[]) => blocks.map((block) => `${downConvert(block.ion)}\n`).join('')
    const [b0, b1, b2, b3, b4, b5, ...rest] = journal.blocks as [Block, Block, Block, Block, Block, Block, ...Block[]]
    const report = await check(folder, {
      'renamed-by-hand.txt': binary(b0, b1),
      [`deep/er/${strandId}.2-3.json.gz`]: gzipSync(json(b2, b3)),
      'list.ion': `[${printIon(b4.ion)}, ${printIon(b5.ion)}]`,
      'rest.10n.gz': gzipSync(binary(...rest.toReversed())),
      'notes.txt': 'bring milk',
      'empty.ion': '',
    })
    assert.equal(report.verdict, 'verified', JSON.stringify(report.findings))
    assert.deepEqual(codes(report).sort(), ['file-ignored', 'file-ignored', 'file-order'])
    assert.equal(report.coverage.jsonBlocks, 2)
    assert.equal(toBase64(report.digest?.digest as Uint8Array), digestOf(journal.blocks))
  }),
)

test(
  'our own exports verify in all formats, with prefixes and packed',
  withFolder(async (folder) => {
    for (const format of exportFormats) {
      for (const [gzip, prefix] of [
        [false, ''],
        [true, 'journalExport/'],
      ] as const) {
        const place = join(folder, `${format}-${gzip}`)
        const writer = new ExportWriter(place, {
          ledgerName: 'cars',
          exportId: idOf('export'),
          strandId,
          format,
          gzip,
          prefix,
          inclusiveStartTime: timestampFromMs(0),
          exclusiveEndTime: timestampFromMs(4e12),
          fileBytes: 1_000,
        })
        for (const block of journal.blocks) writer.add(block)
        writer.end()
        const report = await verifyExport([place])
        assert.equal(report.verdict, 'verified', JSON.stringify(report.findings))
        assert.deepEqual(report.findings, [])
        assert.deepEqual([report.ledgerNames, report.exportIds], [['cars'], [idOf('export')]])
        assert.ok(report.files > 3)
        assert.equal(toBase64(report.digest?.digest as Uint8Array), digestOf(journal.blocks))
      }
    }
  }),
)

test(
  'files of other hours: a block of 08:00 goes into a folder of its own',
  withFolder(async (folder) => {
    const place = join(folder, 'out')
    const base = {
      ledgerName: 'cars',
      exportId: idOf('e'),
      strandId,
      format: 'ion-text',
      gzip: false,
      prefix: '',
    } as const
    const times = { inclusiveStartTime: timestampFromMs(0), exclusiveEndTime: timestampFromMs(4e12) }
    const writer = new ExportWriter(place, { ...base, ...times })
    for (const block of journal.blocks) writer.add(block)
    writer.end()
    assert.match(readFileSync(join(place, '2021/06/13/07', `${strandId}.0-9.ion`), 'utf8'), /^\{blockAddress/)
    assert.match(readFileSync(join(place, '2021/06/13/08', `${strandId}.10-${last}.ion`), 'utf8'), /^\{blockAddress/)
  }),
)

test(
  'manifests: what they list must be there; keys with and without prefix',
  withFolder(async (folder) => {
    const keys = [name(0, 4), `some/prefix/${name(5, last)}`, name(last + 1, last + 2)]
    const report = await check(folder, {
      [name(0, 4)]: range(0, 4),
      [name(5, last)]: range(5, last),
      'extra.ion': range(last, last),
      'x.started.manifest': '{ledgerName:"cars",exportId:"x",outputFormat:"ION_TEXT"}',
      'y.started.manifest': '{"ledgerName":"cars","exportId":"y"}',
      [`x.${strandId}.completed.manifest`]: JSON.stringify({ keys }),
    })
    assert.equal(report.verdict, 'incomplete')
    assert.deepEqual(codes(report).sort(), ['file-missing', 'file-unlisted', 'manifest'])
    assert.match(
      report.findings.find(({ code }) => code === 'file-missing')?.message ?? '',
      /12-13\.ion', which .* lists/,
    )
  }),
)

test(
  'a gap, a late block, a wrong name, a broken file: doubtful, each named',
  withFolder(async (folder) => {
    const gap = await check(join(folder, 'gap'), { [name(0, 3)]: range(0, 3), [name(6, last)]: range(6, last) })
    assert.equal(gap.verdict, 'incomplete')
    assert.deepEqual([...new Set(codes(gap))], ['gap', 'revision-version'])
    assert.equal(gap.digest, undefined)
    const named = await check(join(folder, 'named'), { [name(3, 4)]: range(0, 4), [name(5, last)]: range(5, last) })
    assert.equal(named.verdict, 'incomplete')
    assert.deepEqual(codes(named), ['file-name', 'file-name'])
    const cut = await check(join(folder, 'cut'), { [name(0, last)]: range(0, last).slice(0, -40) })
    assert.deepEqual([cut.verdict, codes(cut), cut.blocks], ['incomplete', ['file-unreadable', 'file-name'], last])
    const packed = gzipSync(range(0, last))
    const cutPacked = await check(join(folder, 'packed'), { [name(0, last, 'ion.gz')]: packed.subarray(0, -20) })
    assert.equal(cutPacked.verdict, 'incomplete')
    assert.ok(codes(cutPacked).includes('file-unreadable'))
  }),
)

test(
  'blocks that lie twice count once; a copy that was changed is found',
  withFolder(async (folder) => {
    const twice = await check(join(folder, 'twice'), {
      'a.ion': range(0, last),
      'b.ion': range(3, 6),
      'c.ion': range(6, last),
    })
    assert.deepEqual([twice.verdict, twice.findings, twice.blocks], ['verified', [], journal.blocks.length])
    const inOne = await check(join(folder, 'in one'), {
      'a.ion': range(0, 4) + range(4, 4) + range(5, last),
    })
    assert.deepEqual([inOne.verdict, inOne.findings, inOne.blocks], ['verified', [], journal.blocks.length])
    const underName = await check(join(folder, 'under a name'), { [name(0, last)]: range(0, 3) + range(3, last) })
    assert.deepEqual([underName.verdict, underName.findings], ['verified', []])
    const inPlaceOfOne = await check(join(folder, 'in place of one'), { [name(0, 4)]: range(0, 3) + range(3, 3) })
    assert.deepEqual([inPlaceOfOne.verdict, codes(inPlaceOfOne)], ['incomplete', ['file-name']])
    const withGap = await check(join(folder, 'with a gap'), {
      'a.ion': range(0, 3) + range(5, 5) + range(5, last),
      'b.ion': range(4, 4),
    })
    assert.deepEqual([withGap.verdict, withGap.findings], ['verified', []])
    const changed = await check(join(folder, 'changed'), {
      'a.ion': range(0, last),
      'b.ion': edit(journal.blocks[5] as Block, /90\.25/, '90.26'),
    })
    assert.deepEqual([changed.verdict, codes(changed)], ['tampered', ['copies-differ']])
    assert.match(changed.findings[0]?.message ?? '', /block 5 in '.*b\.ion' and in '.*a\.ion' differ/)
    const time = await check(join(folder, 'time'), {
      'a.ion': range(0, last),
      'b.ion': edit(journal.blocks[1] as Block, /(blockTimestamp:\S+?)1\.000Z/, '$11.001Z'),
    })
    assert.deepEqual([time.verdict, codes(time)], ['incomplete', ['copies-differ']])
  }),
)

test(
  'of two exports before and after a redaction the redacted copy counts',
  withFolder(async (folder) => {
    const redacted = redactBlock(journal.blocks[5] as Block, 0)
    const files = { 'a.ion': range(0, last), 'b.ion': text(redacted) }
    const report = await check(folder, files)
    assert.deepEqual(codes(report, 'note'), ['redacted-copy'])
    assert.equal(report.coverage.redactedRevisions, 1)
    // Nothing in this journal asked for it.
    assert.deepEqual(codes(report, 'doubtful'), ['redaction'])
    assert.equal(toBase64(report.digest?.digest as Uint8Array), digestOf(journal.blocks))
  }),
)

test(
  'every change of a covered field is tampering, in text, binary and JSON',
  withFolder(async (folder) => {
    const block = journal.blocks[6] as Block
    const cases: [RegExp, string, string][] = [
      [/price:1,/, 'price:2,', 'revision-hash'],
      [/version:1,/, 'version:2,', 'revision-hash'],
      [/UPDATE/, 'update', 'transaction-info'],
      [/tableName:"Car"/, 'tableName:"Cat"', 'transaction-info'],
      [/entriesHash:\{\{.{4}/, 'entriesHash:{{AAAA', 'entries-hash'],
      [/previousBlockHash:\{\{.{4}/, 'previousBlockHash:{{AAAA', 'block-hash'],
      [/transactionId:"Z/, 'transactionId:"Y', 'revision-transaction'],
    ]
    for (const [index, [from, to, code]] of cases.entries()) {
      const edited = edit(block, from, to)
      for (const form of ['text', 'binary', 'json'] as const) {
        const value = parseIon(edited)
        const bytes = form === 'text' ? edited : form === 'binary' ? encodeIon(value) : downConvert(value)
        const report = await check(join(folder, `${index}-${form}`), {
          'a.ion': range(0, 5),
          'b.ion': bytes,
          'c.ion': range(7, last),
        })
        // In JSON a wrong hash of data may as well be a type that was lost.
        const isLost = form === 'json' && code === 'revision-hash'
        assert.equal(report.verdict, isLost ? 'incomplete' : 'tampered', `${from} ${form}`)
        assert.ok(codes(report).includes(isLost ? 'json-data' : (code as 'gap')), `${from} ${form}: ${codes(report)}`)
      }
    }
  }),
)

test(
  'digests, also of an earlier tip, and proofs of the last block bind the blocks',
  withFolder(async (folder) => {
    const digestFile = (tip: number, digest = digestOf(journal.blocks.slice(0, tip + 1))) =>
      printIon(
        parseIon(
          `{digest:"${digest}",digestTipAddress:"{strandId:\\"${strandId}\\",sequenceNo:${tip}}",ledger:"cars"}`,
        ),
        { pretty: true },
      )
    const good = await check(join(folder, 'good'), {
      'a.ion': range(0, last),
      'tip.ion.txt': digestFile(last),
      'early.ion.txt': digestFile(4),
      'late.ion.txt': digestFile(last + 5, digestOf(journal.blocks.slice(1))),
    })
    assert.equal(good.verdict, 'verified')
    assert.deepEqual(good.evidence.map(({ verdict }) => verdict).sort(), ['holds', 'holds', 'not-comparable'])
    const moved = await check(join(folder, 'moved'), {
      'a.ion': range(0, last),
      'tip.ion.txt': digestFile(last),
      'late.ion.txt': digestFile(last + 5, digestOf(journal.blocks)),
    })
    assert.deepEqual([moved.verdict, codes(moved, 'tampered')], ['tampered', ['digest']])
    const bad = await check(join(folder, 'bad'), {
      'a.ion': range(0, last),
      'x.json': digestFile(3, digestOf([])) || '',
    })
    assert.equal(bad.findings[0]?.code ?? 'file-unreadable', 'file-unreadable')
    const other = await check(join(folder, 'other'), {
      'a.ion': range(0, last),
      'tip.ion.txt': digestFile(last, digestOf(journal.blocks.slice(1))),
    })
    assert.deepEqual([other.verdict, codes(other, 'tampered')], ['tampered', ['digest']])
  }),
)

test(
  "the migration sample's proof of the last block binds the older ones too",
  withFolder(async (folder) => {
    const { blocks } = journal
    // The export ends at block 8; the digest was taken at the last one.
    const tree = (from: number, to: number): Uint8Array => Buffer.from(digestOf(blocks.slice(from, to)), 'base64')
    const proof = [...(blocks[9] ? [blocks[9].blockHash] : []), tree(10, 12), tree(0, 8)]
    const file = {
      Ledger: 'cars',
      Digest: digestOf(blocks),
      DigestTipAddress: { strandId, sequenceNo: last },
      Export: 'x',
      LastBlockNum: 8,
      LastBlockTimestamp: '2021-06-13T07:59:58Z',
      Proof: proof.map(toBase64),
    }
    const evidence = { [`x.${strandId}.proofs.json`]: JSON.stringify(file) }
    const good = await check(join(folder, 'good'), { 'a.ion': range(0, 8), ...evidence })
    assert.deepEqual(
      good.evidence.map(({ verdict, message }) => [verdict, message]),
      [['holds', 'the blocks 0 to 8 are in the digest at block 11']],
    )
    assert.equal(good.verdict, 'verified')
    const late = await check(join(folder, 'late'), { 'a.ion': range(4, 8), ...evidence })
    assert.match(
      late.evidence[0]?.message ?? '',
      /block 8 is in the digest at block 11; the blocks before it are not all/,
    )
    const forged = new ForeignJournal(strandId)
    for (let index = 0; index < 9; index += 1) forged.append({ withoutInfo: true })
    const bad = await check(join(folder, 'bad'), { 'a.ion': text(...forged.blocks), ...evidence })
    assert.equal(bad.verdict, 'tampered')
  }),
)

test(
  'exports of two ledgers, of none, and hostile files are refused by name',
  withFolder(async (folder) => {
    const other = new ForeignJournal(idOf('other strand'))
    other.append({ withoutInfo: true })
    writeFiles(join(folder, 'two'), { 'a.ion': range(0, 2), 'b.ion': text(...other.blocks) })
    await assert.rejects(verifyExport([join(folder, 'two')]), isError('usage/invalid-argument', /of 2 ledgers/))
    writeFiles(join(folder, 'none'), { 'a.txt': 'nothing' })
    await assert.rejects(verifyExport([join(folder, 'none')]), isError('export/not-found'))
    const hostile = await check(join(folder, 'hostile'), {
      [name(0, last)]: range(0, last),
      [name(90, 91)]: `{a:${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      [name(92, 93)]: Buffer.concat([
        Buffer.from([0xe0, 1, 0, 0xea, 0xde, 0x7f, 0x7f, 0x7f, 0x7f, 0xff]),
        Buffer.alloc(99),
      ]),
      'bomb.ion.gz': gzipSync(Buffer.alloc(300 * 1024 * 1024, '"')),
    })
    assert.equal(hostile.verdict, 'incomplete')
    for (const [what, bytes] of Object.entries({
      unclosed: Buffer.from(`${range(0, last)}{a: 1 2`),
      deep: Buffer.from(`${range(0, last)}{a:${'['.repeat(100_000)}${']'.repeat(100_000)}}`),
      stray: Buffer.from(`${range(0, last)}]`),
      binary: Buffer.concat([...journal.blocks.map(({ ion }) => encodeIon(ion)), Buffer.from([0xef])]),
    })) {
      const report = await check(join(folder, what), { 'a.ion': bytes })
      assert.deepEqual([report.verdict, report.blocks], ['incomplete', journal.blocks.length], what)
      assert.deepEqual(codes(report, 'doubtful'), ['file-unreadable'], what)
    }
    const packed = gzipSync(range(0, last))
    packed[packed.length - 6] = (packed[packed.length - 6] as number) ^ 1
    for (const [name, bytes] of Object.entries({ 'notes.gz': packed, 'notes.txt': utf16(range(0, last)) })) {
      const whole = Buffer.from(range(0, last))
      const report = await check(join(folder, `beside-${name}`), { 'a.ion': whole, [name]: bytes })
      assert.equal(report.verdict, 'incomplete', name)
    }
    writeFiles(join(folder, 'broken'), { 'a.ion.gz': gzipSync(range(0, last)).subarray(0, 200) })
    const broken = await verifyExport([join(folder, 'broken')])
    assert.deepEqual([broken.verdict, broken.blocks], ['incomplete', 0])
    assert.match(broken.findings[0]?.message ?? '', /'.*a\.ion\.gz', by byte \d+: it can't be unpacked/)
    assert.equal(hostile.blocks, journal.blocks.length)
    assert.equal(codes(hostile).filter((code) => code === 'file-unreadable').length, 3)
  }),
)

test(
  'a check can be stopped at every piece that it reads, also where there is no block',
  withFolder(async (folder) => {
    const blank = '\n'.repeat(600_000)
    writeFiles(folder, { 'a.ion': `${range(0, 5)}${blank}${range(6, last)}`, 'b.json': blank, [name(90, 91)]: blank })
    let pieces = 0
    for (let stop = 1, isStopped = true; isStopped; stop += 1) {
      pieces = 0
      const onRead = () => {
        pieces += 1
        if (pieces === stop) throw new LedgerError('cancelled/by-user', 'stopped')
      }
      isStopped = await verifyExport([folder], { onRead }).then(
        () => false,
        (error: LedgerError) => {
          assert.equal(error.code, 'cancelled/by-user')
          return true
        },
      )
    }
    assert.ok(pieces > 12, `${pieces}`)
  }),
)

test(
  'a block whose hashes are empty is tampered',
  withFolder(async (folder) => {
    const address = `{strandId:"${strandId}",sequenceNo:0}`
    const hashes = 'blockHash:{{}},entriesHash:{{}},previousBlockHash:{{}},entriesHashList:[]'
    const bare = `{blockAddress:${address},transactionId:"t",blockTimestamp:2020-01-01T00:00:00Z,${hashes}}`
    const report = await check(folder, { 'a.ion': bare })
    assert.deepEqual([report.verdict, codes(report)], ['tampered', ['malformed']])
  }),
)

test('stored blocks and exported blocks are one and the same', () => {
  for (const block of journal.blocks) assert.equal(printIon(decodeBlock(encodeBlock(block)).ion), printIon(block.ion))
})

test(
  "AWS's own block verifies as an export of one block, its digest and receipts lie beside it",
  withFolder(async (folder, t) => {
    const path = sharedFile('vectors/awscli-get-block.block.ion')
    if (path === undefined) return t.skip('skipped: the vectors are not there')
    const vector = (file: string) => readFileSync(sharedFile(`vectors/${file}`) as string)
    const report = await check(folder, {
      [`KmA3ZZca7vAIiJAK9S5Iwl.100-100.ion`]: readFileSync(path),
      'digest.json': vector('awscli-get-digest.json'),
      'receipts.json': vector('rest-api.receipts.json'),
    })
    // The receipts are whole, but neither their blocks nor what their digests are compared with are there.
    assert.equal(report.verdict, 'incomplete')
    const notes = ['starts-late', ...Array(4).fill('digest-not-covered')]
    assert.deepEqual(codes(report).sort(), [...notes, ...Array(3).fill('evidence-unchecked')].sort())
    assert.deepEqual(
      report.evidence.filter(({ kind }) => kind === 'proof').map(({ verdict }) => verdict),
      ['not-comparable', 'not-comparable', 'not-comparable'],
    )
    const bad = await check(join(folder, 'bad'), {
      'block.ion': readFileSync(path),
      'altered.json': vector('qldbguide.altered-proof.json'),
    })
    assert.equal(bad.verdict, 'tampered')
  }),
)

test(
  'the check of a long export keeps none of its text alive',
  withFolder(async (folder) => {
    const long = new ForeignJournal()
    const car = { table: 'Car', tableId: idOf('table Car') }
    const padding = 'x'.repeat(20_000)
    const parts: string[] = []
    for (let index = 0; index < 1_200; index += 1) {
      long.append({ changes: [{ ...car, id: idOf(`document ${index}`), data: `{n:${index}}` }] })
      parts.push(`/* ${padding} */ ${printIon((long.blocks[index] as Block).ion).replace('{', `{ /* ${padding} */`)}\n`)
    }
    writeFiles(folder, { 'all.ion': parts.join('') })
    parts.length = 0
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc') as () => void
    const heap = () => {
      gc()
      const { heapUsed, external } = process.memoryUsage()
      return heapUsed + external
    }
    const heaps: number[] = []
    const report = await verifyExport([folder], {
      onBlock: (_, { blocks }) => {
        if (blocks % 60 === 0) heaps.push(heap())
      },
    })
    assert.equal(report.verdict, 'verified')
    // 36 MB of text lie between the two: a single kept piece of each block would keep half of it.
    // What is being read counts for a moment: the least of a few is what is held.
    const held = (some: number[]) => Math.min(...some)
    const grown = held(heaps.slice(-5)) - held(heaps.slice(0, 5))
    assert.ok(grown < 10e6, `${grown} bytes more`)
  }),
)

test(
  'an edited copy of a block is found whatever form it and the other copy have',
  withFolder(async (folder) => {
    const { blocks } = sampleForeignJournal()
    const ion = blocks.map((block) => `${printIon(block.ion)}\n`).join('')
    const json = blocks.map((block) => `${downConvert(block.ion)}\n`).join('')
    const verdictOf = async (files: Readonly<Record<string, string>>) => {
      rmSync(folder, { recursive: true, force: true })
      return (await check(folder, files)).verdict
    }
    assert.equal(await verdictOf({ 'a.ion': ion, 'b.json': json, 'c.ion': ion }), 'verified')
    const edited = (text: string) => text.replace('90.25', '99.25')
    assert.equal(await verdictOf({ 'a.ion': edited(ion), 'b.json': json }), 'tampered')
    assert.equal(await verdictOf({ 'a.ion': ion, 'b.json': edited(json) }), 'incomplete')
    assert.equal(await verdictOf({ 'a.json': json, 'b.json': edited(json) }), 'incomplete')
    const later = (text: string) => text.replace('07:59:57.000Z', '07:59:57.001Z')
    assert.notEqual(later(json), json)
    assert.equal(await verdictOf({ 'a.ion': ion, 'b.json': later(json) }), 'incomplete')
    assert.equal(await verdictOf({ 'a.ion': later(ion), 'b.json': json }), 'incomplete')
  }),
)

function utf16(text: string | Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(Buffer.from(text).toString(), 'utf16le')])
}
