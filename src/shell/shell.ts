import type { Env } from '../base/env.ts'
import type { Connect, Connection } from './connection.ts'
import type { EventSink } from './events.ts'
import type { ExitName } from './exit-codes.ts'
import type { History } from './history.ts'
import type { Settings } from './settings.ts'

export interface ShellOptions {
  readonly connection: Connection
  /** For `use`. */
  readonly connect: Connect
  readonly settings: Settings
  readonly history: History
  readonly env: Env
  /** For `status`. */
  readonly version: string
}

export interface RunOptions {
  /** Cancels the statement that runs: its transaction is aborted, the rest of the input dropped. */
  readonly signal?: AbortSignal
}

export interface RunOutcome {
  /** The first failure of this input, 'ok' without one. */
  readonly exit: ExitName
  /** The user asked to leave (`quit`, `exit`). */
  readonly quit: boolean
}

/** For prompts and status lines. */
export interface ShellState {
  readonly ledger: string
  readonly description: string
  /** The prompt's text, variables filled in: `qldb> `, in a transaction `qldb *> `. */
  readonly prompt: string
  readonly transaction: { readonly id: string; readonly startedMs: number; readonly ageMsMax: number } | undefined
}

/** What Enter should do with a text: nothing, run it, or begin a new line. */
export type InputState = 'empty' | 'complete' | 'incomplete'

/** The REPL without a terminal: text in, events out. One input at a time. */
export declare class Shell {
  constructor(options: ShellOptions)
  readonly settings: Settings
  readonly history: History
  /** A new object after every `state` event. */
  get state(): ShellState
  /** Whether `text` is ready: a command, or a statement that is closed (terminated, if `terminator-required` is on). */
  inputState(text: string): InputState
  /** Runs commands and statements of a typed input in order, up to the first error. Never rejects for the user's faults. */
  run(text: string, sink: EventSink, options?: RunOptions): Promise<RunOutcome>
  /** Ctrl-D: aborts an open transaction and stays (quit: false), else asks to leave (quit: true). */
  endOfInput(sink: EventSink): Promise<RunOutcome>
  /** The end of the session: aborts an open transaction with a warning (exit 'failed') and closes the connection. */
  close(sink: EventSink): Promise<RunOutcome>
}
