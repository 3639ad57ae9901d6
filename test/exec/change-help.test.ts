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
      /^there is no field 'first' \(document 'd2'\) \| REMOVE x removes the field$/,
    ],
    ["UPDATE T AS t SET t.jobs = t.jobs || ['q']", /INSERT INTO path VALUE x appends x to a list$/],
    ['UPDATE T AS t SET t.jobs = t.jobs || t.jobs', /INSERT INTO path VALUE x appends x to a list$/],
    [
      "FROM T AS t INSERT INTO t.jobs VALUE 'z' AT 9",
      /Index\(index=9\).* \| AT takes a position that the list has; without AT/,
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
