import assert from 'node:assert/strict'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { utf8 } from '../../src/base/bytes.ts'
import { LedgerError } from '../../src/base/errors.ts'
import { openLmdbStore } from '../../src/store/lmdb-store.ts'
import { inspectDataFile } from '../../src/store/lmdb-pages.ts'
import { bundleScript, startScript } from '../support/child-script.ts'
import { projectRoot } from '../support/root.ts'
import { appendEntry, checkLog } from './log-records.ts'

let folder = ''
let bundles = ''
let writer = ''
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'qldb-lmdb-'))
  chmodSync(folder, 0o755)
  mkdirSync(join(projectRoot, 'build'), { recursive: true })
  bundles = mkdtempSync(join(projectRoot, 'build', 'child-'))
  chmodSync(bundles, 0o755)
  writer = await bundleScript('test/store/lmdb-writer.ts', bundles)
})
after(() => {
  rmSync(folder, { recursive: true, force: true })
  rmSync(bundles, { recursive: true, force: true })
})

async function makeLog(name: string, entries: number): Promise<string> {
  const directory = join(folder, name)
  const store = openLmdbStore(directory)
  for (let done = 0; done < entries; done += 1) await store.write((transaction) => appendEntry(transaction, 'me'))
  await store.close()
  return directory
}

function errorOf(open: () => unknown): LedgerError {
  try {
    open()
  } catch (error) {
    assert.ok(error instanceof LedgerError, String(error))
    return error
  }
  throw new assert.AssertionError({ message: 'it opened' })
}

test('what was written is there when the store is opened again, and only the user can read it', async () => {
  const directory = await makeLog('again', 30)
  const store = openLmdbStore(directory)
  assert.equal(checkLog(store).length, 30)
  await store.close()
  assert.equal(statSync(directory).mode & 0o777, 0o700)
  for (const name of readdirSync(directory)) assert.equal(statSync(join(directory, name)).mode & 0o777, 0o600, name)
})

test('one directory can be opened twice in one process', async () => {
  const directory = await makeLog('twice', 1)
  const first = openLmdbStore(directory)
  const second = openLmdbStore(directory)
  await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      (index % 2 === 0 ? first : second).write((transaction) => appendEntry(transaction, 'me')),
    ),
  )
  await first.close()
  assert.equal(checkLog(second).length, 41)
  await second.close()
})

test('processes write side by side: nothing is lost, and each sees what was acknowledged', async () => {
  const directory = await makeLog('together', 0)
  const store = openLmdbStore(directory)
  const entries = 150
  const runs = [0, 1].map(() => startScript(process.execPath, [writer, directory, 'append', String(entries)]))
  let mine = 0
  let isOver = false
  const ended = Promise.all(runs.map((run) => run.ended)).then((codes) => {
    isOver = true
    return codes
  })
  while (!isOver) {
    await store.write((transaction) => appendEntry(transaction, 'me'))
    mine += 1
    const told = Math.max(...runs.map((run) => Number(run.lines.at(-1) ?? 0)))
    assert.ok(checkLog(store).length >= told)
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.deepEqual(await ended, [
    { code: 0, signal: null },
    { code: 0, signal: null },
  ])
  const writers = checkLog(store)
  for (const run of runs) {
    assert.equal(writers.filter((name) => name === String(run.child.pid)).length, entries)
    assert.equal(new Set(run.lines).size, entries)
  }
  assert.equal(writers.length, 2 * entries + mine)
  await store.close()
})

test('a thousand snapshots can be held at once, each of its own moment', async () => {
  const directory = await makeLog('snapshots', 0)
  const store = openLmdbStore(directory)
  const held = []
  for (let number = 1; number <= 1000; number += 1) {
    await store.write((transaction) => transaction.put(utf8('n'), utf8(String(number))))
    held.push(store.snapshot())
  }
  held.forEach((snapshot, index) => {
    assert.equal(Buffer.from(snapshot.get(utf8('n')) as Uint8Array).toString(), String(index + 1))
    if (index % 3 === 0) snapshot.release()
  })
  await store.close()
})

const fullDisks: [name: string, prepare: string, expected: RegExp][] = [
  ['a file that may not grow', `trap '' XFSZ; ulimit -f 3000`, /^store\/full: no room to write to '.*\/full': /],
  [
    'a full disk',
    `mount -t tmpfs -o size=2m tmpfs "$DIRECTORY" || exit 9`,
    /^store\/full: no room to write to '.*\/full': /,
  ],
]
for (const [name, prepare, expected] of fullDisks) {
  test(`${name} is one error, nothing of the write stays, and room made again can be used`, async (t) => {
    const directory = join(folder, name.replaceAll(' ', '-'), 'full')
    mkdirSync(directory, { recursive: true })
    const command = `${prepare}; "$0" "$1" "$DIRECTORY" append 5; "$0" "$1" "$DIRECTORY" fill 0
      "$0" "$1" "$DIRECTORY" check 0`
    const run = startScript('unshare', ['--mount', '/bin/sh', '-c', command, process.execPath, writer], {
      env: { ...process.env, DIRECTORY: directory },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const { code } = await run.ended.catch(() => ({ code: 9 }))
    if (code === 9 || run.lines.length === 0) return t.skip('needs the right to mount')
    assert.equal(run.lines.slice(0, 5).join(), '1,2,3,4,5')
    assert.match(run.lines[5] as string, expected)
    assert.match(run.lines[6] as string, /^recovered [1-9]\d*$/)
    assert.equal(run.lines[7], 'entries 6')
  })
}

test('a directory that may not be written is refused by name', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('needs to start a process as another user')
  const directory = await makeLog('locked', 1)
  chmodSync(directory, 0o755)
  const empty = join(folder, 'unwritable')
  mkdirSync(empty, { mode: 0o755 })
  for (const path of [directory, empty, join(empty, 'below')]) {
    const run = startScript(process.execPath, [writer, path, 'open', '0'], { uid: 65534, gid: 65534 })
    assert.deepEqual(await run.ended, { code: 3, signal: null })
    assert.deepEqual(run.lines, [`store/unavailable: can't use '${path}' as a ledger: permission denied`])
  }
})

test('a path that is no directory is refused by name', () => {
  const file = join(folder, 'plain-file')
  writeFileSync(file, 'x')
  const direct = errorOf(() => openLmdbStore(file))
  assert.equal(direct.code, 'store/unavailable')
  assert.equal(direct.message, `'${file}' is a file, expected a ledger's directory`)
  const below = errorOf(() => openLmdbStore(join(file, 'ledger')))
  assert.equal(below.code, 'store/unavailable')
  assert.match(below.message, /plain-file\/ledger'.*a part of its path is a file/)
})

test('a directory that never comes to be is refused by name', () => {
  if (!existsSync('/proc/self')) return
  const error = errorOf(() => openLmdbStore('/proc/none/ledger'))
  assert.equal(error.code, 'store/unavailable')
  assert.equal(error.message, "can't use '/proc/none/ledger' as a ledger: no directory can be made there")
})

test('files of others are not touched', () => {
  const cases: [name: string, file: string, content: string | Buffer, message: RegExp][] = [
    [
      'text',
      'data.mdb',
      'Dear diary,\nnothing happened',
      /begins with "Dear diary,\\nnoth", expected a ledger's data file/,
    ],
    ['zeros', 'data.mdb', Buffer.alloc(8192), /begins with "\\u0000/],
    [
      'documents',
      'letter.txt',
      'Dear',
      /is not a ledger: found 'letter.txt', expected 'data.mdb' or an empty directory/,
    ],
  ]
  for (const [name, file, content, message] of cases) {
    const directory = join(folder, `foreign-${name}`)
    mkdirSync(directory)
    writeFileSync(join(directory, file), content)
    const error = errorOf(() => openLmdbStore(directory))
    assert.equal(error.code, 'ledger/foreign', name)
    assert.match(error.message, message)
    assert.ok(error.message.includes(directory) && !error.message.includes('\n'))
    assert.deepEqual(readdirSync(directory), [file])
  }
})

test("another program's LMDB file is refused", async () => {
  const { open } = await import('lmdb')
  const directory = join(folder, 'foreign-lmdb')
  const other = open(directory, { noSubdir: false })
  await other.put('theirs', 1)
  await other.close()
  const error = errorOf(() => openLmdbStore(directory))
  assert.equal(error.code, 'ledger/foreign')
  assert.match(error.message, /foreign-lmdb' holds another program's LMDB file, expected a ledger's/)
})

test('a newer format is refused, with its version', async () => {
  const { open } = await import('lmdb')
  for (const [text, code, message] of [
    ['qldb-shell store 2', 'ledger/format-too-new', /newer' has store format 2, this program knows formats up to 1$/],
    ['qldb-shell store x', 'ledger/foreign', /newer' is marked 'qldb-shell store x', expected 'qldb-shell store 1'$/],
  ] as const) {
    const directory = await makeLog('newer', 1)
    const writer = open<Buffer, Buffer>(directory, { noSubdir: false, encoding: 'binary', keyEncoding: 'binary' })
    await writer.put(Buffer.of(0), Buffer.from(text))
    await writer.close()
    const error = errorOf(() => openLmdbStore(directory))
    assert.equal(error.code, code)
    assert.match(error.message, message)
    rmSync(directory, { recursive: true })
  }
})

test('a data file that was cut short is reported, wherever it was cut', async () => {
  const directory = await makeLog('cut', 200)
  const file = join(directory, 'data.mdb')
  const whole = statSync(file).size
  for (const size of [whole - 1, whole - 4096, whole >> 1, 8192, 8191, 5000, 4096]) {
    truncateSync(file, size)
    const error = errorOf(() => openLmdbStore(directory))
    assert.equal(error.code, 'store/corrupt', `${size} of ${whole}`)
    assert.ok(error.message.startsWith(`'${file}' was cut short: found ${size} bytes, expected `), error.message)
  }
  truncateSync(file, 100)
  assert.equal(errorOf(() => openLmdbStore(directory)).code, 'ledger/foreign')
})

test('a data file that LMDB left shorter than it counts is whole, and one without a page in use is not', async () => {
  const source = join(folder, 'short')
  const store = openLmdbStore(source)
  for (let done = 0; done < 40; done += 1) await store.write((transaction) => appendEntry(transaction, 'me'))
  await store.write((transaction) => transaction.put(utf8('large'), Buffer.alloc(30_000, 1)))
  // Pages that are taken and freed in one transaction are counted but never written.
  await store.write((transaction) => {
    transaction.put(utf8('gone'), Buffer.alloc(200_000))
    for (let number = 0; number < 300; number += 1) transaction.put(utf8(`gone/${number}`), Buffer.alloc(900))
    for (let number = 0; number < 300; number += 1) transaction.remove(utf8(`gone/${number}`))
    transaction.remove(utf8('gone'))
  })
  const data = readFileSync(join(source, 'data.mdb'))
  await store.close()
  const counted = statSync(join(source, 'data.mdb')).size
  assert.ok(data.length < counted)
  const directory = join(folder, 'short-copy')
  const file = join(directory, 'data.mdb')
  mkdirSync(directory)
  let opened = 0
  for (let size = data.length; size >= 8192; size -= 4096) {
    writeFileSync(file, data.subarray(0, size))
    const state = inspectDataFile(file)
    if (state.kind === 'cut') {
      assert.deepEqual(state, { kind: 'cut', foundBytes: size, expectedBytes: counted })
      continue
    }
    assert.equal(state.kind, 'whole')
    const copy = openLmdbStore(directory)
    assert.equal(checkLog(copy).length, 40)
    const snapshot = copy.snapshot()
    assert.deepEqual(Buffer.from(snapshot.get(utf8('large')) as Uint8Array), Buffer.alloc(30_000, 1))
    snapshot.release()
    await copy.write((transaction) => appendEntry(transaction, 'me'))
    await copy.close()
    assert.ok(statSync(file).size >= counted)
    rmSync(join(directory, 'lock.mdb'))
    opened += 1
  }
  assert.ok(opened >= 1 && opened < data.length / 4096 / 2, `${opened} opened`)
})
