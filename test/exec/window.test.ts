import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import Database from 'libsql'
import { runPlan } from '../../src/exec/run.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import { parseStatement } from '../../src/syntax/parser.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { int, missing, nullValue, type Value } from '../../src/values/value.ts'
import { MemoryDatabase } from '../support/memory-source.ts'
import { runStatement } from '../support/run-statement.ts'
import { SpillWorld } from '../support/spill-world.ts'
import { type NaiveBound, type NaiveCall, type NaiveRow, type NaiveWindow, naiveWindow } from './naive-window.ts'

const world = new SpillWorld()
after(() => world.remove())

const values = (...texts: readonly string[]) => texts.map((text) => (text === '' ? missing : parseIon(text)))

/** Numbers of all types that tie, texts, what is absent, and numbers whose sums are rounded. */
const keys = fc.constantFrom(...values('1', '2', '2', '3', '5', '1.0', '2.50', '3e0', '"a"', 'null', ''))
const args = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...values('1', '-2', '3', '9007199254740991', '-9007199254740991')) },
  { weight: 4, arbitrary: fc.constantFrom(...values('1.0', '2.50', '-0.', '7d2', '1d-70', '-3.25', '1.0')) },
  { weight: 2, arbitrary: fc.constantFrom(...values('null', '', '99999999999999999999999999999999999999.5')) },
  { weight: 1, arbitrary: fc.constantFrom(...values('1e-1', '2e-1', '"x"', 'true', 'false')) },
)
const bools = fc.constantFrom(...values('true', 'false', 'true', 'null'))
const rows = (arg: fc.Arbitrary<Value>): fc.Arbitrary<NaiveRow[]> =>
  fc.array(fc.record({ part: fc.constantFrom(...values('1', '1.0', '"p"', 'null', '')), key: keys, arg }), {
    minLength: 1,
    maxLength: 20,
  })

const offsets = fc.constantFrom(0, 1, 2, 4)
const bound: fc.Arbitrary<NaiveBound> = fc.oneof(
  fc.constant<NaiveBound>({ side: 'current-row', offset: undefined }),
  fc.record({
    side: fc.constantFrom('preceding' as const, 'following' as const),
    offset: fc.option(offsets.map(int), { nil: undefined }),
  }),
)
const sides = { preceding: 0, 'current-row': 1, following: 2 }
const window: fc.Arbitrary<NaiveWindow> = fc
  .record({
    isPartitioned: fc.boolean(),
    isOrdered: fc.boolean(),
    descending: fc.boolean(),
    nullsFirst: fc.boolean(),
    unit: fc.constantFrom('rows' as const, 'range' as const, 'groups' as const),
    start: bound,
    end: bound,
  })
  .filter(({ unit, isOrdered, start, end }) => {
    if (start.side === 'following' && start.offset === undefined) return false
    if (end.side === 'preceding' && end.offset === undefined) return false
    if (sides[start.side] > sides[end.side]) return false
    return isOrdered || unit === 'rows' || (unit === 'range' && (start.offset ?? end.offset) === undefined)
  })

const rankings = ['row_number', 'rank', 'dense_rank', 'percent_rank', 'cume_dist', 'ntile', 'lag', 'lead']
const framed = ['first_value', 'last_value', 'nth_value', 'count(*)', 'count', 'sum', 'avg', 'min', 'max']
const calls: fc.Arbitrary<NaiveCall> = fc.record({
  name: fc.constantFrom(...rankings, ...framed, ...framed),
  distinct: fc.boolean(),
  number: fc.constantFrom(1, 2, 3),
  otherwise: fc.constantFrom(nullValue, int(7)),
})

function callText({ name, distinct, number, otherwise }: NaiveCall): string {
  if (name === 'count(*)') return 'COUNT(*)'
  if (name === 'ntile') return `NTILE(${number})`
  if (name === 'nth_value') return `NTH_VALUE(t.arg, ${number})`
  if (name === 'lag' || name === 'lead') return `${name}(t.arg, ${number}, ${printIon(otherwise)})`
  if (name === 'first_value' || name === 'last_value') return `${name}(t.arg)`
  return rankings.includes(name) ? `${name}()` : `${name}(${distinct ? 'DISTINCT ' : ''}t.arg)`
}

function boundText({ side, offset }: NaiveBound): string {
  if (side === 'current-row') return 'CURRENT ROW'
  return `${offset === undefined ? 'UNBOUNDED' : printIon(offset)} ${side.toUpperCase()}`
}

function windowText(one: NaiveWindow): string {
  const order = `ORDER BY t.key ${one.descending ? 'DESC' : 'ASC'} NULLS ${one.nullsFirst ? 'FIRST' : 'LAST'}`
  const frame = `${one.unit.toUpperCase()} BETWEEN ${boundText(one.start)} AND ${boundText(one.end)}`
  return [one.isPartitioned ? 'PARTITION BY t.part' : '', one.isOrdered ? order : '', frame].join(' ')
}

function rowText({ part, key, arg }: NaiveRow): string {
  const fields = Object.entries({ part, key, arg }).filter(([, value]) => value.type !== 'missing')
  return `{${fields.map(([name, value]) => `${name}:${printIon(value)}`).join(',')}}`
}

function checkSame(given: readonly NaiveRow[], one: NaiveWindow, many: readonly NaiveCall[]): void {
  const text = `SELECT VALUE [${many.map((call) => `${callText(call)} OVER w`).join(', ')}] FROM ? AS t WINDOW w AS (${windowText(one)})`
  const rows = parseIon(`[${given.map(rowText).join(',')}]`)
  const wanted = many.map((call) => naiveWindow(given, one, call))
  const lists = given.map((_, row) => `[${wanted.map((column) => cellText(column[row] as Value)).join(',')}]`)
  // What DISTINCT has seen does not spill.
  const least = many.some((call) => call.distinct) ? 60_000 : 1_000
  for (const memoryBytes of [Number.POSITIVE_INFINITY, least]) {
    assert.deepEqual(runWithin(memoryBytes, text, rows), lists, `${text} -- ${given.map(rowText).join(' ')}`)
  }
}

/** With little memory nearly all of a window spills. */
function runWithin(memoryBytes: number, text: string, parameter: Value): string[] {
  const database = new MemoryDatabase()
  const plan = buildPlan(parseStatement(text), database, { strictQldb: false, typing: 'permissive' })
  const memory = world.memory(memoryBytes)
  const rows = [...runPlan(plan, { ...database.context([parameter]), memory })].map((row) => printIon(row))
  assert.deepEqual([memory.used, memory.diskUsed], [0, 0], 'everything is given back')
  return rows
}

function cellText(value: Value): string {
  return value.type === 'missing' ? '$missing::null' : printIon(value)
}

test('every window function over every frame gives what its definition gives', () => {
  fc.assert(fc.property(rows(args), window, fc.array(calls, { minLength: 1, maxLength: 3 }), checkSame), {
    numRuns: 400,
  })
  assert.ok(world.opened > 20, 'windows spilled')
})

test('aggregates of booleans over frames give what their definition gives', () => {
  const names = fc.constantFrom('any', 'some', 'every', 'count', 'min')
  const call = names.map((name): NaiveCall => ({ name, distinct: false, number: 1, otherwise: nullValue }))
  fc.assert(
    fc.property(rows(bools), window, call, (given, one, each) => checkSame(given, one, [each])),
    { numRuns: 150 },
  )
})

/** What SQL fixes, SQLite judges: whole numbers, and an order without ties where the function tells ties apart. */
type SqlRow = readonly [p: number, k: number | null, v: number | null]
const sqlRows: fc.Arbitrary<SqlRow[]> = fc.array(
  fc.tuple<[number, number | null, number | null]>(
    fc.integer({ min: 0, max: 2 }),
    fc.option(fc.integer({ min: 0, max: 4 }), { freq: 5, nil: null }),
    fc.option(fc.integer({ min: -3, max: 9 }), { freq: 5, nil: null }),
  ),
  { minLength: 1, maxLength: 12 },
)
const sqlCalls = fc.constantFrom(
  ...['ROW_NUMBER()', 'RANK()', 'DENSE_RANK()', 'PERCENT_RANK()', 'CUME_DIST()', 'NTILE(3)', 'LAG(v)', 'LEAD(v, 2, 0)'],
  ...['FIRST_VALUE(v)', 'LAST_VALUE(v)', 'NTH_VALUE(v, 2)', 'COUNT(*)', 'COUNT(v)', 'SUM(v)', 'MIN(v)', 'MAX(v)'],
  ...['SUM(v) FILTER (WHERE v > 1)', 'COUNT(*) FILTER (WHERE k = 2)', 'AVG(v)'],
)

test('windows over SQL rows give what SQLite gives', () => {
  fc.assert(
    fc.property(sqlRows, window, fc.boolean(), sqlCalls, (given, one, isTotal, call) => {
      const isRange = one.unit === 'range' && (one.start.offset ?? one.end.offset) !== undefined
      // Without a total order SQL leaves open which of some ties comes first.
      const hasTies = !isTotal || isRange || !one.isOrdered
      if (hasTies && (one.unit === 'rows' || !/^(RANK|DENSE|PERC|CUME|COUNT|SUM|MIN|MAX|AVG)/.test(call))) return
      const spec = windowText({ ...one, isPartitioned: false }).replaceAll('t.key', 'k')
      const tied = hasTies ? spec : spec.replace(/NULLS (FIRST|LAST)/, '$&, i')
      const text = `SELECT i, ${call} OVER (${one.isPartitioned ? 'PARTITION BY p ' : ''}${tied}) AS r FROM T ORDER BY i`
      const sqlite = new Database(':memory:')
      const database = new MemoryDatabase()
      sqlite.exec('CREATE TABLE T (i, p, k, v)')
      runStatement(database, 'CREATE TABLE T')
      for (const [i, [p, k, v]] of given.entries()) {
        sqlite.exec(`INSERT INTO T VALUES (${i}, ${p}, ${k}, ${v})`)
        runStatement(database, `INSERT INTO T VALUE {'i': ${i}, 'p': ${p}, 'k': ${k}, 'v': ${v}}`)
      }
      const wanted = (sqlite.prepare(text).raw().all() as unknown[][]).map(([, r]) => (r === null ? r : Number(r)))
      sqlite.close()
      assert.deepEqual(runStatement(database, text).map(resultOf), wanted, `${text} -- ${JSON.stringify(given)}`)
    }),
    { numRuns: 150 },
  )
})

function resultOf(line: string): number | null {
  const row = parseIon(line)
  const result = row.type === 'struct' ? row.get('r') : undefined
  if (result?.type === 'int') return Number(result.value)
  return result?.type === 'decimal' ? Number(`${result.coefficient}e${result.exponent}`) : null
}
