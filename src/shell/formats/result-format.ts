import type { Value } from '../../values/value.ts'

/** One result to text, bit by bit; each method returns what may be written now, with its line ends. */
export interface ResultFormat {
  start(): string
  values(values: readonly Value[]): string
  /** The same as UTF-8, where the format makes that itself. */
  bytes?(values: readonly Value[]): Uint8Array
  /** `complete` is false for a result that ended early: a JSON array is then left open, so that no reader takes it as whole. */
  end(complete: boolean): string
}
