import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { sharedFile } from '../support/root.ts'
import { withShell } from './test-shell.ts'

/** What verify says about values that AWS made: exit code, beginning of the first line. */
const verdicts: readonly (readonly [name: string, code: number, line: RegExp])[] = [
  ['awscli-get-block.block.ion', 0, /^verified in itself/],
  ['streams-dmv-sample.block-summary.ion', 0, /^verified in itself/],
  ['streams-dmv-sample.revision-details.ion', 0, /^verified in itself/],
  ['stream-revision-details.KGQhnya8b3.ion', 0, /^verified in itself/],
  ['rest-api.receipts.json', 0, /^verified in itself/],
  ['receipt-in-envelope.json', 0, /^verified in itself/],
  ['kvs-sample.revision.json', 0, /^verified in itself/],
  ['get-revision-no-digest.json', 0, /^verified in itself/],
  ['orders.revision.ion', 0, /^verified in itself/],
  ['kinesis-aggregated.b64', 0, /^verified in itself/],
  ['rest-api.history.json', 5, /^tampered: .*version 0 of document .* in block 19/],
  ['kvs-sample.receipt.json', 5, /^tampered: .* in block 21/],
  ['qldbguide.altered-proof.json', 5, /^tampered: .* in block 151/],
  ['docs-2019.journal-contents.partial.ion', 5, /^tampered: block 1234/],
  ['docs-2022.journal-contents.partial.ion', 1, /^incomplete: block 25/],
  ['qldbguide.redaction.partial.ion', 1, /^incomplete: /],
]

test(
  "values that AWS made have the verdict that their README gives them, and an edited one never 'verified'",
  { skip: sharedFile('vectors/README.md') === undefined && 'the shared vectors are not here' },
  withShell(async (shell) => {
    for (const [name, code, line] of verdicts) {
      const path = sharedFile(`vectors/${name}`) as string
      const found = await shell.run(['verify', path])
      assert.deepEqual([found.code, line.test(found.stdout)], [code, true], `${name}: ${found.stdout}${found.stderr}`)
      if (code !== 0) continue
      const text = readFileSync(path, 'utf8')
      const edited = text.replace(
        /user1|ABC12345|myKey1|scanned|Everett|1719|22dR|Testing new|J4aLw|fsyBQt|fTbev2/g,
        '9xY',
      )
      if (edited === text) continue
      writeFileSync(shell.path('edited'), edited)
      const seen = await shell.run(['verify', 'edited'])
      assert.ok(seen.code !== 0 && !seen.stdout.startsWith('verified'), `${name}: ${seen.stdout}`)
    }
  }),
)

test(
  'a block, its proof and the digest in three files, or as GetBlock and GetRevision answer, lead to the digest',
  { skip: sharedFile('vectors/README.md') === undefined && 'the shared vectors are not here' },
  withShell(async (shell) => {
    const text = (name: string) => readFileSync(sharedFile(`vectors/${name}`) as string, 'utf8')
    const block = text('awscli-get-block.block.ion')
    const steps = { block: text('awscli-get-block.proof.ion'), revision: text('awscli-get-revision.proof.ion') }
    const revision = block.slice(block.indexOf('revisions:[') + 'revisions:['.length, block.lastIndexOf(']'))
    const files = {
      'block.ion': block,
      'block-proof.ion': steps.block,
      'revision.ion': revision,
      'revision-proof.ion': steps.revision,
      'edited.ion': block.replace('Everett', 'Seattle'),
      'get-block.json': JSON.stringify({ Block: { IonText: block }, Proof: { IonText: steps.block } }),
      'get-revision.json': JSON.stringify({ Revision: { IonText: revision }, Proof: { IonText: steps.revision } }),
      'digest.json': text('awscli-get-digest.json'),
    }
    for (const [name, content] of Object.entries(files)) writeFileSync(shell.path(name), content)
    const verdictOf = async (...paths: string[]) => {
      const { code, stdout } = await shell.run(['verify', ...paths])
      return [code, stdout.split('\n')[0]]
    }
    const rests = [0, 'verified against the digest saved in digest.json']
    for (const subjects of [
      ['block.ion', 'block-proof.ion'],
      ['revision.ion', 'revision-proof.ion'],
      ['block-proof.ion', 'revision-proof.ion', 'revision.ion', 'block.ion'],
      ['get-block.json'],
      ['get-revision.json'],
    ]) {
      assert.deepEqual(await verdictOf(...subjects, 'digest.json'), rests, subjects.join(' '))
      assert.deepEqual(await verdictOf(...subjects, '--digest', 'digest.json'), rests, subjects.join(' '))
    }
    for (const [subjects, code, line] of [
      [['edited.ion', 'block-proof.ion'], 5, /^tampered: edited\.ion: block 100: block: the hash of revision 0 is /],
      [['block.ion', 'revision-proof.ion'], 1, /^incomplete: block\.ion: block 100: its proof does not lead to the /],
      [['block.ion'], 1, /^incomplete: digest\.json: the digest at block 123 can't be compared/],
      [['revision.ion'], 1, /^incomplete: revision\.ion: .*: no proof leads from it to the digest$/],
    ] as const) {
      const [found, first] = await verdictOf(...subjects, 'digest.json')
      assert.deepEqual([found, line.test(String(first))], [code, true], `${subjects.join(' ')}: ${first}`)
    }
    const left = await shell.run(['verify', 'block.ion', 'block-proof.ion', 'revision-proof.ion', 'digest.json'])
    assert.equal(left.code, 2)
    assert.match(left.stdout, /^refused: revision-proof\.ion: the proof is of no revision or block in these files\n/)
  }),
)
