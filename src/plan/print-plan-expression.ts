import { printIon } from '../values/text-writer.ts'
import type { PlanExpression, PlanType, RowPart } from './plan.ts'

const brackets = { list: ['[', ']'], sexp: ['sexp(', ')'], bag: ['<<', '>>'] } as const

/** A resolved expression on one line, for EXPLAIN; a sub-query is `(…)`. */
export function printPlanExpression(expression: PlanExpression): string {
  const print = printPlanExpression
  const not = (negated: boolean) => (negated ? 'not ' : '')
  switch (expression.kind) {
    case 'constant':
      return printConstant(expression)
    case 'slot':
    case 'global':
      return expression.name
    case 'table':
      return expression.source.kind === 'system' ? expression.source.name : expression.source.table.name
    case 'once':
      return print(expression.value)
    case 'parameter':
      return `?${expression.ordinal + 1}`
    case 'field':
      return `${print(expression.operand)}.${expression.name}`
    case 'index':
      return `${print(expression.operand)}[${print(expression.index)}]`
    case 'spread':
      return `${print(expression.operand)}[*]`
    case 'unary':
      return `(${expression.op} ${print(expression.operand)})`
    case 'binary':
      return `${wrapped(expression.left)} ${expression.op} ${wrapped(expression.right)}`
    case 'chain':
      return expression.rest.reduce(
        (text, { op, operand }) => `${text} ${op} ${wrapped(operand)}`,
        wrapped(expression.first),
      )
    case 'steps':
      return `${expression.parts.map(print).join(' ')}`
    case 'in':
      return `${print(expression.operand)} ${not(expression.negated)}in ${print(expression.collection)}`
    case 'between':
      return `${print(expression.operand)} ${not(expression.negated)}between ${print(expression.low)} and ${print(expression.high)}`
    case 'like':
      return `${print(expression.operand)} ${not(expression.negated)}like ${print(expression.pattern)}`
    case 'is':
      return `${print(expression.operand)} is ${not(expression.negated)}${typeText(expression.type)}`
    case 'quantified':
      return `${print(expression.operand)} ${expression.op} ${expression.quantifier} ${print(expression.collection)}`
    case 'case':
      return 'case …'
    case 'cast':
      return `${expression.form.replaceAll('-', '_')}(${print(expression.operand)} as ${typeText(expression.type)})`
    case 'call':
      return `${expression.name}(${expression.args.map(print).join(', ')})`
    case 'sequence':
      return printSequence(expression)
    case 'struct':
    case 'map':
      return printFields(expression)
    case 'row':
      return expression.parts.map(printPart).join(', ')
    case 'exclude':
      return `${print(expression.operand)} without ${expression.paths.length} paths`
    case 'query':
      return '(…)'
  }
}

function printSequence({ type, items }: Extract<PlanExpression, { kind: 'sequence' }>): string {
  const [open, close] = brackets[type]
  return `${open}${items.map(printPlanExpression).join(', ')}${close}`
}

function printFields({ kind, fields }: Extract<PlanExpression, { kind: 'struct' | 'map' }>): string {
  const texts = fields.map(({ name, value }) => `${printPlanExpression(name)}: ${printPlanExpression(value)}`)
  return `${kind === 'map' ? 'map ' : ''}{${texts.join(', ')}}`
}

/** A constructor stays as it was written: Ion has no bags. */
function printConstant({ value, written }: Extract<PlanExpression, { kind: 'constant' }>): string {
  const isConstructor = written !== undefined && /^(sequence|struct|map)$/.test(written.kind)
  return isConstructor ? printPlanExpression(written) : printIon(value)
}

function typeText({ name, of }: PlanType): string {
  return of === undefined ? name : `${name}<${of.map(typeText).join(', ')}>`
}

function wrapped(operand: PlanExpression): string {
  const text = printPlanExpression(operand)
  const { kind } = operand.kind === 'once' ? operand.value : operand
  return kind === 'binary' || kind === 'chain' ? `(${text})` : text
}

function printPart(part: RowPart): string {
  if (part.kind === 'all') return `${printPlanExpression(part.value)}.*`
  const value = printPlanExpression(part.value)
  return value === part.name || value.endsWith(`.${part.name}`) ? value : `${value} as ${part.name}`
}
