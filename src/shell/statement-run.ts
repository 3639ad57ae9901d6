import type { Env } from '../base/env.ts'
import { resultBufferBytesMax, resultBufferValuesMax } from '../base/limits.ts'
import type { Driver } from '../driver/driver.ts'
import type { Result } from '../driver/result.ts'
import { noStatistics } from '../driver/session.ts'
import type { Transaction } from '../driver/transaction.ts'
import type { SendOptions } from '../driver/transport.ts'
import type { ScriptStatement } from '../syntax/split.ts'
import type { Value } from '../values/value.ts'
import { approximateBytes } from '../values/value-size.ts'
import { shownNotice } from './error-report.ts'
import type { EventSink, ResultSummary } from './events.ts'

export interface StatementOptions {
  /** For the statement's `?`. */
  readonly parameters: readonly Value[]
  readonly sink: EventSink
  readonly env: Env
  readonly signal: AbortSignal | undefined
  /** Whether notices are shown after the result. */
  readonly takesNotices: boolean
  /** The script's name, for places. */
  readonly file: string | undefined
}

/** Rows were shown before their commit failed: what the user sees is not in the ledger. */
export class RowsNotCommitted extends Error {
  override readonly name = 'RowsNotCommitted'
  override readonly cause: unknown
  constructor(cause: unknown) {
    super('the rows shown are not committed')
    this.cause = cause
  }
}

/** The commit has succeeded, but its rows could not be written to where they should go. */
export class RowsNotShown extends Error {
  override readonly name = 'RowsNotShown'
  override readonly cause: unknown
  constructor(cause: unknown) {
    super('the rows of a committed statement are not shown')
    this.cause = cause
  }
}

/**
 * Runs a statement in a transaction of its own. Its rows are kept until the commit has succeeded, and conflicts are tried
 * again. Once there are more rows than the buffer holds they are shown as they come, and nothing is tried again: no row is
 * shown twice. Rejects with the driver's error; with RowsNotCommitted, after a result-end 'lost', when rows were shown; with
 * RowsNotShown when the sink fails after the commit.
 */
export async function runAlone(driver: Driver, statement: ScriptStatement, options: StatementOptions): Promise<void> {
  const startedMs = options.env.monotonicMs()
  let output = new ResultOutput(statement, options, startedMs)
  let failure: unknown
  const work = async (transaction: Transaction): Promise<string> => {
    output = new ResultOutput(statement, options, startedMs)
    try {
      await output.read(await transaction.execute(statement.text, options.parameters, sendOptions(options)))
      if (output.isStreaming) await transaction.commit(signalOption(options))
    } catch (error) {
      failure = error
      throw error
    }
    return transaction.id
  }
  const onRetry = () => {
    if (output.isStreaming) throw failure
  }
  let id: string
  try {
    id = await driver.execute(work, { ...signalOption(options), onRetry })
  } catch (error) {
    if (!output.isStreaming) throw error
    await output.end('lost', '').catch(() => undefined)
    throw new RowsNotCommitted(error)
  }
  await output.end('committed', id).catch((error: unknown) => {
    throw new RowsNotShown(error)
  })
}

/** Runs a statement of an open transaction. Rejects with the driver's error, after a result-end 'lost' if rows were shown. */
export async function runInside(
  transaction: Transaction,
  statement: ScriptStatement,
  options: StatementOptions,
): Promise<void> {
  const output = new ResultOutput(statement, options, options.env.monotonicMs())
  try {
    await output.read(await transaction.execute(statement.text, options.parameters, sendOptions(options)))
  } catch (error) {
    if (output.isStreaming) await output.end('lost', transaction.id)
    throw error
  }
  await output.end('open', transaction.id)
}

function signalOption({ signal }: StatementOptions): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal }
}

function sendOptions(options: StatementOptions): SendOptions {
  return { ...signalOption(options), takesNotices: options.takesNotices }
}

/** One try of one result on its way to the sink. */
class ResultOutput {
  readonly #statement: ScriptStatement
  readonly #options: StatementOptions
  readonly #startedMs: number
  #result: Result | undefined
  #buffer: Value[] = []
  #bufferBytes = 0
  #documents = 0
  readonly #isUpdate: boolean
  #lastId: string | undefined
  isStreaming = false

  constructor(statement: ScriptStatement, options: StatementOptions, startedMs: number) {
    this.#statement = statement
    this.#isUpdate = /^(?:update|from)\b/i.test(statement.text)
    this.#options = options
    this.#startedMs = startedMs
  }

  /** Reads all pages: into the buffer, and from the first that does not fit on to the sink. */
  async read(result: Result): Promise<void> {
    this.#result = result
    for await (const values of result.pages()) {
      this.#documents += this.#countDocuments(values)
      if (this.isStreaming) await this.#rows(values)
      else if (!this.#keep(values)) {
        this.isStreaming = true
        await this.#start()
      }
    }
  }

  async end(outcome: ResultSummary['outcome'], transactionId: string): Promise<void> {
    const totalMs = this.#options.env.monotonicMs() - this.#startedMs
    if (!this.isStreaming) await this.#start()
    const { readIos, writeIos, serverMs } = this.#result?.stats() ?? noStatistics
    const summary = { documents: this.#documents, readIos, writeIos, serverMs, totalMs, outcome, transactionId }
    await this.#options.sink({ type: 'result-end', summary })
    if (outcome !== 'lost') await this.#notes()
  }

  async #notes(): Promise<void> {
    const { sink, takesNotices, file } = this.#options
    if (!takesNotices) return
    for (const notice of this.#result?.notices() ?? []) {
      await sink({ type: 'note', note: shownNotice(notice, { statement: this.#statement, file }) })
    }
  }

  /** QLDB's dialect gives a row for each assignment: those of one document follow each other and count once. */
  #countDocuments(values: readonly Value[]): number {
    if (!this.#isUpdate) return values.length
    let count = 0
    for (const value of values) {
      const id = value.type === 'struct' && value.names.length === 1 ? value.get('documentId') : undefined
      const text = id?.type === 'string' ? id.value : undefined
      if (text === undefined || text !== this.#lastId) count += 1
      this.#lastId = text
    }
    return count
  }

  /** Whether the buffer still is within its bounds. */
  #keep(values: readonly Value[]): boolean {
    for (const value of values) {
      this.#buffer.push(value)
      this.#bufferBytes += approximateBytes(value)
    }
    return this.#buffer.length <= resultBufferValuesMax && this.#bufferBytes <= resultBufferBytesMax
  }

  async #start(): Promise<void> {
    const { sink } = this.#options
    await sink({ type: 'result-start', statement: this.#statement, whole: !this.isStreaming })
    const kept = this.#buffer
    this.#buffer = []
    await this.#rows(kept)
  }

  async #rows(values: readonly Value[]): Promise<void> {
    if (values.length > 0) await this.#options.sink({ type: 'rows', values })
  }
}
