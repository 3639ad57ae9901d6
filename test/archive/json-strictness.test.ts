import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { LedgerError } from '../../src/base/errors.ts'
import { blockFromIon } from '../../src/journal/block-from-ion.ts'
import { downConvert } from '../../src/archive/export-json.ts'
import { evidencesOf } from '../../src/archive/find-evidence.ts'
import { MarksHash } from '../../src/journal/import-marks.ts'
import { JsonRetyper } from '../../src/archive/import-json.ts'
import { MarksBook } from '../../src/journal/marks-book.ts'
import { proofFileOf } from '../../src/journal/proof-file.ts'
import { type BlockReport, verifyBlock } from '../../src/journal/verify.ts'
import { verifyEvidence } from '../../src/archive/verify-evidence.ts'
import { verifyExport } from '../../src/archive/verify-export.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import {
  blob,
  int,
  type ListValue,
  list,
  nullOf,
  sexp,
  string,
  struct,
  type StructValue,
  structOf,
  type Value,
} from '../../src/values/value.ts'
import { SampleJournal } from '../journal/sample-journal.ts'
import { withField } from '../tamper/tree.ts'
import { check } from './checked-export.ts'
import { sampleForeignJournal, withFolder, writeFiles } from './foreign-journal.ts'

function annotated(value: Value): Value {
  return parseIon(`'was 999'::${printIon(value)}`)
}

/** The value with each of the values in it replaced in turn. */
function* withOneReplaced(
  value: Value,
  replace: (value: Value) => Value,
  path = '',
): Generator<readonly [string, Value]> {
  yield [path, replace(value)]
  if (value.type === 'list')
    for (const [index, item] of value.items.entries())
      for (const [at, changed] of withOneReplaced(item, replace, `${path}[${index}]`))
        yield [at, list(value.items.with(index, changed))]
  if (value.type === 'struct')
    for (const [index, field] of value.values.entries())
      for (const [at, changed] of withOneReplaced(field, replace, `${path}.${value.names[index]}`))
        yield [at, struct(value.names, value.values.with(index, changed))]
}

/** Whether a block in JSON form counts as checked in all its parts. */
function isCertain(value: Value): boolean {
  try {
    const { ion, doubtful } = new JsonRetyper(64).retype(value as StructValue)
    const { findings, gaps } = verifyBlock(blockFromIon(ion), { uncheckedRevisions: doubtful })
    return doubtful.length + findings.length + gaps.length === 0
  } catch (error) {
    assert.ok(error instanceof LedgerError)
    return false
  }
}

function ownJournal(): SampleJournal {
  const journal = new SampleJournal()
  journal.append({ a: '{owner:"Eve",since:2020-01-01,list:[{n:1.5},[]],none:null}', b: '' })
  return journal
}

test('an annotation at any value of a block in JSON form is found', () => {
  const own = ownJournal().blocks
  for (const { ion } of [...own, ...sampleForeignJournal().blocks.slice(-2)]) {
    const json = parseIon(downConvert(ion))
    assert.ok(isCertain(json))
    for (const [path, changed] of withOneReplaced(json, annotated)) assert.equal(isCertain(changed), false, path)
  }
})

test('a null with a type, an annotation or neither, put in for a field of a block in JSON form, is found', () => {
  const json = parseIon(downConvert((ownJournal().blocks[0] as { ion: StructValue }).ion)) as StructValue
  const revisions = json.get('revisions')
  assert.ok(revisions?.type === 'list')
  const [revision] = revisions.items as [StructValue]
  for (const value of [nullOf('blob'), nullOf('null', ['was 999']), nullOf('struct', ['was 999'])]) {
    const withNull = struct([...revision.names, 'dataHash'], [...revision.values, value])
    const at = json.names.indexOf('revisions')
    assert.equal(isCertain(struct(json.names, json.values.with(at, list(revisions.items.with(0, withNull))))), false)
    assert.equal(isCertain(struct([...json.names, 'redactionInfo'], [...json.values, value])), false)
  }
})

test('a null beside a field of a block in JSON form, which most readers take for the field, is found', () => {
  const json = parseIon(downConvert((ownJournal().blocks[0] as { ion: StructValue }).ion)) as StructValue
  const revisions = json.get('revisions') as ListValue
  const [revision] = revisions.items as [StructValue]
  const at = json.names.indexOf('revisions')
  const withNull = (value: StructValue, index: number, isBefore: boolean) => {
    const place = isBefore ? index : value.names.length
    const names = value.names.toSpliced(place, 0, value.names[index] as string)
    return struct(names, value.values.toSpliced(place, 0, nullOf('null')))
  }
  for (const isBefore of [true, false]) {
    for (const index of json.names.keys()) assert.equal(isCertain(withNull(json, index, isBefore)), false)
    for (const index of revision.names.keys()) {
      const changed = list(revisions.items.with(0, withNull(revision, index, isBefore)))
      assert.equal(isCertain(struct(json.names, json.values.with(at, changed))), false)
    }
  }
})

test('a revision in JSON form whose data has an annotation is tampered, by itself and beside a proof', () => {
  const [block] = ownJournal().blocks
  const json = parseIon(downConvert((block as { ion: StructValue }).ion)) as StructValue
  const revisions = json.get('revisions')
  assert.ok(revisions?.type === 'list')
  const revision = revisions.items[0] as StructValue
  assert.deepEqual(verifyEvidence(proofFileOf(structOf({ revision }))).findings, [])
  for (const [path, changed] of withOneReplaced(revision.get('data') as Value, annotated)) {
    const data = struct(revision.names, revision.values.with(revision.names.indexOf('data'), changed))
    assert.equal(verifyEvidence(proofFileOf(structOf({ revision: data }))).findings.length, 1, path)
  }
})

test('what lies beside a digest is looked at as well, and other fields are named', () => {
  const text = `{digest:"${'A'.repeat(43)}=",digestTipAddress:{strandId:"s",sequenceNo:1},comment:{revision:{hash:"${'A'.repeat(43)}=",data:{balance:99},metadata:{id:"a",version:0}}}}`
  const found = evidencesOf([parseIon(text)])
  assert.deepEqual(
    found.map((item) => (item.kind === 'digest' ? item.unknown : item.kind)),
    [['comment'], 'proof'],
  )
})

test('a record of a stream within other values is checked as one by itself is', () => {
  const [block] = ownJournal().blocks
  const revision = ((block as { ion: StructValue }).ion.get('revisions') as ListValue).items[0] as StructValue
  const record = { recordType: string('REVISION_DETAILS'), payload: structOf({ revision }) }
  const unchecked = (value: Value) =>
    evidencesOf([structOf({ kept: value })]).flatMap((item) => {
      assert.equal(item.kind, 'proof')
      return item.kind === 'proof' ? verifyEvidence(item.file).unchecked : []
    })
  assert.deepEqual(unchecked(structOf(record)), [])
  assert.deepEqual(unchecked(sexp([structOf(record)])), [])
  const forged = structOf({ revision: withField(revision, 'data', structOf({ balance: int(999) })) })
  for (const [name, more] of [
    ['Payload', { Payload: forged }],
    ['payload.Revision', { payload: structOf({ revision, Revision: forged }) }],
  ] as const)
    assert.deepEqual(unchecked(structOf({ ...record, ...more })), [`no hash covers the field '${name}'`])
  for (const changed of [
    { ...record, recordType: string('BLOCK_SUMMARY') },
    { ...record, payload: struct(['revision'], [revision], ['void']) },
  ])
    assert.throws(() => unchecked(structOf(changed)), { code: 'proof/refuted' })
})

test('fields without end are counted, and the first of them named', () => {
  const [block] = ownJournal().blocks
  const { ion } = block as { ion: StructValue }
  const names = Array.from({ length: 130_000 }, (_, index) => `z${index}`)
  const full = struct([...ion.names, ...names], [...ion.values, ...names.map(() => int(1))])
  const { gaps } = verifyBlock(blockFromIon(full))
  assert.deepEqual(
    gaps.map(({ code }) => code),
    ['field-unknown'],
  )
  assert.match(gaps[0]?.message ?? '', /'z0', .* and 129990 more/)
})

test('marks of an import without end are bound all at once', () => {
  const [block] = ownJournal().blocks
  const count = 130_000
  const hash = new MarksHash()
  for (let position = 0; position < count; position += 1) hash.add(0, position)
  const finding = { code: 'revision-hash', sequenceNo: 0, message: 'x' } as const
  const wrongRevisions = new Map(Array.from({ length: count }, (_, position) => [position, finding]))
  const book = new MarksBook()
  assert.ok(block !== undefined)
  book.take(block, { findings: [], wrongRevisions, isOwn: true } as unknown as BlockReport, [], false)
  book.bind({ digest: new Uint8Array(32), digestTipAddress: block.blockAddress, marks: hash.marks })
  assert.equal(book.unchecked, count)
  assert.equal(book.isOpen, false)
})

test(
  'a pipe or device is no file of an export, nor is a link to one; a named one is refused',
  withFolder(async (folder) => {
    writeFiles(folder, {
      'blocks.ion': sampleForeignJournal()
        .blocks.map(({ ion }) => printIon(ion))
        .join('\n'),
    })
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    symlinkSync(pipe, join(folder, 'x.ion'))
    symlinkSync('/dev/zero', join(folder, 'y.0-3.ion'))
    assert.equal((await verifyExport([folder])).verdict, 'verified')
    await assert.rejects(verifyExport([folder, pipe]), /it is a pipe or device, expected a file or folder/)
  }),
)

test(
  'an annotation on a list of blocks or of stream records is found',
  withFolder(async (folder) => {
    const texts = sampleForeignJournal().blocks.map(({ ion }) => printIon(ion))
    const control = '{recordType:"CONTROL",payload:{controlRecordType:"CREATED"}}'
    const [some, others] = [texts.slice(0, 2), texts.slice(2)]
    for (const [index, [content, isVerified]] of [
      [`[${texts.join()}]`, true],
      [`void::[${texts.join()}]`, false],
      [`${some.join(' ')} [] ${others.join(' ')}`, true],
      [`${some.join(' ')} 'was 999'::[] ${others.join(' ')}`, false],
      [`[${control}]`, true],
      [`void::[${control}]`, false],
    ].entries() as IterableIterator<[number, [string, boolean]]>) {
      writeFiles(folder, { [`${index}/a.ion`]: content, ...(index < 4 ? {} : { [`${index}/b.ion`]: texts.join(' ') }) })
      assert.equal(
        (await verifyExport([join(folder, `${index}`)])).verdict === 'verified',
        isVerified,
        content.slice(0, 20),
      )
    }
  }),
)

test(
  'a symbol that stands before the table that declares it is undefined',
  withFolder(async (folder) => {
    const texts = sampleForeignJournal().blocks.map(({ ion }) => printIon(ion))
    const table = '$ion_symbol_table::{symbols:["statement"]}'
    const symbols = texts.with(
      2,
      (texts[2] as string).replace(/([{,])statement:/, (_, before) => `${before}$10:`),
    )
    assert.notDeepEqual(symbols, texts)
    const verdictOf = async (name: string, lines: readonly string[]) =>
      (await check(join(folder, name), { 'a.ion': lines.join('\n') })).verdict
    assert.equal(await verdictOf('before', [table, ...symbols]), 'verified')
    assert.equal(await verdictOf('behind', symbols.toSpliced(3, 0, table)), 'incomplete')
    assert.equal(await verdictOf('end', [...symbols, table]), 'incomplete')
  }),
)

test(
  'a link to a folder is followed once, wherever it leads; what is skipped is a note',
  withFolder(async (folder) => {
    const texts = sampleForeignJournal().blocks.map(({ ion }) => printIon(ion))
    const forged = (texts[2] as string).replace(/statement:"/, 'statement:"not ')
    writeFiles(folder, {
      'export/blocks.ion': texts.join('\n'),
      'real/deep/blocks.ion': texts.join('\n'),
      'linked/x': '',
      'outside/forged.ion': forged,
    })
    const at = (name: string) => join(folder, name)
    symlinkSync('../real/deep', at('linked/year'))
    symlinkSync('..', at('real/deep/round'))
    symlinkSync('nowhere', at('linked/none'))
    const linked = await verifyExport([at('linked')])
    assert.deepEqual([linked.verdict, linked.files], ['verified', 1])
    assert.ok(linked.findings.some(({ message }) => message.endsWith('was skipped: it is a link to nothing')))
    symlinkSync('../outside', at('export/more'))
    assert.equal((await verifyExport([at('export')])).verdict, 'tampered')
  }),
)

test(
  'a revision in a stream that the record of its block does not name is reported',
  withFolder(async (folder) => {
    const [block] = ownJournal().blocks
    const { ion, revisions = [] } = block as NonNullable<typeof block>
    const entries = revisions.map(({ hash, metadata }) => `{hash:${printIon(blob(hash))},documentId:"${metadata?.id}"}`)
    const at = ion.names.indexOf('revisions')
    const head = printIon(struct(ion.names.toSpliced(at, 1), ion.values.toSpliced(at, 1)))
    const summary = `{recordType:"BLOCK_SUMMARY",payload:${head.slice(0, -1)},revisionSummaries:[${entries.join()}]}}`
    const details = revisions.map(({ ion }) => `{recordType:"REVISION_DETAILS",payload:{revision:${printIon(ion)}}}`)
    const text = [summary, ...details].join('\n')
    assert.equal((await check(folder, { 'records.ion': text })).verdict, 'verified')
    const stray = printIon(
      struct(['blockAddress', 'hash'], [ion.get('blockAddress') as Value, blob(new Uint8Array(32))]),
    )
    const more = `${text}\n{recordType:"REVISION_DETAILS",payload:{revision:${stray}}}`
    const report = await check(folder, { 'records.ion': more })
    assert.equal(report.verdict, 'incomplete')
    assert.match(
      report.findings.map(({ message }) => message).join(),
      /does not name 1 of the revisions that the stream has of it/,
    )
  }),
)
