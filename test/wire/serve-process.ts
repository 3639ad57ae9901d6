import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { ended, type TestShell } from '../cli/test-shell.ts'

/** The built program, started as people start it. */
export interface ServeProgram {
  readonly url: string
  readonly child: ChildProcess
  readonly end: ReturnType<typeof ended>
}

/** Resolves when it listens; `url` is what it said on standard error when it does not. */
export async function serve(shell: TestShell, ...args: readonly string[]): Promise<ServeProgram> {
  const port = args.includes('--port') ? [] : ['--port', '0']
  const child = shell.start(['serve', ...port, ...args])
  const end = ended(child)
  const first = child.stdout === null ? undefined : once(child.stdout, 'data')
  const [line] = (await Promise.race([first, end.then(({ stderr }) => [stderr])])) as [Buffer | string]
  return { url: String(line).trim(), child, end }
}
