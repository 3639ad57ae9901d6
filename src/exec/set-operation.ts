import { LedgerError } from '../base/errors.ts'
import type { SetPlan } from '../plan/plan.ts'
import { equalityKey } from '../values/compare.ts'
import { bag, isAbsent, list, nullValue, type Value } from '../values/value.ts'
import { compileExpression } from './compile-expression.ts'
import { compileBounds } from './compile-query.ts'
import { type Compiler, type Evaluate, mistyped } from './frame.ts'
import { matchColumns } from './set-columns.ts'
import { compileKeys } from './sort.ts'

/**
 * UNION, INTERSECT and EXCEPT (RFC 0007). With OUTER they take any elements and make a bag of what is no collection;
 * without it both sides must be relations: structs with the same number of columns of comparable types.
 */
export function compileSetOperation(query: SetPlan, compiler: Compiler): Evaluate {
  const left = compileExpression(query.left, compiler)
  const right = compileExpression(query.right, compiler)
  const bounds = compileBounds(query, compiler)
  const sort = query.sort && { slot: query.sort.slot, ...compileKeys(query.sort.keys, compiler) }
  return (frame) => {
    const given = operands(left(frame), right(frame), query, compiler)
    const isByColumn = !query.outer || query.corresponding !== undefined
    const [a, b] = isByColumn ? matchColumns(...given, query) : given
    if (!query.outer) checkTypes([...a, ...b], query)
    let items = combine(query, a, b)
    if (sort !== undefined) {
      const keyed = items.map((item) => {
        frame.slots[sort.slot] = item
        return { item, keys: sort.keysOf(frame) }
      })
      keyed.sort((x, y) => sort.compare(x.keys, y.keys))
      items = keyed.map((one) => one.item)
    }
    const { offset, limit } = bounds(frame)
    if (offset > 0 || limit < items.length) items = items.slice(offset, offset + limit)
    return frame.values.checked(sort === undefined ? bag(items) : list(items), query.span)
  }
}

/**
 * The elements of both sides. NULL or MISSING beside a collection is an empty one (RFC 0007); two of them make one NULL,
 * as the conformance suite has it.
 */
function operands(
  a: Value,
  b: Value,
  query: SetPlan,
  compiler: Compiler,
): readonly [readonly Value[], readonly Value[]] {
  if (isAbsent(a) && isAbsent(b)) {
    mistyped(compiler, query.span, `${query.op.toUpperCase()} takes collections`)
    return query.op === 'except' ? [[], []] : [[nullValue], [nullValue]]
  }
  return [isAbsent(a) ? [] : elementsOf(a, query, compiler), isAbsent(b) ? [] : elementsOf(b, query, compiler)]
}

function elementsOf(value: Value, query: SetPlan, compiler: Compiler): readonly Value[] {
  if (value.type === 'bag' || value.type === 'list' || value.type === 'sexp') return value.items
  mistyped(compiler, query.span, `${query.op.toUpperCase()} takes collections, not ${value.type}`)
  return [value]
}

function combine({ op, all }: SetPlan, a: readonly Value[], b: readonly Value[]): Value[] {
  if (op === 'union') {
    if (all) return [...a, ...b]
    const first = new Map<string, Value>()
    for (const item of [...a, ...b]) {
      const key = equalityKey(item)
      if (!first.has(key)) first.set(key, item)
    }
    return [...first.values()]
  }
  const counts = new Map<string, number>()
  for (const item of b) {
    const key = equalityKey(item)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const given = new Set<string>()
  return a.filter((item) => {
    const key = equalityKey(item)
    const count = counts.get(key) ?? 0
    if (all) counts.set(key, count - 1)
    else if (given.has(key)) return false
    given.add(key)
    return count > 0 === (op === 'intersect')
  })
}

/** SQL wants the values of a column to be comparable; NULL and MISSING go with anything. */
function checkTypes(rows: readonly Value[], { op, span }: SetPlan): void {
  const types = new Map<string, string>()
  for (const row of rows) {
    if (row.type !== 'struct') continue
    row.values.forEach((value, at) => {
      const name = row.names[at] as string
      const group = typeGroup(value)
      const known = types.get(name)
      if (group !== undefined && known !== undefined && known !== group) {
        throw new LedgerError(
          'evaluator/invalid',
          `${op.toUpperCase()} needs both sides to have columns of comparable types, but '${name}' holds ${known} and ${group}`,
          { span, help: `OUTER ${op.toUpperCase()} combines any values` },
        )
      }
      if (group !== undefined) types.set(name, group)
    })
  }
}

function typeGroup(value: Value): string | undefined {
  switch (value.type) {
    case 'null':
    case 'missing':
      return undefined
    case 'int':
    case 'float':
    case 'decimal':
      return 'number'
    case 'string':
    case 'symbol':
      return 'text'
    default:
      return value.type
  }
}
