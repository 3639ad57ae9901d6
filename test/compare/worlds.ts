import type { DuckDBConnection } from '@duckdb/node-api'
import Database from 'libsql'
import { LedgerError } from '../../src/base/errors.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import type { Value } from '../../src/values/value.ts'
import { MemoryDatabase } from '../support/memory-source.ts'
import { runStatement } from '../support/run-statement.ts'
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
      return printIon(value)
  }
}

function cell(value: unknown): Cell {
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean') return value ? '1' : '0'
  const text = String(value)
  return /^-?\d+\.?\d*(?:e[+-]?\d+)?$/.test(text) ? String(Number(text) + 0) : text
}
