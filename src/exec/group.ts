import type { AggregatePlan, GroupOperator } from '../plan/plan.ts'
import { slotsFilled, slotsRead } from '../plan/walk-plan.ts'
import { detached } from '../values/binary-reader.ts'
import { bag, int, isAbsent, nullValue, struct, type Value } from '../values/value.ts'
import { AggregateMemory } from './aggregate-memory.ts'
import { compileCollected } from './collected-aggregate.ts'
import { noSuchFunction } from './compile-call.ts'
import { compileExpression } from './compile-expression.ts'
import { compileTest } from './compile-operators.ts'
import { type Compiler, type Evaluate, failed, type Frame, type Open, type Test } from './frame.ts'
import { type Accumulator, findAggregate } from './functions/aggregates.ts'
import { compileOperator } from './operators.ts'
import { CollectingGroups } from './collecting-groups.ts'
import type { Grouping } from './grouping.ts'
import { RunningGroups } from './running-groups.ts'
import { compileSave } from './saved-rows.ts'

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
}

/** Aggregates that hold the values of their rows. */
export const collectingAggregates: ReadonlySet<string> = new Set(['array_agg', 'string_agg', 'median'])

/** An aggregate over rows: COUNT(*) counts them, the others skip NULL and MISSING, DISTINCT takes equal values once. */
export function compileAggregate(aggregate: AggregatePlan, compiler: Compiler): CompiledAggregate {
  const { name, argument, distinct, span } = aggregate
  const filter = aggregate.filter && compileTest(aggregate.filter, compiler.family.read)
  if (argument === undefined) return { start: (frame) => countRows(frame, filter) }
  if (name === 'array_agg' || name === 'string_agg') {
    return compileCollected(aggregate, compileExpression(argument, compiler), compiler)
  }
  const definition = findAggregate(name)
  if (definition === undefined) {
    compiler.errors.add(noSuchFunction(name, span))
    return { start: (frame) => countRows(frame, filter) }
  }
  const evaluate = compileExpression(argument, compiler)
  const collects = collectingAggregates.has(name)
  return {
    start(frame, memory = new AggregateMemory(frame)) {
      const accumulator = definition.start()
      return new ValueAggregate(accumulator, evaluate, distinct, filter, frame, compiler, span, memory, collects)
    },
  }
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

class ValueAggregate implements RunningAggregate {
  readonly #accumulator: Accumulator
  readonly #evaluate: Evaluate
  readonly #filter: Test | undefined
  readonly #frame: Frame
  readonly #compiler: Compiler
  readonly #span: AggregatePlan['span']
  readonly #take: (value: Value) => void
  readonly #memory: AggregateMemory | undefined
  #failure: Value | undefined

  constructor(
    accumulator: Accumulator,
    evaluate: Evaluate,
    distinct: boolean,
    filter: Test | undefined,
    frame: Frame,
    compiler: Compiler,
    span: AggregatePlan['span'],
    memory: AggregateMemory,
    collects: boolean,
  ) {
    this.#accumulator = accumulator
    this.#evaluate = evaluate
    this.#filter = filter
    this.#frame = frame
    this.#compiler = compiler
    this.#span = span
    this.#memory = collects ? memory : undefined
    const take = (value: Value) => this.#accumulate(value)
    this.#take = distinct ? memory.distinct.start(take) : take
  }

  add(): void {
    if (this.#filter !== undefined && !this.#filter(this.#frame)) return
    const value = this.#evaluate(this.#frame)
    if (!isAbsent(value)) this.#take(value)
  }

  #accumulate(value: Value): void {
    this.#memory?.collect(value, 8)
    try {
      this.#accumulator.add(value)
    } catch (error) {
      this.#failure = failed(error, this.#compiler, this.#span)
    }
  }

  result(): Value {
    if (this.#failure !== undefined) return this.#failure
    try {
      return this.#frame.values.checked(this.#accumulator.result())
    } catch (error) {
      return failed(error, this.#compiler, this.#span)
    }
  }
}
