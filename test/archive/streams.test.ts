import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { toBase64 } from '../../src/base/bytes.ts'
import type { Block } from '../../src/journal/block.ts'
import { redactBlock } from '../../src/journal/seal-block.ts'
import { downConvert } from '../../src/archive/export-json.ts'
import { BinarySplitter } from '../../src/archive/import-split-binary.ts'
import { type ExportReport, verifyExport } from '../../src/archive/verify-export.ts'
import { encodeIon } from '../../src/values/binary-writer.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import type { StructValue } from '../../src/values/value.ts'
import { isError } from '../ledger/ledger-fixture.ts'
import { sharedFile } from '../support/root.ts'
import { check, codes, digestOf } from './checked-export.ts'
import { ForeignJournal, idOf, sampleForeignJournal, withFolder, writeFiles } from './foreign-journal.ts'

const journal = sampleForeignJournal()
const records = journal.blocks.flatMap((block) => streamRecords(block))
const control = '{qldbStreamArn:"arn",recordType:"CONTROL",payload:{controlRecordType:"CREATED"}}'
const binary = records.map((record) => encodeIon(parseIon(record)))

function assertWhole(report: ExportReport, what: string): void {
  assert.equal(report.verdict, 'verified', `${what}: ${JSON.stringify(report.findings)}`)
  assert.equal(toBase64(report.digest?.digest as Uint8Array), digestOf(journal.blocks), what)
}

function streamRecords(block: Block): string[] {
  const { ion } = block
  const at = ion.names.indexOf('revisions')
  const revisions = block.revisions ?? []
  const summaries = revisions.map(({ hash, metadata }) =>
    metadata === undefined
      ? `{hash:{{${toBase64(hash)}}}}`
      : `{hash:{{${toBase64(hash)}}},documentId:"${metadata.id}"}`,
  )
  const fields = ion.names.flatMap((field, index) =>
    index === at ? [] : [`${field}:${printIon(ion.values[index] as never)}`],
  )
  const summary = at === -1 ? fields : [...fields, `revisionSummaries:[${summaries.join(',')}]`]
  const record = (type: string, payload: string) => `{qldbStreamArn:"arn",recordType:"${type}",payload:${payload}}`
  return [
    record('BLOCK_SUMMARY', `{${summary.join(',')}}`),
    ...revisions.flatMap((revision) =>
      revision.metadata === undefined
        ? []
        : [record('REVISION_DETAILS', `{tableInfo:{tableName:"x",tableId:"y"},revision:${printIon(revision.ion)}}`)],
    ),
  ]
}

/** What the Kinesis producer library makes of several records. */
function aggregate(datas: readonly Uint8Array[]): Buffer {
  const field = (number: number, content: Uint8Array) =>
    Buffer.concat([Buffer.from([number * 8 + 2, ...varint(content.length)]), content])
  const message = Buffer.concat([
    field(1, Buffer.from('partition')),
    field(2, Buffer.from('12345678901234567890')),
    ...datas.map((data) => field(3, Buffer.concat([Buffer.from([0x08, 0x00, 0x10, 0x00]), field(3, data)]))),
  ])
  const checksum = createHash('md5').update(message).digest()
  return Buffer.concat([Buffer.from([0xf3, 0x89, 0x9a, 0xc2]), message, checksum])
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))]
}

test(
  'archives of streams: records in any order, twice, with a revision missing',
  withFolder(async (folder) => {
    const shuffled = [control, ...records.toReversed(), ...records.slice(0, 5)]
    assertWhole(await check(join(folder, 'good'), { 'records.ion': shuffled.join('\n') }), 'shuffled')
    const lost = records.filter((record) => !record.includes('90.25'))
    const report = await check(join(folder, 'lost'), { 'records.ion': lost.join('\n') })
    assert.deepEqual(
      [report.verdict, codes(report)],
      ['incomplete', ['stream-record', 'revision-missing', 'revision-version']],
    )
    const orphan = records.filter((record) => !(record.includes('BLOCK_SUMMARY') && record.includes('sequenceNo:6}')))
    assert.ok(
      codes(await check(join(folder, 'orphan'), { 'records.ion': orphan.join('\n') })).includes('stream-record'),
    )
  }),
)

test(
  'records as they were kept: one a file, one after another, with newlines, packed, as base64, as JSON of Kinesis',
  withFolder(async (folder) => {
    const lines = Buffer.concat(binary.flatMap((data) => [data, Buffer.from('\n')]))
    const half = Math.ceil(binary.length / 2)
    const packed = [
      aggregate(binary.slice(0, half)),
      encodeIon(parseIon(control)),
      aggregate([...binary.slice(half), binary[0] as Uint8Array]),
    ]
    const base64 = packed.map((data) => Buffer.from(data).toString('base64'))
    const answer = { Records: base64.map((Data, at) => ({ Data, PartitionKey: 'p', SequenceNumber: `${at}` })) }
    const event = {
      Records: base64.map((data) => ({ kinesis: { data, partitionKey: 'p' }, eventSource: 'aws:kinesis' })),
    }
    const wrapped = base64.map((text) => text.replace(/.{76}/g, '$&\n')).join('\n')
    const forms: Record<string, Record<string, string | Uint8Array>> = {
      concatenated: { 'stream-1-2021-06-13': Buffer.concat(binary) },
      newlines: { 'stream-1-2021-06-13': lines },
      'one a file': Object.fromEntries(binary.toReversed().map((data, at) => [`${1000 + at}`, data])),
      packed: { all: Buffer.concat(packed) },
      'packed with newlines, as gzip': {
        'all.gz': gzipSync(Buffer.concat(packed.flatMap((data) => [data, Buffer.from('\n')]))),
      },
      'one packed record a file': Object.fromEntries(packed.map((data, at) => [`${at}.kinesis`, data])),
      'base64 lines': { 'records.txt': base64.join('\n') },
      'base64 lines in quotes': { 'records.txt': base64.map((text) => `"${text}"\r\n`).join('') },
      'wrapped base64': { 'records.txt': wrapped },
      'answers of GetRecords': { 'a.json': JSON.stringify(answer, undefined, 2) },
      'items of these, a line each': { 'a.jsonl': answer.Records.map((item) => JSON.stringify(item)).join('\n') },
      'events of Lambda': { 'a.json': JSON.stringify(event) },
    }
    for (const [form, files] of Object.entries(forms)) assertWhole(await check(join(folder, form), files), form)
  }),
)

test(
  'records that someone wrote as JSON find their types again',
  withFolder(async (folder) => {
    const lines = records.map((record) => downConvert(parseIon(record) as StructValue))
    const report = await check(folder, { 'records.jsonl': lines.join('\n') })
    assertWhole(report, 'JSON')
    assert.deepEqual([report.coverage.jsonBlocks, report.coverage.jsonDoubtfulRevisions], [journal.blocks.length, 0])
  }),
)

test(
  'a record that came twice and differs: changed, redacted, or of other fields',
  withFolder(async (folder) => {
    const changed = records
      .filter((record) => record.includes('90.25'))
      .map((record) => record.replace('90.25', '90.26'))
    for (const [order, files] of Object.entries({
      before: [...changed, ...records],
      after: [...records, ...changed],
    })) {
      const report = await check(join(folder, order), { 'a.ion': files.join('\n') })
      assert.deepEqual([report.verdict, codes(report)], ['tampered', ['copies-differ']], order)
    }
    const target = journal.blocks[5] as Block
    const newer = streamRecords(redactBlock(target, 0)).slice(1)
    const redacted = await check(join(folder, 'redacted'), { 'a.ion': [...records, ...newer].join('\n') })
    assert.ok(codes(redacted).includes('redacted-copy'), JSON.stringify(redacted.findings))
    assert.equal(redacted.coverage.redactedRevisions, 1)
    const edited = records.map((record) => record.replace(`documentId:"${idOf('a')}"`, `documentId:"${idOf('z')}"`))
    const report = await check(join(folder, 'edited'), { 'a.ion': edited.join('\n') })
    assert.deepEqual([report.verdict, new Set(codes(report))], ['incomplete', new Set(['stream-record'])])
  }),
)

test(
  'shards that lie one after another are read side by side; a record that is too late is named',
  withFolder(async (folder) => {
    const long = new ForeignJournal()
    const car = { table: 'Car', tableId: idOf('table Car') }
    for (let at = 0; at < 5_000; at += 1) long.append({ changes: [{ ...car, id: idOf(`${at}`), data: `{n:${at}}` }] })
    const all = long.blocks.flatMap((block) => streamRecords(block))
    const shards = [all.filter((_, at) => at % 2 === 0), all.filter((_, at) => at % 2 === 1)]
    const two = await check(join(folder, 'two'), {
      'a.ion': shards[0]?.join('\n') ?? '',
      'b.ion': shards[1]?.join('\n') ?? '',
    })
    assert.deepEqual([two.verdict, two.blocks], ['verified', 5_000])
    const late = await check(join(folder, 'late'), { 'a.ion': [...all.slice(1), all[0]].join('\n') })
    assert.deepEqual(
      codes(late).filter((code) => code === 'late-block'),
      ['late-block'],
    )
  }),
)

test(
  'records of two ledgers are refused, also within a file',
  withFolder(async (folder) => {
    const other = new ForeignJournal(idOf('other strand'))
    other.append({ withoutInfo: true })
    const strays = other.blocks.flatMap((block) => streamRecords(block))
    writeFiles(folder, { 'a.ion': records.join('\n'), 'b.ion': strays.join('\n') })
    await assert.rejects(verifyExport([folder]), isError('usage/invalid-argument', /of 2 ledgers/))
    const mixed = await check(join(folder, 'mixed'), { 'a.ion': [...records, ...strays].join('\n') })
    assert.deepEqual([mixed.verdict, codes(mixed)], ['incomplete', ['malformed']])
    const [first = '', ...rest] = records
    const strange = first.replace(/strandId:"./, 'strandId:"q')
    const report = await check(join(folder, 'first'), { 'a.ion': [strange, ...rest].join('\n') })
    assert.deepEqual([report.verdict, report.blocks, report.counts.doubtful], ['incomplete', 1, rest.length + 1])
  }),
)

test('packed records are found wherever the bytes are cut, and every damage to one is reported', () => {
  const datas = ['{a:1}', '{b:[x,y]}', `{c:"${'long '.repeat(300)}"}`].map((text) => encodeIon(parseIon(text)))
  const newline = Buffer.from('\n')
  const bytes = Buffer.concat([
    aggregate(datas),
    newline,
    datas[0] as Uint8Array,
    newline,
    aggregate(datas.slice(1)),
    newline,
  ])
  const expected = [...datas, datas[0], ...datas.slice(1)].map((data) => toBase64(data as Uint8Array))
  const read = (pieces: readonly Uint8Array[]) => {
    const splitter = new BinarySplitter()
    const found = [...pieces.flatMap((piece) => [...splitter.push(piece)]), ...splitter.end()]
    return found.map(({ value }) => toBase64(encodeIon(value)))
  }
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 30 }), (cuts) => {
      const places = [0, ...cuts.toSorted((left, right) => left - right), bytes.length]
      const pieces = places.slice(1).map((end, at) => bytes.subarray(places[at], end))
      assert.deepEqual(read(pieces), expected)
    }),
    { numRuns: 300 },
  )
  const one = aggregate(datas)
  for (let at = 0; at < one.length; at += 1) {
    const damaged = Buffer.from(one)
    damaged[at] = (damaged[at] as number) ^ 0x10
    assert.throws(() => read([damaged]), isError('ion/malformed'), `byte ${at}`)
    if (at > 0) assert.throws(() => read([one.subarray(0, at)]), isError('ion/malformed'), `cut at ${at}`)
  }
})

test('a record as a library of Amazon’s packed it', () => {
  // Made by aws-kinesis-agg 1.2.3 of three records: 7, "abc" and true.
  const text = '84mawgoDcGswCgNwazEaCggAGgbgAQDqIQcaDAgBGgjgAQDqg2FiYxoJCAAaBeABAOoR+YStun11ESYZQrY8gCoyjw=='
  const splitter = new BinarySplitter()
  const found = [...splitter.push(Buffer.from(text, 'base64')), ...splitter.end()]
  assert.deepEqual(
    found.map(({ value }) => printIon(value)),
    ['7', '"abc"', 'true'],
  )
})

test('a packed record takes the fields that its library writes, and no others, in the message and in its records', () => {
  const data = encodeIon(parseIon('{a:1}'))
  const bytes = (...parts: (readonly number[] | Uint8Array)[]) => Buffer.concat(parts.map((part) => Buffer.from(part)))
  const field = (number: number, wireType: number, content: Uint8Array) =>
    bytes([number * 8 + wireType, ...(wireType === 2 ? varint(content.length) : [])], content)
  const packed = (...fields: readonly Uint8Array[]) => {
    const message = Buffer.concat(fields)
    return bytes([0xf3, 0x89, 0x9a, 0xc2], message, createHash('md5').update(message).digest())
  }
  const record = (...fields: readonly Uint8Array[]) => field(3, 2, Buffer.concat(fields))
  const read = (from: Uint8Array) => {
    const splitter = new BinarySplitter()
    return [...splitter.push(from), ...splitter.end()].map(({ value }) => printIon(value))
  }
  const index = Buffer.from([0x08, 0x01])
  assert.deepEqual(read(packed(record(field(3, 2, data)))), ['{a:1}'])
  assert.deepEqual(read(packed(record(index, field(3, 2, data)), record(field(3, 2, data)))), ['{a:1}', '{a:1}'])
  // A reader that took them for fields with a length would skip them.
  const [four, eight] = [Buffer.from([3, 0, 0, 0]), Buffer.from([7, 0, 0, 0, 0, 0, 0, 0])]
  for (const [what, message] of Object.entries({
    'a fixed number of 32 bits': packed(record(field(4, 5, four), field(3, 2, data))),
    'a fixed number of 64 bits': packed(record(field(4, 1, eight), field(3, 2, data))),
    'a group': packed(record(field(4, 3, Buffer.from([0])), field(3, 2, data))),
    'a number in place of data': packed(record(index, bytes([0x18, 0x05]))),
    'a record without data': packed(record(index)),
    'a field 4 of the message': packed(field(4, 2, data), record(field(3, 2, data))),
    'a field 0 of the message': packed(field(0, 2, data), record(field(3, 2, data))),
    'a number as a field of the message': packed(index, record(field(3, 2, data))),
    'a key as 32 bits': packed(field(1, 5, four), record(field(3, 2, data))),
    'no record': packed(field(1, 2, data)),
  }))
    assert.throws(() => read(message), isError('ion/malformed'), what)
})

test('records packed into packed records are refused: no library makes them', () => {
  let data: Uint8Array = encodeIon(parseIon('{a:1}'))
  for (let depth = 0; depth < 2_000; depth += 1) data = aggregate([data])
  const splitter = new BinarySplitter()
  assert.throws(() => [...splitter.push(data), ...splitter.end()], isError('ion/malformed'))
})

test(
  "AWS's stream sample verifies",
  withFolder(async (folder, t) => {
    const path = sharedFile('vectors/streams-dmv-sample.block-summary.ion')
    if (path === undefined) return t.skip('skipped: the vectors are not there')
    const details = readFileSync(sharedFile('vectors/streams-dmv-sample.revision-details.ion') as string, 'utf8')
    const record = `{qldbStreamArn:"arn",recordType:"REVISION_DETAILS",payload:{tableInfo:{},revision:${printIon(parseIon(details))}}}`
    const report = await check(folder, { 'a.ion': readFileSync(path), 'b.ion': record })
    assert.deepEqual([report.verdict, report.coverage.checkedRevisions], ['verified', 1])
    const edited = await check(join(folder, 'edited'), {
      'a.ion': readFileSync(path),
      'b.ion': record.replace('Testing new 600', 'Nova'),
    })
    assert.deepEqual([edited.verdict, codes(edited, 'tampered')], ['tampered', ['revision-hash']])
  }),
)

test(
  'a field of a stream record that no hash covers, and a summary without its document, make the verdict incomplete',
  withFolder(async (folder, t) => {
    const path = sharedFile('vectors/streams-dmv-sample.block-summary.ion')
    if (path === undefined) return t.skip('skipped: the vectors are not there')
    const summary = printIon(parseIon(readFileSync(path, 'utf8')))
    const details = readFileSync(sharedFile('vectors/streams-dmv-sample.revision-details.ion') as string, 'utf8')
    const record = `{qldbStreamArn:"arn",recordType:"REVISION_DETAILS",payload:{tableInfo:{},revision:${printIon(parseIon(details))}}}`
    const edits: readonly (readonly [string, string, string])[] = [
      [summary, record.replace('{qldbStreamArn', '{approvedBy:"boss",qldbStreamArn'), 'field-unknown'],
      [summary, record.replace('{tableInfo', '{approvedBy:"boss",tableInfo'), 'field-unknown'],
      [summary.replace(/,documentId:("[^"]+")/, ',approvedBy:"boss",documentId:$1'), record, 'field-unknown'],
      [summary.replace(/,documentId:"[^"]+"/, ''), record, 'stream-record'],
    ]
    for (const [index, [head, body, code]] of edits.entries()) {
      assert.notEqual(head + body, summary + record, `edit ${index}`)
      const report = await check(join(folder, `${index}`), { 'a.ion': head, 'b.ion': body })
      assert.deepEqual([report.verdict, codes(report, 'doubtful')], ['incomplete', [code]], `edit ${index}`)
    }
  }),
)
