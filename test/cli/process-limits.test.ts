import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { program, withShell } from './test-shell.ts'

/** The program under a limit that the system's shell sets (`ulimit`), which says what it has to open a ledger with. */
function runLimited(limit: string, home: string) {
  const line = `ulimit ${limit} && exec "$@"`
  const args = ['--data-dir', home, '--create', '-l', 'limited', '-e', 'SELECT VALUE 1 FROM << 0 >>']
  const env = { PATH: process.env['PATH'], HOME: home }
  const { status, signal, stderr } = spawnSync('bash', ['-c', line, 'bash', process.execPath, program, ...args], {
    env,
    encoding: 'utf8',
  })
  return { status, signal, stderr }
}

const skip = process.platform === 'linux' ? false : 'skipped: the limits are read from /proc'

test(
  'too little address space, or too many files open, is an error: the library below would end the process',
  { skip },
  withShell(async (shell) => {
    const space = runLimited('-v 40000000', shell.path('space'))
    assert.equal(space.status, 3, space.stderr)
    assert.match(space.stderr, /^error\[store\/unavailable\]: can't use '.*limited' as a ledger: it needs \d+ bytes/)
    assert.match(space.stderr, /\nhelp: the process has a limit: 'ulimit -v unlimited' takes it off\n/)
    for (let files = 20; files <= 40; files += 4) {
      const { status, signal, stderr } = runLimited(`-n ${files}`, shell.path(`files-${files}`))
      assert.equal(signal, null, `with ${files} files`)
      if (status === 0) continue
      assert.equal(status, 3, stderr)
      assert.match(
        stderr,
        /^error\[store\/unavailable\]: can't use '.*' as a ledger: the process has too many files open\n$/,
      )
    }
  }),
)

test(
  'output of which the file takes only a part is an error, never a shorter file without a word',
  { skip },
  withShell(async (shell) => {
    const statement = 'SELECT * FROM Vehicle AS a, Vehicle AS b'
    for (const [limit, status] of [
      ['1', 1],
      ['64', 0],
    ] as const) {
      const file = shell.path(`rows-${limit}`)
      const line = `ulimit -f ${limit} && exec "$@" > ${file}`
      const args = [program, '--demo', '--error-format', 'json', '-e', statement]
      const found = spawnSync('bash', ['-c', line, 'bash', process.execPath, ...args], {
        env: { PATH: process.env['PATH'], HOME: shell.path('') },
        encoding: 'utf8',
      })
      assert.equal(found.status, status, found.stderr)
      if (status === 0) assert.equal(readFileSync(file, 'utf8').split('\n').length, 26)
      else assert.match(found.stderr, /"code":"file\/unwritable".*"exit":1/)
    }
  }),
)

test(
  'a commit that would make the data file longer than the process may is refused before it is written',
  { skip },
  withShell(async (shell) => {
    const home = shell.path('long')
    const run = (limit: string, statements: string) => {
      const args = [program, '--data-dir', home, '--create', '--error-format', 'json', '-q', '-e', statements]
      const line = `ulimit -f ${limit} && exec "$@"`
      const env = { PATH: process.env['PATH'], HOME: home }
      return spawnSync('bash', ['-c', line, 'bash', process.execPath, ...args], { env, encoding: 'utf8' })
    }
    assert.equal(run('unlimited', "CREATE TABLE T; INSERT INTO T {'a': REPEAT('x', 1000000)}").status, 0)
    for (const statement of ["INSERT INTO T {'a': 1}", "INSERT INTO T {'a': REPEAT('x', 1000000)}"]) {
      const { status, signal, stderr } = run('1000', statement)
      assert.deepEqual([status, signal], [3, null], stderr)
      const lines = stderr.trimEnd().split('\n')
      const last = JSON.parse(lines.at(-1) as string)
      assert.deepEqual([last.code, last.help], ['store/full', "'ulimit -f unlimited' takes the limit off"])
      for (const text of lines) JSON.parse(text)
    }
    assert.match(run('1000', 'SELECT COUNT(*) AS n FROM T').stdout, /^\{n:1\}/)
  }),
)
