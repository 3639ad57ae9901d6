import { LedgerError } from '../base/errors.ts'
import type { Span } from '../base/span.ts'
import type { Name } from '../syntax/ast.ts'
import { string } from '../values/value.ts'
import type { PlanExpression } from './plan.ts'

/** The columns of a SELECT list or of a set operation over such; undefined where they depend on the data. */
export function columnsOf(side: PlanExpression): readonly string[] | undefined {
  if (side.kind === 'slot') return side.columns
  if (side.kind === 'steps') return columnsOf(side.parts.at(-1) as PlanExpression)
  if (side.kind !== 'query') return undefined
  if (side.query.kind === 'select') return side.query.columns
  return side.query.kind === 'set' && !side.query.outer ? columnsOf(side.query.left) : undefined
}

/** SQL's set operations match columns by their position; the result has the names of the left side (RFC 0007). */
export function renamed(side: PlanExpression, names: readonly string[]): PlanExpression {
  if (columnsOf(side)?.length !== names.length) return side
  if (side.kind === 'slot') return { ...side, columns: names }
  if (side.kind === 'steps') return { ...side, parts: side.parts.map((part) => renamed(part, names)) }
  if (side.kind !== 'query') return side
  const { query } = side
  if (query.kind === 'set') {
    return { ...side, query: { ...query, left: renamed(query.left, names), right: renamed(query.right, names) } }
  }
  if (query.kind !== 'select' || query.value.kind !== 'row') return side
  const parts = query.value.parts.map((part, at) =>
    part.kind === 'field' ? { ...part, name: names[at] ?? part.name } : part,
  )
  return { ...side, query: { ...query, value: { ...query.value, parts }, columns: names } }
}

/**
 * `WITH q (a, b) AS …`, `FROM … AS t (a, b)`, `INSERT INTO t (a, b) …`: names for columns that have an order, those of a
 * SELECT list or of VALUES. What `*`, SELECT VALUE and tables give are documents: their fields have none.
 */
export function withColumns(value: PlanExpression, columns: readonly Name[], what: string): PlanExpression {
  const span = spanOf(columns)
  checkDistinct(columns)
  const names = columns.map(({ text }) => text)
  const known = columnsOf(value)
  if (known !== undefined) {
    checkCount(known.length, names.length, span)
    return renamed(value, names)
  }
  if (value.kind === 'sequence' && value.items.every(({ kind }) => kind === 'sequence')) {
    return { ...value, items: value.items.map((item) => named(item, columns, span)) }
  }
  throw new LedgerError('semantic/unsupported', `${what} can't be named by position: its rows may have any fields`, {
    span,
    help: 'names go to the columns of a SELECT list or of VALUES',
  })
}

/** A row of VALUES as a struct. */
function named(row: PlanExpression, columns: readonly Name[], span: Span): PlanExpression {
  const items = row.kind === 'sequence' ? row.items : []
  checkCount(items.length, columns.length, row.span.end > row.span.start && items[0] ? items[0].span : span)
  const fields = items.map((value, at) => {
    const { text, span: place } = columns[at] as Name
    return { name: { kind: 'constant', value: string(text), span: place } as const, value }
  })
  return { kind: 'struct', fields, span: row.span }
}

function spanOf(columns: readonly Name[]): Span {
  return { start: columns[0]?.span.start ?? 0, end: columns.at(-1)?.span.end ?? 0 }
}

function checkCount(found: number, wanted: number, span: Span): void {
  if (found === wanted) return
  const values = found === 1 ? '1 value' : `${found} values`
  throw new LedgerError('semantic/invalid', `a row has ${values} for ${wanted} column names`, { span })
}

function checkDistinct(columns: readonly Name[]): void {
  const seen = new Set<string>()
  for (const { text, span } of columns) {
    if (seen.has(text)) throw new LedgerError('semantic/invalid', `the column '${text}' is named twice`, { span })
    seen.add(text)
  }
}
