import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LedgerError } from '../../src/base/errors.ts'
import { compileTest } from '../../src/exec/compile-operators.ts'
import { compileExpression } from '../../src/exec/compile-expression.ts'
import { isConstant } from '../../src/exec/fold.ts'
import { type Compiler, compilerFor, Frame } from '../../src/exec/frame.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import type { Plan, PlanExpression } from '../../src/plan/plan.ts'
import { parseStatement } from '../../src/syntax/parser.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { vehicles } from '../support/vehicles.ts'

/** The three ways to treat what has the wrong type. */
type Typing = 'permissive' | 'strict' | 'qldb'

function planOf(text: string, typing: Typing = 'permissive'): { plan: Plan; value: PlanExpression } {
  const options = { strictQldb: false, typing: typing === 'strict' ? 'strict' : 'permissive' } as const
  const plan = { ...buildPlan(parseStatement(text), vehicles(), options), qldbTyping: typing === 'qldb' }
  assert.ok(plan.statement.kind === 'query')
  return { plan, value: plan.statement.value }
}

/** Whether an expression becomes a constant by compiling. */
function folds(text: string): boolean {
  const { plan, value } = planOf(text)
  const compiler = compilerFor(plan)
  try {
    compileExpression(value, compiler)
  } catch (error) {
    // Some literals are refused where they stand.
    if (error instanceof LedgerError) return false
    throw error
  }
  return isConstant(value, compiler)
}

test('what has only constants in it is evaluated once', () => {
  for (const text of [
    '1 + 2 * 3',
    "'a' || 'b' = 'ab'",
    "upper('x') LIKE 'X%' AND NOT FALSE",
    "CASE WHEN 1 = 2 THEN 'a' ELSE CAST('7' AS INT) END",
    '3 IN [1, 1 + 2] OR 2 BETWEEN 1 AND 3',
    "{'a': [1, 2 + 3]}.a[1]",
    "1 + 'a' IS MISSING",
  ]) {
    assert.ok(folds(text), text)
  }
})

test('parameters, the transaction, sub-queries and what raises stay as they are', () => {
  for (const text of [
    '? + 1',
    'TXID()',
    'UTCNOW()',
    'UNIX_TIMESTAMP()',
    '1 + (SELECT VALUE 1 FROM [1] AS a)',
    '1 / 0',
  ]) {
    assert.ok(!folds(text), text)
  }
})

const literal = fc.constantFrom(
  ...['0', '1', '-2', '3.50', '1e0', '`nan`', "'a'", "'7'", "''", 'TRUE', 'FALSE', 'NULL', 'MISSING', '[1, 2]'],
  ...['<<1, NULL>>', "{'a': 1}", '`2020-01-01T`', '9223372036854775807', "DATE '2020-02-29'", '`sym`'],
)

const { expression } = fc.letrec<{ expression: string }>((tie) => {
  const part = tie('expression')
  const join = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((texts) => `(${texts.join(' ')})`)
  const word = (...words: string[]) => fc.constantFrom(...words)
  const binary = word('+', '-', '*', '/', '%', '||', '=', '<>', '<', '<=', '>', '>=', 'AND', 'OR')
  return {
    expression: fc.oneof(
      { maxDepth: 5, depthSize: 'medium' },
      literal,
      join(part, binary, part),
      join(word('NOT', '-'), part),
      join(part, word('IN', 'NOT IN', 'LIKE'), part),
      join(part, word('BETWEEN'), part, word('AND'), part),
      join(part, word('IS MISSING', 'IS NOT NULL', 'IS INT')),
      join(word('CASE WHEN'), part, word('THEN'), part, word('ELSE'), part, word('END')),
      fc.tuple(part, word('INT', 'STRING', 'DECIMAL', 'BOOL')).map(([of, type]) => `CAST(${of} AS ${type})`),
      fc.tuple(word('UPPER', 'CHAR_LENGTH', 'SIZE', 'ABS'), part).map(([name, of]) => `${name}(${of})`),
      fc.tuple(part, part).map((parts) => `COALESCE(${parts.join(', ')})`),
      fc.tuple(part, part).map((parts) => `[${parts.join(', ')}]`),
      fc.tuple(part, word('.a', '[0]', "['a']")).map(([of, step]) => `(${of})${step}`),
    ),
  }
})

/** What an expression gives as a value and as a condition: Ion text, or the error with its place. */
function outcomes(text: string, typing: Typing, folding: boolean): readonly string[] {
  const { plan, value } = planOf(text, typing)
  const outcome = (evaluate: (compiler: Compiler, frame: Frame) => string) => {
    const compiler = compilerFor(plan)
    const frame = new Frame(plan.slots, vehicles().context([], plan.typing))
    try {
      return evaluate(folding ? compiler : { ...compiler, constants: undefined }, frame)
    } catch (error) {
      if (error instanceof LedgerError) return `${error.code} ${error.message} ${JSON.stringify(error.span)}`
      throw error
    }
  }
  return [
    outcome((compiler, frame) => printIon(compileExpression(value, compiler)(frame))),
    outcome((compiler, frame) => String(compileTest(value, compiler)(frame))),
  ]
}

test('folded and not, an expression gives the same value or the same error', () => {
  let folded = 0
  fc.assert(
    fc.property(expression, fc.constantFrom<Typing>('permissive', 'strict', 'qldb'), (text, typing) => {
      assert.deepEqual(outcomes(text, typing, true), outcomes(text, typing, false))
      if (folds(text)) folded += 1
    }),
    { numRuns: 1500 },
  )
  assert.ok(folded > 300, `only ${folded} were folded`)
})

test('an AND that stops early does not raise what it would not have reached', () => {
  for (const text of ['NULL = 1 AND 1 / 0 = 1', 'FALSE AND 1 / 0 = 1', '1 / 0 = 1 AND FALSE']) {
    assert.deepEqual(outcomes(text, 'permissive', true), outcomes(text, 'permissive', false), text)
  }
  assert.equal(outcomes('NULL = 1 AND 1 / 0 = 1', 'permissive', true)[1], 'false')
})
