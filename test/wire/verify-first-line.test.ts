import assert from 'node:assert/strict'
import { test } from 'node:test'
import { evidenceForms } from '../archive/evidence-forms.ts'
import { writeFiles } from '../archive/foreign-journal.ts'
import { faultsOf, type Runner, type Verdict } from '../archive/verdict-faults.ts'
import { TestShell } from '../cli/test-shell.ts'
import { openLmdbStore } from '../../src/store/lmdb-store.ts'
import { ToolRunner } from '../support/run-tool.ts'
import { startWire } from './wire-server.ts'

/** Changes a letter of a stored block, behind the ledger's back. */
async function tamper(folder: string): Promise<void> {
  const store = openLmdbStore(folder)
  await store.write((transaction) => {
    const key = Uint8Array.of(2, 0, 0, 0, 0, 0, 4)
    const bytes = Buffer.from(transaction.get(key) as Uint8Array)
    // The last letter of the last revision's transaction.
    bytes[bytes.length - 1] = bytes[bytes.length - 1] === 65 ? 66 : 65
    transaction.put(key, bytes)
  })
  await store.close()
}

const exits = ['ok', 'failed', 'usage', 'unavailable', 'failed', 'tampered']

/** Runs the program itself, which has the clients of an endpoint. */
function runnerOf(shell: TestShell): Runner {
  const env = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'none' }
  return {
    folder: shell.path(''),
    async run(tool, ...argv) {
      const { code, stdout, stderr } = await shell.run([tool, ...argv], { env })
      return { exit: exits[code ?? 1] as string, stdout, stderr, line: stdout.split('\n')[0] as string }
    },
  }
}

test('the first line of a ledger at an endpoint: whole, against each kind of digest, edited, and wrong use', async (t) => {
  const tools = new ToolRunner(t)
  const { forms, digests } = await evidenceForms()
  const [whole] = forms
  assert.ok(whole !== undefined)
  const blocks = (whole.content as string).trimEnd().split('\n')
  writeFiles(tools.folder, {
    ...digests,
    'whole/a.ion': blocks.join('\n'),
    'short/a.ion': blocks.slice(0, -1).join('\n'),
    'json/a.json': forms.find(({ name }) => name === 'export.json')?.edited as string,
  })
  for (const name of ['whole', 'short'])
    assert.equal((await tools.run('import', '-l', name, tools.path(name))).exit, 'ok')
  const marked = await tools.run('import', '-l', 'json', '--accept-doubtful', tools.path('json'))
  assert.equal(marked.exit, 'ok', marked.stderr)
  assert.equal((await tools.run('import', '-l', 'edited', tools.path('whole'))).exit, 'ok')
  const directory = tools.path('.local/share/qldb')
  await tamper(`${directory}/edited`)
  const { url } = await startWire(t, { directory, ledgers: ['whole', 'short', 'json', 'edited'] })
  const [own, foreign] = [tools.path('own.ion.txt'), tools.path('aws.ion.txt')]
  const cases: [string, string[], Verdict, RegExp][] = [
    ['whole', [], 'verified', /^verified in itself: no saved digest was given$/],
    ['whole', ['--digest', own], 'verified', /^verified against the digest saved in \S+own\.ion\.txt$/],
    ['whole', ['--digest', own, '--digest', own], 'verified', /^verified against the digest saved in/],
    ['whole', ['--digest', foreign], 'refused', /this digest belongs to another ledger/],
    ['short', ['--digest', own], 'incomplete', /^incomplete: .*digest/],
    ['json', [], 'incomplete', /^incomplete: 1 of \d+ revisions could not be checked$/],
    ['edited', [], 'tampered', /^tampered: block 4: /],
    ['edited', ['--digest', own], 'tampered', /^tampered: block 4: /],
    ['whole', ['--since', own], 'refused', /'--since' checks an embedded ledger, not a ledger at an endpoint/],
    ['whole', ['--table', 'Acc'], 'refused', /'--table' checks a table of an embedded ledger/],
  ]
  const shell = new TestShell()
  t.after(() => shell.dispose())
  const runner = runnerOf(shell)
  const wrong: string[] = []
  for (const [ledger, argv, verdict, line] of cases) {
    const flags = ['-s', url, '-r', 'us-east-1', '-l', ledger, ...argv]
    wrong.push(...(await faultsOf(runner, flags, verdict, line)).map((fault) => `${ledger}: ${fault}`))
  }
  assert.deepEqual(wrong, [])
})
