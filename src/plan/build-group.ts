import { LedgerError } from '../base/errors.ts'
import type { CallExpression, Expression, GroupBy, SelectItem, SortKey } from '../syntax/ast.ts'
import { nodesBelow } from '../syntax/nodes-below.ts'
import { printExpression } from '../syntax/print-expression.ts'
import { buildExpression } from './build-expression.ts'
import { columnName } from './column-name.ts'
import { columnAt, columnNumber } from './column-number.ts'
import { aggregateNames, factsAbout } from './function-facts.ts'
import type { AggregatePlan, GroupOperator, Operator, PlanExpression, SortKeyPlan } from './plan.ts'
import { declare, findVariable, type GroupKey, isUngrouped, type PlanContext, Scope } from './scope.ts'
import { expressionKey, slotsFilled } from './walk-plan.ts'

export function isAggregate(call: CallExpression): boolean {
  return aggregateNames.has(call.name) && call.over === undefined
}

/** Whether an expression has an aggregate call that belongs to its own query, not to a sub-query of it. */
export function hasAggregate(node: object): boolean {
  const { kind } = node as { kind?: string }
  if (kind === 'call' && isAggregate(node as CallExpression)) return true
  if (kind === 'select' || kind === 'pivot' || kind === 'with' || kind === 'set-operation' || kind === 'literal')
    return false
  return nodesBelow(node).some(hasAggregate)
}

export interface Grouped {
  readonly scope: Scope
  /** Called when everything that may hold an aggregate has been resolved. */
  finish(): GroupOperator
}

/**
 * Puts a GROUP BY (or, without keys, the one group of a query with aggregates) over the rows so far. The scope after
 * it has the keys' aliases and GROUP AS; a key written out again stands for the key.
 */
export function buildGroup(
  groupBy: GroupBy | undefined,
  input: Operator,
  before: Scope,
  items: readonly SelectItem[],
  context: PlanContext,
): Grouped {
  if (groupBy?.partial) {
    throw new LedgerError('semantic/unsupported', 'GROUP PARTIAL BY is not supported', { span: groupBy.span })
  }
  const scope = new Scope(before.parent)
  // Names that are no key must not become paths into an outer query's source.
  scope.sourceCount = before.sourceCount === 0 ? 0 : 2
  const keys: GroupOperator['keys'][number][] = []
  const known: GroupKey[] = []
  const keyOfText = new Map<string, GroupKey>()
  const textOfName = new Map<string, string>()
  const aliases = aliasesOf(items)
  const ambiguous = new Set<string>()
  for (const [position, key] of (groupBy?.keys ?? []).entries()) {
    const value = buildExpression(selectedUnder(key.value, items, aliases, before, context), before, context)
    const slot = context.newSlot()
    const name = key.alias?.text ?? columnName(uncast(key.value)) ?? `_${position + 1}`
    keys.push({ value, slot })
    const text = expressionKey(value)
    const one = { text, slot, name }
    known.push(one)
    if (!keyOfText.has(text)) keyOfText.set(text, one)
    const other = textOfName.get(name)
    if (other === undefined) declare(scope, context, name, 'key', slot, key.span)
    else if (other !== text) ambiguous.add(name)
    textOfName.set(name, other ?? text)
  }
  let groupAs: GroupOperator['groupAs']
  if (groupBy?.groupAs !== undefined) {
    const slot = context.newSlot()
    declare(scope, context, groupBy.groupAs.text, 'key', slot, groupBy.groupAs.span)
    const filled = new Set(slotsFilled(input))
    const fields = before.variables.all.filter((variable) => filled.has(variable.slot))
    groupAs = { slot, fields: fields.map(({ name, slot: from }) => ({ name, slot: from })) }
  }
  const aggregates: AggregatePlan[] = []
  const outputs = items.flatMap((item) => (item.kind === 'expression' ? (item.alias?.text ?? []) : []))
  scope.grouping = { before, keys: known, keyOfText, ambiguous, aggregates, outputs }
  return { scope, finish: () => ({ kind: 'group', input, keys, aggregates, groupAs }) }
}

/** `GROUP BY CAST(n AS INT)` makes the key `n`. */
function uncast(key: Expression): Expression {
  return key.kind === 'cast' && key.form === 'cast' ? uncast(key.operand) : key
}

/** `GROUP BY tagname` where `tagname` is the alias of a select item stands for that item (specification, section 11). */
function selectedUnder(
  key: Expression,
  items: readonly SelectItem[],
  aliases: ReadonlyMap<string, Expression>,
  scope: Scope,
  context: PlanContext,
): Expression {
  const number = columnNumber(key)
  if (number !== undefined) {
    const value = columnAt(number, 'GROUP BY', key.span, { kind: 'items', items, span: key.span })
    if (!hasAggregate(value)) return value
    throw new LedgerError('semantic/invalid', `GROUP BY ${number} names a column that holds an aggregate`, {
      span: key.span,
    })
  }
  if (key.kind !== 'variable' || findVariable(scope, key.name, context) !== undefined) return key
  const value = aliases.get(key.name.text)
  return value === undefined || hasAggregate(value) ? key : value
}

/** The first item of each alias. */
function aliasesOf(items: readonly SelectItem[]): ReadonlyMap<string, Expression> {
  const aliases = new Map<string, Expression>()
  for (const item of items) {
    const name = item.kind === 'expression' ? item.alias?.text : undefined
    if (name !== undefined && !aliases.has(name)) aliases.set(name, item.value)
  }
  return aliases
}

/** After GROUP BY: the key that an expression spells out, as `SELECT p.a … GROUP BY p.a` or `SELECT a … GROUP BY p.a`. */
export function groupedExpression(
  expression: Expression,
  scope: Scope,
  context: PlanContext,
): PlanExpression | undefined {
  const grouping = scope.grouping ?? outerGrouping(expression, scope, context)
  if (grouping === undefined || grouping.keys.length === 0) return undefined
  if (expression.kind === 'literal' || expression.kind === 'parameter' || expression.kind === 'select') return undefined
  if (expression.kind === 'variable' && findVariable(scope, expression.name, context)?.role === 'key') return undefined
  if (hasAggregate(expression)) return undefined
  const text = context.attempt(() => expressionKey(buildExpression(expression, grouping.before, context)))
  const key = text === undefined ? undefined : grouping.keyOfText.get(text)
  return key && { kind: 'slot', slot: key.slot, name: key.name, span: expression.span }
}

/** Behind GROUP BY, a path whose last step is a key's name in another case: exact names make it no key. */
export function pathThatIsNoKey(
  path: Extract<Expression, { kind: 'path' }>,
  scope: Scope,
  context: PlanContext,
): LedgerError | undefined {
  const { root, span } = path
  if (scope.grouping === undefined || root.kind !== 'variable' || !isUngrouped(scope, root.name, context))
    return undefined
  const name = columnName(path)
  const near = scope.grouping.keys.find((key) => key.name.toLowerCase() === name?.toLowerCase())
  if (near === undefined) return undefined
  const help = `there is a key '${near.name}': spell the name as in GROUP BY`
  return new LedgerError('semantic/invalid', `'${printExpression(path)}' is not a key of GROUP BY`, { span, help })
}

/** A sub-query may spell out a key of the groups around it: `GROUP BY x.a HAVING EXISTS(SELECT … WHERE y.a = x.a)`. */
function outerGrouping(expression: Expression, scope: Scope, context: PlanContext): Scope['grouping'] {
  const root = expression.kind === 'path' ? expression.root : expression
  if (root.kind !== 'variable' || !isUngrouped(scope, root.name, context)) return undefined
  let block: Scope | undefined = scope
  while (block !== undefined && block.grouping === undefined) block = block.parent
  return block?.grouping
}

/** An aggregate call: its argument is resolved before the grouping, its result is a slot of the group. */
export function buildAggregate(call: CallExpression, scope: Scope, context: PlanContext): PlanExpression {
  const grouping = groupingOf(scope)
  if (grouping === undefined) {
    throw new LedgerError('semantic/invalid', `the aggregate '${call.name}' is not allowed here`, {
      span: call.nameSpan,
      help: 'aggregates are allowed in SELECT, HAVING and ORDER BY; elsewhere write a sub-query: (SELECT COUNT(*) FROM …)',
    })
  }
  if (call.star && call.quantifier === 'distinct') {
    throw new LedgerError('semantic/invalid', 'COUNT(DISTINCT *) is not supported', { span: call.nameSpan })
  }
  const [argument, separator] = call.args.map((one) => buildExpression(one, grouping.before, context))
  checkAggregate(call, context)
  const orderBy = call.orderBy?.map((key) => buildSortKey(key, grouping.before, context)) ?? []
  checkDistinctOrder(call, argument, orderBy)
  const filter = call.filter && buildExpression(call.filter, grouping.before, context)
  const distinct = call.quantifier === 'distinct'
  const slot = context.newSlot()
  const { name, nameSpan } = call
  grouping.aggregates.push({ name, argument, separator, distinct, filter, orderBy, slot, span: nameSpan })
  return { kind: 'slot', slot, name: call.name, span: call.span }
}

function checkAggregate(call: CallExpression, context: PlanContext): void {
  const { name, nameSpan, args } = call
  const wanted = call.star && name === 'count' ? 0 : (factsAbout(name)?.argumentsMin ?? 1)
  if (args.length !== wanted) {
    const what = wanted === 2 ? 'a value and a separator' : 'one argument'
    const message = `the aggregate '${name}' takes ${what}`
    context.note(new LedgerError('semantic/argument-count', message, { span: nameSpan }))
  }
  const [key] = call.orderBy ?? []
  if (key === undefined || name === 'array_agg' || name === 'string_agg') return
  throw new LedgerError('semantic/invalid', `the aggregate '${name}' does not depend on an order`, {
    span: key.span,
    help: 'leave ORDER BY out; ARRAY_AGG and STRING_AGG take one',
  })
}

/** Of equal values one is kept: what else its row held is not known (PostgreSQL's rule). */
function checkDistinctOrder(
  call: CallExpression,
  argument: PlanExpression | undefined,
  orderBy: readonly SortKeyPlan[],
): void {
  if (call.quantifier !== 'distinct' || argument === undefined) return
  const key = orderBy.findIndex(({ value }) => expressionKey(value) !== expressionKey(argument))
  const span = call.orderBy?.[key]?.span
  if (span === undefined) return
  throw new LedgerError('semantic/invalid', 'with DISTINCT an aggregate can only be ordered by its own argument', {
    span,
  })
}

function groupingOf(scope: Scope): Scope['grouping'] {
  return scope.grouping
}

export function buildSortKey(key: SortKey, scope: Scope, context: PlanContext): SortKeyPlan {
  const descending = key.direction === 'desc'
  const nullsFirst = key.nulls === undefined ? descending : key.nulls === 'first'
  return { value: buildExpression(key.value, scope, context), descending, nullsFirst }
}
