import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { Driver } from '../../src/driver/driver.ts'
import { createSdkControl } from '../../src/driver/sdk-control.ts'
import { createSdkTransport } from '../../src/driver/sdk-transport.ts'
import { JournalClient } from '../../src/driver/journal-client.ts'
import { listLedgers } from '../../src/driver/list-ledgers.ts'
import type { Transport } from '../../src/driver/transport.ts'
import { printErrorReport, reportOf } from '../../src/shell/error-report.ts'
import { SimEnv } from '../support/sim-env.ts'

type Answer = string | ((response: ServerResponse, request: IncomingMessage, body: string) => void)

/** An endpoint that answers each command as the test says, and everything else correctly. */
async function hostileEndpoint(t: TestContext, answers: Readonly<Record<string, Answer>>, ms = 60_000) {
  const usual: Readonly<Record<string, string>> = {
    StartSession: '{"StartSession":{"SessionToken":"AAAA"}}',
    StartTransaction: '{"StartTransaction":{"TransactionId":"0000000000000000000000"}}',
    ExecuteStatement: '{"ExecuteStatement":{"FirstPage":{"Values":[]}}}',
    FetchPage: '{"FetchPage":{"Page":{"Values":[]}}}',
    AbortTransaction: '{"AbortTransaction":{}}',
    EndSession: '{"EndSession":{}}',
  }
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (part) => {
      body += part
    })
    request.on('end', () => {
      const command = Object.keys(body === '' ? {} : JSON.parse(body)).find((name) => name !== 'SessionToken')
      const answer = answers[command ?? request.url?.split('?')[0] ?? ''] ?? usual[command ?? '']
      if (typeof answer === 'function') answer(response, request, body)
      else response.end(answer)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const options = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    answers: { bytes: 100_000, ms },
  }
  const transport = createSdkTransport(options)
  const control = createSdkControl(options)
  const driver = new Driver(transport, 'fleet', new SimEnv(1))
  t.after(async () => {
    server.closeAllConnections()
    server.close()
    await driver.close()
    control.close()
  })
  const listed: Transport = { ...transport, control: (request) => control.send(request) }
  return { driver, endpoint, control: listed }
}

const failsAs = (work: Promise<unknown>, code: string, message: RegExp) => assert.rejects(work, { code, message })

const run = (driver: Driver) =>
  driver.execute(async (transaction) => (await transaction.execute('SELECT 1')).toArray(), { retries: 0 })

test('an answer that never ends fails when it is too long', async (t) => {
  let sent = 0
  const endless: Answer = (response) => {
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(10_000))) sent += 10_000
    }
    response.on('drain', more)
    more()
  }
  const { driver } = await hostileEndpoint(t, { ExecuteStatement: endless })
  await failsAs(run(driver), 'endpoint/malformed-answer', /answered more than 100000 bytes to one request$/)
  assert.ok(sent < 50_000_000)
})

test('an answer that drips fails when it takes too long', async (t) => {
  const drip: Answer = (response) => {
    const timer = setInterval(() => response.write(' '), 20)
    response.on('close', () => clearInterval(timer))
  }
  const { driver } = await hostileEndpoint(t, { StartSession: drip }, 300)
  await failsAs(run(driver), 'endpoint/timed-out', /did not finish its answer within 0.3 s/)
})

test('headers that drip, and interim answers without an end, fail when they take too long', async (t) => {
  for (const line of ['x-drip: 1\r\n', 'HTTP/1.1 100 Continue\r\n\r\n']) {
    const drip: Answer = ({ socket }) => {
      if (line.startsWith('x')) socket?.write('HTTP/1.1 200 OK\r\n')
      const timer = setInterval(() => socket?.write(line), 20)
      socket?.on('close', () => clearInterval(timer))
    }
    const { driver } = await hostileEndpoint(t, { StartSession: drip }, 300)
    await failsAs(run(driver), 'endpoint/timed-out', /did not finish its answer within 0.3 s/)
  }
})

/** Answers a statement with the pages that a function makes, one after the other. */
function inPages(page: () => string): Readonly<Record<string, Answer>> {
  const first: Answer = (response) => response.end(`{"ExecuteStatement":{"FirstPage":${page()}}}`)
  const next: Answer = (response) => response.end(`{"FetchPage":{"Page":${page()}}}`)
  return { ExecuteStatement: first, FetchPage: next }
}

test('pages without a value end after a limit', async (t) => {
  let count = 0
  const page = () => `{"Values":[],"NextPageToken":"${count++}"}`
  const { driver } = await hostileEndpoint(t, {
    ...inPages(page),
  })
  await failsAs(run(driver), 'endpoint/malformed-answer', /more than 100 empty pages/)
})

test('pages that lead back to an earlier one end, however long the circle is', async (t) => {
  for (const length of [1, 2, 7]) {
    let count = 0
    const page = () => `{"Values":[{"IonText":"1"}],"NextPageToken":"${count++ % length}"}`
    const { driver } = await hostileEndpoint(t, {
      ...inPages(page),
    })
    await failsAs(run(driver), 'endpoint/malformed-answer', /pages lead back to an earlier one/)
    assert.ok(count < 4 * length + 4, String(count))
  }
})

test('a result of many pages is read to its end', async (t) => {
  let count = 0
  const page = () => `{"Values":[{"IonText":"1"}]${count++ < 200 ? `,"NextPageToken":"${count}"` : ''}}`
  const { driver } = await hostileEndpoint(t, {
    ...inPages(page),
    CommitTransaction: committed('{"TransactionId":"0000000000000000000000","CommitDigest":DIGEST}'),
  })
  assert.equal((await run(driver)).length, 201)
})

test('digests, blocks and lists of ledgers of other shapes are the fault of the endpoint', async (t) => {
  const client = async (answers: Readonly<Record<string, string>>) =>
    new JournalClient((await hostileEndpoint(t, answers)).control, 'fleet')
  const tip = (address: string) => `{"Digest":"${'A'.repeat(43)}=","DigestTipAddress":{"IonText":"${address}"}}`
  for (const answer of [
    '{}',
    'null',
    '[]',
    '<html>',
    '{"Digest":7,"DigestTipAddress":{"IonText":"{}"}}',
    '{"Digest":"AAAA","DigestTipAddress":{"IonText":"{strandId:\\"x\\",sequenceNo:1}"}}',
    `{"Digest":"${'A'.repeat(43)}="}`,
    `{"Digest":"${'A'.repeat(43)}=","DigestTipAddress":"x"}`,
    tip('{'),
    tip('{strandId:\\"x\\",sequenceNo:-1}'),
    tip('{strandId:\\"x\\",sequenceNo:99999999999999999999}'),
  ]) {
    const { digest } = await client({ '/ledgers/fleet/digest': answer }).then((one) => ({ digest: one.digest() }))
    await failsAs(digest, 'endpoint/malformed-answer', /endpoint/)
  }
  for (const answer of [
    '{}',
    '{"Block":null}',
    '{"Block":{}}',
    '{"Block":{"IonText":5}}',
    '{"Block":{"IonText":"5"},"Proof":7}',
  ]) {
    const one = await client({ '/ledgers/fleet/block': answer })
    await failsAs(one.block({ strandId: 'x', sequenceNo: 0 }), 'endpoint/malformed-answer', /endpoint/)
  }
  for (const answer of [
    'null',
    '{}',
    '{"Ledgers":{}}',
    '{"Ledgers":[null]}',
    '{"Ledgers":[{"Name":7}]}',
    '{"Ledgers":[],"NextToken":7}',
  ]) {
    const { control } = await hostileEndpoint(t, { '/ledgers': answer })
    await failsAs(listLedgers(control), 'endpoint/malformed-answer', /endpoint/)
  }
})

test('an endpoint that does not answer is asked once, and the end of a session is not waited for', async (t) => {
  const counts = { begun: 0, aborted: 0 }
  const count = (what: keyof typeof counts) => () => {
    counts[what] += 1
  }
  const { driver } = await hostileEndpoint(
    t,
    {
      StartTransaction: count('begun'),
      AbortTransaction: count('aborted'),
    },
    200,
  )
  await failsAs(
    driver.execute((one) => one.execute('SELECT 1')),
    'endpoint/timed-out',
    /within 0.2 s/,
  )
  assert.deepEqual(counts, { begun: 1, aborted: 0 })
})

test('a redirection is an error that names its target', async (t) => {
  for (const status of [301, 302, 307, 308]) {
    const redirect: Answer = (response) => response.writeHead(status, { location: 'https://other.example/' }).end()
    const { driver } = await hostileEndpoint(t, { StartSession: redirect })
    await failsAs(run(driver), 'endpoint/redirected', new RegExp(`redirects to 'https://other.example/' .*${status}`))
  }
})

test('of a commit without a digest, or without an answer, nobody knows what came', async (t) => {
  for (const answer of [
    '{"CommitTransaction":{"TransactionId":"0000000000000000000000"}}',
    '{"CommitTransaction":{}}',
    '{}',
    'no JSON',
    committed('{"CommitDigest":DIGEST}'),
    committed('{"TransactionId":"1111111111111111111111","CommitDigest":DIGEST}'),
    committed('{"TransactionId":7,"CommitDigest":DIGEST}'),
    '{"CommitTransaction":{"TransactionId":"0000000000000000000000","CommitDigest":7}}',
    (response: ServerResponse) => response.destroy(),
    ...[201, 204, 400, 404, 408, 413, 429, 500, 502, 503, 504].map((status) => {
      return (response: ServerResponse) => response.writeHead(status).end('{"Message":"a proxy in between"}')
    }),
    (response: ServerResponse) => response.writeHead(307, { location: 'http://other.example/' }).end(),
    (response: ServerResponse) => response.writeHead(500).end('{"__type":"OccConflictException","Message":"conflict"}'),
  ]) {
    const { driver } = await hostileEndpoint(t, { CommitTransaction: answer })
    await failsAs(run(driver), 'transaction/unknown-outcome', /unknown whether transaction '0{22}' was committed/)
  }
})

/** An answer to a commit, with the digest that was sent in the place of DIGEST. */
function committed(result: string): Answer {
  return (response, _, body) => {
    const { CommitDigest } = JSON.parse(body).CommitTransaction
    response.end(`{"CommitTransaction":${result.replace('DIGEST', JSON.stringify(CommitDigest))}}`)
  }
}

test('what is malformed in an answer is the fault of the endpoint', async (t) => {
  const first = (page: string) => `{"ExecuteStatement":{"FirstPage":${page}}}`
  for (const ExecuteStatement of [
    '{"ExecuteStatement":{}}',
    '{"ExecuteStatement":null}',
    first('null'),
    first('{"Values":[{}]}'),
    first('{"Values":[{"value":{"type":"int"}}]}'),
    first('{"Values":[{"IonText":"{a:"}]}'),
    first('{"Values":[{"IonText":"((((((((("}]}'),
    first('{"Values":[{"IonBinary":"4AEA6t4="}]}'),
    first('{"Values":[{"IonBinary":"AAAA"}]}'),
    first('{"Values":[{"IonText":7}]}'),
    first('{"Values":[{"IonText":"1","IonBinary":"4AEA6iEC"}]}'),
    first('{"Values":[{"IonText":"1"}],"Values":[]}'),
    first('{"Values":{"0":{"IonText":"1"}}}'),
    first('{"Values":"abc"}'),
    first('{"Values":[],"NextPageToken":""}'),
    first('[]'),
    '{"ExecuteStatement":{"FirstPage":{"Values":[]}},"CommitTransaction":{}}',
    '{"ExecuteStatement":{"FirstPage":{"Values":[]},"ConsumedIOs":{"ReadIOs":"5"}}}',
    '{"ExecuteStatement":{"FirstPage":{"Values":[]},"ConsumedIOs":{"ReadIOs":-1.5}}}',
    '{"ExecuteStatement":{"FirstPage":{"Values":[]},"TimingInformation":[]}}',
    `{"ExecuteStatement":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
    (response: ServerResponse) => {
      response.writeHead(200, { 'x-amzn-errortype': 'BadRequestException' }).end(first('{"Values":[]}'))
    },
    (response: ServerResponse) => {
      response.end(Buffer.from('{"ExecuteStatement":{"FirstPage":{"Values":[{"IonText":"symbol\xff"}]}}}', 'latin1'))
    },
  ]) {
    const { driver } = await hostileEndpoint(t, { ExecuteStatement })
    await failsAs(run(driver), 'endpoint/malformed-answer', /endpoint|answer/)
  }
  const { driver } = await hostileEndpoint(t, { StartSession: '{"StartSession":{}}' })
  await failsAs(run(driver), 'endpoint/malformed-answer', /'StartSession.SessionToken' is missing/)
})

test('the ledgers of an endpoint are listed, page by page, and the list has to end', async (t) => {
  const page: Answer = (response, request) => {
    const isSecond = request.url?.includes('next_token') === true
    const ledgers = isSecond ? '[{"Name":"a"}]' : '[{"Name":"c"},{"Name":"b"}]'
    response.end(`{"Ledgers":${ledgers}${isSecond ? '' : ',"NextToken":"AAAA"'}}`)
  }
  const { control } = await hostileEndpoint(t, { '/ledgers': page })
  assert.deepEqual(await listLedgers(control), ['a', 'b', 'c'])
  const endless = await hostileEndpoint(t, { '/ledgers': '{"Ledgers":[{"Name":"a"}],"NextToken":"AAAA"}' })
  await failsAs(listLedgers(endless.control), 'endpoint/malformed-answer', /does not end its list of ledgers/)
})

test('what an endpoint calls an error is escaped for a terminal, its code and message too', async (t) => {
  const name = 'a\x1b[31m\nb'
  const refuse: Answer = (response) =>
    response.writeHead(400).end(JSON.stringify({ __type: name, Message: name, Code: name }))
  const { driver } = await hostileEndpoint(t, { ExecuteStatement: refuse })
  const error = await run(driver).catch((thrown: unknown) => thrown)
  const report = reportOf(error, { statement: undefined, file: undefined, fate: 'none' })
  assert.deepEqual(printErrorReport(report), ['error[a\\x1b[31m\\nb]: a\\x1b[31m\\nb'])
})

test('a member of another type is the fault of the endpoint, and nothing is printed about it', async (t) => {
  const { driver } = await hostileEndpoint(t, {
    ExecuteStatement: '{"ExecuteStatement":{"FirstPage":{"Values":[],"NextPageToken":7}}}',
  })
  const warn = t.mock.method(console, 'warn', () => undefined)
  await failsAs(run(driver), 'endpoint/malformed-answer', /'ExecuteStatement.FirstPage.NextPageToken' is not a string/)
  assert.equal(warn.mock.callCount(), 0)
})
