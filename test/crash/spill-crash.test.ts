import assert from 'node:assert/strict'
import { type ChildProcess, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { ended, program, type TestShell, withShell } from '../cli/test-shell.ts'
import { serve } from '../wire/serve-process.ts'

const skip = process.platform === 'linux' ? false : 'skipped: open files are read from /proc'

/** Statements of which each outgrows its memory in an operator of its own. */
const statements = {
  sort: 'SELECT t.n, t.text FROM rows AS t ORDER BY t.text, t.n',
  group: 'SELECT t.text, COUNT(DISTINCT t.n) AS c FROM rows AS t GROUP BY t.text',
  distinct: 'SELECT DISTINCT t.text, t.n FROM rows AS t',
  join: 'SELECT t.n, u.text FROM rows AS t JOIN rows AS u ON t.n = u.m',
  window: 'SELECT t.n, SUM(t.n) OVER (PARTITION BY t.k ORDER BY t.text) AS s FROM rows AS t',
}
const limits = ['--quota', 'statement-memory=300000']

/** A folder for temporary files, and 8,000 rows in no order. */
function prepare(shell: TestShell): { readonly temp: string; readonly input: string[] } {
  const rows = Array.from({ length: 8_000 }, (_, n) => {
    const mixed = Math.imul(n, 2_654_435_761) >>> 0
    return `${JSON.stringify({ n, m: mixed % 8_000, k: n % 3, text: `text ${mixed} ${'x'.repeat(60)}` })}\n`
  })
  writeFileSync(shell.path('rows.jsonl'), rows.join(''))
  mkdirSync(shell.path('temp'))
  return { temp: shell.path('temp'), input: ['--input', 'rows.jsonl'] }
}

/** Whether a process, a thread of it too, holds a temporary file open. */
function spills({ pid }: ChildProcess): boolean {
  const folder = `/proc/${pid}/fd`
  const target = (name: string) => {
    try {
      return readlinkSync(`${folder}/${name}`)
    } catch {
      return '' // It was closed meanwhile.
    }
  }
  try {
    return readdirSync(folder).some((name) => target(name).includes('qldb-spill-'))
  } catch {
    return false
  }
}

/** Waits for a child's process to spill, or no longer to. */
async function until(child: ChildProcess, isSpilling: boolean): Promise<void> {
  while (spills(child) !== isSpilling) {
    assert.equal(child.exitCode, null, 'it ended before')
    await new Promise((resolve) => setImmediate(resolve))
  }
}

test(
  'a program that is killed or interrupted while it spills leaves no temporary file',
  { skip },
  withShell(async (shell) => {
    const { temp, input } = prepare(shell)
    const signals = ['SIGKILL', 'SIGINT', 'SIGTERM'] as const
    for (const [at, [name, statement]] of Object.entries(statements).entries()) {
      const signal = signals[at % signals.length] as NodeJS.Signals
      const child = shell.start(['query', ...input, ...limits, '--temp-dir', temp, statement])
      const end = ended(child)
      await until(child, true)
      // A file has its name for the moment between its making and the removal of that; not as long as it is open.
      while (readdirSync(temp).length > 0) {
        assert.equal(child.exitCode, null, `${name}: the file has no name while it is open`)
        await new Promise((resolve) => setImmediate(resolve))
      }
      assert.equal(spills(child), true, `${name}: the file is still open`)
      child.kill(signal)
      assert.notEqual((await end).code, 0, name)
      assert.deepEqual(readdirSync(temp), [], `${name}, ${signal}`)
    }
  }),
)

test(
  'a full disk under a statement that spills is store/full, in JSON too, and leaves no temporary file',
  { skip },
  withShell(async (shell) => {
    const { temp, input } = prepare(shell)
    // As a full disk, a limit on the size of files lets the first writes succeed.
    const line = 'ulimit -f 150 && exec "$@"'
    for (const [name, statement] of Object.entries(statements)) {
      const args = ['query', ...input, ...limits, '--temp-dir', temp, '--error-format', 'json', statement]
      const command = ['-c', line, 'bash', process.execPath, program, ...args]
      const { status, stderr } = spawnSync('bash', command, { cwd: shell.home, encoding: 'utf8' })
      const [told = '', ...more] = stderr.trim().split('\n')
      const { type, code, exit } = JSON.parse(told)
      assert.deepEqual([type, code, exit, more], ['error', 'store/full', status, []], `${name}: ${stderr}`)
      assert.deepEqual(readdirSync(temp), [], name)
    }
  }),
)

test(
  'the threads of a server spill, give the rows of memory, and end their files when a client leaves',
  { skip },
  withShell(async (shell) => {
    const { temp, input } = prepare(shell)
    const loaded = await shell.run(['load', '--create', '-l', 'fleet', '--create-table', 'rows', 'rows.jsonl'])
    assert.equal(loaded.code, 0, loaded.stderr)
    const { url, child } = await serve(shell, '--data-dir', '.local/share/qldb', '--temp-dir', temp, ...limits)
    const client = ['-s', url, '-r', 'us-east-1', '-l', 'fleet', '-f', 'ion', '-q', '-e']
    const env = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' }
    for (const name of ['sort', 'join'] as const) {
      const statement = statements[name]
      const leaving = shell.start([...client, statement], { env })
      await until(child, true)
      leaving.kill('SIGKILL')
      await until(child, false)
      const found = await shell.run([...client, statement], { env })
      const expected = await shell.run(['query', ...input, '-f', 'ion', '-q', statement])
      assert.deepEqual([found.code, expected.code], [0, 0], found.stderr)
      if (name === 'sort') assert.ok(found.stdout === expected.stdout, 'the rows in their order')
      const sorted = (text: string) => text.split('\n').sort().join('\n')
      assert.ok(sorted(found.stdout) === sorted(expected.stdout), `${name}: other rows than in memory`)
      assert.deepEqual([spills(child), readdirSync(temp)], [false, []], name)
    }
  }),
)
