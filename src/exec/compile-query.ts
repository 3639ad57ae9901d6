import { LedgerError } from '../base/errors.ts'
import type { PivotPlan, PlanExpression, QueryPlan, SelectPlan, WithPlan } from '../plan/plan.ts'
import { isCorrelated } from '../plan/walk-plan.ts'
import { PackedColumns } from '../values/packed-row.ts'
import { bag, falseValue, list, missing, nullValue, struct, trueValue, type Value } from '../values/value.ts'
import { compileExpression } from './compile-expression.ts'
import { DistinctRows } from './distinct-values.ts'
import { type DoubtedQuery, keepsRows, type Standing } from './doubts.ts'
import type { Cursor, Evaluate, Frame, OpenRows } from './frame.ts'
import { type Compiler, undoubting } from './compiler.ts'
import { heapBytes } from './heap-bytes.ts'
import { compileOperator } from './operators.ts'
import { profiledCursor, profiledRows, profiledValue } from './profile.ts'
import { forEachRow } from './saved-rows.ts'
import { type HeldColumn, HeldRows } from './held-rows.ts'
import { heldColumns, rowOf } from './row.ts'
import { compileOrder, type Held, holdsAll, type OrderedRows } from './sort.ts'
import { compileSetRows } from './set-operation.ts'
import { Holding } from './statement-memory.ts'
import type { SizeSum } from './value-limits.ts'
import { compileWritten, constructing, isWritten, sourcing } from './written-values.ts'
import { mistyped, siteOf } from './type-errors.ts'

type Query = Extract<PlanExpression, { kind: 'query' }>

/** A query as a value: a bag, a list when it has an order, a struct for PIVOT, or what SQL's coercion makes of it. */
export function compileSubquery(expression: Query, compiler: Compiler, takesSureRows = false): Evaluate {
  const make = (one: Compiler) => compileCoerced(expression, one)
  const standing: Standing = takesSureRows && keepsRows(expression.query) ? 'rows' : 'unknown'
  const evaluate = compileInDoubt(make, expression.query, () => standing, compiler)
  return isCorrelated(expression.query) ? evaluate : compileKept(expression, evaluate, compiler)
}

/** In the second look at a change's conditions a sub-query is MISSING where it is in doubt. */
function compileInDoubt(
  make: (compiler: Compiler) => Evaluate,
  query: QueryPlan,
  standing: (value: Value) => Standing,
  compiler: Compiler,
): Evaluate {
  const { doubts } = compiler
  const evaluate = make(compiler)
  if (doubts === undefined) return evaluate
  let plain: Evaluate | undefined
  const doubted: DoubtedQuery = {
    evaluate,
    plain: (frame) => {
      plain ??= make(undoubting(compiler))
      return plain(frame)
    },
    standing,
    isWhole: !isCorrelated(query),
    marks: () => compiler.sites.marks,
  }
  return (frame) => doubts.evaluate(doubted, frame) ?? missing
}

/** The rows of a FROM sub-query in the second look at a change: MISSING where they are in doubt. */
export function compileWholeRows(query: QueryPlan, compiler: Compiler): Evaluate {
  const make = (one: Compiler): Evaluate => {
    const { open, ordered } = compileRowSource(query, one)
    const collected = ordered ? list : bag
    return (frame) => collected(collect(open(frame), frame))
  }
  const evaluate = compileInDoubt(make, query, () => 'unknown', compiler)
  return isCorrelated(query) ? evaluate : compileKept(query, evaluate, compiler)
}

/** EXISTS over a SELECT reads one row; undefined for other queries, which are evaluated as a whole. */
export function compileExists({ query, coercion }: Query, compiler: Compiler): Evaluate | undefined {
  if (query.kind !== 'select' || coercion !== 'none') return undefined
  const make = (one: Compiler): Evaluate => {
    const { open } = compileRowSource(query, one)
    return (frame) => {
      const rows = open(frame)
      try {
        return rows.next().done === true ? falseValue : trueValue
      } finally {
        rows.return?.()
      }
    }
  }
  const keeps = keepsRows(query)
  const standing = (value: Value): Standing => (keeps && value === trueValue ? 'sure' : 'unknown')
  const evaluate = compileInDoubt(make, query, standing, compiler)
  return isCorrelated(query) ? evaluate : compileKept(query, evaluate, compiler)
}

/** What does not depend on the rows around it is evaluated once in a run; an error is raised every time. */
export function compileKept(part: object, evaluate: Evaluate, { doubts }: Compiler): Evaluate {
  // A second look at a condition finds results of its own.
  const node = doubts === undefined ? part : {}
  return (frame) => {
    const known = frame.results.get(node)
    if (known !== undefined) {
      const doubt = frame.doubts.get(node)
      if (doubt !== undefined) doubts?.note(doubt)
      return known
    }
    const before = doubts?.count
    const value = evaluate(frame)
    if (doubts?.last !== undefined && doubts.count !== before) {
      const { message, span, help } = doubts.last
      frame.doubts.set(node, { message, span, help })
    }
    frame.kept.keep(heapBytes(value, frame.memory.limits.memoryBytes))
    frame.results.set(node, value)
    return value
  }
}

/** No row: MISSING in permissive typing, as for all that is not one row (specification, section 9.1); else SQL's NULL. */
function compileCoerced(expression: Query, compiler: Compiler): Evaluate {
  const { query, coercion, span } = expression
  const evaluate = compileWhole(query, compiler)
  if (coercion === 'none') return evaluate
  if (coercion === 'values') {
    return (frame) => {
      const rows = evaluate(frame)
      return rows.type === 'bag' || rows.type === 'list' ? bag(rows.items.map(onlyColumn)) : rows
    }
  }
  const site = siteOf(expression, compiler, 'rows')
  return (frame) => {
    const rows = evaluate(frame)
    if (rows.type !== 'bag' && rows.type !== 'list') return rows
    const [row, second] = rows.items
    if (row === undefined) return noRow(compiler, span)
    if (second !== undefined) return mistyped(site, 'the sub-query gives more than one row', frame)
    frame.marks[site.mark] = 1
    return onlyColumn(row)
  }
}

function noRow(compiler: Compiler, span: Query['span']): Value {
  if (compiler.family.read.raises) return nullValue
  if (!isWritten(compiler)) return missing
  throw new LedgerError('evaluator/missing-value', 'the sub-query gives no row', {
    span,
    help: 'write COALESCE((SELECT …), NULL) to store NULL where there is none',
  })
}

/** The value of a row with one column, which may be MISSING; a row that has been made a list is what it is. */
function onlyColumn(row: Value): Value {
  return row.type === 'struct' ? (row.values[0] ?? missing) : row
}

function compileWhole(query: QueryPlan, compiler: Compiler): Evaluate {
  switch (query.kind) {
    case 'select':
    case 'set': {
      const { open, ordered } = compileRowSource(query, compiler)
      const make = ordered ? list : bag
      return (frame) => make(collect(open(frame), frame, frame.values.sum(query.span)))
    }
    case 'pivot':
      return profiledValue(compilePivot(query, compiler), query, compiler)
    case 'with':
      return compileWith(query, compiler)
  }
}

/**
 * All rows. They are charged while they are collected; whoever keeps them longer charges them again. `size` bounds those
 * that become one value.
 */
export function collect(rows: Iterator<Value>, frame: Frame, size?: SizeSum): Value[] {
  const items: Value[] = []
  const { memory } = frame
  const holding = new Holding(memory)
  try {
    for (let found = rows.next(); found.done !== true; found = rows.next()) {
      size?.add(found.value)
      holding.keep(8 + heapBytes(found.value, memory.limits.memoryBytes))
      items.push(found.value)
    }
    return items
  } finally {
    holding.release()
    rows.return?.()
  }
}

function compileWith({ bindings, body }: WithPlan, compiler: Compiler): Evaluate {
  const compiled = bindings.map((binding) => ({
    slot: binding.slot,
    evaluate: compileExpression(binding.value, compiler),
  }))
  const evaluate = compileExpression(body, compiler)
  return (frame) => {
    for (const binding of compiled) frame.slots[binding.slot] = binding.evaluate(frame)
    return evaluate(frame)
  }
}

export interface RowSource {
  readonly open: OpenRows
  readonly ordered: boolean
}

/** Whether a query gives rows one by one. */
export function hasRows({ kind }: QueryPlan): boolean {
  return kind === 'select' || kind === 'set'
}

/** The rows of a SELECT or a set operation, each made when it is asked for. */
export function compileRowSource(query: QueryPlan, compiler: Compiler): RowSource {
  const { open, ordered } = compileRows(query, compiler)
  return { open: profiledRows(open, query, compiler), ordered }
}

function compileRows(query: QueryPlan, compiler: Compiler): RowSource {
  if (query.kind === 'set') return { open: compileSetRows(query, compiler), ordered: query.sort !== undefined }
  if (query.kind !== 'select') throw new LedgerError('semantic/invalid', 'this query has no rows to stream')
  const bounds = compileBounds(query, compiler)
  const { distinct, input } = query
  if (input.kind === 'sort' && holdsAll(input) && !compiler.raises) {
    // Nothing of a row is needed but its keys and what the query makes of it.
    const orderOf = compileOrder<Value>(input, compiler)
    const startHolding = compileHolding(query.value, compiler)
    const open: OpenRows = (frame) => {
      let values: OrderedValues | undefined
      const start = () => {
        values = new OrderedValues(orderOf(frame, startHolding), frame)
        return values
      }
      const rows = profiledCursor(start, input, frame)
      return new SelectRows(rows, (values as unknown as OrderedValues).current, distinct, bounds(frame), frame)
    }
    return { open, ordered: query.ordered }
  }
  const value = compileExpression(query.value, compiler)
  const openInput = compileOperator(input, sourcing(compiler))
  const open: OpenRows = (frame) => new SelectRows(openInput(frame), value, distinct, bounds(frame), frame)
  return { open, ordered: query.ordered }
}

interface Bounds {
  readonly offset: number
  readonly limit: number
}

/** What holds what a query makes of its rows. The columns of a SELECT list are held one by one, any other value as it is. */
function compileHolding(expression: PlanExpression, compiler: Compiler): () => Held<Value> {
  const columns = expression.kind === 'row' ? heldColumns(expression, compiler) : undefined
  if (columns !== undefined) {
    const packed = new PackedColumns(columns.names)
    return () => new HeldResults(columns.columns, packed)
  }
  const only = [{ evaluate: compileExpression(expression, compiler), findBytes: undefined, findField: undefined }]
  return () => new HeldResults(only, undefined)
}

/** Rows of a result, to be given in another order. */
class HeldResults implements Held<Value> {
  readonly #rows: HeldRows
  /** Undefined for rows that are no structs of columns, but one value each. */
  readonly #columns: PackedColumns | undefined

  constructor(columns: readonly HeldColumn[], packed: PackedColumns | undefined) {
    this.#rows = new HeldRows(columns)
    this.#columns = packed
  }

  add(frame: Frame): number {
    return this.#rows.add(frame)
  }

  valuesOf(row: number): Value[] {
    return this.#rows.valuesOf(row)
  }

  rowOf(row: number): Value {
    const packed = this.#columns && this.#rows.packedOf(row, this.#columns)
    return packed ?? this.rowFrom(this.#rows.valuesOf(row))
  }

  rowFrom(values: Value[]): Value {
    return this.#columns === undefined ? (values[0] as Value) : rowOf(this.#columns.names, values)
  }
}

/** Values that are held, in an order. */
class OrderedValues implements Cursor {
  readonly #ordered: OrderedRows<Value>
  readonly #frame: Frame
  #value: Value | undefined

  constructor(ordered: OrderedRows<Value>, frame: Frame) {
    this.#ordered = ordered
    this.#frame = frame
  }

  next(): boolean {
    this.#frame.step()
    this.#value = this.#ordered.next()
    return this.#value !== undefined
  }

  readonly current = (): Value => this.#value as Value

  close(): void {
    this.#ordered.close()
  }
}

class SelectRows implements Iterator<Value, undefined> {
  readonly #input: Cursor
  readonly #value: Evaluate
  readonly #frame: Frame
  readonly #distinct: DistinctRows | undefined
  #skip: number
  #left: number
  #isClosed = false

  constructor(input: Cursor, value: Evaluate, distinct: boolean, bounds: Bounds, frame: Frame) {
    this.#input = input
    this.#value = value
    this.#frame = frame
    this.#distinct = distinct ? new DistinctRows(frame) : undefined
    this.#skip = bounds.offset
    this.#left = bounds.limit
  }

  next(): IteratorResult<Value, undefined> {
    const before = this.#frame.textBytes
    try {
      return this.#next(before)
    } finally {
      this.#frame.releaseTexts(before)
    }
  }

  #next(before: number): IteratorResult<Value, undefined> {
    while (!this.#isClosed && this.#left > 0 && this.#input.next()) {
      if (this.#distinct === undefined) {
        if (this.#skip === 0) return this.#given(this.#value(this.#frame))
        this.#skip -= 1
        continue
      }
      const value = this.#value(this.#frame)
      if (!this.#distinct.isNew(value)) {
        this.#frame.releaseTexts(before)
        continue
      }
      if (this.#skip === 0) return this.#given(value)
      this.#skip -= 1
    }
    for (;;) {
      const value = this.#isClosed || this.#left === 0 ? undefined : this.#distinct?.next()
      if (value === undefined) return this.return()
      if (this.#skip === 0) return this.#given(value)
      this.#skip -= 1
    }
  }

  #given(value: Value): IteratorResult<Value, undefined> {
    this.#left -= 1
    return { done: false, value }
  }

  return(): IteratorResult<Value, undefined> {
    if (!this.#isClosed) {
      this.#isClosed = true
      this.#input.close()
      this.#distinct?.close()
    }
    return { done: true, value: undefined }
  }
}

type Bounded = Pick<SelectPlan, 'limit' | 'offset' | 'span'>

/** LIMIT and OFFSET. Anything but an integer from 0 on is an error in both typing modes: people rely on a limit. */
export function compileBounds({ limit, offset }: Bounded, compiler: Compiler): (frame: Frame) => Bounds {
  const limitOf = limit && compileBound('LIMIT', limit, compiler)
  const offsetOf = offset && compileBound('OFFSET', offset, compiler)
  return (frame) => ({
    limit: limitOf === undefined ? Number.POSITIVE_INFINITY : limitOf(frame),
    offset: offsetOf === undefined ? 0 : offsetOf(frame),
  })
}

function compileBound(clause: string, bound: PlanExpression, compiler: Compiler): (frame: Frame) => number {
  const evaluate = compileExpression(bound, compiler)
  return (frame) => {
    const value = evaluate(frame)
    if (value.type === 'int' && value.value >= 0) return Number(value.value)
    const found = value.type === 'int' ? value.value.toString() : value.type.toUpperCase()
    throw new LedgerError('evaluator/invalid', `${clause} takes an integer from 0 on, found ${found}`, {
      span: bound.span,
    })
  }
}

/** PIVOT: one struct; rows whose name is no text are left out in permissive typing (specification, section 6.2). */
function compilePivot(query: PivotPlan, compiler: Compiler): Evaluate {
  const open = compileOperator(query.input, sourcing(compiler))
  const name = compileExpression(query.name, constructing(compiler))
  const value = compileWritten(query.value, 'a field of PIVOT', constructing(compiler))
  const bounds = compileBounds(query, compiler)
  const site = siteOf(query.name, compiler, 'name')
  return (frame) => {
    const { offset, limit } = bounds(frame)
    const names: string[] = []
    const values: Value[] = []
    const size = frame.values.sum(query.span)
    let count = 0
    forEachRow(open(frame), () => {
      count += 1
      if (count <= offset || count > offset + limit) return
      const key = name(frame)
      const field = value(frame)
      if (key.type !== 'string' && key.type !== 'symbol') {
        mistyped(site, `a field's name must be a string, not ${key.type}`, frame)
      } else if (field.type !== 'missing') {
        size.add(key)
        size.add(field)
        names.push(key.value)
        values.push(field)
        frame.marks[site.mark] = 1
      }
    })
    return struct(names, values)
  }
}
