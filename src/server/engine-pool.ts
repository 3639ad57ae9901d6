import { LedgerError } from '../base/errors.ts'
import { engineBusyMs } from '../base/limits.ts'
import type { SendCommandRequest, SendCommandResponse, StopSignal } from '../protocol/message.ts'
import type { TransactionStart } from '../protocol/transaction-start.ts'

export interface SendControls {
  /** The client has gone away. */
  readonly signal?: StopSignal
  /** The request's transaction is to be begun first. */
  readonly start?: TransactionStart
}

/** Something that runs statements for many sessions, one after the other: a handler in this thread or in another. */
export interface Engine {
  /** Rejects with WireError; with LedgerError 'cancelled/by-user' after the signal, 'endpoint/failed' when it has died. */
  send(request: SendCommandRequest, controls?: SendControls): Promise<SendCommandResponse>
  /** For how many milliseconds the statement that it runs has been running; 0 when it runs none. */
  statementMs(): number
  /** Ends all sessions on a ledger and closes it. */
  forget(ledger: string): Promise<void>
  close(): Promise<void>
}

/** An engine for short transactions that only read; its `send` rejects with MovesAway for what it does not do. */
export interface ReadEngine extends Engine {
  /** The newest block that a seat's transaction reads; undefined before its first statement. */
  snapshotTip(sessionToken: string): number | undefined
}

/** The transaction has to go on in another engine; here, the command was not worked on. */
export class MovesAway extends Error {
  readonly why: 'write' | 'long'

  constructor(why: MovesAway['why']) {
    super(`the transaction is for another engine: ${why}`)
    this.why = why
  }
}

/** What a transaction is likely to be: one that only reads a little, one that writes, or one with long statements. */
export type Kind = 'short read' | 'write' | 'long'

/** A session of an engine that the pool lends to one transaction at a time. */
export interface Seat {
  readonly engine: PooledEngine
  readonly ledger: string
  readonly token: string
}

/**
 * The engines of a server. An engine works without ever waiting, so a long statement holds up all who share it: each
 * transaction is given to an engine that is not held up. Short reads are the business of the engine at home, if there
 * is one. Sessions that were seen to run long statements are kept off the first of the others, where all that write are
 * served. That one serves as long as all is short, and its commits then share their flushes; more are started, up to a
 * maximum, when they are needed.
 */
export class EnginePool {
  readonly #start: () => Promise<Engine>
  readonly #max: number
  readonly #home: PooledEngine | undefined
  #engines: PooledEngine[] = []
  #starting: Promise<PooledEngine> | undefined

  constructor(start: () => Promise<Engine>, max: number, home?: ReadEngine) {
    this.#start = start
    this.#max = max
    this.#home = home === undefined ? undefined : new PooledEngine(home, (token) => home.snapshotTip(token))
  }

  get size(): number {
    return this.#engines.length
  }

  /** How many engines are at a long statement. */
  get busy(): number {
    return this.#engines.filter((engine) => engine.isHeldUp).length
  }

  /** A seat for a transaction. Rejects as Engine.send does for StartSession. */
  async take(ledger: string, kind: Kind): Promise<Seat> {
    const engine = kind === 'short read' && this.#home !== undefined ? this.#home : await this.#choose(kind === 'long')
    const idle = engine.idleSeats.get(ledger)?.pop()
    if (idle !== undefined) return idle
    const answer = await engine.send({ StartSession: { LedgerName: ledger } })
    return { engine, ledger, token: answer.StartSession?.SessionToken as string }
  }

  /** Takes back a seat whose transaction is over. */
  giveBack(seat: Seat): void {
    const { engine, ledger } = seat
    if (engine.isDead) return
    const idle = engine.idleSeats.get(ledger)
    if (idle === undefined) engine.idleSeats.set(ledger, [seat])
    else idle.push(seat)
  }

  async forget(ledger: string): Promise<void> {
    const engines = this.#home === undefined ? this.#engines : [this.#home, ...this.#engines]
    for (const engine of engines) engine.idleSeats.delete(ledger)
    await Promise.all(engines.map((engine) => engine.forget(ledger)))
  }

  /** Starts the first engine, so that what stands in its way shows now. */
  async begin(): Promise<void> {
    if (this.#engines.length === 0) await this.#add()
  }

  async close(): Promise<void> {
    await this.#starting?.catch(() => undefined)
    await Promise.all([this.#home, ...this.#engines].map((engine) => engine?.close()))
    this.#engines = []
  }

  async #choose(isHeavy: boolean): Promise<PooledEngine> {
    this.#engines = this.#engines.filter((engine) => !engine.isDead)
    const candidates = isHeavy && this.#max > 1 ? this.#engines.slice(1) : this.#engines
    const free = candidates.find((engine) => !engine.isHeldUp)
    if (free !== undefined) return free
    const isFull = this.#engines.length >= this.#max
    const least = candidates.reduce<PooledEngine | undefined>(
      (found, engine) => (found === undefined || engine.waiting < found.waiting ? engine : found),
      undefined,
    )
    return isFull && least !== undefined ? least : this.#add()
  }

  #add(): Promise<PooledEngine> {
    this.#starting ??= this.#start()
      .then((engine) => {
        const pooled = new PooledEngine(engine)
        this.#engines.push(pooled)
        return pooled
      })
      .finally(() => {
        this.#starting = undefined
      })
    return this.#starting
  }
}

/** An engine with what the pool knows of it. */
export class PooledEngine {
  readonly idleSeats = new Map<string, Seat[]>()
  isDead = false
  readonly #engine: Engine
  /** The newest block that a seat's transaction reads; for an engine that only reads. */
  readonly snapshotTip: ((token: string) => number | undefined) | undefined
  #waiting = 0

  constructor(engine: Engine, snapshotTip?: (token: string) => number | undefined) {
    this.#engine = engine
    this.snapshotTip = snapshotTip
  }

  /** Whether it is at a long statement. A flush to the disk does not count: the others would wait for it as well. */
  get isHeldUp(): boolean {
    return this.#engine.statementMs() >= engineBusyMs
  }

  /** Requests without an answer. */
  get waiting(): number {
    return this.#waiting
  }

  async send(request: SendCommandRequest, controls: SendControls = {}): Promise<SendCommandResponse> {
    this.#waiting += 1
    try {
      return await this.#engine.send(request, controls)
    } catch (error) {
      if (error instanceof LedgerError && error.code === 'endpoint/failed') this.isDead = true
      throw error
    } finally {
      this.#waiting -= 1
    }
  }

  forget(ledger: string): Promise<void> {
    return this.#engine.forget(ledger)
  }

  close(): Promise<void> {
    return this.#engine.close()
  }
}
