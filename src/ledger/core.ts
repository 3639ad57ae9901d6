import type { Env } from '../base/env.ts'
import type { MemoryPool, TemporaryFiles } from '../exec/statement-memory.ts'
import type { Store } from '../store/store.ts'
import type { CatalogCache } from './catalog-store.ts'
import type { LedgerSymbols } from './ledger-symbols.ts'
import type { PreparedStatements } from './prepared.ts'
import type { LedgerQuotas } from './quotas.ts'
import type { Identity } from './records.ts'

export interface LedgerOptions {
  /** 1 to 32 characters; must be the stored ledger's name when there is one. */
  readonly name: string
  /** Refuse what QLDB refused, and hold to its quotas; false: only where the ledger itself is set so. */
  readonly strictQldb: boolean
  /**
   * Sets the ledger so that it is strict for all that open it from then on, or no longer. Kept in the ledger: undefined
   * leaves it as it is, which for a new ledger is false.
   */
  readonly keepStrictQldb?: boolean
  /** What a type error gives: MISSING (`permissive`, the default) or an error. */
  readonly typing?: 'permissive' | 'strict'
  /**
   * Write a block for a transaction that changed nothing, too, as QLDB did. Kept in the ledger: undefined leaves it as it
   * is, which for a new ledger is false. Reads are checked at the commit either way.
   */
  readonly journalReads?: boolean
  /** Bounds other than QLDB's (`strictQldb`) or the widest ones (quotas.ts). */
  readonly quotas?: Partial<LedgerQuotas>
  /** Where rows go that outgrow a statement's memory; none: such a statement fails. */
  readonly temporaryFiles?: TemporaryFiles
  /** What all statements of a process share. */
  readonly memoryPool?: MemoryPool
  /** Asked every `ticksBetweenChecks` rows; true stops the statement with 'cancelled/by-user'. */
  readonly isCancelled?: () => boolean
}

/** What all transactions of one open ledger share. Nothing in it is used without a look at the snapshot's state. */
export interface LedgerCore {
  readonly store: Store
  readonly env: Env
  readonly options: LedgerOptions
  readonly quotas: LedgerQuotas
  readonly identity: Identity
  readonly symbols: LedgerSymbols
  readonly catalogs: CatalogCache
  readonly prepared: PreparedStatements
}
