import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { realEnv } from '../../src/host/real-env.ts'
import { makeProof, takeDigest, verifyFromOutside } from '../../src/cli/tools/proof-desk.ts'
import { Driver } from '../../src/driver/driver.ts'
import { createLocalTransport } from '../../src/driver/local-transport.ts'
import { createSdkControl } from '../../src/driver/sdk-control.ts'
import { createSdkTransport } from '../../src/driver/sdk-transport.ts'
import type { Transport } from '../../src/driver/transport.ts'
import { parseEvidence } from '../../src/archive/find-evidence.ts'
import { verifyEvidence } from '../../src/archive/verify-evidence.ts'
import { Ledger } from '../../src/ledger/ledger.ts'
import type { ControlRequest } from '../../src/protocol/control-message.ts'
import { createHandler } from '../../src/server/handler.ts'
import { answerJournalRequest } from '../../src/server/control-plane/journal-requests.ts'
import type { Connection } from '../../src/shell/connection.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { SimEnv } from '../support/sim-env.ts'
import { credentials, region, startWire } from './wire-server.ts'

function connectionOf(t: TestContext, transport: Transport): Connection {
  const driver = new Driver(transport, 'fleet', realEnv)
  t.after(() => driver.close())
  return { driver, ledger: 'fleet', description: '', facts: [], close: () => driver.close() }
}

/** The session service and the control plane of a real server, over HTTP with Amazon's clients. */
async function overHttp(t: TestContext): Promise<Connection> {
  const { url } = await startWire(t)
  const options = { endpoint: url, region, credentials }
  const control = createSdkControl(options)
  t.after(() => control.close())
  return connectionOf(t, { ...createSdkTransport(options), control: control.send })
}

async function inThisThread(t: TestContext): Promise<Connection> {
  const env = new SimEnv(3)
  const ledger = await Ledger.open(createMemoryStore(), env, { name: 'fleet', strictQldb: false })
  const { send } = createHandler({ open: async () => ledger }, env)
  const control = async (request: ControlRequest) => answerJournalRequest(ledger, request)
  return connectionOf(t, createLocalTransport(send, 'embedded', undefined, control))
}

async function execute({ driver }: Connection, statement: string): Promise<string> {
  const rows = await driver.execute(async (transaction) => (await transaction.execute(statement)).toArray())
  const [row] = rows
  const id = row?.type === 'struct' ? row.get('documentId') : undefined
  return id?.type === 'string' ? id.value : ''
}

for (const [name, connect] of [
  ['over HTTP', overHttp],
  ['in this thread', inThisThread],
] as const) {
  test(`digests, proofs and a whole journal are fetched and checked ${name}`, async (t) => {
    const connection = await connect(t)
    await execute(connection, 'CREATE TABLE T')
    const documentId = await execute(connection, "INSERT INTO T VALUE {'n': 1.50, 'at': `2024-01-02T`}")
    await execute(connection, 'UPDATE T SET n = 2')
    const saved = await takeDigest(connection)
    assert.equal(saved.digestTipAddress.sequenceNo, 3)
    await execute(connection, 'DELETE FROM T')
    await execute(connection, 'DROP TABLE T')

    const wish = { documentId, table: undefined, version: undefined, saved: undefined }
    for (const [version, expected] of [
      [0, 2],
      [1, 3],
      [undefined, 4],
    ] as const) {
      const made = await makeProof(connection, { ...wish, version })
      assert.deepEqual([made.proof.block.blockAddress.sequenceNo, made.proof.table], [expected, 'T'])
      const [evidence] = parseEvidence(made.text)
      assert.ok(evidence?.kind === 'proof')
      assert.deepEqual(verifyEvidence(evidence.file).findings, [])
    }
    await makeProof(connection, { ...wish, version: 1, saved })
    await assert.rejects(makeProof(connection, { ...wish, saved }), {
      code: 'proof/not-comparable',
      message: /block 4/,
    })
    await assert.rejects(makeProof(connection, { ...wish, version: 9 }), { code: 'journal/no-revision' })
    const wrong = { ...saved, digest: new Uint8Array(32) }
    await assert.rejects(makeProof(connection, { ...wish, version: 1, saved: wrong }), { code: 'proof/refuted' })

    const seen: number[] = []
    const report = await verifyFromOutside(connection, [saved], async (done) => void seen.push(done))
    assert.deepEqual([report.findings, report.blocks, seen.length], [[], 6, 6])
    const [finding] = (await verifyFromOutside(connection, [wrong], async () => {})).findings
    assert.deepEqual([finding?.code, finding?.sequenceNo], ['digest', 3])
  })
}

test('what a ledger refuses comes back in words, from the server as from this thread', async (t) => {
  for (const connect of [overHttp, inThisThread]) {
    const connection = await connect(t)
    const { control } = connection.driver.transport
    const ask = (request: ControlRequest) => control?.(request) ?? Promise.reject(new Error('there is a control plane'))
    const { GetDigest } = await ask({ GetDigest: { Name: 'fleet' } })
    const tip = GetDigest?.DigestTipAddress
    assert.ok(tip !== undefined)
    for (const BlockAddress of [
      { IonText: '{strandId:"x",sequenceNo:0}' },
      { IonText: '{' },
      { IonText: '1' },
      { IonText: '{strandId:"x",sequenceNo:99}' },
    ]) {
      await assert.rejects(ask({ GetBlock: { Name: 'fleet', BlockAddress } }), { name: 'LedgerError' })
      await assert.rejects(ask({ GetRevision: { Name: 'fleet', BlockAddress, DocumentId: 'x'.repeat(22) } }))
    }
  }
})

test('a connection without a control plane says so', async (t) => {
  const connection = connectionOf(
    t,
    createLocalTransport(() => Promise.reject(new Error('not asked')), 'nowhere'),
  )
  await assert.rejects(takeDigest(connection), { code: 'endpoint/no-journal', message: /'nowhere' offers no digests/ })
})
