import { LedgerError } from '../base/errors.ts'
import type { PlanExpression, SetPlan } from '../plan/plan.ts'
import { struct, type StructValue, type Value } from '../values/value.ts'

/** The rows of one side, any number of times. */
type Rows = () => Iterable<Value>
type Structs = () => Iterable<StructValue>

/** Whether the planner has compared the columns and renamed the right side. */
export function knowsColumns(query: SetPlan): boolean {
  return plannedColumns(query.left) !== undefined && plannedColumns(query.right) !== undefined
}

/**
 * Both sides of UNION, INTERSECT or EXCEPT with the columns of the result: matched by position under the names of the
 * left side (RFC 0007), with CORRESPONDING by name. Where the planner does not know the columns, as behind `SELECT *`,
 * they are the fields of the rows. Throws where that leaves a choice: rows that differ in their fields.
 */
export function matchColumns(a: Rows, b: Rows, query: SetPlan): readonly [Rows, Rows] {
  for (const rows of [a, b]) for (const row of rows()) requireStruct(row, query)
  const left = a as Structs
  const right = b as Structs
  if (query.corresponding !== undefined) {
    const names = correspondingNames(left, right, query, query.corresponding)
    return [mapped(left, (row) => cutDown(row, names)), mapped(right, (row) => cutDown(row, names))]
  }
  if (knowsColumns(query) || isEmpty(left) || isEmpty(right)) return [left, right]
  const names = plannedColumns(query.left) ?? uniformNames(left)
  const others = plannedColumns(query.right) ?? uniformNames(right)
  if (names === undefined || others === undefined) {
    if (haveOneOrder(left, right)) return [left, right]
    const side = names === undefined ? 'left' : 'right'
    return refuse(query, `rows with the same columns, but those of the ${side} side differ`)
  }
  if (names.length !== others.length) {
    return refuse(query, `as many columns on both sides, but they have ${names.length} and ${others.length}`)
  }
  return [left, mapped(right, (row) => renamed(row, others, names))]
}

function mapped(rows: Structs, map: (row: StructValue) => StructValue): Structs {
  return function* () {
    for (const row of rows()) yield map(row)
  }
}

function isEmpty(rows: Structs): boolean {
  for (const _ of rows()) return false
  return true
}

function refuse({ op, span, outer }: SetPlan, needs: string): never {
  const name = op.toUpperCase()
  throw new LedgerError('evaluator/invalid', `${outer ? 'OUTER ' : ''}${name} needs ${needs}`, {
    span,
    help: `list the columns in SELECT, or combine any values with OUTER ${name}`,
  })
}

export function requireStruct(row: Value, query: SetPlan): void {
  if (row.type !== 'struct') refuse(query, 'structs on both sides')
}

/** The columns that the planner knows. */
function plannedColumns(side: PlanExpression): readonly string[] | undefined {
  if (side.kind === 'slot') return side.columns
  if (side.kind === 'steps') return plannedColumns(side.parts.at(-1) as PlanExpression)
  if (side.kind !== 'query') return undefined
  if (side.query.kind === 'select') return side.query.columns
  return side.query.kind === 'set' && !side.query.outer ? plannedColumns(side.query.left) : undefined
}

/** The names that all rows have in the same order. */
function uniformNames(rows: Structs): readonly string[] | undefined {
  let names: readonly string[] | undefined
  for (const row of rows()) {
    names ??= row.names
    if (row.names !== names && !isSame(row.names, names)) return undefined
  }
  return names
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, at) => name === b[at])
}

/** Whether every row has fields of the widest row in that row's order, so that position and name mean the same. */
function haveOneOrder(left: Structs, right: Structs): boolean {
  let widest: readonly string[] = []
  for (const rows of [left, right]) {
    for (const { names } of rows()) if (names.length > widest.length) widest = names
  }
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
  if (places.size !== widest.length) return false
  for (const rows of [left, right]) for (const row of rows()) if (!isOrdered(row)) return false
  return true
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
  left: Structs,
  right: Structs,
  query: SetPlan,
  wanted: readonly string[] | 'all',
): readonly string[] {
  const columns = [namesOf(left, query.left), namesOf(right, query.right)] as const
  if (wanted === 'all') {
    const common = [...columns[0]].filter((name) => columns[1].has(name))
    if (common.length > 0 || isEmpty(left) || isEmpty(right)) return common
    return refuse(query, 'a column of the same name on both sides for CORRESPONDING')
  }
  for (const [side, rows] of [left, right].entries()) {
    const lacking = isEmpty(rows) ? undefined : wanted.find((name) => !columns[side]?.has(name))
    if (lacking !== undefined) refuse(query, `the column '${lacking}' of CORRESPONDING on both sides`)
  }
  return wanted
}

function namesOf(rows: Structs, side: PlanExpression): ReadonlySet<string> {
  const names = new Set(plannedColumns(side))
  for (const row of rows()) for (const name of row.names) names.add(name)
  return names
}

function cutDown(row: StructValue, names: readonly string[]): StructValue {
  const fields = new Map<string, Value>()
  for (const [at, name] of row.names.entries()) {
    if (!fields.has(name)) fields.set(name, row.values[at] as Value)
  }
  const kept = names.filter((name) => fields.has(name))
  return struct(
    kept,
    kept.map((name) => fields.get(name) as Value),
  )
}
