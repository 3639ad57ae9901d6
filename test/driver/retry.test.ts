import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type ErrorCode, LedgerError } from '../../src/base/errors.ts'
import { describeFailure } from '../../src/driver/failure.ts'
import { isRetryable, retryDelayMs } from '../../src/driver/retry.ts'
import { internalFaultText } from '../../src/protocol/error-texts.ts'
import { WireError, type WireErrorName } from '../../src/protocol/message.ts'
import { SimEnv } from '../support/sim-env.ts'

const id = 'HgXAkLjAtV0HQ4lNYdzX60'

/** Error, its kind for the user, tried again before the commit, tried again on the commit. */
const wireTable: readonly (readonly [WireErrorName, string, string, boolean, boolean])[] = [
  ['OccConflictException', 'x', 'conflict', true, true],
  ['InternalFailure', 'x', 'unavailable', true, false],
  ['InternalFailure', internalFaultText, 'bug', true, false],
  ['ServiceUnavailable', 'x', 'unavailable', true, true],
  ['InvalidSessionException', 'No such session', 'dead-session', true, true],
  ['InvalidSessionException', `Session ${id} has expired`, 'dead-session', true, true],
  ['InvalidSessionException', `Transaction ${id} has expired`, 'expired', false, false],
  ['RateExceededException', 'x', 'unavailable', true, false],
  ['CapacityExceededException', 'x', 'unavailable', true, false],
  ['LimitExceededException', 'x', 'unavailable', false, false],
  ['BadRequestException', 'x', 'statement', false, false],
]

test('answers of an endpoint are retried as the drivers do, but for a 500 on commit', () => {
  for (const [name, message, kind, before, onCommit] of wireTable) {
    const error = new WireError(name, message)
    const found = [describeFailure(error).kind, isRetryable(error, false), isRetryable(error, true)]
    assert.deepEqual(found, [kind, before, onCommit], `${name} ${message}`)
  }
})

const ledgerTable: readonly (readonly [ErrorCode, string, boolean])[] = [
  ['endpoint/unreachable', 'unavailable', true],
  ['endpoint/failed', 'unavailable', true],
  ['endpoint/malformed-answer', 'unavailable', false],
  ['endpoint/credentials', 'unavailable', false],
  ['cancelled/by-user', 'cancelled', false],
  ['transaction/not-open', 'statement', false],
  ['transaction/expired', 'expired', false],
  ['session/not-found', 'dead-session', false],
  ['store/corrupt', 'unavailable', false],
]

test('a broken connection is retried, but never after a commit was sent', () => {
  for (const [code, kind, before] of ledgerTable) {
    const error = new LedgerError(code, 'x')
    const found = [describeFailure(error).kind, isRetryable(error, false), isRetryable(error, true)]
    assert.deepEqual(found, [kind, before, false], code)
  }
})

test('anything else is a bug, and not retried', () => {
  assert.deepEqual(describeFailure(new TypeError('x')), { kind: 'bug', message: 'x', summary: 'x', code: 'bug' })
  assert.equal(describeFailure('thrown text').message, 'thrown text')
  assert.equal(isRetryable(new TypeError('x'), false), false)
})

test('a failure has the most telling code, and the help of its cause', () => {
  const cause = new LedgerError('catalog/table-exists', 'x', { help: 'drop it' })
  const embedded = new WireError('BadRequestException', 'x', '412', undefined, { cause })
  assert.deepEqual(describeFailure(embedded), {
    kind: 'statement',
    message: 'x',
    summary: 'x',
    code: 'catalog/table-exists',
    help: 'drop it',
  })
  assert.equal(describeFailure(new WireError('BadRequestException', 'x', '412')).code, '412')
  assert.equal(describeFailure(new WireError('BadRequestException', 'x')).code, 'BadRequestException')
})

test('a wait is a random part of min(5000, 10 * 2^attempt) ms', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 30 }), (seed, attempt) => {
      const delayMs = retryDelayMs(attempt, new SimEnv(seed))
      assert.ok(delayMs >= 0 && delayMs < Math.min(5000, 10 * 2 ** attempt))
    }),
  )
})
