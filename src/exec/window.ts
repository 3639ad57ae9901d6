import type { WindowOperator } from '../plan/plan.ts'
import { int, type Value } from '../values/value.ts'
import { compileExpression } from './compile-expression.ts'
import type { Cursor, Evaluate, Frame, Open } from './frame.ts'
import type { Compiler } from './compiler.ts'
import { compileOperator } from './operators.ts'
import { asItIs, compileSave, forEachRow, type SaveRow } from './saved-rows.ts'
import { Holding } from './statement-memory.ts'
import { WindowColumns } from './window-columns.ts'
import { compileWindowCall } from './window-functions.ts'
import { HeldWindow } from './window-held.ts'
import type { StartWindow } from './window-partition.ts'
import { HeldResults, SpilledResults, type WindowResults } from './window-results.ts'
import { WindowRows } from './window-rows.ts'
import { SpilledWindow } from './window-spill.ts'

/**
 * Window functions (SQL:2016, section 4.16.3): rows are put into partitions and ordered there, and each gets the results of
 * the functions over its partition or its frame in it. The rows keep their own order: they are written away as they come,
 * while keys and arguments are sorted, and read again beside the results.
 */
export function compileWindow(operator: WindowOperator, compiler: Compiler): Open {
  const open = compileOperator(operator.input, compiler)
  if (onlyNumbersRows(operator)) return numberRows(operator, open)
  const columns = new WindowColumns(operator, compiler)
  const functions = operator.functions.map((call) => compileWindowCall(call, operator.orderBy, columns))
  const parts: WindowParts = {
    operator,
    functions,
    partitionBy: operator.partitionBy.map((key) => compileExpression(key, compiler)),
    columns: columns.evaluate,
    save: compileSave(operator.slots, compiler, asItIs),
  }
  return (frame) => {
    const run = new WindowRun(parts, frame)
    try {
      forEachRow(open(frame), () => run.add())
      run.evaluate()
      return run.cursor()
    } catch (error) {
      run.close()
      throw error
    }
  }
}

/** ROW_NUMBER() OVER (): no row needs another. */
function onlyNumbersRows({ partitionBy, orderBy, functions }: WindowOperator): boolean {
  return partitionBy.length === 0 && orderBy.length === 0 && functions.every((call) => call.name === 'row_number')
}

function numberRows({ functions }: WindowOperator, open: Open): Open {
  return (frame) => {
    const rows = open(frame)
    let count = 0
    return {
      next() {
        if (!rows.next()) return false
        count += 1
        for (const { slot } of functions) frame.slots[slot] = int(count)
        return true
      },
      close: () => rows.close(),
    }
  }
}

/** The share of a statement's memory that results may take while partitions are read from files. */
const spilledResultsShare = 1 / 4

interface WindowParts {
  readonly operator: WindowOperator
  readonly functions: readonly StartWindow[]
  readonly partitionBy: readonly Evaluate[]
  readonly columns: readonly Evaluate[]
  readonly save: SaveRow
}

/** One run of a window operator. */
class WindowRun {
  readonly #parts: WindowParts
  readonly #frame: Frame
  readonly #rows: WindowRows
  readonly #rowsHolding: Holding
  readonly #holding: Holding
  readonly #resultsHolding: Holding
  #held: HeldWindow
  #spilled: SpilledWindow | undefined
  #results: WindowResults | undefined
  #count = 0

  constructor(parts: WindowParts, frame: Frame) {
    this.#parts = parts
    this.#frame = frame
    this.#rows = new WindowRows(parts.operator.slots.length, frame)
    this.#rowsHolding = new Holding(frame.memory)
    this.#holding = new Holding(frame.memory)
    this.#resultsHolding = new Holding(frame.memory)
    this.#held = this.#startHeld()
  }

  /** Takes the row that the frame holds. */
  add(): void {
    const { save, partitionBy, columns } = this.#parts
    const frame = this.#frame
    const before = this.#rows.held
    this.#rows.add(save(frame))
    const partition = valuesOf(partitionBy, frame)
    const own = valuesOf(columns, frame)
    this.#count += 1
    const hasRoom = this.#spilled !== undefined || this.#rowsHolding.hold(Math.max(0, this.#rows.held - before))
    if (!this.#holding.hold(this.#held.add(partition, own)) || !hasRoom) this.#spill()
  }

  /** Adds the results of all functions to the rows. */
  evaluate(): void {
    if (this.#spilled !== undefined) this.#spill()
    const results = this.#startResults()
    this.#results = results
    const { functions } = this.#parts
    const values = new Array<Value>(functions.length)
    for (const { partition, numberOf } of (this.#spilled ?? this.#held).partitions()) {
      const started = functions.map((start) => start(partition, this.#frame))
      for (let row = 0; row < partition.size; row += 1) {
        this.#frame.step()
        for (let at = 0; at < values.length; at += 1) values[at] = (started[at] as (row: number) => Value)(row)
        results.add(numberOf(row), values)
      }
      for (const end of partition.endings) end()
    }
    this.#spilled?.close()
    this.#held = this.#startHeld()
    this.#holding.release()
  }

  cursor(): Cursor {
    const { slots, functions } = this.#parts.operator
    const frame = this.#frame
    const rows = this.#rows.read()
    const results = this.#results?.read()
    return {
      next() {
        const found = rows.next()
        if (found.done === true || results === undefined) return false
        frame.step()
        for (let at = 0; at < slots.length; at += 1) frame.slots[slots[at] as number] = found.value[at] as Value
        const own = results()
        for (let at = 0; at < functions.length; at += 1) {
          frame.slots[(functions[at] as (typeof functions)[number]).slot] = own[at] as Value
        }
        return true
      },
      close: () => this.close(),
    }
  }

  close(): void {
    this.#rows.close()
    this.#spilled?.close()
    this.#results?.close()
    for (const holding of [this.#rowsHolding, this.#holding, this.#resultsHolding]) holding.release()
  }

  #startHeld(): HeldWindow {
    return new HeldWindow(this.#parts.operator.orderBy, this.#parts.columns.length, this.#frame, this.#count)
  }

  #startResults(): WindowResults {
    const { length } = this.#parts.functions
    const bytes = HeldResults.bytesOf(this.#count, length)
    if (!this.#hasRoomForResults(bytes)) {
      this.#resultsHolding.release()
      return new SpilledResults(length, this.#frame)
    }
    return new HeldResults(this.#count, length, this.#resultsHolding, () => this.#spillRows(), this.#frame)
  }

  /** Charges the bytes, or some of them. Partitions that are read from files need memory too. */
  #hasRoomForResults(bytes: number): boolean {
    const holding = this.#resultsHolding
    if (this.#spilled !== undefined && bytes > this.#frame.memory.limits.memoryBytes * spilledResultsShare) return false
    if (holding.hold(bytes)) return true
    holding.release()
    return this.#spillRows() && holding.hold(bytes)
  }

  /** Releases the memory of the rows; false where they take none. */
  #spillRows(): boolean {
    if (this.#rowsHolding.bytes === 0) return false
    this.#rows.spill()
    this.#rowsHolding.release()
    return true
  }

  #spill(): void {
    this.#spillRows()
    this.#spilled ??= new SpilledWindow(this.#parts.operator.orderBy, this.#parts.columns.length, this.#frame)
    this.#spilled.add(this.#held)
    this.#held = this.#startHeld()
    this.#holding.release()
  }
}

function valuesOf(evaluate: readonly Evaluate[], frame: Frame): Value[] {
  const values = new Array<Value>(evaluate.length)
  for (let at = 0; at < evaluate.length; at += 1) values[at] = (evaluate[at] as Evaluate)(frame)
  return values
}
