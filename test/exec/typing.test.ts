import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryDatabase } from '../support/memory-source.ts'
import { runStatement } from '../support/run-statement.ts'

/** What an expression gives in permissive typing, and in strict typing: a value or an error's code. */
const cases: readonly (readonly [expression: string, permissive: string, strict: string])[] = [
  ["5 > 'a'", 'missing', 'value/cannot-compare'],
  ["1 + 'a'", 'missing', 'value/type-mismatch'],
  ["NOT 'a'", 'missing', 'evaluator/type-mismatch'],
  ["TRUE AND 'a'", 'missing', 'evaluator/type-mismatch'],
  ["FALSE AND 'a'", 'false', 'false'],
  ["'a' OR TRUE", 'missing', 'evaluator/type-mismatch'],
  ["CAST('x' AS INT)", 'missing', 'value/cannot-cast'],
  ["{'a': 1}.b", 'missing', 'evaluator/type-mismatch'],
  ['[1][5]', 'missing', 'evaluator/type-mismatch'],
  ['(MISSING).a', 'missing', 'evaluator/type-mismatch'],
  ['(NULL).a', 'null', 'null'],
  ["5 = 'a'", 'false', 'false'],
  ['MISSING = MISSING', 'missing', 'missing'],
  ['MISSING = NULL', 'null', 'null'],
  ['1 + MISSING', 'missing', 'missing'],
  ['1 + NULL', 'null', 'null'],
  ["'a' + NULL", 'missing', 'evaluator/type-mismatch'],
  ["MISSING - 'a'", 'missing', 'evaluator/type-mismatch'],
  ["DATE '2020-01-01' + NULL", 'null', 'null'],
  ['TRUE * NULL', 'missing', 'evaluator/type-mismatch'],
  ["MOD(NULL, 'a')", 'missing', 'evaluator/type-mismatch'],
  ['POSITION(NULL, 1)', 'missing', 'evaluator/type-mismatch'],
  ['COALESCE(MISSING, MISSING)', 'missing', 'null'],
  ['COALESCE(MISSING, NULL)', 'null', 'null'],
  ['COALESCE(NULL, 1, 1 / 0)', '1', '1'],
  ['NULLIF(MISSING, 1)', 'missing', 'missing'],
  ['NULLIF(1, MISSING)', '1', '1'],
  ['MISSING AND TRUE', 'null', 'null'],
  ['NULL AND FALSE', 'false', 'false'],
  ['NULL OR TRUE', 'true', 'true'],
  ['1 / 0', 'value/division-by-zero', 'value/division-by-zero'],
  ["'abc' LIKE 'a%'", 'true', 'true'],
  ["'abc' LIKE NULL", 'null', 'null'],
  ["'a_c' LIKE 'a!_c' ESCAPE '!'", 'true', 'true'],
  ['1 LIKE MISSING', 'missing', 'evaluator/type-mismatch'],
  ["'a' LIKE MISSING", 'missing', 'missing'],
  ['2 BETWEEN 1 AND 3', 'true', 'true'],
  ['2 BETWEEN NULL AND 1', 'false', 'false'],
  ['2 BETWEEN NULL AND 3', 'null', 'null'],
  ["2 BETWEEN 'a' AND 3", 'missing', 'value/cannot-compare'],
  ['2 IN (1, 2)', 'true', 'true'],
  ['2 IN (1, NULL)', 'null', 'null'],
  ['2 NOT IN (1, 3)', 'true', 'true'],
  ['NULL IN (1)', 'null', 'null'],
  ['2 IN <<>>', 'false', 'false'],
  ['12 IN [1,2,3,4,5,6,7,8,9,10,11,12.0]', 'true', 'true'],
  ['0 IN [1,2,3,4,5,6,7,8,9,10,NULL]', 'null', 'null'],
  ['CASE 1 WHEN 1.0 THEN 2 ELSE 3 END', '2', '2'],
  ['CASE NULL WHEN NULL THEN 2 END', 'null', 'null'],
  ['CASE WHEN MISSING THEN 1 WHEN 1 = 1 THEN 2 END', '2', '2'],
  ['NULL IS NULL AND MISSING IS NULL AND NULL IS NOT MISSING', 'true', 'true'],
  ["'1' IS STRING", 'true', 'true'],
  ["CAN_CAST('x' AS INT)", 'false', 'false'],
  ["{'a': 1, 5: 2}", '{a:1}', 'evaluator/type-mismatch'],
  ["{'a': MISSING, 'b': NULL}", '{b:null}', '{b:null}'],
  ["{'a': 1, 'b': 2}['a']", '1', '1'],
  ["{'ab': 1}[CAST('a' || 'b' AS STRING)]", '1', '1'],
  ["{'ab': 1}['a' || 'b']", 'missing', 'evaluator/type-mismatch'],
  ['[1, 2, 3][1 + 1]', '3', '3'],
  ["TUPLEUNION({'a': 1}, {'b': 2})", '{a:1,b:2}', '{a:1,b:2}'],
  ['(SELECT VALUE x FROM 5 AS x)', '5', 'evaluator/type-mismatch'],
]

function outcome(expression: string, typing: 'permissive' | 'strict'): string {
  try {
    const rows = runStatement(new MemoryDatabase(), expression, [], { typing })
    return rows.join(' ').replace('$missing::null', 'missing')
  } catch (error) {
    return (error as { code: string }).code
  }
}

test('permissive typing makes MISSING of type errors, strict typing raises them', () => {
  for (const [expression, permissive, strict] of cases) {
    assert.equal(outcome(expression, 'permissive'), permissive, `permissive: ${expression}`)
    assert.equal(outcome(expression, 'strict'), strict, `strict: ${expression}`)
  }
})

test('a condition that is not TRUE keeps no row', () => {
  const run = (condition: string) =>
    runStatement(new MemoryDatabase(), `SELECT VALUE x FROM [1, 'a', NULL] AS x WHERE ${condition}`)
  assert.deepEqual(run('x > 0'), ['1'])
  assert.deepEqual(run('NOT (x > 0)'), [])
  assert.deepEqual(run('x'), [])
  assert.deepEqual(run("x = 1 OR x = 'a'"), ['1', '"a"'])
})

test('SQL’s coercion of sub-queries', () => {
  const run = (expression: string, typing: 'permissive' | 'strict' = 'permissive') => outcome(expression, typing)
  assert.equal(run('1 + (SELECT x AS y FROM <<5>> AS x)'), '6')
  assert.equal(run('[(SELECT x AS y FROM <<>> AS x)]'), 'missing')
  assert.equal(run('[(SELECT x AS y FROM <<>> AS x)]', 'strict'), 'null')
  assert.equal(run('[(SELECT x.a AS y FROM <<{}>> AS x)]'), 'missing')
  assert.equal(run('COLL_TO_SCALAR(<<>>)'), 'missing')
  assert.equal(run('[(SELECT x AS y FROM <<1, 2>> AS x)]'), 'missing')
  assert.equal(run('[(SELECT x AS y FROM <<1, 2>> AS x)]', 'strict'), 'evaluator/type-mismatch')
  assert.equal(run('2 IN (SELECT x AS y FROM <<1, 2>> AS x)'), 'true')
  assert.equal(run('(1, 2) = (SELECT x AS y, x + 1 AS z FROM <<1>> AS x)'), 'true')
  assert.equal(run('(SELECT x AS y FROM <<1>> AS x) = [1]'), 'true')
  assert.equal(run('(1, 2) = (SELECT x AS y, 2 AS z FROM <<1, 1>> AS x)', 'strict'), 'evaluator/type-mismatch')
  assert.equal(run('(2, 3) IN (SELECT x AS y, x + 1 AS z FROM <<1, 2>> AS x)'), 'true')
  assert.equal(run('(2, 2) IN (SELECT x AS y, x + 1 AS z FROM <<1, 2>> AS x)'), 'false')
  assert.equal(run('2 IN (SELECT 1 AS a UNION SELECT 2 AS b)'), 'true')
  assert.equal(run('[(SELECT VALUE x FROM <<1, 2>> AS x)]'), '$bag::[1,2]')
  assert.equal(run('EXISTS(SELECT x AS y FROM <<>> AS x)'), 'false')
  assert.equal(run('COLL_SUM(SELECT VALUE x FROM <<1, 2>> AS x)'), '3')
})

test('in strict typing a step to a field that is not there names the nearest one', () => {
  const failure = (text: string) => {
    try {
      runStatement(new MemoryDatabase(), text, [], { typing: 'strict' })
    } catch (error) {
      const { message, help } = error as { message: string; help?: string }
      return help === undefined ? message : `${message}: ${help}`
    }
    return undefined
  }
  assert.equal(failure("{'name': 1}.nane"), "the path '.nane' leads nowhere: did you mean 'name'?")
  assert.equal(failure("[{'name': 1}][*].nmae"), "the path '.nmae' leads nowhere: did you mean 'name'?")
  assert.equal(failure("{'name': 1}.age"), "the path '.age' leads nowhere")
  assert.equal(failure('(5).age'), "the path '.age' leads nowhere")
})
