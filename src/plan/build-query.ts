import { LedgerError } from '../base/errors.ts'
import { clauseStepsMax } from '../base/limits.ts'
import type { Span } from '../base/span.ts'
import type {
  Expression,
  PivotQuery,
  Projection,
  Query,
  SelectItem,
  SelectQuery,
  SetQuery,
  SortKey,
} from '../syntax/ast.ts'
import { tooManySteps } from '../syntax/cursor.ts'
import { buildExpression, buildSteps } from './build-expression.ts'
import { buildFrom, countSources } from './build-from.ts'
import { buildGroup, buildSortKey, type Grouped, hasAggregate } from './build-group.ts'
import { buildProjection, excluded } from './build-projection.ts'
import { buildNamedWindows } from './build-window.ts'
import { columnsOf, renamed, withColumns } from './column-list.ts'
import { columnAt, columnNumber, noSuchColumn } from './column-number.ts'
import { NameIndex } from './name-index.ts'
import { ofColumns } from './columns-of-result.ts'
import type { Coercion, Operator, PlanExpression, SortKeyPlan } from './plan.ts'
import { pushFilter } from './push-filters.ts'
import { declare, type PlanContext, Scope } from './scope.ts'
import { placeableParts, slotsFilled } from './walk-plan.ts'
import { WindowCalls } from './window-calls.ts'

/** Resolves a query in the scope of the query around it. */
export function buildQuery(query: Query, parent: Scope, context: PlanContext, coercion: Coercion): PlanExpression {
  const { span } = query
  switch (query.kind) {
    case 'select':
      return buildSelect(query, parent, context, coercion)
    case 'pivot':
      return { kind: 'query', query: buildPivot(query, parent, context), coercion: 'none', span }
    case 'set-operation':
      if (query.before !== undefined) {
        const parts = [...query.before, { ...query, before: undefined }]
        const build = (part: SetQuery, at: number) => () =>
          buildQuery(part, parent, context, at === parts.length - 1 ? coercion : 'none')
        return buildSteps(parts.map(build), span, context)
      }
      return {
        kind: 'query',
        query: buildSetOperation(query, parent, context),
        coercion: oneColumn(query, coercion) && coercion !== 'row' ? coercion : 'none',
        span,
      }
    case 'values': {
      const rows = query.rows.map((row): PlanExpression => {
        const items = row.map((item) => buildExpression(item, parent, context))
        return { kind: 'sequence', type: 'list', items, span }
      })
      // IN and ANY want the values of one column themselves (RFC 0013).
      if (coercion === 'values' && query.rows.every(({ length }) => length === 1)) {
        const values = rows.flatMap((row) => (row.kind === 'sequence' ? row.items : []))
        return { kind: 'sequence', type: 'bag', items: values, span }
      }
      return { kind: 'sequence', type: 'bag', items: rows, span }
    }
    case 'with':
      return buildWith(query, parent, context, coercion)
  }
}

function buildWith(
  query: Extract<Query, { kind: 'with' }>,
  parent: Scope,
  context: PlanContext,
  coercion: Coercion,
): PlanExpression {
  const { span } = query
  if (query.recursive) {
    const help = 'join as many levels as there are, or follow the links in the application'
    throw new LedgerError('semantic/unsupported', 'WITH RECURSIVE is not supported', { span, help })
  }
  const scope = new Scope(parent)
  const bindings = query.bindings.map((binding) => {
    const rows = buildExpression(binding.query, scope, context, 'none')
    const value = binding.columns === undefined ? rows : withColumns(rows, binding.columns, `'${binding.name.text}'`)
    const slot = context.newSlot()
    declare(scope, context, binding.name.text, 'with', slot, binding.name.span)
    return { slot, name: binding.name.text, value }
  })
  // Of several columns it keeps its rows, as the specification's section 11 nests them.
  const asScalar = coercion === 'scalar' && columnCount(query.query) === 1
  const body = buildExpression(query.query, scope, context, coercion === 'values' ? 'values' : 'none')
  return { kind: 'query', query: { kind: 'with', bindings, body, span }, coercion: asScalar ? 'scalar' : 'none', span }
}

type Block = SelectQuery | PivotQuery

interface Built {
  readonly input: Operator
  /** The scope that the projection sees. */
  readonly scope: Scope
  readonly grouped: Grouped | undefined
}

/** FROM, LET, WHERE, GROUP BY and HAVING: everything up to the projection. */
function buildBlock(query: Block, parent: Scope, context: PlanContext): Built {
  const scope = new Scope(parent)
  if (query.kind === 'select') scope.outputs = outputNames(query.projection)
  let input: Operator = { kind: 'one-row' }
  if (query.from !== undefined) {
    scope.sourceCount = countSources(query.from)
    input = buildFrom(query.from, scope, context)
  }
  checkSteps(query.lets.length, query.span)
  for (const binding of query.lets) {
    const value = buildExpression(binding.value, scope, context)
    const slot = context.newSlot()
    declare(scope, context, binding.name.text, 'let', slot, binding.name.span)
    input = { kind: 'let', input, slot, value, name: binding.name.text }
  }
  if (query.where !== undefined) input = addFilter(input, buildExpression(query.where, scope, context), context)
  const items = query.kind === 'select' && query.projection.kind === 'items' ? query.projection.items : []
  const outputs = query.kind === 'select' ? [query.projection] : [query.value, query.at]
  const windows = query.kind === 'select' ? query.windows : []
  if (query.groupBy === undefined && !hasAggregate([outputs, query.having, query.orderBy, windows])) {
    if (query.having !== undefined) {
      throw new LedgerError('semantic/invalid', 'HAVING without GROUP BY', { span: query.having.span })
    }
    return { input, scope, grouped: undefined }
  }
  const grouped = buildGroup(query.groupBy, input, scope, items, context)
  return { input, scope: grouped.scope, grouped }
}

function outputNames(projection: Projection): readonly string[] {
  if (projection.kind !== 'items') return []
  return projection.items.flatMap((item) =>
    item.kind === 'expression' && item.alias !== undefined ? [item.alias.text] : [],
  )
}

/** Each binding of LET is a step over the one before; whoever walks a plan recurses through them. */
function checkSteps(count: number, span: Span): void {
  if (count > clauseStepsMax) throw tooManySteps(span)
}

/** Puts the conjuncts of a condition where they cost least, or all where they stand. */
export function addFilter(input: Operator, condition: PlanExpression, context: PlanContext): Operator {
  if (!context.movesConditions) return { kind: 'filter', input, conditions: [condition] }
  return placeableParts(condition).reduce<Operator>((operator, one) => pushFilter(operator, one, context), input)
}

function buildSelect(query: SelectQuery, parent: Scope, context: PlanContext, coercion: Coercion): PlanExpression {
  const { span } = query
  const { input, scope, grouped } = buildBlock(query, parent, context)
  const having = query.having && buildExpression(query.having, scope, context)
  scope.windows = new WindowCalls()
  buildNamedWindows(query.windows, scope, context)
  const items = query.projection.kind === 'items' ? query.projection.items : []
  const aliases = query.orderBy === undefined ? undefined : aliasesOf(items)
  const keys = sortKeys(query.orderBy)?.map((key) => {
    return buildSortKey(aliased(numbered(key, query.projection), aliases), scope, context)
  })
  const exclusion = excluded(query.exclude ?? [], scope, context)
  const { value, columns } = asList(query, coercion)
    ? { value: listOf(items, exclusion.scope, context, span), columns: undefined }
    : buildProjection(query.projection, exclusion.scope, context)
  const { windows } = scope
  let operator: Operator = grouped === undefined ? input : grouped.finish()
  if (having !== undefined) operator = { kind: 'filter', input: operator, conditions: [having] }
  operator = windows.over(operator)
  const bounds = { ...buildBounds(query, parent, context), span }
  if (keys !== undefined) {
    const top = query.quantifier === 'distinct' || context.options.optimise === false ? undefined : bounds
    operator = { kind: 'sort', input: operator, keys, slots: slotsFilled(operator), top }
  }
  for (const binding of exclusion.bindings) operator = { kind: 'let', input: operator, ...binding }
  return {
    kind: 'query',
    query: {
      kind: 'select',
      input: operator,
      value,
      distinct: query.quantifier === 'distinct',
      ordered: query.orderBy !== undefined,
      ...bounds,
      columns,
    },
    coercion: coerces(query, coercion) ? coercion : 'none',
    span,
  }
}

/** How many columns a SELECT list, or a set operation over such, writes out; undefined for SELECT VALUE and `*`. */
function columnCount(query: Expression): number | undefined {
  if (query.kind === 'with') return columnCount(query.query)
  if (query.kind === 'set-operation') {
    const right = columnCount(query.right)
    // What stands before has as many, or the operation is refused.
    const left = query.left.kind === 'previous' ? right : columnCount(query.left)
    return left === right ? left : undefined
  }
  if (query.kind !== 'select' || query.projection.kind !== 'items') return undefined
  const { items } = query.projection
  return items.every((item) => item.kind === 'expression') ? items.length : undefined
}

/** SQL's coercion holds for a SELECT list: of one column for a scalar, of any number beside an array literal. */
function coerces(query: SelectQuery, coercion: Coercion): boolean {
  return coercion === 'row' ? columnCount(query) !== undefined : oneColumn(query, coercion)
}

/** Whether a query has one column; where it has more and one value is expected, it is refused as in SQL. */
function oneColumn(query: Expression, coercion: Coercion): boolean {
  const count = columnCount(query)
  if (coercion === 'scalar' && count !== undefined && count > 1) {
    throw new LedgerError('semantic/invalid', `the sub-query has ${count} columns where one value is expected`, {
      span: query.span,
      help: "select one column; for a list of structs write SELECT VALUE {'a': …, 'b': …}",
    })
  }
  return count === 1
}

/** `(a, b) = (SELECT c, d …)`, `(a, b) IN (SELECT c, d …)`: the rows become lists. */
function asList(query: SelectQuery, coercion: Coercion): boolean {
  const count = columnCount(query)
  return count !== undefined && (coercion === 'row' || (coercion === 'values' && count > 1))
}

function listOf(items: readonly SelectItem[], scope: Scope, context: PlanContext, span: Span): PlanExpression {
  const values = items.map((item) => buildExpression(item.value, scope, context))
  return { kind: 'sequence', type: 'list', items: values, span }
}

/** `ORDER BY 2` sorts by the second column of the SELECT list, as in every SQL. */
function numbered(key: SortKey, projection: Projection): SortKey {
  const number = columnNumber(key.value)
  return number === undefined ? key : { ...key, value: columnAt(number, 'ORDER BY', key.value.span, projection) }
}

interface Alias {
  readonly name: string
  readonly value: Expression
}

function aliasesOf(items: readonly SelectItem[]): NameIndex<Alias> {
  const aliases = new NameIndex<Alias>()
  for (const item of items) {
    if (item.kind === 'expression' && item.alias !== undefined)
      aliases.add({ name: item.alias.text, value: item.value })
  }
  return aliases
}

/** ORDER BY sees the aliases of the select list first: `SELECT price * 2 AS cost … ORDER BY cost`. */
function aliased(key: SortKey, aliases: NameIndex<Alias> | undefined): SortKey {
  const { value } = key
  if (value.kind !== 'variable' || value.local) return key
  const { text, quoted } = value.name
  const [found] = (quoted ? aliases?.exactly(text) : aliases?.inAnyCase(text)) ?? []
  return found === undefined ? key : { ...key, value: found.value }
}

function buildPivot(query: PivotQuery, parent: Scope, context: PlanContext) {
  const { input, scope, grouped } = buildBlock(query, parent, context)
  const having = query.having && buildExpression(query.having, scope, context)
  const keys = sortKeys(query.orderBy)?.map((key) => {
    return buildSortKey(numbered(key, { kind: 'value', value: query.value, span: query.span }), scope, context)
  })
  const name = buildExpression(query.at, scope, context)
  const value = buildExpression(query.value, scope, context)
  let operator: Operator = grouped === undefined ? input : grouped.finish()
  if (having !== undefined) operator = { kind: 'filter', input: operator, conditions: [having] }
  if (keys !== undefined) {
    operator = { kind: 'sort', input: operator, keys, slots: slotsFilled(operator), top: undefined }
  }
  return {
    kind: 'pivot',
    input: operator,
    name,
    value,
    ...buildBounds(query, parent, context),
    span: query.span,
  } as const
}

function buildSetOperation(query: SetQuery, parent: Scope, context: PlanContext) {
  const left = buildExpression(query.left, parent, context, 'none')
  let right = buildExpression(query.right, parent, context, 'none')
  const corresponding = query.corresponding
  if (!query.outer && corresponding === undefined) {
    checkColumns(left, right, query.span)
    const names = columnsOf(left)
    if (names !== undefined) right = renamed(right, names)
  }
  return {
    kind: 'set',
    op: query.op,
    outer: query.outer,
    all: query.quantifier === 'all',
    corresponding: typeof corresponding === 'object' ? corresponding.map((name) => name.text) : corresponding,
    left,
    right,
    sort:
      query.orderBy === undefined ? undefined : sortOfRows(query.orderBy, columnsOf(left), parent, context, query.span),
    ...buildBounds(query, parent, context),
    span: query.span,
  } as const
}

/** ORDER BY after a set operation sees the columns of the result's rows. */
function sortOfRows(
  orderBy: readonly SortKey[],
  columns: readonly string[] | undefined,
  parent: Scope,
  context: PlanContext,
  span: Span,
): { slot: number; keys: readonly SortKeyPlan[] } {
  const scope = new Scope(parent)
  const slot = context.newSlot()
  scope.sourceCount = 1
  const row = declare(scope, context, '_1', 'source', slot, span)
  scope.sources.push({ source: row, at: undefined, by: undefined, nullable: false })
  const keys = orderBy.map((key) => {
    const named = namedByNumber(key, columns)
    return buildSortKey(columns === undefined ? named : ofColumns(named, columns, parent, context), scope, context)
  })
  return { slot, keys }
}

function namedByNumber(key: SortKey, columns: readonly string[] | undefined): SortKey {
  const number = columnNumber(key.value)
  if (number === undefined) return key
  const { span } = key.value
  const name = columns?.[number - 1]
  if (name === undefined) throw noSuchColumn(number, 'ORDER BY', span, columns?.length)
  return { ...key, value: { kind: 'variable', name: { text: name, quoted: true, span }, local: false, span } }
}

/** ORDER BY PRESERVE, which has no keys, sorts nothing: rows come in the order of their sources. */
function sortKeys(orderBy: readonly SortKey[] | undefined): readonly SortKey[] | undefined {
  return orderBy?.length === 0 ? undefined : orderBy
}

/** SQL's set operations want both sides to have as many columns (RFC 0007). */
function checkColumns(left: PlanExpression, right: PlanExpression, span: Span): void {
  const counts = [left, right].map((side) => columnsOf(side)?.length)
  if (counts[0] === undefined || counts[1] === undefined || counts[0] === counts[1]) return
  throw new LedgerError('semantic/invalid', `the sides have ${counts[0]} and ${counts[1]} columns`, {
    span,
    help: 'write OUTER before the operation to combine rows of any shape',
  })
}

type Bounded = { readonly limit: Expression | undefined; readonly offset: Expression | undefined }

function buildBounds(query: Bounded, parent: Scope, context: PlanContext) {
  return {
    limit: query.limit && buildExpression(query.limit, parent, context),
    offset: query.offset && buildExpression(query.offset, parent, context),
  }
}
