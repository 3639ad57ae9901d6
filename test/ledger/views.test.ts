import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toHex } from '../../src/base/bytes.ts'
import { decodeBlock } from '../../src/journal/block-from-ion.ts'
import { encodeIon } from '../../src/values/binary-writer.ts'
import { ionHash } from '../../src/values/ion-hash.ts'
import { joinHashes } from '../../src/values/join-hashes.ts'
import { printIon } from '../../src/values/text-writer.ts'
import type { StructValue, Value } from '../../src/values/value.ts'
import { Client, idOf, isError, openLedger, run } from './ledger-fixture.ts'

test('the committed view shows address, hash, data and metadata of the current revision', async () => {
  const { ledger } = await openLedger()
  await run(ledger, 'CREATE TABLE T')
  const client = new Client(ledger)
  const id = idOf(client.run("INSERT INTO T VALUE {'k': 1}"))
  await client.commit()
  const reader = new Client(ledger)
  const [row] = reader.rows('SELECT * FROM _ql_committed_T')
  const shape = new RegExp(
    `^{blockAddress:{strandId:"${ledger.strandId}",sequenceNo:2},hash:{{\\S{43}=}},data:{k:1},` +
      `metadata:{id:"${id}",version:0,txTime:2024-01-01T00:00:00.000Z,txId:"${client.transaction.id}"}}$`,
  )
  assert.match(printIon(row as StructValue), shape)
  const { data, metadata, hash } = fieldsOf(row as StructValue)
  assert.equal(hexOf(hash), toHex(joinHashes(ionHash(data), ionHash(metadata))))
  assert.deepEqual(reader.run('SELECT VALUE c.data.k FROM _ql_committed_T AS c BY i WHERE i = ?', `"${id}"`), ['1'])
  assert.deepEqual(reader.run(`SELECT VALUE c.data.k FROM _ql_committed_T AS c WHERE c.metadata.id = '${id}'`), ['1'])
})

function fieldsOf(row: StructValue) {
  const [, hash, data, metadata] = row.values as [Value, Value, Value, Value]
  return { hash, data, metadata }
}

function hexOf(value: Value | undefined): string {
  return value?.type === 'blob' ? toHex(value.bytes) : 'no blob'
}

test('the committed view finds by index, and shows nothing of the running transaction', async () => {
  const { ledger } = await openLedger()
  await run(ledger, 'CREATE TABLE T', 'CREATE INDEX ON T (k)', "INSERT INTO T <<{'k': 1}, {'k': 2}>>")
  const client = new Client(ledger)
  client.run('UPDATE T SET k = 5 WHERE k = 1')
  client.run('DELETE FROM T WHERE k = 2')
  client.run("INSERT INTO T VALUE {'k': 3}")
  assert.deepEqual(client.run('SELECT VALUE c.data.k FROM _ql_committed_T AS c'), ['1', '2'])
  assert.deepEqual(client.run('SELECT VALUE h.data.k FROM history(T) AS h'), ['1', '2'])
  await client.commit()
  assert.deepEqual(await run(ledger, 'SELECT VALUE c.data.k FROM _ql_committed_T AS c WHERE c.data.k = 5'), ['5'])
  assert.deepEqual(await run(ledger, 'SELECT VALUE c.data.k FROM _ql_committed_T AS c'), ['5', '3'])
})

test('history has every revision, the deletion without data, by document and version', async () => {
  const { ledger } = await openLedger()
  await run(ledger, 'CREATE TABLE T', "INSERT INTO T <<{'k': 1}, {'k': 2}>>")
  await run(ledger, 'UPDATE T SET k = k + 10')
  await run(ledger, 'DELETE FROM T WHERE k = 11')
  const rows = await run(ledger, 'SELECT h.metadata.version, h.data, h.blockAddress.sequenceNo FROM history(T) AS h')
  assert.deepEqual(rows, [
    '{version:0,data:{k:1},sequenceNo:1}',
    '{version:1,data:{k:11},sequenceNo:2}',
    '{version:2,sequenceNo:3}',
    '{version:0,data:{k:2},sequenceNo:1}',
    '{version:1,data:{k:12},sequenceNo:2}',
  ])
  const client = new Client(ledger)
  const deletion = client.rows('SELECT * FROM history(T)')[2] as StructValue
  assert.deepEqual(deletion.names, ['blockAddress', 'hash', 'metadata'])
  assert.equal(hexOf(deletion.get('hash')), toHex(ionHash(deletion.get('metadata') as Value)))
})

test('history of one document reads that document only, also a deleted one', async () => {
  const { ledger } = await openLedger()
  await run(ledger, 'CREATE TABLE T', 'CREATE TABLE U')
  const [first = ''] = await run(ledger, "INSERT INTO T <<{'k': 1}, {'k': 2}, {'k': 3}>>")
  const id = first.slice(13, 35)
  await run(ledger, 'UPDATE T SET k = k + 10', 'INSERT INTO U VALUE {}')
  await run(ledger, 'DELETE FROM T WHERE k = 11')
  const client = new Client(ledger)
  const find = (table: string, documentId: string) => {
    const text = `SELECT VALUE h.metadata.version FROM history(${table}) AS h WHERE h.metadata.id = '${documentId}'`
    const { rows, meter } = client.transaction.execute(text, [])
    const found: string[] = []
    for (let next = rows.next(); next.done !== true; next = rows.next()) found.push(printIon(next.value))
    return { found, readIos: meter.readIos }
  }
  assert.deepEqual(find('T', id), { found: ['0', '1', '2'], readIos: 3 })
  assert.deepEqual(find('U', id), { found: [], readIos: 0 })
  assert.deepEqual(find('T', 'x'), { found: [], readIos: 0 })
  client.transaction.abort()

  const reader = new Client(ledger)
  reader.run(`SELECT * FROM history(T) AS h WHERE h.metadata.id = '${id}'`)
  await run(ledger, 'UPDATE T SET k = 0')
  await reader.commit()
})

test('history with bounds gives the revisions that were active at some moment of the window', async () => {
  const { ledger, env } = await openLedger()
  await run(ledger, 'CREATE TABLE T')
  const changes = ["INSERT INTO T VALUE {'k': 0}", 'UPDATE T SET k = 1', 'UPDATE T SET k = 2', 'DELETE FROM T']
  for (const change of changes) {
    env.advance(10_000)
    await run(ledger, change)
  }
  env.advance(10_000)
  const at = (seconds: string) => `\`2024-01-01T00:00:${seconds}Z\``
  const versions = (...bounds: string[]) =>
    run(ledger, `SELECT VALUE h.metadata.version FROM history(${['T', ...bounds].join()}) AS h`)
  assert.deepEqual(await versions(), ['0', '1', '2', '3'])
  assert.deepEqual(await versions(at('00'), at('09.999')), [])
  assert.deepEqual(await versions(at('00'), at('10')), ['0'])
  assert.deepEqual(await versions(at('00'), at('20.001')), ['0', '1'])
  assert.deepEqual(await versions(at('15'), at('25')), ['0', '1'])
  assert.deepEqual(await versions(at('20'), at('20')), ['1'])
  assert.deepEqual(await versions(at('25')), ['1', '2', '3'])
  assert.deepEqual(await versions(at('45'), at('46')), ['3'])
  assert.deepEqual(await versions('`2024-01-01T`'), ['0', '1', '2', '3'])
  assert.deepEqual(await versions('`2024-01-01T00:00:30+00:00`'), ['2', '3'])
  await assert.rejects(versions(at('30'), at('20')), isError('evaluator/invalid', /after its end/))
  await assert.rejects(versions(at('30'), at('51')), isError('evaluator/invalid', /not in the past/))
  await assert.rejects(versions(at('51')), isError('evaluator/invalid', /after its end, now/))
})

test('documents come back as they were stored: order of fields, types, precision and annotations', async () => {
  const { ledger } = await openLedger()
  await run(ledger, 'CREATE TABLE T')
  const document =
    '{z:1,a:42.20,$ion:null.int,t:2017-01-01T00:00-00:00,s:sym,l:[a::1,(+ 1 2)],c:{{"clob"}},a:2,f:1e0,n:{z:{a:{}}}}'
  const client = new Client(ledger)
  client.run('INSERT INTO T ?', document)
  assert.deepEqual(client.run('SELECT VALUE t FROM T AS t'), [document])
  await client.commit()
  assert.deepEqual(await run(ledger, 'SELECT VALUE t FROM T AS t'), [document])
  assert.deepEqual(await run(ledger, 'SELECT VALUE c.data FROM _ql_committed_T AS c'), [document])
  assert.deepEqual(await run(ledger, 'SELECT VALUE h.data FROM history(T) AS h'), [document])
})

test('a block of the ledger is the bytes that it stores', async () => {
  const { ledger } = await openLedger()
  await run(ledger, 'CREATE TABLE T', "INSERT INTO T VALUE {'k': 1}")
  const block = decodeBlock(encodeIon(ledger.block(1)))
  assert.equal(block.blockAddress.sequenceNo, 1)
  assert.deepEqual(
    block.revisions?.map((revision) => revision.metadata?.version),
    [0, 0],
  )
  const tables = [...(block.transactionInfo?.documents?.values() ?? [])].map((info) => [
    info.tableName,
    info.statements,
  ])
  assert.deepEqual(tables, [
    ['_ql_catalog', [0]],
    ['T', [1]],
  ])
  assert.throws(() => ledger.block(9), isError('journal/gap'))
})
