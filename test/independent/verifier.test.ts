import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type dom, loadAll } from 'ion-js'
import { blockFromIon } from '../../src/journal/block-from-ion.ts'
import { exportFormats, ExportWriter } from '../../src/archive/export-files.ts'
import { parseDigestFile, printDigestFile, type SavedDigest } from '../../src/journal/digest-file.ts'
import { parseEvidence } from '../../src/archive/find-evidence.ts'
import { findExportFiles } from '../../src/archive/import-files.ts'
import { FindingList } from '../../src/archive/import-findings.ts'
import { readBlocks } from '../../src/archive/import-blocks.ts'
import { printProofFile } from '../../src/journal/proof-file.ts'
import { verifyEvidence } from '../../src/archive/verify-evidence.ts'
import { verifyExport } from '../../src/archive/verify-export.ts'
import { LedgerImport } from '../../src/ledger/import-ledger.ts'
import { Ledger } from '../../src/ledger/ledger.ts'
import { verifyStore } from '../../src/ledger/verify-ledger.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { encodeIon } from '../../src/values/binary-writer.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { timestampFromMs } from '../../src/values/timestamp.ts'
import type { StructValue } from '../../src/values/value.ts'
import { withFolder, writeFiles } from '../archive/foreign-journal.ts'
import { SimEnv } from '../support/sim-env.ts'
import { projectRoot, sharedFile } from '../support/root.ts'
import { blockTexts, everyFeature } from '../tamper/own-ledger.ts'
import { base64, binaryOf, loaded, textOf } from './hashes.ts'
import { jsonOf } from './json.ts'
import { sampleJournal } from './sample.ts'
import { digestOf, faultsOf, faultsOfProof, hashesIn, hashIn, headHash, revisionHash } from './verifier.ts'

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())

const savedIn = (text: string): SavedDigest => parseDigestFile(text)

test(
  'the second implementation verifies our exports, digests and proofs',
  withFolder(async (folder) => {
    const { ledger, documentId } = await everyFeature()
    const { digest, tipAddress } = ledger.digest()
    for (const format of exportFormats) {
      const writer = new ExportWriter(join(folder, format), {
        ...{ ledgerName: 'test', exportId: 'e', strandId: ledger.strandId, format, gzip: false, prefix: '' },
        ...{ inclusiveStartTime: timestampFromMs(0), exclusiveEndTime: timestampFromMs(0) },
      })
      for (let at = 0; at <= tipAddress.sequenceNo; at += 1) writer.add(blockFromIon(ledger.block(at)))
      writer.end()
      const [file] = filesIn(join(folder, format)).filter((path) => /\d-\d+\.(ion|json)$/.test(path))
      const blocks = loadAll(readFileSync(file as string))
      assert.equal(base64(digestOf(blocks)), base64(digest), format)
      if (format === 'json') continue
      assert.deepEqual(faultsOf(blocks), [])
      for (const block of blocks) assert.deepEqual(headHash(block), hashesIn(block, 'entriesHashList')[0])
    }
    const saved = { digest, digestTipAddress: tipAddress, ledger: 'test', date: undefined }
    assert.equal(base64(hashIn(loaded(printDigestFile(saved)), 'digest')), base64(digest))
    for (const sequenceNo of [3, 4, 5]) {
      const proven = ledger.revision(sequenceNo, documentId, tipAddress.sequenceNo)
      assert.ok(proven !== undefined)
      const text = printProofFile({
        ...{
          ledger: 'test',
          table: 'Acc',
          revision: proven.revision as StructValue,
          proof: proven.proof,
          digest: saved,
        },
        ...{ block: blockFromIon(ledger.block(sequenceNo)), date: timestampFromMs(0) },
      })
      assert.deepEqual(faultsOfProof(loaded(text), digest), [])
      const changed = loaded(text.replace('balance: 70', 'balance: 71').replace('version: ', 'version: 1'))
      assert.deepEqual(faultsOfProof(changed, digest), ['the hash of the revision'])
    }
  }),
)

test('the second implementation finds each changed block of ours', async () => {
  const { ledger } = await everyFeature()
  const texts = blockTexts(ledger, printIon)
  const whole = texts.map((text) => loaded(text))
  assert.deepEqual(faultsOf(whole), [])
  texts.forEach((text, number) => {
    const at = text.indexOf('startTime:') + 'startTime:'.length
    const changed = loaded(`${text.slice(0, at)}2${Number(text[at + 1]) ^ 1}${text.slice(at + 2)}`)
    const faults = faultsOf(whole.with(number, changed).slice(0, number + 1))
    assert.ok(faults.length > 0 && faults.every((fault) => fault.startsWith(`${number}: `)), faults.join())
  })
})

for (const coversHead of [false, true]) {
  const shape = coversHead ? "this program's" : "QLDB's"
  for (const format of exportFormats) {
    test(
      `an export of the second implementation in ${shape} shape is verified and imported: ${format}`,
      withFolder(async (folder) => {
        const journal = sampleJournal(format === 'json', { coversHead })
        if (format === 'ion-text') assert.deepEqual(faultsOf(journal.doms), [])
        const content = {
          'ion-text': journal.texts.join('\n'),
          'ion-binary': Buffer.concat(journal.doms.map(binaryOf)),
          json: journal.doms.map(jsonOf).join('\n'),
        }[format]
        const paths = [join(folder, 'export')]
        writeFiles(paths[0] as string, { 'blocks.ion': content })
        const saved = savedIn(journal.digestFile())
        const report = await verifyExport(paths, { trusted: new Map([['digest', saved]]) })
        assert.deepEqual(
          [report.verdict, report.findings.filter(({ severity }) => severity !== 'note')],
          ['verified', []],
        )
        assert.deepEqual(
          report.evidence.map(({ verdict }) => verdict),
          ['holds'],
        )
        const store = createMemoryStore()
        const target = LedgerImport.open(store, {
          name: 'cars',
          isWritable: false,
          isVerified: true,
          env: new SimEnv(1),
        })
        const findings = new FindingList()
        for await (const { block, doubtful } of readBlocks(await findExportFiles(paths, findings), findings))
          await target.add(block, doubtful)
        await target.finish()
        const checked = await verifyStore(store, { saved: [saved], openScratch: async () => createMemoryStore() })
        assert.deepEqual([checked.journal.findings, checked.journal.gaps, checked.derived?.findings], [[], [], []])
        const ledger = await Ledger.open(store, new SimEnv(1), { name: 'cars', strictQldb: false })
        assert.equal(base64(ledger.digest().digest), base64(journal.digest))
      }),
    )
  }
}

test('proofs and receipts of the second implementation are verified', async () => {
  for (const coversHead of [false, true]) {
    const journal = sampleJournal(false, { coversHead })
    const saved = savedIn(journal.digestFile())
    const places = [
      [4, 0],
      [4, 1],
      [4, 2],
      [5, 1],
      [6, 0],
    ] as const
    for (const [sequenceNo, position] of places) {
      for (const text of [journal.answer(sequenceNo, position), journal.receipt(sequenceNo, position)]) {
        const [evidence] = parseEvidence(text)
        assert.ok(evidence?.kind === 'proof')
        const { findings, unchecked, isTrustedDigest } = verifyEvidence(evidence.file, saved)
        // What a bare answer can't show of a redaction and of a deletion.
        const redacted = 'it shows only the hash of its data; that the data was redacted is not shown'
        const deleted = 'it has no data, and nothing shows that it is not half of a revision that has'
        const open = text.includes('dataHash:') ? redacted : /[{,]data:/.test(text) ? undefined : deleted
        assert.deepEqual([findings, unchecked.filter((one) => one !== open), isTrustedDigest], [[], [], true], text)
        assert.deepEqual(faultsOfProof(loaded(text), journal.digest), [])
      }
    }
  }
})

test(
  'stream records of the second implementation are verified',
  withFolder(async (folder) => {
    const journal = sampleJournal()
    const records = journal.records()
    writeFiles(join(folder, 'text'), { 'records.ion': records.join('\n') })
    writeFiles(join(folder, 'binary'), {
      'records.ion': Buffer.concat(records.map((text) => encodeIon(parseIon(text)))),
    })
    for (const form of ['text', 'binary']) {
      const trusted = new Map([['digest', savedIn(journal.digestFile())]])
      const report = await verifyExport([join(folder, form)], { trusted })
      assert.deepEqual([report.verdict, report.evidence.map(({ verdict }) => verdict)], ['verified', ['holds']])
    }
  }),
)

test('the second implementation shares no code with src', () => {
  const folder = join(projectRoot, 'test/independent')
  for (const name of readdirSync(folder).filter((file) => !file.endsWith('.test.ts')))
    assert.doesNotMatch(readFileSync(join(folder, name), 'utf8'), /from '\.\.\//, name)
})

const vector = (name: string) => {
  const path = sharedFile(`vectors/${name}`)
  return path === undefined ? undefined : readFileSync(path, 'utf8')
}

test('the second implementation gives the values that AWS published', {
  skip: vector('awscli-get-digest.json') === undefined,
}, () => {
  const block = loaded(vector('awscli-get-block.block.ion') as string)
  const revision = block.get('revisions', 0)
  assert.ok(revision)
  assert.equal(base64(revisionHash(revision)), base64(hashIn(revision, 'hash')))
  assert.deepEqual(
    faultsOf([block]).filter((fault) => !/previousBlockHash|another number|blockHash/.test(fault)),
    [],
  )
  const digest = hashIn(loaded(vector('awscli-get-digest.json') as string), 'Digest')
  const proof = loadAll(vector('awscli-get-revision.proof.ion') as string)[0]
  assert.deepEqual(
    faultsOfProof(loaded(`{revision:${textOf(revision)},proof:${textOf(proof as dom.Value)}}`), digest),
    [],
  )
})
