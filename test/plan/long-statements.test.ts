import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clauseStepsMax, conjunctsPlacedMax } from '../../src/base/limits.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import type { Operator } from '../../src/plan/plan.ts'
import { parseStatement } from '../../src/syntax/parser.ts'
import { printStatement } from '../../src/syntax/print-ast.ts'
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

const chainKinds: Readonly<Record<string, (length: number) => string>> = {
  sum: (n) => repeated(n, () => 'x', ' + '),
  joined: (n) => `CHAR_LENGTH(${repeated(n, () => "'a'", ' || ')})`,
  or: (n) => repeated(n, (at) => `x = ${at + 2}`, ' OR '),
  'and, or': (n) => repeated(n, (at) => `x = ${at + 1}`, ' AND y = 2 OR '),
  not: (n) => `${'NOT '.repeat(n)}(x = 1)`,
  signs: (n) => `${'- + '.repeat(n)}x`,
  plus: (n) => `${'+ '.repeat(n)}x`,
  'searched else': (n) => `${repeated(n, (at) => `CASE WHEN x = ${at + 2} THEN 1 ELSE`, ' ')} 7${' END'.repeat(n)}`,
  'simple else': (n) => `${repeated(n, (at) => `CASE x WHEN ${at + 2} THEN 1 ELSE`, ' ')} 7${' END'.repeat(n)}`,
  'mixed else': (n) =>
    `${repeated(n, (at) => `CASE ${at % 2 ? 'x WHEN NULL' : 'WHEN NULL'} THEN 1 ELSE`, ' ')} 7${' END'.repeat(n)}`,
}

test('chains of one kind give at any length what short ones give, and are printed, explained and parsed again', () => {
  for (const [kind, chain] of Object.entries(chainKinds)) {
    const run = (length: number) =>
      runStatement(new MemoryDatabase(), `SELECT VALUE ${chain(length)} FROM << 1 >> AS x, << 2 >> AS y`)
    const growing = kind === 'sum' || kind === 'joined'
    // Chains of 12 are trees, of 40 flat; both lengths and the long one have the same parity.
    for (const length of [12, 13, 40, 41, 5_000, 5_001]) {
      assert.deepEqual(run(length), growing ? [String(length)] : run(length % 2 === 0 ? 2 : 3), `${kind}, ${length}`)
    }
    const statement = parseStatement(`SELECT VALUE ${chain(5_000)} FROM << 1 >> AS x, << 2 >> AS y`)
    const printed = printStatement(statement)
    assert.equal(printStatement(parseStatement(printed)), printed, kind)
    assert.ok(runStatement(new MemoryDatabase(), `EXPLAIN ${printed}`).length > 0, kind)
  }
})

test('an ELSE that only begins with CASE is not part of the chain', () => {
  const chain = (n: number) => `${repeated(n, () => 'CASE WHEN x = 9 THEN 0 ELSE', ' ')} 7${' END + 1'.repeat(n)}`
  const run = (n: number) => runStatement(new MemoryDatabase(), `SELECT VALUE ${chain(n)} FROM << 1 >> AS x`)
  assert.deepEqual([run(3), run(40), run(100)], [['10'], ['47'], ['107']])
  assert.throws(() => run(600), { code: 'parser/nesting-too-deep' })
})
