import type { FrameBoundPlan } from '../../src/plan/plan.ts'
import { findAggregate } from '../../src/exec/functions/aggregates.ts'
import { add, divide, isNumber, subtract } from '../../src/values/arithmetic.ts'
import { compareTotal, equalityKey } from '../../src/values/compare.ts'
import { decimal, int, isAbsent, missing, nullValue, type Value } from '../../src/values/value.ts'

/** Window functions as the standard defines them, row by row and without any thought of what that costs. */

export interface NaiveRow {
  /** PARTITION BY, ORDER BY and the argument of the function. */
  readonly part: Value
  readonly key: Value
  readonly arg: Value
}

export interface NaiveBound {
  readonly side: FrameBoundPlan['side']
  readonly offset: Value | undefined
}

export interface NaiveWindow {
  readonly isPartitioned: boolean
  readonly isOrdered: boolean
  readonly descending: boolean
  readonly nullsFirst: boolean
  readonly unit: 'rows' | 'range' | 'groups'
  readonly start: NaiveBound
  readonly end: NaiveBound
}

export interface NaiveCall {
  readonly name: string
  readonly distinct: boolean
  /** The offset of LAG and LEAD, the place of NTH_VALUE, the buckets of NTILE. */
  readonly number: number
  readonly otherwise: Value
}

/** The function's result for each row, in the order of the rows. */
export function naiveWindow(rows: readonly NaiveRow[], window: NaiveWindow, call: NaiveCall): Value[] {
  return rows.map((row) => {
    const partition = rows.filter((one) => !window.isPartitioned || equalityKey(one.part) === equalityKey(row.part))
    const sorted = [...partition].sort((a, b) => compareKeys(a.key, b.key, window))
    return resultOf(row, sorted, window, call)
  })
}

function compareKeys(a: Value, b: Value, { isOrdered, descending, nullsFirst }: NaiveWindow): number {
  if (!isOrdered) return 0
  if (isAbsent(a) !== isAbsent(b)) return isAbsent(a) === nullsFirst ? -1 : 1
  return (descending ? -1 : 1) * compareTotal(a, b)
}

function resultOf(row: NaiveRow, sorted: readonly NaiveRow[], window: NaiveWindow, call: NaiveCall): Value {
  const at = sorted.indexOf(row)
  const before = sorted.filter((one) => compareKeys(one.key, row.key, window) < 0)
  const upTo = sorted.filter((one) => compareKeys(one.key, row.key, window) <= 0)
  const share = (part: number, whole: number) => divide(int(part), decimal(BigInt(whole), 0))
  switch (call.name) {
    case 'row_number':
      return int(at + 1)
    case 'rank':
      return int(before.length + 1)
    case 'dense_rank':
      return int(
        sorted.filter((one, i) => i === 0 || differs(one, sorted[i - 1], window)).filter((one) => upTo.includes(one))
          .length,
      )
    case 'percent_rank':
      return sorted.length === 1 ? share(0, 1) : share(before.length, sorted.length - 1)
    case 'cume_dist':
      return share(upTo.length, sorted.length)
    case 'ntile':
      return int(bucketOf(at, sorted.length, call.number))
    case 'lag':
      return sorted[at - call.number]?.arg ?? call.otherwise
    case 'lead':
      return sorted[at + call.number]?.arg ?? call.otherwise
  }
  const isTyped = [window.start, window.end].every(({ offset }) => {
    return window.unit !== 'range' || offset === undefined || isNumber(row.key) || isAbsent(row.key)
  })
  if (!isTyped) return missing
  const frame = sorted.filter((_, i) => isInside(i, at, sorted, window))
  if (call.name === 'first_value') return frame[0]?.arg ?? nullValue
  if (call.name === 'last_value') return frame.at(-1)?.arg ?? nullValue
  if (call.name === 'nth_value') return frame[call.number - 1]?.arg ?? nullValue
  if (call.name === 'count(*)') return int(frame.length)
  return aggregate(
    call,
    frame.map((one) => one.arg),
  )
}

function differs(one: NaiveRow, other: NaiveRow | undefined, window: NaiveWindow): boolean {
  return other === undefined || compareKeys(one.key, other.key, window) !== 0
}

/** Fills buckets one row at a time: the first ones take what is left over. */
function bucketOf(at: number, size: number, buckets: number): number {
  const sizes = Array.from({ length: buckets }, (_, i) => Math.floor(size / buckets) + (i < size % buckets ? 1 : 0))
  return sizes.findIndex((_, i) => sizes.slice(0, i + 1).reduce((sum, one) => sum + one, 0) > at) + 1
}

function isInside(i: number, at: number, sorted: readonly NaiveRow[], window: NaiveWindow): boolean {
  return !isBefore(i, at, sorted, window, window.start) && !isBehind(i, at, sorted, window, window.end)
}

/** How far a row is from the one at `at`, in rows or groups of peers. */
function distance(i: number, at: number, sorted: readonly NaiveRow[], window: NaiveWindow): number {
  if (window.unit === 'rows') return i - at
  const groups = sorted.map((one, j) => (differs(one, sorted[j - 1], window) ? 1 : 0))
  const groupOf = (j: number) => groups.slice(0, j + 1).reduce<number>((sum, one) => sum + one, 0)
  return groupOf(i) - groupOf(at)
}

function signedOffset({ side, offset }: NaiveBound): number {
  const count = offset?.type === 'int' ? Number(offset.value) : 0
  return side === 'preceding' ? -count : count
}

function rangeLimit(key: Value, { side, offset }: NaiveBound, { descending }: NaiveWindow): Value {
  return (side === 'preceding') === descending ? add(key, offset as Value) : subtract(key, offset as Value)
}

function isBefore(i: number, at: number, sorted: readonly NaiveRow[], window: NaiveWindow, bound: NaiveBound): boolean {
  if (bound.side === 'preceding' && bound.offset === undefined) return false
  return compareToBound(i, at, sorted, window, bound) < 0
}

function isBehind(i: number, at: number, sorted: readonly NaiveRow[], window: NaiveWindow, bound: NaiveBound): boolean {
  if (bound.side === 'following' && bound.offset === undefined) return false
  return compareToBound(i, at, sorted, window, bound) > 0
}

function compareToBound(
  i: number,
  at: number,
  sorted: readonly NaiveRow[],
  window: NaiveWindow,
  bound: NaiveBound,
): number {
  const [key, own] = [(sorted[i] as NaiveRow).key, (sorted[at] as NaiveRow).key]
  if (window.unit !== 'range') return distance(i, at, sorted, window) - signedOffset(bound)
  if (bound.offset === undefined || isAbsent(own)) return compareKeys(key, own, window)
  return compareKeys(key, rangeLimit(own, bound, window), window)
}

function aggregate({ name, distinct }: NaiveCall, values: readonly Value[]): Value {
  const accumulator = findAggregate(name)?.start()
  const seen = new Set<string>()
  try {
    for (const value of values) {
      if (isAbsent(value) || (distinct && seen.has(equalityKey(value)))) continue
      seen.add(equalityKey(value))
      accumulator?.add(value)
    }
    return accumulator?.result() ?? missing
  } catch {
    return missing
  }
}
