import { LedgerError } from '../base/errors.ts'
import type { Span } from '../base/span.ts'
import type { Operator, PlanExpression } from '../plan/plan.ts'
import { isAbsent, type Value, type ValueType } from '../values/value.ts'
import { compileTest } from './compile-operators.ts'
import { type Compiler, type Doubts, doubting, type Frame } from './frame.ts'

/**
 * The condition of an UPDATE or DELETE must not be true by a mistake alone. `Year <> '2014'` is true of every number, for
 * values of different kinds are never equal; so are `NOT (Year = '2014')` and `Year NOT IN ('2014')`; and a CASE whose
 * condition is MISSING takes its ELSE. So a condition in which something may be negated is evaluated again for the rows
 * that it chose, with MISSING as the result of such a comparison or CASE. Where it is no longer true it was true by that
 * alone: an error. Plain conditions, as `id = ?`, are evaluated once.
 */
export function compileSure(input: Operator, compiler: Compiler): ((frame: Frame) => void) | undefined {
  const conditions = conditionsOf(input).filter((condition) => !isPlain(condition))
  if (conditions.length === 0) return undefined
  const doubts: Doubts = { last: undefined }
  const tests = conditions.map((condition) => compileTest(condition, doubting(compiler, doubts)))
  return (frame) => {
    doubts.last = undefined
    for (const test of tests) {
      if (test(frame) || doubts.last === undefined) continue
      const { message, span } = doubts.last as NonNullable<Doubts['last']>
      throw new LedgerError('evaluator/type-mismatch', `the condition is true only because ${message}`, {
        span,
        help: "compare with a value of the field's own type, or ask for the type with IS",
      })
    }
  }
}

/** The conditions that every row of an operator has passed. */
function conditionsOf(operator: Operator): readonly PlanExpression[] {
  if (operator.kind === 'filter') return [...conditionsOf(operator.input), ...operator.conditions]
  if (operator.kind !== 'join') return []
  if (operator.join !== 'inner') return operator.join === 'left' ? conditionsOf(operator.left) : []
  return [...conditionsOf(operator.left), ...conditionsOf(operator.right), ...operator.on]
}

/** Whether a condition can't be true because a comparison in it is not. */
function isPlain(condition: PlanExpression): boolean {
  switch (condition.kind) {
    case 'constant':
    case 'slot':
    case 'field':
    case 'parameter':
      return true
    case 'once':
      return isPlain(condition.value)
    case 'binary':
      if (condition.op === 'and' || condition.op === 'or') return isPlain(condition.left) && isPlain(condition.right)
      return !/^(<>|is .*)$/.test(condition.op) && !decides(condition.left) && !decides(condition.right)
    case 'in':
      return !condition.negated && !decides(condition.operand) && !decides(condition.collection)
    case 'like':
      return !decides(condition.operand) && !decides(condition.pattern)
    case 'between':
      return ![condition.operand, condition.low, condition.high].some(decides)
    case 'is':
      return !decides(condition.operand)
    default:
      return false
  }
}

/** Whether an operand compares or chooses by itself. */
function decides(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false
  if (Array.isArray(node)) return node.some(decides)
  const { kind, op, name } = node as { kind?: string; op?: string; name?: string }
  if (kind === 'constant') return false
  if (kind !== undefined && /^(in|quantified|between|like|is|case|query)$/.test(kind)) return true
  if (kind === 'binary' && op !== undefined && /^(and|or|=|<>|<|<=|>|>=|is .*)$/.test(op)) return true
  if (op === 'not' || (kind === 'call' && name === 'nullif')) return true
  return Object.entries(node).some(([field, part]) => field !== 'span' && field !== 'table' && decides(part))
}

/** Whether two present values are of kinds that are never equal; noted as a doubt then. */
export function differInKind(a: Value, b: Value, doubts: Doubts, span: Span): boolean {
  if (isAbsent(a) || isAbsent(b) || kindOf(a.type) === kindOf(b.type)) return false
  doubts.last = { message: `it compares ${a.type.toUpperCase()} with ${b.type.toUpperCase()}`, span }
  return true
}

/** Notes that something was decided by a value that is MISSING. */
export function doubtMissing(doubts: Doubts, what: string, span: Span): true {
  doubts.last ??= { message: `${what} is MISSING`, span }
  return true
}

const kinds: Partial<Record<ValueType, string>> = {
  float: 'int',
  decimal: 'int',
  symbol: 'string',
  clob: 'blob',
  sexp: 'list',
  bag: 'list',
  timestamp: 'date',
}

/** Values of different kinds are never equal. */
export function kindOf(type: ValueType): string {
  return kinds[type] ?? type
}
