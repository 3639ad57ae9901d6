import type { Draw } from './draw.ts'

/** Who fixes the answer of a query: a piece that only one of them means as SQL and PartiQL do takes the other out. */
export interface Judges {
  sqlite: boolean
  duckdb: boolean
}

/** What an expression may name. Tables have the columns i (unique) and a (int), b (decimal), c (text), d (date), e (bool). */
export interface Scope {
  readonly draw: Draw
  readonly judges: Judges
  readonly aliases: readonly string[]
  readonly names: { next: number }
  /** Names of the statement's WITH, which have the columns of a table. */
  readonly withs: string[]
}

export const tables = ['t', 'u'] as const

export function freshAlias({ names }: Scope): string {
  names.next += 1
  return `s${names.next}`
}

export function within(scope: Scope, ...aliases: readonly string[]): Scope {
  return { ...scope, aliases: [...scope.aliases, ...aliases] }
}

/** Only DuckDB has this piece, or only it means the same by it. */
function duckOnly(scope: Scope, text: string): string {
  scope.judges.sqlite = false
  return text
}

export function column(scope: Scope, ...names: readonly string[]): string {
  return `${scope.draw.one(...scope.aliases)}.${scope.draw.one(...names)}`
}

export function number(scope: Scope, depth: number): string {
  const { draw } = scope
  const inner = () => number(scope, depth - 1)
  switch (draw.below(depth > 0 ? 18 : 3)) {
    case 0:
      return draw.one('0', '1', '2', '3', '0.25', '1.50')
    case 3:
      return `(${inner()} ${draw.one('+', '-')} ${inner()})`
    case 4:
      return `(${column(scope, 'a')} * ${inner()})`
    case 5:
      return `COALESCE(${inner()}, ${inner()})`
    case 6:
      return `NULLIF(${inner()}, ${inner()})`
    case 7:
      return `CASE WHEN ${condition(scope, depth - 1)} THEN ${inner()}${draw.one('', ` ELSE ${inner()}`)} END`
    case 8:
      return `ABS(${inner()})`
    case 9:
      return `-${column(scope, 'a', 'b')}`
    case 10:
      return `(${column(scope, 'a')} % ${draw.one(2, 3)})`
    case 11:
      return draw.one(
        `LENGTH(${text(scope, depth - 1)})`,
        duckOnly(scope, `POSITION('x' IN ${text(scope, depth - 1)})`),
      )
    case 12:
      // DuckDB takes the type of some mixtures of functions to be without decimals: 0.25 becomes 0.
      return duckOnly(scope, `${draw.one('GREATEST', 'LEAST')}(${draw.times(3, () => number(scope, 0)).join(', ')})`)
    case 13:
      return numberFunction(scope)
    case 14:
      return duckOnly(scope, `EXTRACT(${draw.one(...dateParts)} FROM ${truncated(scope)})`)
    case 15:
      return scalarQuery(scope)
    case 16:
      return simpleCase(scope, column(scope, 'a', 'c'), inner)
    case 17:
      return duckOnly(
        scope,
        `CAST(${draw.one(column(scope, 'b'), text(scope, 0))} AS ${draw.one('INTEGER', 'DOUBLE PRECISION')})`,
      )
    default:
      return column(scope, 'a', 'b', 'a', 'i')
  }
}

const dateParts = ['year', 'month', 'day', 'week', 'quarter', 'dow', 'isodow', 'doy']

function numberFunction(scope: Scope): string {
  const { draw } = scope
  const value = column(scope, 'b')
  return draw.one(
    () => `ROUND(${value}, ${draw.below(3)})`,
    () => `FLOOR(${value})`,
    () => `CEIL(${value})`,
    () => `SIGN(${value})`,
    () => duckOnly(scope, `TRUNC(${value})`),
  )()
}

function simpleCase(scope: Scope, subject: string, inner: () => string): string {
  const { draw } = scope
  const value = () =>
    subject.endsWith('.c') ? draw.one("'x'", "''", column(scope, 'c')) : draw.one('1', '2', column(scope, 'a'))
  const branches = draw.times(1 + draw.below(3), () => ` WHEN ${value()} THEN ${inner()}`)
  return `CASE ${subject}${branches.join('')}${draw.one('', ` ELSE ${inner()}`)} END`
}

function scalarQuery(scope: Scope): string {
  const { draw } = scope
  const name = freshAlias(scope)
  const value = draw.one('COUNT(*)', `MAX(${name}.a)`, `SUM(${name}.b)`, `MIN(${name}.i)`)
  const table = draw.one(...tables)
  const where = `WHERE ${name}.a ${draw.one('=', '<', '>=')} ${column(scope, 'a')}`
  const plain = `SELECT ${value} FROM ${table} AS ${name} ${where}`
  switch (draw.below(6)) {
    case 0:
      // The same twice is one row.
      return `(${plain} UNION ${plain})`
    case 1: {
      const rows = `SELECT ${name}.i AS i, ${name}.a AS a, ${name}.b AS b FROM ${table} AS ${name} ${where}`
      return `(WITH ${name}w AS (${rows}) SELECT ${value} FROM ${name}w AS ${name})`
    }
    case 2:
      return `(SELECT ${name}.i FROM ${table} AS ${name} ${where} ORDER BY ${name}.i LIMIT 1)`
    default:
      return `(${plain})`
  }
}

export function text(scope: Scope, depth: number): string {
  const { draw } = scope
  const inner = () => text(scope, depth - 1)
  switch (draw.below(depth > 0 ? 14 : 3)) {
    case 0:
      return draw.one("'x'", "'xy'", "''", "' z '", "'X'")
    case 3:
      return `(${inner()} || ${inner()})`
    case 4:
      return `${draw.one('UPPER', 'LOWER')}(${inner()})`
    case 5:
      return `${draw.one('TRIM', 'LTRIM', 'RTRIM')}(${inner()})`
    case 6:
      return `SUBSTRING(${inner()}, ${draw.one(1, 2, 3)}${draw.one('', `, ${draw.below(3)}`)})`
    case 7:
      return `REPLACE(${inner()}, ${draw.one("'x'", "'y'", "'xy'")}, ${inner()})`
    case 8:
      return `COALESCE(${inner()}, ${inner()})`
    case 9:
      return `CASE WHEN ${condition(scope, depth - 1)} THEN ${inner()} ELSE ${inner()} END`
    case 10:
      return duckOnly(scope, textFunction(scope, inner))
    case 11:
      return `CAST(${column(scope, 'a', 'i')} AS VARCHAR)`
    case 12:
      return duckOnly(scope, `CONCAT(${inner()}, ${inner()})`)
    case 13:
      return simpleCase(scope, column(scope, 'a', 'c'), inner)
    default:
      return column(scope, 'c')
  }
}

function textFunction({ draw }: Scope, inner: () => string): string {
  const count = draw.below(4)
  return draw.one(
    () => `LEFT(${inner()}, ${count})`,
    () => `RIGHT(${inner()}, ${count})`,
    () => `LPAD(${inner()}, ${count}, '-')`,
    () => `RPAD(${inner()}, ${count}, '+-')`,
    () => `REPEAT(${inner()}, ${count})`,
    () => `REVERSE(${inner()})`,
  )()
}

/** Only inside EXTRACT: DuckDB folds `DATE_TRUNC('month', NULL) = DATE '2019-12-31'` to FALSE. */
function truncated(scope: Scope): string {
  const { draw } = scope
  return draw.rarely(3) ? `DATE_TRUNC('${draw.one('year', 'month', 'week', 'quarter')}', ${date(scope)})` : date(scope)
}

function date(scope: Scope): string {
  return scope.draw.rarely(4)
    ? `DATE '${scope.draw.one('2020-02-29', '2019-12-31', '2024-06-15')}'`
    : column(scope, 'd')
}

export function condition(scope: Scope, depth: number): string {
  const { draw } = scope
  const operator = () => draw.one('=', '=', '<>', '<', '<=', '>', '>=')
  const not = draw.one('', 'NOT ')
  const inner = () => condition(scope, depth - 1)
  switch (draw.below(depth > 0 ? 18 : 4)) {
    case 1:
      return `${text(scope, 0)} ${operator()} ${text(scope, depth - 1)}`
    case 2:
      return `${column(scope, 'a', 'b', 'c', 'd', 'e')} IS ${not}NULL`
    case 3:
      return duckOnly(scope, `${date(scope)} ${operator()} ${date(scope)}`)
    case 4:
      return `(${inner()} AND ${inner()})`
    case 5:
      return `(${inner()} OR ${inner()})`
    case 6:
      return `NOT (${inner()})`
    case 7: {
      const item = () => draw.one('1', '2', '3', 'NULL', column(scope, 'a'))
      return `${number(scope, 1)} ${not}IN (${draw.times(1 + draw.below(3), item).join(', ')})`
    }
    case 8:
      return `${number(scope, 1)} ${not}BETWEEN ${number(scope, 0)} AND ${number(scope, 0)}`
    case 9:
      return `${text(scope, 0)} ${not}LIKE ${draw.one("'x%'", "'%y'", "'_'", "'%'", "'x_'", "''", "'!%%' ESCAPE '!'", "'x!_%' ESCAPE '!'", "'%x%y%'")}`
    case 10:
      return `${not}EXISTS (${correlated(scope, depth)})`
    case 11:
      return `${number(scope, 0)} ${not}IN (${correlated(scope, depth)})`
    case 12:
      return `${number(scope, depth - 1)} IS ${not}DISTINCT FROM ${number(scope, depth - 1)}`
    case 13:
      return `(${inner()}) IS ${not}${draw.one('TRUE', 'FALSE')}`
    case 14:
      return `${column(scope, 'e')} = (${inner()})`
    case 15:
      return duckOnly(
        scope,
        `${number(scope, 0)} ${operator()} ${draw.one('ANY', 'ALL')} (${correlated(scope, depth)})`,
      )
    case 16:
      return duckOnly(scope, `STARTS_WITH(${text(scope, 0)}, ${draw.one("'x'", "''", "'xy'")})`)
    default:
      return `${number(scope, depth - 1)} ${operator()} ${number(scope, depth - 1)}`
  }
}

function correlated(scope: Scope, depth: number): string {
  const name = freshAlias(scope)
  const where = condition(within(scope, name), depth - 1)
  return `SELECT ${name}.${scope.draw.one('a', 'b')} FROM ${scope.draw.one(...tables)} AS ${name} WHERE ${where}`
}
