import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LedgerError } from '../../src/base/errors.ts'
import { span } from '../../src/base/span.ts'
import { internalFaultText } from '../../src/protocol/error-texts.ts'
import { type SendCommandResponse, WireError } from '../../src/protocol/message.ts'
import {
  cloneError,
  createSharedWords,
  detachRequest,
  packValues,
  reviveError,
  unpackValues,
} from '../../src/protocol/worker-message.ts'

const id = 'HgXAkLjAtV0HQ4lNYdzX60'

/** As it arrives in the other thread. */
const across = (error: unknown) => reviveError(structuredClone(cloneError(error)))

test('errors arrive with their class and all they say', () => {
  const cause = new LedgerError('catalog/table-exists', 'it exists', { span: span(3, 5), help: 'drop it' })
  const ledger = across(cause) as LedgerError
  assert.ok(ledger instanceof LedgerError)
  assert.deepEqual(
    [ledger.code, ledger.message, ledger.span, ledger.help, ledger.kind],
    ['catalog/table-exists', 'it exists', { start: 3, end: 5 }, 'drop it', 'input'],
  )
  const wire = across(new WireError('BadRequestException', 'it exists', '412', 'request-1', { cause })) as WireError
  assert.ok(wire instanceof WireError)
  assert.deepEqual(
    [wire.name, wire.message, wire.code, wire.requestId],
    ['BadRequestException', 'it exists', '412', 'request-1'],
  )
  assert.equal((wire.cause as LedgerError).help, 'drop it')
})

test('what else is wrong with a statement arrives with it', () => {
  const others = [
    new LedgerError('semantic/no-such-function', 'No such function: f', { span: span(7, 8), help: 'g' }),
    new LedgerError('semantic/no-such-variable', "No such variable named 'y'"),
  ]
  const cause = new LedgerError('semantic/no-such-variable', "No such variable named 'x'", { others })
  const wire = across(new WireError('BadRequestException', 'x', '412', undefined, { cause })) as WireError
  const arrived = (wire.cause as LedgerError).others
  assert.ok(arrived.every((other) => other instanceof LedgerError))
  assert.deepEqual(
    arrived.map(({ code, message, span, help }) => ({ code, message, span, help })),
    others.map(({ code, message, span, help }) => ({ code, message, span, help })),
  )
  assert.deepEqual((across(cause) as LedgerError).others.length, 2)
  assert.deepEqual((wire.cause as LedgerError).at(span(0, 1)).others, arrived)
})

test('an error that is neither arrives as a fault of ours, without what it was', () => {
  const error = across(new TypeError('secret')) as WireError
  assert.deepEqual([error.name, error.message], ['InternalFailure', internalFaultText])
})

test('the values of a page are packed into one block and come out again', () => {
  const pool = Uint8Array.from([9, 1, 2, 3, 9])
  const page = {
    Values: [{ IonBinary: pool.subarray(1, 3) }, { IonBinary: pool.subarray(3, 4) }],
    NextPageToken: 'abcd',
  }
  const timing = { TimingInformation: { ProcessingTimeMilliseconds: 1 } }
  const responses: SendCommandResponse[] = [
    { ExecuteStatement: { FirstPage: page, ...timing } },
    { FetchPage: { Page: page, ...timing } },
    { ExecuteStatement: { FirstPage: { Values: [] } } },
  ]
  for (const response of responses) {
    const packed = packValues(response)
    assert.ok(packed !== undefined)
    assert.equal(packed.values.bytes.buffer.byteLength, packed.values.bytes.length)
    const clone = structuredClone(packed)
    assert.deepEqual(unpackValues(clone.response, clone.values), response)
  }
  assert.equal(packValues({ EndSession: {} }), undefined)
})

test('a parameter takes along no memory but its own', () => {
  const IonBinary = Buffer.from([1, 2, 3])
  const request = detachRequest({
    ExecuteStatement: { TransactionId: id, Statement: '?', Parameters: [{ IonBinary }] },
  })
  const sent = request.ExecuteStatement?.Parameters?.[0]?.IonBinary
  assert.deepEqual([...(sent as Uint8Array)], [1, 2, 3])
  assert.equal(sent?.buffer.byteLength, 3)
})

test('a parameter that is given twice over arrives so, to be refused', () => {
  const holder = { IonBinary: Buffer.from([1]), IonText: '1' }
  const request = detachRequest({ ExecuteStatement: { TransactionId: id, Statement: '?', Parameters: [holder] } })
  assert.equal(request.ExecuteStatement?.Parameters?.[0]?.IonText, '1')
})

test('the shared words are shared', () => {
  const words = createSharedWords()
  const other = structuredClone(words)
  Atomics.store(other, 0, 7)
  assert.equal(Atomics.load(words, 0), 7)
})
