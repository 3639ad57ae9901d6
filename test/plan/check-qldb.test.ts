import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runStatement } from '../support/run-statement.ts'
import { vehicles } from '../support/vehicles.ts'

const strict = { strictQldb: true } as const

test('what QLDB did not have is refused by name, and works without strictQldb', () => {
  const cases: [text: string, feature: string][] = [
    ['SELECT name FROM Person ORDER BY name', 'ORDER BY'],
    ['SELECT name FROM Person ORDER BY PRESERVE', 'ORDER BY'],
    ['SELECT COUNT(*) FROM Person GROUP ALL', 'GROUP BY'],
    ['SELECT name FROM Person LIMIT 1', 'LIMIT'],
    ['SELECT name FROM Person OFFSET 1', 'OFFSET'],
    ['SELECT name FROM Person GROUP BY name', 'GROUP BY'],
    ['SELECT COUNT(*) FROM Person HAVING COUNT(*) > 1', 'HAVING'],
    ['SELECT DISTINCT name FROM Person', 'DISTINCT'],
    ['SELECT p.name FROM Person AS p LEFT JOIN Car AS c ON p.name = c.owner', 'outer joins'],
    ['SELECT p.name FROM Person AS p CROSS JOIN Car AS c', 'CROSS JOIN'],
    ['SELECT 1', 'SELECT without FROM'],
    ["SELECT DATE '2020-01-02' FROM Person", 'DATE literals'],
    ["SELECT TIMESTAMP '2020-01-02 03:04:05' FROM Person", 'TIMESTAMP literals'],
    ["SELECT INTERVAL '1' DAY FROM Person", 'INTERVAL literals'],
    ["SELECT CAST('2020-01-02' AS DATE) FROM Person", 'the type DATE'],
    ['SELECT age IS INTERVAL DAY FROM Person', 'the type INTERVAL DAY'],
    ['SELECT v FROM UNPIVOT {} AS v', 'UNPIVOT'],
    ['PIVOT p.age AT p.name FROM Person AS p', 'PIVOT'],
    ['SELECT name FROM Person UNION SELECT owner FROM Car', 'UNION'],
    ['SELECT CASE WHEN age > 1 THEN 1 END FROM Person', 'CASE'],
    ['SELECT ABS(age) FROM Person', "the function 'abs'"],
    ['SELECT VALUE x FROM Person AS p LET p.age AS x', 'LET'],
    ['INSERT INTO Car SELECT * FROM Person', 'INSERT … SELECT'],
    ['EXPLAIN SELECT * FROM Person', 'EXPLAIN'],
  ]
  for (const [text, feature] of cases) {
    assert.throws(
      () => runStatement(vehicles(), text, [], strict),
      { code: 'semantic/not-in-qldb', message: `QLDB did not have ${feature}` },
      text,
    )
    runStatement(vehicles(), text)
  }
})

test('a bare expression is no statement, in QLDB’s words', () => {
  assert.throws(() => runStatement(vehicles(), 'Person', [], strict), { message: 'Unsupported PartiQL Statement' })
})

test('tables belong into the outermost FROM, in QLDB’s words', () => {
  for (const text of [
    'SELECT (SELECT VALUE c.vin FROM Car AS c) AS x FROM Person AS p',
    'SELECT * FROM (SELECT * FROM Car) AS c',
    'SELECT p.name FROM Person AS p, Person AS q WHERE p.name IN Car',
  ]) {
    assert.throws(() => runStatement(vehicles(), text, [], strict), {
      message: /^Global variable access is illegal in this context, variable name: 'Car'$/,
    })
  }
  const allowed = "SELECT p.name, (SELECT x FROM @p.pets AS x WHERE x = 'cat') AS pet FROM Person AS p WHERE p.age = 30"
  assert.deepEqual(runStatement(vehicles(), allowed, [], strict), ['{name:"ann",pet:"cat"}'])
})

test('columns without a name are counted by position', () => {
  const text = 'SELECT name, age + 1 FROM Person WHERE age = 30'
  assert.deepEqual(runStatement(vehicles(), text, [], strict), ['{name:"ann",_2:31}'])
  assert.deepEqual(runStatement(vehicles(), text), ['{name:"ann",_1:31}'])
})

test('QLDB’s typing: wrong types are errors, missing paths are MISSING, absent operands NULL', () => {
  const one = (text: string) => runStatement(vehicles(), text, [], strict)
  assert.deepEqual(one('SELECT age + nope AS a, UPPER(nope) AS b, nope AS c FROM Person WHERE age = 30'), [
    '{a:null,b:null}',
  ])
  const most = '9223372036854775807'
  assert.throws(() => one(`SELECT ${most} + 1 FROM Person`), { code: 'value/out-of-range' })
  assert.deepEqual(runStatement(vehicles(), `SELECT ${most} + 1 AS n FROM Person WHERE age = 30`), [
    '{n:9223372036854775808}',
  ])
  assert.deepEqual(one(`SELECT ${most}0 AS n, ${most} - 1 AS m FROM Person WHERE age = 30`), [
    '{n:92233720368547758070,m:9223372036854775806}',
  ])
  assert.throws(() => one('SELECT CAST(name AS INT) FROM Person'), { code: 'value/cannot-cast' })
  assert.throws(() => one('SELECT name + 1 FROM Person'), { code: 'value/type-mismatch' })
  assert.throws(() => one('SELECT * FROM Person WHERE name < 1'), { code: 'value/cannot-compare' })
  assert.deepEqual(one('SELECT name.first.x FROM Person WHERE age = 30'), ['{}'])
})

test('DROP INDEX wants its purge', () => {
  const database = vehicles()
  assert.throws(() => runStatement(database, 'DROP INDEX "i3" ON Person', [], strict), { code: 'semantic/not-in-qldb' })
  assert.deepEqual(runStatement(database, 'DROP INDEX "i3" ON Person WITH (purge = true)', [], strict), [
    '{tableId:"t1"}',
  ])
})
