import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openSession } from './session.ts'

test('describe: state, indexes and fields of a table, in any case; and all tables', async () => {
  const { shell, sink, said } = await openSession()
  await shell.run('\\d', sink)
  assert.deepEqual(said(), ['notice: the ledger has no tables'])
  await shell.run(
    "CREATE TABLE Car; CREATE INDEX ON Car (VIN); CREATE TABLE Bare; INSERT INTO Car << {'VIN': 'A', 'n': 1}, {'VIN': 'B', 'n': 1.5} >>",
    sink,
  )
  said()
  await shell.run('\\d car', sink)
  assert.deepEqual(said(), [
    'text: ' +
      [
        'table      Car',
        'id         <id>',
        'state      ACTIVE',
        'indexes    VIN',
        'documents  2',
        '',
        'field  type           documents',
        'VIN    string         2',
        'n      decimal | int  2',
      ].join('\n'),
  ])
  await shell.run('describe Bare', sink)
  assert.match(said()[0] as string, /indexes {4}none\ndocuments {2}0$/)
  await shell.run('describe', sink)
  assert.deepEqual(said(), ['text: table  indexes\nBare   -\nCar    VIN'])
  await shell.run('\\d Cra', sink)
  assert.match(
    said()[0] as string,
    /error\[catalog\/table-not-found\]: no table named 'Cra'[\s\S]*did you mean 'Car'\?/,
  )
})

test('describe: of a large table only the first page is read, and that is said; a dropped table has its state', async () => {
  const { shell, sink, said } = await openSession()
  const rows = Array.from({ length: 450 }, (_, n) => `{'n': ${n}}`).join(', ')
  await shell.run(`CREATE TABLE T; INSERT INTO T << ${rows} >>`, sink)
  said()
  await shell.run('\\d T', sink)
  assert.match(said()[0] as string, /documents {2}more than 200\n\nfield {2}type {2}of the first 200\nn {6}int {3}200$/)
  await shell.run('DROP TABLE T', sink)
  said()
  await shell.run('\\d T', sink)
  assert.match(said()[0] as string, /state {4}INACTIVE\nindexes {2}none$/)
})

test('describe: an open transaction is left as it is', async () => {
  const { shell, sink, said } = await openSession()
  await shell.run("CREATE TABLE T; begin; INSERT INTO T VALUE {'n': 1}", sink)
  said()
  await shell.run('\\d T', sink)
  assert.match(said()[0] as string, /documents {2}0$/)
  await shell.run('\\d Nope', sink)
  assert.match(said()[0] as string, /note: the transaction is still open/)
  await shell.run('commit', sink)
  assert.match(said()[0] as string, /committed$/)
})

test('vertical: on and off, and back to the format before', async () => {
  const { shell, sink, said } = await openSession()
  await shell.run('set format csv', sink)
  await shell.run('\\x', sink)
  await shell.run('\\x', sink)
  await shell.run('vertical on', sink)
  await shell.run('vertical off', sink)
  assert.deepEqual(
    said().map((line) => line.replace('notice: format is now ', '')),
    ["'csv'", "'vertical'", "'csv'", "'vertical'", "'csv'"],
  )
  await shell.run('\\x perhaps', sink)
  assert.match(said()[0] as string, /'vertical' takes on or off, found 'perhaps'/)
})

test('history: the last inputs, as many as are asked for', async () => {
  const { shell, sink, said } = await openSession()
  await shell.run('\\s', sink)
  for (const input of ['SELECT 1;', 'SELECT\n2;', 'SELECT 3;']) shell.history.add(input)
  await shell.run('history', sink)
  await shell.run('history 2', sink)
  await shell.run('history 0', sink)
  const [empty, all, two, wrong] = said()
  assert.deepEqual(
    [empty, all, two],
    ['notice: the history is empty', 'text: SELECT 1;\nSELECT\n2;\nSELECT 3;', 'text: SELECT\n2;\nSELECT 3;'],
  )
  assert.match(wrong as string, /'0' is not a count/)
})
