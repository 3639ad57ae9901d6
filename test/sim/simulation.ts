import assert from 'node:assert/strict'
import { Driver } from '../../src/driver/driver.ts'
import { describeFailure } from '../../src/driver/failure.ts'
import { createLocalTransport } from '../../src/driver/local-transport.ts'
import type { Result } from '../../src/driver/result.ts'
import type { Transaction } from '../../src/driver/transaction.ts'
import { transactionAgeMsMax } from '../../src/base/limits.ts'
import { Ledger } from '../../src/ledger/ledger.ts'
import { createHandler } from '../../src/server/handler.ts'
import type { Store } from '../../src/store/store.ts'
import type { Value } from '../../src/values/value.ts'
import { FaultStore } from '../support/fault-store.ts'
import { SimEnv } from '../support/sim-env.ts'
import { blockTimes, checkLedger, checkState, transactionsSince } from './checks.ts'
import { Dice } from './dice.ts'
import { type Answer, answer, canonical, type Row, type State, type Statement, Working } from './model.ts'
import {
  anyStatement,
  createIndex,
  createTable,
  dropIndex,
  insert,
  tableNames,
  userTables,
  withoutIndexIds,
} from './statements.ts'

export interface SimulationOptions {
  readonly seed: number
  /** How many steps; each is one thing that one session does, or that befalls all. */
  readonly steps: number
  readonly sessions?: number
  /** The store that survives every crash; in memory or on disk. */
  readonly openStore: () => Store
  /** Test only: what a planted bug does to the store (planted-bugs.ts). */
  readonly wrapStore?: (store: Store) => Store
  readonly transactionAgeMsMax?: number
}

/** What a run has seen; a simulator that does nothing must not pass. */
export interface Tally {
  steps: number
  statements: number
  failedStatements: number
  commits: number
  readOnlyCommits: number
  conflicts: number
  expired: number
  crashes: number
  refusedWrites: number
  unknownOutcomes: number
}

/**
 * Several sessions over one store, in one process, all from one seed: which session steps next, what it asks, when the
 * clock moves or jumps, when the store refuses a write (`store/full`) or the process dies in the middle of one. Two
 * ledgers are open over the store, as two processes would have it.
 *
 * What is promised, and so what may go wrong here: a write of the store is refused whole, or is cut off by the death of
 * the process at any of its steps and then happened whole or not at all (FaultStore). Bits do not rot here: that is
 * only detected, not survived (docs/durability.md, test/store/damage.test.ts).
 *
 * A model made of maps says what every statement must answer: at once, from the state that the transaction reads from;
 * and again when it has committed, from the state that the blocks before its own have left, which shows that the
 * history is serializable in the order of the blocks.
 */
export class Simulation {
  readonly tally: Tally = {
    steps: 0,
    statements: 0,
    failedStatements: 0,
    commits: 0,
    readOnlyCommits: 0,
    conflicts: 0,
    expired: 0,
    crashes: 0,
    refusedWrites: 0,
    unknownOutcomes: 0,
  }
  readonly #options: SimulationOptions
  readonly #dice: Dice
  readonly #env: SimEnv
  readonly #disk: Store
  #faults: FaultStore
  #ledgers: readonly Ledger[] = []
  #sessions: SimSession[] = []
  /** By block number. */
  readonly #states: State[] = [new Map()]
  readonly #digests: ReturnType<Ledger['digest']>[] = []
  readonly #faultsSeen: unknown[] = []

  constructor(options: SimulationOptions) {
    this.#options = options
    this.#dice = new Dice(options.seed)
    this.#env = new SimEnv(options.seed)
    this.#disk = options.wrapStore?.(options.openStore()) ?? options.openStore()
    this.#faults = new FaultStore(this.#disk, Number.MAX_SAFE_INTEGER, 'fail')
  }

  /** Rejects with an AssertionError when the ledger did what it may not. */
  async run(): Promise<Tally> {
    await this.#open()
    await this.#setUp()
    for (; this.tally.steps < this.#options.steps; this.tally.steps += 1) {
      await this.#step()
      if (this.#faults.isKilled) await this.#crash([])
      if (this.tally.steps % 100 === 99) await this.#check()
    }
    await this.#crash([])
    await this.#check()
    await this.#disk.close()
    return this.tally
  }

  async #setUp(): Promise<void> {
    const session = this.#sessions[0] as SimSession
    // More than a page of rows, in some runs.
    const many = Array.from({ length: this.#dice.percent(20) ? 230 : 5 }, (_, at) => ({ k: at % 40, v: 0 }))
    for (const statements of [[createTable('A'), createIndex('A', 'k'), insert('A', many)], [createTable('B')]]) {
      await this.#begin(session)
      for (const statement of statements) await this.#execute(session, statement)
      await this.#commit([session])
    }
  }

  /** As a process starts: nothing is kept but what the store holds. */
  async #open(): Promise<void> {
    const { seed, sessions = 5, transactionAgeMsMax } = this.#options
    const how = this.#dice.percent(50) ? 'kill' : 'fail'
    const isDoomed = this.#states.length > 3
    for (;;) {
      this.#faults = new FaultStore(this.#disk, isDoomed ? 1 + this.#dice.below(80) : Number.MAX_SAFE_INTEGER, how)
      const open = () => Ledger.open(this.#faults, this.#env, { name: `sim-${seed}`, strictQldb: false })
      try {
        this.#ledgers = [await open(), await open()]
        break
      } catch (error) {
        if (!this.#faults.isReached) throw error
      }
    }
    this.#faultsSeen.length = 0
    const onFault = (error: unknown) => this.#faultsSeen.push(error)
    const limits = transactionAgeMsMax === undefined ? {} : { transactionAgeMsMax }
    const handlers = this.#ledgers.map((ledger) =>
      createHandler({ open: async () => ledger }, this.#env, { onFault, ...limits }),
    )
    this.#sessions = Array.from({ length: sessions }, (_, number) => {
      const handler = handlers[number % handlers.length] as (typeof handlers)[number]
      return new SimSession(number, new Driver(createLocalTransport(handler.send, 'sim'), 'sim', this.#env))
    })
  }

  async #step(): Promise<void> {
    const dice = this.#dice
    if (dice.percent(5)) this.#moveClock()
    if (dice.percent(1)) return this.#crash([])
    const session = dice.pick(this.#sessions)
    if (session.transaction === undefined) return this.#begin(session)
    const what = dice.weighted([
      [72, 'execute'],
      [4, 'drop-index'],
      [4, 'read-on'],
      [16, 'commit'],
      [4, 'abort'],
    ] as const)
    if (what === 'execute') await this.#execute(session, anyStatement(dice, this.#workingOf(session), this.#strandId))
    else if (what === 'drop-index') await this.#dropIndex(session)
    else if (what === 'read-on') await this.#readOn(session)
    else if (what === 'abort') await session.abort()
    else {
      const others = this.#sessions.filter(
        (one) => one !== session && one.transaction !== undefined && dice.percent(25),
      )
      await this.#commit([session, ...others])
    }
  }

  #moveClock(): void {
    const ms = this.#dice.weighted([
      [60, 1 + this.#dice.below(3000)],
      [20, 12_000],
      [5, transactionAgeMsMax],
      [1, 18 * 60_000],
    ])
    if (this.#dice.percent(20)) this.#env.jump(this.#dice.percent(50) ? -ms * 10 : ms * 10)
    else this.#env.advance(ms)
  }

  async #begin(session: SimSession): Promise<void> {
    const transaction = await session.driver.begin()
    session.start(transaction, this.#env.monotonicMs())
  }

  /** What the session's transaction sees: a snapshot of the newest block when it is asked for first. */
  #workingOf(session: SimSession): Working {
    session.working ??= new Working(this.#states.at(-1) as State)
    session.base ??= this.#states.length - 1
    return session.working
  }

  async #execute(session: SimSession, statement: Statement): Promise<readonly Row[]> {
    const working = this.#workingOf(session)
    this.tally.statements += 1
    const { rows, failure, result } = await session.execute(statement)
    if (failure !== undefined && this.#isOver(session, failure)) return []
    // Its first page alone is there: the rest has to be of this moment, too, when it is read.
    const isWhole =
      result === undefined || result.isFetched || !statement.text.startsWith('SELECT') || this.#dice.percent(50)
    const all = isWhole && result !== undefined ? [...rows, ...(await rest(result, statement))] : rows
    const observed: Answer = failure === undefined ? answer(all) : { codes: [failure.code] }
    const expected = statement.apply(working, all)
    if (failure !== undefined) this.tally.failedStatements += 1
    if (isWhole) this.#compare(observed, expected, `session ${session.number}: ${statement.text}`)
    else session.pending.push({ statement, rows, expected, result: result as Result })
    session.done.push({ statement, rows: all, observed: isWhole ? observed : undefined })
    return all
  }

  async #readOn(session: SimSession): Promise<void> {
    const pending = session.pending.pop()
    if (pending === undefined) return
    const { statement, rows, expected, result } = pending
    try {
      const observed = answer([...rows, ...(await rest(result, statement))])
      this.#compare(observed, expected, `session ${session.number}, later pages: ${statement.text}`)
    } catch (error) {
      if (error instanceof assert.AssertionError || !this.#isOver(session, describeFailure(error))) throw error
    }
  }

  async #dropIndex(session: SimSession): Promise<void> {
    const raw: { id: string; name: string; status: string; indexes: { indexId: string; expr: string }[] }[] = []
    const watched = { ...userTables, see: (row: Row) => raw.push(row as (typeof raw)[number]) }
    await this.#execute(session, watched)
    const tables = raw.filter(({ indexes, status }) => status === 'ACTIVE' && indexes.length > 0)
    if (session.transaction === undefined || tables.length === 0) return
    const table = this.#dice.pick(tables)
    const { indexId, expr } = this.#dice.pick(table.indexes)
    await this.#execute(session, dropIndex(table.name, expr.slice(1, -1), indexId))
  }

  /** Whether a failure has ended the transaction; it must have had a reason to. */
  #isOver(session: SimSession, { kind, code, message }: ReturnType<typeof describeFailure>): boolean {
    if (this.#faults.isKilled) return true
    if (kind === 'statement') {
      assert.ok(!this.#isTooOld(session), `a statement was looked at after the transaction's time: ${message}`)
      return false
    }
    assert.ok(kind === 'expired' || kind === 'dead-session', `${code}: ${message} ${this.#faultsSeen.join()}`)
    assert.ok(this.#isTooOld(session), `${message}, but its time has not run out`)
    this.tally.expired += 1
    session.forget()
    return true
  }

  #isTooOld({ startedMs }: SimSession): boolean {
    return this.#env.monotonicMs() - startedMs >= transactionAgeMsMax
  }

  /** Commits of several sessions at once; whatever comes of them has to be explained. */
  async #commit(sessions: readonly SimSession[]): Promise<void> {
    const before = this.#states.length - 1
    const tries = await Promise.all(
      sessions.map(async (session) => {
        const transaction = session.transaction as Transaction
        const failure = await transaction.commit().then(() => undefined, describeFailure)
        return { session, id: transaction.id, failure, isTooOld: this.#isTooOld(session) }
      }),
    )
    if (this.#faults.isKilled) return this.#crash(tries)
    this.#follow(tries)
    for (const { session, id, failure, isTooOld } of tries) {
      const what = `the commit of session ${session.number} (${id})`
      const isWritten = this.#blockOf.has(id)
      if (failure === undefined) {
        assert.ok(!isTooOld, `${what} came after its time`)
        if (isWritten) this.tally.commits += 1
        else this.#checkReadOnly(session, before, what)
      } else {
        assert.ok(!isWritten, `${what} was refused (${failure.code}), but its block is there`)
        if (failure.kind === 'conflict') this.#checkConflict(session, what)
        else if (failure.code === 'store/full') this.tally.refusedWrites += 1
        else assert.ok(this.#isOver(session, failure), `${what}: ${failure.code} ${failure.message}`)
      }
      session.forget()
    }
  }

  /** Takes in the blocks that have come since; each must be of one of these commits. */
  #follow(tries: readonly Attempt[]): void {
    for (const { transactionId, sequenceNo } of transactionsSince(this.#disk, this.#states.length)) {
      assert.equal(sequenceNo, this.#states.length, 'blocks have no gap')
      const found = tries.find(({ id }) => id === transactionId)
      assert.ok(found !== undefined, `block ${sequenceNo} is of transaction ${transactionId}, which did not commit`)
      const working = this.#replayed(found.session, sequenceNo - 1)
      assert.ok(working.isChanged, `transaction ${transactionId} changed nothing and wrote block ${sequenceNo}`)
      this.#states.push(working.committed(transactionId, sequenceNo))
      this.#blockOf.set(transactionId, sequenceNo)
    }
  }
  readonly #blockOf = new Map<string, number>()

  /** All statements of a session's transaction again, after block `tip`: they must answer what they have answered. */
  #replayed(session: SimSession, tip: number): Working {
    const working = new Working(this.#states[tip] as State)
    for (const { statement, rows, observed } of session.done) {
      const expected = statement.apply(working, rows)
      if (observed === undefined) continue
      const place = `serialized after block ${tip}, read from block ${session.base}`
      this.#compare(observed, expected, `session ${session.number}, ${place}: ${statement.text}`)
    }
    return working
  }

  /** One that wrote nothing stands somewhere between the blocks of its time. */
  #checkReadOnly(session: SimSession, before: number, what: string): void {
    this.tally.readOnlyCommits += 1
    assert.ok(session.working?.isChanged !== true, `${what} succeeded, but its block is not there`)
    let problem: unknown
    for (let tip = before; tip < this.#states.length; tip += 1) {
      try {
        this.#replayed(session, tip)
        return
      } catch (error) {
        problem = error
      }
    }
    throw problem
  }

  #checkConflict(session: SimSession, what: string): void {
    this.tally.conflicts += 1
    const base = session.base as number
    assert.ok(this.#states.length - 1 > base, `${what} conflicts, though nobody else has committed`)
    const isBlind = session.done.every(({ statement, observed }) => statement.isBlind && observed && 'rows' in observed)
    const isCatalogSame = this.#catalogAt(base) === this.#catalogAt(this.#states.length - 1)
    assert.ok(!isBlind || !isCatalogSame, `${what} only inserted, and conflicts`)
  }

  #catalogAt(tip: number): string {
    const tables = [...(this.#states[tip] as State).values()]
    return canonical(tables.map(({ id, name, isActive, indexes }) => ({ id, name, isActive, indexes })))
  }

  /** The process is gone; a new one finds what the store holds. `tries` were under way. */
  async #crash(tries: readonly Attempt[]): Promise<void> {
    this.tally.crashes += 1
    this.#follow(tries)
    for (const { id, failure, session } of tries) {
      const isWritten = this.#blockOf.has(id)
      if (failure !== undefined && isWritten) this.tally.unknownOutcomes += 1
      if (failure === undefined && session.working?.isChanged === true)
        assert.ok(isWritten, `the commit of session ${session.number} was acknowledged, and lost`)
      if (failure?.kind === 'conflict') assert.ok(!isWritten, 'what was refused is not there')
    }
    await this.#open()
    assert.equal(this.#ledgers[0]?.tip().sequenceNo, this.#states.length - 1)
  }

  async #check(): Promise<void> {
    const [ledger] = this.#ledgers
    assert.ok(ledger !== undefined)
    this.#digests.push(ledger.digest())
    const state = this.#states.at(-1) as State
    await checkState(ledger, state, tableNames)
    await checkLedger(this.#disk, ledger, state, tableNames, this.#env, this.#digests, this.#dice)
    const times = blockTimes(this.#disk)
    assert.deepEqual(
      times,
      [...times].sort((a, b) => a - b),
      'the times of the blocks never go back',
    )
  }

  get #strandId(): string {
    return (this.#ledgers[0] as Ledger).strandId
  }

  #compare(observed: Answer, expected: Answer, what: string): void {
    if ('codes' in observed && 'codes' in expected && expected.codes.includes(observed.codes[0] as string)) return
    assert.deepEqual(
      observed,
      expected,
      `${what.slice(0, 400)}\n  answered ${brief(observed)}\n  expected ${brief(expected)}`,
    )
  }
}

function brief(answer: Answer): string {
  return JSON.stringify(answer).slice(0, 1500)
}

interface Attempt {
  readonly session: SimSession
  readonly id: string
  readonly failure: ReturnType<typeof describeFailure> | undefined
}

/** A statement that was run; `observed` undefined: nobody has read all of its rows. */
interface Done {
  readonly statement: Statement
  readonly rows: readonly Row[]
  readonly observed: Answer | undefined
}

interface Pending {
  readonly statement: Statement
  readonly rows: readonly Row[]
  readonly expected: Answer
  readonly result: Result
}

class SimSession {
  readonly number: number
  readonly driver: Driver
  transaction: Transaction | undefined
  startedMs = 0
  base: number | undefined
  working: Working | undefined
  done: Done[] = []
  pending: Pending[] = []

  constructor(number: number, driver: Driver) {
    this.number = number
    this.driver = driver
  }

  start(transaction: Transaction, nowMs: number): void {
    this.forget()
    this.transaction = transaction
    this.startedMs = nowMs
  }

  forget(): void {
    this.transaction = undefined
    this.base = undefined
    this.working = undefined
    this.done = []
    this.pending = []
  }

  async abort(): Promise<void> {
    await this.transaction?.abort()
    this.forget()
  }

  /** The rows of the first page, and the result that may have more. */
  async execute(statement: Statement & { see?: (row: Row) => void }): Promise<{
    rows: readonly Row[]
    failure: ReturnType<typeof describeFailure> | undefined
    result: Result | undefined
  }> {
    try {
      const result = await (this.transaction as Transaction).execute(statement.text)
      const rows: Row[] = []
      for await (const page of result.pages()) {
        rows.push(...page.map((value) => seen(statement, value)))
        break
      }
      return { rows, failure: undefined, result }
    } catch (error) {
      return { rows: [], failure: describeFailure(error), result: undefined }
    }
  }
}

async function rest(result: Result, statement: Statement): Promise<Row[]> {
  const rows: Row[] = []
  for await (const page of result.pages()) rows.push(...page.map((value) => seen(statement, value)))
  return rows
}

function seen(statement: Statement & { see?: (row: Row) => void }, value: Value): Row {
  const row = plain(value)
  statement.see?.(row)
  return statement.text === userTables.text ? withoutIndexIds(row) : row
}

/** An Ion value as plain data. */
export function plain(value: Value): Row {
  switch (value.type) {
    case 'int':
      return Number(value.value)
    case 'string':
      return value.value
    case 'null':
      return null
    case 'list':
    case 'bag':
      return value.items.map(plain)
    case 'struct':
      return Object.fromEntries(value.names.map((name, at) => [name, plain(value.values[at] as Value)]))
    default:
      return `a ${value.type}`
  }
}
