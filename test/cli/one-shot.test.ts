import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { flagDefinitions } from '../../src/cli/flags/args.ts'
import { fileSources } from '../../src/cli/session/script-sources.ts'
import { exitCodes } from '../../src/shell/exit-codes.ts'
import { ended, program, withShell } from './test-shell.ts'

test(
  '-e, several times and with several statements; rows on stdout, the rest on stderr',
  withShell(async (shell) => {
    const { stdout, stderr, code } = await shell.run([
      '-e',
      "CREATE TABLE T; INSERT INTO T VALUE {'a': 1, 'b': 'x;y'}",
      '-e',
      'SELECT * FROM T',
    ])
    assert.match(stdout, /^\{tableId:"\w{22}"\}\n\{documentId:"\w{22}"\}\n\{a:1,b:"x;y"\}\n$/)
    assert.match(stderr, /^(1 document in bag \(read-ios: \d+, server-time: \d+ms, total-time: \d+ms\)\n){3}$/)
    assert.equal(code, 0)
  }),
)

test(
  'the default ledger is made at its first use and kept',
  withShell(async (shell) => {
    assert.equal((await shell.run(['-e', 'CREATE TABLE Kept'])).code, 0)
    assert.ok(existsSync(shell.path('.local/share/qldb/default/data.mdb')))
    assert.equal((await shell.run(['-e', 'show tables'])).stdout, '- Kept\n')
    const elsewhere = await shell.run(['--data-dir', shell.path('data'), '-e', 'CREATE TABLE Other'])
    assert.equal(elsewhere.code, 0)
    assert.ok(existsSync(shell.path('data/default/data.mdb')))
    const xdg = await shell.run(['-e', 'show tables'], { env: { XDG_DATA_HOME: shell.path('xdg') } })
    assert.equal(xdg.stdout, '')
    assert.ok(existsSync(shell.path('xdg/qldb/default')))
  }),
)

test(
  'a named ledger has to be there, or be asked for with --create',
  withShell(async (shell) => {
    const absent = await shell.run(['-l', 'fleet', '-e', 'SELECT 1'])
    assert.equal(absent.code, 3)
    assert.match(absent.stderr, /^error\[ledger\/not-found\]: no ledger named 'fleet' in '.*'\nhelp: .*--create.*\n$/)
    assert.equal((await shell.run(['-l', 'fleet', '--create', '-e', 'CREATE TABLE T'])).code, 0)
    assert.equal((await shell.run(['-l', 'fleet', '-e', 'show tables'])).stdout, '- T\n')
    const near = await shell.run(['-l', 'fleat', '-e', 'SELECT 1'])
    assert.equal(near.code, 3)
    assert.match(near.stderr, /did you mean 'fleet'\?/)
    const bad = await shell.run(['-l', '../fleet', '-e', 'SELECT 1'])
    assert.equal(bad.code, 2)
    assert.match(bad.stderr, /^error\[ledger\/invalid-name\]: '\.\.\/fleet' can't name a ledger/)
  }),
)

test(
  'ledgers that a session opened stay open until it ends; use makes one only with --create',
  withShell(async (shell) => {
    const absent = await shell.run(['--demo', '-e', 'CREATE TABLE Mine; use other; show tables'])
    assert.equal(absent.code, 3)
    assert.match(absent.stderr, /error\[ledger\/not-found\]: no ledger named 'other' in memory/)
    assert.match(absent.stderr, /help: .*'--create' makes a new one/)
    const back = ['CREATE TABLE Mine;', 'use other --create', 'CREATE TABLE Theirs;', 'use vehicle-registration']
    const kept = await shell.run(['--demo', '-e', [...back, 'show tables', 'use other', 'show tables'].join('\n')])
    assert.equal(kept.code, 0, kept.stderr)
    assert.match(kept.stdout, /- Mine\n[\s\S]*- VehicleRegistration\n- Theirs\n$/)
    const near = await shell.run(['--demo', '-e', 'use vehicle-registraton'])
    assert.match(near.stderr, /did you mean 'vehicle-registration'\?/)
  }),
)

test(
  '--memory leaves nothing behind; --demo has the sample in it',
  withShell(async (shell) => {
    assert.equal((await shell.run(['--memory', '-e', 'CREATE TABLE T'])).code, 0)
    const demo = await shell.run([
      '--demo',
      '-e',
      'show tables',
      '-e',
      'SELECT VALUE v.Make FROM Vehicle AS v WHERE v.Year = 2018',
    ])
    assert.equal(demo.stdout, '- DriversLicense\n- Person\n- Vehicle\n- VehicleRegistration\n"Volkswagen"\n')
    const history = await shell.run([
      '--demo',
      '-e',
      "SELECT VALUE h.metadata.version FROM history(VehicleRegistration) AS h WHERE h.data.VIN = '2FTRX18W1XCA71403'",
    ])
    assert.deepEqual(history.stdout.trim().split('\n').sort(), ['0', '1', '2'])
    const owner = await shell.run([
      '--demo',
      '-e',
      "SELECT VALUE p.FirstName FROM Person AS p BY id, VehicleRegistration AS r WHERE id = r.Owners.PrimaryOwner.PersonId AND r.LicensePlateNumber = 'CST308'",
    ])
    assert.equal(owner.stdout, '"Bruno"\n')
    assert.equal((await shell.run(['--demo', '--strict-qldb', '-e', 'SELECT * FROM Person'])).code, 0)
    assert.equal(existsSync(shell.path('.local')), false)
  }),
)

test(
  'a ledger that is set to be strict is so for every program that opens it, until that is turned off',
  withShell(async (shell) => {
    const order = ['-e', 'SELECT a FROM T ORDER BY a']
    assert.equal((await shell.run(['--keep-strict-qldb', 'on', '-e', 'CREATE TABLE T'])).code, 0)
    const refused = await shell.run(order)
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /QLDB did not have ORDER BY/)
    assert.match(refused.stderr, /--keep-strict-qldb off/)
    assert.match((await shell.run(['-e', 'env'])).stdout, /strict-qldb +on +\(the ledger\)/)
    const rows = Array.from({ length: 50 }, (_, k) => `{"k": ${k}}`).join('\n')
    writeFileSync(shell.path('rows.jsonl'), `${rows}\n`)
    assert.equal((await shell.run(['load', 'T', 'rows.jsonl'])).code, 0, 'in transactions of 40 documents')
    assert.equal((await shell.run(['dump', 'T'])).stdout.match(/\{k:/g)?.length, 50)
    assert.equal((await shell.run(['--keep-strict-qldb', 'maybe', ...order])).code, 2)
    assert.equal((await shell.run(['--keep-strict-qldb', 'off', ...order])).code, 0)
    assert.equal((await shell.run(order)).code, 0)
  }),
)

test(
  'exit codes: a statement that fails, wrong usage, a transaction left open',
  withShell(async (shell) => {
    const failed = await shell.run(['--memory', '-e', 'SELECT * FROM Nowhere', '-e', 'SELECT 1'])
    assert.equal(failed.code, 1)
    assert.equal(failed.stdout, '')
    assert.match(
      failed.stderr,
      /^error\[semantic\/no-such-variable\]: No such variable named 'Nowhere'\n --> -e 1:1:15\n/,
    )
    for (const args of [
      ['--nonsense'],
      ['-f', 'tabel', '-e', '1'],
      ['-e'],
      ['-e', '1', 'file'],
      ['no-such-file.partiql'],
      ['-c', 'no-config', '-e', '1'],
      ['-s', 'nonsense', '-e', '1'],
      ['-s', 'http://h', '--memory', '-e', '1'],
    ]) {
      const { code, stderr, stdout } = await shell.run(args)
      assert.equal(code, 2, args.join(' '))
      assert.match(stderr, /^error\[[a-z/-]+\]: .*\n/)
      assert.equal(stdout, '')
    }
    const open = await shell.run(['--memory', '-e', 'begin; CREATE TABLE T'])
    assert.equal(open.code, 1)
    assert.match(open.stderr, /warning: a transaction was still open at the end: rolled back/)
  }),
)

test(
  'an unwritable, foreign or impossible data directory gives one clear line and 3',
  withShell(async (shell) => {
    writeFileSync(shell.path('a-file'), 'x')
    mkdirSync(shell.path('foreign/default'), { recursive: true })
    writeFileSync(shell.path('foreign/default/notes.txt'), 'x')
    mkdirSync(shell.path('damaged/default'), { recursive: true })
    writeFileSync(shell.path('damaged/default/data.mdb'), 'not a database at all')
    const folders = ['a-file', 'foreign', 'damaged']
    if (process.getuid?.() !== 0) {
      mkdirSync(shell.path('locked'))
      chmodSync(shell.path('locked'), 0o500)
      folders.push('locked')
    }
    for (const folder of [...folders.map((name) => shell.path(name)), '/proc/nowhere']) {
      const { code, stderr } = await shell.run(['--data-dir', folder, '-e', 'SELECT 1'])
      assert.equal(code, 3, folder)
      assert.match(stderr, /^error\[[a-z/-]+\]: [^\n]*\n(help: [^\n]*\n)?$/, folder)
    }
  }),
)

test(
  '--help shows every flag and exit code; --version the version',
  withShell(async (shell) => {
    const { stdout, code, stderr } = await shell.run(['--help'])
    assert.equal(code, 0)
    assert.equal(stderr, '')
    for (const { flags } of flagDefinitions) assert.ok(stdout.includes(flags), flags)
    for (const [number, meaning] of Object.values(exitCodes)) {
      assert.match(stdout, new RegExp(`^  ${number} +${meaning.slice(0, 30)}`, 'm'))
    }
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
    assert.equal((await shell.run(['--version'])).stdout, `${version}\n`)
    assert.equal((await shell.run(['version'])).stdout, `${version}\n`)
    assert.equal((await shell.run(['help'])).stdout, stdout)
    assert.equal((await shell.run(['help', 'load'])).stdout, (await shell.run(['load', '--help'])).stdout)
  }),
)

test(
  'a statement behind -c is no configuration file, and a home that is no folder has none',
  withShell(async (shell) => {
    const asked = await shell.run(['-c', 'SELECT 1'])
    assert.equal(asked.code, 2)
    assert.match(asked.stderr, /help: -c names the configuration file; a statement is run with -e/)
    const env = { HOME: '/dev/null', XDG_CONFIG_HOME: undefined }
    assert.equal((await shell.run(['--memory', '-e', 'SELECT VALUE 1'], { env })).code, 0)
  }),
)

test(
  'formats: each is what it says, and exact',
  withShell(async (shell) => {
    const statement = "SELECT VALUE x FROM << {'n': 12345678901234567890.10, 'b': `{{AQI=}}`, 's': `a::b`}, {} >> AS x"
    const run = async (format: string) => (await shell.run(['--memory', '-f', format, '-e', statement])).stdout
    assert.equal(await run('ion'), '{n:12345678901234567890.10,b:{{AQI=}},s:a::b}\n{}\n')
    assert.equal(await run('json'), '[\n  {"n":12345678901234567890.10,"b":"AQI=","s":"b"},\n  {}\n]\n')
    assert.equal(await run('jsonl'), '{"n":12345678901234567890.10,"b":"AQI=","s":"b"}\n{}\n')
    assert.match(await run('ion-pretty'), /^\{\n {2}n: 12345678901234567890\.10,\n[\s\S]*\}\n\{\}\n$/)
    const table = (await run('table')).split('\n')
    assert.match(table[0] as string, /n │ b +│ s +│ VALUE$/)
    assert.match(table[2] as string, /^12345678901234567890\.10 │ \{\{AQI=\}\} │ a::b │$/)
  }),
)

test(
  'not a terminal: not one escape byte, whatever the values hold',
  withShell(async (shell) => {
    const script =
      'SELECT VALUE `"\\x1b[2J\\x1b]0;x\\a\\x9b1m\\x7f\\u202e"` FROM <<1>>; SELECT `\'\\x1b[0m\'` AS "\\\u001b[31m" FROM <<1>>; SELECT FROM \u001b[31m'
    for (const format of ['ion', 'ion-pretty', 'json', 'jsonl', 'table']) {
      const { stdout, stderr } = await shell.run(['--memory', '--continue-on-error', '-f', format], { input: script })
      for (const text of [stdout, stderr]) {
        assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/, format)
      }
      assert.match(stdout, /\[2J/)
    }
  }),
)

test(
  'stdout closed early: quietly with 0 where all that was left is to be read, else with 1 and a word of what was not done',
  withShell(async (shell) => {
    const rows = Array.from({ length: 50_000 }, (_, index) => index).join(', ')
    const long = `SELECT VALUE x FROM << ${rows} >> AS x`
    const run = async (...args: string[]) => {
      const child = shell.start(['--memory', '-f', 'jsonl', ...args])
      child.stdin?.end('')
      child.stdout?.once('data', () => child.stdout?.destroy())
      const { code, stderr } = await ended(child)
      return [code, stderr.replace(/^\d+ documents.*\n/gm, '')]
    }
    writeFileSync(shell.path('one.sql'), `${long};\n`)
    writeFileSync(shell.path('two.sql'), `${long};\nCREATE TABLE T;\n`)
    writeFileSync(shell.path('block.sql'), `begin;\n${long};\n`)
    const gone = 'warning: the reader of the output has gone: '
    assert.deepEqual(await run('one.sql'), [0, ''])
    assert.deepEqual(await run('two.sql'), [1, `${gone}the rest of the script was not run\n`])
    assert.deepEqual(await run('one.sql', 'one.sql'), [1, `${gone}the rest of the script was not run\n`])
    assert.deepEqual(await run('block.sql'), [1, `${gone}the open transaction was rolled back\n`])
  }),
)

test('a script that is not there, but sounds like a tool, brings up the tool', () => {
  const stdin = process.stdin
  assert.throws(() => fileSources(['srve'], stdin), { help: "did you mean the tool 'qldb serve'?" })
  assert.throws(() => fileSources(['help'], stdin), {
    help: "'qldb help' lists flags and tools, 'qldb help load' those of one tool",
  })
  assert.throws(() => fileSources(['digest'], stdin), { help: "'digest' is a tool, and comes first: qldb digest …" })
  assert.throws(() => fileSources(['fleet.partiql'], stdin), { code: 'file/unreadable', help: undefined })
})

test('a full disk behind stdout is one clear line and exit 1', (t) => {
  if (!existsSync('/dev/full')) return t.skip('this system has no /dev/full')
  const command = `'${process.execPath}' '${program}' --memory -e 'SELECT 1' 2>&1 >/dev/full || echo "exit $?"`
  const said = execFileSync('sh', ['-c', command], { encoding: 'utf8' })
  assert.match(said, /^error\[file\/unwritable\]: can't write the output: the disk is full$/m)
  assert.match(said, /^exit 1$/m)
  assert.doesNotMatch(said, /bug|internal/)
})

test('a full disk behind stderr does not hide that a statement failed', (t) => {
  if (!existsSync('/dev/full')) return t.skip('this system has no /dev/full')
  for (const format of ['text', 'json']) {
    const command = `'${process.execPath}' '${program}' --memory --error-format ${format} -e 'SELECTX' 2>/dev/full || echo "exit $?"`
    assert.equal(execFileSync('sh', ['-c', command], { encoding: 'utf8' }), 'exit 1\n')
  }
})

test(
  'a small file that turns out to have no end is refused by name',
  withShell(async (shell) => {
    if (!existsSync('/dev/zero')) return
    for (const args of [
      ['--memory', '-c', '/dev/zero', '-e', 'SELECT 1'],
      ['serve', '--memory', '--port', '0', '--keys', '/dev/zero'],
      ['verify', '/dev/zero'],
    ]) {
      const { code, signal, stderr } = await shell.run(args)
      assert.deepEqual([code, signal], [2, undefined], stderr)
      assert.match(stderr, /^error\[file\/unreadable\]: can't read '\/dev\/zero': it has more than \d+ bytes$/m)
    }
  }),
)

test(
  'the configuration file of the official shell is accepted; unknown keys warn; flags win',
  withShell(async (shell) => {
    mkdirSync(shell.path('.config/qldbshell'), { recursive: true })
    const file = shell.path('.config/qldbshell/config.ion')
    writeFileSync(
      file,
      `{ default_ledger: "from-file", ui: { format: "table", // as documented
           display_query_metrics: false, prompt: "$LEDGER> ", edit_mode: "Vi", colour: true },
         ledgers: [{ name: "from-file", region: "eu-west-1" }] }`,
    )
    const created = await shell.run(['--create', '-e', 'SELECT 1 AS a FROM <<1>>', '-e', 'env'])
    assert.equal(created.code, 0, created.stderr)
    assert.equal(created.stderr, `warning: ${file}: unknown key 'ui.colour'\n`)
    assert.match(created.stdout, /^a\n─\n1\n/)
    assert.ok(created.stdout.includes(`from-file  (file ${file})`) || /ledger +from-file +\(file /.test(created.stdout))
    assert.match(created.stdout, /^format +table +\(file .*config\.ion\)$/m)
    assert.match(created.stdout, /^edit-mode +vi +\(file /m)
    const flags = await shell.run(['-l', 'from-file', '-f', 'vertical', '-e', 'env'])
    assert.match(flags.stdout, /^format +vertical +\(flag --format\)$/m)
    assert.match(flags.stdout, /^ledger +from-file +\(flag --ledger\)$/m)
    writeFileSync(file, '{ ui: { format: 7 } }')
    const wrong = await shell.run(['-e', 'SELECT 1'])
    assert.equal(wrong.code, 2)
    assert.match(wrong.stderr, /^error\[config\/invalid\]: .*config\.ion: 'ui\.format' should be a string or a bool/)
    writeFileSync(file, '{ ui: {\n  format: }')
    assert.match((await shell.run(['-e', 'SELECT 1'])).stderr, /config\.ion:2:\d+: /)
  }),
)

test(
  'an endpoint that is not there: 3, and one clear line',
  withShell(async (shell) => {
    const env = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'y', AWS_REGION: 'us-east-1' }
    const flag = await shell.run(['-s', 'http://127.0.0.1:9', '-l', 'fleet', '-e', 'SELECT 1'], { env })
    assert.equal(flag.code, 3)
    assert.match(flag.stderr, /^error\[endpoint\/unreachable\]: can't reach 'http:\/\/127\.0\.0\.1:9'/)
    const variable = await shell.run(['-e', 'SELECT 1'], {
      env: { ...env, AWS_ENDPOINT_URL_QLDB_SESSION: 'http://127.0.0.1:9' },
    })
    assert.equal(variable.code, 3)
    const embedded = await shell.run(['--memory', '-e', 'SELECT 1 FROM <<1>>'], {
      env: { ...env, AWS_ENDPOINT_URL_QLDB_SESSION: 'http://127.0.0.1:9' },
    })
    assert.equal(embedded.code, 0)
  }),
)

test(
  'the data directory and its files are the owner’s alone',
  withShell(async (shell) => {
    await shell.run(['-e', 'CREATE TABLE T'])
    const mode = (path: string) => statSync(shell.path(path)).mode & 0o077
    assert.equal(mode('.local/share/qldb/default'), 0)
    assert.equal(mode('.local/share/qldb/default/data.mdb'), 0)
  }),
)

test(
  'commands in a format for programs: rows, an empty list where there are none, and lines beside the data',
  withShell(async (shell) => {
    const run = (format: string, text: string) => shell.run(['--demo', '-f', format, '-e', text])
    for (const command of [
      'describe',
      'describe Vehicle',
      'show tables',
      'status',
      'env',
      'history',
      'digest',
      'verify',
    ]) {
      const { stdout, code } = await run('json', command)
      assert.doesNotThrow(() => JSON.parse(stdout), command)
      assert.equal(code, 0, command)
    }
    assert.deepEqual(JSON.parse((await run('json', 'use x --create; show tables')).stdout), [])
    assert.equal((await run('jsonl', 'show tables')).stdout.split('\n')[0], '{"table":"DriversLicense"}')
    assert.equal((await run('csv', 'describe')).stdout.split('\n')[0], 'table,indexes')
    assert.equal((await run('ion', 'show tables')).stdout.split('\n')[0], '{table:"DriversLicense"}')
    assert.equal((await run('table', 'show tables')).stdout.split('\n')[0], '- DriversLicense')
    const help = await run('json', 'help begin')
    assert.equal(help.stdout, '')
    assert.match(help.stderr, /^begin\n {2}start a transaction/)
    await shell.run(['--demo', '-e', "output 't.json'; show tables"])
    assert.equal(JSON.parse(readFileSync(shell.path('t.json'), 'utf8')).length, 4)
  }),
)
