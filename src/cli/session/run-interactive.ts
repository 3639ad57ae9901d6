import type { EventSink } from '../../shell/events.ts'
import type { ExitName } from '../../shell/exit-codes.ts'
import { History } from '../../shell/history.ts'
import { Shell } from '../../shell/shell.ts'
import { runPlainUi } from '../../ui/plain-ui.ts'
import { type Arguments, parametersOf } from '../flags/args.ts'
import { loadChunk } from '../../host/chunks.ts'
import { connectorFor, connectTo } from './connect.ts'
import { fillDemo } from '../../host/fill-demo.ts'
import { HistoryFile } from './history-file.ts'
import type { Options } from '../flags/options.ts'
import { OutputSwitch } from './output-switch.ts'
import { page } from './pager.ts'
import { visibleText } from '../../shell/visible-text.ts'
import { historyFile } from '../flags/places.ts'
import { embeddedFunctions } from './function-list.ts'
import { lazyAuditor } from './lazy-auditor.ts'
import { realEnv } from '../../host/real-env.ts'

export interface InteractiveContext {
  readonly args: Arguments
  readonly options: Options
  readonly version: string
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly variables: Readonly<Record<string, string | undefined>>
}

/** A session on a terminal. Ink is loaded here and nowhere else; the engine works in a thread of its own. */
export async function runInteractive(context: InteractiveContext): Promise<ExitName> {
  const { args, options, version, stdin, stdout, variables } = context
  const { place, settings } = options
  const isDumb = isDumbTerminal(variables)
  const [connection, ui] = await Promise.all([
    connectTo(place, 'worker'),
    isDumb ? undefined : loadChunk<typeof import('../../ui/run-ui.tsx')>('ui'),
  ])
  if (args.demo) await fillDemo(connection.driver)
  const file = new HistoryFile(historyFile(variables))
  const history = new History(file.read())
  const connect = connectorFor(place, 'worker')
  const files = new OutputSwitch(settings)
  const shell = new Shell({
    connection,
    connect,
    settings,
    history,
    env: realEnv,
    version,
    auditor: lazyAuditor,
    functions: embeddedFunctions,
    files,
    parameters: parametersOf(args),
  })
  const common = {
    shell,
    stdin,
    stdout,
    greeting: greeting(shell, version, options.warnings),
    nowMs: realEnv.nowMs,
    rowsRead: () => shell.readIosSoFar,
    remember: (input: string) => file.append(input),
    verbosity: args.verbose,
    beforeSink: (sink: EventSink) => files.before(sink),
  }
  if (ui !== undefined)
    return ui.runUi({ ...common, hasColour: !variables['NO_COLOR'], suspend, page: (text) => page(text, variables) })
  return runPlainUi({ ...common, onInterrupt })
}

/** A terminal that would show control sequences as letters. On Windows no terminal says what it is. */
function isDumbTerminal(variables: InteractiveContext['variables']): boolean {
  const kind = variables['TERM'] ?? ''
  return kind === 'dumb' || (kind === '' && process.platform !== 'win32')
}

function onInterrupt(callback: () => void): () => void {
  process.on('SIGINT', callback)
  return () => void process.off('SIGINT', callback)
}

/**
 * Stops the whole process group, as the terminal does for Ctrl-Z. Where nobody could resume it (no job control) the
 * system ignores that; no timer runs while it is stopped, so one ends the waiting in both cases.
 */
function suspend(): Promise<void> {
  if (process.platform !== 'win32') process.kill(0, 'SIGTSTP')
  return new Promise((resolve) => setTimeout(resolve, suspendPauseMs))
}

/** How long a signal to ourselves may take to arrive. */
const suspendPauseMs = 100

function greeting(shell: Shell, version: string, warnings: readonly string[]): string[] {
  const { ledger, description } = shell.state
  const lines = warnings.map((warning) => `warning: ${visibleText(warning)}`)
  if (!shell.settings.isOn('display-welcome')) return lines
  return [
    ...lines,
    `qldb ${version}: ledger '${ledger}' (${description})`,
    "A statement ends with ';' and runs in a transaction of its own.",
    "'begin' starts a transaction that you commit; 'help' tells more; Ctrl-D leaves.",
    '',
  ]
}
