import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { printFigures } from './support.ts'

const inserts = 100_000

/** The built program as a child process: a long script through stdin in flat memory, and rows out as JSON Lines. */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'qldb-bench-'))
  try {
    const loaded = await loadThroughStdin(folder)
    console.log(`100,000 INSERTs through stdin: peak memory ${loaded.peakMiB} MiB`)
    const out = join(folder, 'rows.jsonl')
    const startMs = performance.now()
    await exitOf(['--data-dir', folder, '-f', 'jsonl', '-e', 'SELECT * FROM T'], out)
    const seconds = (performance.now() - startMs) / 1000
    const parseStart = performance.now()
    const rows = readFileSync(out, 'utf8').trim().split('\n')
    const again = rows.map((row) => JSON.stringify(JSON.parse(row)))
    const parseSeconds = (performance.now() - parseStart) / 1000
    if (again.length !== inserts) throw new Error(`${again.length} rows came out, not ${inserts}`)
    printFigures([
      {
        what: 'INSERT through stdin, own transaction each',
        value: inserts / loaded.seconds,
        unit: '/s',
        baseline: 'node reads and echoes the same lines',
        baselineValue: inserts / loaded.echoSeconds,
      },
      {
        what: `rows to JSON Lines (${Math.round(statSync(out).size / 1e6)} MB)`,
        value: inserts / seconds,
        unit: '/s',
        baseline: 'JSON.parse and stringify of the same rows',
        baselineValue: inserts / parseSeconds,
      },
    ])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function* script(): Generator<string> {
  yield 'CREATE TABLE T;\n'
  for (let n = 0; n < inserts; n += 1)
    yield `INSERT INTO T VALUE {'n': ${n}, 'name': 'number ${n}', 'price': ${n % 100}.50};\n`
}

async function feed(args: readonly string[]): Promise<{ seconds: number; peakMiB: number }> {
  const startMs = performance.now()
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'inherit'] })
  let peakMiB = 0
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
      peakMiB = Math.max(peakMiB, Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024))
    } catch {
      // It has ended, or this system has no /proc.
    }
  }, 250)
  for (const line of script()) if (!child.stdin.write(line)) await once(child.stdin, 'drain')
  child.stdin.end()
  const [code] = await once(child, 'exit')
  clearInterval(timer)
  if (code !== 0) throw new Error(`the program ended with ${code}`)
  return { seconds: (performance.now() - startMs) / 1000, peakMiB }
}

async function loadThroughStdin(folder: string): Promise<{ seconds: number; echoSeconds: number; peakMiB: number }> {
  const echo = await feed([
    '-e',
    "require('readline').createInterface(process.stdin).on('line', (l) => process.stdout.write(l))",
  ])
  const ours = await feed(['bin/qldb.cjs', '--data-dir', folder])
  return { seconds: ours.seconds, echoSeconds: echo.seconds, peakMiB: ours.peakMiB }
}

async function exitOf(args: readonly string[], out: string): Promise<void> {
  const file = openSync(out, 'w')
  const child = spawn(process.execPath, ['bin/qldb.cjs', ...args], { stdio: ['ignore', file, 'inherit'] })
  const [code] = await once(child, 'exit')
  closeSync(file)
  if (code !== 0) throw new Error(`the program ended with ${code}`)
}
