import type { TableDocuments } from './notice-sites.ts'
import type { PlanExpression, QueryPlan, TableSource } from '../plan/plan.ts'

/** The names that SELECT gives to something else than a field of that name. */
export function outputsOf({ value, columns }: Extract<QueryPlan, { kind: 'select' }>): ReadonlySet<string> {
  if (columns === undefined || value.kind !== 'row') return new Set()
  const isSame = (name: string, { kind, ...field }: PlanExpression) =>
    (kind === 'field' || kind === 'slot') && (field as { name?: string }).name?.toLowerCase() === name.toLowerCase()
  const given = value.parts.flatMap((part) =>
    part.kind === 'field' && !isSame(part.name, part.value) ? [part.name] : [],
  )
  return new Set(given.map((name) => name.toLowerCase()))
}

/** The names of a sub-query's columns; undefined where they depend on the data. */
export function columnsOf(value: PlanExpression): readonly string[] | undefined {
  return value.kind === 'query' && value.query.kind === 'select' ? value.query.columns : undefined
}

/** Whether an expression is the same for every row. */
export function isFixed({ kind }: PlanExpression): boolean {
  return kind === 'constant' || kind === 'parameter' || kind === 'once'
}

export function isComparison(op: string): boolean {
  return /^(?:=|<>|<|<=|>|>=)$/.test(op)
}

/** What notices call a source of documents. */
export function labelOf(source: TableSource): string {
  if (source.kind === 'system') return `information_schema.${source.name}`
  const { name } = source.table
  if (source.kind === 'history') return `history(${name})`
  return source.view === 'committed' ? `_ql_committed_${name}` : name
}

/** The documents that a source gives, where they are those of a table. */
export function documentsOf(source: TableSource): TableDocuments | undefined {
  return source.kind === 'table' ? { tableId: source.table.tableId, view: source.view } : undefined
}
