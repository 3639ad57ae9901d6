import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LedgerError } from '../../src/base/errors.ts'
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse } from '../../src/protocol/codec.ts'
import { type SendCommandRequest, type SendCommandResponse, WireError } from '../../src/protocol/message.ts'

const id = 'HgXAkLjAtV0HQ4lNYdzX60'
const bytes = (...items: number[]) => Uint8Array.from(items)

/** Plain copies: a Buffer is not deeply equal to a Uint8Array. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value]
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]))
}

const timing = { TimingInformation: { ProcessingTimeMilliseconds: 7 } }
const usage = { ConsumedIOs: { ReadIOs: 5, WriteIOs: 0 } }

const requests: SendCommandRequest[] = [
  { StartSession: { LedgerName: 'fleet' } },
  { SessionToken: 'abcd', StartTransaction: {} },
  { SessionToken: 'abcd', AbortTransaction: {} },
  { SessionToken: 'abcd', EndSession: {} },
  { SessionToken: 'abcd', CommitTransaction: { TransactionId: id, CommitDigest: bytes(1, 2, 255) } },
  { SessionToken: 'abcd', ExecuteStatement: { TransactionId: id, Statement: 'SELECT 1' } },
  {
    SessionToken: 'abcd',
    ExecuteStatement: {
      TransactionId: id,
      Statement: '?',
      Parameters: [{ IonBinary: bytes(0xe0, 1, 0, 0xea) }, { IonText: '5' }],
    },
  },
  { SessionToken: 'abcd', FetchPage: { TransactionId: id, NextPageToken: 'wxyz' } },
]

const responses: SendCommandResponse[] = [
  { StartSession: { SessionToken: 'abcd', ...timing } },
  { StartTransaction: { TransactionId: id, ...timing } },
  { EndSession: timing },
  { AbortTransaction: timing },
  { CommitTransaction: { TransactionId: id, CommitDigest: bytes(9), ...timing, ...usage } },
  { ExecuteStatement: { FirstPage: { Values: [] }, ...timing, ...usage } },
  { ExecuteStatement: { FirstPage: { Values: [{ IonBinary: bytes(1) }], NextPageToken: 'wxyz' } } },
  { FetchPage: { Page: { Values: [{ IonBinary: bytes(1, 2) }] }, ...timing, ...usage } },
]

test('every request and response survives the way to text and back', () => {
  for (const request of requests) assert.deepEqual(plain(decodeRequest(encodeRequest(request))), plain(request))
  for (const response of responses) assert.deepEqual(plain(decodeResponse(encodeResponse(response))), plain(response))
})

test('statements and blobs of any content survive', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.uint8Array(), (statement, blob) => {
      const request = {
        SessionToken: 'abcd',
        ExecuteStatement: { TransactionId: id, Statement: statement, Parameters: [{ IonBinary: blob }] },
      }
      assert.deepEqual(plain(decodeRequest(encodeRequest(request))), plain(request))
    }),
  )
})

test('blobs are base64 with padding, whether they are buffers or views', () => {
  const commit = (CommitDigest: Uint8Array) =>
    encodeRequest({ SessionToken: 'abcd', CommitTransaction: { TransactionId: id, CommitDigest } })
  const expected = `{"SessionToken":"abcd","CommitTransaction":{"TransactionId":"${id}","CommitDigest":"4AEA6iFA"}}`
  const digest = bytes(0xe0, 1, 0, 0xea, 0x21, 0x40)
  assert.equal(commit(digest), expected)
  assert.equal(commit(Buffer.from(digest)), expected)
  assert.equal(commit(bytes(0, ...digest, 0).subarray(1, 7)), expected)
})

test('a request may have its members in any order, with nulls and members nobody knows', () => {
  const text = `{"Trace":{"a":[1]},"ExecuteStatement":{"Parameters":[{"IonBinary":"4AEA6iFA","IonText":null}],
    "Statement":"INSERT INTO T ?","TransactionId":"${id}","Hint":3},"FetchPage":null,"SessionToken":"abcd"}`
  assert.deepEqual(plain(decodeRequest(text)), {
    SessionToken: 'abcd',
    ExecuteStatement: {
      TransactionId: id,
      Statement: 'INSERT INTO T ?',
      Parameters: [{ IonBinary: [0xe0, 1, 0, 0xea, 0x21, 0x40] }],
    },
  })
})

const badRequests: readonly (readonly [string, RegExp])[] = [
  ['', /the body is not JSON/],
  ['[]', /the body is not a JSON object/],
  ['{}', /exactly one command is needed, found none/],
  ['{"StartTransaction":{},"EndSession":{}}', /found StartTransaction, EndSession/],
  ['{"StartTransaction":[]}', /'StartTransaction' is not a JSON object/],
  ['{"StartSession":{}}', /'StartSession.LedgerName' is missing/],
  ['{"StartSession":{"LedgerName":5}}', /'StartSession.LedgerName' is not a string/],
  ['{"SessionToken":1,"EndSession":{}}', /'SessionToken' is not a string/],
  ['{"CommitTransaction":{"TransactionId":"x","CommitDigest":"a"}}', /'CommitTransaction.CommitDigest' is not base64/],
  ['{"CommitTransaction":{"TransactionId":"x"}}', /'CommitTransaction.CommitDigest' is missing/],
  [
    '{"ExecuteStatement":{"TransactionId":"x","Statement":"x","Parameters":{}}}',
    /'ExecuteStatement.Parameters' is not a/,
  ],
  [
    '{"ExecuteStatement":{"TransactionId":"x","Statement":"x","Parameters":[{"IonBinary":"#"}]}}',
    /'ExecuteStatement.Parameters\[0\].IonBinary' is not base64/,
  ],
]

test('what is no request is refused with a BadRequestException that names the place', () => {
  for (const [text, message] of badRequests) {
    assert.throws(
      () => decodeRequest(text),
      (error) => error instanceof WireError && error.name === 'BadRequestException' && message.test(error.message),
      text,
    )
  }
})

test('base64 has whole groups and at most two signs of padding, whatever its length', () => {
  const blobOf = (IonBinary: string) => {
    const command = { TransactionId: 'x', Statement: 'x', Parameters: [{ IonBinary }] }
    return decodeRequest(JSON.stringify({ ExecuteStatement: command })).ExecuteStatement?.Parameters?.[0]?.IonBinary
  }
  for (const text of ['', 'AA==', 'AAA=', 'AAAA', '+/A='])
    assert.equal(blobOf(text)?.length, (text.replace(/=/g, '').length * 3) >> 2)
  for (const text of ['A', 'AA', 'AAA', 'A===', 'AA=', '====', 'AA==AAAA', 'A-_=', 'AAAA=']) {
    assert.throws(() => blobOf(text), { name: 'BadRequestException' }, text)
  }
  assert.equal(blobOf('A'.repeat(24_000_000))?.length, 18_000_000)
  assert.throws(() => blobOf(`${'A'.repeat(23_999_999)}#`), /is not base64/)
})

test('JSON that nests without end is refused before it is parsed', () => {
  for (const text of ['['.repeat(1_000_000), `{"a":"\\"[","b":${'{"c":'.repeat(100_000)}`]) {
    assert.throws(() => decodeRequest(text), /nests too deep/)
  }
  const member = `"${'[{\\"'.repeat(50_000)}"`
  assert.throws(
    () => decodeRequest(`{"StartSession":{"LedgerName":"a"},"Unknown":${member},"EndSession":{}}`),
    /exactly one/,
  )
})

test('what is no response is a malformed answer', () => {
  for (const text of ['<html>', '{}', '{"ExecuteStatement":{}}', '{"StartSession":{"TimingInformation":{}}}']) {
    assert.throws(
      () => decodeResponse(text),
      (error) => error instanceof LedgerError && error.code === 'endpoint/malformed-answer',
      text,
    )
  }
})

test('a last page may say so with null, and a page may lack its values', () => {
  const answer = decodeResponse('{"FetchPage":{"Page":{"NextPageToken":null}}}')
  assert.deepEqual(answer, { FetchPage: { Page: { Values: [] } } })
})
