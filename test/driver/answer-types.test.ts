import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Driver } from '../../src/driver/driver.ts'
import type { Transport } from '../../src/driver/transport.ts'
import { type SendCommandRequest, type SendCommandResponse, WireError } from '../../src/protocol/message.ts'
import { isError } from '../ledger/ledger-fixture.ts'
import { SimEnv } from '../support/sim-env.ts'

/** An endpoint that answers as `answers` says, and otherwise as one should; it counts its commits. */
function endpoint(answers: (request: SendCommandRequest) => unknown) {
  const counts = { commits: 0 }
  const transport: Transport = {
    description: 'here',
    cancels: 'waiting',
    async send(request) {
      if (request.CommitTransaction !== undefined) counts.commits += 1
      return (answers(request) ?? usual(request)) as SendCommandResponse
    },
    close: async () => undefined,
  }
  return { counts, driver: new Driver(transport, 'fleet', new SimEnv(1)) }
}

function usual(request: SendCommandRequest): SendCommandResponse {
  if (request.StartSession !== undefined) return { StartSession: { SessionToken: 'A'.repeat(64) } }
  if (request.StartTransaction !== undefined) return { StartTransaction: { TransactionId: 'A'.repeat(22) } }
  if (request.ExecuteStatement !== undefined) return { ExecuteStatement: { FirstPage: { Values: [] } } }
  return { AbortTransaction: {} }
}

const insert = (driver: Driver) => driver.execute((one) => one.execute("INSERT INTO T {'a': 1}"))

test('a server that fails while it commits leaves the outcome unknown: that is said, and the transaction is not run again', async () => {
  const { driver, counts } = endpoint((request) => {
    if (request.CommitTransaction !== undefined) throw new WireError('InternalFailure', 'out of order')
  })
  await assert.rejects(insert(driver), isError('transaction/unknown-outcome', /was committed: out of order/))
  assert.equal(counts.commits, 1)
})

test('a server that does not take a commit is asked again', async () => {
  const { driver, counts } = endpoint((request) => {
    if (request.CommitTransaction !== undefined) throw new WireError('ServiceUnavailable', 'busy')
  })
  await assert.rejects(insert(driver), /busy/)
  assert.ok(counts.commits > 1)
})

test('identifiers that are no text are the fault of the endpoint', async () => {
  for (const wrong of [7, { a: 1 }, '', ['x']]) {
    const sessions = endpoint((request) => request.StartSession && { StartSession: { SessionToken: wrong } })
    await assert.rejects(
      insert(sessions.driver),
      isError('endpoint/malformed-answer', /'SessionToken' that is not a text/),
    )
    const transactions = endpoint(
      (request) => request.StartTransaction && { StartTransaction: { TransactionId: wrong } },
    )
    await assert.rejects(
      insert(transactions.driver),
      isError('endpoint/malformed-answer', /'TransactionId' that is not a text/),
    )
  }
})
