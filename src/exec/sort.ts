import type { Bounds, SortKeyPlan, SortOperator } from '../plan/plan.ts'
import { detached } from '../values/binary-reader.ts'
import { compareTotal } from '../values/compare.ts'
import { type IntValue, isAbsent, type Value } from '../values/value.ts'
import { compileExpression } from './compile-expression.ts'
import { compileBounds } from './compile-query.ts'
import type { Compiler, Evaluate, Frame, Open } from './frame.ts'
import { compileOperator } from './operators.ts'
import { compileSave, forEachRow, type SavedRow, savedCursor } from './saved-rows.ts'

interface HeldRow {
  readonly keys: readonly Value[]
  readonly row: SavedRow
}

/** ORDER BY: equal rows keep the order in which they came. Holds all rows, or few more than LIMIT and OFFSET want. */
export function compileSort(sort: SortOperator, compiler: Compiler): Open {
  const { slots } = sort
  const save = compileSave(slots, compiler)
  if (holdsAll(sort)) {
    const openSorted = compileSorted(sort, save, compiler)
    return (frame) => savedCursor(openSorted(frame), slots, frame)
  }
  const open = compileOperator(sort.input, compiler)
  const order = compileKeys(sort.keys, compiler)
  const bounds = compileBounds(sort.top as Bounds, compiler)
  const byKeys = (a: HeldRow, b: HeldRow) => order.compare(a.keys, b.keys)
  return (frame) => {
    const { limit, offset } = bounds(frame)
    const wanted = limit + offset
    const heldMax = 2 * wanted + 1_000
    const held: HeldRow[] = []
    forEachRow(open(frame), () => {
      held.push({ keys: order.keysOf(frame), row: save(frame) })
      if (held.length <= heldMax) return
      held.sort(byKeys)
      held.length = wanted
    })
    held.sort(byKeys)
    return savedCursor(
      held.map((one) => one.row),
      slots,
      frame,
    )
  }
}

/** Whether every row comes out again: no LIMIT or OFFSET counts them. */
export function holdsAll({ top }: SortOperator): boolean {
  return top === undefined || (top.limit === undefined && top.offset === undefined)
}

/** What `make` makes of every row of the input, in the order of the sort. */
export function compileSorted<T>(
  { input, keys }: SortOperator,
  make: (frame: Frame) => T,
  compiler: Compiler,
): (frame: Frame) => readonly T[] {
  const open = compileOperator(input, compiler)
  const evaluate = keys.map((key) => compileExpression(key.value, compiler))
  return (frame) => {
    const columns: Value[][] = keys.map(() => [])
    const made: T[] = []
    forEachRow(open(frame), () => {
      for (let at = 0; at < columns.length; at += 1) {
        ;(columns[at] as Value[]).push(detached((evaluate[at] as Evaluate)(frame)))
      }
      made.push(make(frame))
    })
    const compare = columns.map((column, at) => columnOrder(column, keys[at] as SortKeyPlan))
    const order = made.map((_, position) => position)
    const [only, second] = compare
    if (only !== undefined && second === undefined) order.sort(only)
    else order.sort((a, b) => compare.reduce((found, one) => (found === 0 ? one(a, b) : found), 0))
    return order.map((position) => made[position] as T)
  }
}

/** The order of two rows by one of their keys; plain numbers where the keys are that. */
function columnOrder(column: readonly Value[], key: SortKeyPlan): (a: number, b: number) => number {
  const sign = key.descending ? -1 : 1
  if (column.every((value) => value.type === 'int' && typeof value.value === 'number')) {
    const numbers = Float64Array.from(column as readonly IntValue[], (value) => value.value as number)
    return (a, b) => ((numbers[a] as number) - (numbers[b] as number)) * sign
  }
  return (a, b) => compareKeys(column[a] as Value, column[b] as Value, key)
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
    compare(a, b) {
      for (let at = 0; at < keys.length; at += 1) {
        const order = compareKeys(a[at] as Value, b[at] as Value, keys[at] as SortKeyPlan)
        if (order !== 0) return order
      }
      return 0
    },
  }
}

function compareKeys(a: Value, b: Value, { descending, nullsFirst }: SortKeyPlan): number {
  const absentFirst = isAbsent(a)
  const absentSecond = isAbsent(b)
  if (absentFirst || absentSecond) return absentFirst === absentSecond ? 0 : absentFirst === nullsFirst ? -1 : 1
  const order = compareTotal(a, b)
  return descending ? -order : order
}
