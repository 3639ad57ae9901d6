import assert from 'node:assert/strict'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { bundleScript, type ScriptRun, startScript } from '../support/child-script.ts'
import { projectRoot } from '../support/root.ts'
import { isError, openLedger, run } from './ledger-fixture.ts'

const accounts = 8
const nobody = 65534

let folder = ''
let bundles = ''
let script = ''
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'qldb-faults-'))
  mkdirSync(join(projectRoot, 'build'), { recursive: true })
  bundles = mkdtempSync(join(projectRoot, 'build', 'child-'))
  for (const path of [folder, bundles]) chmodSync(path, 0o755)
  script = await bundleScript('test/ledger/mixed-process.ts', bundles)
})
after(() => {
  for (const path of [folder, bundles]) rmSync(path, { recursive: true, force: true })
})

const start = (directory: string, what: string, count = 0, options: object = {}): ScriptRun =>
  startScript(process.execPath, [script, directory, what, `${count}`], options)

const logged = (lines: readonly string[]) => lines.filter((line) => line.startsWith('logged '))

/** What `check` says of a ledger after these acknowledgements: nothing lost, nothing made up, nothing wrong. */
function assertWhole(check: readonly string[], told: readonly string[]): void {
  assert.deepEqual(
    check.filter((line) => line.startsWith('found ')),
    [],
  )
  assert.equal(check[0], `sum ${accounts * 100}`)
  for (const line of told) if (line.startsWith('sum ')) assert.equal(line, `sum ${accounts * 100}`)
  assert.deepEqual(logged(check).sort(), logged(told).sort())
}

test('processes with mixed work on one ledger: transfers, redactions, indexes', async () => {
  const directory = join(folder, 'mixed')
  assert.equal((await start(directory, 'make', accounts).ended).code, 0)
  const runs = [0, 1, 2].map(() => start(directory, 'work', 40))
  for (const { ended } of runs) assert.deepEqual(await ended, { code: 0, signal: null })
  const told = runs.flatMap(({ lines }) => lines)
  assert.ok(told.some((line) => line.startsWith('redacted ')) && told.includes('index'))
  const check = start(directory, 'check')
  assert.equal((await check.ended).code, 0)
  assertWhole(check.lines, told)
})

/** Shell commands in a mount namespace of their own, on a small file system at $AT; undefined where that is not permitted. */
async function onSmallDisk(t: TestContext, name: string, commands: string): Promise<string[] | undefined> {
  const at = join(folder, name)
  mkdirSync(at)
  const all = `mount -t tmpfs -o size=1500k tmpfs "$AT" || exit 9\n${commands.replaceAll('RUN', '"$0" "$1" "$AT/ledger"')}`
  const { ended, lines } = startScript('unshare', ['--mount', '/bin/sh', '-c', all, process.execPath, script], {
    env: { ...process.env, AT: at },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const { code } = await ended.catch(() => ({ code: 9 }))
  if (code !== 9 && lines.length > 0) return lines
  t.skip('needs the right to mount')
  return undefined
}

test('a full disk refuses commits; reading works, nothing acknowledged is lost', async (t) => {
  const commands = `RUN make ${accounts}; RUN work 0; echo then; RUN check 0`
  const lines = await onSmallDisk(t, 'full', commands)
  if (lines === undefined) return
  const then = lines.indexOf('then')
  const [told, check] = [lines.slice(0, then), lines.slice(then + 1)]
  const refused = told.filter((line) => line.startsWith('refused '))
  assert.equal(refused.length, 3)
  for (const line of refused) assert.match(line, /^refused store\/full: no room to write to '.*\/full\/ledger'/)
  assert.ok(logged(told).length > 3)
  assertWhole(check, told)
})

test('a file system that may only be read is named', async (t) => {
  const commands = `RUN make ${accounts}; mount -o remount,ro "$AT"; RUN check 0; mount -o remount,rw "$AT"; RUN check 0`
  const lines = await onSmallDisk(t, 'read-only', commands)
  if (lines === undefined) return
  assert.match(
    lines[2] as string,
    /^store\/unavailable: can't use '.*\/ledger' as a ledger: the file system is read-only$/,
  )
  assertWhole(lines.slice(3), [])
})

test('permissions taken away while a ledger is open do not stop it; opening it again is refused', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('needs to start a process as another user')
  const directory = join(folder, 'taken')
  mkdirSync(directory)
  chownSync(directory, nobody, nobody)
  const as = { uid: nobody, gid: nobody }
  assert.equal((await start(directory, 'make', accounts, as).ended).code, 0)
  const run = start(directory, 'lose', 30, as)
  assert.deepEqual(await run.ended, { code: 0, signal: null })
  assert.ok(run.lines.includes('lost') && !run.lines.some((line) => line.startsWith('refused ')))
  const refused = start(directory, 'check', 0, as)
  assert.equal((await refused.ended).code, 3)
  assert.deepEqual(refused.lines, [`store/unavailable: can't use '${directory}' as a ledger: permission denied`])
  const check = start(directory, 'check')
  assert.equal((await check.ended).code, 0)
  assertWhole(check.lines, run.lines)
})

test('a clock that jumps back takes no block with it, and transactions live on', async () => {
  const { ledger, env } = await openLedger()
  await run(ledger, 'CREATE TABLE T', "INSERT INTO T VALUE {'n': 1}")
  const times = async () => await run(ledger, 'SELECT VALUE h.metadata.txTime FROM history(T) AS h')
  env.jump(-7 * 24 * 3_600_000)
  await run(ledger, "INSERT INTO T VALUE {'n': 2}")
  env.jump(3_600_000)
  await run(ledger, "INSERT INTO T VALUE {'n': 3}")
  assert.deepEqual(await times(), Array(3).fill('2024-01-01T00:00:00.000Z'))
  env.jump(8 * 24 * 3_600_000)
  await run(ledger, "INSERT INTO T VALUE {'n': 4}")
  assert.equal((await times())[3], '2024-01-02T01:00:00.000Z')
  assert.deepEqual(ledger.verify().findings, [])
  await assert.rejects(run(ledger, 'SELECT * FROM history(T, `2024-03-01T`)'), isError('evaluator/invalid'))
})
