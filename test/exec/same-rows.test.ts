import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MemoryDatabase } from '../support/memory-source.ts'
import { runStatement } from '../support/run-statement.ts'

/**
 * Rewrites must not change rows. Strict typing evaluates every condition where it stands, with no look-up and no hash
 * join; permissive typing uses all of them. On well-typed data both give the same rows.
 */
const row = fc.record({ k: fc.integer({ min: 0, max: 3 }), v: fc.integer({ min: 0, max: 5 }) })
const comparison = fc
  .tuple(
    fc.constantFrom('a.k', 'b.k', 'c.k', 'a.v', 'b.v', 'c.v', '1', '2'),
    fc.constantFrom('=', '=', '=', '<', '<>', '>='),
    fc.constantFrom('a.k', 'b.k', 'c.k', 'a.v', 'b.v', 'c.v', '0', '3'),
  )
  .map((parts) => parts.join(' '))
const membership = fc.constantFrom(
  'a.k IN (1, 2)',
  'b.k IN (c.v, 1)',
  'c.v IN (SELECT VALUE x.k FROM A AS x)',
  'a.k IN ?',
)
const condition = fc
  .array(fc.oneof(comparison, comparison, membership), { minLength: 1, maxLength: 4 })
  .chain((parts) =>
    fc
      .array(fc.constantFrom(' AND ', ' AND ', ' OR '), { minLength: parts.length, maxLength: parts.length })
      .map((links) => parts.map((part, at) => (at === 0 ? part : `${links[at]}${part}`)).join('')),
  )
const join = fc.constantFrom(
  'A AS a, B AS b, C AS c',
  'A AS a INNER JOIN B AS b ON a.k = b.k, C AS c',
  'A AS a LEFT JOIN B AS b ON a.k = b.k CROSS JOIN C AS c',
  'A AS a LEFT JOIN B AS b ON a.k = b.v AND b.k > 0 LEFT JOIN C AS c ON c.k = a.v',
  'A AS a CROSS JOIN B AS b RIGHT JOIN C AS c ON c.k = b.k AND a.v < c.v',
  'A AS a FULL JOIN B AS b ON a.k = b.k INNER JOIN C AS c ON c.v = a.v',
  'A AS a, (SELECT k, v FROM B) AS b, (SELECT DISTINCT k, v FROM C) AS c',
)

test('look-ups, hash joins and pushed conditions give the rows of the plain plan', () => {
  const tables = fc.record({
    A: fc.array(row, { maxLength: 5 }),
    B: fc.array(row, { maxLength: 5 }),
    C: fc.array(row, { maxLength: 4 }),
  })
  fc.assert(
    fc.property(tables, join, condition, (contents, from, where) => {
      const database = new MemoryDatabase()
      for (const [name, documents] of Object.entries(contents)) {
        runStatement(database, `CREATE TABLE ${name}`)
        for (const document of documents) runStatement(database, `INSERT INTO ${name} ?`, [JSON.stringify(document)])
      }
      runStatement(database, 'CREATE INDEX ON B (k)')
      runStatement(database, 'CREATE INDEX ON C (v)')
      const text = `SELECT VALUE [a, b, c] FROM ${from} WHERE ${where}`
      const list = Array<string>(4).fill('[0,2]')
      const plain = runStatement(database, text, list, { typing: 'strict' })
      const rewritten = runStatement(database, text, list)
      assert.deepEqual(rewritten.sort(), plain.sort())
    }),
    { numRuns: 300 },
  )
})

test('LIMIT over ORDER BY keeps the rows that sorting everything gives', () => {
  const keys = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 0, maxLength: 3000, size: 'max' })
  fc.assert(
    fc.property(keys, fc.nat({ max: 20 }), fc.nat({ max: 20 }), (values, limit, offset) => {
      const database = new MemoryDatabase()
      const list = `[${values.map((value, at) => `{k:${value},at:${at}}`).join(',')}]`
      const text = 'SELECT VALUE x.at FROM ? AS x ORDER BY x.k'
      const sorted = values.map((value, at) => ({ value, at })).sort((a, b) => a.value - b.value || a.at - b.at)
      const expected = sorted.slice(offset, offset + limit).map((one) => String(one.at))
      assert.deepEqual(runStatement(database, `${text} LIMIT ${limit} OFFSET ${offset}`, [list]), expected)
    }),
    { numRuns: 40 },
  )
})
