import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blockFromIon } from '../../src/journal/block-from-ion.ts'
import { parseAllIon } from '../../src/values/text-reader.ts'
import { ToolRunner } from '../support/run-tool.ts'
import { digestOf } from './checked-export.ts'
import { evidenceForms } from './evidence-forms.ts'
import { writeFiles } from './foreign-journal.ts'
import { faultsOf, type Verdict } from './verdict-faults.ts'

test('the first line says the verdict and what it rests on, for every form of file, in text and in JSON', async (t) => {
  const tools = new ToolRunner(t)
  const all = await evidenceForms()
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

test('the first line says which blocks a digest covers, where there are later ones: anybody could have put them there', async (t) => {
  const tools = new ToolRunner(t)
  const all = await evidenceForms()
  const [own] = all.forms
  const blocks = parseAllIon(own?.content as string).map((value) => blockFromIon(value))
  const last = blocks.length - 1
  const digestAt = (tip: number) => {
    const digest = digestOf(blocks.slice(0, tip + 1))
    return `{digest:"${digest}",digestTipAddress:{strandId:"${blocks[0]?.blockAddress.strandId}",sequenceNo:${tip}}}`
  }
  writeFiles(tools.folder, {
    ...{
      'in/a.ion': own?.content ?? '',
      'end.txt': digestAt(last),
      'three.txt': digestAt(3),
      'far.txt': digestAt(last + 1),
    },
    'before.txt': digestAt(last - 1),
  })
  assert.equal((await tools.run('import', '-l', 'kept', tools.path('in'))).exit, 'ok')
  const cases: [digests: string[], line: RegExp][] = [
    [['end'], /digest saved in \S+end\.txt$/],
    [['three'], new RegExp(`three\\.txt \\(blocks 0 to 3\\); blocks 4 to ${last} only in themselves$`)],
    [['before', 'three'], new RegExp(`\\(blocks 0 to ${last - 1}\\); block ${last} only in itself$`)],
    [['three', 'end'], /three\.txt, \S+end\.txt$/],
  ]
  const wrong: string[] = []
  for (const [digests, line] of cases) {
    const argv = digests.flatMap((name) => ['--digest', tools.path(`${name}.txt`)])
    for (const what of [[tools.path('in')], ['-l', 'kept'], ['-l', 'kept', '--table', 'Acc']])
      wrong.push(...(await faultsOf(tools, [...argv, ...what], 'verified', line)))
  }
  assert.deepEqual(wrong, [])
  const since = await tools.run('verify', '-l', 'kept', '--since', tools.path('far.txt'))
  assert.match(since.stdout, /^incomplete: .*\non trust: what is in blocks 0 to \d+ was not read\n/)
})

test('the first line of a ledger in a folder: whole, one table, since a digest, edited, another digest', async (t) => {
  const tools = new ToolRunner(t)
  const all = await evidenceForms()
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
    [[digest], 'refused', /these files contain no proof, revision or block/],
    [[folder, tools.path('in')], 'refused', /kept' holds a ledger, which is checked by itself/],
    [[tools.path('in'), folder], 'refused', /kept' holds a ledger, which is checked by itself/],
    [['-l', 'other', folder], 'refused', /'--ledger' names a ledger, but/],
    [['-l', 'kept', tools.path('in')], 'refused', /'--ledger' names a ledger, but/],
    [['--data-dir', 'x', tools.path('in')], 'refused', /'--data-dir' names a ledger, but/],
    [['-s', 'http://127.0.0.1:9', '-r', 'us-east-1', tools.path('in')], 'refused', /-endpoint' names a ledger, but/],
  ]
  const wrong: string[] = []
  for (const [argv, verdict, line] of cases) wrong.push(...(await faultsOf(tools, argv, verdict, line)))
  assert.deepEqual(wrong, [])
  const whole = await tools.run('verify', '-l', 'kept', '--table', 'Acc')
  assert.match(
    whole.stdout,
    /\ntable 'Acc': \w{22} \(active\)\n.*\nnot looked at: documents, .* of 2 other tables\nnot looked at: what belongs to no table: .*\n/,
  )
})
