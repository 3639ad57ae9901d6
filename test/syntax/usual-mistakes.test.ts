import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LedgerError } from '../../src/base/errors.ts'
import { parseStatement } from '../../src/syntax/parser.ts'

function helpOf(text: string): string | undefined {
  try {
    parseStatement(text)
  } catch (error) {
    assert.ok(error instanceof LedgerError, `${text}: ${error}`)
    return error.help
  }
  throw new Error(`accepted: ${text}`)
}

/** What is written, and what the error says to write. */
const mistakes: readonly (readonly [string, string | undefined])[] = [
  ['DELETE t', 'write DELETE FROM t'],
  ['DELETE * FROM t', 'write DELETE FROM t: whole documents are deleted'],
  ["INSERT t VALUE {'a': 1}", 'write INSERT INTO t'],
  ['INSERT INTO t SET a = 1', "write INSERT INTO t VALUE {'a': 1}, or INSERT INTO t (a) VALUES (1)"],
  ['UPDATE t a = 1', 'write SET before a'],
  ['SELECT a, FROM t', 'remove the comma before FROM'],
  ['SELECT [1, 2,] FROM t', 'remove the comma before ]'],
  ["INSERT INTO t VALUE {'a': 1,}", 'remove the comma before }'],
  ['SELECT a FROM t LIMIT 10, 5', 'write LIMIT 5 OFFSET 10'],
  ['SELECT a FROM t WHERE EXISTS a', 'EXISTS takes a sub-query in parentheses; of a field write a IS NOT MISSING'],
  ['SELECT a FROM t WHERE a > ALL 5', 'ALL takes a list or a sub-query in parentheses'],
  ['SELECT a FROM t a = 1', 'a condition begins with WHERE: WHERE a …'],
  ['DELETE FROM t a = 1', 'a condition begins with WHERE: WHERE a …'],
  ["SELECT a FROM t a LIKE 'x'", 'a condition begins with WHERE: WHERE a …'],
  ['SELECT CAST(a AS TEXT) FROM t', 'write STRING'],
  ['SELECT CAST(a AS datetime) FROM t', 'write TIMESTAMP'],
  [
    'SELECT CAST(a AS foo) FROM t',
    'types are BOOL, INT, DECIMAL, FLOAT, STRING, TIMESTAMP, DATE, TIME, LIST, STRUCT, BAG and others (docs/partiql.md)',
  ],
  ['UPDATE t WHERE a = 1 SET b = 2', 'WHERE comes after SET'],
  ['UPDATE TABLE t SET a = 1', 'leave TABLE out: UPDATE t'],
  ["INSERT INTO TABLE t VALUE {'a': 1}", 'leave TABLE out: INTO t'],
  ['DELETE FROM TABLE t', 'leave TABLE out: FROM t'],
  ["REPLACE t VALUE {'a': 1}", 'write REPLACE INTO t'],
  ["INSERT INTO t VALUE {'a': 1}, {'a': 2}", 'several documents stand in a bag: INSERT INTO t << {…}, {…} >>'],
  ["SELECT a FROM t WHERE a IS 'x'", "write = 'x'"],
  ['SELECT a FROM t WHERE a IS NOT 5', 'write <> 5'],
  ["SELECT 'a' 'b' FROM t", "|| joins strings: 'a' || 'b'"],
  ["SELECT N'a' FROM t", "write 'text': every string is Unicode"],
  ["SELECT X'41' FROM t", 'write bytes as Ion: `{{aGVsbG8=}}`'],
  ["SELECT EXTRACT('year' FROM a) FROM t", 'write year without quotes'],
  ["SELECT DATE_ADD('day', 1, a) FROM t", 'write day without quotes'],
  ['SELECT DATE_DIFF(mnth, a, b) FROM t', 'did you mean month?'],
  ['SELECT DATE_TRUNC(decade, a) FROM t', undefined],
  ['SELECT * EXCEPT (a) FROM t', 'write SELECT * EXCLUDE t.a, t.b FROM t'],
  ['SELECT * EXCLUDE (a) FROM t', 'write SELECT * EXCLUDE t.a, t.b FROM t'],
  ['SELECT * REPLACE (1 AS a) FROM t', 'name the fields: SELECT t.a, … AS b FROM t'],
  ['SELECT a FROM t LIMIT 2 WHERE a = 1', 'WHERE stands before LIMIT'],
  ['SELECT a FROM t ORDER BY a GROUP BY a', 'GROUP stands before ORDER'],
  ['SELECT * FROM t JOIN u USING (a)', 'name the fields that must be equal: JOIN … ON a.x = b.x'],
  ['SELECT a FROM t WHERE a NOT ILIKE b', "compare in one case: LOWER(x) LIKE 'a%'"],
  ['SELECT a FROM t WHERE a NOT SIMILAR TO b', 'use LIKE, whose wildcards are % and _'],
  ['SELECT a FROM t WHERE a !~ b', "'~' is not supported: use LIKE, whose wildcards are % and _"],
  ['SELECT a ISNULL FROM t', 'write IS NULL'],
  ['SELECT a FROM t WHERE a BETWEEN SYMMETRIC 2 AND 1', 'write BETWEEN LEAST(a, b) AND GREATEST(a, b)'],
  // No advice is better than advice about names where a clause is cut off.
  ['SELECT a FROM t LIMIT', undefined],
  ['SELECT CASE END FROM t', undefined],
  ['SELECT end FROM t', '\'end\' is a keyword; as a name it needs double quotes: "end"'],
  ['SELECT a FROM t WHERE all = 1', '\'all\' is a keyword; as a name it needs double quotes: "all"'],
]

for (const [text, help] of mistakes) {
  test(`help: ${text}`, () => assert.equal(helpOf(text), help))
}

/** Words before a join or BY that are no alias, unless the statement uses them as one. */
const misread: readonly (readonly [string, string | undefined])[] = [
  ['SELECT * FROM t SEMI JOIN u ON true', 'use WHERE EXISTS (…)'],
  ['SELECT * FROM t, u AS x, v ANTI JOIN w ON true', 'use WHERE NOT EXISTS (…)'],
  ['SELECT * FROM t ASOF LEFT JOIN u ON true', 'use a sub-query'],
  ['SELECT * FROM t LEFFT JOIN u ON true', 'did you mean LEFT JOIN? An alias of that name needs AS: AS LEFFT JOIN …'],
  [
    'SELECT * FROM t JOIN u rigth JOIN v ON true ON true',
    'did you mean RIGHT JOIN? An alias of that name needs AS: AS rigth JOIN …',
  ],
  [
    'SELECT * FROM t FULLL OUTER JOIN u ON true',
    'did you mean FULL OUTER? An alias of that name needs AS: AS FULLL OUTER …',
  ],
  ['DELETE FROM t SORT BY a', 'write ORDER BY'],
  ['SELECT a FROM t distribute BY a', 'write ORDER BY'],
]

for (const [text, help] of misread) {
  test(`no alias: ${text}`, () => assert.equal(helpOf(text), help))
}

test('an alias that resembles a word of a join is one where AS stands before it, or a path begins with it', () => {
  for (const text of [
    'SELECT * FROM t AS lefft JOIN u ON true',
    'SELECT lefft.a FROM t lefft JOIN u ON true',
    'SELECT * FROM t semi JOIN u ON semi.a = u.a',
    'SELECT * FROM t AS "semi" JOIN u ON true',
    'SELECT sort.a FROM t sort BY id',
    'SELECT * FROM t x JOIN u ON true',
  ]) {
    parseStatement(text)
  }
})
