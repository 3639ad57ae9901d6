import { equalBytes } from '../base/bytes.ts'
import { interruptible } from '../base/interruption.ts'
import { LedgerError } from '../base/errors.ts'
import { newId } from '../base/ids.ts'
import { noTransaction } from '../base/session-errors.ts'
import type { Notice } from '../base/notice.ts'
import { Observation } from '../exec/observation.ts'
import { runPlan } from '../exec/run.ts'
import { StatementMemory } from '../exec/statement-memory.ts'
import { type RedactedRevision, statementDigest } from '../journal/block.ts'
import { checkParameters } from '../plan/check-parameters.ts'
import type { Plan } from '../plan/statement-plan.ts'
import type { Snapshot } from '../store/store.ts'
import { ionHashOfString } from '../values/ion-hash.ts'
import { joinHashes } from '../values/join-hashes.ts'
import type { Value } from '../values/value.ts'
import { BlockCache } from './block-cache.ts'
import type { CatalogState } from './catalog.ts'
import { checkReads, type CommitOutcome, commitChanges, commitReads, type FinishedStatement } from './commit.ts'
import type { LedgerCore } from './core.ts'
import { StatementSink } from './document-sink.ts'
import { StatementSource } from './document-source.ts'
import { Overlay } from './overlay.ts'
import { idsFollowing } from './following-ids.ts'
import { conflictMessage, ReadSet } from './read-set.ts'
import { type LedgerState, stateOf } from './records.ts'
import { StatementMeter } from './statement-meter.ts'

/** How a server restricts a transaction that it runs on the thread that listens (server/shared-engine.ts). */
export interface TransactionOptions {
  /** Its id; a new one when absent. */
  readonly id?: string
  /** Statements that write are refused; so are all in a ledger that journals reads. */
  readonly readsOnly?: boolean
  /** Statements that may take long for a single row, or must not run twice, are refused. */
  readonly briefOnly?: boolean
}

/** One statement's execution. */
export interface StatementRun {
  /** Pulling is synchronous; throws LedgerError. A statement that changes something has done so before it is pulled. */
  readonly rows: Iterator<Value>
  readonly meter: { readonly readIos: number; readonly writeIos: number }
  /** To be asked when all rows have been pulled; present if they were asked for. */
  readonly notices?: () => readonly Notice[]
}

/** Options of one statement. */
export interface ExecuteOptions {
  /** Finds out what notices the statement gets. */
  readonly takesNotices?: boolean
}

/**
 * One transaction: a snapshot taken when its first statement runs, its own writes, and all that it read. Conflicts show
 * at the commit. After a commit, successful or not, or an abort it is over.
 */
export class LedgerTransaction {
  readonly id: string
  readonly #core: LedgerCore
  readonly #startedMs: number
  readonly #readsOnly: boolean
  readonly #briefOnly: boolean
  /** Draws the ids of new documents, tables and indexes. */
  readonly #nextId: () => string
  #isOver = false
  /** The driver's fold over the id and every statement sent, failed ones too (amazon-qldb-driver-nodejs src/Transaction.ts). */
  #digest: Uint8Array
  #view: OpenView | undefined
  readonly #overlay = new Overlay()
  readonly #readSet = new ReadSet()
  readonly #redactions: RedactedRevision[] = []
  readonly #statements: StatementRecord[] = []
  /** The statements whose results may still be pulled, by number, and what they hold. */
  readonly #openResults = new Map<number, StatementMemory>()

  constructor(core: LedgerCore, { id, readsOnly = false, briefOnly = false }: TransactionOptions = {}) {
    this.#core = core
    this.id = id ?? newId(core.env)
    this.#readsOnly = readsOnly
    this.#briefOnly = briefOnly
    this.#nextId = id === undefined ? () => newId(core.env) : idsFollowing(id)
    this.#startedMs = core.env.monotonicMs()
    this.#digest = ionHashOfString(this.id)
  }

  /** The newest block of its snapshot; undefined before its first statement. */
  get snapshotTip(): number | undefined {
    return this.#view?.state.tip
  }

  /**
   * Throws LedgerError 'transaction/conflict' unless all that it has read so far, and the catalog, were the same when
   * `tip` was the newest block.
   */
  checkSince(tip: number): void {
    if (this.#view === undefined || this.#view.state.tip === tip) return
    const { snapshot, state, catalog } = this.#view
    if (state.catalogVersion > tip) {
      throw new LedgerError('transaction/conflict', conflictMessage, {
        help: `tables or indexes were changed after block ${tip}; run the transaction again`,
      })
    }
    checkReads(snapshot, { snapshot: { tip }, readSet: this.#readSet, catalog }, state)
  }

  /** Milliseconds since it began. */
  ageMs(): number {
    return this.#core.env.monotonicMs() - this.#startedMs
  }

  /**
   * Runs a statement: a query's rows are computed as they are pulled, a change is made at once. A statement that fails
   * leaves nothing behind, and the transaction usable. Throws LedgerError.
   */
  execute(text: string, parameters: readonly Value[], { takesNotices = false }: ExecuteOptions = {}): StatementRun {
    this.#checkOpen()
    const digest = statementDigest(text, parameters)
    this.#digest = joinHashes(this.#digest, digest)
    this.#checkLength(text)
    const view = this.#openView()
    const record = { text, startMs: this.#core.env.nowMs(), digest, failed: false }
    const number = this.#statements.push(record) - 1
    const meter = new StatementMeter({
      isCancelled: this.#core.options.isCancelled,
      rowMs: this.#core.quotas.rowMs,
      env: this.#core.env,
    })
    const observation = takesNotices ? new Observation(text) : undefined
    const memory = this.#memory()
    const run = { number, meter, observation, memory }
    const facts = { meter, ...(observation === undefined ? {} : { notices: () => observation.notices() }) }
    try {
      const plan = interruptible(
        () => meter.check(),
        () => this.#plan(text, view.catalog, memory),
      )
      const isQuery = isReading(plan)
      checkParameters(text, plan, parameters.length)
      if (this.#readsOnly) this.#checkOnlyReads(isQuery)
      if (!isQuery) return { rows: this.#change(plan, parameters, run), ...facts }
      return { rows: this.#query(plan, parameters, run), ...facts }
    } catch (error) {
      record.failed = true
      memory.close()
      throw error
    }
  }

  #plan(text: string, catalog: CatalogState, memory: StatementMemory): Plan {
    if (this.#briefOnly && !this.#core.prepared.isBrief(text)) throw notBrief()
    const plan = this.#core.prepared.plan(text, catalog, (name) => this.#readSet.addName(name), memory)
    if (this.#briefOnly && plan.asksClock) throw notBrief()
    return plan
  }

  /**
   * Validates what was read and makes what was written durable, in one block. Throws LedgerError 'transaction/conflict'
   * when another transaction was first, 'transaction/digest-mismatch' when `digest` is not the fold over what was sent,
   * and the store's errors; the transaction is over in every case.
   */
  async commit(digest: Uint8Array, isCancelled?: () => boolean): Promise<CommitOutcome> {
    this.#checkOpen()
    this.#isOver = true
    const view = this.#view
    try {
      if (!equalBytes(digest, this.#digest)) throw new LedgerError('transaction/digest-mismatch', "Digests don't match")
      if (view === undefined) return { transactionId: this.id, digest, blockAddress: undefined, writeIos: 0 }
      const request = {
        transactionId: this.id,
        digest,
        snapshot: view.state,
        catalog: view.catalog,
        readSet: this.#readSet,
        overlay: this.#overlay,
        redactions: this.#redactions,
        statements: this.#finishedStatements(),
        isCancelled,
      }
      const hasChanges = !this.#overlay.isEmpty || this.#redactions.length > 0
      return hasChanges || this.#core.identity.journalReads === true
        ? await commitChanges(this.#core, request)
        : commitReads(this.#core, request)
    } finally {
      this.#release()
    }
  }

  /** Rolls back: discards the overlay and releases the snapshot. Does nothing when the transaction has ended. */
  abort(): void {
    this.#isOver = true
    this.#release()
  }

  #query(plan: Plan, parameters: readonly Value[], run: RunningStatement): Iterator<Value> {
    const context = this.#context(parameters, run, undefined)
    const rows = runPlan(plan, context)
    this.#openResults.set(run.number, context.memory)
    return this.#whileOpen(rows, run)
  }

  *#whileOpen(rows: Iterable<Value>, { number, meter }: RunningStatement): Generator<Value> {
    try {
      this.#checkOpen()
      for (const row of rows) {
        yield row
        this.#checkOpen()
        meter.beginRow()
      }
    } catch (error) {
      ;(this.#statements[number] as StatementRecord).failed = true
      throw error
    } finally {
      this.#openResults.delete(number)
    }
  }

  #change(plan: Plan, parameters: readonly Value[], run: RunningStatement): Iterator<Value> {
    const { number, meter } = run
    const { quotas, identity } = this.#core
    if (identity.origin?.isReadOnly === true) {
      throw new LedgerError('ledger/read-only', `the ledger '${identity.name}' was imported and is read-only`, {
        help: "'qldb import --writable' with the same files lets it be written to",
      })
    }
    const view = this.#openView()
    const writes = {
      view: { ...view, ...this.#shared() },
      redactions: this.#redactions,
      catalog: view.catalog,
      // A map keeps the order of insertion: the first is the least.
      oldestReader: () => this.#openResults.keys().next().value ?? number,
    }
    const redactionsBefore = this.#redactions.length
    const sink = new StatementSink(writes, number, meter, this.#nextId, quotas)
    try {
      const rows = [...runPlan(plan, this.#context(parameters, run, sink))]
      this.#overlay.keepStatement()
      view.catalog = writes.catalog
      return rows.values()
    } catch (error) {
      this.#overlay.undoStatement()
      this.#redactions.splice(redactionsBefore)
      throw error
    }
  }

  #context(parameters: readonly Value[], run: RunningStatement, sink: StatementSink | undefined) {
    const { number, meter, observation, memory } = run
    const { env, options, quotas } = this.#core
    const view = this.#openView()
    const nowMs = env.nowMs()
    return {
      source: new StatementSource({ ...view, ...this.#shared() }, view.catalog, number, meter, nowMs),
      sink,
      parameters,
      typing: options.typing ?? 'permissive',
      transactionId: this.id,
      nowMs,
      clockMs: () => env.monotonicMs(),
      meter,
      valueLimits: quotas,
      memory,
      observation,
    }
  }

  #memory(): StatementMemory {
    const { options, quotas } = this.#core
    const limits = { memoryBytes: quotas.statementMemoryBytes, diskBytes: quotas.statementDiskBytes }
    return new StatementMemory(limits, options.temporaryFiles, options.memoryPool)
  }

  #shared() {
    return { overlay: this.#overlay, readSet: this.#readSet, strandId: this.#core.identity.strandId }
  }

  #openView(): OpenView {
    if (this.#view !== undefined) return this.#view
    const snapshot = this.#core.store.snapshot()
    try {
      const state = stateOf(snapshot)
      const symbols = this.#core.symbols.forSnapshot(snapshot, state.symbolsEnd)
      const catalog = this.#core.catalogs.forSnapshot(snapshot, state, symbols)
      this.#view = { snapshot, reader: snapshot, state, symbols, catalog, blocks: new BlockCache(snapshot) }
      return this.#view
    } catch (error) {
      snapshot.release()
      throw error
    }
  }

  #finishedStatements(): FinishedStatement[] {
    return this.#statements.map((record, number) => ({ ...record, number })).filter((record) => !record.failed)
  }

  #checkLength(text: string): void {
    const charactersMax = this.#core.quotas.statementCharacters
    if (text.length <= charactersMax) return
    const found = `the statement has ${text.length} characters`
    throw new LedgerError('statement/too-large', `${found}, at most ${charactersMax} are allowed`)
  }

  #checkOnlyReads(isQuery: boolean): void {
    if (isQuery && this.#core.identity.journalReads !== true) return
    throw new LedgerError('transaction/reads-only', 'the transaction was begun for reading and the statement writes')
  }

  #checkOpen(): void {
    if (this.#isOver) throw noTransaction()
  }

  #release(): void {
    for (const memory of this.#openResults.values()) memory.close()
    this.#view?.snapshot.release()
    this.#view = undefined
  }
}

function isReading({ statement }: Plan): boolean {
  return statement.kind === 'query' || statement.kind === 'explain' || statement.kind === 'analyze'
}

function notBrief(): LedgerError {
  return new LedgerError(
    'transaction/brief-only',
    'the transaction takes only statements that are surely short and may run again',
  )
}

/** What a transaction holds from its first statement until it ends. The snapshot must be released. */
interface OpenView {
  readonly snapshot: Snapshot
  readonly reader: Snapshot
  readonly state: LedgerState
  readonly symbols: ReturnType<LedgerCore['symbols']['forSnapshot']>
  readonly blocks: BlockCache
  /** With the transaction's own DDL. */
  catalog: CatalogState
}

interface RunningStatement {
  readonly number: number
  readonly meter: StatementMeter
  readonly observation: Observation | undefined
  readonly memory: StatementMemory
}

interface StatementRecord {
  readonly text: string
  readonly startMs: number
  readonly digest: Uint8Array
  failed: boolean
}
