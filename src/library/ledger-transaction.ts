import type { Notice } from '../base/notice.ts'
import type { Result } from '../driver/result.ts'
import type { Statistics } from '../driver/session.ts'
import type { Transaction } from '../driver/transaction.ts'
import { inForm, type ResultForm, type ResultOf } from './result-form.ts'
import { type JsValue, toValue } from './to-value.ts'

/** The rows of one statement, in the form that was asked for. Read once, and only while the transaction is open. */
export class LedgerResult<Form extends ResultForm = 'value'> implements AsyncIterable<ResultOf<Form>> {
  readonly #result: Result
  readonly #form: Form | undefined

  /** Use `LedgerTransaction.execute`. */
  constructor(result: Result, form: Form | undefined) {
    this.#result = result
    this.#form = form
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ResultOf<Form>, void, undefined> {
    for await (const value of this.#result) yield inForm(value, this.#form)
  }

  /** All rows that are left. */
  async toArray(): Promise<ResultOf<Form>[]> {
    const rows: ResultOf<Form>[] = []
    for await (const row of this) rows.push(row)
    return rows
  }

  /** What the statement and its pages fetched so far have cost. */
  stats(): Statistics {
    return this.#result.stats()
  }

  /** What the ledger has to say about the statement; known with the last page. */
  notices(): readonly Notice[] {
    return this.#result.notices()
  }
}

/** An open transaction of an embedded ledger. A statement that is refused leaves it open. */
export class LedgerTransaction<Form extends ResultForm = 'value'> {
  readonly #transaction: Transaction
  readonly #form: Form | undefined

  /** Use `EmbeddedLedger.transaction`. */
  constructor(transaction: Transaction, form: Form | undefined) {
    this.#transaction = transaction
    this.#form = form
  }

  get id(): string {
    return this.#transaction.id
  }

  get isOpen(): boolean {
    return this.#transaction.isOpen
  }

  /**
   * Runs a statement; resolves with its first page fetched. Rejects with WireError, with LedgerError
   * 'transaction/not-open', or with what `toValue` throws for a parameter.
   */
  async execute(statement: string, parameters: readonly JsValue[] = []): Promise<LedgerResult<Form>> {
    const values = parameters.map((parameter) => toValue(parameter))
    return new LedgerResult(await this.#transaction.execute(statement, values), this.#form)
  }

  /** Rolls back. Never rejects, and does nothing when the transaction has ended. */
  abort(): Promise<void> {
    return this.#transaction.abort()
  }

  /** What all its statements have cost so far. */
  stats(): Statistics {
    return this.#transaction.stats()
  }
}
