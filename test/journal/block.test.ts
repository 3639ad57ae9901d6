import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { toBase64 } from '../../src/base/bytes.ts'
import { LedgerError } from '../../src/base/errors.ts'
import { type Block, blockToIon, encodeBlock } from '../../src/journal/block.ts'
import { decodeBlock } from '../../src/journal/block-from-ion.ts'
import { redactBlock } from '../../src/journal/seal-block.ts'
import { blockFromIon } from '../../src/journal/block-from-ion.ts'
import { digestAt } from '../../src/journal/digest.ts'
import { rootOf } from '../../src/journal/merkle-tree.ts'
import { blockProof, proofFromIon, proofToIon, revisionProof, verifyProof } from '../../src/journal/proof.ts'
import { verifyBlock } from '../../src/journal/verify.ts'
import { ChainVerifier } from '../../src/journal/verify-chain.ts'
import { ionEquals } from '../../src/values/compare.ts'
import { ionHash } from '../../src/values/ion-hash.ts'
import { joinHashes } from '../../src/values/join-hashes.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { int, type StructValue, struct } from '../../src/values/value.ts'
import { SampleJournal, sampleStrand } from './sample-journal.ts'

const documents = {
  '9mov0fkSUqZ0wrn83488BF': "{VIN:'sym',n:1.50,at:2024-01-01T00:00:00.100-05:00,list:[a::1,(b {{aGk=}}),null.int]}",
  JUJgkIcNbhS2goq8RqLuZ4: '{owner:{id:"x",name:"Zoë"}, big:123456789012345678901234567890, f:1.5e0}',
  D35qd3e2prnJYmtKW6kok1: '',
}

function sampleBlock(): Block {
  const journal = new SampleJournal()
  journal.append({})
  return journal.append(documents)
}

test('a block is sealed in the fields, the order and the types of QLDB', () => {
  const block = sampleBlock()
  assert.deepEqual(blockToIon(block).names, [
    'blockAddress',
    'transactionId',
    'blockTimestamp',
    'blockHash',
    'entriesHash',
    'previousBlockHash',
    'entriesHashList',
    'transactionInfo',
    'revisions',
  ])
  const info = printIon(blockToIon(block).get('transactionInfo') as StructValue)
  assert.match(info, /^\{statements:\[\{statement:"UPDATE .*",startTime:2024-01-01T00:00:01.000Z,statementDigest:\{\{/)
  assert.match(info, /documents:\{'9mov0fkSUqZ0wrn83488BF':\{tableName:"Vehicle",tableId:"\w+",statements:\[0\]\},JUJ/)
  const revisions = blockToIon(block).get('revisions')
  assert.ok(revisions?.type === 'list')
  assert.deepEqual((revisions.items[0] as StructValue).names, ['blockAddress', 'hash', 'data', 'metadata'])
  assert.deepEqual((revisions.items[2] as StructValue).names, ['blockAddress', 'hash', 'metadata'])
})

test('the hashes are what the rules say, worked out by hand', () => {
  const block = sampleBlock()
  const revisions = block.revisions ?? []
  const hashes = revisions.map(({ data, metadataIon }) => {
    const ofMetadata = ionHash(metadataIon as StructValue)
    return data === undefined ? ofMetadata : joinHashes(ionHash(data), ofMetadata)
  })
  assert.deepEqual(
    revisions.map((revision) => toBase64(revision.hash)),
    hashes.map(toBase64),
  )
  const [first, second, third] = hashes as [Uint8Array, Uint8Array, Uint8Array]
  const root = joinHashes(joinHashes(first, second), third)
  const info = ionHash(block.transactionInfo?.ion as StructValue)
  assert.deepEqual(block.entriesHashList.slice(1).map(toBase64), [root, info].map(toBase64))
  assert.equal(toBase64(block.entriesHash), toBase64(rootOf(block.entriesHashList)))
  assert.equal(toBase64(block.blockHash), toBase64(joinHashes(block.entriesHash, block.previousBlockHash)))
  assert.deepEqual(verifyBlock(block, { mustCoverHead: true }).findings, [])
})

test('the first block has no previous hash, and a reading one no revisions', () => {
  const block = new SampleJournal().append({})
  assert.equal(block.previousBlockHash.length, 0)
  assert.equal(toBase64(block.blockHash), toBase64(block.entriesHash))
  assert.equal(block.revisions, undefined)
  assert.equal(block.transactionInfo?.documents, undefined)
  const report = verifyBlock(block)
  assert.deepEqual([report.findings, report.uncovered, report.opaqueEntries], [[], [], 0])
  assert.equal(report.uncheckedDigests, 1)
})

test('a block comes back from its bytes as it was, unknown fields too', () => {
  const block = sampleBlock()
  const decoded = decodeBlock(encodeBlock(block))
  assert.ok(ionEquals(decoded.ion, block.ion))
  assert.deepEqual(decoded.blockAddress, { strandId: sampleStrand, sequenceNo: 1 })
  assert.deepEqual(decoded.transactionInfo?.documents, block.transactionInfo?.documents)
  const more = blockFromIon(struct([...block.ion.names, 'note'], [...block.ion.values, int(7)]))
  const report = verifyBlock(decodeBlock(encodeBlock(more)))
  assert.deepEqual([report.findings, report.uncovered], [[], ['note']])
})

test('whatever byte of a sealed block is changed, it shows', () => {
  const block = sampleBlock()
  const bytes = encodeBlock(block)
  const unnoticed: string[] = []
  for (let at = 0; at < bytes.length; at += 1) {
    for (const mask of [0x01, 0x80, 0xff]) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] as number) ^ mask
      if (!isNoticed(changed, block)) unnoticed.push(`byte ${at} ^ ${mask}`)
    }
  }
  assert.deepEqual(unnoticed, [])
})

/** Whether a change makes the block unreadable, gives a finding, touches only what is listed, or no data at all. */
function isNoticed(bytes: Uint8Array, before: Block): boolean {
  try {
    const block = decodeBlock(bytes)
    const report = verifyBlock(block, { mustCoverHead: true })
    return report.findings.length > 0 || report.uncovered.length > 0 || ionEquals(block.ion, before.ion)
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    return true
  }
}

test('fields that were taken out of a sealed block are missed', () => {
  const { ion } = sampleBlock()
  for (const name of ion.names) {
    const at = ion.names.indexOf(name)
    const without = struct(ion.names.toSpliced(at, 1), ion.values.toSpliced(at, 1))
    let found = 'journal/malformed'
    try {
      found = verifyBlock(blockFromIon(without))
        .findings.map((finding) => finding.code)
        .join()
    } catch (error) {
      assert.equal((error as LedgerError).code, found)
    }
    assert.notEqual(found, '', name)
  }
})

test('a malformed block names the field', () => {
  const block = sampleBlock()
  const cases: [name: string, text: string, message: RegExp][] = [
    [
      'blockAddress',
      '{strandId:"x",sequenceNo:-1}',
      /the block.blockAddress.sequenceNo is the int -1, expected an int from 0/,
    ],
    ['blockHash', '{{AAAA}}', /block 1.blockHash is a blob of 3 bytes, expected one of 32/],
    ['entriesHashList', '[1]', /block 1.entriesHashList\[0\] is the int 1, expected a blob/],
    ['transactionId', 'a::"x"', /block 1.transactionId is an annotated string, expected a string/],
    ['blockTimestamp', '"2024"', /block 1.blockTimestamp is a string, expected a timestamp/],
  ]
  for (const [name, text, message] of cases) {
    const at = block.ion.names.indexOf(name)
    const ion = struct(block.ion.names, block.ion.values.with(at, parseIon(text)))
    assert.throws(() => blockFromIon(ion), { code: 'journal/malformed', message })
  }
  const twice = struct([...block.ion.names, 'blockHash'], [...block.ion.values, int(1)])
  assert.throws(() => blockFromIon(twice), /the block.blockHash is there twice, expected one field/)
  assert.throws(() => decodeBlock(Buffer.from('{}')), { code: 'journal/malformed' })
  const revisions = struct(block.ion.names, block.ion.values.with(8, parseIon('[1]')))
  assert.deepEqual(
    verifyBlock(blockFromIon(revisions)).findings.map((finding) => finding.code),
    ['malformed', 'malformed', 'unexplained-entry'],
  )
})

test('proofs of every block and revision lead to the digest at every later tip', () => {
  const journal = new SampleJournal()
  const blocks = 24
  for (let number = 0; number < blocks; number += 1) {
    const ids = Array.from({ length: number % 5 }, (_, index) => `document${index}`)
    journal.append(Object.fromEntries(ids.map((id) => [id, `{number:${number},id:"${id}"}`])))
  }
  for (let tip = 0; tip < blocks; tip += 1) {
    const { digest } = digestAt(journal, { strandId: sampleStrand, sequenceNo: tip })
    assert.equal(toBase64(digest), toBase64(rootOf(journal.blocks.slice(0, tip + 1).map((block) => block.blockHash))))
    for (const block of journal.blocks.slice(0, tip + 1)) {
      const { sequenceNo } = block.blockAddress
      const proof = blockProof(journal, sequenceNo, tip)
      assert.ok(verifyProof(block.blockHash, proofFromIon(proofToIon(proof)), digest))
      block.revisions?.forEach((revision, position) => {
        const path = revisionProof(journal, block, position, tip)
        assert.ok(path !== undefined && verifyProof(revision.hash, path, digest))
        assert.deepEqual(path.slice(path.length - proof.length), proof)
        assert.ok(!verifyProof(block.entriesHash, path, digest))
      })
    }
  }
  // An odd block's first sibling in the tree is the block before it: its hash stands twice in a row.
  const path = revisionProof(journal, journal.blocks[1] as Block, 0, 23) as readonly Uint8Array[]
  assert.deepEqual(path.slice(-6)[0], path.slice(-5)[0])
})

test('a chain verifies, and each way to break it is named', () => {
  const journal = new SampleJournal()
  for (let number = 0; number < 6; number += 1) journal.append({ a: `{n:${number}}`, [`b${number}`]: '{}' })
  const codes = (blocks: readonly Block[], options = {}) => {
    const chain = new ChainVerifier(options)
    return [...blocks.flatMap((block) => chain.add(block).findings), ...chain.end()].map(
      ({ code, sequenceNo }) => `${sequenceNo} ${code}`,
    )
  }
  const { blocks } = journal
  assert.deepEqual(codes(blocks, { mustCoverHeads: true }), [])
  assert.deepEqual(codes(blocks.slice(2)), [])
  assert.deepEqual(codes(blocks.slice(2), { previousBlockHash: new Uint8Array(32) }), ['2 previous-hash'])
  assert.deepEqual(codes(blocks.toSpliced(3, 1)), ['4 previous-hash', '4 gap', '4 revision-version'])
  assert.deepEqual(codes(blocks.toSpliced(3, 0, blocks[2] as Block)), [
    '2 previous-hash',
    '2 gap',
    '2 revision-version',
    '2 revision-version',
  ])
  const chain = new ChainVerifier()
  for (const block of blocks) chain.add(block)
  const digest = digestAt(journal, journal.tip).digest
  assert.equal(toBase64(chain.digest() as Uint8Array), toBase64(digest))
  const late = new ChainVerifier()
  late.add(blocks[3] as Block)
  assert.equal(late.digest(), undefined)
})

test('a redacted revision keeps every hash, and needs a block that asked for it', () => {
  const journal = new SampleJournal()
  journal.append({ a: '{secret:1}', b: '{}' })
  journal.append({ a: '{secret:2}' })
  const block = journal.blocks[0] as Block
  const redacted = decodeBlock(encodeBlock(redactBlock(block, 0)))
  const revision = redacted.revisions?.[0]
  assert.equal(revision?.data, undefined)
  assert.equal(toBase64(revision?.dataHash as Uint8Array), toBase64(ionHash(parseIon('{secret:1}'))))
  assert.deepEqual(verifyBlock(redacted).findings, [])
  assert.equal(redactBlock(redacted, 0), redacted)
  assert.equal(toBase64(redacted.blockHash), toBase64(block.blockHash))
  const unasked = new ChainVerifier()
  for (const next of [redacted, journal.blocks[1] as Block]) assert.deepEqual(unasked.add(next).findings, [])
  assert.match(
    unasked.end()[0]?.message as string,
    /^block 0: version 0 of document 'a' is redacted, but no block asked/,
  )
  const { blockAddress } = block
  const asking = journal.append(
    {},
    { redactionInfo: { revisions: [{ blockAddress, tableId: 't', documentId: 'a', version: 0 }] } },
  )
  assert.equal(decodeBlock(encodeBlock(asking)).redactionInfo?.revisions[0]?.documentId, 'a')
  const chain = new ChainVerifier()
  for (const next of [redacted, ...journal.blocks.slice(1)]) assert.deepEqual(chain.add(next).findings, [])
  assert.deepEqual(chain.end(), [])
})

test('bytes of any kind are a block or one named error', () => {
  const bytes = encodeBlock(sampleBlock())
  const property = fc.property(fc.nat(bytes.length), fc.uint8Array({ maxLength: 12 }), fc.nat(4), (at, put, cut) => {
    const changed = Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + cut)])
    try {
      verifyBlock(decodeBlock(changed))
    } catch (error) {
      assert.ok(error instanceof LedgerError, String((error as Error).stack))
    }
  })
  fc.assert(property, { numRuns: 1500 })
})
