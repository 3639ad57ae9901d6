import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { SendCommandRequest } from '../../src/protocol/message.ts'
import { sealRequest, unsealRequest } from '../../src/protocol/sealed-parameters.ts'

test('sealed parameters come out as they went in, empty and absent ones and texts beyond Unicode included', () => {
  const holder = fc.record({ IonBinary: fc.uint8Array(), IonText: fc.string({ unit: 'binary' }) }, { requiredKeys: [] })
  const loneSurrogate = { IonText: 'a\ud800b' }
  fc.assert(
    fc.property(fc.array(fc.oneof({ weight: 9, arbitrary: holder }, fc.constant(loneSurrogate))), (Parameters) => {
      const request: SendCommandRequest = {
        SessionToken: 'AAAA',
        ExecuteStatement: { TransactionId: 'A', Statement: 'x', Parameters },
      }
      const { request: bare, sealed } = sealRequest(request)
      const back = unsealRequest(bare, sealed).ExecuteStatement?.Parameters ?? []
      const plain = (holders: typeof back) =>
        holders.map(({ IonBinary, IonText }) => ({ ...(IonBinary && { IonBinary: [...IonBinary] }), IonText }))
      assert.deepEqual(plain(back), plain(Parameters))
    }),
  )
})
