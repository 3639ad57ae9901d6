import type { Bounds, SortKeyPlan, SortOperator } from '../plan/plan.ts'
import { detached } from '../values/binary-reader.ts'
import { compareTotal } from '../values/compare.ts'
import { int, isAbsent, type Value } from '../values/value.ts'
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
    const orderOf = compileOrder(sort, compiler)
    return (frame) => {
      const rows: SavedRow[] = []
      const order = orderOf(frame, () => void rows.push(save(frame)))
      return savedCursor(
        Array.from(order, (row) => rows[row] as SavedRow),
        slots,
        frame,
      )
    }
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

/** Reads all rows, has each one held by `hold`, and gives their numbers in the order of the sort. */
export function compileOrder(
  { input, keys }: SortOperator,
  compiler: Compiler,
): (frame: Frame, hold: () => void) => ArrayLike<number> {
  const open = compileOperator(input, compiler)
  const evaluate = keys.map((key) => compileExpression(key.value, compiler))
  return (frame, hold) => {
    const columns = keys.map((key) => new KeyColumn(key))
    let count = 0
    forEachRow(open(frame), () => {
      for (let at = 0; at < columns.length; at += 1) {
        ;(columns[at] as KeyColumn).push((evaluate[at] as Evaluate)(frame))
      }
      hold()
      count += 1
    })
    const [only, second] = columns
    const packed = second === undefined ? only?.packedOrder() : undefined
    if (packed !== undefined) return packed
    const order = Array.from({ length: count }, (_, position) => position)
    const compare = columns.map((column) => column.order())
    return order.sort((a, b) => compare.reduce((found, one) => (found === 0 ? one(a, b) : found), 0))
  }
}

/** One of the keys for all rows: plain numbers as long as the keys are that. */
class KeyColumn {
  readonly #key: SortKeyPlan
  #numbers: number[] | undefined = []
  readonly #values: Value[] = []

  constructor(key: SortKeyPlan) {
    this.#key = key
  }

  push(value: Value): void {
    if (this.#numbers !== undefined) {
      if (value.type === 'int' && typeof value.value === 'number' && value.annotations === undefined) {
        this.#numbers.push(value.value)
        return
      }
      for (const number of this.#numbers) this.#values.push(int(number))
      this.#numbers = undefined
    }
    this.#values.push(detached(value))
  }

  /**
   * The rows' numbers in the order of this key alone, where key and number fit into one exact number: that is sorted
   * without comparing functions. Undefined where they don't.
   */
  packedOrder(): Float64Array | undefined {
    const numbers = this.#numbers
    if (numbers === undefined) return undefined
    const count = numbers.length
    // An eighth of what is exact: the quotient below must not be rounded up to the next key.
    const largest = Number.MAX_SAFE_INTEGER / count / 8
    const sign = this.#key.descending ? -1 : 1
    const packed = new Float64Array(count)
    for (let row = 0; row < count; row += 1) {
      const key = numbers[row] as number
      if (Math.abs(key) > largest) return undefined
      packed[row] = sign * key * count + row
    }
    packed.sort()
    for (let at = 0; at < count; at += 1) {
      const both = packed[at] as number
      packed[at] = both - Math.floor(both / count) * count
    }
    return packed
  }

  /** The order of two rows by this key. */
  order(): (a: number, b: number) => number {
    const key = this.#key
    if (this.#numbers === undefined) {
      const values = this.#values
      return (a, b) => compareKeys(values[a] as Value, values[b] as Value, key)
    }
    const numbers = Float64Array.from(this.#numbers)
    if (key.descending) return (a, b) => (numbers[b] as number) - (numbers[a] as number)
    return (a, b) => (numbers[a] as number) - (numbers[b] as number)
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
