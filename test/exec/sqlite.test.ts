import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import Database from 'libsql'
import { LedgerError } from '../../src/base/errors.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import type { Value } from '../../src/values/value.ts'
import { MemoryDatabase } from '../support/memory-source.ts'
import { runStatement } from '../support/run-statement.ts'
import { sqlQueries } from './sql-queries.ts'

/** SQL's meaning of SQL: SQLite is the judge of what PartiQL took over unchanged. */

type Row = readonly [a: string | null, b: string | null, c: string | null]

/** Numbers as written, so that 1 and 1.0 meet. */
const number = fc.constantFrom(null, '0', '1', '2', '3', '4', '1.0', '1.5', '2.50')
const row: fc.Arbitrary<Row> = fc.tuple(number, number, fc.constantFrom(null, '', 'x', 'xy', 'y', 'z'))
const rows = fc.array(row, { minLength: 1, maxLength: 7 })
const contents = fc.record({
  t: rows,
  u: rows,
  w: rows,
  indexes: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
})

test('random SQL gives the rows that SQLite gives, with indexes and without', () => {
  fc.assert(
    fc.property(contents, fc.array(sqlQueries, { minLength: 8, maxLength: 8 }), ({ indexes, ...tables }, queries) => {
      const sqlite = new Database(':memory:')
      const database = new MemoryDatabase()
      sqlite.exec('PRAGMA case_sensitive_like = ON')
      for (const [at, [name, own]] of Object.entries(tables).entries()) {
        sqlite.exec(`CREATE TABLE ${name} (a, b, c)`)
        runStatement(database, `CREATE TABLE ${name}`)
        for (const [field, column] of ['a', 'b'].entries()) {
          if (indexes[2 * at + field]) runStatement(database, `CREATE INDEX ON ${name} (${column})`)
        }
        for (const [a, b, c] of own) {
          sqlite.exec(`INSERT INTO ${name} VALUES (${a}, ${b}, ${quoted(c)})`)
          runStatement(database, `INSERT INTO ${name} VALUE {'a': ${a}, 'b': ${b}, 'c': ${quoted(c)}}`)
        }
      }
      for (const { text, columns, isOrdered } of queries) {
        const found = ours(database, text, columns)
        if (found === undefined) continue
        const wanted = (sqlite.prepare(text).raw().all() as unknown[][]).map((values) => values.map(String).join(' | '))
        assert.deepEqual(isOrdered ? found : found.sort(), isOrdered ? wanted : wanted.sort(), text)
      }
      sqlite.close()
    }),
    { numRuns: 100 },
  )
})

function quoted(text: string | null): string {
  return text === null ? 'NULL' : `'${text}'`
}

/** Undefined for a set operation over columns of different types, which SQLite alone takes. */
function ours(database: MemoryDatabase, text: string, columns: number): string[] | undefined {
  try {
    return runStatement(database, text).map((line) => {
      const value = parseIon(line)
      const cells = Array.from({ length: columns }, (_, at) =>
        value.type === 'struct' ? value.get(`c${at}`) : undefined,
      )
      return cells.map(cellText).join(' | ')
    })
  } catch (error) {
    if (error instanceof LedgerError && /comparable types/.test(error.message)) return undefined
    throw error
  }
}

/** MISSING, which SQL has not, is what a sub-query without a row gives: NULL there. */
function cellText(value: Value | undefined): string {
  switch (value?.type) {
    case 'string':
      return value.value
    case 'int':
      return String(value.value)
    case 'decimal':
      return String(Number(`${value.coefficient}e${value.exponent}`))
    default:
      return 'null'
  }
}
