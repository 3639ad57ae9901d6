import { unreachable } from '../base/assert.ts'
import type {
  BinaryOperator,
  CallExpression,
  Expression,
  FrameBound,
  Name,
  PathStep,
  SortKey,
  TypeName,
  WindowSpecification,
} from './ast.ts'
import { isStructuralWord } from './keywords.ts'
import { isQuery } from './parse-query.ts'
import { printLiteral } from './print-literal.ts'
import { printQuery } from './print-query.ts'

/** How tightly an expression's own operator binds; a child that binds less gets parentheses. */
const level = { query: 0, or: 1, and: 2, not: 3, predicate: 4, concat: 5, sum: 6, product: 7, sign: 8, primary: 9 }

const binaryLevels: Readonly<Record<BinaryOperator, number>> = {
  or: level.or,
  and: level.and,
  '=': level.predicate,
  '<>': level.predicate,
  '<': level.predicate,
  '<=': level.predicate,
  '>': level.predicate,
  '>=': level.predicate,
  'is distinct from': level.predicate,
  'is not distinct from': level.predicate,
  '||': level.concat,
  '&': level.concat,
  '+': level.sum,
  '-': level.sum,
  '*': level.product,
  '/': level.product,
  '%': level.product,
}

function levelOf(expression: Expression): number {
  if (isQuery(expression)) return level.query
  switch (expression.kind) {
    case 'binary':
      return binaryLevels[expression.op]
    case 'chain':
      return binaryLevels[(expression.rest[0] as (typeof expression.rest)[0]).op]
    case 'unary':
      return expression.op === 'not' ? level.not : level.sign
    case 'in':
    case 'between':
    case 'like':
    case 'is':
    case 'quantified':
    case 'steps':
      return level.predicate
    default:
      return level.primary
  }
}

/**
 * An expression in canonical text: keywords in upper case, calls in lower, one space around operators, parentheses
 * only where they are needed. Parsing it gives the same tree, spans apart.
 */
export function printExpression(expression: Expression): string {
  return printAt(expression, level.query)
}

/** An expression where a query would need parentheses. */
export function printInner(expression: Expression): string {
  return printAt(expression, level.or)
}

function printAt(expression: Expression, least: number): string {
  const text = printBare(expression)
  return levelOf(expression) < least ? `(${text})` : text
}

/** What `previous` stands for while the part behind it is printed. */
let previousText = ''

/** Parts of which each contains the text of the one before. */
export function printParts(parts: readonly (() => string)[]): string {
  const outer = previousText
  let text = ''
  for (const print of parts) {
    text = print()
    previousText = text
  }
  previousText = outer
  return text
}

function printBare(expression: Expression): string {
  if (isQuery(expression)) return printQuery(expression)
  switch (expression.kind) {
    case 'literal':
      return printLiteral(expression.value, expression.source)
    case 'previous':
      return previousText
    case 'steps':
      return printParts(expression.parts.map((part) => () => printBare(part)))
    case 'variable':
      return (expression.local ? '@' : '') + printName(expression.name)
    case 'parameter':
      return '?'
    case 'path':
      return printRoot(expression.root) + expression.steps.map(printStep).join('')
    case 'list':
      return expression.form === 'paren' ? printList('(', expression.items, ')') : printList('[', expression.items, ']')
    case 'sexp':
      return printList('SEXP(', expression.items, ')')
    case 'bag':
      return printList('<<', expression.items, '>>')
    case 'struct':
    case 'map': {
      const fields = expression.fields.map(({ name, value }) => `${printInner(name)}: ${printInner(value)}`)
      return `${expression.kind === 'map' ? 'MAP ' : ''}{${fields.join(', ')}}`
    }
    case 'call':
      return printCall(expression)
    case 'cast': {
      const word = expression.form.replaceAll('-', '_').toUpperCase()
      return `${word}(${printInner(expression.operand)} AS ${printType(expression.type)})`
    }
    case 'case':
      return printCase(expression)
    default:
      return printOperation(expression)
  }
}

function printList(open: string, items: readonly Expression[], close: string): string {
  return open + items.map(printInner).join(', ') + close
}

type Operation = Extract<
  Expression,
  { kind: 'unary' | 'binary' | 'chain' | 'in' | 'between' | 'like' | 'is' | 'quantified' }
>

function printOperation(expression: Operation): string {
  switch (expression.kind) {
    case 'unary': {
      if (expression.op === 'not') return `NOT ${printAt(expression.operand, level.not)}`
      const operand = printAt(expression.operand, level.sign)
      return expression.op + (operand.startsWith('-') ? ' ' : '') + operand
    }
    case 'binary': {
      const own = binaryLevels[expression.op]
      const left = printAt(expression.left, own)
      return `${left} ${expression.op.toUpperCase()} ${printAt(expression.right, own + 1)}`
    }
    case 'chain': {
      const own = levelOf(expression)
      const parts = expression.rest.map(({ op, operand }) => ` ${op} ${printAt(operand, own + 1)}`)
      return printAt(expression.first, own) + parts.join('')
    }
    case 'in': {
      const { collection } = expression
      const printed = isQuery(collection) ? `(${printQuery(collection)})` : printAt(collection, level.concat)
      return `${printAt(expression.operand, level.predicate)} ${not(expression.negated)}IN ${printed}`
    }
    case 'between': {
      const operand = printAt(expression.operand, level.predicate)
      const [low, high] = [printAt(expression.low, level.concat), printAt(expression.high, level.concat)]
      return `${operand} ${not(expression.negated)}BETWEEN ${low} AND ${high}`
    }
    case 'like': {
      const operand = printAt(expression.operand, level.predicate)
      const escaped = expression.escape === undefined ? '' : ` ESCAPE ${printAt(expression.escape, level.concat)}`
      const pattern = printAt(expression.pattern, level.concat)
      return `${operand} ${not(expression.negated)}LIKE ${pattern}${escaped}`
    }
    case 'is': {
      const operand = printAt(expression.operand, level.predicate)
      return `${operand} IS ${not(expression.negated)}${printType(expression.type)}`
    }
    case 'quantified': {
      const { collection } = expression
      const isList = collection.kind === 'list' && collection.form === 'paren' && collection.items.length !== 1
      const printed = isList ? printBare(collection) : `(${printBare(collection)})`
      const operand = printAt(expression.operand, level.predicate)
      return `${operand} ${expression.op} ${expression.quantifier.toUpperCase()} ${printed}`
    }
    default:
      return unreachable(expression)
  }
}

function not(negated: boolean): string {
  return negated ? 'NOT ' : ''
}

/** A path as a root keeps its parentheses, `(a.b).c` has two; a number must not swallow the dot behind it. */
function printRoot(root: Expression): string {
  return root.kind === 'path' || root.kind === 'literal' ? `(${printBare(root)})` : printAt(root, level.primary)
}

function printStep(step: PathStep): string {
  switch (step.kind) {
    case 'field':
      return `.${printName(step.name, true)}`
    case 'index':
      return `[${printInner(step.index)}]`
    case 'each':
      return '[*]'
    case 'each-field':
      return '.*'
    default:
      return unreachable(step)
  }
}

/** A name; with quotes when it was written so, or can't stand without them. Behind a dot keywords can. */
export function printName(name: Name, afterDot = false): string {
  const plain = /^[A-Za-z_$][A-Za-z0-9_$]*$/.test(name.text) && (afterDot || !isStructuralWord(name.text.toUpperCase()))
  return name.quoted || !plain ? `"${name.text.replaceAll('"', '""')}"` : name.text
}

function printCase(expression: Extract<Expression, { kind: 'case' }>): string {
  const words = ['CASE']
  if (expression.operand !== undefined) words.push(printInner(expression.operand))
  for (const branch of expression.branches)
    words.push(`WHEN ${printInner(branch.when)} THEN ${printInner(branch.then)}`)
  if (expression.otherwise !== undefined) words.push(`ELSE ${printInner(expression.otherwise)}`)
  return [...words, 'END'].join(' ')
}

function printCall(call: CallExpression): string {
  const filter = call.filter === undefined ? '' : ` FILTER (WHERE ${printInner(call.filter)})`
  const order = call.orderBy === undefined ? '' : ` ORDER BY ${call.orderBy.map(printSortKey).join(', ')}`
  return `${call.name}(${printArguments(call)}${order})${filter}${printOver(call)}`
}

function printArguments(call: CallExpression): string {
  if (call.star) return '*'
  const [first, second, third] = call.args
  const keyword = first?.kind === 'literal' && first.value.type === 'string' ? first.value.value : undefined
  if (first !== undefined && second !== undefined && keyword !== undefined) {
    if (call.name === 'trim' && third !== undefined) {
      return `${keyword.toUpperCase()} ${printInner(second)} FROM ${printInner(third)}`
    }
    if (call.name === 'extract') return `${keyword.toUpperCase()} FROM ${printInner(second)}`
    if (call.name === 'date_add' || call.name === 'date_diff') {
      return [keyword.toUpperCase(), ...call.args.slice(1).map(printInner)].join(', ')
    }
  }
  const quantifier = call.quantifier === undefined ? '' : `${call.quantifier.toUpperCase()} `
  const isAlone = call.args.length === 1 && call.orderBy === undefined
  if (isAlone && first !== undefined) return quantifier + printExpression(first)
  const head = call.name === 'position' ? call.args.slice(0, 1).map((arg) => printAt(arg, level.concat)) : []
  return quantifier + [...head, ...call.args.slice(head.length).map(printInner)].join(', ')
}

function printOver({ over }: CallExpression): string {
  if (over === undefined) return ''
  return ` OVER ${over.isName && over.base !== undefined ? printName(over.base) : printWindow(over)}`
}

export function printWindow({ base, partitionBy, orderBy, frame }: WindowSpecification): string {
  const parts: string[] = base === undefined ? [] : [printName(base)]
  if (partitionBy.length > 0) parts.push(`PARTITION BY ${partitionBy.map(printInner).join(', ')}`)
  if (orderBy.length > 0) parts.push(`ORDER BY ${orderBy.map(printSortKey).join(', ')}`)
  if (frame !== undefined) {
    parts.push(`${frame.unit.toUpperCase()} BETWEEN ${printBound(frame.start)} AND ${printBound(frame.end)}`)
  }
  return `(${parts.join(' ')})`
}

function printBound({ side, offset }: FrameBound): string {
  if (side === 'current-row') return 'CURRENT ROW'
  return `${offset === undefined ? 'UNBOUNDED' : printAt(offset, level.concat)} ${side.toUpperCase()}`
}

export function printSortKey(key: SortKey): string {
  const nulls = key.nulls === undefined ? '' : ` NULLS ${key.nulls.toUpperCase()}`
  return `${printInner(key.value)}${key.direction === 'desc' ? ' DESC' : ''}${nulls}`
}

/** A type as CAST takes it: `DECIMAL(10, 2)`, `TIME(3) WITH TIME ZONE`, `INTERVAL DAY(3) TO SECOND(2)`. */
export function printType(type: TypeName): string {
  const name = type.name.toUpperCase()
  const [first, last] = name.startsWith('INTERVAL ') ? name.split(' TO ') : []
  if (first !== undefined && last !== undefined) {
    const [leading, fraction] = type.args
    return `${first}${leading === undefined ? '' : `(${leading})`} TO ${last}${fraction === undefined ? '' : `(${fraction})`}`
  }
  const args = type.args.length === 0 ? '' : `(${type.args.join(', ')})`
  const of = type.of === undefined ? '' : `<${type.of.map(printType).join(', ')}>`
  return name + args + of + (type.withTimeZone ? ' WITH TIME ZONE' : '')
}
