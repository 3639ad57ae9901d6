import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { DirectoryFiles } from '../../../src/journal/log/directory-files.ts'
import { FileLog } from '../../../src/journal/log/file-log.ts'
import { bundleScript } from '../../support/child-script.ts'
import { SimEnv } from '../../support/sim-env.ts'

/** How long processes fight for one log, at least: QLDB_LOG_SECONDS=300 for longer. A busy machine takes longer to do enough. */
const seconds = Number(process.env['QLDB_LOG_SECONDS'] ?? 5)
const processes = 4
const env = new SimEnv(Number(process.env['QLDB_CRASH_SEED'] ?? 1))
const below = (limit: number) => (env.randomBytes(1)[0] as number) % limit

let folder = ''
let script = ''
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'qldb-log-'))
  script = await bundleScript('test/journal/log/log-process.ts', folder)
})
after(() => rmSync(folder, { recursive: true }))

/** What a process said; `ended` rejects where it ended by itself. */
interface Writer {
  readonly child: ChildProcess
  readonly ended: Promise<unknown>
  said: string
  errors: string
}

function start(directory: string, mistake: readonly string[]): Writer {
  const child = spawn(process.execPath, [script, directory, ...mistake], { stdio: ['ignore', 'pipe', 'pipe'] })
  const writer: Writer = { child, ended: once(child, 'close'), said: '', errors: '' }
  child.stdout?.on('data', (text) => (writer.said += text))
  child.stderr?.on('data', (text) => (writer.errors += text))
  return writer
}

/** What was lost, doubled or made up while processes took a log from each other, were stopped and killed. */
async function fight(forSeconds: number, mistake: readonly string[] = []): Promise<readonly string[]> {
  const directory = mkdtempSync(join(folder, 'log-'))
  const files = new DirectoryFiles(directory)
  await FileLog.create(files, { env, epoch: 1 }, { firstSequenceNo: 0, identity: Buffer.from('{}') }).close()
  const writers = Array.from({ length: processes }, () => start(directory, mistake))
  const all = [...writers]
  const endMs = performance.now() + forSeconds * 1_000
  while (performance.now() < endMs || !didEnough(all)) {
    await somethingSaid(writers)
    if (mistake.length === 0 && all.some(endedItself)) break
    await sleep(20 + below(60))
    const at = below(processes)
    const { child, ended } = writers[at] as Writer
    if (below(4) === 0) {
      child.kill('SIGKILL')
      await ended
      const next = start(directory, mistake)
      writers[at] = next
      all.push(next)
    } else {
      child.kill('SIGSTOP')
      await sleep(below(80))
      child.kill('SIGCONT')
    }
  }
  for (const { child } of writers) child.kill('SIGKILL')
  await Promise.all(all.map(({ ended }) => ended))
  const failed = all.filter(({ child }) => child.signalCode !== 'SIGKILL').map(({ errors }) => errors)
  return [...failed, ...faultsOf(all, FileLog.open(files, { env, epoch: 1_000_000 }))]
}

/** Until one of them has said more, or has ended: those that are disturbed before they have done anything never do. */
async function somethingSaid(writers: readonly Writer[]): Promise<void> {
  const heard = () => writers.reduce((sum, { said }) => sum + said.length, 0)
  const before = heard()
  while (heard() === before && !writers.some(endedItself)) await sleep(5)
}

function endedItself({ child }: Writer): boolean {
  return child.exitCode !== null
}

function didEnough(writers: readonly Writer[]): boolean {
  const said = writers.map((writer) => writer.said).join('')
  return said.split('claimed ').length > 40 && said.split('acknowledged ').length > 100
}

function faultsOf(writers: readonly Writer[], log: FileLog): string[] {
  const lines = writers.flatMap(({ said }) => said.split('\n').slice(0, -1))
  const tokens = (word: string) =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1))
  log.check()
  const found = [...log.read(0)].map(({ bytes }) => Buffer.from(bytes).toString().trimEnd())
  const [began, there] = [new Set(tokens('began')), new Set(found)]
  assert.ok(tokens('claimed').length > 20 && found.length > 20, 'something was done')
  return [
    ...found.filter((token, at) => found.indexOf(token) !== at).map((token) => `${token} is there twice`),
    ...found.filter((token) => !began.has(token)).map((token) => `${token} was never written`),
    ...tokens('acknowledged').flatMap((token) => (there.has(token) ? [] : [`${token} was acknowledged and is lost`])),
  ]
}

test(`${processes} processes that take a log from each other, are stopped and killed, lose and double nothing (${seconds} s)`, async () => {
  assert.deepEqual(await fight(seconds), [])
})

test('a process that does not look for newer claims is found', async () => {
  for (let tries = 0; tries < 5; tries += 1) {
    const faults = await fight(3, ['blind'])
    if (faults.some((fault) => fault.endsWith('is lost'))) return
  }
  assert.fail('nothing was lost')
})
