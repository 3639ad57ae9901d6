import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clauseStepsMax, conjunctsPlacedMax } from '../../src/base/limits.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import type { Operator } from '../../src/plan/plan.ts'
import { parseStatement } from '../../src/syntax/parser.ts'
import { MemoryDatabase } from '../support/memory-source.ts'
import { runStatement } from '../support/run-statement.ts'
import { vehicles } from '../support/vehicles.ts'

const repeated = (count: number, part: (at: number) => string, between: string) =>
  Array.from({ length: count }, (_, at) => part(at)).join(between)

function findFilter(node: unknown): object | undefined {
  if (typeof node !== 'object' || node === null) return undefined
  if ((node as { kind?: string }).kind === 'filter') return node
  for (const part of Object.values(node)) {
    const found = findFilter(part)
    if (found !== undefined) return found
  }
  return undefined
}

test('of very many conditions the last ones are placed together, and all of them count', () => {
  const many = conjunctsPlacedMax * 2
  const where = (last: string) => `${repeated(many, (at) => `vin <> ${at + 100}`, ' AND ')} AND ${last}`
  const plan = buildPlan(parseStatement(`SELECT * FROM Car WHERE ${where('vin < 3')}`), vehicles(), {
    strictQldb: false,
    typing: 'permissive',
  })
  const filter = findFilter(plan) as Extract<Operator, { kind: 'filter' }>
  assert.equal(filter.conditions.length, conjunctsPlacedMax)
  assert.deepEqual(runStatement(vehicles(), `SELECT VALUE vin FROM Car WHERE ${where('vin < 3')}`), ['1', '2'])
  const on = where('vin < 3').replaceAll('vin', 'c.vin')
  assert.deepEqual(runStatement(vehicles(), `SELECT VALUE c.vin FROM << 1 >> AS x JOIN Car AS c ON ${on}`), ['1', '2'])
})

test('more steps over one another than a plan may have are refused', () => {
  const lets = (count: number) =>
    `SELECT VALUE x1 FROM << 7 >> AS v LET ${repeated(count, (at) => `v AS x${at}`, ', ')}`
  const windows = (count: number) =>
    `SELECT ${repeated(count, (at) => `RANK() OVER (ORDER BY v + ${at}) AS r${at}`, ', ')} FROM << 7 >> AS v`
  assert.deepEqual(runStatement(new MemoryDatabase(), lets(clauseStepsMax)), ['7'])
  for (const text of [lets(clauseStepsMax + 1), windows(clauseStepsMax + 1)]) {
    assert.throws(() => runStatement(new MemoryDatabase(), text), { code: 'statement/too-large' })
  }
})

test('keys of groups may differ in case alone, as fields may', () => {
  const text = "SELECT a, A, COUNT(*) AS n FROM << {'a': 1, 'A': 2}, {'a': 1, 'A': 2} >> AS t GROUP BY t.a, t.A"
  assert.deepEqual(runStatement(new MemoryDatabase(), text), ['{a:1,A:2,n:2}'])
})

test('very many fields of a document are found in proportion', () => {
  const fields = repeated(20_000, (at) => `c.f${at % 15_000} AS g${at}`, ', ')
  assert.equal(
    runStatement(vehicles(), `SELECT ${fields}, c.vin FROM Car AS c, Person AS p WHERE p.name = c.owner`).length,
    3,
  )
})
