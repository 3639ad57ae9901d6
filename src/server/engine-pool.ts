import { LedgerError } from '../base/errors.ts'
import { engineBusyMs } from '../base/limits.ts'
import type { ControlRequest, ControlResponse, SendControl } from '../protocol/control-message.ts'
import type { SendCommandRequest, SendCommandResponse, StopSignal } from '../protocol/message.ts'
import type { ExportRecord } from './control-plane/control-plane-exports.ts'
import type { TransactionStart } from '../protocol/transaction-start.ts'

export interface SendControls {
  /** The client has gone away. */
  readonly signal?: StopSignal
  /** The request's transaction is to be begun first. */
  readonly start?: TransactionStart
  /** The client wants notices. */
  readonly takesNotices?: boolean
}

/** Something that runs statements for many sessions, one after the other: a handler in this thread or in another. */
export interface Engine {
  /** Rejects with WireError; with LedgerError 'cancelled/by-user' after the signal, 'endpoint/failed' when it has died. */
  send(request: SendCommandRequest, controls?: SendControls): Promise<SendCommandResponse>
  /** For how many milliseconds the statement that it runs has been running; 0 when it runs none. */
  statementMs(): number
  /** Whether it has died without being asked to end. */
  hasEnded?(): boolean
  /** Ends all sessions on a ledger and closes it. */
  forget(ledger: string): Promise<void>
  close(): Promise<void>
  /** GetDigest, GetBlock and GetRevision, as HTTP answers them. */
  readonly control: SendControl
  /** Writes the blocks of an export into a folder. Resolves with whether it came to its end. */
  readonly exportJournal: ExportJournal
}

export type ExportJournal = (record: ExportRecord, folder: string, isCancelled: () => boolean) => Promise<boolean>

/**
 * An engine that many transactions share, so that it does only what is short; its `send` rejects with MovesAway for the
 * rest. What a transaction has done there can be done again elsewhere.
 */
export interface SharedEngine extends Engine {
  /** Larger requests are not for it: reading and planning them takes time that can't be cut short. */
  readonly requestBytesMax: number
  /** The newest block that a seat's transaction reads; undefined before its first statement. */
  snapshotTip(sessionToken: string): Promise<number | undefined>
}

/** The transaction has to move to another engine; the command did not run here. */
export class MovesAway extends Error {
  readonly why: Exclude<Kind, 'short read'>

  constructor(why: MovesAway['why']) {
    super(`the transaction is for another engine: ${why}`)
    this.why = why
  }
}

/**
 * What a transaction is likely to be: one that only reads a little, one that writes a little, one with a statement that has
 * outlasted its time or, `heavy`, might.
 */
export type Kind = 'short read' | 'write' | 'long' | 'heavy'

/** A session of an engine that the pool lends to one transaction at a time. */
export interface Seat {
  readonly engine: PooledEngine
  readonly ledger: string
  readonly token: string
}

/** How engines are started. */
export interface EngineStarts {
  readonly engine: () => Promise<Engine>
  /** Without it there is no writer: all engines do everything. */
  readonly shared?: () => Promise<SharedEngine>
}

/**
 * The engines of a server. An engine works without ever waiting, so a long statement holds up all who share it. So those
 * that many transactions share do only what is short: the one at home, if there is one, short reads; the writer, short
 * changes, whose commits then share their flushes. What is or may be long runs in the others, which are started, up to a
 * maximum, when they are needed.
 */
export class EnginePool {
  readonly #start: EngineStarts
  readonly #max: number
  readonly #home: PooledEngine | undefined
  #writer: PooledEngine | undefined
  #startingWriter: Promise<PooledEngine> | undefined
  #engines: PooledEngine[] = []
  #starting: Promise<PooledEngine> | undefined

  /** `max`: of the engines that are not at home; a single one does everything. */
  constructor(start: EngineStarts, max: number, home?: SharedEngine) {
    this.#start = start
    this.#max = max
    this.#home = home === undefined ? undefined : new PooledEngine(home, home)
  }

  get size(): number {
    return this.#all.length
  }

  /** How many engines are at a long statement. */
  get busy(): number {
    return this.#all.filter((engine) => engine.isHeldUp).length
  }

  /** A seat for a transaction. Rejects as Engine.send does for StartSession. */
  async take(ledger: string, kind: Kind): Promise<Seat> {
    const engine = kind === 'short read' && this.#home !== undefined ? this.#home : await this.#choose(kind)
    const idle = engine.idleSeats.get(ledger)?.pop()
    if (idle !== undefined) return idle
    const answer = await engine.send({ StartSession: { LedgerName: ledger } })
    return { engine, ledger, token: answer.StartSession?.SessionToken as string }
  }

  /** Takes back a seat when its transaction has ended. */
  giveBack(seat: Seat): void {
    const { engine, ledger } = seat
    if (engine.isDead) return
    const idle = engine.idleSeats.get(ledger)
    if (idle === undefined) engine.idleSeats.set(ledger, [seat])
    else idle.push(seat)
  }

  readonly exportJournal: ExportJournal = async (record, folder, isCancelled) => {
    const engine = await this.#choose('heavy')
    return engine.exportJournal(record, folder, isCancelled)
  }

  /** Reads a ledger's journal; a block may be large, so that is long work. */
  async control(request: ControlRequest): Promise<ControlResponse> {
    const engine = await this.#choose('heavy')
    return engine.control(request)
  }

  async forget(ledger: string): Promise<void> {
    const engines = this.#home === undefined ? this.#all : [this.#home, ...this.#all]
    for (const engine of engines) engine.idleSeats.delete(ledger)
    await Promise.all(engines.map((engine) => engine.forget(ledger)))
  }

  /** Starts the first engine, so that what stands in its way shows now. */
  async begin(): Promise<void> {
    if (this.#all.length === 0) await this.#choose('write')
  }

  async close(): Promise<void> {
    await Promise.all([this.#starting, this.#startingWriter].map((starting) => starting?.catch(() => undefined)))
    await Promise.all([this.#home, ...this.#all].map((engine) => engine?.close()))
    this.#engines = []
    this.#writer = undefined
  }

  get #all(): readonly PooledEngine[] {
    return this.#writer === undefined ? this.#engines : [this.#writer, ...this.#engines]
  }

  #choose(kind: Kind): PooledEngine | Promise<PooledEngine> {
    const startShared = this.#start.shared
    if (kind !== 'long' && kind !== 'heavy' && this.#max > 1 && startShared !== undefined)
      return this.#sharedWriter(startShared)
    this.#engines = this.#engines.filter((engine) => !engine.isDead)
    const free = this.#engines.find((engine) => !engine.isHeldUp && engine.waiting === 0)
    if (free !== undefined) return free
    const most = this.#max > 1 && startShared !== undefined ? this.#max - 1 : this.#max
    if (this.#engines.length < most) return this.#add()
    return this.#engines.reduce((found, engine) => (engine.waiting < found.waiting ? engine : found))
  }

  #sharedWriter(start: () => Promise<SharedEngine>): PooledEngine | Promise<PooledEngine> {
    if (this.#writer?.isDead === false) return this.#writer
    this.#startingWriter ??= start()
      .then((engine) => {
        this.#writer = new PooledEngine(engine, engine)
        return this.#writer
      })
      .finally(() => {
        this.#startingWriter = undefined
      })
    return this.#startingWriter
  }

  #add(): Promise<PooledEngine> {
    this.#starting ??= this.#start
      .engine()
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
  #isDead = false
  readonly #engine: Engine
  /** The same engine, where many transactions share it: those may move away. */
  readonly shared: SharedEngine | undefined
  #waiting = 0

  constructor(engine: Engine, shared?: SharedEngine) {
    this.#engine = engine
    this.shared = shared
  }

  /** Whether it is at a long statement. A flush to the disk does not count: the others would wait for it as well. */
  get isHeldUp(): boolean {
    return this.#engine.statementMs() >= engineBusyMs
  }

  get isDead(): boolean {
    return this.#isDead || this.#engine.hasEnded?.() === true
  }

  /** Requests without an answer. */
  get waiting(): number {
    return this.#waiting
  }

  send(request: SendCommandRequest, controls: SendControls = {}): Promise<SendCommandResponse> {
    return this.#watched(() => this.#engine.send(request, controls))
  }

  async #watched<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting += 1
    try {
      return await work()
    } catch (error) {
      if (error instanceof LedgerError && error.code === 'endpoint/failed') this.#isDead = true
      throw error
    } finally {
      this.#waiting -= 1
    }
  }

  control(request: ControlRequest): Promise<ControlResponse> {
    return this.#watched(() => this.#engine.control(request))
  }

  readonly exportJournal: ExportJournal = (...args) => this.#engine.exportJournal(...args)

  forget(ledger: string): Promise<void> {
    return this.#engine.forget(ledger)
  }

  close(): Promise<void> {
    return this.#engine.close()
  }
}
