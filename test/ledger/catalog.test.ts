import assert from 'node:assert/strict'
import { test } from 'node:test'
import { activeTablesMax, indexBuildBatchDocuments, tableIndexesMax, tablesMax } from '../../src/base/limits.ts'
import { tableOfDocument } from '../../src/ledger/catalog.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { Client, dump, idOf, isError, openLedger, run } from './ledger-fixture.ts'

const userTables = 'SELECT * FROM information_schema.user_tables'

/** Whether a statement's rows were found without a scan: it reads fewer documents than there are. */
function readIos(ledger: Ledger, statement: string): number {
  const client = new Client(ledger)
  const { rows, meter } = client.transaction.execute(statement, [])
  while (rows.next().done !== true);
  client.transaction.abort()
  return meter.readIos
}

test('tables and indexes are listed in the shape and order of fields that QLDB has', async () => {
  const { ledger } = await openLedger()
  assert.deepEqual(await run(ledger, userTables), [])
  const tableId = idOf(await run(ledger, 'CREATE TABLE Vehicle'), 'tableId')
  assert.equal(idOf(await run(ledger, 'CREATE INDEX ON Vehicle (VIN)'), 'tableId'), tableId)
  await run(ledger, 'CREATE TABLE Person')
  assert.equal(idOf(await run(ledger, 'DROP TABLE Person'), 'tableId').length, 22)
  const rows = await run(ledger, userTables)
  const shape = new RegExp(
    `^{tableId:"${tableId}",name:"Vehicle",indexes:\\[{indexId:"\\w{22}",expr:"\\[VIN\\]",status:"ONLINE"}\\],status:"ACTIVE"}$`,
  )
  assert.match(rows[0] as string, shape)
  assert.match(rows[1] as string, /^{tableId:"\w{22}",name:"Person",indexes:\[\],status:"INACTIVE"}$/)
})

test('DDL is seen by the later statements of its transaction, not by others, and is undone with its statement', async () => {
  const { ledger } = await openLedger()
  const client = new Client(ledger)
  client.run('CREATE TABLE T')
  client.run("INSERT INTO T VALUE {'k': 1}")
  client.run('CREATE INDEX ON T (k)')
  client.run("INSERT INTO T VALUE {'k': 1}")
  assert.throws(() => client.run('CREATE TABLE T'), isError('catalog/table-exists'))
  assert.deepEqual(client.run('SELECT * FROM T WHERE k = 1'), ['{k:1}', '{k:1}'])
  assert.equal(client.run(userTables).length, 1)
  const other = new Client(ledger)
  assert.throws(() => other.run('SELECT * FROM T AS t, T AS u'), isError('semantic/no-such-variable'))
  await client.commit()
  assert.deepEqual(await run(ledger, 'SELECT * FROM T WHERE k = 1'), ['{k:1}', '{k:1}'])
  const history = await run(ledger, 'SELECT VALUE h.metadata.version FROM history(T) AS h')
  assert.deepEqual(history, ['0', '0'])
})

test("an active table's name is taken; QLDB's text says so", async () => {
  const { ledger } = await openLedger()
  await run(ledger, 'CREATE TABLE T')
  const text = /^Table with name: USER\.T already exists $/
  await assert.rejects(run(ledger, 'CREATE TABLE T'), isError('catalog/table-exists', text))
  await run(ledger, 'CREATE TABLE t')
  await assert.rejects(run(ledger, 'SELECT * FROM Tt AS a, T AS b'), isError('semantic/no-such-variable'))
})

test('DDL on a table that is not there says so, and which one was perhaps meant', async () => {
  const { ledger } = await openLedger()
  await run(ledger, 'CREATE TABLE Vehicle')
  for (const statement of ['DROP TABLE Vehicel', 'CREATE INDEX ON Vehicel (VIN)']) {
    const text = /^no table named 'Vehicel' did you mean 'Vehicle'\?$/
    await assert.rejects(run(ledger, statement), isError('catalog/table-not-found', text))
  }
})

test('names that can not be a table are refused', async () => {
  const { ledger } = await openLedger()
  for (const name of ['"1a"', '"a b"', '"a-b"', `"${'a'.repeat(129)}"`, '_ql_committed_T', '"é"'])
    await assert.rejects(run(ledger, `CREATE TABLE ${name}`), isError('catalog/invalid-name'), name)
  await run(ledger, `CREATE TABLE ${'a'.repeat(128)}`, 'CREATE TABLE "select"', 'CREATE TABLE _a1')
})

test('a dropped table keeps its documents, its indexes and its history, and can come back', async () => {
  const { ledger } = await openLedger()
  await run(ledger, 'CREATE TABLE T', 'CREATE INDEX ON T (k)', "INSERT INTO T <<{'k': 1}, {'k': 2}>>")
  const tableId = idOf(await run(ledger, 'DROP TABLE T'), 'tableId')
  await assert.rejects(run(ledger, 'SELECT * FROM T AS a, T AS b'), isError('semantic/no-such-variable'))
  await assert.rejects(run(ledger, 'DROP TABLE T'), isError('catalog/table-not-found'))
  assert.equal((await run(ledger, `SELECT * FROM history('${tableId}')`)).length, 2)
  const newId = idOf(await run(ledger, 'CREATE TABLE T'), 'tableId')
  assert.notEqual(newId, tableId)
  assert.deepEqual(await run(ledger, 'SELECT * FROM T'), [])
  await assert.rejects(run(ledger, `UNDROP TABLE "${tableId}"`), isError('catalog/table-exists'))
  await run(ledger, 'DROP TABLE T')
  assert.equal(idOf(await run(ledger, `UNDROP TABLE "${tableId}"`), 'tableId'), tableId)
  await assert.rejects(run(ledger, `UNDROP TABLE "${tableId}"`), isError('catalog/table-exists', /is not dropped/))
  await assert.rejects(run(ledger, 'UNDROP TABLE "x"'), isError('catalog/table-not-found'))
  assert.deepEqual(await run(ledger, 'SELECT * FROM T'), ['{k:1}', '{k:2}'])
  assert.equal(readIos(ledger, 'SELECT * FROM T WHERE k = 1'), 1)
})

test('an index over a full table finds what was there and what comes; dropped, it is gone', async () => {
  const { ledger, store } = await openLedger()
  await run(ledger, 'CREATE TABLE T')
  const documents = Array.from({ length: 2500 }, (_, k) => `{'k': ${k % 500}}`).join()
  await run(ledger, `INSERT INTO T <<${documents}, {'other': 1}, {'k': null}>>`)
  const find = 'SELECT COUNT(*) AS n FROM T WHERE k = 7'
  assert.equal(readIos(ledger, find), 2502)
  await run(ledger, 'CREATE INDEX ON T (k)')
  assert.equal(readIos(ledger, find), 5)
  assert.deepEqual(await run(ledger, find), ['{n:5}'])
  await run(ledger, "INSERT INTO T VALUE {'k': 7.0}")
  await run(ledger, 'UPDATE T SET k = 7 WHERE other = 1')
  await run(ledger, 'UPDATE T SET k = 70 WHERE k = 7 AND other IS MISSING')
  assert.deepEqual(await run(ledger, find), ['{n:1}'])
  await assert.rejects(run(ledger, 'CREATE INDEX ON T (k)'), isError('catalog/index-exists'))
  const [indexId] = await run(ledger, 'SELECT VALUE t.indexes[0].indexId FROM information_schema.user_tables AS t')
  await assert.rejects(run(ledger, 'DROP INDEX "x" ON T WITH (purge = true)'), isError('catalog/index-not-found'))
  await run(ledger, `DROP INDEX ${indexId} ON T WITH (purge = true)`)
  assert.equal(readIos(ledger, find), 2503)
  assert.deepEqual(await run(ledger, find), ['{n:1}'])
  const indexKeys = dump(store).filter((line) => line.startsWith('08') || line.startsWith('09'))
  assert.deepEqual(indexKeys, [], 'no entry is left')
  await run(ledger, 'CREATE INDEX ON T (k)')
  assert.equal(readIos(ledger, find), 1)
})

test('an index look-up sees what the transaction itself changed', async () => {
  const { ledger } = await openLedger()
  await run(ledger, 'CREATE TABLE T', 'CREATE INDEX ON T (k)')
  await run(ledger, "INSERT INTO T <<{'k': 1, 'n': 1}, {'k': 1, 'n': 2}, {'k': 2, 'n': 3}>>")
  const client = new Client(ledger)
  const find = () => client.run('SELECT VALUE t.n FROM T AS t WHERE t.k = 1').sort()
  client.run('DELETE FROM T WHERE n = 1')
  assert.deepEqual(find(), ['2'])
  client.run('UPDATE T SET k = 1 WHERE n = 3')
  client.run("INSERT INTO T VALUE {'k': 1, 'n': 4}")
  assert.deepEqual(find(), ['2', '3', '4'])
  client.run('UPDATE T SET k = 5 WHERE n IN (2, 4)')
  assert.deepEqual(find(), ['3'])
  assert.throws(() => client.run("INSERT INTO T <<{'k': 1, 'n': 5}, 1>>"), isError('document/not-a-struct'))
  assert.deepEqual(find(), ['3'])
  await client.commit()
  assert.deepEqual(await run(ledger, 'SELECT VALUE t.n FROM T AS t WHERE t.k = 1'), ['3'])
})

test('values of every type are found by an index, long ones too', async () => {
  const { ledger } = await openLedger()
  await run(ledger, 'CREATE TABLE T', 'CREATE INDEX ON T (k)')
  const long = 'x'.repeat(5000)
  const values = [
    '1',
    '1.5',
    '"a"',
    'true',
    '2020-01-01',
    '{{aGk=}}',
    '[1,2]',
    '{a:1}',
    `"${long}"`,
    `"${long}y"`,
    '""',
  ]
  for (const value of values) {
    const client = new Client(ledger)
    client.run('INSERT INTO T ?', `{k: ${value}}`)
    await client.commit()
  }
  for (const value of values) {
    const client = new Client(ledger)
    assert.deepEqual(client.run('SELECT VALUE t.k FROM T AS t WHERE t.k = ?', value), [value])
    assert.deepEqual(client.run('SELECT VALUE t.k FROM T AS t WHERE t.k = ?', 'null'), [])
    client.transaction.abort()
  }
  assert.equal(readIos(ledger, `SELECT * FROM T WHERE k = '${long}'`), 1)
})

test("QLDB's bounds for tables and indexes hold when they are asked for", async () => {
  const { ledger } = await openLedger({ strictQldb: true })
  for (let count = 0; count < activeTablesMax; count += 1) await run(ledger, `CREATE TABLE T${count}`)
  await assert.rejects(run(ledger, 'CREATE TABLE X'), isError('catalog/limit', /20 active tables/))
  for (let count = activeTablesMax; count < tablesMax; count += 1)
    await run(ledger, `DROP TABLE T${count - 1}`, `CREATE TABLE T${count}`)
  await run(ledger, 'DROP TABLE T0')
  const text = /^Exceeded tables limit: Ledger has 40 total tables, and cannot create another $/
  await assert.rejects(run(ledger, 'CREATE TABLE X'), isError('catalog/limit', text))
  for (let count = 0; count < tableIndexesMax; count += 1) await run(ledger, `CREATE INDEX ON T1 (f${count})`)
  await assert.rejects(run(ledger, 'CREATE INDEX ON T1 (x)'), isError('catalog/limit'))

  const { ledger: wide } = await openLedger()
  for (let count = 0; count <= tablesMax; count += 1) await run(wide, `CREATE TABLE T${count}`)
})

test('the building of an index can be stopped, and nothing of it stays', async () => {
  const { ledger, store } = await openLedger()
  await run(ledger, 'CREATE TABLE T')
  const documents = Array.from({ length: 2 * indexBuildBatchDocuments + 10 }, (_, k) => `{'k': ${k}}`)
  await run(ledger, `INSERT INTO T <<${documents.join()}>>`)
  const before = dump(store)
  let looks = 0
  const after = (most: number) => () => {
    looks += 1
    return looks >= most
  }
  for (const most of [1, 2]) {
    looks = 0
    const client = new Client(ledger)
    client.run('CREATE INDEX ON T (k)')
    client.run("INSERT INTO T VALUE {'k': -1}")
    await assert.rejects(client.commit(after(most)), isError('cancelled/by-user'))
    assert.deepEqual(dump(store), before)
  }
  const client = new Client(ledger)
  client.run('CREATE INDEX ON T (k)')
  looks = 0
  await client.commit(after(3))
  assert.equal(looks, 2)
  assert.deepEqual(await run(ledger, 'SELECT VALUE t.k FROM T AS t WHERE t.k = 2005'), ['2005'])
})

test("a document of the catalog that is no table's definition is a damaged store, field by field", () => {
  const good = "{tableId:'t',name:'T',indexes:[{indexId:'i',expr:'[a]'}],status:'ACTIVE'}"
  const definition = (text: string) => tableOfDocument(parseIon(text.replaceAll("'", '"')))
  assert.deepEqual(definition(good), {
    tableId: 't',
    name: 'T',
    status: 'ACTIVE',
    indexes: [{ indexId: 'i', field: 'a' }],
  })
  assert.equal(definition(good.replace('ACTIVE', 'INACTIVE')).status, 'INACTIVE')
  const spoilt = [
    ...['5', '[]', good.replace("tableId:'t',", ''), good.replace("name:'T'", 'name:5'), good.replace("'T'", 'T')],
    ...[good.replace('ACTIVE', 'ONLINE'), good.replace(",status:'ACTIVE'", ''), good.replace("'ACTIVE'", 'null')],
    ...[good.replace(/indexes:\[.*\],/, ''), good.replace(/\[\{.*\}\]/, '{}'), good.replace(/\{indexId.*\}\]/, '5]')],
    ...[good.replace("indexId:'i',", ''), good.replace(",expr:'[a]'", ''), good.replace("'[a]'", '[a]')],
  ]
  assert.equal(new Set([good, ...spoilt]).size, spoilt.length + 1, 'each replaces something')
  for (const text of spoilt) assert.throws(() => definition(text), isError('store/corrupt'), text)
})
