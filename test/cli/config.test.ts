import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { historyEntriesMax } from '../../src/base/limits.ts'
import { parseArguments } from '../../src/cli/flags/args.ts'
import { parseConfig } from '../../src/cli/flags/config.ts'
import { HistoryFile } from '../../src/cli/session/history-file.ts'
import { resolveOptions } from '../../src/cli/flags/options.ts'
import { configFile, dataDirectory, historyFile } from '../../src/cli/flags/places.ts'
import { History } from '../../src/shell/history.ts'
import { Settings } from '../../src/shell/settings.ts'

function argumentsOf(...argv: string[]) {
  const invocation = parseArguments(argv, '1.0')
  assert.equal(invocation.kind, 'run')
  return (invocation as Extract<typeof invocation, { kind: 'run' }>).args
}

function withFolder(body: (folder: string) => void): () => void {
  return () => {
    const folder = mkdtempSync(join(tmpdir(), 'qldb-config-'))
    try {
      body(folder)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

test('the official flags keep their letters and meaning', () => {
  const args = argumentsOf(
    '-r',
    'eu-west-1',
    '-l',
    'fleet',
    '-c',
    'x.ion',
    '-s',
    'http://h:1',
    '-p',
    'me',
    '-vv',
    '-f',
    'json',
  )
  assert.deepEqual(
    [args.region, args.ledger, args.config, args.qldbSessionEndpoint, args.profile, args.verbose, args.format],
    ['eu-west-1', 'fleet', 'x.ion', 'http://h:1', 'me', 2, 'json'],
  )
  assert.equal(argumentsOf('--format', 'ion-text').format, 'ion-text')
  assert.deepEqual(argumentsOf('-e', 'a', '-e', 'b', '--memory').execute, ['a', 'b'])
  assert.deepEqual(argumentsOf('--file', 'a', 'b', '--continue-on-error').file, ['a', 'b'])
})

test('wrong usage is refused with what would be right', () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['--ledgr', 'x'], /unknown option '--ledgr'/],
    [['-l'], /argument missing/],
    [['-f', 'jsn', '-e', '1'], /no format named 'jsn'/],
    [['-s', 'h', '-e', '1'], /'h' is not an address/],
    [['-s', 'http://h', '--demo'], /'--demo' is for an embedded ledger/],
    [['--memory', '--data-dir', 'x'], /exclude each other/],
    [['-e', '1', 'file'], /expected one of them/],
  ]
  for (const [argv, message] of cases) {
    assert.throws(() => parseArguments(argv, '1.0'), { code: 'usage/invalid-argument', message }, argv.join(' '))
  }
  assert.throws(() => parseArguments(['--ledgr', 'x'], '1.0'), { help: "did you mean '--ledger'?" })
  assert.throws(() => parseArguments(['-f', 'monthly.sql'], '1.0'), { help: /a script is run with '--file PATH'/ })
  assert.doesNotThrow(() => parseArguments(['-f', 'JSONL', '-e', '1'], '1.0'))
})

test('a configuration file as documented by the official shell', () => {
  const config = parseConfig(`{
    default_ledger: "my-ledger",
    ui: { auto_commit: true, prompt: "your-prompt", format: "table", edit_mode: "Emacs", display_welcome: true,
          display_ctrl_signals: true, display_query_metrics: true, terminator_required: true },
    debug: { log: "/tmp/x" },
    ledgers: [{ name: "my-ledger", profile: "p", region: "r", qldb_session_endpoint: "http://h" }],
  }`)
  assert.deepEqual(config.warnings, [])
  assert.equal(config.defaultLedger, 'my-ledger')
  assert.equal(config.settings.length, 8)
  assert.deepEqual(config.ledgers, [{ name: 'my-ledger', profile: 'p', region: 'r', endpoint: 'http://h' }])
  assert.deepEqual(parseConfig('').settings, [])
  assert.deepEqual(parseConfig('{ui: null, default_ledger: null}').warnings, [])
})

test('unknown keys warn, wrong types are refused', () => {
  assert.deepEqual(
    parseConfig('{default_leger: "x", ui: {fromat: "ion"}, ledgers: [{name: "a", regoin: "b"}]}').warnings,
    [
      "unknown key 'default_leger', did you mean 'default_ledger'?",
      "unknown key 'ui.fromat', did you mean 'ui.format'?",
      "unknown key 'ledgers[0].regoin', did you mean 'ledgers[0].region'?",
    ],
  )
  const wrong = [
    '[]',
    '{} {}',
    '{ui: 1}',
    '{default_ledger: 1}',
    '{ledgers: {}}',
    '{ledgers: [1]}',
    '{ledgers: [{}]}',
    '{ui: {prompt: 1}}',
    '{',
  ]
  for (const text of wrong) assert.throws(() => parseConfig(text), { code: 'config/invalid' }, text)
})

test(
  'flag before environment before file before default, and each says where it came from',
  withFolder((folder) => {
    const file = join(folder, 'c.ion')
    writeFileSync(
      file,
      '{default_ledger: "filed", data_dir: "/filed", ui: {format: "json"}, ledgers: [{name: "filed", region: "filed-1", qldb_session_endpoint: "http://filed"}]}',
    )
    const resolve = (argv: readonly string[], variables = {}) =>
      resolveOptions(argumentsOf('-c', file, ...argv), variables)
    const { place, settings } = resolve([])
    assert.deepEqual(place.ledger, { value: 'filed', from: `file ${file}` })
    assert.deepEqual(place.dataDir, { value: '/filed', from: `file ${file}` })
    assert.deepEqual(settings.state('format'), { value: 'json', from: `file ${file}` })
    const environment = resolve([], {
      AWS_REGION: 'env-1',
      AWS_PROFILE: 'env',
      AWS_ENDPOINT_URL_QLDB_SESSION: 'http://env',
    })
    assert.deepEqual(environment.place.region, { value: 'env-1', from: 'environment AWS_REGION' })
    assert.deepEqual(environment.place.endpoint, {
      value: 'http://env',
      from: 'environment AWS_ENDPOINT_URL_QLDB_SESSION',
    })
    const flags = resolve(['-r', 'flag-1', '-s', 'http://flag', '-l', 'flagged', '-f', 'ion'], { AWS_REGION: 'env-1' })
    assert.equal(flags.place.region?.value, 'flag-1')
    assert.equal(flags.place.endpoint?.value, 'http://flag')
    assert.deepEqual(flags.place.ledger, { value: 'flagged', from: 'flag --ledger' })
    assert.equal(flags.settings.get('format'), 'ion')
    const memory = resolve(['--memory'], { AWS_ENDPOINT_URL_QLDB_SESSION: 'http://env' })
    assert.equal(memory.place.endpoint, undefined)
    assert.deepEqual(memory.place.ledgers, [])
    assert.match(resolve(['--memory', '-r', 'x']).warnings.join(), /'--region' has no effect on the embedded ledger/)
  }),
)

test('without a configuration file all is default; one that was named has to be there', () => {
  const { place, settings, warnings } = resolveOptions(argumentsOf(), { HOME: '/nowhere' })
  assert.deepEqual(place.ledger, { value: 'default', from: 'default' })
  assert.equal(place.isDefaultLedger, true)
  assert.deepEqual(place.dataDir, { value: '/nowhere/.local/share/qldb', from: 'default' })
  assert.deepEqual(settings.state('prompt').from, 'default')
  assert.deepEqual(warnings, [])
  assert.throws(() => resolveOptions(argumentsOf('-c', '/nowhere/c.ion'), {}), { code: 'file/unreadable' })
})

test('places follow the XDG variables that are absolute paths', () => {
  assert.equal(configFile({ XDG_CONFIG_HOME: '/c' }), '/c/qldbshell/config.ion')
  assert.equal(configFile({ XDG_CONFIG_HOME: 'c', HOME: '/h' }), '/h/.config/qldbshell/config.ion')
  assert.equal(dataDirectory({ HOME: '/h', XDG_DATA_HOME: '' }), '/h/.local/share/qldb')
  assert.equal(historyFile({ XDG_STATE_HOME: '/s' }), '/s/qldb/history')
})

test(
  'the history file: the owner’s alone, appended at once, bounded',
  withFolder((folder) => {
    const path = join(folder, 'a', 'b', 'history')
    const file = new HistoryFile(path)
    assert.deepEqual(file.read(), [])
    const entries = ['SELECT 1', "SELECT '\\n'\nFROM T\r\n", '\\status', 'é東']
    for (const entry of entries) file.append(entry)
    assert.deepEqual(new HistoryFile(path).read(), entries)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    writeFileSync(path, Array.from({ length: 2 * historyEntriesMax }, (_, index) => `${index}\n`).join(''))
    assert.equal(new HistoryFile(path).read().length, historyEntriesMax)
    assert.equal(readFileSync(path, 'utf8').split('\n')[0], String(historyEntriesMax))
    const impossible = new HistoryFile('/proc/nowhere/history')
    impossible.append('x')
    assert.deepEqual(impossible.read(), [])
  }),
)

test('the history leaves out secrets, repetitions and what begins with a blank', () => {
  const history = new History(['old'])
  const added = [
    'SELECT 1',
    'SELECT 1',
    ' SELECT 2',
    '',
    "SET password 'x'",
    'x AKIAABCDEFGHIJKLMNOP',
    'SELECT 3 ',
  ].map((entry) => history.add(entry))
  assert.deepEqual(added, [true, false, false, false, false, false, true])
  assert.deepEqual(history.entries, ['old', 'SELECT 1', 'SELECT 3'])
})

test('settings take names and values in any case, and refuse the rest', () => {
  const settings = new Settings()
  settings.set('Edit_Mode', 'VI', 'test')
  settings.set('auto-commit', 'off', 'test')
  settings.set('format', 'ion-text', 'test')
  assert.deepEqual(
    [settings.get('edit-mode'), settings.get('auto-commit'), settings.get('format')],
    ['vi', 'false', 'ion'],
  )
  assert.throws(() => settings.set('format', 'xml', 'test'), {
    code: 'usage/invalid-argument',
    help: /table, vertical, ion/,
  })
  assert.throws(() => settings.set('colour', 'on', 'test'), { help: /settings are/ })
})
