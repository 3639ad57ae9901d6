import type { Env } from '../base/env.ts'
import { LedgerError } from '../base/errors.ts'
import { integerDigitsMax, statementDiskBytesMax, statementMemoryBytesMax, valueBytesMax } from '../base/limits.ts'
import { checkCall } from '../exec/compile-call.ts'
import { evaluateConstant } from '../exec/evaluate-constant.ts'
import type { Observation } from '../exec/observation.ts'
import { evaluatePlan, runPlan } from '../exec/run.ts'
import type { EvaluationContext } from '../exec/evaluation-context.ts'
import { StatementMemory } from '../exec/statement-memory.ts'
import { StatementMeter } from '../ledger/statement-meter.ts'
import { buildPlan } from '../plan/build-plan.ts'
import { checkParameters } from '../plan/check-parameters.ts'
import type { Plan } from '../plan/statement-plan.ts'
import { printPlan } from '../plan/print-plan.ts'
import { defaultTemporaryDirectory, TemporaryDirectory } from '../store/temporary-files.ts'
import { parseStatement } from '../syntax/parser.ts'
import type { Value } from '../values/value.ts'
import { type Binding, BoundSource, NameCatalog } from './binding.ts'
import { heapShare } from '../host/heap-share.ts'
import { streamedNames } from './streamed-names.ts'

export interface QueryOptions {
  /**
   * What an operation on values of the wrong types gives: MISSING (`permissive`, the default) or an error (`strict`).
   * PartiQL specification, section 4.
   */
  readonly typing?: 'permissive' | 'strict'
  /** Match unquoted names without regard to case where none matches exactly, as PartiQL has it; default true. */
  readonly foldsCase?: boolean
  /**
   * Memory that a run may hold, its plan included, in bytes, estimated; beyond it rows spill to temporary files.
   * Default: 256 MiB, less in a small heap.
   */
  readonly memoryBytes?: number
  /** Bytes of temporary files that a run may hold. Default: 64 GiB. */
  readonly diskBytes?: number
  /** Where they lie. Default: $TMPDIR, or /var/tmp. */
  readonly tempDir?: string
  /** Bytes of one value that the query makes, as Ion binary. Default: 256 MiB. */
  readonly valueBytes?: number
  /** Digits of an integer that the query computes; at most 100,000, the default. */
  readonly numberDigits?: number
  /** How long a run may work without giving a row, in milliseconds. Default: as long as it takes. */
  readonly rowMs?: number
}

/** What a query takes from the world around it. */
export type QueryEnv = Pick<Env, 'nowMs' | 'monotonicMs' | 'randomBytes'>

/** A query parsed and planned over names whose values come with each run. */
export class PreparedQuery {
  readonly #text: string
  readonly #plan: Plan
  readonly #env: QueryEnv
  readonly #options: QueryOptions
  readonly #streaming: ReadonlyMap<string, number>
  /** What the plan itself holds: part of every run's memory. */
  readonly #heldBytes: number

  /** Throws LedgerError with a place in the text. */
  constructor(text: string, names: Iterable<string>, env: QueryEnv, options: QueryOptions = {}) {
    const { typing = 'permissive', foldsCase = true } = options
    this.#options = options
    // JavaScript callers have no compiler to tell them.
    if (typeof text !== 'string')
      throw new LedgerError(
        'usage/invalid-argument',
        `a query is a string, found ${text === null ? 'null' : typeof text}`,
      )
    if (typing !== 'permissive' && typing !== 'strict')
      throw new LedgerError('usage/invalid-argument', `typing is permissive or strict, found '${typing}'`)
    this.#text = text
    const memory = this.#memory()
    const statement = parseStatement(text, memory)
    this.#heldBytes = memory.used
    if (statement.kind !== 'query' && statement.kind !== 'explain')
      throw new LedgerError('semantic/unsupported', 'only queries run without a ledger', { span: statement.span })
    const planning = { strictQldb: false, typing, foldsCase, checkCall, evaluateConstant }
    this.#plan = buildPlan(statement, new NameCatalog(names, foldsCase), planning)
    this.#streaming = streamedNames(this.#plan.statement)
    this.#env = env
  }

  /** How many `?` the query has. */
  get parameterCount(): number {
    return this.#plan.parameters
  }

  /**
   * The rows of the bag or list that the query gives, each made when it is asked for; any other value is one row.
   * `observation` knows the query's notices when the last row has been taken.
   */
  rows(
    bindingOf: (name: string) => Binding,
    parameters: readonly Value[] = [],
    observation?: Observation,
  ): Generator<Value, undefined, undefined> {
    const context = this.#context(bindingOf, parameters)
    return closing(runPlan(this.#plan, { ...context, observation }), context)
  }

  /** The whole value that the query gives. */
  evaluate(bindingOf: (name: string) => Binding, parameters: readonly Value[] = []): Value {
    const context = this.#context(bindingOf, parameters)
    try {
      return evaluatePlan(this.#plan, context)
    } finally {
      context.source.close()
    }
  }

  /** The plan as a tree, a step a line. */
  explain(): string {
    return printPlan(this.#plan.statement).join('\n')
  }

  #context(
    bindingOf: (name: string) => Binding,
    parameters: readonly Value[],
  ): EvaluationContext & { readonly source: BoundSource; readonly meter: StatementMeter } {
    checkParameters(this.#text, this.#plan, parameters.length)
    const memory = this.#memory()
    memory.charge(this.#heldBytes)
    const {
      valueBytes = valueBytesMax,
      numberDigits = integerDigitsMax,
      rowMs = Number.POSITIVE_INFINITY,
    } = this.#options
    return {
      source: new BoundSource(bindingOf, this.#streaming, memory),
      sink: undefined,
      parameters,
      typing: this.#plan.typing,
      transactionId: undefined,
      nowMs: this.#env.nowMs(),
      clockMs: () => this.#env.monotonicMs(),
      meter: new StatementMeter({ rowMs, env: this.#env }),
      valueLimits: { valueBytes, numberDigits },
      memory,
    }
  }

  #memory(): StatementMemory {
    const {
      memoryBytes = Math.min(statementMemoryBytesMax, heapShare(0)),
      diskBytes = statementDiskBytesMax,
      tempDir,
    } = this.#options
    const files = new TemporaryDirectory(tempDir ?? defaultTemporaryDirectory(), this.#env)
    return new StatementMemory({ memoryBytes, diskBytes }, files)
  }
}

interface Running {
  readonly source: BoundSource
  readonly meter: StatementMeter
}

function* closing(rows: Iterable<Value>, { source, meter }: Running): Generator<Value, undefined, undefined> {
  try {
    for (const row of rows) {
      yield row
      meter.beginRow()
    }
  } finally {
    source.close()
  }
}
