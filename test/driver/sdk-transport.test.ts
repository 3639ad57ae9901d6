import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { LedgerError } from '../../src/base/errors.ts'
import { Driver } from '../../src/driver/driver.ts'
import { createSdkTransport } from '../../src/driver/sdk-transport.ts'
import { WireError } from '../../src/protocol/message.ts'
import { SimEnv } from '../support/sim-env.ts'

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not a secret' }

/** A driver before a server that gives one answer to everything, or none when `status` is 0. */
async function driverBefore(t: TestContext, status: number, body: string, headers: Record<string, string> = {}) {
  const requests: { url: string; headers: Record<string, unknown> }[] = []
  const server = createServer((request, response) => {
    requests.push({ url: `${request.method} ${request.url}`, headers: request.headers })
    request.resume()
    if (status !== 0) response.writeHead(status, headers).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const transport = createSdkTransport({ endpoint, region: 'eu-west-1', credentials })
  const driver = new Driver(transport, 'fleet', new SimEnv(1))
  t.after(async () => {
    await driver.close()
    server.closeAllConnections()
    server.close()
  })
  return { driver, endpoint, requests }
}

async function failureOf(driver: Driver, signal?: AbortSignal): Promise<unknown> {
  return driver.begin(signal === undefined ? {} : { signal }).then(
    () => assert.fail('it was accepted'),
    (reason: unknown) => reason,
  )
}

test('a request is signed for QLDB in its region and made once', async (t) => {
  const { driver, requests } = await driverBefore(
    t,
    503,
    '{"__type":"ServiceUnavailableException","Message":"not now"}',
  )
  const error = await failureOf(driver)
  assert.ok(error instanceof WireError && error.name === 'ServiceUnavailable', String(error))
  assert.equal(requests.length, 1)
  assert.equal(requests[0]?.url, 'POST /')
  assert.equal(requests[0]?.headers['x-amz-target'], 'QLDBSession.SendCommand')
  assert.equal(requests[0]?.headers['content-type'], 'application/x-amz-json-1.0')
  assert.match(String(requests[0]?.headers['authorization']), /\/eu-west-1\/qldb\/aws4_request/)
})

test('an error without the header keeps its meaning', async (t) => {
  const body = JSON.stringify({
    __type: 'com.amazonaws.qldb.session#InvalidSessionException',
    Message: 'No such session',
    Code: '401',
  })
  const { driver } = await driverBefore(t, 400, body)
  const error = await failureOf(driver)
  assert.ok(error instanceof WireError)
  assert.deepEqual([error.name, error.message, error.code], ['InvalidSessionException', 'No such session', '401'])
})

test('a server that is no ledger is named as such', async (t) => {
  for (const [status, body] of [
    [200, '<html>hello</html>'],
    [404, '<html>not found</html>'],
    [404, '{"Message":"not found"}'],
    [201, '{"StartSession":{"SessionToken":"AAAA"}}'],
    [200, '{}'],
  ] as const) {
    const { driver } = await driverBefore(t, status, body)
    const error = await failureOf(driver)
    assert.ok(error instanceof LedgerError, `${status} ${body}: ${error}`)
    assert.equal(error.code, 'endpoint/malformed-answer')
  }
})

test('refused credentials are an error of their own', async (t) => {
  const body = JSON.stringify({
    __type: 'com.amazon.coral.service#UnrecognizedClientException',
    message: 'The security token included in the request is invalid.',
  })
  const { driver, endpoint } = await driverBefore(t, 400, body)
  const error = await failureOf(driver)
  assert.ok(error instanceof LedgerError)
  assert.equal(error.code, 'endpoint/credentials')
  assert.equal(
    error.message,
    `'${endpoint}' refused the credentials: The security token included in the request is invalid.`,
  )
  assert.ok(error.help !== undefined)
})

test('a signal ends the wait for an answer', async (t) => {
  const { driver, requests } = await driverBefore(t, 0, '')
  const controller = new AbortController()
  const failure = failureOf(driver, controller.signal)
  while (requests.length === 0) await new Promise((resolve) => setImmediate(resolve))
  controller.abort()
  const error = await failure
  assert.ok(error instanceof LedgerError)
  assert.equal(error.code, 'cancelled/by-user')
})
