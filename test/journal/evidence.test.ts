import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { toBase64 } from '../../src/base/bytes.ts'
import { LedgerError } from '../../src/base/errors.ts'
import { digestAt } from '../../src/journal/digest.ts'
import { parseDigestFile, printDigestFile, sameDigest } from '../../src/journal/digest-file.ts'
import type { Block } from '../../src/journal/block.ts'
import { rootOf, siblingsIn } from '../../src/journal/merkle-tree.ts'
import { proofToIon, revisionProof } from '../../src/journal/proof.ts'
import { parseEvidence } from '../../src/archive/find-evidence.ts'
import { printProofFile, type ProofFile } from '../../src/journal/proof-file.ts'
import { verifyEvidence } from '../../src/archive/verify-evidence.ts'
import { ionHash } from '../../src/values/ion-hash.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { timestampFromMs } from '../../src/values/timestamp.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { joinHashes } from '../../src/values/join-hashes.ts'
import { blob, list, type StructValue, structOf, type Value } from '../../src/values/value.ts'
import { sharedFile } from '../support/root.ts'
import { SampleJournal, sampleStrand } from './sample-journal.ts'

/** A journal of `count` blocks, each with two documents but the first. */
function journalOf(count: number): SampleJournal {
  const journal = new SampleJournal()
  journal.append({})
  for (let number = 1; number < count; number += 1) {
    journal.append({
      [`doc${number}`.padEnd(22, 'a')]: `{n:${number},x:1.50}`,
      ['doc'.padEnd(22, 'b')]: '{always:true}',
    })
  }
  return journal
}

function digestOf(journal: SampleJournal) {
  return digestAt(journal, { strandId: sampleStrand, sequenceNo: journal.tip.sequenceNo })
}

function proofText(journal: SampleJournal, sequenceNo: number, position = 0): string {
  const block = journal.blocks[sequenceNo] as SampleJournal['blocks'][0]
  return printProofFile({
    ledger: 'sample',
    table: 'Vehicle',
    revision: block.revisions?.[position]?.ion as StructValue,
    block,
    proof: revisionProof(journal, block, position, journal.tip.sequenceNo) ?? [],
    digest: digestOf(journal),
    date: timestampFromMs(0),
  })
}

function fileOf(text: string): ProofFile {
  const [evidence] = parseEvidence(text)
  assert.ok(evidence?.kind === 'proof')
  return evidence.file
}

function findingsOf(text: string, trusted?: Parameters<typeof verifyEvidence>[1]): string[] {
  return verifyEvidence(fileOf(text), trusted).findings.map(({ field }) => field)
}

test('a digest file has the fields of the console’s and reads back', () => {
  const journal = journalOf(3)
  const saved = { ...digestOf(journal), ledger: 'sample', date: '2024-01-01T00:00:00.000Z' }
  const text = printDigestFile(saved)
  assert.deepEqual(JSON.parse(text), {
    digest: toBase64(saved.digest),
    digestTipAddress: `{strandId:"${sampleStrand}",sequenceNo:2}`,
    ledger: 'sample',
    date: '2024-01-01T00:00:00.000Z',
  })
  const read = parseDigestFile(text)
  assert.equal(sameDigest(read, saved), true)
  assert.deepEqual([read.ledger, read.date], [saved.ledger, saved.date])
  assert.equal(sameDigest(read, { ...saved, digest: new Uint8Array(32) }), false)
  assert.equal(sameDigest(read, digestOf(journalOf(2))), undefined)
})

test('digests are read as values and as AWS’s JSON, and nothing else is taken for one', () => {
  const hash = toBase64(new Uint8Array(32).fill(7))
  for (const text of [
    `{digest: {{${hash}}}, digestTipAddress: {strandId: "s", sequenceNo: 5}}`,
    `{"Digest": "${hash}", "DigestTipAddress": {"IonText": "{strandId:\\"s\\",sequenceNo:5}"}}`,
  ]) {
    assert.deepEqual(parseDigestFile(text).digestTipAddress, { strandId: 's', sequenceNo: 5 })
  }
  for (const [text, message] of [
    ['', /has one struct/],
    ['{digest: "x", digestTipAddress: {strandId: "s", sequenceNo: 5}}', /digest is no hash of 32 bytes/],
    [`{digest: "${hash}"}`, /has one struct/],
    [`{digest: "${hash} ", digestTipAddress: {strandId: "s", sequenceNo: 5}}`, /digest is no hash/],
    [`{digest: "${hash}", digestTipAddress: {strandId: "s", sequenceNo: -1}}`, /not a block address/],
    [`{digest: "${hash}", digestTipAddress: "{"}`, /not Ion text/],
    [`{digest: "${hash}", `, /not Ion or JSON/],
  ] as const) {
    assert.throws(() => parseDigestFile(text), { code: 'proof/malformed', message }, text)
  }
  const last = `{"Digest":"${toBase64(new Uint8Array(32))}","LastBlockNum":3,"Proof":[]}`
  assert.throws(() => parseEvidence(last), {
    code: 'proof/unrecognized',
    message: /proves the last block of an export/,
  })
})

test('every revision of journals of every length up to 40 is proven, by its file alone', () => {
  for (let count = 2; count <= 40; count += 1) {
    const journal = journalOf(count)
    for (let sequenceNo = 1; sequenceNo < count; sequenceNo += 1) {
      const report = verifyEvidence(fileOf(proofText(journal, sequenceNo, sequenceNo % 2)), digestOf(journal))
      assert.deepEqual(report.findings, [], `block ${sequenceNo} of ${count}`)
      assert.ok(report.isTrustedDigest && !report.unproven.includes('blockAddress'))
    }
  }
})

test('whatever character of a proof file is changed, it is refused, found, or says nothing that is proven', () => {
  const journal = journalOf(6)
  const text = proofText(journal, 3)
  const trusted = digestOf(journal)
  /** The fields that the report itself says the proof says nothing about. */
  const unproven = /^(?:\s*(?:ledger|date): .*)$/
  const unnoticed: string[] = []
  const lines = text.split('\n')
  lines.forEach((line, number) => {
    if (unproven.test(line)) return
    for (let at = line.search(/\S/); at !== -1 && at < line.length; at += 1) {
      // Another that does not stand for the same bytes at the end of base64.
      const letter = /[01]/.test(line[at] as string) ? '9' : '1'
      const changed = [...lines]
      changed[number] = line.slice(0, at) + letter + line.slice(at + 1)
      try {
        const [evidence] = parseEvidence(changed.join('\n'))
        if (evidence?.kind !== 'proof') continue
        const report = verifyEvidence(evidence.file, trusted)
        // A changed name of a field makes it one that is not known, which the report lists.
        const isSaid = report.unchecked.length > 0 || report.unproven.some((field) => field !== 'ledger')
        if (report.findings.length === 0 && !isSaid) unnoticed.push(`line ${number + 1}, column ${at + 1}: ${line}`)
      } catch (error) {
        assert.ok(error instanceof LedgerError, String(error))
      }
    }
  })
  assert.deepEqual(unnoticed, [])
})

test('an altered proof file names the field', () => {
  const journal = journalOf(6)
  const text = proofText(journal, 3)
  const altered = (from: string | RegExp, to: string) => {
    const changed = text.replace(from, to)
    assert.notEqual(changed, text)
    return findingsOf(changed)
  }
  assert.deepEqual(altered('n: 3', 'n: 4'), ['revision.hash'])
  assert.deepEqual(altered('x: 1.50', 'x: 1.5'), ['revision.hash'])
  assert.deepEqual(altered('version: 0', 'version: 1'), ['revision.hash'])
  assert.deepEqual(altered(/( {2}proof: \[\n).*\n/, '$1'), ['proof', 'blockHead.entriesHashList'])
  assert.deepEqual(altered(/transactionId: "tx/, 'transactionId: "ty'), ['blockHead.transactionId', 'blockHead'])
  assert.deepEqual(altered(/(\n {2}digestTipAddress: \{\n.*\n.*sequenceNo: )5/, '$19'), ['digestTipAddress'])
  assert.deepEqual(altered(/(\n {2}digest: )\{\{.*\}\}/, `$1{{${toBase64(new Uint8Array(32))}}}`), ['proof'])
  assert.deepEqual(altered(/(\n {2}blockAddress: \{\n.*\n.*sequenceNo: )3/, '$12'), ['blockAddress'])
})

test('a proof is held against a saved digest of its tip; of another tip or ledger it is not', () => {
  const journal = journalOf(6)
  const text = proofText(journal, 3)
  assert.deepEqual(findingsOf(text, digestOf(journal)), [])
  const wrong = { ...digestOf(journal), digest: new Uint8Array(32) }
  assert.deepEqual(findingsOf(text, wrong), ['digest', 'proof'])
  assert.match(verifyEvidence(fileOf(text), digestOf(journalOf(5))).unchecked[0] ?? '', /block 5.*block 4/)
  const foreign = { ...digestOf(journal), digestTipAddress: { strandId: 'other', sequenceNo: 5 } }
  assert.throws(() => findingsOf(text, foreign), { code: 'proof/foreign-digest' })
  const bare = `{proof: ${printIon(proofToIon([]))}, revisionHash: {{${toBase64(wrong.digest)}}}}`
  assert.match(verifyEvidence(fileOf(bare)).unchecked[0] ?? '', /nothing but its hash, and no digest/)
})

test('a file cut short anywhere is no proof', () => {
  const text = proofText(journalOf(3), 1)
  for (let length = 0; length < text.trimEnd().length; length += 1) {
    assert.throws(() => parseEvidence(text.slice(0, length)), /not Ion or JSON|nothing in it/, `${length} characters`)
  }
  for (const other of ['1', '[1]', '{}', '{a: 1, a: 2}', '{proof: 1, revision: {}}']) {
    assert.throws(() => parseEvidence(other), { code: 'proof/unrecognized' }, other)
  }
})

test('a redacted revision is proven by the hash in place of its data', () => {
  const journal = journalOf(4)
  const text = proofText(journal, 2)
  const data = /data: (\{[^}]*\})/.exec(text)?.[1] as string
  const withHash = text.replace(`data: ${data}`, `dataHash: {{${hashOf(data)}}}`)
  assert.deepEqual(findingsOf(withHash), [])
  assert.deepEqual(
    findingsOf(text.replace(`data: ${data}`, `data: ${data}, dataHash: {{${hashOf(data)}}}`)).slice(0, 1),
    ['revision.dataHash'],
  )
})

for (const [name, verdicts] of [
  ['rest-api.receipts.json', ['sound', 'sound', 'sound']],
  ['kvs-sample.receipt.json', ['proof']],
] as const) {
  test(`AWS's receipts: ${name}`, (t) => {
    const path = sharedFile(`vectors/${name}`)
    if (path === undefined) return t.skip('the shared vectors are not here')
    const found = parseEvidence(readFileSync(path, 'utf8')).map((evidence) => {
      assert.ok(evidence.kind === 'proof')
      return verifyEvidence(evidence.file).findings[0]?.field ?? 'sound'
    })
    assert.deepEqual(found, verdicts)
  })
}

test("AWS's GetBlock and GetDigest, as its command line printed them", (t) => {
  const paths = ['awscli-get-block.block.ion', 'awscli-get-block.proof.ion', 'awscli-get-digest.json'].map((name) =>
    sharedFile(`vectors/${name}`),
  )
  if (paths.includes(undefined)) return t.skip('the shared vectors are not here')
  const [block, proof, digest] = paths.map((path) => readFileSync(path as string, 'utf8')) as [string, string, string]
  const answer = JSON.stringify({ Block: { IonText: block }, Proof: { IonText: proof } })
  const report = verifyEvidence(fileOf(answer), parseDigestFile(digest))
  assert.deepEqual([report.subject, report.findings], ['block 100', []])
  for (const number of [0, 99, 101, 123]) {
    const moved = block.replaceAll('sequenceNo:100', `sequenceNo:${number}`)
    const { findings, unchecked } = verifyEvidence(
      fileOf(JSON.stringify({ Block: { IonText: moved }, Proof: { IonText: proof } })),
      parseDigestFile(digest),
    )
    assert.ok(findings.length + unchecked.length > 0, `as block ${number}`)
  }
  const changed = JSON.stringify({ Block: { IonText: block.replace('Everett', 'Seattle') }, Proof: { IonText: proof } })
  assert.equal(verifyEvidence(fileOf(changed), parseDigestFile(digest)).findings[0]?.field, 'block')
})

function hashOf(text: string): string {
  return toBase64(ionHash(parseIon(text)))
}

test('nothing can stand unseen beside what a proof shows: other fields, annotations, fields given twice', () => {
  const text = proofText(journalOf(4), 2)
  for (const [from, to] of [
    [/^\{/, 'note::{'],
    [/digestTipAddress: ?\{/, 'digestTipAddress:{by:"boss",'],
    [/digestTipAddress: ?\{/, 'digestTipAddress:note::{'],
    [/blockHead: ?\{/, 'blockHead:{by:"boss",'],
    [/ {2}table: ?/, '  table: note::'],
  ] as const) {
    assert.notEqual(text.replace(from, to), text, String(from))
    assert.throws(() => parseEvidence(text.replace(from, to)), LedgerError, String(from))
  }
})

test('a proof without the head of its block shows statements of that block alone', () => {
  const journal = journalOf(9)
  const [from, to] = [3, 5].map((number) => journal.blocks[number] as SampleJournal['blocks'][0]) as [
    SampleJournal['blocks'][0],
    SampleJournal['blocks'][0],
  ]
  const bare = (text: string) => {
    const value = parseIon(text) as StructValue
    const kept = value.names.filter((name) => name !== 'blockHead')
    const entries = (value.get('blockHead') as StructValue).get('entriesHashList')
    return structOf({
      ...Object.fromEntries(kept.map((name) => [name, value.get(name) as Value])),
      entriesHashList: entries as Value,
    })
  }
  const proof = bare(proofText(journal, 3, 1))
  const own = verifyEvidence(fileOf(printIon(proof)), digestOf(journal))
  assert.deepEqual([own.findings, own.unchecked], [[], []])
  assert.match(own.shows, /changed by 'UPDATE Vehicle \/\* 3 \*\//)
  // The way through blocks 4 and 5 leads to the digest, too.
  const node = (first: number, count: number): Uint8Array =>
    rootOf(journal.blocks.slice(first, first + count).map(({ blockHash }) => blockHash))
  const hashes = (from.revisions ?? []).map(({ hash }) => hash)
  const steps = [
    ...siblingsIn(hashes, 1),
    ...siblingsIn(from.entriesHashList, 1),
    from.previousBlockHash,
    ...[4, 5].map((number) => (journal.blocks[number] as Block).entriesHash),
    ...[node(4, 1), node(6, 2), node(0, 4), node(8, 1)],
  ]
  const [head, root, info] = to.entriesHashList as [Uint8Array, Uint8Array, Uint8Array]
  const lists = [
    [joinHashes(head, root), info, to.previousBlockHash],
    [info, joinHashes(head, root), to.previousBlockHash],
    [...to.entriesHashList],
  ]
  for (const entries of lists) {
    const { names } = proof
    const fields = Object.fromEntries(names.map((name) => [name, proof.get(name) as Value]))
    const credited = structOf({
      ...fields,
      entriesHashList: list(entries.map((hash) => blob(hash))),
      transactionInfo: to.transactionInfo?.ion as Value,
      proof: proofToIon(steps),
    })
    const { findings, unchecked } = verifyEvidence(fileOf(printIon(credited)), digestOf(journal))
    assert.ok(findings.length + unchecked.length > 0)
    assert.ok(!findings.some(({ message }) => message.startsWith('it leads to')))
  }
})

test('a deletion is proven where its block shows how many revisions it has', () => {
  for (let count = 1; count <= 9; count += 1) {
    const journal = new SampleJournal()
    journal.append({})
    const ids = Array.from({ length: count }, (_, at) => `doc${at}`.padEnd(22, 'a'))
    journal.append(Object.fromEntries(ids.map((id, at) => [id, at % 2 === 0 ? '' : '{n:1}'])))
    for (const position of ids.keys()) {
      const text = proofText(journal, 1, position)
      const { findings, unchecked } = verifyEvidence(fileOf(text), digestOf(journal))
      assert.deepEqual([findings, unchecked], [[], []], `${position} of ${count}`)
      const needsList = text.includes('blockRevisions')
      assert.ok(!needsList || (position % 2 === 0 && (count & (count - 1)) !== 0))
      if (!needsList) continue
      const ion = parseIon(text) as StructValue
      const without = structOf(
        Object.fromEntries(
          ion.names.flatMap((name) => (name === 'blockRevisions' ? [] : [[name, ion.get(name) as Value]])),
        ),
      )
      const report = verifyEvidence(fileOf(printIon(without)), digestOf(journal))
      assert.match(report.unchecked.join(), /has no data, and nothing shows that it is not half of a revision/)
    }
  }
})

test('a part of a proof file that nothing was held against is named, and the verdict is incomplete', () => {
  const journal = journalOf(6)
  const ion = parseIon(proofText(journal, 3)) as StructValue
  const fields = (...names: string[]) => Object.fromEntries(names.map((name) => [name, ion.get(name) as Value]))
  const revision = ion.get('revision') as StructValue
  const { metadata, data, hash } = Object.fromEntries(revision.names.map((name, at) => [name, revision.values[at]]))
  const placeless = structOf({ hash, data, metadata } as Record<string, Value>)
  const ends = fields('proof', 'digest', 'digestTipAddress')
  const entriesHashList = list([blob(new Uint8Array(32))])
  const head = ion.get('blockHead') as StructValue
  const blockHead = structOf({ ...Object.fromEntries(head.names.map((name, at) => [name, head.values[at] as Value])) })
  const reportOf = (value: Readonly<Record<string, Value>>) =>
    verifyEvidence(fileOf(printIon(structOf(value))), digestOf(journal))
  const isSaid = ({ findings, unchecked }: ReturnType<typeof reportOf>, name: string) =>
    [...findings.map(({ field }) => field), ...unchecked].some((text) => text.includes(name))
  const receipt = { revisionHash: hash as Value, ...fields('proof', 'digest', 'digestTipAddress') }
  const cases: [name: string, value: Readonly<Record<string, Value>>][] = [
    ['blockHead', { revision: placeless, ...ends, blockHead }],
    ['blockHead', { ...receipt, blockHead }],
    ['entriesHashList', { revision: placeless, ...ends, entriesHashList }],
    ['entriesHashList', { revision, ...ends, entriesHashList }],
    ['entriesHashList', { revision, ...ends, blockHead, entriesHashList }],
    ['entriesHashList', { ...receipt, entriesHashList }],
    ['blockRevisions', { ...receipt, blockRevisions: list([]) }],
    ['blockRevisions', { revision, ...ends, blockRevisions: list([]) }],
    ['digest', { revision, ...fields('proof', 'digest') }],
    ['digestTipAddress', { revision, ...fields('proof', 'digestTipAddress') }],
    ['ledgerDigest', { revisionHash: hash as Value, ...fields('proof'), ledgerDigest: ends['digest'] as Value }],
  ]
  for (const [name, value] of cases) assert.ok(isSaid(reportOf(value), name), `${name}: ${printIon(structOf(value))}`)
  assert.deepEqual(reportOf({ revision: placeless, ...ends }).unchecked, [])
  // Held against no digest.
  const alone = verifyEvidence(fileOf(printIon(structOf({ revision, ...fields('proof'), blockHead }))))
  assert.ok(isSaid(alone, 'blockHead'))
})

test('fields of a proof file that say nothing hold texts and numbers, or are named', () => {
  const journal = journalOf(4)
  const ion = parseIon(proofText(journal, 3)) as StructValue
  const { unchecked } = verifyEvidence(fileOf(printIon(ion)), digestOf(journal))
  assert.deepEqual(unchecked, [])
  const forged = '{revision:{hash:"x",data:{balance:999},metadata:{id:"a",version:0}}}'
  for (const [name, usual, strange] of [
    ['date', '"2024-01-01T00:00:00Z"', forged],
    ['uncheckedRevisions', '"0"', `[${forged}]`],
    ['$metadata', '{requestId:"x",httpHeaders:{date:"x"},attempts:1}', `{httpHeaders:{x:${forged}}}`],
    ['responseMetadata', '{HTTPStatusCode:200}', `{requestId:${forged}}`],
  ] as const) {
    const withText = (text: string) => {
      const others = ion.names.flatMap((one, at) => (one === name ? [] : [[one, ion.values[at] as Value] as const]))
      const more = name === 'uncheckedRevisions' ? { uncheckedHash: parseIon('""') } : {}
      return fileOf(printIon(structOf({ ...Object.fromEntries(others), ...more, [name]: parseIon(text) })))
    }
    assert.deepEqual(verifyEvidence(withText(usual), digestOf(journal)).unchecked, [], name)
    if (name === 'uncheckedRevisions') continue
    assert.match(
      verifyEvidence(withText(strange), digestOf(journal)).unchecked.join(),
      /no hash covers the field '/,
      name,
    )
  }
})

test('half of a revision is not proven as a deletion, nor is data that was left out as redacted', () => {
  const journal = journalOf(6)
  const text = proofText(journal, 3)
  const ion = parseIon(text) as StructValue
  const revision = ion.get('revision') as StructValue
  const [data, metadata, blockAddress] = ['data', 'metadata', 'blockAddress'].map(
    (name) => revision.get(name) as StructValue,
  )
  assert.ok(data !== undefined && metadata !== undefined && blockAddress !== undefined)
  const hashOfData = blob(ionHash(data))
  const half = structOf({ blockAddress, hash: blob(ionHash(metadata)), metadata })
  const hidden = structOf({ blockAddress, hash: revision.get('hash') as Value, dataHash: hashOfData, metadata })
  const proof = ion.get('proof')
  assert.ok(proof?.type === 'list')
  const fields = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, ion.get(name) as Value]))
  const ends = fields(['digest', 'digestTipAddress'])
  const forged = { revision: half, proof: list([hashOfData, ...proof.items]), ...ends }
  const block = fields(['blockHead', 'transactionInfo'])
  const reportOf = (value: Readonly<Record<string, Value>>) =>
    verifyEvidence(fileOf(printIon(structOf(value))), digestOf(journal))
  const [finding] = reportOf({ ...forged, ...block }).findings
  assert.match(
    `${finding?.field}: ${finding?.message}`,
    /^proof: 2 hashes lead from it to the root of .*, expected 1 for 2 documents$/,
  )
  assert.match(reportOf(forged).unchecked.join(), /nothing shows that it is not half of a revision/)
  const left = reportOf({ revision: hidden, proof, ...ends, ...block })
  assert.deepEqual([left.findings.length, left.unchecked.length], [0, 1])
  assert.match(left.unchecked.join(), /it shows only the hash of its data; that the data was redacted is not shown/)
})

test('a receipt that was damaged is no saved digest', () => {
  const journal = journalOf(4)
  const { digest } = digestOf(journal)
  const tip = `{"IonText":"{strandId:\\"${sampleStrand}\\",sequenceNo:3}"}`
  const saved = `"LedgerDigest":{"Digest":"${toBase64(digest)}","DigestTipAddress":${tip}}`
  const hash = toBase64(journal.tip.blockHash)
  assert.equal(parseEvidence(`{"LedgerName":"l",${saved}}`).length, 1)
  const damaged = [
    `"RevisionHash":"x","RevisionHash":"${hash}","Proof":["${hash}"]`,
    '"RevisionHash":"AAAA","Proof":5',
    '"RevisionHash":5',
    `"Proof":"${hash}"`,
    '"Revision":{"a":1}',
    '"Block":[1]',
  ]
  for (const fields of damaged) {
    const texts = [`{"LedgerName":"l",${fields},${saved}}`, `{"LedgerName":"l",${saved},${fields}}`]
    for (const text of [...texts, ...texts.map((one) => `{"a":[{"b":${one}}]}`), ...texts.map((one) => `[${one}]`)])
      assert.throws(() => parseEvidence(text), { code: 'proof/refuted' }, text)
  }
})
