import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { LedgerError } from '../../src/base/errors.ts'
import { documentBytesMax } from '../../src/base/limits.ts'
import { CommitDigest } from '../../src/protocol/commit-digest.ts'
import { type SendCommandRequest, type SendCommandResponse, WireError } from '../../src/protocol/message.ts'
import { createHandler, type HandlerOptions } from '../../src/server/handler.ts'
import { type RequestControl, StatementGuard } from '../../src/server/statement-guard.ts'
import { decodeIon } from '../../src/values/binary-reader.ts'
import { encodeIon } from '../../src/values/binary-writer.ts'
import { bag, int, missing, string, type Value } from '../../src/values/value.ts'
import { FakeHost } from '../support/fake-ledger.ts'
import { SimEnv } from '../support/sim-env.ts'

/** A client of one session that keeps the digest as drivers do. */
class Client {
  readonly env = new SimEnv(7)
  readonly guard = new StatementGuard(this.env)
  readonly host = new FakeHost(this.env, this.guard.isCancelled)
  readonly faults: unknown[] = []
  readonly #handler
  token = ''
  transactionId = ''
  digest = new CommitDigest('')
  control: RequestControl = {}

  constructor(options: HandlerOptions = {}) {
    const onFault = (error: unknown) => this.faults.push(error)
    this.#handler = createHandler(this.host, this.env, { guard: this.guard, onFault, ...options })
  }

  get handler() {
    return this.#handler
  }

  send(request: SendCommandRequest): Promise<SendCommandResponse> {
    return this.#handler.send(
      request.StartSession === undefined ? { SessionToken: this.token, ...request } : request,
      this.control,
    )
  }

  async session(ledger = 'fleet'): Promise<this> {
    const answer = await this.send({ StartSession: { LedgerName: ledger } })
    this.token = answer.StartSession?.SessionToken as string
    return this
  }

  async begin(): Promise<this> {
    const answer = await this.send({ StartTransaction: {} })
    this.transactionId = answer.StartTransaction?.TransactionId as string
    this.digest = new CommitDigest(this.transactionId)
    return this
  }

  async execute(statement: string, ...parameters: Value[]) {
    this.digest.add(statement, parameters)
    const answer = await this.send({
      ExecuteStatement: {
        TransactionId: this.transactionId,
        Statement: statement,
        Parameters: parameters.map((value) => ({ IonBinary: encodeIon(value) })),
      },
    })
    return answer.ExecuteStatement as NonNullable<typeof answer.ExecuteStatement>
  }

  async fetch(token: string | undefined) {
    const answer = await this.send({
      FetchPage: { TransactionId: this.transactionId, NextPageToken: token as string },
    })
    return answer.FetchPage as NonNullable<typeof answer.FetchPage>
  }

  async commit(digest = this.digest.bytes()) {
    const answer = await this.send({
      CommitTransaction: { TransactionId: this.transactionId, CommitDigest: digest },
    })
    return answer.CommitTransaction as NonNullable<typeof answer.CommitTransaction>
  }

  abort() {
    return this.send({ AbortTransaction: {} })
  }

  end() {
    return this.send({ EndSession: {} })
  }
}

async function fails(answer: Promise<unknown>, name: string, message: string | RegExp, code?: string): Promise<void> {
  await assert.rejects(answer, (error) => {
    assert.ok(error instanceof WireError, String(error))
    assert.equal(error.name, name)
    if (typeof message === 'string') assert.equal(error.message, message)
    else assert.match(error.message, message)
    assert.equal(error.code, code)
    return true
  })
}

const openClient = async (options?: HandlerOptions) => (await new Client(options).session()).begin()

type Step = 'begin' | 'execute' | 'commit' | 'abort' | 'end' | 'fail' | '31s' | '18min' | 'forgotten'

const steps: Record<Step, (client: Client) => unknown> = {
  begin: (client) => client.begin(),
  execute: (client) => client.execute('rows 1'),
  commit: (client) => client.commit(),
  abort: (client) => client.abort(),
  end: (client) => client.end(),
  fail: (client) => client.execute('fail semantic/invalid no').catch(() => undefined),
  '31s': (client) => client.env.advance(31_000),
  '18min': (client) => client.env.advance(18 * 60_000),
  forgotten: (client) => client.env.advance(40 * 60_000),
}

const badRequest = 'BadRequestException'
const invalidSession = 'InvalidSessionException'
const transactionExpired = /^Transaction \w{22} has expired$/
const sessionExpired = /^Session \w{22} has expired$/

/** What the last step answers after the others; undefined: it succeeds. */
const table: readonly (readonly [string, readonly [string, string | RegExp] | undefined])[] = [
  ['begin execute commit', undefined],
  ['begin commit', undefined],
  ['begin execute commit begin execute commit', undefined],
  ['begin begin', [badRequest, 'Transaction already open']],
  ['begin begin? execute commit', undefined],
  ['begin fail execute commit', undefined],
  ['begin fail fail commit', undefined],
  ['begin abort begin commit', undefined],
  ['abort', undefined],
  ['begin commit abort', undefined],
  ['begin abort abort', undefined],
  ['begin commit execute', [badRequest, 'No open transaction']],
  ['begin commit commit', [badRequest, 'No open transaction']],
  ['begin abort commit', [badRequest, 'No open transaction']],
  ['begin 31s execute', [invalidSession, transactionExpired]],
  ['begin execute 31s commit', [invalidSession, transactionExpired]],
  ['begin 31s execute? commit', [invalidSession, transactionExpired]],
  ['begin 31s abort', undefined],
  ['begin 31s abort execute', [badRequest, 'No open transaction']],
  ['begin 31s execute? abort begin execute commit', undefined],
  ['begin 31s begin commit', undefined],
  ['18min begin', [invalidSession, sessionExpired]],
  ['begin 18min execute', [invalidSession, sessionExpired]],
  ['18min abort', [invalidSession, sessionExpired]],
  ['forgotten begin', [invalidSession, 'No such session']],
  ['end begin', [invalidSession, 'No such session']],
  ['begin end execute', [invalidSession, 'No such session']],
  ['end end', [invalidSession, 'No such session']],
]

describe('sessions and transactions', () => {
  for (const [script, expected] of table) {
    test(`${script}: ${expected === undefined ? 'answers' : expected[1]}`, async () => {
      const client = await new Client().session()
      const words = script.split(' ')
      const last = words.pop() as Step
      for (const word of words) {
        const step = Promise.resolve(steps[word.replace('?', '') as Step](client))
        await (word.endsWith('?') ? step.catch(() => undefined) : step)
      }
      const answer = (async () => steps[last](client))()
      if (expected === undefined) await answer
      else await fails(answer, ...expected)
    })
  }

  test('a transaction that is left is aborted in the ledger, whichever way', async () => {
    for (const leave of ['abort', 'end', '31s', '18min'] as const) {
      const client = await openClient()
      await steps[leave](client)
      client.handler.sweep()
      assert.deepEqual(client.host.ends, [`${client.transactionId} abort`], leave)
    }
    const closed = await openClient()
    closed.handler.close()
    assert.deepEqual(closed.host.ends, [`${closed.transactionId} abort`])
    await fails(closed.execute('rows 1'), invalidSession, 'No such session')
  })

  test('a ledger that does not exist is a bad request without a code', async () => {
    await fails(new Client().session('absent'), badRequest, "no ledger named 'absent'")
  })

  test('there is a most of sessions on each ledger', async () => {
    const client = new Client({ sessionsMax: 2 })
    await client.session('fleet')
    await client.session('fleet')
    await fails(client.session('fleet'), 'LimitExceededException', 'Exceeded the session limit')
    await client.session('other')
    client.env.advance(18 * 60_000)
    await client.session('fleet')
  })

  test('sessions do not see the transactions of others', async () => {
    const client = await openClient()
    const foreign = client.transactionId
    await client.session()
    await fails(client.execute('rows 1'), badRequest, 'No open transaction')
    await client.begin()
    assert.notEqual(client.transactionId, foreign)
    await client.commit()
  })

  test('a token that no one has handed out is no session', async () => {
    const client = new Client()
    client.token = 'AAAAAAAAAAAAAAAA'
    await fails(client.begin(), invalidSession, 'No such session')
    client.token = 'not a token'
    await fails(client.begin(), badRequest, 'The parameter SessionToken is not valid')
  })
})

describe('commit', () => {
  test('the digest comes back as it was sent', async () => {
    const client = await openClient()
    await client.execute('echo', string('a'), int(5))
    const answer = await client.commit()
    assert.equal(answer.TransactionId, client.transactionId)
    assert.deepEqual(answer.CommitDigest, client.digest.bytes())
    assert.deepEqual(client.host.ends, [`${client.transactionId} commit`])
  })

  test('another digest is refused and ends the transaction', async () => {
    const client = await openClient()
    await client.execute('rows 1')
    await fails(client.commit(new Uint8Array(32)), badRequest, "Digests don't match")
    assert.deepEqual(client.host.ends, [`${client.transactionId} mismatch`])
    await fails(client.commit(), badRequest, 'No open transaction')
  })

  test('a conflict ends the transaction and leaves the session', async () => {
    const client = await openClient()
    client.host.conflicts = 1
    const text = 'Optimistic concurrency control (OCC) failure encountered while committing the transaction'
    await fails(client.commit(), 'OccConflictException', text)
    await (await client.begin()).commit()
  })

  test('while a commit is under way its transaction is closed', async () => {
    const client = await openClient()
    const commit = client.commit()
    await fails(client.execute('rows 1'), badRequest, 'No open transaction')
    await commit
  })

  test('statements that were refused count in the digest', async () => {
    const client = await openClient()
    await client.execute('fail parser/unsupported no').catch(() => undefined)
    await client.commit()
  })
})

describe('pages', () => {
  const read = (page: { readonly Values: readonly { readonly IonBinary?: Uint8Array }[] }) =>
    page.Values.map((holder) => decodeIon(holder.IonBinary as Uint8Array))

  for (const [rows, sizes] of [
    [0, [0]],
    [1, [1]],
    [200, [200]],
    [201, [200, 1]],
    [400, [200, 200]],
    [450, [200, 200, 50]],
  ] as const) {
    test(`${rows} rows are ${sizes.length} pages`, async () => {
      const client = await openClient()
      const first = await client.execute(`rows ${rows}`)
      const pages = [{ page: first.FirstPage, usage: first.ConsumedIOs }]
      for (let token = first.FirstPage.NextPageToken; token !== undefined; ) {
        const { Page, ConsumedIOs } = await client.fetch(token)
        pages.push({ page: Page, usage: ConsumedIOs })
        token = Page.NextPageToken
      }
      assert.deepEqual(
        pages.map(({ page }) => page.Values.length),
        sizes,
      )
      const numbers = pages.flatMap(({ page }) => read(page)).map((row) => row.type === 'struct' && row.get('n'))
      assert.deepEqual(
        numbers,
        Array.from({ length: rows }, (_, n) => int(n)),
      )
      assert.equal(
        pages.reduce((sum, { usage }) => sum + (usage?.ReadIOs ?? 0), 0),
        rows,
      )
      if (rows > 0) assert.ok((first.ConsumedIOs?.ReadIOs ?? 0) > 0)
    })
  }

  test('a page has no more than its bytes, but always a value', async () => {
    const client = await openClient()
    const first = await client.execute('large 7')
    assert.equal(first.FirstPage.Values.length, 3)
    const second = await client.fetch(first.FirstPage.NextPageToken)
    const third = await client.fetch(second.Page.NextPageToken)
    assert.deepEqual([second.Page.Values.length, third.Page.Values.length], [3, 1])
    assert.equal(third.Page.NextPageToken, undefined)
  })

  test('every value is a stream of its own', async () => {
    const client = await openClient()
    const { FirstPage } = await client.execute('echo', string('a'), int(5))
    for (const { IonBinary } of FirstPage.Values) {
      assert.deepEqual([...(IonBinary as Uint8Array).subarray(0, 4)], [0xe0, 1, 0, 0xea])
    }
    assert.deepEqual(read(FirstPage), [string('a'), int(5)])
  })

  test('a token is good once, in its transaction only', async () => {
    const client = await openClient()
    const token = (await client.execute('rows 500')).FirstPage.NextPageToken as string
    const other = (await client.execute('rows 500')).FirstPage.NextPageToken as string
    assert.notEqual(token, other)
    assert.ok(token.length >= 24)
    await client.fetch(token)
    const invalid = 'The parameter NextPageToken is not valid'
    await fails(client.fetch(token), badRequest, invalid)
    await client.commit()
    await fails(client.fetch(other), badRequest, 'No open transaction')
    await client.begin()
    await fails(client.fetch(other), badRequest, invalid)
    assert.equal(client.host.closedRuns, 2)
  })

  test('values that Ion lacks travel both ways', async () => {
    const client = await openClient()
    const { FirstPage } = await client.execute('echo', bag([int(1), missing]))
    assert.deepEqual(FirstPage.Values[0]?.IonBinary, encodeIon(bag([int(1), missing])))
  })

  test('a ledger that is set to be strict holds parameters to QLDB’s quota, beside others that are not', async () => {
    const large = string('x'.repeat(documentBytesMax))
    const strict = await (await new Client().session('strict')).begin()
    await fails(strict.execute('echo', large), badRequest, /has \d+ bytes, at most 131072 are allowed$/)
    const other = await (await new Client().session()).begin()
    await other.execute('echo', large)
  })

  test('a parameter may be Ion text; one that is malformed is refused', async () => {
    const client = await openClient()
    const execute = (IonText: string) =>
      client.send({
        ExecuteStatement: { TransactionId: client.transactionId, Statement: 'echo', Parameters: [{ IonText }] },
      })
    const answer = await execute('{a:1}')
    assert.equal(answer.ExecuteStatement?.FirstPage.Values.length, 1)
    await fails(execute('{a:'), badRequest, /^The parameter Parameters\[0\] is not valid: /)
    await fails(execute('1 2'), badRequest, /^The parameter Parameters\[0\] is not valid: /)
  })
})

describe('costs', () => {
  test('time is never 0, and is what it took', async () => {
    const client = await openClient()
    assert.equal((await client.execute('rows 1')).TimingInformation?.ProcessingTimeMilliseconds, 1)
    assert.equal((await client.execute('wait 300')).TimingInformation?.ProcessingTimeMilliseconds, 300)
    assert.equal((await client.abort()).AbortTransaction?.TimingInformation?.ProcessingTimeMilliseconds, 1)
  })

  test('writes count', async () => {
    const client = await openClient()
    assert.deepEqual((await client.execute('write')).ConsumedIOs, { ReadIOs: 0, WriteIOs: 1 })
  })
})

describe('errors', () => {
  const cases: readonly (readonly [string, string, string?])[] = [
    ['semantic/no-such-variable X', 'Semantic Error: at line 1, column 4: X; X', '432'],
    ['parser/unexpected-token X', 'Parser Error: at line 1, column 4: X; X'],
    ['lexer/invalid-character X', 'Lexer Error: at line 1, column 4: X; X'],
    ['evaluator/invalid X', 'Evaluator Error: at line 1, column 4: X; X'],
    ['catalog/table-exists Table with name: USER.T already exists', 'Table with name: USER.T already exists', '412'],
    ['document/too-large X', 'X'],
    [
      'semantic/not-in-qldb Unsupported PartiQL Statement',
      'Unsupported PartiQL Statement, Errors at:\nline 1, column 4',
      '432',
    ],
  ]
  for (const [error, text, code] of cases) {
    test(`${error}`, async () => fails((await openClient()).execute(`fail ${error}`), badRequest, text, code))
  }

  test('a bug is reported as ours, without details, and ends the transaction', async () => {
    const client = await openClient()
    await fails(client.execute('bug'), 'InternalFailure', /^this is a fault of qldb-shell itself/)
    assert.equal(client.faults.length, 1)
    assert.deepEqual(client.host.ends, [`${client.transactionId} abort`])
    await fails(client.execute('rows 1'), badRequest, 'No open transaction')
  })

  test('a store that fails is the service being unavailable', async () => {
    await fails((await openClient()).execute('fail store/unavailable X'), 'ServiceUnavailable', 'X')
    await fails((await openClient()).execute('fail store/corrupt X'), 'InternalFailure', 'X')
  })
})

describe('stopping', () => {
  test('a statement that outlives its transaction is stopped while it runs', async () => {
    const client = await openClient()
    await fails(client.execute('wait 60000'), invalidSession, transactionExpired)
    assert.equal(client.env.monotonicMs() - new SimEnv(7).monotonicMs(), 30_000)
    assert.deepEqual(client.host.ends, [`${client.transactionId} abort`])
    await (await client.begin()).commit()
  })

  test('the sender may stop it; the transaction stays open and the digest holds', async () => {
    const client = await openClient()
    const progress: number[] = []
    client.control = { isCancelled: () => progress.length === 4, onProgress: (readIos) => progress.push(readIos) }
    await assert.rejects(
      client.execute('wait 60000'),
      (error) => error instanceof LedgerError && error.code === 'cancelled/by-user',
    )
    assert.deepEqual(progress.slice(0, 4), [0, 1, 2, 3])
    client.control = {}
    await client.execute('rows 1')
    await client.commit()
  })

  test('without a guard in the ledger it is stopped between two rows', async () => {
    const client = await openClient({ guard: new StatementGuard(new SimEnv(1)) })
    let asked = 0
    client.control = {
      isCancelled: () => {
        asked += 1
        return asked > 10
      },
    }
    await assert.rejects(client.execute('rows 100'), LedgerError)
    assert.equal(client.host.closedRuns, 1)
  })
})
