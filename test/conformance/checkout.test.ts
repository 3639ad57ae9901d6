import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { runCheckout } from './run-cases.ts'

/** A checkout in small, with each form that a case of the suite may take. */
const files = {
  'partiql-tests-data/eval/numbers.ion': `
    envs::{ n: 1, rows: $bag::[{a: 1}, {a: 2}] }
    numbers::[
      { name: "adds", statement: "n + 1",
        assert: { evalMode: [EvalModeCoerce, EvalModeError], result: EvaluationSuccess, output: 2 } },
      { name: "own environment", statement: "n + 1", env: { n: 5 },
        assert: { evalMode: EvalModeCoerce, result: EvaluationSuccess, output: 6 } },
      inner::[
        envs::{ n: 10 },
        { name: "inner environment", statement: "SELECT VALUE a + n FROM rows",
          assert: { evalMode: EvalModeError, result: EvaluationSuccess, output: $bag::[12, 11] } },
      ],
      { name: "two modes", statement: "n + 'x'",
        assert: [
          { evalMode: EvalModeCoerce, result: EvaluationSuccess, output: $missing::null },
          { evalMode: EvalModeError, result: EvaluationFail },
        ] },
      { name: "wrong on purpose", statement: "n + 1",
        assert: { evalMode: EvalModeCoerce, result: EvaluationSuccess, output: 3 } },
    ]`,
  'partiql-tests-data/eval-equiv/spelling.ion': `
    spelling::[
      equiv_class::{ id: twice, statements: ["1 + 1", "2 * 1"] },
      { name: "both", statement: twice,
        assert: { evalMode: EvalModeCoerce, result: EvaluationSuccess, output: 2 } },
    ]`,
  'partiql-tests-data/eval/map.ion': `
    envs::{ m: $map::integer::string::[[1, "one"]] }
    map::[
      { name: "in the environment", statement: "m[1]",
        assert: { evalMode: EvalModeError, result: EvaluationSuccess, output: "one" } },
      { name: "in any order", statement: "MAP {2.5: 'b', 1: 'a'}",
        assert: { evalMode: EvalModeCoerce, result: EvaluationSuccess,
          output: $map::decimal::string::[[1., "a"], [2.5, "b"]] } },
      { name: "wrong type on purpose", statement: "MAP {1: 'a'}",
        assert: { evalMode: EvalModeCoerce, result: EvaluationSuccess, output: $map::bigint::string::[[1, "a"]] } },
    ]`,
  'partiql-tests-data/fail/syntax/pivot.ion':
    '{ name: "no AT", statement: "PIVOT v FROM x", assert: { result: SyntaxFail } }',
  'partiql-tests-data/eval/experimental/graph/small.ion': 'not::[even, { name: "Ion" }',
  'partiql-tests-data-extended/eval/text.ion': `
    text::[{ name: "upper", statement: "UPPER('a')",
      assert: { evalMode: EvalModeCoerce, result: EvaluationSuccess, output: "A" } }]`,
}

const wrongType = 'core permissive "eval/map.ion / map / wrong type on purpose" #1'

test('a checkout of the suite runs as it is, core and extended cases apart', () => {
  const folder = mkdtempSync(join(tmpdir(), 'partiql-tests-'))
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    const outcomes = runCheckout(folder) ?? []
    assert.deepEqual(
      outcomes.map(({ set, id, failure }) => `${failure === undefined ? 'passed' : failure} ${set} ${id}`).sort(),
      [
        `gave $map::integer::string::[[1,"a"]] instead of $map::bigint::string::[[1,"a"]] ${wrongType}`,
        'gave 2 instead of 3 core permissive "eval/numbers.ion / numbers / wrong on purpose" #1',
        'passed core any "fail/syntax/pivot.ion / no AT" #1',
        'passed core permissive "eval-equiv/spelling.ion / spelling / both" #1',
        'passed core permissive "eval-equiv/spelling.ion / spelling / both" #2',
        'passed core permissive "eval/map.ion / map / in any order" #1',
        'passed core permissive "eval/numbers.ion / numbers / adds" #1',
        'passed core permissive "eval/numbers.ion / numbers / own environment" #1',
        'passed core permissive "eval/numbers.ion / numbers / two modes" #1',
        'passed core strict "eval/map.ion / map / in the environment" #1',
        'passed core strict "eval/numbers.ion / numbers / adds" #1',
        'passed core strict "eval/numbers.ion / numbers / inner / inner environment" #1',
        'passed core strict "eval/numbers.ion / numbers / two modes" #1',
        'passed extended permissive "eval/text.ion / text / upper" #1',
      ],
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('a folder that is no checkout gives nothing', () => {
  assert.equal(runCheckout(tmpdir()), undefined)
})
