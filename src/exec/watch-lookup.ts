import { LedgerError } from '../base/errors.ts'
import type { Operator, PlanExpression, TableScan } from '../plan/plan.ts'
import { string } from '../values/value.ts'
import { compileTest } from './compile-operators.ts'
import type { Cursor, Frame, Open } from './frame.ts'
import type { Compiler } from './compiler.ts'

/**
 * The rows of a look-up under the condition that it serves. Where it finds none there is nothing to compare, and a key of
 * the wrong type would get no notice: then some documents of the table are compared instead. They count as no reads.
 */
export function watchLookup(
  open: Open,
  input: Operator,
  conditions: readonly PlanExpression[],
  compiler: Compiler,
): Open {
  const isLookup = input.kind === 'scan-table' && input.access.kind !== 'scan'
  const marks = conditions.map((one) => compiler.sites.comparisonMark(one)).filter((mark) => mark !== 0)
  if (!isLookup || marks.length === 0) return open
  const tests = conditions.map((condition) => compileTest(condition, compiler.family.read))
  return (frame) => {
    const rows = open(frame)
    const isSettled = () => marks.every((mark) => frame.marks[mark] !== 0)
    if (frame.observation === undefined || isSettled()) return rows
    let isEmpty = true
    const watched: Cursor = {
      next() {
        const isRow = rows.next()
        if (!isRow && isEmpty && !isSettled() && frame.observation?.mayCompareOthers(input) === true) {
          for (const test of tests) tryOnOthers(input, test, frame)
        }
        isEmpty = false
        return isRow
      },
      close: () => rows.close(),
    }
    return watched
  }
}

function tryOnOthers(scan: TableScan, test: (frame: Frame) => boolean, frame: Frame): void {
  const { source, slot, bySlot } = scan
  if (source.kind === 'system') return
  const { slots } = frame
  const before = frame.textBytes
  const view = source.kind === 'history' ? 'committed' : source.view
  for (const { value, documentId } of frame.context.source.someOf?.(source.table.tableId, view) ?? []) {
    slots[slot] = value
    if (bySlot !== undefined) slots[bySlot] = string(documentId)
    try {
      test(frame)
    } catch (error) {
      // Of a row that the statement does not read it does not know the errors either.
      if (!(error instanceof LedgerError) || !/^(?:value|evaluator)\//.test(error.code)) throw error
    }
    frame.releaseTexts(before)
  }
}
