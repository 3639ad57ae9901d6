import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { ToolRunner } from '../support/run-tool.ts'
import { evidenceForms } from './evidence-forms.ts'
import { writeFiles } from './foreign-journal.ts'
import { faultsOf } from './verdict-faults.ts'

test('evidence that is cut, or has a byte that no Ion has, is incomplete and names its file, in every form', async (t) => {
  const tools = new ToolRunner(t)
  const { forms } = await evidenceForms()
  const wrong: string[] = []
  for (const { name, content } of forms) {
    const bytes = Buffer.from(content)
    const middle = Math.floor(bytes.length * 0.6)
    const broken = Buffer.from(bytes)
    broken.fill(0xff, middle, middle + 40)
    const damages = { cut: bytes.subarray(0, middle), broken, packed: gzipSync(bytes).subarray(0, -40) }
    for (const [how, damaged] of Object.entries(damages)) {
      const file = `${how}-${name}`
      writeFiles(tools.folder, { [file]: damaged })
      const line = new RegExp(`^(?:incomplete|tampered): .*${file.replaceAll('.', '\\.')}`)
      const { exit } = await tools.run('verify', tools.path(file))
      wrong.push(...(await faultsOf(tools, [tools.path(file)], exit === 'tampered' ? exit : 'incomplete', line)))
    }
  }
  assert.deepEqual(wrong, [])
})

test('damaged evidence keeps the verdict on the files beside it, and its place is named', async (t) => {
  const tools = new ToolRunner(t)
  const { forms, digests } = await evidenceForms()
  const proof = forms.find(({ name }) => name === 'proof.ion') as (typeof forms)[number]
  writeFiles(tools.folder, {
    ...digests,
    'whole.ion': proof.content,
    'edited.ion': proof.edited,
    'cut.ion': (proof.content as string).slice(0, 400),
    'broken.ion': (proof.content as string).replace('digest: {{', 'digest: {{!'),
  })
  const path = (name: string) => tools.path(name)
  const wrong = [
    ...(await faultsOf(
      tools,
      [path('whole.ion'), path('cut.ion')],
      'incomplete',
      /cut\.ion: not Ion or JSON at line \d+/,
    )),
    ...(await faultsOf(tools, [path('cut.ion'), path('edited.ion')], 'tampered', /edited\.ion: .*revision\.hash/)),
    ...(await faultsOf(tools, [path('broken.ion')], 'incomplete', /line \d+, column \d+: expected base 64, found '!'/)),
  ]
  assert.deepEqual(wrong, [])
})

test('a file that is no evidence is wrong use, and so is a digest file that is damaged, wherever it is given', async (t) => {
  const tools = new ToolRunner(t)
  const { forms, digests } = await evidenceForms()
  const proof = forms.find(({ name }) => name === 'proof.ion') as (typeof forms)[number]
  const digest = digests['own.ion.txt'] as string
  const none: Record<string, string | Uint8Array> = {
    'text.txt': 'The proof is in the pudding.\n',
    'empty.ion': '',
    'blank.json': ' \n',
    'app.ion': '{name: "Ada", proof: "yes"}',
    'cut-app.json': '{"name": "Ada", "age": ',
    'cut.10n': Buffer.from([0xe0, 1, 0, 0xea, 0xde]),
    'picture.png': Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe]),
    'packed.gz': gzipSync('nothing\n').subarray(0, -9),
    'lone.json': '{"Proof": []}',
  }
  const damagedDigests = {
    'cut.txt': digest.slice(0, 60),
    'short.txt': digest.replace(/("digest": ")..../, '$1'),
    'no.txt': 'x',
  }
  writeFiles(tools.folder, { ...digests, ...none, ...damagedDigests, 'proof.ion': proof.content })
  const wrong: string[] = []
  for (const name of Object.keys(none)) wrong.push(...(await faultsOf(tools, [tools.path(name)], 'refused', /./)))
  for (const name of Object.keys(damagedDigests)) {
    const [path, proofPath] = [tools.path(name), tools.path('proof.ion')]
    const line = new RegExp(`${name.replace('.', '\\.')}: `)
    for (const argv of [['--digest', path, proofPath], [proofPath, path], [path]])
      wrong.push(...(await faultsOf(tools, argv, 'refused', line)))
  }
  assert.deepEqual(wrong, [])
})
