import { foldedConstantBytesMax } from '../base/limits.ts'
import type { Value } from '../values/value.ts'
import { approximateBytes } from '../values/value-size.ts'
import type { PlanExpression } from './plan.ts'
import type { PlanStatement } from './statement-plan.ts'
import { mapParts } from './walk-plan.ts'

/**
 * Evaluates what depends on no row before any row is read. An expression whose operands are all constants becomes one,
 * unless its evaluation raises an error (it stays as it is then: no row may ever come to it) or its value is large. What
 * has parameters in it, or the transaction's clock or id, is evaluated once a run, when it is first come to.
 *
 * Every node is visited once and evaluated at most once, after its operands: the work is in proportion to the plan.
 * `evaluate` gives the value of an expression whose operands are constants; undefined where that raises an error or
 * depends on more. With the purpose `write` it evaluates as a change's values are, so that no error is folded away.
 */
export function foldConstants(statement: PlanStatement, evaluate: EvaluateFor): PlanStatement {
  const fold = <T>(part: T, purpose: Purpose): T => {
    const folding = new Folding((expression) => evaluate(expression, purpose))
    return folding.markRun(folding.fold(part))
  }
  // The values of an INSERT are evaluated once as it is.
  if (statement.kind === 'insert') {
    const { value, conflict } = statement
    return {
      ...statement,
      value: value.kind === 'query' ? fold(value, 'write') : value,
      conflict: conflict && {
        ...conflict,
        changes: fold(conflict.changes, 'write'),
        where: fold(conflict.where, 'read'),
      },
    }
  }
  if (statement.kind !== 'change') return fold(statement, 'read')
  const { input, changes, returning } = statement
  return {
    ...statement,
    input: fold(input, 'read'),
    changes: fold(changes, 'write'),
    returning: fold(returning, 'read'),
  }
}

type Purpose = 'read' | 'write'
type EvaluateFor = (expression: PlanExpression, purpose: Purpose) => Value | undefined

class Folding {
  readonly #evaluate: (expression: PlanExpression) => Value | undefined
  /** Nodes may stand in several places, as a look-up's key and its condition do: they stay one. */
  readonly #folded = new Map<unknown, unknown>()
  readonly #marked = new Map<unknown, unknown>()
  /** Folded expressions, no constants, that have one value in a run. */
  readonly #ofRun = new Set<PlanExpression>()

  constructor(evaluate: (expression: PlanExpression) => Value | undefined) {
    this.#evaluate = evaluate
  }

  /** A part of the plan with all constants below it folded. */
  fold<T>(part: T): T {
    if (typeof part !== 'object') return part
    const done = this.#folded.get(part)
    if (done !== undefined) return done as T
    const below = mapParts(part, (one) => this.fold(one))
    const folded = isExpression(below) ? this.#foldExpression(below) : below
    this.#folded.set(part, folded)
    return folded as T
  }

  #foldExpression(expression: PlanExpression): PlanExpression {
    if (expression.kind === 'parameter') this.#ofRun.add(expression)
    const operands = operandsOf(expression)
    if (operands === undefined) return expression
    if (operands.every((operand) => operand.kind === 'constant')) {
      const value = this.#evaluate(expression)
      // What is MISSING may be so by a type error, of which there is a notice when it is evaluated.
      if (value !== undefined && value.type !== 'missing' && approximateBytes(value) <= foldedConstantBytesMax) {
        return { kind: 'constant', value, written: expression, span: expression.span }
      }
    }
    if (operands.every((operand) => operand.kind === 'constant' || this.#ofRun.has(operand))) {
      this.#ofRun.add(expression)
    }
    return expression
  }

  /** The same part with the largest expressions that have one value in a run marked as such. */
  markRun<T>(part: T): T {
    if (typeof part !== 'object') return part
    const done = this.#marked.get(part)
    if (done !== undefined) return done as T
    const marked =
      isExpression(part) && part.kind !== 'parameter' && this.#ofRun.has(part)
        ? { kind: 'once', value: part, span: part.span }
        : mapParts(part, (one) => this.markRun(one))
    this.#marked.set(part, marked)
    return marked as T
  }
}

/** Expressions have a place in the text; steps of paths and operators, whose kinds have some of the same names, have none. */
function isExpression(part: unknown): part is PlanExpression {
  return typeof part === 'object' && part !== null && 'kind' in part && 'span' in part
}

/** The operands on which alone an expression's value depends; undefined for one that depends on more. */
function operandsOf(expression: PlanExpression): readonly PlanExpression[] | undefined {
  switch (expression.kind) {
    case 'unary':
    case 'is':
    case 'cast':
      return [expression.operand]
    case 'field':
      return present([expression.operand, expression.fallback])
    case 'index':
      return [expression.operand, expression.index]
    case 'binary':
      return [expression.left, expression.right]
    case 'chain':
      return [expression.first, ...expression.rest.map((link) => link.operand)]
    case 'in':
    case 'quantified':
      return [expression.operand, expression.collection]
    case 'between':
      return [expression.operand, expression.low, expression.high]
    case 'like':
      return present([expression.operand, expression.pattern, expression.escape])
    case 'case': {
      const branches = expression.branches.flatMap((branch) => [branch.when, branch.result])
      return present([expression.operand, ...branches, expression.otherwise])
    }
    case 'call':
      return expression.args
    case 'sequence':
      return expression.items
    case 'struct':
    case 'map':
      return expression.fields.flatMap((field) => [field.name, field.value])
    default:
      return undefined
  }
}

function present(expressions: readonly (PlanExpression | undefined)[]): readonly PlanExpression[] {
  return expressions.filter((expression) => expression !== undefined)
}
