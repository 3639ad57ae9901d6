import type { Bounds, SortKeyPlan, SortOperator } from '../plan/plan.ts'
import { detached } from '../values/binary-reader.ts'
import type { Value } from '../values/value.ts'
import { compileExpression } from './compile-expression.ts'
import { compileBounds } from './compile-query.ts'
import type { Cursor, Evaluate, Frame, Open } from './frame.ts'
import type { Compiler } from './compiler.ts'
import { heapBytesOf } from './heap-bytes.ts'
import { compareKeys, KeyColumn, orderOfKeys } from './key-columns.ts'
import { compileOperator } from './operators.ts'
import { compileSave, forEachRow, type SaveRow } from './saved-rows.ts'
import { SortedRows, SortedRuns } from './spill/sorted-rows.ts'
import { Holding } from './statement-memory.ts'

/** ORDER BY: equal rows keep the order in which they came. Holds all rows, or few more than LIMIT and OFFSET want. */
export function compileSort(sort: SortOperator, compiler: Compiler): Open {
  const { slots } = sort
  const save = compileSave(slots, compiler)
  if (holdsAll(sort)) {
    const open = compileOrder<Value[]>(sort, compiler)
    return (frame) =>
      slotCursor(
        open(frame, () => new SavedRows(save)),
        slots,
        0,
        frame,
      )
  }
  const open = compileOperator(sort.input, compiler)
  const order = compileKeys(sort.keys, compiler)
  const bounds = compileBounds(sort.top as Bounds, compiler)
  return (frame) => {
    const { limit, offset } = bounds(frame)
    const rows = new SortedRows(order.compare, frame, limit + offset)
    const add = () => {
      const keys = order.keysOf(frame)
      if (rows.wants(keys)) rows.add([...keys.map(detached), ...save(frame)])
    }
    forEachRow(open(frame), add, frame)
    const sorted = rows.sorted()
    return slotCursor({ next: () => sorted.next(), close: () => rows.close() }, slots, sort.keys.length, frame)
  }
}

/** Rows in an order, to be read once. */
export interface OrderedRows<Row> {
  next(): Row | undefined
  close(): void
}

/** Puts rows into slots, without as many values in front as `skipped`. */
function slotCursor(ordered: OrderedRows<Value[]>, slots: readonly number[], skipped: number, frame: Frame): Cursor {
  return {
    next() {
      const row = ordered.next()
      if (row === undefined) return false
      frame.step()
      for (let at = 0; at < slots.length; at += 1) frame.slots[slots[at] as number] = row[skipped + at] as Value
      return true
    },
    close: () => ordered.close(),
  }
}

/** Whether every row comes out again: no LIMIT or OFFSET counts them. */
export function holdsAll({ top }: SortOperator): boolean {
  return top === undefined || (top.limit === undefined && top.offset === undefined)
}

/** What a sort holds of its rows, which are numbered from 0. */
export interface Held<Row> {
  /** Takes the row that the frame holds, and returns about how many bytes that takes. */
  add(frame: Frame): number
  /** What is written to a temporary file. */
  valuesOf(row: number): Value[]
  rowOf(row: number): Row
  /** The row of such values. */
  rowFrom(values: Value[]): Row
}

class SavedRows implements Held<Value[]> {
  readonly #save: SaveRow
  readonly #rows: Value[][] = []

  constructor(save: SaveRow) {
    this.#save = save
  }

  add(frame: Frame): number {
    const row = this.#save(frame)
    this.#rows.push(row)
    return heapBytesOf(row, 24, frame.memory.limits.memoryBytes)
  }

  valuesOf(row: number): Value[] {
    return this.#rows[row] as Value[]
  }

  rowOf(row: number): Value[] {
    return this.valuesOf(row)
  }

  rowFrom(values: Value[]): Value[] {
    return values
  }
}

/** Reads all rows, and gives what is held of each in the order of the sort. `start` makes what holds them, or some of them. */
export function compileOrder<Row>(
  { input, keys }: SortOperator,
  compiler: Compiler,
): (frame: Frame, start: () => Held<Row>) => OrderedRows<Row> {
  const open = compileOperator(input, compiler)
  const evaluate = keys.map((key) => compileExpression(key.value, compiler))
  return (frame, start) => {
    const sorter = new Sorter(keys, evaluate, start, frame)
    forEachRow(open(frame), () => sorter.add(), frame)
    const next = sorter.sorted()
    return { next, close: () => sorter.close() }
  }
}

/** The rows of a sort that holds all: the keys in columns, beside what is held of the rows. */
class Sorter<Row> {
  readonly #keys: readonly SortKeyPlan[]
  readonly #evaluate: readonly Evaluate[]
  readonly #start: () => Held<Row>
  readonly #frame: Frame
  readonly #holding: Holding
  #columns: KeyColumn[]
  #held: Held<Row>
  #count = 0
  #runs: SortedRuns | undefined

  constructor(keys: readonly SortKeyPlan[], evaluate: readonly Evaluate[], start: () => Held<Row>, frame: Frame) {
    this.#keys = keys
    this.#evaluate = evaluate
    this.#start = start
    this.#frame = frame
    this.#holding = new Holding(frame.memory)
    this.#columns = keys.map((key) => new KeyColumn(key))
    this.#held = start()
  }

  /** Takes the row that the frame holds. */
  add(): void {
    let bytes = 0
    for (let at = 0; at < this.#columns.length; at += 1) {
      bytes += (this.#columns[at] as KeyColumn).push((this.#evaluate[at] as Evaluate)(this.#frame))
    }
    bytes += this.#held.add(this.#frame)
    this.#count += 1
    if (!this.#holding.hold(bytes)) this.#spill()
  }

  sorted(): () => Row | undefined {
    if (this.#runs !== undefined) {
      if (this.#count > 0) this.#spill()
      const rows = this.#runs.merged()
      const keys = this.#keys.length
      return () => {
        const row = rows.next()
        return row === undefined ? undefined : this.#held.rowFrom(row.slice(keys))
      }
    }
    const order = this.#order()
    let at = -1
    return () => {
      at += 1
      return at < order.length ? this.#held.rowOf(order[at] as number) : undefined
    }
  }

  close(): void {
    this.#clear()
    this.#runs?.close()
  }

  #clear(): void {
    this.#columns = this.#keys.map((key) => new KeyColumn(key))
    this.#held = this.#start()
    this.#count = 0
    this.#holding.release()
  }

  /** Writes what is held as one run. */
  #spill(): void {
    this.#runs ??= new SortedRuns((a, b) => compareRows(a, b, this.#keys), this.#frame)
    this.#runs.add(this.#rows())
    this.#clear()
  }

  *#rows(): Generator<Value[]> {
    for (const row of Array.from(this.#order())) {
      yield [...this.#columns.map((column) => column.valueOf(row)), ...this.#held.valuesOf(row)]
    }
  }

  #order(): ArrayLike<number> {
    return orderOfKeys(this.#columns, this.#count, () => this.#frame.step())
  }
}

export interface CompiledKeys {
  keysOf(frame: Frame): readonly Value[]
  compare(a: readonly Value[], b: readonly Value[]): number
}

/** ORDER BY's comparison: the total order of values, NULL and MISSING alike and where NULLS FIRST or LAST wants them. */
export function compileKeys(keys: readonly SortKeyPlan[], compiler: Compiler): CompiledKeys {
  const evaluate: readonly Evaluate[] = keys.map((key) => compileExpression(key.value, compiler))
  return {
    keysOf: (frame) => evaluate.map((key) => key(frame)),
    compare: (a, b) => compareRows(a, b, keys),
  }
}

/** Of rows that begin with their keys. */
function compareRows(a: readonly Value[], b: readonly Value[], keys: readonly SortKeyPlan[]): number {
  for (let at = 0; at < keys.length; at += 1) {
    const order = compareKeys(a[at] as Value, b[at] as Value, keys[at] as SortKeyPlan)
    if (order !== 0) return order
  }
  return 0
}
