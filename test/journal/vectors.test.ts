import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { fromBase64, toBase64 } from '../../src/base/bytes.ts'
import { type Block, encodeBlock, revisionHash, statementDigest } from '../../src/journal/block.ts'
import { decodeBlock } from '../../src/journal/block-from-ion.ts'
import { blockFromIon } from '../../src/journal/block-from-ion.ts'
import { revisionFromIon } from '../../src/journal/block-from-ion.ts'
import { rootOf } from '../../src/journal/merkle-tree.ts'
import { proofFromIon, verifyProof } from '../../src/journal/proof.ts'
import { soundBlock } from '../../src/journal/sealed-blocks.ts'
import { verifyBlock } from '../../src/journal/verify.ts'
import { encodeIon } from '../../src/values/binary-writer.ts'
import { ionHash } from '../../src/values/ion-hash.ts'
import { joinHashes } from '../../src/values/join-hashes.ts'
import { ionEquals } from '../../src/values/compare.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { blob, list, type StructValue, string, struct, timestamp, type Value } from '../../src/values/value.ts'
import { sharedFile } from '../support/root.ts'

/** Blocks, proofs and digests of real ledgers. They are not part of the project: absent, each test says "skipped". */
function vectorTest(name: string, file: string, run: (text: string, t: TestContext) => void): void {
  test(name, (t) => {
    const path = sharedFile(`vectors/${file}`)
    if (path === undefined) return t.skip(`skipped: vectors/${file} is not there`)
    run(readFileSync(path, 'utf8'), t)
  })
}

const other = (file: string) => readFileSync(sharedFile(`vectors/${file}`) as string, 'utf8')
const proofOf = (text: string) => proofFromIon(parseIon(text))
const codesOf = (block: Block) => verifyBlock(block).findings.map((finding) => finding.code)

/** `value` with the field at a path replaced. */
function edit(value: Value, path: readonly (string | number)[], change: (old: Value) => Value): Value {
  const [step, ...rest] = path
  if (step === undefined) return change(value)
  if (value.type === 'list') return list(value.items.map((item, at) => (at === step ? edit(item, rest, change) : item)))
  assert.ok(value.type === 'struct')
  return struct(
    value.names,
    value.values.map((field, at) => (value.names[at] === step ? edit(field, rest, change) : field)),
  )
}

vectorTest('a whole block of AWS verifies, also through our binary form', 'awscli-get-block.block.ion', (text) => {
  const block = blockFromIon(parseIon(text))
  const expected = {
    findings: [],
    uncovered: ['blockAddress', 'transactionId', 'blockTimestamp'],
    opaqueEntries: 2,
    opaqueRevisions: 0,
    uncheckedDigests: 0,
    coversHead: false,
  }
  for (const form of [block, decodeBlock(encodeBlock(block))]) {
    const { findings, uncovered, opaqueEntries, opaqueRevisions, uncheckedDigests, coversHead } = verifyBlock(form)
    assert.deepEqual({ findings, uncovered, opaqueEntries, opaqueRevisions, uncheckedDigests, coversHead }, expected)
  }
  assert.ok(ionEquals(decodeBlock(encodeBlock(block)).ion, block.ion))
  const sound = soundBlock(encodeBlock(block))
  assert.deepEqual([sound?.coversHead, sound?.opaqueEntries, sound?.uncheckedDigests], [false, 2, 0])
  assert.deepEqual([sound?.documentIds, sound?.versions], [['JUJgkIcNbhS2goq8RqLuZ4'], [3]])
  assert.equal(block.blockAddress.sequenceNo, 100)
  assert.equal(block.transactionInfo?.documents?.get('JUJgkIcNbhS2goq8RqLuZ4')?.tableName, 'VehicleRegistration')
  assert.equal(block.revisions?.[0]?.metadata?.version, 3)
})

vectorTest('every change of what the hashes of a block of AWS cover is found', 'awscli-get-block.block.ion', (text) => {
  const ion = parseIon(text)
  const cases: [path: (string | number)[], to: Value, ...codes: string[]][] = [
    [['revisions', 0, 'data', 'City'], string('Everest'), 'revision-hash'],
    [['revisions', 0, 'data', 'Owners', 'SecondaryOwners'], list([]), 'revision-hash'],
    [['revisions', 0, 'metadata', 'version'], parseIon('4'), 'revision-hash'],
    [['revisions', 0, 'metadata', 'txId'], string('other'), 'revision-hash', 'revision-transaction'],
    [['revisions', 0, 'hash'], blob(new Uint8Array(32)), 'revision-hash', 'revisions-root'],
    [
      ['transactionInfo', 'statements', 0, 'statement'],
      string('DELETE FROM x'),
      'transaction-info',
      'statement-digest',
    ],
    [['transactionInfo', 'documents'], parseIon('{}'), 'transaction-info'],
    [['entriesHashList', 0], blob(new Uint8Array(32)), 'entries-hash'],
    [['entriesHash'], blob(new Uint8Array(32)), 'entries-hash', 'block-hash'],
    [['previousBlockHash'], blob(new Uint8Array(32)), 'block-hash'],
    [['blockHash'], blob(new Uint8Array(0)), 'thrown'],
    [['entriesHash'], blob(new Uint8Array(0)), 'thrown'],
    [['previousBlockHash'], blob(new Uint8Array(0)), 'thrown'],
    [['entriesHashList', 0], blob(new Uint8Array(0)), 'thrown'],
    [['revisions', 0, 'hash'], blob(new Uint8Array(0)), 'malformed', 'malformed'],
    [['blockHash'], string('x'), 'thrown'],
    [['blockAddress', 'sequenceNo'], parseIon('101'), 'revision-address'],
    [['blockTimestamp'], timestamp('year', { year: 2001 }), 'revision-time'],
    [['transactionId'], string('other'), 'revision-transaction'],
  ]
  for (const [path, to, ...codes] of cases) {
    const edited = edit(ion, path, () => to)
    let found: string[] = ['thrown']
    try {
      found = codesOf(blockFromIon(edited))
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'journal/malformed')
    }
    assert.equal(soundBlock(encodeIon(edited)), undefined)
    assert.deepEqual(found.sort(), codes.sort(), `${path.join('.')} := ${printIon(to)}`)
  }
})

vectorTest('proofs of the block and of its revision lead to the published digest', 'awscli-get-digest.json', (text) => {
  const digest = fromBase64(JSON.parse(text).Digest)
  const block = blockFromIon(parseIon(other('awscli-get-block.block.ion')))
  const ofBlock = proofOf(other('awscli-get-block.proof.ion'))
  const ofRevision = proofOf(other('awscli-get-revision.proof.ion'))
  const revision = block.revisions?.[0]
  assert.ok(verifyProof(block.blockHash, ofBlock, digest))
  assert.ok(verifyProof(revision?.hash as Uint8Array, ofRevision, digest))
  assert.ok(!verifyProof(block.blockHash, ofBlock.slice(1), digest))
  assert.ok(!verifyProof(block.entriesHash, ofBlock, digest))
  assert.deepEqual(ofRevision.slice(3), ofBlock)
})

vectorTest(
  'a block summary and its revision, as streams give them, verify',
  'streams-dmv-sample.block-summary.ion',
  (text) => {
    const record = parseIon(text) as StructValue
    const summary = (record.get('payload') ?? record) as StructValue
    const block = blockFromIon(summary)
    const report = verifyBlock(block)
    assert.deepEqual(
      report.findings.filter((finding) => finding.code !== 'documents'),
      [],
    )
    assert.deepEqual(report.uncovered.slice(0, 1), ['revisionSummaries'])
    const summaries = summary.get('revisionSummaries')
    assert.ok(summaries?.type === 'list')
    const hashes = summaries.items.map((item) => ((item as StructValue).get('hash') as { bytes: Uint8Array }).bytes)
    assert.equal(toBase64(rootOf(hashes)), toBase64(block.entriesHashList[1] as Uint8Array))
    const revision = revisionFromIon(parseIon(other('streams-dmv-sample.revision-details.ion')))
    const { data, metadataIon } = revision
    assert.ok(data !== undefined && metadataIon !== undefined)
    assert.equal(toBase64(revisionHash(data, metadataIon)), toBase64(revision.hash))
    assert.equal(toBase64(revision.hash), toBase64(hashes[0] as Uint8Array))
    const edited = edit(data, ['FirstName'], () => string('Someone else')) as StructValue
    assert.notEqual(toBase64(revisionHash(edited, metadataIon)), toBase64(revision.hash))
  },
)

interface Receipt {
  readonly RevisionHash: string
  readonly Proof: { readonly IonText: string }
  readonly LedgerDigest: { readonly Digest: string }
}
const isGood = ({ RevisionHash, Proof, LedgerDigest }: Receipt) =>
  verifyProof(fromBase64(RevisionHash), proofOf(Proof.IonText), fromBase64(LedgerDigest.Digest))

vectorTest('receipts of three tips verify', 'rest-api.receipts.json', (text) => {
  assert.deepEqual((JSON.parse(text) as Receipt[]).map(isGood), [true, true, true])
})
vectorTest('a made-up receipt does not verify', 'kvs-sample.receipt.json', (text) => {
  assert.deepEqual((JSON.parse(text) as Receipt[]).map(isGood), [false])
})
vectorTest('an altered proof does not verify', 'qldbguide.altered-proof.json', (text) => {
  assert.deepEqual((JSON.parse(text) as Receipt[]).map(isGood), [false])
})

vectorTest('a revision as GetRevision gave it verifies', 'kvs-sample.revision.json', (text) => {
  const revision = revisionFromIon(parseIon(JSON.parse(text).Revision.IonText))
  assert.equal(toBase64(revisionHash(revision.data, revision.metadataIon as StructValue)), toBase64(revision.hash))
})

vectorTest('revisions whose text was edited do not verify', 'rest-api.history.json', (text) => {
  for (const item of (parseIon(text) as { items: readonly Value[] }).items) {
    const ion = item as StructValue
    const metadata = edit(ion.get('metadata') as Value, ['txTime'], (old) =>
      parseIon((old as { value: string }).value),
    ) as StructValue
    const hash = (ion.get('hash') as { value: string }).value
    assert.notEqual(toBase64(revisionHash(ion.get('data') as StructValue, metadata)), hash)
  }
})

vectorTest('a redacted revision of AWS has the shape that we read', 'qldbguide.redaction.partial.ion', (text) => {
  const revision = revisionFromIon(parseIon(text))
  assert.equal(revision.dataHash?.length, 32)
  assert.equal(revision.hash.length, 32)
  assert.equal(revision.data, undefined)
})

vectorTest('digests of statements without parameters', 'statement-digests.json', (text) => {
  const entries = JSON.parse(text) as { statement: string; params: readonly unknown[] | null; digest: string }[]
  const plain = entries.filter((entry) => entry.params?.length === 0)
  assert.equal(plain.length, 5)
  for (const { statement, digest } of plain) assert.equal(toBase64(statementDigest(statement)), digest)
})

for (const [file, matches] of [
  ['docs-2022.journal-contents.partial.ion', true],
  ['docs-2019.journal-contents.partial.ion', false],
] as const) {
  vectorTest(`the head of a documented block: ${file}`, file, (text) => {
    const block = blockFromIon(edit(parseIon(text), [], (old) => old))
    const codes = codesOf(block)
    assert.equal(codes.includes('entries-hash'), !matches)
    if (matches) assert.deepEqual(codes, [])
  })
}

test('statementDigest folds the parameters as the drivers do', () => {
  const expected = joinHashes(joinHashes(ionHash(string('s ? ?')), ionHash(string('a'))), ionHash(parseIon('1')))
  assert.equal(toBase64(statementDigest('s ? ?', [string('a'), parseIon('1')])), toBase64(expected))
})
