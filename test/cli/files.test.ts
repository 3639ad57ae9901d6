import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { OutputSwitch } from '../../src/cli/session/output-switch.ts'
import { Settings } from '../../src/shell/settings.ts'
import { statementHelps } from '../../src/shell/statement-help.ts'
import { withShell } from './test-shell.ts'

test(
  'include: a script inside a script, errors with the place in their own file, the session stays in its transaction',
  withShell(async (shell) => {
    writeFileSync(shell.path('inner.partiql'), "INSERT INTO T VALUE {'n': 2};\nINSERT INTO T VALUE {'n': 3};\n")
    writeFileSync(
      shell.path('outer.partiql'),
      "CREATE TABLE T;\nbegin\nINSERT INTO T VALUE {'n': 1};\n\\i inner.partiql\ncommit\nSELECT VALUE COUNT(*) FROM T;",
    )
    const ran = await shell.run(['--memory', '-f', 'jsonl', 'outer.partiql'])
    assert.equal(ran.code, 0, ran.stderr)
    assert.equal(ran.stdout.split('\n').at(-2), '3')
    writeFileSync(shell.path('inner.partiql'), '\n\n  oops;\n')
    const failed = await shell.run(['--memory', 'outer.partiql'])
    assert.equal(failed.code, 1)
    assert.match(failed.stderr, / --> inner\.partiql:3:3\n[\s\S]*note: rolled back/)
    assert.ok(!failed.stderr.includes('committed'))
    const absent = await shell.run(['--memory', '-e', 'include "no such.partiql"'])
    assert.equal(absent.code, 1)
    assert.match(absent.stderr, /^error\[file\/unreadable\]: can't read 'no such\.partiql': there is no such file\n/)
  }),
)

test(
  'include: --continue-on-error holds inside, quit leaves all, and a script that includes itself is stopped',
  withShell(async (shell) => {
    writeFileSync(shell.path('a.partiql'), 'oops;\nSELECT 1 AS a FROM <<0>>;\n')
    const ran = await shell.run([
      '--memory',
      '--continue-on-error',
      '-e',
      '\\i a.partiql',
      '-e',
      'SELECT 2 AS b FROM <<0>>',
    ])
    assert.equal(ran.code, 1)
    assert.equal(ran.stdout, '{a:1}\n{b:2}\n')
    const stopped = await shell.run(['--memory', '-e', '\\i a.partiql', '-e', 'SELECT 2 AS b FROM <<0>>'])
    assert.deepEqual([stopped.code, stopped.stdout], [1, ''])
    writeFileSync(shell.path('q.partiql'), 'quit\n')
    const left = await shell.run(['--memory', '-e', '\\i q.partiql', '-e', 'SELECT 2 AS b FROM <<0>>'])
    assert.deepEqual([left.code, left.stdout, left.stderr], [0, '', ''])
    writeFileSync(shell.path('r.partiql'), '\\i r.partiql\n')
    const endless = await shell.run(['--memory', 'r.partiql'])
    assert.equal(endless.code, 1)
    assert.match(endless.stderr, /^error\[usage\/invalid-argument\]: scripts include each other more than 16 deep\n/)
  }),
)

test(
  'output: data goes into the file in the form of its name, and back',
  withShell(async (shell) => {
    const query = ['-e', "SELECT Make, Year FROM Vehicle WHERE VIN = 'WVWZZZ1KZ8W386752'"]
    for (const [name, text] of [
      ['a.csv', 'Make,Year\nVolkswagen,2018\n'],
      ['a.json', '[\n  {"Make":"Volkswagen","Year":2018}\n]\n'],
      ['a.jsonl', '{"Make":"Volkswagen","Year":2018}\n'],
      ['a.ion', '{Make:"Volkswagen",Year:2018}\n'],
      ['a.txt', 'Make       │ Year\n───────────┼─────\nVolkswagen │ 2018\n'],
    ] as const) {
      const ran = await shell.run([
        '--demo',
        '-e',
        `\\o ${name}`,
        ...query,
        '-e',
        '\\o',
        '-e',
        'SELECT 1 AS a FROM <<0>>',
      ])
      assert.deepEqual([ran.code, ran.stdout], [0, '{a:1}\n'])
      assert.match(
        ran.stderr,
        /^data goes into '.*'\n1 document in bag .*\ndata is shown again\n1 document in bag .*\n$/,
      )
      assert.equal(readFileSync(shell.path(name), 'utf8'), text)
    }
    const set = await shell.run(['--demo', '-f', 'jsonl', '-e', 'output b.csv', ...query, '-e', 'show tables'])
    assert.equal(set.stdout, '')
    assert.match(
      readFileSync(shell.path('b.csv'), 'utf8'),
      /^\{"Make":"Volkswagen","Year":2018\}\n\{"table":"DriversLicense"/,
    )
  }),
)

test(
  'output: a file that cannot be written is an error, which says what is committed',
  withShell(async (shell) => {
    const absent = await shell.run(['--demo', '-e', '\\o none/x.csv', '-e', 'SELECT 1 AS a FROM <<0>>'])
    assert.deepEqual([absent.code, absent.stdout], [1, ''])
    assert.match(absent.stderr, /^error\[file\/unwritable\]: can't write 'none\/x\.csv': there is no such folder\n/)
    if (!existsSync('/dev/full')) return
    const full = await shell.run([
      '--memory',
      '-e',
      'CREATE TABLE T',
      '-e',
      '\\o /dev/full',
      '-e',
      "INSERT INTO T VALUE {'n': 1}",
    ])
    assert.equal(full.code, 1)
    assert.match(full.stderr, /can't write '\/dev\/full': the disk is full; the statement itself is committed\n/)
  }),
)

test(
  '--param: values for every statement with a ?, exactly as many',
  withShell(async (shell) => {
    const ran = await shell.run([
      '--demo',
      '--param',
      "'WVWZZZ1KZ8W386752'",
      '-e',
      'SELECT Make FROM Vehicle WHERE VIN = ?',
      '-e',
      'SELECT 1 AS a FROM <<0>>',
    ])
    assert.equal(ran.stdout, '{Make:"Volkswagen"}\n{a:1}\n')
    const many = await shell.run([
      '--demo',
      '--param',
      '1',
      '--param',
      '2',
      '-e',
      'SELECT Make FROM Vehicle WHERE VIN = ?',
    ])
    assert.equal(many.code, 1)
    assert.match(many.stderr, /^error\[usage\/invalid-argument\]: the statement has 1 '\?', and 2 values are bound\n/)
    const bare = await shell.run(['--demo', '--param', 'abc', '-e', 'SELECT 1 AS a FROM <<0>>'])
    assert.equal(bare.code, 2)
    assert.match(bare.stderr, /'abc' is not a value\nhelp: for example: 'text'/)
  }),
)

test(
  'show ledgers: those of the data directory; one in memory knows of none',
  withShell(async (shell) => {
    for (const name of ['cars', 'boats']) await shell.run(['-l', name, '--create', '-e', 'CREATE TABLE T'])
    const ran = await shell.run(['-l', 'cars', '-e', '\\l'])
    assert.deepEqual(ran.stdout.split('\n').sort(), ['', '- boats', '- cars'])
    assert.equal((await shell.run(['--memory', '-e', 'show ledgers'])).code, 1)
  }),
)

test(
  'files are completed by their beginning, folders with a slash',
  withShell(async (shell) => {
    mkdirSync(shell.path('scripts'))
    for (const name of ['a.partiql', 'ab.partiql', '.hidden']) writeFileSync(shell.path('scripts', name), '')
    const files = new OutputSwitch(new Settings())
    const folder = shell.path('')
    assert.deepEqual(files.complete(`${folder}/sc`), [`${folder}/scripts/`])
    assert.deepEqual(files.complete(`${folder}/scripts/`), [
      `${folder}/scripts/a.partiql`,
      `${folder}/scripts/ab.partiql`,
    ])
    assert.deepEqual(files.complete(`${folder}/scripts/ab`), [`${folder}/scripts/ab.partiql`])
    assert.deepEqual(files.complete(`${folder}/none/x`), [])
  }),
)

test(
  'help of a statement shows its forms, and its example runs on the sample',
  withShell(async (shell) => {
    for (const [word, { forms, example }] of Object.entries(statementHelps)) {
      const help = await shell.run(['--memory', '-e', `help ${word.toUpperCase()}`])
      assert.equal(help.code, 0)
      for (const form of forms) assert.ok(help.stdout.includes(form))
      if (example === undefined) continue
      assert.ok(help.stdout.endsWith(`for example: ${example};\n`))
      const ran = await shell.run(['--demo', '-e', example])
      assert.equal(ran.code, 0, `${example}: ${ran.stderr}`)
    }
    const near = await shell.run(['--memory', '-e', 'help selct'])
    assert.match(near.stderr, /did you mean 'help select'\?/)
  }),
)
