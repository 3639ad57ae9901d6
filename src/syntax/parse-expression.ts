import type { Span } from '../base/span.ts'
import type { BinaryOperator, Expression, TypeName } from './ast.ts'
import { checkChainLength, type Cursor } from './cursor.ts'
import type { ParserToken } from './parser-token.ts'
import { callOf } from './parse-call.ts'
import { parseItems, parsePostfix, parsePrimary } from './parse-primary.ts'
import { atQuery, goesOn, isQuery, parseQueryRest, parseQueryTerm } from './parse-query.ts'
import { parseTypeName } from './parse-type.ts'

/**
 * Expressions by precedence, loosest first: set operations and queries; OR; AND; NOT; comparisons, IS, IN, LIKE,
 * BETWEEN; `||` and `&`; `+ -`; `* / %`; signs; paths. (PartiQL grammar, exprBagOp to exprPrimary.) One function climbs
 * through all operators, so that a level of nesting costs few frames of the stack.
 * `first` is an operand that has been read already: then parsing continues behind it.
 */
export const tightness = { or: 1, and: 2, not: 3, predicate: 4, concat: 5, sum: 6, product: 7 } as const

/** How tightly the operator with that word binds. */
const operators: ReadonlyMap<string, number> = new Map([
  ['OR', tightness.or],
  ['AND', tightness.and],
  ...['=', '<>', '<', '<=', '>', '>=', 'IS', 'IN', 'LIKE', 'BETWEEN', 'OVERLAPS', 'NOT'].map(
    (word): [string, number] => [word, tightness.predicate],
  ),
  ['||', tightness.concat],
  ['&', tightness.concat],
  ['+', tightness.sum],
  ['-', tightness.sum],
  ['*', tightness.product],
  ['/', tightness.product],
  ['%', tightness.product],
])

/** Whether an operator between operands, or one behind its operand, is spelt or begins so. */
export function isOperator(word: string): boolean {
  return operators.has(word)
}

/** Any expression, set operations and queries without parentheses included. */
export function parseExpression(cursor: Cursor, first?: Expression): Expression {
  cursor.enter()
  const begin = cursor.position
  let left =
    first === undefined && atQuery(cursor) ? parseQueryTerm(cursor) : parseOperators(cursor, tightness.or, first)
  if (goesOn(cursor, left)) left = parseQueryRest(cursor, left, begin, left === first)
  cursor.leave()
  return left
}

/** An expression without set operations and bare queries. */
export function parseOr(cursor: Cursor, first?: Expression): Expression {
  return parseOperators(cursor, tightness.or, first)
}

/** Operands and operators that bind as tightly as `least` or tighter. */
export function parseOperators(cursor: Cursor, least: number, first?: Expression): Expression {
  const begin = first === undefined ? cursor.position : -1
  let left = first ?? (isPrefix(cursor.token.word) ? parsePrefixed(cursor, least) : parsePrimary(cursor))
  if (cursor.at('.') || cursor.at('[')) left = parsePostfix(cursor, left)
  // Behind `a IS b` nothing tighter may follow: it would have to belong to b.
  let most: number = tightness.product
  const steps = new Steps()
  for (;;) {
    const own = operators.get(cursor.token.word)
    if (own === undefined || own < least || own > most) return steps.end(left)
    if (own < most) left = steps.end(left)
    most = own
    if (own > tightness.predicate) {
      left = parseRun(cursor, left, own)
    } else if (own < tightness.predicate) {
      left = parseChain(cursor, left, own, begin)
    } else {
      const predicate = parsePredicate(cursor, left)
      if (predicate === undefined) return steps.end(left)
      left = steps.add(predicate)
    }
  }
}

/** Predicates behind one another: more than a few are cut into parts, so that their number is no depth. */
class Steps {
  #parts: Expression[] = []
  #count = 0

  /** What is the operand of the next predicate. */
  add(predicate: Expression): Expression {
    this.#count += 1
    checkChainLength(this.#count + 1, predicate.span)
    if (this.#count % treeOperandsMax !== 0) return predicate
    this.#parts.push(predicate)
    return { kind: 'previous', span: predicate.span }
  }

  /** What stands there when no more predicates follow. */
  end(last: Expression): Expression {
    const parts = last.kind === 'previous' ? this.#parts : [...this.#parts, last]
    const [first, second] = parts
    this.#parts = []
    this.#count = 0
    return second === undefined ? (first as Expression) : { kind: 'steps', parts, span: last.span }
  }
}

function isPrefix(word: string): boolean {
  return word === '-' || word === '+' || word === 'NOT'
}

/** Signs before an operand, or NOT where it may stand. */
function parsePrefixed(cursor: Cursor, least: number): Expression {
  const { word, start } = cursor.token
  if (word !== 'NOT') return parseSigned(cursor)
  if (least > tightness.not) return parsePrimary(cursor)
  const starts: number[] = []
  while (cursor.at('NOT')) starts.push(cursor.advance().start)
  cursor.enter()
  let operand = parseOperators(cursor, tightness.not)
  cursor.leave()
  // NOT NOT NOT x is NOT x, whatever x is.
  const kept = starts.length > treeOperandsMax ? 2 - (starts.length % 2) : starts.length
  for (let count = kept; count > 0; count -= 1) {
    const from = count === 1 ? start : (starts[count - 1] as number)
    operand = { kind: 'unary', op: 'not', operand, span: { start: from, end: operand.span.end } }
  }
  return operand
}

function parseSigned(cursor: Cursor): Expression {
  const signs: ParserToken[] = []
  while (cursor.at('-') || cursor.at('+')) signs.push(cursor.advance())
  let operand = parsePostfix(cursor, parsePrimary(cursor))
  for (const { word, start } of fewSigns(signs).reverse()) {
    operand = { kind: 'unary', op: word as '-', operand, span: { start, end: operand.span.end } }
  }
  return operand
}

/** Of very many signs few that mean the same: + only asks for a number, and two - undo each other. */
function fewSigns(signs: ParserToken[]): ParserToken[] {
  if (signs.length <= treeOperandsMax) return signs
  const first = signs[0] as ParserToken
  const minus = signs.filter(({ word }) => word === '-')
  if (minus.length === 0) return [first]
  const kept = minus.slice(0, 2 - (minus.length % 2))
  return kept.map((sign, at) => (at === 0 ? { ...sign, start: first.start } : sign))
}

/** A chain of more operands does not become a tree that is as deep as the chain is long. */
const treeOperandsMax = 32

type Link = Extract<Expression, { kind: 'chain' }>['rest'][number]

/** The operators of one tightness behind an operand, each with its right one. */
function parseRun(cursor: Cursor, first: Expression, own: number): Expression {
  const rest: Link[] = []
  do {
    const { word } = cursor.token
    const opSpan = takeSpan(cursor)
    checkChainLength(rest.length + 2, opSpan)
    rest.push({ op: word as BinaryOperator, opSpan, operand: parseOperators(cursor, own + 1) })
  } while (operators.get(cursor.token.word) === own)
  if (rest.length < treeOperandsMax) {
    return rest.reduce((left, { op, opSpan, operand }) => binary(op, left, operand, opSpan), first)
  }
  return { kind: 'chain', first, rest, span: cursor.spanFrom(first.span.start) }
}

interface Chain {
  readonly operands: Expression[]
  readonly operators: Span[]
}

function parseChain(cursor: Cursor, left: Expression, own: number, begin: number): Expression {
  const word = own === tightness.or ? 'OR' : 'AND'
  const chain: Chain = { operands: [left], operators: [] }
  let bare = isBareAnd(cursor, left, begin) ? left : undefined
  while (cursor.at(word)) {
    const opSpan = takeSpan(cursor)
    checkChainLength(chain.operands.length + 1, opSpan)
    chain.operators.push(opSpan)
    const from = cursor.position
    const operand = parseOperators(cursor, own + 1)
    if (bare === undefined && isBareAnd(cursor, operand, from)) bare = operand
    chain.operands.push(operand)
  }
  const joined = joinChain(own === tightness.or ? 'or' : 'and', chain)
  return bare === undefined || chain.operands.every(isAnd) ? joined : { ...(joined as Binary), bareSpan: bare.span }
}

type Binary = Extract<Expression, { kind: 'binary' }>

function isAnd(operand: Expression): boolean {
  return operand.kind === 'binary' && operand.op === 'and'
}

/** Whether an operand that was just read, from this token on, is an AND without parentheses around it. */
function isBareAnd({ group, position, text }: Cursor, operand: Expression, begin: number): boolean {
  const isWrapped = begin < 0 || (group.open === begin && group.end === position)
  return isAnd(operand) && !isWrapped && !isRange(operand as Binary, text)
}

/** `a > 1 AND a < 9` */
function isRange({ left, right }: Binary, text: string): boolean {
  if (left.kind !== 'binary' || right.kind !== 'binary') return false
  const [first, second] = [left, right].map(({ left: { span } }) => text.slice(span.start, span.end))
  return first === second
}

function takeSpan(cursor: Cursor): Span {
  const token = cursor.advance()
  return { start: token.start, end: token.end }
}

/** AND and OR are associative, with three truth values and in the order of evaluation too. */
function joinChain(op: 'and' | 'or', chain: Chain): Expression {
  if (chain.operands.length > treeOperandsMax) return balance(op, chain, 0, chain.operands.length)
  let left = chain.operands[0] as Expression
  for (let index = 1; index < chain.operands.length; index += 1) {
    left = binary(op, left, chain.operands[index] as Expression, chain.operators[index - 1] as Span)
  }
  return left
}

function balance(op: 'and' | 'or', chain: Chain, from: number, to: number): Expression {
  if (to - from === 1) return chain.operands[from] as Expression
  const middle = (from + to + 1) >> 1
  const left = balance(op, chain, from, middle)
  const right = balance(op, chain, middle, to)
  return binary(op, left, right, chain.operators[middle - 1] as Span)
}

function binary(op: BinaryOperator, left: Expression, right: Expression, opSpan: Span): Expression {
  return { kind: 'binary', op, left, right, opSpan, span: { start: left.span.start, end: right.span.end } }
}

/** The predicate that follows its operand; undefined when NOT or another word begins none. */
function parsePredicate(cursor: Cursor, left: Expression): Expression | undefined {
  const negated = cursor.at('NOT')
  switch (negated ? cursor.peek().word : cursor.token.word) {
    case 'IS':
      return negated ? undefined : parseIs(cursor, left)
    case 'IN':
      return parseIn(cursor, left, negated)
    case 'LIKE':
      return parseLike(cursor, left, negated)
    case 'BETWEEN':
      return parseBetween(cursor, left, negated)
    case 'OVERLAPS': {
      if (negated) return undefined
      const nameSpan = takeSpan(cursor)
      const right = parseOperators(cursor, tightness.concat)
      return callOf('overlaps', nameSpan, [left, right], { start: left.span.start, end: right.span.end })
    }
    default: {
      if (negated) return undefined
      const op = cursor.token.word as BinaryOperator
      const opSpan = takeSpan(cursor)
      if (quantifiers.has(cursor.token.word) && cursor.peek().word === '(') {
        return parseQuantified(cursor, left, op as Quantified['op'])
      }
      return binary(op, left, parseOperators(cursor, tightness.concat), opSpan)
    }
  }
}

function parseIs(cursor: Cursor, operand: Expression): Expression {
  cursor.expect('IS')
  const negated = cursor.accept('NOT')
  if (cursor.atWords('DISTINCT', 'FROM')) {
    const opSpan = takeSpan(cursor)
    cursor.advance()
    const op = negated ? 'is not distinct from' : 'is distinct from'
    return binary(op, operand, parseOperators(cursor, tightness.concat), opSpan)
  }
  const type = truths.has(cursor.token.word) ? parseTruth(cursor) : parseTypeName(cursor)
  return { kind: 'is', operand, type, negated, span: { start: operand.span.start, end: type.span.end } }
}

/** IS TRUE, IS FALSE, IS UNKNOWN */
const truths: ReadonlySet<string> = new Set(['TRUE', 'FALSE', 'UNKNOWN'])

function parseTruth(cursor: Cursor): TypeName {
  const { word, start, end } = cursor.advance()
  return { name: word.toLowerCase(), args: [], withTimeZone: false, span: { start, end } }
}

const quantifiers: ReadonlySet<string> = new Set(['ANY', 'SOME', 'ALL'])

/** `ANY (…)`, `SOME (…)`, `ALL (…)` behind a comparison. */
function parseQuantified(cursor: Cursor, operand: Expression, op: Quantified['op']): Expression {
  const quantifier = cursor.advance().word === 'ALL' ? 'all' : 'any'
  const { start } = cursor.expect('(')
  const items = parseItems(cursor, ')')
  const [only] = items
  const collection: Expression =
    only !== undefined && items.length === 1 && !isWrittenScalar(only)
      ? only
      : { kind: 'list', items, form: 'paren', span: cursor.spanFrom(start) }
  return { kind: 'quantified', op, quantifier, operand, collection, span: cursor.spanFrom(operand.span.start) }
}

type Quantified = Extract<Expression, { kind: 'quantified' }>

/** Whether it can be no collection, whatever the data: alone in parentheses it is a list of one, as behind IN. */
export function isWrittenScalar(expression: Expression): boolean {
  switch (expression.kind) {
    case 'literal':
      return !/^(list|bag|sexp)$/.test(expression.value.type)
    case 'unary':
    case 'struct':
      return true
    case 'binary':
      return /^[-+*/%]$/.test(expression.op)
    default:
      return false
  }
}

function acceptNot(cursor: Cursor, negated: boolean): void {
  if (negated) cursor.expect('NOT')
  cursor.advance()
}

function parseIn(cursor: Cursor, operand: Expression, negated: boolean): Expression {
  acceptNot(cursor, negated)
  const collection = cursor.at('(') ? parseInList(cursor) : parseOperators(cursor, tightness.concat)
  return { kind: 'in', operand, collection, negated, span: cursor.spanFrom(operand.span.start) }
}

/**
 * Directly after IN a parenthesis holds a list, with one element too, unless it holds a query (SELECT, VALUES …; also
 * a set operation of queries in parentheses), or an operator or a path follows.
 */
function parseInList(cursor: Cursor): Expression {
  const start = cursor.expect('(').start
  const inner = cursor.position
  const items: Expression[] = []
  if (!cursor.at(')')) {
    do items.push(parseExpression(cursor))
    while (cursor.accept(','))
  }
  const wrapped = cursor.group.open === inner && cursor.group.end === cursor.position
  if (!cursor.accept(')')) throw cursor.unexpected(',', ')')
  const only = items.length === 1 ? items[0] : undefined
  const list: Expression = { kind: 'list', items, form: 'paren', span: cursor.spanFrom(start) }
  if (cursor.at('.') || cursor.at('[') || (operators.get(cursor.token.word) ?? 0) >= tightness.concat) {
    return parseOperators(cursor, tightness.concat, only ?? list)
  }
  return only !== undefined && isQuery(only) && !wrapped ? only : list
}

function parseLike(cursor: Cursor, operand: Expression, negated: boolean): Expression {
  acceptNot(cursor, negated)
  const pattern = parseOperators(cursor, tightness.concat)
  const escaped = cursor.accept('ESCAPE') ? parseOperators(cursor, tightness.concat) : undefined
  return { kind: 'like', operand, pattern, escape: escaped, negated, span: cursor.spanFrom(operand.span.start) }
}

function parseBetween(cursor: Cursor, operand: Expression, negated: boolean): Expression {
  acceptNot(cursor, negated)
  const low = parseOperators(cursor, tightness.concat)
  cursor.expect('AND')
  const high = parseOperators(cursor, tightness.concat)
  return { kind: 'between', operand, low, high, negated, span: cursor.spanFrom(operand.span.start) }
}
