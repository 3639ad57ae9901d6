import type { Value } from '../../values/value.ts'

/**
 * One result to text, piece by piece; each method returns what may be written now, with its line ends. A formatter is
 * made for one result: `start` is called once, then `values` for each page, then `end`.
 *
 * A result may be shown on a terminal, and its texts come from strangers: no control character may reach a terminal as it is.
 * `ionText` and `jsonText` escape them so that readers get the same value back. A syntax without escapes, as CSV, uses
 * `visibleText`, and only where `FormatOptions.width` says that there is a terminal.
 */
export interface ResultFormat {
  start(): string
  values(values: readonly Value[]): string
  /** The same as UTF-8, for a format that encodes faster than from a string. */
  bytes?(values: readonly Value[]): Uint8Array
  /** `complete` is false for a result that ended early: a JSON array is then left open, so that no reader takes it as whole. */
  end(complete: boolean): string
}
