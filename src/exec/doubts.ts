import { LedgerError } from '../base/errors.ts'
import type { Span } from '../base/span.ts'
import type { Operator, PlanExpression, QueryPlan } from '../plan/plan.ts'
import type { Value } from '../values/value.ts'
import type { Doubt } from './doubt.ts'
import type { Evaluate, Frame } from './frame.ts'
import { shapeOf } from './value-kinds.ts'

/** The rows of one sub-query while it is evaluated, or anything else that is judged as one unit. */
export interface Scope {
  readonly found: Doubt[]
  readonly left: Map<Span, Set<string>>
  readonly right: Map<Span, Set<string>>
  readonly decided: Set<Span>
  readonly marks: Uint8Array
}

export interface DoubtsPoint {
  readonly count: number
  readonly found: number
}

/**
 * What the second look at a change's conditions finds (sure-conditions.ts).
 *
 * In a sub-query a row whose condition is in doubt is left out, and the doubt stays: the sub-query's value is then unknown.
 * But a column may hold values of several types, and then rows of other types are rightly left out. So a doubt counts only
 * if its comparison met no values of one kind, and its operation gave no value, while the sub-query was evaluated.
 */
export class Doubts {
  /** As met last. */
  last: Doubt | undefined
  /** How many were met for this row: an operand in which there were some is MISSING by them. */
  count = 0
  /** CASTs that failed: IS and COALESCE may consume them, but a sub-query's condition may not. */
  casts = 0
  lastCast: Doubt | undefined
  /** Of the query of a list that is written: conditions that must not leave out every row because they are MISSING. */
  readonly deciding: ReadonlySet<PlanExpression> | undefined
  #scope: Scope | undefined

  /** `deciding`: for a value that is written, in which CASE and NULLIF may consume a field that is not there. */
  constructor(deciding?: ReadonlySet<PlanExpression>) {
    this.deciding = deciding
  }

  start(): void {
    this.last = undefined
    this.count = 0
    this.#scope = undefined
  }

  get isInQuery(): boolean {
    return this.#scope !== undefined
  }

  note(doubt: Doubt): void {
    this.last = doubt
    this.count += 1
    const found = this.#scope?.found
    if (found?.some((one) => isSame(one, doubt)) === false) found.push(doubt)
  }

  noteCast(doubt: Doubt): void {
    this.casts += 1
    this.lastCast = doubt
  }

  point(): DoubtsPoint {
    return { count: this.count, found: this.#scope?.found.length ?? 0 }
  }

  /** What was met since then decided nothing. */
  forget(point: DoubtsPoint): void {
    this.count = point.count
    if (this.#scope !== undefined) this.#scope.found.length = point.found
  }

  /** A comparison met two present values. */
  compared(span: Span, left: Value | undefined, right?: Value): void {
    if (this.#scope === undefined) return
    if (left !== undefined) add(this.#scope.left, span, left)
    if (right !== undefined) add(this.#scope.right, span, right)
  }

  /** The kinds that the right side of a comparison had so far. */
  rightKinds(span: Span): ReadonlySet<string> | undefined {
    return this.#scope?.right.get(span)
  }

  /** A condition was true or false. */
  decided(span: Span): void {
    this.#scope?.decided.add(span)
  }

  /**
   * Evaluates a sub-query; undefined where its value is in doubt. `plain`: the same without doubts, for one whose types are
   * mixed. `isWhole`: it depends on no row around it.
   */
  evaluate(query: DoubtedQuery, frame: Frame): Value | undefined {
    const before = this.point()
    if (this.#scope !== undefined && !query.isWhole) {
      const value = query.evaluate(frame)
      return this.#settled(query, value, before)
    }
    const { last } = this
    const { result: value, doubt } = this.look(frame, query.marks(), () => query.evaluate(frame))
    if (this.count === before.count) return value
    this.count = before.count
    if (doubt === undefined) {
      this.last = last
      return query.plain(frame)
    }
    this.note({ message: doubt.message, span: doubt.span, help: doubt.help })
    return this.#settled(query, value, before)
  }

  /** Does something, and gives a doubt that arose there and that nothing excuses. */
  look<T>(frame: Frame, marks: number, work: () => T): { readonly result: T; readonly doubt: Doubt | undefined } {
    const scope = newScope(marks)
    const result = this.within(scope, frame, work)
    return { result, doubt: standingDoubt(scope) }
  }

  /** Does something as a part of what a scope looks at. */
  within<T>(scope: Scope, frame: Frame, work: () => T): T {
    const around = { scope: this.#scope, marks: frame.marks }
    this.#scope = scope
    frame.marks = scope.marks
    try {
      return work()
    } finally {
      this.#scope = around.scope
      frame.marks = around.marks
    }
  }

  #settled(query: DoubtedQuery, value: Value, before: DoubtsPoint): Value | undefined {
    if (this.count === before.count) return value
    const standing = query.standing(value)
    if (standing === 'sure') this.forget(before)
    return standing === 'unknown' ? undefined : value
  }
}

export function newScope(marks: number): Scope {
  const scope = { found: [], left: new Map(), right: new Map(), decided: new Set<Span>(), marks: new Uint8Array(marks) }
  scope.marks[0] = 1
  return scope
}

/** The first doubt that nothing excuses. */
export function standingDoubt(scope: Scope): Doubt | undefined {
  return scope.found.find((one) => !isExcused(one, scope))
}

function isExcused({ span, mark, kinds, isListed, decides }: Doubt, scope: Scope): boolean {
  if (decides === true) return scope.decided.has(span)
  if (mark !== undefined) return mark !== 0 && scope.marks[mark] === 1
  if (kinds === undefined) return false
  const [left, right] = kinds
  return scope.left.get(span)?.has(right) === true || (isListed !== true && scope.right.get(span)?.has(left) === true)
}

/**
 * Whether the row of an outer join that found no partner surely has none: nothing was in doubt while one was looked for.
 * Without a second look it has none.
 */
export class Alone {
  readonly #doubts: Doubts | undefined
  #before: number
  wasSure = true

  constructor(doubts: Doubts | undefined) {
    this.#doubts = doubts
    this.#before = doubts?.count ?? 0
  }

  start(): void {
    this.#before = this.#doubts?.count ?? 0
  }

  end(): void {
    this.wasSure = this.isSure
  }

  get isSure(): boolean {
    return this.#doubts === undefined || this.#doubts.count === this.#before
  }
}

/**
 * What a value is worth that a sub-query has without its rows in doubt: `sure`, they can't change it; `rows`, its rows are
 * sure, but there may be more.
 */
export type Standing = 'sure' | 'rows' | 'unknown'

export interface DoubtedQuery {
  readonly evaluate: Evaluate
  readonly plain: Evaluate
  readonly standing: (value: Value) => Standing
  readonly isWhole: boolean
  readonly marks: () => number
}

function add(kinds: Map<Span, Set<string>>, span: Span, value: Value): void {
  const known = kinds.get(span)
  if (known === undefined) kinds.set(span, new Set([shapeOf(value)]))
  else known.add(shapeOf(value))
}

function isSame(a: Doubt, b: Doubt): boolean {
  return a.span === b.span && a.mark === b.mark && a.kinds?.[0] === b.kinds?.[0] && a.kinds?.[1] === b.kinds?.[1]
}

/** Whether a row that a query gives stays a row of it, whatever further rows its sources may have. */
export function keepsRows(query: QueryPlan): boolean {
  return query.kind === 'select' && query.limit === undefined && query.offset === undefined && keepsAll(query.input)
}

function keepsAll(operator: Operator): boolean {
  switch (operator.kind) {
    case 'one-row':
    case 'scan-table':
      return true
    case 'scan-value':
      return operator.value.kind !== 'query' || keepsRows(operator.value.query)
    case 'filter':
    case 'let':
    case 'sort':
      return keepsAll(operator.input)
    case 'join':
      return operator.join === 'inner' && keepsAll(operator.left) && keepsAll(operator.right)
    default:
      return false
  }
}

/** Errors of an expression's own evaluation: not that the statement was cancelled, nor that it lacks a parameter. */
export function isOfExpression(error: unknown): boolean {
  return error instanceof LedgerError && /^(value\/|evaluator\/(?!unbound-parameter))/.test(error.code)
}
