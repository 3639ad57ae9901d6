import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { LedgerError } from '../../src/base/errors.ts'
import { openLmdbStore } from '../../src/store/lmdb-store.ts'
import type { Store } from '../../src/store/store.ts'
import { bundleScript, startScript } from '../support/child-script.ts'
import { projectRoot } from '../support/root.ts'
import { appendEntry, checkLog } from './log-records.ts'

let folder = ''
let bundles = ''
let writer = ''
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'qldb-gate-'))
  mkdirSync(join(projectRoot, 'build'), { recursive: true })
  bundles = mkdtempSync(join(projectRoot, 'build', 'child-'))
  writer = await bundleScript('test/store/lmdb-writer.ts', bundles)
})
after(() => {
  rmSync(folder, { recursive: true, force: true })
  rmSync(bundles, { recursive: true, force: true })
})

const append = (store: Store): Promise<number> => store.write((transaction) => appendEntry(transaction, 'me'))

/** Delays a process at the moment when LMDB has read the newest state and not yet published it: while it maps the data file. */
const slowMap = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>
typedef void *map(void *, size_t, int, int, int, off_t);
static void *slow(const char *name, void *a, size_t n, int p, int f, int d, off_t o) {
  map *real = (map *)dlsym(RTLD_NEXT, name);
  if (d >= 0 && n >= (60UL << 30)) usleep(1500 * 1000);
  return real(a, n, p, f, d, o);
}
void *mmap(void *a, size_t n, int p, int f, int d, off_t o) { return slow("mmap", a, n, p, f, d, o); }
void *mmap64(void *a, size_t n, int p, int f, int d, off_t o) { return slow("mmap64", a, n, p, f, d, o); }
`

function buildSlowMap(): string | undefined {
  const library = join(folder, 'slow-map.so')
  writeFileSync(join(folder, 'slow-map.c'), slowMap)
  const built = spawnSync('gcc', ['-shared', '-fPIC', '-o', library, join(folder, 'slow-map.c'), '-ldl'])
  return built.status === 0 ? library : undefined
}

const filesOpen = (pid: number): string[] => {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((name) => readlinkOrEmpty(`/proc/${pid}/fd/${name}`))
  } catch {
    return []
  }
}

function readlinkOrEmpty(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 1))
}

test('a commit survives another process that opens the store and is delayed while it does', async (context) => {
  const library = process.platform === 'linux' ? buildSlowMap() : undefined
  if (library === undefined) return context.skip('needs Linux and gcc')
  const directory = join(folder, 'race')
  const store = openLmdbStore(directory)
  await append(store)
  const reader = startScript(process.execPath, [writer, directory, 'open', '0'], {
    env: { ...process.env, LD_PRELOAD: library },
  })
  const isOpening = () => filesOpen(reader.child.pid as number).some((path) => path.endsWith('/lock.mdb'))
  await until(() => reader.child.exitCode !== null || isOpening())
  await new Promise((resolve) => setTimeout(resolve, 300))
  await append(store)
  assert.deepEqual(await reader.ended, { code: 0, signal: null })
  await append(store)
  assert.equal(await append(store), 4)
  await store.close()
  const again = openLmdbStore(directory)
  assert.equal(checkLog(again).length, 4)
  await again.close()
})

test('opening waits for the gate before it touches the data file', { skip: process.platform !== 'linux' }, async () => {
  const directory = join(folder, 'wait')
  const store = openLmdbStore(directory)
  await append(store)
  const paused = new Int32Array(new SharedArrayBuffer(4))
  const started: ReturnType<typeof startScript>[] = []
  let opened: string[] = []
  await store.write((transaction) => {
    const reader = startScript(process.execPath, [writer, directory, 'check', '0'])
    started.push(reader)
    // The event loop stands while this work runs, so this watches the other process without it.
    for (let turns = 0; turns < 10_000; turns += 1) {
      opened = filesOpen(reader.child.pid as number)
      if (opened.some((path) => path.endsWith('/gate.mdb-lock'))) break
      Atomics.wait(paused, 0, 0, 5)
    }
    Atomics.wait(paused, 0, 0, 200)
    opened = filesOpen(reader.child.pid as number)
    appendEntry(transaction, 'me')
  })
  assert.ok(
    opened.some((path) => path.endsWith('/gate.mdb-lock')),
    'the other process is at the gate',
  )
  assert.ok(!opened.some((path) => path.endsWith('/lock.mdb')), opened.join('\n'))
  await Promise.all(started.map(({ ended }) => ended))
  assert.deepEqual(started[0]?.lines, ['entries 2'])
  await store.close()
})

for (const name of ['data.mdb', 'lock.mdb', 'gate.mdb', 'gate.mdb-lock']) {
  for (const change of ['removed', 'replaced'] as const) {
    test(`a write is refused after ${name} was ${change}, and the reason names it`, async () => {
      const directory = join(folder, `${change}-${name}`)
      const store = openLmdbStore(directory)
      await append(store)
      renameSync(join(directory, name), join(directory, `.${name}`))
      if (change === 'replaced') writeFileSync(join(directory, name), '')
      await assert.rejects(append(store), (error) => {
        assert.ok(error instanceof LedgerError)
        assert.equal(error.code, 'store/unavailable')
        return error.message.includes(`${name}' was ${change}`)
      })
      renameSync(join(directory, `.${name}`), join(directory, name))
      assert.equal(await append(store), 2)
      await store.close()
    })
  }
}

test('a write is refused after the directory was removed', async () => {
  const directory = join(folder, 'gone')
  const store = openLmdbStore(directory)
  await append(store)
  rmSync(directory, { recursive: true })
  await assert.rejects(append(store), /data\.mdb' was removed while the ledger was open/)
  await store.close()
})

test('a gate file that is not an empty LMDB file is refused before LMDB maps it', async () => {
  const directory = join(folder, 'bad-gate')
  const store = openLmdbStore(directory)
  await append(store)
  await store.close()
  for (const bytes of [new Uint8Array(4096), new Uint8Array(8192), Buffer.from('hello')]) {
    writeFileSync(join(directory, 'gate.mdb'), bytes)
    assert.throws(() => openLmdbStore(directory), /gate\.mdb' is damaged: page 0: it is not an empty LMDB file/)
  }
  rmSync(join(directory, 'gate.mdb'))
  const again = openLmdbStore(directory)
  assert.equal(checkLog(again).length, 1)
  await again.close()
})
