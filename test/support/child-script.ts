import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { projectRoot } from './root.ts'

/** Bundles a script of the tests so that plain node can run it; returns the bundle's path inside `folder`. */
export async function bundleScript(source: string, folder: string): Promise<string> {
  const outfile = join(folder, `${(source.split('/').at(-1) as string).replace(/\.ts$/, '')}.mjs`)
  await build({
    absWorkingDir: projectRoot,
    entryPoints: [source],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  })
  chmodSync(outfile, 0o644)
  return outfile
}

export interface ScriptRun {
  readonly child: ChildProcess
  /** Complete lines of stdout so far. */
  readonly lines: string[]
  /** Resolves when it is over and all it said has been read. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
}

/** Starts a command and reads its lines. */
export function startScript(command: string, args: readonly string[], options: object = {}): ScriptRun {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], ...options })
  const lines: string[] = []
  let rest = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n')
    rest = parts.pop() as string
    lines.push(...parts)
  })
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal }))
  })
  return { child, lines, ended }
}
