import { LedgerError } from '../base/errors.ts'
import { chargedTextCharactersMin } from '../base/limits.ts'
import type { Span } from '../base/span.ts'
import { missing, type MissingValue, type Value } from '../values/value.ts'
import type { Doubt } from './doubt.ts'
import type { NoticeSites } from './notice-sites.ts'
import { Observation, unseenMarks } from './observation.ts'
import type { EvaluationContext } from './evaluation-context.ts'
import type { SharedRows } from './spill/kept-rows.ts'
import { defaultStatementLimits, Holding, StatementMemory } from './statement-memory.ts'
import type { Profile } from './step-profile.ts'
import { defaultValueLimits, ValueChecks } from './value-limits.ts'

/** One run of a statement: its slots (see plan.ts) and what it runs against. */
export class Frame {
  readonly slots: Value[]
  readonly context: EvaluationContext
  /** What the statement holds is charged here. */
  readonly memory: StatementMemory
  /** Of results that are kept to the end. */
  readonly kept: Holding
  /** Results of sub-queries that do not depend on any row, by their plan nodes. */
  readonly results = new Map<object, Value>()
  /** What is in doubt about them (sure-conditions.ts). */
  readonly doubts = new Map<object, Doubt>()
  /** Rows of sub-queries in FROM that are opened again, by their plan nodes; undefined after the first opening. */
  readonly sharedRows = new Map<object, SharedRows | undefined>()
  /** The last collection that each IN looked into, by its plan node; without keys as long as it did so once. */
  readonly collections = new Map<
    object,
    KeyedCollection | (Omit<KeyedCollection, 'keys' | 'kinds'> & { keys: undefined })
  >()
  /** Refuses values that grow too large. */
  readonly values: ValueChecks
  /** Collects the facts for notices; undefined if the caller wants no notices. */
  observation: Observation | undefined
  /** What EXPLAIN ANALYZE counts; undefined for any other statement. */
  profile: Profile | undefined
  /** Of paths and comparisons (notice-sites.ts). */
  marks: Uint8Array = unseenMarks
  #work = 0
  #textBytes = 0

  constructor(slots: number, context: EvaluationContext, limits = context.valueLimits ?? defaultValueLimits) {
    this.slots = new Array<Value>(slots).fill(missing)
    this.context = context
    this.memory = context.memory ?? new StatementMemory(defaultStatementLimits)
    this.values = new ValueChecks(limits, this.memory.limits.memoryBytes)
    this.kept = new Holding(this.memory)
  }

  /** From now on what is watched is seen, if whoever runs the statement wants notices, or a change needs it. */
  observe(sites: NoticeSites, isChange: boolean): void {
    const observation = this.context.observation ?? (isChange && sites.hasChoosers ? new Observation('') : undefined)
    if (observation === undefined) return
    observation.begin(sites, this.context.parameters)
    this.observation = observation
    this.marks = observation.marks
  }

  /** Called for every row that is worked on; lets the meter stop the statement every 512 of them. */
  step(): void {
    this.#work += 1
    if (this.#work === 512) {
      this.#work = 0
      this.ask()
    }
  }

  /** Ends the statement by throwing if it is to end. */
  readonly ask = (): void => {
    const { meter } = this.context
    if (meter.check === undefined) meter.tick()
    else meter.check()
  }

  /** The value, which an operation has made; a long text counts as held until the row is done. */
  made(value: Value): Value {
    const checked = this.values.checked(value)
    if ((checked.type === 'string' || checked.type === 'symbol') && checked.value.length >= chargedTextCharactersMin) {
      this.ask()
      this.memory.charge(checked.value.length)
      this.#textBytes += checked.value.length
    }
    return checked
  }

  /** What the long texts take that rows under way have made. */
  get textBytes(): number {
    return this.#textBytes
  }

  /** Releases the memory of long texts made since `before`: the caller is done with their row. */
  releaseTexts(before: number): void {
    if (this.#textBytes === before) return
    this.memory.release(this.#textBytes - before)
    this.#textBytes = before
  }
}

/** A collection and the keys of its present elements. */
export interface KeyedCollection {
  readonly of: Value
  readonly keys: ReadonlySet<string>
  readonly kinds: ReadonlySet<string>
  readonly hasAbsent: boolean
}

/** A compiled expression. */
export type Evaluate = (frame: Frame) => Value
/** A compiled condition: whether it is TRUE. */
export type Test = (frame: Frame) => boolean
/** A compiled operator: starts its rows. */
export type Open = (frame: Frame) => Cursor
/** A compiled query whose rows stream. */
export type OpenRows = (frame: Frame) => Iterator<Value, undefined>

/** Rows one after the other: each `next` that is true has filled the operator's slots. */
export interface Cursor {
  next(): boolean
  /** Closes what is open below; called once when no more rows are wanted. */
  close(): void
}

/** The literal MISSING where a change writes it: it alone leaves a field out, or removes it. */
export const writtenMissing: MissingValue = Object.freeze({ type: 'missing', annotations: undefined })

/** Refuses what a change would write although it is MISSING, unless the literal says so. `what` names its place. */
export function present(value: Value, what: string, span: Span): Value {
  if (value.type !== 'missing' || value === writtenMissing) return value
  throw new LedgerError('evaluator/missing-value', `${what} is MISSING`, {
    span,
    help: 'write COALESCE(…, NULL) to store NULL, or the literal MISSING to leave it out',
  })
}

/** Does something whose errors know no place in the text, and gives them one. */
export function placed<T>(span: Span, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof LedgerError ? error.at(span) : error
  }
}
