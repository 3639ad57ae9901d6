import { toBase64 } from '../base/bytes.ts'
import type { Env } from '../base/env.ts'
import { LedgerError } from '../base/errors.ts'
import type { Notice } from '../base/notice.ts'
import { pageBytesMax, pageValuesMax, transactionResultsMax } from '../base/limits.ts'
import type { IoUsage, ValueHolder } from '../protocol/message.ts'
import { detached } from '../values/binary-reader.ts'
import { encodeIon } from '../values/binary-writer.ts'
import { fromPartiqlIon } from '../values/partiql-ion.ts'
import type { Value } from '../values/value.ts'
import { approximateBytes, isEncodable } from '../values/value-size.ts'
import type { HostedRun } from './ledger-host.ts'

/** Cuts the rows of one statement into pages and counts what each page cost. */
export class ResultCursor {
  readonly #run: HostedRun
  readonly #isCancelled: () => boolean
  /** A row that was pulled but did not fit into the previous page. */
  #held: SizedRow | undefined
  #toldReadIos = 0
  #toldWriteIos = 0

  /** Calls `isCancelled` before each row. */
  constructor(run: HostedRun, isCancelled: () => boolean) {
    this.#run = run
    this.#isCancelled = isCancelled
  }

  /**
   * At most 200 values and pageBytesMax bytes, at least one value unless there are none left. `asValues`: they are
   * handed over as they are where Ion binary could hold them. Throws LedgerError 'transaction/brief-only' for a row of more
   * than `rowBytesMax`.
   */
  nextPage(
    asValues = false,
    rowBytesMax = Number.POSITIVE_INFINITY,
  ): { readonly values: readonly ValueHolder[]; readonly isLast: boolean } {
    const values: ValueHolder[] = []
    let bytes = 0
    for (;;) {
      const row = this.#held ?? this.#pull(asValues)
      this.#held = undefined
      if (row === undefined) return { values, isLast: true }
      if (row.bytes > rowBytesMax)
        throw new LedgerError('transaction/brief-only', 'the row is too large to be read here')
      const isFull = values.length === pageValuesMax || bytes + row.bytes > pageBytesMax
      if (isFull && values.length > 0) {
        this.#held = row
        return { values, isLast: false }
      }
      values.push(row.holder)
      bytes += row.bytes
    }
  }

  /** The statement's notices, complete when its last page has been made. */
  get notices(): readonly Notice[] {
    return this.#run.notices?.() ?? []
  }

  get meter(): HostedRun['meter'] {
    return this.#run.meter
  }

  /** What was consumed since the last call. */
  takeUsage(): IoUsage {
    const { readIos, writeIos } = this.#run.meter
    const usage = { ReadIOs: readIos - this.#toldReadIos, WriteIOs: writeIos - this.#toldWriteIos }
    this.#toldReadIos = readIos
    this.#toldWriteIos = writeIos
    return usage
  }

  /** Releases the rows that will not be fetched. */
  close(): void {
    this.#held = undefined
    this.#run.rows.return?.()
  }

  #pull(asValues: boolean): SizedRow | undefined {
    if (this.#isCancelled()) throw new LedgerError('cancelled/by-user', 'the statement was stopped')
    const step = this.#run.rows.next()
    if (step.done === true) return undefined
    return asValues && isEncodable(step.value) ? valueRow(step.value) : encodedRow(step.value)
  }
}

interface SizedRow {
  readonly holder: ValueHolder
  readonly bytes: number
}

function encodedRow(value: Value): SizedRow {
  const encoded = encodeIon(value)
  return { holder: { IonBinary: encoded }, bytes: encoded.length }
}

/** What a reader of the encoded row would get, in its own memory: the caller may keep one row of many. */
function valueRow(row: Value): SizedRow {
  const value = detached(fromPartiqlIon(row))
  return { holder: { value }, bytes: approximateBytes(value) }
}

/** The results of one transaction that have pages left, each under a token that is good for one fetch. */
export class OpenResults {
  readonly #cursors = new Map<string, ResultCursor>()

  /** Keeps a cursor and returns its token, a new one or that given. Throws LedgerError 'request/invalid' when too many are open. */
  keep(cursor: ResultCursor, env: Env, given?: string): string {
    if (this.#cursors.size >= transactionResultsMax) {
      throw new LedgerError(
        'request/invalid',
        `the transaction has ${transactionResultsMax} results with pages left to fetch and can't keep another`,
      )
    }
    const token = given ?? toBase64(env.randomBytes(24))
    this.#cursors.set(token, cursor)
    return token
  }

  /** The cursor of a token, which is void from now on. Throws LedgerError 'page/invalid-token'. */
  take(token: string): ResultCursor {
    const cursor = this.#cursors.get(token)
    if (cursor === undefined) throw new LedgerError('page/invalid-token', 'The parameter NextPageToken is not valid')
    this.#cursors.delete(token)
    return cursor
  }

  close(): void {
    for (const cursor of this.#cursors.values()) cursor.close()
    this.#cursors.clear()
  }
}
