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
  /** Refuse what QLDB refused, and apply its quotas; false: use the setting stored in the ledger. */
  readonly strictQldb: boolean
  /**
   * Stores strictness (or its absence) in the ledger, for everyone who opens it. Undefined keeps the stored setting, which is
   * false for a new ledger.
   */
  readonly keepStrictQldb?: boolean
  /** What a type error gives: MISSING (`permissive`, the default) or an error. */
  readonly typing?: 'permissive' | 'strict'
  /**
   * Also write a block for read-only transactions, as QLDB did. Stored in the ledger; undefined keeps the stored setting,
   * which is false for a new ledger. The commit checks reads either way.
   */
  readonly journalReads?: boolean
  /** Limits that differ from QLDB's (with `strictQldb`) or from the widest ones (quotas.ts). */
  readonly quotas?: Partial<LedgerQuotas>
  /** Files for rows that exceed a statement's memory; without them such a statement fails. */
  readonly temporaryFiles?: TemporaryFiles
  /** Memory that all statements of the process share. */
  readonly memoryPool?: MemoryPool
  /** Called every `ticksBetweenChecks` rows; true stops the statement with 'cancelled/by-user'. */
  readonly isCancelled?: () => boolean
}

/**
 * What all transactions of one open ledger share. The caches in it may be newer or older than a transaction's snapshot, so
 * each takes the snapshot's state (`LedgerState`) and answers for that state only.
 */
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
