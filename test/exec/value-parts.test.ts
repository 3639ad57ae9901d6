import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultValueLimits, ValueChecks } from '../../src/exec/value-limits.ts'
import { int, list, string, type Value } from '../../src/values/value.ts'

test('the parts of one value count as the memory that they take, many times their size as Ion', () => {
  const memoryBytes = 1024 * 1024
  const most = (part: Value) => {
    const sum = new ValueChecks(defaultValueLimits, memoryBytes).sum()
    let count = 0
    const add = () => {
      for (;;) {
        sum.add(part)
        count += 1
      }
    }
    assert.throws(add, { code: 'evaluator/limit' })
    return count
  }
  // As Ion these parts have 5, 16 and 31 bytes.
  assert.ok(most(string('a')) < memoryBytes / 100)
  assert.ok(most(int(1)) < memoryBytes / 50)
  assert.ok(most(list([string('a'), string('b'), string('c')])) < memoryBytes / 200)
})
