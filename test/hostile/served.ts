import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server in a process of its own, watched. */
export interface Served {
  readonly port: number
  readonly child: ChildProcess
  /** Undefined while it runs; then how it ended. */
  ended(): string | undefined
  /** The most resident memory since the last call; a server that has died keeps what was seen last. */
  takePeakMiB(): number
}

export async function startServer(folder: string): Promise<Served> {
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
    ended: () =>
      child.exitCode === null && child.signalCode === null ? undefined : String(child.exitCode ?? child.signalCode),
    takePeakMiB: () => {
      look()
      const taken = peak
      peak = 0
      forgetPeak(child.pid)
      return taken
    },
  }
}

/** Has Linux count the peak of a process from now on. */
function forgetPeak(pid: number | undefined): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5')
  } catch {
    // It has ended.
  }
}

/** A server that does nothing, in a process of its own: this program, run with `bare`. */
export async function startBare(): Promise<{ readonly port: number; readonly child: ChildProcess }> {
  const child = fork(process.argv[1] as string, ['bare'])
  const [port] = (await once(child, 'message')) as [number]
  return { port, child }
}

/** That server. It ends with the process that started it. */
export function serveBare(): void {
  const server = createServer((_, response) => response.end('{"status":"ok"}'))
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
  process.on('disconnect', () => process.exit())
}
