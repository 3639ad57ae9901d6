import assert from 'node:assert/strict'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { toolHelp } from '../../src/cli/flags/tool-names.ts'
import { withShell } from './test-shell.ts'

const json = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

test(
  '--error-format json: everything on stderr is one object a line, with its type',
  withShell(async (shell) => {
    writeFileSync(shell.path('s.partiql'), 'begin\nSELECT v.VIN\nFROM Vehicel AS v, Persn AS p;\ncommit\n')
    const ran = await shell.run(['--demo', '--error-format', 'json', '--region', 'x', 's.partiql'])
    const [warning, error, ...more] = json(ran.stderr)
    assert.equal(ran.code, 1)
    assert.deepEqual(more, [])
    assert.equal(warning?.['type'], 'warning')
    const { message, others, ...rest } = error as { message: string; others: Record<string, unknown>[] }
    assert.deepEqual(rest, {
      type: 'error',
      code: 'semantic/no-such-variable',
      file: 's.partiql',
      line: 3,
      column: 6,
      help: "did you mean 'Vehicle'?",
      transaction: 'aborted',
      exit: 1,
    })
    assert.match(message, /Vehicel/)
    assert.equal(others.length, 1)
    assert.deepEqual([others[0]?.['line'], others[0]?.['column']], [3, 20])
  }),
)

test(
  '--error-format json: counts of a result, data stays on stdout',
  withShell(async (shell) => {
    const ran = await shell.run([
      '--demo',
      '--error-format=json',
      '-e',
      "SELECT Make FROM Vehicle WHERE VIN = 'WVWZZZ1KZ8W386752'",
    ])
    assert.equal(ran.stdout, '{Make:"Volkswagen"}\n')
    const [result, ...more] = json(ran.stderr)
    assert.deepEqual(more, [])
    assert.deepEqual([result?.['type'], result?.['documents'], result?.['outcome']], ['result', 1, 'committed'])
    assert.equal(typeof result?.['transactionId'], 'string')
  }),
)

test(
  '--error-format json: wrong usage and errors of tools are reported in it too, with the exit code',
  withShell(async (shell) => {
    for (const [args, code, exit] of [
      [['--error-format', 'json', '--ledgr', 'x'], 'usage/invalid-argument', 2],
      [['-l', 'nope', '--error-format', 'json', '-e', 'SELECT 1 FROM <<0>>'], 'ledger/not-found', 3],
      [['verify', '--error-format', 'json', '-l', 'nope'], 'ledger/not-found', 3],
      [['query', '--error-format', 'json', 'SELECT FROM x'], 'parser/unexpected-token', 1],
      [['dump', '--error-format', 'json', '--memory'], 'usage/invalid-argument', 2],
    ] as const) {
      const ran = await shell.run(args)
      const [error, ...more] = json(ran.stderr)
      assert.deepEqual([error?.['code'], error?.['exit'], ran.code, more.length], [code, exit, exit, 0], args.join(' '))
    }
    const wrong = await shell.run(['--error-format', 'xml', '-e', 'x'])
    assert.match(wrong.stderr, /^error\[usage\/invalid-argument\]: '--error-format' takes text or json, found 'xml'\n$/)
  }),
)

test(
  'a profile that is not there is named, with the one that was meant',
  withShell(async (shell) => {
    mkdirSync(shell.path('.aws'))
    writeFileSync(shell.path('.aws', 'config'), '[default]\nregion = us-east-1\n[profile dev]\nregion = us-east-1\n')
    const endpoint = ['-s', 'http://127.0.0.1:1', '-r', 'us-east-1', '-e', 'SELECT 1 FROM <<0>>']
    const near = await shell.run(['-p', 'dve', ...endpoint])
    assert.equal(near.code, 3)
    assert.match(
      near.stderr,
      /^error\[endpoint\/credentials\]: no AWS profile named 'dve': it is neither in '.*\.aws.config' nor in '.*\.aws.credentials'\nhelp: did you mean 'dev'\?\n$/,
    )
    const far = await shell.run(endpoint, { env: { AWS_PROFILE: 'production' } })
    assert.match(far.stderr, /no AWS profile named 'production'[^\n]*\nhelp: profiles are: default, dev\n$/)
    const empty = await shell.run(['-p', 'dev', ...endpoint])
    assert.match(
      empty.stderr,
      /^error\[endpoint\/credentials\]: no AWS credentials for[^\n]*\nhelp: .*'qldb serve' without --keys takes any\n$/,
    )
    rmSync(shell.path('.aws'), { recursive: true })
    const none = await shell.run(endpoint)
    assert.match(none.stderr, /^error\[endpoint\/unreachable\]: can't reach 'http:\/\/127.0.0.1:1': ECONNREFUSED\n$/)
  }),
)

test(
  'no password of an address is shown, whatever goes wrong with it',
  withShell(async (shell) => {
    const statement = ['-e', 'SELECT 1 FROM <<0>>']
    const address = 'http://ann:PW-1@127.0.0.1:1'
    for (const args of [
      ['-s', address, ...statement],
      ['-s', address, '--error-format', 'json', ...statement],
      ['-s', `ftp://ann:PW-1@h/`, ...statement],
      ['--demo', '-vv', '-e', `use other -s ${address}`],
      ['--demo', '-e', `SELECT 1 FROM << '${address}' >> AS t WHERE nope.nope(`],
    ]) {
      const { stdout, stderr, code } = await shell.run(args)
      assert.notEqual(code, 0)
      assert.doesNotMatch(stdout + stderr, /PW-1/, args.join(' '))
    }
  }),
)

test(
  'a name can neither forge a line of output nor reach the terminal raw',
  withShell(async (shell) => {
    const forged = "x'\nqldb> DROP TABLE T\n\u001b[31mred"
    mkdirSync(shell.path('.config', 'qldb'), { recursive: true })
    writeFileSync(shell.path('.config', 'qldb', 'config.ion'), '{"bad\\nkey\\x1b[31m": 1}')
    for (const args of [
      ['-l', forged, '-e', 'SELECT 1 FROM <<0>>'],
      ['--demo', '-e', `SELECT * FROM "${forged}"`],
      ['--demo', '-e', `SELECT VALUE CAST('${forged.replace("'", '')}' AS INT) FROM <<0>>`],
      ['--demo', '-e', `DROP TABLE "${forged}"`],
      ['--demo', '-e', `\\i ${shell.path(forged)}`],
      ['query', '-i', `t=${shell.path(forged)}.json`, 'SELECT * FROM t'],
    ]) {
      const { stdout, stderr } = await shell.run(args)
      assert.doesNotMatch(stdout + stderr, /^qldb> DROP|\u001b/m, args.join(' '))
    }
  }),
)

test(
  'what is wrong with a local endpoint is reported without credentials',
  withShell(async (shell) => {
    const endpoint = ['-s', 'http://127.0.0.1:1', '-e', 'SELECT 1 FROM <<0>>']
    const { stderr } = await shell.run(endpoint)
    assert.match(stderr, /^error\[endpoint\/unreachable\]/)
  }),
)

test(
  'a region that AWS does not have is reported before the endpoint is asked; an address needs its scheme',
  withShell(async (shell) => {
    const env = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' }
    for (const [region, meant] of [
      ['us-esat-1', 'us-east-1'],
      ['Frankfurt', 'eu-central-1'],
    ] as const) {
      const ran = await shell.run(['-s', 'http://127.0.0.1:1', '-r', region, '-e', 'SELECT 1 FROM <<0>>'], { env })
      assert.equal(ran.code, 3)
      assert.ok(
        ran.stderr.startsWith(
          `warning: AWS has no region '${region}', did you mean '${meant}'?\nerror[endpoint/unreachable]`,
        ),
      )
    }
    const noScheme = await shell.run(['-s', 'localhost:8182', '-e', 'SELECT 1 FROM <<0>>'])
    assert.equal(noScheme.code, 2)
    assert.match(noScheme.stderr, /'localhost:8182' is not an address\nhelp: an example: http:\/\/localhost:8182\n$/)
  }),
)

test(
  'the help of each tool shows only flags that it has a use for, and exit codes that it gives',
  withShell(async (shell) => {
    const allowed: Readonly<Record<string, readonly string[]>> = {
      load: ['--create', '--strict-qldb', '--quota', '--qldb-session-endpoint'],
      query: ['--quota'],
      import: ['--create', '--quota'],
      serve: ['--memory', '--demo', '--strict-qldb', '--quota'],
      verify: ['--qldb-session-endpoint', '--quota'],
      prove: ['--qldb-session-endpoint'],
      digest: ['--qldb-session-endpoint'],
    }
    const special = [
      '--create',
      '--memory',
      '--demo',
      '--strict-qldb',
      '--journal-reads',
      '--quota',
      '--keep-strict-qldb',
      '--qldb-session-endpoint',
    ]
    for (const tool of Object.keys(toolHelp)) {
      const { stdout, code } = await shell.run([tool, '--help'])
      assert.equal(code, 0)
      const shown = special.filter((flag) => new RegExp(`${flag}(?![-\\w])`).test(stdout))
      assert.deepEqual(shown.sort(), [...(allowed[tool] ?? [])].sort(), tool)
      assert.ok(!stdout.includes('a transaction was still open'), tool)
      assert.match(stdout, /\nExit codes:\n {2}0 /, tool)
    }
    const refused = await shell.run(['verify', '--create', '-l', 'x'])
    assert.equal(refused.code, 2)
    assert.match(refused.stderr, /'--create' has no effect on 'qldb verify'/)
  }),
)
