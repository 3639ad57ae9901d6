import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noticeSitesMax } from '../../src/base/limits.ts'
import { constantOf, contradictionOf } from '../../src/exec/contradictions.ts'
import type { PlanExpression } from '../../src/plan/plan.ts'
import { int } from '../../src/values/value.ts'

const span = { start: 0, end: 0 }

function about(slot: number, op: '<>' | '=', value: number): PlanExpression {
  const left: PlanExpression = { kind: 'slot', slot, name: 'v', span }
  return { kind: 'binary', op, left, right: { kind: 'constant', value: int(value), span }, span } as PlanExpression
}

test('conditions are compared with one another a bounded number of times', () => {
  const others = (count: number) => Array.from({ length: count }, (_, at) => about(0, '<>', at))
  const find = (count: number) => contradictionOf([...others(count), about(0, '=', 0)], 'and', constantOf)
  assert.notEqual(find(noticeSitesMax), undefined)
  assert.equal(find(noticeSitesMax * noticeSitesMax), undefined)
})
