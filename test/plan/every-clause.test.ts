import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { LedgerError } from '../../src/base/errors.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import { parseStatement } from '../../src/syntax/parser.ts'
import { MemoryDatabase } from '../support/memory-source.ts'
import { projectRoot } from '../support/root.ts'
import { runStatement } from '../support/run-statement.ts'

/** What each field of the syntax tree says: two statements that differ in it alone. */
const differences: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  text: [['SELECT a FROM T', 'SELECT b FROM T']],
  parts: [[`SELECT a ${'= 1 '.repeat(40)} FROM T`, `SELECT b ${'= 1 '.repeat(40)} FROM T`]],
  before: [
    [
      `SELECT a FROM T ${'UNION SELECT a FROM T EXCEPT SELECT a FROM T '.repeat(40)}`,
      `SELECT a FROM U ${'UNION SELECT a FROM T EXCEPT SELECT a FROM T '.repeat(40)}`,
    ],
  ],
  quoted: [['SELECT t.a FROM T AS t', 'SELECT t."a" FROM T AS t']],
  tags: [],
  conditional: [
    ['CREATE TABLE T', 'CREATE TABLE IF NOT EXISTS T'],
    ['DROP TABLE T', 'DROP TABLE IF EXISTS T'],
    ['CREATE INDEX ON T (a)', 'CREATE INDEX IF NOT EXISTS ON T (a)'],
    ['DROP INDEX "x" ON T', 'DROP INDEX IF EXISTS "x" ON T'],
  ],
  tableId: [['UNDROP TABLE "x"', 'UNDROP TABLE "y"']],
  table: [
    ['DELETE FROM T', 'DELETE FROM U'],
    ["INSERT INTO T VALUE {'a': 1}", "INSERT INTO U VALUE {'a': 1}"],
    ['CREATE INDEX ON T (a)', 'CREATE INDEX ON U (a)'],
    ['DROP INDEX "x" ON T', 'DROP INDEX "x" ON U'],
  ],
  paths: [['CREATE INDEX ON T (a)', 'CREATE INDEX ON T (b)']],
  indexId: [['DROP INDEX "x" ON T', 'DROP INDEX "y" ON T']],
  purge: [['DROP INDEX "x" ON T', 'DROP INDEX "x" ON T WITH (purge = false)']],
  procedure: [["EXEC REDACT_REVISION `{}`, 'a', 'b'", "EXEC other `{}`, 'a', 'b'"]],
  args: [
    ["EXEC REDACT_REVISION `{}`, 'a', 'b'", "EXEC REDACT_REVISION `{}`, 'a', 'c'"],
    ['SELECT CAST(a AS DECIMAL(5, 2)) FROM T', 'SELECT CAST(a AS DECIMAL(5, 1)) FROM T'],
    ['SELECT ABS(a) FROM T', 'SELECT ABS(b) FROM T'],
  ],
  options: [
    ['EXPLAIN SELECT * FROM T', 'EXPLAIN (x) SELECT * FROM T'],
    ['EXPLAIN SELECT * FROM T', 'EXPLAIN ANALYZE SELECT * FROM T'],
  ],
  statement: [['EXPLAIN SELECT * FROM T', 'EXPLAIN SELECT * FROM U']],
  form: [
    ["INSERT INTO T VALUE <<{'a': 1}>>", "INSERT INTO T <<{'a': 1}>>"],
    ['FROM T AS t INSERT INTO t.l VALUE <<1>>', 'FROM T AS t INSERT INTO t.l <<1>>'],
    ['SELECT CAST(a AS INT) FROM T', 'SELECT CAN_CAST(a AS INT) FROM T'],
    ['SELECT CAN_LOSSLESS_CAST(a AS INT) FROM T', 'SELECT CAN_CAST(a AS INT) FROM T'],
    ['DELETE FROM T RETURNING ALL OLD *', 'DELETE FROM T RETURNING ALL NEW *'],
  ],
  value: [
    ["INSERT INTO T VALUE {'a': 1}", "INSERT INTO T VALUE {'a': 2}"],
    ['SELECT VALUE a FROM T', 'SELECT VALUE b FROM T'],
  ],
  as: [
    ['SELECT t FROM T AS t', 'SELECT t FROM T'],
    ["INSERT INTO T AS x VALUE {'a': 1} RETURNING ALL NEW x.a", "INSERT INTO T VALUE {'a': 1} RETURNING ALL NEW x.a"],
  ],
  at: [
    ["INSERT INTO T VALUE {'a': 1}", "INSERT INTO T VALUE {'a': 1} AT 1"],
    ['FROM T AS t INSERT INTO t.l VALUE 1 AT 0', 'FROM T AS t INSERT INTO t.l VALUE 1'],
    ['SELECT i FROM [1] AS x AT i', 'SELECT i FROM [1] AS x'],
    ['PIVOT x AT a FROM T AS x', 'PIVOT x AT b FROM T AS x'],
  ],
  by: [
    ['SELECT t, id FROM T AS t BY id', 'SELECT t, id FROM T AS t'],
    ['SELECT x FROM [1] AS x BY id', 'SELECT x FROM [1] AS x'],
  ],
  onConflict: [["INSERT INTO T VALUE {'a': 1}", "INSERT INTO T VALUE {'a': 1} ON CONFLICT (a) DO NOTHING"]],
  action: [
    [
      "INSERT INTO T VALUE {'a': 1} ON CONFLICT (a) DO NOTHING",
      "INSERT INTO T VALUE {'a': 1} ON CONFLICT (a) DO REPLACE EXCLUDED",
    ],
    [
      "INSERT INTO T VALUE {'a': 1} ON CONFLICT (a) DO REPLACE EXCLUDED",
      "INSERT INTO T VALUE {'a': 1} ON CONFLICT (a) DO UPDATE EXCLUDED",
    ],
  ],
  command: [
    ["INSERT INTO T {'a': 1}", "UPSERT INTO T {'a': 1} ON CONFLICT (a)"],
    ["UPSERT INTO T {'a': 1} ON CONFLICT (a)", "REPLACE INTO T {'a': 1} ON CONFLICT (a)"],
  ],
  returning: [
    ["INSERT INTO T VALUE {'a': 1}", "INSERT INTO T VALUE {'a': 1} RETURNING ALL NEW *"],
    ['UPDATE T SET a = 1', 'UPDATE T SET a = 1 RETURNING ALL OLD *'],
  ],
  which: [['UPDATE T SET a = 1 RETURNING ALL OLD *', 'UPDATE T SET a = 1 RETURNING MODIFIED OLD *']],
  expression: [['UPDATE T SET a = 1 RETURNING ALL OLD *', 'UPDATE T SET a = 1 RETURNING ALL OLD a']],
  names: [["INSERT INTO T VALUE {'a': 1}", "INSERT INTO T.x VALUE {'a': 1}"]],
  from: [
    ['SELECT * FROM T', 'SELECT * FROM U'],
    ['PIVOT x AT a FROM T AS x', 'PIVOT x AT a FROM U AS x'],
  ],
  where: [
    ['SELECT * FROM T', 'SELECT * FROM T WHERE a = 1'],
    ['UPDATE T SET a = 1', 'UPDATE T SET a = 1 WHERE a = 2'],
    ['DELETE FROM T', 'DELETE FROM T WHERE a = 2'],
    [
      "INSERT INTO T VALUE {'a': 1} ON CONFLICT (a) DO UPDATE EXCLUDED",
      "INSERT INTO T VALUE {'a': 1} ON CONFLICT (a) DO UPDATE EXCLUDED WHERE T.b = 1",
    ],
    ['PIVOT x AT a FROM T AS x', 'PIVOT x AT a FROM T AS x WHERE a = 1'],
  ],
  changes: [
    ['UPDATE T SET a = 1', 'UPDATE T SET a = 1, b = 2'],
    ['FROM T AS t REMOVE t.a', 'FROM T AS t REMOVE t'],
    [
      "INSERT INTO T VALUE {'a': 1} ON CONFLICT (a) DO UPDATE EXCLUDED",
      "INSERT INTO T VALUE {'a': 1} ON CONFLICT (a) DO UPDATE SET b = 1",
    ],
  ],
  target: [
    ['UPDATE T SET a = 1', 'UPDATE T SET b = 1'],
    [
      "INSERT INTO T VALUE {'a': 1} ON CONFLICT (a) DO NOTHING",
      "INSERT INTO T VALUE {'a': 1} ON CONFLICT (b) DO NOTHING",
    ],
  ],
  query: [
    ['SELECT a FROM T', 'SELECT b FROM T'],
    ['WITH w AS (SELECT 1) SELECT * FROM w', 'WITH w AS (SELECT 2) SELECT * FROM w'],
  ],
  name: [
    ['SELECT ABS(a) FROM T', 'SELECT CEIL(a) FROM T'],
    ['SELECT CAST(a AS INT) FROM T', 'SELECT CAST(a AS STRING) FROM T'],
  ],
  local: [['SELECT U FROM T AS t', 'SELECT @U FROM T AS t']],
  ordinal: [['SELECT ?, ? FROM T', 'SELECT ?, 1 FROM T']],
  root: [['SELECT t.a.b FROM T AS t, U AS u', 'SELECT u.a.b FROM T AS t, U AS u']],
  steps: [
    ['SELECT t.a FROM T AS t', 'SELECT t.a.b FROM T AS t'],
    ['SELECT VALUE t.a[*] FROM T AS t', 'SELECT VALUE t.a[0] FROM T AS t'],
  ],
  index: [['SELECT VALUE t.a[1] FROM T AS t', 'SELECT VALUE t.a[0] FROM T AS t']],
  op: [
    ['SELECT a + b FROM T', 'SELECT a - b FROM T'],
    ['SELECT -a FROM T', 'SELECT +a FROM T'],
    ['SELECT 1 UNION SELECT 2', 'SELECT 1 EXCEPT SELECT 2'],
  ],
  operand: [
    ['SELECT a IS NULL FROM T', 'SELECT b IS NULL FROM T'],
    ['SELECT CASE a WHEN 1 THEN 2 END FROM T', 'SELECT CASE b WHEN 1 THEN 2 END FROM T'],
  ],
  left: [
    ['SELECT a + b FROM T', 'SELECT b + b FROM T'],
    ['SELECT * FROM T AS a, U AS b', 'SELECT * FROM U AS a, U AS b'],
  ],
  right: [
    ['SELECT a + b FROM T', 'SELECT a + a FROM T'],
    ['SELECT * FROM T AS a, U AS b', 'SELECT * FROM T AS a, T AS b'],
  ],
  first: [['SELECT a + b + c FROM T', 'SELECT b + b + c FROM T']],
  rest: [
    ['SELECT a + b + c FROM T', 'SELECT a + b - c FROM T'],
    ['SELECT * FROM T WHERE a AND b AND c', 'SELECT * FROM T WHERE a AND b AND d'],
  ],
  collection: [['SELECT a IN (1) FROM T', 'SELECT a IN (2) FROM T']],
  negated: [
    ['SELECT a IN (1) FROM T', 'SELECT a NOT IN (1) FROM T'],
    ['SELECT a BETWEEN 1 AND 2 FROM T', 'SELECT a NOT BETWEEN 1 AND 2 FROM T'],
    ["SELECT a LIKE 'x' FROM T", "SELECT a NOT LIKE 'x' FROM T"],
    ['SELECT a IS NULL FROM T', 'SELECT a IS NOT NULL FROM T'],
  ],
  low: [['SELECT a BETWEEN 1 AND 2 FROM T', 'SELECT a BETWEEN 0 AND 2 FROM T']],
  high: [['SELECT a BETWEEN 1 AND 2 FROM T', 'SELECT a BETWEEN 1 AND 3 FROM T']],
  pattern: [["SELECT a LIKE 'x' FROM T", "SELECT a LIKE 'y' FROM T"]],
  escape: [["SELECT a LIKE 'x' FROM T", "SELECT a LIKE 'x' ESCAPE '!' FROM T"]],
  type: [['SELECT a IS INT FROM T', 'SELECT a IS STRING FROM T']],
  branches: [['SELECT CASE WHEN a THEN 1 END FROM T', 'SELECT CASE WHEN a THEN 1 WHEN b THEN 2 END FROM T']],
  when: [['SELECT CASE WHEN a THEN 1 END FROM T', 'SELECT CASE WHEN b THEN 1 END FROM T']],
  // biome-ignore lint/suspicious/noThenProperty: THEN is what the language calls it
  then: [['SELECT CASE WHEN a THEN 1 END FROM T', 'SELECT CASE WHEN a THEN 2 END FROM T']],
  otherwise: [['SELECT CASE WHEN a THEN 1 END FROM T', 'SELECT CASE WHEN a THEN 1 ELSE 2 END FROM T']],
  items: [
    ['SELECT [a] FROM T', 'SELECT [a, b] FROM T'],
    ['SELECT a FROM T', 'SELECT a, b FROM T'],
    ['SELECT SEXP(a) FROM T', 'SELECT SEXP(b) FROM T'],
  ],
  fields: [["SELECT {'a': a} FROM T", "SELECT {'a': a, 'b': b} FROM T"]],
  star: [['SELECT COUNT(*) FROM T', 'SELECT COUNT(a) FROM T']],
  quantifier: [
    ['SELECT a > ANY (b) FROM T', 'SELECT a > ALL (b) FROM T'],
    ['SELECT COUNT(a) FROM T', 'SELECT COUNT(DISTINCT a) FROM T'],
    ['SELECT a = ANY (1, 2) FROM T', 'SELECT a = ALL (1, 2) FROM T'],
    ['SELECT a FROM T', 'SELECT DISTINCT a FROM T'],
    ['SELECT UPPER(a) FROM T', 'SELECT UPPER(ALL a) FROM T'],
    ['SELECT COLL_SUM(a) FROM T', 'SELECT COLL_SUM(DISTINCT a) FROM T'],
    ['SELECT a FROM T UNION SELECT a FROM T', 'SELECT a FROM T UNION ALL SELECT a FROM T'],
    ['SELECT SUM(a) OVER () FROM T', 'SELECT SUM(DISTINCT a) OVER () FROM T'],
  ],
  filter: [
    ['SELECT COUNT(a) FROM T', 'SELECT COUNT(a) FILTER (WHERE b) FROM T'],
    ['SELECT SUM(a) OVER () FROM T', 'SELECT SUM(a) FILTER (WHERE b) OVER () FROM T'],
  ],
  over: [['SELECT ROW_NUMBER() OVER () FROM T', 'SELECT ROW_NUMBER() FROM T']],
  base: [
    [
      'SELECT ROW_NUMBER() OVER (w) FROM T WINDOW w AS (ORDER BY a)',
      'SELECT ROW_NUMBER() OVER () FROM T WINDOW w AS (ORDER BY a)',
    ],
  ],
  isName: [],
  partitionBy: [['SELECT ROW_NUMBER() OVER () FROM T', 'SELECT ROW_NUMBER() OVER (PARTITION BY a) FROM T']],
  frame: [['SELECT SUM(a) OVER (ORDER BY a) FROM T', 'SELECT SUM(a) OVER (ORDER BY a ROWS 1 PRECEDING) FROM T']],
  unit: [
    [
      'SELECT SUM(a) OVER (ORDER BY a RANGE 1 PRECEDING) FROM T',
      'SELECT SUM(a) OVER (ORDER BY a ROWS 1 PRECEDING) FROM T',
    ],
  ],
  start: [
    [
      'SELECT SUM(a) OVER (ORDER BY a ROWS 2 PRECEDING) FROM T',
      'SELECT SUM(a) OVER (ORDER BY a ROWS 1 PRECEDING) FROM T',
    ],
  ],
  end: [
    [
      'SELECT SUM(a) OVER (ORDER BY a ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) FROM T',
      'SELECT SUM(a) OVER (ORDER BY a ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING) FROM T',
    ],
  ],
  side: [
    [
      'SELECT SUM(a) OVER (ORDER BY a ROWS 2 PRECEDING) FROM T',
      'SELECT SUM(a) OVER (ORDER BY a ROWS CURRENT ROW) FROM T',
    ],
  ],
  window: [
    ['SELECT SUM(a) OVER w FROM T WINDOW w AS (ORDER BY a)', 'SELECT SUM(a) OVER w FROM T WINDOW w AS (ORDER BY b)'],
  ],
  windows: [['SELECT SUM(a) OVER w FROM T WINDOW w AS (ORDER BY a)', 'SELECT SUM(a) OVER w FROM T']],
  withTimeZone: [['SELECT a IS TIME FROM T', 'SELECT a IS TIME WITH TIME ZONE FROM T']],
  projection: [['SELECT a FROM T', 'SELECT * FROM T']],
  exclude: [['SELECT * FROM T AS t', 'SELECT * EXCLUDE t.a FROM T AS t']],
  lets: [
    ['SELECT x FROM T LET a AS x', 'SELECT x FROM T'],
    ['PIVOT x AT a FROM T AS x LET x AS y', 'PIVOT x AT a FROM T AS x'],
  ],
  groupBy: [['SELECT a FROM T', 'SELECT a FROM T GROUP BY a']],
  having: [['SELECT a FROM T GROUP BY a', 'SELECT a FROM T GROUP BY a HAVING a > 1']],
  orderBy: [
    ['SELECT a FROM T', 'SELECT a FROM T ORDER BY a'],
    ['PIVOT x AT a FROM T AS x', 'PIVOT x AT a FROM T AS x ORDER BY a'],
    ['SELECT a FROM T UNION SELECT a FROM T', 'SELECT a FROM T UNION SELECT a FROM T ORDER BY a'],
    ['SELECT ROW_NUMBER() OVER () FROM T', 'SELECT ROW_NUMBER() OVER (ORDER BY a) FROM T'],
    ['SELECT ARRAY_AGG(a) FROM T', 'SELECT ARRAY_AGG(a ORDER BY b) FROM T'],
  ],
  limit: [
    ['SELECT a FROM T', 'SELECT a FROM T LIMIT 1'],
    ['PIVOT x AT a FROM T AS x', 'PIVOT x AT a FROM T AS x LIMIT 1'],
    ['SELECT a FROM T UNION SELECT a FROM T', 'SELECT a FROM T UNION SELECT a FROM T LIMIT 1'],
  ],
  offset: [
    ['SELECT a FROM T', 'SELECT a FROM T OFFSET 1'],
    ['PIVOT x AT a FROM T AS x', 'PIVOT x AT a FROM T AS x OFFSET 1'],
    ['SELECT a FROM T UNION SELECT a FROM T', 'SELECT a FROM T UNION SELECT a FROM T OFFSET 1'],
    [
      'SELECT SUM(a) OVER (ORDER BY a ROWS 2 PRECEDING) FROM T',
      'SELECT SUM(a) OVER (ORDER BY a ROWS UNBOUNDED PRECEDING) FROM T',
    ],
  ],
  outer: [['SELECT a FROM T UNION SELECT a FROM T', 'SELECT a FROM T OUTER UNION SELECT a FROM T']],
  corresponding: [
    ['SELECT a, b FROM T UNION SELECT a, b FROM T', 'SELECT a, b FROM T UNION CORRESPONDING SELECT a, b FROM T'],
    [
      'SELECT a, b FROM T UNION CORRESPONDING BY (a) SELECT a, b FROM T',
      'SELECT a, b FROM T UNION CORRESPONDING BY (b) SELECT a, b FROM T',
    ],
  ],
  rows: [['VALUES (1)', 'VALUES (1), (2)']],
  recursive: [['WITH w AS (SELECT 1) SELECT * FROM w', 'WITH RECURSIVE w AS (SELECT 1) SELECT * FROM w']],
  bindings: [['WITH w AS (SELECT 1) SELECT * FROM w', 'WITH w AS (SELECT 1), v AS (SELECT 1) SELECT * FROM w']],
  columns: [
    ['WITH w AS (SELECT 1) SELECT * FROM w', 'WITH w (a) AS (SELECT 1) SELECT * FROM w'],
    ['SELECT * FROM (SELECT 1) AS w', 'SELECT * FROM (SELECT 1) AS w (a)'],
    ['INSERT INTO T (a) VALUES (1)', 'INSERT INTO T (b) VALUES (1)'],
  ],
  alias: [
    ['SELECT a FROM T', 'SELECT a AS b FROM T'],
    ['SELECT x FROM T GROUP BY a', 'SELECT x FROM T GROUP BY a AS x'],
  ],
  keys: [['SELECT a FROM T GROUP BY a', 'SELECT a FROM T GROUP BY a, b']],
  partial: [['SELECT a FROM T GROUP BY a', 'SELECT a FROM T GROUP PARTIAL BY a']],
  groupAs: [['SELECT a, g FROM T GROUP BY a', 'SELECT a, g FROM T GROUP BY a GROUP AS g']],
  direction: [['SELECT a FROM T ORDER BY a', 'SELECT a FROM T ORDER BY a DESC']],
  nulls: [['SELECT a FROM T ORDER BY a', 'SELECT a FROM T ORDER BY a NULLS FIRST']],
  join: [
    ['SELECT * FROM T AS a JOIN U AS b ON TRUE', 'SELECT * FROM T AS a LEFT JOIN U AS b ON TRUE'],
    ['SELECT * FROM T AS a RIGHT JOIN U AS b ON TRUE', 'SELECT * FROM T AS a FULL JOIN U AS b ON TRUE'],
  ],
  on: [['SELECT * FROM T AS a JOIN U AS b ON a.a = b.a', 'SELECT * FROM T AS a JOIN U AS b ON a.b = b.a']],
}

/** Places, kinds, and what a statement means the same with and without: `WITH (aws_tags = …)` is documented as read and kept nowhere. */
const saysNothing = new Set([
  'kind',
  'span',
  'opSpan',
  'nameSpan',
  'bareSpan',
  'comma',
  'source',
  'tags',
  'isName',
  'feature',
])

function database(): MemoryDatabase {
  const made = new MemoryDatabase(true)
  for (const name of ['T', 'U']) runStatement(made, `CREATE TABLE ${name}`)
  return made
}

/** The plan without places, or the error that refuses the statement. */
function meaningOf(text: string): string {
  try {
    const plan = buildPlan(parseStatement(text), database(), {
      strictQldb: false,
      typing: 'permissive',
      foldsCase: true,
    })
    return JSON.stringify(plan, (name, part) =>
      name === 'span' ? undefined : typeof part === 'bigint' ? `${part}n` : part,
    )
  } catch (error) {
    if (error instanceof LedgerError) return `refused: ${error.message}`
    throw error
  }
}

test('each clause that can be written changes the plan, or is refused', () => {
  const dropped: string[] = []
  for (const [field, pairs] of Object.entries(differences)) {
    for (const pair of pairs) {
      const [one, other] = pair.map(meaningOf)
      if (one === other) dropped.push(`${field}: ${pair.join(' | ')}`)
      if (one?.startsWith('refused') && other?.startsWith('refused')) dropped.push(`both refused: ${pair.join(' | ')}`)
    }
  }
  assert.deepEqual(dropped, [])
})

test('every field of the syntax tree is among the clauses that are checked', () => {
  const tree = readFileSync(join(projectRoot, 'src/syntax/ast.ts'), 'utf8')
  const fields = new Set([...tree.matchAll(/readonly (\w+):/g)].map((match) => match[1] as string))
  const unchecked = [...fields].filter((field) => !saysNothing.has(field) && (differences[field] ?? []).length === 0)
  assert.deepEqual(unchecked, [])
})
