import assert from 'node:assert/strict'
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { LedgerError } from '../../src/base/errors.ts'
import { type FileSystem, TemporaryDirectory } from '../../src/store/temporary-files.ts'
import { SimEnv } from '../support/sim-env.ts'

const directory = mkdtempSync(join(tmpdir(), 'qldb-temp-test-'))
after(() => rmSync(directory, { recursive: true }))
const real: FileSystem = { openSync, writeSync, readSync, unlinkSync, closeSync }
const fault = (code: string) => Object.assign(new Error(code), { code })

test('what was appended is read back, and the file has no name while it is open', () => {
  const file = new TemporaryDirectory(directory, new SimEnv(1)).open()
  file.append(Buffer.from('hello'))
  file.append(Buffer.from(' world'))
  const into = Buffer.alloc(20)
  assert.equal(file.read(into, 6), 5)
  assert.equal(into.toString('latin1', 0, 5), 'world')
  assert.deepEqual(readdirSync(directory), [])
  file.close()
})

test('a file is for its owner alone, and never one that exists, or a link', () => {
  const seen: number[] = []
  const system = {
    ...real,
    openSync: (path: string, flags: number, mode: number) => {
      const file = openSync(path, flags, mode)
      seen.push(statSync(path).mode & 0o777)
      return file
    },
  }
  new TemporaryDirectory(directory, new SimEnv(2), system).open().close()
  assert.deepEqual(seen, [0o600])
  let name = ''
  const watched = {
    ...real,
    openSync(path: string): number {
      name = path
      return -1
    },
  }
  new TemporaryDirectory(directory, new SimEnv(3), watched).open()
  symlinkSync(join(directory, 'elsewhere'), name)
  const keeping = { ...real, unlinkSync: () => {} }
  assert.throws(
    () => new TemporaryDirectory(directory, new SimEnv(3), keeping).open(),
    (error: LedgerError) => error.code === 'store/unavailable',
  )
  unlinkSync(name)
})

test('a file that keeps its name while in use is removed when it is closed', () => {
  let removals = 0
  const system = {
    ...real,
    unlinkSync: (path: string) => {
      removals += 1
      if (removals === 1) throw fault('EBUSY')
      unlinkSync(path)
    },
  }
  const file = new TemporaryDirectory(directory, new SimEnv(4), system).open()
  assert.equal(readdirSync(directory).length, 1)
  file.close()
  assert.deepEqual(readdirSync(directory), [])
})

test('what a killed process left is removed by the next that spills; other files stay', () => {
  const left = join(directory, `qldb-spill-${'0a'.repeat(16)}`)
  const other = join(directory, 'qldb-spill-notes')
  writeFileSync(left, 'x')
  writeFileSync(other, 'x')
  new TemporaryDirectory(directory, new SimEnv(5)).open().close()
  assert.deepEqual(readdirSync(directory), ['qldb-spill-notes'])
  unlinkSync(other)
})

test('a full disk is store/full and any other failure store/unavailable; neither names the directory', () => {
  for (const [code, expected] of [
    ['ENOSPC', 'store/full'],
    ['EDQUOT', 'store/full'],
    ['EFBIG', 'store/full'],
    ['EIO', 'store/unavailable'],
    ['EACCES', 'store/unavailable'],
  ] as const) {
    for (const call of ['openSync', 'writeSync', 'readSync'] as const) {
      const system = {
        ...real,
        [call]: () => {
          throw fault(code)
        },
      }
      const use = () => {
        const file = new TemporaryDirectory(directory, new SimEnv(6), system).open()
        try {
          file.append(new Uint8Array(3))
          file.read(new Uint8Array(3), 0)
        } finally {
          file.close()
        }
      }
      assert.throws(use, (error: LedgerError) => {
        assert.equal(error.code, expected)
        assert.ok(!error.message.includes(directory))
        return true
      })
      assert.deepEqual(readdirSync(directory), [])
    }
  }
})
