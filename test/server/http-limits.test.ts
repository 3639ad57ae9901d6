import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, type TestContext, test } from 'node:test'
import { ControlPlane } from '../../src/server/control-plane/control-plane.ts'
import { type SendCommandRequest, type SendCommandResponse, WireError } from '../../src/protocol/message.ts'
import type { HttpLimits } from '../../src/server/http/http-limits.ts'
import { type HttpServiceOptions, listenHttpService } from '../../src/server/http/http-server.ts'
import { ServiceMetrics } from '../../src/server/http/metrics-service.ts'
import { LedgerError } from '../../src/base/errors.ts'
import { connectionRequestsMax, requestMembersMax, statementParametersMax } from '../../src/base/limits.ts'
import { SimEnv } from '../support/sim-env.ts'

type Send = (request: SendCommandRequest, signal?: AbortSignal) => Promise<SendCommandResponse>

const okAnswer: SendCommandResponse = { StartSession: { SessionToken: 'AAAA' } }
const startSession = JSON.stringify({ StartSession: { LedgerName: 'fleet' } })

/** The listener alone, before a router that does as the test says. */
async function listen(t: TestContext, send: Send, limits: Partial<HttpLimits> = {}) {
  const env = new SimEnv(1)
  const router = { send, sessions: 0, transactions: 0 } as unknown as HttpServiceOptions['router']
  const metrics = new ServiceMetrics(router, { size: 1, busy: 0 } as never, 'test', () => 0)
  const faults: unknown[] = []
  const log: { status: number; error: string | undefined; operation: string }[] = []
  const service = await listenHttpService({
    host: '127.0.0.1',
    port: 0,
    router,
    control: new ControlPlane({} as never, undefined, env, 'us-east-1'),
    metrics,
    env,
    limits,
    onFault: (error) => faults.push(error),
    onAccess: ({ status, error, operation }) => log.push({ status, error, operation }),
  })
  t.after(() => service.close())
  return { service, faults, log }
}

/** A client that sends exactly what the test gives it. */
async function dial(t: TestContext, port: number): Promise<Client> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const client = new Client(socket)
  t.after(() => socket.destroy())
  return client
}

class Client {
  readonly socket: Socket
  text = ''
  readonly ended: Promise<unknown>

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (part) => {
      this.text += part.toString('latin1')
    })
    socket.on('error', () => undefined)
    this.ended = new Promise((resolve) => socket.once('close', resolve))
  }

  async answered(): Promise<string> {
    while (!this.text.includes('\r\n\r\n')) await once(this.socket, 'data')
    return this.text
  }
}

const head = (length: number | string, more = '') =>
  `POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/x-amz-json-1.0\r\n` +
  `x-amz-target: QLDBSession.SendCommand\r\ncontent-length: ${length}\r\n${more}\r\n`

/** How often it is asked whether something has come to be: it takes a few turns of the event loop. */
const asksMax = 5_000

async function becomes(isSo: () => Promise<boolean>): Promise<void> {
  for (let asks = 0; !(await isSo()); asks += 1) {
    assert.ok(asks < asksMax, 'it never comes to be')
    await new Promise(setImmediate)
  }
}

describe('limits of the listener', () => {
  test('several requests on one connection, one after the other', async (t) => {
    const { service, log } = await listen(t, async () => okAnswer)
    const client = await dial(t, service.port)
    const request = head(startSession.length) + startSession
    client.socket.write(request + request + request)
    while (log.length < 3) await once(client.socket, 'data')
    assert.equal(client.text.match(/HTTP\/1\.1 200 OK/g)?.length, 3)
    assert.equal(new Set(client.text.match(/x-amzn-requestid: \w{22}/g)).size, 3)
  })

  test('two hosts, other transfer codings and members that come twice are refused', async (t) => {
    const { service } = await listen(t, async () => okAnswer)
    const answerTo = async (request: string) => {
      const client = await dial(t, service.port)
      client.socket.write(request)
      return client.answered()
    }
    const chunk = `${startSession.length.toString(16)}\r\n${startSession}\r\n0\r\n\r\n`
    const coded = (coding: string) =>
      answerTo(head(0).replace('content-length: 0', `transfer-encoding: ${coding}`) + chunk)
    assert.match(await coded('chunked'), /^HTTP\/1\.1 200 /)
    assert.match(await coded('gzip, chunked'), /^HTTP\/1\.1 501 [\s\S]*'gzip, chunked' is not supported/)
    for (const other of ['127.0.0.1', 'other.example']) {
      const request = head(startSession.length, `HOST: ${other}\r\n`) + startSession
      assert.match(await answerTo(request), /^HTTP\/1\.1 400 [\s\S]*'Host' comes more than once/)
    }
    const twice = '{"StartSession":{"LedgerName":"a","LedgerName":"fleet"}}'
    assert.match(await answerTo(head(twice.length) + twice), /^HTTP\/1\.1 400 [\s\S]*has a member twice/)
  })

  test('a request in absolute form is for the host in its target, not in the header', async (t) => {
    const { service } = await listen(t, async () => okAnswer)
    const answerTo = async (target: string, host: string) => {
      const client = await dial(t, service.port)
      const request = head(startSession.length)
        .replace('POST / ', `POST ${target} `)
        .replace(/host: [^\r]*/i, `host: ${host}`)
      client.socket.write(request + startSession)
      return client.answered()
    }
    for (const target of ['http://127.0.0.1/', 'HTTP://localhost:8182', 'http://[::1]:1/?a=http://x/'])
      assert.match(await answerTo(target, 'other.example'), /^HTTP\/1\.1 200 /, target)
    for (const target of ['http://other.example/', 'http://127.0.0.1@other.example/', 'https://'])
      assert.match(await answerTo(target, '127.0.0.1'), /^HTTP\/1\.1 403 /, target)
    assert.match(await answerTo('http://127.0.0.1/nowhere', '127.0.0.1'), /^HTTP\/1\.1 404 /)
    assert.match(await answerTo('nowhere://127.0.0.1/', '127.0.0.1'), /^HTTP\/1\.1 404 /)
  })

  test('a connection that sends very many requests at once is closed', async (t) => {
    let asked = 0
    const { service } = await listen(t, async () => {
      asked += 1
      return okAnswer
    })
    const client = await dial(t, service.port)
    client.socket.write((head(startSession.length) + startSession).repeat(1_000))
    await client.ended
    assert.ok(asked <= connectionRequestsMax, `${asked} were worked on`)
  })

  test('how many requests a connection may send at once is a limit like others', async (t) => {
    let asked = 0
    const send = async () => {
      asked += 1
      return okAnswer
    }
    const { service } = await listen(t, send, { connectionRequestsMax: 2 })
    const client = await dial(t, service.port)
    client.socket.write((head(startSession.length) + startSession).repeat(20))
    await client.ended
    assert.ok(asked <= 2, `${asked} were worked on`)
  })

  test('a body for the control plane that is too large is refused by the name of its own quota', async (t) => {
    const { service } = await listen(t, async () => okAnswer, { controlBodyBytesMax: 1000 })
    const client = await dial(t, service.port)
    client.socket.write('POST /ledgers HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 1001\r\n\r\n')
    assert.match(await client.answered(), /^HTTP\/1\.1 413 [\s\S]*--quota control-bytes/)
  })

  test('a body that is declared, or turns out, too large is not read to its end', async (t) => {
    const { service } = await listen(t, async () => okAnswer, { bodyBytesMax: 1000 })
    const declared = await dial(t, service.port)
    declared.socket.write(head(1001))
    assert.match(await declared.answered(), /^HTTP\/1\.1 413 [\s\S]*connection: close/i)
    const chunked = await dial(t, service.port)
    chunked.socket.write(head(0).replace('content-length: 0', 'transfer-encoding: chunked'))
    chunked.socket.write(`800\r\n${'x'.repeat(0x800)}\r\n`)
    assert.match(await chunked.answered(), /^HTTP\/1\.1 413 /)
    await chunked.ended
  })

  test('a body in very many small chunks is refused, one in few is taken', async (t) => {
    const { service } = await listen(t, async () => okAnswer)
    const chunked = head(0).replace('content-length: 0', 'transfer-encoding: chunked')
    const chunks = (text: string) => [...text].map((character) => `1\r\n${character}\r\n`).join('')
    const few = await dial(t, service.port)
    few.socket.write(`${chunked}${chunks(startSession)}0\r\n\r\n`)
    assert.match(await few.answered(), /^HTTP\/1\.1 200 /)
    const many = await dial(t, service.port)
    many.socket.write(chunked + chunks(' '.repeat(5_000)))
    assert.match(await many.answered(), /^HTTP\/1\.1 400 [\s\S]*send larger chunks/)
    await many.ended
  })

  test('a body that says to be compressed is refused', async (t) => {
    const { service } = await listen(t, async () => okAnswer)
    const client = await dial(t, service.port)
    client.socket.write(head(startSession.length, 'content-encoding: gzip\r\n') + startSession)
    assert.match(await client.answered(), /^HTTP\/1\.1 415 [\s\S]*'gzip' is not supported/)
  })

  test('headers without end are refused', async (t) => {
    const { service } = await listen(t, async () => okAnswer)
    const client = await dial(t, service.port)
    client.socket.write(head(0, `x-filler: ${'x'.repeat(17 * 1024)}\r\n`))
    assert.match(await client.answered(), /^HTTP\/1\.1 431 /)
  })

  test('all bodies together are bounded: the largest unfinished one gives way, and the room comes back', async (t) => {
    const { service } = await listen(t, async () => okAnswer, { heldBytesMax: 12_000 })
    const slow = await dial(t, service.port)
    slow.socket.write(head(2500) + 'x'.repeat(2400))
    const metrics = async () => (await fetch(`${service.url}/metrics`)).text()
    while (!(await metrics()).includes('qldb_held_bytes 2500')) await new Promise(setImmediate)
    const next = await dial(t, service.port)
    next.socket.write(head(1000) + 'x'.repeat(1000))
    assert.match(await next.answered(), /^HTTP\/1\.1 400 [\s\S]*not JSON/)
    assert.match(await slow.answered(), /^HTTP\/1\.1 503 [\s\S]*SlowDown/)
    while (!(await metrics()).includes('qldb_held_bytes 0')) await new Promise(setImmediate)
    const larger = await dial(t, service.port)
    larger.socket.write(head(4000) + 'x'.repeat(4000))
    assert.match(await larger.answered(), /^HTTP\/1\.1 503 [\s\S]*SlowDown/)
  })

  test('a client that never ends its request is cut off', async (t) => {
    const { service } = await listen(t, async () => okAnswer, { requestMsMax: 60 })
    const client = await dial(t, service.port)
    client.socket.write(head(100) + 'half')
    await client.ended
    assert.match(client.text, /^(HTTP\/1\.1 (408|400) |$)/)
  })

  test('a client that does not fetch a large answer is cut off', async (t) => {
    const page = { Values: [{ IonText: 'x'.repeat(16 * 1024 * 1024) }] }
    const send: Send = async () => ({ ExecuteStatement: { FirstPage: page } })
    const { service } = await listen(t, send, { answerMsMax: 60 })
    const client = await dial(t, service.port)
    client.socket.pause()
    client.socket.write(head(startSession.length) + startSession)
    const metrics = async () => (await fetch(`${service.url}/metrics`)).text()
    while (!/qldb_requests_total\{operation="StartSession"/.test(await metrics())) await new Promise(setImmediate)
    while (!(await metrics()).includes('qldb_held_bytes 0')) await new Promise((resolve) => setTimeout(resolve, 5))
    client.socket.resume()
    await client.ended
    assert.ok(client.text.length < 16 * 1024 * 1024)
  })

  test('small answers that a client does not fetch count as held, until it is gone', async (t) => {
    const page = { Values: [{ IonText: 'x'.repeat(60_000) }] }
    const limits = { connectionRequestsMax: 10_000 }
    const { service } = await listen(t, async () => ({ ExecuteStatement: { FirstPage: page } }), limits)
    const client = await dial(t, service.port)
    client.socket.pause()
    const held = async () =>
      Number(/qldb_held_bytes (\d+)/.exec(await (await fetch(`${service.url}/metrics`)).text())?.[1])
    while ((await held()) === 0) client.socket.write((head(startSession.length) + startSession).repeat(10))
    client.socket.destroy()
    while ((await held()) > 0) await new Promise((resolve) => setTimeout(resolve, 5))
  })

  test('slow large bodies shut no small one out', async (t) => {
    const { service } = await listen(t, async () => okAnswer, { heldBytesMax: 4 * 1024 * 1024 })
    const slow = await Promise.all(Array.from({ length: 4 }, () => dial(t, service.port)))
    for (const client of slow) client.socket.write(head(2_000_000) + ' '.repeat(1_900_000))
    const metrics = async () =>
      Number(/qldb_held_bytes (\d+)/.exec(await (await fetch(`${service.url}/metrics`)).text())?.[1])
    while ((await metrics()) < 1_900_000) await new Promise((resolve) => setTimeout(resolve, 5))
    const small = await dial(t, service.port)
    small.socket.write(head(startSession.length) + startSession)
    assert.match(await small.answered(), /^HTTP\/1\.1 200 /)
  })

  test('no more connections than allowed', async (t) => {
    const { service } = await listen(t, async () => okAnswer, { connectionsMax: 2 })
    const clients = [await dial(t, service.port), await dial(t, service.port)]
    for (const client of clients) client.socket.write(head(startSession.length) + startSession)
    for (const client of clients) assert.match(await client.answered(), /^HTTP\/1\.1 200 /)
    const third = await dial(t, service.port)
    await third.ended
    assert.equal(third.text, '')
  })

  test('no more connections of one address than its share, which comes back', async (t) => {
    const { service } = await listen(t, async () => okAnswer, { addressConnectionsMax: 2 })
    const clients = [await dial(t, service.port), await dial(t, service.port)]
    for (const client of clients) client.socket.write(head(startSession.length) + startSession)
    for (const client of clients) assert.match(await client.answered(), /^HTTP\/1\.1 200 /)
    const third = await dial(t, service.port)
    await third.ended
    assert.equal(third.text, '')
    clients[0]?.socket.destroy()
    await clients[0]?.ended
    await becomes(async () => {
      const next = await dial(t, service.port)
      next.socket.write(head(startSession.length) + startSession)
      return typeof (await Promise.race([next.answered(), next.ended])) === 'string'
    })
  })

  test('the number of open connections is shown, and falls', async (t) => {
    const { service } = await listen(t, async () => okAnswer)
    const headers = { connection: 'close' }
    const metrics = async () => (await fetch(`${service.url}/metrics`, { headers })).text()
    const count = async () => Number(/\nqldb_connections (\d+)/.exec(await metrics())?.[1])
    const before = await count()
    const clients = [await dial(t, service.port), await dial(t, service.port)]
    await becomes(async () => (await count()) >= before + 2)
    for (const client of clients) client.socket.destroy()
    await becomes(async () => (await count()) <= before)
  })

  test('the control plane takes small bodies only', async (t) => {
    const { service } = await listen(t, async () => okAnswer)
    const body = JSON.stringify({ Name: 'x'.repeat(64 * 1024) })
    const answer = await fetch(`${service.url}/ledgers`, { method: 'POST', body })
    assert.equal(answer.status, 413)
  })

  test('what a request holds is limited by name, before anyone looks at it', async (t) => {
    let asked = 0
    const { service } = await listen(t, async () => {
      asked += 1
      return okAnswer
    })
    const post = async (body: string) => {
      const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'QLDBSession.SendCommand' }
      return (await fetch(service.url, { method: 'POST', body, headers })).text()
    }
    const execute = (more: object) =>
      JSON.stringify({ SessionToken: 'AAAA', ExecuteStatement: { TransactionId: 'A', Statement: 'x', ...more } })
    const many = (count: number) => Array.from({ length: count }, () => ({ IonText: '1' }))
    const members = Array.from({ length: requestMembersMax + 1 }, (_, at) => `"k${at}":0`).join(',')
    assert.match(await post(`{${members}}`), /the body has more than 100000 members/)
    assert.match(await post(`{${' '.repeat(7_000_000)}"a":1}`), /the body has more than 100000 members/)
    const tooMany = execute({ Parameters: many(statementParametersMax + 1) })
    assert.match(await post(tooMany), /'ExecuteStatement.Parameters' has 10001 items, at most 10000 are allowed/)
    assert.equal(asked, 0)
    assert.doesNotMatch(await post(execute({ Parameters: many(statementParametersMax) })), /Message/)
    assert.equal(asked, 1)
  })

  test('a client is not told the paths of the server; the server is', async (t) => {
    const path = '/srv/ledgers/fleet'
    for (const code of [
      'store/full',
      'store/unavailable',
      'store/corrupt',
      'file/unwritable',
      'ledger/closed',
    ] as const) {
      const error = new LedgerError(code, `no room to write to '${path}'`)
      const { service, faults } = await listen(t, async () => {
        throw new WireError('CapacityExceededException', error.message, undefined, undefined, { cause: error })
      })
      const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'QLDBSession.SendCommand' }
      const answer = await fetch(service.url, { method: 'POST', body: startSession, headers })
      assert.doesNotMatch(await answer.text(), /srv/)
      assert.equal(faults.length, 1)
    }
  })

  test('a client that goes away stops all that it asked for on its connection', async (t) => {
    const signals: AbortSignal[] = []
    const { service } = await listen(t, (_, signal) => {
      signals.push(signal as AbortSignal)
      return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(okAnswer)))
    })
    const client = await dial(t, service.port)
    client.socket.write((head(startSession.length) + startSession).repeat(3))
    while (signals.length < 3) await new Promise((resolve) => setTimeout(resolve, 5))
    client.socket.destroy()
    while (signals.some((signal) => !signal.aborted)) await new Promise((resolve) => setTimeout(resolve, 5))
  })

  test('a client that goes away stops what it asked for', async (t) => {
    let stopped = (): void => undefined
    const wasStopped = new Promise<void>((resolve) => {
      stopped = resolve
    })
    let asked = (): void => undefined
    const wasAsked = new Promise<void>((resolve) => {
      asked = resolve
    })
    const { service, log } = await listen(t, (_, signal) => {
      asked()
      return new Promise((resolve) => {
        signal?.addEventListener('abort', () => {
          stopped()
          resolve(okAnswer)
        })
      })
    })
    const client = await dial(t, service.port)
    client.socket.write(head(startSession.length) + startSession)
    await wasAsked
    client.socket.destroy()
    await wasStopped
    while (log.length === 0) await new Promise(setImmediate)
    assert.equal(log[0]?.status, 0)
  })

  test('a bug is hidden from clients', async (t) => {
    const { service, faults, log } = await listen(t, async () => {
      throw new TypeError('undefined is not a function, secret=1')
    })
    const client = await dial(t, service.port)
    client.socket.write(head(startSession.length) + startSession)
    const answer = await client.answered()
    assert.match(answer, /^HTTP\/1\.1 500 [\s\S]*x-amzn-errortype: InternalFailure/)
    assert.doesNotMatch(answer, /secret|function/)
    assert.equal(faults.length, 1)
    assert.deepEqual(log, [{ status: 500, error: 'InternalFailure', operation: 'StartSession' }])
  })

  test('what is no HTTP at all does no harm', async (t) => {
    const { service } = await listen(t, async () => okAnswer)
    for (const bytes of ['\0\0\0\0\r\n\r\n', 'GET\r\n\r\n', 'POST / HTTP/9.9\r\n\r\n', '\x16\x03\x01\x02\0\x01']) {
      const client = await dial(t, service.port)
      client.socket.end(bytes)
      await client.ended
      assert.doesNotMatch(client.text, /^HTTP\/1\.1 200/)
    }
    assert.equal((await fetch(`${service.url}/health`)).status, 200)
  })

  test('addresses that are not well formed, or not there, have clear answers', async (t) => {
    const { service } = await listen(t, async () => okAnswer)
    const ask = async (path: string, method = 'GET') => {
      const client = await dial(t, service.port)
      client.socket.write(`${method} ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n`)
      const text = await client.answered()
      client.socket.destroy()
      return `${text.slice(9, 12)} ${/x-amzn-errortype: (\w+)/.exec(text)?.[1]}`
    }
    assert.equal(await ask('/nothing'), '404 UnknownOperationException')
    assert.equal(await ask('/ledgers/%ZZ'), '400 SerializationException')
    assert.equal(await ask('/ledgers/..%2f..%2fetc'), '400 InvalidParameterException')
    assert.equal(await ask('http://elsewhere/ledgers'), '403 AccessDeniedException')
    assert.equal(await ask('*', 'OPTIONS'), '404 UnknownOperationException')
    assert.equal(await ask('/', 'POST'), '400 UnknownOperationException')
    assert.equal(await ask('/ledgers/a/b/c/d'), '404 UnknownOperationException')
  })
})
