import { LedgerError } from '../base/errors.ts'
import type { PlanExpression, SetPlan } from '../plan/plan.ts'
import { detached } from '../values/binary-reader.ts'
import { equalityKey } from '../values/compare.ts'
import { isAbsent, nullValue, type Value } from '../values/value.ts'
import { compileExpression } from './compile-expression.ts'
import { compileBounds, compileRowSource, hasRows } from './compile-query.ts'
import { DistinctRows } from './distinct-values.ts'
import type { Evaluate, Frame, OpenRows } from './frame.ts'
import type { Compiler } from './compiler.ts'
import { knowsColumns, matchColumns, requireStruct } from './set-columns.ts'
import { type CompiledKeys, compileKeys } from './sort.ts'
import { KeptRows } from './spill/kept-rows.ts'
import type { JoinSide, SourceProbe } from './source-probe.ts'
import { SortedRows } from './spill/sorted-rows.ts'
import { SpilledComparison } from './spilled-comparison.ts'
import { Holding } from './statement-memory.ts'
import { mistyped, type OperationSite, siteOf } from './type-errors.ts'
import { compileProbe } from './watch-scan.ts'

/**
 * The rows of UNION, INTERSECT and EXCEPT (RFC 0007). With OUTER they take any elements and make a bag of what is no
 * collection; without it both sides must be relations: structs with the same number of columns of comparable types.
 */
export function compileSetRows(query: SetPlan, compiler: Compiler): OpenRows {
  const sides = { left: compileSide(query.left, compiler), right: compileSide(query.right, compiler) }
  const bounds = compileBounds(query, compiler)
  const site = siteOf(query, compiler)
  const sort = query.sort && {
    slot: query.sort.slot,
    ...compileKeys(query.sort.keys, compiler),
    probeOf: compileProbe(query.sort.slot, compiler),
  }
  return (frame) => {
    const { offset, limit } = bounds(frame)
    const combined = rowsOf(query, sides, site, frame)
    const rows = sort === undefined ? combined : sorted(combined, sort, frame, offset + limit)
    return bounded(rows, offset, limit)
  }
}

function* bounded(rows: Iterable<Value>, offset: number, limit: number): Generator<Value, undefined> {
  let position = 0
  if (limit === 0) return
  for (const row of rows) {
    position += 1
    if (position <= offset) continue
    yield row
    if (position >= offset + limit) return
  }
}

function* sorted(
  rows: Iterable<Value>,
  keys: CompiledKeys & { readonly slot: number; readonly probeOf: (frame: Frame) => SourceProbe | undefined },
  frame: Frame,
  wanted: number,
): Generator<Value> {
  const held = new SortedRows(keys.compare, frame, wanted)
  let probe = keys.probeOf(frame)
  try {
    for (const row of rows) {
      if (probe?.look(row) === true) probe = undefined
      frame.slots[keys.slot] = row
      held.add([...keys.keysOf(frame), row].map(detached))
    }
    probe?.end()
    const stream = held.sorted()
    for (let row = stream.next(); row !== undefined; row = stream.next()) yield row.at(-1) as Value
  } finally {
    held.close()
  }
}

/** One operand: rows that come one by one, or a value. */
type Side =
  | { readonly open: OpenRows; readonly evaluate: undefined }
  | { readonly open: undefined; readonly evaluate: Evaluate }

function compileSide(side: PlanExpression, compiler: Compiler): Side {
  const streams = side.kind === 'query' && side.coercion === 'none' && hasRows(side.query)
  if (streams) return { open: compileRowSource(side.query, compiler).open, evaluate: undefined }
  return { open: undefined, evaluate: compileExpression(side, compiler) }
}

interface Sides {
  readonly left: Side
  readonly right: Side
}

/** Rows, once; asked in the order in which the operands stand. */
type ReadSide = () => Iterable<Value>

function* rowsOf(query: SetPlan, sides: Sides, site: OperationSite, frame: Frame): Generator<Value> {
  const [left, right] = operands(query, sides, site, frame)
  const isByColumn = !query.outer || query.corresponding !== undefined
  const isKnown = query.corresponding === undefined && knowsColumns(query)
  if (isByColumn && !isKnown) {
    yield* matchedRows(query, left, right, frame)
    return
  }
  const check = query.outer ? undefined : new TypeCheck(query)
  const mark = site.compiler.sites.comparisonMark(query)
  const read = (rows: ReadSide, side: JoinSide): ReadSide => {
    return () =>
      isByColumn ? relation(rows(), query, check) : mark === 0 ? rows() : watched(rows(), side, mark, frame)
  }
  yield* combine(query, read(left, 'left'), read(right, 'right'), frame)
}

/** Rows of which INTERSECT or EXCEPT gets a notice if those of one side could equal none of the other, by their types. */
function* watched(rows: Iterable<Value>, side: JoinSide, mark: number, frame: Frame): Generator<Value> {
  for (const row of rows) {
    if (frame.marks[mark] === 0) frame.observation?.joined(mark, side, row)
    yield row
  }
}

function* relation(rows: Iterable<Value>, query: SetPlan, check: TypeCheck | undefined): Generator<Value> {
  for (const row of rows) {
    requireStruct(row, query)
    check?.add(row)
    yield row
  }
}

/** Both sides are read before the first row is given: which columns belong together depends on all of them. */
function* matchedRows(query: SetPlan, left: ReadSide, right: ReadSide, frame: Frame): Generator<Value> {
  const [a, b] = [new KeptRows(frame.memory), new KeptRows(frame.memory)]
  try {
    for (const row of left()) a.add([detached(row)])
    for (const row of right()) b.add([detached(row)])
    const [rowsOfA, rowsOfB] = matchColumns(
      () => kept(a, frame),
      () => kept(b, frame),
      query,
    )
    if (!query.outer) {
      const check = new TypeCheck(query)
      for (const row of rowsOfA()) check.add(row)
      for (const row of rowsOfB()) check.add(row)
    }
    yield* combine(query, rowsOfA, rowsOfB, frame)
  } finally {
    a.close()
    b.close()
  }
}

function* kept(rows: KeptRows, frame: Frame): Generator<Value> {
  const stream = rows.read()
  for (let row = stream.next(); row !== undefined; row = stream.next()) {
    frame.step()
    yield row[0] as Value
  }
}

/**
 * NULL or MISSING beside a collection is an empty one (RFC 0007); two of them make one NULL, as the conformance suite has
 * it.
 */
function operands({ op }: SetPlan, sides: Sides, site: OperationSite, frame: Frame): [ReadSide, ReadSide] {
  const values = [sides.left, sides.right].map((side) => side.evaluate?.(frame))
  const [a, b] = values
  if (a !== undefined && b !== undefined && isAbsent(a) && isAbsent(b)) {
    mistyped(site, `${op.toUpperCase()} takes collections`, frame)
    const rows = op === 'except' ? [] : [nullValue]
    return [() => rows, () => rows]
  }
  const read = (side: Side, value: Value | undefined): ReadSide => {
    if (value === undefined) return () => opened(side.open as OpenRows, frame)
    if (isAbsent(value)) return () => []
    if (value.type === 'bag' || value.type === 'list' || value.type === 'sexp') return () => value.items
    mistyped(site, `${op.toUpperCase()} takes collections, not ${value.type}`, frame)
    return () => [value]
  }
  return [read(sides.left, a), read(sides.right, b)]
}

function* opened(open: OpenRows, frame: Frame): Generator<Value> {
  const rows = open(frame)
  try {
    for (let found = rows.next(); found.done !== true; found = rows.next()) {
      frame.step()
      yield found.value
    }
  } finally {
    rows.return?.()
  }
}

function* combine(query: SetPlan, left: ReadSide, right: ReadSide, frame: Frame): Generator<Value> {
  if (query.op !== 'union') yield* compared(query, left, right, frame)
  else if (query.all) {
    yield* left()
    yield* right()
  } else yield* union(left, right, frame)
}

function* union(left: ReadSide, right: ReadSide, frame: Frame): Generator<Value> {
  const distinct = new DistinctRows(frame)
  try {
    for (const row of left()) if (distinct.isNew(row)) yield row
    for (const row of right()) if (distinct.isNew(row)) yield row
    for (let row = distinct.next(); row !== undefined; row = distinct.next()) yield row
  } finally {
    distinct.close()
  }
}

/** Estimated bytes of a key, without its text. */
const keyBytes = 100

/** INTERSECT and EXCEPT: left rows, by how often the right side has their like. */
function* compared(query: SetPlan, left: ReadSide, right: ReadSide, frame: Frame): Generator<Value> {
  const holding = new Holding(frame.memory)
  const counts = new Map<string, number>()
  let spilled: SpilledComparison | undefined
  try {
    for (const row of right()) {
      const key = equalityKey(row)
      const count = counts.get(key)
      if (spilled !== undefined) spilled.addRight(key, 1)
      else if (count !== undefined) counts.set(key, count + 1)
      else {
        counts.set(key, 1)
        if (!holding.hold(keyBytes + key.length)) spilled = new SpilledComparison(query, frame)
      }
    }
    // Left rows that were given count as well where each is given once.
    const given = new Set<string>()
    for (const row of left()) {
      const key = equalityKey(row)
      const before = given.size
      if (spilled !== undefined) spilled.addLeft(key, row)
      else if (decide(query, counts, given, key)) yield row
      if (given.size > before && !holding.hold(keyBytes + key.length)) spilled = new SpilledComparison(query, frame)
    }
    if (spilled === undefined) return
    for (const [key, count] of counts) spilled.addRight(key, count)
    for (const key of given) spilled.addGiven(key)
    counts.clear()
    given.clear()
    holding.release()
    yield* spilled.rows()
  } finally {
    holding.release()
    spilled?.close()
  }
}

/** Whether a left row is given; keeps count. */
function decide({ op, all }: SetPlan, counts: Map<string, number>, given: Set<string>, key: string): boolean {
  const count = counts.get(key) ?? 0
  if (all) {
    if (count > 0) counts.set(key, count - 1)
    return count > 0 === (op === 'intersect')
  }
  if (given.has(key)) return false
  const isGiven = count > 0 === (op === 'intersect')
  if (isGiven) given.add(key)
  return isGiven
}

/** SQL wants the values of a column to be comparable; NULL and MISSING go with anything. */
class TypeCheck {
  readonly #query: SetPlan
  readonly #types = new Map<string, string>()

  constructor(query: SetPlan) {
    this.#query = query
  }

  add(row: Value): void {
    if (row.type !== 'struct') return
    row.values.forEach((value, at) => {
      const name = row.names[at] as string
      const group = typeGroup(value)
      const known = this.#types.get(name)
      if (group !== undefined && known !== undefined && known !== group) throw this.#mismatch(name, known, group)
      if (group !== undefined) this.#types.set(name, group)
    })
  }

  #mismatch(name: string, known: string, group: string): LedgerError {
    const { op, span } = this.#query
    return new LedgerError(
      'evaluator/invalid',
      `${op.toUpperCase()} needs both sides to have columns of comparable types, but '${name}' holds ${known} and ${group}`,
      { span, help: `OUTER ${op.toUpperCase()} combines any values` },
    )
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
    case 'date':
    case 'timestamp':
      return 'timestamp'
    default:
      return value.type
  }
}
