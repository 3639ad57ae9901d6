import type { Operator, PlanExpression, SelectPlan, ValueScan } from './plan.ts'
import { pushFilter } from './push-filters.ts'
import type { PlanContext } from './scope.ts'
import { mapParts, slotsRead } from './walk-plan.ts'

/**
 * Puts a condition on the rows of a sub-query in FROM on the rows that the sub-query reads, where it reads nothing but
 * their columns; undefined where it can't go there. A LIMIT counts rows before the condition, and AT numbers them.
 */
export function pushIntoQuery(scan: ValueScan, condition: PlanExpression, context: PlanContext): Operator | undefined {
  const { value, atSlot, bySlot } = scan
  if (scan.unpivot || atSlot !== undefined || bySlot !== undefined) return undefined
  if (value.kind !== 'query' || value.coercion !== 'none' || value.query.kind !== 'select') return undefined
  const { query } = value
  if (query.limit !== undefined || query.offset !== undefined) return undefined
  // One that reads other sources would make the sub-query depend on each of their rows.
  const read = slotsRead(condition)
  if (read.size !== 1 || !read.has(scan.slot)) return undefined
  const inner = overColumns(condition, scan.slot, query, context)
  if (slotsRead(inner).has(scan.slot)) return undefined
  return { ...scan, value: { ...value, query: { ...query, input: pushFilter(query.input, inner, context) } } }
}

/** The condition with the expressions of the sub-query's columns in place of the columns, wherever that can be done. */
function overColumns<T>(part: T, slot: number, query: SelectPlan, context: PlanContext): T {
  const column = isExpression(part) ? columnOf(part, slot, query.value, context) : undefined
  return (column ?? mapParts(part, (one) => overColumns(one, slot, query, context))) as T
}

function isExpression(part: unknown): part is PlanExpression {
  return typeof part === 'object' && part !== null && 'kind' in part && 'span' in part
}

function columnOf(
  expression: PlanExpression,
  slot: number,
  row: PlanExpression,
  context: PlanContext,
): PlanExpression | undefined {
  // SELECT VALUE of a variable or a path: the row itself.
  if (expression.kind === 'slot') return expression.slot === slot && isPath(row) ? row : undefined
  if (expression.kind !== 'field' || expression.fallback !== undefined || row.kind !== 'row') return undefined
  if (expression.operand.kind !== 'slot' || expression.operand.slot !== slot) return undefined
  if (!row.parts.every((part) => part.kind === 'field')) return undefined
  const fold = (name: string) => (context.foldsCase ? name.toLowerCase() : name)
  const columns = row.parts.filter((part) => part.kind === 'field' && fold(part.name) === fold(expression.name))
  const [only, second] = columns
  // A column that is MISSING is left out of the row; another of the same name would be found in its place.
  if (only === undefined || second !== undefined) return undefined
  return only.name === expression.name || !expression.exact ? only.value : undefined
}

function isPath(expression: PlanExpression): boolean {
  if (expression.kind === 'field') return isPath(expression.operand)
  return expression.kind === 'slot'
}
