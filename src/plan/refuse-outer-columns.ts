import { LedgerError } from '../base/errors.ts'
import type { Span } from '../base/span.ts'
import type { Operator, PlanExpression, RowPart } from './plan.ts'
import { expressionKey, slotsFilled, slotsRead } from './walk-plan.ts'

/**
 * `o.vin IN (SELECT o.vin FROM Car AS c …)`: what a document is compared with is a value of its own, for c.vin was meant.
 * `MAX(o.n)` over the rows of c is o.n, too.
 */
export function refuseOuterColumn(node: PlanExpression): void {
  for (const [operand, other] of comparedBy(node)) {
    const column = columnOf(other)
    if (column === undefined || column.kind === 'constant') continue
    if (expressionKey(column) !== expressionKey(operand)) continue
    throw outerColumn(column.span, 'both sides are the same value of a source around the sub-query')
  }
}

/** An aggregate of which nothing depends on the rows that it sees. */
export function refuseOuterAggregate({ input, aggregates }: Extract<Operator, { kind: 'group' }>): void {
  const filled = new Set(slotsFilled(input))
  for (const { argument } of aggregates) {
    const read = argument === undefined ? [] : [...slotsRead(argument)]
    if (argument === undefined || read.length === 0 || read.some((slot) => filled.has(slot))) continue
    throw outerColumn(argument.span, 'the aggregate reads nothing but a source around its query')
  }
}

function outerColumn(span: Span, message: string): LedgerError {
  return new LedgerError('semantic/invalid', message, { span, help: "use the alias of the sub-query's own source" })
}

function comparedBy(node: PlanExpression): readonly (readonly [PlanExpression, PlanExpression])[] {
  if (node.kind === 'in' || node.kind === 'quantified') return [[node.operand, node.collection]]
  if (node.kind !== 'binary' || !/^(=|<>|<|<=|>|>=|is .*)$/.test(node.op)) return []
  return [
    [node.left, node.right],
    [node.right, node.left],
  ]
}

/** The only column of a sub-query. */
function columnOf(value: PlanExpression): PlanExpression | undefined {
  if (value.kind !== 'query' || value.query.kind !== 'select') return undefined
  const { value: row } = value.query
  if (row.kind !== 'row') return row
  const [part, second] = row.parts
  return second === undefined && part?.kind === 'field' ? part.value : undefined
}

/** FROM 'Car' reads a string, one row. */
export function refuseTextSource({ value }: Extract<Operator, { kind: 'scan-value' }>): void {
  if (value.kind !== 'constant' || !/^(string|symbol)$/.test(value.value.type)) return
  throw new LedgerError('semantic/invalid', 'FROM reads a string here', {
    span: value.span,
    help: 'a table takes double quotes, or none',
  })
}

/** `INSERT INTO t SELECT o.id, 'city' …`: a text without a name is hardly a column. */
export function refuseTextColumns(value: PlanExpression): void {
  if (value.kind !== 'query' || value.query.kind !== 'select' || value.query.value.kind !== 'row') return
  for (const part of value.query.value.parts) if (isNamelessText(part)) throw namelessText(part.value)
}

function isNamelessText(part: RowPart): part is Extract<RowPart, { kind: 'field' }> {
  if (part.kind !== 'field' || !/^_\d+$/.test(part.name)) return false
  return part.value.kind === 'constant' && /^(string|symbol)$/.test(part.value.value.type)
}

function namelessText({ span }: PlanExpression): LedgerError {
  return new LedgerError('semantic/invalid', 'a column that is a string, and has no name', {
    span,
    help: "a field takes double quotes, or none; a column that is always the same takes a name: 'new' AS state",
  })
}
