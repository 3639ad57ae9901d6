import type { Span } from '../base/span.ts'
import type { BinaryOperator, Expression } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { callOf } from './parse-call.ts'
import { parsePostfix, parsePrimary } from './parse-primary.ts'
import { isQuery, parseQuery } from './parse-query.ts'
import { parseTypeName } from './parse-type.ts'

/**
 * Expressions by precedence, loosest first: set operations and queries; OR; AND; NOT; comparisons, IS, IN, LIKE,
 * BETWEEN; `||` and `&`; `+ -`; `* / %`; signs; paths. (PartiQL grammar, exprBagOp to exprPrimary.)
 * `first` is an operand that has been read already: then parsing goes on behind it.
 */

/** Any expression, set operations and queries without parentheses included. */
export function parseExpression(cursor: Cursor, first?: Expression): Expression {
  cursor.enter()
  const expression = parseQuery(cursor, first)
  cursor.leave()
  return expression
}

/** From this many operands on, a chain of ANDs or ORs becomes a balanced tree, so that its length is no depth. */
const chainLengthMax = 32

interface Chain {
  readonly operands: Expression[]
  readonly operators: Span[]
}

export function parseOr(cursor: Cursor, first?: Expression): Expression {
  const left = parseAnd(cursor, first)
  if (!cursor.at('OR')) return left
  const chain: Chain = { operands: [left], operators: [] }
  while (cursor.at('OR')) {
    chain.operators.push(takeSpan(cursor))
    chain.operands.push(parseAnd(cursor))
  }
  return joinChain('or', chain)
}

function parseAnd(cursor: Cursor, first?: Expression): Expression {
  const left = parseNot(cursor, first)
  if (!cursor.at('AND')) return left
  const chain: Chain = { operands: [left], operators: [] }
  while (cursor.at('AND')) {
    chain.operators.push(takeSpan(cursor))
    chain.operands.push(parseNot(cursor))
  }
  return joinChain('and', chain)
}

function takeSpan(cursor: Cursor): Span {
  const token = cursor.advance()
  return { start: token.start, end: token.end }
}

/** AND and OR are associative, with three truth values and in the order of evaluation too. */
function joinChain(op: 'and' | 'or', chain: Chain): Expression {
  if (chain.operands.length > chainLengthMax) return balance(op, chain, 0, chain.operands.length)
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

function parseNot(cursor: Cursor, first?: Expression): Expression {
  if (first !== undefined || !cursor.at('NOT')) return parsePredicate(cursor, first)
  const { start } = cursor.advance()
  cursor.enter()
  const operand = parseNot(cursor)
  cursor.leave()
  return { kind: 'unary', op: 'not', operand, span: { start, end: operand.span.end } }
}

const comparisons: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>='])

function parsePredicate(cursor: Cursor, first?: Expression): Expression {
  let left = parseArithmetic(cursor, 1, first)
  for (;;) {
    const { word } = cursor.token
    if (word === '') return left
    if (comparisons.has(word)) {
      const opSpan = takeSpan(cursor)
      left = binary(word as BinaryOperator, left, parseArithmetic(cursor, 1), opSpan)
      continue
    }
    const negated = word === 'NOT'
    switch (negated ? cursor.peek().word : word) {
      case 'IS':
        if (negated) return left
        left = parseIs(cursor, left)
        break
      case 'IN':
        left = parseIn(cursor, left, negated)
        break
      case 'LIKE':
        left = parseLike(cursor, left, negated)
        break
      case 'BETWEEN':
        left = parseBetween(cursor, left, negated)
        break
      case 'OVERLAPS': {
        if (negated) return left
        const nameSpan = takeSpan(cursor)
        const right = parseArithmetic(cursor, 1)
        left = callOf('overlaps', nameSpan, [left, right], { start: left.span.start, end: right.span.end })
        break
      }
      default:
        return left
    }
  }
}

function parseIs(cursor: Cursor, operand: Expression): Expression {
  cursor.expect('IS')
  const negated = cursor.accept('NOT')
  const type = parseTypeName(cursor)
  return { kind: 'is', operand, type, negated, span: { start: operand.span.start, end: type.span.end } }
}

function acceptNot(cursor: Cursor, negated: boolean): void {
  if (negated) cursor.expect('NOT')
  cursor.advance()
}

function parseIn(cursor: Cursor, operand: Expression, negated: boolean): Expression {
  acceptNot(cursor, negated)
  const collection = cursor.at('(') ? parseInList(cursor) : parseArithmetic(cursor, 1)
  return { kind: 'in', operand, collection, negated, span: cursor.spanFrom(operand.span.start) }
}

/**
 * Directly after IN a parenthesis holds a list, with one element too, unless it holds a query (SELECT, VALUES …; also
 * a set operation of queries in parentheses), or an operator or a path goes on behind it.
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
  if (cursor.at('.') || cursor.at('[') || tightness(cursor.token.word) > 0) {
    return parseArithmetic(cursor, 1, only ?? list)
  }
  return only !== undefined && isQuery(only) && !wrapped ? only : list
}

function parseLike(cursor: Cursor, operand: Expression, negated: boolean): Expression {
  acceptNot(cursor, negated)
  const pattern = parseArithmetic(cursor, 1)
  const escaped = cursor.accept('ESCAPE') ? parseArithmetic(cursor, 1) : undefined
  return { kind: 'like', operand, pattern, escape: escaped, negated, span: cursor.spanFrom(operand.span.start) }
}

function parseBetween(cursor: Cursor, operand: Expression, negated: boolean): Expression {
  acceptNot(cursor, negated)
  const low = parseArithmetic(cursor, 1)
  cursor.expect('AND')
  const high = parseArithmetic(cursor, 1)
  return { kind: 'between', operand, low, high, negated, span: cursor.spanFrom(operand.span.start) }
}

/** How tightly an operator of arithmetic binds; 0: it is none. */
function tightness(word: string): number {
  switch (word) {
    case '||':
    case '&':
      return 1
    case '+':
    case '-':
      return 2
    case '*':
    case '/':
    case '%':
      return 3
    default:
      return 0
  }
}

/** Everything that binds tighter than a comparison; `least` is the loosest operator to take. */
export function parseArithmetic(cursor: Cursor, least: number, first?: Expression): Expression {
  let left = first === undefined ? parseSigned(cursor) : parsePostfix(cursor, first)
  for (;;) {
    const own = tightness(cursor.token.word)
    if (own === 0 || own < least) return left
    const op = cursor.token.word as BinaryOperator
    const opSpan = takeSpan(cursor)
    left = binary(op, left, parseArithmetic(cursor, own + 1), opSpan)
  }
}

function parseSigned(cursor: Cursor): Expression {
  const { word, start } = cursor.token
  if (word !== '-' && word !== '+') return parsePostfix(cursor, parsePrimary(cursor))
  cursor.advance()
  cursor.enter()
  const operand = parseSigned(cursor)
  cursor.leave()
  return { kind: 'unary', op: word, operand, span: { start, end: operand.span.end } }
}
