import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type EmbeddedLedger, LedgerError, openLedger, parseIon, printIon, toJs, WireError } from '../../src/index.ts'

const texts = async (ledger: EmbeddedLedger, statement: string, parameters: readonly string[] = []) =>
  (await ledger.execute(statement, parameters)).map((row) => printIon(row))

test('a ledger in memory: statements with JavaScript parameters', async () => {
  const ledger = await openLedger()
  await ledger.execute('CREATE TABLE Car')
  const [inserted] = await ledger.execute('INSERT INTO Car ?', [
    { vin: 'V1', price: parseIon('42.20'), km: 12345678901234567890n, tags: ['a'] },
  ])
  assert.match(printIon(inserted as never), /^\{documentId:"\w{22}"\}$/)
  assert.deepEqual(await texts(ledger, 'SELECT * FROM Car WHERE vin = ?', ['V1']), [
    '{vin:"V1",price:42.20,km:12345678901234567890,tags:["a"]}',
  ])
  assert.equal(ledger.ledger.digest().digest.length, 32)
  await ledger.close()
  await assert.rejects(ledger.execute('SELECT * FROM Car'), { code: 'ledger/closed' })
})

test('a transaction is whole or not at all', async () => {
  const ledger = await openLedger({ name: 'bank' })
  await ledger.execute('CREATE TABLE Account')
  const count = async () => toJs((await ledger.execute('SELECT VALUE COUNT(*) FROM Account'))[0] as never)
  const work = ledger.transaction(async (transaction) => {
    await transaction.execute("INSERT INTO Account {'n': 1}")
    throw new RangeError('changed my mind')
  })
  await assert.rejects(work, RangeError)
  assert.equal(await count(), 0)
  await ledger.transaction(async (transaction) => {
    for (const n of [1, 2]) await transaction.execute(`INSERT INTO Account {'n': ${n}}`)
  })
  assert.equal(await count(), 2)
  await ledger.close()
})

test('a ledger in a directory is there again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'qldb-library-'))
  const directory = join(folder, 'cars')
  try {
    const first = await openLedger({ directory, name: 'cars' })
    await first.execute('CREATE TABLE Car')
    await first.execute("INSERT INTO Car {'vin': 1}")
    const { digest } = first.ledger.digest()
    await first.close()
    const second = await openLedger({ directory, name: 'cars' })
    assert.deepEqual(await texts(second, 'SELECT * FROM Car'), ['{vin:1}'])
    assert.deepEqual(second.ledger.digest().digest, digest)
    await second.close()
    await assert.rejects(openLedger({ directory, name: 'other' }), { code: 'ledger/foreign' })
    await assert.rejects(openLedger({ name: '-' }), { code: 'ledger/invalid-name' })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('a statement that is refused says why and where', async () => {
  const ledger = await openLedger({ strictQldb: true })
  await assert.rejects(ledger.execute('SELECT * FROM Nowhere'), (error: unknown) => {
    assert.ok(error instanceof WireError)
    assert.match(error.message, /^Semantic Error: at line 1, column 15: No such variable named 'Nowhere'/)
    assert.ok(error.cause instanceof LedgerError && error.cause.code === 'semantic/no-such-variable')
    return true
  })
  await ledger.close()
})
