import type { Env } from '../base/env.ts'
import { LedgerError } from '../base/errors.ts'
import { engineBusyMs } from '../base/limits.ts'
import type { SendCommandRequest, SendCommandResponse } from '../protocol/message.ts'

/** Something that runs statements for many sessions, one after the other: a handler in this thread or in another. */
export interface Engine {
  /** Rejects with WireError; with LedgerError 'cancelled/by-user' after the signal, 'endpoint/failed' when it has died. */
  send(request: SendCommandRequest, options?: { readonly signal?: AbortSignal }): Promise<SendCommandResponse>
  /** Ends all sessions on a ledger and closes it. */
  forget(ledger: string): Promise<void>
  close(): Promise<void>
}

/** A session of an engine that the pool lends to one transaction at a time. */
export interface Seat {
  readonly engine: PooledEngine
  readonly ledger: string
  readonly token: string
}

/**
 * The engines of a server. An engine works without ever waiting, so a long statement holds up all who share it: each
 * transaction is given to an engine that is not at a long piece of work. One engine serves as long as all is short, and
 * its commits then share their flushes; more are started, up to a maximum, when the others are held up.
 */
export class EnginePool {
  readonly #start: () => Promise<Engine>
  readonly #max: number
  readonly #env: Env
  #engines: PooledEngine[] = []
  #starting: Promise<PooledEngine> | undefined

  constructor(start: () => Promise<Engine>, max: number, env: Env) {
    this.#start = start
    this.#max = max
    this.#env = env
  }

  get size(): number {
    return this.#engines.length
  }

  /** How many engines have worked on one thing for engineBusyMs or longer. */
  get busy(): number {
    return this.#engines.filter((engine) => engine.busyMs() >= engineBusyMs).length
  }

  /** A seat for a transaction. Rejects as Engine.send does for StartSession. */
  async take(ledger: string): Promise<Seat> {
    const engine = await this.#choose()
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
    for (const engine of this.#engines) engine.idleSeats.delete(ledger)
    await Promise.all(this.#engines.map((engine) => engine.forget(ledger)))
  }

  /** Starts the first engine, so that what stands in its way shows now. */
  async begin(): Promise<void> {
    if (this.#engines.length === 0) await this.#add()
  }

  async close(): Promise<void> {
    await this.#starting?.catch(() => undefined)
    await Promise.all(this.#engines.map((engine) => engine.close()))
    this.#engines = []
  }

  async #choose(): Promise<PooledEngine> {
    this.#engines = this.#engines.filter((engine) => !engine.isDead)
    const free = this.#engines.find((engine) => engine.busyMs() < engineBusyMs)
    if (free !== undefined) return free
    if (this.#engines.length < this.#max) return this.#add()
    return this.#engines.reduce((best, engine) => (engine.waiting < best.waiting ? engine : best))
  }

  #add(): Promise<PooledEngine> {
    this.#starting ??= this.#start()
      .then((engine) => {
        const pooled = new PooledEngine(engine, this.#env)
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
  readonly #env: Env
  /** What was asked and is not answered, oldest first, with the time it was asked. */
  readonly #asked = new Map<object, number>()

  constructor(engine: Engine, env: Env) {
    this.#engine = engine
    this.#env = env
  }

  get waiting(): number {
    return this.#asked.size
  }

  /** How long the oldest request has been without an answer. */
  busyMs(): number {
    for (const askedMs of this.#asked.values()) return this.#env.monotonicMs() - askedMs
    return 0
  }

  async send(request: SendCommandRequest, signal?: AbortSignal): Promise<SendCommandResponse> {
    this.#asked.set(request, this.#env.monotonicMs())
    try {
      return await this.#engine.send(request, signal === undefined ? {} : { signal })
    } catch (error) {
      if (error instanceof LedgerError && error.code === 'endpoint/failed') this.isDead = true
      throw error
    } finally {
      this.#asked.delete(request)
    }
  }

  forget(ledger: string): Promise<void> {
    return this.#engine.forget(ledger)
  }

  close(): Promise<void> {
    return this.#engine.close()
  }
}
