import assert from 'node:assert/strict'
import { test } from 'node:test'
import { equalBytes } from '../../src/base/bytes.ts'
import { siblingRanges, siblingsIn } from '../../src/journal/merkle-tree.ts'
import { ionHash } from '../../src/values/ion-hash.ts'
import { joinHashes } from '../../src/values/join-hashes.ts'
import { parseAllIon, parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import {
  type BlobValue,
  blob,
  int,
  type ListValue,
  list,
  string,
  type StructValue,
  structOf,
  type Value,
} from '../../src/values/value.ts'
import { sampleJournal } from '../independent/sample.ts'
import { ToolRunner } from '../support/run-tool.ts'
import { evidenceForms } from './evidence-forms.ts'
import { withField } from '../tamper/tree.ts'
import { writeFiles } from './foreign-journal.ts'
import { faultsOf, type Verdict } from './verdict-faults.ts'

/** An export in a folder with its digest beside the folder; the files that a case adds are put in and taken out again. */
async function exportOf(tools: ToolRunner) {
  const { forms, digests } = await evidenceForms()
  const content = (name: string) => forms.find((form) => form.name === name)?.content as string
  const edited = (name: string) => forms.find((form) => form.name === name)?.edited as string
  const keys = '{keys:["blocks.0-9.ion"]}'
  writeFiles(tools.folder, digests)
  const blocks = content('export.ion')
  return { blocks, edited, content, keys, saved: digests['own.ion.txt'] as string }
}

test('evidence among the blocks of an export that contradicts them, or is not checked, is reported', async (t) => {
  const tools = new ToolRunner(t)
  const { blocks, edited, content, keys, saved } = await exportOf(tools)
  const forged = edited('export.ion')
    .split('\n')
    .find((line) => line.includes('balance:999')) as string
  const hashes = parseAllIon(blocks).map((block) => ((block as StructValue).get('blockHash') as BlobValue).bytes)
  const proof = printIon(list(siblingsIn(hashes, hashes.length - 1).map((hash) => blob(hash))))
  const lastBlock = (more: string) =>
    `{${saved
      .trim()
      .replace(/^\{|\}$/g, '')
      .replace('digest', 'Digest')
      .replace('digestTip', 'DigestTip')
      .replace('"ledger"', '"Ledger"')}` + `,LastBlockNum:${hashes.length - 1},Proof:${proof}${more}}`
  const cases: [name: string, content: string, verdict: Verdict][] = [
    ['a forged revision without a proof', `{revision:${edited('revision.ion')},digest:null}`, 'tampered'],
    ['a forged block beside a digest', `${content('proof.ion')}${forged}`, 'tampered'],
    ['a forged block behind an empty list', `[]\n${forged}`, 'tampered'],
    ['a forged block behind a manifest', `${keys}\n${forged}`, 'incomplete'],
    ['a forged block in a manifest', `{keys:[],blocks:[${forged}]}`, 'incomplete'],
    ['a forged block in a CONTROL record', `{recordType:"CONTROL",payload:${forged}}`, 'incomplete'],
    ['a control record', '{recordType:"CONTROL",payload:{controlRecordType:"CREATED"}}', 'verified'],
    ['the true proof', content('proof.ion'), 'verified'],
    ['a proof of the last block', lastBlock(''), 'verified'],
    ['a field beside that', lastBlock(',approvedBy:"boss"'), 'incomplete'],
    ['a forged revision beside that', lastBlock(`,revision:${edited('revision.ion')}`), 'incomplete'],
    ['a forged revision behind that', `[${lastBlock('')},{kept:${edited('revision.ion')}}]`, 'tampered'],
    ['a field beside a digest', saved.replace(/\}\s*$/, ',approvedBy:"boss"}'), 'incomplete'],
    ['the true answer of GetRevision', content('get-revision.json'), 'verified'],
    ['a manifest', '{exportId:"x",ledgerName:"l"}\n', 'incomplete'],
    ['a text', 'read me\n', 'verified'],
  ]
  const wrong: string[] = []
  for (const [index, [name, added, verdict]] of cases.entries()) {
    for (const file of ['x.ion', '.hidden/x.ion']) {
      const folder = `e${index}${file === 'x.ion' ? '' : 'h'}`
      writeFiles(tools.folder, { [`${folder}/blocks.ion`]: blocks, [`${folder}/${file}`]: added })
      const argv = ['--digest', tools.path('own.ion.txt'), tools.path(folder)]
      const faults = await faultsOf(tools, argv, verdict, new RegExp(`^${verdict}`))
      wrong.push(...faults.map((fault) => `${name} in ${file}: ${fault}`))
    }
  }
  assert.deepEqual(wrong, [])
})

test('evidence that says of its block what the block among the others does not is tampered, whatever digest it leads to', async (t) => {
  const tools = new ToolRunner(t)
  const { blocks, content } = await exportOf(tools)
  const proof = parseIon(content('proof.ion')) as StructValue
  const at = (name: string) => proof.get(name) as StructValue
  const revision = at('revision')
  const info = parseIon(printIon(at('transactionInfo')).replace('statement:"', 'statement:"/* by the board */ '))
  const head = (at('blockHead').get('entriesHashList') as ListValue).items.with(2, blob(ionHash(info)))
  const address = (strandId: Value, sequenceNo: number) => structOf({ strandId, sequenceNo: int(sequenceNo) })
  const strand = at('digestTipAddress').get('strandId') as Value
  // All of it leads to a digest that the blocks do not reach.
  const siblings = siblingRanges(4, 101).map(() => blob(new Uint8Array(32).fill(7)))
  const steps = (proof.get('proof') as ListValue).items as BlobValue[]
  const inBlock = steps.slice(
    0,
    steps.findIndex(({ bytes }) => equalBytes(bytes, (head[0] as BlobValue).bytes)),
  )
  const way = [...inBlock, head[0], head[2], blob(new Uint8Array(32).fill(8)), ...siblings] as BlobValue[]
  const end = way.reduce((hash, { bytes }) => joinHashes(hash, bytes), (revision.get('hash') as BlobValue).bytes)
  const madeUp = {
    revision,
    blockHead: withField(at('blockHead'), 'entriesHashList', list(head)),
    transactionInfo: info,
    proof: list(way),
    digest: blob(end),
    digestTipAddress: address(strand, 100),
  }
  const bare = { revision, proof: proof.get('proof') as Value }
  const receipt = {
    revisionHash: revision.get('hash') as Value,
    blockAddress: revision.get('blockAddress') as Value,
    proof: proof.get('proof') as Value,
    ledgerDigest: structOf({ digest: at('digest'), digestTipAddress: at('digestTipAddress') }),
  }
  const cases: [name: string, evidence: Readonly<Record<string, Value>>, verdict: Verdict, line: RegExp][] = [
    ['made-up statements', madeUp, 'tampered', /: blockHead: it is not that of block 4$/],
    ['a table', { ...bare, table: string('Other') }, 'tampered', /table: it is 'Other', the block says 'Acc'$/],
    [
      'another strand',
      { ...bare, revision: withField(revision, 'blockAddress', address(string('other'), 4)) },
      'tampered',
      /blockAddress: it is of strand 'other'/,
    ],
    ['a receipt', receipt, 'verified', /^verified against/],
    ['of another document', { ...receipt, documentId: string('other') }, 'tampered', /documentId: it is 'other'/],
    ['of another table', { ...receipt, tableName: string('Other') }, 'tampered', /table: it is 'Other'/],
  ]
  const wrong: string[] = []
  for (const [index, [name, evidence, verdict, line]] of cases.entries()) {
    const files = { 'blocks.ion': blocks, 'x.ion': printIon(structOf(evidence)) }
    const folder = `c${index}`
    writeFiles(
      tools.folder,
      Object.fromEntries(Object.entries(files).map(([file, text]) => [`${folder}/${file}`, text])),
    )
    const argv = ['--digest', tools.path('own.ion.txt'), tools.path(folder)]
    wrong.push(...(await faultsOf(tools, argv, verdict, line)).map((fault) => `${name}: ${fault}`))
  }
  assert.deepEqual(wrong, [])
})

test('an answer of GetBlock that differs from the block of QLDB beside it in what no hash covers is not checked', async (t) => {
  const tools = new ToolRunner(t)
  const journal = sampleJournal(true)
  const text = journal.texts[2] as string
  const answer = (block: string) => `{Block:${block},Proof:[{{${'A'.repeat(43)}=}}]}`
  const files: Record<string, string> = { 'd.txt': journal.digestFile() }
  const cases: [string, Verdict][] = [
    [answer(text), 'verified'],
    [answer(text.replace(/transactionId:"[^"]*"/, 'transactionId:"other"')), 'incomplete'],
    [answer(text.replace(/(blockTimestamp:[^,]*\.\d+)Z/, '$11Z')), 'incomplete'],
  ]
  const wrong: string[] = []
  for (const [index, [evidence, verdict]] of cases.entries()) {
    writeFiles(tools.folder, {
      ...files,
      [`g${index}/blocks.ion`]: journal.texts.join('\n'),
      [`g${index}/x.ion`]: evidence,
    })
    const argv = ['--digest', tools.path('d.txt'), tools.path(`g${index}`)]
    wrong.push(...(await faultsOf(tools, argv, verdict, new RegExp(`^${verdict}`))))
  }
  assert.deepEqual(wrong, [])
})

test('a digest that came with what it should prove is not a saved one, and none takes the place of the one given', async (t) => {
  const tools = new ToolRunner(t)
  const { content } = await exportOf(tools)
  const aws = sampleJournal(true)
  const digest = aws.digestFile()
  const answer = aws.answer(4, 1).replace(/,?"?DigestTipAddress"?:.*(?=\}$)/s, '')
  writeFiles(tools.folder, {
    'bundle.ion': `${content('proof.ion')}\n${digest}`,
    'proof.ion': content('proof.ion'),
    'other.txt': digest,
    'answer.ion': answer,
  })
  const own = ['--digest', tools.path('own.ion.txt')]
  const path = (name: string) => tools.path(name)
  const wrong = [
    ...(await faultsOf(
      tools,
      [path('bundle.ion')],
      'incomplete',
      /the digest beside other evidence in '.*' proves nothing/,
    )),
    ...(await faultsOf(tools, [...own, path('bundle.ion')], 'incomplete', /the digest beside other evidence/)),
    ...(await faultsOf(tools, [...own, path('proof.ion'), path('other.txt')], 'refused', /another ledger/)),
    ...(await faultsOf(
      tools,
      [path('proof.ion'), path('own.ion.txt')],
      'verified',
      /^verified against the digest saved in/,
    )),
  ]
  assert.deepEqual(wrong, [])
})

test('a copy of a block that differs in more than what a redaction takes is reported', async (t) => {
  const tools = new ToolRunner(t)
  const journal = sampleJournal(true)
  const redacted = journal.texts.findIndex((text) => text.includes('dataHash'))
  assert.notEqual(redacted, -1)
  const copy = (journal.texts[redacted] as string).replace('{', '{remark:"balance was 999",')
  const blocks = journal.texts.join('\n')
  writeFiles(tools.folder, { 'e/blocks.ion': blocks, 'e/old.ion': copy, 'd.txt': journal.digestFile() })
  assert.deepEqual(
    await faultsOf(tools, ['--digest', tools.path('d.txt'), tools.path('e')], 'incomplete', /^incomplete/),
    [],
  )
})

test('block 0 that shows nothing before blocks of QLDB is counted as exempt', async (t) => {
  const tools = new ToolRunner(t)
  const journal = sampleJournal(true)
  writeFiles(tools.folder, { 'e/blocks.ion': journal.texts.join('\n') })
  const { stdout } = await tools.run('verify', tools.path('e'))
  assert.equal(
    /\nexempt: block 0, made by AWS, which shows nothing\n/.test(stdout),
    !journal.texts[0]?.includes('transactionInfo'),
  )
  const json = JSON.parse((await tools.run('verify', '-f', 'json', tools.path('e'))).stdout)
  assert.equal(json.notCheckable.blankBlocks, journal.texts[0]?.includes('transactionInfo') ? 0 : 1)
})
