import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareQueries } from './compare.ts'

/** `npm run compare` takes more queries and other seeds. */
const queries = 2_000

async function connect() {
  try {
    const { DuckDBInstance } = await import('@duckdb/node-api')
    return await (await DuckDBInstance.create(':memory:')).connect()
  } catch {
    return undefined
  }
}

test(`${queries} random queries and changes give the rows of SQLite and DuckDB`, async (context) => {
  const duckdb = await connect()
  if (duckdb === undefined) return context.skip('DuckDB has no build for this system')
  const { differences, compared, changes, sqlite } = await compareQueries(duckdb, 1, queries)
  const [first] = differences
  assert.equal(
    first && `${first.query}\nover ${first.statements.join('; ')}\n${first.ours}\n${first.judge}: ${first.theirs}`,
    undefined,
  )
  assert.ok(compared >= queries && changes >= queries / 10 && sqlite >= queries / 5)
})
