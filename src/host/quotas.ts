import type { AnswerLimits } from '../driver/bounded-answers.ts'
import type { LedgerQuotas } from '../ledger/quotas.ts'
import type { HandlerOptions } from '../server/handler.ts'
import type { SessionLimits } from '../server/session-table.ts'
import type { SharedMemory } from '../server/shared-memory.ts'
import type { StatementGuard } from '../server/statement-guard.ts'

/** Quotas that were asked for, each in place of what `--strict-qldb` or the machine sets. Plain data. */
export interface Quotas {
  readonly ledger: Partial<LedgerQuotas>
  readonly sessions: Partial<SessionLimits>
  /** How much of an endpoint's answer is waited for. */
  readonly answers?: Partial<AnswerLimits>
  /** Where statements spill; undefined: the default of store/temporary-files.ts. */
  readonly tempDir?: string
}

export const noQuotas: Quotas = { ledger: {}, sessions: {} }

/** What a ledger refuses. */
export interface LedgerRules {
  readonly strictQldb: boolean
  readonly quotas: Quotas
  /** What the statements of all threads share; undefined: nothing. */
  readonly memory?: SharedMemory
}

/** The rules as the session service has them: parameters are documents, too. */
export function handlerOptions({ strictQldb, quotas }: LedgerRules, guard: StatementGuard): HandlerOptions {
  const { documentBytes, parameterValues } = quotas.ledger
  return {
    strictQldb,
    guard,
    ...quotas.sessions,
    ...(documentBytes === undefined ? {} : { documentBytes }),
    ...(parameterValues === undefined ? {} : { parameterValues }),
  }
}
