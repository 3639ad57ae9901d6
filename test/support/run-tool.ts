import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { ToolName } from '../../src/cli/flags/tool-names.ts'
import { runTool } from '../../src/cli/tools/tools.ts'
import type { ToolWorld } from '../../src/cli/tools/tool.ts'

export interface ToolEnd {
  readonly exit: string
  readonly stdout: string
  readonly stderr: string
  /** The first line of stdout. */
  readonly line: string
}

/** Runs the program's commands in this process, with ledgers in a folder that ends with the test. */
export class ToolRunner {
  readonly folder: string

  constructor(t: TestContext) {
    this.folder = mkdtempSync(join(tmpdir(), 'qldb-tool-'))
    t.after(() => rmSync(this.folder, { recursive: true, force: true }))
  }

  path(...parts: readonly string[]): string {
    return join(this.folder, ...parts)
  }

  async run(tool: ToolName, ...argv: readonly string[]): Promise<ToolEnd> {
    const [out, error]: [string[], string[]] = [[], []]
    const stream = (texts: string[]) =>
      ({ write: (text: string) => texts.push(text), isTTY: false }) as unknown as NodeJS.WriteStream
    const world: ToolWorld = {
      ...{ stdin: process.stdin, stdout: stream(out), stderr: stream(error), version: '0', errorFormat: 'text' },
      variables: { HOME: this.folder, AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'none' },
      onInterrupt: () => () => undefined,
      kill: () => undefined,
    }
    const exit = await runTool(tool, argv, world)
    const stdout = out.join('')
    return { exit, stdout, stderr: error.join(''), line: stdout.split('\n')[0] as string }
  }
}
