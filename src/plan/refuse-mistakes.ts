import { LedgerError } from '../base/errors.ts'
import type { Span } from '../base/span.ts'
import type { Expression, FromSource } from '../syntax/ast.ts'
import { nodesBelow } from '../syntax/nodes-below.ts'
import type { PlanExpression } from './plan.ts'
import { refuseOuterAggregate, refuseOuterColumn, refuseTextSource } from './refuse-outer-columns.ts'
import { refuseOtherLengths } from './refuse-lengths.ts'
import { refuseEmptyRange, refusePathText } from './refuse-ranges.ts'
import { sameFieldOf } from './same-field.ts'
import { partsOf, type PlanPart } from './plan-parts.ts'

/**
 * `name = "name"`, true of every document that has a name: the string 'name' was meant. So is `u.id = id` in a sub-query over
 * u, where the id of the source around it was meant. And `EXISTS (SELECT COUNT(*) …)`: there is always that one row.
 */
export function refuseSameForAll(part: PlanPart): void {
  refuseSelfComparison(part)
  if (part.kind === 'between') refuseEmptyRange(part)
  if (part.kind === 'call' && part.name === 'exists') refuseOnlyRow(part.args[0])
  if (part.kind === 'group') refuseOuterAggregate(part)
  if (part.kind === 'scan-value') refuseTextSource(part)
  refuseOuterColumn(part as PlanExpression)
  for (const below of partsOf(part)) refuseSameForAll(below)
}

function refuseSelfComparison(part: PlanPart): void {
  const same = sameFieldOf(part)
  if (same === undefined) return
  const { left, right } = same
  const isQuoted = left.kind === 'field' && right.kind === 'field' && left.quoted !== right.quoted
  const help = isQuoted
    ? `strings take single quotes: '${right.name}'`
    : `${right.name} IS NOT NULL asks for a value; what a sub-query reads of a source around it takes that source's alias`
  throw new LedgerError('semantic/invalid', `both sides are the field '${right.name}'`, {
    span: (right.kind === 'field' && right.quoted === true ? right : left).span,
    help,
  })
}

function refuseOnlyRow(rows: PlanExpression | undefined): void {
  if (rows?.kind !== 'query' || rows.query.kind !== 'select') return
  const { input, limit, offset } = rows.query
  if (input.kind !== 'group' || input.keys.length > 0 || limit !== undefined || offset !== undefined) return
  throw new LedgerError('semantic/invalid', 'EXISTS of an aggregate is always true: it has one row', {
    span: rows.span,
    help: 'leave the aggregate out, or compare it: (SELECT COUNT(*) …) > 0',
  })
}

/**
 * `'City' <> 'Kent'`, `'City' IS NOT NULL`, a name in backticks, as MySQL has it: the same for every document, for the field
 * City was meant. `1 = 1`, which programs write, is no such mistake, and neither is `? = 'all'`; but `? <> 'all'` is where
 * it is the whole condition.
 */
export function refuseConstantTexts(where: Expression): void {
  refuseTextsIn(where)
  const isEquality = where.kind === 'binary' && where.op === '='
  if (isEquality || !isConstant(where, true)) return
  const found = textIn(where)
  if (found !== undefined) throw sameForAll(found, where.span)
}

/** The same in all conditions of FROM. */
export function refuseConstantJoins(from: FromSource): void {
  if (from.kind !== 'join') {
    refuseTextsIn(from.value)
    return
  }
  refuseConstantJoins(from.left)
  refuseConstantJoins(from.right)
  if (from.on !== undefined) refuseConstantTexts(from.on)
}

/** The same in whatever conditions a part of a statement has. */
export function refuseTextsIn(part: object): void {
  const node = part as Expression
  if (node.kind === 'literal') return
  const found = comparisonsOf(node)
    .map((operands) => constantText(operands, node.kind === 'binary'))
    .find((text) => text !== undefined)
  if (found !== undefined) throw sameForAll(found, node.span)
  refuseOtherLengths(node)
  refusePathText(node)
  if (node.kind === 'in' || node.kind === 'quantified') refuseTextColumn(node.collection)
  nodesBelow(node).forEach(refuseTextsIn)
}

/** `x NOT IN (SELECT 'vin' FROM Car AS c)`: the field vin was meant. */
function refuseTextColumn(collection: Expression): void {
  if (collection.kind !== 'select' || collection.from === undefined) return
  const { projection } = collection
  const [item, second] = projection.kind === 'items' ? projection.items : []
  const value = projection.kind === 'value' ? projection.value : second === undefined ? item?.value : undefined
  const found = value && textIn(value)
  if (found === undefined || value?.kind !== 'literal') return
  throw new LedgerError('semantic/invalid', `the sub-query gives the same for every row: '${found.text}' is a string`, {
    span: value.span,
    help: `a field takes double quotes, or none: "${found.text}"`,
  })
}

function sameForAll({ text, isSymbol }: ConstantText, span: Span): LedgerError {
  const is = isSymbol ? `\`${text}\` is a symbol` : `'${text}' is a string`
  return new LedgerError('semantic/invalid', `the condition is the same for every document: ${is}`, {
    span,
    help: `a field takes double quotes, or none: "${text}"; for all documents leave out WHERE`,
  })
}

interface ConstantText {
  readonly text: string
  readonly isSymbol: boolean
}

/** What a predicate compares with each other: its operands, and of lists of the same length what stands in one place. */
function comparisonsOf(node: Expression): readonly (readonly Expression[])[] {
  const operands = comparedBy(node)
  if (operands.length === 0) return []
  const others = node.kind === 'in' ? itemsOf(operands[1]) : operands.slice(1)
  const first = itemsOf(operands[0])
  const rows = others.map(itemsOf)
  if (first.length === 0 || rows.length === 0 || rows.some((row) => row.length !== first.length)) return [operands]
  return [operands, ...first.map((item, at) => [item, ...rows.map((row) => row[at] as Expression)])]
}

function itemsOf(node: Expression | undefined): readonly Expression[] {
  return node?.kind === 'list' || node?.kind === 'bag' ? node.items : []
}

/** What a predicate compares; nothing of what is no predicate. */
function comparedBy(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'binary':
      return /^(=|<>|<|<=|>|>=|is .*)$/.test(node.op) ? [node.left, node.right] : []
    case 'in':
    case 'quantified':
      return [node.operand, node.collection]
    case 'between':
      return [node.operand, node.low, node.high]
    case 'like':
      return [node.operand, node.pattern]
    case 'is':
      return [node.operand]
    case 'call':
      return /^(exists|starts_with)$/.test(node.name) ? node.args : []
    case 'cast':
      return node.form === 'cast' && !/^bool/.test(node.type.name) ? [] : [node.operand]
    case 'case':
      return node.operand === undefined ? [] : [node.operand, ...node.branches.map(({ when }) => when)]
    default:
      return []
  }
}

/** The first string or symbol in operands that are all constants; undefined where they are not, or have none. */
function constantText(operands: readonly Expression[], isBinary: boolean): ConstantText | undefined {
  const [first, ...others] = operands
  const isByParameter = isBinary && others.some(({ kind }) => kind === 'parameter')
  if (isByParameter ? first?.kind !== 'literal' : !operands.every((one) => isConstant(one))) return undefined
  return operands.map(textIn).find((text) => text !== undefined)
}

function isConstant(node: Expression, takesParameters = false): boolean {
  if (node.kind === 'literal' || (takesParameters && node.kind === 'parameter')) return true
  const parts = takesParameters && comparableParts(node).length === 0 ? comparedBy(node) : comparableParts(node)
  return parts.length > 0 && parts.every((part) => isConstant(part, takesParameters))
}

function textIn(node: Expression): ConstantText | undefined {
  if (node.kind === 'cast') {
    const found = textIn(node.operand)
    return found !== undefined && /^[a-z_]/i.test(found.text) ? found : undefined
  }
  if (node.kind !== 'literal') {
    const parts = comparableParts(node).length === 0 ? comparedBy(node) : comparableParts(node)
    return parts.map(textIn).find((text) => text !== undefined)
  }
  const { source, value } = node
  if (value.type !== 'string' && value.type !== 'symbol') return undefined
  const isSymbol = source === 'ion'
  if (isSymbol !== (value.type === 'symbol') || !/\S/.test(value.value)) return undefined
  return { text: value.value, isSymbol }
}

function comparableParts(node: Expression): readonly Expression[] {
  if (node.kind === 'list' || node.kind === 'bag') return node.items
  if (node.kind === 'struct') return node.fields.map(({ value }) => value)
  if (node.kind === 'unary' || node.kind === 'cast') return [node.operand]
  if (node.kind === 'binary') return [node.left, node.right]
  // EXTRACT(month FROM …) is a call with the string 'month' first.
  if (node.kind === 'call') return node.name === 'extract' ? node.args.slice(1) : node.args
  return []
}

/** `SET a = true AND b = 2`, which would store a boolean: nobody writes a literal before AND otherwise. */
export function refuseJoinedAssignments(value: Expression): void {
  if (value.kind !== 'binary' || value.op !== 'and') return
  let first: Expression = value
  let hasAssignment = false
  while (first.kind === 'binary' && first.op === 'and') {
    hasAssignment ||= first.right.kind === 'binary' && first.right.op === '='
    first = first.left
  }
  if (!hasAssignment || first.kind !== 'literal') return
  throw new LedgerError('semantic/invalid', 'AND between assignments', {
    span: value.span,
    help: 'commas separate them: SET a = 1, b = 2',
  })
}
