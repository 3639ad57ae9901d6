import { LedgerError } from '../base/errors.ts'
import { printErrorReport, reportOf } from '../shell/error-report.ts'
import { type ExitName, exitNumber } from '../shell/exit-codes.ts'
import { type Arguments, parseArguments } from './args.ts'
import { resolveOptions } from './options.ts'
import { watchStreams } from './output.ts'
import { runSources } from './run-script.ts'
import { executeSources, fileSources, type ScriptSource, stdinSource } from './script-sources.ts'

declare const __QLDB_VERSION__: string
const version = __QLDB_VERSION__

/** Codes that mean wrong usage when they stop the program before it has run anything. */
const usageCodes: ReadonlySet<string> = new Set([
  'usage/invalid-argument',
  'usage/unknown-command',
  'config/invalid',
  'file/unreadable',
  'file/not-text',
  'ledger/invalid-name',
])

async function main(): Promise<void> {
  let verbosity = 0
  watchStreams(
    process.stdout,
    () => process.exit(0),
    (error) => {
      process.exitCode = exitNumber(report(error, 0))
      process.exit()
    },
  )
  // Nobody listens to errors any more: that is no reason to stop.
  process.stderr.on('error', () => undefined)
  try {
    const invocation = parseArguments(process.argv.slice(2), version)
    if (invocation.kind === 'text') {
      process.stdout.write(invocation.text)
      return
    }
    verbosity = invocation.args.verbose
    process.exitCode = exitNumber(await run(invocation.args))
  } catch (error) {
    process.exitCode = exitNumber(report(error, verbosity))
  }
}

async function run(args: Arguments): Promise<ExitName> {
  const sources = sourcesOf(args)
  const options = resolveOptions(args, process.env)
  const common = { args, options, version, stdout: process.stdout }
  if (sources === undefined) {
    const { runInteractive } = await import('./run-interactive.ts')
    return runInteractive({ ...common, stdin: process.stdin, variables: process.env })
  }
  for (const warning of options.warnings) process.stderr.write(`warning: ${warning}\n`)
  return runSources(sources, { ...common, stderr: process.stderr, onInterrupt })
}

/** What is to be run; undefined on a terminal with nothing else given: an interactive session. */
function sourcesOf(args: Arguments): ScriptSource[] | undefined {
  if (args.execute.length > 0) return executeSources(args.execute)
  if (args.file.length > 0) return fileSources(args.file, process.stdin)
  if (!process.stdin.isTTY) return [stdinSource(process.stdin)]
  return process.stdout.isTTY ? undefined : [stdinSource(process.stdin)]
}

function onInterrupt(callback: () => void): () => void {
  process.once('SIGINT', callback)
  return () => process.off('SIGINT', callback)
}

function report(error: unknown, verbosity: number): ExitName {
  const found = reportOf(error, { statement: undefined, file: undefined, fate: 'none' })
  process.stderr.write(`${printErrorReport(found, verbosity).join('\n')}\n`)
  return error instanceof LedgerError && usageCodes.has(error.code) ? 'usage' : found.exit
}

void main()
