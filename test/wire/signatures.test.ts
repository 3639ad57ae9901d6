import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, type TestContext, test } from 'node:test'
import { DescribeLedgerCommand, ListTagsForResourceCommand, TagResourceCommand } from '@aws-sdk/client-qldb'
import { SendCommandCommand } from '@aws-sdk/client-qldb-session'
import { SignatureV4 } from '@smithy/signature-v4'
import { listenHttpService } from '../../src/server/http/http-server.ts'
import { controlClient, credentials, nodeDriver, region, sessionClient, simEnvNow, startWire } from './wire-server.ts'

const keys = new Map([
  [credentials.accessKeyId, credentials.secretAccessKey],
  ['AKIDOTHER', 'another secret'],
])

const open = (t: TestContext) => startWire(t, { keys })
const startSession = new SendCommandCommand({ StartSession: { LedgerName: 'fleet' } })

class Sha256 {
  readonly #hash = createHash('sha256')
  readonly #key: string | Uint8Array | undefined

  constructor(key?: string | Uint8Array) {
    this.#key = key
    if (key !== undefined) this.#inner(key)
  }

  /** HMAC by its definition (RFC 2104): the signer asks one class for both. */
  #inner(key: string | Uint8Array) {
    this.#hash.update(padded(key, 0x36))
  }

  update(data: string | Uint8Array) {
    this.#hash.update(data)
  }

  async digest(): Promise<Uint8Array> {
    const inner = this.#hash.digest()
    if (this.#key === undefined) return inner
    return createHash('sha256').update(padded(this.#key, 0x5c)).update(inner).digest()
  }

  reset() {}
}

function padded(key: string | Uint8Array, mask: number): Buffer {
  const bytes = Buffer.from(key as string)
  const short = bytes.length > 64 ? createHash('sha256').update(bytes).digest() : bytes
  return Buffer.from(Array.from({ length: 64 }, (_, index) => (short[index] ?? 0) ^ mask))
}

/** A request signed by Amazon's signer, for a date of ours, to be changed before it is sent. */
async function signed(
  url: string,
  nowMs: number,
  options: { body?: string; presign?: number; secret?: string; extra?: string[] } = {},
) {
  const { hostname, port } = new URL(url)
  const signer = new SignatureV4({
    service: 'qldb',
    region,
    credentials: { ...credentials, secretAccessKey: options.secret ?? credentials.secretAccessKey },
    sha256: Sha256 as never,
  })
  const body = options.body ?? JSON.stringify({ StartSession: { LedgerName: 'fleet' } })
  const request = {
    method: 'POST',
    protocol: 'http:',
    hostname,
    port: Number(port),
    path: '/',
    query: { extra: options.extra ?? "a b+c/'(x)*" },
    headers: {
      host: `${hostname}:${port}`,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'QLDBSession.SendCommand',
    } as Record<string, string>,
    body,
  }
  const signingDate = new Date(nowMs)
  return options.presign === undefined
    ? signer.sign(request, { signingDate })
    : signer.presign(request, {
        signingDate,
        expiresIn: options.presign,
        signableHeaders: new Set(['content-type', 'x-amz-target', 'host']),
        unhoistableHeaders: new Set(['x-amz-target', 'x-amz-content-sha256']),
      })
}

type Signed = Awaited<ReturnType<typeof signed>>

async function sendSigned(url: string, request: Signed, changes: { body?: string; query?: string } = {}) {
  const encode = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)
  const query = Object.entries(request.query ?? {}).flatMap(([name, value]) =>
    [value].flat().map((one) => `${encode(name)}=${encode(String(one))}`),
  )
  const response = await fetch(`${url}/?${query.join('&')}${changes.query ?? ''}`, {
    method: 'POST',
    headers: request.headers,
    body: changes.body ?? request.body,
  })
  const body = (await response.json()) as { __type?: string; Message?: string }
  return {
    status: response.status,
    type: body.__type,
    message: body.Message,
    header: response.headers.get('x-amzn-errortype'),
  }
}

describe('with keys', () => {
  test("Amazon's clients and driver are let in with a key", async (t) => {
    const server = await open(t)
    const driver = nodeDriver(t, server)
    await driver.executeLambda((executor) => executor.execute('CREATE TABLE T'))
    const control = controlClient(t, server.url, { accessKeyId: 'AKIDOTHER', secretAccessKey: 'another secret' })
    const { Arn: ResourceArn } = await control.send(new DescribeLedgerCommand({ Name: 'fleet' }))
    await control.send(new TagResourceCommand({ ResourceArn, Tags: { a: 'b' } }))
    assert.deepEqual((await control.send(new ListTagsForResourceCommand({ ResourceArn }))).Tags, { a: 'b' })
    assert.deepEqual(
      new Set(server.log.map(({ accessKeyId }) => accessKeyId)),
      new Set([credentials.accessKeyId, 'AKIDOTHER']),
    )
  })

  test('a wrong secret and an unknown key are refused by their names', async (t) => {
    const server = await open(t)
    const wrong = sessionClient(t, server.url, { ...credentials, secretAccessKey: 'guessed' })
    await assert.rejects(wrong.send(startSession), { name: 'InvalidSignatureException' })
    const unknown = sessionClient(t, server.url, { accessKeyId: 'AKIDNOBODY', secretAccessKey: 'x' })
    await assert.rejects(unknown.send(startSession), { name: 'UnrecognizedClientException' })
    const control = controlClient(t, server.url, { ...credentials, secretAccessKey: 'guessed' })
    await assert.rejects(control.send(new DescribeLedgerCommand({ Name: 'fleet' })), {
      name: 'InvalidSignatureException',
    })
    assert.equal(server.service.router.sessions, 0)
  })

  test('nothing is to be had without a signature', async (t) => {
    const { url } = await open(t)
    for (const [method, path] of [
      ['GET', '/health'],
      ['GET', '/metrics'],
      ['GET', '/ledgers'],
      ['POST', '/'],
      ['GET', '/nothing'],
    ] as const) {
      const response = await fetch(url + path, { method })
      assert.equal(response.status, 403, path)
      assert.equal(response.headers.get('x-amzn-errortype'), 'MissingAuthenticationTokenException')
    }
  })

  test('a changed body, target, query or signature is refused', async (t) => {
    const { url, env } = await open(t)
    const request = await signed(url, env.nowMs())
    assert.equal((await sendSigned(url, request)).status, 200)
    const other = JSON.stringify({ StartSession: { LedgerName: 'other' } })
    assert.equal((await sendSigned(url, request, { body: other })).type, 'InvalidSignatureException')
    assert.equal((await sendSigned(url, request, { query: '&more=1' })).type, 'InvalidSignatureException')
    const authorization = request.headers['authorization'] as string
    const changed = (headers: Record<string, string>) =>
      sendSigned(url, { ...request, headers: { ...request.headers, ...headers } } as Signed)
    const flipped = authorization.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))
    assert.equal((await changed({ authorization: flipped })).type, 'InvalidSignatureException')
    assert.equal((await changed({ 'x-amz-target': 'QLDBSession.Other' })).type, 'InvalidSignatureException')
    assert.equal((await changed({ 'x-amz-security-token': 'more' })).type, 'IncompleteSignatureException')
    assert.equal((await changed({ 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' })).type, 'InvalidSignatureException')
    for (const bad of ['', 'AWS4-HMAC-SHA256', 'Basic YTpi', authorization.replace('/qldb/', '/s3/')]) {
      const { status, type } = await changed({ authorization: bad })
      assert.deepEqual([status, type], [403, 'IncompleteSignatureException'], bad)
    }
  })

  test('five minutes of difference between the clocks are allowed, to either side', async (t) => {
    const { url, env } = await open(t)
    const minutes = 60_000
    const answerAt = async (ms: number) => sendSigned(url, await signed(url, env.nowMs() + ms))
    for (const ms of [-4 * minutes, 0, 4 * minutes]) assert.equal((await answerAt(ms)).status, 200)
    const late = await answerAt(-6 * minutes)
    assert.equal(late.type, 'InvalidSignatureException')
    assert.match(late.message ?? '', /^Signature expired: /)
    assert.match((await answerAt(6 * minutes)).message ?? '', /^Signature not yet current: /)
  })

  test('a presigned address is good until it expires', async (t) => {
    const { url, env } = await open(t)
    const request = await signed(url, env.nowMs(), { presign: 60 })
    assert.equal((await sendSigned(url, request)).status, 200)
    assert.equal((await sendSigned(url, request, { body: '{}' })).type, 'InvalidSignatureException')
    const longest = await signed(url, env.nowMs(), { presign: 604_800 })
    assert.equal((await sendSigned(url, longest)).status, 200)
    env.advance(61_000)
    const late = await sendSigned(url, request)
    assert.deepEqual([late.status, late.type], [403, 'InvalidSignatureException'])
    assert.match(late.message ?? '', /^Signature expired/)
    const forged = { ...request, query: { ...request.query, 'X-Amz-Expires': '3600' } } as Signed
    assert.equal((await sendSigned(url, forged)).type, 'InvalidSignatureException')
    const eternal = { ...request, query: { ...request.query, 'X-Amz-Expires': '604801' } } as Signed
    assert.equal((await sendSigned(url, eternal)).type, 'IncompleteSignatureException')
  })

  test('a presigned address has each field of its signature once, and of the day it was signed', async (t) => {
    const { url, env } = await open(t)
    const request = await signed(url, env.nowMs(), { presign: 60 })
    const twice = await sendSigned(url, request, { query: '&X-Amz-Expires=60' })
    assert.equal(twice.type, 'IncompleteSignatureException')
    assert.match(twice.message ?? '', /'X-Amz-Expires' appears twice/)
    const credential = String(request.query?.['X-Amz-Credential']).replace(/\/\d{8}\//, '/20200101/')
    const older = { ...request, query: { ...request.query, 'X-Amz-Credential': credential } } as Signed
    const late = await sendSigned(url, older)
    assert.equal(late.type, 'IncompleteSignatureException')
    assert.match(late.message ?? '', /date is not the date of the request/)
  })

  test('a presigned address may have a field of its own twice', async (t) => {
    const { url, env } = await open(t)
    const request = await signed(url, env.nowMs(), { presign: 60, extra: ['a', 'b'] })
    assert.equal((await sendSigned(url, request)).status, 200)
  })

  test('a body is not read of one who has no key', async (t) => {
    const { url } = await open(t)
    const response = await fetch(url, { method: 'POST', body: 'x'.repeat(1024 * 1024) })
    assert.equal(response.status, 403)
    assert.equal(response.headers.get('connection'), 'close')
  })
})

describe('without keys', () => {
  test('any credentials are taken, or none', async (t) => {
    const { url } = await startWire(t)
    const client = sessionClient(t, url, { accessKeyId: 'whoever', secretAccessKey: 'whatever' })
    assert.ok((await client.send(startSession)).StartSession?.SessionToken)
    assert.equal((await fetch(`${url}/health`)).status, 200)
  })

  test('only this machine is served: the server does not start elsewhere', async (t) => {
    const server = await startWire(t)
    const start = (host: string) =>
      listenHttpService({
        host,
        port: 0,
        router: server.service.router,
        env: simEnvNow(),
        control: undefined as never,
        metrics: undefined as never,
      })
    for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.com', '']) {
      await assert.rejects(start(host), { code: 'usage/invalid-argument' })
    }
  })

  test('web pages are refused, across origins and by a name for this machine', async (t) => {
    const { url, service } = await startWire(t)
    const body = JSON.stringify({ StartSession: { LedgerName: 'fleet' } })
    const target = { 'x-amz-target': 'QLDBSession.SendCommand', 'content-type': 'application/x-amz-json-1.0' }
    const crossOrigin = await fetch(url, {
      method: 'POST',
      body,
      headers: { ...target, origin: 'http://evil.example' },
    })
    assert.equal(crossOrigin.status, 403)
    for (const site of ['cross-site', 'same-site', 'same-origin']) {
      const image = await fetch(`${url}/ledgers`, { headers: { 'sec-fetch-site': site } })
      assert.equal(image.status, 403)
    }
    assert.equal((await fetch(`${url}/ledgers`, { headers: { 'sec-fetch-site': 'none' } })).status, 200)
    const simple = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'text/plain' } })
    assert.equal(simple.status, 400)
    const { request } = await import('node:http')
    const status = await new Promise((resolve) => {
      const rebound = request(`${url}/ledgers`, { headers: { host: 'evil.example:8182' } }, (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      })
      rebound.end()
    })
    assert.equal(status, 403)
    assert.equal(service.router.sessions, 0)
  })
})
