import { LedgerError } from '../base/errors.ts'
import type { AggregatePlan } from '../plan/plan.ts'
import { detached } from '../values/binary-reader.ts'
import { equalityKey } from '../values/compare.ts'
import { isAbsent, list, nullValue, string, type Value } from '../values/value.ts'
import { AggregateMemory } from './aggregate-memory.ts'
import { compileExpression } from './compile-expression.ts'
import { compileTest } from './compile-operators.ts'
import type { Evaluate, Frame, Test } from './frame.ts'
import type { Compiler } from './compiler.ts'
import { mismatch } from './functions/definition.ts'
import type { CompiledAggregate, RunningAggregate } from './group.ts'
import { compileKeys, type CompiledKeys } from './sort.ts'
import { failed, siteOf } from './type-errors.ts'
import type { SizeSum } from './value-limits.ts'

/**
 * ARRAY_AGG and STRING_AGG hold what they are given, in the order of their own ORDER BY or as it comes. As in PostgreSQL
 * the list keeps NULL and the text skips it, and each text has its own row's separator before it, which the first one
 * loses. MISSING is no element.
 */
export function compileCollected(aggregate: AggregatePlan, argument: Evaluate, compiler: Compiler): CompiledAggregate {
  const { name, separator, span } = aggregate
  if (name === 'string_agg' && separator === undefined) {
    const message = "the aggregate 'string_agg' takes a value and a separator"
    compiler.errors.add(new LedgerError('semantic/argument-count', message, { span }))
  }
  const parts: Parts = {
    argument,
    separator: separator && compileExpression(separator, compiler),
    order: compileKeys(aggregate.orderBy ?? [], compiler),
    filter: aggregate.filter && compileTest(aggregate.filter, compiler.family.read),
    distinct: aggregate.distinct,
    isText: name === 'string_agg',
    isOrdered: (aggregate.orderBy ?? []).length > 0,
  }
  const site = siteOf(aggregate, compiler, 'aggregate')
  return {
    start: (frame, memory = new AggregateMemory(frame)) =>
      new Collected(parts, frame, (error) => failed(error, site, frame), memory),
  }
}

interface Parts {
  readonly argument: Evaluate
  readonly separator: Evaluate | undefined
  readonly order: CompiledKeys
  readonly filter: Test | undefined
  readonly distinct: boolean
  readonly isText: boolean
  readonly isOrdered: boolean
}

/** Estimated bytes of an entry, without its value. */
const entryBytes = 200

interface Entry {
  readonly value: Value
  readonly separator: string
  readonly keys: readonly Value[]
}

class Collected implements RunningAggregate {
  readonly #parts: Parts
  readonly #frame: Frame
  readonly #fail: (error: unknown) => Value
  readonly #memory: AggregateMemory
  readonly #entries: Entry[] = []
  readonly #seen = new Set<string>()
  #characters = 0
  readonly #size: SizeSum
  #failure: Value | undefined

  constructor(parts: Parts, frame: Frame, fail: (error: unknown) => Value, memory: AggregateMemory) {
    this.#parts = parts
    this.#frame = frame
    this.#fail = fail
    this.#memory = memory
    this.#size = frame.values.sum()
  }

  add(): void {
    const { filter, argument, isText, distinct } = this.#parts
    if (filter !== undefined && !filter(this.#frame)) return
    const value = argument(this.#frame)
    if (value.type === 'missing' || (isText && value.type === 'null')) return
    if (distinct && this.#isRepeated(value)) return
    this.#memory.collect(value, entryBytes)
    try {
      this.#entries.push(this.#entryOf(value))
    } catch (error) {
      this.#failure = this.#fail(error)
    }
  }

  #isRepeated(value: Value): boolean {
    const key = equalityKey(value)
    return this.#seen.has(key) || this.#seen.add(key) === undefined
  }

  #entryOf(value: Value): Entry {
    const { isText, order, isOrdered } = this.#parts
    const keys = isOrdered ? order.keysOf(this.#frame).map(detached) : []
    if (!isText) {
      this.#size.add(value)
      return { value: detached(value), separator: '', keys }
    }
    const separator = this.#parts.separator?.(this.#frame) ?? nullValue
    const text = textOf(value)
    const before = isAbsent(separator) ? '' : textOf(separator)
    this.#characters += text.length + before.length
    this.#frame.values.checkSize(this.#characters)
    return { value, separator: before, keys }
  }

  result(): Value {
    if (this.#failure !== undefined) return this.#failure
    if (this.#entries.length === 0) return nullValue
    const { order, isOrdered, isText } = this.#parts
    const entries = isOrdered ? [...this.#entries].sort((a, b) => order.compare(a.keys, b.keys)) : this.#entries
    if (!isText) return list(entries.map(({ value }) => value))
    return string(entries.map(({ value, separator }, at) => (at === 0 ? '' : separator) + textOf(value)).join(''))
  }
}

function textOf(value: Value): string {
  if (value.type === 'string' || value.type === 'symbol') return value.value
  throw mismatch(`Invalid argument types for string_agg, expected: STRING got: ${value.type.toUpperCase()}`)
}
