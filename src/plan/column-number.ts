import { LedgerError } from '../base/errors.ts'
import type { Span } from '../base/span.ts'
import type { Expression, Projection, SelectItem } from '../syntax/ast.ts'

/** The number of a key that is written as a whole number: `ORDER BY 2`, `GROUP BY 1`. */
export function columnNumber(key: Expression): number | undefined {
  if (key.kind !== 'literal' || key.source !== 'partiql' || key.value.type !== 'int') return undefined
  return Number(key.value.value)
}

/** What the SELECT list has in its n-th column. Throws where it has none, or `*` leaves its columns to the data. */
export function columnAt(number: number, clause: string, span: Span, projection: Projection): Expression {
  if (projection.kind !== 'items') throw noSuchColumn(number, clause, span, undefined)
  const { items } = projection
  const item = items[number - 1]
  if (starAt(items) < number) throw noSuchColumn(number, clause, span, undefined)
  if (item === undefined) throw noSuchColumn(number, clause, span, items.length)
  return item.value
}

/** Where the first `*` stands among the items; beyond them all where there is none. */
const stars = new WeakMap<readonly SelectItem[], number>()

function starAt(items: readonly SelectItem[]): number {
  const known = stars.get(items)
  if (known !== undefined) return known
  const found = items.findIndex(({ kind }) => kind === 'star')
  const at = found === -1 ? Number.POSITIVE_INFINITY : found
  stars.set(items, at)
  return at
}

export function noSuchColumn(number: number, clause: string, span: Span, count: number | undefined): LedgerError {
  const why =
    count === undefined
      ? 'the columns of this query are not listed in SELECT'
      : `SELECT has ${count} column${count === 1 ? '' : 's'}`
  return new LedgerError('semantic/invalid', `${clause} ${number} names a column by its number, but ${why}`, {
    span,
    help: `name the field: ${clause} x`,
  })
}
