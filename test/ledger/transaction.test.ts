import assert from 'node:assert/strict'
import { test } from 'node:test'
import { documentBytesMax, ticksBetweenChecks, transactionDocumentsMax } from '../../src/base/limits.ts'
import { isId } from '../../src/base/ids.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { verifyStore } from '../../src/ledger/verify-ledger.ts'
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

test('a transaction reads its own writes, others do not before the commit', async () => {
  const { ledger } = await openLedger()
  await run(ledger, 'CREATE TABLE T', "INSERT INTO T <<{'k': 1}, {'k': 2}, {'k': 3}>>")
  const writer = new Client(ledger)
  const other = new Client(ledger)
  writer.run("INSERT INTO T VALUE {'k': 4}")
  writer.run('UPDATE T SET k = 20 WHERE k = 2')
  writer.run('DELETE FROM T WHERE k = 1')
  assert.deepEqual(writer.run('SELECT VALUE k FROM T'), ['20', '3', '4'])
  assert.deepEqual(other.run('SELECT VALUE k FROM T'), ['1', '2', '3'])
  await writer.commit()
  assert.deepEqual(other.run('SELECT VALUE k FROM T'), ['1', '2', '3'], 'its snapshot stays')
  assert.deepEqual(await run(ledger, 'SELECT VALUE k FROM T'), ['20', '3', '4'])
})

test('a result that is being paged is not disturbed by later statements of its transaction', async () => {
  const { ledger } = await openLedger()
  await run(ledger, 'CREATE TABLE T', "INSERT INTO T <<{'k': 1}, {'k': 2}, {'k': 3}>>")
  const client = new Client(ledger)
  client.run("INSERT INTO T VALUE {'k': 4}")
  const rows = client.open('SELECT VALUE k FROM T')
  assert.equal(printIon(rows.next().value), '1')
  client.run('UPDATE T SET k = k * 10')
  client.run('UPDATE T SET k = k + 5')
  client.run("INSERT INTO T VALUE {'k': 5}")
  client.run('DELETE FROM T WHERE k = 35')
  const rest = []
  for (let next = rows.next(); next.done !== true; next = rows.next()) rest.push(printIon(next.value))
  assert.deepEqual(rest, ['2', '3', '4'])
  assert.deepEqual(client.run('SELECT VALUE k FROM T'), ['15', '25', '45', '5'])
  await client.commit()
})

test('a statement does not see its own writes', async () => {
  const { ledger } = await openLedger()
  await run(ledger, 'CREATE TABLE T', "INSERT INTO T <<{'k': 1}, {'k': 2}>>")
  await run(ledger, 'INSERT INTO T SELECT t.k + 10 AS k FROM T AS t')
  assert.deepEqual(await run(ledger, 'SELECT VALUE k FROM T'), ['1', '2', '11', '12'])
})

test('a statement that fails leaves nothing behind and the transaction usable; its text counts in the digest', async () => {
  const { ledger } = await openLedger()
  const client = new Client(ledger)
  assert.throws(() => client.run("INSERT INTO T VALUE {'k': 1}"), isError('semantic/no-such-variable'))
  assert.throws(() => client.run('SELECT'), isError('parser/unexpected-end'))
  client.run('CREATE TABLE T')
  client.run("INSERT INTO T <<{'k': 1}, {'k': 2}>>")
  assert.throws(() => client.run("INSERT INTO T <<{'k': 3}, 5>>"), isError('document/not-a-struct'))
  assert.throws(() => client.run('UPDATE T SET l = <<k>>'), isError('document/not-storable', /'l'.*list/))
  assert.deepEqual(client.run('SELECT * FROM T'), ['{k:1}', '{k:2}'])
  const { blockAddress } = await client.commit()
  assert.deepEqual(await run(ledger, 'SELECT * FROM T'), ['{k:1}', '{k:2}'])
  const block = printIon(ledger.block(blockAddress?.sequenceNo ?? -1))
  assert.doesNotMatch(block, /statement:"SELECT"/, 'the journal lists what was done')
  assert.match(block, /statements:\[1\]/)
})

test('a query that fails while its rows are pulled fails alone', async () => {
  const { ledger } = await openLedger({ typing: 'strict' })
  await run(ledger, 'CREATE TABLE T', "INSERT INTO T <<{'k': 1}, {'k': 'x'}>>")
  const client = new Client(ledger)
  const rows = client.open('SELECT VALUE k + 1 FROM T')
  assert.equal(printIon(rows.next().value), '2')
  assert.throws(() => rows.next(), isError('value/type-mismatch'))
  client.run("INSERT INTO T VALUE {'k': 3}")
  await client.commit()
  assert.deepEqual(await run(ledger, 'SELECT VALUE k FROM T'), ['1', '"x"', '3'])
})

test('a commit with another digest is refused and writes nothing', async () => {
  const { ledger } = await openLedger()
  const client = new Client(ledger)
  client.run('CREATE TABLE T')
  const wrong = client.transaction.commit(new Uint8Array(32))
  await assert.rejects(wrong, isError('transaction/digest-mismatch', /^Digests don't match/))
  assert.equal(ledger.tip().sequenceNo, 0)
  assert.throws(() => client.run('SELECT * FROM T'), isError('transaction/not-open'))
})

test('a transaction is over after its commit or abort', async () => {
  const { ledger } = await openLedger()
  await run(ledger, 'CREATE TABLE T', "INSERT INTO T <<{'k': 1}, {'k': 2}>>")
  const committed = new Client(ledger)
  const rows = committed.open('SELECT * FROM T')
  rows.next()
  await committed.commit()
  assert.throws(() => rows.next(), isError('transaction/not-open'))
  await assert.rejects(committed.commit(), isError('transaction/not-open'))
  const aborted = new Client(ledger)
  aborted.run('DELETE FROM T')
  aborted.transaction.abort()
  aborted.transaction.abort()
  assert.throws(() => aborted.run('SELECT * FROM T'), isError('transaction/not-open'))
  assert.deepEqual(await run(ledger, 'SELECT * FROM T'), ['{k:1}', '{k:2}'])
})

test('one transaction makes one revision of a document, whatever it did to it', async () => {
  const { ledger } = await openLedger()
  await run(ledger, 'CREATE TABLE T')
  await run(ledger, "INSERT INTO T VALUE {'k': 1}", 'UPDATE T SET k = 2', 'SELECT * FROM T', 'UPDATE T SET k = 3')
  await run(ledger, 'UPDATE T SET k = 4', 'DELETE FROM T')
  assert.deepEqual(await run(ledger, 'SELECT h.metadata.version, h.data FROM history(T) AS h'), [
    '{version:0,data:{k:3}}',
    '{version:1}',
  ])
  assert.match(printIon(ledger.block(2)), /tableName:"T",tableId:"\w{22}",statements:\[0,1,3\]\}/)
})

test('what changed nothing makes no block, unless reads are journaled', async () => {
  const { ledger } = await openLedger()
  await run(ledger, 'CREATE TABLE T')
  const { sequenceNo } = ledger.tip()
  await run(ledger, 'SELECT * FROM T')
  await run(ledger, "INSERT INTO T VALUE {'k': 1}", 'DELETE FROM T')
  await run(ledger)
  assert.equal(ledger.tip().sequenceNo, sequenceNo)

  const { ledger: journaled } = await openLedger({ journalReads: true })
  await run(journaled, 'CREATE TABLE T')
  await run(journaled, 'SELECT * FROM T')
  assert.equal(journaled.tip().sequenceNo, 2)
  const block = printIon(journaled.block(2))
  assert.match(block, /statement:"SELECT \* FROM T"/)
  assert.doesNotMatch(block, /documents|revisions/)
})

test('that reads are journaled is kept in the ledger until it is said otherwise', async () => {
  const { store } = await openLedger({ journalReads: true })
  const blocksOfARead = async (options: { journalReads?: boolean }) => {
    const { ledger } = await openLedger(options, store)
    const { sequenceNo } = ledger.tip()
    await run(ledger, 'SELECT 1')
    return ledger.tip().sequenceNo - sequenceNo
  }
  assert.equal(await blocksOfARead({}), 1)
  assert.equal(await blocksOfARead({ journalReads: false }), 0)
  assert.equal(await blocksOfARead({}), 0)
  assert.equal(await blocksOfARead({ journalReads: true }), 1)
  assert.deepEqual((await verifyStore(store, { name: 'test' })).identityFindings, [])
})

test('that a ledger is strict is kept in it until it is said otherwise, beside its other setting', async () => {
  const { store, ledger } = await openLedger({ keepStrictQldb: true, journalReads: true })
  assert.equal(ledger.strictQldb, true)
  const isStrict = async (options: { keepStrictQldb?: boolean; strictQldb?: boolean; journalReads?: boolean }) => {
    const { ledger: again } = await openLedger(options, store)
    const transaction = again.begin()
    const order = () => transaction.execute('SELECT VALUE 1 + 1 FROM << 1 >> ORDER BY 1 + 1', []).rows.next().done
    if (again.strictQldb) assert.throws(order, { code: 'semantic/not-in-qldb' })
    else assert.equal(order(), false)
    transaction.abort()
    return again.strictQldb
  }
  assert.equal(await isStrict({}), true)
  assert.equal(await isStrict({ strictQldb: false, journalReads: false }), true)
  assert.deepEqual((await verifyStore(store, { name: 'test' })).identityFindings, [])
  assert.equal(await isStrict({ keepStrictQldb: false }), false)
  assert.equal(await isStrict({}), false)
  assert.equal(await isStrict({ strictQldb: true }), true)
  assert.equal(await isStrict({}), false)
})

test('reads and writes are counted', async () => {
  const { ledger } = await openLedger()
  await run(ledger, 'CREATE TABLE T', "INSERT INTO T <<{'k': 1}, {'k': 2}, {'k': 3}>>")
  const client = new Client(ledger)
  const count = (statement: string) => {
    const { rows, meter } = client.transaction.execute(statement, [])
    while (rows.next().done !== true);
    return [meter.readIos, meter.writeIos]
  }
  assert.deepEqual(count('SELECT * FROM T AS a, T AS b'), [12, 0])
  assert.deepEqual(count('SELECT * FROM T WHERE k = 1'), [3, 0])
  assert.deepEqual(count('UPDATE T SET k = 4 WHERE k = 1'), [3, 1])
  client.transaction.abort()
})

test('a statement stops when the user asks for it', async () => {
  let isCancelled = false
  const { ledger } = await openLedger({ isCancelled: () => isCancelled })
  const documents = Array.from({ length: ticksBetweenChecks }, (_, k) => `{'k': ${k}}`).join()
  await run(ledger, 'CREATE TABLE T', `INSERT INTO T <<${documents}>>`)
  const client = new Client(ledger)
  isCancelled = true
  assert.throws(() => client.run('SELECT * FROM T'), isError('cancelled/by-user'))
  assert.throws(() => client.run('UPDATE T SET k = 0'), isError('cancelled/by-user'))
  isCancelled = false
  assert.deepEqual(client.run('SELECT COUNT(*) AS n FROM T WHERE k = 0'), ['{n:1}'])
  await client.commit()
})

test('a clock that goes back does not take the times of blocks with it', async () => {
  const { ledger, env } = await openLedger()
  await run(ledger, 'CREATE TABLE T')
  env.advance(10_000)
  await run(ledger, "INSERT INTO T VALUE {'k': 1}")
  env.advance(-20_000)
  await run(ledger, 'UPDATE T SET k = 2')
  const times = await run(ledger, 'SELECT VALUE h.metadata.txTime FROM history(T) AS h')
  assert.deepEqual(times, ['2024-01-01T00:00:10.000Z', '2024-01-01T00:00:10.000Z'])
})

test("QLDB's quotas hold when they are asked for", async () => {
  const { ledger } = await openLedger({ strictQldb: true })
  await run(ledger, 'CREATE TABLE T')
  const client = new Client(ledger)
  const large = 'x'.repeat(documentBytesMax)
  assert.throws(() => client.run('INSERT INTO T ?', `{k: "${large}"}`), isError('document/too-large'))
  const documents = (count: number) => Array.from({ length: count }, () => "{'k': 1}").join()
  const tooMany = `INSERT INTO T <<${documents(transactionDocumentsMax + 1)}>>`
  assert.throws(() => client.run(tooMany), isError('transaction/too-large', /41 documents/))
  client.run(`INSERT INTO T <<${documents(transactionDocumentsMax)}>>`)
  client.run('UPDATE T SET k = 2')
  assert.throws(() => client.run("INSERT INTO T VALUE {'k': 1}"), isError('transaction/too-large'))
  await client.commit()
  const second = new Client(ledger)
  const share = 'x'.repeat(documentBytesMax - 100)
  for (let count = 0; count < 32; count += 1) second.run('INSERT INTO T ?', `{k: "${share}"}`)
  assert.throws(() => second.run('INSERT INTO T ?', `{k: "${share}"}`), isError('transaction/too-large', /bytes/))
  assert.throws(() => second.run(`SELECT ${' '.repeat(100_000)}1`), isError('statement/too-large'))
  second.transaction.abort()
})

test('a document that could pass for another part of its own block is refused', async () => {
  const { ledger } = await openLedger()
  await run(ledger, 'CREATE TABLE T')
  const metadata = "'id': 'a', 'version': 0, 'txTime': `2024-01-01T00:00:00.000Z`"
  const head = "'blockAddress': {'strandId': 's', 'sequenceNo': 1}, 'blockTimestamp': `2024-01-01T00:00:00.000Z`"
  for (const [fields, what] of [
    [`${metadata}, 'txId': TXID()`, /the metadata of a revision/],
    [`${head}, 'transactionId': TXID()`, /the block's address, transaction and time/],
  ] as const) {
    await assert.rejects(run(ledger, `INSERT INTO T VALUE {${fields}}`), isError('document/ambiguous', what))
    await run(ledger, `INSERT INTO T VALUE {${fields}, 'note': 'x'}`)
  }
  // Copies of what other transactions wrote.
  await run(ledger, `INSERT INTO T VALUE {${metadata}, 'txId': 'another'}`)
  assert.equal((await run(ledger, 'SELECT * FROM T')).length, 3)
})

test('a transaction of statements that may run again refuses those that ask for the time, wherever they do', async () => {
  const { ledger } = await openLedger()
  await run(ledger, 'CREATE TABLE T', "INSERT INTO T {'k': 1}")
  const { transaction } = new Client(ledger)
  const brief = ledger.begin({ briefOnly: true })
  for (const text of [
    'SELECT UTCNOW() FROM T',
    'SELECT k FROM T WHERE t < current_timestamp',
    "INSERT INTO T {'at': CURRENT_TIMESTAMP}",
    'SELECT k FROM T WHERE UNIX_TIMESTAMP() > 1',
  ]) {
    assert.throws(() => brief.execute(text, []), isError('transaction/brief-only'), text)
    transaction.execute(text, [])
  }
  for (const text of ['SELECT k FROM T', "SELECT 'utcnow' FROM T", 'SELECT T.utcnow FROM T']) brief.execute(text, [])
  brief.abort()
  transaction.abort()
})
