import type { PlanExpression } from '../plan/plan.ts'
import { compare, equals, equalityKey } from '../values/compare.ts'
import { falseValue, isAbsent, missing, nullValue, trueValue, type Value } from '../values/value.ts'
import { compileExpression } from './compile-expression.ts'
import { absentOf, cannotCompare, checkTexts } from './compile-operators.ts'
import { type Compiler, type Evaluate, failed, mistyped } from './frame.ts'
import { compileLikePattern } from './like.ts'

type Kind<K extends PlanExpression['kind']> = Extract<PlanExpression, { kind: K }>

/** Above so many elements a constant collection is looked up by key instead of compared one by one. */
const comparedElementsMax = 8

/**
 * `x IN c`: TRUE when an element equals x; otherwise NULL when x or an element is absent, else FALSE (SQL's rule).
 * A `c` that is no collection is a type error.
 */
export function compileIn({ operand, collection, negated }: Kind<'in'>, compiler: Compiler): Evaluate {
  const left = compileExpression(operand, compiler)
  const right = compileExpression(collection, compiler)
  const yes = negated ? falseValue : trueValue
  const no = negated ? trueValue : falseValue
  let keyed: { of: Value; keys: Set<string>; hasAbsent: boolean } | undefined
  return (frame) => {
    const value = left(frame)
    const within = right(frame)
    if (within.type === 'missing' || value.type === 'missing') return absentOf(missing, missing, compiler)
    if (within.type === 'null') return nullValue
    if (within.type !== 'list' && within.type !== 'bag' && within.type !== 'sexp') {
      return negated ? trueValue : falseValue
    }
    if (value.type === 'null') return within.items.length === 0 ? no : nullValue
    const { items } = within
    if (items.length > comparedElementsMax) {
      if (keyed?.of !== within) {
        const present = items.filter((item) => !isAbsent(item))
        keyed = { of: within, keys: new Set(present.map(equalityKey)), hasAbsent: present.length < items.length }
      }
      if (keyed.keys.has(equalityKey(value))) return yes
      return keyed.hasAbsent ? nullValue : no
    }
    let hasAbsent = false
    for (const item of items) {
      if (isAbsent(item)) hasAbsent = true
      else if (equals(value, item)) return yes
    }
    return hasAbsent ? nullValue : no
  }
}

/** `x BETWEEN a AND b` is `x >= a AND x <= b`, each with SQL's NULL. */
export function compileBetween(expression: Kind<'between'>, compiler: Compiler): Evaluate {
  const { span } = expression
  const operand = compileExpression(expression.operand, compiler)
  const low = compileExpression(expression.low, compiler)
  const high = compileExpression(expression.high, compiler)
  const yes = expression.negated ? falseValue : trueValue
  const no = expression.negated ? trueValue : falseValue
  /** TRUE when sign * (a - b) >= 0. */
  const atLeast = (a: Value, b: Value, sign: number): Value => {
    if (isAbsent(a) || isAbsent(b)) return absentOf(a, b, compiler)
    const order = compare(a, b)
    if (order === undefined) return cannotCompare(a, b, compiler, span)
    return order * sign >= 0 ? trueValue : falseValue
  }
  return (frame) => {
    const value = operand(frame)
    const above = atLeast(value, low(frame), 1)
    if (above === falseValue) return no
    const below = atLeast(value, high(frame), -1)
    if (below === falseValue) return no
    if (above === trueValue && below === trueValue) return yes
    return above === missing || below === missing ? missing : nullValue
  }
}

export function compileLike(expression: Kind<'like'>, compiler: Compiler): Evaluate {
  const { span } = expression
  const operand = compileExpression(expression.operand, compiler)
  const pattern = compileExpression(expression.pattern, compiler)
  checkTexts('LIKE', [expression.pattern], span)
  const escapedBy = expression.escape && compileExpression(expression.escape, compiler)
  const yes = expression.negated ? falseValue : trueValue
  const no = expression.negated ? trueValue : falseValue
  let last: { pattern: string; escape: string | undefined; matches: (text: string) => boolean } | undefined
  return (frame) => {
    const value = operand(frame)
    const wanted = pattern(frame)
    const escaped = escapedBy?.(frame)
    const operands = escaped === undefined ? [value, wanted] : [value, wanted, escaped]
    if (operands.some((one) => one.type === 'missing')) return absentOf(missing, missing, compiler)
    if (operands.some((one) => one.type === 'null')) return nullValue
    if (!isText(value) || !isText(wanted) || (escaped !== undefined && !isText(escaped))) {
      return mistyped(compiler, span, 'LIKE takes strings')
    }
    if (last?.pattern !== wanted.value || last.escape !== escaped?.value) {
      try {
        const matches = compileLikePattern(wanted.value, escaped?.value)
        last = { pattern: wanted.value, escape: escaped?.value, matches }
      } catch (error) {
        return failed(error, compiler, span)
      }
    }
    return last.matches(value.value) ? yes : no
  }
}

function isText(value: Value): value is Extract<Value, { type: 'string' | 'symbol' }> {
  return value.type === 'string' || value.type === 'symbol'
}
