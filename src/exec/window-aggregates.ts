import { LedgerError } from '../base/errors.ts'
import type { SortKeyPlan, WindowCallPlan } from '../plan/plan.ts'
import { equalityKey } from '../values/compare.ts'
import { int, isAbsent, missing, type Value } from '../values/value.ts'
import { AggregateMemory } from './aggregate-memory.ts'
import { compileCollected } from './collected-aggregate.ts'
import { noSuchFunction } from './compile-call.ts'
import type { Frame } from './frame.ts'
import { findAggregate } from './functions/aggregates.ts'
import type { Accumulator } from './functions/accumulator.ts'
import { collectingAggregates } from './group.ts'
import { heapBytes } from './heap-bytes.ts'
import { Holding } from './statement-memory.ts'
import type { WindowColumns } from './window-columns.ts'
import { compileFrames, type Frames, startsFirst } from './window-frames.ts'
import { type MovingAggregate, movingAggregate } from './window-moving.ts'
import type { RowResult, StartWindow } from './window-partition.ts'
import { failed, type OperationSite, siteOf } from './type-errors.ts'

/**
 * An aggregate over the frame of each row: of its values, NULL and MISSING apart, added in the order of the window. Where
 * frames begin with the partition they only grow. Where they move, values leave what can let them go (window-moving.ts);
 * everything else is summed again for each frame that differs from the one before.
 */
export function compileWindowAggregate(
  call: WindowCallPlan,
  orderBy: readonly SortKeyPlan[],
  columns: WindowColumns,
): StartWindow {
  const startFrames = compileFrames(call.frame, orderBy, columns.compiler)
  const argument = columns.aggregated(call.args[0], call.filter)
  if (argument === undefined) {
    return (partition, frame) => {
      const frames = startFrames(partition, frame)
      return (row) => (frames.seek(row) ? int(frames.end - frames.start) : missing)
    }
  }
  const startSum = compileSum(call, columns)
  const moves = !startsFirst(call.frame) && movingAggregate(call.name, call.distinct) !== undefined
  return (partition, frame) => {
    const values = argument(partition, frame)
    const folding = new Folding(() => startSum(frame), values, frame)
    partition.endings.push(() => folding.close())
    if (!moves) return overFrames(startFrames(partition, frame), folding)
    const moving = new Moving(call, values, folding, frame)
    partition.endings.push(() => moving.close())
    return overFrames(startFrames(partition, frame), moving)
  }
}

/** An aggregate in the making. */
interface Sum {
  add(value: Value): void
  /** What a value that it can't take gives once there is one; an error where types are strict. */
  readonly failure: Value | undefined
  result(): Value
  /** Gives back the memory that was charged for it. */
  close(): void
}

function compileSum(call: WindowCallPlan, columns: WindowColumns): (frame: Frame) => Sum {
  const { name, span } = call
  const { compiler } = columns
  const site = siteOf(call, compiler, 'aggregate')
  if (name === 'array_agg' || name === 'string_agg') return compileCollectedSum(call, columns)
  const definition = findAggregate(name)
  if (definition !== undefined) return (frame) => new AccumulatedSum(definition.start(), call, site, frame)
  compiler.errors.add(noSuchFunction(name, span))
  return (frame) => new AccumulatedSum({ add() {}, result: () => missing }, call, site, frame)
}

/** ARRAY_AGG and STRING_AGG take rows: each value is handed to them as if it were the row's. */
function compileCollectedSum(call: WindowCallPlan, columns: WindowColumns): (frame: Frame) => Sum {
  const { name, args, distinct, span } = call
  const [argument, separator] = args
  if (separator !== undefined && columns.readsRow(separator)) {
    const message = 'STRING_AGG with OVER takes the same separator for all rows'
    columns.compiler.errors.add(new LedgerError('semantic/unsupported', message, { span: separator.span }))
  }
  let current: Value = missing
  const plan = { name, argument, separator, distinct, filter: undefined, slot: -1, span }
  const collected = compileCollected(plan, () => current, columns.compiler)
  return (frame) => {
    const memory = new AggregateMemory(frame)
    const running = collected.start(frame, memory)
    return {
      add(value) {
        current = value
        running.add()
      },
      failure: undefined,
      result: () => frame.values.checked(running.result()),
      close: () => memory.close(),
    }
  }
}

/** Charges a value that is held until the aggregate ends. Throws LedgerError 'evaluator/limit'. */
function holdValue(value: Value, holding: Holding): void {
  const { memory } = holding
  if (!holding.hold(heldValueBytes + heapBytes(value, memory.limits.memoryBytes))) throw memory.refusal()
}

/** So few values are not worth an account. */
const unchargedMax = 1_000

/** Estimated bytes that holding a value takes, without the value. */
const heldValueBytes = 100

/** An aggregate of values, NULL and MISSING apart; with DISTINCT of equal ones the first. */
class AccumulatedSum implements Sum {
  readonly #accumulator: Accumulator
  readonly #site: OperationSite
  readonly #frame: Frame
  readonly #seen: Set<string> | undefined
  readonly #holding: Holding
  /** DISTINCT and MEDIAN hold values. */
  readonly #holds: boolean
  failure: Value | undefined

  constructor(accumulator: Accumulator, call: WindowCallPlan, site: OperationSite, frame: Frame) {
    this.#accumulator = accumulator
    this.#site = site
    this.#frame = frame
    this.#seen = call.distinct ? new Set() : undefined
    this.#holding = new Holding(frame.memory)
    this.#holds = call.distinct || collectingAggregates.has(call.name)
  }

  add(value: Value): void {
    if (isAbsent(value) || this.failure !== undefined) return
    if (this.#seen !== undefined) {
      const key = equalityKey(value)
      if (this.#seen.has(key)) return
      this.#seen.add(key)
    }
    if (this.#holds) holdValue(value, this.#holding)
    try {
      this.#accumulator.add(value)
    } catch (error) {
      this.failure = failed(error, this.#site, this.#frame)
    }
  }

  close(): void {
    this.#holding.release()
  }

  result(): Value {
    if (this.failure !== undefined) return this.failure
    try {
      const result = this.#frame.values.checked(this.#accumulator.result())
      if (!isAbsent(result)) this.#frame.marks[this.#site.mark] = 1
      return result
    } catch (error) {
      return failed(error, this.#site, this.#frame)
    }
  }
}

/** What keeps the aggregate of a frame. */
interface FrameAggregate {
  /** The aggregate of the rows from `start` up to before `end`, another frame than the last. */
  over(start: number, end: number): Value
}

/** The result of each frame; one that is the same as that of the row before has its result. */
function overFrames(frames: Frames, aggregate: FrameAggregate): RowResult {
  let start = -1
  let end = -1
  let result: Value = missing
  return (row) => {
    if (!frames.seek(row)) return missing
    if (frames.start !== start || frames.end !== end) {
      ;({ start, end } = frames)
      result = aggregate.over(start, end)
    }
    return result
  }
}

/** Adds the values of a frame one by one; those of one that grows to those before. */
class Folding implements FrameAggregate {
  readonly #startSum: () => Sum
  readonly #values: RowResult
  readonly #frame: Frame
  #sum: Sum
  #start = 0
  #end = 0

  constructor(startSum: () => Sum, values: RowResult, frame: Frame) {
    this.#startSum = startSum
    this.#values = values
    this.#frame = frame
    this.#sum = startSum()
  }

  over(start: number, end: number): Value {
    if (start !== this.#start || end < this.#end) {
      this.#sum.close()
      this.#sum = this.#startSum()
      this.#start = start
      this.#end = start
    }
    for (; this.#end < end; this.#end += 1) {
      this.#frame.step()
      this.#sum.add(this.#values(this.#end))
    }
    return this.#sum.result()
  }

  close(): void {
    this.#sum.close()
  }

  /** What a value that the aggregate can't take gives; throws where that is an error. */
  refuse(value: Value): Value {
    const sum = this.#startSum()
    sum.add(value)
    sum.close()
    return sum.failure ?? missing
  }
}

/** Removes the values that a frame leaves, where that is less work than starting again. */
class Moving implements FrameAggregate {
  readonly #name: string
  readonly #distinct: boolean
  readonly #values: RowResult
  readonly #folding: Folding
  readonly #frame: Frame
  readonly #holding: Holding
  #moving: MovingAggregate
  /** Values in the frame that the aggregate can't take, and what one of them gives. */
  #wrong = 0
  #failure: Value = missing
  #start = 0
  #end = 0

  constructor({ name, distinct }: WindowCallPlan, values: RowResult, folding: Folding, frame: Frame) {
    this.#name = name
    this.#distinct = distinct
    this.#values = values
    this.#folding = folding
    this.#frame = frame
    this.#moving = movingAggregate(name, distinct) as MovingAggregate
    this.#holding = new Holding(frame.memory)
  }

  over(start: number, end: number): Value {
    const leaving = start - this.#start
    if (leaving < 0 || end < this.#end || leaving > end - start) this.#begin(start)
    for (; this.#end < end; this.#end += 1) this.#add(this.#values(this.#end))
    for (; this.#start < start; this.#start += 1) this.#remove(this.#values(this.#start))
    if (this.#wrong > 0) return this.#failure
    return this.#moving.result() ?? this.#folding.over(start, end)
  }

  #begin(start: number): void {
    this.#moving = movingAggregate(this.#name, this.#distinct) as MovingAggregate
    this.#wrong = 0
    this.#start = start
    this.#end = start
  }

  #add(value: Value): void {
    this.#frame.step()
    if (isAbsent(value)) return
    if (this.#moving.takes(value)) {
      this.#moving.add(value)
      this.#charge(value)
    } else {
      this.#wrong += 1
      this.#failure = this.#folding.refuse(value)
    }
  }

  /** Charges what is held more, now and then. Throws LedgerError 'evaluator/limit'. */
  #charge(value: Value): void {
    const { held } = this.#moving
    if (held < unchargedMax) return
    const bytes = held * (heldValueBytes + heapBytes(value, this.#frame.memory.limits.memoryBytes))
    if (bytes <= this.#holding.bytes) return
    if (!this.#holding.hold(2 * bytes - this.#holding.bytes)) throw this.#frame.memory.refusal()
  }

  close(): void {
    this.#holding.release()
  }

  #remove(value: Value): void {
    if (isAbsent(value)) return
    if (this.#moving.takes(value)) this.#moving.remove(value)
    else this.#wrong -= 1
  }
}
