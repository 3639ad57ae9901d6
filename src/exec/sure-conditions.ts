import { LedgerError } from '../base/errors.ts'
import type { Span } from '../base/span.ts'
import type { Operator, PlanExpression } from '../plan/plan.ts'
import { isCorrelated } from '../plan/walk-plan.ts'
import { equals } from '../values/compare.ts'
import { isAbsent, missing, type Value } from '../values/value.ts'
import { compileTest } from './compile-operators.ts'
import { type Doubt, Doubts, kindOf } from './doubts.ts'
import { type Compiler, doubting, type Evaluate, type Frame } from './frame.ts'
import { unseenMarks } from './observation.ts'

/**
 * The condition of an UPDATE or DELETE must not be true by a mistake alone. `Year <> '2014'` is true of every number, for
 * values of different kinds are never equal; so are `NOT (Year = '2014')` and `Year NOT IN ('2014')`; a CASE whose
 * condition is MISSING takes its ELSE; and `(Year > '2014') IS NOT TRUE` consumes a type error. So a condition in which
 * something may be negated is evaluated again for the rows that it chose, with MISSING as the result of such a comparison
 * or CASE, which IS and COALESCE then do not consume. Where it is no longer true it was true by that alone: an error.
 * Sub-queries of such a condition are looked at in the same way (doubts.ts). Plain conditions, as `id = ?`, are evaluated
 * once.
 */
export function compileSure(input: Operator, compiler: Compiler): ((frame: Frame) => void) | undefined {
  const conditions = conditionsOf(input).filter((condition) => !isPlain(condition) || hasSymbol(condition))
  if (conditions.length === 0) return undefined
  const doubts = new Doubts()
  const tests = conditions.map((condition) => compileTest(condition, doubting(compiler, doubts)))
  return (frame) => {
    const { observation, marks } = frame
    frame.observation = undefined
    frame.marks = unseenMarks
    doubts.start()
    try {
      for (const test of tests) if (!test(frame) && doubts.last !== undefined) refuse(doubts.last)
    } finally {
      frame.observation = observation
      frame.marks = marks
    }
  }
}

function refuse({ message, span, help }: Doubt): never {
  throw new LedgerError('evaluator/type-mismatch', `the condition is true only because ${message}`, {
    span,
    help: help ?? "compare with a value of the field's own type, or ask for the type with IS",
  })
}

/** The conditions that every row of an operator has passed. */
function conditionsOf(operator: Operator): readonly PlanExpression[] {
  if (operator.kind === 'filter') return [...conditionsOf(operator.input), ...operator.conditions]
  if (operator.kind === 'let') return conditionsOf(operator.input)
  if (operator.kind === 'scan-value') return conditionsIn(operator.value)
  if (operator.kind !== 'join') return []
  if (operator.join !== 'inner') return operator.join === 'left' ? conditionsOf(operator.left) : []
  return [...conditionsOf(operator.left), ...conditionsOf(operator.right), ...operator.on]
}

/** Those of a sub-query in FROM whose rows stream: its slots are those of the present row. */
function conditionsIn(value: PlanExpression): readonly PlanExpression[] {
  if (value.kind !== 'query' || value.query.kind !== 'select' || !isCorrelated(value.query)) return []
  return conditionsOf(value.query.input)
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
      return !condition.negated && ![condition.operand, condition.low, condition.high].some(decides)
    case 'is':
      return isPath(condition.operand)
    default:
      return false
  }
}

/** Whether a symbol is written in it: for a name, as MySQL quotes it? */
function hasSymbol(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false
  if (Array.isArray(node)) return node.some(hasSymbol)
  const expression = node as PlanExpression
  if (expression.kind === 'constant') return symbolsIn(expression.value).length > 0
  return Object.entries(node).some(([field, part]) => field !== 'span' && field !== 'table' && hasSymbol(part))
}

function symbolsIn(value: Value): readonly string[] {
  if (value.type === 'symbol') return [value.value]
  return value.type === 'list' || value.type === 'bag' ? value.items.flatMap(symbolsIn) : []
}

/** A constant in the second evaluation: a symbol that names a field of a present row was meant as the field. */
export function sureConstant({ value, span }: Extract<PlanExpression, { kind: 'constant' }>, doubts: Doubts): Evaluate {
  const symbols = symbolsIn(value)
  if (symbols.length === 0) return () => value
  return (frame) => {
    const name = symbols.find((one) => frame.slots.some((row) => row.type === 'struct' && row.get(one) !== undefined))
    if (name === undefined) return value
    const help = `a field takes double quotes, or none: "${name}"`
    doubts.note({ message: `\`${name}\` is a symbol, not the field`, span, help })
    return missing
  }
}

/** Whether nothing but a field that is not there makes a value MISSING. */
function isPath(value: PlanExpression): boolean {
  if (value.kind === 'field') return isPath(value.operand)
  return value.kind === 'slot' || value.kind === 'parameter' || value.kind === 'constant'
}

/** Whether an operand compares or chooses by itself. */
function decides(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false
  if (Array.isArray(node)) return node.some(decides)
  const { kind, op, name, type } = node as { kind?: string; op?: string; name?: string; type?: { name?: string } }
  if (kind === 'cast' && /^bool/.test(type?.name ?? '')) return true
  if (kind === 'constant') return false
  if (kind !== undefined && /^(in|quantified|between|like|is|case|query)$/.test(kind)) return true
  if (kind === 'binary' && op !== undefined && /^(and|or|=|<>|<|<=|>|>=|is .*)$/.test(op)) return true
  if (op === 'not' || (kind === 'call' && consumers.has(name ?? ''))) return true
  return Object.entries(node).some(([field, part]) => field !== 'span' && field !== 'table' && decides(part))
}

/**
 * Whether two present values differ by their kinds alone, which are never equal; noted as a doubt then. `isListed`: the
 * second is an element of a list that the statement writes.
 */
export function differInKind(a: Value, b: Value, doubts: Doubts, span: Span, isListed = false): boolean {
  if (!isAbsent(a) && !isAbsent(b)) doubts.compared(span, a, b)
  const found = differingKinds(a, b)
  if (found === undefined) return false
  doubts.note({ message: comparing(...found), span, kinds: [kindOf(a.type), kindOf(b.type)], isListed })
  return true
}

/**
 * The values, or what stands in them, by whose kinds alone two values differ: `(1, 'a')` and `('1', 'a')`, but not
 * `(1, 'a')` and `('1', 'b')`, which would differ as well with the right kinds.
 */
function differingKinds(a: Value, b: Value): [Value, Value] | undefined {
  if (isAbsent(a) || isAbsent(b)) return undefined
  if (kindOf(a.type) !== kindOf(b.type)) return [a, b]
  const pairs = pairsOf(a, b)
  let found: [Value, Value] | undefined
  for (const [one, other] of pairs) {
    if (equals(one, other)) continue
    const below = differingKinds(one, other)
    if (below === undefined) return undefined
    found ??= below
  }
  return found
}

/** The elements or fields of two values that stand against each other; none where the values differ in shape. */
function pairsOf(a: Value, b: Value): readonly (readonly [Value, Value])[] {
  if (a.type === 'struct' && b.type === 'struct' && a.names.length === b.names.length) {
    const pairs = a.names.map((name, at) => [a.values[at] as Value, b.get(name) ?? missing] as const)
    return pairs.every(([, other]) => other.type !== 'missing') ? pairs : []
  }
  if ((a.type !== 'list' && a.type !== 'sexp') || a.type !== b.type || a.items.length !== b.items.length) return []
  const { items } = b
  return a.items.map((item, at) => [item, items[at] as Value] as const)
}

export function comparing(a: Value, b: Value): string {
  return comparingKinds(a.type, b.type)
}

export function comparingKinds(a: string, b: string): string {
  return `it compares ${a.toUpperCase()} with ${b.toUpperCase()}`
}

/**
 * What IS, COALESCE and their like look at: undefined where it is absent by something in doubt, which they must not
 * consume.
 */
export function throughDoubts(evaluate: Evaluate, { doubts }: Compiler): (frame: Frame) => Value | undefined {
  if (doubts === undefined) return evaluate
  return (frame) => {
    const before = doubts.count
    const value = evaluate(frame)
    return isAbsent(value) && doubts.count > before ? undefined : value
  }
}

/** Notes that something was decided by a value that is MISSING. */
export function doubtMissing(doubts: Doubts, what: string, span: Span): true {
  doubts.note({ message: `${what} is MISSING`, span, decides: true })
  return true
}

/** Functions that give a value where an argument has none, or the wrong type. */
const consumers: ReadonlySet<string> = new Set([
  'exists',
  'nullif',
  'coalesce',
  'ifnull',
  'greatest',
  'least',
  'tupleunion',
])
