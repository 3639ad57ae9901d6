import assert from 'node:assert/strict'
import { test } from 'node:test'
import { overlaps } from '../../../src/exec/functions/overlaps.ts'
import {
  bag,
  date,
  int,
  interval,
  list,
  missing,
  nullValue,
  struct,
  time,
  type Value,
} from '../../../src/values/value.ts'

const on = (month: number, day: number) => date(2023, month, day)
const period = (start: Value, end: Value) => list([start, end])
const days = (count: bigint) => interval('day-time', 0n, count * 86_400_000_000_000n, 'DAY')

test('periods overlap in any order of their ends, but not where they only touch', () => {
  const january = period(on(1, 1), on(1, 31))
  const cases: [Value, Value, boolean | undefined][] = [
    [january, january, true],
    [january, bag([on(1, 31), on(1, 15)]), true],
    [january, period(on(1, 31), on(2, 28)), false],
    [january, period(on(2, 1), on(2, 28)), false],
    [period(on(1, 1), days(14n)), period(on(1, 15), on(1, 31)), false],
    [period(on(1, 31), days(-30n)), period(on(1, 15), on(2, 15)), true],
    [period(nullValue, on(1, 15)), january, true],
    [january, period(nullValue, on(1, 15)), true],
    [period(on(1, 1), on(1, 15)), period(missing, on(1, 31)), undefined],
    [period(nullValue, missing), january, undefined],
  ]
  for (const [a, b, expected] of cases) {
    const result = overlaps(a, b)
    assert.equal(result.type === 'bool' ? result.value : undefined, expected)
  }
})

test('what is no period is refused', () => {
  const january = period(on(1, 1), on(1, 31))
  for (const other of [
    list([]),
    list([on(1, 1), on(1, 2), on(1, 3)]),
    period(int(1), on(1, 2)),
    period(nullValue, int(1)),
    period(time(1, 0, 0, 0n, 0, undefined), time(2, 0, 0, 0n, 0, undefined)),
    struct(['a', 'b'], [on(1, 1), on(1, 2)]),
  ]) {
    assert.throws(() => overlaps(january, other), { code: 'evaluator/type-mismatch' })
  }
})
