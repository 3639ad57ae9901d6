import type { Notice } from '../base/notice.ts'
import type { Place } from '../base/span.ts'
import type { ScriptStatement } from '../syntax/split.ts'
import type { Value } from '../values/value.ts'
import type { ExitName } from './exit-codes.ts'

/**
 * What the shell says while it runs an input. Results come as result-start, rows (any number), result-end; nothing
 * else comes between them. `text` is data (it belongs on stdout), `notice`, `note`, `warning` and
 * `error` are talk (stderr).
 */
export type ShellEvent =
  | {
      readonly type: 'result-start'
      readonly statement: ScriptStatement
      /**
       * True: the whole result is in memory and follows in one `rows` (none when it is empty); its commit has succeeded,
       * or its transaction is open. False: it is larger than the buffer (resultBufferValuesMax, resultBufferBytesMax)
       * and streams, page by page, before its commit.
       */
      readonly whole: boolean
    }
  | { readonly type: 'rows'; readonly values: readonly Value[] }
  | { readonly type: 'result-end'; readonly summary: ResultSummary }
  /**
   * Output of a command (`help`, `show tables` …): lines without a final newline, and rows for programs' formats; `text`: the
   * lines are what programs read.
   */
  | { readonly type: 'text'; readonly text: string; readonly rows?: readonly Value[] | 'text' }
  | { readonly type: 'notice'; readonly text: string }
  /** About the statement whose result has just ended. */
  | { readonly type: 'note'; readonly note: ShownNotice }
  | { readonly type: 'warning'; readonly text: string }
  | { readonly type: 'error'; readonly report: ErrorReport }
  /** Prompt, ledger, transaction or settings have changed: ask the shell again. */
  | { readonly type: 'state' }

/** A notice and where in the script it is about. */
export interface ShownNotice {
  readonly code: Notice['code']
  readonly message: string
  readonly place: NonNullable<LocatedError['place']>
}

/** What is known of a result when it has ended. */
export interface ResultSummary {
  readonly documents: number
  readonly readIos: number
  readonly writeIos: number
  readonly serverMs: number
  readonly totalMs: number
  /**
   * committed: for good · open: part of a transaction that is still open · lost: a streamed result whose end or commit
   * failed; an error follows that says why, and what was shown does not hold.
   */
  readonly outcome: 'committed' | 'open' | 'lost'
  readonly transactionId: string
}

/**
 * What became of the transaction by an error: none was open, it is still open, it was aborted, the ledger ended it, or it may
 * have been committed.
 */
export type TransactionFate = 'none' | 'open' | 'aborted' | 'lost' | 'unknown'

/** One error and where it is. */
export interface LocatedError {
  /** A code of base/errors.ts, an endpoint's exception name, or 'bug'. */
  readonly code: string
  readonly message: string
  /** Where in the script, as people count. `file` is undefined for `-e` and typed input. */
  readonly place: (Place & { readonly file: string | undefined }) | undefined
  /** The statement's line and a line with the caret; empty when no place is known. Safe to print. */
  readonly picture: readonly string[]
  /** What to do about it, in one line, without "help: ". */
  readonly help: string | undefined
}

/** An error as data; printErrorReport makes lines of it. */
export interface ErrorReport extends LocatedError {
  /** What else is wrong with the same statement. */
  readonly others: readonly LocatedError[]
  readonly fate: TransactionFate
  readonly exit: ExitName
  /** Causes, one line each, and stack lines (they begin with a blank); for --verbose. */
  readonly causes: readonly string[]
}

/** Takes events in order; the shell waits for each promise, so a slow terminal or pipe slows the ledger's stream. */
export type EventSink = (event: ShellEvent) => void | Promise<void>
