import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { LedgerError } from '../../src/base/errors.ts'
import {
  engineBusyMs,
  homeRequestBytesMax,
  movedBytesMax,
  movedCommandsMax,
  sessionRequestsMax,
  unusedSessionMsMin,
} from '../../src/base/limits.ts'
import { CommitDigest } from '../../src/protocol/commit-digest.ts'
import type { SendCommandRequest, SendCommandResponse } from '../../src/protocol/message.ts'
import type { TransactionStart } from '../../src/protocol/transaction-start.ts'
import { EnginePool, type SendControls, type SharedEngine } from '../../src/server/engine-pool.ts'
import { createHandler } from '../../src/server/handler.ts'
import { asMove, briefSend, HomeEngine, type SharingRules, writerRules } from '../../src/server/shared-engine.ts'
import { type RouterLimits, SessionRouter } from '../../src/server/session-router.ts'
import { StatementGuard } from '../../src/server/statement-guard.ts'
import { FakeHost } from '../support/fake-ledger.ts'
import { SimEnv } from '../support/sim-env.ts'

/** An engine over the fake ledger whose answers may be held back, as by a long statement. */
class TestEngine implements SharedEngine {
  readonly requestBytesMax = movedBytesMax
  readonly asked: string[] = []
  readonly begun: TransactionStart[] = []
  readonly handler: ReturnType<typeof createHandler>
  readonly host: FakeHost
  isDead = false
  #gate: Promise<void> = Promise.resolve()
  #open = (): void => undefined

  readonly #send: TestEngine['handler']['send']

  constructor(env: SimEnv, rules?: SharingRules) {
    const guard = new StatementGuard(env)
    this.host = new FakeHost(env, guard.isCancelled)
    this.handler = createHandler(this.host, env, { guard, sessionAgeMsMax: Infinity, sessionsMax: Infinity })
    this.#send = rules === undefined ? this.handler.send : briefSend(this.handler, env, rules)
  }

  async send(request: SendCommandRequest, { start }: SendControls = {}): Promise<SendCommandResponse> {
    if (start !== undefined) this.begun.push(start)
    this.asked.push(Object.keys(request).filter((name) => name !== 'SessionToken')[0] as string)
    await this.#gate
    if (this.isDead) throw new LedgerError('endpoint/failed', 'the engine has ended')
    try {
      return await this.#send(request, start === undefined ? {} : { start })
    } catch (error) {
      throw asMove(error)
    }
  }

  async snapshotTip(sessionToken: string): Promise<number | undefined> {
    return this.handler.snapshotTip(sessionToken)
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

  async control(): Promise<never> {
    throw new Error('not asked for')
  }

  async exportJournal(): Promise<never> {
    throw new Error('not asked for')
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
  readonly writers: TestEngine[] = []
  readonly faults: unknown[] = []
  readonly pool: EnginePool
  readonly router: SessionRouter

  /** `home`: the ledgers of an engine for short reads beside the others. `hasWriter`: one of these is for short changes. */
  constructor(engines = 1, limits: Partial<RouterLimits> = {}, home?: (env: SimEnv) => HomeEngine, hasWriter = false) {
    const start = async (into: TestEngine[], rules?: SharingRules) => {
      const engine = new TestEngine(this.env, rules)
      into.push(engine)
      return engine
    }
    const starts = {
      engine: () => start(this.engines),
      ...(hasWriter ? { shared: () => start(this.writers, writerRules) } : {}),
    }
    this.pool = new EnginePool(starts, engines, home?.(this.env))
    this.router = new SessionRouter(this.pool, this.env, {
      hasLedger: (name) => name !== 'absent',
      limits,
      onFault: (error) => this.faults.push(error),
    })
  }

  async session(ledger = 'fleet', from = ''): Promise<TestSession> {
    const answer = await this.router.send({ StartSession: { LedgerName: ledger } }, undefined, false, from)
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

  test('expired sessions and transactions get that error, and free everything', async () => {
    const { session, router, env, engines } = bound(new RouterWorld())
    const one = await (await session()).begin()
    await one.execute('rows 1')
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

  test('when all places are taken, the session unused longest gives way, and gets the error of an expired one', async () => {
    const { session, env } = bound(new RouterWorld(1, { sessionsMax: 3 }))
    const [abandoned, , busy] = [await session(), await session(), await session()]
    await busy.begin()
    env.advance(unusedSessionMsMin - 1)
    await failsAs(session(), 'LimitExceededException')
    env.advance(1)
    await session()
    await failsAs(abandoned.send({ StartTransaction: {} }), 'InvalidSessionException', /has expired/)
    await busy.execute('rows 1')
    await session()
    await failsAs(session(), 'LimitExceededException')
  })

  test('how long a session stays unused before it may give way is a limit like others', async () => {
    const { session, env } = bound(new RouterWorld(1, { sessionsMax: 1, unusedSessionMsMin: 3 }))
    await session()
    env.advance(2)
    await failsAs(session(), 'LimitExceededException')
    env.advance(1)
    await session()
  })

  test('an address with more sessions than another makes room for it, with a transaction open if it must', async () => {
    const { session } = bound(new RouterWorld(1, { serverSessionsMax: 4 }))
    const greedy = [await session('fleet', 'a'), await session('fleet', 'a'), await session('other', 'a')]
    for (const one of greedy) await one.begin()
    const modest = await session('fleet', 'b')
    await failsAs(session('fleet', 'a'), 'LimitExceededException')
    await session('fleet', 'c')
    await failsAs(greedy[0]?.execute('rows 1') as Promise<unknown>, 'InvalidSessionException', /has expired/)
    await modest.begin()
    await greedy[1]?.execute('rows 1')
  })

  test("one session's requests wait for their turn, and only so many", async () => {
    const { session, engines } = bound(new RouterWorld())
    const one = await (await session()).begin()
    await one.execute('rows 1')
    engines[0]?.holdUp()
    const asked = Array.from({ length: sessionRequestsMax }, (_, n) => one.execute(`rows ${n}`))
    await failsAs(one.execute('rows 1'), 'RateExceededException')
    await turn()
    assert.equal(engines[0]?.asked.filter((name) => name === 'ExecuteStatement').length, 2)
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
    await long.execute('rows 1')
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
    await short.execute('rows 1')
    assert.equal(engines[1]?.begun.length, 1)
  })

  test('a flush to the disk is no reason to leave the writer', async () => {
    const { session, engines, env, writers } = bound(new RouterWorld(2, {}, undefined, true))
    const [one, two] = [await (await session()).begin(), await (await session()).begin()]
    await one.execute('write')
    await two.execute('write')
    writers[0]?.holdUp()
    const committing = one.commit('write')
    await turn()
    env.advance(engineBusyMs * 2)
    const writing = two.execute('write')
    await turn()
    writers[0]?.goOn()
    await Promise.all([committing, writing])
    assert.deepEqual([writers.length, engines.length], [1, 0])
  })
})

describe('short reads at home', () => {
  function homeWorld(engines = 3, hasWriter = false) {
    let host: FakeHost | undefined
    const world = new RouterWorld(
      engines,
      {},
      (env) => {
        const guard = new StatementGuard(env)
        host = new FakeHost(env, guard.isCancelled)
        const options = { guard, sessionAgeMsMax: Infinity, sessionsMax: Infinity }
        return new HomeEngine(createHandler(host, env, options), env, async () => undefined)
      },
      hasWriter,
    )
    return { ...bound(world), home: host as FakeHost }
  }

  test('they reach no other engine', async () => {
    const { session, engines, home } = homeWorld()
    const one = await (await session()).begin()
    const first = await one.execute('rows 300')
    const NextPageToken = first.ExecuteStatement?.FirstPage.NextPageToken as string
    await one.send({ FetchPage: { TransactionId: one.transaction, NextPageToken } })
    await one.commit('rows 300')
    assert.equal(engines.length, 0)
    assert.deepEqual(home.ends, [`${one.transaction} commit`])
  })

  test('a transaction that writes leaves, with all that it did; the next of its session begins there', async () => {
    const { session, engines, home } = homeWorld()
    const one = await (await session()).begin()
    await one.execute('rows 1')
    await failsAs(one.execute('fail semantic/no-such-variable no'), 'BadRequestException')
    await one.execute('write')
    await one.commit('rows 1', 'fail semantic/no-such-variable no', 'write')
    assert.deepEqual(home.ends, [`${one.transaction} abort`])
    assert.deepEqual(engines[0]?.host.ends, [`${one.transaction} commit`])
    assert.equal(engines[0]?.begun[0]?.earlier?.commands.length, 2)
    await one.begin()
    await one.execute('rows 1')
    await one.commit('rows 1')
    assert.deepEqual(engines[0]?.begun[1]?.earlier, undefined)
    assert.equal(home.ends.length, 1)
    await one.begin()
    await one.execute('rows 1')
    await one.commit('rows 1')
    assert.deepEqual([engines.length, engines[0]?.begun.length, home.ends.length], [1, 2, 2])
  })

  test('a long statement leaves after its share of time, for an engine that others do not wait for', async () => {
    const { session, engines, writers, home, pool } = homeWorld(3, true)
    await pool.begin()
    const one = await (await session()).begin()
    const answer = await one.execute('wait 500')
    assert.equal(answer.ExecuteStatement?.FirstPage.Values.length, 1)
    await one.commit('wait 500')
    assert.deepEqual(home.ends, [`${one.transaction} abort`])
    assert.deepEqual([writers[0]?.asked, engines[0]?.host.ends], [[], [`${one.transaction} commit`]])
  })

  test('a long change leaves the writer with all that its transaction did, what it wrote included', async () => {
    const { session, engines, writers, home } = homeWorld(3, true)
    const one = await (await session()).begin()
    const statements = ['rows 1', 'write', 'rows 1', 'wait 500', 'rows 1']
    for (const statement of statements) await one.execute(statement)
    await one.commit(...statements)
    assert.deepEqual(home.ends, [`${one.transaction} abort`])
    assert.deepEqual(writers[0]?.host.ends, [`${one.transaction} abort`])
    assert.deepEqual(engines[0]?.host.ends, [`${one.transaction} commit`])
    assert.equal(engines[0]?.begun[0]?.earlier?.commands.length, 3)
  })

  test('a statement that may take long for a single row runs neither at home nor in the writer', async () => {
    const { session, engines, writers, home } = homeWorld(3, true)
    const one = await (await session()).begin()
    await one.execute('heavy')
    await one.commit('heavy')
    assert.deepEqual([home.ends, writers.length], [[`${one.transaction} abort`], 0])
    assert.deepEqual(engines[0]?.host.ends, [`${one.transaction} commit`])
    const two = await (await session()).begin()
    await two.execute('write')
    await two.execute('heavy')
    await two.commit('write', 'heavy')
    assert.deepEqual(writers[0]?.host.ends, [`${two.transaction} abort`])
    assert.deepEqual(engines[0]?.host.ends.at(-1), `${two.transaction} commit`)
  })

  test('pages that were promised at home are given by the engine it moved to', async () => {
    const { session, engines } = homeWorld()
    const one = await (await session()).begin()
    const fetch = async (NextPageToken: string | undefined) => {
      const request = { TransactionId: one.transaction, NextPageToken: NextPageToken as string }
      return (await one.send({ FetchPage: request })).FetchPage?.Page
    }
    const long = await one.execute('rows 500')
    const short = await one.execute('rows 250')
    const second = await fetch(long.ExecuteStatement?.FirstPage.NextPageToken)
    await one.execute('write')
    assert.equal(engines.length, 1)
    assert.equal((await fetch(second?.NextPageToken))?.Values.length, 100)
    assert.equal((await fetch(short.ExecuteStatement?.FirstPage.NextPageToken))?.Values.length, 50)
    await failsAs(fetch(long.ExecuteStatement?.FirstPage.NextPageToken), 'BadRequestException')
    await one.commit('rows 500', 'rows 250', 'write')
  })

  test('what was answered must hold good: a change in between is a conflict, and the end of the transaction', async () => {
    const { session, engines, home, router } = homeWorld()
    const warm = await (await session()).begin()
    await warm.execute('write')
    await warm.commit('write')
    home.tip = 7
    const host = (engines[0] as TestEngine).host
    const one = await (await session()).begin()
    await one.execute('rows 1')
    host.changedAt = 7
    await one.execute('write')
    await one.commit('rows 1', 'write')
    const two = await (await session()).begin()
    await two.execute('rows 1')
    host.changedAt = 8
    await failsAs(two.execute('write'), 'OccConflictException')
    await failsAs(two.execute('rows 1'), 'BadRequestException', 'No open transaction')
    assert.equal(router.transactions, 0)
    assert.equal(host.ends.at(-1), `${two.transaction} abort`)
    await two.begin()
    await two.execute('write')
    await two.commit('write')
  })

  test('a transaction of many or large commands is not kept at home', async () => {
    const { session, engines, home } = homeWorld()
    const one = await (await session()).begin()
    const many = Array.from({ length: movedCommandsMax + 1 }, () => 'rows 1')
    for (const statement of many) await one.execute(statement)
    assert.equal(engines[0]?.begun[0]?.earlier?.commands.length, movedCommandsMax)
    await one.commit(...many)
    const two = await (await session()).begin()
    const large = `rows 1 ${'x'.repeat(homeRequestBytesMax)}`
    await two.execute(large)
    await two.commit(large)
    assert.deepEqual(home.ends, [`${one.transaction} abort`])
    const three = await (await session()).begin()
    const larger = Array.from({ length: 10 }, () => `rows 1 ${'x'.repeat(movedBytesMax / 9)}`)
    for (const statement of larger) await three.execute(statement)
    await three.commit(...larger)
    assert.equal(home.ends.at(-1), `${three.transaction} abort`)
  })

  test('a statement that asks for the time is not run twice', async () => {
    const { session, engines, home } = homeWorld()
    const one = await (await session()).begin()
    await one.execute('rows 1')
    await one.execute('clock 300')
    await one.commit('rows 1', 'clock 300')
    assert.equal(engines[0]?.begun[0]?.earlier?.commands.length, 1)
    assert.deepEqual(home.ends, [`${one.transaction} abort`])
  })

  test('a client that goes away takes nothing to another engine', async () => {
    const { session, engines, router } = homeWorld()
    const one = await (await session()).begin()
    const gone = new AbortController()
    gone.abort()
    const Statement = 'wait 500'
    const asked = one.send({ ExecuteStatement: { TransactionId: one.transaction, Statement } }, gone.signal)
    await failsAs(asked, 'BadRequestException')
    assert.deepEqual([engines.length, router.transactions], [0, 1])
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
    for (const each of [one, two]) await each.execute('rows 1')
    ;(engines[0] as TestEngine).isDead = true
    await failsAs(one.execute('rows 1'), 'ServiceUnavailable')
    await one.begin()
    await one.execute('rows 1')
    assert.equal(engines.length, 2)
    await failsAs(two.execute('rows 1'), 'ServiceUnavailable')
    assert.equal(router.transactions, 1)
    assert.deepEqual(faults, [])
  })

  test('a ledger that is removed ends its sessions and no others', async () => {
    const { session, router, engines } = bound(new RouterWorld())
    const [mine, other] = [await (await session()).begin(), await (await session('other')).begin()]
    await mine.execute('rows 1')
    await router.endLedger('fleet')
    await turn()
    await failsAs(mine.execute('rows 1'), 'InvalidSessionException', 'No such session')
    await other.execute('rows 1')
    assert.equal(router.sessions, 1)
    assert.deepEqual(engines[0]?.host.ends, [`${mine.transaction} abort`])
  })
})

function bound(world: RouterWorld) {
  const { env, engines, writers, pool, router, faults } = world
  return {
    env,
    engines,
    writers,
    pool,
    router,
    faults,
    session: (ledger?: string, from?: string) => world.session(ledger, from),
  }
}
