import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openEngine } from '../../src/host/engine.ts'
import { realEnv } from '../../src/host/real-env.ts'
import { WireError } from '../../src/protocol/message.ts'
import { listenHttp } from '../support/http-endpoint.ts'
import { ended, withShell } from './test-shell.ts'

const table = 'CREATE TABLE T;\n'

test(
  'a script: --file, a path as argument, standard input, - for standard input',
  withShell(async (shell) => {
    const script = `${table}INSERT INTO T VALUE {'a': 1};\nSELECT * FROM T`
    writeFileSync(shell.path('a.partiql'), script)
    const ways = [
      await shell.run(['--memory', '--file', 'a.partiql']),
      await shell.run(['--memory', shell.path('a.partiql')]),
      await shell.run(['--memory'], { input: script }),
      await shell.run(['--memory', '-'], { input: script }),
    ]
    for (const { stdout, code } of ways) {
      assert.equal(code, 0)
      assert.match(stdout, /\{a:1\}\n$/)
    }
    writeFileSync(shell.path('b.partiql'), 'SELECT VALUE a FROM T;')
    assert.match((await shell.run(['--memory', 'a.partiql', 'b.partiql'])).stdout, /\{a:1\}\n1\n$/)
  }),
)

test(
  'CRLF, a byte order mark, no final newline, an empty script, only comments',
  withShell(async (shell) => {
    const run = async (input: string | Uint8Array) => {
      const { stdout, stderr, code } = await shell.run(['--memory', '-f', 'jsonl'], { input })
      assert.equal(code, 0, stderr)
      return stdout.replace(/\w{22}/g, 'id')
    }
    const script = "CREATE TABLE T;\r\nbegin\r\nINSERT INTO T VALUE {'a': 'x\r\ny'};\r\ncommit\r\nSELECT * FROM T"
    const expected = '{"tableId":"id"}\n{"documentId":"id"}\n{"a":"x\\r\\ny"}\n'
    assert.equal(await run(script), expected)
    assert.equal(await run(`\ufeff${script}`), expected)
    for (const empty of ['', '\n', '\r\n', '\ufeff', '-- nothing', '/* nothing */\n;;;\n'])
      assert.equal(await run(empty), '')
  }),
)

test(
  'an error stops a script, naming file, line and column; later statements are not run',
  withShell(async (shell) => {
    const script = "CREATE TABLE T;\n\nINSERT INTO T\n  VALUE {'a': nope(1)};\nINSERT INTO T VALUE {'b': 1};\n"
    writeFileSync(shell.path('bad.partiql'), script)
    const { code, stderr } = await shell.run(['bad.partiql'])
    assert.equal(code, 1)
    assert.match(stderr, /\n --> bad\.partiql:4:15\n {4}VALUE \{'a': nope\(1\)\}\n {16}\^\n/)
    assert.equal((await shell.run(['-e', 'SELECT * FROM T'])).stdout, '')
    const on = await shell.run(['--memory', '--continue-on-error', 'bad.partiql'])
    assert.equal(on.code, 1)
    assert.equal(on.stdout.trim().split('\n').length, 2)
  }),
)

test(
  'an error in a transaction stops the script; nothing of the transaction is kept',
  withShell(async (shell) => {
    const script = "CREATE TABLE Car;\nbegin;\nINSERT INTO Car VALUE {'a': 1};\nSELECT * FROM Cat;\ncommit;\n"
    const { code, stderr } = await shell.run([], { input: script })
    assert.equal(code, 1)
    assert.match(
      stderr,
      /standard input:4:15\n[\s\S]*note: rolled back; no changes were saved\nhelp: did you mean 'Car'\?\n$/,
    )
    assert.equal((await shell.run(['-e', 'SELECT * FROM Car'])).stdout, '')
  }),
)

test(
  'what is not UTF-8 text, or not readable, is refused with 2',
  withShell(async (shell) => {
    writeFileSync(shell.path('latin1'), Buffer.from("SELECT 'caf\xe9' FROM <<1>>;", 'latin1'))
    const { code, stderr } = await shell.run(['--memory', 'latin1'])
    assert.equal(code, 2)
    assert.match(stderr, /^error\[file\/not-text\]: 'latin1' is not UTF-8 text/)
    assert.equal((await shell.run(['--memory', shell.home])).code, 2)
  }),
)

test(
  'a string of 1 MB, a document with 2,000 fields, wide and combining characters, emoji',
  withShell(async (shell) => {
    const long = 'é'.repeat(500_000)
    const wide = Array.from({ length: 2_000 }, (_, index) => `'field${index}': ${index}`).join(', ')
    const odd = '東京 é ｶﾞ 👨‍👩‍👧‍👦 🇩🇪 \u0301'
    const script = `${table}INSERT INTO T << {'long': '${long}'}, {${wide}}, {'odd': '${odd}'} >>;`
    writeFileSync(shell.path('big.partiql'), script)
    assert.equal((await shell.run(['big.partiql'])).code, 0)
    const rows = (await shell.run(['-f', 'jsonl', '-e', 'SELECT * FROM T'])).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.equal(rows.find((row) => row.long)?.long, long)
    assert.equal(Object.keys(rows.find((row) => row.field0 === 0)).length, 2_000)
    assert.equal(rows.find((row) => row.odd)?.odd, odd)
    const drawn = await shell.run(['-f', 'table', '-e', 'SELECT * FROM T'])
    assert.equal(drawn.code, 0)
    assert.match(drawn.stdout, /^─\[ 1 \]─+\n[\s\S]*field1999 │ 1999\n/)
    assert.ok(drawn.stdout.includes(odd))
  }),
)

test(
  'rows come before the script has ended, and statements run as they come',
  withShell(async (shell) => {
    const child = shell.start(['--memory', '-f', 'jsonl'])
    child.stdin?.write('SELECT VALUE x FROM <<1>> AS x;\n')
    const [first] = await once(child.stdout as NodeJS.ReadableStream, 'data')
    assert.equal(String(first), '1\n')
    child.stdin?.write('begin\nSELECT VALUE x FROM <<2>> AS x;\n')
    const [second] = await once(child.stdout as NodeJS.ReadableStream, 'data')
    assert.equal(String(second), '2\n')
    child.stdin?.end()
    assert.equal((await ended(child)).code, 1)
  }),
)

test(
  '100,000 INSERTs through standard input run to the end in flat memory',
  withShell(async (shell) => {
    // A ledger on a disk in memory, where there is one: what is tested is the memory, not the flushes.
    const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'qldb-inserts-'))
    const child = shell.start(['--data-dir', folder, '-f', 'jsonl', '-c', '/dev/null'], {
      env: { NODE_OPTIONS: '--max-old-space-size=96' },
    })
    const all = ended(child)
    const feed = async () => {
      child.stdin?.write(table)
      for (let from = 0; from < 100_000; from += 500) {
        const lines = Array.from({ length: 500 }, (_, index) => `INSERT INTO T VALUE {'n': ${from + index}};\n`).join(
          '',
        )
        if (child.stdin?.write(lines) === false) await once(child.stdin, 'drain')
      }
      child.stdin?.end('SELECT COUNT(*) AS n FROM T;\n')
    }
    await feed()
    const { stdout, code } = await all
    rmSync(folder, { recursive: true, force: true })
    assert.equal(code, 0)
    assert.ok(stdout.endsWith('{"n":100000}\n'), stdout.slice(-100))
  }),
)

test(
  'SIGINT during a script on the embedded ledger ends it as a signal does; what was acknowledged is kept',
  withShell(async (shell) => {
    const child = shell.start(['-f', 'jsonl'])
    child.stdin?.write(`${table}INSERT INTO T VALUE {'a': 1};\n`)
    let seen = ''
    for await (const bytes of child.stdout as NodeJS.ReadableStream) {
      seen += String(bytes)
      if (seen.includes('documentId')) break
    }
    child.kill('SIGINT')
    const { signal, code } = await ended(child)
    assert.deepEqual([signal, code], ['SIGINT', undefined])
    assert.equal((await shell.run(['-f', 'jsonl', '-e', 'SELECT * FROM T'])).stdout, '{"a":1}\n')
  }),
)

test(
  'the same against an endpoint: rows, errors, a lost commit, an unknown ledger, SIGINT while waiting and at work',
  withShell(async (shell) => {
    const engine = await openEngine({ ledger: 'fleet', directory: undefined, strictQldb: false }, realEnv)
    let conflicts = 0
    let isHanging = false
    let hangs: () => void = () => undefined
    const hanging = new Promise<void>((resolve) => {
      hangs = resolve
    })
    const endpoint = await listenHttp(async (request) => {
      if (request.StartSession !== undefined && request.StartSession.LedgerName !== 'fleet') {
        throw new WireError(
          'BadRequestException',
          `The Ledger with name ${request.StartSession.LedgerName} is not found`,
        )
      }
      if (isHanging && request.ExecuteStatement !== undefined) {
        hangs()
        await new Promise(() => undefined)
      }
      const answer = await engine.send(request)
      if (request.CommitTransaction !== undefined && conflicts > 0) {
        conflicts -= 1
        throw new WireError(
          'OccConflictException',
          'Optimistic concurrency control (OCC) failure encountered while committing the transaction',
        )
      }
      return answer
    })
    try {
      const env = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'y', AWS_REGION: 'us-east-1' }
      const run = (args: readonly string[], ledger = 'fleet') =>
        shell.run(['-s', endpoint.url, '-l', ledger, '-f', 'jsonl', ...args], { env })
      const all = Array.from({ length: 450 }, (_, index) => `{'n': ${index}}`).join(',')
      assert.equal((await run(['-e', `CREATE TABLE T; INSERT INTO T << ${all} >>`])).code, 0)
      assert.equal((await run(['-e', 'SELECT * FROM T'])).stdout.trim().split('\n').length, 450)
      const failed = await run(['-e', 'SELECT * FROM TT'])
      assert.equal(failed.code, 1)
      assert.match(
        failed.stderr,
        /No such variable named 'TT'\n --> line 1, column 15\n[\s\S]*help: did you mean 'T'\?/,
      )
      conflicts = 2
      assert.equal((await run(['-e', 'SELECT COUNT(*) AS n FROM T'])).stdout, '{"n":450}\n')
      conflicts = 100
      const lost = await run(['-e', 'SELECT COUNT(*) AS n FROM T'])
      assert.deepEqual([lost.code, lost.stdout], [4, ''])
      conflicts = 0
      const unknown = await run(['-e', 'SELECT 1'], 'nothing')
      assert.equal(unknown.code, 3)
      assert.match(unknown.stderr, /^error\[ledger\/not-found\]: the endpoint does not open ledger 'nothing': /)
      const waiting = shell.start(['-s', endpoint.url, '-l', 'fleet'], { env })
      waiting.stdin?.write('begin;\nDELETE FROM T;\n')
      waiting.stdout?.once('data', () => waiting.kill('SIGINT'))
      const idle = await ended(waiting)
      assert.equal(idle.code, 130)
      assert.match(idle.stderr, /^warning: a transaction was still open at the end/m)
      assert.equal((await run(['-e', 'SELECT COUNT(*) AS n FROM T'])).stdout, '{"n":450}\n')
      isHanging = true
      const child = shell.start(['-s', endpoint.url, '-l', 'fleet', '-e', 'SELECT * FROM T', '-e', 'SELECT 2'], { env })
      await hanging
      child.kill('SIGINT')
      const stopped = await ended(child)
      assert.equal(stopped.code, 130)
      assert.match(stopped.stderr, /^error\[cancelled\/by-user\]/)
    } finally {
      await endpoint.close()
      await engine.close()
    }
  }),
)
