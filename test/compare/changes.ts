import type { Draw } from './draw.ts'
import { column, condition, type Judges, number, type Scope, text } from './expressions.ts'

/** A statement that changes a table, as PartiQL and as SQL write it. */
export interface Change {
  readonly text: string
  readonly sql: string
  readonly table: string
  readonly judges: Judges
}

/** UPDATE, DELETE or INSERT … SELECT, the columns' types kept: SQL would convert where documents don't. */
export function randomChange(draw: Draw, tables: readonly string[]): Change {
  const table = draw.one(...tables)
  const judges: Judges = { sqlite: true, duckdb: true }
  const scope: Scope = { draw, judges, aliases: ['x'], names: { next: 0 }, withs: [] }
  const where = draw.rarely(8) ? '' : ` WHERE ${condition(scope, 2)}`
  const made = draw.one(
    () => both(`DELETE FROM ${table} AS x${where}`),
    () => update(scope, table, where),
    () => update(scope, table, where),
    () => insert(scope, table, where),
  )()
  return { ...made, table, judges }
}

function both(text: string): { text: string; sql: string } {
  return { text, sql: text }
}

function update(scope: Scope, table: string, where: string): { text: string; sql: string } {
  const { draw } = scope
  const fields = [...new Set(draw.times(1 + draw.below(3), () => draw.one('a', 'b', 'c', 'e')))]
  const values = fields.map((field) => newValue(scope, field))
  const list = (prefix: string) => fields.map((field, at) => `${prefix}${field} = ${values[at]}`).join(', ')
  return {
    text: `UPDATE ${table} AS x SET ${list('x.')}${where}`,
    sql: `UPDATE ${table} AS x SET ${list('')}${where}`,
  }
}

function insert(scope: Scope, table: string, where: string): { text: string; sql: string } {
  const items = ['a', 'b', 'c', 'e'].map((field) => ({ field, value: newValue(scope, field) }))
  const from = `FROM ${table} AS x${where}`
  const named = items.map(({ field, value }) => `${value} AS ${field}`).join(', ')
  return {
    text: `INSERT INTO ${table} SELECT x.i + 10 AS i, ${named}, x.d AS d ${from}`,
    sql: `INSERT INTO ${table} (i, a, b, c, e, d) SELECT x.i + 10, ${items.map(({ value }) => value).join(', ')}, x.d ${from}`,
  }
}

function newValue(scope: Scope, field: string): string {
  const { draw } = scope
  const is = condition(scope, 1)
  switch (field) {
    case 'a':
      return draw.one(
        'NULL',
        '2',
        `${column(scope, 'a')} + 1`,
        `COALESCE(x.a, 0)`,
        `CASE WHEN ${is} THEN x.a ELSE x.i END`,
      )
    case 'b':
      return draw.one('NULL', '1.50', `x.b + 0.25`, `CASE WHEN ${is} THEN x.b END`, `NULLIF(x.b, ${number(scope, 0)})`)
    case 'c':
      return text(scope, 1)
    default:
      return draw.one('NULL', 'TRUE', `(${is})`)
  }
}
