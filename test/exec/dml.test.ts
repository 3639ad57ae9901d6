import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryDatabase } from '../support/memory-source.ts'
import { runStatement } from '../support/run-statement.ts'

/** One table T (t1) with the given documents d2, d3 … */
function table(...documents: readonly string[]): MemoryDatabase {
  const database = new MemoryDatabase()
  runStatement(database, 'CREATE TABLE T')
  for (const document of documents) runStatement(database, 'INSERT INTO T VALUE ?', [document])
  return database
}

/** The documents after a statement; the statement's own rows come first when `rows` is asked for. */
function after(document: string, statement: string, ...parameters: string[]): string {
  const database = table(document)
  runStatement(database, statement, parameters)
  return runStatement(database, 'SELECT VALUE t FROM T AS t').join(' ')
}

test('INSERT: one document, a bag, a list parameter, a query; ids in order', () => {
  const database = table()
  const ids = (text: string, ...parameters: string[]) => runStatement(database, text, parameters)
  assert.deepEqual(ids("INSERT INTO T VALUE {'a': 1}"), ['{documentId:"d2"}'])
  assert.deepEqual(ids("INSERT INTO T << {'a': 2}, ? >>", '{a:3}'), ['{documentId:"d3"}', '{documentId:"d4"}'])
  assert.deepEqual(ids('INSERT INTO T ?', '[{a:4},{a:5}]'), ['{documentId:"d5"}', '{documentId:"d6"}'])
  assert.deepEqual(ids('INSERT INTO T ?', '{a:6}'), ['{documentId:"d7"}'])
  assert.deepEqual(ids('INSERT INTO T `{a:7}`'), ['{documentId:"d8"}'])
  assert.deepEqual(ids('INSERT INTO T SELECT a * 10 AS a FROM T WHERE a < 3'), [
    '{documentId:"d9"}',
    '{documentId:"d10"}',
  ])
  assert.deepEqual(runStatement(database, 'SELECT VALUE a FROM T'), ['1', '2', '3', '4', '5', '6', '7', '10', '20'])
})

test('INSERT refuses what is no document, with the statement’s place', () => {
  assert.throws(() => runStatement(table(), 'INSERT INTO T VALUE 5'), {
    code: 'document/not-a-struct',
    span: { start: 0, end: 21 },
  })
  assert.throws(() => runStatement(table(), 'INSERT INTO information_schema.user_tables VALUE {}'), {
    code: 'semantic/invalid',
  })
})

test('SET: fields new and old, nested, by alias, by quoted name, by index', () => {
  const cases: [statement: string, document: string][] = [
    ['UPDATE T SET a = 2', '{a:2,b:{c:1},l:[1,2]}'],
    ['UPDATE T SET d = 2', '{a:1,b:{c:1},l:[1,2],d:2}'],
    ['UPDATE T SET "a" = 2, b.c = 3', '{a:2,b:{c:3},l:[1,2]}'],
    ['UPDATE T AS t SET t.b.d = 3', '{a:1,b:{c:1,d:3},l:[1,2]}'],
    ["UPDATE T SET b['c'] = 3, l[1] = 'x'", '{a:1,b:{c:3},l:[1,"x"]}'],
    ['UPDATE T SET a = a + 1, b = a', '{a:2,b:1,l:[1,2]}'],
    ['UPDATE T SET b.c = l, l = b.c', '{a:1,b:{c:[1,2]},l:1}'],
    ['UPDATE T SET a = MISSING', '{b:{c:1},l:[1,2]}'],
    ['UPDATE T SET T.a = 2', '{a:2,b:{c:1},l:[1,2]}'],
    ['FROM T AS t WHERE t.a = 1 SET t.a = 2, b.c = 3', '{a:2,b:{c:3},l:[1,2]}'],
    ["UPDATE T AS t SET t = {'z': t.a}", '{z:1}'],
  ]
  for (const [statement, document] of cases)
    assert.equal(after('{a:1,b:{c:1},l:[1,2]}', statement), document, statement)
})

test('REMOVE: fields, elements, whole documents; nothing when the path leads nowhere', () => {
  const cases: [statement: string, document: string][] = [
    ['UPDATE T REMOVE a', '{b:{c:1},l:[1,2,3]}'],
    ['UPDATE T REMOVE b.c', '{a:1,b:{},l:[1,2,3]}'],
    ['UPDATE T REMOVE l[1]', '{a:1,b:{c:1},l:[1,3]}'],
    ['UPDATE T REMOVE x.y.z', '{a:1,b:{c:1},l:[1,2,3]}'],
    ['FROM T AS t WHERE t.a = 1 REMOVE t', ''],
    ['DELETE FROM T WHERE a = 1', ''],
    ["DELETE FROM T AS t BY id WHERE id = 'd2'", ''],
    ['DELETE FROM T WHERE a = 2', '{a:1,b:{c:1},l:[1,2,3]}'],
    ['FROM T AS t, @t.l AS x WHERE x <> 2 REMOVE x', '{a:1,b:{c:1},l:[2]}'],
  ]
  for (const [statement, document] of cases)
    assert.equal(after('{a:1,b:{c:1},l:[1,2,3]}', statement), document, statement)
})

test('INSERT INTO a path: at the end, at a position, as a field', () => {
  const cases: [statement: string, document: string][] = [
    ['FROM T AS t INSERT INTO t.l VALUE 9', '{l:[1,2,9],s:{}}'],
    ['FROM T AS t INSERT INTO t.l VALUE 9 AT 0', '{l:[9,1,2],s:{}}'],
    ['FROM T AS t INSERT INTO t.l VALUE 9 AT 1', '{l:[1,9,2],s:{}}'],
    ["FROM T AS t INSERT INTO t.s VALUE 9 AT 'k'", '{l:[1,2],s:{k:9}}'],
    ["UPDATE T AS t INSERT INTO t.l VALUE {'n': 1} WHERE t.s IS NOT MISSING", '{l:[1,2,{n:1}],s:{}}'],
    ['FROM T AS t INSERT INTO t.l <<8, 9>>', '{l:[1,2,8,9],s:{}}'],
  ]
  for (const [statement, document] of cases) assert.equal(after('{l:[1,2],s:{}}', statement), document, statement)
})

test('a path that cannot be resolved is QLDB’s error, and nothing is written', () => {
  const cases: [statement: string, path: string][] = [
    ['FROM T AS t INSERT INTO t.jobs VALUE 1 AT 0', 'Field(name=jobs)'],
    ['FROM T AS t INSERT INTO t.l VALUE 1 AT 0', 'Index(index=0)'],
    ['UPDATE T SET x.y = 1', 'Field(name=x), Field(name=y)'],
    ['UPDATE T SET l[3] = 1', 'Index(index=3)'],
    ['UPDATE T SET a.b = 1', 'Field(name=b)'],
  ]
  for (const [statement, path] of cases) {
    const database = table('{a:1,l:[]}')
    assert.throws(() => runStatement(database, statement), {
      code: 'evaluator/no-such-path',
      message: `Document path cannot be resolved: the remaining path was not found: DocumentPath(path=[${path}])`,
    })
    assert.deepEqual(runStatement(database, 'SELECT VALUE t FROM T AS t'), ['{a:1,l:[]}'])
  }
})

test('nested sources: the element that the row stands at is changed', () => {
  const document = '{r:{o:[{id:1},{id:2},{id:3}]},p:{id:1}}'
  const cases: [statement: string, document: string][] = [
    ['FROM T AS t, @t.r.o AS o WHERE o.id > 1 SET o.id = o.id * 10', '{r:{o:[{id:1},{id:20},{id:30}]},p:{id:1}}'],
    [
      'FROM T AS t, t.r.o AS o WHERE o.id = t.p.id SET o.x = TRUE, t.p.id = 0',
      '{r:{o:[{id:1,x:true},{id:2},{id:3}]},p:{id:0}}',
    ],
    ['FROM T AS t, @t.r.o AS o AT i WHERE i < 2 REMOVE o', '{r:{o:[{id:3}]},p:{id:1}}'],
    ['FROM T AS t, @t.p AS p SET p.id = 7', '{r:{o:[{id:1},{id:2},{id:3}]},p:{id:7}}'],
    ["FROM T AS t, @t.r.o AS o WHERE o.id = 2 SET o = 'gone'", '{r:{o:[{id:1},"gone",{id:3}]},p:{id:1}}'],
  ]
  for (const [statement, expected] of cases) assert.equal(after(document, statement), expected, statement)
})

test('every document is named once, in order, and written once', () => {
  const database = table('{l:[1,2]}', '{l:[3]}', '{l:[]}')
  database.meter.writeIos = 0
  assert.deepEqual(runStatement(database, 'FROM T AS t, @t.l AS x SET t.last = SIZE(t.l)'), [
    '{documentId:"d2"}',
    '{documentId:"d3"}',
  ])
  assert.equal(database.meter.writeIos, 2)
  assert.deepEqual(runStatement(database, 'SELECT VALUE last FROM T'), ['2', '1', '$missing::null'])
})

test('targets are known before the first change (no Halloween effect)', () => {
  const database = table('{a:1}', '{a:2}')
  assert.equal(runStatement(database, 'INSERT INTO T SELECT VALUE t FROM T AS t').length, 2)
  assert.equal(runStatement(database, 'UPDATE T SET a = a + 1 WHERE a < 3').length, 4)
  assert.deepEqual(runStatement(database, 'SELECT VALUE a FROM T'), ['2', '3', '2', '3'])
})

test('only tables can be changed, one at a time', () => {
  const database = table('{a:1}')
  runStatement(database, 'CREATE TABLE U')
  for (const statement of [
    'UPDATE _ql_committed_T SET a = 1',
    'DELETE FROM information_schema.user_tables',
    'FROM <<1>> AS x SET x = 2',
    'FROM T AS t, U AS u SET t.a = 1',
    'FROM history(T) AS h SET h.a = 1',
    'FROM T AS t BY id SET id = 1',
  ]) {
    assert.throws(() => runStatement(database, statement), { code: 'semantic/invalid' }, statement)
  }
  assert.throws(() => runStatement(database, 'FROM T AS t, @t.l AS x SET y = 1'), {
    message: "No such variable named 'y'",
  })
})

test('RETURNING gives the documents before or after', () => {
  const run = (statement: string) => runStatement(table('{a:1,b:2}'), statement)
  assert.deepEqual(run('UPDATE T SET a = 5 RETURNING ALL NEW *'), ['{a:5,b:2}'])
  assert.deepEqual(run('UPDATE T SET a = 5 RETURNING ALL OLD *'), ['{a:1,b:2}'])
  assert.deepEqual(run('UPDATE T SET a = 5 RETURNING MODIFIED NEW *'), ['{a:5}'])
  assert.deepEqual(run('DELETE FROM T RETURNING ALL OLD *'), ['{a:1,b:2}'])
  assert.deepEqual(run('UPDATE T SET a = 5 RETURNING ALL OLD a, MODIFIED NEW *'), ['{a:1,a:5}'])
  assert.deepEqual(run('UPDATE T AS t SET a = 5 RETURNING ALL NEW t.*, ALL OLD t.a + 1'), ['{a:5,b:2,_2:2}'])
  assert.deepEqual(run("UPDATE T AS t SET t.c = {'x': 1} RETURNING ALL NEW t.c.*, MODIFIED NEW b"), ['{x:1}'])
  assert.deepEqual(run("INSERT INTO T << {'a': 3}, {'b': 4} >> RETURNING ALL NEW a"), ['{a:3}', '{}'])
  assert.throws(() => run('DELETE FROM T RETURNING ALL NEW *'), { message: 'what is deleted has no new version' })
  assert.throws(() => run('INSERT INTO T VALUE {} RETURNING ALL OLD *'), { code: 'semantic/invalid' })
})

test('DDL and the stored procedure give their rows; errors have a place', () => {
  const database = table()
  assert.deepEqual(runStatement(database, 'CREATE INDEX ON T (a)'), ['{tableId:"t1"}'])
  assert.deepEqual(runStatement(database, 'DROP INDEX "i2" ON T WITH (purge = true)'), ['{tableId:"t1"}'])
  assert.throws(() => runStatement(database, 'CREATE TABLE T'), {
    code: 'catalog/table-exists',
    message: 'Table with name: USER.T already exists',
    span: { start: 13, end: 14 },
  })
  const redact = "EXEC REDACT_REVISION `{strandId:\"s\",sequenceNo:17}`, 't1', 'd1'"
  assert.deepEqual(runStatement(database, redact), [
    '{blockAddress:{strandId:"s",sequenceNo:17},tableId:"t1",documentId:"d1",version:0}',
  ])
})
