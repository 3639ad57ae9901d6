import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { sampleJournal } from '../independent/sample.ts'
import { ToolRunner } from '../support/run-tool.ts'
import { evidenceForms } from './evidence-forms.ts'
import { writeFiles } from './foreign-journal.ts'
import { faultsOf, type Verdict } from './verdict-faults.ts'

/** Files and folders with the verdict of each by itself. */
async function severalFiles(tools: ToolRunner): Promise<ReadonlyMap<string, Verdict>> {
  const { forms, digests } = await evidenceForms()
  const form = (name: string) => forms.find((one) => one.name === name) as (typeof forms)[number]
  const [proof, revision] = [form('proof.ion'), form('revision.ion')]
  writeFiles(tools.folder, {
    ...digests,
    'proof.ion': proof.content,
    'revision.ion': revision.content,
    'edited.ion': proof.edited,
    'with-junk.ion': `${proof.content}\n{hello:1}`,
    'edited-with-junk.ion': `{hello:1}\n${proof.edited}\n5`,
    'edited-in-list.ion': `[${proof.edited}, 5]`,
    'unreadable-end.ion': `${proof.content}\n{{{`,
    'edited-unreadable-end.ion': `${proof.edited}\n{{{`,
    'edited-no-text.ion': Buffer.concat([Buffer.from(proof.edited as string), Buffer.from([0xff, 0xfe])]),
    'edited-cut.ion.gz': gzipSync(proof.edited as string).subarray(0, -4),
    'edited-packed-junk.ion.gz': Buffer.concat([gzipSync(proof.edited as string), Buffer.from('junk')]),
    'cut.ion': (proof.content as string).slice(0, 400),
    'notes.txt': 'The proof is in the pudding.\n',
    'damaged.txt': (digests['own.ion.txt'] as string).slice(0, 60),
    'export/blocks.ion': forms[0]?.content ?? '',
    'with-proof/blocks.ion': forms[0]?.content ?? '',
    'foreign-digest/blocks.ion': forms[0]?.content ?? '',
    'foreign-digest/x.ion.txt': digests['aws.ion.txt'] as string,
    'forged-foreign-digest/blocks.ion': forms[0]?.edited ?? '',
    'forged-foreign-digest/x.ion.txt': digests['aws.ion.txt'] as string,
    'with-proof/proof.ion': `{digest:1}\n${proof.edited}\n{{{`,
  })
  mkdirSync(tools.path('empty'))
  return new Map<string, Verdict>([
    ['proof.ion', 'verified'],
    ['revision.ion', 'verified'],
    ['cut.ion', 'incomplete'],
    ['notes.txt', 'refused'],
    ['damaged.txt', 'refused'],
    ['missing.ion', 'refused'],
    ['edited.ion', 'tampered'],
    ['with-junk.ion', 'refused'],
    ['edited-with-junk.ion', 'tampered'],
    ['edited-in-list.ion', 'tampered'],
    ['unreadable-end.ion', 'incomplete'],
    ['edited-unreadable-end.ion', 'tampered'],
    ['edited-no-text.ion', 'tampered'],
    ['edited-cut.ion.gz', 'tampered'],
    ['edited-packed-junk.ion.gz', 'tampered'],
  ])
}

const order: readonly Verdict[] = ['verified', 'incomplete', 'refused', 'tampered']

test('of several files the worst verdict comes first and decides the exit code, and each has a line', async (t) => {
  const tools = new ToolRunner(t)
  const verdicts = await severalFiles(tools)
  const wrong: string[] = []
  for (const [one, left] of verdicts) {
    for (const [other, right] of verdicts) {
      if (one === other) continue
      const worst = order.indexOf(left) > order.indexOf(right) ? left : right
      const paths = [tools.path(one), tools.path(other), tools.path('proof.ion')]
      wrong.push(...(await faultsOf(tools, paths, worst, new RegExp(`^${worst}`))))
      const { stdout } = await tools.run('verify', '-f', 'json', ...paths)
      const reports = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { readonly file: string })
      for (const path of paths)
        if (!reports.some(({ file }) => file === path)) wrong.push(`${one} ${other}: no report of ${path}`)
    }
  }
  assert.deepEqual(
    wrong.map((text) => text.replaceAll(tools.folder, '')),
    [],
  )
})

test('beside an export, what cannot be checked keeps no verdict back: another export, an empty folder, no file', async (t) => {
  const tools = new ToolRunner(t)
  await severalFiles(tools)
  const { forms } = await evidenceForms()
  const other = sampleJournal(false).texts.join('\n')
  writeFiles(tools.folder, { 'other/blocks.ion': other, 'forged/blocks.ion': forms[0]?.edited ?? '' })
  const cases: readonly (readonly [string, Verdict, RegExp])[] = [
    ['export missing.ion', 'refused', /missing\.ion/],
    ['forged missing.ion', 'tampered', /block/],
    ['with-proof', 'tampered', /proof\.ion/],
    ['foreign-digest', 'refused', /x\.ion\.txt: this digest belongs to another ledger/],
    ['forged-foreign-digest', 'tampered', /block/],
    ['export empty', 'incomplete', /'\/?\S*empty' was skipped: it holds no blocks/],
    ['proof.ion empty', 'refused', /no journal blocks in '\S*empty'/],
    ['edited.ion empty', 'tampered', /edited\.ion/],
    ['export other', 'verified', /^verified in itself/],
    ['forged other', 'tampered', /block/],
    ['export other edited.ion', 'tampered', /edited\.ion/],
    ['export other own.ion.txt', 'refused', /own\.ion\.txt: this digest belongs to another ledger/],
  ]
  const wrong: string[] = []
  for (const [words, verdict, line] of cases) {
    const paths = words.split(' ').map((name) => tools.path(name))
    wrong.push(...(await faultsOf(tools, paths, verdict, line)))
  }
  assert.deepEqual(wrong, [])
})

test('parts of one export stay together beside an export of another ledger', async (t) => {
  const tools = new ToolRunner(t)
  const { forms, digests } = await evidenceForms()
  const lines = String(forms[0]?.content).split('\n')
  writeFiles(tools.folder, {
    ...digests,
    'first/blocks.ion': lines.slice(0, 5).join('\n'),
    'second/blocks.ion': lines.slice(5).join('\n'),
    'gap/blocks.ion': lines.slice(6).join('\n'),
    'other/blocks.ion': sampleJournal(false).texts.join('\n'),
  })
  const verdictsOf = async (...names: string[]) => {
    const { stdout } = await tools.run('verify', '-f', 'json', ...names.map((name) => tools.path(name)))
    return stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { readonly verdict: string }).verdict)
  }
  assert.deepEqual(await verdictsOf('first', 'second', 'other'), ['verified', 'verified'])
  assert.deepEqual(await verdictsOf('first', 'other', 'second', 'own.ion.txt'), ['verified', 'refused'])
  assert.deepEqual(await verdictsOf('first', 'gap', 'other'), ['incomplete', 'verified'])
})

test('what is tampered shows nothing, in JSON too', async (t) => {
  const tools = new ToolRunner(t)
  const { forms } = await evidenceForms()
  const wrong: string[] = []
  for (const { name, edited, isUntyped } of forms) {
    if (isUntyped === true) continue
    writeFiles(tools.folder, { [name]: edited })
    const { stdout } = await tools.run('verify', '-f', 'json', tools.path(name))
    const reports = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    const tampered = reports.filter(({ verdict }) => verdict === 'tampered')
    if (tampered.length === 0 || tampered.some(({ shows }) => typeof shows === 'string')) wrong.push(name)
  }
  assert.deepEqual(wrong, [])
})

test('of a file beside an export of which a part is tampered, nothing is said to hold', async (t) => {
  const tools = new ToolRunner(t)
  const { forms } = await evidenceForms()
  const proof = forms.find(({ name }) => name === 'proof.ion')
  const evidenceIn = async (content: string) => {
    writeFiles(tools.folder, { 'export/blocks.ion': forms[0]?.content ?? '', 'export/proof.ion': content })
    const { stdout } = await tools.run('verify', '-f', 'json', tools.path('export'))
    const { verdict, evidence } = JSON.parse(stdout) as { verdict: string; evidence: { verdict: string }[] }
    return [verdict, new Set(evidence.map((item) => item.verdict))]
  }
  assert.deepEqual(await evidenceIn(String(proof?.content)), ['verified', new Set(['holds'])])
  assert.deepEqual(await evidenceIn(String(proof?.edited)), ['tampered', new Set(['fails'])])
})
