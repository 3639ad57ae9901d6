import { add } from '../../values/arithmetic.ts'
import { compare } from '../../values/compare.ts'
import { bool, isAbsent, nullValue, type Value } from '../../values/value.ts'
import { mismatch } from './definition.ts'

/**
 * `(start, end) OVERLAPS (start, end)` (SQL:2016 section 8.14) with SQL's three truths. A period is a list or bag of
 * two: dates, times or timestamps, the second perhaps an interval from the first; either may be absent.
 */
export function overlaps(a: Value, b: Value): Value {
  const [s1, t1] = periodOf(a)
  const [s2, t2] = periodOf(b)
  const truth = or(
    or(beginsWithin(s1, t1, s2, t2), beginsWithin(s2, t2, s1, t1)),
    and(equal(s1, s2), or(equal(t1, t2), not(equal(t1, t2)))),
  )
  return truth === undefined ? nullValue : bool(truth)
}

type Truth = boolean | undefined
type Period = readonly [start: Value, end: Value]

/** `S1 > S2 AND NOT (S1 >= T2 AND T1 >= T2)` */
function beginsWithin(s1: Value, t1: Value, s2: Value, t2: Value): Truth {
  return and(not(atLeast(s2, s1)), not(and(atLeast(s1, t2), atLeast(t1, t2))))
}

/** The ends in their order; a period without a start is its end alone. */
function periodOf(value: Value): Period {
  const items = 'items' in value ? value.items : []
  if (items.length !== 2) throw mismatch(`OVERLAPS takes two periods of a start and an end, got ${items.length} values`)
  const [start, second] = items as unknown as Period
  requireMoment(start)
  if (second.type === 'interval' && isAbsent(start)) return [nullValue, nullValue]
  const end = second.type === 'interval' ? add(start, second) : second
  requireMoment(end)
  if (isAbsent(start) || atLeast(end, start) === false) return [end, start]
  return [start, end]
}

function requireMoment(value: Value): void {
  if (isAbsent(value) || value.type === 'date' || value.type === 'time' || value.type === 'timestamp') return
  throw mismatch(`OVERLAPS takes dates, times and timestamps, got: ${value.type.toUpperCase()}`)
}

function order(a: Value, b: Value): number | undefined {
  if (isAbsent(a) || isAbsent(b)) return undefined
  const result = compare(a, b)
  if (result === undefined)
    throw mismatch(`OVERLAPS can't compare ${a.type.toUpperCase()} with ${b.type.toUpperCase()}`)
  return result
}

function atLeast(a: Value, b: Value): Truth {
  const result = order(a, b)
  return result === undefined ? undefined : result >= 0
}

function equal(a: Value, b: Value): Truth {
  const result = order(a, b)
  return result === undefined ? undefined : result === 0
}

function not(a: Truth): Truth {
  return a === undefined ? undefined : !a
}

function and(a: Truth, b: Truth): Truth {
  if (a === false || b === false) return false
  return a === undefined || b === undefined ? undefined : true
}

function or(a: Truth, b: Truth): Truth {
  return not(and(not(a), not(b)))
}
