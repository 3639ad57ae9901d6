import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LedgerError } from '../../src/base/errors.ts'
import { bareLine, commandWords } from '../../src/shell/command-text.ts'
import { digestCommand } from '../../src/cli/tools/digest-tool.ts'
import { proveCommand } from '../../src/cli/tools/prove-tool.ts'
import { verifyCommand } from '../../src/cli/tools/verify-command.ts'
import { type CommandHost, commands, findCommand, meantCommand } from '../../src/shell/commands.ts'
import { helpText } from '../../src/shell/help.ts'
import { settingNames } from '../../src/shell/settings.ts'

/** The command that a text calls and its words, `-` for a statement. */
function call(text: string): string {
  const found = findCommand(text)
  return found === undefined ? '-' : [found.command.names[0], ...found.words].join('|')
}

test('commands are known with and without backslash, in any case, with or without a semicolon', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['begin', 'begin'],
    ['BEGIN;', 'begin'],
    ['\\begin', 'begin'],
    ['  Start   Transaction ;', 'begin'],
    ['start transaction -- go', 'begin'],
    ['begin work', 'begin'],
    ['commit;;', 'commit'],
    ['COMMIT TRANSACTION;', 'commit'],
    ['\\commit work', 'commit'],
    ['End', 'commit'],
    ['end work', 'commit'],
    ['END TRANSACTION', 'commit'],
    ['rollback work', 'abort'],
    ['ROLLBACK TRANSACTION', 'abort'],
    ['\\abort transaction', 'abort'],
    ['abort work;', 'abort'],
    ['rollback', 'abort'],
    ['\\abort -- never mind', 'abort'],
    ['help', 'help'],
    ['help set', 'help|set'],
    ['\\?', 'help'],
    ['\\h begin', 'help|begin'],
    ['show tables', 'show tables'],
    ['\\show  tables;', 'show tables'],
    ['use fleet', 'use|fleet'],
    ['\\use -l fleet -r us-east-1', 'use|-l|fleet|-r|us-east-1'],
    ['set format json', 'set|format|json'],
    ['quit', 'quit'],
    ['\\d', 'describe'],
    ['\\d Vehicle', 'describe|Vehicle'],
    ['\\dt', 'show tables'],
    ['\\l', 'show ledgers'],
    ['\\df', 'show functions'],
    ['\\df date*', 'show functions|date*'],
    ['SHOW FUNCTIONS;', 'show functions'],
    ['\\i "my script.partiql"', 'include|my script.partiql'],
    ['\\o', 'output'],
    ['\\x', 'vertical'],
    ['history 5', 'history|5'],
    ['EXIT', 'quit'],
    ['\\q', 'quit'],
  ]
  for (const [text, expected] of cases) assert.equal(call(text), expected, text)
})

test('what is no command goes to the ledger', () => {
  const statements = ['SELECT 1', 'begins', 'q', 'h', '? + 1', 'status + 1', 'start', 'env.x', 'abort2', '']
  for (const text of statements) assert.equal(call(text), '-', text)
})

test('after a backslash there is always a command', () => {
  assert.throws(() => findCommand('\\statsu'), { code: 'usage/unknown-command', help: "did you mean '\\status'?" })
  assert.throws(() => findCommand('\\xyzzy'), { code: 'usage/unknown-command', help: "'help' lists the commands" })
  assert.throws(() => findCommand('\\commit now'), { code: 'usage/invalid-argument' })
})

test('words are cut at blanks outside quotes', () => {
  assert.deepEqual(commandWords(`a 'b c' "d ""e" 'f''g' -h`), ['a', 'b c', 'd "e', "f'g", '-h'])
  assert.throws(() => commandWords("a 'b"), { code: 'usage/invalid-argument' })
})

test('a line is bared of semicolons and comments, not of flags or quoted dashes', () => {
  assert.equal(bareLine(' commit ; -- done'), 'commit')
  assert.equal(bareLine("set prompt '-- '"), "set prompt '-- '")
  assert.equal(bareLine('use x --create'), 'use x --create')
  assert.equal(bareLine('use x --create -- now'), 'use x --create')
  const started = performance.now()
  bareLine(`begin${' '.repeat(200_000)}x`)
  assert.ok(performance.now() - started < 1_000, 'time is linear')
})

test('set and use read their words', async () => {
  const calls: unknown[] = []
  const host = {
    changeSetting: async (...words: unknown[]) => void calls.push(words),
    useLedger: async (target: unknown) => void calls.push(target),
  } as unknown as CommandHost
  const run = async (text: string) => {
    const found = findCommand(text)
    assert.ok(found)
    await found.command.run(host, found.words, found.rest)
    return calls.pop()
  }
  assert.deepEqual(await run('set format json'), ['format', 'json'])
  assert.deepEqual(await run('set format=json'), ['format', 'json'])
  assert.deepEqual(await run('set format = json;'), ['format', 'json'])
  assert.deepEqual(await run(`\\set prompt "a b> "`), ['prompt', 'a b> '])
  assert.deepEqual(await run('use fleet'), { ledger: 'fleet' })
  assert.deepEqual(await run('use fleet --create'), { ledger: 'fleet', create: true })
  assert.deepEqual(await run('\\use -l fleet -p me -r eu-west-1 -s http://h:1'), {
    ledger: 'fleet',
    profile: 'me',
    region: 'eu-west-1',
    endpoint: 'http://h:1',
  })
  assert.deepEqual(await run('use --region=x'), { ledger: undefined, region: 'x' })
  await assert.rejects(run('use'), LedgerError)
  await assert.rejects(run('use a b'), LedgerError)
  await assert.rejects(run('use -r'), LedgerError)
  await assert.rejects(run('set format'), LedgerError)
})

test('help names every command and setting, and each command has help of its own', () => {
  const general = helpText('')
  for (const { names, help } of commands) {
    assert.ok(general.includes(names[0] as string), names[0])
    assert.ok(helpText(names[0] as string).includes(help.slice(0, 20)))
  }
  for (const name of settingNames) assert.ok(helpText('set').includes(name))
  assert.ok(helpText('\\SET').includes('terminator-required'))
  assert.throws(() => helpText('nothing'), { code: 'usage/unknown-command' })
})

test('help takes parts of topics: patterns of functions, beginnings of names, clauses, settings', () => {
  const functions = ['replace', 'substring', 'date_add', 'date_diff'].map((name) => {
    return { name, group: 'text', signature: `${name.toUpperCase()}(x)`, gives: `what ${name} gives`, isInQldb: true }
  })
  const holds = (topic: string, ...parts: string[]) => {
    const text = helpText(topic, functions)
    for (const part of parts) assert.ok(text.includes(part), `${topic}: ${text}`)
  }
  holds('functions sub', 'SUBSTRING(x)')
  holds('functions *_diff', 'DATE_DIFF(x)')
  holds('show functions date', 'DATE_ADD(x)', 'DATE_DIFF(x)')
  assert.ok(!helpText('functions sub', functions).includes('DATE'))
  holds('date', 'DATE_ADD(x)', 'DATE_DIFF(x)')
  holds('replace', 'REPLACE INTO', 'REPLACE(x)')
  holds('group by', 'GROUP BY')
  holds('set notices', 'notices: true | false')
  holds('notices', 'notices: true | false')
  for (const [topic, help] of [
    ['functions substrnig', "did you mean 'substring'?"],
    ['functions zzz', "'help functions' lists all"],
    ['tables', "did you mean 'help show tables'?"],
    ['set formt', "did you mean 'help format'?"],
  ] as const) {
    assert.throws(() => helpText(topic, functions), { code: 'usage/unknown-command', help })
  }
})

test('forms of a transaction command that do not exist are refused by name before anything is sent', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    [
      'COMMIT AND CHAIN',
      /^'COMMIT AND CHAIN' is not supported\|'commit' ends the transaction, 'begin' starts another$/,
    ],
    ['rollback work and chain;', /^'rollback work and CHAIN' is not supported\|'abort' ends/],
    ['COMMIT TRANSACTION AND NO CHAIN', /is not supported\|leave out AND NO CHAIN$/],
    ['ROLLBACK TO SAVEPOINT a', /no savepoints\|'ROLLBACK' rolls back the whole transaction$/],
    ['BEGIN READ ONLY', /every transaction is serializable.*\|write 'begin'$/],
    ['START TRANSACTION ISOLATION LEVEL SERIALIZABLE', /every transaction is serializable/],
    ['commit transation', /^'commit' can't be followed by 'transation'\|write 'commit' alone$/],
    ['begin INSERT INTO T VALUE {}', /'INSERT'\|end the command with a semicolon: begin;$/],
    ['\\commit all', /^'commit' takes no arguments, found 'all'/],
  ]
  for (const [text, expected] of cases) {
    assert.throws(
      () => findCommand(text),
      (error: LedgerError) => expected.test(`${error.message}|${error.help}`),
      text,
    )
  }
  for (const text of ['commit IN <<1>>', 'End IS NULL', 'begin.x', 'commit + 1', 'commit AND x']) {
    assert.equal(call(text), '-', text)
  }
})

test('a word or two that fail may have been meant as a command', () => {
  assert.equal(meantCommand('comit;'), 'commit')
  assert.equal(meantCommand('rolback work'), 'rollback')
  assert.equal(meantCommand('exot'), 'exit')
  assert.equal(meantCommand('.tables;'), 'show tables')
  assert.equal(meantCommand('desc Car'), 'describe Car')
  assert.equal(meantCommand('show table'), 'show tables')
  assert.equal(meantCommand('exit()'), 'quit')
  for (const text of ['commit', 'SELECT 1', 'comit the whole work', 'x', 'commit AND CHAIN']) {
    assert.equal(meantCommand(text), undefined, text)
  }
})

test('every flag of digest, prove and verify is known where a comment might begin', () => {
  for (const make of [digestCommand, proveCommand, verifyCommand]) {
    for (const { long } of make('x').options) {
      assert.equal(bareLine(`verify ${long} a`), `verify ${long} a`)
    }
  }
})
