import { fieldHelp } from '../base/hints.ts'
import { LedgerError } from '../base/errors.ts'
import type { Span } from '../base/span.ts'
import { hasTrait } from '../plan/function-facts.ts'
import type { Operator, PlanExpression } from '../plan/plan.ts'
import { isCorrelated } from '../plan/walk-plan.ts'
import { equals } from '../values/compare.ts'
import { isAbsent, missing, type Value } from '../values/value.ts'
import { compileTest } from './compile-operators.ts'
import { Doubts } from './doubts.ts'
import type { Doubt } from './doubt.ts'
import { kindOf, shapeOf } from './value-kinds.ts'
import type { Evaluate, Frame } from './frame.ts'
import { type Compiler, doubting } from './compiler.ts'
import { HeldFields } from './held-fields.ts'
import { unseenMarks } from './observation.ts'
import { partsOf, type PlanPart } from '../plan/plan-parts.ts'

/**
 * The condition of an UPDATE or DELETE must not be true by a mistake alone. `Year <> '2014'` is true of every number, for
 * values of different kinds are never equal; so are `NOT (Year = '2014')` and `Year NOT IN ('2014')`; a CASE whose
 * condition is MISSING takes its ELSE; and `(Year > '2014') IS NOT TRUE` consumes a type error. So a condition in which
 * something may be negated is evaluated again for the rows that it chose, with MISSING as the result of such a comparison
 * or CASE, which IS and COALESCE then do not consume. Where it is no longer true it was true by that alone: an error.
 * Sub-queries of such a condition are checked in the same way (doubts.ts), and so is FROM (sure-rows.ts). Plain
 * conditions, as `id = ?`, are evaluated once.
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
    help: help ?? valueHelp,
  })
}

const absentHelp = `${fieldHelp}; IS NOT MISSING asks whether it is`
export const valueHelp = "compare with a value of the field's own type, or ask for the type with IS"

/** The conditions that every row of an operator has passed. */
function conditionsOf(operator: Operator): readonly PlanExpression[] {
  if (operator.kind === 'filter') return [...conditionsOf(operator.input), ...operator.conditions]
  if (operator.kind === 'let') return conditionsOf(operator.input)
  if (operator.kind !== 'join') return []
  if (operator.join !== 'inner') return operator.join === 'left' ? conditionsOf(operator.left) : []
  return [...conditionsOf(operator.left), ...conditionsOf(operator.right), ...operator.on]
}

/** Whether a condition can't be true because a comparison in it is not. */
export function isPlain(condition: PlanExpression): boolean {
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
      if (listsPaths(condition.left) || listsPaths(condition.right)) return false
      return !/^(<>|is .*)$/.test(condition.op) && !decides(condition.left) && !decides(condition.right)
    case 'in':
      if (listsPaths(condition.operand)) return false
      return !condition.negated && !decides(condition.operand) && !decides(condition.collection)
    case 'like':
      return !decides(condition.operand) && !decides(condition.pattern)
    case 'between':
      return !condition.negated && ![condition.operand, condition.low, condition.high].some((one) => decides(one))
    case 'is':
      return isPath(condition.operand)
    default:
      return false
  }
}

/** A list with a field that is not there equals another such list. */
function listsPaths(value: PlanExpression): boolean {
  return value.kind === 'sequence' && value.items.some(({ kind }) => kind !== 'constant' && kind !== 'parameter')
}

/** Whether a symbol is written in it: for a name, as MySQL quotes it? */
export function hasSymbol(part: PlanPart): boolean {
  if (part.kind === 'constant') return symbolsIn(part.value).length > 0
  return partsOf(part).some(hasSymbol)
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
    const name = symbols.find((one) => namesField(one, frame))
    if (name === undefined) return value
    doubts.note({ message: `\`${name}\` is a symbol, not the field`, span, help: nameHelp(name) })
    return missing
  }
}

/** Whether nothing but a field that is not there makes a value MISSING. */
function isPath(value: PlanExpression): boolean {
  if (value.kind === 'field') return isPath(value.operand)
  return value.kind === 'slot' || value.kind === 'parameter' || value.kind === 'constant'
}

/**
 * Whether an operand compares or chooses by itself. `isHeld`: it stands in a list or a struct, which has a value although
 * a type error leaves it without one.
 */
export function decides(node: PlanPart, isHeld = false): boolean {
  const { kind } = node
  const op = 'op' in node ? node.op : undefined
  if (kind === 'cast' && castDecides(node)) return true
  if (kind !== undefined && /^(in|quantified|between|like|is|case|query)$/.test(kind)) return true
  if (kind === 'binary' && op !== undefined && /^(and|or|=|<>|<|<=|>|>=|is .*)$/.test(op)) return true
  if (op === 'not' || (kind === 'call' && hasTrait(node.name, 'consumes'))) return true
  if (isHeld && kind !== undefined && /^(binary|unary|chain|call|cast)$/.test(kind)) return true
  const holds = isHeld || (kind !== undefined && /^(sequence|struct|map|row)$/.test(kind))
  return partsOf(node).some((part) => decides(part, holds))
}

/** Any text is a boolean, and CAN_CAST takes whatever is not there. */
function castDecides({ form, type }: Extract<PlanExpression, { kind: 'cast' }>): boolean {
  return form !== 'cast' || /^bool/.test(type.name)
}

/**
 * Whether two present values differ by their kinds alone, which are never equal; noted as a doubt then. `isListed`: the
 * second is an element of a list that the statement writes.
 */
export function differInKind(a: Value, b: Value, doubts: Doubts, span: Span, isListed = false): boolean {
  if (!isAbsent(a) && !isAbsent(b)) doubts.compared(span, a, b)
  const found = isAbsent(a) || isAbsent(b) ? undefined : differingKinds(a, b)
  if (found === undefined) return false
  const help = found.some(({ type }) => type === 'missing') ? fieldHelp : undefined
  doubts.note({ message: comparing(...found), span, help, kinds: [shapeOf(a), shapeOf(b)], isListed })
  return true
}

/**
 * The values, or what stands in them, by whose kinds alone two values differ: `(1, 'a')` and `('1', 'a')`, but not
 * `(1, 'a')` and `('1', 'b')`, which would differ as well with the right kinds. MISSING, of a field that is not there,
 * equals nothing.
 */
function differingKinds(a: Value, b: Value): [Value, Value] | undefined {
  if (a.type === 'null' || b.type === 'null') return undefined
  if (a.type === 'missing' || kindOf(a.type) !== kindOf(b.type)) return [a, b]
  const pairs = pairsOf(a, b)
  let found: [Value, Value] | undefined
  for (const [one, other] of pairs) {
    if (one.type !== 'missing' && equals(one, other)) continue
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

/** What holds values, or consumes them, and may be present although one of them is in doubt. */
const holders = /^(sequence|struct|map|row|call|cast|spread|exclude|index)$/
/** Expressions that decide on their own: if they have a value it is sure, whatever was in doubt on the way. */
const deciders = /^(binary|unary|in|quantified|between|like|is|case)$/

/** An expression in the second evaluation. Where it has a value, nothing in it is in doubt. */
export function settled(made: Evaluate, expression: PlanExpression, doubts: Doubts): Evaluate {
  const { kind } = expression
  const evaluate = unlessName(made, expression, doubts)
  const isHolder = holders.test(kind)
  if (!isHolder && !deciders.test(kind)) return evaluate
  return (frame) => {
    const before = doubts.count
    const { found } = doubts.point()
    const value = evaluate(frame)
    if (doubts.count === before || isAbsent(value)) return value
    if (isHolder) return missing
    doubts.forget({ count: before, found })
    return value
  }
}

/** `'City' NOT IN (SELECT …)`, of a sub-query that reads no row around it: the field City of the present row was meant. */
function unlessName(evaluate: Evaluate, expression: PlanExpression, doubts: Doubts): Evaluate {
  const { span } = expression
  const text = textBesideQuery(expression)
  if (text === undefined) return evaluate
  return (frame) => {
    if (!namesField(text, frame)) return evaluate(frame)
    doubts.note({ message: `'${text}' is a string, not the field`, span, help: nameHelp(text) })
    return missing
  }
}

function textBesideQuery(expression: PlanExpression): string | undefined {
  const sides =
    expression.kind === 'in' || expression.kind === 'quantified'
      ? [expression.operand, expression.collection]
      : expression.kind === 'binary'
        ? [expression.left, expression.right]
        : []
  const query = sides.find((side) => side.kind === 'query')
  const text = sides.find((side) => side.kind === 'constant')
  if (query?.kind !== 'query' || text?.kind !== 'constant' || isCorrelated(query.query)) return undefined
  return text.value.type === 'string' ? text.value.value : undefined
}

/** Not of a document that is held by its fields: it is one of another source than the change's, and its other fields are gone. */
function namesField(name: string, { slots }: Frame): boolean {
  return slots.some((row) => row.type === 'struct' && !(row instanceof HeldFields) && row.get(name) !== undefined)
}

function nameHelp(name: string): string {
  return `a field takes double quotes, or none: "${name}"`
}

/** Notes that something was decided by a value that is MISSING; false where it may be. */
export function doubtMissing(doubts: Doubts, what: string, span: Span): boolean {
  if (doubts.deciding !== undefined) return false
  doubts.note({ message: `${what} is MISSING`, span, decides: true, help: absentHelp })
  return true
}
