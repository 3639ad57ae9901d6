import type { PlanExpression, WindowOperator } from '../plan/plan.ts'
import { expressionKey, slotsRead } from '../plan/walk-plan.ts'
import { missing, trueValue, type Value } from '../values/value.ts'
import { compileExpression } from './compile-expression.ts'
import { compileTest } from './compile-operators.ts'
import type { Evaluate, Frame } from './frame.ts'
import type { Compiler } from './compiler.ts'
import type { Partition } from './window-partition.ts'

/** An argument of a window function, ready to be asked for a row of the partition. */
export type Argument = (partition: Partition, frame: Frame) => (row: number) => Value

/**
 * What window functions ask of each row, evaluated while the rows are read: first the keys of ORDER BY, then arguments
 * that depend on the row. What does not is evaluated once for a partition, when a function first asks for it.
 */
export class WindowColumns {
  readonly evaluate: Evaluate[] = []
  readonly compiler: Compiler
  readonly #slots: ReadonlySet<number>
  readonly #known = new Map<string, number>()

  constructor({ orderBy, slots }: WindowOperator, compiler: Compiler) {
    this.compiler = compiler
    this.#slots = new Set(slots)
    for (const { value } of orderBy) this.#add(compileExpression(value, compiler))
  }

  /** Whether an expression depends on the row. */
  readsRow(expression: PlanExpression): boolean {
    return [...slotsRead(expression)].some((slot) => this.#slots.has(slot))
  }

  argument(expression: PlanExpression): Argument {
    if (!this.readsRow(expression)) return this.#constant(expression)
    const column = this.#column(expressionKey(expression), () => compileExpression(expression, this.compiler))
    return (partition) => (row) => partition.value(column, row)
  }

  /** What an aggregate takes of a row; MISSING for a row that FILTER drops. Undefined: every row counts. */
  aggregated(argument: PlanExpression | undefined, filter: PlanExpression | undefined): Argument | undefined {
    if (argument === undefined && filter === undefined) return undefined
    const column = this.#column(expressionKey([argument, filter]), () => {
      const evaluate = argument === undefined ? () => trueValue : compileExpression(argument, this.compiler)
      if (filter === undefined) return evaluate
      const test = compileTest(filter, this.compiler.family.read)
      return (frame) => (test(frame) ? evaluate(frame) : missing)
    })
    return (partition) => (row) => partition.value(column, row)
  }

  #constant(expression: PlanExpression): Argument {
    const evaluate = compileExpression(expression, this.compiler)
    return (_partition, frame) => {
      let value: Value | undefined
      return () => {
        value ??= evaluate(frame)
        return value
      }
    }
  }

  #column(key: string, compile: () => Evaluate): number {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const column = this.#add(compile())
    this.#known.set(key, column)
    return column
  }

  #add(evaluate: Evaluate): number {
    this.evaluate.push(evaluate)
    return this.evaluate.length - 1
  }
}
