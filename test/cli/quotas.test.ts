import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { openEngine } from '../../src/host/engine.ts'
import { parseQuotas } from '../../src/cli/flags/quota-args.ts'
import { Driver } from '../../src/driver/driver.ts'
import { createLocalTransport } from '../../src/driver/local-transport.ts'
import { isError } from '../ledger/ledger-fixture.ts'
import { SimEnv } from '../support/sim-env.ts'
import { ended, withShell } from './test-shell.ts'

test('every quota is read under its name; the last of a name counts', () => {
  const names = [
    'statement-characters',
    'document-bytes',
    'transaction-bytes',
    'transaction-documents',
    'transaction-redactions',
    'active-tables',
    'tables',
    'table-indexes',
    'value-bytes',
    'number-digits',
    'row-seconds',
  ]
  const quotas = parseQuotas([...names.map((name, at) => `${name}=${at + 1}`), 'sessions=9', 'transaction-seconds=10'])
  assert.deepEqual(quotas, {
    ledger: {
      statementCharacters: 1,
      documentBytes: 2,
      transactionBytes: 3,
      transactionDocuments: 4,
      transactionRedactions: 5,
      activeTables: 6,
      tables: 7,
      tableIndexes: 8,
      valueBytes: 9,
      numberDigits: 10,
      rowMs: 11_000,
    },
    sessions: { sessionsMax: 9, transactionAgeMsMax: 10_000 },
  })
  assert.deepEqual(parseQuotas(['session-seconds=2', 'session-seconds=3']).sessions, { sessionAgeMsMax: 3000 })
})

test('a wrong quota is refused: its name, or its number', () => {
  const refuses = (text: string, message: RegExp, help: RegExp) =>
    assert.throws(
      () => parseQuotas([text]),
      (error) => isError('usage/invalid-argument', message)(error) && help.test((error as { help: string }).help),
    )
  refuses('tabels=3', /no quota named 'tabels'/, /did you mean 'tables'\? quotas are: statement-characters, .*sessions/)
  refuses('constructor=3', /no quota named 'constructor'/, /quotas are: /)
  for (const text of [
    'tables',
    'tables=',
    'tables=0',
    'tables=-1',
    'tables=1.5',
    'tables=1e3',
    'tables=99999999999999999999',
  ])
    refuses(text, /'--quota tables' takes a whole number from 1 on, found '/, /--quota tables=100/)
  refuses('number-digits=100001', /takes a whole number from 1 to 100000, found '100001'/, /number-digits=100/)
})

test('what is asked for takes the place of what QLDB had, parameters and the lives of transactions included', async () => {
  const env = new SimEnv(1)
  const ask = ['document-bytes=200000', 'transaction-documents=41', 'transaction-seconds=60', 'sessions=1']
  const spec = { ledger: 'strict', directory: undefined, strictQldb: true, quotas: parseQuotas(ask) }
  const engine = await openEngine(spec, env)
  const driver = new Driver(createLocalTransport(engine.send, 'here', engine.close), 'strict', env)
  const rows = async (statement: string) => driver.execute(async (one) => (await one.execute(statement)).toArray())
  await rows('CREATE TABLE T')
  const large = `{'x': '${'x'.repeat(50)}'}`
  await assert.rejects(rows(`INSERT INTO T <<${Array(42).fill(large).join()}>>`), /changes 42 documents, at most 41/)
  assert.equal((await rows(`INSERT INTO T <<${Array(41).fill(large).join()}>>`)).length, 41)
  const { parseIon } = await import('../../src/values/text-reader.ts')
  const parameter = (bytes: number) => parseIon(`{x:"${'x'.repeat(bytes)}"}`)
  const insert = (bytes: number) => driver.execute((one) => one.execute('INSERT INTO T ?', [parameter(bytes)]))
  await insert(190_000)
  await assert.rejects(insert(201_000), /at most 200000/)
  const transaction = await driver.begin()
  env.advance(59_000)
  await transaction.execute('SELECT * FROM T')
  await assert.rejects(driver.begin(), /session limit|sessions/i)
  env.advance(2_000)
  await assert.rejects(transaction.execute('SELECT * FROM T'), /expired/)
  await driver.close()
})

test(
  'the program takes quotas, interactive engine and server included, and says what is wrong with one',
  withShell(async (shell) => {
    const wrong = await shell.run(['--memory', '--quota', 'documents=1', '-e', 'SELECT 1 FROM <<1>>'])
    assert.deepEqual([wrong.code, wrong.stdout], [2, ''])
    assert.match(wrong.stderr, /no quota named 'documents'/)
    const remote = await shell.run(['-s', 'http://localhost:1', '--quota', 'tables=1', '-e', '1'])
    assert.deepEqual([remote.code, /'--quota' is for an embedded ledger/.test(remote.stderr)], [2, true])
    const two = ['-e', "CREATE TABLE T; INSERT INTO T <<{'a': 1}, {'a': 2}>>"]
    const local = await shell.run(['--memory', '--quota', 'transaction-documents=1', ...two])
    assert.match(local.stderr, /changes 2 documents, at most 1 are allowed/)
    for (const threads of ['0', '1']) {
      const flags = ['--quota', 'transaction-documents=1', '--data-dir', shell.path(`data-${threads}`), '-l', 'demo']
      const server = shell.start(['serve', '--port', '0', '--threads', threads, ...flags])
      const end = ended(server)
      const [line] = (await once(server.stdout as NodeJS.ReadableStream, 'data')) as [Buffer]
      const env = { AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' }
      const asked = await shell.run(['-s', String(line).trim(), '-r', 'us-east-1', '-l', 'demo', ...two], { env })
      assert.match(asked.stderr, /changes 2 documents, at most 1 are allowed/)
      server.kill('SIGTERM')
      await end
    }
    const many = Array.from({ length: 90 }, (_, n) => `{"n":${n}}`).join('\n')
    const load = ['load', 'T', '-', '--create', '--create-table', '--quota', 'transaction-documents=30']
    const loaded = await shell.run([...load, '-l', 'loaded', '--format', 'jsonl'], { input: many })
    assert.equal(loaded.code, 0, loaded.stderr)
    const blocks = await shell.run([
      '-l',
      'loaded',
      '-f',
      'json',
      '-e',
      'SELECT DISTINCT VALUE h.blockAddress.sequenceNo FROM history(T) AS h',
    ])
    assert.equal(JSON.parse(blocks.stdout).length, 3)
  }),
)

test(
  'memory of a statement that the heap does not have is refused by name',
  withShell(async (shell) => {
    for (const args of [
      ['--memory', '-e', 'SELECT VALUE 1 FROM << 1 >>'],
      ['query', '1'],
    ]) {
      const refused = await shell.run([...args, '--quota', 'statement-memory=64GiB'])
      assert.equal(refused.code, 2)
      assert.match(refused.stderr, /'--quota statement-memory' takes at most \d+MiB here[\s\S]*max-old-space-size/)
    }
  }),
)
