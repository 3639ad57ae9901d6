import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { rebuild } from '../../src/ledger/rebuild.ts'
import { openLmdbStore } from '../../src/store/lmdb-store.ts'
import { bundleScript, startScript } from '../support/child-script.ts'
import { projectRoot } from '../support/root.ts'
import { dump, type OpenLedger, openLedger, run } from './ledger-fixture.ts'

let folder = ''
let bundles = ''
let script = ''
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-'))
  mkdirSync(join(projectRoot, 'build'), { recursive: true })
  bundles = mkdtempSync(join(projectRoot, 'build', 'child-'))
  script = await bundleScript('test/ledger/counting-process.ts', bundles)
})
after(() => {
  for (const path of [folder, bundles]) rmSync(path, { recursive: true, force: true })
})

/** A ledger with a counter at 0, closed again. */
async function counterLedger(name: string): Promise<string> {
  const directory = join(folder, name)
  const { ledger } = await openLedger({}, openLmdbStore(directory))
  await run(ledger, 'CREATE TABLE Counter', 'CREATE INDEX ON Counter (name)', 'CREATE TABLE Log')
  await run(ledger, "INSERT INTO Counter VALUE {'name': 'total', 'n': 0}")
  await ledger.close()
  return directory
}

/** The counter, after a check that the log, the journal and all that is derived agree with it. */
async function checkedCounter({ ledger, store }: OpenLedger): Promise<number> {
  const [total] = await run(ledger, 'SELECT VALUE c.n FROM Counter AS c')
  const logged = await run(ledger, 'SELECT VALUE l.n FROM Log AS l')
  assert.deepEqual(
    logged,
    Array.from({ length: Number(total) }, (_, at) => `${at + 1}`),
  )
  assert.deepEqual(ledger.verify().findings, [])
  const derived = dump(store)
  await rebuild(store)
  assert.deepEqual(dump(store), derived)
  return Number(total)
}

test('processes that count in one ledger lose no count and see each other’s names', async () => {
  const directory = await counterLedger('counted')
  const each = 40
  const runs = [0, 1].map(() => startScript(process.execPath, [script, directory, `${each}`]))
  for (const { ended } of runs) assert.deepEqual(await ended, { code: 0, signal: null })
  const said = runs.flatMap(({ lines }) => lines.map(Number)).sort((a, b) => a - b)
  assert.deepEqual(
    said,
    Array.from({ length: 2 * each }, (_, at) => at + 1),
  )
  const opened = await openLedger({}, openLmdbStore(directory))
  assert.equal(await checkedCounter(opened), 2 * each)
  await opened.ledger.close()
})

test('a killed process loses nothing that was acknowledged, and leaves nothing half done', async () => {
  const directory = await counterLedger('killed')
  for (const lineCount of [1, 15, 33]) {
    const { child, lines, ended } = startScript(process.execPath, [script, directory, '0'])
    child.stdout?.on('data', () => {
      if (lines.length >= lineCount) child.kill('SIGKILL')
    })
    assert.equal((await ended).signal, 'SIGKILL')
    const acknowledged = Number(lines.at(-1))
    const opened = await openLedger({}, openLmdbStore(directory))
    const total = await checkedCounter(opened)
    assert.ok(total === acknowledged || total === acknowledged + 1, `${total} after ${acknowledged} was acknowledged`)
    await opened.ledger.close()
  }
})
