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
