import { statementCharactersMaxWide } from '../../base/limits.ts'
import { type ExitName, firstFailure } from '../../shell/exit-codes.ts'
import { History } from '../../shell/history.ts'
import { runScript } from '../../shell/script-run.ts'
import type { EventSink } from '../../shell/events.ts'
import { Shell } from '../../shell/shell.ts'
import { processMemoryShare } from '../../host/memory-share.ts'
import { type Arguments, parametersOf } from '../flags/args.ts'
import { connectorFor, connectTo } from './connect.ts'
import type { Options } from '../flags/options.ts'
import { OutputSwitch } from './output-switch.ts'
import { Output } from './output.ts'
import { type ErrorFormat, presentPlain } from './present.ts'
import { Progress } from './progress.ts'
import { embeddedFunctions } from './function-list.ts'
import { lazyAuditor } from './lazy-auditor.ts'
import { realEnv } from '../../host/real-env.ts'
import type { ScriptSource } from './script-sources.ts'
import { fillDemo } from '../../host/fill-demo.ts'

export interface ScriptContext {
  readonly args: Arguments
  readonly options: Options
  readonly version: string
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly errorFormat: ErrorFormat
  /** Calls back at the first SIGINT; returns how to stop listening. The second one has its usual effect. */
  readonly onInterrupt: (callback: () => void) => () => void
  /** Closes standard input, so that nothing waits for it any longer. */
  readonly closeInput: () => void
  /** Says what is to be called when the reader of standard output goes away. */
  readonly onReaderGone: (callback: () => ExitName) => void
}

/** Runs `-e`, script files or standard input one after the other in one session. Rejects when the ledger can't be opened. */
export async function runSources(sources: readonly ScriptSource[], context: ScriptContext): Promise<ExitName> {
  const { args, options, version } = context
  const stdout = new Output(context.stdout)
  const stderr = new Output(context.stderr)
  const progress = progressOf(context, stdout, stderr)
  const beforeWrite = progress?.clear ?? (() => undefined)
  const { settings, place } = options
  const { errorFormat } = context
  const files = new OutputSwitch(settings)
  const direct = presentPlain({ stdout, stderr, settings, verbosity: args.verbose, errorFormat, beforeWrite })
  const sink = files.before(direct)
  for (const text of options.warnings) await sink({ type: 'warning', text })
  const connection = await connectTo(place, 'main')
  if (args.demo) await fillDemo(connection.driver)
  const shell = new Shell({
    connection,
    connect: connectorFor(place, 'main'),
    settings,
    history: new History(),
    env: realEnv,
    version,
    auditor: lazyAuditor,
    functions: embeddedFunctions,
    files,
    parameters: parametersOf(args),
  })
  // A statement of the embedded ledger can't be stopped from its own thread: there SIGINT ends the process, as usual.
  const controller = new AbortController()
  const isRemote = connection.driver.transport.cancels === 'waiting'
  const interrupt = () => {
    controller.abort()
    context.closeInput()
  }
  const ignore = isRemote ? context.onInterrupt(interrupt) : () => undefined
  let exit: ExitName = 'ok'
  let isMore = false
  let sourcesLeft = sources.length
  context.onReaderGone(() => readerGone(shell, isMore || sourcesLeft > 0, direct))
  try {
    const onMore = (more: boolean) => {
      isMore = more
    }
    const statementCharacters = Math.min(statementCharactersMaxWide, processMemoryShare())
    const common = { continueOnError: args.continueOnError, signal: controller.signal, statementCharacters, onMore }
    for (const { file, chunks } of sources) {
      sourcesLeft -= 1
      const outcome = await runScript(shell, chunks, sink, {
        ...common,
        ...(file === undefined ? {} : { file }),
        ...(progress === undefined ? {} : { onStatement: progress.onStatement }),
      })
      exit = firstFailure(exit, outcome.exit)
      if (outcome.quit || outcome.exit === 'interrupted' || (outcome.exit !== 'ok' && !args.continueOnError)) break
    }
  } finally {
    exit = firstFailure(exit, (await shell.close(sink)).exit)
    ignore()
    progress?.clear()
  }
  return exit
}

function progressOf({ errorFormat }: ScriptContext, stdout: Output, stderr: Output): Progress | undefined {
  const isQuiet = errorFormat === 'json' || !stderr.isTerminal || stdout.isTerminal
  return isQuiet ? undefined : new Progress(stderr, realEnv.monotonicMs)
}

/** Says what was lost when nobody reads the output any more. */
function readerGone({ inTransaction }: Shell, isMore: boolean, sink: EventSink): ExitName {
  if (!isMore && !inTransaction) return 'ok'
  const what = inTransaction ? 'the open transaction was rolled back' : 'the rest of the script was not run'
  void sink({ type: 'warning', text: `the reader of the output has gone: ${what}` })
  return 'failed'
}
