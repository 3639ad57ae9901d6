import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseStatement } from '../../src/syntax/parser.ts'
import { printStatement } from '../../src/syntax/print-ast.ts'
import { statements, withoutSpans } from './trees.ts'

test('any tree prints to a text that parses to the same tree', () => {
  fc.assert(
    fc.property(statements(), (tree) => {
      const text = printStatement(tree)
      assert.deepEqual(withoutSpans(parseStatement(text)), withoutSpans(tree), text)
    }),
    { numRuns: 1500 },
  )
})

/** Left as the user may write it, right in canonical form. */
const canonical: readonly (readonly [string, string])[] = [
  ['select   a , t.b c from t where a=1 and( b<>2 )', 'SELECT a, t.b AS c FROM t WHERE a = 1 AND b <> 2'],
  ['select value v from x v, @v.y as y at i by d', 'SELECT VALUE v FROM x AS v, @v.y AS y AT i BY d'],
  ['a or (b and c) or not (d or e)', 'a OR b AND c OR NOT (d OR e)'],
  ['1-(2-3)-(-4)', '1 - (2 - 3) - -4'],
  ['- -a', '- -a'],
  ['x in (1)', 'x IN (1)'],
  ['x in ((select y from z))', 'x IN ((SELECT y FROM z))'],
  ['x in (select y from z)', 'x IN (SELECT y FROM z)'],
  ["trim(leading from ' a ')", "trim(LEADING ' ' FROM ' a ')"],
  ['extract(year from t)', 'extract(YEAR FROM t)'],
  ['substring(s from 2 for 3)', 'substring(s, 2, 3)'],
  ['count(*) over (partition by a order by b desc)', 'count(*) OVER (PARTITION BY a ORDER BY b DESC)'],
  ['cast(x as double precision)', 'CAST(x AS DOUBLE PRECISION)'],
  [
    'select * from a union all select * from b order by x limit 1',
    '(SELECT * FROM a) UNION ALL (SELECT * FROM b) ORDER BY x LIMIT 1',
  ],
  ['update t set a=1,b.c=? remove d where e', 'UPDATE t SET a = 1, b.c = ? REMOVE d WHERE e'],
  ['from t as x where y insert into x.z value 1 at 0', 'FROM t AS x WHERE y INSERT INTO x.z VALUE 1 AT 0'],
  ['drop index "i" on t with ( PURGE = TRUE )', 'DROP INDEX "i" ON t WITH (purge = true)'],
  ["INTERVAL '1-2' YEAR TO MONTH", "INTERVAL '1-2' YEAR TO MONTH"],
  ["TIME (2) '01:23:45.678'", "TIME '01:23:45.68'"],
  ["TIMESTAMP '2024-12-31 23:59:59.5+05:30'", "TIMESTAMP '2024-12-31 23:59:59.5+05:30'"],
  ['`{ a : 1 }`', '`{a:1}`'],
  ['1e3 + 0.05 + 5.', '1e3 + 0.05 + 5.'],
]

test('the canonical text', () => {
  for (const [written, printed] of canonical) {
    assert.equal(printStatement(parseStatement(written)), printed)
    assert.equal(printStatement(parseStatement(printed)), printed)
  }
})
