import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './attacker.ts'
import { attacks } from './attacks.ts'
import { Load, setUp } from './load.ts'

/**
 * `npm run hostile`: each attack by itself and then all at once, against a server under light load; prints how long the
 * others waited and how much memory the server had. Words after `--` pick attacks by their names.
 */
const statementMs = 8_000
const goalMs = 100
const goalMiB = 1024

const [mode, portText, ...rest] = process.argv.slice(2)
if (mode === 'attack') await attack(Number(portText), rest)
else await main(process.argv.slice(2))

/** In a process of its own, so that making the attacks does not hold up those that measure. */
async function attack(port: number, names: readonly string[]): Promise<void> {
  const chosen = attacks.filter(({ name }) => names.includes(name))
  const outcomes = await Promise.all(
    chosen.map(async (one) => `${names.length === 1 ? '' : `${one.name}: `}${await run(one, port, statementMs)}`),
  )
  process.send?.(outcomes.join('\n    '))
  process.disconnect()
}

async function main(words: readonly string[]): Promise<void> {
  const isChosen = (name: string) => words.length === 0 || words.some((word) => name.includes(word))
  const chosen = attacks.map(({ name }) => name).filter(isChosen)
  const folder = mkdtempSync(join(tmpdir(), 'qldb-hostile-'))
  const server = await startServer(folder)
  let worstMs = 0
  try {
    await setUp(server.port)
    const load = new Load(server.port)
    load.start()
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    load.take()
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    show('nothing', load.take(), server, 'the load alone')
    const rounds = chosen.length > 1 ? [...chosen.map((name) => [name]), chosen] : [chosen]
    for (const names of rounds) {
      const outcome = await attackFrom(server.port, names)
      const waits = load.take()
      worstMs = Math.max(worstMs, waits.health, waits.reads, waits.writes)
      show(names.length === 1 ? (names[0] as string) : 'all at once', waits, server, outcome)
      if (server.child.exitCode !== null || server.child.signalCode !== null) break
    }
    await load.stop()
  } finally {
    server.child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  const { signalCode, exitCode } = server.child
  const died = exitCode !== null || (signalCode !== null && signalCode !== 'SIGKILL')
  console.log(
    `\nlongest wait ${Math.round(worstMs)} ms (goal ${goalMs}), peak memory ${server.peakMiB()} MiB (goal ${goalMiB})`,
  )
  if (died) console.log(`the server died: ${exitCode ?? signalCode}`)
  process.exit(died ? 1 : 0)
}

function attackFrom(port: number, names: readonly string[]): Promise<string> {
  const child = fork(process.argv[1] as string, ['attack', String(port), ...names])
  return new Promise((resolve) => {
    child.once('message', (outcome) => resolve(String(outcome)))
    child.once('exit', () => resolve('the attacker died'))
  })
}

interface Server {
  readonly port: number
  readonly child: ChildProcess
  /** The most so far; a server that has died keeps what was seen last. */
  peakMiB(): number
}

async function startServer(folder: string): Promise<Server> {
  const args = ['bin/qldb.cjs', 'serve', '--port', '0', '--data-dir', folder, '--ledger', 'fleet']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout as NonNullable<typeof child.stdout>, 'data')) as [Buffer]
  let peak = 0
  const look = () => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
      peak = Math.max(peak, Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024) || 0)
    } catch {
      // It has ended.
    }
  }
  setInterval(look, 250).unref()
  return {
    port: Number(/(\d+)\s*$/.exec(String(line))?.[1]),
    child,
    peakMiB: () => {
      look()
      return peak
    },
  }
}

function show(name: string, waits: ReturnType<Load['take']>, server: Server, outcome: string): void {
  const ms = (value: number) => String(Math.round(value)).padStart(6)
  const figures = `health ${ms(waits.health)}  reads ${ms(waits.reads)}  writes ${ms(waits.writes)} ms`
  console.log(`${figures}  ${String(server.peakMiB()).padStart(5)} MiB  ${name}\n    ${outcome}`)
  const kinds = new Map<string, number>()
  for (const failure of waits.failures) kinds.set(failure, (kinds.get(failure) ?? 0) + 1)
  for (const [failure, count] of kinds) console.log(`    others: ${count} x ${failure}`)
}
