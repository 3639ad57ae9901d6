import type { SortKeyPlan, SortOperator } from '../plan/plan.ts'
import { compareTotal } from '../values/compare.ts'
import { isAbsent, type Value } from '../values/value.ts'
import { compileExpression } from './compile-expression.ts'
import { compileBounds } from './compile-query.ts'
import type { Compiler, Evaluate, Frame, Open } from './frame.ts'
import { compileOperator } from './operators.ts'
import { copySlots, forEachRow, type SavedRow, savedCursor } from './saved-rows.ts'

interface HeldRow {
  readonly keys: readonly Value[]
  readonly row: SavedRow
}

/** ORDER BY: equal rows keep the order in which they came. Holds all rows, or few more than LIMIT and OFFSET want. */
export function compileSort({ input, keys, slots, top }: SortOperator, compiler: Compiler): Open {
  const open = compileOperator(input, compiler)
  const order = compileKeys(keys, compiler)
  const bounds = top && compileBounds(top, compiler)
  const byKeys = (a: HeldRow, b: HeldRow) => order.compare(a.keys, b.keys)
  return (frame) => {
    const { limit, offset } = bounds?.(frame) ?? { limit: Number.POSITIVE_INFINITY, offset: 0 }
    const wanted = limit + offset
    const heldMax = 2 * wanted + 1_000
    const held: HeldRow[] = []
    forEachRow(open(frame), () => {
      held.push({ keys: order.keysOf(frame), row: copySlots(frame, slots) })
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
        const { descending, nullsFirst } = keys[at] as SortKeyPlan
        const first = a[at] as Value
        const second = b[at] as Value
        const absentFirst = isAbsent(first)
        const absentSecond = isAbsent(second)
        if (absentFirst && absentSecond) continue
        if (absentFirst || absentSecond) return absentFirst === nullsFirst ? -1 : 1
        const order = compareTotal(first, second)
        if (order !== 0) return descending ? -order : order
      }
      return 0
    },
  }
}
