import { LedgerError } from '../base/errors.ts'
import { fileHelp, looksLikeFile } from '../base/file-name.ts'
import type { Expression, FromSource, Name, PathStep } from '../syntax/ast.ts'
import { buildExpression, buildPath, literalText } from './build-expression.ts'
import type { TableInfo } from './catalog.ts'
import { withColumns } from './column-list.ts'
import { columnName } from './column-name.ts'
import type { Operator, PlanExpression, QueryPlan, TableSource } from './plan.ts'
import type { TargetPath, TargetStep } from './change-plan.ts'
import { pushFilter } from './push-filters.ts'
import {
  declare,
  findVariable,
  illegalGlobal,
  noSuchVariable,
  type PlanContext,
  type Scope,
  slotOf,
  unresolved,
  unresolvedTable,
} from './scope.ts'
import { placeableParts, slotsFilled, slotsRead } from './walk-plan.ts'

type Scan = Extract<FromSource, { kind: 'scan' | 'unpivot' }>

/** How many sources a FROM clause has. */
export function countSources(from: FromSource): number {
  return from.kind === 'join' ? countSources(from.left) + countSources(from.right) : 1
}

/** Resolves a FROM clause, its sources left to right so that later ones see earlier ones, and declares its variables. */
export function buildFrom(from: FromSource, scope: Scope, context: PlanContext): Operator {
  if (from.kind === 'join') return buildJoin(from, scope, context)
  if (from.kind === 'unpivot') return buildValueScan(from, { value: unpivoted(from, scope, context) }, scope, context)
  if (from.columns !== undefined) return buildNamed(from, from.columns, scope, context)
  const table = findTable(from.value, scope, context)
  if (table !== undefined) return buildTableScan(from, table, scope, context)
  return buildValueScan(from, buildSource(from.value, scope, context), scope, context)
}

/** AS t (a, b) */
function buildNamed(from: Scan, columns: readonly Name[], scope: Scope, context: PlanContext): Operator {
  const isTable = findTable(from.value, scope, context) !== undefined
  const value = isTable ? unresolved(from.span) : buildSource(from.value, scope, context).value
  return buildValueScan(from, { value: withColumns(value, columns, `'${from.as?.text ?? ''}'`) }, scope, context)
}

function unpivoted(from: Scan, scope: Scope, context: PlanContext): PlanExpression {
  const table = findTable(from.value, scope, context)
  if (table !== undefined && from.value.kind === 'variable') {
    const { text } = from.value.name
    const help = `unpivot its documents: FROM ${text} AS x, UNPIVOT x AS v AT k`
    throw new LedgerError('semantic/invalid', `UNPIVOT takes a struct, and '${text}' is a table`, {
      span: from.value.span,
      help,
    })
  }
  return buildSource(from.value, scope, context).value
}

function buildJoin(from: Extract<FromSource, { kind: 'join' }>, scope: Scope, context: PlanContext): Operator {
  const left = buildFrom(from.left, scope, context)
  const sourcesLeft = scope.sources.length
  const right = buildFrom(from.right, scope, context)
  const on = from.on === undefined ? undefined : buildExpression(from.on, scope, context)
  for (const [position, source] of scope.sources.entries()) {
    const isLeft = position < sourcesLeft
    if (from.join === 'full' || (isLeft ? from.join === 'right' : from.join === 'left')) source.nullable = true
  }
  const sides = { leftSlots: slotsFilled(left), rightSlots: slotsFilled(right) }
  if (from.join === 'full' || from.join === 'right') checkIndependent(right, sides.leftSlots, from)
  if (from.join === 'full') {
    return withCondition({ kind: 'join', join: 'full', left, right, on: [], hash: undefined, ...sides }, on, context)
  }
  if (from.join === 'right') {
    const swapped = { leftSlots: sides.rightSlots, rightSlots: sides.leftSlots }
    return withCondition(
      { kind: 'join', join: 'left', left: right, right: left, on: [], hash: undefined, ...swapped },
      on,
      context,
    )
  }
  const join = from.join === 'left' ? 'left' : 'inner'
  return withCondition({ kind: 'join', join, left, right, on: [], hash: undefined, ...sides }, on, context)
}

/** The right side of a right or full join is read as a whole: it can't range over what a left row holds. */
function checkIndependent(right: Operator, leftSlots: readonly number[], from: FromSource): void {
  const read = slotsRead(right)
  if (!leftSlots.some((slot) => read.has(slot))) return
  throw new LedgerError('semantic/invalid', 'the right side of a right or full join depends on its left side', {
    span: from.span,
  })
}

function withCondition(
  join: Extract<Operator, { kind: 'join' }>,
  on: PlanExpression | undefined,
  context: PlanContext,
): Operator {
  if (on === undefined) return join
  if (!context.movesConditions) return { ...join, on: [on] }
  let result: Operator = join
  for (const condition of placeableParts(on)) result = pushFilter(result, condition, context, 'on')
  return result
}

/** The ordinal, id and value variables of one source. */
function declareSource(
  from: Scan,
  scope: Scope,
  context: PlanContext,
  more: {
    origin: TargetPath | undefined
    columns?: readonly string[] | undefined
    element?: boolean
    table?: string
  },
) {
  const position = scope.sources.length + 1
  const alias = from.as?.text ?? columnName(from.value) ?? `_${position}`
  const slot = context.newSlot()
  const atSlot = from.at !== undefined || more.element ? context.newSlot() : undefined
  const isNamed = more.origin?.length === 0 || (context.namesDocuments && more.table !== undefined)
  const bySlot = from.by !== undefined || isNamed ? context.newSlot() : undefined
  const origin =
    more.origin && more.element && atSlot !== undefined
      ? [...more.origin, { kind: 'element', slot: atSlot } as const]
      : more.origin
  const source = declare(scope, context, alias, 'source', slot, from.as?.span ?? from.span, {
    origin,
    columns: more.columns,
    table: more.table,
  })
  const at = from.at && declare(scope, context, from.at.text, 'ordinal', atSlot as number, from.at.span)
  const by = from.by && declare(scope, context, from.by.text, 'id', bySlot as number, from.by.span)
  scope.sources.push({ source, at, by, nullable: false })
  return { alias, slot, atSlot, bySlot }
}

function buildTableScan(from: Scan, source: TableSource, scope: Scope, context: PlanContext): Operator {
  if (context.options.strictQldb && scope.isNested && from.value.kind === 'variable') {
    throw illegalGlobal(from.value.name)
  }
  const changeable = context.tracksElements && source.kind === 'table' && source.view === 'user'
  const names = declareSource(from, scope, context, { origin: changeable ? [] : undefined, table: tableNameOf(source) })
  return { kind: 'scan-table', source, access: { kind: 'scan' }, ...names }
}

function tableNameOf(source: TableSource): string {
  return source.kind === 'system' ? source.name : source.table.name
}

interface BuiltSource {
  readonly value: PlanExpression
  readonly unnests?: boolean
  readonly origin?: TargetPath | undefined
}

function buildValueScan(from: Scan, source: BuiltSource, scope: Scope, context: PlanContext): Operator {
  const { value } = source
  if (from.by !== undefined) {
    throw new LedgerError('semantic/invalid', 'BY names the id of a document, but this source is not a table', {
      span: from.by.span,
    })
  }
  const columns = value.kind === 'query' && value.coercion === 'none' ? columnsOf(value.query) : undefined
  const names = declareSource(from, scope, context, {
    origin: source.origin,
    columns,
    element: source.origin !== undefined,
  })
  const unpivot = from.kind === 'unpivot'
  return { kind: 'scan-value', value, unpivot, unnests: source.unnests ?? false, ...names, span: from.span }
}

/** Columns that a star over the rows of a query stands for, when each has a name of its own. */
function columnsOf(query: QueryPlan): readonly string[] | undefined {
  if (query.kind !== 'select' || query.columns === undefined) return undefined
  return new Set(query.columns).size === query.columns.length ? query.columns : undefined
}

/** A source that is no table: names are looked up as globals first, `@x` and later sources as earlier aliases. */
function buildSource(value: Expression, scope: Scope, context: PlanContext): BuiltSource {
  if (value.kind === 'variable') return buildRoot(value.name, value.local, scope, context)
  if (value.kind !== 'path' || value.root.kind !== 'variable') {
    return { value: buildExpression(value, scope, context, 'none') }
  }
  const root = buildRoot(value.root.name, value.root.local, scope, context, value.steps)
  const path = buildPath(root.value, value.steps, scope, context)
  if (root.unnests !== true) return { value: path }
  return { value: path, unnests: path.kind !== 'spread', origin: originOf(path, root.origin) }
}

function buildRoot(
  name: Name,
  local: boolean,
  scope: Scope,
  context: PlanContext,
  steps: readonly PathStep[] = [],
): BuiltSource {
  const bound = findVariable(scope, name, context, (variable) => variable.role === 'with')
  if (bound !== undefined) return { value: slotOf(bound, name.span) }
  const variable = findVariable(scope, name, context)
  const global = local && variable !== undefined ? undefined : context.findGlobal(name)
  if (global?.kind === 'value') return { value: { kind: 'global', name: global.name, span: name.span } }
  if (variable !== undefined) return { value: slotOf(variable, name.span), unnests: true, origin: variable.origin }
  // Inside a sub-query a name that nothing defines is a field of the only source around it.
  const only = scope.parent === undefined || local ? undefined : nearestOnlySource(scope.parent)
  if (only === undefined) {
    context.note(noSuchSource(name, steps, scope, context))
    return { value: unresolved(name.span), origin: context.tracksElements ? [] : undefined }
  }
  const operand = slotOf(only, name.span)
  const exact = context.isExact(name)
  return {
    value: { kind: 'field', operand, name: name.text, exact, fallback: undefined, span: name.span },
    unnests: true,
  }
}

/** A path begins at an alias, never at a table, and never in a file. */
function noSuchSource(name: Name, steps: readonly PathStep[], scope: Scope, context: PlanContext): LedgerError {
  const error = noSuchVariable(name, scope, context)
  const names = steps.map((step) => (step.kind === 'field' ? step.name.text : undefined))
  const path = [name.text, ...names].join('.')
  const first = names[0]
  const isTable = context.findGlobal(name)?.kind === 'table' && first !== undefined
  if (!isTable && !looksLikeFile(path)) return error
  const help = isTable ? `a path begins at an alias: FROM ${name.text} AS x, x.${names.join('.')} AS y` : fileHelp(path)
  return new LedgerError(error.code, error.message, { span: name.span, help })
}

function nearestOnlySource(scope: Scope): ReturnType<typeof findVariable> {
  let block: Scope | undefined = scope
  while (block !== undefined && block.sourceCount === 0) block = block.parent
  return block?.onlySource
}

/** The place in the document of what a plain path leads to. */
function originOf(path: PlanExpression, root: TargetPath | undefined): TargetPath | undefined {
  if (root === undefined) return undefined
  const steps: TargetStep[] = []
  for (let at = path; at.kind !== 'slot'; at = at.operand) {
    if (at.kind === 'field') steps.unshift({ kind: 'field', name: at.name, exact: at.exact })
    else if (at.kind === 'index') steps.unshift({ kind: 'index', index: at.index, byName: at.byName })
    else return undefined
  }
  return [...root, ...steps]
}

export const committedPrefix = '_ql_committed_'

/** The table, view, history or system view that a source names; undefined when it names none. */
export function findTable(value: Expression, scope: Scope, context: PlanContext): TableSource | undefined {
  if (value.kind === 'call' && value.name === 'history') return buildHistory(value, scope, context)
  if (value.kind === 'path') return systemView(value, scope, context)
  if (value.kind !== 'variable') return undefined
  const { name, local } = value
  if (local && findVariable(scope, name, context) !== undefined) return undefined
  if (findVariable(scope, name, context, (variable) => variable.role === 'with') !== undefined) return undefined
  const global = context.findGlobal(name)
  if (global?.kind === 'table') return { kind: 'table', table: global.table, view: 'user' }
  if (global !== undefined || !name.text.startsWith(committedPrefix)) return undefined
  const table = context.catalog.findGlobal(name.text.slice(committedPrefix.length), name.quoted)
  return table?.kind === 'table' ? { kind: 'table', table: table.table, view: 'committed' } : undefined
}

function systemView(
  path: Extract<Expression, { kind: 'path' }>,
  scope: Scope,
  context: PlanContext,
): TableSource | undefined {
  const [step, ...rest] = path.steps
  if (path.root.kind !== 'variable' || path.root.name.text !== 'information_schema') return undefined
  if (step?.kind !== 'field' || rest.length > 0 || findVariable(scope, path.root.name, context) !== undefined)
    return undefined
  if (step.name.text !== 'user_tables') {
    const message = `No such variable named 'information_schema.${step.name.text}'`
    const help = "did you mean 'information_schema.user_tables'?"
    context.note(new LedgerError('semantic/no-such-variable', message, { span: path.span, help }))
  }
  return { kind: 'system', name: step.name.text }
}

/** history(table [, start [, end]]): the table by name or, as a string, by its id, which may be a dropped one's. */
function buildHistory(call: Extract<Expression, { kind: 'call' }>, scope: Scope, context: PlanContext): TableSource {
  const [first, ...bounds] = call.args
  if (first === undefined || bounds.length > 2) {
    const message = `Incorrect number of arguments supplied to \`history\`. Min = 1, max = 3 Actual = ${call.args.length}`
    context.note(new LedgerError('semantic/argument-count', message, { span: call.nameSpan }))
  }
  const table = first === undefined ? unresolvedTable('history') : historyTable(first, scope, context)
  const [from, to] = bounds.map((bound) => buildExpression(bound, scope, context))
  return { kind: 'history', table, from, to }
}

/** A string is the id of a table; a name was meant where there is such a table. */
function noSuchTableId(tableId: string, { span }: Expression, context: PlanContext): LedgerError {
  const named = context.catalog.findGlobal(tableId, true)?.kind === 'table'
  const help = named
    ? `a name takes no quotes: history(${tableId})`
    : 'SELECT * FROM information_schema.user_tables lists them'
  return new LedgerError('semantic/no-such-variable', `No table has the id '${tableId}'`, { span, help })
}

function historyTable(argument: Expression, scope: Scope, context: PlanContext): TableInfo {
  const tableId = literalText(argument)
  if (tableId !== undefined) {
    const byId = context.catalog.findTableById(tableId)
    if (byId !== undefined) return byId
    context.note(noSuchTableId(tableId, argument, context))
    return unresolvedTable(tableId)
  }
  if (argument.kind !== 'variable') {
    throw new LedgerError('semantic/invalid', 'history() takes the name of a table or its id as a string', {
      span: argument.span,
    })
  }
  const found = context.catalog.findGlobal(argument.name.text, argument.name.quoted)
  if (found?.kind === 'table') return found.table
  context.note(noSuchVariable(argument.name, scope, context))
  return unresolvedTable(argument.name.text)
}
