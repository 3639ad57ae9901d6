import assert from 'node:assert/strict'
import fs, { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { HistoryFile } from '../../src/cli/session/history-file.ts'
import { Checkpoint, type LoadState } from '../../src/cli/tools/load-checkpoint.ts'
import { readDigestFile, writeNewFile } from '../../src/cli/tools/proof-files.ts'
import { FolderExports } from '../../src/host/kept-exports.ts'
import { DirectoryPlaces } from '../../src/host/ledger-registry.ts'
import { type FileCalls, writeWholeFile } from '../../src/host/whole-file.ts'
import { printDigestFile } from '../../src/journal/digest-file.ts'
import { isError } from '../ledger/ledger-fixture.ts'
import { SimEnv } from '../support/sim-env.ts'

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'qldb-own-files-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

class Dead extends Error {}

/** File calls of which the one with a number fails; with `dies` the process is gone from then on. */
function failingAt(step: number, dies: boolean): { readonly calls: FileCalls; readonly steps: () => number } {
  let done = 0
  const guarded = <Call extends (...args: never[]) => unknown>(call: Call): Call =>
    ((...args: never[]) => {
      done += 1
      if (dies ? done >= step : done === step)
        throw dies ? new Dead() : Object.assign(new Error('no space'), { code: 'ENOSPC' })
      return call(...args)
    }) as Call
  const calls: FileCalls = {
    openSync: guarded(fs.openSync),
    writeSync: guarded(fs.writeSync as (...args: never[]) => number) as typeof fs.writeSync,
    fsyncSync: guarded(fs.fsyncSync),
    closeSync: guarded(fs.closeSync),
    renameSync: guarded(fs.renameSync),
    linkSync: guarded(fs.linkSync),
    rmSync: guarded(fs.rmSync),
  }
  return { calls, steps: () => done }
}

test('a file is whole or as before, whichever call fails and wherever the process dies', (t) => {
  const folder = folderOf(t)
  const path = join(folder, 'file')
  for (const place of ['replace', 'new'] as const) {
    const options = { mode: 0o600, place }
    const before = place === 'replace' ? 'old' : undefined
    const reset = () => {
      rmSync(folder, { recursive: true })
      mkdirSync(folder)
      if (before !== undefined) writeFileSync(path, before)
    }
    const content = () => (existsSync(path) ? readFileSync(path, 'utf8') : undefined)
    reset()
    const whole = failingAt(0, false)
    writeWholeFile(path, 'new content', options, whole.calls)
    assert.equal(content(), 'new content')
    for (let step = 1; step <= whole.steps(); step += 1) {
      for (const dies of [false, true]) {
        reset()
        let told: unknown
        try {
          writeWholeFile(path, 'new content', options, failingAt(step, dies).calls)
        } catch (error) {
          told = error
        }
        const found = content()
        assert.ok(found === before || found === 'new content', `${place}, step ${step}: ${found}`)
        if (told === undefined) assert.equal(found, 'new content')
        if (!dies && found === before) assert.equal(readdirSync(folder).length, before === undefined ? 0 : 1)
      }
    }
  }
})

test('a disk that takes only a part of the bytes, at every byte: the rest follows, or nothing is there', (t) => {
  const folder = folderOf(t)
  const path = join(folder, 'file')
  const text = JSON.stringify({ committed: 'ü', done: 3 })
  const length = Buffer.byteLength(text)
  for (let part = 0; part <= length; part += 1) {
    for (const isFull of [false, true]) {
      writeFileSync(path, 'old')
      let count = 0
      const writeSync = ((file: number, bytes: Buffer, at: number) => {
        count += 1
        if (count > 1 && isFull) throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
        return fs.writeSync(file, bytes, at, count === 1 ? part : undefined)
      }) as typeof fs.writeSync
      const write = () => writeWholeFile(path, text, { mode: 0o600, place: 'replace' }, { ...fs, writeSync })
      const fails = isFull && part < length
      if (fails) assert.throws(write, { code: 'ENOSPC' })
      else write()
      assert.equal(readFileSync(path, 'utf8'), fails ? 'old' : text, `${part} bytes`)
      assert.deepEqual(readdirSync(folder), ['file'])
    }
  }
})

test('a new file takes no name that is there, also where the file system has no links', (t) => {
  const path = join(folderOf(t), 'file')
  const linkSync = () => {
    throw Object.assign(new Error('no links'), { code: 'EPERM' })
  }
  for (const calls of [fs, { ...fs, linkSync }]) {
    rmSync(path, { force: true })
    const write = (text: string) => writeWholeFile(path, text, { mode: 0o600, place: 'new' }, calls)
    write('one')
    assert.throws(() => write('two'), { code: 'EEXIST' })
    assert.equal(readFileSync(path, 'utf8'), 'one')
  }
})

test("a load's checkpoint cut at any byte is refused by name, never taken for another", (t) => {
  const path = join(folderOf(t), 'f.load-T')
  const place = { done: 12, loaded: 12, digest: 'abc=', documentId: '5fyaYMzS0CdCQGyqjmq4bv' }
  const state: LoadState = { file: 'f', ledger: 'l', table: 'T', committed: place, pending: { ...place, done: 24 } }
  const checkpoint = new Checkpoint(path)
  checkpoint.write(state)
  assert.deepEqual(checkpoint.read(), state)
  const whole = readFileSync(path)
  for (let length = 0; length < whole.length - 1; length += 1) {
    writeFileSync(path, whole.subarray(0, length))
    assert.throws(() => checkpoint.read(), isError('file/malformed', /is not the checkpoint of a load/), `${length}`)
  }
  const wrong = [
    ...['file', 'ledger', 'table', 'committed'].flatMap((name) => [{ [name]: undefined }, { [name]: 7 }]),
    ...[{ done: -1 }, { done: 0.5 }, { loaded: null }, { digest: 7 }, { documentId: {} }].flatMap((member) => {
      return [{ committed: { ...place, ...member } }, { pending: { ...place, ...member } }]
    }),
  ]
  for (const members of wrong) {
    writeFileSync(path, JSON.stringify({ ...state, ...members }))
    assert.throws(() => checkpoint.read(), isError('file/malformed'), JSON.stringify(members))
  }
})

test('a damaged record of an export is reported, and the others are listed', (t) => {
  const root = folderOf(t)
  mkdirSync(join(root, '.exports'))
  const env = new SimEnv(1)
  const record = {
    ...{ id: 'AAAAAAAAAAAAAAAAAAAAAA', ledger: 'l', bucket: 'b', prefix: '', encryption: 'SSE_S3', roleArn: 'r' },
    ...{ format: 'JSON', status: 'COMPLETED', fromMs: 1, toMs: 2, createdMs: env.nowMs() },
  }
  const write = (name: string, text: string) => writeFileSync(join(root, '.exports', `${name}.json`), text)
  write('whole', JSON.stringify(record))
  write('cut', JSON.stringify(record).slice(0, 50))
  write('other', JSON.stringify({ ...record, bucket: 7 }))
  const faults: string[] = []
  const exports = new FolderExports(
    root,
    env,
    async () => true,
    (error) => faults.push(String(error)),
  )
  assert.deepEqual(
    exports.list().map(({ id }) => id),
    [record.id],
  )
  assert.equal(faults.length, 2)
  for (const fault of faults) assert.match(fault, /(cut|other)\.json' is damaged/)
})

test('a saved digest cut at any byte is no digest', (t) => {
  const folder = folderOf(t)
  const digest = {
    digest: new Uint8Array(32).fill(7),
    digestTipAddress: { strandId: '5fyaYMzS0CdCQGyqjmq4bv', sequenceNo: 3 },
  }
  const text = printDigestFile({ ...digest, ledger: 'l', date: '2026-11-22T17:36:11.652Z' })
  writeNewFile(join(folder, 'whole'), text)
  assert.deepEqual(readDigestFile(join(folder, 'whole')).digestTipAddress, digest.digestTipAddress)
  const path = join(folder, 'cut')
  for (let length = 0; length < text.trimEnd().length; length += 1) {
    writeFileSync(path, text.slice(0, length))
    assert.throws(() => readDigestFile(path), isError('proof/unrecognized'), `${length}`)
  }
})

test('what the control plane keeps of a ledger, cut at any byte or of another shape, is refused by name, and written over by nobody', (t) => {
  const folder = folderOf(t)
  const places = new DirectoryPlaces(folder, new SimEnv(1))
  mkdirSync(join(folder, 'l'))
  const record = {
    name: 'l',
    createdMs: 5,
    permissionsMode: 'STANDARD',
    deletionProtection: false,
    tags: { a: 'b' },
  } as const
  places.writeRecord(record)
  assert.deepEqual(places.readRecord('l'), record)
  const path = join(folder, 'l', 'ledger.json')
  const whole = readFileSync(path)
  for (let length = 0; length < whole.length - 1; length += 1) {
    writeFileSync(path, whole.subarray(0, length))
    assert.throws(() => places.readRecord('l'), isError('store/corrupt', /ledger\.json' is damaged/), `${length}`)
  }
  for (const member of ['createdMs', 'permissionsMode', 'deletionProtection', 'tags']) {
    for (const wrong of [null, 'x', [], { a: 1 }, 7].filter((value) => member !== 'createdMs' || value !== 7)) {
      writeFileSync(path, JSON.stringify({ ...record, [member]: wrong }))
      assert.throws(() => places.readRecord('l'), isError('store/corrupt', new RegExp(`'${member}'`)), String(wrong))
    }
  }
  for (const text of ['null', '[]', '7', '"x"', '{}']) {
    writeFileSync(path, text)
    assert.throws(() => places.readRecord('l'), isError('store/corrupt'), text)
  }
  rmSync(path)
  mkdirSync(path)
  assert.throws(() => places.readRecord('l'), isError('file/unreadable'))
  rmSync(path, { recursive: true })
  assert.equal(places.readRecord('l').deletionProtection, true)
})

test('a history whose last line was cut at any byte loses no more than that line', (t) => {
  const path = join(folderOf(t), 'history')
  new HistoryFile(path).append('SELECT 1')
  const first = readFileSync(path)
  new HistoryFile(path).append('SELECT\n2')
  const whole = readFileSync(path)
  for (let length = first.length; length <= whole.length; length += 1) {
    writeFileSync(path, whole.subarray(0, length))
    const history = new HistoryFile(path)
    history.append('SELECT 3')
    const entries = history.read()
    assert.deepEqual([entries[0], entries.at(-1)], ['SELECT 1', 'SELECT 3'], `${length}`)
    assert.ok(entries.length <= 3)
  }
})
