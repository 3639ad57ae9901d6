import { parameterValuesMax, statementCharactersMax, transactionAgeMsMax } from '../base/limits.ts'
import { defaultRequestLimits, type RequestLimits } from '../protocol/codec.ts'
import type { HttpLimits } from '../server/http/http-limits.ts'
import type { RouterLimits } from '../server/session-router.ts'
import type { Quotas } from './quotas.ts'

/** Limits of a server beside those of its ledgers. */
export interface ServerQuotas {
  readonly requests: Partial<RequestLimits>
  readonly http: Partial<HttpLimits>
  readonly router: Partial<RouterLimits>
  readonly allStatementsMemoryBytes: number
}

/** At an endpoint a statement may be as long as QLDB's, and gives a row while its transaction lives, unless otherwise asked. */
export function endpointQuotas(quotas: Quotas): Quotas {
  const rowMs = quotas.sessions.transactionAgeMsMax ?? transactionAgeMsMax
  const limits = { statementCharacters: statementCharactersMax, parameterValues: parameterValuesMax, rowMs }
  return { ...quotas, ledger: { ...limits, ...quotas.ledger } }
}

/** What a request may hold before anyone looks at it. */
export function requestLimitsOf(ledgers: Quotas, server: ServerQuotas | undefined): RequestLimits {
  const { statementCharacters = statementCharactersMax } = ledgers.ledger
  return { ...defaultRequestLimits, statementCharacters, ...server?.requests }
}
