/** What an argument may be; `?` marks an optional one, `*` any number of them, at the end. */
export type Parameter = ParameterKind | `${ParameterKind}?` | `${ParameterKind}*`

/** The types of each kind: exec/functions/definition.ts. */
export type ParameterKind =
  | 'any'
  | 'text'
  | 'bytes'
  | 'int'
  | 'number'
  | 'amount'
  | 'timestamp'
  | 'moment'
  | 'extractable'
  | 'sequence'
  | 'pair'
  | 'collection'
  | 'map'

/**
 * - `qldb`: QLDB had it
 * - `literals`: a literal that it can never take is refused before anything runs, as QLDB did
 * - `calm`: in permissive typing it never raises an error, so that a condition with it may be tried early
 * - `rows`: it takes whole collections: a sub-query among its arguments keeps its rows
 * - `clock`: a repeated statement would get another value
 * - `absent`: it is called with NULL and MISSING too; for all others one such argument decides the result
 * - `consumes`: it gives a value where an argument has none, or the wrong type: what a change concludes from it is in doubt
 * - `excuses`: a path in its arguments may lead nowhere, in what a change writes too
 * - `brief`: an aggregate that takes little time and memory for each row: a statement with it may share a thread
 * - `lazy`: the arguments behind the first one that is present are not evaluated
 */
export type Trait =
  | 'qldb'
  | 'literals'
  | 'calm'
  | 'rows'
  | 'clock'
  | 'absent'
  | 'consumes'
  | 'excuses'
  | 'brief'
  | 'lazy'

/** What is known of a built-in function, but for its name and its body (exec/functions). */
export interface FunctionRow {
  /** The arguments by name, in order. */
  readonly takes: Readonly<Record<string, Parameter>>
  /** What the call gives, in a line. */
  readonly gives: string
  readonly traits?: readonly Trait[]
  /** How it is written, where that is not NAME(a, b). */
  readonly form?: string
  /** What QLDB had instead of it. */
  readonly inQldb?: string
}

/** Rows by name, in lower case and in the order in which they are listed. */
export type FunctionRows = Readonly<Record<string, FunctionRow>>
