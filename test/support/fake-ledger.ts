import { equalBytes } from '../../src/base/bytes.ts'
import type { Env } from '../../src/base/env.ts'
import { LedgerError } from '../../src/base/errors.ts'
import { newId } from '../../src/base/ids.ts'
import { span } from '../../src/base/span.ts'
import { CommitDigest } from '../../src/protocol/commit-digest.ts'
import type { BeginOptions, HostedRun, HostedTransaction, LedgerHost } from '../../src/server/ledger-host.ts'
import { int, string, structOf, type Value } from '../../src/values/value.ts'

/**
 * Ledgers that do as their statements say:
 * - `rows N`: N rows {n: 0}, {n: 1} …, one read IO each
 * - `large N`: N rows of one MiB
 * - `write`: one row, one write IO
 * - `echo`: its parameters as rows
 * - `heavy`, `clock N`: no rows, N rows; refused by a transaction for brief statements
 * - `wait MS`: one row after so much time, in steps of 100 ms between which it may be stopped
 * - `fail AREA/CODE text`: that error, at the fourth character
 * - `bug`: an error that is no LedgerError
 * Digests are checked as a ledger does. The ledger `strict` holds to QLDB's quotas; there is none named `absent`.
 */
export class FakeHost implements LedgerHost {
  readonly #env: Env & { advance(ms: number): void }
  readonly #isCancelled: () => boolean
  /** What became of every transaction, in the order of their ends: `<id> abort`, `<id> commit`. */
  readonly ends: string[] = []
  /** How many results were let go of before their end. */
  closedRuns = 0
  /** The newest block, and the last one that changed what everybody reads. */
  tip = 0
  changedAt = 0
  /** How many of the next commits fail with a conflict. */
  conflicts = 0

  constructor(env: Env & { advance(ms: number): void }, isCancelled: () => boolean = () => false) {
    this.#env = env
    this.#isCancelled = isCancelled
  }

  async open(name: string) {
    if (name === 'absent') throw new LedgerError('ledger/not-found', "no ledger named 'absent'")
    return { strictQldb: name === 'strict', begin: (options?: BeginOptions) => this.#begin(options) }
  }

  #begin({ id = newId(this.#env), readsOnly = false, briefOnly = false }: BeginOptions = {}): HostedTransaction {
    const expected = new CommitDigest(id)
    let snapshotTip: number | undefined
    return {
      id,
      execute: (statement, parameters) => {
        expected.add(statement, parameters)
        snapshotTip ??= this.tip
        if (readsOnly && statement.startsWith('write')) {
          throw new LedgerError('transaction/reads-only', 'the transaction was begun for reading')
        }
        if (briefOnly && /^(heavy|clock)/.test(statement)) {
          throw new LedgerError('transaction/brief-only', 'the transaction was begun for short statements')
        }
        return this.#execute(statement, parameters)
      },
      commit: async (digest) => {
        if (!equalBytes(digest, expected.bytes())) {
          this.ends.push(`${id} mismatch`)
          throw new LedgerError('transaction/digest-mismatch', "Digests don't match")
        }
        if (this.conflicts > 0) {
          this.conflicts -= 1
          this.ends.push(`${id} conflict`)
          throw new LedgerError('transaction/conflict', 'a document was changed')
        }
        this.ends.push(`${id} commit`)
      },
      abort: () => this.ends.push(`${id} abort`),
      get snapshotTip() {
        return snapshotTip
      },
      checkSince: (tip) => {
        if (tip < this.changedAt) throw new LedgerError('transaction/conflict', 'a document was changed')
      },
    }
  }

  #execute(statement: string, parameters: readonly Value[]): HostedRun {
    const [verb, argument = '', ...rest] = statement.split(' ')
    const meter = { readIos: 0, writeIos: 0 }
    if (verb === 'bug') throw new TypeError('undefined is not a function, secret=1')
    if (verb === 'fail') throw new LedgerError(argument as 'ion/malformed', rest.join(' '), { span: span(3, 5) })
    return { meter, rows: this.#rows(verb as string, Number(argument), parameters, meter) }
  }

  *#rows(verb: string, count: number, parameters: readonly Value[], meter: { readIos: number; writeIos: number }) {
    let isDone = false
    try {
      if (verb === 'rows' || verb === 'clock' || verb === 'large') {
        for (let n = 0; n < count; n += 1) {
          meter.readIos += 1
          yield verb === 'large' ? string('x'.repeat(1024 * 1024)) : structOf({ n: int(n) })
        }
      } else if (verb === 'write') {
        meter.writeIos += 1
        yield structOf({ documentId: string('x') })
      } else if (verb === 'echo') {
        yield* parameters
      } else if (verb === 'wait') {
        for (let waited = 0; waited < count; waited += 10) {
          meter.readIos += 1
          if (this.#isCancelled()) throw new LedgerError('cancelled/by-user', 'the statement was stopped')
          this.#env.advance(10)
        }
        yield int(count)
      }
      isDone = true
    } finally {
      if (!isDone) this.closedRuns += 1
    }
  }
}
