import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isId } from '../../src/base/ids.ts'
import { Client, idOf, isError, openLedger, run } from './ledger-fixture.ts'

test('a document is inserted, read, updated and deleted', async () => {
  const { ledger } = await openLedger()
  assert.ok(isId(idOf(await run(ledger, 'CREATE TABLE Vehicle'), 'tableId')))
  const id = idOf(await run(ledger, "INSERT INTO Vehicle VALUE {'VIN': 'A1', 'miles': 10}"))
  assert.deepEqual(await run(ledger, 'SELECT * FROM Vehicle'), ['{VIN:"A1",miles:10}'])
  assert.equal(idOf(await run(ledger, "UPDATE Vehicle SET miles = miles + 1 WHERE VIN = 'A1'")), id)
  assert.deepEqual(await run(ledger, 'SELECT VALUE miles FROM Vehicle'), ['11'])
  assert.equal(idOf(await run(ledger, "DELETE FROM Vehicle WHERE VIN = 'A1'")), id)
  assert.deepEqual(await run(ledger, 'SELECT * FROM Vehicle'), [])
  assert.deepEqual(await run(ledger, "UPDATE Vehicle SET miles = 0 WHERE VIN = 'A1'"), [])
})
