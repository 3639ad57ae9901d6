import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryDatabase } from '../support/memory-source.ts'
import { runStatement } from '../support/run-statement.ts'
import { vehicles } from '../support/vehicles.ts'

type Case = readonly [statement: string, rows: readonly string[], parameters?: readonly string[]]

function check(cases: readonly Case[], database = vehicles()): void {
  for (const [text, rows, parameters] of cases) assert.deepEqual(runStatement(database, text, parameters), rows, text)
}

test('column names: alias, last step of a path, else _n; MISSING columns are left out', () => {
  check([
    [
      'SELECT p.name AS n, p.pets[0], p.pets, age + 1, nope, 5 FROM Person AS p WHERE age = 30',
      ['{n:"ann",_1:"cat",pets:["cat","dog"],_2:31,_3:5}'],
    ],
    ["SELECT p['name'] FROM Person AS p WHERE age = 30", ['{name:"ann"}']],
    ['SELECT COUNT(*) FROM Person', ['{_1:3}']],
    ['SELECT name, name FROM Person WHERE age = 40', ['{name:"bob",name:"bob"}']],
  ])
})

test('`*`: each source’s fields, then its ordinal, then its id', () => {
  check(
    [
      ['SELECT * FROM Car AS c BY cid WHERE c.vin = 4', ['{vin:4,cid:"d10"}']],
      ['SELECT c.* FROM Car AS c BY cid WHERE c.vin = 4', ['{vin:4}']],
      ['SELECT cid, c.* FROM Car AS c BY cid WHERE c.vin = 4', ['{cid:"d10",vin:4}']],
      [
        "SELECT * FROM Person AS p BY pid, @p.pets AS x AT i WHERE x = 'dog'",
        ['{name:"ann",age:30,pets:["cat","dog"],pid:"d4",_2:"dog",i:1}'],
      ],
      ['SELECT * FROM <<1, [2]>>', ['{_1:1}', '{_1:[2]}']],
      [
        'SELECT p.*, c.* FROM Person AS p, Car AS c WHERE p.name = c.owner AND c.vin = 2',
        ['{name:"bob",age:40,pets:[],vin:2,owner:"bob",color:"blue"}'],
      ],
    ].map(([text, rows]) => [text, rows] as Case),
  )
})

test('a path with wildcards keeps every MISSING that it leads to, as SELECT VALUE does', () => {
  check([
    ["[{'a': 1}, {}, {}][*].a", ['1', '$missing::null', '$missing::null']],
    ["SELECT VALUE COLL_COUNT(x[*].a) FROM <<[{'a': 1}, {}]>> AS x", ['1']],
    ['(MISSING).*', []],
  ])
})

test('SELECT VALUE, and a whole document under its alias', () => {
  check([
    ['SELECT VALUE name FROM Person', ['"ann"', '"bob"', '"cem"']],
    ['SELECT VALUE p FROM Person AS p WHERE p.age = 50', ['{name:"cem",age:50}']],
    ['SELECT p FROM Person AS p WHERE p.age = 50', ['{p:{name:"cem",age:50}}']],
    ["SELECT VALUE {'n': name, 'a': nope} FROM Person WHERE age = 50", ['{n:"cem"}']],
    ['SELECT VALUE ? FROM Car WHERE vin < 3', ['7', '7'], ['7']],
  ])
})

test('unnesting: with and without @, ordinals, no row for a collection that is not there', () => {
  check([
    ['SELECT p.name, x FROM Person AS p, @p.pets AS x', ['{name:"ann",x:"cat"}', '{name:"ann",x:"dog"}']],
    [
      'SELECT p.name, x, i FROM Person AS p, p.pets AS x AT i',
      ['{name:"ann",x:"cat",i:0}', '{name:"ann",x:"dog",i:1}'],
    ],
    ['SELECT p.name, a FROM Person AS p, p.age AS a WHERE a > 40', ['{name:"cem",a:50}']],
    [
      'SELECT p.name, x FROM Person AS p LEFT JOIN p.pets AS x ON TRUE',
      ['{name:"ann",x:"cat"}', '{name:"ann",x:"dog"}', '{name:"bob",x:null}', '{name:"cem",x:null}'],
    ],
    ['SELECT k, v FROM Car AS c, UNPIVOT c AS v AT k WHERE c.vin = 4', ['{k:"vin",v:4}']],
  ])
})

test('joins', () => {
  check([
    [
      'SELECT p.name, c.vin FROM Person p INNER JOIN Car c ON p.name = c.owner',
      ['{name:"ann",vin:1}', '{name:"ann",vin:3}', '{name:"bob",vin:2}'],
    ],
    [
      'SELECT p.name, c.vin FROM Person p LEFT JOIN Car c ON p.name = c.owner AND c.vin > 1',
      ['{name:"ann",vin:3}', '{name:"bob",vin:2}', '{name:"cem",vin:null}'],
    ],
    [
      'SELECT p.name, c.vin FROM Person p LEFT JOIN Car c ON p.name = c.owner WHERE c.vin IS NULL',
      ['{name:"cem",vin:null}'],
    ],
    [
      'SELECT p.name, c.vin FROM Person p RIGHT JOIN Car c ON p.name = c.owner WHERE c.vin > 2',
      ['{name:"ann",vin:3}', '{name:null,vin:4}'],
    ],
    [
      'SELECT p.name, c.vin FROM Person p FULL JOIN Car c ON p.name = c.owner',
      ['{name:"ann",vin:1}', '{name:"ann",vin:3}', '{name:"bob",vin:2}', '{name:"cem",vin:null}', '{name:null,vin:4}'],
    ],
    ['SELECT COUNT(*) AS n FROM Person CROSS JOIN Car', ['{n:12}']],
    [
      'SELECT * FROM (SELECT vin AS v FROM Car WHERE vin = 4) AS a LEFT JOIN (SELECT name AS b, age AS c FROM Person) AS p ON a.v = p.c',
      ['{v:4,b:null,c:null}'],
    ],
  ])
})

test('the right side of a right or full join stands for itself', () => {
  for (const join of ['RIGHT', 'FULL']) {
    const text = `SELECT * FROM Person AS p ${join} JOIN p.pets AS x ON TRUE`
    assert.throws(() => runStatement(vehicles(), text), { code: 'semantic/invalid' })
  }
})

test('groups, aggregates, HAVING and GROUP AS', () => {
  check([
    [
      'SELECT owner, COUNT(*) AS n FROM Car GROUP BY owner',
      ['{owner:"ann",n:2}', '{owner:"bob",n:1}', '{owner:null,n:1}'],
    ],
    [
      'SELECT c.owner, SUM(c.vin) AS s FROM Car AS c GROUP BY c.owner HAVING SUM(c.vin) > 2',
      ['{owner:"ann",s:4}', '{owner:null,s:4}'],
    ],
    ['SELECT n, COUNT(*) AS c FROM Person GROUP BY age > 30 AS n', ['{n:false,c:1}', '{n:true,c:2}']],
    [
      'SELECT o, (SELECT VALUE m.c.vin FROM g AS m) AS v FROM Car AS c GROUP BY c.owner AS o GROUP AS g',
      ['{o:"ann",v:$bag::[1,3]}', '{o:"bob",v:$bag::[2]}', '{o:null,v:$bag::[4]}'],
    ],
    [
      'SELECT COUNT(*) AS n, COUNT(color) AS c, COUNT(DISTINCT owner) AS d, MIN(vin) AS a, MAX(vin) AS b, AVG(vin) AS v FROM Car',
      ['{n:4,c:2,d:2,a:1,b:4,v:2.5}'],
    ],
    ['SELECT COUNT(*) AS n, SUM(vin) AS s FROM Car WHERE vin > 100', ['{n:0,s:null}']],
    ['SELECT owner FROM Car WHERE vin > 100 GROUP BY owner', []],
    ['SELECT COUNT(*) FILTER (WHERE vin > 1) AS n FROM Car', ['{n:3}']],
    ['SELECT UPPER(owner) AS o, COUNT(*) AS n FROM Car GROUP BY o', ['{o:"ANN",n:2}', '{o:"BOB",n:1}', '{o:null,n:1}']],
  ])
})

test('ORDER BY, LIMIT, OFFSET and DISTINCT', () => {
  check([
    ['SELECT name FROM Person ORDER BY age DESC', ['{name:"cem"}', '{name:"bob"}', '{name:"ann"}']],
    [
      'SELECT owner, vin FROM Car ORDER BY owner, vin DESC',
      ['{owner:"ann",vin:3}', '{owner:"ann",vin:1}', '{owner:"bob",vin:2}', '{vin:4}'],
    ],
    ['SELECT owner FROM Car ORDER BY owner NULLS FIRST LIMIT 2', ['{}', '{owner:"ann"}']],
    ['SELECT vin * -1 AS vin FROM Car ORDER BY vin LIMIT 1', ['{vin:-4}']],
    ['SELECT VALUE vin FROM Car ORDER BY vin LIMIT ? OFFSET ?', ['2', '3'], ['2', '1']],
    ['SELECT VALUE vin FROM Car LIMIT 0', []],
    ['SELECT DISTINCT owner FROM Car ORDER BY owner DESC LIMIT 2', ['{}', '{owner:"bob"}']],
    ['SELECT owner, COUNT(*) AS n FROM Car GROUP BY owner ORDER BY n DESC, owner LIMIT 1', ['{owner:"ann",n:2}']],
  ])
})

test('GROUP ALL makes one group, ORDER BY PRESERVE a list of the rows as they come', () => {
  check([
    ['SELECT VALUE COLL_COUNT(g) FROM Car AS c GROUP ALL AS g', ['4']],
    ['SELECT VALUE COLL_COUNT(g) FROM Car AS c WHERE c.vin > 9 GROUP ALL GROUP AS g', ['0']],
    ['SELECT MAX(vin) AS most FROM Car GROUP ALL', ['{most:4}']],
    ["{'l': (SELECT VALUE x FROM [3, 1, 2] AS x WHERE x > 1 ORDER BY PRESERVE)}", ['{l:[3,2]}']],
    ["{'l': (SELECT VALUE x FROM [3, 1, 2] AS x WHERE x > 1)}", ['{l:$bag::[3,2]}']],
  ])
})

test('set operations, WITH, LET, VALUES, PIVOT and EXCLUDE', () => {
  check([
    [
      'SELECT name FROM Person UNION SELECT owner AS name FROM Car WHERE owner IS NOT NULL',
      ['{name:"ann"}', '{name:"bob"}', '{name:"cem"}'],
    ],
    ['<<1, 2, 2>> OUTER EXCEPT ALL <<2>> ', ['1', '2']],
    [
      'SELECT name FROM Person UNION SELECT owner FROM Car WHERE owner IS NOT NULL',
      ['{name:"ann"}', '{name:"bob"}', '{name:"cem"}'],
    ],
    ['SELECT name FROM Person EXCEPT SELECT owner AS o FROM Car ORDER BY name', ['{name:"cem"}']],
    ['SELECT 1 AS a UNION ALL SELECT 2 AS b UNION ALL SELECT 3 AS c', ['{a:1}', '{a:2}', '{a:3}']],
    ['SELECT 1 AS a OUTER UNION ALL SELECT 2 AS b', ['{a:1}', '{b:2}']],
    ['WITH old AS (SELECT * FROM Person WHERE age > 30) SELECT name FROM old WHERE age < 50', ['{name:"bob"}']],
    ["SELECT n FROM Person LET UPPER(name) AS n WHERE n = 'BOB'", ['{n:"BOB"}']],
    ['SELECT VALUE v FROM (VALUES (1, 2), (3, 4)) AS v', ['[1,2]', '[3,4]']],
    ['PIVOT p.age AT p.name FROM Person AS p', ['{ann:30,bob:40,cem:50}']],
    ['SELECT * EXCLUDE p.pets FROM Person AS p WHERE age < 50', ['{name:"ann",age:30}', '{name:"bob",age:40}']],
  ])
})

test('window functions', () => {
  const over = 'OVER (PARTITION BY owner ORDER BY vin)'
  check([
    [
      `SELECT vin, ROW_NUMBER() ${over} AS r, LAG(vin) ${over} AS l, LEAD(vin, 1, 0) ${over} AS d, SUM(vin) ${over} AS s FROM Car`,
      [
        '{vin:1,r:1,l:null,d:3,s:1}',
        '{vin:2,r:1,l:null,d:0,s:2}',
        '{vin:3,r:2,l:1,d:0,s:4}',
        '{vin:4,r:1,l:null,d:0,s:4}',
      ],
    ],
    [
      'SELECT VALUE [a, RANK() OVER (ORDER BY a), DENSE_RANK() OVER (ORDER BY a)] FROM <<1, 2, 1, 3>> AS a',
      ['[1,1,1]', '[2,3,2]', '[1,1,1]', '[3,4,3]'],
    ],
    ['SELECT VALUE COUNT(*) OVER () FROM <<1, 2>> AS a', ['2', '2']],
    ['SELECT VALUE [LAG(a, 0) OVER (ORDER BY a), LAG(a, NULL) OVER (ORDER BY a)] FROM [1] AS a', ['[1,null]']],
    [
      "SELECT VALUE [LEAD(a, -1) OVER (ORDER BY a), LEAD(a, 'x') OVER (ORDER BY a)] FROM [1] AS a",
      ['[$missing::null,$missing::null]'],
    ],
    ['SELECT VALUE [FIRST_VALUE(a) OVER (ORDER BY a), LAST_VALUE(a) OVER ()] FROM [2, 1] AS a', ['[1,1]', '[1,1]']],
  ])
})

test('a statement may be any expression', () => {
  check([
    ['1 + 2', ['3']],
    ['[1, 2]', ['1', '2']],
    ["{'a': 1, b: 2}", ['{a:1,b:2}']],
    ['Car', ['{vin:1,owner:"ann",color:"red"}', '{vin:2,owner:"bob",color:"blue"}', '{vin:3,owner:"ann"}', '{vin:4}']],
  ])
})

test('a parameter that is not bound is an error with its place', () => {
  const text = 'SELECT * FROM Car WHERE vin = ?'
  assert.throws(() => runStatement(vehicles(), text), {
    code: 'evaluator/unbound-parameter',
    message: 'No parameter bound for position!',
    span: { start: text.indexOf('?'), end: text.length },
  })
})

test('TXID() and UTCNOW() are the statement’s', () => {
  const database = new MemoryDatabase()
  assert.deepEqual(runStatement(database, '[TXID(), UTCNOW(), UTCNOW() = UTCNOW()]'), [
    '"tx00000000000000000001"',
    '2024-01-02T03:04:05.006Z',
    'true',
  ])
})

test('a sub-query may spell out a key of the groups around it', () => {
  const most = '(SELECT MAX(d.vin) FROM Car AS d WHERE d.owner = c.owner)'
  check([
    [
      `SELECT c.owner, ${most} AS most FROM Car AS c WHERE c.owner IS NOT NULL GROUP BY c.owner`,
      ['{owner:"ann",most:3}', '{owner:"bob",most:2}'],
    ],
    [`SELECT c.owner FROM Car AS c GROUP BY c.owner HAVING ${most} > 2`, ['{owner:"ann"}']],
  ])
})
