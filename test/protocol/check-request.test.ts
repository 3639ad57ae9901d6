import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkParameters, checkRequest, parameterQuotas } from '../../src/protocol/check-request.ts'
import { type SendCommandRequest, WireError } from '../../src/protocol/message.ts'

const id = 'HgXAkLjAtV0HQ4lNYdzX60'

function refused(check: () => unknown, message: RegExp): void {
  assert.throws(
    check,
    (error) => error instanceof WireError && error.name === 'BadRequestException' && message.test(error.message),
    String(message),
  )
}

test('well formed commands pass and are named', () => {
  const digest = new Uint8Array(32)
  const requests: SendCommandRequest[] = [
    { StartSession: { LedgerName: 'a' } },
    { SessionToken: 'ab+/=-', StartTransaction: {} },
    { SessionToken: 'abcd', CommitTransaction: { TransactionId: id, CommitDigest: digest } },
    { SessionToken: 'abcd', FetchPage: { TransactionId: id, NextPageToken: 'abcd' } },
  ]
  const names = requests.map((request) => checkRequest(request))
  assert.deepEqual(names, ['StartSession', 'StartTransaction', 'CommitTransaction', 'FetchPage'])
})

test('ledger names follow the model', () => {
  for (const name of ['fleet', 'a', 'a-b-c', '1a', 'x'.repeat(32)]) {
    assert.equal(checkRequest({ StartSession: { LedgerName: name } }), 'StartSession')
  }
  for (const name of ['', 'x'.repeat(33), '-a', 'a-', 'a--b', '123', 'a_b', 'a b', 'é']) {
    refused(() => checkRequest({ StartSession: { LedgerName: name } }), /^The parameter LedgerName is not valid/)
  }
})

test('tokens, transaction ids and digests follow the model', () => {
  const execute = { TransactionId: 'short', Statement: 'x' }
  refused(() => checkRequest({ StartTransaction: {} }), /SessionToken is not valid: it is missing/)
  for (const token of ['abc', 'a b c', 'x'.repeat(1025)]) {
    refused(() => checkRequest({ SessionToken: token, EndSession: {} }), /^The parameter SessionToken is not valid$/)
    refused(
      () => checkRequest({ SessionToken: 'abcd', FetchPage: { TransactionId: id, NextPageToken: token } }),
      /^The parameter NextPageToken is not valid$/,
    )
  }
  refused(() => checkRequest({ SessionToken: 'abcd', ExecuteStatement: execute }), /TransactionId is not valid/)
  const fetch = { TransactionId: 'short', NextPageToken: 'abcd' }
  refused(() => checkRequest({ SessionToken: 'abcd', FetchPage: fetch }), /TransactionId is not valid/)
  refused(
    () =>
      checkRequest({
        SessionToken: 'abcd',
        CommitTransaction: { TransactionId: id, CommitDigest: new Uint8Array(31) },
      }),
    /CommitDigest is not valid: it has 31 bytes, 32 are needed/,
  )
  refused(() => checkRequest({}), /exactly one command/)
  refused(() => checkRequest({ SessionToken: 'abcd', EndSession: {}, AbortTransaction: {} }), /exactly one command/)
})

test('quotas on parameters hold only where they are asked for', () => {
  const strict = parameterQuotas(true)
  const wide = parameterQuotas(false)
  const binary = (length: number) => [{ IonText: '1' }, { IonBinary: new Uint8Array(length) }]
  const text = (length: number) => [{ IonText: '1'.repeat(length) }]
  checkParameters([...binary(131_072), ...text(1_048_576)], strict)
  refused(() => checkParameters(binary(131_073), strict), /Parameters\[1\] is not valid: it has 131073 bytes/)
  refused(() => checkParameters(text(1_048_577), strict), /Parameters\[0\] is not valid: it has 1048577 characters/)
  checkParameters([...binary(131_073), ...text(1_048_577)], wide)
})

test('a parameter has exactly one form', () => {
  const check = (holder: object) => checkParameters([holder], parameterQuotas(false))
  check({ IonText: '5' })
  refused(() => check({}), /Parameters\[0\] is not valid: it needs either/)
  refused(() => check({ IonText: '5', IonBinary: new Uint8Array(1) }), /it needs either/)
  refused(() => check({ IonText: '' }), /it is empty/)
})
