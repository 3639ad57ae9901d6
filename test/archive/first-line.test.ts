import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blockFromIon } from '../../src/journal/block.ts'
import { printDigestFile } from '../../src/journal/digest-file.ts'
import { downConvert } from '../../src/journal/export-json.ts'
import { proofToIon } from '../../src/journal/proof.ts'
import { printProofFile } from '../../src/journal/proof-file.ts'
import { encodeIon } from '../../src/values/binary-writer.ts'
import { parseAllIon, parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { timestampFromMs } from '../../src/values/timestamp.ts'
import { blob, list, string, type StructValue, structOf, type Value } from '../../src/values/value.ts'
import { sampleJournal } from '../independent/sample.ts'
import { ToolRunner } from '../support/run-tool.ts'
import { everyFeature } from '../tamper/own-ledger.ts'
import { writeFiles } from './foreign-journal.ts'

/** Verdicts on a form as it is, and on one with a balance edited: without a digest, and against a saved one. */
interface Form {
  readonly name: string
  readonly content: string | Uint8Array
  readonly edited: string | Uint8Array
  /** Saved of the ledger that it is of. */
  readonly digest: 'own.ion.txt' | 'aws.ion.txt'
  /** Without a proof nothing leads to a digest. */
  readonly isLone?: boolean
  /** JSON of many fields: an edit can't be told from types that were not guessed. */
  readonly isUntyped?: boolean
}

async function forms(): Promise<{ forms: Form[]; digests: Record<string, string> }> {
  const { ledger, documentId } = await everyFeature(true)
  const { digest, tipAddress } = ledger.digest()
  const tip = tipAddress.sequenceNo
  const saved = { digest, digestTipAddress: tipAddress, ledger: 'test', date: undefined }
  const own = Array.from({ length: tip + 1 }, (_, number) => ledger.block(number))
  const found = ledger.revision(4, documentId, tip)
  assert.ok(found !== undefined)
  const revision = found.revision as StructValue
  const what = { ledger: 'test', table: 'Acc', revision, proof: found.proof, digest: saved, date: timestampFromMs(0) }
  const proofFile = printProofFile({ ...what, block: blockFromIon(own[4] as Value) })
  const tipIon = parseIon(`{strandId:"${ledger.strandId}",sequenceNo:${tip}}`)
  const isText = (value: Value) => structOf({ IonText: string(printIon(value)) })
  const answerOf = (name: string, value: Value, proof: Value) =>
    structOf({ [name]: isText(value), Proof: isText(proof), Digest: blob(digest), DigestTipAddress: isText(tipIon) })
  const getRevision = answerOf('Revision', revision, proofToIon(found.proof))
  const getBlock = answerOf('Block', own[4] as Value, proofToIon(ledger.blockProof(4, tip)))
  const rows = own.flatMap((block) => {
    const all = (block.type === 'struct' && block.get('revisions')) as Value | undefined
    return all?.type === 'list' ? all.items : []
  })
  const aws = sampleJournal(true)
  const lines = (values: readonly Value[], print: (value: Value) => string) =>
    values.map((value) => `${print(value)}\n`)
  const forms: Form[] = []
  const add = (name: string, content: string, more: Partial<Form> = {}) => {
    // In Ion and in JSON, also in Ion text within JSON.
    const edited = content.replaceAll(/(balance\\?"?: ?)70\b/g, '$1999')
    assert.notEqual(edited, content, name)
    forms.push({ name, content, edited, digest: 'own.ion.txt', ...more })
  }
  const lone = { isLone: true }
  add('export.ion', lines(own, printIon).join(''))
  add('export.json', lines(own, (value) => downConvert(value)).join(''), { isUntyped: true })
  add('proof.ion', proofFile)
  add('get-revision.ion', printIon(getRevision))
  add('get-revision.json', downConvert(getRevision))
  add('get-block.ion', printIon(getBlock))
  add('get-block.json', downConvert(getBlock))
  add('envelope.ion', `{kept:{by:"us",all:[{nested:${proofFile}}]}}`)
  add('revision.ion', printIon(revision), lone)
  add('revision.json', downConvert(revision), lone)
  add('history.ion', printIon(list(rows)), lone)
  add('history.json', downConvert(structOf({ rows: list(rows) })), { ...lone })
  add('history.jsonl', lines(rows, (value) => downConvert(value)).join(''), lone)
  const binary = (text: string) => Buffer.concat(parseAllIon(text).map((value) => encodeIon(value)))
  for (const form of [...forms])
    if (['export.ion', 'proof.ion', 'revision.ion', 'get-block.ion'].includes(form.name))
      forms.push({
        ...form,
        name: form.name.replace('.ion', '.10n'),
        content: binary(form.content as string),
        edited: binary(form.edited as string),
      })
  const records = lines(
    aws.records().map((text) => parseIon(text)),
    printIon,
  ).join('')
  const receipt = printIon(parseIon(aws.receipt(4, 1)))
  const changedHash = receipt.replace(/RevisionHash:"(.)/, (_, letter) => `RevisionHash:"${letter === 'A' ? 'B' : 'A'}`)
  assert.notEqual(changedHash, receipt)
  forms.push({ name: 'receipt.ion', content: receipt, edited: changedHash, digest: 'aws.ion.txt' })
  const changedRecords = records.replace(/price:42.20/, 'price:43.20')
  assert.notEqual(changedRecords, records)
  forms.push({ name: 'stream.ion', content: records, edited: changedRecords, digest: 'aws.ion.txt' })
  return { forms, digests: { 'own.ion.txt': printDigestFile(saved), 'aws.ion.txt': aws.digestFile() } }
}

/** What is wrong with the output of a check that should end so. */
async function faultsOf(tools: ToolRunner, argv: readonly string[], verdict: Verdict, line: RegExp): Promise<string[]> {
  const text = await tools.run('verify', ...argv)
  const json = await tools.run('verify', '-f', 'json', ...argv)
  const reports =
    json.stdout === ''
      ? []
      : json.stdout
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line))
  const worst = ['tampered', 'incomplete', 'verified'].find((one) => reports.some((report) => report.verdict === one))
  const report = reports.find(({ verdict: one }) => one === worst)
  const faults: string[] = []
  if (text.exit !== exits[verdict] || json.exit !== exits[verdict])
    faults.push(`it ends with ${text.exit}, ${json.exit}`)
  if (verdict === 'refused') {
    if (text.stdout + json.stdout !== '' || !line.test(text.stderr)) faults.push(text.stdout + text.stderr)
  } else if (report?.verdict !== verdict || report.summary !== text.line || !line.test(text.line))
    faults.push(`${text.line}|${report?.summary}`)
  return faults.map((fault) =>
    `${argv.join(' ')}: expected ${verdict} ${line}, found ${fault}`.replaceAll(tools.folder, ''),
  )
}

type Verdict = 'verified' | 'incomplete' | 'tampered' | 'refused'
const exits = { verified: 'ok', incomplete: 'failed', tampered: 'tampered', refused: 'usage' }

test('the first line says the verdict and what it rests on, for every form of file, in text and in JSON', async (t) => {
  const tools = new ToolRunner(t)
  const all = await forms()
  writeFiles(tools.folder, all.digests)
  const wrong: string[] = []
  for (const form of all.forms) {
    const { name, digest, isLone = false } = form
    const path = tools.path(name)
    const held = ['--digest', tools.path(digest), path]
    const foreign = ['--digest', tools.path(digest === 'own.ion.txt' ? 'aws.ion.txt' : 'own.ion.txt'), path]
    writeFiles(tools.folder, { [name]: form.content })
    wrong.push(...(await faultsOf(tools, [path], 'verified', /^verified in itself: no saved digest was given$/)))
    const against = /^verified against the digest saved in \S+\.ion\.txt$/
    if (isLone) wrong.push(...(await faultsOf(tools, held, 'incomplete', /: no proof leads from it to the digest$/)))
    else wrong.push(...(await faultsOf(tools, held, 'verified', against)))
    wrong.push(...(await faultsOf(tools, foreign, 'refused', /this digest belongs to another ledger/)))
    writeFiles(tools.folder, { [name]: form.edited })
    const isUntyped = form.isUntyped === true
    const verdict = isUntyped ? 'incomplete' : 'tampered'
    const line = isUntyped ? /^incomplete: 1 of \d+ revisions could not be checked$/ : /^tampered: .*(?:hash|proof)/
    for (const argv of [[path], held]) wrong.push(...(await faultsOf(tools, argv, verdict, line)))
  }
  assert.deepEqual(wrong, [])
})

test('the first line of a ledger in a folder: whole, one table, since a digest, edited, another digest', async (t) => {
  const tools = new ToolRunner(t)
  const all = await forms()
  const [own] = all.forms
  writeFiles(tools.folder, { ...all.digests, 'in/a.ion': own?.content ?? '' })
  assert.equal((await tools.run('import', '-l', 'kept', tools.path('in'))).exit, 'ok')
  const [digest, foreign] = [tools.path('own.ion.txt'), tools.path('aws.ion.txt')]
  const folder = tools.path('.local/share/qldb/kept')
  const cases: [string[], Verdict, RegExp][] = [
    [['-l', 'kept'], 'verified', /^verified in itself: no saved digest was given$/],
    [[folder], 'verified', /^verified in itself: no saved digest was given$/],
    [['-l', 'kept', '--digest', digest], 'verified', /^verified against the digest saved in \S+own\.ion\.txt$/],
    [['-l', 'kept', '--digest', foreign], 'refused', /this digest belongs to another ledger/],
    [['-l', 'kept', '--since', digest], 'verified', /^verified since block \d+, the tip of the digest saved in \S+own/],
    [['-l', 'kept', '--table', 'Acc'], 'verified', /^verified in itself for table 'Acc': no saved digest was given$/],
    [
      ['-l', 'kept', '--table', 'Acc', '--digest', digest],
      'verified',
      /^verified for table 'Acc' against the digest saved/,
    ],
    [['-l', 'kept', '--table', 'Nope'], 'refused', /the ledger never had a table 'Nope'/],
    [['-l', 'kept', '--table', 'Acc', '--since', digest], 'refused', /'--table' and '--since' can't be combined/],
    [['-l', 'kept', '--table', 'Acc', '--no-derived'], 'refused', /'--table' and '--no-derived' can't be combined/],
    [['--table', 'Acc', tools.path('in')], 'refused', /'--table' checks a table of an embedded ledger/],
    [[digest], 'refused', /there is no proof, revision or block in these files/],
  ]
  const wrong: string[] = []
  for (const [argv, verdict, line] of cases) wrong.push(...(await faultsOf(tools, argv, verdict, line)))
  assert.deepEqual(wrong, [])
  const whole = await tools.run('verify', '-l', 'kept', '--table', 'Acc')
  assert.match(whole.stdout, /\ntable 'Acc': \w{22} \(active\)\n.*\nnot looked at: documents, .* of 2 other tables\n/)
})
