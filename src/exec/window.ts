import { LedgerError } from '../base/errors.ts'
import type { WindowOperator } from '../plan/plan.ts'
import { equalityKey } from '../values/compare.ts'
import { int, isAbsent, list, nullValue, type Value } from '../values/value.ts'
import { compileExpression } from './compile-expression.ts'
import { type Compiler, type Evaluate, type Frame, mistyped, type Open } from './frame.ts'
import { compileAggregate } from './group.ts'
import { compileOperator } from './operators.ts'
import { compileSave, forEachRow, restoreSlots, type SavedRow, savedCursor } from './saved-rows.ts'
import { compileKeys } from './sort.ts'

interface WindowRow {
  readonly row: SavedRow
  readonly keys: readonly Value[]
  result: Value
}

/** What a window function does with one ordered partition: sets every row's result. */
type WindowFunction = (
  partition: readonly WindowRow[],
  peers: (a: WindowRow, b: WindowRow) => boolean,
  frame: Frame,
) => void

/**
 * Window functions (SQL:2003): rows are put into partitions and ordered there; the rows keep their own order. Ranking,
 * LAG, LEAD, FIRST_VALUE, LAST_VALUE and the aggregates, these over the rows up to the present one and its peers, or
 * over the whole partition without ORDER BY.
 */
export function compileWindow(operator: WindowOperator, compiler: Compiler): Open {
  const open = compileOperator(operator.input, compiler)
  const partitionBy = operator.partitionBy.map((key) => compileExpression(key, compiler))
  const order = compileKeys(operator.orderBy, compiler)
  const { slots } = operator
  const save = compileSave(slots, compiler)
  const functions = operator.functions.map((one) => ({
    slot: one.slot,
    apply: compileFunction(one, slots, operator.orderBy.length > 0, compiler),
  }))
  return (frame) => {
    const rows: WindowRow[] = []
    const partitions = new Map<string, WindowRow[]>()
    forEachRow(open(frame), () => {
      const row: WindowRow = { row: save(frame), keys: order.keysOf(frame), result: nullValue }
      const key = equalityKey(list(partitionBy.map((part) => part(frame))))
      rows.push(row)
      const partition = partitions.get(key)
      if (partition === undefined) partitions.set(key, [row])
      else partition.push(row)
    })
    const extended = rows.map((row) => [...row.row])
    for (const { apply } of functions) {
      for (const partition of partitions.values()) {
        const sorted = [...partition].sort((a, b) => order.compare(a.keys, b.keys))
        apply(sorted, (a, b) => order.compare(a.keys, b.keys) === 0, frame)
      }
      rows.forEach((row, at) => void (extended[at] as Value[]).push(row.result))
    }
    return savedCursor(extended, [...slots, ...functions.map((one) => one.slot)], frame)
  }
}

function compileFunction(
  call: WindowOperator['functions'][number],
  slots: readonly number[],
  isOrdered: boolean,
  compiler: Compiler,
): WindowFunction {
  const args = call.args.map((argument) => compileExpression(argument, compiler))
  const at = (frame: Frame, row: WindowRow, evaluate: Evaluate): Value => {
    restoreSlots(frame, slots, row.row)
    return evaluate(frame)
  }
  const [first, second, third] = args
  switch (call.name) {
    case 'row_number':
      return (partition) => {
        for (const [position, row] of partition.entries()) row.result = int(position + 1)
      }
    case 'rank':
    case 'dense_rank':
      return ranking(call.name === 'dense_rank')
    case 'lag':
    case 'lead': {
      if (first === undefined) break
      const sign = call.name === 'lag' ? -1 : 1
      return (partition, _peers, frame) =>
        partition.forEach((row, position) => {
          const distance = second === undefined ? int(1) : at(frame, row, second)
          if (isAbsent(distance)) {
            row.result = distance
            return
          }
          const steps = distance.type === 'int' ? Number(distance.value) : -1
          if (steps < 0) {
            row.result = mistyped(
              compiler,
              call.span,
              `the offset of ${call.name.toUpperCase()} is a whole number from 0 on`,
            )
            return
          }
          const other = partition[position + sign * steps]
          const otherwise = () => (third === undefined ? nullValue : at(frame, row, third))
          row.result = other === undefined ? otherwise() : at(frame, other, first)
        })
    }
    case 'first_value':
    case 'last_value': {
      if (first === undefined) break
      const isFirst = call.name === 'first_value'
      return (partition, peers, frame) =>
        partition.forEach((row, position) => {
          let end = isOrdered ? position : partition.length - 1
          while (end + 1 < partition.length && peers(partition[end + 1] as WindowRow, row)) end += 1
          row.result = at(frame, partition[isFirst ? 0 : end] as WindowRow, first)
        })
    }
    default:
      return aggregating(call, slots, isOrdered, compiler)
  }
  throw new LedgerError('semantic/argument-count', `the function '${call.name}' needs an argument`, { span: call.span })
}

function ranking(isDense: boolean): WindowFunction {
  return (partition, peers) => {
    let rank = 0
    partition.forEach((row, position) => {
      const before = partition[position - 1]
      if (before === undefined || !peers(before, row)) rank = isDense ? rank + 1 : position + 1
      row.result = int(rank)
    })
  }
}

function aggregating(
  call: WindowOperator['functions'][number],
  slots: readonly number[],
  isOrdered: boolean,
  compiler: Compiler,
): WindowFunction {
  const argument = call.args[0]
  const aggregate = compileAggregate({ ...call, argument, filter: undefined }, compiler)
  return (partition, peers, frame) => {
    const running = aggregate.start(frame)
    let position = 0
    while (position < partition.length) {
      let end = isOrdered ? position : partition.length - 1
      while (end + 1 < partition.length && peers(partition[end + 1] as WindowRow, partition[position] as WindowRow))
        end += 1
      const peersHere = partition.slice(position, end + 1)
      for (const row of peersHere) {
        restoreSlots(frame, slots, row.row)
        running.add()
      }
      const result = running.result()
      for (const row of peersHere) row.result = isAbsent(result) ? nullValue : result
      position = end + 1
    }
  }
}
