import type { Env } from '../base/env.ts'
import { Driver, type ExecuteOptions } from '../driver/driver.ts'
import { createLocalTransport } from '../driver/local-transport.ts'
import { type EngineSpec, openEngine } from '../host/engine.ts'
import type { Ledger, LedgerQuotas } from '../ledger/ledger.ts'
import { defaultTemporaryDirectory } from '../store/temporary-files.ts'
import { LedgerTransaction } from './ledger-transaction.ts'
import type { ResultForm, ResultOf } from './result-form.ts'
import type { JsValue } from './to-value.ts'

export interface OpenLedgerOptions {
  /** The ledger's own directory, made when it is absent (`qldb` keeps them as `<data-dir>/<name>`); none: in memory. */
  readonly directory?: string
  /** 1 to 32 letters, digits and hyphens; must be the stored ledger's name when there is one. Default: `default`. */
  readonly name?: string
  /** Refuse what QLDB refused, and apply its quotas; default: the setting stored in the ledger. */
  readonly strictQldb?: boolean
  /** Stores strictQldb (or its opposite) in the ledger, for everyone who opens it. */
  readonly keepStrictQldb?: boolean
  /** Bounds in place of QLDB's (`strictQldb`) or the widest ones. */
  readonly quotas?: Partial<LedgerQuotas>
  /** What an operation on values of the wrong types gives: MISSING (`permissive`, the default) or an error. */
  readonly typing?: 'permissive' | 'strict'
  /** Where statements spill that outgrow their memory. Default: $TMPDIR, or /var/tmp. */
  readonly tempDir?: string
}

export interface LedgerExecuteOptions<Form extends ResultForm = 'value'> extends ExecuteOptions {
  /** What rows are given as: `value` (the default), ion-js's `dom`, or `js` (as `toJs` gives them). */
  readonly results?: Form
}

/** A ledger in this process, with its session service and a driver in front of it. */
export class EmbeddedLedger {
  /** Sessions, transactions with retries, explicit transactions. */
  readonly driver: Driver
  /** The database itself: digests, blocks, proofs, verification. */
  readonly ledger: Ledger

  private constructor(driver: Driver, ledger: Ledger) {
    this.driver = driver
    this.ledger = ledger
  }

  /** Use `openLedger`. */
  static async open(asked: OpenLedgerOptions, env: Env): Promise<EmbeddedLedger> {
    const {
      directory,
      name = 'default',
      strictQldb = false,
      keepStrictQldb,
      quotas = {},
      typing = 'permissive',
      tempDir = defaultTemporaryDirectory(),
    } = asked
    const spec: EngineSpec = {
      ledger: name,
      directory,
      strictQldb,
      keepStrictQldb,
      quotas: { ledger: quotas, sessions: {}, tempDir },
      typing,
    }
    const engine = await openEngine(spec, env)
    const description = `embedded, ${directory ?? 'in memory'}`
    const transport = createLocalTransport(engine.send, description, () => engine.close())
    return new EmbeddedLedger(new Driver(transport, name, env), engine.ledger)
  }

  /**
   * Runs one statement in a transaction of its own, commits it and gives its rows; conflicts are tried again. Rejects
   * with WireError for a statement that is refused (its `cause` is the LedgerError), LedgerError for all else. The rows
   * are converted to the form asked for before the commit: what `toDom` refuses leaves nothing changed.
   */
  execute<Form extends ResultForm = 'value'>(
    statement: string,
    parameters: readonly JsValue[] = [],
    options: LedgerExecuteOptions<Form> = {},
  ): Promise<ResultOf<Form>[]> {
    return this.transaction(async (transaction) => {
      const result = await transaction.execute(statement, parameters)
      return result.toArray()
    }, options)
  }

  /** Runs `work` in a transaction and commits it; it may be run several times. See `Driver.execute`. */
  transaction<T, Form extends ResultForm = 'value'>(
    work: (transaction: LedgerTransaction<Form>) => Promise<T>,
    options: LedgerExecuteOptions<Form> = {},
  ): Promise<T> {
    return this.driver.execute((transaction) => work(new LedgerTransaction(transaction, options.results)), options)
  }

  /** Ends sessions, aborts what is open and closes the store. */
  async close(): Promise<void> {
    await this.driver.close()
  }
}
