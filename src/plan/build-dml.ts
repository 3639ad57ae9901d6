import { LedgerError } from '../base/errors.ts'
import { noticesMax } from '../base/limits.ts'
import type { Span } from '../base/span.ts'
import type { Expression } from '../syntax/ast.ts'
import { nodesBelow } from '../syntax/nodes-below.ts'
import type { TablePath, DmlStatement, InsertStatement, Returning } from '../syntax/statement-ast.ts'
import { buildConflict } from './build-conflict.ts'
import { buildExpression } from './build-expression.ts'
import { buildFrom, committedPrefix, countSources } from './build-from.ts'
import { addFilter } from './build-query.ts'
import { buildStep, checkAssignedOnce } from './change-steps.ts'
import type { TableInfo } from './catalog.ts'
import { withColumns } from './column-list.ts'
import { columnName } from './column-name.ts'
import type { Operator, RowPart, TableScan } from './plan.ts'
import type { ChangePlan, InsertPlan, ReturningPlan } from './change-plan.ts'
import {
  refuseConstantJoins,
  refuseConstantTexts,
  refuseJoinedAssignments,
  refuseSameForAll,
  refuseTextsIn,
} from './refuse-mistakes.ts'
import { refuseTextColumns } from './refuse-outer-columns.ts'
import { declare, noSuchVariable, type PlanContext, Scope, unresolvedTable } from './scope.ts'

export function buildInsert(statement: InsertStatement, context: PlanContext): InsertPlan {
  const table = findTarget(statement.table, context)
  const { span } = statement
  if (statement.at !== undefined) {
    throw new LedgerError('semantic/unsupported', 'AT is not supported: tables have no keys', { span })
  }
  refuseJson(statement.value)
  refuseTextsIn(statement.value)
  context.namesDocuments = true
  context.isChange = true
  if (statement.value.kind === 'values' && statement.columns === undefined) {
    const help = `name the fields: INSERT INTO ${table.name} (a, b) VALUES (1, 2)`
    throw new LedgerError('semantic/invalid', 'VALUES without names for its columns', {
      span: statement.value.span,
      help,
    })
  }
  const rows = buildExpression(statement.value, new Scope(undefined), context, 'none')
  refuseSameForAll(rows)
  refuseTextColumns(rows)
  const value = statement.columns === undefined ? rows : withColumns(rows, statement.columns, 'what is inserted')
  const conflict = buildConflict(statement, table, context)
  const noVersion = conflict === undefined || conflict.action === 'nothing' ? 'old' : undefined
  const returning = buildReturning(statement.returning, noVersion, table, context, statement.as?.text)
  return { kind: 'insert', table, form: statement.form, value, conflict, returning, span }
}

/** JSON pasted as it is: its names would each be a variable that nothing defines. */
function refuseJson(value: Expression): void {
  if (value.kind === 'list' || value.kind === 'bag') {
    for (const item of value.items) refuseJson(item)
  }
  if (value.kind !== 'struct') return
  for (const { name, value: field } of value.fields) {
    refuseJson(field)
    if (name.kind !== 'variable' || !name.name.quoted) continue
    throw new LedgerError('semantic/no-such-variable', `No such variable named '${name.name.text}'`, {
      span: name.span,
      help: `strings take single quotes: {'${name.name.text}': …}; JSON goes in backticks: \`{"${name.name.text}": …}\``,
    })
  }
}

function findTarget(path: TablePath, context: PlanContext): TableInfo {
  const [name, ...rest] = path.names
  if (name === undefined) throw new LedgerError('semantic/invalid', 'a table is missing', { span: path.span })
  const found = rest.length === 0 ? context.catalog.findGlobal(name.text, name.quoted) : undefined
  if (found?.kind === 'table') return found.table
  if (found?.kind === 'value' || rest.length > 0)
    throw notATable(path.names.map((one) => one.text).join('.'), path.span)
  if (name.text.startsWith(committedPrefix)) throw notATable(name.text, path.span)
  context.note(noSuchVariable(name, undefined, context))
  return unresolvedTable(name.text)
}

function notATable(name: string, span: TablePath['span']): LedgerError {
  if (!/^(_ql_committed_|information_schema\b|history\b|user_tables$)/.test(name)) {
    return new LedgerError('semantic/invalid', `'${name}' is not a table that can be changed`, { span })
  }
  const table = name.startsWith(committedPrefix) ? `change '${name.slice(committedPrefix.length)}' itself` : undefined
  return new LedgerError('semantic/invalid', `'${name}' is a view, and views are read-only`, {
    span,
    ...(table === undefined ? {} : { help: table }),
  })
}

/** UPDATE, DELETE and FROM …: the first source is the table, others range over what is nested in it. */
export function buildChange(statement: DmlStatement, context: PlanContext): ChangePlan {
  const scope = new Scope(undefined)
  scope.sourceCount = countSources(statement.from)
  context.isChange = true
  context.tracksElements = true
  const from = buildFrom(statement.from, scope, context)
  context.tracksElements = false
  const scan = context.isRefused ? unknownTable(scope) : changedTable(from, statement)
  refuseConstantJoins(statement.from)
  refuseSameForAll(from)
  let input = from
  if (statement.where !== undefined) {
    refuseConstantTexts(statement.where)
    const condition = buildExpression(statement.where, scope, context)
    refuseSameForAll(condition)
    input = addFilter(from, condition, context)
  }
  for (const change of statement.changes) {
    refuseTextsIn(change)
    if (change.kind === 'set' && !context.options.strictQldb) refuseJoinedAssignments(change.value)
  }
  const changes = statement.changes.map((change) => buildStep(change, scope, context))
  for (const change of changes) refuseSameForAll(change)
  checkAssignedOnce(changes)
  const table = (scan.source as Extract<TableScan['source'], { kind: 'table' }>).table
  const noVersion = statement.form === 'delete' ? 'new' : undefined
  return {
    kind: 'change',
    table,
    input,
    documentSlot: scan.slot,
    idSlot: scan.bySlot as number,
    changes,
    returning: buildReturning(statement.returning, noVersion, table, context, scan.alias),
    bareAnds: [statement.from, ...(statement.where === undefined ? [] : [statement.where])]
      .flatMap(bareAndsIn)
      .slice(0, noticesMax),
    span: statement.span,
  }
}

function bareAndsIn(node: object): readonly Span[] {
  const { bareSpan } = node as { bareSpan?: Span }
  const below = nodesBelow(node).flatMap(bareAndsIn)
  return bareSpan === undefined ? below : [bareSpan, ...below]
}

/** Placeholder for the table when the sources could not be resolved. */
function unknownTable(scope: Scope): TableScan {
  const alias = scope.sources[0]?.source.name ?? ''
  const source = { kind: 'table', table: unresolvedTable(alias), view: 'user' } as const
  return { kind: 'scan-table', source, access: { kind: 'scan' }, alias, slot: 0, atSlot: undefined, bySlot: 0 }
}

/** The one table scan of the sources; the user view of a table, for nothing else can be changed. */
function changedTable(from: Operator, statement: DmlStatement): TableScan {
  const scans: TableScan[] = []
  const visit = (operator: Operator): void => {
    if (operator.kind === 'scan-table') scans.push(operator)
    if (operator.kind === 'join') {
      visit(operator.left)
      visit(operator.right)
    } else if (operator.kind === 'filter') visit(operator.input)
  }
  visit(from)
  const [scan, second] = scans
  const { span } = statement.from
  if (second !== undefined) throw new LedgerError('semantic/invalid', 'one statement changes one table only', { span })
  if (scan?.source.kind !== 'table' || scan.source.view !== 'user')
    throw notATable(nameOfSource(statement.from) ?? 'this source', span)
  return scan
}

function nameOfSource(from: DmlStatement['from']): string | undefined {
  if (from.kind !== 'scan') return undefined
  const { value } = from
  if (value.kind === 'variable') return value.name.text
  if (value.kind === 'call') return value.name
  return value.kind === 'path' && value.root.kind === 'variable' ? value.root.name.text : undefined
}

/**
 * RETURNING: one row per document, with the columns that a SELECT list would give. The expressions of an item see one
 * version of the document, under the table's name or alias.
 */
function buildReturning(
  returning: readonly Returning[] | undefined,
  noVersion: 'old' | 'new' | undefined,
  table: TableInfo,
  context: PlanContext,
  alias = table.name,
): ReturningPlan | undefined {
  if (returning === undefined) return undefined
  const versions: ReturningPlan['versions'][number][] = []
  const parts = returning.map((item, at): RowPart => {
    const { which, expression, span } = item
    if (noVersion !== undefined && which.endsWith(noVersion)) {
      const why = noVersion === 'old' ? 'what is inserted has no old version' : 'what is deleted has no new version'
      context.note(new LedgerError('semantic/invalid', why, { span }))
    }
    const slot = context.newSlot()
    versions.push({ which, slot })
    const scope = new Scope(undefined)
    scope.sourceCount = 1
    const source = declare(scope, context, alias, 'source', slot, span)
    scope.sources.push({ source, at: undefined, by: undefined, nullable: false })
    const otherwise = `_${at + 1}`
    if (expression === '*')
      return { kind: 'all', value: { kind: 'slot', slot, name: alias, span }, otherwise, skipsNull: false }
    const starred = withoutStar(expression)
    if (starred !== undefined)
      return { kind: 'all', value: buildExpression(starred, scope, context), otherwise, skipsNull: false }
    const value = buildExpression(expression, scope, context)
    return { kind: 'field', name: columnName(expression) ?? otherwise, value }
  })
  const span = { start: returning[0]?.span.start ?? 0, end: returning.at(-1)?.span.end ?? 0 }
  return { versions, row: { kind: 'row', parts, span } }
}

/** What the `.*` at the end of a path stands behind. */
function withoutStar(expression: Expression): Expression | undefined {
  if (expression.kind !== 'path' || expression.steps.at(-1)?.kind !== 'each-field') return undefined
  const steps = expression.steps.slice(0, -1)
  return steps.length === 0 ? expression.root : { ...expression, steps }
}
