import assert from 'node:assert/strict'
import type { SendCommandRequest } from '../../src/protocol/message.ts'
import { WireError } from '../../src/protocol/message.ts'
import { Driver, type Retry } from '../../src/driver/driver.ts'
import { describeFailure } from '../../src/driver/failure.ts'
import type { Transaction } from '../../src/driver/transaction.ts'
import type { Transport } from '../../src/driver/transport.ts'
import { createHandler, type Handler } from '../../src/server/handler.ts'
import { StatementGuard } from '../../src/server/statement-guard.ts'
import { bag, date, int, list, map, missing, string, structOf, time, type Value } from '../../src/values/value.ts'
import { LedgerError } from '../../src/base/errors.ts'
import { FakeHost } from '../support/fake-ledger.ts'
import { SimEnv } from '../support/sim-env.ts'

/** A world of one engine with a fake ledger, which a driver reaches by some transport. */
export class World {
  readonly env = new SimEnv(11)
  readonly guard = new StatementGuard(this.env)
  readonly host = new FakeHost(this.env, this.guard.isCancelled)
  readonly handler: Handler = createHandler(this.host, this.env, { guard: this.guard })
  /** The names of the commands that reached the engine. */
  readonly commands: string[] = []
  /** What the command of that name fails with, once each; `after`: when the engine has done it. */
  readonly failures: { readonly command: string; readonly error: Error; readonly after?: boolean }[] = []
  #driver: Driver | undefined
  #clean: () => Promise<void> = async () => undefined

  readonly send: Handler['send'] = async (request: SendCommandRequest, control) => {
    const command = Object.keys(request).find((name) => name !== 'SessionToken') as string
    this.commands.push(command)
    const index = this.failures.findIndex((failure) => failure.command === command)
    const [failure] = index === -1 ? [] : this.failures.splice(index, 1)
    if (failure !== undefined && failure.after !== true) throw failure.error
    const answer = await this.handler.send(request, control)
    if (failure !== undefined) throw failure.error
    return answer
  }

  connect(transport: Transport, clean: () => Promise<void> = async () => undefined): this {
    this.#driver = new Driver(transport, 'fleet', this.env)
    this.#clean = clean
    return this
  }

  get driver(): Driver {
    return this.#driver as Driver
  }

  async close(): Promise<void> {
    await this.driver.close()
    await this.#clean()
  }

  /** Commands since the last call, joined by blanks, each cut to what tells it apart. */
  takeCommands(): string {
    return this.commands
      .splice(0)
      .map((name) => name.replace('Transaction', '').replace('Statement', ''))
      .join(' ')
  }
}

const badRequest = (message: string) => new WireError('BadRequestException', message)
const unavailable = () => new WireError('ServiceUnavailable', 'not now')
const deadSession = () => new WireError('InvalidSessionException', 'No such session')

async function failsAs(answer: Promise<unknown>, kind: string, message?: string | RegExp): Promise<void> {
  await assert.rejects(answer, (error) => {
    const failure = describeFailure(error)
    assert.equal(failure.kind, kind, failure.message)
    if (typeof message === 'string') assert.equal(failure.message, message)
    else if (message !== undefined) assert.match(failure.message, message)
    return true
  })
}

const readAll = async (transaction: Transaction, statement: string, ...parameters: Value[]) =>
  (await transaction.execute(statement, parameters)).toArray()

/** What a driver does over any transport. */
export const driverCases: Readonly<Record<string, (world: World) => Promise<void>>> = {
  async 'a transaction is committed after its work, and the session is kept'(world) {
    const rows = await world.driver.execute((transaction) => readAll(transaction, 'rows 3'))
    assert.equal(rows.length, 3)
    await world.driver.execute((transaction) => readAll(transaction, 'write'))
    assert.equal(world.takeCommands(), 'StartSession Start Execute Commit Start Execute Commit')
  },

  async 'values come back as they were sent'({ driver }) {
    const values = [
      structOf({ name: string('Ann'), age: int(5) }),
      bag([int(1), missing]),
      map('integer', 'string', [list([int(1), string('one')])]),
      date(2021, 8, 22),
      time(10, 20, 30, 5n, 1, undefined),
      int(2n ** 80n),
    ]
    const found = await driver.execute((transaction) => readAll(transaction, 'echo', ...values))
    assert.deepEqual(found.map(plain), values.map(plain))
  },

  async 'pages are fetched when the loop comes to them'(world) {
    const transaction = await world.driver.begin()
    const result = await transaction.execute('rows 450')
    assert.equal(world.takeCommands(), 'StartSession Start Execute')
    assert.equal(result.isFetched, false)
    let count = 0
    for await (const _ of result) {
      count += 1
      if (count === 200) break
    }
    assert.equal(world.takeCommands(), '')
    for await (const _ of result) count += 1
    assert.equal(count, 450)
    assert.equal(world.takeCommands(), 'FetchPage FetchPage')
    assert.equal(result.stats().readIos, 450)
    assert.ok(result.stats().serverMs >= 1)
    await transaction.commit()
    assert.equal(transaction.stats().readIos, 450)
  },

  async 'whole pages are to be had'({ driver }) {
    await driver.execute(async (transaction) => {
      const sizes: number[] = []
      for await (const page of (await transaction.execute('rows 401')).pages()) sizes.push(page.length)
      assert.deepEqual(sizes, [200, 200, 1])
      const empty: number[] = []
      for await (const page of (await transaction.execute('rows 0')).pages()) empty.push(page.length)
      assert.deepEqual(empty, [0])
    })
  },

  async 'rows that were fetched outlive the transaction, others do not'({ driver }) {
    const transaction = await driver.begin()
    const small = await transaction.execute('rows 3')
    const large = await transaction.execute('rows 300')
    await transaction.commit()
    assert.equal((await small.toArray()).length, 3)
    await failsAs(large.toArray(), 'statement', /^transaction '\w{22}' is over$/)
  },

  async 'a refused statement leaves the transaction open, and its digest right'(world) {
    const transaction = await world.driver.begin()
    await failsAs(transaction.execute('fail semantic/invalid no'), 'statement')
    assert.equal(transaction.isOpen, true)
    await transaction.execute('write')
    await transaction.commit()
    assert.deepEqual(world.host.ends, [`${transaction.id} commit`])
    assert.equal(world.takeCommands(), 'StartSession Start Execute Execute Commit')
  },

  async 'statements called at once are sent in the order of the calls'({ driver }) {
    const transaction = await driver.begin()
    const answers = ['rows 1', 'rows 2', 'rows 3'].map((statement) => readAll(transaction, statement))
    const commit = transaction.commit()
    assert.deepEqual(
      (await Promise.all(answers)).map((rows) => rows.length),
      [1, 2, 3],
    )
    await commit
  },

  async 'the place of a fault is read out of its text'({ driver }) {
    const transaction = await driver.begin()
    const error = await transaction.execute("fail semantic/no-such-variable No such variable named 'N'").then(
      () => assert.fail('it was accepted'),
      (reason: unknown) => reason,
    )
    const { kind, message, summary, category, line, column } = describeFailure(error)
    assert.deepEqual(
      { kind, message, summary, category, line, column },
      {
        kind: 'statement',
        message: "Semantic Error: at line 1, column 4: No such variable named 'N'; No such variable named 'N'",
        summary: "No such variable named 'N'",
        category: 'Semantic Error',
        line: 1,
        column: 4,
      },
    )
    await transaction.abort()
  },

  async 'a conflict is retried on the same session, with a growing wait'(world) {
    world.host.conflicts = 3
    const retries: Retry[] = []
    const startMs = world.env.monotonicMs()
    const rows = await world.driver.execute((transaction) => readAll(transaction, 'rows 2'), {
      onRetry: (retry) => retries.push(retry),
    })
    assert.equal(rows.length, 2)
    assert.equal(
      world.takeCommands(),
      'StartSession Start Execute Commit Start Execute Commit Start Execute Commit Start Execute Commit',
    )
    assert.deepEqual(
      retries.map(({ attempt, failure }) => [attempt, failure.kind]),
      [1, 2, 3].map((attempt) => [attempt, 'conflict']),
    )
    const waited = retries.reduce((sum, { delayMs }) => sum + delayMs, 0)
    assert.ok(Math.abs(world.env.monotonicMs() - startMs - waited) < 1)
    for (const { attempt, delayMs } of retries) assert.ok(delayMs >= 0 && delayMs <= 10 * 2 ** attempt)
  },

  async 'after the last retry the failure is reported'(world) {
    world.host.conflicts = 9
    await failsAs(
      world.driver.execute((transaction) => readAll(transaction, 'rows 1'), { retries: 1 }),
      'conflict',
      /^Optimistic concurrency control/,
    )
    assert.equal(world.host.conflicts, 7)
    await failsAs(
      world.driver.execute((transaction) => readAll(transaction, 'rows 1')),
      'conflict',
    )
    assert.equal(world.host.conflicts, 2)
  },

  async 'a 503 is retried, also on commit; the transaction is aborted first'(world) {
    for (const command of ['StartTransaction', 'ExecuteStatement', 'CommitTransaction']) {
      await world.driver.check()
      world.takeCommands()
      world.failures.push({ command, error: unavailable() })
      await world.driver.execute((transaction) => readAll(transaction, 'rows 1'))
      const before = { StartTransaction: '', ExecuteStatement: 'Start ', CommitTransaction: 'Start Execute ' }[command]
      const failed = command.replace(/Transaction|Statement/, '')
      assert.equal(world.takeCommands(), `${before}${failed} Abort Start Execute Commit`)
    }
  },

  async 'a commit whose answer is lost in a 503 is done again, as the drivers do'(world) {
    world.failures.push({ command: 'CommitTransaction', error: unavailable(), after: true })
    await world.driver.execute((transaction) => readAll(transaction, 'write'))
    assert.equal(world.host.ends.length, 2)
  },

  async 'an expired transaction is not retried, and its session is used again'(world) {
    const tries: string[] = []
    await failsAs(
      world.driver.execute(async (transaction) => {
        tries.push(transaction.id)
        world.env.advance(31_000)
        await transaction.execute('rows 1')
      }),
      'expired',
      /^Transaction \w{22} has expired$/,
    )
    assert.equal(tries.length, 1)
    await world.driver.execute((transaction) => readAll(transaction, 'rows 1'))
    assert.equal(world.takeCommands(), 'StartSession Start Execute Abort Start Execute Commit')
  },

  async 'a session that died while idle is replaced, even without retries'(world) {
    await world.driver.execute((transaction) => readAll(transaction, 'rows 1'), { retries: 0 })
    world.env.advance(18 * 60_000)
    await world.driver.execute((transaction) => readAll(transaction, 'rows 1'), { retries: 0 })
    assert.equal(world.takeCommands(), 'StartSession Start Execute Commit Start StartSession Start Execute Commit')
  },

  async 'a session that dies at work is replaced by a retry'(world) {
    world.failures.push({ command: 'ExecuteStatement', error: deadSession() })
    await world.driver.execute((transaction) => readAll(transaction, 'rows 1'))
    assert.equal(world.takeCommands(), 'StartSession Start Execute StartSession Start Execute Commit')
  },

  async 'what is wrong with the request is not retried'(world) {
    await failsAs(
      world.driver.execute((transaction) => transaction.execute('fail document/too-large no')),
      'statement',
      'no',
    )
    assert.equal(world.takeCommands(), 'StartSession Start Execute Abort')
    world.failures.push({ command: 'StartSession', error: badRequest('no ledger') })
    const second = await world.driver.begin()
    await failsAs(world.driver.begin(), 'statement', 'no ledger')
    await second.abort()
  },

  async 'a failure of the work itself aborts and is passed on'(world) {
    await assert.rejects(
      world.driver.execute(async (transaction) => {
        await transaction.execute('write')
        throw new RangeError('mine')
      }),
      RangeError,
    )
    assert.equal(world.takeCommands(), 'StartSession Start Execute Abort')
  },

  async 'work may abort: its value is returned, nothing is committed'(world) {
    const value = await world.driver.execute(async (transaction) => {
      await transaction.execute('write')
      await transaction.abort()
      return 7
    })
    assert.equal(value, 7)
    assert.equal(world.takeCommands(), 'StartSession Start Execute Abort')
  },

  async 'a failure that ended the transaction can not be swallowed'(world) {
    world.failures.push({ command: 'ExecuteStatement', error: unavailable() })
    const swallow = async (transaction: Transaction) => {
      await transaction.execute('rows 1').catch(() => undefined)
    }
    await failsAs(world.driver.execute(swallow, { retries: 0 }), 'unavailable', 'not now')
  },

  async 'transactions at once have sessions of their own'(world) {
    const [left, right] = await Promise.all([world.driver.begin(), world.driver.begin()])
    await left.execute('write')
    await right.execute('write')
    await Promise.all([left.commit(), right.commit()])
    await world.driver.begin()
    assert.equal(world.commands.filter((command) => command === 'StartSession').length, 2)
  },

  async 'a transaction that is over takes no more'({ driver }) {
    const transaction = await driver.begin()
    await transaction.commit()
    await failsAs(transaction.execute('rows 1'), 'statement', /is over$/)
    await failsAs(transaction.commit(), 'statement', /is over$/)
    await transaction.abort()
  },

  async 'another digest than ours is an error, and not retried'(world) {
    world.failures.push({ command: 'CommitTransaction', error: badRequest("Digests don't match") })
    await failsAs(
      world.driver.execute((transaction) => readAll(transaction, 'rows 1')),
      'statement',
      "Digests don't match",
    )
    assert.equal(world.takeCommands(), 'StartSession Start Execute Commit Abort')
  },

  async 'a bug in the engine is reported as one'({ driver }) {
    const transaction = await driver.begin()
    await failsAs(transaction.execute('bug'), 'bug', /^this is a fault of qldb-shell itself/)
    assert.equal(transaction.isOpen, false)
  },

  async 'close ends the idle sessions'(world) {
    await world.driver.execute((transaction) => readAll(transaction, 'rows 1'))
    const open = await world.driver.begin()
    await world.driver.execute((transaction) => readAll(transaction, 'rows 1'))
    world.takeCommands()
    await world.driver.close()
    assert.equal(world.takeCommands(), 'EndSession')
    await failsAs(world.driver.begin(), 'unavailable', 'the driver is closed')
    await open.abort()
  },
}

/** What only a transport does that can stop the engine. */
export const stoppingCases: Readonly<Record<string, (world: World) => Promise<void>>> = {
  async 'a raised signal stops the statement; transaction and session stay open'(world) {
    const transaction = await world.driver.begin()
    const controller = new AbortController()
    const advance = world.env.advance.bind(world.env)
    let steps = 0
    world.env.advance = (ms) => {
      steps += 1
      if (steps === 5) controller.abort()
      advance(ms)
    }
    await assert.rejects(
      transaction.execute('wait 20000', [], { signal: controller.signal }),
      (error) => error instanceof LedgerError && error.code === 'cancelled/by-user',
    )
    assert.equal(steps, 5)
    assert.equal(transaction.isOpen, true)
    assert.equal((await readAll(transaction, 'wait 300')).length, 1)
    await transaction.commit()
    assert.deepEqual(world.host.ends, [`${transaction.id} commit`])
  },

  async 'a signal raised before the call sends nothing'(world) {
    const transaction = await world.driver.begin()
    world.takeCommands()
    await failsAs(transaction.execute('rows 1', [], { signal: AbortSignal.abort() }), 'cancelled')
    assert.equal(world.takeCommands(), '')
    await transaction.commit()
  },

  async 'the signal of a statement also ends the fetching of its pages'(world) {
    const transaction = await world.driver.begin()
    const controller = new AbortController()
    const result = await transaction.execute('rows 900', [], { signal: controller.signal })
    let count = 0
    const read = async () => {
      for await (const _ of result) {
        count += 1
        if (count === 300) controller.abort()
      }
    }
    await failsAs(read(), 'cancelled')
    assert.equal(count, 400)
    await transaction.commit()
  },
}

function plain(value: Value): unknown {
  return JSON.parse(JSON.stringify(value, (_, member) => (typeof member === 'bigint' ? `${member}n` : member)))
}
