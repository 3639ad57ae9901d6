import type { PlanExpression } from '../plan/plan.ts'
import { equals } from '../values/compare.ts'
import { isAbsent, type Value } from '../values/value.ts'
import { notOfNumber, outsideOf, rangeOf } from './impossible-numbers.ts'
import { otherCase, notOfText, textOf } from './impossible-texts.ts'
import { notOfMoment } from './impossible-moments.ts'

/** Why an expression never has a value, as `UPPER(x)` is never 'Ford'; undefined where it may. */
export function impossibleValue(expression: PlanExpression, value: Value): string | undefined {
  const choices = choicesOf(expression)
  if (choices !== undefined) return noneOf(choices, value)
  const range = rangeOf(expression)
  const outside = range && outsideOf(range, value)
  return outside ?? notOfNumber(expression, value) ?? notOfText(expression, value) ?? notOfMoment(expression, value)
}

/** The same for the pattern of LIKE. */
export function impossiblePattern(expression: PlanExpression, pattern: Value): string | undefined {
  const text = textOf(pattern)
  return text === undefined ? undefined : otherCase(expression, text)
}

/** What an expression gives one of: the arguments of COALESCE, the results of CASE. */
function choicesOf(expression: PlanExpression): readonly PlanExpression[] | undefined {
  if (expression.kind === 'case') {
    const results = expression.branches.map(({ result }) => result)
    return expression.otherwise === undefined ? results : [...results, expression.otherwise]
  }
  if (expression.kind !== 'call') return undefined
  const { name, args } = expression
  if (/^(coalesce|ifnull|greatest|least)$/.test(name)) return args
  return name === 'nullif' ? args.slice(0, 1) : undefined
}

/** Of constants alone that an expression chooses from, and of what is never the value either. */
function noneOf(choices: readonly PlanExpression[], value: Value): string | undefined {
  if (isAbsent(value)) return undefined
  const reasons = choices.map((one) => {
    if (one.kind !== 'constant') return impossibleValue(one, value)
    return equals(one.value, value) ? undefined : 'it is none of the values that are chosen from'
  })
  return reasons.every((reason) => reason !== undefined)
    ? (reasons.find((_, at) => !isConstant(choices[at])) ?? reasons[0])
    : undefined
}

function isConstant(expression: PlanExpression | undefined): boolean {
  return expression?.kind === 'constant'
}
