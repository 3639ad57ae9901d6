import type { Access, PlanExpression, TableScan } from './plan.ts'
import type { PlanContext } from './scope.ts'
import { slotsRead } from './walk-plan.ts'

/**
 * The look-up that a condition allows on a table: `=` or IN on an indexed top-level field, on the BY alias, or on the
 * committed view's metadata.id, by which a document's history is found, too (QLDB: "Optimizing query performance"). The
 * key may be anything that does not depend on the table's own row: a literal, a parameter, an earlier source's field.
 * The condition itself stays as a filter, so the look-up may find too much, never too little.
 */
export function indexAccess(scan: TableScan, condition: PlanExpression, context: PlanContext): Access | undefined {
  if (scan.source.kind === 'system') return undefined
  const { source } = scan
  for (const { path, key, many } of keyedPaths(scan, condition, context.foldsCase)) {
    const isCommitted = source.kind === 'history' || source.view === 'committed'
    if (path.length === 0 || (isCommitted && path.join('.') === 'metadata.id')) return { kind: 'id', key, many }
    if (source.kind === 'history') continue
    const field = indexedField(path, isCommitted)
    const index = source.table.indexes.find((one) => one.field === field)
    if (index !== undefined) return { kind: 'index', index, key, many }
  }
  return undefined
}

/** The field whose index would turn a scan under these conditions into a look-up; undefined where none would. */
export function missingIndex(scan: TableScan, conditions: readonly PlanExpression[]): string | undefined {
  if (scan.source.kind !== 'table' || scan.access.kind !== 'scan') return undefined
  const isCommitted = scan.source.view === 'committed'
  for (const condition of conditions) {
    for (const { path } of keyedPaths(scan, condition, false)) {
      const field = indexedField(path, isCommitted)
      if (field !== undefined) return field
    }
  }
  return undefined
}

/** An index is over one top-level field of the document. */
function indexedField(path: readonly string[], isCommitted: boolean): string | undefined {
  const field = isCommitted ? (path[0] === 'data' ? path.slice(1) : []) : path
  return field.length === 1 ? field[0] : undefined
}

interface KeyedPath {
  /** Field names from the table's row down; none for its BY alias. */
  readonly path: readonly string[]
  readonly key: PlanExpression
  readonly many: boolean
}

/** The sides of `=` and IN that are paths on the table's row, with a key that does not depend on that row. */
function keyedPaths(scan: TableScan, condition: PlanExpression, foldsCase: boolean): KeyedPath[] {
  const found: KeyedPath[] = []
  for (const { operand, key, many } of candidates(condition)) {
    const read = slotsRead(key)
    if ([scan.slot, scan.atSlot, scan.bySlot].some((slot) => slot !== undefined && read.has(slot))) continue
    const path = pathOn(operand, scan, foldsCase)
    if (path !== undefined) found.push({ path, key, many })
  }
  return found
}

interface Candidate {
  readonly operand: PlanExpression
  readonly key: PlanExpression
  readonly many: boolean
}

function candidates(condition: PlanExpression): Candidate[] {
  if (condition.kind === 'in' && !condition.negated) {
    return [{ operand: condition.operand, key: condition.collection, many: true }]
  }
  if (condition.kind !== 'binary' || condition.op !== '=') return []
  return [
    { operand: condition.left, key: condition.right, many: false },
    { operand: condition.right, key: condition.left, many: false },
  ]
}

/** The field names from the table's row down; none for its BY alias; undefined for anything else. */
function pathOn(operand: PlanExpression, scan: TableScan, foldsCase: boolean): string[] | undefined {
  const names: string[] = []
  let at = operand
  while (at.kind === 'field') {
    // A name that may match another spelling is not what the index holds.
    if ((!at.exact && foldsCase) || at.fallback !== undefined) return undefined
    names.unshift(at.name)
    at = at.operand
  }
  if (at.kind !== 'slot') return undefined
  if (at.slot === scan.slot && names.length > 0) return names
  return at.slot === scan.bySlot && names.length === 0 ? [] : undefined
}
