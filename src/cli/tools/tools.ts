import type { ExitName } from '../../shell/exit-codes.ts'
import type { ToolName } from '../flags/tool-names.ts'
import { reportFailure } from '../session/report-failure.ts'
import type { ToolWorld } from './tool.ts'

/** A subcommand: what follows its name on the command line, and the verdict. Throws LedgerError for the user's faults. */
export type Tool = (argv: readonly string[], world: ToolWorld) => Promise<ExitName>

const tools: Readonly<Record<ToolName, () => Promise<Tool>>> = {
  digest: async () => (await import('./digest-tool.ts')).digestTool,
  prove: async () => (await import('./prove-tool.ts')).proveTool,
  verify: async () => (await import('./verify-tool.ts')).verifyTool,
  rebuild: async () => (await import('./rebuild-tool.ts')).rebuildTool,
  import: async () => (await import('./import-tool.ts')).importTool,
  export: async () => (await import('./export-tool.ts')).exportTool,
  load: async () => (await import('./load-tool.ts')).loadTool,
  dump: async () => (await import('./dump-tool.ts')).dumpTool,
  query: async () => (await import('./query-tool.ts')).queryTool,
  serve: async () => (await import('./serve-tool.ts')).serveTool,
}

/** Runs a subcommand; what it throws is reported here. Entry of the chunk that holds all subcommands. */
export async function runTool(name: ToolName, argv: readonly string[], world: ToolWorld): Promise<ExitName> {
  try {
    const tool = await (tools[name] as () => Promise<Tool>)()
    return await tool(argv, world)
  } catch (error) {
    const verbosity = argv.filter((word) => word === '-v' || word === '--verbose').length
    return reportFailure(error, verbosity, world.stderr, world.errorFormat)
  }
}
