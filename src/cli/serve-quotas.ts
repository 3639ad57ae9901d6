import { LedgerError } from '../base/errors.ts'
import {
  allStatementsMemoryBytesMax,
  parameterValuesMax,
  statementCharactersMax,
  transactionAgeMsMax,
} from '../base/limits.ts'
import { defaultRequestLimits, type RequestLimits } from '../protocol/codec.ts'
import type { HttpLimits } from '../server/http-server.ts'
import { bytesOf, parseQuotas, quotaHelp, type Quotas } from './quota-args.ts'

/** Limits of a server beside those of its ledgers. */
export interface ServerQuotas {
  readonly requests: Partial<RequestLimits>
  readonly http: Partial<HttpLimits>
  readonly allStatementsMemoryBytes: number
}

type Target =
  | { readonly requests: keyof RequestLimits }
  | { readonly http: keyof HttpLimits }
  | { readonly memory: true }

const targets: Readonly<Record<string, Target>> = {
  'statement-parameters': { requests: 'parameters' },
  'request-members': { requests: 'members' },
  'request-bytes': { http: 'bodyBytesMax' },
  'all-statements-memory': { memory: true },
  connections: { http: 'connectionsMax' },
  'address-connections': { http: 'addressConnectionsMax' },
}

/** For `qldb serve --help`. */
export const serveQuotaHelp = `${quotaHelp}, ${Object.keys(targets).join(', ')}`

/** The quotas of `qldb serve`: parseQuotas reads those of its ledgers. Throws LedgerError 'usage/invalid-argument'. */
export function parseServeQuotas(
  texts: readonly string[],
  tempDir?: string,
): { ledgers: Quotas; server: ServerQuotas } {
  const requests: Partial<Record<keyof RequestLimits, number>> = {}
  const http: Partial<Record<keyof HttpLimits, number>> = {}
  const others: string[] = []
  let allStatementsMemoryBytes = allStatementsMemoryBytesMax
  for (const text of texts) {
    const [name = '', value = ''] = text.split(/=(.*)/s, 2)
    const target = Object.hasOwn(targets, name) ? targets[name] : undefined
    if (target === undefined) others.push(text)
    else if ('requests' in target) requests[target.requests] = positive(name, value)
    else if ('memory' in target) allStatementsMemoryBytes = bytesOf(name, value)
    else http[target.http] = positive(name, value)
  }
  return { ledgers: parseQuotas(others, tempDir), server: { requests, http, allStatementsMemoryBytes } }
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

function positive(name: string, text: string): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= 1 && Number.isSafeInteger(number)) return number
  throw new LedgerError('usage/invalid-argument', `'--quota ${name}' takes a whole number from 1 on, found '${text}'`, {
    help: `for example: --quota ${name}=1000`,
  })
}
