import { allStatementsMemoryBytesMax, storeSnapshotsMax } from '../../base/limits.ts'
import type { ServerQuotas } from '../../host/server-quotas.ts'
import type { Quotas } from '../../host/quotas.ts'
import type { RequestLimits } from '../../protocol/codec.ts'
import type { HttpLimits } from '../../server/http/http-limits.ts'
import type { RouterLimits } from '../../server/session-router.ts'
import { parseQuotas, quotaHelp, quotaNames, type QuotaRange, quotaNumber } from './quota-args.ts'

type Target = QuotaRange & { readonly factor?: number } & (
    | { readonly requests: keyof RequestLimits }
    | { readonly http: keyof HttpLimits }
    | { readonly router: keyof RouterLimits }
    | { readonly memory: true }
  )

/** Of a timer: it has 31 bits of milliseconds. */
const seconds = { factor: 1000, most: Math.floor(0x7fff_ffff / 1000) }

const targets: Readonly<Record<string, Target>> = {
  'statement-parameters': { requests: 'parameters' },
  'request-members': { requests: 'members' },
  'request-bytes': { http: 'bodyBytesMax', isBytes: true },
  'control-bytes': { http: 'controlBodyBytesMax', isBytes: true },
  'header-bytes': { http: 'headerBytesMax', isBytes: true },
  'held-bytes': { http: 'heldBytesMax', isBytes: true },
  'turn-bytes': { http: 'turnBytesMin', isBytes: true },
  'request-seconds': { http: 'requestMsMax', ...seconds },
  'fetch-seconds': { http: 'answerMsMax', ...seconds },
  'idle-seconds': { http: 'idleMsMax', ...seconds },
  'all-statements-memory': { memory: true, isBytes: true },
  connections: { http: 'connectionsMax' },
  'address-connections': { http: 'addressConnectionsMax' },
  'connection-requests': { http: 'connectionRequestsMax' },
  'server-sessions': { router: 'serverSessionsMax' },
  'session-requests': { router: 'sessionRequestsMax' },
  'unused-session-seconds': { router: 'unusedSessionMsMin', factor: 1000 },
  // Each may hold a snapshot.
  'open-transactions': { router: 'openTransactionsMax', most: storeSnapshotsMax - 1 },
}

/** All that `qldb serve` takes. */
export const serveQuotaNames: readonly string[] = [...quotaNames, ...Object.keys(targets)]

/** For `qldb serve --help`. */
export const serveQuotaHelp = `${quotaHelp}, ${Object.keys(targets).join(', ')}`

/** The quotas of `qldb serve`: parseQuotas reads those of its ledgers. Throws LedgerError 'usage/invalid-argument'. */
export function parseServeQuotas(
  texts: readonly string[],
  tempDir?: string,
): { ledgers: Quotas; server: ServerQuotas } {
  const requests: Partial<Record<keyof RequestLimits, number>> = {}
  const http: Partial<Record<keyof HttpLimits, number>> = {}
  const router: Partial<Record<keyof RouterLimits, number>> = {}
  const others: string[] = []
  let allStatementsMemoryBytes = allStatementsMemoryBytesMax
  for (const text of texts) {
    const [name = '', value = ''] = text.split(/=(.*)/s, 2)
    const target = Object.hasOwn(targets, name) ? targets[name] : undefined
    if (target === undefined) {
      others.push(text)
      continue
    }
    const number = quotaNumber(name, value, target) * (target.factor ?? 1)
    if ('requests' in target) requests[target.requests] = number
    else if ('http' in target) http[target.http] = number
    else if ('router' in target) router[target.router] = number
    else allStatementsMemoryBytes = number
  }
  return {
    ledgers: parseQuotas(others, tempDir, serveQuotaNames),
    server: { requests, http, router, allStatementsMemoryBytes },
  }
}
