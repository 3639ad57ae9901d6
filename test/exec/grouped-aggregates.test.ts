import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { LedgerError } from '../../src/base/errors.ts'
import { findAggregate } from '../../src/exec/functions/aggregates.ts'
import { evaluate } from '../../src/index.ts'
import { decimal, float, int, nullValue, type Value } from '../../src/values/value.ts'
import { printIon } from '../../src/values/text-writer.ts'

const names = ['count', 'sum', 'avg', 'min', 'max', 'any_value']

/** Small integers, those whose sum is no longer exact, and other numbers. */
const number: fc.Arbitrary<Value> = fc.oneof(
  fc.integer({ min: -9, max: 9 }).map((value) => int(value)),
  fc.constantFrom<Value>(int(Number.MAX_SAFE_INTEGER), int(-Number.MAX_SAFE_INTEGER), int(2n ** 70n), nullValue),
  fc.constantFrom<Value>(decimal(15n, -1), decimal(-3n, 0), float(0.5)),
)

test('the aggregates of a group are those of its values one by one', () => {
  const rows = fc.array(fc.record({ k: fc.integer({ min: 0, max: 3 }), v: number }), { minLength: 1, maxLength: 40 })
  const columns = names.map((name) => `${name}(t.v)`).join(', ')
  const text = `SELECT VALUE [k, COUNT(*), COUNT(t.v) FILTER (WHERE t.k <> 1), ${columns}] FROM t AS t GROUP BY t.k AS k`
  fc.assert(
    fc.property(rows, (rows) => {
      const groups = new Map<number, Value[]>()
      for (const { k, v } of rows) groups.set(k, [...(groups.get(k) ?? []), v])
      const expected = [...groups].map(([k, values]) => {
        const results = names.map((name) => {
          const accumulator = findAggregate(name)?.start()
          for (const value of values) accumulator?.add(value)
          return printIon(accumulator?.result() as Value)
        })
        const present = values.filter((value) => value.type !== 'null').length
        return `[${[k, values.length, k === 1 ? 0 : present, ...results].join(',')}]`
      })
      const found = evaluate(text, { t: rows.map(({ k, v }) => ({ k, v })) })
      assert.equal(printIon(found), `$bag::[${expected.join(',')}]`)
    }),
    { numRuns: 60 },
  )
})

test('groups whose kept values outgrow the memory end with a limit', () => {
  const rows = Array.from({ length: 40 }, (_, n) => ({ k: n % 20, v: n < 20 ? 'a' : `b${'x'.repeat(10_000)}` }))
  for (const aggregate of ['MAX(t.v)', 'MIN(CASE WHEN CHAR_LENGTH(t.v) > 9 THEN t.v END)']) {
    const text = `SELECT t.k, CHAR_LENGTH(${aggregate}) AS m FROM t AS t GROUP BY t.k`
    assert.throws(
      () => evaluate(text, { t: rows }, { memoryBytes: 50_000 }),
      (error: LedgerError) => error.code === 'evaluator/limit',
    )
    const found = evaluate(`SELECT VALUE SUM(g.m) FROM (${text}) AS g`, { t: rows }, { memoryBytes: 5_000_000 })
    assert.equal(printIon(found), `$bag::[${20 * 10_001}]`)
  }
})
