import { type ExitName, exitNumber } from '../shell/exit-codes.ts'
import { showsPassword } from '../base/hidden-passwords.ts'
import { LedgerError } from '../base/errors.ts'
import { type Arguments, parseArguments, takeErrorFormat } from './flags/args.ts'
import { loadChunk } from '../host/chunks.ts'
import { resolveOptions } from './flags/options.ts'
import { watchStreams, writeWhole } from './session/output.ts'
import type { ErrorFormat } from './session/present.ts'
import { reportFailure } from './session/report-failure.ts'
import { runSources } from './session/run-script.ts'
import { executeSources, fileSources, type ScriptSource, stdinSource } from './session/script-sources.ts'
import { isToolName, type ToolName, wordsAsFlags } from './flags/tool-names.ts'

declare const __QLDB_VERSION__: string
const version = __QLDB_VERSION__

/** The verdict when whoever reads standard output goes away (`qldb … | head`): what was asked for was read. */
let readerGone: () => ExitName = () => 'ok'

async function main(): Promise<void> {
  // Until it is known how the run ends: a program that stops without an end has not done what was asked.
  process.exitCode = exitNumber('failed')
  let verbosity = 0
  let errorFormat: ErrorFormat = 'text'
  for (const stream of [process.stdout, process.stderr]) writeWhole(stream)
  watchStreams(
    process.stdout,
    () => process.exit(exitNumber(readerGone())),
    (error) => {
      process.exit(exitNumber(reportFailure(error, 0, process.stderr, errorFormat, 'failed')))
    },
  )
  // Nobody listens to errors any more: that is no reason to stop.
  process.stderr.on('error', () => undefined)
  // Others on the machine see the arguments of a process.
  if (process.argv.some(showsPassword)) process.title = 'qldb'
  const argv = wordsAsFlags(process.argv.slice(2))
  const [first, ...rest] = argv
  try {
    const asked = takeErrorFormat(isToolName(first) ? rest : argv)
    errorFormat = asked.errorFormat
    if (isToolName(first)) {
      process.exitCode = exitNumber(await runNamedTool(first, asked.argv, errorFormat))
      return
    }
    const invocation = parseArguments(asked.argv, version)
    if (invocation.kind === 'text') {
      process.stdout.write(invocation.text)
      process.exitCode = exitNumber('ok')
      return
    }
    verbosity = invocation.args.verbose
    process.exitCode = exitNumber(await run(invocation.args, errorFormat))
  } catch (error) {
    process.exitCode = exitNumber(reportFailure(error, verbosity, process.stderr, errorFormat))
  }
}

async function run(args: Arguments, errorFormat: ErrorFormat): Promise<ExitName> {
  const sources = sourcesOf(args)
  const options = resolveOptions(args, process.env)
  const common = { args, options, version, stdout: process.stdout }
  if (sources === undefined) {
    if (errorFormat === 'json')
      throw new LedgerError('usage/invalid-argument', "'--error-format json' is for scripts and -e")
    const { runInteractive } = await import('./session/run-interactive.ts')
    return runInteractive({ ...common, stdin: process.stdin, variables: process.env })
  }
  const closeInput = () => void process.stdin.destroy()
  return runSources(sources, {
    ...common,
    stderr: process.stderr,
    errorFormat,
    onInterrupt,
    closeInput,
    onReaderGone: (callback) => {
      readerGone = callback
    },
  })
}

async function runNamedTool(name: ToolName, argv: readonly string[], errorFormat: ErrorFormat): Promise<ExitName> {
  const { runTool } = await loadChunk<typeof import('./tools/tools.ts')>('tools')
  const { stdin, stdout, stderr, env: variables } = process
  const world = { stdin, stdout, stderr, variables, version, errorFormat, onInterrupt: onStop }
  // A thread that waits for another process's lock would hold up process.exit.
  return runTool(name, argv, { ...world, kill: () => process.kill(process.pid, 'SIGKILL') })
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

/** Ctrl-C, or what a service is stopped with; a second one ends the program at once. */
function onStop(callback: () => void): () => void {
  const signals = ['SIGINT', 'SIGTERM'] as const
  const giveUp = () => {
    for (const signal of signals) process.off(signal, stop)
  }
  const stop = () => {
    giveUp()
    callback()
  }
  for (const signal of signals) process.on(signal, stop)
  return giveUp
}

void main()
