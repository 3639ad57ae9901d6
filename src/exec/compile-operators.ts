import { LedgerError } from '../base/errors.ts'
import type { Span } from '../base/span.ts'
import type { PlanBinaryOperator, PlanExpression } from '../plan/plan.ts'
import {
  add,
  appendHelp,
  bitAnd,
  canTake,
  concatenate,
  divide,
  modulo,
  multiply,
  negate,
  positive,
  requireInt64,
  subtract,
} from '../values/arithmetic.ts'
import { compare, equals } from '../values/compare.ts'
import { falseValue, isAbsent, missing, nullValue, trueValue, type Value } from '../values/value.ts'
import { knownValue } from './compile-call.ts'
import { compileExpression } from './compile-expression.ts'
import { textTest } from './field-path.ts'
import type { Evaluate, Frame, Test } from './frame.ts'
import type { Compiler } from './compiler.ts'
import { kindOf } from './value-kinds.ts'
import { compileSureTests } from './sure-tests.ts'
import { comparing, differInKind, throughDoubts } from './sure-conditions.ts'
import { failed, mistyped, type OperationSite, siteOf } from './type-errors.ts'

type Unary = Extract<PlanExpression, { kind: 'unary' }>
type Binary = Extract<PlanExpression, { kind: 'binary' }>

/** What an operation gives for absent operands: MISSING when one is MISSING, else NULL. */
export function absentOf(a: Value, b: Value, compiler: Compiler): Value {
  return !compiler.nullsMissing && (a.type === 'missing' || b.type === 'missing') ? missing : nullValue
}

export function compileUnary(expression: Unary, compiler: Compiler): Evaluate {
  const { op, operand } = expression
  const evaluate = compileExpression(operand, compiler)
  if (op === 'not') {
    const condition = siteOf(operand, compiler, 'condition')
    return (frame) => {
      const operandValue = evaluate(frame)
      if (operandValue.type === 'missing' && compiler.doubts !== undefined) return missing
      const value = truth(operandValue)
      if (value === undefined) return mistyped(condition, `NOT takes a boolean, not ${operandValue.type}`, frame)
      if (operandValue.type === 'bool') frame.marks[condition.mark] = 1
      return value === nullValue ? value : value === trueValue ? falseValue : trueValue
    }
  }
  const apply = op === '-' ? negate : positive
  const site = siteOf(expression, compiler)
  return (frame) => {
    const value = evaluate(frame)
    if (isAbsent(value)) return absentOf(value, value, compiler)
    try {
      const result = frame.values.checked(apply(value))
      frame.marks[site.mark] = 1
      return result
    } catch (error) {
      return failed(error, site, frame)
    }
  }
}

const arithmetic: Partial<Record<PlanBinaryOperator, (a: Value, b: Value) => Value>> = {
  '+': add,
  '-': subtract,
  '*': multiply,
  '/': divide,
  '%': modulo,
  '||': concatenate,
  '&': bitAnd,
}

export function compileBinary(expression: Binary, compiler: Compiler): Evaluate {
  const { op, span } = expression
  if (op === 'and' || op === 'or') return compileLogical(expression, compiler)
  if (op === 'is distinct from' || op === 'is not distinct from') {
    return compileDistinct(expression, compiler.family.ask)
  }
  const left = compileExpression(expression.left, compiler)
  const right = compileExpression(expression.right, compiler)
  const mark = compiler.sites.comparisonMark(expression)
  if (op === '=' || op === '<>') return compileEquality(left, right, op === '=', compiler, span, mark)
  if (op === '||') checkTexts('||', [expression.left, expression.right], span)
  const apply = compileArithmetic(op, expression, expression, compiler)
  if (apply === undefined) return compileOrder(left, right, op, compiler, span, mark)
  return (frame) => apply(left(frame), right(frame), frame)
}

/** Operands taken from the left, in a loop: the longest chain needs no more of the stack than a short one. */
export function compileChain(expression: Extract<PlanExpression, { kind: 'chain' }>, compiler: Compiler): Evaluate {
  const first = compileExpression(expression.first, compiler)
  const links = expression.rest.map((link, at) => {
    const { op, operand, place } = link
    if (op === '||') checkTexts('||', at === 0 ? [expression.first, operand] : [operand], place)
    const apply = compileArithmetic(op, { span: place }, [expression.first, operand], compiler) as Apply
    return { apply, operand: compileExpression(operand, compiler) }
  })
  return (frame) => {
    let value = first(frame)
    for (const { apply, operand } of links) {
      frame.step()
      value = apply(value, operand(frame), frame)
    }
    return value
  }
}

type Apply = (a: Value, b: Value, frame: Frame) => Value

/** Undefined for an operator that is not arithmetic. */
function compileArithmetic(
  op: PlanBinaryOperator,
  part: { readonly span: Span },
  shown: object,
  compiler: Compiler,
): Apply | undefined {
  const operation = arithmetic[op]
  if (operation === undefined) return undefined
  const isConcatenation = op === '||'
  const site = siteOf(part, compiler, 'value', shown)
  return (a, b, frame) => {
    if (isAbsent(a) || isAbsent(b)) {
      const present = isAbsent(a) ? b : a
      const isWrong = !isAbsent(present) && !compiler.nullsMissing && !canTake(op, present)
      if (isWrong) return mistyped(site, `the operator '${op}' takes no ${present.type.toUpperCase()}`, frame)
      return absentOf(a, b, compiler)
    }
    try {
      if (isConcatenation && isText(a) && isText(b)) frame.values.checkSize(a.value.length + b.value.length)
      const result = frame.made(operation(a, b))
      frame.marks[site.mark] = 1
      return compiler.nullsMissing ? requireInt64(result) : result
    } catch (error) {
      return failed(error, site, frame)
    }
  }
}

function isText(value: Value): value is Extract<Value, { type: 'string' | 'symbol' }> {
  return value.type === 'string' || value.type === 'symbol'
}

/** Refuses literals where only text can stand. */
export function checkTexts(operator: string, operands: readonly PlanExpression[], span: Span): void {
  const types = operands.map((operand) => knownValue(operand).type)
  if (types.every((type) => /^(string|symbol|null|missing)$/.test(type))) return
  const found = types.map((type) => (type === 'missing' ? 'ANY' : type.toUpperCase())).join(', ')
  const message = `Incorrect type of arguments for operator '${operator}', expected STRING got ${found}`
  if (operator !== '||') throw new LedgerError('evaluator/type-mismatch', message, { span })
  const isList = types.some((type) => /^(list|sexp|bag)$/.test(type))
  const help = isList ? appendHelp : '|| joins strings: CAST(x AS STRING); conditions take OR'
  throw new LedgerError('evaluator/type-mismatch', message, { span, help })
}

/** NULL = MISSING is NULL, MISSING with anything else MISSING; otherwise always a boolean. */
function compileEquality(
  left: Evaluate,
  right: Evaluate,
  whenEqual: boolean,
  compiler: Compiler,
  span: Span,
  mark: number,
): Evaluate {
  const { doubts } = compiler
  return (frame) => {
    const a = left(frame)
    const b = right(frame)
    if (isAbsent(a) || isAbsent(b)) return a.type === 'null' || b.type === 'null' ? nullValue : absentOf(a, b, compiler)
    if (frame.marks[mark] === 0) frame.observation?.compared(mark, a, b)
    if (doubts !== undefined && differInKind(a, b, doubts, span)) return missing
    return equals(a, b) === whenEqual ? trueValue : falseValue
  }
}

/** Never absent: NULL and MISSING are one value, as in GROUP BY and DISTINCT. */
function compileDistinct(expression: Binary, compiler: Compiler): Evaluate {
  const left = throughDoubts(compileExpression(expression.left, compiler), compiler)
  const right = throughDoubts(compileExpression(expression.right, compiler), compiler)
  const whenEqual = expression.op === 'is not distinct from'
  const { doubts } = compiler
  const mark = compiler.sites.comparisonMark(expression)
  return (frame) => {
    const a = left(frame)
    const b = right(frame)
    if (a === undefined || b === undefined) return missing
    if (doubts !== undefined && differInKind(a, b, doubts, expression.span)) return missing
    if (frame.marks[mark] === 0 && !isAbsent(a)) frame.observation?.comparedEach(mark, a, [b])
    const areEqual = isAbsent(a) || isAbsent(b) ? isAbsent(a) && isAbsent(b) : equals(a, b)
    return areEqual === whenEqual ? trueValue : falseValue
  }
}

/** Whether an order (see compare) satisfies an operator; nan satisfies none. */
export const orderTests: Partial<Record<PlanBinaryOperator, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
}

function compileOrder(
  left: Evaluate,
  right: Evaluate,
  op: PlanBinaryOperator,
  compiler: Compiler,
  span: Span,
  mark: number,
): Evaluate {
  const test = orderTests[op] as (order: number) => boolean
  return (frame) => {
    const a = left(frame)
    const b = right(frame)
    if (isAbsent(a) || isAbsent(b)) return absentOf(a, b, compiler)
    if (frame.marks[mark] === 0) frame.observation?.compared(mark, a, b)
    compiler.doubts?.compared(span, a, b)
    const order = compare(a, b)
    if (order === undefined) return cannotCompare(a, b, compiler, span)
    return test(order) ? trueValue : falseValue
  }
}

export function cannotCompare(a: Value, b: Value, compiler: Compiler, span: Span, isListed = false): Value {
  if (!compiler.raises) {
    compiler.doubts?.note({ message: comparing(a, b), span, kinds: [kindOf(a.type), kindOf(b.type)], isListed })
    return missing
  }
  const types = `${a.type.toUpperCase()}, ${b.type.toUpperCase()}`
  throw new LedgerError('value/cannot-compare', `Cannot compare values: ${types}`, { span })
}

/** TRUE, FALSE or, for NULL and MISSING, NULL; undefined for what is no truth value. */
function truth(value: Value): Value | undefined {
  if (value.type === 'bool') return value.value ? trueValue : falseValue
  return isAbsent(value) ? nullValue : undefined
}

/** SQL's three-valued AND and OR; MISSING counts as NULL (specification, section 8). */
function compileLogical({ op, left, right }: Binary, compiler: Compiler): Evaluate {
  const sites: readonly [OperationSite, OperationSite] = [
    siteOf(left, compiler, 'condition'),
    siteOf(right, compiler, 'condition'),
  ]
  const first = compileExpression(left, compiler)
  const second = compileExpression(right, compiler)
  const decisive = op === 'and' ? falseValue : trueValue
  const neutral = op === 'and' ? trueValue : falseValue
  return (frame) => {
    const one = first(frame)
    const a = truth(one)
    if (one.type === 'bool') frame.marks[sites[0].mark] = 1
    if (a === decisive) return decisive
    const other = second(frame)
    const b = truth(other)
    if (other.type === 'bool') frame.marks[sites[1].mark] = 1
    if (a === undefined) return mistyped(sites[0], `${op.toUpperCase()} takes booleans, not ${one.type}`, frame)
    if (b === undefined) return mistyped(sites[1], `${op.toUpperCase()} takes booleans, not ${other.type}`, frame)
    if (b === decisive) return decisive
    if (compiler.doubts !== undefined && (one.type === 'missing' || other.type === 'missing')) return missing
    return a === nullValue || b === nullValue ? nullValue : neutral
  }
}

/** Whether all conditions are TRUE. */
export function compileTests(conditions: readonly PlanExpression[], compiler: Compiler): Test {
  if (compiler.doubts !== undefined) return compileSureTests(conditions, compiler, compiler.doubts)
  const tests = conditions.map((condition) => compileTest(condition, compiler))
  const [first, second] = tests
  if (first !== undefined && second === undefined) return first
  if (first !== undefined && second !== undefined && tests.length === 2) return (frame) => first(frame) && second(frame)
  return (frame) => {
    for (const test of tests) if (!test(frame)) return false
    return true
  }
}

/** A condition as a test: whether it is TRUE. Comparisons and AND make no value on the way. */
export function compileTest(condition: PlanExpression, compiler: Compiler): Test {
  if (compiler.doubts !== undefined) return compileSureTests([condition], compiler, compiler.doubts)
  if (condition.kind === 'binary' && !compiler.raises) {
    const { op } = condition
    if (op === 'and') {
      const first = compileTest(condition.left, compiler)
      const second = compileTest(condition.right, compiler)
      return (frame) => first(frame) && second(frame)
    }
    const order = orderTests[op]
    if (op === '=' || op === '<>' || order !== undefined) {
      const mark = compiler.sites.comparisonMark(condition)
      const left = compileExpression(condition.left, compiler)
      const right = compileExpression(condition.right, compiler)
      if (order === undefined) {
        const whenEqual = op === '='
        const test: Test = (frame) => {
          const a = left(frame)
          const b = right(frame)
          if (isAbsent(a) || isAbsent(b)) return false
          if (frame.marks[mark] === 0) frame.observation?.compared(mark, a, b)
          return equals(a, b) === whenEqual
        }
        const first = { expression: condition.left, evaluate: left }
        const second = { expression: condition.right, evaluate: right }
        return (
          textTest(first.expression, second, whenEqual, test, compiler, mark) ??
          textTest(second.expression, first, whenEqual, test, compiler, mark) ??
          test
        )
      }
      return (frame) => {
        const a = left(frame)
        const b = right(frame)
        if (isAbsent(a) || isAbsent(b)) return false
        if (frame.marks[mark] === 0) frame.observation?.compared(mark, a, b)
        const found = compare(a, b)
        return found !== undefined && order(found)
      }
    }
  }
  const evaluate = compileExpression(condition, compiler)
  const site = siteOf(condition, compiler, 'condition')
  return (frame) => {
    const value = evaluate(frame)
    if (value.type === 'bool') {
      frame.marks[site.mark] = 1
      return value.value
    }
    if (!isAbsent(value)) mistyped(site, `a condition must be a boolean, not ${value.type}`, frame)
    return false
  }
}
