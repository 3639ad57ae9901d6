import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LedgerError } from '../../src/base/errors.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import { parseStatement } from '../../src/syntax/parser.ts'
import { int, string } from '../../src/values/value.ts'
import { runStatement } from '../support/run-statement.ts'
import { vehicles } from '../support/vehicles.ts'

/** Plans a statement that must be refused; gives the error and the text it points at. */
function refused(
  text: string,
  strictQldb = false,
): { code: string; message: string; at: string; help: string | undefined } {
  try {
    buildPlan(parseStatement(text), vehicles(), { strictQldb, typing: 'permissive' })
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    const { code, message, span, help } = error
    return { code, message, at: span === undefined ? '' : text.slice(span.start, span.end), help }
  }
  throw new Error(`planned: ${text}`)
}

test('a table that does not exist is QLDB’s "No such variable", at its place and with the nearest name', () => {
  for (const [text, name] of [
    ['SELECT * FROM Persons', 'Persons'],
    ['DELETE FROM Persons', 'Persons'],
    ['UPDATE Persons SET a = 1', 'Persons'],
    ["INSERT INTO Persons VALUE {'a': 1}", 'Persons'],
    ['SELECT * FROM history(Persons)', 'Persons'],
    ['SELECT * FROM "Persons"', '"Persons"'],
  ] as const) {
    const error = refused(text)
    assert.equal(error.code, 'semantic/no-such-variable', text)
    assert.equal(error.message, "No such variable named 'Persons'")
    assert.equal(error.at, name)
    assert.equal(error.help, "did you mean 'Person'?")
  }
})

test('table names are matched with regard to case', () => {
  assert.equal(refused('SELECT * FROM person').message, "No such variable named 'person'")
})

test('with one source an unknown name is a field of it, even the name of a table', () => {
  const database = vehicles()
  const rows = runStatement(database, "SELECT name, nope, Car FROM Person WHERE name = 'ann'")
  assert.deepEqual(rows, ['{name:"ann"}'])
})

test('with several sources an unknown name is an error', () => {
  assert.equal(refused('SELECT vin FROM Person AS p, Car AS c').message, "No such variable named 'vin'")
  assert.equal(refused('SELECT p.name FROM Person AS p, Car AS c WHERE vin = 1').at, 'vin')
})

test('aliases: the default one, its case, quotes and duplicates', () => {
  const database = vehicles()
  assert.deepEqual(runStatement(database, "SELECT Person.age FROM Person WHERE Person.name = 'bob'"), ['{age:40}'])
  assert.deepEqual(runStatement(database, 'SELECT Car FROM Car WHERE vin = 4'), ['{Car:{vin:4}}'])
  assert.deepEqual(runStatement(database, "SELECT P.age FROM Person AS p WHERE p.name = 'bob'"), ['{}'])
  const duplicate = refused('SELECT 1 FROM Person AS p, Car AS P')
  assert.equal(duplicate.message, "A variable named 'P' was already defined in this scope")
  assert.equal(duplicate.at, 'P')
})

test('in FROM a global comes before an alias, with @ after it', () => {
  const database = vehicles()
  database.values.set('f', int(7))
  assert.deepEqual(runStatement(database, 'SELECT VALUE [f, d, s] FROM <<1>> AS f, f AS d, @f AS s'), ['[1,7,1]'])
  assert.deepEqual(runStatement(database, 'SELECT VALUE g FROM @f AS g'), ['7'])
  assert.equal(refused('SELECT * FROM @Persn').message, "No such variable named 'Persn'")
})

test('elsewhere an alias comes before a field, a field before a global value', () => {
  const database = vehicles()
  database.values.set('age', string('global'))
  database.values.set('limit_', string('global'))
  const rows = runStatement(database, "SELECT age, limit_ FROM Person AS limit_ WHERE limit_.name = 'cem'")
  assert.deepEqual(rows, ['{age:50,limit_:{name:"cem",age:50}}'])
  assert.deepEqual(runStatement(database, 'SELECT VALUE age FROM Car WHERE vin = 1'), ['"global"'])
})

test('sub-queries see the sources around them', () => {
  const database = vehicles()
  const rows = runStatement(
    database,
    'SELECT p.name, (SELECT COUNT(*) AS n FROM Car AS c WHERE c.owner = p.name) AS cars FROM Person AS p',
  )
  assert.deepEqual(rows, ['{name:"ann",cars:2}', '{name:"bob",cars:1}', '{name:"cem",cars:0}'])
  const pets = runStatement(database, 'SELECT VALUE (SELECT VALUE x FROM pets AS x) FROM Person')
  assert.deepEqual(pets, ['$bag::["cat","dog"]', '$bag::[]', '$bag::[]'])
})

test('the committed view, history and the system views are sources', () => {
  const database = vehicles()
  const committed = "SELECT metadata.id, data.name FROM _ql_committed_Person WHERE data.name = 'bob'"
  assert.deepEqual(runStatement(database, committed), ['{id:"d5",name:"bob"}'])
  assert.deepEqual(runStatement(database, 'SELECT COUNT(*) AS n FROM history(Person) AS h'), ['{n:3}'])
  assert.deepEqual(runStatement(database, "SELECT COUNT(*) AS n FROM history('t2')"), ['{n:4}'])
  assert.deepEqual(runStatement(database, 'SELECT VALUE name FROM information_schema.user_tables'), [
    '"Person"',
    '"Car"',
  ])
  assert.equal(refused("SELECT * FROM history('nope')").message, "No table has the id 'nope'")
  assert.equal(refused('SELECT * FROM _ql_committed_Nope').message, "No such variable named '_ql_committed_Nope'")
  assert.throws(() => runStatement(database, 'SELECT * FROM information_schema.nope'), /information_schema\.nope/)
})

test('history passes its bounds on, and wants timestamps', () => {
  const database = vehicles()
  runStatement(database, 'SELECT * FROM history(Person, `2020-01-01T00:00:00Z`, ?)', ['2021-01-01T00:00:00Z'])
  assert.deepEqual(database.reads, ['history Person 2020 2021'])
  assert.throws(() => runStatement(database, "SELECT * FROM history(Person, '2020')"), { code: 'evaluator/invalid' })
  assert.equal(refused('SELECT * FROM history()').code, 'semantic/argument-count')
  assert.equal(refused('SELECT * FROM history(Person, 1, 2, 3)').code, 'semantic/argument-count')
})

test('a dropped table has no name but keeps its id', () => {
  const database = vehicles()
  assert.deepEqual(runStatement(database, 'DROP TABLE Car'), ['{tableId:"t2"}'])
  assert.throws(() => runStatement(database, 'SELECT * FROM Car'), { code: 'semantic/no-such-variable' })
  assert.deepEqual(runStatement(database, "SELECT COUNT(*) AS n FROM history('t2')"), ['{n:4}'])
  assert.deepEqual(runStatement(database, 'UNDROP TABLE "t2"'), ['{tableId:"t2"}'])
  assert.deepEqual(runStatement(database, 'SELECT COUNT(*) AS n FROM Car'), ['{n:4}'])
})

test('unknown functions and procedures name the nearest one', () => {
  const database = vehicles()
  assert.throws(() => runStatement(database, 'SELECT uper(name) FROM Person'), {
    code: 'semantic/no-such-function',
    help: "did you mean 'upper'?",
  })
  assert.equal(refused('EXEC redact 1').code, 'semantic/no-such-function')
  assert.equal(refused('EXEC redact_revision 1').code, 'semantic/argument-count')
})

test('after GROUP BY only its keys and aggregates are left', () => {
  assert.equal(refused('SELECT age FROM Person GROUP BY name').message, "No such variable named 'age'")
  assert.equal(refused('SELECT name FROM Person WHERE COUNT(*) > 1').code, 'semantic/invalid')
})

test('with case folded an unquoted name matches any spelling, a quoted one only its own', () => {
  const database = vehicles()
  const fold = (text: string) => runStatement(database, text, [], { foldsCase: true })
  assert.deepEqual(fold('SELECT NAME FROM Person WHERE Age = 50'), ['{NAME:"cem"}'])
  assert.deepEqual(fold('SELECT "NAME" FROM Person WHERE age = 50'), ['{}'])
  assert.deepEqual(runStatement(database, 'SELECT NAME FROM Person WHERE age = 50'), ['{}'])
  assert.throws(() => fold('SELECT a.vin FROM Car AS A, Car AS a'), { code: 'semantic/invalid' })
  assert.deepEqual(fold('SELECT COUNT(*) AS n FROM Car AS A, Car AS a'), ['{n:16}'])
})
