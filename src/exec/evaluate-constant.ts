import { LedgerError } from '../base/errors.ts'
import type { PlanExpression, PlanSettings } from '../plan/plan.ts'
import type { Value } from '../values/value.ts'
import { compileExpression } from './compile-expression.ts'
import { Frame } from './frame.ts'
import { compilerFor, writing } from './compiler.ts'
import type { EvaluationContext } from './evaluation-context.ts'
import { foldingLimits } from './value-limits.ts'

/**
 * The value of an expression that depends on nothing but itself, for the planner (plan/fold-constants.ts). Undefined
 * where evaluating it raises an error, can't be compiled, or asks for the transaction's clock, its id or anything else.
 */
export function evaluateConstant(
  expression: PlanExpression,
  settings: PlanSettings,
  purpose: 'read' | 'write' = 'read',
): Value | undefined {
  const compiler = purpose === 'read' ? compilerFor(settings) : writing(compilerFor(settings))
  try {
    const evaluate = compileExpression(expression, compiler)
    return compiler.errors.isEmpty ? evaluate(new Frame(0, nowhere, foldingLimits)) : undefined
  } catch (error) {
    if (error instanceof LedgerError || error instanceof NotConstant) return undefined
    throw error
  }
}

class NotConstant extends Error {}

/** The context in which constants are evaluated; an expression that asks it for anything is not a constant. */
const nowhere = new Proxy({} as EvaluationContext, {
  get: (_target, name) => {
    // Every frame has an account of its memory.
    if (name === 'memory') return undefined
    throw new NotConstant()
  },
})
