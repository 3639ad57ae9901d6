import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectRoot } from '../support/root.ts'

export const program = join(projectRoot, 'bin', 'qldb.cjs')

export interface Ended {
  readonly stdout: string
  readonly stderr: string
  /** The exit code; undefined when a signal ended it. */
  readonly code: number | undefined
  readonly signal: NodeJS.Signals | undefined
}

export interface StartOptions {
  /** Written to stdin, which is then closed; undefined: an empty stdin. */
  readonly input?: string | Uint8Array
  /** More environment variables; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
}

/** A home of its own for the program's files, and the programs started there; dispose of it at the end of the test. */
export class TestShell {
  readonly home = mkdtempSync(join(tmpdir(), 'qldb-test-'))
  readonly #started = new Set<ChildProcess>()

  path(...parts: readonly string[]): string {
    return join(this.home, ...parts)
  }

  /** Starts the built program with pipes. Nothing of the caller's AWS or XDG settings reaches it. */
  start(args: readonly string[], options: StartOptions = {}): ChildProcess {
    const env: Record<string, string> = {}
    const wanted = {
      PATH: process.env['PATH'],
      HOME: this.home,
      AWS_EC2_METADATA_DISABLED: 'true',
      ...options.env,
    }
    for (const [name, value] of Object.entries(wanted)) if (value !== undefined) env[name] = value
    const child = spawn(process.execPath, [program, ...args], { env, cwd: options.cwd ?? this.home })
    this.#started.add(child)
    // Far above what any test needs: a program that hangs must not hang the tests.
    const hung = setTimeout(() => child.kill('SIGKILL'), 600_000)
    child.once('close', () => {
      clearTimeout(hung)
      this.#started.delete(child)
    })
    // A program that has ended early takes no more input.
    child.stdin?.on('error', () => undefined)
    return child
  }

  /** Runs it to its end. */
  async run(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
    const child = this.start(args, options)
    child.stdin?.end(options.input ?? '')
    return ended(child)
  }

  dispose(): void {
    for (const child of this.#started) child.kill('SIGKILL')
    rmSync(this.home, { recursive: true, force: true })
  }
}

/** All that a started program says until it ends. */
export async function ended(child: ChildProcess): Promise<Ended> {
  const stdout: Uint8Array[] = []
  const stderr: Uint8Array[] = []
  child.stdout?.on('data', (bytes: Uint8Array) => stdout.push(bytes))
  child.stderr?.on('data', (bytes: Uint8Array) => stderr.push(bytes))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) =>
      resolve({
        stdout: Buffer.concat(stdout).toString('utf8'),
        stderr: Buffer.concat(stderr).toString('utf8'),
        code: code ?? undefined,
        signal: signal ?? undefined,
      }),
    )
  })
}

/** Runs a test body with a TestShell that is disposed of whatever happens. */
export function withShell(body: (shell: TestShell) => Promise<void>): () => Promise<void> {
  return async () => {
    const shell = new TestShell()
    try {
      await body(shell)
    } finally {
      shell.dispose()
    }
  }
}
