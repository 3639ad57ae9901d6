import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openLmdbStore } from '../../src/store/lmdb-store.ts'
import { Dice } from '../sim/dice.ts'
import { checkLog } from '../store/log-records.ts'
import { bundleScript, type ScriptRun, startScript } from '../support/child-script.ts'
import { projectRoot } from '../support/root.ts'

/** How often a process is killed; QLDB_CRASH_RUNS asks for more. */
const runs = Number(process.env['QLDB_CRASH_RUNS'] ?? 24)
/** Where the kills fall is drawn from this seed; the system adds chance of its own. */
const seed = Number(process.env['QLDB_CRASH_SEED'] ?? 1)

let folder = ''
let bundles = ''
let writer = ''
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'qldb-crash-'))
  mkdirSync(join(projectRoot, 'build'), { recursive: true })
  bundles = mkdtempSync(join(projectRoot, 'build', 'child-'))
  writer = await bundleScript('test/store/lmdb-writer.ts', bundles)
})
after(() => {
  rmSync(folder, { recursive: true, force: true })
  rmSync(bundles, { recursive: true, force: true })
})

const append = (directory: string): ScriptRun => startScript(process.execPath, [writer, directory, 'append', '0'])

/** Fails when one of the runs ends before. */
async function until(isTrue: () => boolean, ...runs: readonly ScriptRun[]): Promise<void> {
  while (!isTrue()) {
    const ended = runs.find(({ child }) => child.exitCode !== null || child.signalCode !== null)
    assert.equal(ended?.child.signalCode ?? ended?.child.exitCode, undefined, `a writer ended: ${ended?.lines.at(-1)}`)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

async function kill(run: ScriptRun): Promise<void> {
  run.child.kill('SIGKILL')
  assert.equal((await run.ended).signal, 'SIGKILL')
}

const lastTold = (run: ScriptRun): number => Number(run.lines.at(-1) ?? 0)

test(`a process that is killed at any moment loses nothing that it acknowledged (${runs} times, seed ${seed})`, async () => {
  const directory = join(folder, 'one')
  let longest = 0
  const dice = new Dice(seed)
  for (let round = 0; round < runs; round += 1) {
    const run = append(directory)
    const enough = 1 + dice.below(200)
    await until(() => run.lines.length >= enough, run)
    await kill(run)
    const store = openLmdbStore(directory)
    const found = checkLog(store).length
    await store.close()
    // At most one commit can have been on its way.
    assert.ok(found === lastTold(run) || found === lastTold(run) + 1, `${found} found, ${lastTold(run)} acknowledged`)
    assert.ok(found > longest)
    longest = found
  }
})

test('when one of two writers is killed the other continues, and neither loses anything', async () => {
  const directory = join(folder, 'two')
  for (let round = 0; round < Math.ceil(runs / 6); round += 1) {
    const [doomed, other] = [append(directory), append(directory)]
    await until(() => doomed.lines.length >= 5 && other.lines.length >= 5, doomed, other)
    await kill(doomed)
    const before = other.lines.length
    await until(() => other.lines.length >= before + 20, other)
    await kill(other)
    const store = openLmdbStore(directory)
    const writers = checkLog(store)
    await store.close()
    for (const run of [doomed, other]) {
      for (const line of run.lines) assert.equal(writers[Number(line) - 1], String(run.child.pid))
    }
  }
})

test('a store whose making was cut off can be opened', async () => {
  for (let round = 0; round < Math.ceil(runs / 4); round += 1) {
    const directory = join(folder, `new-${round}`)
    const run = append(directory)
    await until(() => existsSync(round % 2 === 0 ? directory : join(directory, 'data.mdb')), run)
    await kill(run)
    const store = openLmdbStore(directory)
    assert.ok(checkLog(store).length >= lastTold(run))
    await store.close()
  }
})
