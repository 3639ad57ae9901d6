import type { Draw } from './draw.ts'
import { column, condition, freshAlias, type Judges, number, type Scope, tables, text, within } from './expressions.ts'

export interface Query {
  readonly text: string
  /** Columns are named c0, c1 … */
  readonly columns: number
  /** Whether every row has its place. */
  readonly isOrdered: boolean
  readonly judges: Judges
}

interface Block {
  readonly text: string
  readonly columns: number
  /** The kind of each column, so that set operations meet alike ones. */
  readonly kinds: string
}

/** A query of the SQL that PartiQL took over unchanged, or that this dialect defines as PostgreSQL and DuckDB do. */
export function randomQuery(draw: Draw): Query {
  const judges: Judges = { sqlite: true, duckdb: true }
  const scope: Scope = { draw, judges, aliases: [], names: { next: 0 }, withs: [] }
  const start = draw.rarely(5) ? withClause(scope) : ''
  const first = block(scope)
  let whole = start + first.text
  for (let more = draw.rarely(6) ? 1 + draw.below(3) : 0; more > 0; more -= 1) {
    const next = block(scope)
    if (next.kinds === first.kinds) whole += ` ${setOperation(scope)} ${next.text}`
  }
  const { columns } = first
  if (draw.rarely(3)) return { text: whole, columns, isOrdered: false, judges }
  const keys = draw.times(
    columns,
    (at) => `${draw.one(`c${at}`, String(at + 1))} ${draw.one('ASC', 'DESC')} NULLS ${draw.one('FIRST', 'LAST')}`,
  )
  const limit = draw.rarely(2) ? ` LIMIT ${draw.below(5)}${draw.one('', ` OFFSET ${draw.below(3)}`)}` : ''
  return { text: `${whole} ORDER BY ${keys.join(', ')}${limit}`, columns, isOrdered: true, judges }
}

/** One or two names, the second of which may read the first. */
function withClause(scope: Scope): string {
  const items = scope.draw.times(1 + scope.draw.below(2), () => {
    const name = freshAlias(scope)
    const item = `${name} AS ${derived(scope)}`
    scope.withs.push(name)
    return item
  })
  return `WITH ${items.join(', ')} `
}

function setOperation({ draw, judges }: Scope): string {
  const operation = draw.one('UNION', 'UNION ALL', 'INTERSECT', 'EXCEPT', 'INTERSECT ALL', 'EXCEPT ALL')
  // SQLite has no ALL of these, and does not bind INTERSECT closer than the others.
  if (/INTERSECT|EXCEPT ALL/.test(operation)) judges.sqlite = false
  return operation
}

function block(scope: Scope): Block {
  const { draw } = scope
  const { text: from, inner } = sources(scope)
  const where = draw.rarely(3) ? '' : ` WHERE ${condition(inner, 2)}`
  switch (draw.below(4)) {
    case 0:
      return grouped(inner, from, where)
    case 1:
      return windowed(inner, from, where)
    default: {
      const kinds = draw.times(1 + draw.below(3), () => draw.one('n', 'n', 't'))
      const items = kinds.map((kind) => (kind === 'n' ? number(inner, 2) : text(inner, 2)))
      return { ...select(items, draw.rarely(4), from, where), kinds: kinds.join('') }
    }
  }
}

function select(
  items: readonly string[],
  isDistinct: boolean,
  from: string,
  rest: string,
): { text: string; columns: number } {
  const list = items.map((item, at) => `${item} AS c${at}`).join(', ')
  return { text: `SELECT ${isDistinct ? 'DISTINCT ' : ''}${list} FROM ${from}${rest}`, columns: items.length }
}

function grouped(scope: Scope, from: string, where: string): Block {
  const { draw } = scope
  const keys = [...new Set(draw.times(draw.below(3), () => groupKey(scope)))]
  const values = draw.times(1 + draw.below(3), () => aggregate(scope))
  const having = draw.rarely(3) ? ` HAVING ${aggregate(scope)} ${draw.one('>', '=', '<')} ${keys[0] ?? '2'}` : ''
  const ranks = keys.length > 0 && draw.rarely(4) ? [`RANK() OVER (ORDER BY ${aggregate(scope)} NULLS FIRST)`] : []
  const group = keys.length > 0 ? ` GROUP BY ${keys.join(', ')}` : ''
  const items = [...keys, ...values, ...ranks]
  return { ...select(items, draw.rarely(6), from, where + group + having), kinds: 'n'.repeat(items.length) }
}

function groupKey(scope: Scope): string {
  const { draw } = scope
  return draw.one(
    column(scope, 'a', 'b'),
    column(scope, 'a', 'b'),
    `COALESCE(${column(scope, 'a')}, 7)`,
    `${column(scope, 'a')} % 2`,
  )
}

function aggregate(scope: Scope): string {
  const { draw, judges } = scope
  const name = draw.one('COUNT', 'SUM', 'MIN', 'MAX', 'AVG', 'COUNT(DISTINCT', 'SUM(DISTINCT', '*', 'duck', 'text')
  const filter = draw.rarely(4) ? ` FILTER (WHERE ${condition(scope, 1)})` : ''
  if (name === 'text') return duckText(scope, filter)
  if (name === '*') return `COUNT(*)${filter}`
  if (name !== 'duck') return `${name.endsWith('DISTINCT') ? `${name} ` : `${name}(`}${number(scope, 1)})${filter}`
  judges.sqlite = false
  const duck = draw.one('STDDEV_SAMP', 'STDDEV_POP', 'VAR_SAMP', 'VAR_POP', 'MEDIAN', 'VARIANCE', 'STDDEV')
  // DuckDB rounds the median of decimals to their scale: 1.50 and 2.25 give 1.87.
  const value = duck === 'MEDIAN' ? column(scope, 'a', 'i') : column(scope, 'a', 'b')
  return `${duck}(${value})${filter}`
}

/** The length of the joined texts shows which were joined. */
function duckText(scope: Scope, filter: string): string {
  scope.judges.sqlite = false
  return `CHAR_LENGTH(STRING_AGG(${column(scope, 'c')}, '${scope.draw.one(',', '', '--')}')${filter})`
}

/** Every order is total, or the function is the same for all rows that tie. */
function windowed(scope: Scope, from: string, where: string): Block {
  const { draw } = scope
  const ids = scope.aliases.map((alias) => `${alias}.i`)
  const calls = draw.times(1 + draw.below(2), () => overWindow(scope, ids))
  // The first window by a name, where nothing else is defined as it.
  const window = draw.rarely(4) ? /OVER \(([^()]*)\)$/.exec(calls[0] as string)?.[1] : undefined
  const items = [...ids, ...calls.map((call) => (window === undefined ? call : call.replace(`(${window})`, 'w')))]
  const named = window === undefined ? '' : ` WINDOW w AS (${window})`
  return { ...select(items, false, from, where + named), kinds: 'n'.repeat(items.length) }
}

function overWindow(scope: Scope, ids: readonly string[]): string {
  const { draw } = scope
  const partition = draw.rarely(2) ? `PARTITION BY ${column(scope, 'a', 'c')} ` : ''
  const key = `${column(scope, 'a', 'b')} ${draw.one('ASC', 'DESC')} NULLS ${draw.one('FIRST', 'LAST')}`
  const total = `${partition}ORDER BY ${[key, ...ids.map((id) => `${id} NULLS FIRST`)].join(', ')}`
  const ties = `${partition}ORDER BY ${key}`
  const value = column(scope, 'a', 'b')
  const call = draw.one('SUM', 'COUNT', 'MIN', 'MAX', 'AVG')
  return draw.one(
    () => `${draw.one('RANK', 'DENSE_RANK', 'PERCENT_RANK', 'CUME_DIST')}() OVER (${ties})`,
    () => `ROW_NUMBER() OVER (${total})`,
    () => `NTILE(${1 + draw.below(4)}) OVER (${total})`,
    () => `${draw.one('LAG', 'LEAD')}(${value}${draw.one('', ', 1', ', 2', ', 2, -1')}) OVER (${total})`,
    () => `${draw.one('FIRST_VALUE', 'LAST_VALUE')}(${value}) OVER (${total}${frame(draw, 'ROWS')})`,
    () => `NTH_VALUE(${value}, ${1 + draw.below(3)}) OVER (${total}${frame(draw, 'ROWS')})`,
    () => `${call}(${value}) OVER (${total}${frame(draw, 'ROWS')})`,
    () => `${call}(${value}) OVER (${ties}${frame(draw, draw.one('GROUPS', 'RANGE'))})`,
    () => `${call}(${value}) FILTER (WHERE ${condition(scope, 0)}) OVER (${draw.one(ties, partition)})`,
    () => `COUNT(*) OVER (${draw.one(ties, partition)})`,
  )()
}

function frame(draw: Draw, unit: 'ROWS' | 'RANGE' | 'GROUPS'): string {
  if (draw.rarely(4)) return ''
  // Offsets of RANGE add to the key, which SQLite does in floats; rows and groups are counted.
  const offset = unit === 'RANGE' ? 'CURRENT ROW' : undefined
  const starts = ['UNBOUNDED PRECEDING', offset ?? '2 PRECEDING', 'CURRENT ROW']
  const ends = ['CURRENT ROW', offset ?? '1 FOLLOWING', 'UNBOUNDED FOLLOWING']
  return ` ${unit} BETWEEN ${draw.one(...starts)} AND ${draw.one(...ends)}`
}

/** One to three sources, joined in every way; each may be a sub-query. */
function sources(scope: Scope): { text: string; inner: Scope } {
  const { draw } = scope
  const first = freshAlias(scope)
  let inner = within(scope, first)
  let whole = `${source(scope)} AS ${first}`
  for (let more = draw.one(0, 0, 0, 1, 1, 2); more > 0; more -= 1) {
    const next = freshAlias(scope)
    const equal = `${draw.one(...inner.aliases)}.${draw.one('a', 'i')} = ${next}.${draw.one('a', 'i')}`
    inner = within(inner, next)
    const join = draw.one('CROSS JOIN', 'JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN')
    const on = draw.one(equal, `${equal} AND ${condition(inner, 1)}`)
    whole += ` ${join} ${source(scope)} AS ${next}${join === 'CROSS JOIN' ? '' : ` ON ${on}`}`
  }
  return { text: whole, inner }
}

function source(scope: Scope): string {
  const { draw, withs } = scope
  if (withs.length > 0 && draw.rarely(2)) return draw.one(...withs)
  return draw.rarely(5) ? derived(scope) : draw.one(...tables)
}

/** A sub-query with the columns of a table, of which i is unique. */
function derived(scope: Scope): string {
  const { draw, withs } = scope
  const from = draw.one(...tables, ...withs)
  const name = freshAlias(scope)
  const where = draw.rarely(3) ? '' : ` WHERE ${condition({ ...scope, aliases: [name] }, 1)}`
  if (draw.rarely(3)) {
    const items = `MIN(${name}.i) AS i, ${name}.a AS a, SUM(${name}.b) AS b, MAX(${name}.c) AS c, MIN(${name}.d) AS d, COUNT(*) > 1 AS e`
    return `(SELECT ${items} FROM ${from} AS ${name}${where} GROUP BY ${name}.a)`
  }
  const list = ['i', 'a', 'b', 'c', 'd', 'e'].map((field) => `${name}.${field} AS ${field}`).join(', ')
  const cut = draw.rarely(3)
    ? ` ORDER BY ${name}.i NULLS FIRST LIMIT ${1 + draw.below(4)}${draw.one('', ' OFFSET 1')}`
    : ''
  return `(SELECT ${list} FROM ${from} AS ${name}${where}${cut})`
}
