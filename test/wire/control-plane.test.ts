import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import {
  CreateLedgerCommand,
  DeleteLedgerCommand,
  DescribeLedgerCommand,
  GetBlockCommand,
  GetDigestCommand,
  GetRevisionCommand,
  InvalidParameterException,
  ListJournalKinesisStreamsForLedgerCommand,
  ListLedgersCommand,
  ListTagsForResourceCommand,
  paginateListLedgers,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
  ResourcePreconditionNotMetException,
  StreamJournalToKinesisCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateLedgerCommand,
  UpdateLedgerPermissionsModeCommand,
} from '@aws-sdk/client-qldb'
import { parseIon } from '../../src/values/text-reader.ts'
import { proofFromIon, verifyProof } from '../../src/journal/proof.ts'
import { controlClient, nodeDriver, startWire } from './wire-server.ts'

async function open(t: TestContext) {
  const server = await startWire(t, { ledgers: [] })
  return { server, client: controlClient(t, server.url) }
}

const create = (Name: string) => new CreateLedgerCommand({ Name, PermissionsMode: 'ALLOW_ALL' })

describe("Amazon's control plane client before the server", () => {
  test('a ledger is made, described, changed and removed', async (t) => {
    const { server, client } = await open(t)
    const made = await client.send(create('orders'))
    assert.equal(made.State, 'CREATING')
    assert.equal(made.Arn, 'arn:aws:qldb:us-east-1:000000000000:ledger/orders')
    const described = await client.send(new DescribeLedgerCommand({ Name: 'orders' }))
    assert.deepEqual(
      [described.State, described.PermissionsMode, described.DeletionProtection],
      ['ACTIVE', 'ALLOW_ALL', true],
    )
    assert.equal(described.CreationDateTime?.getTime(), server.env.nowMs())
    const driver = nodeDriver(t, server, { ledger: 'orders' })
    await driver.executeLambda((executor) => executor.execute('CREATE TABLE T'))

    await assert.rejects(client.send(new DeleteLedgerCommand({ Name: 'orders' })), ResourcePreconditionNotMetException)
    const updated = await client.send(new UpdateLedgerCommand({ Name: 'orders', DeletionProtection: false }))
    assert.equal(updated.DeletionProtection, false)
    const mode = await client.send(
      new UpdateLedgerPermissionsModeCommand({ Name: 'orders', PermissionsMode: 'STANDARD' }),
    )
    assert.equal(mode.PermissionsMode, 'STANDARD')
    await client.send(new DeleteLedgerCommand({ Name: 'orders' }))
    await assert.rejects(client.send(new DescribeLedgerCommand({ Name: 'orders' })), (error) => {
      assert.ok(error instanceof ResourceNotFoundException)
      assert.deepEqual([error.ResourceType, error.ResourceName], ['Ledger', 'orders'])
      return true
    })
    await assert.rejects(
      driver.executeLambda((executor) => executor.execute('SELECT * FROM T')),
      { name: 'BadRequestException' },
    )
    await client.send(create('orders'))
    assert.deepEqual(await driver.getTableNames(), [], 'a new ledger of the name has nothing of the old one')
  })

  test('names are taken once, and only good ones', async (t) => {
    const { client } = await open(t)
    await client.send(create('orders'))
    await assert.rejects(client.send(create('orders')), ResourceAlreadyExistsException)
    for (const name of ['a--b', '-a', 'a-', '123', 'a_b', 'x'.repeat(33)]) {
      await assert.rejects(client.send(create(name)), (error) => {
        assert.ok(error instanceof InvalidParameterException, `${name}: ${String(error)}`)
        assert.equal(error.ParameterName, 'Name')
        return true
      })
    }
    await assert.rejects(
      client.send(new CreateLedgerCommand({ Name: 'o', PermissionsMode: 'SOME' as 'STANDARD' })),
      InvalidParameterException,
    )
    const own = { Name: 'o', PermissionsMode: 'STANDARD', KmsKey: 'arn:aws:kms:us-east-1:1:key/1' } as const
    await assert.rejects(client.send(new CreateLedgerCommand(own)), InvalidParameterException)
  })

  test('ledgers are listed in pages', async (t) => {
    const { client } = await open(t)
    for (const name of ['c', 'a', 'e', 'b', 'd']) await client.send(create(name))
    const pages: (string | undefined)[][] = []
    for await (const page of paginateListLedgers({ client, pageSize: 2 }, {})) {
      pages.push((page.Ledgers ?? []).map(({ Name }) => Name))
    }
    assert.deepEqual(pages, [['a', 'b'], ['c', 'd'], ['e']])
    await assert.rejects(client.send(new ListLedgersCommand({ NextToken: 'forged' })), InvalidParameterException)
    await assert.rejects(client.send(new ListLedgersCommand({ MaxResults: 101 })), InvalidParameterException)
  })

  test('tags', async (t) => {
    const { client } = await open(t)
    const { Arn: ResourceArn } = await client.send(create('orders'))
    await client.send(new TagResourceCommand({ ResourceArn, Tags: { team: 'a/b & c', stage: 'test' } }))
    await client.send(new TagResourceCommand({ ResourceArn, Tags: { stage: 'live' } }))
    const tags = async () => (await client.send(new ListTagsForResourceCommand({ ResourceArn }))).Tags
    assert.deepEqual(await tags(), { team: 'a/b & c', stage: 'live' })
    await client.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['team', 'absent'] }))
    assert.deepEqual(await tags(), { stage: 'live' })
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`t${n}`, '']))
    await assert.rejects(client.send(new TagResourceCommand({ ResourceArn, Tags: many })), {
      name: 'LimitExceededException',
    })
  })

  test('streams are not offered, and say so', async (t) => {
    const { client } = await open(t)
    await client.send(create('orders'))
    const stream = new StreamJournalToKinesisCommand({
      LedgerName: 'orders',
      RoleArn: 'arn:aws:iam::000000000000:role/r',
      InclusiveStartTime: new Date(0),
      StreamName: 's',
      KinesisConfiguration: { StreamArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/s' },
    })
    await assert.rejects(client.send(stream), /streams are not offered/)
    const listed = await client.send(new ListJournalKinesisStreamsForLedgerCommand({ LedgerName: 'orders' }))
    assert.deepEqual(listed.Streams, [])
  })

  test('a block and a revision are proven to belong to the digest', async (t) => {
    const { server, client } = await open(t)
    await client.send(create('orders'))
    const driver = nodeDriver(t, server, { ledger: 'orders' })
    await driver.executeLambda((executor) => executor.execute('CREATE TABLE T'))
    await driver.executeLambda((executor) => executor.execute("INSERT INTO T << {'a': 1}, {'a': 2}, {'a': 3} >>"))
    await driver.executeLambda((executor) => executor.execute('UPDATE T SET a = 9 WHERE a = 2'))
    const [row] = await driver.executeLambda(async (executor) =>
      (await executor.execute('SELECT * FROM _ql_committed_T AS t WHERE t.data.a = 9')).getResultList(),
    )
    const DocumentId = row?.get('metadata', 'id')?.stringValue() ?? ''
    const sequenceNo = row?.get('blockAddress', 'sequenceNo')?.numberValue() ?? -1
    const { Digest, DigestTipAddress } = await client.send(new GetDigestCommand({ Name: 'orders' }))
    const tip = parseIon(DigestTipAddress?.IonText ?? '')
    const strandId = tip.type === 'struct' ? tip.get('strandId') : undefined
    assert.ok(strandId?.type === 'string')
    const BlockAddress = { IonText: `{strandId:"${strandId.value}",sequenceNo:${sequenceNo}}` }
    const proven = (ion: string | undefined, proof: string | undefined, field: string) => {
      const value = parseIon(ion ?? '')
      const hash = value.type === 'struct' ? value.get(field) : undefined
      assert.ok(hash?.type === 'blob')
      return verifyProof(hash.bytes, proofFromIon(parseIon(proof ?? '')), Digest as Uint8Array)
    }
    const block = await client.send(new GetBlockCommand({ Name: 'orders', BlockAddress, DigestTipAddress }))
    assert.ok(proven(block.Block?.IonText, block.Proof?.IonText, 'blockHash'))
    const revision = await client.send(
      new GetRevisionCommand({ Name: 'orders', BlockAddress, DocumentId, DigestTipAddress }),
    )
    assert.ok(proven(revision.Revision?.IonText, revision.Proof?.IonText, 'hash'))
    const plain = await client.send(new GetBlockCommand({ Name: 'orders', BlockAddress }))
    assert.equal(plain.Proof, undefined)

    const beyond = { IonText: `{strandId:"${strandId.value}",sequenceNo:99}` }
    await assert.rejects(
      client.send(new GetBlockCommand({ Name: 'orders', BlockAddress: beyond })),
      InvalidParameterException,
    )
    await assert.rejects(
      client.send(new GetRevisionCommand({ Name: 'orders', BlockAddress, DocumentId: '0'.repeat(22) })),
      ResourceNotFoundException,
    )
    await assert.rejects(client.send(new GetDigestCommand({ Name: 'absent' })), ResourceNotFoundException)
  })
})
