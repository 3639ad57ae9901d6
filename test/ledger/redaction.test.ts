import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifyProof } from '../../src/journal/proof.ts'
import { rebuild } from '../../src/ledger/rebuild.ts'
import { ionHash } from '../../src/values/ion-hash.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { Client, dump, idOf, isError, openLedger, run } from './ledger-fixture.ts'

/** A document with a secret in block 2, in an indexed field; without it from block 3 on. */
async function withSecret() {
  const opened = await openLedger()
  const tableId = idOf(await run(opened.ledger, 'CREATE TABLE T', 'CREATE INDEX ON T (k)'), 'tableId')
  const client = new Client(opened.ledger)
  const documentId = idOf(client.run('INSERT INTO T ?', '{k:"secret"}'))
  await client.commit()
  await run(opened.ledger, "UPDATE T SET k = 'open'")
  const redact = (sequenceNo: number, table = tableId, document = documentId, strandId = opened.ledger.strandId) =>
    `EXEC REDACT_REVISION \`{strandId:"${strandId}",sequenceNo:${sequenceNo}}\`, '${table}', '${document}'`
  return { ...opened, tableId, documentId, redact }
}

test('a redacted revision loses its data everywhere and keeps its hash; digests and proofs stay', async () => {
  const { ledger, store, tableId, documentId, redact } = await withSecret()
  const digest = ledger.digest()
  const [hash] = await run(ledger, 'SELECT VALUE h.hash FROM history(T) AS h WHERE h.metadata.version = 0')
  const address = `{strandId:"${ledger.strandId}",sequenceNo:2}`
  assert.deepEqual(await run(ledger, redact(2)), [
    `{blockAddress:${address},tableId:"${tableId}",documentId:"${documentId}",version:0}`,
  ])
  const dataHash = Buffer.from(ionHash(parseIon('{k:"secret"}'))).toString('base64')
  const rows = await run(ledger, 'SELECT h.hash, h.data, h.dataHash FROM history(T) AS h')
  assert.deepEqual(rows[0], `{hash:${hash},dataHash:{{${dataHash}}}}`)
  assert.match(rows[1] as string, /data:{k:"open"}/)
  const hexSecret = Buffer.from('secret').toString('hex')
  const base64Secret = Buffer.from(Buffer.from('secret').toString('base64')).toString('hex')
  for (const line of dump(store)) {
    assert.ok(!line.includes(hexSecret), line)
    assert.ok(!line.includes(base64Secret), line)
  }
  assert.deepEqual(ledger.verify().findings, [])
  const proven = ledger.revision(2, documentId, digest.tipAddress.sequenceNo)
  const provenHash = proven?.revision.get('hash')
  assert.ok(provenHash?.type === 'blob' && verifyProof(provenHash.bytes, proven?.proof ?? [], digest.digest))

  const before = dump(store)
  await rebuild(store)
  assert.deepEqual(dump(store), before)
})

test('only a superseded revision with data can be redacted, and once', async () => {
  const { ledger, tableId, documentId, redact } = await withSecret()
  await run(ledger, "INSERT INTO T VALUE {'k': 1}")
  const refused = (statement: string, text: RegExp) =>
    assert.rejects(run(ledger, statement), isError('evaluator/invalid', text))
  await refused(redact(3), /is the current one/)
  await refused(redact(1), /has no revision/)
  await refused(redact(4), /has no revision/)
  await refused(redact(99), /has no revision/)
  await refused(redact(2, tableId, documentId, 'other'), /no block 2 of strand 'other'/)
  await refused(redact(2, tableId, 'x'.repeat(22)), /has no revision/)
  await refused(redact(2, tableId, 'x'), /has no revision/)
  await assert.rejects(run(ledger, redact(2, 'x')), isError('catalog/table-not-found'))
  await refused(`EXEC REDACT_REVISION 1, '${tableId}', '${documentId}'`, /a block address is/)
  await run(ledger, redact(2))
  await refused(redact(2), /redacted already/)
  await run(ledger, "DELETE FROM T WHERE k = 'open'")
  await refused(redact(6), /is a deletion/)
  await run(ledger, redact(3))
  assert.deepEqual(await run(ledger, 'SELECT VALUE h.data FROM history(T) AS h WHERE h.data IS NOT MISSING'), ['{k:1}'])
})

test('a redaction conflicts with what read its document or the history', async () => {
  const { ledger, redact } = await withSecret()
  const begin = (statement: string) => {
    const client = new Client(ledger)
    client.run(statement)
    return client
  }
  const historian = begin('SELECT * FROM history(T)')
  const inserter = begin("INSERT INTO T VALUE {'k': 2}")
  await run(ledger, redact(2))
  await assert.rejects(historian.commit(), isError('transaction/conflict'))
  await inserter.commit()
})

test('one transaction may redact several revisions, each once', async () => {
  const { ledger, redact } = await withSecret()
  await run(ledger, "UPDATE T SET k = 'more'")
  const client = new Client(ledger)
  client.run(redact(2))
  client.run(redact(3))
  assert.throws(() => client.run(redact(2)), isError('evaluator/invalid', /is redacted already, by this transaction/))
  await client.commit()
  const [block] = await run(ledger, 'SELECT VALUE h.dataHash FROM history(T) AS h WHERE h.metadata.version = 0')
  assert.match(block ?? '', /^\{\{/)
  assert.deepEqual(ledger.verify().findings, [])
  assert.deepEqual(await run(ledger, 'SELECT VALUE h.data FROM history(T) AS h WHERE h.data IS NOT MISSING'), [
    '{k:"more"}',
  ])
})

test('a redaction leaves the statement that wrote the data: a literal stays in it, a parameter never was there', async () => {
  const { ledger } = await openLedger()
  const tableId = idOf(await run(ledger, 'CREATE TABLE T'), 'tableId')
  const documentId = idOf(await run(ledger, "INSERT INTO T {'n': 'literal'}"))
  const { sequenceNo } = ledger.tip()
  await run(ledger, "UPDATE T SET n = 'x'")
  const address = `\`{strandId:"${ledger.strandId}",sequenceNo:${sequenceNo}}\``
  await run(ledger, `EXEC REDACT_REVISION ${address}, '${tableId}', '${documentId}'`)
  const text = printIon(ledger.block(sequenceNo))
  assert.match(text, /dataHash:/)
  assert.deepEqual(text.match(/INTO T .{7}literal/g), ["INTO T {'n': 'literal"])
})
