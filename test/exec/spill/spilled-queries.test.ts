import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { LedgerError } from '../../../src/base/errors.ts'
import { runPlan } from '../../../src/exec/run.ts'
import { evaluate, prepare } from '../../../src/index.ts'
import { buildPlan } from '../../../src/plan/build-plan.ts'
import { parseStatement } from '../../../src/syntax/parser.ts'
import { parseIon } from '../../../src/values/text-reader.ts'
import { printIon } from '../../../src/values/text-writer.ts'
import {
  decimal,
  float,
  int,
  missing,
  nullValue,
  string,
  struct,
  symbol,
  type Value,
} from '../../../src/values/value.ts'
import { runStatement } from '../../support/run-statement.ts'
import { SpillWorld } from '../../support/spill-world.ts'
import { StoredDatabase } from '../../support/stored-source.ts'
import { contents, query } from '../generated-queries.ts'

const world = new SpillWorld()
after(() => world.remove())

/** The order in which queries spill must be that of memory, so `n` says where each document stood. */
const queries = {
  sort: [
    'SELECT t.n, t.k FROM T AS t ORDER BY t.k',
    'SELECT t.n, t.k FROM T AS t ORDER BY t.k DESC NULLS LAST, t.v',
    'SELECT VALUE t FROM T AS t ORDER BY t.v NULLS FIRST',
    'SELECT t.n FROM T AS t ORDER BY t.n DESC',
    'SELECT t.n, t.k FROM T AS t ORDER BY t.k LIMIT 7 OFFSET 3',
    'SELECT t.n FROM T AS t ORDER BY t.v DESC LIMIT 100000',
    'SELECT t.n, u.n AS m FROM T AS t, U AS u WHERE t.k = u.k ORDER BY t.v, u.n DESC',
  ],
  distinct: [
    'SELECT DISTINCT t.k FROM T AS t',
    'SELECT DISTINCT VALUE [t.k, t.v] FROM T AS t LIMIT 25 OFFSET 2',
    'SELECT DISTINCT t.k FROM T AS t ORDER BY t.k',
    'SELECT t.n, (SELECT COUNT(*) FROM (SELECT DISTINCT u.k FROM U AS u WHERE u.n >= t.n) AS d) AS c FROM T AS t WHERE t.n < 4',
  ],
  group: [
    'SELECT t.k, COUNT(*) AS c, SUM(t.n) AS s, MIN(t.v) AS low, MAX(t.n) AS high FROM T AS t GROUP BY t.k',
    'SELECT k, v, AVG(t.n) AS a FROM T AS t GROUP BY t.k AS k, t.v AS v',
    'SELECT t.k, COUNT(*) FILTER (WHERE t.n > 3) AS c FROM T AS t GROUP BY t.k HAVING COUNT(*) > 1',
    'SELECT COUNT(DISTINCT t.k) AS c, COUNT(DISTINCT t.v) AS d, COUNT(*) AS n FROM T AS t',
    'SELECT t.k, COUNT(DISTINCT t.v) AS c, SUM(DISTINCT t.n) AS s FROM T AS t GROUP BY t.k',
    'SELECT t.k, SUM(t.n) AS s FROM T AS t GROUP BY t.k ORDER BY s DESC, t.k LIMIT 3',
    'SELECT u.k, t.v, COUNT(*) AS c FROM T AS t, U AS u WHERE t.k = u.k GROUP BY u.k, t.v',
    'SELECT t.n, (SELECT MAX(d.c) FROM (SELECT COUNT(*) AS c FROM U AS u WHERE u.n >= t.n GROUP BY u.k) AS d) AS m FROM T AS t WHERE t.n < 4',
  ],
  join: [
    'SELECT t.n, u.n AS m FROM T AS t JOIN U AS u ON t.k = u.k',
    'SELECT t.n, u.n AS m FROM T AS t LEFT JOIN U AS u ON t.k = u.k AND t.n < u.n',
    'SELECT t.n, u AS m FROM T AS t RIGHT JOIN U AS u ON t.k = u.k AND t.v = u.v',
    'SELECT t, u FROM T AS t FULL JOIN U AS u ON t.k = u.k AND t.n <> u.n',
    'SELECT t.n, u.n AS m FROM T AS t FULL JOIN U AS u ON t.n < u.n',
    'SELECT t.n, u.n AS m, w.n AS o FROM T AS t JOIN (U AS u JOIN T AS w ON u.v = w.v) ON t.k = u.k',
    'SELECT t.n, x.c FROM T AS t LEFT JOIN (SELECT u.k, COUNT(*) AS c FROM U AS u GROUP BY u.k) AS x ON t.k = x.k',
  ],
  set: [
    'SELECT t.k FROM T AS t OUTER UNION SELECT u.k FROM U AS u',
    'SELECT VALUE t.k FROM T AS t OUTER INTERSECT SELECT VALUE u.k FROM U AS u',
    'SELECT VALUE t.k FROM T AS t OUTER INTERSECT ALL SELECT VALUE u.k FROM U AS u',
    'SELECT VALUE t.k FROM T AS t OUTER EXCEPT SELECT VALUE u.k FROM U AS u',
    'SELECT VALUE t.k FROM T AS t OUTER EXCEPT ALL SELECT VALUE u.k FROM U AS u',
    'SELECT t.n, 1 AS x FROM T AS t EXCEPT SELECT u.n, 1 AS x FROM U AS u WHERE u.n > 7',
    'SELECT * FROM T AS t OUTER UNION ALL SELECT * FROM U AS u ORDER BY k, n',
    "(SELECT VALUE {'n': t.n} FROM T AS t) UNION (SELECT VALUE {'m': u.n} FROM U AS u) LIMIT 9 OFFSET 2",
  ],
  'groups that collect': [
    'SELECT k, g FROM T AS t GROUP BY t.k AS k GROUP AS g',
    'SELECT t.k, ARRAY_AGG(t.v ORDER BY t.n DESC) AS a, COUNT(DISTINCT t.v) AS c FROM T AS t GROUP BY t.k',
    "SELECT t.k, STRING_AGG(DISTINCT CAST(t.n AS STRING), ',') AS a FROM T AS t GROUP BY t.k",
    'SELECT t.k, MEDIAN(t.n) AS m, COUNT(*) AS c FROM T AS t GROUP BY t.k',
  ],
  window: [
    'SELECT t.n, ROW_NUMBER() OVER (ORDER BY t.k) AS r FROM T AS t',
    'SELECT VALUE [t, RANK() OVER (PARTITION BY t.k ORDER BY t.v)] FROM T AS t',
    'SELECT t.n, LAG(t.v) OVER w AS a, LEAD(t.v, 3) OVER w AS b, NTILE(4) OVER w AS c, CUME_DIST() OVER w AS d FROM T AS t WINDOW w AS (ORDER BY t.v, t.n)',
    'SELECT t.n, SUM(t.n) OVER (PARTITION BY t.k, t.v ORDER BY t.n DESC) AS s, COUNT(t.v) OVER (PARTITION BY t.k) AS c FROM T AS t',
    'SELECT t.n, MAX(t.v) OVER (ORDER BY t.n ROWS BETWEEN 20 PRECEDING AND 3 FOLLOWING) AS m, COUNT(*) OVER (ORDER BY t.n ROWS 2 PRECEDING) AS a FROM T AS t',
    'SELECT t.n, u.n AS m, LAST_VALUE(u) OVER (PARTITION BY t.k ORDER BY u.n RANGE 4 PRECEDING) AS x FROM T AS t, U AS u WHERE t.k = u.k',
    'SELECT t.n, RANK() OVER (ORDER BY t.k) AS r FROM T AS t ORDER BY r, t.n LIMIT 10',
  ],
}

/** Keys that are equal though written differently, absent, of several types, and some that never occur twice. */
const key: fc.Arbitrary<Value> = fc.oneof(
  fc.constantFrom<Value>(int(1), float(1), decimal(1n, 0), decimal(10n, -1), int(0), float(-0), float(Number.NaN)),
  fc.constantFrom<Value>(
    nullValue,
    missing,
    string('a'),
    symbol('a'),
    string('b'),
    string('\u{1F4A9}'),
    string('\uE000'),
  ),
  fc.integer({ min: -5, max: 40 }).map((number) => int(number)),
  fc.integer({ min: 0, max: 1_000 }).map((number) => string(`key ${number}`)),
)
const documents = fc
  .array(fc.record({ k: key, v: key }), { maxLength: 60, size: 'max' })
  .map((rows) => rows.map(({ k, v }, at) => documentOf({ n: int(at), k, v })))

function documentOf(fields: Readonly<Record<string, Value>>): Value {
  const present = Object.entries(fields).filter(([, value]) => value.type !== 'missing')
  return struct(
    present.map(([name]) => name),
    present.map(([, value]) => value),
  )
}

function databaseOf(t: readonly Value[], u: readonly Value[]): StoredDatabase {
  const database = new StoredDatabase()
  for (const [name, rows] of [
    ['T', t],
    ['U', u],
  ] as const) {
    runStatement(database, `CREATE TABLE ${name}`)
    for (const row of rows) runStatement(database, `INSERT INTO ${name} ?`, [printIon(row)])
  }
  return database
}

function outcomeOf(
  database: StoredDatabase,
  text: string,
  memoryBytes: number,
  parameters: readonly string[] = [],
): string[] | { error: string } {
  const plan = buildPlan(parseStatement(text), database, { strictQldb: false, typing: 'permissive' })
  const memory = world.memory(memoryBytes)
  try {
    const rows = [...runPlan(plan, { ...database.context(parameters.map(parseIon)), memory })].map((row) =>
      printIon(row),
    )
    assert.deepEqual([memory.used, memory.diskUsed], [0, 0], `everything is given back: ${text}`)
    return rows
  } catch (error) {
    if (error instanceof LedgerError) return { error: error.code }
    throw error
  }
}

/** Results that hold values of many rows, and those of sub-queries, can't be spilled. */
function limitsOf(operator: string, text: string): fc.Arbitrary<number> {
  if (operator === 'groups that collect') return fc.constant(20_000)
  return text.includes('(SELECT') ? fc.constant(2_500) : fc.constantFrom(1_000, 1_000, 1_000, 2_000, 20_000)
}

for (const [operator, texts] of Object.entries(queries)) {
  test(`${operator}: what spills gives the rows of memory, in the same order`, () => {
    for (const text of texts) {
      const before = world.opened
      fc.assert(
        fc.property(documents, documents, limitsOf(operator, text), (t, u, memoryBytes) => {
          const database = databaseOf(t, u)
          const inMemory = outcomeOf(database, text, Number.POSITIVE_INFINITY)
          assert.deepEqual(outcomeOf(database, text, memoryBytes), inMemory, text)
        }),
        { numRuns: 12 },
      )
      assert.ok(world.opened > before, `nothing spilled: ${text}`)
    }
  })
}

test('random queries that spill give the rows of memory, in the same order, or end with a limit', () => {
  const seen = { compared: 0, spilled: 0, limited: 0 }
  fc.assert(
    fc.property(contents, query, (tables, { text, parameters }) => {
      const database = new StoredDatabase()
      for (const [name, rows] of Object.entries(tables)) {
        runStatement(database, `CREATE TABLE ${name}`)
        for (const row of rows) runStatement(database, `INSERT INTO ${name} ?`, [row])
      }
      const inMemory = outcomeOf(database, text, Number.POSITIVE_INFINITY, parameters)
      const before = world.opened
      const spilled = outcomeOf(database, text, 700, parameters)
      if (world.opened > before) seen.spilled += 1
      if ('error' in spilled && spilled.error === 'evaluator/limit') seen.limited += 1
      else {
        seen.compared += 1
        assert.deepEqual(spilled, inMemory, text)
      }
    }),
    { numRuns: 400 },
  )
  assert.ok(seen.compared > 200 && seen.spilled > 50, JSON.stringify(seen))
})

test('a window that spills reads far rows of its partitions from memory or file, and holds no more than its limit', () => {
  const database = new StoredDatabase()
  runStatement(database, 'CREATE TABLE T')
  const rows = Array.from({ length: 3_000 }, (_, n) =>
    documentOf({ n: int(n), p: int(n % 7 === 0 ? 1 : 0), k: string(`key ${(n * 7919) % 3001}`) }),
  )
  const listed = rows.map((row) => printIon(row)).join(', ')
  runStatement(database, `INSERT INTO T << ${listed.replaceAll('"', "'")} >>`)
  const text = `SELECT t.n, LAG(t.k, t.n) OVER w AS a, LEAD(t.n, 700) OVER w AS b, LAST_VALUE(t.k) OVER w AS c,
    SUM(t.n) OVER (w ROWS BETWEEN 400 PRECEDING AND 300 FOLLOWING) AS d, CUME_DIST() OVER w AS e
    FROM T AS t WINDOW w AS (PARTITION BY t.p ORDER BY t.k)`
  const inMemory = outcomeOf(database, text, Number.POSITIVE_INFINITY)
  assert.equal(Array.isArray(inMemory) && inMemory.length, rows.length)
  for (const memoryBytes of [40_000, 200_000, 400_000]) {
    const memory = world.memory(memoryBytes)
    const plan = buildPlan(parseStatement(text), database, { strictQldb: false, typing: 'permissive' })
    const found = [...runPlan(plan, { ...database.context(), memory })].map((row) => printIon(row))
    assert.deepEqual(found, inMemory)
    assert.ok(memory.spilledBytes > 0, `${memoryBytes}: nothing spilled`)
    assert.ok(memory.peakBytes < 1.25 * memoryBytes, `${memoryBytes}: ${memory.peakBytes} bytes held`)
  }
})

test('a cross join reads of its right side what it gives, and keeps what is read again', () => {
  let made = 0
  const rows = {
    *[Symbol.iterator]() {
      for (; made < 1_000_000; made += 1) yield { n: made }
    },
  }
  const text = 'SELECT a.n, b.n AS m FROM l AS a, r AS b LIMIT 5'
  const query = prepare(text, ['l', 'r'])
  assert.equal([...query.rows({ l: [{ n: 1 }, { n: 2 }], r: rows })].length, 5)
  assert.ok(made <= 5, `${made} rows were made`)
})

test('a sub-query that is read again and again spills, and a value that outgrows the memory ends with a limit', () => {
  const numbers = Array.from({ length: 300 }, (_, n) => ({ n }))
  const options = { memoryBytes: 20_000, tempDir: world.directory }
  const joined = 'SELECT COUNT(*) AS c FROM l AS a, (SELECT x.n FROM l AS x ORDER BY x.n) AS b WHERE a.n + b.n < 9'
  assert.equal(printIon(evaluate(joined, { l: numbers }, options)), '$bag::[{c:45}]')
  for (const text of [
    'SELECT VALUE (SELECT x.n FROM l AS x) FROM [1] AS one',
    'SELECT VALUE 1 FROM l AS a WHERE a.n IN (SELECT VALUE x.n FROM l AS x)',
    'SELECT VALUE a.n IN l FROM [1] AS a',
    'SELECT ARRAY_AGG(x.n) AS a FROM l AS x',
    'SELECT g FROM l AS x GROUP ALL GROUP AS g',
  ]) {
    assert.throws(
      () => evaluate(text, { l: numbers }, options),
      (error: LedgerError) => error.code === 'evaluator/limit',
      text,
    )
  }
})
