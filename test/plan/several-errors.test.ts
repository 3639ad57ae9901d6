import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LedgerError } from '../../src/base/errors.ts'
import { statementErrorsMax } from '../../src/base/limits.ts'
import { checkCall } from '../../src/exec/compile-call.ts'
import { runPlan } from '../../src/exec/run.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import { parseStatement } from '../../src/syntax/parser.ts'
import { vehicles } from '../support/vehicles.ts'

function raisedBy(work: () => unknown): LedgerError {
  try {
    work()
  } catch (error) {
    if (error instanceof LedgerError) return error
    throw error
  }
  throw new Error('nothing was raised')
}

/** Each error of a statement as its code, the text that it points at and its help. */
function errorsOf(text: string): string[] {
  const database = vehicles()
  const first = raisedBy(() => {
    const plan = buildPlan(parseStatement(text), database, { strictQldb: false, typing: 'permissive', checkCall })
    return [...runPlan(plan, database.context([], 'permissive'))]
  })
  return [first, ...first.others].map(({ code, span, help }) => {
    assert.ok(span !== undefined, text)
    return `${code} ${text.slice(span.start, span.end)}${help === undefined ? '' : `: ${help}`}`
  })
}

const variable = (name: string) => `semantic/no-such-variable ${name}`
const noFunction = (name: string) => `semantic/no-such-function ${name}`

test('two unknown names and an unknown function are three errors, the names first', () => {
  assert.deepEqual(errorsOf('SELECT uper(p.name), vinn FROM Person AS p, Carr AS c'), [
    `${variable('Carr')}: did you mean 'Car'?`,
    variable('vinn'),
    `${noFunction('uper')}: did you mean 'upper'?`,
  ])
})

test('an alias is a near name, a source that is unknown defines its alias', () => {
  assert.deepEqual(errorsOf('SELECT peron.name, x.a FROM Person AS person, Nowhere AS x'), [
    variable('Nowhere'),
    `${variable('peron')}: did you mean 'person'?`,
  ])
})

test('calls alone: each is reported, in the order in which they are compiled', () => {
  assert.deepEqual(errorsOf('SELECT uper(name), lower(), coun(name) FROM Person'), [
    `${noFunction('uper')}: did you mean 'upper'?`,
    'semantic/argument-count lower',
    `${noFunction('coun')}: did you mean 'count'?`,
  ])
})

test('an error that ends the search is reported last', () => {
  assert.deepEqual(errorsOf('SELECT a.x FROM Nowhere AS p, Person AS p'), [
    variable('Nowhere'),
    'semantic/duplicate-variable p',
  ])
})

test('changes, histories and sub-queries', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['UPDATE Nowhere AS n SET n.a = xx(), b.c = 1', [variable('Nowhere'), noFunction('xx')]],
    ['FROM Person AS p, qqqq.z AS z WHERE vvvv = 1 SET p.a = 2', [variable('qqqq'), variable('vvvv')]],
    ['INSERT INTO Nowhere << zzzz >>', [variable('Nowhere'), variable('zzzz')]],
    ['DELETE FROM Nowhere WHERE a = (SELECT 1 FROM Elsewhere AS e, Person AS p)', [variable('Nowhere')]],
    ['SELECT * FROM history(Nowhere, yyyy) AS h', [variable('Nowhere'), variable('yyyy')]],
    ['SELECT zzzz FROM history() AS h, Nowhere AS n', ['semantic/argument-count history', variable('Nowhere')]],
    ['EXEC redact 1, zzzz, 2', [noFunction('redact'), variable('zzzz')]],
    ['EXPLAIN SELECT zzzz FROM Nowhere AS a, Person AS p', [variable('Nowhere'), variable('zzzz')]],
  ]
  for (const [text, wanted] of cases) {
    const found = errorsOf(text).map((line) => line.replace(/: (?:did you mean|strings take).*/, ''))
    for (const one of wanted) assert.ok(found.includes(one), `${text}: ${found.join(', ')}`)
    assert.equal(found[0], wanted[0], text)
  }
})

test('a place is reported once, however often its expression is resolved', () => {
  assert.deepEqual(errorsOf('SELECT zzzz AS k FROM Person AS p, Car AS c GROUP BY k ORDER BY k'), [variable('zzzz')])
})

test('what GROUP BY tries out is no error', () => {
  const database = vehicles()
  const text = 'SELECT n, COUNT(*) AS c FROM Person AS p GROUP BY p.name AS n ORDER BY n'
  const plan = buildPlan(parseStatement(text), database, { strictQldb: false, typing: 'permissive', checkCall })
  assert.ok([...runPlan(plan, database.context([], 'permissive'))].length > 0)
})

test('the search ends at a named number', () => {
  const names = Array.from({ length: 3 * statementErrorsMax }, (_, at) => `zzzz${at}`)
  assert.equal(errorsOf(`SELECT ${names.join(', ')} FROM Person AS p, Car AS c`).length, statementErrorsMax)
  const calls = names.map((name) => `${name}()`)
  assert.equal(errorsOf(`SELECT ${calls.join(', ')} FROM Person`).length, statementErrorsMax)
})

test('a plan whose calls alone are wrong is built: EXPLAIN shows it', () => {
  const database = vehicles()
  const plan = buildPlan(parseStatement('EXPLAIN SELECT uper(name) FROM Person'), database, {
    strictQldb: false,
    typing: 'permissive',
    checkCall,
  })
  assert.ok([...runPlan(plan, database.context([], 'permissive'))].length > 0)
})

test('behind GROUP BY the sources are gone, also for a sub-query; a key may be spelled out anywhere', () => {
  const help =
    'semantic/invalid c: behind GROUP BY and beside aggregates there are only the keys, GROUP AS and aggregates'
  assert.deepEqual(errorsOf('SELECT c.vin FROM Car AS c GROUP BY c.owner'), [help])
  assert.deepEqual(errorsOf('SELECT c.vin, COUNT(*) FROM Car AS c'), [help])
  assert.deepEqual(errorsOf('SELECT (SELECT c.vin AS v FROM <<1>> AS x) AS v FROM Car AS c GROUP BY c.owner'), [help])
  assert.deepEqual(errorsOf('SELECT vinn FROM Car AS c GROUP BY c.owner'), [
    'semantic/no-such-variable vinn: behind GROUP BY and beside aggregates there are only the keys, GROUP AS and aggregates',
  ])
})

test('a name of one letter is near to none', () => {
  assert.deepEqual(errorsOf('SELECT c.vin, x FROM Car AS c, Person AS p'), [variable('x')])
})
