import type { AggregatePlan, GroupOperator } from '../plan/plan.ts'
import { equalityKey } from '../values/compare.ts'
import { detached } from '../values/binary-reader.ts'
import { bag, int, isAbsent, nullValue, struct, type Value } from '../values/value.ts'
import { compileCollected } from './collected-aggregate.ts'
import { noSuchFunction } from './compile-call.ts'
import { compileExpression } from './compile-expression.ts'
import { compileTest } from './compile-operators.ts'
import { type Compiler, type Evaluate, failed, type Frame, type Open, type Test } from './frame.ts'
import { type Accumulator, findAggregate } from './functions/aggregates.ts'
import { compileOperator } from './operators.ts'
import { forEachRow, savedCursor } from './saved-rows.ts'
import { tupleKey, ValueMap } from './value-map.ts'

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
  return (frame) => {
    const groups: Group[] = []
    const start = (values: readonly Value[]): Group => {
      const accumulators = aggregates.map((aggregate) => aggregate.start(frame))
      const group = { keys: values.map(detached), accumulators, members: [] }
      groups.push(group)
      return group
    }
    const groupOfRow = groupFinder(keys, start, frame)
    forEachRow(open(frame), () => {
      const group = groupOfRow()
      const { accumulators } = group
      for (let at = 0; at < accumulators.length; at += 1) (accumulators[at] as RunningAggregate).add()
      if (groupAs !== undefined) group.members.push(memberOf(groupAs.fields, frame))
    })
    const results = groups.map((group) => [
      ...group.keys,
      ...group.accumulators.map((accumulator) => accumulator.result()),
      ...(groupAs === undefined ? [] : [frame.values.checked(bag(group.members))]),
    ])
    return savedCursor(results, slots, frame)
  }
}

interface Group {
  readonly keys: readonly Value[]
  readonly accumulators: readonly RunningAggregate[]
  readonly members: Value[]
}

/** Finds the group of the row that the frame holds, and starts it where there is none. */
function groupFinder(keys: readonly Evaluate[], start: (values: readonly Value[]) => Group, frame: Frame): () => Group {
  const [only, second] = keys
  if (only === undefined) {
    // Without GROUP BY there is one group, though no row may come.
    const all = start([])
    return () => all
  }
  if (second === undefined) {
    const groups = new ValueMap<Group>()
    return () => {
      const value = groupKey(only(frame))
      const known = groups.get(value)
      if (known !== undefined) return known
      const group = start([value])
      groups.set(value, group)
      return group
    }
  }
  const groups = new Map<string, Group>()
  return () => {
    const values = keys.map((key) => groupKey(key(frame)))
    const text = tupleKey(values)
    const known = groups.get(text)
    if (known !== undefined) return known
    const group = start(values)
    groups.set(text, group)
    return group
  }
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
  start(frame: Frame): RunningAggregate
}

/** An aggregate over rows: COUNT(*) counts them, the others skip NULL and MISSING, DISTINCT takes equal values once. */
export function compileAggregate(aggregate: AggregatePlan, compiler: Compiler): CompiledAggregate {
  const { name, argument, distinct, span } = aggregate
  const filter = aggregate.filter && compileTest(aggregate.filter, compiler)
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
  return { start: (frame) => new ValueAggregate(definition.start(), evaluate, distinct, filter, frame, compiler, span) }
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
  readonly #seen: Set<string> | undefined
  #failure: Value | undefined

  constructor(
    accumulator: Accumulator,
    evaluate: Evaluate,
    distinct: boolean,
    filter: Test | undefined,
    frame: Frame,
    compiler: Compiler,
    span: AggregatePlan['span'],
  ) {
    this.#accumulator = accumulator
    this.#evaluate = evaluate
    this.#filter = filter
    this.#frame = frame
    this.#compiler = compiler
    this.#span = span
    this.#seen = distinct ? new Set() : undefined
  }

  add(): void {
    if (this.#filter !== undefined && !this.#filter(this.#frame)) return
    const value = this.#evaluate(this.#frame)
    if (isAbsent(value)) return
    if (this.#seen !== undefined) {
      const key = equalityKey(value)
      if (this.#seen.has(key)) return
      this.#seen.add(key)
    }
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
