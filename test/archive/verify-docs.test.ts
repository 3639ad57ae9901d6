import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import {
  envelopeDepthMax,
  evidenceValuesMax,
  exportBlockValuesMax,
  jsonGuessBytes,
  jsonGuessesMax,
  jsonGuessesWastedMax,
  jsonLoneGuessesMax,
} from '../../src/base/limits.ts'
import { guessesOfFew } from '../../src/archive/json-guesses.ts'
import { base64, ionHashOf } from '../independent/hashes.ts'
import { proofText } from '../independent/generator.ts'
import { sampleJournal } from '../independent/sample.ts'
import { ToolRunner } from '../support/run-tool.ts'
import { openLedger, run } from '../ledger/ledger-fixture.ts'
import { downConvert } from '../../src/archive/export-json.ts'
import type { Value } from '../../src/values/value.ts'
import { writeFiles } from './foreign-journal.ts'

/** Promises of docs/verify.md that no other test holds. */

test('the numbers of the page are those of the program', () => {
  const page = readFileSync('docs/verify.md', 'utf8').replaceAll(/\s+/g, ' ')
  const numbers = [jsonGuessesMax, jsonLoneGuessesMax, jsonGuessesWastedMax, guessesOfFew].map((number) =>
    number.toLocaleString('en-US'),
  )
  for (const text of [
    `${numbers[0]} guesses for a document of an export and ${numbers[1]} for a revision by itself`,
    `After ${numbers[2]} failed guesses, each further document gets ${numbers[3]}.`,
    `A document of more than ${jsonGuessBytes / 1024} KiB gets fewer, in proportion to its size`,
    `wrapped in up to ${envelopeDepthMax} other structs and lists`,
    `more than ${evidenceValuesMax.toLocaleString('en-US')} values, counted at every depth (a text block of an export: ${exportBlockValuesMax.toLocaleString('en-US')})`,
  ])
    assert.ok(page.includes(text), text)
})

test('evidence is found inside as many structs and lists as the page says, and not deeper', async (t) => {
  const tools = new ToolRunner(t)
  const journal = sampleJournal()
  const wrapped = (depth: number) => '{kept:['.repeat(depth / 2) + journal.receipt(4, 1) + ']}'.repeat(depth / 2)
  writeFiles(tools.folder, {
    'digest.ion.txt': journal.digestFile(),
    'deep.ion': wrapped(envelopeDepthMax),
    'deeper.ion': wrapped(envelopeDepthMax + 2),
  })
  const digest = tools.path('digest.ion.txt')
  const deep = await tools.run('verify', tools.path('deep.ion'), '--digest', digest)
  assert.deepEqual([deep.exit, deep.line], ['ok', `verified against the digest saved in ${digest}`], deep.stderr)
  const deeper = await tools.run('verify', tools.path('deeper.ion'), '--digest', digest)
  assert.notEqual(deeper.exit, 'ok')
  assert.match(deeper.stdout + deeper.stderr, new RegExp(`wrapped in more than ${envelopeDepthMax} structs and lists`))
})

test('several files have a report each: the worst first as text, in the order of the files as JSON; packed ones too', async (t) => {
  const tools = new ToolRunner(t)
  const journal = sampleJournal()
  const answer = journal.answer(5, 1)
  writeFiles(tools.folder, {
    'digest.ion.txt': journal.digestFile(),
    'a.ion': gzipSync(answer),
    'b.ion': answer.replace('price:2', 'price:3'),
    'c.ion': answer.slice(0, -9),
  })
  const files = ['a.ion', 'b.ion', 'c.ion'].map((name) => tools.path(name))
  const argv = [...files, '--digest', tools.path('digest.ion.txt')]
  const text = await tools.run('verify', ...argv)
  assert.equal(text.exit, 'tampered')
  assert.match(text.line, /^tampered: \S+b\.ion: /)
  const json = await tools.run('verify', ...argv, '--format', 'json')
  const verdicts = json.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).verdict)
  assert.deepEqual(verdicts, ['verified', 'tampered', 'incomplete'])
})

test('redacted data that is there again makes a block made here incomplete, and shows nowhere in one of QLDB', async (t) => {
  const tools = new ToolRunner(t)
  for (const coversHead of [true, false]) {
    const journal = sampleJournal(false, { coversHead })
    const data = '{vin:"a",price:90.25,since:2017-08-21,tags:["x","y"],big:123456789012345678901234567890,flag:true}'
    const restored = journal.texts.map((text) => text.replace(/dataHash:\{\{[^}]*\}\}/, `data:${data}`))
    assert.notDeepEqual(restored, journal.texts)
    writeFiles(tools.folder, { 'blocks.ion': restored.join('\n'), 'digest.ion.txt': journal.digestFile() })
    const found = await tools.run('verify', tools.path('blocks.ion'), '--digest', tools.path('digest.ion.txt'))
    assert.equal(found.exit, coversHead ? 'failed' : 'ok', found.stdout)
    if (coversHead) assert.match(found.line, /it redacted version 0 of document '\w+' in block 4, whose data is there/)
  }
})

test('a revision beside an export that leaves its data out is not shown to be redacted', async (t) => {
  const tools = new ToolRunner(t)
  for (const coversHead of [true, false]) {
    const journal = sampleJournal(false, { coversHead })
    const data = '{vin:"c",price:2}'
    const shown = journal.revision(5, 1).replace(`data:${data}`, `dataHash:{{${base64(ionHashOf(data))}}}`)
    const proof = proofText(journal.proof(5, 1))
    for (const [name, revision] of Object.entries({ whole: journal.revision(5, 1), bare: shown })) {
      const files = { 'blocks.ion': journal.texts.join('\n'), 'x.ion': `{revision:${revision},proof:${proof}}` }
      for (const [file, text] of Object.entries(files)) writeFiles(tools.folder, { [`${name}/${file}`]: text })
      const found = await tools.run('verify', tools.path(name))
      assert.equal(found.exit, name === 'whole' ? 'ok' : 'failed', found.stdout)
      if (name === 'bare') assert.match(found.line, /it shows only the hash of its data, which its block does not/)
    }
  }
})

test('a number that another program has printed without its last zero is another number', async (t) => {
  const tools = new ToolRunner(t)
  const { ledger } = await openLedger()
  await run(ledger, 'CREATE TABLE T')
  await run(ledger, "INSERT INTO T {'price': 1.50}")
  const revisions = ledger.block(2).get('revisions')
  const content = revisions?.type === 'list' ? downConvert(revisions.items[0] as Value) : ''
  assert.match(content, /"price":1\.50/)
  writeFiles(tools.folder, { 'as-written.json': content, 'printed-again.json': content.replace('1.50', '1.5') })
  assert.match((await tools.run('verify', tools.path('as-written.json'))).stdout, /^verified in itself/)
  assert.match((await tools.run('verify', tools.path('printed-again.json'))).stdout, /^tampered: /)
})
