import { parseArguments } from '../../src/cli/flags/args.ts'
import { type ToolName, toolHelp } from '../../src/cli/flags/tool-names.ts'
import type { ToolWorld } from '../../src/cli/tools/tool.ts'
import { runTool } from '../../src/cli/tools/tools.ts'

/** What `qldb --help` and `qldb TOOL --help` print, on a terminal of eighty columns. */
export async function helpTexts(): Promise<string> {
  const parts = [fenced('qldb --help', await atEightyColumns(async () => shellHelp()))]
  for (const name of Object.keys(toolHelp) as ToolName[]) {
    const text = await atEightyColumns(() => toolText(name))
    parts.push(`## qldb ${name}\n\n${fenced(`qldb ${name} --help`, text)}`)
  }
  return parts.join('\n\n')
}

function fenced(command: string, text: string): string {
  return ['```', `$ ${command}`, text.trimEnd(), '```'].join('\n')
}

function shellHelp(): string {
  const found = parseArguments(['--help'], '')
  return found.kind === 'text' ? found.text : ''
}

async function toolText(name: ToolName): Promise<string> {
  const parts: string[] = []
  const stream = { write: (part: string) => void parts.push(part), isTTY: false, columns: undefined }
  const world = {
    ...{ stdin: stream, stdout: stream, stderr: stream, variables: {}, version: '', errorFormat: 'text' },
    onInterrupt: () => () => undefined,
  } as unknown as ToolWorld
  await runTool(name, ['--help'], world)
  return parts.join('')
}

/** Commander asks the process how wide its terminal is. */
async function atEightyColumns<T>(work: () => Promise<T>): Promise<T> {
  const { columns } = process.stdout
  process.stdout.columns = 80
  try {
    return await work()
  } finally {
    process.stdout.columns = columns
  }
}
