import assert from 'node:assert/strict'
import { createWriteStream, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { encodeIon } from '../../src/values/binary-writer.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { ended, type TestShell, withShell } from './test-shell.ts'

function putFiles(shell: TestShell): void {
  const files: Readonly<Record<string, string | Uint8Array>> = {
    'cars.jsonl': '{"id":1,"name":"Aster","price":42.20}\n{"id":2,"name":"Birch","price":9007199254740993}\n',
    'owners.csv': 'id,owner\n1,"Ann, A."\n2,Bob\n3,Cem\n',
    'parts.json': '[{"car":1,"part":"wheel"},{"car":1,"part":"door"}]',
    'notes.ion': "{id:1,note:note::'a b',at:2024-02-29T}\n{id:2}",
    'notes.10n': encodeIon(parseIon('{id:1,note:x}')),
    'config.json': '{"limit":{"rows":2}}',
  }
  for (const [name, content] of Object.entries(files)) writeFileSync(shell.path(name), content)
  writeFileSync(shell.path('cars.jsonl.gz'), gzipSync(files['cars.jsonl'] as string))
}

test(
  'query: each format by its extension, packed or not, and joined',
  withShell(async (shell) => {
    putFiles(shell)
    const query = async (args: readonly string[]) => {
      const { stdout, stderr, code } = await shell.run(['query', ...args])
      assert.equal(stderr, '')
      assert.equal(code, 0)
      return stdout
    }
    const cars = '{id:1,name:"Aster",price:42.20}\n{id:2,name:"Birch",price:9007199254740993}\n'
    assert.equal(await query(['--input', 'cars.jsonl', 'SELECT * FROM cars']), cars)
    writeFileSync(shell.path('2020-data.csv'), 'a\n1\n')
    assert.equal(await query(['-i', '2020-data.csv', 'SELECT * FROM "2020-data"']), '{a:1}\n')
    assert.equal(await query(['-i', '2020-data.csv', 'SELECT * FROM _2020_data']), '{a:1}\n')
    assert.equal(await query(['-i', 'c=cars.jsonl.gz', 'SELECT * FROM c']), cars)
    assert.equal(
      await query(['-i', 'notes.ion', 'SELECT n.note, n."at" FROM notes n']),
      "{note:note::'a b',at:2024-02-29}\n{}\n",
    )
    assert.equal(await query(['-i', 'notes.10n', 'SELECT VALUE n.note FROM notes AS n']), 'x\n')
    assert.equal(await query(['-i', 'config.json', 'config."limit".rows']), '2\n')
    assert.equal(await query(['-i', 'o:csv=owners.csv', 'SELECT VALUE COUNT(*) FROM o']), '3\n')
    const joined = [
      'SELECT c.name, o.owner, p.part FROM cars AS c JOIN owners AS o ON c.id = o.id',
      'LEFT JOIN parts AS p ON p.car = c.id ORDER BY c.id, p.part',
    ].join(' ')
    assert.equal(
      await query(['-i', 'cars.jsonl', '-i', 'owners.csv', '-i', 'parts.json', '-f', 'jsonl', joined]),
      '{"name":"Aster","owner":"Ann, A.","part":"door"}\n{"name":"Aster","owner":"Ann, A.","part":"wheel"}\n' +
        '{"name":"Birch","owner":"Bob","part":null}\n',
    )
    assert.equal(await query(['1 + 1']), '2\n')
    assert.match(await query(['--help']), /Input formats[\s\S]*jsonl[\s\S]*Exit codes:/)
  }),
)

test(
  'query: standard input, named or not, also twice in one query',
  withShell(async (shell) => {
    putFiles(shell)
    const input = '{"n":1}\n{"n":2}\n'
    assert.equal((await shell.run(['query', 'SELECT VALUE n FROM stdin'], { input })).stdout, '1\n2\n')
    assert.equal((await shell.run(['query', 'SELECT VALUE n FROM stdin'], { input: gzipSync(input) })).stdout, '1\n2\n')
    assert.equal((await shell.run(['query', 'SELECT VALUE n FROM stdin'], { input: '{n:1e0}' })).stdout, '1e0\n')
    const twice = 'SELECT VALUE a.n + b.n FROM x AS a, x AS b'
    assert.equal((await shell.run(['query', '-i', 'x=-', twice], { input })).stdout, '2\n3\n3\n4\n')
    const hashed = 'SELECT VALUE a.n FROM x AS a JOIN x AS b ON a.n = b.n'
    assert.equal((await shell.run(['query', '-i', 'x:jsonl=-', hashed], { input })).stdout, '1\n2\n')
    assert.equal(
      (await shell.run(['query', '-i', 'x:csv=-', 'SELECT * FROM x'], { input: 'a\n1\n' })).stdout,
      '{a:1}\n',
    )
  }),
)

test(
  'query: formats of the result',
  withShell(async (shell) => {
    putFiles(shell)
    const shown = async (format: string) =>
      (await shell.run(['query', '-i', 'cars.jsonl', '-f', format, 'SELECT id, price FROM cars'])).stdout
    assert.equal(await shown('json'), '[\n  {"id":1,"price":42.20},\n  {"id":2,"price":9007199254740993}\n]\n')
    assert.equal(await shown('jsonl'), '{"id":1,"price":42.20}\n{"id":2,"price":9007199254740993}\n')
    assert.equal(
      await shown('table'),
      'id │            price\n───┼─────────────────\n 1 │            42.20\n 2 │ 9007199254740993\n',
    )
    assert.match(await shown('ion-pretty'), /^\{\n {2}id: 1,\n/)
  }),
)

test(
  'query: faults of the query, of the files and of the command line, each with its place and exit code',
  withShell(async (shell) => {
    putFiles(shell)
    const fails = async (args: readonly string[], code: number, stderr: string) => {
      const result = await shell.run(['query', ...args])
      assert.equal(result.stderr, stderr)
      assert.equal(result.code, code)
      return result.stdout
    }
    await fails(
      ['-i', 'cars.jsonl', 'SELECT *\nFROM card'],
      1,
      "error[semantic/no-such-variable]: No such variable named 'card'\n --> line 2, column 6\n" +
        "  FROM card\n       ^\nhelp: did you mean 'cars'?\n",
    )
    writeFileSync(shell.path('bad.jsonl'), '{"a":1}\n{"a":tru}\n')
    await fails(
      ['-i', 'bad.jsonl', 'SELECT * FROM bad'],
      1,
      'error[file/malformed]: expected a JSON value, found \'t\'\n --> bad.jsonl:2:6\n  {"a":tru}\n       ^\n',
    )
    const strict = await shell.run([
      'query',
      '--typing',
      'strict',
      '-i',
      'cars.jsonl',
      'SELECT VALUE name + 1 FROM cars',
    ])
    assert.match(
      strict.stderr,
      /^error\[value\/type-mismatch\]: .*'\+'.*\n --> line 1, column 19\n {2}SELECT VALUE name/,
    )
    assert.equal(strict.code, 1)
    await fails(['-i', 'none.csv', '1'], 2, "error[file/unreadable]: can't read 'none.csv': there is no such file\n")
    const unknown = await shell.run(['query', '-i', 'cars.txt', '1'])
    assert.match(unknown.stderr, /no extension that gives its format\nhelp: .*'--input cars:csv=cars\.txt'/)
    assert.equal(unknown.code, 2)
    for (const args of [
      [],
      ['1', '2'],
      ['--nope', '1'],
      ['-f', 'xml', '1'],
      ['--typing', 'loose', '1'],
      ['-i', 'a=', '1'],
    ]) {
      const { code, stderr } = await shell.run(['query', ...args])
      assert.equal(code, 2, args.join(' '))
      assert.match(stderr, /^error\[usage\/invalid-argument\]: .+\nhelp: .+\n$/)
    }
    const twice = await shell.run(['query', '-i', 'cars.jsonl', '-i', 'cars.jsonl.gz', '1'])
    assert.match(twice.stderr, /two inputs are named 'cars'/)
    const changes = await shell.run(['query', '-i', 'cars.jsonl', "INSERT INTO cars VALUE {'a': 1}"])
    assert.match(changes.stderr, /only queries run without a ledger/)
  }),
)

test(
  'query: a broken file in the middle leaves what was read before, and a JSON array open',
  withShell(async (shell) => {
    writeFileSync(shell.path('a.jsonl'), `${'{"a":1}\n'.repeat(450)}{`)
    const { stdout, code } = await shell.run(['query', '-i', 'a.jsonl', '-f', 'json', 'SELECT * FROM a'])
    assert.equal(code, 1)
    assert.equal(stdout, `[\n${Array(400).fill('  {"a":1}').join(',\n')}\n`)
  }),
)

test(
  'query: a large file is read in flat memory; a reader that leaves ends it quietly',
  withShell(async (shell) => {
    const path = shell.path('big.jsonl')
    const file = createWriteStream(path)
    const line = (id: number) => `{"id":${id},"type":"t${id % 3}","price":${id}.25,"text":"${'x'.repeat(300)}"}\n`
    for (let id = 0; id < 240_000; id += 1000) {
      const block = Array.from({ length: 1000 }, (_, n) => line(id + n)).join('')
      if (!file.write(block)) await new Promise<void>((resolve) => file.once('drain', () => resolve()))
    }
    await new Promise<void>((resolve) => file.end(() => resolve()))
    // The file has 85 MB; half of that would not hold its rows, let alone as values.
    const env = { NODE_OPTIONS: '--max-old-space-size=40' }
    const grouped = 'SELECT b.type, COUNT(*) AS n, SUM(b.price) AS s FROM big AS b WHERE b.id >= 30 GROUP BY b.type'
    const { stdout, stderr, code } = await shell.run(['query', '-i', path, grouped], { env })
    assert.equal(stderr, '')
    assert.equal(code, 0)
    assert.match(stdout, /^\{type:"t0",n:79990,s:\d+\.\d\d\}\n\{type:"t1",n:79990/)
    const child = shell.start(['query', '-i', path, 'SELECT * FROM big'], { env })
    const result = ended(child)
    child.stdout?.once('data', () => child.stdout?.destroy())
    const { code: exit, stderr: said } = await result
    assert.equal(said, '')
    assert.equal(exit, 0)
  }),
)

test(
  'query: quotas of statements are taken, those of ledgers refused',
  withShell(async (shell) => {
    const query = (quota: string, text: string) => shell.run(['query', '--quota', quota, text])
    const big = `[${'1,'.repeat(200)}1]`
    const limits: Readonly<Record<string, readonly [string, RegExp]>> = {
      'value-bytes=1KiB': ["REPEAT('a', 20000)", /one value takes at most 1024 bytes\n[\s\S]*--quota value-bytes=2048/],
      'number-digits=9': ['SELECT VALUE x * x FROM [99999999999] AS x', /a number has at most 9 digits/],
      'row-seconds=1': [
        `SELECT COUNT(*) FROM ${Array(5).fill(big).join()}`,
        /the statement gave no row for 1 second\n[\s\S]*--quota row-seconds=2/,
      ],
    }
    for (const [quota, [text, message]] of Object.entries(limits)) {
      const { code, stderr } = await query(quota, text)
      assert.equal(code, 1, stderr)
      assert.match(stderr, /^error\[evaluator\/limit\]/)
      assert.match(stderr, message)
    }
    const { code, stderr } = await query('tables=3', '1')
    assert.equal(code, 2)
    assert.match(
      stderr,
      /the quota 'tables' does not apply to queries over files\nhelp: quotas of a query are: .*row-seconds\n/,
    )
  }),
)
