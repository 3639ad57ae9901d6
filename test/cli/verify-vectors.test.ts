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
