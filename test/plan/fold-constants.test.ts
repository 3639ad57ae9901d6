import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LedgerError } from '../../src/base/errors.ts'
import { foldedConstantBytesMax } from '../../src/base/limits.ts'
import { evaluateConstant } from '../../src/exec/evaluate-constant.ts'
import { runPlan } from '../../src/exec/run.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import type { PlanExpression } from '../../src/plan/plan.ts'
import type { Plan } from '../../src/plan/statement-plan.ts'
import { parseStatement } from '../../src/syntax/parser.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { runStatement } from '../support/run-statement.ts'
import { vehicles } from '../support/vehicles.ts'

/** The three ways to treat what has the wrong type. */
type Typing = 'permissive' | 'strict' | 'qldb'

function planOf(text: string, typing: Typing = 'permissive', evaluate?: typeof evaluateConstant): Plan {
  const options = { strictQldb: typing === 'qldb', typing: typing === 'strict' ? 'strict' : 'permissive' } as const
  return buildPlan(parseStatement(text), vehicles(), {
    ...options,
    ...(evaluate === undefined ? {} : { evaluateConstant: evaluate }),
  })
}

function expressionOf(text: string, typing: Typing = 'permissive'): PlanExpression {
  const { statement } = planOf(text, typing, evaluateConstant)
  assert.ok(statement.kind === 'query')
  return statement.value
}

test('what has only constants in it becomes one', () => {
  for (const text of [
    '1 + 2 * 3',
    "'a' || 'b' = 'ab'",
    "upper('x') LIKE 'X%' AND NOT FALSE",
    "CASE WHEN 1 = 2 THEN 'a' ELSE CAST('7' AS INT) END",
    '3 IN [1, 1 + 2] OR 2 BETWEEN 1 AND 3',
    "{'a': [1, 2 + 3]}.a[1]",
  ]) {
    assert.equal(expressionOf(text).kind, 'constant', text)
  }
})

test('parameters, the transaction, sub-queries, errors and large values stay as they are', () => {
  const long = `'${'x'.repeat(foldedConstantBytesMax / 2)}'`
  for (const [text, kind] of [
    ['?', 'parameter'],
    ['? + 1', 'once'],
    ['TXID()', 'once'],
    ['UTCNOW()', 'once'],
    ['UNIX_TIMESTAMP()', 'once'],
    ['DATE_ADD(day, 1, UTCNOW())', 'once'],
    ['UPPER(1)', 'once'],
    // A type error gets a notice when it is met.
    ["1 + 'a' IS MISSING", 'once'],
    ['1 / 0', 'once'],
    [`${long} || ${long}`, 'once'],
    ['1 + (SELECT VALUE 1 FROM [1] AS a)', 'binary'],
    ['(SELECT VALUE 1 FROM [1] AS a)', 'query'],
  ] as const) {
    assert.equal(expressionOf(text).kind, kind, text)
  }
})

test('EXPLAIN shows what was folded', () => {
  const text = "EXPLAIN SELECT p.name FROM Person AS p WHERE p.name IN (LOWER('ANN'), 'b' || 'ob') AND p.age < 10 * ?"
  assert.deepEqual(runStatement(vehicles(), text).slice(1), [
    '{plan:"  filter p.name in [\\"ann\\", \\"bob\\"] and p.age < (10 * ?1)"}',
    '{plan:"    look up Person by index on name in [\\"ann\\", \\"bob\\"] as p"}',
  ])
})

test('an error of constants is raised where it is come to, and only there', () => {
  const rows = (text: string, parameters: readonly string[] = []) => runStatement(vehicles(), text, parameters)
  assert.deepEqual(rows('SELECT 1 / 0 AS a FROM Person WHERE age > 90'), [])
  assert.deepEqual(rows('CASE WHEN 1 = 1 THEN 2 ELSE 1 / 0 END'), ['2'])
  assert.deepEqual(rows('SELECT VALUE p.age FROM Person AS p WHERE p.age < 35 OR 1 / 0 = 1 AND FALSE LIMIT 1'), ['30'])
  for (const text of ['SELECT VALUE 1 / 0 FROM Person', 'SELECT VALUE 1 / ? FROM Person']) {
    assert.throws(() => rows(text, ['0']), { code: 'value/division-by-zero' }, text)
  }
})

test('what belongs to the run is evaluated once in each run', () => {
  const database = vehicles()
  const plan = planOf('SELECT VALUE ? + 1 FROM Person AS p WHERE p.age > ? * 10', 'permissive', evaluateConstant)
  const run = (...parameters: string[]) =>
    [...runPlan(plan, database.context(parameters.map(parseIon)))].map((row) => printIon(row))
  assert.deepEqual([run('1', '3'), run('7', '4'), run('null', '0')], [['2', '2'], ['8'], ['null', 'null', 'null']])
  let calls = 0
  const context = database.context([])
  const counted = {
    ...context,
    get nowMs() {
      calls += 1
      return 0
    },
  }
  const text = 'SELECT VALUE p FROM Person AS p, Car AS c WHERE UTCNOW() > `2020T`'
  for (const _ of runPlan(planOf(text, 'permissive', evaluateConstant), counted)) assert.fail('it is 1970')
  assert.equal(calls, 1)
})

test('nested expressions that raise take time in proportion to their length', () => {
  let calls = 0
  const counted: typeof evaluateConstant = (expression, settings) => {
    calls += 1
    return evaluateConstant(expression, settings)
  }
  const depth = 150
  for (const [before, inner, after] of [
    ['CASE WHEN ', '1', ' THEN 1 END'],
    ['(1 = 1 AND ', '1 / 0 = 1', ')'],
    ['NOT (', '1 / 0', ')'],
  ] as const) {
    for (const typing of ['permissive', 'strict'] as const) {
      calls = 0
      planOf(`${before.repeat(depth)}${inner}${after.repeat(depth)}`, typing, counted)
      assert.ok(calls <= 3 * depth + 3, `${before}: ${calls} evaluations`)
    }
  }
})

const literal = fc.constantFrom(
  ...['0', '1', '-2', '3.50', '1e0', '`nan`', "'a'", "'7'", "''", 'TRUE', 'FALSE', 'NULL', 'MISSING', '[1, 2]'],
  ...['<<1, NULL>>', "{'a': 1}", '`2020-01-01T`', '9223372036854775807', "DATE '2020-02-29'", '`sym`', '?', 'TXID()'],
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

/** What a statement gives: Ion text, or the error with its place. */
function outcome(text: string, typing: Typing, evaluate?: typeof evaluateConstant): readonly string[] {
  try {
    const context = vehicles().context(Array.from({ length: 100 }, () => parseIon('7')))
    const plan = planOf(text, typing, evaluate)
    return [...runPlan(plan, { ...context, typing: plan.typing, transactionId: 'tx' })].map((row) => printIon(row))
  } catch (error) {
    if (error instanceof LedgerError) return [error.code, error.message, JSON.stringify(error.span)]
    throw error
  }
}

test('folded and not, an expression gives the same value or the same error, as a value and as a condition', () => {
  let folded = 0
  fc.assert(
    fc.property(expression, fc.constantFrom<Typing>('permissive', 'strict', 'qldb'), (text, typing) => {
      for (const form of [`SELECT VALUE ${text} FROM Person AS p`, `SELECT VALUE 1 FROM Person AS p WHERE ${text}`]) {
        let isFolded = false
        const noted: typeof evaluateConstant = (one, settings) => {
          const value = evaluateConstant(one, settings)
          isFolded ||= value !== undefined
          return value
        }
        assert.deepEqual(outcome(form, typing, noted), outcome(form, typing), `${typing}: ${form}`)
        if (isFolded) folded += 1
      }
    }),
    { numRuns: 1500 },
  )
  assert.ok(folded > 500, `only ${folded} had something folded`)
})
