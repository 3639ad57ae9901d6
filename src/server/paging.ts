import { toBase64 } from '../base/bytes.ts'
import type { Env } from '../base/env.ts'
import { LedgerError } from '../base/errors.ts'
import { pageBytesMax, pageValuesMax, transactionResultsMax } from '../base/limits.ts'
import type { IoUsage, ValueHolder } from '../protocol/message.ts'
import { encodeIon } from '../values/binary-writer.ts'
import type { HostedRun } from './ledger-host.ts'

/** Cuts the rows of one statement into pages and counts what each page cost. */
export class ResultCursor {
  readonly #run: HostedRun
  readonly #isCancelled: () => boolean
  /** A row that was pulled and found no room in the page before. */
  #held: Uint8Array | undefined
  #toldReadIos = 0
  #toldWriteIos = 0

  /** `isCancelled` is asked before each row. */
  constructor(run: HostedRun, isCancelled: () => boolean) {
    this.#run = run
    this.#isCancelled = isCancelled
  }

  /** At most 200 values and pageBytesMax bytes, at least one value unless there are none left. */
  nextPage(): { readonly values: readonly ValueHolder[]; readonly isLast: boolean } {
    const values: ValueHolder[] = []
    let bytes = 0
    for (;;) {
      const row = this.#held ?? this.#pull()
      this.#held = undefined
      if (row === undefined) return { values, isLast: true }
      const isFull = values.length === pageValuesMax || bytes + row.length > pageBytesMax
      if (isFull && values.length > 0) {
        this.#held = row
        return { values, isLast: false }
      }
      values.push({ IonBinary: row })
      bytes += row.length
    }
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

  /** Lets go of the rows that nobody will fetch. */
  close(): void {
    this.#held = undefined
    this.#run.rows.return?.()
  }

  #pull(): Uint8Array | undefined {
    if (this.#isCancelled()) throw new LedgerError('cancelled/by-user', 'the statement was stopped')
    const step = this.#run.rows.next()
    return step.done === true ? undefined : encodeIon(step.value)
  }
}

/** The results of one transaction that have pages left, each under a token that is good for one fetch. */
export class OpenResults {
  readonly #cursors = new Map<string, ResultCursor>()

  /** Keeps a cursor and returns its token. Throws LedgerError 'request/invalid' when too many are open. */
  keep(cursor: ResultCursor, env: Env): string {
    if (this.#cursors.size >= transactionResultsMax) {
      throw new LedgerError(
        'request/invalid',
        `the transaction has ${transactionResultsMax} results with pages left to fetch and can't keep another`,
      )
    }
    const token = toBase64(env.randomBytes(24))
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
