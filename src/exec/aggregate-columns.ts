import { int, isAbsent, type Value } from '../values/value.ts'
import type { AggregateMemory } from './aggregate-memory.ts'
import type { Evaluate, Frame, Test } from './frame.ts'
import type { CompiledAggregate, RunningAggregate, ValueAggregate } from './group.ts'
import { aggregateBytes } from './grouping.ts'

/** One aggregate of many groups, which are numbered from 0. */
export interface AggregateColumn {
  /** About what it takes for each group. */
  readonly bytes: number
  /** Starts the next group. */
  begin(): void
  /** Takes the row that the frame holds. */
  add(group: number): void
  result(group: number): Value
}

/** COUNT in an array: an object for each group is far away from the others in memory, and every row asks for one. */
export class CountColumn implements AggregateColumn {
  readonly bytes = 12
  readonly #frame: Frame
  readonly #filter: Test | undefined
  readonly #argument: Evaluate | undefined
  readonly #counts: number[] = []

  /** Without an argument it counts rows. */
  constructor(frame: Frame, filter: Test | undefined, argument?: Evaluate) {
    this.#frame = frame
    this.#filter = filter
    this.#argument = argument
  }

  begin(): void {
    this.#counts.push(0)
  }

  add(group: number): void {
    if (this.#filter !== undefined && !this.#filter(this.#frame)) return
    if (this.#argument !== undefined && isAbsent(this.#argument(this.#frame))) return
    this.#counts[group] = (this.#counts[group] as number) + 1
  }

  result(group: number): Value {
    return int(this.#counts[group] as number)
  }
}

/** SUM and AVG: in arrays as long as all values of a group are small integers, and so is their sum. */
export class SumColumn implements AggregateColumn {
  readonly bytes = 24
  readonly #frame: Frame
  readonly #filter: Test | undefined
  readonly #argument: Evaluate
  readonly #memory: AggregateMemory
  /** Continues from a sum of this many values. */
  readonly #resume: (sum: number, count: number) => ValueAggregate
  readonly #sums: number[] = []
  readonly #counts: number[] = []
  /** Of groups with other values. */
  readonly #others = new Map<number, ValueAggregate>()

  constructor(
    frame: Frame,
    filter: Test | undefined,
    argument: Evaluate,
    memory: AggregateMemory,
    resume: (sum: number, count: number) => ValueAggregate,
  ) {
    this.#frame = frame
    this.#filter = filter
    this.#argument = argument
    this.#memory = memory
    this.#resume = resume
  }

  begin(): void {
    this.#sums.push(0)
    this.#counts.push(0)
  }

  add(group: number): void {
    if (this.#filter !== undefined && !this.#filter(this.#frame)) return
    const value = this.#argument(this.#frame)
    if (isAbsent(value)) return
    if (this.#others.size > 0 && this.#others.has(group)) this.#others.get(group)?.take(value)
    else if (!this.#addSmall(group, value)) this.#otherOf(group).take(value)
  }

  result(group: number): Value {
    const other = this.#others.get(group) ?? this.#resume(this.#sums[group] as number, this.#counts[group] as number)
    return other.result()
  }

  #addSmall(group: number, value: Value): boolean {
    if (value.type !== 'int' || typeof value.value !== 'number') return false
    const sum = (this.#sums[group] as number) + value.value
    if (!Number.isSafeInteger(sum)) return false
    this.#sums[group] = sum
    this.#counts[group] = (this.#counts[group] as number) + 1
    return true
  }

  #otherOf(group: number): ValueAggregate {
    const other = this.#resume(this.#sums[group] as number, this.#counts[group] as number)
    this.#memory.grow(aggregateBytes)
    this.#others.set(group, other)
    return other
  }
}

/** Any other aggregate: each group has its own. */
export class RunningColumn implements AggregateColumn {
  readonly bytes = aggregateBytes
  readonly #aggregate: CompiledAggregate
  readonly #frame: Frame
  readonly #memory: AggregateMemory
  readonly #running: RunningAggregate[] = []

  constructor(aggregate: CompiledAggregate, frame: Frame, memory: AggregateMemory) {
    this.#aggregate = aggregate
    this.#frame = frame
    this.#memory = memory
  }

  begin(): void {
    this.#running.push(this.#aggregate.start(this.#frame, this.#memory))
  }

  add(group: number): void {
    ;(this.#running[group] as RunningAggregate).add()
  }

  result(group: number): Value {
    return (this.#running[group] as RunningAggregate).result()
  }
}
