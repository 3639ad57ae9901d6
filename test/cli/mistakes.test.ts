import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { TerminalSession } from '../support/terminal.ts'
import { serve } from '../wire/serve-process.ts'
import { type Ended, type TestShell, withShell } from './test-shell.ts'

/** Mistakes that run, and what is said of each. */
const mistakes: readonly (readonly [string, string])[] = [
  ['SELECT vin FROM Vehicle', "no document of Vehicle has a field 'vin'; did you mean 'VIN'?"],
  ['SELECT VIN FROM Vehicle WHERE Make = "Tesla"', '"Tesla" is a name; strings take single quotes'],
  ['SELECT VIN FROM Vehicle WHERE Make = Tesla', 'Tesla is a name; strings take single quotes'],
  ['SELECT VIN FROM Vehicle ORDER BY Yaer', "no document of Vehicle has a field 'Yaer'; did you mean 'Year'?"],
  [
    "SELECT VIN FROM Vehicle ORDER BY 'Year'",
    "ORDER BY 'Year' sorts nothing: it is the same for every row; names take double quotes, or none",
  ],
  [
    "SELECT VIN FROM Vehicle WHERE Year > '2014'",
    "Year > '2014' was never true: it compared int with string; numbers take no quotes",
  ],
  ['SELECT VIN FROM Vehicle WHERE Year = NULL', 'Year = NULL is never true; write IS NULL'],
  [
    "SELECT VIN FROM Vehicle WHERE Make IN 'Audi'",
    "Make IN 'Audi' was never true: IN takes a list, found string; write a list: (a, b)",
  ],
  ['SELECT Make || Year AS m FROM Vehicle', "Make || Year gave no value: '||' takes strings, not string and int"],
  [
    'SELECT Year + 1 AS next FROM Vehicle WHERE next > 2014',
    "no document of Vehicle has a field 'next'; SELECT, which gives that name, runs later: repeat its expression, or nest the query",
  ],
  [
    'SELECT VIN FROM Vehicle AS v WHERE Vehicle.Year = 1',
    "no document of Vehicle has a field 'Vehicle'; its alias is 'v'",
  ],
]

const script = `${mistakes.map(([statement]) => statement).join(';\n')};\n`
const said = mistakes.map(([, note]) => note)

function notesOf({ stderr }: Ended): readonly string[] {
  return stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly type: string; readonly message?: string })
    .filter(({ type }) => type === 'notice')
    .map(({ message = '' }) => message)
}

/** The demo's vehicles as a file. */
async function vehicles(shell: TestShell): Promise<string> {
  const { stdout } = await shell.run(['--demo', '-f', 'jsonl', '-e', 'SELECT * FROM Vehicle'])
  writeFileSync(shell.path('Vehicle.jsonl'), stdout)
  return shell.path('Vehicle.jsonl')
}

test(
  'a mistake that runs is noted the same from -e, a script, standard input, an endpoint and over files',
  withShell(async (shell) => {
    writeFileSync(shell.path('s.sql'), script)
    const demo = ['--demo', '-f', 'jsonl', '--error-format', 'json']
    assert.deepEqual(notesOf(await shell.run([...demo, '-e', script])), said)
    assert.deepEqual(notesOf(await shell.run([...demo, ...mistakes.flatMap(([text]) => ['-e', text])])), said)
    assert.deepEqual(notesOf(await shell.run([...demo, 's.sql'])), said)
    assert.deepEqual(notesOf(await shell.run(demo, { input: script })), said)
    assert.deepEqual(notesOf(await shell.run([...demo, '-e', 'include s.sql'])), said)
    const { url, child } = await serve(shell, '--demo', '--memory')
    const at = ['-s', url, '-r', 'us-east-1', '-l', 'vehicle-registration', '-f', 'jsonl', '--error-format', 'json']
    assert.deepEqual(notesOf(await shell.run([...at, '-e', script])), said)
    child.kill('SIGTERM')
    const file = await vehicles(shell)
    // Over files names fold, and a file's own name is a value: the first and the last are no mistakes there.
    for (const [statement, note] of mistakes.slice(1, -1)) {
      const ended = await shell.run(['query', '-i', file, '--error-format', 'json', statement])
      assert.deepEqual(notesOf(ended), [note], ended.stderr)
    }
  }),
)

test('a mistake that runs is noted at the prompt', async (t) => {
  const terminal = new TerminalSession(['--demo'], { columns: 250, rows: 50 })
  t.after(() => terminal.kill())
  await terminal.waitFor(/qldb> $|qldb>$/)
  for (const [statement, note] of mistakes) {
    terminal.enter(`${statement};`)
    await terminal.waitFor(new RegExp(`note: ${note.replace(/[^\w ]/g, '\\$&')}\\nqldb>`))
  }
  terminal.type('\x04')
  await terminal.waitForExit()
})
