import type { Notice } from '../base/notice.ts'
import type { Value } from '../values/value.ts'

/**
 * What the handler asks of whoever holds the ledgers. `ledger/ledger.ts` provides HostedLedger; the program that
 * opens the ledgers provides LedgerHost and keeps them open.
 */
export interface LedgerHost {
  /** The ledger of that name; the same one for every call. Throws LedgerError 'ledger/not-found' and others. */
  open(name: string): Promise<HostedLedger>
}

export interface HostedLedger {
  /** Holds statements and parameters to QLDB's quotas, whatever the handler's options say. */
  readonly strictQldb?: boolean
  begin(options?: BeginOptions): HostedTransaction
}

export interface BeginOptions {
  /** The id that it gets, 22 characters; a new one when absent. */
  readonly id?: string
  /** Statements that write fail with LedgerError 'transaction/reads-only', and so do all where reads are journaled. */
  readonly readsOnly?: boolean
  /**
   * Statements that may take long for a single row, and those that must not run again (they ask for the time), fail with
   * LedgerError 'transaction/brief-only'.
   */
  readonly briefOnly?: boolean
}

export interface HostedTransaction {
  /** 22 characters. */
  readonly id: string
  /**
   * A statement that fails leaves the transaction as it was before it, but counts in its digest: drivers add it to
   * theirs before they send it. Throws LedgerError.
   */
  execute(statement: string, parameters: readonly Value[], options?: { readonly takesNotices?: boolean }): HostedRun
  /**
   * Durable when it resolves. Rejects with LedgerError 'transaction/conflict', with 'transaction/digest-mismatch' when
   * `digest` is not the fold over what was executed (protocol/commit-digest.ts). `isCancelled` is asked in long work: true
   * rejects with 'cancelled/by-user', and nothing was written. Ends the transaction in every case.
   */
  commit(digest: Uint8Array, isCancelled?: () => boolean): Promise<unknown>
  abort(): void
  /** The newest block of the snapshot that it reads; undefined before its first statement. */
  readonly snapshotTip: number | undefined
  /** Throws LedgerError 'transaction/conflict' when something that it has read may have changed after the block `tip`. */
  checkSince(tip: number): void
}

export interface HostedRun {
  /** Pulling a row does the work; nothing is awaited. Both may throw LedgerError. */
  readonly rows: Iterator<Value>
  /** Grows while rows are pulled. */
  readonly meter: { readonly readIos: number; readonly writeIos: number }
  /** To be asked when all rows have been pulled; absent where they were not asked for. */
  readonly notices?: () => readonly Notice[]
}
