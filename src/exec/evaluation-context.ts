import type { DocumentSource, DocumentSink, Meter } from './source.ts'
import type { Value } from '../values/value.ts'
import type { ValueLimits } from './value-limits.ts'
import type { StatementMemory } from './statement-memory.ts'
import type { Observation } from './observation.ts'

/** What every evaluation is given. */
export interface EvaluationContext {
  readonly source: DocumentSource
  /** Undefined where only queries are allowed. */
  readonly sink: DocumentSink | undefined
  readonly parameters: readonly Value[]
  /** `permissive`: a type error gives MISSING; `strict`: it is an error (PartiQL specification, section 4). */
  readonly typing: 'permissive' | 'strict'
  /** TXID(); undefined outside a transaction. */
  readonly transactionId: string | undefined
  /** UTCNOW(): one moment for the whole statement, in milliseconds since 1970. */
  readonly nowMs: number
  readonly meter: Meter
  /** Milliseconds since some fixed moment, for EXPLAIN ANALYZE. */
  readonly clockMs?: () => number
  /** What one value may take; the widest where left out. */
  readonly valueLimits?: ValueLimits | undefined
  /**
   * The account of what the statement holds. Whoever makes it closes it; so does the end of the rows. Left out: a limit of
   * its own, and nothing spills.
   */
  readonly memory?: StatementMemory
  /** Collects the facts for notices; undefined if the caller wants no notices. */
  readonly observation?: Observation | undefined
}
