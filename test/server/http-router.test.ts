import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { LedgerError } from '../../src/base/errors.ts'
import { engineBusyMs, sessionRequestsMax } from '../../src/base/limits.ts'
import { CommitDigest } from '../../src/protocol/commit-digest.ts'
import type { SendCommandRequest, SendCommandResponse } from '../../src/protocol/message.ts'
import { type Engine, EnginePool } from '../../src/server/engine-pool.ts'
import { createHandler } from '../../src/server/handler.ts'
import { type RouterLimits, SessionRouter } from '../../src/server/session-router.ts'
import { StatementGuard } from '../../src/server/statement-guard.ts'
import { FakeHost } from '../support/fake-ledger.ts'
import { SimEnv } from '../support/sim-env.ts'

/** An engine over the fake ledger whose answers may be held back, as by a long statement. */
class TestEngine implements Engine {
  readonly asked: string[] = []
  readonly handler: ReturnType<typeof createHandler>
  readonly host: FakeHost
  isDead = false
  #gate: Promise<void> = Promise.resolve()
  #open = (): void => undefined

  constructor(env: SimEnv) {
    const guard = new StatementGuard(env)
    this.host = new FakeHost(env, guard.isCancelled)
    this.handler = createHandler(this.host, env, { guard, sessionAgeMsMax: Infinity, sessionsMax: Infinity })
  }

  async send(request: SendCommandRequest): Promise<SendCommandResponse> {
    this.asked.push(Object.keys(request).filter((name) => name !== 'SessionToken')[0] as string)
    await this.#gate
    if (this.isDead) throw new LedgerError('endpoint/failed', 'the engine has ended')
    return this.handler.send(request)
  }

  /** As if a statement had been running for so long. */
  runningMs = 0

  statementMs(): number {
    return this.runningMs
  }

  holdUp(): void {
    this.#gate = new Promise((resolve) => {
      this.#open = resolve
    })
  }

  goOn(): void {
    this.#open()
  }

  async forget(ledger: string): Promise<void> {
    this.handler.endLedger(ledger)
  }

  async close(): Promise<void> {
    this.handler.close()
  }
}

class RouterWorld {
  readonly env = new SimEnv(4)
  readonly engines: TestEngine[] = []
  readonly faults: unknown[] = []
  readonly pool: EnginePool
  readonly router: SessionRouter

  constructor(engines = 1, limits: Partial<RouterLimits> = {}) {
    const start = async () => {
      const engine = new TestEngine(this.env)
      this.engines.push(engine)
      return engine
    }
    this.pool = new EnginePool(start, engines)
    this.router = new SessionRouter(this.pool, this.env, {
      hasLedger: (name) => name !== 'absent',
      limits,
      onFault: (error) => this.faults.push(error),
    })
  }

  async session(ledger = 'fleet'): Promise<TestSession> {
    const answer = await this.router.send({ StartSession: { LedgerName: ledger } })
    return new TestSession(this.router, answer.StartSession?.SessionToken as string)
  }
}

class TestSession {
  readonly #router: SessionRouter
  readonly token: string
  transaction = ''

  constructor(router: SessionRouter, token: string) {
    this.#router = router
    this.token = token
  }

  send(request: SendCommandRequest, signal?: AbortSignal): Promise<SendCommandResponse> {
    return this.#router.send({ SessionToken: this.token, ...request }, signal)
  }

  async begin(): Promise<this> {
    this.transaction = (await this.send({ StartTransaction: {} })).StartTransaction?.TransactionId as string
    return this
  }

  execute(Statement: string): Promise<SendCommandResponse> {
    return this.send({ ExecuteStatement: { TransactionId: this.transaction, Statement } })
  }

  commit(...statements: readonly string[]): Promise<SendCommandResponse> {
    const digest = new CommitDigest(this.transaction)
    for (const statement of statements) digest.add(statement, [])
    return this.send({ CommitTransaction: { TransactionId: this.transaction, CommitDigest: digest.bytes() } })
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))
const failsAs = (answer: Promise<unknown>, name: string, message?: string | RegExp) =>
  assert.rejects(answer, message === undefined ? { name } : { name, message })

describe('sessions over engines', () => {
  test('a transaction goes its way; its seat serves the next', async () => {
    const { engines, session, router } = bound(new RouterWorld())
    const one = await session()
    for (let round = 0; round < 3; round += 1) {
      await one.begin()
      await one.execute('rows 1')
      await one.commit('rows 1')
    }
    assert.equal(engines[0]?.asked.filter((name) => name === 'StartSession').length, 1)
    assert.equal(router.transactions, 0)
  })

  test('the state machine speaks QLDB', async () => {
    const { session, router } = bound(new RouterWorld())
    const one = await session()
    await failsAs(one.execute('rows 1'), 'BadRequestException')
    await one.send({ AbortTransaction: {} })
    await one.begin()
    await failsAs(one.send({ StartTransaction: {} }), 'BadRequestException', 'Transaction already open')
    const first = one.transaction
    await one.send({ AbortTransaction: {} })
    await failsAs(one.execute('rows 1'), 'BadRequestException', 'No open transaction')
    await one.begin()
    assert.notEqual(one.transaction, first)
    await one.send({ EndSession: {} })
    await failsAs(one.execute('rows 1'), 'InvalidSessionException', 'No such session')
    await failsAs(router.send({ StartSession: { LedgerName: 'absent' } }), 'BadRequestException', /absent/)
    await failsAs(router.send({ SessionToken: 'AAAA', StartTransaction: {} }), 'InvalidSessionException')
  })

  test('tokens and transactions of another session are good for nothing', async () => {
    const { session } = bound(new RouterWorld())
    const [mine, yours] = [await (await session()).begin(), await (await session()).begin()]
    const page = (await yours.execute('rows 300')).ExecuteStatement?.FirstPage.NextPageToken as string
    const steal = (TransactionId: string) => mine.send({ FetchPage: { TransactionId, NextPageToken: page } })
    await failsAs(steal(yours.transaction), 'BadRequestException', 'No open transaction')
    await failsAs(steal(mine.transaction), 'BadRequestException', 'The parameter NextPageToken is not valid')
    const digest = new CommitDigest(yours.transaction).bytes()
    const commit = { CommitTransaction: { TransactionId: yours.transaction, CommitDigest: digest } }
    await failsAs(mine.send(commit), 'BadRequestException', 'No open transaction')
    const rest = await yours.send({ FetchPage: { TransactionId: yours.transaction, NextPageToken: page } })
    assert.equal(rest.FetchPage?.Page.Values.length, 100)
    await failsAs(
      yours.send({ FetchPage: { TransactionId: yours.transaction, NextPageToken: page } }),
      'BadRequestException',
    )
    await yours.commit('rows 300')
    await failsAs(yours.commit('rows 300'), 'BadRequestException', 'No open transaction')
  })

  test('what runs out of time is told so, and frees everything', async () => {
    const { session, router, env, engines } = bound(new RouterWorld())
    const one = await (await session()).begin()
    env.advance(30_001)
    router.sweep()
    await turn()
    assert.equal(router.transactions, 0)
    assert.deepEqual(engines[0]?.host.ends, [`${one.transaction} abort`])
    const expired = /^Transaction \w{22} has expired$/
    await failsAs(one.execute('rows 1'), 'InvalidSessionException', expired)
    await failsAs(one.commit(), 'InvalidSessionException', expired)
    await one.begin()
    await one.commit()
    env.advance(17 * 60_000)
    router.sweep()
    assert.equal(router.sessions, 0)
    await failsAs(one.send({ StartTransaction: {} }), 'InvalidSessionException', /^Session \w{22} has expired$/)
  })

  test('sessions and transactions are limited', async () => {
    const { session } = bound(new RouterWorld(1, { sessionsMax: 2, openTransactionsMax: 1 }))
    const [one, two] = [await session(), await session()]
    await failsAs(session(), 'LimitExceededException')
    await session('other')
    await one.begin()
    await failsAs(two.send({ StartTransaction: {} }), 'LimitExceededException')
    await one.commit()
    await two.begin()
    await two.send({ EndSession: {} })
    await session()
  })

  test("one session's requests wait for their turn, and only so many", async () => {
    const { session, engines } = bound(new RouterWorld())
    const one = await (await session()).begin()
    engines[0]?.holdUp()
    const asked = Array.from({ length: sessionRequestsMax }, (_, n) => one.execute(`rows ${n}`))
    await failsAs(one.execute('rows 1'), 'RateExceededException')
    await turn()
    assert.equal(engines[0]?.asked.filter((name) => name === 'ExecuteStatement').length, 1)
    engines[0]?.goOn()
    const rows = (await Promise.all(asked)).map((answer) => answer.ExecuteStatement?.FirstPage.Values.length)
    assert.deepEqual(
      rows,
      asked.map((_, n) => n),
    )
  })

  test('a thousand sessions', async () => {
    const { session, router } = bound(new RouterWorld())
    const sessions = await Promise.all(Array.from({ length: 1000 }, () => session()))
    await Promise.all(sessions.map((one) => one.begin()))
    assert.equal(router.transactions, 1000)
    await Promise.all(sessions.map((one) => one.commit()))
    await Promise.all(sessions.map((one) => one.send({ EndSession: {} })))
    assert.deepEqual([router.sessions, router.transactions], [0, 0])
  })
})

describe('a fair share', () => {
  test('while one engine is held up, new transactions get another', async () => {
    const { session, engines } = bound(new RouterWorld(2))
    const [long, short] = [await (await session()).begin(), await session()]
    engines[0]?.holdUp()
    const running = long.execute('rows 1')
    await turn()
    ;(engines[0] as TestEngine).runningMs = engineBusyMs
    await short.begin()
    await short.execute('rows 1')
    await short.commit('rows 1')
    assert.equal(engines.length, 2)
    engines[0]?.goOn()
    ;(engines[0] as TestEngine).runningMs = 0
    await running
    await short.begin()
    assert.equal(engines[1]?.asked.filter((name) => name === 'StartTransaction').length, 1)
  })

  test('a session that runs long statements leaves the first engine to the others, until it runs short ones', async () => {
    const { session, engines } = bound(new RouterWorld(3))
    const long = await (await session()).begin()
    await long.execute('wait 500')
    await long.commit('wait 500')
    await long.begin()
    assert.equal(engines.length, 2)
    assert.deepEqual(engines[1]?.asked, ['StartSession', 'StartTransaction'])
    await long.execute('rows 1')
    await long.commit('rows 1')
    await long.begin()
    assert.equal(engines[0]?.asked.at(-1), 'StartTransaction')
  })

  test('a flush to the disk is no reason to start engines', async () => {
    const { session, engines, env } = bound(new RouterWorld(2))
    const [one, two] = [await (await session()).begin(), await session()]
    engines[0]?.holdUp()
    const committing = one.commit()
    await turn()
    env.advance(engineBusyMs * 2)
    const beginning = two.begin()
    await turn()
    engines[0]?.goOn()
    await Promise.all([committing, beginning])
    assert.equal(engines.length, 1)
  })
})

describe('ends', () => {
  test('draining lets transactions end and begins none', async () => {
    const { session, router } = bound(new RouterWorld())
    const [one, idle] = [await (await session()).begin(), await session()]
    router.drain()
    await failsAs(session(), 'ServiceUnavailable')
    await failsAs(idle.send({ StartTransaction: {} }), 'ServiceUnavailable')
    await one.execute('write')
    await one.commit('write')
  })

  test('an engine that dies takes its transactions with it; others are served by a new one', async () => {
    const { session, engines, router, faults } = bound(new RouterWorld())
    const [one, two] = [await (await session()).begin(), await (await session()).begin()]
    ;(engines[0] as TestEngine).isDead = true
    await failsAs(one.execute('rows 1'), 'InternalFailure')
    await one.begin()
    await one.execute('rows 1')
    assert.equal(engines.length, 2)
    await failsAs(two.execute('rows 1'), 'InternalFailure')
    assert.equal(router.transactions, 1)
    assert.ok(faults.length > 0)
  })

  test('a ledger that is removed ends its sessions and no others', async () => {
    const { session, router, engines } = bound(new RouterWorld())
    const [mine, other] = [await (await session()).begin(), await (await session('other')).begin()]
    await router.endLedger('fleet')
    await turn()
    await failsAs(mine.execute('rows 1'), 'InvalidSessionException', 'No such session')
    await other.execute('rows 1')
    assert.equal(router.sessions, 1)
    assert.deepEqual(engines[0]?.host.ends, [`${mine.transaction} abort`])
  })
})

function bound(world: RouterWorld) {
  const { env, engines, router, faults } = world
  return { env, engines, router, faults, session: (ledger?: string) => world.session(ledger) }
}
