import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { realEnv } from '../src/host/real-env.ts'
import { Driver } from '../src/driver/driver.ts'
import { createLocalTransport } from '../src/driver/local-transport.ts'
import { runPlan } from '../src/exec/run.ts'
import type { DocumentSource, SourceRow } from '../src/exec/source.ts'
import type { EvaluationContext } from '../src/exec/evaluation-context.ts'
import { Ledger } from '../src/ledger/ledger.ts'
import { buildPlan } from '../src/plan/build-plan.ts'
import type { TableInfo } from '../src/plan/catalog.ts'
import { createHandler } from '../src/server/handler.ts'
import { openLmdbStore } from '../src/store/lmdb-store.ts'
import { parseStatement } from '../src/syntax/parser.ts'
import { LazyReader } from '../src/values/binary-reader.ts'
import { encodeRaw } from '../src/values/binary-writer.ts'
import { SymbolDictionary } from '../src/values/symbols.ts'
import { parseIon } from '../src/values/text-reader.ts'
import { list, type StructValue } from '../src/values/value.ts'
import { type Figure, medians, printFigures } from './support.ts'

const documents = 100_000
const people = 10_000
const rounds = 7
const batch = 1_000

interface Query {
  readonly what: string
  readonly partiql: string
  readonly sql: string
  readonly rows: number
}

const columns = {
  vin: "json_extract(j, '$.VIN')",
  state: "json_extract(j, '$.State')",
  mileage: "json_extract(j, '$.Mileage')",
}
const queries: readonly Query[] = [
  {
    what: 'filter scan, 2 conditions, 1,000 rows out',
    partiql: "SELECT v.VIN FROM V AS v WHERE v.State = 'S07' AND v.Mileage < 100000",
    sql: `SELECT ${columns.vin} FROM v WHERE ${columns.state} = 'S07' AND ${columns.mileage} < 100000`,
    rows: 1_000,
  },
  {
    what: 'filter scan, nested field, 10 rows out',
    partiql: `SELECT v.VIN FROM V AS v WHERE v.Owners.PrimaryOwner.PersonId = '${personId(42)}'`,
    sql: `SELECT ${columns.vin} FROM v WHERE json_extract(j, '$.Owners.PrimaryOwner.PersonId') = '${personId(42)}'`,
    rows: 10,
  },
  {
    what: 'group by, 50 groups, count and sum',
    partiql: 'SELECT v.State, COUNT(*) AS n, SUM(v.Mileage) AS total FROM V AS v GROUP BY v.State',
    sql: `SELECT ${columns.state} AS s, COUNT(*), SUM(${columns.mileage}) FROM v GROUP BY s`,
    rows: 50,
  },
  {
    what: 'equi-join with 10,000 documents, sum',
    partiql: 'SELECT SUM(p.Age) AS total FROM V AS v JOIN P AS p ON v.Owners.PrimaryOwner.PersonId = p.Id',
    // SQLite makes no index of its own for expressions; over a materialised table it does.
    sql: `WITH q AS MATERIALIZED (SELECT json_extract(j, '$.Id') AS id, json_extract(j, '$.Age') AS age FROM p)
      SELECT SUM(q.age) FROM v JOIN q ON json_extract(v.j, '$.Owners.PrimaryOwner.PersonId') = q.id`,
    rows: 1,
  },
  {
    what: 'order by an integer, all rows out',
    partiql: 'SELECT v.VIN FROM V AS v ORDER BY v.Mileage',
    sql: `SELECT ${columns.vin} FROM v ORDER BY ${columns.mileage}`,
    rows: documents,
  },
  {
    what: 'count of all',
    partiql: 'SELECT COUNT(*) AS n FROM V',
    sql: 'SELECT COUNT(*) FROM v WHERE json_valid(j)',
    rows: 1,
  },
]

/**
 * Queries over 100,000 documents of about 400 bytes: the whole road (driver, handler, ledger, LMDB) and the engine alone
 * over stored documents in memory, each beside SQLite with its JSON functions over the same documents as JSON text.
 */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'qldb-bench-'))
  const sqlite = fillSqlite(join(folder, 'sqlite.db'))
  const engine = engineAlone()
  const { driver, close } = await fillLedger(join(folder, 'ledger'))
  try {
    const figures: Figure[] = []
    for (const query of queries) {
      const statement = sqlite.prepare(query.sql).raw()
      const timed = (read: () => Promise<number> | number) => async () => {
        const start = performance.now()
        const rows = await read()
        const ms = performance.now() - start
        if (rows !== query.rows) throw new Error(`${query.what}: ${rows} rows, not ${query.rows}`)
        return ms
      }
      const pieces = [
        timed(() => readAll(driver, query.partiql)),
        timed(() => engine(query.partiql)),
        timed(() => statement.all().length),
      ]
      for (const piece of pieces) await piece()
      const [whole, alone, theirs] = (await medians(rounds, pieces)) as [number, number, number]
      const baseline = { unit: 'ms', baseline: 'SQLite', baselineValue: theirs }
      figures.push({ what: `${query.what}: embedded ledger`, value: whole, ...baseline })
      figures.push({ what: `${query.what}: engine alone`, value: alone, ...baseline })
    }
    const parse = () => {
      const start = performance.now()
      let fields = 0
      for (const [text] of sqlite.prepare('SELECT j FROM v').raw().all() as [string][])
        fields += Object.keys(JSON.parse(text)).length
      if (fields === 0) throw new Error('the documents have fields')
      return performance.now() - start
    }
    const whole = async () => {
      const start = performance.now()
      const rows = await readAll(driver, 'SELECT * FROM V', (value) => (value as StructValue).names.length)
      if (rows !== documents) throw new Error(`${rows} rows`)
      return performance.now() - start
    }
    await whole()
    const [ours, theirs] = (await medians(rounds, [whole, parse])) as [number, number]
    figures.push({
      what: 'SELECT *, all documents decoded: embedded ledger',
      value: ours,
      unit: 'ms',
      baseline: 'SQLite, JSON.parse',
      baselineValue: theirs,
    })
    printFigures(figures)
  } finally {
    sqlite.close()
    await close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function readAll(driver: Driver, statement: string, look: (value: unknown) => unknown = () => 0) {
  return driver.execute(async (transaction) => {
    let rows = 0
    for await (const page of (await transaction.execute(statement)).pages()) {
      rows += page.length
      for (const value of page) look(value)
    }
    return rows
  })
}

/** Mileages are all different, in a scattered order. */
function documentOf(index: number): object {
  const digits = String(index).padStart(6, '0')
  return {
    VIN: `1N4AL11D75C${digits}`,
    LicensePlateNumber: `LEWISR${digits}`,
    State: `S${String(index % 50).padStart(2, '0')}`,
    City: 'Seattle',
    PendingPenaltyTicketAmount: (index % 1000) + 0.25,
    ValidFromDate: '2017-08-21',
    ValidToDate: `2020-05-11T10:0${digits.slice(5)}:00.123Z`,
    Mileage: (index * 7919) % 200_003,
    Active: index % 2 === 0,
    Tags: ['blue', 'sedan', 'four doors'],
    Owners: {
      PrimaryOwner: { PersonId: personId(index % people) },
      SecondaryOwners: [{ PersonId: personId((index * 31) % people) }],
    },
  }
}

function personOf(index: number): object {
  return {
    Id: personId(index),
    Name: `Person ${index}`,
    Age: 18 + (index % 60),
    City: 'Seattle',
    Note: 'x'.repeat(280),
  }
}

function personId(index: number): string {
  return `P${String(index).padStart(21, '0')}`
}

function* batches(count: number, make: (index: number) => object): Generator<object[]> {
  for (let from = 0; from < count; from += batch) yield Array.from({ length: batch }, (_, at) => make(from + at))
}

/** JSON is Ion; the letters of its keys make plain symbols. */
function ionOf(document: object): StructValue {
  return parseIon(JSON.stringify(document)) as StructValue
}

function fillSqlite(path: string): InstanceType<typeof Database> {
  const sqlite = new Database(path)
  // All of it in SQLite's own cache, as LMDB has all of it mapped.
  sqlite.exec(
    'PRAGMA journal_mode = WAL; PRAGMA cache_size = -262144; CREATE TABLE v (j TEXT); CREATE TABLE p (j TEXT)',
  )
  for (const [table, count, make] of [
    ['v', documents, documentOf],
    ['p', people, personOf],
  ] as const) {
    const insert = sqlite.prepare(`INSERT INTO ${table} VALUES (?)`)
    for (const some of batches(count, make)) {
      sqlite.exec('BEGIN')
      for (const document of some) insert.run(JSON.stringify(document))
      sqlite.exec('COMMIT')
    }
  }
  return sqlite
}

async function fillLedger(directory: string): Promise<{ driver: Driver; close: () => Promise<void> }> {
  const store = openLmdbStore(directory)
  const ledger = await Ledger.open(store, realEnv, { name: 'bench', strictQldb: false })
  const handler = createHandler({ open: async () => ledger }, realEnv, { transactionAgeMsMax: 120_000 })
  const driver = new Driver(createLocalTransport(handler.send, 'embedded'), 'bench', realEnv)
  for (const [table, count, make] of [
    ['V', documents, documentOf],
    ['P', people, personOf],
  ] as const) {
    await driver.execute((transaction) => transaction.execute(`CREATE TABLE ${table}`))
    for (const some of batches(count, make)) {
      await driver.execute((transaction) => transaction.execute(`INSERT INTO ${table} ?`, [list(some.map(ionOf))]))
    }
  }
  const close = async () => {
    await driver.close()
    await store.close()
  }
  return { driver, close }
}

/** Documents one after the other. */
interface Stored {
  readonly bytes: Uint8Array
  readonly ends: readonly number[]
}

/** Documents as the ledger stores them, in memory; gives the number of rows of a statement. */
function engineAlone(): (statement: string) => number {
  const symbols = new SymbolDictionary()
  const tables = new Map<string, Stored>()
  for (const [table, count, make] of [
    ['V', documents, documentOf],
    ['P', people, personOf],
  ] as const) {
    const parts: Uint8Array[] = []
    for (let index = 0; index < count; index += 1) parts.push(encodeRaw(ionOf(make(index)), symbols))
    const ends: number[] = []
    for (const part of parts) ends.push((ends.at(-1) ?? 0) + part.length)
    tables.set(table, { bytes: Buffer.concat(parts), ends })
  }
  const tableOf = (name: string): TableInfo => ({ tableId: name, name, active: true, indexes: [] })
  const catalog = {
    findGlobal: (name: string) => (tables.has(name) ? ({ kind: 'table', table: tableOf(name) } as const) : undefined),
    findTableById: (id: string) => (tables.has(id) ? tableOf(id) : undefined),
    globalNames: () => [...tables.keys()],
  }
  const source: DocumentSource = {
    *scan(tableId): Generator<SourceRow> {
      const { bytes, ends } = tables.get(tableId) as Stored
      const reader = new LazyReader(bytes, symbols)
      let start = 0
      for (const end of ends) {
        yield { documentId: '', value: reader.read(start, end) as StructValue }
        start = end
      }
    },
    findById: () => undefined,
    findByIndex: () => [],
    history: () => [],
    systemView: () => undefined,
    global: () => list([]),
  }
  return (text) => {
    const plan = buildPlan(parseStatement(text), catalog, { strictQldb: false, typing: 'permissive' })
    const context: EvaluationContext = {
      source,
      sink: undefined,
      parameters: [],
      typing: 'permissive',
      transactionId: undefined,
      nowMs: 0,
      meter: { readIos: 0, writeIos: 0, tick: () => undefined },
    }
    let rows = 0
    for (const _ of runPlan(plan, context)) rows += 1
    return rows
  }
}
