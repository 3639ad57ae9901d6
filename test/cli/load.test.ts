import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { ended, type TestShell, withShell } from './test-shell.ts'

const load = (file: string, ...flags: readonly string[]) => ['load', '-l', 'l', 'T', file, ...flags]

async function rows(shell: TestShell): Promise<string[]> {
  const { code, stdout, stderr } = await shell.run(['-l', 'l', '-e', 'SELECT VALUE t FROM T AS t'])
  assert.equal(code, 0, stderr)
  return stdout.trimEnd().split('\n')
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `{"n":${index}}`)

async function makeTable(shell: TestShell): Promise<void> {
  assert.equal((await shell.run(['-l', 'l', '--create', '-e', 'CREATE TABLE T'])).code, 0)
}

test(
  'a bad record is named with its line; those before it are loaded, and once it is fixed the others, each once',
  withShell(async (shell) => {
    await makeTable(shell)
    const lines = numbered(20)
    const faults = {
      '{"n": oops}':
        /^error\[file\/malformed\]: [\s\S]* --> f\.jsonl:14:7[\s\S]*help: the records before it are loaded/,
      '12': /^error\[file\/malformed\]: line 14, record 13 of 'f\.jsonl': a document is a struct, found an int\n/,
    }
    for (const [bad, told] of Object.entries(faults)) {
      await shell.run(['-l', 'l', '-e', 'DELETE FROM T'])
      writeFileSync(shell.path('f.jsonl'), ['', ...lines.slice(0, 12), bad, ...lines.slice(13)].join('\n'))
      const stopped = await shell.run(load('f.jsonl', '--batch', '5'))
      assert.deepEqual([stopped.code, stopped.stdout], [1, ''])
      assert.match(stopped.stderr, told)
      assert.deepEqual(
        await rows(shell),
        lines.slice(0, 12).map((line) => line.replaceAll('"', '')),
      )
      writeFileSync(shell.path('f.jsonl'), lines.join('\n'))
      const gone = await shell.run(load('f.jsonl', '--batch', '5'))
      assert.deepEqual([gone.code, gone.stderr], [0, 'going on after record 12\n'])
      assert.equal(gone.stdout, "20 documents loaded into 'T'\n")
      assert.deepEqual(
        await rows(shell),
        lines.map((line) => line.replaceAll('"', '')),
      )
      assert.equal(existsSync(shell.path('f.jsonl.load-T')), false)
    }
  }),
)

test(
  'bad records are skipped when that is asked for, each reported, in every format that has lines',
  withShell(async (shell) => {
    await makeTable(shell)
    const files = {
      'a.jsonl': ['{"n":1}\n{"n":}\n7\n{"n":2}\n', /a\.jsonl:2:6[\s\S]*line 3, record 2 of 'a\.jsonl'/],
      'a.json': ['[{"n":1},\n{"n":},\n7,{"n":2}]', /a\.json:2:6[\s\S]*line 3, record 2 of 'a\.json'/],
      'a.csv': ['n,m\n1\n3,"x" y\n4,5,6\n2\n', /a\.csv:3:6[\s\S]*a\.csv:4:5/],
      'a.tsv': ['n\tm\n1\n3\t4\t5\n"2\n"\t"a""b"\tc\n2\n', /a\.tsv:3:5[\s\S]*a\.tsv:5:10/],
    } as const
    for (const [file, [content, told]] of Object.entries(files)) {
      await shell.run(['-l', 'l', '-e', 'DELETE FROM T'])
      writeFileSync(shell.path(file), content)
      const { code, stdout, stderr } = await shell.run(load(file, '--continue-on-error'))
      assert.deepEqual([code, stdout], [1, "2 documents loaded into 'T', 2 bad records skipped\n"], stderr)
      assert.match(stderr, told)
      assert.deepEqual(await rows(shell), ['{n:1}', '{n:2}'])
    }
    writeFileSync(shell.path('a.ion'), '{n:1}\n{n:}\n{n:2}')
    const ion = await shell.run(load('a.ion', '--continue-on-error'))
    assert.deepEqual([ion.code, ion.stdout], [1, ''])
    assert.match(
      ion.stderr,
      /a\.ion:2:4[\s\S]*\nhelp: the records before it are loaded; put it right and run the same again\n$/,
    )
  }),
)

test(
  'what would load records twice, or leave some out, is refused: another file, table or ledger than before',
  withShell(async (shell) => {
    await makeTable(shell)
    const lines = numbered(12)
    const begin = async () => {
      writeFileSync(shell.path('f.jsonl'), [...lines, 'oops'].join('\n'))
      assert.equal((await shell.run(load('f.jsonl', '--batch', '5', '--restart'))).code, 1)
    }
    const refused = async (message: RegExp) => {
      const { code, stderr } = await shell.run(load('f.jsonl'))
      assert.equal(code, 2, stderr)
      assert.match(stderr, message)
      assert.match(stderr, /'--restart' loads it from its beginning; what is in the table stays there/)
    }
    await begin()
    writeFileSync(shell.path('f.jsonl'), ['{"n":-1}', ...lines].join('\n'))
    await refused(/'f\.jsonl' has other records now than those 12 that were loaded before/)
    writeFileSync(shell.path('f.jsonl'), lines.slice(0, 5).join('\n'))
    await refused(/'f\.jsonl' has 5 records, but 12 were loaded before/)
    const state = readFileSync(shell.path('f.jsonl.load-T'), 'utf8')
    writeFileSync(shell.path('f.jsonl.load-T'), state.replace('"table":"T"', '"table":"U"'))
    await refused(/an earlier load of 'f\.jsonl' into 'U' of 'l' was interrupted/)
    writeFileSync(shell.path('f.jsonl.load-T'), state)
    // Documents that were changed since are there all the same.
    await shell.run(['-l', 'l', '-e', 'UPDATE T SET m = 1; DELETE FROM T WHERE n = 11'])
    writeFileSync(shell.path('f.jsonl'), numbered(13).join('\n'))
    const { code, stdout, stderr } = await shell.run(load('f.jsonl'))
    assert.deepEqual([code, stdout], [0, "13 documents loaded into 'T'\n"], stderr)
    await begin()
    rmSync(shell.path('.local/share/qldb/l'), { recursive: true })
    await makeTable(shell)
    await refused(/'T' does not hold the 10 documents of 'f\.jsonl' that were loaded before/)
    for (const text of ['', '{', '{"done":3}', '[]', 'null']) {
      writeFileSync(shell.path('f.jsonl.load-T'), text)
      const broken = await shell.run(load('f.jsonl'))
      assert.deepEqual([broken.code, /is not the checkpoint of a load/.test(broken.stderr)], [1, true], broken.stderr)
    }
  }),
)

test(
  'a killed load resumes where it was, each document once',
  withShell(async (shell) => {
    const total = 4_000
    writeFileSync(shell.path('big.jsonl'), Array.from({ length: total }, (_, index) => `{"n":${index}}`).join('\n'))
    assert.equal((await shell.run(['-l', 'l', '--create', '-e', 'CREATE TABLE T'])).code, 0)
    const load = ['load', '-l', 'l', 'T', 'big.jsonl', '--batch', '20']
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const child = shell.start(load)
      const before = readCheckpoint(shell)
      while (readCheckpoint(shell) === before && child.exitCode === null)
        await new Promise((resolve) => setImmediate(resolve))
      child.kill('SIGKILL')
      await ended(child)
    }
    const { code, stdout } = await shell.run(load)
    assert.deepEqual([code, stdout], [0, "4,000 documents loaded into 'T'\n"])
    const rows = await shell.run(['-l', 'l', '-e', 'SELECT VALUE [COUNT(*), COUNT(DISTINCT t.n)] FROM T AS t'])
    assert.equal(rows.stdout, '[4000,4000]\n')
    assert.equal(readCheckpoint(shell), '')
  }),
)

function readCheckpoint(shell: TestShell): string {
  const path = shell.path('big.jsonl.load-T')
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

test(
  'Ctrl-C is heard while a load looks for the place where it was',
  withShell(async (shell) => {
    await makeTable(shell)
    writeFileSync(shell.path('f.jsonl'), [...numbered(60_000), 'oops'].join('\n'))
    assert.equal((await shell.run(load('f.jsonl', '--batch', '20000'))).code, 1)
    const state = readFileSync(shell.path('f.jsonl.load-T'), 'utf8')
    const child = shell.start(load('f.jsonl'))
    child.stderr?.once('data', () => child.kill('SIGINT'))
    const { code, stderr } = await ended(child)
    assert.equal(code, 130, stderr)
    assert.match(
      stderr,
      /^going on after record 60,000\nerror\[cancelled\/by-user\]: stopped after .* of 60,000 records\n$/,
    )
    assert.equal(readFileSync(shell.path('f.jsonl.load-T'), 'utf8'), state)
  }),
)
