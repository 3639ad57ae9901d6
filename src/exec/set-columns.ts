import { LedgerError } from '../base/errors.ts'
import type { PlanExpression, SetPlan } from '../plan/plan.ts'
import { struct, type StructValue, type Value } from '../values/value.ts'

type Rows = readonly Value[]

/**
 * Both sides of UNION, INTERSECT or EXCEPT with the columns of the result: matched by position under the names of the
 * left side (RFC 0007), with CORRESPONDING by name. Where the planner does not know the columns, as behind `SELECT *`,
 * they are the fields of the rows. Throws where that leaves a choice: rows that differ in their fields.
 */
export function matchColumns(a: Rows, b: Rows, query: SetPlan): readonly [Rows, Rows] {
  requireStructs([...a, ...b], query)
  const left = a as readonly StructValue[]
  const right = b as readonly StructValue[]
  if (query.corresponding !== undefined) {
    const names = correspondingNames(left, right, query, query.corresponding)
    return [left.map((row) => cutDown(row, names)), right.map((row) => cutDown(row, names))]
  }
  const known = [plannedColumns(query.left), plannedColumns(query.right)] as const
  // The planner has compared the columns and renamed the right side.
  if ((known[0] !== undefined && known[1] !== undefined) || a.length === 0 || b.length === 0) return [left, right]
  const columns = [known[0] ?? uniformNames(left), known[1] ?? uniformNames(right)] as const
  const [names, others] = columns
  if (names === undefined || others === undefined) {
    if (haveOneOrder(left, right)) return [left, right]
    const side = names === undefined ? 'left' : 'right'
    return refuse(query, `rows with the same columns, but those of the ${side} side differ`)
  }
  if (names.length !== others.length) {
    return refuse(query, `as many columns on both sides, but they have ${names.length} and ${others.length}`)
  }
  return [left, right.map((row) => renamed(row, others, names))]
}

function refuse({ op, span, outer }: SetPlan, needs: string): never {
  const name = op.toUpperCase()
  throw new LedgerError('evaluator/invalid', `${outer ? 'OUTER ' : ''}${name} needs ${needs}`, {
    span,
    help: `list the columns in SELECT, or combine any values with OUTER ${name}`,
  })
}

function requireStructs(rows: Rows, query: SetPlan): void {
  if (rows.some((row) => row.type !== 'struct')) refuse(query, 'structs on both sides')
}

/** The columns that the planner knows. */
function plannedColumns(side: PlanExpression): readonly string[] | undefined {
  if (side.kind !== 'query') return undefined
  if (side.query.kind === 'select') return side.query.columns
  return side.query.kind === 'set' && !side.query.outer ? plannedColumns(side.query.left) : undefined
}

/** The names that all rows have in the same order. */
function uniformNames(rows: readonly StructValue[]): readonly string[] | undefined {
  const names = rows[0]?.names
  const isUniform = rows.every((row) => row.names === names || isSame(row.names, names ?? []))
  return isUniform ? names : undefined
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, at) => name === b[at])
}

/** Whether every row has fields of the widest row in that row's order, so that position and name mean the same. */
function haveOneOrder(left: readonly StructValue[], right: readonly StructValue[]): boolean {
  const rows = [...left, ...right]
  const widest = rows.reduce((most, row) => (row.names.length > most.names.length ? row : most)).names
  const places = new Map(widest.map((name, at) => [name, at]))
  const isOrdered = ({ names }: StructValue) => {
    let last = -1
    for (const name of names) {
      const place = places.get(name) ?? -1
      if (place <= last) return false
      last = place
    }
    return true
  }
  return places.size === widest.length && rows.every(isOrdered)
}

/** Each column of a row under its new name; a row may lack some. */
function renamed(row: StructValue, from: readonly string[], to: readonly string[]): StructValue {
  if (isSame(row.names, from)) return struct(to, row.values)
  return struct(
    row.names.map((name) => to[from.indexOf(name)] ?? name),
    row.values,
  )
}

/** CORRESPONDING BY (a, b): those columns, which both sides must have; without BY, those that both have. */
function correspondingNames(
  left: readonly StructValue[],
  right: readonly StructValue[],
  query: SetPlan,
  wanted: readonly string[] | 'all',
): readonly string[] {
  const columns = [namesOf(left, query.left), namesOf(right, query.right)] as const
  if (wanted === 'all') {
    const common = [...columns[0]].filter((name) => columns[1].has(name))
    if (common.length > 0 || left.length === 0 || right.length === 0) return common
    return refuse(query, 'a column of the same name on both sides for CORRESPONDING')
  }
  for (const [side, rows] of [left, right].entries()) {
    const lacking = wanted.find((name) => rows.length > 0 && !columns[side]?.has(name))
    if (lacking !== undefined) refuse(query, `the column '${lacking}' of CORRESPONDING on both sides`)
  }
  return wanted
}

function namesOf(rows: readonly StructValue[], side: PlanExpression): ReadonlySet<string> {
  return new Set([...(plannedColumns(side) ?? []), ...rows.flatMap((row) => row.names)])
}

function cutDown(row: StructValue, names: readonly string[]): StructValue {
  const kept = names.filter((name) => row.get(name) !== undefined)
  return struct(
    kept,
    kept.map((name) => row.get(name) as Value),
  )
}
