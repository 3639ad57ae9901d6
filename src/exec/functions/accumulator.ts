import type { Value } from '../../values/value.ts'

/** One group's aggregate in the making. Skips NULL and MISSING; with nothing else all but COUNT give NULL. */
export interface Accumulator {
  /** Throws LedgerError evaluator/type-mismatch for a value that the aggregate can't take. */
  add(value: Value): void
  result(): Value
  /** A value that it keeps. */
  readonly held?: Value | undefined
}

export interface AggregateDefinition {
  /** Lower case. */
  readonly name: string
  start(): Accumulator
  /** Continues from a sum of this many small integers. */
  resume?(sum: number, count: number): Accumulator
}
