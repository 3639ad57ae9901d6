import assert from 'node:assert/strict'
import { test } from 'node:test'
import { marked, one } from '../archive/marked-ledger.ts'
import { TestShell } from '../cli/test-shell.ts'
import { startWire } from './wire-server.ts'

test('a ledger with marks at an endpoint is incomplete, over HTTP', async (t) => {
  for (const shape of ['own', 'foreign'] as const) {
    const tools = await marked(t, shape)
    const directory = tools.path('.local/share/qldb')
    const { url } = await startWire(t, { directory, ledgers: ['copy'] })
    const shell = new TestShell()
    t.after(() => shell.dispose())
    const keys = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'none' }
    const { stdout, stderr } = await shell.run(['verify', '-s', url, '-r', 'us-east-1', '-l', 'copy'], { env: keys })
    assert.match(stdout.split('\n')[0] as string, one, stderr)
  }
})
