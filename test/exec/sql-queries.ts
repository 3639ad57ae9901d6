import fc from 'fast-check'

/**
 * Random queries of the SQL that PartiQL and SQLite have in common, over tables t, u and w with the columns a and b
 * (numbers) and c (text). What both mean differently is left out: division, comparison across types, lists with NULL.
 */

type Draw = fc.GeneratorValue
/** What an expression may name: the aliases in reach, and how many there have been. */
interface Scope {
  readonly draw: Draw
  readonly aliases: readonly string[]
  readonly names: { next: number }
}

const tables = ['t', 'u', 'w'] as const

export interface SqlQuery {
  readonly text: string
  /** Columns are named c0, c1 … */
  readonly columns: number
  readonly isOrdered: boolean
}

export const sqlQueries: fc.Arbitrary<SqlQuery> = fc.gen().map((draw) => {
  const names = { next: 0 }
  const first = block({ draw, aliases: [], names })
  const second = below(draw, 6) === 0 ? block({ draw, aliases: [], names }) : undefined
  const operation = one(draw, 'UNION', 'UNION ALL', 'INTERSECT', 'EXCEPT')
  const isSet = second !== undefined && second.columns === first.columns
  const text = isSet ? `${first.text} ${operation} ${second.text}` : first.text
  const { columns } = first
  if (below(draw, 3) > 0) return { text, columns, isOrdered: false }
  const keys = times(
    columns,
    (at) => `${one(draw, `c${at}`, String(at + 1))} ${one(draw, 'ASC', 'DESC')} NULLS ${one(draw, 'FIRST', 'LAST')}`,
  )
  const limit = below(draw, 2) === 0 ? '' : ` LIMIT ${below(draw, 5)} OFFSET ${below(draw, 3)}`
  return { text: `${text} ORDER BY ${keys.join(', ')}${limit}`, columns, isOrdered: true }
})

function below(draw: Draw, bound: number): number {
  return draw(fc.nat, { max: bound - 1 })
}

function one<T>(draw: Draw, ...of: readonly T[]): T {
  return of[below(draw, of.length)] as T
}

function times(count: number, make: (at: number) => string): string[] {
  return Array.from({ length: count }, (_, at) => make(at))
}

function alias({ names }: Scope): string {
  names.next += 1
  return `s${names.next}`
}

function within(scope: Scope, ...more: readonly string[]): Scope {
  return { ...scope, aliases: [...scope.aliases, ...more] }
}

function block(scope: Scope): { text: string; columns: number } {
  const { draw } = scope
  const { text: from, inner } = sources(scope)
  const where = below(draw, 4) === 0 ? '' : ` WHERE ${condition(inner, 3)}`
  const list = (items: readonly string[]) => items.map((item, at) => `${item} AS c${at}`).join(', ')
  if (below(draw, 3) > 0) {
    const items = times(1 + below(draw, 3), () => (below(draw, 4) === 0 ? text(inner) : number(inner, 2)))
    const distinct = below(draw, 4) === 0 ? 'DISTINCT ' : ''
    return { text: `SELECT ${distinct}${list(items)} FROM ${from}${where}`, columns: items.length }
  }
  const keys = [...new Set(times(below(draw, 3), () => column(inner)))]
  const items = [...keys, ...times(1 + below(draw, 2), () => aggregate(inner))]
  const having = below(draw, 3) === 0 && keys.length > 0 ? ` HAVING ${aggregate(inner)} > ${keys[0]}` : ''
  const group = keys.length === 0 ? '' : ` GROUP BY ${keys.join(', ')}${having}`
  return { text: `SELECT ${list(items)} FROM ${from}${where}${group}`, columns: items.length }
}

function aggregate(scope: Scope): string {
  const name = one(scope.draw, 'COUNT', 'SUM', 'MIN', 'MAX', 'COUNT(DISTINCT', '*')
  if (name === '*') return 'COUNT(*)'
  return name.endsWith('DISTINCT') ? `${name} ${column(scope)})` : `${name}(${number(scope, 1)})`
}

/** One to three sources, joined in every way; one may be a sub-query. */
function sources(scope: Scope): { text: string; inner: Scope } {
  const { draw } = scope
  let inner = scope
  let text = ''
  for (let count = 1 + below(draw, 3); count > 0; count -= 1) {
    const name = alias(scope)
    const table = below(draw, 6) === 0 ? derived(scope) : one(draw, ...tables)
    const before = inner
    inner = within(inner, name)
    if (text === '') text = `${table} AS ${name}`
    else {
      const join = one(draw, 'CROSS JOIN', 'JOIN', 'LEFT JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN')
      const equal = `${column(before)} = ${name}.${one(draw, 'a', 'b')}`
      const on = one(draw, equal, `${equal} AND ${condition(inner, 1)}`, condition(inner, 1))
      text += ` ${join} ${table} AS ${name}${join === 'CROSS JOIN' ? '' : ` ON ${on}`}`
    }
  }
  return { text, inner }
}

function derived(scope: Scope): string {
  const name = alias(scope)
  const where = condition({ ...scope, aliases: [name] }, 1)
  const list = `${name}.a AS a, ${name}.b AS b, ${name}.c AS c`
  return `(SELECT ${list} FROM ${one(scope.draw, ...tables)} AS ${name} WHERE ${where})`
}

function column(scope: Scope): string {
  return `${one(scope.draw, ...scope.aliases)}.${one(scope.draw, 'a', 'b')}`
}

function text(scope: Scope): string {
  return below(scope.draw, 3) === 0 ? one(scope.draw, "'x'", "'xy'", "''") : `${one(scope.draw, ...scope.aliases)}.c`
}

function number(scope: Scope, depth: number): string {
  const { draw } = scope
  const inner = () => number(scope, depth - 1)
  switch (below(draw, depth > 0 ? 9 : 3)) {
    case 2:
      return String(below(draw, 5))
    case 3:
      return `(${inner()} ${one(draw, '+', '-', '*')} ${inner()})`
    case 4:
      return `COALESCE(${inner()}, ${inner()})`
    case 5:
      return `NULLIF(${inner()}, ${inner()})`
    case 6:
      return `CASE WHEN ${condition(scope, depth - 1)} THEN ${inner()}${one(draw, '', ` ELSE ${inner()}`)} END`
    case 7:
      return `ABS(${inner()})`
    case 8: {
      const name = alias(scope)
      const value = one(draw, 'COUNT(*)', `MAX(${name}.a)`, `SUM(${name}.b)`)
      return `(SELECT ${value} FROM ${one(draw, ...tables)} AS ${name} WHERE ${name}.a = ${column(scope)})`
    }
    default:
      return column(scope)
  }
}

function condition(scope: Scope, depth: number): string {
  const { draw } = scope
  const operator = () => one(draw, '=', '=', '<>', '<', '<=', '>', '>=')
  const not = one(draw, '', 'NOT ')
  const inner = () => condition(scope, depth - 1)
  switch (below(draw, depth > 0 ? 12 : 4)) {
    case 2:
      return `${text(scope)} ${operator()} ${text(scope)}`
    case 3:
      return `${one(draw, column(scope), text(scope))} IS ${not}NULL`
    case 4:
      return `(${inner()} AND ${inner()})`
    case 5:
      return `(${inner()} OR ${inner()})`
    case 6:
      return `NOT (${inner()})`
    case 7:
      return `${number(scope, 1)} ${not}IN (${times(1 + below(draw, 3), () => one(draw, '1', '2', '3', 'NULL', column(scope))).join(', ')})`
    case 8:
      return `${number(scope, 1)} ${not}BETWEEN ${number(scope, 0)} AND ${number(scope, 0)}`
    case 9:
      return `${text(scope)} ${not}LIKE '${one(draw, 'x%', '%y', '_', '%', 'x_', '')}'`
    case 10:
      return `${not}EXISTS (${correlated(scope, depth)})`
    case 11:
      return `${number(scope, 0)} ${not}IN (${correlated(scope, depth)})`
    default:
      return `${number(scope, depth - 1)} ${operator()} ${number(scope, depth - 1)}`
  }
}

function correlated(scope: Scope, depth: number): string {
  const name = alias(scope)
  const where = condition(within(scope, name), depth - 1)
  return `SELECT ${name}.${one(scope.draw, 'a', 'b')} FROM ${one(scope.draw, ...tables)} AS ${name} WHERE ${where}`
}
