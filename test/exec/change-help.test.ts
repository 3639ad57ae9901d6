import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LedgerError } from '../../src/base/errors.ts'
import { MemoryDatabase } from '../support/memory-source.ts'
import { runStatement } from '../support/run-statement.ts'

/** The message and help of a statement that fails on {name: 'Ann', jobs: ['a'], n: 1}. */
function failureOf(statement: string): string {
  const database = new MemoryDatabase()
  runStatement(database, 'CREATE TABLE T')
  runStatement(database, "INSERT INTO T VALUE {'name': 'Ann', 'jobs': ['a'], 'n': 1}")
  try {
    runStatement(database, statement)
  } catch (error) {
    if (error instanceof LedgerError) return `${error.message} | ${error.help ?? ''}`
    throw error
  }
  return 'done'
}

test('an error of a query says what may have been meant', () => {
  const cases: readonly (readonly [statement: string, said: RegExp])[] = [
    ['SELECT n FROM T ODER BY n', /found 'ODER' \| did you mean ORDER BY\?/],
    ['SELECT n FROM T GROPU BY n', /found 'GROPU' \| did you mean GROUP BY\?/],
    ['SELECT n FROM T orders BY id', /^done$/],
    ['SELECT id FROM T AS oder BY id', /^done$/],
    ['SELECT * FORM T', /\| 'FORM' is read as a name; did you mean FROM\?$/],
    ['SELECT n FROM T WERE n = 1', /\| 'WERE' is read as a name; did you mean WHERE\?$/],
    [
      'SELECT n, COUNT(*) AS c FROM T GROUP BY n HAVING c > 1',
      /\| 'c' is a name that SELECT gives: repeat its expression here$/,
    ],
    ['SELECT row_num() OVER () AS r FROM T', /\| did you mean 'row_number'\?$/],
    ['SELECT * FROM T.jobs', /\| a path begins at an alias: FROM T AS x, x\.jobs AS y$/],
    ['SELECT * FROM cars.jsonl', /\| to query a file: qldb query --input cars\.jsonl "SELECT …"$/],
    ['FROM T.jobs', /\| to read: SELECT \* FROM …; to change: FROM … SET, INSERT INTO or REMOVE$/],
  ]
  for (const [statement, said] of cases) assert.match(failureOf(statement), said, statement)
})

test('an error of a change says what may have been meant', () => {
  const cases: readonly (readonly [statement: string, said: RegExp])[] = [
    [
      'UPDATE T SET name = "Bob"',
      /^there is no field 'Bob' \(document 'd2'\) \| strings take single quotes: 'Bob'; REMOVE name/,
    ],
    [
      'UPDATE T SET name = nmae',
      /^there is no field 'nmae' \(document 'd2'\) \| did you mean 'name'\?; REMOVE name removes/,
    ],
    [
      'UPDATE T AS t SET t.x = t.name.first',
      /^there is no field 'first' \(document 'd2'\) \| COALESCE\(field, value\) stands in for a field that is not there; REMOVE x removes the field$/,
    ],
    ["UPDATE T AS t SET t.jobs = t.jobs || ['q']", /INSERT INTO path VALUE x appends x to a list$/],
    ['UPDATE T AS t SET t.jobs = t.jobs || t.jobs', /INSERT INTO path VALUE x appends x to a list$/],
    [
      "FROM T AS t INSERT INTO t.jobs VALUE 'z' AT 9",
      /\| nothing is at '\[9\]': AT takes a position that the list has; without AT/,
    ],
    ['INSERT INTO T VALUE {\'name\': "Bob"}', /No such variable named 'Bob' \| strings take single quotes: 'Bob'$/],
    ['INSERT INTO T VALUE {"name": "Bob"}', /No such variable named 'name' \| .*JSON goes in backticks/],
    ['INSERT INTO T << {"name": "Bob", "age": 5} >>', /No such variable named 'name' \| .*JSON goes in backticks/],
    [
      "INSERT INTO _ql_committed_T VALUE {'a': 1}",
      /^'_ql_committed_T' is a view, and views are read-only \| change 'T' itself$/,
    ],
    ['UPDATE _ql_committed_T SET a = 1', /^'_ql_committed_T' is a view, and views are read-only \| change 'T' itself$/],
    ['DELETE FROM _ql_committed_T AS c WHERE c.a = 1', /^'_ql_committed_T' is a view/],
    ['FROM history(T) AS h SET h.a = 1', /^'history' is a view, and views are read-only/],
    ['UPDATE T AS t SET t.addr.city = 1', /\| nothing is at 'addr.city': SET adds a last field only/],
    ["UPDATE T SET name = 'x', WHERE n = 1", /\| remove the comma before WHERE$/],
    ['UPDATE T SET n = 5 AND name = 1', /^AND between assignments \| commas separate them: SET a = 1, b = 2$/],
    ['UPDATE T SET n = true AND a = 1 AND b = 2', /^AND between assignments/],
    ['UPDATE T SET n = DEFAULT', /^DEFAULT is not supported: .* \| .*double quotes$/],
    [
      "DELETE FROM T WHERE n <> '2'",
      /^the condition is true only because it compares INT with STRING \(document 'd2'\)/,
    ],
    ["DELETE FROM T WHERE NOT (n = '2')", /^the condition is true only because/],
    ["DELETE FROM T WHERE (n = '2') = FALSE", /^the condition is true only because/],
    ["UPDATE T SET name = 'x' WHERE n NOT IN ('2', 3)", /^the condition is true only because/],
    [
      'DELETE FROM T WHERE CASE WHEN m > 1 THEN FALSE ELSE TRUE END',
      /a condition of CASE is MISSING \(document 'd2'\)/,
    ],
    ["DELETE FROM T WHERE NULLIF(n, '1') = 1", /^the condition is true only because/],
    ['DELETE FROM T WHERE name = "name"', /^both sides are the field 'name' \| strings take single quotes: 'name'$/],
    ["DELETE FROM T WHERE n <> 2 OR n <> '2'", /^done$/],
    ["DELETE FROM T WHERE n <> 2 AND name <> 'Bob'", /^done$/],
    ["DELETE FROM T WHERE n <> '2' AND n = 5", /^done$/],
    ['DELETE FROM T WHERE n IS NOT STRING', /^done$/],
  ]
  for (const [statement, said] of cases) assert.match(failureOf(statement), said, statement)
})
