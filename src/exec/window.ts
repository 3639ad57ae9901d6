import type { WindowOperator } from '../plan/plan.ts'
import { detached } from '../values/binary-reader.ts'
import type { Value } from '../values/value.ts'
import { compileExpression } from './compile-expression.ts'
import type { Compiler, Open } from './frame.ts'
import { compileOperator } from './operators.ts'
import { compileSave, forEachRow, savedCursor } from './saved-rows.ts'
import { type CompiledKeys, compileKeys } from './sort.ts'
import { tupleKey } from './value-map.ts'
import { WindowColumns } from './window-columns.ts'
import { compileWindowCall } from './window-functions.ts'
import type { Partition } from './window-partition.ts'

/**
 * Window functions (SQL:2016, section 4.16.3): rows are put into partitions and ordered there, and each gets the results of
 * the functions over its partition or its frame in it. The rows keep their own order.
 */
export function compileWindow(operator: WindowOperator, compiler: Compiler): Open {
  const { slots, orderBy } = operator
  const open = compileOperator(operator.input, compiler)
  const partitionBy = operator.partitionBy.map((key) => compileExpression(key, compiler))
  const order = compileKeys(orderBy, compiler)
  const columns = new WindowColumns(operator, compiler)
  const functions = operator.functions.map((call) => compileWindowCall(call, orderBy, columns))
  const save = compileSave(slots, compiler)
  const resultSlots = operator.functions.map((call) => call.slot)
  return (frame) => {
    const rows: Value[][] = []
    const values: Value[][] = []
    const partitions = new Map<string, number[]>()
    forEachRow(open(frame), () => {
      const key = tupleKey(partitionBy.map((part) => part(frame)))
      const partition = partitions.get(key)
      if (partition === undefined) partitions.set(key, [rows.length])
      else partition.push(rows.length)
      values.push(columns.evaluate.map((evaluate) => detached(evaluate(frame))))
      rows.push(save(frame))
    })
    for (const numbers of partitions.values()) {
      numbers.sort((a, b) => order.compare(values[a] as Value[], values[b] as Value[]))
      const partition = new HeldPartition(values, numbers, order)
      const results = functions.map((start) => start(partition, frame))
      numbers.forEach((number, row) => {
        frame.step()
        for (const result of results) (rows[number] as Value[]).push(result(row))
      })
    }
    return savedCursor(rows, [...slots, ...resultSlots], frame)
  }
}

class HeldPartition implements Partition {
  readonly #values: readonly Value[][]
  readonly #numbers: readonly number[]
  readonly #order: CompiledKeys

  constructor(values: readonly Value[][], numbers: readonly number[], order: CompiledKeys) {
    this.#values = values
    this.#numbers = numbers
    this.#order = order
  }

  get size(): number {
    return this.#numbers.length
  }

  value(column: number, row: number): Value {
    return this.#valuesOf(row)[column] as Value
  }

  beginsPeers(row: number): boolean {
    return row === 0 || this.#order.compare(this.#valuesOf(row - 1), this.#valuesOf(row)) !== 0
  }

  #valuesOf(row: number): Value[] {
    return this.#values[this.#numbers[row] as number] as Value[]
  }
}
