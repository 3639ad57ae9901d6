import { ErrorList } from '../base/error-list.ts'
import { type ErrorCode, LedgerError } from '../base/errors.ts'
import { chargedTextCharactersMin } from '../base/limits.ts'
import { nearName } from '../base/near-name.ts'
import type { Span } from '../base/span.ts'
import type { FieldsAsked } from '../plan/fields-asked.ts'
import type { PlanSettings } from '../plan/plan.ts'
import { missing, type MissingValue, type Value } from '../values/value.ts'
import { noSites, NoticeSites } from './notice-sites.ts'
import { Observation, unseenMarks } from './observation.ts'
import type { Profile } from './profile.ts'
import type { EvaluationContext } from './source.ts'
import { defaultValueLimits, ValueChecks } from './value-limits.ts'
import type { SharedRows } from './spill/kept-rows.ts'
import type { Doubt, Doubts } from './doubts.ts'
import { defaultStatementLimits, Holding, StatementMemory } from './statement-memory.ts'

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
  /** What is found out for notices; undefined where nobody wants any. */
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

  /** Long texts made since then are no longer needed: their row is done. */
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

/** What compiling depends on beside the plan's nodes. */
export interface Compiler {
  readonly role: Role
  /** The compilers of the same statement for what is below an expression but plays another part. */
  readonly family: Readonly<Record<Role, Compiler>>
  /** Strict typing. */
  readonly strict: boolean
  /** What leads nowhere is an error: strict typing, and the values of changes. */
  readonly needsPaths: boolean
  /** Errors about data types are raised: strict typing and QLDB's own. */
  readonly raises: boolean
  /** MISSING operands give NULL: QLDB's own typing. */
  readonly nullsMissing: boolean
  readonly foldsCase: boolean
  /** Set where a condition of a change is evaluated again, without what a mistake makes true: see sure-conditions.ts. */
  readonly doubts: Doubts | undefined
  /** Of which tables' rows fields alone are asked. */
  readonly fieldsAsked: FieldsAsked
  /** What is watched for notices. */
  readonly sites: NoticeSites
  /** Whether every step counts its rows: for EXPLAIN ANALYZE. */
  readonly isProfiled: boolean
  /** Calls that can't be made: compiling continues to find all of them. */
  readonly errors: ErrorList
}

/**
 * What an expression is for. Queries read; the values of a change are evaluated strictly, so that a mistake in one is an
 * error and never an empty or a removed field.
 * - `read`: by the typing mode. Conditions in a change's sub-queries are read, too.
 * - `write`: a type error and a path that leads nowhere are errors, and so is a value that turns out MISSING.
 * - `copy`: the rows of INSERT … SELECT: as `write`, but a column that is a plain path is left out where it leads nowhere.
 * - `excuse`: arguments of COALESCE and NULLIF: a path may lead nowhere. What they construct is written again.
 * - `ask`: the conditions of CASE, the operand of IS, the sources of INSERT … SELECT: a path may lead nowhere.
 */
export type Role = 'read' | 'write' | 'copy' | 'excuse' | 'ask'

export function compilerFor(plan: PlanSettings, fieldsAsked: FieldsAsked = new Map(), sites = noSites): Compiler {
  const strict = plan.typing === 'strict'
  const { foldsCase, qldbTyping } = plan
  const family = {} as Record<Role, Compiler>
  const read: Compiler = {
    role: 'read',
    family,
    strict,
    needsPaths: strict,
    raises: strict || qldbTyping,
    nullsMissing: qldbTyping,
    foldsCase,
    doubts: undefined,
    fieldsAsked,
    sites,
    isProfiled: false,
    errors: new ErrorList(),
  }
  for (const role of roles) family[role] = read
  return read
}

const roles: readonly Role[] = ['read', 'write', 'copy', 'excuse', 'ask']

/** The compiler for the values of a change. */
export function writing(read: Compiler): Compiler {
  const family = { read } as Record<Role, Compiler>
  for (const role of roles) {
    const needsPaths = read.strict || role === 'write' || role === 'copy'
    if (role !== 'read') family[role] = { ...read, role, family, needsPaths, raises: true }
  }
  return family.write
}

/** The compiler for the second look at a change's conditions. */
export function doubting(read: Compiler, doubts: Doubts): Compiler {
  const family = {} as Record<Role, Compiler>
  const compiler: Compiler = { ...read, family, doubts, sites: new NoticeSites() }
  for (const role of roles) family[role] = compiler
  return compiler
}

/** The same without doubts, for the same look. */
export function undoubting(doubting: Compiler): Compiler {
  const family = {} as Record<Role, Compiler>
  const compiler: Compiler = { ...doubting, family, doubts: undefined, sites: noSites, errors: new ErrorList() }
  for (const role of roles) family[role] = compiler
  return compiler
}

/** The compiler for EXPLAIN ANALYZE. */
export function profiling(read: Compiler): Compiler {
  const family = {} as Record<Role, Compiler>
  const compiler: Compiler = { ...read, family, isProfiled: true }
  for (const role of roles) family[role] = compiler
  return compiler
}

/** What a path gives that leads nowhere, or a source of the wrong type: an error in strict typing alone. */
export function nowhere(compiler: Compiler, span: Span, message: string): Value {
  if (!compiler.needsPaths) return missing
  throw new LedgerError(compiler.role === 'read' ? 'evaluator/type-mismatch' : 'evaluator/missing-value', message, {
    span,
  })
}

/** The same for a step to a field, with the nearest field that there is. */
export function noSuchField(compiler: Compiler, span: Span, value: Value, name: string, isQuoted = false): Value {
  if (!compiler.needsPaths) return missing
  const near = value.type === 'struct' ? nearName(name, value.names) : undefined
  const hints = near === undefined ? [] : [`did you mean '${near}'?`]
  if (compiler.role === 'read')
    throw withHints('evaluator/type-mismatch', `the path '.${name}' leads nowhere`, hints, span)
  if (isQuoted) hints.unshift(`strings take single quotes: '${name.replaceAll("'", "''")}'`)
  throw withHints('evaluator/missing-value', `there is no field '${name}'`, hints, span)
}

function withHints(code: ErrorCode, message: string, hints: readonly string[], span: Span): LedgerError {
  return new LedgerError(code, message, { span, ...(hints.length === 0 ? {} : { help: hints.join('; ') }) })
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
