import type { PlanExpression } from '../plan/plan.ts'
import type { Value } from '../values/value.ts'
import { type Compiler, type Evaluate, Frame } from './frame.ts'
import type { EvaluationContext } from './source.ts'

/** Functions whose result depends on the transaction that calls them. */
const impure = /^(utcnow|unix_timestamp|txid)$/

/**
 * A compiled expression whose operands are all constants is evaluated here, once for the plan, and becomes its value.
 * Where that raises an error it stays as it is, for no row may ever come to it. Operands are compiled before what they
 * are part of, so `compiler.constants` has those that are known.
 */
export function folded(expression: PlanExpression, evaluate: Evaluate, compiler: Compiler): Evaluate {
  const { constants } = compiler
  if (constants === undefined || !compiler.errors.isEmpty) return evaluate
  if (!operandsOf(expression)?.every((one) => isConstant(one, compiler))) return evaluate
  const value = valueIfAny(evaluate)
  if (value === undefined) return evaluate
  constants.add(expression)
  return () => value
}

/** Whether an expression is a constant or has become one. */
export function isConstant(expression: PlanExpression, compiler: Compiler): boolean {
  return expression.kind === 'constant' || compiler.constants?.has(expression) === true
}

/** Whether an expression has nothing but constants in it, so that it may become one. */
export function isFoldable(expression: PlanExpression): boolean {
  return expression.kind === 'constant' || operandsOf(expression)?.every(isFoldable) === true
}

function valueIfAny(evaluate: Evaluate): Value | undefined {
  try {
    return evaluate(new Frame(0, nowhere))
  } catch {
    // Raised again when it is evaluated, if it ever is.
    return undefined
  }
}

/** What constants are evaluated in: there is nothing that they could ask of it. */
const nowhere = { parameters: [], nowMs: 0, transactionId: undefined } as unknown as EvaluationContext

/** The operands on which alone an expression depends; undefined for one that depends on more. */
function operandsOf(expression: PlanExpression): readonly PlanExpression[] | undefined {
  switch (expression.kind) {
    case 'unary':
    case 'is':
    case 'cast':
      return [expression.operand]
    case 'field':
      return [expression.operand, ...present(expression.fallback)]
    case 'index':
      return [expression.operand, expression.index]
    case 'binary':
      return [expression.left, expression.right]
    case 'in':
      return [expression.operand, expression.collection]
    case 'between':
      return [expression.operand, expression.low, expression.high]
    case 'like':
      return [expression.operand, expression.pattern, ...present(expression.escape)]
    case 'case':
      return [
        ...present(expression.operand),
        ...expression.branches.flatMap((branch) => [branch.when, branch.result]),
        ...present(expression.otherwise),
      ]
    case 'call':
      return impure.test(expression.name) ? undefined : expression.args
    case 'sequence':
      return expression.items
    case 'struct':
      return expression.fields.flatMap((field) => [field.name, field.value])
    default:
      return undefined
  }
}

function present(expression: PlanExpression | undefined): readonly PlanExpression[] {
  return expression === undefined ? [] : [expression]
}
