import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './attacker.ts'
import { attacks } from './attacks.ts'
import { Load, setUp, type Waits } from './load.ts'
import { serveBare, startBare, startServer } from './served.ts'
import { Timeline, Worst } from './worst.ts'

/**
 * `npm run hostile`: each attack by itself and then all at once, against a server under light load; prints how long the
 * others waited, how long they waited for a server that does nothing (what the machine alone costs), and how much memory the
 * server had. Words after `--` pick attacks by their names; `--together` leaves
 * the single ones out, `--each` the last round.
 */
const statementMs = 8_000
const goals = { ms: 100, mib: 1024 }
const together = 'all at once'

const [mode, portText, ...rest] = process.argv.slice(2)
if (mode === 'bare') serveBare()
else if (mode === 'attack') await attack(Number(portText), rest)
else await main(process.argv.slice(2))

type Report = { readonly began: string } | { readonly ended: string; readonly outcome: string }

/** In a process of its own, so that making the attacks does not hold up those that measure. */
async function attack(port: number, names: readonly string[]): Promise<void> {
  const say = (report: Report) => process.send?.(report)
  const chosen = attacks.filter(({ name }) => names.includes(name))
  await Promise.all(
    chosen.map(async (one) => {
      say({ began: one.name })
      say({ ended: one.name, outcome: await run(one, port, statementMs) })
    }),
  )
  process.disconnect()
}

async function main(args: readonly string[]): Promise<void> {
  const words = args.filter((word) => !word.startsWith('--'))
  const isChosen = (name: string) => words.length === 0 || words.some((word) => name.includes(word))
  const chosen = attacks.map(({ name }) => name).filter(isChosen)
  const single = args.includes('--together') ? [] : chosen.map((name) => [name])
  const rounds = chosen.length > 1 && !args.includes('--each') ? [...single, chosen] : single
  const folder = mkdtempSync(join(tmpdir(), 'qldb-hostile-'))
  const server = await startServer(folder)
  const bare = await startBare()
  const worst = new Worst()
  try {
    await setUp(server.port)
    const load = new Load(server.port, bare.port)
    load.start()
    const look = (name: string, outcomes: readonly string[], timeline: Timeline) => {
      const waits = load.take()
      const peakMiB = server.takePeakMiB()
      if (name !== '') worst.add(name, waits, peakMiB, timeline)
      show(name === '' ? 'the load alone' : name, waits, peakMiB, outcomes)
    }
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    load.take()
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    look('', [], new Timeline())
    for (const names of rounds) {
      const timeline = new Timeline()
      const outcomes = await attackFrom(server.port, names, timeline)
      look(names.length === 1 ? (names[0] as string) : together, outcomes, timeline)
      if (server.ended() !== undefined) break
    }
    await load.stop()
  } finally {
    const ended = server.ended()
    server.child.kill('SIGKILL')
    bare.child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
    console.log(`\n${worst.table(goals)}`)
    if (ended !== undefined) console.log(`the server died: ${ended}`)
    process.exitCode = ended === undefined ? 0 : 1
  }
  process.exit()
}

function attackFrom(port: number, names: readonly string[], timeline: Timeline): Promise<string[]> {
  const child = fork(process.argv[1] as string, ['attack', String(port), ...names])
  const outcomes: string[] = []
  child.on('message', (report: Report) => {
    if ('began' in report) timeline.began(report.began)
    else {
      timeline.ended(report.ended)
      outcomes.push(names.length === 1 ? report.outcome : `${report.ended}: ${report.outcome}`)
    }
  })
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code === 0 ? outcomes : [...outcomes, `the attacker ended: ${code}`]))
  })
}

function show(name: string, waits: Waits, peakMiB: number, outcomes: readonly string[]): void {
  const ms = (value: number) => String(Math.round(value)).padStart(6)
  const figures = `health ${ms(waits.health.ms)}  reads ${ms(waits.reads.ms)}  writes ${ms(waits.writes.ms)}  bare ${ms(waits.bare.ms)} ms`
  console.log(`${figures}  ${String(peakMiB).padStart(5)} MiB  ${name}`)
  for (const outcome of outcomes) console.log(`    ${outcome}`)
  const kinds = new Map<string, number>()
  for (const failure of waits.failures) kinds.set(failure, (kinds.get(failure) ?? 0) + 1)
  for (const [failure, count] of kinds) console.log(`    others: ${count} x ${failure}`)
}
