import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runStatement } from '../support/run-statement.ts'
import { vehicles } from '../support/vehicles.ts'

/** Runs a statement; gives what it read. */
function reads(
  text: string,
  parameters: readonly string[] = [],
): { rows: number; readIos: number; paths: readonly string[] } {
  const database = vehicles()
  const rows = runStatement(database, text, parameters).length
  return { rows, readIos: database.meter.readIos, paths: database.reads }
}

test('`=` and IN on an indexed field, the BY alias and metadata.id are look-ups', () => {
  const cases: [text: string, parameters: string[], paths: string[], readIos: number][] = [
    ["SELECT * FROM Person WHERE name = 'ann'", [], ['index name'], 1],
    ['SELECT * FROM Person WHERE ? = name', ['"ann"'], ['index name'], 1],
    [
      'SELECT * FROM Person AS p WHERE p.name IN (?, ?, ?)',
      ['"ann"', '"bob"', '"ann"'],
      ['index name', 'index name'],
      2,
    ],
    ['SELECT * FROM Person WHERE name IN ?', ['["ann", null]'], ['index name'], 1],
    ['SELECT * FROM Person BY id WHERE id = ?', ['"d5"'], ['id d5'], 1],
    ['SELECT * FROM Person AS p BY id WHERE id IN ?', ['["d5","d9"]'], ['id d5', 'id d9'], 1],
    ['SELECT * FROM _ql_committed_Person AS c WHERE c.metadata.id = ?', ['"d5"'], ['id d5'], 1],
    ["SELECT * FROM _ql_committed_Person WHERE data.name = 'ann'", [], ['index name'], 1],
    ["SELECT * FROM Person WHERE age > 1 AND name = 'ann'", [], ['index name'], 1],
    ['SELECT * FROM history(Person) AS h WHERE h.metadata.id = ?', ['"d5"'], ['history of d5'], 1],
    ["UPDATE Person SET age = 1 WHERE name = 'ann'", [], ['index name'], 1],
    ['DELETE FROM Person BY id WHERE id = ?', ['"d5"'], ['id d5'], 1],
  ]
  for (const [text, parameters, paths, readIos] of cases) {
    const found = reads(text, parameters)
    assert.deepEqual([found.paths, found.readIos], [paths, readIos], text)
  }
})

test('the best of several look-ups is taken', () => {
  const text = "SELECT * FROM Person BY id WHERE name IN ('ann', 'bob') AND name = 'ann' AND id = 'd4'"
  assert.deepEqual(reads(text).paths, ['id d4'])
  assert.deepEqual(reads("SELECT * FROM Person WHERE name IN ('ann', 'bob') AND name = 'ann'").paths, ['index name'])
})

test('a long chain of conditions is planned and run', () => {
  for (const word of ['AND', 'OR']) {
    const conditions = Array.from({ length: 20_000 }, (_, at) =>
      word === 'AND' ? `vin <> ${at + 4}` : `vin = ${at + 4}`,
    )
    assert.equal(reads(`SELECT * FROM Car WHERE ${conditions.join(` ${word} `)}`).rows, word === 'AND' ? 3 : 1)
  }
})

test('a key of NULL or of another type finds nothing and reads nothing', () => {
  assert.deepEqual(reads('SELECT * FROM Person WHERE name = ?', ['null']), { rows: 0, readIos: 0, paths: [] })
  assert.deepEqual(reads('SELECT * FROM Person BY id WHERE id = ?', ['5']), { rows: 0, readIos: 0, paths: [] })
})

test('everything else scans', () => {
  for (const condition of [
    "name = 'ann' OR age = 40",
    "name <> 'ann'",
    "name LIKE 'a%'",
    "UPPER(name) = 'ANN'",
    "NOT name = 'ann'",
    "name NOT IN ('ann')",
    'name = name',
    "p.pets.name = 'ann'",
    "name > 'a'",
  ]) {
    const found = reads(`SELECT * FROM Person AS p WHERE ${condition}`)
    assert.deepEqual([found.paths, found.readIos], [['scan Person'], 3], condition)
  }
})

test('a join looks its right side up by a key of the left row', () => {
  const found = reads('SELECT c.vin, p.age FROM Car AS c, Person AS p WHERE p.name = c.owner')
  assert.deepEqual(found.paths, ['scan Car', 'index name', 'index name', 'index name'])
  assert.equal(found.readIos, 4 + 3)
  const on = reads('SELECT c.vin FROM Car AS c INNER JOIN Person AS p BY pid ON pid = c.owner')
  assert.equal(on.paths.filter((path) => path.startsWith('id ')).length, 3)
})

test('without an index an equality makes a hash join, which reads each side once', () => {
  const found = reads('SELECT p.name, c.vin FROM Person AS p, Car AS c WHERE p.name = c.owner')
  assert.deepEqual([found.rows, found.readIos, found.paths], [3, 7, ['scan Person', 'scan Car']])
})

test('a full join with an equality is a hash join, too', () => {
  const found = reads('SELECT * FROM Person AS p FULL JOIN Car AS c ON p.name = c.owner AND p.age < 45')
  assert.deepEqual([found.rows, found.readIos, found.paths], [5, 7, ['scan Car', 'scan Person']])
})

test('a left and a right join look the other side up', () => {
  const left = reads('SELECT * FROM Car AS c LEFT JOIN Person AS p ON p.name = c.owner')
  const right = reads('SELECT * FROM Person AS p RIGHT JOIN Car AS c ON p.name = c.owner')
  for (const found of [left, right]) assert.deepEqual([found.rows, found.readIos], [4, 4 + 3])
})

test('the committed view and the history of a joined document are looked up by its id', () => {
  for (const [source, path] of [
    ['_ql_committed_Person', 'id d4'],
    ['history(Person)', 'history of d4'],
  ] as const) {
    const text = `SELECT * FROM Person AS p BY i, ${source} AS h WHERE h.metadata.id = i AND p.name = 'ann'`
    assert.deepEqual(reads(text).paths, ['index name', path])
  }
})

test('a condition on the columns of a sub-query is tried on what it reads', () => {
  for (const [query, conditions] of [
    ['SELECT p.name AS n, p.age FROM Person AS p', "s.n = 'ann' AND s.age > 20"],
    ['SELECT VALUE p FROM Person AS p', "s.name = 'ann'"],
    ['SELECT n, COUNT(*) AS c FROM Person AS p WHERE p.age > 1 GROUP BY p.name AS n', "s.n = 'ann'"],
  ] as const) {
    const found = reads(`SELECT * FROM (${query}) AS s WHERE ${conditions}`)
    const isGrouped = query.includes('GROUP')
    assert.deepEqual([found.rows, found.readIos], [1, isGrouped ? 3 : 1], query)
  }
  const limited = reads("SELECT * FROM (SELECT p.name FROM Person AS p LIMIT 2) AS s WHERE s.name = 'cem'")
  assert.deepEqual([limited.rows, limited.readIos], [0, 2], 'LIMIT counts before the condition')
})

test('EXISTS reads one row, LIMIT as many as it gives', () => {
  assert.equal(reads('SELECT VALUE EXISTS (SELECT * FROM Car AS c WHERE c.vin > 1) FROM [1, 2] AS x').readIos, 2)
  assert.equal(reads('SELECT * FROM Car AS c LIMIT 1 OFFSET 1').readIos, 2)
  assert.equal(reads('SELECT * FROM Car AS c LIMIT 0').readIos, 0)
  assert.equal(reads('SELECT * FROM Person AS p, Car AS c WHERE p.name = c.owner LIMIT 1').readIos, 1 + 4)
})

test('a condition that may raise sees only the rows that it would see where it is written', () => {
  const text = 'SELECT * FROM Person AS p, Car AS c WHERE p.name = c.owner AND 10 / (c.vin - 4) < 0 AND c.vin < 3'
  assert.equal(reads(text).rows, 2)
  assert.equal(reads('SELECT * FROM Car AS c WHERE c.vin > 9 AND c.vin = 1 / 0').rows, 0)
  assert.equal(reads('SELECT * FROM Person AS p WHERE p.age > 90 AND p.name = CAST(1 / 0 AS STRING)').rows, 0)
  assert.throws(() => reads('SELECT * FROM Person AS p WHERE p.name = CAST(1 / 0 AS STRING)'), {
    code: 'value/division-by-zero',
  })
})

test('a nested loop reads its right side again for each left row: QLDB’s 3 + 9 + … + 729', () => {
  const aliases = ['a', 'b', 'c', 'd', 'e', 'f'].map((alias) => `Person AS ${alias}`)
  const found = reads(`SELECT * FROM ${aliases.join(', ')}`)
  assert.deepEqual([found.rows, found.readIos], [729, 1092])
})

test('conditions are tried before the next source is opened', () => {
  const found = reads('SELECT 1 FROM Person AS p, Car AS c WHERE p.age = 40 AND c.vin > p.age - 38')
  assert.deepEqual([found.rows, found.readIos], [2, 3 + 4])
})

test('a sub-query that depends on no row runs once, one over a table for each row that it depends on', () => {
  const once = reads('SELECT * FROM Car WHERE owner IN (SELECT name FROM Person WHERE age < 45)')
  assert.deepEqual([once.rows, once.readIos], [3, 4 + 3])
  const joined = reads('SELECT * FROM Car AS c, (SELECT VALUE p.age FROM Person AS p) AS a WHERE a > c.vin * 10')
  assert.equal(joined.readIos, 4 + 3 + 3, 'streamed once, held the second time')
})

test('EXPLAIN names the access path of each source', () => {
  const lines = (text: string) => runStatement(vehicles(), text).map((row) => row.replace(/^\{plan:"(.*)"\}$/, '$1'))
  assert.deepEqual(lines("EXPLAIN SELECT p.name FROM Person AS p WHERE p.name = 'ann' AND p.age > 20"), [
    'select p.name',
    '  filter p.name = \\"ann\\" and p.age > 20',
    '    look up Person by index on name = \\"ann\\" as p',
  ])
  assert.deepEqual(lines('EXPLAIN SELECT c.vin FROM Car AS c, Person AS p WHERE p.name = c.owner'), [
    'select c.vin',
    '  inner join, nested loop',
    '    scan Car as c: reads every document',
    '    filter p.name = c.owner',
    '      look up Person by index on name = c.owner as p',
  ])
  assert.deepEqual(lines('EXPLAIN SELECT name, COUNT(*) AS n FROM Person GROUP BY name ORDER BY n DESC LIMIT 2'), [
    'select in order name, count as n',
    '  limit 2',
    '  sort by count desc',
    '    group by Person.name',
    '      scan Person as Person: reads every document',
  ])
  assert.deepEqual(lines('EXPLAIN SELECT x FROM Person AS p, @p.pets AS x'), [
    'select x',
    '  inner join, nested loop',
    '    scan Person as p: reads every document',
    '    unnest p.pets as x',
  ])
  assert.deepEqual(lines('EXPLAIN UPDATE Person AS p BY id SET p.age = 1 WHERE id = ?'), [
    'set Person.age',
    '  filter id = ?1',
    '    look up Person by document id = ?1 as p',
  ])
  assert.deepEqual(lines('EXPLAIN SELECT * FROM history(Person) AS h LEFT JOIN <<1>> AS x ON h.a = x'), [
    'select h.*, x.*',
    '  left join, hash on h.a = x',
    '    read history of Person as h',
    '    range over <<1>> as x',
  ])
})
