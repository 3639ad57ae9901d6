import type { DuckDBConnection } from '@duckdb/node-api'
import Database from 'libsql'
import { LedgerError } from '../../src/base/errors.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import type { Value } from '../../src/values/value.ts'
import { MemoryDatabase } from '../support/memory-source.ts'
import { runStatement } from '../support/run-statement.ts'
import type { Change } from './changes.ts'
import type { Draw } from './draw.ts'
import { tables } from './expressions.ts'
import type { Query } from './queries.ts'

/** A cell as text, numbers as JavaScript writes them; null for NULL and MISSING, booleans as 0 and 1. */
type Cell = string | null
export type Rows = readonly (readonly Cell[])[]

/** The same tables three times: here, in SQLite and in DuckDB. */
export class World {
  readonly #ours = new MemoryDatabase()
  readonly #sqlite = new Database(':memory:')
  readonly #duckdb: DuckDBConnection
  /** What made the tables, in SQL. */
  readonly statements: string[] = []

  private constructor(duckdb: DuckDBConnection) {
    this.#duckdb = duckdb
    this.#sqlite.exec('PRAGMA case_sensitive_like = ON')
  }

  static async make(duckdb: DuckDBConnection, draw: Draw): Promise<World> {
    const world = new World(duckdb)
    for (const table of tables) await world.#fill(table, draw)
    return world
  }

  async #fill(table: string, draw: Draw): Promise<void> {
    const columns = 'i INTEGER, a INTEGER, b DECIMAL(9,2), c VARCHAR, d DATE, e BOOLEAN'
    this.#sqlite.exec(`CREATE TABLE ${table} (${columns})`)
    await this.#duckdb.run(`CREATE OR REPLACE TABLE ${table} (${columns})`)
    runStatement(this.#ours, `CREATE TABLE ${table}`)
    for (const field of ['a', 'i']) if (draw.rarely(2)) runStatement(this.#ours, `CREATE INDEX ON ${table} (${field})`)
    for (let i = draw.below(9); i > 0; i -= 1) {
      const cells = [
        String(i),
        draw.one('NULL', '0', '1', '2', '3', '-1'),
        // Quarters, which SQLite's floats hold exactly.
        draw.one('NULL', '0.00', '1.50', '2.25', '-0.75', '3.00', '10.50'),
        draw.one('NULL', "''", "'x'", "'xy'", "'y'", "' z '", "'%'", "'Xx'"),
        draw.one('NULL', "DATE '2020-02-29'", "DATE '2019-12-30'", "DATE '2024-01-01'", "DATE '2021-01-03'"),
        draw.one('NULL', 'TRUE', 'FALSE'),
      ]
      const insert = `INSERT INTO ${table} VALUES (${cells.join(', ')})`
      this.statements.push(insert)
      this.#sqlite.exec(insert.replace('DATE ', ''))
      await this.#duckdb.run(insert)
      const fields = ['i', 'a', 'b', 'c', 'd', 'e'].map((name, at) => `'${name}': ${cells[at]}`)
      runStatement(this.#ours, `INSERT INTO ${table} VALUE {${fields.join(', ')}}`)
    }
  }

  /** Our rows; the error when there are none. */
  ours({ text, columns }: Query): Rows | LedgerError {
    try {
      return runStatement(this.#ours, text).map((line) => {
        const row = parseIon(line)
        return Array.from({ length: columns }, (_, at) =>
          ourCell(row.type === 'struct' ? row.get(`c${at}`) : undefined),
        )
      })
    } catch (error) {
      if (error instanceof LedgerError) return error
      throw error
    }
  }

  /** Undefined when SQLite refuses the query. */
  sqlite({ text }: Query): Rows | undefined {
    try {
      return (this.#sqlite.prepare(text).raw().all() as unknown[][]).map((row) => row.map(cell))
    } catch {
      return undefined
    }
  }

  /** Undefined when DuckDB refuses the query. */
  async duckdb({ text }: Query): Promise<Rows | undefined> {
    try {
      return (await this.#duckdb.runAndReadAll(text)).getRowsJson().map((row) => row.map(cell))
    } catch {
      return undefined
    }
  }

  /** The table of each judge that takes the change after it, and ours or our error. The tables stay as they were. */
  async change({ text, sql, table, judges }: Change): Promise<{ ours: Rows | LedgerError; theirs: Map<string, Rows> }> {
    const theirs = new Map<string, Rows>()
    const columns = ['i', 'a', 'b', 'c', 'd', 'e']
    const list = columns.map((name, at) => `x.${name} AS c${at}`).join(', ')
    const all = { text: `SELECT ${list} FROM ${table} AS x`, columns: columns.length, isOrdered: false, judges }
    if (judges.sqlite) {
      this.#sqlite.exec('BEGIN')
      const after = this.#sqliteRuns(sql) ? this.sqlite(all) : undefined
      this.#sqlite.exec('ROLLBACK')
      if (after !== undefined) theirs.set('sqlite', after)
    }
    await this.#duckdb.run('BEGIN')
    const after = (await this.#duckdbRuns(sql)) ? await this.duckdb(all) : undefined
    await this.#duckdb.run('ROLLBACK')
    if (after !== undefined) theirs.set('duckdb', after)
    const restore = this.#ours.snapshot()
    const ours = this.#run(text) ?? this.ours(all)
    restore()
    return { ours, theirs }
  }

  #sqliteRuns(sql: string): boolean {
    try {
      this.#sqlite.exec(sql)
      return true
    } catch {
      return false
    }
  }

  async #duckdbRuns(sql: string): Promise<boolean> {
    try {
      await this.#duckdb.run(sql)
      return true
    } catch {
      return false
    }
  }

  #run(text: string): LedgerError | undefined {
    try {
      runStatement(this.#ours, text)
      return undefined
    } catch (error) {
      if (error instanceof LedgerError) return error
      throw error
    }
  }

  close(): void {
    this.#sqlite.close()
  }
}

function ourCell(value: Value | undefined): Cell {
  if (value === undefined) return null
  switch (value.type) {
    case 'missing':
    case 'null':
      return null
    case 'string':
      return value.value
    case 'bool':
      return value.value ? '1' : '0'
    case 'int':
      return String(value.value)
    case 'decimal':
      return String(Number(`${value.coefficient}e${value.exponent}`))
    case 'float':
      return String(value.value)
    default:
      // A date is a timestamp with an annotation (docs/partiql.md).
      return printIon(value).replace('$date::', '')
  }
}

function cell(value: unknown): Cell {
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean') return value ? '1' : '0'
  const text = String(value)
  return /^-?\d+\.?\d*(?:e[+-]?\d+)?$/.test(text) ? String(Number(text) + 0) : text
}
