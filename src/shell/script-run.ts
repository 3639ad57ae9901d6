import type { ScriptStatement } from '../syntax/split.ts'
import { findCommand } from './commands.ts'
import type { EventSink } from './events.ts'
import { type ExitName, firstFailure } from './exit-codes.ts'
import type { Ask } from './risk.ts'
import { ScriptReader } from './script-reader.ts'

/** Runs what a script holds, one statement or command after the other: a Shell. */
export interface StatementRunner {
  readonly inTransaction: boolean
  runStatement(statement: ScriptStatement, sink: EventSink, options?: RunOptions): Promise<RunOutcome>
  /** Rolls back an open transaction and reports it. */
  abortOpen(sink: EventSink): Promise<unknown>
}

export interface ScriptOptions {
  /** The script's name, for places in error reports. */
  readonly file?: string
  /** Continue after an error; in a transaction, after its commit or abort. */
  readonly continueOnError: boolean
  /** Cancels the running statement and ends the script ('interrupted') without running the rest. */
  readonly signal?: AbortSignal
  /** A statement that is longer ends the script. */
  readonly statementCharacters?: number
  /** Called before each statement. */
  readonly onStatement?: (statement: ScriptStatement) => void
  /** Called before each statement: whether later statements have already been read. */
  readonly onMore?: (isMore: boolean) => void
}

/**
 * Runs a script that comes in pieces: each statement as soon as it is complete, so that memory does not grow with the
 * script. Ends at the first error, unless told to continue; ends at `quit`. A transaction that is open afterwards stays open.
 */
export async function runScript(
  shell: StatementRunner,
  chunks: AsyncIterable<string> | Iterable<string>,
  sink: EventSink,
  options: ScriptOptions,
): Promise<RunOutcome> {
  const run = new ScriptRun(shell, sink, options)
  const reader = new ScriptReader(options.statementCharacters)
  try {
    for await (const chunk of chunks) {
      const found = reader.push(chunk)
      for (const [at, statement] of found.entries()) {
        options.onMore?.(at < found.length - 1 || reader.holdsText)
        if (!(await run.step(statement))) return run.outcome
      }
    }
  } catch (error) {
    // An interrupt may also close the input that the script waits for.
    if (run.isInterrupted()) return run.outcome
    throw error
  }
  const found = reader.end()
  for (const [at, statement] of found.entries()) {
    options.onMore?.(at < found.length - 1)
    if (!(await run.step(statement))) return run.outcome
  }
  run.isInterrupted()
  return run.outcome
}

class ScriptRun {
  readonly #shell: StatementRunner
  readonly #sink: EventSink
  readonly #options: ScriptOptions
  #exit: ExitName = 'ok'
  #quit = false
  /** Inside a failed transaction: skips everything up to its commit or abort. */
  #isSkipping = false

  constructor(shell: StatementRunner, sink: EventSink, options: ScriptOptions) {
    this.#shell = shell
    this.#sink = sink
    this.#options = options
  }

  get outcome(): RunOutcome {
    return { exit: this.#exit, quit: this.#quit }
  }

  /** Whether the script continues after this statement. */
  async step(statement: ScriptStatement): Promise<boolean> {
    const { signal, file, continueOnError } = this.#options
    if (this.isInterrupted()) return false
    const command = commandName(statement.text)
    if (this.#isSkipping) {
      if (command === 'commit' || command === 'abort') this.#isSkipping = false
      return true
    }
    this.#options.onStatement?.(statement)
    const wasOpen = this.#shell.inTransaction
    const outcome = await this.#shell.runStatement(statement, this.#sink, {
      continueOnError,
      isScript: true,
      ...(signal === undefined ? {} : { signal }),
      ...(file === undefined ? {} : { file }),
    })
    this.#quit = outcome.quit
    this.#exit = firstFailure(this.#exit, outcome.exit)
    if (outcome.exit === 'ok') return !outcome.quit
    if (outcome.exit === 'interrupted' || !continueOnError) return false
    await this.#skipBlock(wasOpen, command)
    return true
  }

  /** Whether the user has stopped the script; its outcome then says so. */
  isInterrupted(): boolean {
    if (this.#options.signal?.aborted !== true) return false
    this.#exit = firstFailure(this.#exit, 'interrupted')
    return true
  }

  /** Nothing of a failed transaction may run outside it, nor may the block after a `begin` that failed. */
  async #skipBlock(wasOpen: boolean, command: string | undefined): Promise<void> {
    await this.#shell.abortOpen(this.#sink)
    this.#isSkipping = command === 'begin' || (wasOpen && command !== 'commit' && command !== 'abort')
    if (this.#isSkipping) {
      await this.#sink({ type: 'notice', text: 'the rest of the transaction is skipped, up to its commit or abort' })
    }
  }
}

/** The first name of the command that a text calls; undefined for statements and for calls that are wrong. */
function commandName(text: string): string | undefined {
  try {
    return findCommand(text)?.command.names[0]
  } catch {
    return undefined
  }
}

export interface RunOutcome {
  /** The first failure of this input, 'ok' without one. */
  readonly exit: ExitName
  /** The user asked to leave (`quit`, `exit`). */
  readonly quit: boolean
}

export interface RunOptions {
  /** Cancels the running statement: aborts its transaction and drops the rest of the input. */
  readonly signal?: AbortSignal
  /** The script's name, for places in error reports. */
  readonly file?: string
  /** For a script that this one includes: continue after an error. */
  readonly continueOnError?: boolean
  /** Asks the user before data may get lost (`confirm`); never in a script. */
  readonly ask?: Ask
  /** A statement that fails rolls its transaction back, whatever `on-error` says. */
  readonly isScript?: true
}
