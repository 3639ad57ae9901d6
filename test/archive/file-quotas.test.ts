import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileQuotaNames, parseFileQuotas } from '../../src/cli/flags/file-quotas.ts'
import { ToolRunner } from '../support/run-tool.ts'
import { evidenceForms } from './evidence-forms.ts'
import { writeFiles } from './foreign-journal.ts'
import { faultsOf } from './verdict-faults.ts'

test('--quota bounds the values of a file of evidence and of a block, and the verdict names the limit', async (t) => {
  const tools = new ToolRunner(t)
  const { forms } = await evidenceForms()
  const contents = forms.filter(({ name }) => /^(?:proof|revision|export)\.(?:ion|10n)$/.test(name))
  writeFiles(tools.folder, Object.fromEntries(contents.map(({ name, content }) => [name, content])))
  const wrong: string[] = []
  for (const { name } of contents) {
    const path = tools.path(name)
    const quota = name.startsWith('export') ? 'block-values' : 'evidence-values'
    const few = ['--quota', `${quota}=5`, path]
    // A block in Ion binary is not read into memory value by value.
    if (name !== 'export.10n') wrong.push(...(await faultsOf(tools, few, 'incomplete', /more than 5 values/)))
    wrong.push(...(await faultsOf(tools, ['--quota', `${quota}=100000`, path], 'verified', /^verified in itself/)))
  }
  assert.deepEqual(wrong, [])
  const few = await tools.run('import', '--quota', 'block-values=5', '--create', tools.path('export.ion'))
  assert.notEqual(few.exit, 'ok')
  assert.match(few.stdout + few.stderr, /more than 5 values/)
})

test('an unknown quota of files, or a value that is not a number, is wrong use', async (t) => {
  const tools = new ToolRunner(t)
  assert.deepEqual(parseFileQuotas(['block-values=7', 'evidence-values=8', 'block-values=9']), {
    blockValues: 9,
    evidenceValues: 8,
  })
  for (const tool of ['verify', 'import'] as const) {
    for (const quota of ['block-value=7', 'statement-memory=1', 'block-values=0', 'block-values=x', 'block-values'])
      assert.equal((await tools.run(tool, '--quota', quota, tools.folder)).exit, 'usage', quota)
    if (tool === 'verify') assert.equal((await tools.run(tool, '--quota', 'block-values=7')).exit, 'usage')
    const help = (await tools.run(tool, '--help')).stdout.replaceAll(/\s+/g, ' ')
    for (const [name, [, most]] of Object.entries(fileQuotaNames))
      assert.ok(help.includes(`${name} (default: ${most})`), `${tool}: ${name}`)
  }
})
