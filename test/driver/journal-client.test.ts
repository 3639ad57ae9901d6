import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JournalClient } from '../../src/driver/journal-client.ts'
import type { Transport } from '../../src/driver/transport.ts'
import type { ControlResponse } from '../../src/protocol/control-message.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { isError } from '../ledger/ledger-fixture.ts'

/** A client of an endpoint that gives this answer to everything. */
function clientOf(answer: ControlResponse | undefined): JournalClient {
  const control = answer && { control: async () => answer }
  return new JournalClient({ ...control } as unknown as Transport, 'fleet')
}

const address = { strandId: 'JdxjkR9bSYB5jMHWcI464T', sequenceNo: 7 }
const tip = { IonText: '{strandId:"JdxjkR9bSYB5jMHWcI464T",sequenceNo:9}' }
const Digest = new Uint8Array(32)

/** Each request of a client. */
const requests: Readonly<Record<string, (client: JournalClient) => Promise<unknown>>> = {
  GetDigest: (client) => client.digest(),
  GetBlock: (client) => client.block(address),
  GetRevision: (client) => client.revision(address, 'doc', address),
}

test('an answer of another kind, without its parts, or with values that are no Ion is a malformed answer', async () => {
  const proof = { IonText: '[{{AAAA}}]' }
  const good: Readonly<Record<string, ControlResponse>> = {
    GetDigest: { GetDigest: { Digest, DigestTipAddress: tip } },
    GetBlock: { GetBlock: { Block: { IonText: '{a:1}' } } },
    GetRevision: { GetRevision: { Revision: { IonText: '{a:1}' }, Proof: proof } },
  } as never
  const bad: Readonly<Record<string, readonly object[]>> = {
    GetDigest: ['5', '{}', '{strandId:1,sequenceNo:9}', '{strandId:"x",sequenceNo:"9"}', '{'].map((IonText) => ({
      GetDigest: { Digest, DigestTipAddress: { IonText } },
    })),
    GetBlock: [{ GetBlock: { Block: {} } }, { GetBlock: { Block: { IonText: '{a:' } } }],
    GetRevision: [
      { GetRevision: { Revision: { IonText: '{a:1}' } } },
      { GetRevision: { Revision: { IonText: ']' }, Proof: proof } },
    ],
  }
  for (const [name, ask] of Object.entries(requests)) {
    await ask(clientOf(good[name]))
    const others = Object.keys(requests).filter((other) => other !== name)
    const answers = [{}, ...others.map((other) => good[other]), ...(bad[name] ?? [])] as ControlResponse[]
    for (const answer of answers) {
      await assert.rejects(
        ask(clientOf(answer)),
        isError('endpoint/malformed-answer'),
        `${name}: ${JSON.stringify(answer)}`,
      )
    }
    await assert.rejects(ask(clientOf(undefined)), isError('endpoint/no-journal'), name)
  }
})

test('a block comes with a proof where a tip was given, and without one where not', async () => {
  const answer = { GetBlock: { Block: { IonText: '{a:1}' }, Proof: { IonText: '[]' } } } as ControlResponse
  const { block, proof } = await clientOf(answer).block(address, address)
  assert.deepEqual([printIon(block), proof && printIon(proof)], ['{a:1}', '[]'])
})
