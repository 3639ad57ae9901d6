import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { LedgerError } from '../../../src/base/errors.ts'
import { runPlan } from '../../../src/exec/run.ts'
import { buildPlan } from '../../../src/plan/build-plan.ts'
import { parseStatement } from '../../../src/syntax/parser.ts'
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
    'SELECT DISTINCT t.k FROM T AS t ORDER BY t.k',
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
  .array(fc.record({ k: key, v: key }), { maxLength: 60 })
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

function outcomeOf(database: StoredDatabase, text: string, memoryBytes: number): string[] | { error: string } {
  const plan = buildPlan(parseStatement(text), database, { strictQldb: false, typing: 'permissive' })
  const memory = world.memory(memoryBytes)
  try {
    const rows = [...runPlan(plan, { ...database.context(), memory })].map((row) => printIon(row))
    assert.deepEqual([memory.used, memory.diskUsed], [0, 0], `everything is given back: ${text}`)
    return rows
  } catch (error) {
    if (error instanceof LedgerError) return { error: error.code }
    throw error
  }
}

for (const [operator, texts] of Object.entries(queries)) {
  test(`${operator}: what spills gives the rows of memory, in the same order`, () => {
    for (const text of texts) {
      const before = world.opened
      fc.assert(
        fc.property(documents, documents, fc.constantFrom(0, 2_000, 20_000), (t, u, memoryBytes) => {
          const database = databaseOf(t, u)
          const inMemory = outcomeOf(database, text, Number.POSITIVE_INFINITY)
          assert.deepEqual(outcomeOf(database, text, memoryBytes), inMemory, text)
        }),
        { numRuns: 25 },
      )
      assert.ok(world.opened > before, `nothing spilled: ${text}`)
    }
  })
}
