import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { interruptible } from '../../src/base/interruption.ts'
import { clauseStepsMax, conjunctsPlacedMax } from '../../src/base/limits.ts'
import { changeFields } from '../../src/exec/change-fields.ts'
import { changeAt } from '../../src/exec/edit-document.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import type { Operator } from '../../src/plan/plan.ts'
import { parseStatement } from '../../src/syntax/parser.ts'
import { printStatement } from '../../src/syntax/print-ast.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { int, missing, struct, type Value } from '../../src/values/value.ts'
import { countSteps } from '../support/count-steps.ts'
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
  comparisons: (n) => `x = 1 ${repeated(n, (at) => (at % 2 ? '= true' : '<> false'), ' ')}`,
  'is, in, like': (n) =>
    `x ${repeated(n, (at) => ['IS NOT NULL', 'IN (true, 1)', 'IS BOOL', '= ANY (<< true >>)'][at % 4] as string, ' ')}`,
  'between, distinct': (n) => `x ${repeated(n, (at) => (at % 2 ? 'IS DISTINCT FROM 1' : 'BETWEEN 0 AND 5'), ' ')}`,
  'else with branches': (n) =>
    `${repeated(n, (at) => `CASE x + 0 WHEN ${at + 2} THEN 1 WHEN ${at + 3} THEN 2 ELSE`, ' ')} 7${' END'.repeat(n)}`,
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

/** Statements that grow with a number; each is planned and run. */
const growing: Readonly<Record<string, (length: number) => string>> = {
  'names of SELECT': (n) => `SELECT ${repeated(n, (at) => `f${at}`, ', ')} FROM << {'a': 1} >> AS x`,
  'keys of groups by alias': (n) =>
    `SELECT ${repeated(n, (at) => `k${at}`, ', ')} FROM << {'a': 1} >> AS x GROUP BY ${repeated(n, (at) => `x.f${at} AS k${at}`, ', ')}`,
  'keys of groups by expression': (n) =>
    `SELECT ${repeated(n, (at) => `x.f${at}`, ', ')} FROM << {'a': 1} >> AS x GROUP BY ${repeated(n, (at) => `x.f${at}`, ', ')}`,
  'keys of an order by alias': (n) =>
    `SELECT ${repeated(n, (at) => `x.f${at} AS g${at}`, ', ')} FROM << {'a': 1} >> AS x ORDER BY ${repeated(n, (at) => `g${at}`, ', ')}`,
  'keys of an order by number': (n) =>
    `SELECT ${repeated(n, (at) => `x.f${at}`, ', ')} FROM << {'a': 1} >> AS x ORDER BY ${repeated(n, (at) => `${at + 1}`, ', ')}`,
  'named windows': (n) =>
    `SELECT ${repeated(n, (at) => `SUM(x.a) OVER w${at}`, ', ')} FROM << {'a': 1} >> AS x WINDOW ${repeated(n, (at) => `w${at} AS (ORDER BY x.a)`, ', ')}`,
  'windows over each other': (n) =>
    `SELECT ${repeated(n / 4, (at) => `SUM(x.f${at}) OVER (ORDER BY x.a + ${at})`, ', ')} FROM << {'a': 1} >> AS x`,
  'excluded paths': (n) => `SELECT * EXCLUDE ${repeated(n, (at) => `x.f${at}`, ', ')} FROM << {'a': 1} >> AS x`,
  'bindings of WITH': (n) =>
    `WITH ${repeated(n, (at) => `q${at} AS (SELECT VALUE x FROM ${at === 0 ? '<<1>>' : `q${at - 1}`} AS x)`, ', ')} SELECT VALUE 1 FROM q0 AS x`,
  'corresponding columns': (n) => {
    const rows = `SELECT ${repeated(n, (at) => `1 AS a${at}`, ', ')} FROM << 1 >> AS x`
    return `${rows} UNION CORRESPONDING BY (${repeated(n, (at) => `a${at}`, ', ')}) ${rows}`
  },
  'assigned fields': (n) => `UPDATE T SET ${repeated(n, (at) => `f${at} = ${at}`, ', ')}`,
  'assigned paths': (n) => `UPDATE T AS t SET ${repeated(n, (at) => `t.a.f${at} = ${at}`, ', ')} WHERE t.b = 1`,
  'removed fields': (n) => `UPDATE T AS t ${repeated(n, (at) => `REMOVE t.f${at}`, ' ')}`,
}

test('the work for a statement of many parts is in proportion to their number', () => {
  for (const [kind, statement] of Object.entries(growing)) {
    const stepsOf = (length: number) => {
      const database = new MemoryDatabase(true)
      runStatement(database, 'CREATE TABLE T')
      runStatement(database, "INSERT INTO T VALUE {'n': 1, 'a': {}}")
      const text = statement(length)
      return countSteps(() => void runStatement(database, text))
    }
    const [some, many] = [stepsOf(120), stepsOf(480)]
    // In proportion is 4 times; work that grows with the square is 16 times.
    assert.ok(many < some * 8, `${kind}: ${some} steps for 120, ${many} for 480`)
  }
})

test('planning a statement can be interrupted in every kind of long statement', () => {
  class Stopped extends Error {}
  for (const [kind, statement] of Object.entries(growing)) {
    const database = new MemoryDatabase(true)
    runStatement(database, 'CREATE TABLE T')
    const text = statement(2_000)
    const parsed = parseStatement(text)
    const stop = () => {
      throw new Stopped()
    }
    assert.throws(() => interruptible(stop, () => parseStatement(text)), Stopped, kind)
    const plan = () => buildPlan(parsed, database, { strictQldb: false, typing: 'permissive' })
    assert.throws(() => interruptible(stop, plan), Stopped, kind)
  }
})

test('changes of many fields in one pass give what single changes give', () => {
  const names = fc.constantFrom('a', 'A', 'b', 'c', 'Ab', 'aB', 'd')
  const value = fc.integer({ min: 0, max: 9 }).map((one) => int(one))
  const field = fc.record({ name: names, exact: fc.boolean() })
  const change = fc.oneof(
    fc.record({ kind: fc.constant('set' as const), value: fc.oneof(value, fc.constant(missing)) }),
    fc.constant({ kind: 'remove' as const }),
  )
  const changes = fc.array(fc.record({ field, change }), { maxLength: 12 })
  const document = fc.array(fc.tuple(names, value), { maxLength: 6 })
  fc.assert(
    fc.property(document, changes, (fields, made) => {
      const before = struct(
        fields.map(([name]) => name),
        fields.map(([, one]) => one),
      )
      const steps = made.map((one) => ({
        path: [{ kind: 'field' as const, ...one.field }] as const,
        change: one.change,
      }))
      const found = changeFields(before, steps)
      const expected = steps.reduce<Value>((document, { path, change }) => changeAt(document, path, change), before)
      if (found !== undefined) assert.equal(printIon(found), printIon(expected))
      else
        assert.ok(
          new Set(
            [...fields.map(([name]) => name), ...made.map((one) => one.field.name)].map((name) => name.toLowerCase()),
          ).size <
            fields.length + made.length,
        )
    }),
  )
})

const predicates = [
  ...['= true', '<> false', 'IS NOT NULL', 'IS MISSING', 'IN (true)', 'NOT IN (false)', 'BETWEEN false AND true'],
  ...[
    "LIKE 'x'",
    "NOT LIKE 'x' ESCAPE '/'",
    'IS TRUE',
    'IS NOT UNKNOWN',
    'IS DISTINCT FROM true',
    '= ALL (<< true >>)',
  ],
]

test('a chain of any predicates gives what its parts give one after the other', () => {
  const run = (text: string) =>
    runStatement(new MemoryDatabase(), `SELECT VALUE ${text} FROM << 1 >> AS x`)[0] as string
  const written = (value: string) => (value.startsWith('$missing') ? 'MISSING' : value)
  const chains = fc.array(fc.constantFrom(...predicates), { minLength: 30, maxLength: 140 })
  fc.assert(
    fc.property(chains, fc.constantFrom('true', 'false', 'null', 'MISSING', 'x'), (chain, first) => {
      let expected = run(first)
      for (let at = 0; at < chain.length; at += 9) {
        expected = run(`${written(expected)} ${chain.slice(at, at + 9).join(' ')}`)
      }
      assert.equal(run(`${first} ${chain.join(' ')}`), expected)
    }),
    { numRuns: 40 },
  )
})

test('a chain of any set operations gives what its parts give one after the other', () => {
  const rows = (text: string) => runStatement(new MemoryDatabase(), text).sort()
  const operations = fc.constantFrom('UNION', 'UNION ALL', 'EXCEPT', 'EXCEPT ALL', 'UNION DISTINCT')
  const chains = fc.array(fc.tuple(operations, fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 })), {
    minLength: 30,
    maxLength: 160,
  })
  const written = (chain: readonly (readonly [string, readonly number[]])[]) =>
    chain.map(([op, values], at) => `${op} SELECT v AS c${at} FROM << ${values.join(', ')} >> AS v`).join(' ')
  const first = 'SELECT v AS a FROM << 1, 1, 2 >> AS v'
  fc.assert(
    fc.property(chains, (chain) => {
      let expected = rows(first)
      for (let at = 0; at < chain.length; at += 9) {
        const before = expected.map((row) => /\d+/.exec(row)?.[0])
        const left = `SELECT v AS a FROM << ${before.join(', ')} >> AS v`
        expected = rows(`${left} ${written(chain.slice(at, at + 9))}`)
      }
      const text = `${first} ${written(chain)}`
      assert.deepEqual(rows(text), expected)
      // As operands: of IN, of another set operation, of ORDER BY and LIMIT.
      const values = expected.map((row) => Number(/\d+/.exec(row)?.[0])).sort((a, b) => a - b)
      const found = rows(`SELECT VALUE x FROM << 0, 1, 2, 3, 4, 5 >> AS x WHERE x IN (${text})`)
      assert.deepEqual(found, [...new Set(values)].map(String))
      const ordered = runStatement(new MemoryDatabase(), `${text} ORDER BY a DESC LIMIT 2`)
      assert.deepEqual(
        ordered,
        values
          .toReversed()
          .slice(0, 2)
          .map((value) => `{a:${value}}`),
      )
      const wrapped = rows(`SELECT 9 AS z FROM << 1 >> AS x UNION ALL (${text})`)
      assert.deepEqual(wrapped, [...values.map((value) => `{z:${value}}`), '{z:9}'])
      assert.deepEqual(rows(printStatement(parseStatement(text))), expected)
    }),
    { numRuns: 25 },
  )
})

test('long chains of set operations run, are explained and are refused where their columns differ', () => {
  const long = (columns: (at: number) => string) =>
    `SELECT 0 AS a FROM << 1 >> AS v ${repeated(2_500, (at) => `${at % 2 ? 'UNION' : 'EXCEPT'} SELECT ${columns(at)} FROM << 1 >> AS v`, ' ')}`
  const run = (text: string) => runStatement(new MemoryDatabase(), text)
  assert.equal(run(`SELECT VALUE COUNT(*) FROM (${long((at) => `${at} AS b`)}) AS q`)[0], '1250')
  assert.ok(run(`EXPLAIN ${long((at) => `${at} AS b`)}`).length > 2_500)
  assert.throws(() => run(long((at) => (at === 2_000 ? '1 AS b, 2 AS c' : '1 AS b'))), { code: 'semantic/invalid' })
})
