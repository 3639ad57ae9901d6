import type { AggregatePlan, GroupOperator } from '../plan/plan.ts'
import { slotsFilled, slotsRead } from '../plan/walk-plan.ts'
import { detached } from '../values/binary-reader.ts'
import { bag, int, isAbsent, nullValue, struct, type Value } from '../values/value.ts'
import { type AggregateColumn, CountColumn, SumColumn } from './aggregate-columns.ts'
import { AggregateMemory } from './aggregate-memory.ts'
import { compileCollected } from './collected-aggregate.ts'
import { noSuchFunction } from './compile-call.ts'
import { compileExpression } from './compile-expression.ts'
import { compileTest } from './compile-operators.ts'
import type { Evaluate, Frame, Open, Test } from './frame.ts'
import type { Compiler } from './compiler.ts'
import { findAggregate } from './functions/aggregates.ts'
import type { Accumulator, AggregateDefinition } from './functions/accumulator.ts'
import { heapBytes } from './heap-bytes.ts'
import { compileOperator } from './operators.ts'
import { CollectingGroups } from './collecting-groups.ts'
import type { Grouping } from './grouping.ts'
import { RunningGroups } from './running-groups.ts'
import { compileSave } from './saved-rows.ts'
import { failed, type OperationSite, siteOf } from './type-errors.ts'

/** Groups rows by their keys, in the order in which the groups begin. NULL and MISSING are one key (section 11.1). */
export function compileGroup(operator: GroupOperator, compiler: Compiler): Open {
  const open = compileOperator(operator.input, compiler)
  const keys = operator.keys.map((key) => compileExpression(key.value, compiler))
  const aggregates = operator.aggregates.map((aggregate) => compileAggregate(aggregate, compiler))
  const { groupAs } = operator
  const slots = [
    ...operator.keys.map((key) => key.slot),
    ...operator.aggregates.map((aggregate) => aggregate.slot),
    ...(groupAs === undefined ? [] : [groupAs.slot]),
  ]
  const inputSlots = slotsUsed(operator)
  const grouping: Grouping = {
    keysOf: compileGroupKeys(keys),
    keyCount: keys.length,
    aggregates,
    memberOf: groupAs && ((frame) => memberOf(groupAs.fields, frame)),
    bagOf: (members, frame) => frame.values.checked(bag(members)),
    save: compileSave(inputSlots, compiler),
    inputSlots,
    slots,
  }
  const collects = groupAs !== undefined || operator.aggregates.some(({ name }) => collectingAggregates.has(name))
  return collects
    ? (frame) => new CollectingGroups(grouping, () => open(frame), frame)
    : (frame) => new RunningGroups(grouping, () => open(frame), frame)
}

/** The slots of the input from which groups are made. */
function slotsUsed({ input, keys, aggregates, groupAs }: GroupOperator): number[] {
  const read = slotsRead([keys, aggregates])
  for (const field of groupAs?.fields ?? []) read.add(field.slot)
  return slotsFilled(input).filter((slot) => read.has(slot))
}

/** NULL for MISSING. */
function compileGroupKeys(keys: readonly Evaluate[]): Grouping['keysOf'] {
  const [only, second] = keys
  if (only !== undefined && second === undefined) return (frame) => [groupKey(only(frame))]
  return (frame) => keys.map((key) => groupKey(key(frame)))
}

function groupKey(value: Value): Value {
  return isAbsent(value) ? nullValue : value
}

type GroupAs = NonNullable<GroupOperator['groupAs']>

/** One element of GROUP AS: a struct of the row's variables. */
function memberOf(fields: GroupAs['fields'], frame: Frame): Value {
  const present = fields.filter((field) => frame.slots[field.slot]?.type !== 'missing')
  return struct(
    present.map((field) => field.name),
    present.map((field) => detached(frame.slots[field.slot] as Value)),
  )
}

export interface RunningAggregate {
  /** Takes the row that the frame holds. */
  add(): void
  result(): Value
}

export interface CompiledAggregate {
  /** `memory`: of the operator's aggregates together; left out, of this one, which may then hold what the limit allows. */
  start(frame: Frame, memory?: AggregateMemory): RunningAggregate
  /** The same for many groups at once, where that takes less. */
  readonly column?: ((frame: Frame, memory: AggregateMemory) => AggregateColumn) | undefined
}

/** Aggregates that hold the values of their rows. */
export const collectingAggregates: ReadonlySet<string> = new Set(['array_agg', 'string_agg', 'median'])

/** An aggregate over rows: COUNT(*) counts them, the others skip NULL and MISSING, DISTINCT takes equal values once. */
export function compileAggregate(aggregate: AggregatePlan, compiler: Compiler): CompiledAggregate {
  const { name, argument, distinct, span } = aggregate
  const filter = aggregate.filter && compileTest(aggregate.filter, compiler.family.read)
  if (argument === undefined) {
    return { start: (frame) => countRows(frame, filter), column: (frame) => new CountColumn(frame, filter) }
  }
  if (name === 'array_agg' || name === 'string_agg') {
    return compileCollected(aggregate, compileExpression(argument, compiler), compiler)
  }
  const definition = findAggregate(name)
  if (definition === undefined) {
    compiler.errors.add(noSuchFunction(name, span))
    return { start: (frame) => countRows(frame, filter) }
  }
  const parts = {
    evaluate: compileExpression(argument, compiler),
    filter,
    site: siteOf(aggregate, compiler, 'aggregate'),
  }
  const collects = collectingAggregates.has(name)
  return {
    start: (frame, memory = new AggregateMemory(frame)) =>
      new ValueAggregate(definition.start(), parts, frame, memory, { distinct, collects }),
    column: distinct ? undefined : columnOf(definition, parts),
  }
}

/** What keeps the aggregate of many groups in arrays, where it can. */
function columnOf(definition: AggregateDefinition, parts: Parts): CompiledAggregate['column'] {
  const { evaluate, filter } = parts
  if (definition.name === 'count') return (frame) => new CountColumn(frame, filter, evaluate)
  const { resume } = definition
  if (resume === undefined) return undefined
  return (frame, memory) =>
    new SumColumn(
      frame,
      filter,
      evaluate,
      memory,
      (sum, count) =>
        new ValueAggregate(resume(sum, count), parts, frame, memory, { distinct: false, collects: false }),
    )
}

function countRows(frame: Frame, filter: Test | undefined): RunningAggregate {
  let count = 0
  return {
    add() {
      if (filter === undefined || filter(frame)) count += 1
    },
    result: () => int(count),
  }
}

/** What an aggregate of values is compiled to. */
interface Parts {
  readonly evaluate: Evaluate
  readonly filter: Test | undefined
  readonly site: OperationSite
}

/** Values up to this size are counted with their group. */
const uncountedBytesMax = 120

/** An aggregate of values, NULL and MISSING apart. */
export class ValueAggregate implements RunningAggregate {
  readonly #accumulator: Accumulator
  readonly #parts: Parts
  readonly #frame: Frame
  readonly #memory: AggregateMemory
  readonly #collects: boolean
  /** Takes a value that is there. */
  readonly take: (value: Value) => void
  /** What is charged of the value that it keeps. */
  #heldBytes = uncountedBytesMax
  #failure: Value | undefined

  constructor(
    accumulator: Accumulator,
    parts: Parts,
    frame: Frame,
    memory: AggregateMemory,
    { distinct, collects }: { readonly distinct: boolean; readonly collects: boolean },
  ) {
    this.#accumulator = accumulator
    this.#parts = parts
    this.#frame = frame
    this.#memory = memory
    this.#collects = collects
    const take = (value: Value) => this.#accumulate(value)
    this.take = distinct ? memory.distinct.start(take) : take
  }

  add(): void {
    const { filter, evaluate } = this.#parts
    if (filter !== undefined && !filter(this.#frame)) return
    const value = evaluate(this.#frame)
    if (!isAbsent(value)) this.take(value)
  }

  #accumulate(value: Value): void {
    if (this.#collects) this.#memory.collect(value, 8)
    try {
      const before = this.#accumulator.held
      this.#accumulator.add(value)
      if (this.#accumulator.held === before) return
    } catch (error) {
      this.#failure = failed(error, this.#parts.site, this.#frame)
    }
    this.#chargeHeld()
  }

  /** Charges what the value that is kept takes beyond the largest before it. */
  #chargeHeld(): void {
    const { held } = this.#accumulator
    const bytes = held === undefined ? 0 : heapBytes(held, this.#frame.memory.limits.memoryBytes)
    if (bytes <= this.#heldBytes) return
    this.#memory.grow(bytes - this.#heldBytes)
    this.#heldBytes = bytes
  }

  result(): Value {
    if (this.#failure !== undefined) return this.#failure
    try {
      const result = this.#frame.values.checked(this.#accumulator.result())
      if (!isAbsent(result)) this.#frame.marks[this.#parts.site.mark] = 1
      return result
    } catch (error) {
      return failed(error, this.#parts.site, this.#frame)
    }
  }
}
